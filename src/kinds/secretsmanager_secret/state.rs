//! The normal form, the changes, and the diff. Pure.

use std::sync::Arc;

use super::rotation::{self, Rotation};
use super::spec::READ;
use super::value::Wish;
use super::versions::{Standing, Versions, Write, standing};
use super::{SecretsManagerSecret, age};
use crate::document::policy::Access;
use crate::guard::Permit;
use crate::kind::view::{access_shown, access_view, tag_fields};
use crate::kind::{ChangeView, Delta, Describe, Entry, Live};
use crate::model::{FieldChange, Setting, Shown, Tags, digest, kms, size};
use crate::value::{AtHand, Held, Recipe, Source};

/// A secret's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// What it is for. AWS leaves an empty one out.
    pub description: Option<String>,
    /// Its KMS key; none is AWS's own.
    pub kms_key: Option<String>,
    /// The resource policy: who else may use it, and who may not.
    pub access: Access,
    /// What puts new values by itself; none if nothing does.
    pub rotation: Option<Rotation>,
    /// Where its value comes from. What is live does not tell.
    pub value: Wish,
}

/// What is seen of a secret besides its settings. Never its value.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its versions: which is current, and whose it is.
    pub versions: Versions,
    /// For how many days the current version has been there, where that was asked.
    pub age: Option<i64>,
    /// What puts its values by itself: the function, or Secrets Manager.
    pub rotated_by: Option<String>,
    /// Whether the resource policy could not be read because the secret is pending deletion.
    pub policy_unread: bool,
}

impl Detail {
    /// Whether a version is current, so that there is a value to read.
    #[must_use]
    pub fn has_value(&self) -> bool {
        self.versions.current().is_some()
    }

    pub(super) fn holds(&self) -> Option<String> {
        let written = self.versions.written.as_ref().map(|day| match self.age {
            Some(days @ 1..) => {
                format!(
                    "a value of {day}, {} old",
                    size::count(usize::try_from(days).unwrap_or_default(), "day")
                )
            }
            _ => format!("a value of {day}"),
        });
        self.has_value().then(|| written.unwrap_or_else(|| "a value".to_owned()))
    }
}

/// What was, and what is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is live.
    pub before: Option<String>,
    /// What is declared.
    pub after: Option<String>,
}

/// What a value takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// There is none.
    Nothing,
    /// What was put from here.
    Ours,
    /// What somebody else has written, and on which day.
    Elsewhere(Option<String>),
}

/// One change of a secret: one API call each, but for the looks that prove that a value is current.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags and without a value.
    CreateSecret {
        /// What to create.
        state: State,
        /// Its tags.
        tags: Tags,
        /// The idempotency token.
        token: String,
    },
    /// Sets tags.
    TagResource {
        /// The secret.
        name: String,
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets the description, the key, or both. Never a value.
    UpdateSecret {
        /// The secret.
        name: String,
        /// The description, if it changes.
        description: Option<Edit>,
        /// The KMS key, if it changes.
        kms_key: Option<Edit>,
    },
    /// Puts the resource policy.
    PutResourcePolicy {
        /// The secret.
        name: String,
        /// What is live.
        before: Access,
        /// What is declared.
        after: Access,
    },
    /// Deletes the resource policy.
    DeleteResourcePolicy {
        /// The secret.
        name: String,
        /// What is live.
        before: Access,
    },
    /// Puts a value, in the place of what is current.
    PutSecretValue {
        /// The secret.
        name: String,
        /// What is replaced.
        before: Before,
        /// Where the value comes from.
        source: Source,
        /// The value.
        held: Arc<Held>,
        /// The current version.
        current: Option<String>,
    },
    /// Makes the version current again that holds the value.
    UpdateSecretVersionStage {
        /// The secret.
        name: String,
        /// What is replaced.
        before: Before,
        /// Where the value comes from.
        source: Source,
        /// The value.
        held: Arc<Held>,
        /// The versions that there are.
        versions: Versions,
    },
    /// Makes a value and puts it, where there is none.
    GenerateSecretValue {
        /// The secret.
        name: String,
        /// What it is made of.
        recipe: Recipe,
    },
    /// Switches rotation on, or changes it. It does not rotate.
    RotateSecret {
        /// The secret.
        name: String,
        /// What is live.
        before: Option<Rotation>,
        /// What is declared.
        after: Rotation,
    },
    /// Switches rotation off.
    CancelRotateSecret {
        /// The secret.
        name: String,
        /// What is live.
        before: Rotation,
    },
    /// Cancels a scheduled deletion.
    RestoreSecret {
        /// The secret.
        name: String,
        /// The day on which the deletion was scheduled.
        scheduled: String,
    },
    /// Schedules its deletion.
    DeleteSecret {
        /// The secret.
        name: String,
        /// The guard's permission.
        permit: Permit,
    },
}

