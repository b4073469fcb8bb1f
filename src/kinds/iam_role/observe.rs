//! The calls that read, and how AWS's answers become the normal form.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{EntityType, Role};
use aws_smithy_types::date_time::Format;

use super::IamRole;
use super::inline::Inline;
use super::spec::service_of;
use super::state::{Detail, State};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::document::policy::Policy;
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Outputs, Tags};

/// Roles read at once; four calls each. No rate is published, and the whole account shares it.
const AT_ONCE: usize = 4;
/// Largest page (API `ListRolePolicies`, `GetAccountAuthorizationDetails`).
const PAGE: i32 = 1000;
/// How often the calls about one role are made before they must agree.
const LOOKS: usize = 3;

const ROLE: &str = "iam:GetRole";
const NAMES: &str = "iam:ListRolePolicies";
const POLICY: &str = "iam:GetRolePolicy";
const ATTACHED: &str = "iam:ListAttachedRolePolicies";
const PROFILES: &str = "iam:ListInstanceProfilesForRole";
const ALL: &str = "iam:GetAccountAuthorizationDetails";

/// What a call about every role is about.
const ACCOUNT: &str = "the account";

pub(super) const NO_ENTITY: &str = "NoSuchEntity";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, IamRole>],
    survey: Option<Survey<'_>>,
) -> Observation<IamRole> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = wanted.iter().map(|wanted| {
        let policies: Vec<_> = wanted.state.policies.keys().cloned().collect();
        async move {
            let mut found = find(aws, &wanted.state.name, policies, wanted.measure).await?;
            if let Found::Present(live) = &mut found {
                live.tags = respelled(&live.tags, wanted.tags);
            }
            Ok(found)
        }
    });
    let (found, others) = tokio::join!(buffered(AT_ONCE, found), others(aws, &named, survey));
    let found = found.into_iter().map(|it| it.unwrap_or_else(Found::Unknown)).collect();
    Observation::new(found, others)
}

/// The tags, with keys spelled as in `wanted` where they differ in case alone: to IAM they are one.
pub(super) fn respelled(tags: &Tags, wanted: &Tags) -> Tags {
    let spelling = |key: &str| {
        let mut same = wanted.iter().map(|(own, _)| own).filter(|own| own.eq_ignore_ascii_case(key));
        same.next().unwrap_or(key).to_owned()
    };
    tags.iter().map(|(key, value)| (spelling(key), value.to_owned())).collect()
}

/// What the calls say together about a role.
struct Parts {
    policies: BTreeMap<String, Inline>,
    managed: BTreeSet<String>,
    profiles: Option<Vec<String>>,
}

async fn find(aws: &Aws, name: &str, known: Vec<String>, measure: bool) -> Result<Found<IamRole>, CallError> {
    for _ in 0..LOOKS {
        let (role, parts) = tokio::join!(described(aws, name), parts(aws, name, &known, measure));
        match (role?, parts?) {
            (None, None) => return Ok(Found::Absent),
            (Some(role), Some(parts)) => return Ok(Found::Present(Box::new(live(&role, parts)?))),
            // Somebody creates or deletes it at this moment: the calls are made again.
            _ => {}
        }
    }
    Err(CallError::unusable(ROLE, name, "it appeared, vanished or changed while it was read"))
}

/// What AWS says of the role of this name, if it is there.
pub(super) async fn described(aws: &Aws, name: &str) -> Result<Option<Role>, CallError> {
    let answer = aws.iam.get_role().role_name(name).send().await.about(ROLE, name);
    let Some(answer) = absent_if(NO_ENTITY, answer)? else { return Ok(None) };
    let role = answer.role.ok_or_else(|| holds_no(ROLE, name, "role"))?;
    // The SDK fills in empty texts for what an answer leaves out.
    if role.role_name() != name || role.path().is_empty() || role.arn().is_empty() {
        return Err(holds_no(ROLE, name, "name, path or ARN of it"));
    }
    Ok(Some(role))
}

/// Everything of a role that `GetRole` does not tell; none where AWS says that there is no such role.
async fn parts(aws: &Aws, name: &str, known: &[String], measure: bool) -> Result<Option<Parts>, CallError> {
    let documents = buffered(AT_ONCE, known.iter().map(|policy| document(aws, name, policy)));
    let (names, managed, profiles, documents) =
        tokio::join!(names(aws, name), managed(aws, name), profiles(aws, name, measure), documents);
    let (Some(names), Some(managed), Some(profiles)) = (names?, managed?, profiles?) else { return Ok(None) };
    let mut policies = BTreeMap::new();
    for (policy, document) in known.iter().zip(documents) {
        policies.insert(policy.clone(), document?);
    }
    let others: Vec<_> = names.iter().filter(|name| !policies.contains_key(*name)).cloned().collect();
    let documents = buffered(AT_ONCE, others.iter().map(|policy| document(aws, name, policy))).await;
    for (policy, document) in others.iter().zip(documents) {
        policies.insert(policy.clone(), document?);
    }
    // A policy that one call lists and another does not find was put or taken away in between.
    if policies.iter().any(|(policy, document)| document.is_some() != names.contains(policy)) {
        return Ok(None);
    }
    let policies = policies.into_iter().filter_map(|(policy, document)| Some((policy, document?)));
    Ok(Some(Parts { policies: policies.collect(), managed, profiles }))
}

async fn names(aws: &Aws, role: &str) -> Result<Option<BTreeSet<String>>, CallError> {
    let mut pages = aws.iam.list_role_policies().role_name(role).into_paginator().page_size(PAGE).send();
    let mut names = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NO_ENTITY, page.about(NAMES, role))? else { return Ok(None) };
        names.extend(page.policy_names);
    }
    Ok(Some(names))
}

