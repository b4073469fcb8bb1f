//! What may be written in an entry, and its normal form.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IamRole;
use super::inline::{self, Inline};
use super::state::State;
use crate::document::policy::{self, PermissionSpec, ResourceElement, StatementSpec};
use crate::kind::{Live, Place, Raised};
use crate::model::Arn;
use crate::model::problem::Problems;

/// What a service or a person may take on, and what that allows.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The role's name. Cannot be changed later.
    name: String,
    /// The path in its ARN, which begins and ends with a slash. Left out, `/`. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// What the role is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// For how many seconds it may be taken on at most. Left out, 3600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_session_seconds: Option<u32>,
    /// Who may take it on.
    trust: Vec<StatementSpec>,
    /// What it allows: policies of its own by name. Others are taken off.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    policies: BTreeMap<String, Vec<PermissionSpec>>,
    /// Policies that are attached, by ARN; those of AWS by path and name. Others are detached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    managed_policies: Vec<String>,
    /// The ARN of the policy beyond which nothing is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<String>,
}

/// Longest trust policy, in characters (IAM user guide, "IAM and AWS STS quotas").
const MAX_TRUST: usize = 2048;
/// All policies of a role's own together, without white space (the same).
const MAX_POLICIES: usize = 10_240;
/// The default of API `CreateRole`.
const HOUR: u32 = 3600;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> Option<State> {
    check_name("name", &spec.name, 64, problems);
    let path = spec.path.clone().unwrap_or_else(|| "/".to_owned());
    check_path(&path, problems);
    // API `CreateRole`.
    if spec.description.as_ref().is_some_and(|text| text.chars().count() > 1000) {
        problems.report("description", "this description is too long", "AWS takes at most 1,000 characters");
    }
    let max_session = spec.max_session_seconds.unwrap_or(HOUR);
    if !(HOUR..=12 * HOUR).contains(&max_session) {
        problems.report("max-session-seconds", "this is no length of a session", "3600 to 43200 seconds");
    }
    let trust = problems.within("trust", |problems| {
        if spec.trust.is_empty() {
            problems.report_here(
                "nobody may take the role on",
                "add { effect = \"allow\", principal = { service = [\"lambda.amazonaws.com\"] }, action = [\"sts:AssumeRole\"] }",
            );
        }
        policy::lower(&spec.trust, ResourceElement::None, MAX_TRUST, problems)
    });
    let policies = problems.within("policies", |problems| lower_policies(&spec.policies, problems));
    let managed = problems.within("managed-policies", |problems| {
        let arn = |(at, text): (usize, &String)| policy_arn(at, text, place, problems);
        spec.managed_policies.iter().enumerate().map(arn).collect()
    });
    let boundary = spec.permissions_boundary.as_ref();
    let boundary = boundary.map(|text| policy_arn("permissions-boundary", text, place, problems));
    Some(State {
        name: spec.name.clone(),
        path,
        description: spec.description.clone().filter(|text| !text.is_empty()),
        max_session,
        trust: trust?,
        policies,
        managed,
        boundary,
    })
}

/// API `CreateRole` and `PutRolePolicy`.
fn check_name(at: &str, name: &str, most: usize, problems: &mut Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(1..=most).contains(&name.len()) || !name.chars().all(allowed) {
        let help = format!("1 to {most} letters, digits and any of _ + = , . @ -");
        if at == "name" {
            problems.report(at, "this is no valid name of a role", &help);
        } else {
            problems.report_key(name, "this is no valid name of a policy", &help);
        }
    }
}

/// API `CreateRole`. Below two paths are the roles that AWS makes for itself.
fn check_path(path: &str, problems: &mut Problems) {
    let sound = path == "/"
        || path.len() <= 512
            && path.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).is_some_and(|parts| {
                parts
                    .split('/')
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic()))
            });
    if !sound {
        problems.report("path", "this is no path", "write it as /team/, with a slash at both ends");
    } else if service_of(path).is_some() {
        problems.report("path", "roles of this path are AWS's own", "take another path, or leave it out");
    }
}

/// The AWS service that a role of this path belongs to (IAM user guide, "Create a service-linked role").
pub(super) fn service_of(path: &str) -> Option<String> {
    if let Some(service) = path.strip_prefix("/aws-service-role/") {
        return Some(format!("the AWS service {}", service.trim_end_matches('/')));
    }
    path.starts_with("/aws-reserved/").then(|| "AWS itself".to_owned())
}

fn lower_policies(
    all: &BTreeMap<String, Vec<PermissionSpec>>,
    problems: &mut Problems,
) -> BTreeMap<String, Inline> {
    let mut policies = BTreeMap::new();
    for (name, statements) in all {
        check_name("policies", name, 128, problems);
        let policy = problems.within(name.as_str(), |problems| inline::lower(statements, problems));
        policies.extend(policy.map(|policy| (name.clone(), policy)));
    }
    let length: usize = policies.values().map(|policy| policy.written().text().len()).sum();
    if length > MAX_POLICIES {
        let message =
            format!("the policies are {length} characters long together, and AWS takes {MAX_POLICIES}");
        problems.report_here(message, "use wildcards, or a managed policy");
    }
    policies
}

/// The ARN of a policy, which of AWS's own need not be written out.
fn policy_arn(
    at: impl Into<crate::model::problem::Segment>,
    text: &str,
    place: &Place,
    problems: &mut Problems,
) -> String {
    let partition = crate::model::arn::partition(&place.region);
    let arn = if text.starts_with("arn:") {
        text.to_owned()
    } else {
        format!("arn:{partition}:iam::aws:policy/{text}")
    };
    let is_policy = |arn: Arn<'_>| {
        let name = arn.resource.strip_prefix("policy/").unwrap_or_default();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
        arn.service == "iam" && !name.is_empty() && name.chars().all(allowed)
    };
    if !Arn::parse(&arn).is_some_and(is_policy) {
        problems.report(
            at,
            "this is no managed policy",
            "write its ARN, or path and name of one of AWS's: service-role/AWSLambdaBasicExecutionRole",
        );
    }
    arn
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<IamRole>) -> Raised<Spec> {
    let State { name, path, description, max_session, trust, policies, managed, boundary } = &live.state;
    let short = |arn: &String| match arn.split_once(":iam::aws:policy/") {
        Some((_, name)) => name.to_owned(),
        None => arn.clone(),
    };
    let managed: BTreeSet<_> = managed.iter().map(short).collect();
    let mut raised = Raised::new(Spec {
        name: name.clone(),
        path: (path != "/").then(|| path.clone()),
        description: description.clone(),
        max_session_seconds: (*max_session != HOUR).then_some(*max_session),
        trust: Vec::new(),
        policies: BTreeMap::new(),
        managed_policies: managed.into_iter().collect(),
        permissions_boundary: boundary.as_ref().map(short),
    });
    match trust.raise(ResourceElement::None) {
        Ok(statements) => raised.spec.trust = statements,
        Err(why) => raised = raised.without("trust", why),
    }
    let policies: Result<_, String> = policies
        .iter()
        .map(|(name, policy)| Ok((name.clone(), policy.written().raise_permissions()?)))
        .collect();
    match policies {
        Ok(policies) => raised.spec.policies = policies,
        Err(why) => raised = raised.without("policies", why),
    }
    raised
}
