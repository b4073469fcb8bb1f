//! Where a value comes from, and what is asked of it.

use std::fmt;
use std::sync::Arc;

use super::{Held, Recipe};

/// Where the value of a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An environment variable.
    Env(String),
    /// A file beside the manifest.
    File(String),
    /// Somebody types it, once.
    Prompt,
    /// It is made, once.
    Generate(Recipe),
    /// Somebody else puts it.
    External,
    /// A person puts it by hand, with this very command and whatever is there. No entry says so.
    Given,
}

/// As people read it, behind “the value is”.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "from ${name}"),
            Self::File(path) => write!(f, "from {path}"),
            Self::Prompt => f.write_str("as it was typed"),
            Self::Generate(recipe) => write!(f, "generated, {} characters", recipe.length),
            Self::External => f.write_str("put by somebody else"),
            Self::Given => f.write_str("as it was given"),
        }
    }
}

/// What a value must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    #[default]
    Text,
    /// A JSON object, with text under these keys.
    Json {
        /// The keys that must be there.
        keys: Vec<String>,
    },
}

/// Whether a value is at hand.
#[derive(Clone, Debug, Default)]
pub enum AtHand {
    /// Nobody looked.
    #[default]
    Unread,
    /// Its source has none.
    Missing,
    /// It is.
    Here(Arc<Held>),
}

/// Variables that are others' business: what AWS, GitHub Actions and `ssh` read, and what this program does. A secret
/// that is put from one of them would be somebody's credentials by mistake.
#[must_use]
pub fn is_reserved_variable(name: &str) -> bool {
    let folded = name.to_ascii_uppercase();
    ["AWS_", "ACTIONS_", "SSH_", "INFRA_"].iter().any(|prefix| folded.starts_with(prefix))
        || folded == "GITHUB_TOKEN"
}
