//! The emulated AWS account behind `--sandbox[=DIR]`.
//!
//! A [`Sandbox`] is the emulator ministack, run by infra itself on a free loopback port, with its
//! state in a folder. Nothing has to be installed, configured or started by hand, and no
//! credentials are involved: the account is chosen by an access key id that equals it, with any
//! secret.
//!
//! **Where the emulator comes from.** A `ministack` command on `PATH`, if it is the very release
//! that `launch/` corrects; else a virtual environment in the user's cache, made once from
//! `requirements.txt` (see [`venv`]).
//!
//! **What is in the folder.** `state/`, what the emulated account holds, secret values included,
//! and hence readable by its owner only; `lock`, held while a command uses the sandbox, with its
//! process id; `emulator.log`; `launch/` and `tmp/`, which the emulator runs with; and a
//! `.gitignore` that keeps all of it out of the repository. The emulator writes nowhere else, and
//! sees nothing of the user's environment but `PATH`: no credentials, no home folder, no Docker.
//!
//! **When the emulator ends.** With the [`Sandbox`], however that ends: it watches a pipe that
//! infra holds. It then writes its state, and that is the only time it does. So when infra is
//! killed, nothing is lost; when the emulator itself is killed, or the machine stops, what changed
//! since it started is lost, and the state of the run before stays whole (each file is replaced by
//! a rename). A next start waits until a predecessor has written its state, and refuses to go on
//! with state that it cannot read.

mod error;
mod launch;
mod python;
mod server;
mod tools;
pub mod venv;

use std::fs::{self, DirBuilder, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::model::digest;

pub use error::SandboxError;
pub use server::Server;
pub use tools::Tools;

/// The release of ministack that is installed, and that [`launch`] corrects.
const RELEASE: &str = "1.5.33";
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Where a sandbox lives, and what it may use of the machine.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The sandbox's own folder: new, empty, or a sandbox's already.
    pub dir: PathBuf,
    /// The user's cache folder, for what all sandboxes share.
    pub cache: PathBuf,
    /// The programs and settings of the machine.
    pub tools: Tools,
}

/// A running emulated account. Dropping it ends the emulator too; [`Sandbox::stop`] also waits for
/// its state.
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    endpoint_url: String,
    /// Held for as long as the sandbox runs, hence after `server`.
    _lock: fs::File,
}

impl Sandbox {
    /// Starts the emulator as `setup` says, providing it first where that is needed; `say` is told what
    /// takes long.
    ///
    /// `account` and `region` are what requests mean that name none. A request's own are in its
    /// signature. There, each of `domains` has an issued certificate once this is done, as it would
    /// have in an account that the manifest is for: certificates are looked up, and never made.
    ///
    /// # Errors
    /// When the folder is in use or is no sandbox's, and when the emulator cannot be provided or does not start.
    pub async fn start(
        setup: &Setup,
        account: &str,
        region: &str,
        domains: &[String],
        say: &mut dyn FnMut(&str),
    ) -> Result<Self, SandboxError> {
        let (dir, lock) = claim(&setup.dir)?;
        let python = match python::behind("ministack", RELEASE, &setup.tools, say).await {
            Some(python) => python,
            None => venv::provide(REQUIREMENTS, &shared_folder(&setup.cache), &setup.tools, say).await?,
        };
        let mut command = command(&python, &dir, &setup.tools, account, region)?;
        command.env("INFRA_CERTIFICATES", domains.join(" "));
        let server = Server::start(command, &dir.join("emulator.log")).await?;
        Ok(Self { endpoint_url: server.endpoint_url(), server, _lock: lock })
    }

    /// Where the emulator answers: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// Waits until the emulator ends by itself, which is a failure of it.
    pub async fn ended(&mut self) -> SandboxError {
        self.server.ended().await
    }

    /// Ends the emulator, waits until its state is written, and frees the folder.
    ///
    /// # Errors
    /// When the state could not be written, or the emulator had to be killed.
    pub async fn stop(self) -> Result<(), SandboxError> {
        self.server.stop().await
    }
}

