//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, RotationRulesType};

use super::SecretsManagerSecret;
use super::rotation::Rotation;
use super::spec::{READ, is_default_key};
use super::state::{Detail, State};
use super::value::Wish;
use super::versions::Versions;
use crate::aws::{Answer as _, Aws, CallError, day, days_since};
use crate::document::policy::Policy;
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Arn, Outputs, Tags, tags};
use crate::value::{AtHand, Held};

/// Secrets read at once; two calls each. `DescribeSecret` may be called 10,000 times a second.
const AT_ONCE: usize = 16;
/// Largest page (API `ListSecrets`).
const PAGE: i32 = 100;
/// How often the two calls about one secret are made before they must agree.
const LOOKS: usize = 3;

const DESCRIBE: &str = "secretsmanager:DescribeSecret";
const POLICY: &str = "secretsmanager:GetResourcePolicy";
const VERSIONS: &str = "secretsmanager:ListSecretVersionIds";
const LIST: &str = "secretsmanager:ListSecrets";

/// What a call about every secret is about.
const ACCOUNT: &str = "the account";

const NO_SECRET: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, SecretsManagerSecret>],
    survey: Option<Survey<'_>>,
) -> Observation<SecretsManagerSecret> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = buffered(AT_ONCE, wanted.iter().map(|wanted| wanted_one(aws, wanted)));
    let derived = derive(wanted.iter().map(|wanted| &wanted.state.value));
    let (found, others, ()) = tokio::join!(found, others(aws, &named, survey), derived);
    Observation::new(found, others)
}

/// Makes the ids of the values at hand while AWS answers: on a thread of its own, for it takes a tenth of a second
/// each; and one after the other, for each takes 64 MiB.
async fn derive(wishes: impl Iterator<Item = &Wish>) {
    let held = wishes.filter_map(|wish| match &wish.at_hand {
        AtHand::Here(held) if !held.is_derived() => Some(Arc::clone(held)),
        _ => None,
    });
    let held: Vec<Arc<Held>> = held.collect();
    if !held.is_empty() {
        // Were the thread to fail, whoever needs an id makes it.
        let _ = tokio::task::spawn_blocking(move || {
            for held in held {
                held.version_id();
            }
        })
        .await;
    }
}

/// What is wanted; with the day of its value where that is measured or limited, and where somebody else has written it over ours.
async fn wanted_one(aws: &Aws, wanted: &Wanted<'_, SecretsManagerSecret>) -> Found<SecretsManagerSecret> {
    let state = wanted.state;
    let mut found = find(aws, &state.name).await;
    if let Found::Present(live) = &mut found
        && live.phase == Phase::Active
        && let Some(current) = live.detail.versions.current()
        && (wanted.measure
            || state.value.max_age_days.is_some()
            || (state.value.is_managed() && !live.detail.versions.is_ours()))
    {
        match written(aws, &state.name, current).await {
            Ok(day) => {
                let now = SystemTime::now();
                live.detail.age = day.as_deref().and_then(|day| days_since(day, now));
                live.detail.versions.written = day;
            }
            Err(error) => return Found::Unknown(error),
        }
    }
    found
}

/// The day on which a version was written.
async fn written(aws: &Aws, name: &str, version: &str) -> Result<Option<String>, CallError> {
    let mut pages = aws.secrets.list_secret_version_ids().secret_id(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let versions =
            page.about(VERSIONS, name)?.versions.ok_or_else(|| holds_no(VERSIONS, name, "list"))?;
        if let Some(found) = versions.iter().find(|it| it.version_id() == Some(version)) {
            return Ok(found.created_date().and_then(day));
        }
    }
    // It has lost its labels since.
    Ok(None)
}

/// The versions of a secret that have labels; none where reads do not show the secret yet.
pub(super) async fn versions(aws: &Aws, name: &str) -> Result<Versions, CallError> {
    Ok(describe(aws, name).await?.map(|secret| versions_of(&secret)).unwrap_or_default())
}

