//! The changes, and what is said of them. Pure.

use super::state::{Rule, Switch};
use super::target::{Other, Target};
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Describe};
use crate::model::{FieldChange, Link, Shown, Tags};

/// One change of a rule: one API call that writes.
#[derive(Debug)]
pub enum Change {
    /// Makes the rule, with its tags, or sets all of it again.
    PutRule {
        /// The rule.
        name: String,
        /// Its ARN.
        arn: String,
        /// What is live, where it is there.
        before: Option<Rule>,
        /// What is declared.
        rule: Rule,
        /// Its tags, where it is made: of a rule that is there AWS leaves them alone (API `PutRule`).
        tags: Option<Tags>,
    },
    /// Sets tags.
    TagResource {
        /// The rule.
        arn: String,
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Lets the rule invoke its function.
    AddPermission {
        /// The rule.
        arn: String,
        /// The function.
        function: Link,
    },
    /// Sets what the rule calls.
    PutTargets {
        /// The rule.
        name: String,
        /// Its ARN.
        arn: String,
        /// What is live, and is overwritten.
        before: Option<Box<Target>>,
        /// What is declared.
        target: Box<Target>,
    },
    /// Takes the rule's permission off a function.
    RemovePermission {
        /// The rule.
        arn: String,
        /// The function's name.
        function: String,
        /// Whether it keeps one, and what is taken off is what is too much.
        keeps: bool,
    },
    /// Takes off what the rule calls.
    RemoveTargets {
        /// The rule.
        name: String,
        /// The targets.
        targets: Vec<Other>,
    },
    /// Deletes the rule, which calls nothing any more.
    DeleteRule {
        /// The rule.
        name: String,
        /// The guard's permission.
        permit: Permit,
    },
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::PutRule { name, before, rule, tags, .. } => {
                put_rule(name, before.as_ref(), rule, tags.as_ref())
            }
            Self::TagResource { before, tags, .. } => {
                ChangeView::new("events:TagResource", tag_fields(before, tags))
            }
            Self::AddPermission { function, .. } => {
                let field = FieldChange::set("permission", Shown::link(function));
                ChangeView::new("lambda:AddPermission", vec![field])
            }
            Self::PutTargets { before, target, .. } => {
                ChangeView::new("events:PutTargets", target.fields(before.as_deref()))
            }
            Self::RemovePermission { function, keeps, .. } => {
                let of = if *keeps { format!("{function}, what is too much") } else { function.clone() };
                let field = FieldChange::new("permission", Shown::text(of), Shown::Absent);
                ChangeView::new("lambda:RemovePermission", vec![field])
            }
            Self::RemoveTargets { targets, .. } => {
                let gone = |it: &Other| FieldChange::new(it.field(), Shown::text(&it.arn), Shown::Absent);
                ChangeView::new("events:RemoveTargets", targets.iter().map(gone).collect())
            }
            Self::DeleteRule { name, .. } => {
                let field = FieldChange::new("rule", Shown::text(name), Shown::Absent);
                let mut view = ChangeView::new("events:DeleteRule", vec![field]);
                view.consequences.push("nothing calls its function at that time any more".to_owned());
                view
            }
        }
    }
}

fn put_rule(name: &str, before: Option<&Rule>, rule: &Rule, tags: Option<&Tags>) -> ChangeView {
    let mut fields = Vec::new();
    if before.is_none() {
        fields.push(FieldChange::set("name", Shown::text(name)));
    }
    fields.extend(rule.fields(before));
    fields.extend(tags.into_iter().flat_map(|tags| tag_fields(&Tags::default(), tags)));
    let mut view = ChangeView::new("events:PutRule", fields);
    if before.is_some_and(|before| before.switch != Switch::Off) && rule.switch == Switch::Off {
        view.consequences.push("its function is not called any more".to_owned());
    }
    view
}
