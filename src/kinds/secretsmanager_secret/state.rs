//! The normal form, and the diff. Pure.

use super::SecretsManagerSecret;
use super::change::{Before, Change, Edit, VALUE, creation_fields};
use super::rotation::{self, Rotation};
use super::spec::READ;
use super::value::Wish;
use super::versions::{Standing, Versions, Write, standing};
use crate::document::policy::Access;
use crate::kind::view::access_shown;
use crate::kind::{ChangeView, Delta, Entry, Live};
use crate::model::{FieldChange, Setting, Shown, Tags, digest, kms, size};

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

/// Whether what is live is left alone although somebody was shown that its value would be set: another has written one
/// since.
pub(super) fn gives_way(shown: &[ChangeView], live: &Live<SecretsManagerSecret>, want: &State) -> bool {
    let is_value = |change: &ChangeView| change.fields.iter().any(|field| field.field == VALUE);
    let standing = standing(&live.detail.versions, &want.value);
    shown.iter().any(is_value) && matches!(standing, Standing::Elsewhere)
}