/// Days in which a scheduled deletion can be undone: the most that AWS offers (API `DeleteSecret`).
pub(super) const RECOVERY_DAYS: i64 = 30;

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateSecret { state, tags, token: _ } => {
                ChangeView::new("secretsmanager:CreateSecret", creation_fields(state, tags))
            }
            Self::TagResource { before, tags, .. } => {
                ChangeView::new("secretsmanager:TagResource", tag_fields(before, tags))
            }
            Self::UpdateSecret { description, kms_key, .. } => {
                let field = |name, edit: &Option<Edit>, default: &str| {
                    let edit = edit.as_ref()?;
                    let shown = |value: &Option<String>| match value {
                        None if !default.is_empty() => Shown::text(default),
                        value => Shown::optional(value.as_deref()),
                    };
                    Some(FieldChange::new(name, shown(&edit.before), shown(&edit.after)))
                };
                let fields = [field("description", description, ""), field("kms-key", kms_key, DEFAULT_KEY)];
                let mut view =
                    ChangeView::new("secretsmanager:UpdateSecret", fields.into_iter().flatten().collect());
                view.consequences.extend(kms_key.as_ref().map(|key| {
                    match key.after {
                        Some(_) => "whoever reads the secret needs kms:Decrypt on the new key",
                        // Secrets Manager user guide, "Access from a different account".
                        None => "nobody in another account can read it: AWS's own key is not for them",
                    }
                    .to_owned()
                }));
                view
            }
            Self::PutResourcePolicy { before, after, .. } => {
                access_view("secretsmanager:PutResourcePolicy", &READ, before, after)
            }
            Self::DeleteResourcePolicy { before, .. } => {
                access_view("secretsmanager:DeleteResourcePolicy", &READ, before, &Access::default())
            }
            Self::PutSecretValue { before, source, .. } => {
                value_view("secretsmanager:PutSecretValue", before, source.to_string())
            }
            Self::UpdateSecretVersionStage { before, source, .. } => {
                let after = format!("{source}, which an earlier version holds");
                value_view("secretsmanager:UpdateSecretVersionStage", before, after)
            }
            Self::GenerateSecretValue { recipe, .. } => value_view(
                "secretsmanager:PutSecretValue",
                &Before::Nothing,
                Source::Generate(recipe.clone()).to_string(),
            ),
            Self::RotateSecret { before, after, .. } => rotation::set_view(before.as_ref(), after),
            Self::CancelRotateSecret { before, .. } => rotation::cancel_view(before),
            Self::RestoreSecret { scheduled, .. } => {
                let before = Shown::text(format!("scheduled on {scheduled}"));
                let field = FieldChange::new("deletion", before, Shown::text("taken back"));
                ChangeView::new("secretsmanager:RestoreSecret", vec![field])
            }
            Self::DeleteSecret { .. } => {
                let after = format!("deleted after {RECOVERY_DAYS} days");
                let mut view = ChangeView::new(
                    "secretsmanager:DeleteSecret",
                    vec![FieldChange::new("secret", Shown::text("readable"), Shown::text(after))],
                );
                view.consequences.push(format!(
                    "nobody can read it from now on; for {RECOVERY_DAYS} days putting the entry back restores it"
                ));
                view
            }
        }
    }
}

/// A change of the value. Neither text depends on it.
fn value_view(call: &'static str, before: &Before, after: String) -> ChangeView {
    let shown = match before {
        Before::Nothing => Shown::Absent,
        Before::Ours => Shown::text("another version"),
        Before::Elsewhere(day) => Shown::text(written_elsewhere(day.as_deref())),
    };
    let mut view = ChangeView::new(call, vec![FieldChange::new(VALUE, shown, Shown::text(after))]);
    if let Before::Elsewhere(_) = before {
        view.consequences.push(
            "whether it is another value than the present one cannot be told; that one stays as AWSPREVIOUS"
                .to_owned(),
        );
    }
    view
}

/// The field that a change of the value sets.
pub(super) const VALUE: &str = "value";