async fn managed(aws: &Aws, role: &str) -> Result<Option<BTreeSet<String>>, CallError> {
    let request = aws.iam.list_attached_role_policies().role_name(role);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    let mut arns = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NO_ENTITY, page.about(ATTACHED, role))? else { return Ok(None) };
        let policies = page.attached_policies.ok_or_else(|| holds_no(ATTACHED, role, "list"))?;
        for policy in policies {
            arns.insert(policy.policy_arn.ok_or_else(|| holds_no(ATTACHED, role, "ARN of a policy"))?);
        }
    }
    Ok(Some(arns))
}

/// The instance profiles that a role is in, if that is to be measured; none where there is no such role.
async fn profiles(aws: &Aws, role: &str, measure: bool) -> Result<Option<Option<Vec<String>>>, CallError> {
    if !measure {
        return Ok(Some(None));
    }
    let request = aws.iam.list_instance_profiles_for_role().role_name(role);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NO_ENTITY, page.about(PROFILES, role))? else { return Ok(None) };
        names.extend(page.instance_profiles.into_iter().map(|profile| profile.instance_profile_name));
    }
    Ok(Some(Some(names)))
}

/// A policy of its own, if it has it.
async fn document(aws: &Aws, role: &str, policy: &str) -> Result<Option<Inline>, CallError> {
    let answer = aws.iam.get_role_policy().role_name(role).policy_name(policy).send().await;
    let Some(answer) = absent_if(NO_ENTITY, answer.about(POLICY, role))? else { return Ok(None) };
    let text =
        decoded(&answer.policy_document).ok_or_else(|| holds_no(POLICY, role, "policy that can be read"))?;
    Inline::parse(&text).map(Some).map_err(|why| CallError::unusable(POLICY, role, why.to_string()))
}

/// Documents are percent-encoded (API `GetRole`, RFC 3986).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn live(role: &Role, parts: Parts) -> Result<Live<IamRole>, CallError> {
    let name = role.role_name();
    let none = |what| holds_no(ROLE, name, what);
    let trust = role.assume_role_policy_document().ok_or_else(|| none("trust policy"))?;
    let trust = decoded(trust).ok_or_else(|| none("trust policy that can be read"))?;
    let max_session = role.max_session_duration().and_then(|seconds| seconds.try_into().ok());
    let boundary = role.permissions_boundary().map(|it| {
        let arn = it.permissions_boundary_arn().ok_or_else(|| none("ARN of its permissions boundary"))?;
        Ok(arn.to_owned())
    });
    Ok(Live {
        // Without tags it leaves them out.
        tags: role.tags().iter().map(|tag| (tag.key(), tag.value())).collect(),
        phase: Phase::Active,
        service: service_of(role.path()),
        state: State {
            name: name.to_owned(),
            path: role.path().to_owned(),
            description: role.description().filter(|text| !text.is_empty()).map(str::to_owned),
            max_session: max_session.ok_or_else(|| none("length of sessions"))?,
            trust: Policy::parse(&trust).map_err(|why| CallError::unusable(ROLE, name, why.to_string()))?,
            policies: parts.policies,
            managed: parts.managed,
            boundary: boundary.transpose()?,
        },
        created: day(role.create_date()),
        detail: Detail { profiles: parts.profiles },
        outputs: brings(role),
    })
}

/// What a role brings to others: also when it was made, by which its next one of the same name is told from it.
pub(super) fn brings(role: &Role) -> Outputs {
    let mut at = *role.create_date();
    at.set_subsec_nanos(0);
    let created = at.fmt(Format::DateTime).unwrap_or_default();
    Outputs::default().with(Outputs::ARN, role.arn()).with("name", role.role_name()).with("created", created)
}

/// What each role is that the list names and nothing wanted does: one that the survey takes, or none of ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<IamRole>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let names = match listed(aws, survey).await {
        Ok(names) => names,
        Err(error) => return vec![Err(error)],
    };
    let others = names.iter().filter(|name| !named.contains(name.as_str()));
    buffered(AT_ONCE, others.map(|name| leftover(aws, name, survey))).await
}

async fn leftover(aws: &Aws, name: &str, survey: Survey<'_>) -> Result<Option<Live<IamRole>>, CallError> {
    match find(aws, name, Vec::new(), survey.measures()).await? {
        // The list may lag: what counts is the role's own description.
        Found::Present(live) if survey.takes(&live.tags) => Ok(Some(*live)),
        Found::Present(_) | Found::Absent | Found::Unclear { .. } => Ok(None),
        Found::Unknown(error) => Err(error),
    }
}

/// The names of the roles that the survey takes. Nobody made those of AWS's own paths by hand.
async fn listed(aws: &Aws, survey: Survey<'_>) -> Result<Vec<String>, CallError> {
    let request = aws.iam.get_account_authorization_details().filter(EntityType::Role);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(ALL, ACCOUNT)?;
        for role in page.role_detail_list.ok_or_else(|| holds_no(ALL, ACCOUNT, "list"))? {
            let tags: Tags = role.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            let is_own = role.path().is_none_or(|path| service_of(path).is_none());
            let name = role.role_name.ok_or_else(|| holds_no(ALL, ACCOUNT, "name of a role"))?;
            if is_own && survey.may_take(&[&name]) && survey.takes(&tags) {
                names.push(name);
            }
        }
    }
    Ok(names)
}
