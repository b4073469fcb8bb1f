//! The normal form and the diff. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::IamRole;
use super::change::{Change, Edit};
use super::inline::Inline;
use crate::document::policy::Policy;
use crate::guard::Permit;
use crate::kind::view::{policy_shown, tag_fields};
use crate::kind::{ByHand, Delta, Entry, Live};
use crate::model::{FieldChange, Setting, Shown, Tags};

/// A role's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// The path in its ARN.
    pub path: String,
    /// What it is for. AWS leaves an empty one out.
    pub description: Option<String>,
    /// For how many seconds it may be taken on at most.
    pub max_session: u32,
    /// Who may take it on.
    pub trust: Policy,
    /// Its own policies, by name.
    pub policies: BTreeMap<String, Inline>,
    /// The policies that are attached, by ARN.
    pub managed: BTreeSet<String>,
    /// The policy beyond which nothing is allowed, by ARN.
    pub boundary: Option<String>,
}

/// How a person removes a role: AWS refuses while anything is attached to it (API `DeleteRole`).
pub(super) fn by_hand(state: &State) -> Vec<ByHand> {
    let State { name, policies, managed, .. } = state;
    let detach = managed
        .iter()
        .map(|arn| ByHand::run(["iam", "detach-role-policy", "--role-name", name, "--policy-arn", arn]));
    let delete = policies.keys().map(|policy| {
        ByHand::run(["iam", "delete-role-policy", "--role-name", name, "--policy-name", policy])
    });
    let role = ByHand::run(["iam", "delete-role", "--role-name", name]);
    detach.chain(delete).chain([role]).collect()
}

/// What is seen of a role besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The instance profiles that it is in, if that was measured.
    pub profiles: Option<Vec<String>>,
}

impl Detail {
    /// What must be gone before the role may be deleted. What nobody looked for may be there.
    pub(super) fn blocks_deletion(&self) -> Option<String> {
        match self.profiles.as_deref() {
            Some([]) => None,
            Some(profiles) => {
                Some(format!("instances have it, by the instance profile {}", profiles.join(", ")))
            }
            None => Some("nobody looked which instance profiles it is in".to_owned()),
        }
    }
}

/// What a creation sets in the creating call.
pub(super) fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. Policies are calls of their own.
    let State { name, path, description, max_session, trust, policies: _, managed: _, boundary } = state;
    let mut fields =
        vec![FieldChange::set("name", Shown::text(name)), FieldChange::set("path", Shown::text(path))];
    fields.extend(description.as_ref().map(|text| FieldChange::set("description", Shown::text(text))));
    fields.push(FieldChange::set("max-session-seconds", Shown::text(max_session.to_string())));
    fields.push(FieldChange::set("trust", policy_shown(Some(trust))));
    fields.extend(boundary.as_ref().map(|arn| FieldChange::set("permissions-boundary", Shown::text(arn))));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    let policies = state.policies.iter();
    settings.extend(
        policies.map(|(name, it)| Setting::new(format!("policy {name}"), policy_shown(Some(it.written())))),
    );
    settings.extend(state.managed.iter().map(|arn| Setting::new("managed-policy", Shown::text(arn))));
    settings
}

pub(super) fn create(entry: &Entry<IamRole>) -> Vec<Change> {
    let state = &entry.state;
    let role = || state.name.clone();
    let mut changes = vec![Change::CreateRole { state: Box::new(state.clone()), tags: entry.tags.clone() }];
    changes.extend(state.policies.iter().map(|(name, after)| Change::PutRolePolicy {
        role: role(),
        name: name.clone(),
        before: None,
        after: after.clone(),
    }));
    changes
        .extend(state.managed.iter().map(|arn| Change::AttachRolePolicy { role: role(), arn: arn.clone() }));
    changes
}

/// AWS deletes a role only without policies (API `DeleteRole`).
pub(super) fn delete(live: &Live<IamRole>, permit: Permit) -> Vec<Change> {
    let state = &live.state;
    let role = || state.name.clone();
    let detach = |arn: &String| Change::DetachRolePolicy { role: role(), arn: arn.clone() };
    let remove = |(name, before): (&String, &Inline)| Change::DeleteRolePolicy {
        role: role(),
        name: name.clone(),
        before: before.written().clone(),
    };
    let mut changes: Vec<_> = state.managed.iter().map(detach).collect();
    changes.extend(state.policies.iter().map(remove));
    changes.push(Change::DeleteRole { role: role(), permit });
    changes
}

const ANOTHER: &str = "put back what is live, or give the new one a name and an entry of its own, let what uses this one use \
     that, and then take this entry out";

pub(super) fn diff(is: &State, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found the role.
    let State { name, path, description, max_session, trust, policies, managed, boundary } = want;
    let role = || name.clone();
    let mut deltas = Vec::new();
    if *path != is.path {
        let field = FieldChange::new("path", Shown::text(&is.path), Shown::text(path));
        deltas.push(Delta::Immutable { field, instead: ANOTHER });
    }
    // What narrows comes first.
    deltas.extend(Delta::of_document(
        is.boundary.as_ref(),
        boundary.as_ref(),
        |before, after| Change::PutRolePermissionsBoundary { role: role(), before, after },
        |before| Change::DeleteRolePermissionsBoundary { role: role(), before },
    ));
    if *description != is.description || *max_session != is.max_session {
        let description = Edit { before: is.description.clone(), after: description.clone() };
        let max_session = Edit { before: is.max_session, after: *max_session };
        deltas.push(Delta::Change(Change::UpdateRole { role: role(), description, max_session }));
    }
    if *trust != is.trust {
        let (before, after) = (is.trust.clone(), trust.clone());
        deltas.push(Delta::Change(Change::UpdateAssumeRolePolicy { role: role(), before, after }));
    }
    let detached = is.managed.difference(managed);
    deltas.extend(
        detached.map(|arn| Delta::Change(Change::DetachRolePolicy { role: role(), arn: arn.clone() })),
    );
    let names: BTreeSet<_> = is.policies.keys().chain(policies.keys()).collect();
    for name in names {
        let (live, want) = (is.policies.get(name), policies.get(name));
        deltas.extend(Delta::of_document(
            live,
            want,
            |before, after| {
                let before = before.map(|before| after.retold(&before));
                Change::PutRolePolicy { role: role(), name: name.clone(), before, after }
            },
            |before| Change::DeleteRolePolicy {
                role: role(),
                name: name.clone(),
                before: before.written().clone(),
            },
        ));
    }
    let attached = managed.difference(&is.managed);
    deltas.extend(
        attached.map(|arn| Delta::Change(Change::AttachRolePolicy { role: role(), arn: arn.clone() })),
    );
    deltas
}