fn written_elsewhere(day: Option<&str>) -> String {
    day.map_or_else(|| "written elsewhere".to_owned(), |day| format!("written elsewhere on {day}"))
}

const DEFAULT_KEY: &str = "aws/secretsmanager";

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The policy, the value and the rotation are calls
    // of their own.
    let State { name, description, kms_key, access: _, rotation: _, value: _ } = state;
    let mut fields = vec![FieldChange::set("name", Shown::text(name))];
    fields.extend(description.as_ref().map(|text| FieldChange::set("description", Shown::text(text))));
    fields.push(FieldChange::set("kms-key", Shown::text(kms_key.as_deref().unwrap_or(DEFAULT_KEY))));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    settings.extend(access_shown(&READ, &state.access));
    settings.extend(rotation::settings(state.rotation.as_ref()));
    settings
}

pub(super) fn create(entry: &Entry<SecretsManagerSecret>) -> Vec<Change> {
    let state = &entry.state;
    let mut changes =
        vec![Change::CreateSecret { state: state.clone(), tags: entry.tags.clone(), token: token(entry) }];
    if let Some(access) = state.access.some() {
        changes.push(Change::PutResourcePolicy {
            name: state.name.clone(),
            before: Access::default(),
            after: access.clone(),
        });
    }
    // Last: whoever may not read it is kept out by then.
    changes.extend(value_change(&state.name, &Detail::default(), &state.value));
    changes.extend(rotation_change(&state.name, None, state.rotation.as_ref()));
    changes
}

fn rotation_change(name: &str, live: Option<&Rotation>, want: Option<&Rotation>) -> Option<Change> {
    let name = name.to_owned();
    match (live, want) {
        (before, Some(after)) if before != Some(after) => {
            Some(Change::RotateSecret { name, before: before.cloned(), after: after.clone() })
        }
        (Some(before), None) => Some(Change::CancelRotateSecret { name, before: before.clone() }),
        _ => None,
    }
}

/// The change of the value that is due.
fn value_change(name: &str, detail: &Detail, wish: &Wish) -> Option<Change> {
    let Standing::Due(write) = standing(&detail.versions, wish) else { return None };
    let (name, versions) = (name.to_owned(), &detail.versions);
    let source = wish.source.clone()?;
    let before = match versions.current() {
        None => Before::Nothing,
        Some(_) if versions.is_ours() => Before::Ours,
        Some(_) => Before::Elsewhere(versions.written.clone()),
    };
    Some(match write {
        Write::Put(held) => {
            let current = versions.current().map(str::to_owned);
            Change::PutSecretValue { name, before, source, held, current }
        }
        Write::Move(held) => {
            Change::UpdateSecretVersionStage { name, before, source, held, versions: versions.clone() }
        }
        Write::Make(recipe) => Change::GenerateSecretValue { name, recipe },
    })
}

/// The same token whenever the same secret of the same manifest is made: 64 hex digits, the longest that
/// AWS takes (API `CreateSecret`, 32 to 64).
fn token(entry: &Entry<SecretsManagerSecret>) -> String {
    let place = &entry.place;
    let parts = [&place.account, &place.region, &place.manifest, &entry.state.name];
    digest::of_parts(["infra create-secret 1"].into_iter().chain(parts.map(String::as_str)))
}

pub(super) fn diff(live: &Live<SecretsManagerSecret>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found the secret.
    let State { name, description, kms_key, access, rotation, value } = want;
    let is = &live.state;
    if value.is_given() {
        return value_delta(live, value).into_iter().collect();
    }
    let mut deltas = Vec::new();
    let edit = |before: &Option<String>, after: &Option<String>| Edit {
        before: before.clone(),
        after: after.clone(),
    };
    let description = (*description != is.description).then(|| edit(&is.description, description));
    let same_key = match (kms_key, &is.kms_key) {
        (Some(want), Some(live)) => kms::same(want, live),
        (want, live) => want == live,
    };
    let kms_key = (!same_key).then(|| edit(&is.kms_key, kms_key));
    if description.is_some() || kms_key.is_some() {
        deltas.push(Delta::Change(Change::UpdateSecret { name: name.clone(), description, kms_key }));
    }
    if !live.detail.policy_unread {
        deltas.extend(Delta::of_document(
            is.access.some(),
            access.some(),
            |before, after| {
                let before = before.unwrap_or_default();
                Change::PutResourcePolicy { name: name.clone(), before, after }
            },
            |before| Change::DeleteResourcePolicy { name: name.clone(), before },
        ));
    }
    deltas.extend(value_delta(live, value));
    // Not beside a value from here, which blocks it: nobody can tell which of the two is meant.
    if !value.is_managed() {
        deltas.extend(rotation_change(name, is.rotation.as_ref(), rotation.as_ref()).map(Delta::Change));
    }
    deltas
}

