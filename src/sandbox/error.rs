//! What can go wrong with an emulated account.

use std::io;
use std::path::{Path, PathBuf};

/// Why a sandbox could not be provided, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Another command holds the folder's lock.
    #[error(
        "the sandbox in {dir} is in use by another infra (process {pid}); \
         wait until it ends, or use another folder with --sandbox=DIR"
    )]
    InUse {
        /// The sandbox's folder.
        dir: PathBuf,
        /// What the holder wrote into the lock file.
        pid: String,
    },

    /// The folder holds something else; a sandbox in it would mix its files with those.
    #[error("{dir} holds other files than a sandbox's; name a new or an empty folder with --sandbox=DIR")]
    NotASandbox {
        /// The folder that was named.
        dir: PathBuf,
    },

    /// Something else than a folder has the name.
    #[error("{dir} is no folder; name a new or an empty folder with --sandbox=DIR")]
    NotAFolder {
        /// What was named.
        dir: PathBuf,
    },

    /// Nothing to run the emulator with.
    #[error(
        "the emulator needs Python 3.10 or newer, but {found}; install Python with its venv module, or uv"
    )]
    NoPython {
        /// What is there instead.
        found: String,
    },

    /// A program that was found could not be run.
    #[error("could not run {program}")]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A step of the installation failed.
    #[error("could not install the emulator in {folder}; {program} ended with:\n{output}")]
    Install {
        /// The virtual environment that was being made.
        folder: PathBuf,
        /// The program that failed.
        program: PathBuf,
        /// Its last lines.
        output: String,
    },

    /// A file or folder of the sandbox or of the cache.
    #[error("could not {doing} {path}")]
    File {
        /// What was being done, as a verb.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// The emulator ended before it answered.
    #[error("the emulator ended while it was starting; the end of {log}:\n{tail}")]
    Ended {
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },

    /// The emulator did not answer in time, and was killed.
    #[error("the emulator was not ready within {seconds} seconds; look into {log}")]
    NotReady {
        /// How long it had.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },

    /// The emulator ended, but did not keep its state.
    #[error(
        "the emulator failed, and what this run changed in the sandbox may be lost; the end of {log}:\n{tail}"
    )]
    NotKept {
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },

    /// The emulator did not end in time, and was killed.
    #[error(
        "the emulator did not stop within {seconds} seconds and was killed; \
         what this run changed in the sandbox is lost; look into {log}"
    )]
    NotStopped {
        /// How long it had.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },
}

impl SandboxError {
    /// Wraps what `path` said when it was to be done something with:
    /// `map_err(SandboxError::file("read", path))`.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }

    /// Wraps what came of running `program`.
    pub(super) fn run(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Run { program, source }
    }
}

/// The last lines of what a program wrote: enough to see why it failed, and not all of pip's talk.
pub(super) fn last_lines(text: &str) -> String {
    const KEPT: usize = 12;
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(KEPT)..].join("\n")
}
