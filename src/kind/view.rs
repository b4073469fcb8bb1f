//! Changes and steps as plain data: all that rendering, digests and consent may know of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::secret::SecretView;
use super::usage::Uses;
use crate::document::policy::{self, Access, Grant, Policy};
use crate::model::{Address, FieldChange, Location, Outputs, Setting, Shown, Tags, digest};

/// A typed change that can say what it is.
pub trait Describe {
    /// The change in neutral form.
    fn describe(&self) -> ChangeView;
}

/// One change: one API call, what it sets, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeView {
    /// The call, as in IAM actions (`ecr:PutLifecyclePolicy`).
    pub call: &'static str,
    /// What it sets.
    pub fields: Vec<FieldChange>,
    /// Why a person should look twice.
    pub risk: Option<Risk>,
    /// What follows from it, measured from the live account. One line each.
    pub consequences: Vec<String>,
    /// Whom it keeps out who could come in before. One line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locks_out: Vec<String>,
}

impl ChangeView {
    /// A change without a risk.
    #[must_use]
    pub fn new(call: &'static str, fields: Vec<FieldChange>) -> Self {
        Self { call, fields, risk: None, consequences: Vec::new(), locks_out: Vec::new() }
    }

    /// Whether `now` is this change, with what was not known yet.
    #[must_use]
    pub fn fits(&self, now: &Self) -> bool {
        // Destructured whole, so that a new field is not forgotten here.
        let Self { call, fields, risk, consequences, locks_out } = self;
        *call == now.call
            && *risk == now.risk
            && *consequences == now.consequences
            && *locks_out == now.locks_out
            && fields.len() == now.fields.len()
            && fields.iter().zip(&now.fields).all(|(field, now)| field.fits(now))
    }
}

/// Why a person should look twice at a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Data that exists would be lost.
    DestroysData,
    /// More principals can reach or read something.
    Exposes,
    /// Whoever uses something is cut off from it, and nothing is lost.
    CutsOff,
}

/// What happens to one entry, or to one resource that left the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// It could not be read, so what would happen is not known.
    Unknown,
    /// A guard refuses.
    Blocked,
    /// It is deleted.
    Delete,
    /// It exists, has no owner, and becomes this manifest's.
    Adopt,
    /// Its scheduled deletion is cancelled.
    Restore,
    /// It left the manifest, and stays.
    Keep,
    /// It is changed in place.
    Update,
    /// It is created.
    Create,
    /// It was looked up, and is never written.
    Found,
    /// Nothing is to be done.
    InSync,
}

impl Verb {
    /// The word that people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Blocked => "blocked",
            Self::Delete => "delete",
            Self::Adopt => "adopt",
            Self::Restore => "restore",
            Self::Keep => "keep",
            Self::Update => "update",
            Self::Create => "create",
            Self::Found => "found",
            Self::InSync => "in sync",
        }
    }

    /// Whether it means calls that write.
    #[must_use]
    pub fn acts(self) -> bool {
        matches!(self, Self::Delete | Self::Adopt | Self::Restore | Self::Update | Self::Create)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a person must agree to, by address, before a step may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// That the resource, which has no owner, becomes this manifest's.
    Adopt,
    /// That the resource is deleted, or what hangs on it.
    Delete,
    /// That images or logs may expire.
    AllowExpire,
}

impl Need {
    /// The option of the command line that agrees to it.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Self::Adopt => "--adopt",
            Self::Delete => "--delete",
            Self::AllowExpire => "--allow-expire",
        }
    }
}

/// One step of a plan as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// The entry, or what the tags of a resource that left the manifest call it.
    pub address: Address,
    /// The resource's name in AWS.
    pub name: String,
    /// Its id, where AWS gives it one beside its name and it is there.
    pub id: Option<String>,
    /// Where the entry is written; none for what left the manifest.
    pub location: Option<Location>,
    /// What happens.
    pub verb: Verb,
    /// Why, where the verb alone does not say it.
    pub reason: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The fields that cannot be changed, when that is what blocks it.
    pub immutable: Vec<FieldChange>,
    /// The calls, in order.
    pub changes: Vec<ChangeView>,
    /// What people must be told even when nothing is to be changed.
    pub notes: Vec<String>,
    /// What is worth knowing beside the rest.
    pub remarks: Vec<String>,
    /// Whether a person is asked for a secret value before it is applied.
    pub asks: bool,
    /// How it stands with its secret value, where it is an entry for one.
    pub secret: Option<SecretView>,
    /// What was seen of it, if it is there.
    pub seen: Option<Box<Seen>>,
    /// What can be verified of it, where it is an entry.
    pub checks: Vec<Check>,
    /// How a person removes what stays where all is destroyed: lines for a shell.
    pub by_hand: Vec<String>,
    /// What it is billed for.
    pub uses: Uses,
}

