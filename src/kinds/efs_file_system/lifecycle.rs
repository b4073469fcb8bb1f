//! When files move to cheaper storage, and back. Pure.

use crate::model::{FieldChange, Shown};

/// The numbers of days that AWS takes (API `LifecyclePolicy`).
pub const DAYS: [u16; 9] = [1, 7, 14, 30, 60, 90, 180, 270, 365];

/// The lifecycle settings. Without any, files stay where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Days without access after which a file moves to Infrequent Access.
    pub infrequent_after: Option<u16>,
    /// Days without access after which a file moves to Archive.
    pub archive_after: Option<u16>,
    /// Whether a file comes back when it is read.
    pub back_on_access: bool,
}

/// The word for “at the first access” (API `LifecyclePolicy`).
const ON_ACCESS: &str = "AFTER_1_ACCESS";

impl Lifecycle {
    /// Puts together what AWS answers: a list in which each object has one transition or several, in any order
    /// (terraform-provider-aws #34901, #35082, #35314). The three words of an object are those for Infrequent
    /// Access, for Archive, and for the way back.
    ///
    /// # Errors
    ///
    /// What cannot be understood.
    pub fn of<'a>(policies: impl IntoIterator<Item = [Option<&'a str>; 3]>) -> Result<Self, String> {
        let mut found: [Option<&str>; 3] = [None; 3];
        for policy in policies {
            for (word, found) in policy.into_iter().zip(&mut found) {
                match (word, *found) {
                    (Some(word), Some(other)) if word != other => {
                        return Err(format!("one transition is both {other} and {word}"));
                    }
                    (word, other) => *found = other.or(word),
                }
            }
        }
        let [infrequent, archive, back] = found;
        Ok(Self {
            infrequent_after: infrequent.map(days).transpose()?,
            archive_after: archive.map(days).transpose()?,
            back_on_access: match back {
                None => false,
                Some(ON_ACCESS) => true,
                Some(other) => return Err(unknown(other)),
            },
        })
    }

    /// What AWS is given: an object for each transition, in the same order as in [`Lifecycle::of`].
    #[must_use]
    pub fn policies(&self) -> Vec<[Option<String>; 3]> {
        let Self { infrequent_after, archive_after, back_on_access } = self;
        [
            infrequent_after.map(|days| [Some(word(days)), None, None]),
            archive_after.map(|days| [None, Some(word(days)), None]),
            back_on_access.then(|| [None, None, Some(ON_ACCESS.to_owned())]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Whether any file moves to cheaper storage.
    #[must_use]
    pub fn moves(&self) -> bool {
        self.infrequent_after.is_some() || self.archive_after.is_some()
    }

    /// What differs, field by field.
    #[must_use]
    pub fn differences(&self, after: &Self) -> Vec<FieldChange> {
        let fields = self.shown().into_iter().zip(after.shown());
        fields
            .filter(|((_, before), (_, after))| before != after)
            .map(|((name, before), (_, after))| FieldChange::new(name, before, after))
            .collect()
    }

    /// Each transition, as people read it.
    #[must_use]
    pub fn shown(&self) -> [(&'static str, Shown); 3] {
        let Self { infrequent_after, archive_after, back_on_access } = self;
        let days = |days: &Option<u16>| Shown::optional(days.map(|days| days.to_string()));
        [
            ("infrequent-access-after-days", days(infrequent_after)),
            ("archive-after-days", days(archive_after)),
            ("primary-after-access", Shown::text(back_on_access.to_string())),
        ]
    }
}

fn word(days: u16) -> String {
    format!("AFTER_{days}_DAY{}", if days == 1 { "" } else { "S" })
}

fn days(text: &str) -> Result<u16, String> {
    DAYS.into_iter().find(|days| word(*days) == text).ok_or_else(|| unknown(text))
}

fn unknown(word: &str) -> String {
    format!("its lifecycle says {word}, which is not known here")
}
