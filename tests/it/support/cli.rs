//! The whole command line, run inside the test: sealed environment, streams in buffers, own HTTP seam.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use futures_util::future::BoxFuture;
use infra::cli::exit::Exit;
use infra::cli::host::{Console, Env, Host, Input, Talk};
use infra::cli::interrupt::Interrupt;
use tokio::runtime;
use tokio::sync::watch;
use tokio::time::Instant;

use super::connector::Wire;
use super::emulators::{Backend, Credentials as Keys, Emulator, REGION, fresh_account, ministack, moto};
use super::markdown::read;
use super::wire::Account;

/// The domain of the manifest in this repository.
pub(crate) const SITE: &str = "*.ameliastamps.com";

/// An account of its own in an emulator, a folder for its manifest, and the command line on both.
pub(crate) struct World {
    pub emulator: &'static Emulator,
    /// Raw access, behind the tool's back.
    pub account: Account<'static>,
    pub number: String,
    folder: tempfile::TempDir,
}

/// Puts the functions of this repository beside a manifest.
pub(crate) fn put_functions_beside(manifest: &Path) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/functions");
    for function in home.read_dir().unwrap().map(Result::unwrap) {
        let folder = manifest.parent().unwrap().join("functions").join(function.file_name());
        std::fs::create_dir_all(&folder).unwrap();
        for file in function.path().read_dir().unwrap().map(Result::unwrap) {
            if file.file_type().unwrap().is_file() {
                let _ = std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
            }
        }
    }
}

impl World {
    pub(crate) fn new(emulator: &'static Emulator) -> Self {
        let number = fresh_account();
        let account =
            Account { endpoint_url: &emulator.endpoint_url, credentials: emulator.credentials(&number) };
        Self { emulator, account, number, folder: tempfile::tempdir().unwrap() }
    }

    /// The account of the manifest in this repository, as `--sandbox` has it. Nobody else may write to it.
    pub(crate) fn of_the_readme() -> Option<Self> {
        let mut world = Self::on(Backend::Ministack)?;
        "942734823970".clone_into(&mut world.number);
        world.account.credentials = Keys::in_ministack(&world.number);
        world.account.certify(SITE);
        Some(world)
    }

    /// One on each emulator that there is.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        [ministack(), moto()].into_iter().flatten().map(Self::new)
    }

    /// One on `backend`, if it is there.
    pub(crate) fn on(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Ministack => ministack(),
            Backend::Moto => moto(),
        }
        .map(Self::new)
    }

    /// Writes the manifest `test` with these entries, and gives its path.
    pub(crate) fn manifest(&self, entries: &str) -> PathBuf {
        self.named_manifest("test", entries)
    }

    /// The manifest in this repository, for this account, in which its certificate is issued.
    pub(crate) fn prereqs(&self) -> PathBuf {
        self.account.certify(SITE);
        let text = read("manifests/prereqs.toml").replace("942734823970", &self.number);
        let path = self.folder.path().join("prereqs.toml");
        std::fs::write(&path, text).unwrap();
        put_functions_beside(&path);
        path
    }

    /// Writes a file beside the manifests.
    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a manifest of another name.
    pub(crate) fn named_manifest(&self, name: &str, entries: &str) -> PathBuf {
        let text = format!(
            "[manifest]\nname = \"{name}\"\naccount = \"{}\"\nregion = \"{REGION}\"\n\n[tags]\nProject = \"tests\"\n\n{entries}",
            self.number
        );
        let path = self.folder.path().join(format!("{name}.toml"));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A command line on this account: `args`, then the manifest.
    pub(crate) fn infra(&self, args: &[&str], manifest: &Path) -> Command {
        self.command(&[args, &[manifest.to_str().unwrap()]].concat())
    }

    /// A command line on this account that takes no manifest.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = infra(args);
        command.args.extend(["--endpoint-url".to_owned(), self.emulator.endpoint_url.clone()]);
        let keys = &self.account.credentials;
        command.credentials = Some(Credentials::new(
            &keys.access_key_id,
            &keys.secret_access_key,
            keys.session_token.clone(),
            None,
            "test",
        ));
        command
    }

    /// `apply --yes` to its end, which must be good, and its output.
    pub(crate) fn apply(&self, manifest: &Path) -> Output {
        self.infra(&["apply", "--yes"], manifest).run().expect(Exit::Done)
    }

    /// `drift`, and the calls that could have changed something, of which there must be none.
    pub(crate) fn drift(&self, manifest: &Path) -> Output {
        let wire = Wire::new();
        let output = self.infra(&["drift"], manifest).wire(&wire).run();
        assert_eq!(wire.writes(), [""; 0], "{output}");
        output
    }
}

