//! The normal form, the changes, and the diff. Pure.

use super::SecretsManagerSecret;
use super::spec::READ;
use crate::document::policy::Access;
use crate::guard::Permit;
use crate::kind::view::{access_shown, access_view, tag_fields};
use crate::kind::{ChangeView, Delta, Describe, Entry, Live};
use crate::model::{FieldChange, Setting, Shown, Tags, digest, kms};

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
}

/// What is seen of a secret besides its settings. Never its value.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Whether a version is current, so that there is a value to read.
    pub has_value: bool,
    /// Whether the resource policy could not be read because the secret is pending deletion.
    pub policy_unread: bool,
}

impl Detail {
    pub(super) fn holds(&self) -> Option<String> {
        self.has_value.then(|| "a value".to_owned())
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

/// One change of a secret: one API call each.
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

const DEFAULT_KEY: &str = "aws/secretsmanager";

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The policy is a call of its own.
    let State { name, description, kms_key, access: _ } = state;
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
    changes
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
    let State { name, description, kms_key, access } = want;
    let is = &live.state;
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
    deltas
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
        notes.push("it is created without a value; readers get an error until one is put".to_owned());
        return notes;
    };
    if !live.detail.has_value {
        notes.push("it has no value yet; readers get an error until one is put".to_owned());
    }
    if live.detail.policy_unread {
        notes.push("its resource policy can be read once it is restored; plan again then".to_owned());
    }
    notes
}
