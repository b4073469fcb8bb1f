//! A plan that somebody has reviewed, read back from its file, and what has moved since.
//!
//! The file is never run. It says which plan was reviewed and what was seen of each resource then; what runs is
//! always a fresh plan, and only if it is that one still.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PlanView;
use super::moved::{Beside, Moved, MovedRow};
use crate::kind::view::{ChangeView, Risk, Seen, StepView, Verb};
use crate::model::{FieldChange, Location, Shown};

/// The form of the file.
pub const FORMAT: &str = "infra.plan-file/1";

/// What the form is called in every version.
const FORMATS: &str = "infra.plan-file/";

/// What a file says that it is.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
}

/// A reviewed plan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reviewed {
    /// Where the plan was made.
    #[serde(flatten)]
    pub origin: Origin,
    plan: PlanPart,
    seen: Vec<SeenPart>,
}

/// Where a plan was made: what must be the same where it is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Origin {
    /// The manifest's file, as it was named.
    pub file: String,
    /// The SHA-256 of its text.
    pub hash: String,
    /// What was asked: AWS, the sandbox, or another endpoint.
    pub endpoint: String,
}

/// What was seen of one resource, as the file has it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SeenPart {
    address: String,
    name: String,
    pub(super) fingerprint: String,
    #[serde(flatten)]
    pub(super) seen: Seen,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PlanPart {
    account: String,
    region: String,
    identity: String,
    digest: String,
    steps: Vec<StepPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct StepPart {
    address: String,
    pub(super) name: String,
    id: Option<String>,
    location: Option<Location>,
    pub(super) verb: Verb,
    pub(super) reason: Option<String>,
    immutable: Vec<FieldChange>,
    pub(super) changes: Vec<ChangePart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ChangePart {
    pub(super) call: String,
    fields: Vec<FieldChange>,
    risk: Option<Risk>,
    pub(super) consequences: Vec<String>,
    #[serde(default)]
    pub(super) locks_out: Vec<String>,
}

impl SeenPart {
    /// What the file keeps of a step: nothing where nothing was seen.
    #[must_use]
    pub fn of(view: &StepView) -> Option<Self> {
        let seen = view.seen.as_deref()?;
        Some(Self {
            address: view.address.to_string(),
            name: view.name.clone(),
            fingerprint: seen.fingerprint(),
            seen: seen.clone(),
        })
    }
}

impl Reviewed {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// Why it is no plan that can be applied, in a sentence that repeats nothing of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let head: Head = serde_json::from_str(text).map_err(|_| "it is no whole JSON document")?;
        match head.format.as_deref() {
            Some(FORMAT) => {}
            Some(form) if form.starts_with(FORMATS) => {
                return Err("another version of infra wrote it");
            }
            Some(form) if form.starts_with("infra.plan/") => {
                return Err(
                    "it is what `plan --format json` prints; `plan --out FILE` writes what can be applied",
                );
            }
            _ => return Err("it is no plan of infra's"),
        }
        serde_json::from_str(text).map_err(|_| "something in it was left out or changed")
    }

    /// Whether a file with this text is a plan of whichever version: nobody misses it when there is a new one.
    #[must_use]
    pub fn is_of_ours(text: &str) -> bool {
        let head = serde_json::from_str::<Head>(text).ok().and_then(|head| head.format);
        head.is_some_and(|format| format.starts_with(FORMATS))
    }

    /// Who made it.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.plan.identity
    }

    /// The digest of the reviewed plan.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.plan.digest
    }

    /// Whether all that it would do is done, by whomever: what it acts on needs nothing more, or is gone as it was to
    /// be.
    #[must_use]
    pub fn is_done(&self, now: &PlanView<'_>) -> bool {
        let is_done = |step: &StepPart| {
            let mut live = now.steps.iter().filter(|view| {
                view.address.to_string() == step.address
                    && (view.name == step.name || (view.location.is_some() && step.location.is_some()))
            });
            match step.verb {
                Verb::Delete => live.next().is_none(),
                _ => live.next().is_some_and(|view| view.verb == Verb::InSync),
            }
        };
        let mut acting = self.plan.steps.iter().filter(|step| step.verb.acts()).peekable();
        self.is_for(now) && acting.peek().is_some() && acting.all(is_done)
    }

    /// Whether it is of the account and the region that are looked at.
    fn is_for(&self, now: &PlanView<'_>) -> bool {
        (&self.plan.account, &self.plan.region) == (&now.header.account, &now.header.region)
    }

    /// What has moved since: nothing if `now` is still the plan that was reviewed, made from what was seen then.
    #[must_use]
    pub fn moved(&self, now: &PlanView<'_>) -> Vec<Moved> {
        // Nothing else is part of the digest: the manifest's name stands in its file, whose hash is the same.
        let header = now.header;
        if !self.is_for(now) {
            let place =
                |account: &str, region: &str| vec![Shown::text(format!("account {account}, {region}"))];
            return vec![Moved {
                address: "the plan".to_owned(),
                name: String::new(),
                rows: vec![MovedRow {
                    field: "made for".to_owned(),
                    reviewed: Some(place(&self.plan.account, &self.plan.region)),
                    then: None,
                    now: place(&header.account, &header.region),
                }],
                unknown: false,
            }];
        }
        // An entry has its address for itself. What left the manifest may share one, and is told by its name.
        let mut steps: BTreeMap<(String, &str), Beside<'_>> = BTreeMap::new();
        for step in &self.plan.steps {
            let name = if step.location.is_some() { "" } else { &step.name };
            steps.entry((step.address.clone(), name)).or_default().then = Some(step);
        }
        for &view in &now.steps {
            let name = if view.location.is_some() { "" } else { &view.name };
            steps.entry((view.address.to_string(), name)).or_default().now = Some(view);
        }
        for part in &self.seen {
            let own = |(address, name): &&(String, &str)| *address == part.address && *name == part.name;
            let key = steps.keys().find(own).cloned().unwrap_or_else(|| (part.address.clone(), ""));
            if let Some(beside) = steps.get_mut(&key) {
                beside.seen = Some(part);
            }
        }
        steps.into_iter().filter_map(|((address, _), beside)| beside.moved(address)).collect()
    }
}

impl StepPart {
    /// Whether `now` is this step: what a plan's digest is made of.
    pub(super) fn is(&self, now: &StepView) -> bool {
        let Self { address, name, id, location: _, verb, reason, immutable, changes } = self;
        // As in the digest: why something stays, or could not be read, changes by itself.
        let silent = matches!(verb, Verb::Keep | Verb::Unknown | Verb::InSync);
        *verb == now.verb
            && (silent || *reason == now.reason)
            && (*verb == Verb::InSync || *id == now.id)
            && (address, name) == (&now.address.to_string(), &now.name)
            && *immutable == now.immutable
            && changes.len() == now.changes.len()
            && changes.iter().zip(&now.changes).all(|(then, now)| then.is(now))
    }

    /// What it would have set a field to.
    pub(super) fn sets(&self, field: &str) -> Option<Vec<Shown>> {
        let fields = self.changes.iter().flat_map(|change| &change.fields);
        let after: Vec<_> = fields.filter(|it| it.field == field).map(|it| it.after.clone()).collect();
        (!after.is_empty()).then_some(after)
    }
}

impl ChangePart {
    fn is(&self, now: &ChangeView) -> bool {
        let ChangeView { call, fields, risk, consequences, locks_out } = now;
        self.call == *call
            && self.fields == *fields
            && self.risk == *risk
            && self.consequences == *consequences
            && self.locks_out == *locks_out
    }
}