/// What was seen of a live resource, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seen {
    /// The day on which it was created, where AWS tells.
    pub created: Option<String>,
    /// That it is on its way out, if it is (`scheduled for deletion since 2026-12-01`).
    pub leaving: Option<String>,
    /// Every setting.
    pub settings: Vec<Setting>,
    /// All its tags.
    pub tags: Tags,
    /// What it brings to others.
    pub outputs: Outputs,
    /// What it holds, with sizes, as far as that was measured. It changes by the hour, and is no part of a
    /// fingerprint.
    #[serde(skip)]
    pub holds: Option<String>,
}

impl Seen {
    /// 64 hex digits that stand for all of it, but for what it holds.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // Destructured whole, so that a new field is not forgotten here.
        let Self { created, leaving, settings, tags, outputs, holds: _ } = self;
        digest::of_text(&serde_json::json!([created, leaving, settings, tags, outputs]).to_string())
    }
}

impl StepView {
    /// A step of which nothing more is said yet.
    #[must_use]
    pub fn new(address: Address, name: impl Into<String>, verb: Verb) -> Self {
        Self {
            address,
            name: name.into(),
            id: None,
            location: None,
            verb,
            reason: None,
            help: None,
            immutable: Vec::new(),
            changes: Vec::new(),
            notes: Vec::new(),
            remarks: Vec::new(),
            asks: false,
            secret: None,
            seen: None,
            checks: Vec::new(),
            by_hand: Vec::new(),
            uses: Uses::default(),
        }
    }

    /// What tells the resource from all others: its name, with its id where it has one.
    #[must_use]
    pub fn called(&self) -> String {
        match &self.id {
            Some(id) if *id != self.name => format!("{} ({id})", self.name),
            _ => self.name.clone(),
        }
    }

    /// What a person must agree to before the step may run.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        match self.verb {
            Verb::Adopt => needs.push(Need::Adopt),
            _ if self.takes_away() => needs.push(Need::Delete),
            _ => {}
        }
        if self.has(Risk::DestroysData) {
            needs.push(Need::AllowExpire);
        }
        needs
    }

    /// Whether it deletes the resource, or what hangs on it.
    #[must_use]
    pub fn takes_away(&self) -> bool {
        self.verb == Verb::Delete || self.has(Risk::CutsOff)
    }

    /// Whether one of the changes carries `risk`.
    #[must_use]
    pub fn has(&self, risk: Risk) -> bool {
        self.changes.iter().any(|change| change.risk == Some(risk))
    }
}

/// The fields that change when `tags` are set on a resource that has the tags `before`.
#[must_use]
pub fn tag_fields(before: &Tags, tags: &Tags) -> Vec<FieldChange> {
    let field = |(key, value)| {
        FieldChange::new(format!("tag {key}"), Shown::optional(before.get(key)), Shown::text(value))
    };
    tags.iter().map(field).collect()
}

/// A resource policy as people read it.
#[must_use]
pub fn policy_shown(policy: Option<&Policy>) -> Shown {
    policy.map_or(Shown::Absent, |policy| Shown::document(policy.summary(), policy.pretty()))
}

/// A change of a resource policy, with the access that it opens.
#[must_use]
pub fn policy_view(call: &'static str, before: Option<&Policy>, after: Option<&Policy>) -> ChangeView {
    let field = FieldChange::new("policy", policy_shown(before), policy_shown(after));
    let mut view = ChangeView::new(call, vec![field]);
    view.consequences = policy::widened(before, after);
    view.risk = (!view.consequences.is_empty()).then_some(Risk::Exposes);
    view
}

/// What a resource policy grants and what else it says, as people read it.
#[must_use]
pub fn access_shown(grant: &Grant, access: &Access) -> Vec<Setting> {
    let granted = grant.shown(&access.granted).into_iter();
    let mut settings: Vec<_> = granted.map(|(field, value)| Setting::new(field, value)).collect();
    settings.push(Setting::new("policy", policy_shown(access.policy.as_ref())));
    settings
}

/// A change of a resource policy that grants something, with the access that it opens and that it takes.
#[must_use]
pub fn access_view(call: &'static str, grant: &Grant, before: &Access, after: &Access) -> ChangeView {
    let mut view = ChangeView::new(call, grant.differences(&before.granted, &after.granted));
    if before.policy != after.policy {
        let (before, after) = (before.policy.as_ref(), after.policy.as_ref());
        view.fields.push(FieldChange::new("policy", policy_shown(before), policy_shown(after)));
    }
    view.consequences = grant.widened(before, after);
    view.risk = (!view.consequences.is_empty()).then_some(Risk::Exposes);
    view.locks_out.extend(grant.narrowed(&before.granted, &after.granted));
    view
}