/// One virtual environment for each set of requirements: those of other versions of infra stay as
/// they are.
fn shared_folder(cache: &Path) -> PathBuf {
    let short: String = digest::of_text(REQUIREMENTS).chars().take(8).collect();
    cache.join("infra").join(format!("ministack-{RELEASE}-{short}"))
}

/// Makes `dir` a sandbox's folder for this process alone; gives its absolute path and the lock that
/// says so.
fn claim(dir: &Path) -> Result<(PathBuf, fs::File), SandboxError> {
    if dir.exists() && !dir.is_dir() {
        return Err(SandboxError::NotAFolder { dir: dir.to_owned() });
    }
    let lock = dir.join("lock");
    let is_empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !lock.exists() {
        return Err(SandboxError::NotASandbox { dir: dir.to_owned() });
    }
    create_private(dir)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(SandboxError::file("open", &lock))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(source)) => return Err(SandboxError::file("lock", &lock)(source)),
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(SandboxError::file("read", &lock))?;
            return Err(SandboxError::InUse { dir: dir.to_owned(), pid });
        }
    }
    file.set_len(0)
        .and_then(|()| write!(file, "{}", std::process::id()))
        .map_err(SandboxError::file("write", &lock))?;
    let ignore = dir.join(".gitignore");
    fs::write(&ignore, "*\n").map_err(SandboxError::file("write", &ignore))?;
    let dir = dir.canonicalize().map_err(SandboxError::file("find", dir))?;
    Ok((dir, file))
}

/// The emulator's command line and all of its environment.
fn command(
    python: &Path,
    dir: &Path,
    tools: &Tools,
    account: &str,
    region: &str,
) -> Result<Command, SandboxError> {
    let program = launch::write(dir)?;
    // What an emulator that was killed left behind.
    let temporary = dir.join("tmp");
    match fs::remove_dir_all(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(SandboxError::file("remove", &temporary)(error));
        }
        _ => create_private(&temporary)?,
    }
    let state = dir.join("state");
    create_private(&state)?;

    let mut command = Command::new(python);
    command.args(["-I", "-X", "utf8"]).arg(&program).current_dir(dir);
    command.env_clear().env("PATH", &tools.path).env("HOME", dir).env("TMPDIR", &temporary);
    command.env("PERSIST_STATE", "1").env("STATE_DIR", &state);
    command.env("S3_PERSIST", "1").env("S3_DATA_DIR", state.join("s3"));
    command
        .env("MINISTACK_ACCOUNT_ID", account)
        .env("MINISTACK_REGION", region)
        .env("AWS_DEFAULT_REGION", region);
    command.env("LAMBDA_EXECUTOR", "local").env("SFTP_ENABLED", "0").env("IOT_MTLS_ENABLED", "0");
    // With Docker at hand it would remove, at its start and its end, containers that other
    // emulators run.
    command.env("DOCKER_HOST", format!("unix://{}", dir.join("no-docker").display()));
    command.env("LOG_LEVEL", "WARNING");
    Ok(command)
}

fn create_private(dir: &Path) -> Result<(), SandboxError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(SandboxError::file("create", dir))
}

#[cfg(test)]
mod tests {
    use super::{RELEASE, REQUIREMENTS, launch};

    #[test]
    fn what_is_installed_is_what_is_corrected() {
        assert!(REQUIREMENTS.contains(&format!("\nministack=={RELEASE} \\\n")));
        let (_, main) = launch::FILES[0];
        assert!(main.contains(&format!("\nRELEASE = \"{RELEASE}\"\n")));
    }

    #[test]
    fn every_requirement_is_pinned_and_hashed() {
        let joined = REQUIREMENTS.replace("\\\n", " ");
        for line in joined.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains("=="), "{line} is not pinned");
            assert!(line.contains("--hash=sha256:"), "{line} has no hash");
        }
    }
}
