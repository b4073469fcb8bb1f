//! The changes of a function, and what is said of each. Pure.

use super::code::Code;
use super::edit::{Edit, creation_fields};
use super::permissions::Permission;
use super::state::{Architecture, State, permission_field, permission_shown};
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Describe};
use crate::model::{FieldChange, Shown, Tags};

/// One change of a function: one API call each. Which one it is, the step's outputs say.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its code and its tags.
    CreateFunction {
        /// What to create.
        state: Box<State>,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    TagResource {
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets what of its configuration differs.
    UpdateFunctionConfiguration(Box<Edit>),
    /// Sets its code, and what that is for.
    UpdateFunctionCode {
        /// What is live.
        before: (Code, Architecture),
        /// What is declared.
        after: (Code, Architecture),
    },
    /// Sets how many may run at once, and keeps them free for it.
    PutFunctionConcurrency {
        /// What is live.
        before: Option<u32>,
        /// What is declared.
        after: u32,
    },
    /// Leaves it to the account how many may run at once.
    DeleteFunctionConcurrency {
        /// What is live.
        before: u32,
    },
    /// Takes away that somebody may invoke it.
    RemovePermission(Permission),
    /// Deletes it.
    DeleteFunction {
        /// Its name.
        name: String,
        /// Whether it has network interfaces.
        is_in_network: bool,
        /// The guard's permission.
        permit: Permit,
    },
}

const RESERVED: &str = "reserved-concurrency";

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateFunction { state, tags } => {
                ChangeView::new("lambda:CreateFunction", creation_fields(state, tags))
            }
            Self::TagResource { before, tags } => {
                ChangeView::new("lambda:TagResource", tag_fields(before, tags))
            }
            Self::UpdateFunctionConfiguration(edit) => {
                let mut view = ChangeView::new("lambda:UpdateFunctionConfiguration", edit.fields());
                if edit.sets_role() {
                    // The same words before and after the role is made.
                    view.consequences.push(
                        "it runs with the role as that is now: to AWS, one that is made again is another, though it has the same ARN".to_owned(),
                    );
                }
                view
            }
            Self::UpdateFunctionCode { before: (old, was), after: (new, is) } => {
                let mut fields = Vec::new();
                if old != new {
                    let (old, new) = (Shown::text(old.to_string()), Shown::text(new.to_string()));
                    fields.push(FieldChange::new("code", old, new));
                }
                if was != is {
                    fields.push(FieldChange::new(
                        "architecture",
                        Shown::text(was.word()),
                        Shown::text(is.word()),
                    ));
                }
                ChangeView::new("lambda:UpdateFunctionCode", fields)
            }
            Self::PutFunctionConcurrency { before, after } => {
                let before = Shown::optional(before.map(|it| it.to_string()));
                let field = FieldChange::new(RESERVED, before, Shown::text(after.to_string()));
                ChangeView::new("lambda:PutFunctionConcurrency", vec![field])
            }
            Self::DeleteFunctionConcurrency { before } => {
                let field = FieldChange::new(RESERVED, Shown::text(before.to_string()), Shown::Absent);
                ChangeView::new("lambda:DeleteFunctionConcurrency", vec![field])
            }
            Self::RemovePermission(Permission { sid, policy }) => {
                let field = FieldChange::new(permission_field(sid), permission_shown(policy), Shown::Absent);
                let mut view = ChangeView::new("lambda:RemovePermission", vec![field]);
                view.consequences.push("whom this statement lets in can no longer invoke it".to_owned());
                view
            }
            Self::DeleteFunction { name, is_in_network, permit: _ } => {
                let field = FieldChange::new("function", Shown::text(name), Shown::Absent);
                let mut view = ChangeView::new("lambda:DeleteFunction", vec![field]);
                view.consequences.push(
                    "its versions and aliases go with it, and who may invoke it; what it logged stays"
                        .to_owned(),
                );
                if *is_in_network {
                    view.consequences.push(
                        "its network interfaces stay for up to 45 minutes, and as long their security groups cannot be deleted".to_owned(),
                    );
                }
                view
            }
        }
    }
}