async fn find(aws: &Aws, name: &str) -> Found<SecretsManagerSecret> {
    let mut torn = None;
    for _ in 0..LOOKS {
        let (secret, policy) = tokio::join!(describe(aws, name), policy(aws, name));
        torn = match (secret, policy) {
            (Err(error), _) => return Found::Unknown(error),
            // Somebody creates or deletes it at this moment: the two calls are made again.
            (Ok(None), Ok(_)) => None,
            (Ok(Some(_)), Err(error)) if error.is(NO_SECRET) => Some(error),
            (Ok(None), Err(_)) => return Found::Absent,
            (Ok(Some(secret)), policy) => {
                return live(&secret, policy)
                    .map_or_else(Found::Unknown, |live| Found::Present(Box::new(live)));
            }
        };
    }
    let vanished = || CallError::unusable(DESCRIBE, name, "it appeared or vanished while it was read");
    Found::Unknown(torn.unwrap_or_else(vanished))
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<DescribeSecretOutput>, CallError> {
    let answer = aws.secrets.describe_secret().secret_id(name).send().await;
    let answer = answer.about(DESCRIBE, name);
    match absent_if(NO_SECRET, answer)? {
        Some(secret) if secret.name() != Some(name) => {
            Err(CallError::unusable(DESCRIBE, name, "the answer is about something else"))
        }
        secret => Ok(secret),
    }
}

async fn policy(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    match aws.secrets.get_resource_policy().secret_id(name).send().await {
        // Without a policy the answer holds the name and the ARN. One that holds nothing says nothing.
        Ok(answer) if answer.name.is_none() && answer.arn.is_none() => {
            Err(CallError::unusable(POLICY, name, "the answer is about nothing"))
        }
        Ok(answer) => Ok(answer.resource_policy),
        Err(error) => Err(CallError::new(POLICY, name, &error)),
    }
}

fn live(
    secret: &DescribeSecretOutput,
    policy: Result<Option<String>, CallError>,
) -> Result<Live<SecretsManagerSecret>, CallError> {
    let name = secret.name().unwrap_or_default().to_owned();
    let phase = phase(secret);
    let (policy, policy_unread) = match policy {
        Ok(policy) => (policy, false),
        // AWS refuses most calls on a secret that is pending deletion, with this code.
        Err(error) if phase != Phase::Active && error.is("InvalidRequestException") => (None, true),
        Err(error) => return Err(error),
    };
    let policy = policy.as_deref().map(Policy::parse).transpose();
    let policy = policy.map_err(|e| CallError::unusable(POLICY, &name, e.to_string()))?;
    let arn = secret.arn().and_then(Arn::parse);
    // Without it, nobody can say which roles are of this account.
    if policy.is_some() && arn.is_none() {
        return Err(holds_no(DESCRIBE, &name, "ARN"));
    }
    Ok(Live {
        tags: tags_of(secret.tags()),
        phase,
        service: managed_by(secret),
        state: State {
            description: secret.description().filter(|text| !text.is_empty()).map(str::to_owned),
            kms_key: secret
                .kms_key_id()
                .filter(|key| !key.is_empty() && !is_default_key(key))
                .map(str::to_owned),
            access: READ.access(policy, arn.map_or("", |arn| arn.account)),
            rotation: rotation(secret),
            value: Wish::default(),
            name,
        },
        created: secret.created_date().and_then(day),
        detail: Detail {
            versions: versions_of(secret),
            age: None,
            rotated_by: rotated_by(secret),
            policy_unread,
        },
        outputs: brings(secret.arn()),
    })
}

/// What a secret brings to others: its ARN, which ends in six characters that AWS picks.
pub(super) fn brings(arn: Option<&str>) -> Outputs {
    arn.map(|arn| Outputs::default().with(Outputs::ARN, arn)).unwrap_or_default()
}

/// `DeletedDate` is when the deletion was asked for. When it is carried out, only `DeleteSecret` tells.
fn phase(secret: &DescribeSecretOutput) -> Phase {
    match secret.deleted_date() {
        None => Phase::Active,
        Some(date) => Phase::PendingDeletion { date: day(date).unwrap_or_default() },
    }
}

/// A secret without a value has no versions (API `DescribeSecret`).
fn versions_of(secret: &DescribeSecretOutput) -> Versions {
    let all = secret.version_ids_to_stages().into_iter().flatten();
    let labels = all.map(|(id, labels)| (id.clone(), labels.iter().cloned().collect())).collect();
    Versions { labels, written: None }
}

/// What puts values by itself, if that is switched on.
fn rotation(secret: &DescribeSecretOutput) -> Option<Rotation> {
    let rules = secret.rotation_rules();
    let rotation = || {
        Rotation::live(
            rules.and_then(RotationRulesType::schedule_expression),
            rules.and_then(RotationRulesType::automatically_after_days),
            rules.and_then(RotationRulesType::duration),
            secret.rotation_lambda_arn(),
        )
    };
    (secret.rotation_enabled() == Some(true)).then(rotation)
}

/// What puts values by itself, if that is switched on. Rules without it are left of an earlier rotation.
fn rotated_by(secret: &DescribeSecretOutput) -> Option<String> {
    let by = || secret.rotation_lambda_arn().unwrap_or("Secrets Manager").to_owned();
    (secret.rotation_enabled() == Some(true)).then(by)
}

/// What manages the secret for itself: the service that owns it, or the replication that overwrites it.
fn managed_by(secret: &DescribeSecretOutput) -> Option<String> {
    if let Some(service) = secret.owning_service() {
        return Some(format!("the AWS service {service}"));
    }
    let region = secret.arn().and_then(Arn::parse).map(|arn| arn.region);
    let primary = secret.primary_region().filter(|primary| Some(*primary) != region)?;
    Some(format!("Secrets Manager, which copies it from {primary}"))
}

fn tags_of(sdk: &[aws_sdk_secretsmanager::types::Tag]) -> Tags {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}

/// What each secret is that the list names and nothing wanted does: one with the manifest's mark, or none of
/// ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<SecretsManagerSecret>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let names = match listed(aws, survey).await {
        Ok(names) => names,
        Err(error) => return vec![Err(error)],
    };
    let others = names.iter().filter(|name| !named.contains(name.as_str()));
    buffered(AT_ONCE, others.map(|name| leftover(aws, name, survey))).await
}

