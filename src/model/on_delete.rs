//! What becomes of a resource when its entry leaves the manifest.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// What becomes of a resource when its entry leaves the manifest.
///
/// The choice is mirrored in the tag `infra:on-delete`, so that it still holds when the entry, or the whole
/// manifest, is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// It stays as it is, and the plan says so.
    Retain,
    /// It is deleted once a person confirms, and only in the way that its kind calls safe.
    Delete,
}

impl OnDelete {
    /// The word in the manifest and in the tag.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Delete => "delete",
        }
    }

    /// Reads the mirrored choice. No tag, or one that nobody understands, means [`OnDelete::Retain`].
    #[must_use]
    pub fn from_tag(value: Option<&str>) -> Self {
        if value == Some(Self::Delete.word()) { Self::Delete } else { Self::Retain }
    }
}

impl fmt::Display for OnDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
