//! The changes, one per API call, and how each is shown. Pure.

use std::sync::Arc;

use super::rotation::{self, Rotation};
use super::spec::READ;
use super::state::State;
use super::versions::Versions;
use crate::document::policy::Access;
use crate::guard::Permit;
use crate::kind::view::{access_view, tag_fields};
use crate::kind::{ChangeView, Describe};
use crate::model::{FieldChange, Shown, Tags};
use crate::value::{Held, Recipe, Source};

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

/// One change of a secret: one API call each, but for the looks that prove that a value is current, and for a move: that is
/// one call for each of two labels, `AWSCURRENT` the last (`write::make_current`). A put ends in one, too, where AWS had
/// kept the version without labels.
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

pub(super) fn written_elsewhere(day: Option<&str>) -> String {
    day.map_or_else(|| "written elsewhere".to_owned(), |day| format!("written elsewhere on {day}"))
}

const DEFAULT_KEY: &str = "aws/secretsmanager";

pub(super) fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The policy, the value and the rotation are calls
    // of their own.
    let State { name, description, kms_key, access: _, rotation: _, value: _ } = state;
    let mut fields = vec![FieldChange::set("name", Shown::text(name))];
    fields.extend(description.as_ref().map(|text| FieldChange::set("description", Shown::text(text))));
    fields.push(FieldChange::set("kms-key", Shown::text(kms_key.as_deref().unwrap_or(DEFAULT_KEY))));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}
