//! The changes, and what they say of themselves. Pure.

use super::inline::Inline;
use super::state::{State, creation_fields};
use crate::document::policy::{Policy, widened};
use crate::guard::Permit;
use crate::kind::view::{policy_shown, tag_fields};
use crate::kind::{ChangeView, Describe, Risk};
use crate::model::{FieldChange, Shown, Tags};

/// What was, and what is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit<T> {
    /// What is live.
    pub before: T,
    /// What is declared.
    pub after: T,
}

/// One change of a role: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags and without a policy.
    CreateRole {
        /// What to create.
        state: Box<State>,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    TagRole {
        /// The role.
        role: String,
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets the description and the length of sessions: what is left out goes back to its default (API `UpdateRole`).
    UpdateRole {
        /// The role.
        role: String,
        /// What it is for.
        description: Edit<Option<String>>,
        /// For how many seconds it may be taken on.
        max_session: Edit<u32>,
    },
    /// Sets who may take it on.
    UpdateAssumeRolePolicy {
        /// The role.
        role: String,
        /// What is live.
        before: Policy,
        /// What is declared.
        after: Policy,
    },
    /// Puts a policy of its own.
    PutRolePolicy {
        /// The role.
        role: String,
        /// The policy's name.
        name: String,
        /// What is live, in the words of what is declared.
        before: Option<Policy>,
        /// What is declared.
        after: Inline,
    },
    /// Deletes a policy of its own.
    DeleteRolePolicy {
        /// The role.
        role: String,
        /// The policy's name.
        name: String,
        /// What is live.
        before: Policy,
    },
    /// Attaches a policy.
    AttachRolePolicy {
        /// The role.
        role: String,
        /// The policy.
        arn: String,
    },
    /// Detaches a policy.
    DetachRolePolicy {
        /// The role.
        role: String,
        /// The policy.
        arn: String,
    },
    /// Sets the policy beyond which nothing is allowed.
    PutRolePermissionsBoundary {
        /// The role.
        role: String,
        /// What is live.
        before: Option<String>,
        /// What is declared.
        after: String,
    },
    /// Takes the boundary away.
    DeleteRolePermissionsBoundary {
        /// The role.
        role: String,
        /// What is live.
        before: String,
    },
    /// Deletes it, once nothing is attached.
    DeleteRole {
        /// The role.
        role: String,
        /// The guard's permission.
        permit: Permit,
    },
}

impl Change {
    /// The role that it is about.
    pub(super) fn role(&self) -> &str {
        match self {
            Self::CreateRole { state, .. } => &state.name,
            Self::TagRole { role, .. }
            | Self::UpdateRole { role, .. }
            | Self::UpdateAssumeRolePolicy { role, .. }
            | Self::PutRolePolicy { role, .. }
            | Self::DeleteRolePolicy { role, .. }
            | Self::AttachRolePolicy { role, .. }
            | Self::DetachRolePolicy { role, .. }
            | Self::PutRolePermissionsBoundary { role, .. }
            | Self::DeleteRolePermissionsBoundary { role, .. }
            | Self::DeleteRole { role, .. } => role,
        }
    }
}

/// A change of a policy, with the access that it opens.
fn opens(mut view: ChangeView, before: Option<&Policy>, after: Option<&Policy>) -> ChangeView {
    view.consequences = widened(before, after);
    view.risk = (!view.consequences.is_empty()).then_some(Risk::Exposes);
    view
}

fn policy(call: &'static str, field: String, before: Option<&Policy>, after: Option<&Policy>) -> ChangeView {
    let field = FieldChange::new(field, policy_shown(before), policy_shown(after));
    opens(ChangeView::new(call, vec![field]), before, after)
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        let one =
            |call, field, before, after| ChangeView::new(call, vec![FieldChange::new(field, before, after)]);
        let exposes = |mut view: ChangeView, line: String| {
            view.consequences.push(line);
            view.risk = Some(Risk::Exposes);
            view
        };
        match self {
            Self::CreateRole { state, tags } => {
                let view = ChangeView::new("iam:CreateRole", creation_fields(state, tags));
                opens(view, None, Some(&state.trust))
            }
            Self::TagRole { before, tags, .. } => ChangeView::new("iam:TagRole", tag_fields(before, tags)),
            Self::UpdateRole { description, max_session, .. } => {
                let text = |text: &Option<String>| Shown::optional(text.as_deref());
                let seconds = |seconds: u32| Shown::text(seconds.to_string());
                let fields = [
                    FieldChange::new("description", text(&description.before), text(&description.after)),
                    FieldChange::new(
                        "max-session-seconds",
                        seconds(max_session.before),
                        seconds(max_session.after),
                    ),
                ];
                let differs = |field: &FieldChange| field.before != field.after;
                ChangeView::new("iam:UpdateRole", fields.into_iter().filter(differs).collect())
            }
            Self::UpdateAssumeRolePolicy { before, after, .. } => {
                policy("iam:UpdateAssumeRolePolicy", "trust".to_owned(), Some(before), Some(after))
            }
            Self::PutRolePolicy { name, before, after, .. } => {
                policy("iam:PutRolePolicy", format!("policy {name}"), before.as_ref(), Some(after.written()))
            }
            Self::DeleteRolePolicy { name, before, .. } => {
                policy("iam:DeleteRolePolicy", format!("policy {name}"), Some(before), None)
            }
            Self::AttachRolePolicy { arn, .. } => {
                let view = one("iam:AttachRolePolicy", "managed-policy", Shown::Absent, Shown::text(arn));
                exposes(view, format!("allows whatever {arn} allows, now and when its owner changes it"))
            }
            Self::DetachRolePolicy { arn, .. } => {
                one("iam:DetachRolePolicy", "managed-policy", Shown::text(arn), Shown::Absent)
            }
            Self::PutRolePermissionsBoundary { before, after, .. } => {
                let (shown, now) = (Shown::optional(before.as_deref()), Shown::text(after));
                let view = one("iam:PutRolePermissionsBoundary", "permissions-boundary", shown, now);
                match before {
                    Some(before) => {
                        exposes(view, format!("allows what {before} kept out and {after} does not"))
                    }
                    None => view,
                }
            }
            Self::DeleteRolePermissionsBoundary { before, .. } => {
                let (shown, now) = (Shown::text(before), Shown::Absent);
                let view = one("iam:DeleteRolePermissionsBoundary", "permissions-boundary", shown, now);
                exposes(view, format!("allows what {before} kept out"))
            }
            Self::DeleteRole { role, permit: _ } => {
                let mut view = one("iam:DeleteRole", "role", Shown::text(role), Shown::Absent);
                // IAM user guide, "Delete roles or instance profiles"; "AWS JSON policy elements: Principal".
                view.consequences.push(
                    "whatever uses it is denied everything from now on; one of the same name made later is another role to policies that name this one"
                        .to_owned(),
                );
                view
            }
        }
    }
}
