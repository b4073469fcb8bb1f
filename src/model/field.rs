//! A difference in neutral form: what a plan shows of a change, without its type.

use serde::Serialize;

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

    /// A value of one line, or [`Shown::Absent`].
    pub fn optional(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Absent, Self::text)
    }
}

/// One field of a resource that differs, or that a creation sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

    /// A field that a creation sets.
    pub fn set(field: impl Into<String>, after: Shown) -> Self {
        Self::new(field, Shown::Absent, after)
    }
}
