//! What can be verified of an entry: facts that looking has told, and what has to be tried. Plain data.
//!
//! A plan says whether the settings are as declared. Whether what has them works is another question, and this is
//! where a kind says how to ask it.

use serde::Serialize;

use super::decide::Decision;
use super::lookup::{Choice, NoChoice};
use super::probe::Probe;
use super::{Entry, Found, Kind, Live, Phase};
use crate::aws::CallError;
use crate::model::{Tags, size};

/// One thing to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it is about, in a word or two (`there`, `mount target us-west-2a`).
    pub what: String,
    /// What came of it, or how that is found out.
    pub answer: Answer,
}

/// What came of a check, or how that is found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Looking has told.
    Known(Outcome),
    /// It has to be tried.
    Probe(Probe),
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it must be.
    Passed {
        /// What was seen.
        seen: String,
    },
    /// It is not.
    Failed {
        /// What was seen.
        seen: String,
        /// What to do.
        help: String,
    },
    /// It could not be read, so nobody can say.
    Unread {
        /// Why.
        why: String,
        /// What to do, where that is known.
        help: Option<String>,
    },
    /// There is nothing here that it could be tried on.
    Unchecked {
        /// Why.
        why: String,
    },
}

/// What a check comes to, without what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It is as it must be.
    Passed,
    /// It is not.
    Failed,
    /// Nobody can say.
    Unchecked,
}

impl Check {
    /// A check that looking has answered.
    pub fn known(what: impl Into<String>, outcome: Outcome) -> Self {
        Self { what: what.into(), answer: Answer::Known(outcome) }
    }

    /// A check that has to be tried.
    pub fn probe(what: impl Into<String>, probe: Probe) -> Self {
        Self { what: what.into(), answer: Answer::Probe(probe) }
    }
}

impl Outcome {
    /// It is as it must be.
    pub fn passed(seen: impl Into<String>) -> Self {
        Self::Passed { seen: seen.into() }
    }

    /// It is not as it must be.
    pub fn failed(seen: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Failed { seen: seen.into(), help: help.into() }
    }

    /// It could not be read.
    #[must_use]
    pub fn unread(error: &CallError) -> Self {
        Self::Unread { why: error.to_string(), help: error.class.help().map(str::to_owned) }
    }

    /// There is nothing here that it could be tried on.
    pub fn unchecked(why: impl Into<String>) -> Self {
        Self::Unchecked { why: why.into() }
    }

    /// What it comes to.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match self {
            Self::Passed { .. } => Mark::Passed,
            Self::Failed { .. } => Mark::Failed,
            Self::Unread { .. } | Self::Unchecked { .. } => Mark::Unchecked,
        }
    }
}

/// What can be verified of an entry: what holds for every kind, then what its own kind says.
pub(super) fn of<K: Kind>(entry: &Entry<K>, found: &Found<K>, decision: &Decision<K>) -> Vec<Check> {
    let mut checks = vec![Check::known("there", presence(entry, found, decision))];
    if let Some(live) = found.live() {
        checks.push(Check::known("tags", tags(&entry.tags, &live.tags)));
        checks.extend(K::checks(live, &entry.state));
    }
    checks
}

/// What can be verified of what was looked up.
pub(super) fn looked_up(answer: &Result<Choice, NoChoice>) -> Vec<Check> {
    let (outcome, own) = match answer {
        Ok(choice) => (Outcome::passed(&choice.why), choice.checks.clone()),
        Err(NoChoice::Refused { reason, help }) => (Outcome::failed(reason, help), Vec::new()),
        Err(NoChoice::Unknown(error)) => (Outcome::unread(error), Vec::new()),
    };
    std::iter::once(Check::known("there", outcome)).chain(own).collect()
}

/// Whether it is there, in use, and as declared. Tags are a check of their own.
fn presence<K: Kind>(entry: &Entry<K>, found: &Found<K>, decision: &Decision<K>) -> Outcome {
    match (found, decision) {
        (Found::Unknown(error), _) => Outcome::unread(error),
        (Found::Unclear { reason, help }, _) => Outcome::failed(reason, help),
        (Found::Absent, Decision::Blocked(block)) => {
            Outcome::failed(format!("it is not there, and {}", block.reason), &block.help)
        }
        (Found::Absent, _) => Outcome::failed("it is not there", "`infra apply` makes it"),
        (Found::Present(live), decision) => there(entry, live, decision),
    }
}

fn there<K: Kind>(entry: &Entry<K>, live: &Live<K>, decision: &Decision<K>) -> Outcome {
    match &live.phase {
        Phase::Active => {}
        Phase::PendingDeletion { date } => {
            return Outcome::failed(
                format!("it is scheduled for deletion since {date}"),
                "`infra apply` restores it",
            );
        }
        Phase::Deleting => {
            return Outcome::failed("AWS is deleting it", "`infra apply` makes it again when it is gone");
        }
    }
    match decision {
        Decision::InSync | Decision::Keep(_) => Outcome::passed("as declared"),
        Decision::Blocked(block) => {
            Outcome::failed(format!("it is there, but {}", block.reason), &block.help)
        }
        Decision::Unknown(error) => Outcome::unread(error),
        Decision::NamesUnknown(address, error) => Outcome::Unread {
            why: format!("it names {address}, which could not be read: {error}"),
            help: error.class.help().map(str::to_owned),
        },
        Decision::Act(_, changes) => {
            let retags = usize::from(!entry.tags.missing_from(&live.tags).is_empty());
            match changes.len().saturating_sub(retags) {
                0 => Outcome::passed("as declared"),
                count => Outcome::failed(
                    format!("it differs from the manifest: {} to make", size::count(count, "change")),
                    "`infra plan` shows them",
                ),
            }
        }
    }
}

/// Whether it carries every tag that the manifest declares, the marks of ownership among them.
fn tags(declared: &Tags, live: &Tags) -> Outcome {
    let missing = declared.missing_from(live);
    if missing.is_empty() {
        return Outcome::passed(format!("{} as declared", size::count(declared.len(), "tag")));
    }
    let missing = missing.iter().map(|(key, value)| match live.get(key) {
        Some(other) => format!("{key} is {other} and not {value}"),
        None => format!("{key}={value} is missing"),
    });
    Outcome::failed(missing.collect::<Vec<_>>().join(", "), "`infra apply` sets them")
}
