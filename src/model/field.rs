//! A difference in neutral form: what a plan shows of a change, without its type.

use serde::{Deserialize, Serialize};

use super::Link;

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "value")]
pub enum Shown {
    /// Not set, or not there.
    Absent,
    /// A value of one line.
    Text(String),
    /// A document of several lines.
    Document {
        /// What it says, in one line for people.
        summary: String,
        /// All of it, laid out so that two versions can be compared line by line.
        text: String,
    },
    /// Another entry.
    Entry {
        /// Its address.
        address: String,
        /// What stands for it in AWS; none before it is made.
        id: Option<String>,
    },
}

impl Shown {
    /// A value of one line.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// A document of several lines.
    pub fn document(summary: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Document { summary: summary.into(), text: text.into() }
    }

    /// Another entry, or the id of what no entry names.
    #[must_use]
    pub fn link(link: &Link) -> Self {
        let id = link.value().map(str::to_owned);
        match link.address() {
            Some(address) => Self::Entry { address: address.to_string(), id },
            None => Self::optional(id),
        }
    }

    /// Whether `now` is what this was said to become: the same, or the id that was not known yet.
    #[must_use]
    pub fn fits(&self, now: &Self) -> bool {
        match (self, now) {
            (Self::Entry { address, id: None }, Self::Entry { address: of, .. }) => address == of,
            _ => self == now,
        }
    }

    /// A value of one line, or [`Shown::Absent`].
    pub fn optional(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Absent, Self::text)
    }
}

/// One setting of a resource, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The key in the manifest, or what a person would call it (`mount target us-west-2a`).
    pub field: String,
    /// What it is set to.
    pub value: Shown,
}

impl Setting {
    /// The field `field`, set to `value`.
    pub fn new(field: impl Into<String>, value: Shown) -> Self {
        Self { field: field.into(), value }
    }
}

/// What a creation sets is what is set after it.
impl From<FieldChange> for Setting {
    fn from(change: FieldChange) -> Self {
        Self { field: change.field, value: change.after }
    }
}

/// One field of a resource that differs, or that a creation sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The key in the manifest, or what a person would call it (`tag Project`).
    pub field: String,
    /// What is live.
    pub before: Shown,
    /// What is declared.
    pub after: Shown,
}

impl FieldChange {
    /// A field that goes from `before` to `after`.
    pub fn new(field: impl Into<String>, before: Shown, after: Shown) -> Self {
        Self { field: field.into(), before, after }
    }

    /// Whether `now` is this difference, with what was not known yet.
    #[must_use]
    pub fn fits(&self, now: &Self) -> bool {
        self.field == now.field && self.before.fits(&now.before) && self.after.fits(&now.after)
    }

    /// A field that a creation sets.
    pub fn set(field: impl Into<String>, after: Shown) -> Self {
        Self::new(field, Shown::Absent, after)
    }
}
