//! Why a command could not do its work, what to do next, and how the process ends.

use std::io;

use super::exit::Exit;
use crate::manifest::fault::Invalid;
use crate::model::escape::Line;
use crate::observe::ObserveError;
use crate::sandbox::SandboxError;

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something that is said in a sentence.
    Said {
        /// How the process ends.
        exit: Exit,
        /// What happened.
        message: String,
        /// What to do next.
        help: Option<String>,
    },
    /// A manifest with faults, each shown where it is.
    Manifest(Invalid),
    /// The process was asked to stop.
    Stopped {
        /// How it ends.
        exit: Exit,
        /// What became of the work, where that is worth a word.
        message: Option<&'static str>,
    },
    /// Whoever read our output has gone.
    Closed,
}

impl Failure {
    /// A command line that cannot be meant.
    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Said { exit: Exit::Usage, message: message.into(), help: Some(help.into()) }
    }

    /// Anything else that went wrong.
    pub(super) fn failed(message: impl Into<String>, help: Option<&str>) -> Self {
        Self::Said { exit: Exit::Failed, message: message.into(), help: help.map(str::to_owned) }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::Manifest(invalid)
    }
}

impl From<ObserveError> for Failure {
    fn from(error: ObserveError) -> Self {
        // AWS's own words may be in it.
        Self::failed(Line(&error.to_string()).to_string(), error.help())
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        let help = match error {
            SandboxError::Install { .. } => Some(
                "the first run takes the emulator from PyPI: check the network and pip's settings, then run it again",
            ),
            _ => None,
        };
        Self::failed(message, help)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::failed(format!("cannot write the output: {error}"), None)
    }
}
