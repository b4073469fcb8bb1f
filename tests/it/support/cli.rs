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
use super::leaks::{self, Leak};
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
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(leaks::FILE), &leaks::canary("file").whole).unwrap();
        Self { emulator, account, number, folder }
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
        // Emulators look at who signs, and neither at the signature nor at the session.
        command.credentials = Some(Credentials::new(
            &keys.access_key_id,
            &leaks::canary("AWS_SECRET_ACCESS_KEY").text,
            Some(leaks::canary("AWS_SESSION_TOKEN").text.clone()),
            None,
            "test",
        ));
        command.folder = Some(self.folder.path().to_owned());
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
        piped: Vec::new(),
        meanwhile: Box::new(|| ()),
        wire: Wire::new(),
        credentials: None,
        folder: None,
        signals: None,
        stopped: false,
        is_loud: false,
    }
}

/// A command line that is being put together.
pub(crate) struct Command {
    args: Vec<String>,
    env: Env,
    answers: Option<VecDeque<String>>,
    piped: Vec<u8>,
    meanwhile: Box<dyn FnMut() + Send>,
    wire: Wire,
    credentials: Option<Credentials>,
    /// Where its manifest is, and with it whatever it writes.
    folder: Option<PathBuf>,
    signals: Option<watch::Receiver<Option<Exit>>>,
    stopped: bool,
    is_loud: bool,
}

impl Command {
    /// Somebody sits at the terminal and gives these answers.
    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = Some(answers.iter().map(|answer| format!("{answer}\n")).collect());
        self
    }

    /// Standard input is a pipe with these bytes.
    pub(crate) fn piped(mut self, bytes: &[u8]) -> Self {
        self.piped = bytes.to_vec();
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

    /// Its log is the loudest that there is, in any case.
    pub(crate) fn at_its_loudest(mut self) -> Self {
        self.is_loud = true;
        self
    }

    /// Runs it to its end, or to the crash that its connector was told to make. Either way nothing of it
    /// is left running, and nothing that it left behind holds a secret.
    #[track_caller]
    pub(crate) fn run(self) -> Output {
        let (output, leaks) = self.scanned();
        assert_eq!(leaks, [], "secrets came to light");
        output
    }

    /// The same, with what came to light.
    pub(crate) fn scanned(self) -> (Output, Vec<Leak>) {
        let (out, mut err) = (Buffer::default(), Buffer::default());
        // The log shares the stream of the talk. What a test asks for is left in it, and what the scanner asks for is not.
        let logs = !self.args.iter().any(|arg| arg.starts_with("-v"));
        let log = if logs { err.divided() } else { Buffer::default() };
        let (form, folder) = (self.form(), self.folder.clone());
        let runtime =
            runtime::Builder::new_current_thread().enable_all().start_paused(self.stopped).build().unwrap();
        let terminal = self.answers.is_some();
        let console = Console {
            out: Box::new(out.clone()),
            err: Talk::new(err.clone()),
            input: Box::new(Answers {
                left: self.answers.unwrap_or_default(),
                piped: self.piped,
                meanwhile: self.meanwhile,
            }),
            out_is_terminal: false,
            err_is_terminal: false,
            in_is_terminal: terminal,
            width: 100,
        };
        let never = watch::channel(None);
        let host = Host {
            env: leaks::environment(&self.env, logs.then(|| leaks::loudness(self.is_loud))),
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
        let streams = [("output", &out), ("talk", &err), ("log", &log)];
        let scan = |(name, buffer): (&str, &Buffer)| {
            leaks::scan(&format!("{name}{form}"), &buffer.bytes.lock().unwrap())
        };
        let mut leaks: Vec<_> = streams.into_iter().filter_map(scan).collect();
        leaks.extend(self.wire.leaks());
        leaks.extend(folder.map(|folder| leaks::in_folder("files", &folder, &[])).into_iter().flatten());
        leaks::count_a_run();
        (Output { exit, out: out.text(), err: err.text(), took }, leaks)
    }

    /// What its output is like, for whoever reads of a leak in it.
    fn form(&self) -> String {
        let is_form =
            |arg: &&String| ["json", "github", "--quiet", "--color"].iter().any(|form| arg.contains(form));
        self.args.iter().filter(is_form).fold(String::new(), |form, arg| format!("{form} {arg}"))
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
struct Buffer {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Where events of the log go, each of which comes in one piece.
    log: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    /// Keeps events of the log apart from now on: in the buffer that this gives.
    fn divided(&mut self) -> Self {
        let log = Self::default();
        self.log = Some(Arc::clone(&log.bytes));
        log
    }
}

/// Whether a piece of talk is an event of the log: its level comes first, in or without colour.
fn is_event(bytes: &[u8]) -> bool {
    let bytes = match bytes.strip_prefix(b"\x1b[") {
        Some(rest) => rest.splitn(2, |byte| *byte == b'm').nth(1).unwrap_or_default(),
        None => bytes,
    };
    ["TRACE", "DEBUG", " INFO", " WARN", "ERROR"].iter().any(|level| bytes.starts_with(level.as_bytes()))
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let buffer = self.log.as_ref().filter(|_| is_event(bytes)).unwrap_or(&self.bytes);
        buffer.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Answers {
    left: VecDeque<String>,
    piped: Vec<u8>,
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

    fn rest(&mut self, most: u64) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        let mut bytes: Vec<u8> = self.piped.clone();
        bytes.truncate(usize::try_from(most).unwrap());
        Box::pin(async move { Ok(bytes) })
    }
}
