//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};
use aws_smithy_types::date_time::Format;
use futures_util::stream::{self, StreamExt as _};

use super::SecretsManagerSecret;
use super::spec::is_default_key;
use super::state::{Detail, State};
use crate::aws::{Aws, CallError};
use crate::document::policy::Policy;
use crate::kind::{Found, Live, Observation, Phase, Wanted};
use crate::model::{Owner, Tags, tags};

/// Secrets read at once; two calls each. `DescribeSecret` may be called 10,000 times a second.
const AT_ONCE: usize = 16;
/// Largest page (API `ListSecrets`).
const PAGE: i32 = 100;

const DESCRIBE: &str = "secretsmanager:DescribeSecret";
const POLICY: &str = "secretsmanager:GetResourcePolicy";
const LIST: &str = "secretsmanager:ListSecrets";

const NO_SECRET: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, SecretsManagerSecret>],
    survey: Option<&str>,
) -> Observation<SecretsManagerSecret> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = wanted.iter().map(|wanted| find(aws, &wanted.state.name));
    let found = stream::iter(found.collect::<Vec<_>>()).buffered(AT_ONCE).collect();
    let (found, (leftovers, gaps)) = tokio::join!(found, leftovers(aws, &named, survey));
    Observation { found, leftovers, gaps }
}

async fn find(aws: &Aws, name: &str) -> Found<SecretsManagerSecret> {
    let (secret, policy) = tokio::join!(describe(aws, name), policy(aws, name));
    match (secret, policy) {
        (Err(error), _) => Found::Unknown(error),
        (Ok(None), _) => Found::Absent,
        (Ok(Some(secret)), policy) => match live(&secret, policy) {
            Ok(live) => Found::Present(Box::new(live)),
            Err(error) => Found::Unknown(error),
        },
    }
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<DescribeSecretOutput>, CallError> {
    match aws.secrets.describe_secret().secret_id(name).send().await {
        Ok(secret) => Ok(Some(secret)),
        Err(error) => {
            let error = CallError::new(DESCRIBE, name, &error);
            if error.is(NO_SECRET) { Ok(None) } else { Err(error) }
        }
    }
}

async fn policy(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    match aws.secrets.get_resource_policy().secret_id(name).send().await {
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
            policy: policy.map_err(|e| CallError::unusable(POLICY, &name, e.to_string()))?,
            name,
        },
        detail: Detail { has_value: has_value(secret), policy_unread },
    })
}

/// `DeletedDate` is when the deletion was asked for. When it is carried out, only `DeleteSecret` tells.
fn phase(secret: &DescribeSecretOutput) -> Phase {
    match secret.deleted_date() {
        None => Phase::Active,
        Some(date) => {
            let date = date.fmt(Format::DateTime).unwrap_or_default();
            Phase::PendingDeletion { date: date.split('T').next().unwrap_or_default().to_owned() }
        }
    }
}

/// Whether a version is current. A secret without a value has no versions (API `DescribeSecret`).
fn has_value(secret: &DescribeSecretOutput) -> bool {
    let versions = secret.version_ids_to_stages();
    versions.is_some_and(|versions| versions.values().flatten().any(|stage| stage == "AWSCURRENT"))
}

/// What manages the secret for itself: the service that owns it, or the replication that overwrites it.
fn managed_by(secret: &DescribeSecretOutput) -> Option<String> {
    if let Some(service) = secret.owning_service() {
        return Some(format!("the AWS service {service}"));
    }
    let region = secret.arn().and_then(|arn| arn.split(':').nth(3));
    let primary = secret.primary_region().filter(|primary| Some(*primary) != region)?;
    Some(format!("Secrets Manager, which copies it from {primary}"))
}

fn tags_of(sdk: &[aws_sdk_secretsmanager::types::Tag]) -> Tags {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}

/// Secrets with the manifest's mark that nothing wanted names, and what could not be read.
async fn leftovers(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<&str>,
) -> (Vec<Live<SecretsManagerSecret>>, Vec<CallError>) {
    let Some(manifest) = survey else { return (Vec::new(), Vec::new()) };
    let names = match marked(aws, manifest).await {
        Ok(names) => names,
        Err(error) => return (Vec::new(), vec![error]),
    };
    let read = names.iter().filter(|name| !named.contains(name.as_str())).map(|name| find(aws, name));
    let read: Vec<_> = stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let (mut leftovers, mut gaps) = (Vec::new(), Vec::new());
    for found in read {
        match found {
            // The list may lag: what counts is the secret's own description.
            Found::Present(live) if live.tags.owner(manifest) == Owner::Us => leftovers.push(*live),
            Found::Present(_) | Found::Absent => {}
            Found::Unknown(error) => gaps.push(error),
        }
    }
    (leftovers, gaps)
}

/// The names of the secrets that the list says carry the manifest's mark.
async fn marked(aws: &Aws, manifest: &str) -> Result<Vec<String>, CallError> {
    let filter = |key, value: &str| Filter::builder().key(key).values(value).build();
    let mut pages = aws
        .secrets
        .list_secrets()
        .include_planned_deletion(true)
        .filters(filter(FilterNameStringType::TagKey, tags::MANIFEST))
        .filters(filter(FilterNameStringType::TagValue, manifest))
        .into_paginator()
        .page_size(PAGE)
        .send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| CallError::new(LIST, "the account", &e))?;
        for secret in page.secret_list.unwrap_or_default() {
            // The filter matches prefixes, and each tag by itself (API `ListSecrets`).
            if tags_of(secret.tags()).get(tags::MANIFEST) == Some(manifest) {
                names.extend(secret.name);
            }
        }
    }
    Ok(names)
}