async fn leftover(
    aws: &Aws,
    name: &str,
    survey: Survey<'_>,
) -> Result<Option<Live<SecretsManagerSecret>>, CallError> {
    match find(aws, name).await {
        // The list may lag: what counts is the secret's own description.
        Found::Present(live) if survey.takes(&live.tags) => Ok(Some(*live)),
        Found::Present(_) | Found::Absent | Found::Unclear { .. } => Ok(None),
        Found::Unknown(error) => Err(error),
    }
}

/// The names of the secrets that the survey may take: where it looks for a mark, those of which the list does not
/// deny that they carry it.
async fn listed(aws: &Aws, survey: Survey<'_>) -> Result<BTreeSet<String>, CallError> {
    let filter = |key, value: &str| Filter::builder().key(key).values(value).build();
    let mut request = aws.secrets.list_secrets().include_planned_deletion(true);
    if let Some(manifest) = survey.mark() {
        request = request
            .filters(filter(FilterNameStringType::TagKey, tags::MANIFEST))
            .filters(filter(FilterNameStringType::TagValue, manifest));
    }
    // The filter matches prefixes, and each tag by itself (API `ListSecrets`). What comes without tags although it
    // was asked for by them is looked at.
    let is_denied = |some: &[aws_sdk_secretsmanager::types::Tag]| {
        survey.mark().is_some_and(|manifest| tags_of(some).get(tags::MANIFEST) != Some(manifest))
    };
    let mut pages = request.into_paginator().page_size(PAGE).send();
    let mut names = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.about(LIST, ACCOUNT)?;
        for secret in page.secret_list.ok_or_else(|| holds_no(LIST, ACCOUNT, "list"))? {
            if secret.tags.as_deref().is_some_and(is_denied) {
                continue;
            }
            let name = secret.name.ok_or_else(|| holds_no(LIST, ACCOUNT, "name of a secret"))?;
            if survey.may_take(&[&name]) {
                names.insert(name);
            }
        }
    }
    Ok(names)
}
