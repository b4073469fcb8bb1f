//! The versions of a secret, and what follows from them for its value. Pure.
//!
//! Which version is current, AWS tells by labels. `infra` puts a label of its own on what it makes current: so it is
//! seen from the labels alone whether somebody else has written since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::value::{Elsewhere, Wish};
use crate::value::{AtHand, Held, Recipe, Source};

/// The label of the version that readers get.
pub(super) const CURRENT: &str = "AWSCURRENT";

/// Our own labels, of which what we make current has one. There are two, so that what is about to become current gets
/// the one that the current version does not have: wherever a run ends, what is current still says whose it is.
const OURS: [&str; 2] = ["infra", "infra-again"];

/// The label that a new version gets, in the call that puts it.
pub(super) const PUT: &str = OURS[0];

/// The versions of a secret that have labels (API `DescribeSecret`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The labels of each, by its id.
    pub labels: BTreeMap<String, BTreeSet<String>>,
    /// The day on which the current one was written, where that was asked.
    pub written: Option<String>,
}

impl Versions {
    /// The current version: what readers get.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        self.holder(CURRENT)
    }

    /// The version that has this label.
    pub(super) fn holder(&self, label: &str) -> Option<&str> {
        let held = self.labels.iter().find(|(_, labels)| labels.contains(label));
        held.map(|(id, _)| id.as_str())
    }

    pub(super) fn has(&self, version: &str, label: &str) -> bool {
        self.labels.get(version).is_some_and(|labels| labels.contains(label))
    }

    /// Whether the current version was made current by us.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.current().is_some_and(|current| OURS.iter().any(|label| self.has(current, label)))
    }

    /// The label for what is about to become current: the one that the current version does not have.
    pub(super) fn next_label(&self) -> &'static str {
        let is_free = |label: &&str| self.current().is_none_or(|current| !self.has(current, label));
        OURS.into_iter().find(is_free).unwrap_or(PUT)
    }
}

/// What is to be written.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// A value that no version with a label holds.
    Put(Arc<Held>),
    /// A value that this version holds, which is not current.
    Move(Arc<Held>),
    /// A new value.
    Make(Recipe),
}

/// How what is live stands to what is wanted.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// There is nothing to do or to tell: as wanted, or nobody's business.
    Settled,
    /// Something is to be written.
    Due(Write),
    /// Somebody else wrote the current version, and it stays.
    Elsewhere,
    /// There is a value, and nothing to compare it with.
    NotCompared,
    /// There is no value, and none at hand.
    Missing,
}

/// How `versions` stand to `wish`.
pub(super) fn standing(versions: &Versions, wish: &Wish) -> Standing {
    let current = versions.current();
    let Some(source) = wish.source.as_ref().filter(|source| **source != Source::External) else {
        return if current.is_none() { Standing::Missing } else { Standing::Settled };
    };
    if let Source::Generate(recipe) = source {
        // Made once: whatever there is by then stays.
        return match current {
            None => Standing::Due(Write::Make(recipe.clone())),
            Some(_) => Standing::Settled,
        };
    }
    let AtHand::Here(held) = &wish.at_hand else {
        return match (current, source) {
            (None, _) => Standing::Missing,
            (Some(_), Source::Prompt | Source::Given) => Standing::Settled,
            (Some(_), _) => Standing::NotCompared,
        };
    };
    let id = held.version_id().as_str();
    let may_replace = match source {
        // What is typed is for a secret without a value.
        Source::Prompt => current.is_none(),
        // A person says so now, whatever is there.
        Source::Given => true,
        _ => current.is_none() || versions.is_ours() || wish.elsewhere == Elsewhere::Overwrite,
    };
    if current == Some(id) {
        Standing::Settled
    } else if !may_replace {
        Standing::Elsewhere
    } else if versions.labels.contains_key(id) {
        Standing::Due(Write::Move(Arc::clone(held)))
    } else {
        Standing::Due(Write::Put(Arc::clone(held)))
    }
}
