//! The emulated AWS that tests run against: ministack, by way of `infra::sandbox`, and moto.
//!
//! Each is started once in a test process, at its first use, and ends with the process, because it
//! watches a pipe that the process holds. Tests share it, and keep apart by [`fresh_account`].
//!
//! Where an emulator cannot be installed (no Python, no network) the tests that need it are passed
//! over, and say so past the capture of their output; with `INFRA_REQUIRE_EMULATORS=1` they fail.

use std::any::Any;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use infra::sandbox::{Sandbox, SandboxError, Server, Setup, Tools, venv};
use tokio::process::Command;
use tokio::runtime::{self, Runtime};

use super::wire;

pub(crate) const REGION: &str = "us-west-2";

const MOTO: &str = "moto-5.2.5";
const MOTO_REQUIREMENTS: &str = include_str!("moto-requirements.txt");
/// The folder of the program that runs moto, with its corrections.
const MOTO_LAUNCH: &str = "tests/it/support/moto_launch";

/// The account that moto takes a request for when its credentials are not of moto's making.
const MOTO_ACCOUNT: &str = "123456789012";

/// Which emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Ministack,
    Moto,
}

/// A running emulator.
pub(crate) struct Emulator {
    pub backend: Backend,
    /// `http://127.0.0.1:PORT`.
    pub endpoint_url: String,
    /// The process, and the runtime that it belongs to: that of whichever test came first would
    /// end.
    _running: Box<dyn Any + Send + Sync>,
}

/// What a request is signed with. Emulators look at who signs, not at the signature.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl Credentials {
    fn new(access_key_id: &str) -> Self {
        Self {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: "emulated".to_owned(),
            session_token: None,
        }
    }

    /// Those of an account in ministack: its number is the key.
    pub(crate) fn in_ministack(account: &str) -> Self {
        Self::new(account)
    }
}

impl Emulator {
    /// Credentials that act in `account`, any 12 digits.
    ///
    /// moto knows an account by keys that it made itself; it makes some for a role in any account.
    pub(crate) fn credentials(&self, account: &str) -> Credentials {
        if self.backend == Backend::Ministack {
            return Credentials::in_ministack(account);
        }
        let anyone = Credentials::new("AKIAIOSFODNN7EXAMPLE");
        let role = format!("arn:aws:iam::{account}:role/test");
        let form = [("RoleArn", role.as_str()), ("RoleSessionName", "test")];
        let answer = wire::query(&self.endpoint_url, &anyone, "sts", "AssumeRole", &form);
        let credentials = Credentials {
            access_key_id: answer.element("AccessKeyId"),
            secret_access_key: answer.element("SecretAccessKey"),
            session_token: Some(answer.element("SessionToken")),
        };
        assert_ne!(account, MOTO_ACCOUNT, "{account} is shared by whatever is not signed");
        credentials
    }
}

/// ministack, as `--sandbox` runs it, corrections and all.
pub(crate) fn ministack() -> Option<&'static Emulator> {
    static EMULATOR: OnceLock<Option<Emulator>> = OnceLock::new();
    EMULATOR.get_or_init(|| start(Backend::Ministack)).as_ref()
}

/// moto, with the corrections of `moto_launch`.
pub(crate) fn moto() -> Option<&'static Emulator> {
    static EMULATOR: OnceLock<Option<Emulator>> = OnceLock::new();
    EMULATOR.get_or_init(|| start(Backend::Moto)).as_ref()
}

/// An account number that no other test in this process has, and hardly one in another.
pub(crate) fn fresh_account() -> String {
    static NEXT: OnceLock<AtomicU64> = OnceLock::new();
    const LOWEST: u64 = 100_000_000_000;
    // A start that depends on the process and the time, and room for a million accounts after it.
    let next = NEXT.get_or_init(|| {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = time.as_secs() * 1_000_000 + u64::from(time.subsec_micros());
        let seed = micros ^ (u64::from(std::process::id()) << 20);
        AtomicU64::new(LOWEST + seed % 800_000 * 1_000_000)
    });
    next.fetch_add(1, Ordering::Relaxed).to_string()
}

/// What the sandbox may use of this machine.
pub(crate) fn tools() -> Tools {
    Tools::from_variables(std::env::vars_os())
}

/// Where what is installed for tests is kept from one run to the next.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulators")
}

fn start(backend: Backend) -> Option<Emulator> {
    // A test is in a runtime of its own already, and one cannot block in another.
    let started = std::thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (endpoint_url, process) = runtime.block_on(run(backend))?;
        let running: (Box<dyn Any + Send + Sync>, Runtime) = (process, runtime);
        Ok(Emulator { backend, endpoint_url, _running: Box::new(running) })
    });
    match started.join().unwrap() {
        Ok(emulator) => Some(emulator),
        Err(error @ (SandboxError::NoPython { .. } | SandboxError::Install { .. })) => {
            let required = std::env::var_os("INFRA_REQUIRE_EMULATORS").is_some_and(|value| value == "1");
            assert!(!required, "INFRA_REQUIRE_EMULATORS=1, and {backend:?} is not to be had: {error}");
            // Not `eprintln!`: what that prints is only shown for tests that fail.
            let _ = writeln!(io::stderr(), "emulator tests passed over: no {backend:?}: {error}");
            None
        }
        Err(error) => panic!("{backend:?} does not start: {error}"),
    }
}

async fn run(backend: Backend) -> Result<(String, Box<dyn Any + Send + Sync>), SandboxError> {
    let say = &mut |line: &str| {
        let _ = writeln!(io::stderr(), "{line}");
    };
    match backend {
        Backend::Ministack => {
            let setup = Setup { dir: own_folder(), cache: cache(), tools: tools() };
            let sandbox = Sandbox::start(&setup, &fresh_account(), REGION, &[], say).await?;
            Ok((sandbox.endpoint_url().to_owned(), Box::new(sandbox)))
        }
        Backend::Moto => {
            let folder = cache().join("infra").join(MOTO);
            let python = venv::provide(MOTO_REQUIREMENTS, &folder, &tools(), say).await?;
            let mut command = Command::new(python);
            let launch = Path::new(env!("CARGO_MANIFEST_DIR")).join(MOTO_LAUNCH);
            command.arg("-I").arg(launch).env_clear().env("PATH", tools().path);
            // Without these a role cannot have a policy of AWS's attached.
            command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
            // Certificates are issued as soon as they are requested.
            command.env("MOTO_ACM_VALIDATION_WAIT", "0");
            let log = own_folder().join("moto.log");
            let server = Server::start(command, &log).await?;
            Ok((server.endpoint_url(), Box::new(server)))
        }
    }
}

/// An empty folder for this process. Nobody is left to remove it when the process ends, so those of
/// earlier runs are removed when the next begins.
fn own_folder() -> PathBuf {
    const KEPT: Duration = Duration::from_hours(1);
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("running");
    for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        if changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > KEPT)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    fs::create_dir_all(&all).unwrap();
    tempfile::Builder::new().tempdir_in(&all).unwrap().keep()
}
