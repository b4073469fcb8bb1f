//! What has to be tried to be known, as plain data. `verify` tries it.

/// The path that a request of a check has, from its first slash on, without that. No rule of others is for it.
pub const PATH: &str = "infra-verify";
/// Its query.
pub const QUERY: &str = "by=infra";

/// Something that has to be tried to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// A port answers as it is declared.
    Answers(Box<Answering>),
    /// The registry gives a token, and takes it.
    Registry {
        /// Its host.
        host: String,
    },
    /// The manifest of an image can be pulled, and is what its digest says.
    Pull {
        /// The registry's host.
        host: String,
        /// The repository.
        name: String,
        /// The image.
        digest: String,
    },
    /// A layer can be pushed. It writes, and is tried only when that is asked for.
    Push {
        /// The registry's host.
        host: String,
        /// The repository.
        name: String,
    },
    /// A trail of the account records who reads secrets.
    Trail,
    /// What a function that runs every day last reported in its log.
    LastReport {
        /// The log group.
        log_group: String,
        /// The function, as AWS calls it.
        function: String,
    },
}

impl Probe {
    /// Whether it is about the account, so that every entry that asks for it gets the same answer.
    #[must_use]
    pub fn is_of_the_account(&self) -> bool {
        match self {
            Self::Registry { .. } | Self::Trail => true,
            Self::Answers(_) | Self::Pull { .. } | Self::Push { .. } | Self::LastReport { .. } => false,
        }
    }
}

/// A port, and what it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// Whose addresses are asked.
    pub at: String,
    /// The port.
    pub port: u16,
    /// The host that is asked for: with TLS, that the certificate must be for.
    pub host: String,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// What it answers.
    pub expected: Expected,
}

/// What a port answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Always the same.
    Fixed {
        /// The status.
        status: u16,
        /// The type of the body.
        content_type: String,
        /// The body; empty for none.
        body: String,
    },
    /// That the client goes elsewhere.
    Redirect {
        /// The status.
        status: u16,
        /// Where, for a request of [`PATH`] and [`QUERY`].
        location: String,
    },
}