/// What is to be done about the value.
fn value_delta(live: &Live<SecretsManagerSecret>, wish: &Wish) -> Option<Delta<Change>> {
    let (Some(by), Some(source), true) = (&live.detail.rotated_by, &wish.source, wish.is_managed()) else {
        return value_change(&live.state.name, &live.detail, wish).map(Delta::Change);
    };
    Some(Delta::InUse {
        field: FieldChange::new(
            VALUE,
            Shown::text(format!("rotated by {by}")),
            Shown::text(source.to_string()),
        ),
        by: format!("rotated by {by}"),
        instead: if wish.is_given() {
            "have it rotated, or switch the rotation off first"
        } else {
            "take `value` out of the entry, or say that it is `external`; or switch the rotation off"
        },
    })
}

pub(super) fn notes(live: Option<&Live<SecretsManagerSecret>>, want: &State) -> Vec<String> {
    let mut notes = Vec::new();
    // Secrets Manager user guide, "Access from a different account".
    if let Some(others) = want.access.others().filter(|_| want.kms_key.is_none()) {
        notes.push(format!(
            "{others} cannot read it: AWS's own key is not for other accounts; choose a `kms-key`"
        ));
    }
    let Some(live) = live else {
        if let Standing::Missing = standing(&Versions::default(), &want.value) {
            notes.push(format!(
                "it is created without a value{}; readers get an error until one is put",
                why_none(&want.value)
            ));
        }
        return notes;
    };
    notes.extend(note_of_value(&live.detail, &want.value));
    notes.extend(age::note(&live.detail, &want.value));
    if live.detail.policy_unread {
        notes.push("its resource policy can be read once it is restored; plan again then".to_owned());
    }
    notes
}

fn note_of_value(detail: &Detail, wish: &Wish) -> Option<String> {
    let written = || written_elsewhere(detail.versions.written.as_deref());
    match standing(&detail.versions, wish) {
        Standing::Settled | Standing::Due(_) => None,
        Standing::Missing => {
            Some(format!("it has no value yet{}; readers get an error until one is put", why_none(wish)))
        }
        Standing::Elsewhere => {
            let what = if wish.source == Some(Source::Prompt) { "was typed" } else { "is at hand" };
            let more = match wish.source {
                Some(Source::Prompt) => "",
                _ => "; `elsewhere = \"overwrite\"` in `value` replaces it",
            };
            Some(format!(
                "its value was {}; whether it is the one that {what} cannot be told{more}",
                written()
            ))
        }
        Standing::NotCompared if detail.versions.is_ours() => {
            Some(format!("its value was not compared: {}", why_not_at_hand(wish)))
        }
        Standing::NotCompared => {
            Some(format!("its value was {}, and was not compared: {}", written(), why_not_at_hand(wish)))
        }
    }
}

/// Why there is none at hand, where its entry says where it comes from.
fn why_none(wish: &Wish) -> String {
    match wish.source {
        None | Some(Source::External) => String::new(),
        Some(_) => format!(" ({})", why_not_at_hand(wish)),
    }
}

fn why_not_at_hand(wish: &Wish) -> String {
    match (&wish.source, &wish.at_hand) {
        (Some(Source::Prompt), _) => "`infra apply` asks for it on a terminal".to_owned(),
        (Some(Source::Env(name)), AtHand::Missing) => format!("${name} is not set"),
        (Some(Source::File(path)), AtHand::Missing) => format!("there is no file {path}"),
        _ => "no values are read here".to_owned(),
    }
}

/// Whether what is live is left alone although somebody was shown that its value would be set: another has written one
/// since.
pub(super) fn gives_way(shown: &[ChangeView], live: &Live<SecretsManagerSecret>, want: &State) -> bool {
    let is_value = |change: &ChangeView| change.fields.iter().any(|field| field.field == VALUE);
    let standing = standing(&live.detail.versions, &want.value);
    shown.iter().any(is_value) && matches!(standing, Standing::Elsewhere)
}