/// A command line that is being put together.
pub(crate) fn infra(args: &[&str]) -> Command {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    Command {
        args,
        env: Env::default(),
        answers: None,
        meanwhile: Box::new(|| ()),
        wire: Wire::new(),
        credentials: None,
        signals: None,
        stopped: false,
    }
}

/// A command line that is being put together.
pub(crate) struct Command {
    args: Vec<String>,
    env: Env,
    answers: Option<VecDeque<String>>,
    meanwhile: Box<dyn FnMut() + Send>,
    wire: Wire,
    credentials: Option<Credentials>,
    signals: Option<watch::Receiver<Option<Exit>>>,
    stopped: bool,
}

impl Command {
    /// Somebody sits at the terminal and gives these answers.
    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = Some(answers.iter().map(|answer| format!("{answer}\n")).collect());
        self
    }

    /// Something happens in the world while each question waits for its answer.
    pub(crate) fn meanwhile(mut self, happens: impl FnMut() + Send + 'static) -> Self {
        self.meanwhile = Box::new(happens);
        self
    }

    /// The environment has these variables.
    pub(crate) fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.env = variables.iter().copied().collect();
        self
    }

    pub(crate) fn wire(mut self, wire: &Wire) -> Self {
        self.wire = wire.clone();
        self
    }

    /// Signals come from here.
    pub(crate) fn signals(mut self, signals: watch::Receiver<Option<Exit>>) -> Self {
        self.signals = Some(signals);
        self
    }

    /// The clock stands still while there is work, and jumps to the end of the next pause when there is none:
    /// pauses take no time, and are counted all the same. It is for runs that talk to nobody outside.
    pub(crate) fn with_stopped_clock(mut self) -> Self {
        self.stopped = true;
        self
    }

    /// Runs it to its end, or to the crash that its connector was told to make. Either way nothing of it
    /// is left running.
    pub(crate) fn run(self) -> Output {
        let (out, err) = (Buffer::default(), Buffer::default());
        let runtime =
            runtime::Builder::new_current_thread().enable_all().start_paused(self.stopped).build().unwrap();
        let terminal = self.answers.is_some();
        let console = Console {
            out: Box::new(out.clone()),
            err: Talk::new(err.clone()),
            input: Box::new(Answers { left: self.answers.unwrap_or_default(), meanwhile: self.meanwhile }),
            out_is_terminal: false,
            err_is_terminal: false,
            in_is_terminal: terminal,
            width: 100,
        };
        let never = watch::channel(None);
        let host = Host {
            env: self.env,
            console,
            interrupt: Interrupt::from_channel(self.signals.unwrap_or(never.1)),
            http: Some(self.wire.client()),
            credentials: self.credentials.map(SharedCredentialsProvider::new),
            now: SystemTime::now(),
        };
        let args = std::iter::once("infra".to_owned()).chain(self.args).map(Into::into);
        let (exit, took) = runtime.block_on(async {
            let began = Instant::now();
            let exit = tokio::select! {
                exit = infra::cli::run(args, host) => Some(exit),
                () = self.wire.crashed() => None,
            };
            (exit, began.elapsed())
        });
        drop(runtime);
        Output { exit, out: out.text(), err: err.text(), took }
    }
}

/// What a command line left behind. Look at it, or say how it must have ended.
#[must_use = "say how it must have ended"]
pub(crate) struct Output {
    /// None after a crash.
    pub exit: Option<Exit>,
    pub out: String,
    pub err: String,
    /// By the clock that the run had.
    pub took: Duration,
}

impl Output {
    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn expect(self, exit: Exit) -> Self {
        assert_eq!(self.exit, Some(exit), "{self}");
        self
    }

    /// Demands that standard output has a text in it.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "`{text}` is not in\n{self}");
        self
    }

    /// Demands that standard error has a text in it.
    #[track_caller]
    pub(crate) fn tells(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is not in\n{self}");
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exit = self.exit.map(Exit::code);
        write!(f, "exit: {exit:?}\n----- stdout\n{}----- stderr\n{}", self.out, self.err)
    }
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Answers {
    left: VecDeque<String>,
    meanwhile: Box<dyn FnMut() + Send>,
}

impl Input for Answers {
    fn line(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        (self.meanwhile)();
        let answer = self.left.pop_front();
        Box::pin(async move { Ok(answer) })
    }

    fn hidden(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        (self.meanwhile)();
        let answer = self.left.pop_front().map(|line| line.trim_end_matches('\n').to_owned());
        Box::pin(async move { Ok(answer) })
    }
}
