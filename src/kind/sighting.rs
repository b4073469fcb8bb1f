//! What was seen of a kind in the account.

use std::collections::BTreeSet;

use super::Kind;
use crate::aws::{CallError, Listings};
use crate::model::{Outputs, Owner, Pattern, Tags};

/// What is asked of [`Kind::observe`] about one resource.
pub struct Wanted<'a, K: Kind> {
    /// What is declared, or what was last seen of a resource that left the manifest.
    pub state: &'a K::State,
    /// The tags that are declared, the marks of ownership among them; or those last seen.
    pub tags: &'a Tags,
    /// What was last seen of it, if it has been found before.
    pub seen: Option<&'a Outputs>,
    /// Whether what it holds is to be measured, and what uses it: where it left the manifest, and to show it.
    pub measure: bool,
}

/// What [`Kind::observe`] looks for beside what is wanted, in a look at the whole account.
#[derive(Clone, Copy)]
pub struct Survey<'a> {
    aim: Aim<'a>,
    manifest: &'a str,
    listings: &'a Listings,
}

#[derive(Clone, Copy)]
enum Aim<'a> {
    /// What carries the mark of the manifest.
    Marked,
    /// What is called so, whoever's it is.
    Called(&'a Names),
}

/// What resources may be called to be looked for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Patterns of their names.
    pub patterns: Vec<Pattern>,
    /// Their ids.
    pub ids: BTreeSet<String>,
}

impl Names {
    /// Whether one that is called by all these words is looked for.
    #[must_use]
    pub fn have(&self, words: &[&str]) -> bool {
        let has = |word: &&str| {
            self.ids.contains(*word) || self.patterns.iter().any(|pattern| pattern.matches(word))
        };
        words.iter().any(has)
    }
}

impl<'a> Survey<'a> {
    /// Looks for what carries the mark of this manifest.
    #[must_use]
    pub fn marked(manifest: &'a str, listings: &'a Listings) -> Self {
        Self { aim: Aim::Marked, manifest, listings }
    }

    /// Looks for what is called so, whoever's it is, for this manifest.
    #[must_use]
    pub fn called(names: &'a Names, manifest: &'a str, listings: &'a Listings) -> Self {
        Self { aim: Aim::Called(names), manifest, listings }
    }

    /// Whether it may look for a resource that is called by all these words, its name and its id: asked before what
    /// would have to be read to know its tags.
    #[must_use]
    pub fn may_take(&self, words: &[&str]) -> bool {
        match self.aim {
            Aim::Marked => true,
            Aim::Called(names) => names.have(words),
        }
    }

    /// Whether it looks for a resource with these tags.
    #[must_use]
    pub fn takes(&self, tags: &Tags) -> bool {
        match self.aim {
            Aim::Marked => tags.owner(self.manifest) == Owner::Us,
            Aim::Called(_) => true,
        }
    }

    /// Whether what a resource holds is to be measured, and what uses it: that of one that left the manifest is.
    #[must_use]
    pub fn measures(&self) -> bool {
        self.mark().is_some()
    }

    /// The name of the manifest whose mark it looks for, if that is what it looks for.
    #[must_use]
    pub fn mark(&self) -> Option<&'a str> {
        match self.aim {
            Aim::Marked => Some(self.manifest),
            Aim::Called(_) => None,
        }
    }

    /// The name of the manifest that it looks for.
    #[must_use]
    pub fn manifest(&self) -> &'a str {
        self.manifest
    }

    /// The lists that several kinds read in this look.
    #[must_use]
    pub fn listings(&self) -> &'a Listings {
        self.listings
    }
}

/// The answer of [`Kind::observe`].
pub struct Observation<K: Kind> {
    /// One for each of what was wanted, in the same order.
    pub found: Vec<Found<K>>,
    /// Resources that the survey takes and that nothing wanted names.
    pub leftovers: Vec<Live<K>>,
    /// What could not be read while looking for them, so that there may be more.
    pub gaps: Vec<CallError>,
}

impl<K: Kind> Observation<K> {
    /// Puts together what was found and, in `others`, what each resource turned out to be that nothing wanted
    /// names: a leftover, nothing of ours, or not to be read.
    pub fn new(
        found: Vec<Found<K>>,
        others: impl IntoIterator<Item = Result<Option<Live<K>>, CallError>>,
    ) -> Self {
        let mut observation = Self { found, leftovers: Vec::new(), gaps: Vec::new() };
        for other in others {
            match other {
                Ok(leftover) => observation.leftovers.extend(leftover),
                Err(gap) => observation.gaps.push(gap),
            }
        }
        observation
    }
}

/// What was found of one resource.
pub enum Found<K: Kind> {
    /// It is there.
    Present(Box<Live<K>>),
    /// AWS says that it is not there.
    Absent,
    /// It cannot be told which resource is meant, so none is touched and none is made.
    Unclear {
        /// Why.
        reason: String,
        /// What to do.
        help: String,
    },
    /// It could not be read, or not wholly.
    Unknown(CallError),
}

impl<K: Kind> Found<K> {
    /// The resource, if it is there.
    #[must_use]
    pub fn live(&self) -> Option<&Live<K>> {
        match self {
            Self::Present(live) => Some(live),
            Self::Absent | Self::Unclear { .. } | Self::Unknown(_) => None,
        }
    }

    /// What is found of `name` when a kind has not answered about it.
    pub(super) fn unanswered(name: &str) -> Self {
        Self::Unknown(CallError::unusable(&K::NAME.to_string(), name, "nothing was answered about it"))
    }
}

/// A live resource.
pub struct Live<K: Kind> {
    /// All its tags.
    pub tags: Tags,
    /// Whether it is in use or scheduled for deletion.
    pub phase: Phase,
    /// What in AWS manages it for itself, if anything does (`the AWS service events`).
    pub service: Option<String>,
    /// Its settings in normal form.
    pub state: K::State,
    /// The day on which it was created (`2026-12-01`), where AWS tells.
    pub created: Option<String>,
    /// What else was seen.
    pub detail: K::Detail,
    /// What it brings to others: its id among them, where AWS gives it one.
    pub outputs: Outputs,
}

impl<K: Kind> Clone for Live<K> {
    fn clone(&self) -> Self {
        Self {
            tags: self.tags.clone(),
            phase: self.phase.clone(),
            service: self.service.clone(),
            state: self.state.clone(),
            created: self.created.clone(),
            detail: self.detail.clone(),
            outputs: self.outputs.clone(),
        }
    }
}

/// Whether a live resource is in use, scheduled for deletion, or on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In use.
    Active,
    /// Scheduled for deletion. Until that is carried out, it can be restored.
    PendingDeletion {
        /// The day on which it was scheduled (`2026-12-01`); not that of the deletion.
        date: String,
    },
    /// AWS is deleting it. Nothing can be written to it, and its place is not free yet.
    Deleting,
}
