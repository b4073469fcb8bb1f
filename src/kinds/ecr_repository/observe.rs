//! The calls that read, and how AWS's answers become the normal form.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_ecr::types::{
    DescribeImagesFilter, ImageDetail, ImageStatus, ImageStatusFilter, ImageTagMutability, Repository,
};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};

use super::EcrRepository;
use super::lifecycle::{Image, Lifecycle};
use super::state::{Detail, Encryption, Images, Mutability, State};
use crate::aws::{Aws, CallError};
use crate::document::policy::Policy;
use crate::kind::{Found, Live, Observation, Phase, Wanted};
use crate::model::{Owner, Tags, tags};

/// Repositories read at once; three calls each. AWS does not publish the rates of these calls.
const AT_ONCE: usize = 8;
/// Largest page (API `DescribeRepositories` and `DescribeImages`).
const PAGE: i32 = 1000;

const DESCRIBE: &str = "ecr:DescribeRepositories";
const TAGS: &str = "ecr:ListTagsForResource";
const LIFECYCLE: &str = "ecr:GetLifecyclePolicy";
const POLICY: &str = "ecr:GetRepositoryPolicy";
const IMAGES: &str = "ecr:DescribeImages";

const NO_REPOSITORY: &str = "RepositoryNotFoundException";

type Listed = BTreeMap<String, Repository>;

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, EcrRepository>],
    survey: Option<&str>,
) -> Observation<EcrRepository> {
    // The ARN follows from the name, so nothing has to wait for the list.
    let (listed, parts) = tokio::join!(list(aws, wanted, survey.is_some()), read_all(aws, wanted));
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            let gaps = survey.map(|_| error).into_iter().collect();
            return Observation { found, leftovers: Vec::new(), gaps };
        }
    };
    let found = wanted.iter().zip(parts).map(|(wanted, parts)| {
        let repository = listed.get(&wanted.state.name);
        async move { put_together(aws, wanted, repository, parts).await }
    });
    let found = stream::iter(found.collect::<Vec<_>>()).buffered(AT_ONCE).collect();
    let (found, (leftovers, gaps)) = tokio::join!(found, leftovers(aws, wanted, &listed, survey));
    Observation { found, leftovers, gaps }
}

/// The repositories that exist, by name: all of them for a survey, else those wanted.
async fn list(aws: &Aws, wanted: &[Wanted<'_, EcrRepository>], all: bool) -> Result<Listed, CallError> {
    let mut repositories = Vec::new();
    if all {
        let mut pages = aws.ecr.describe_repositories().into_paginator().page_size(PAGE).send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| CallError::new(DESCRIBE, "the registry", &e))?;
            repositories.extend(page.repositories.unwrap_or_default());
        }
    } else {
        // One call each: a single missing name fails a call for several (API `DescribeRepositories`).
        for answer in join_all(wanted.iter().map(|wanted| describe(aws, &wanted.state.name))).await {
            repositories.extend(answer?);
        }
    }
    let named = |repository: Repository| Some((repository.repository_name.clone()?, repository));
    Ok(repositories.into_iter().filter_map(named).collect())
}

async fn describe(aws: &Aws, name: &str) -> Result<Vec<Repository>, CallError> {
    match aws.ecr.describe_repositories().repository_names(name).send().await {
        Ok(answer) => Ok(answer.repositories.unwrap_or_default()),
        Err(error) => absent_or(CallError::new(DESCRIBE, name, &error), NO_REPOSITORY).map(|()| Vec::new()),
    }
}

/// What is read of a repository besides its description. `None`: AWS says that there is no repository.
struct Parts {
    tags: Option<Tags>,
    lifecycle: Option<String>,
    policy: Option<String>,
}

async fn read_all(aws: &Aws, wanted: &[Wanted<'_, EcrRepository>]) -> Vec<Result<Parts, CallError>> {
    let parts = wanted.iter().map(|wanted| read(aws, &wanted.state.name, &wanted.state.arn));
    stream::iter(parts.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

async fn read(aws: &Aws, name: &str, arn: &str) -> Result<Parts, CallError> {
    let (tags, lifecycle, policy) =
        tokio::join!(tags(aws, name, arn), lifecycle(aws, name), policy(aws, name));
    Ok(Parts { tags: tags?, lifecycle: lifecycle?, policy: policy? })
}

async fn tags(aws: &Aws, name: &str, arn: &str) -> Result<Option<Tags>, CallError> {
    match aws.ecr.list_tags_for_resource().resource_arn(arn).send().await {
        Ok(answer) => {
            Ok(Some(answer.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()))
        }
        Err(error) => absent_or(CallError::new(TAGS, name, &error), NO_REPOSITORY).map(|()| None),
    }
}

async fn lifecycle(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    match aws.ecr.get_lifecycle_policy().repository_name(name).send().await {
        Ok(answer) => Ok(answer.lifecycle_policy_text),
        Err(error) => {
            let error = CallError::new(LIFECYCLE, name, &error);
            if error.is("LifecyclePolicyNotFoundException") {
                Ok(None)
            } else {
                absent_or(error, NO_REPOSITORY).map(|()| None)
            }
        }
    }
}

async fn policy(aws: &Aws, name: &str) -> Result<Option<String>, CallError> {
    match aws.ecr.get_repository_policy().repository_name(name).send().await {
        Ok(answer) => Ok(answer.policy_text),
        Err(error) => {
            let error = CallError::new(POLICY, name, &error);
            if error.is("RepositoryPolicyNotFoundException") {
                Ok(None)
            } else {
                absent_or(error, NO_REPOSITORY).map(|()| None)
            }
        }
    }
}

fn absent_or(error: CallError, code: &str) -> Result<(), CallError> {
    if error.is(code) { Ok(()) } else { Err(error) }
}

async fn put_together(
    aws: &Aws,
    wanted: &Wanted<'_, EcrRepository>,
    repository: Option<&Repository>,
    parts: Result<Parts, CallError>,
) -> Found<EcrRepository> {
    let name = &wanted.state.name;
    let parts = match parts {
        Ok(parts) => parts,
        Err(error) => return Found::Unknown(error),
    };
    match (repository, parts.tags.is_some()) {
        (None, false) => Found::Absent,
        (Some(repository), true) => match live(repository, parts) {
            Ok(mut live) => {
                if wanted.leftover || must_measure(&live, wanted.state) {
                    match images(aws, name).await {
                        Ok(detail) => live.detail = detail,
                        Err(error) => return Found::Unknown(error),
                    }
                }
                Found::Present(Box::new(live))
            }
            Err(error) => Found::Unknown(error),
        },
        _ => Found::Unknown(CallError::unusable(
            DESCRIBE,
            name,
            "it appeared or vanished while it was read; run the same command again",
        )),
    }
}

/// Whether the images matter: a lifecycle policy would change, or the repository is not ours yet.
fn must_measure(live: &Live<EcrRepository>, want: &State) -> bool {
    let changes = want.lifecycle.is_some() && want.lifecycle != live.state.lifecycle;
    changes || live.tags.get(tags::MANIFEST).is_none()
}

/// The live resource, without its images.
fn live(repository: &Repository, parts: Parts) -> Result<Live<EcrRepository>, CallError> {
    let name = repository.repository_name().unwrap_or_default().to_owned();
    let lifecycle = parts.lifecycle.as_deref().map(Lifecycle::parse).transpose();
    let policy = parts.policy.as_deref().map(Policy::parse).transpose();
    let encryption = repository.encryption_configuration();
    Ok(Live {
        tags: parts.tags.unwrap_or_default(),
        phase: Phase::Active,
        service: None,
        state: State {
            arn: repository.repository_arn().unwrap_or_default().to_owned(),
            scan_on_push: repository
                .image_scanning_configuration()
                .is_some_and(aws_sdk_ecr::types::ImageScanningConfiguration::scan_on_push),
            mutability: mutability(repository),
            // An absent block means AES256: that is what repositories older than the choice have.
            encryption: Encryption {
                algorithm: encryption.map_or("AES256", |it| it.encryption_type().as_str()).to_owned(),
                key: encryption.and_then(|it| it.kms_key()).map(str::to_owned),
            },
            lifecycle: lifecycle.map_err(|e| CallError::unusable(LIFECYCLE, &name, e.to_string()))?,
            policy: policy.map_err(|e| CallError::unusable(POLICY, &name, e.to_string()))?,
            name,
        },
        detail: Detail::default(),
    })
}

fn mutability(repository: &Repository) -> Mutability {
    let immutable = matches!(
        repository.image_tag_mutability(),
        Some(ImageTagMutability::Immutable | ImageTagMutability::ImmutableWithExclusion)
    );
    let exclusions: BTreeSet<_> =
        repository.image_tag_mutability_exclusion_filters().iter().map(|it| it.filter().to_owned()).collect();
    Mutability { immutable, exclusions }
}

/// Every image, archived ones too: they count when the repository is to be deleted.
async fn images(aws: &Aws, name: &str) -> Result<Detail, CallError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut images = Images { measured_at: i64::try_from(now).unwrap_or(i64::MAX), ..Images::default() };
    let filter = DescribeImagesFilter::builder().image_status(ImageStatusFilter::Any).build();
    let mut pages = aws
        .ecr
        .describe_images()
        .repository_name(name)
        .filter(filter)
        .into_paginator()
        .page_size(PAGE)
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| CallError::new(IMAGES, name, &e))?;
        for image in page.image_details.unwrap_or_default() {
            add(&mut images, image);
        }
    }
    Ok(Detail { images: Some(images) })
}

/// Puts an image where it counts.
pub(super) fn add(images: &mut Images, image: ImageDetail) {
    // For an image that was in the archive, rules go by the time at which it came back (ECR user guide,
    // "Lifecycle policy properties"). One that is on its way back will be the youngest of all.
    let began = match image.image_status {
        Some(ImageStatus::Activating) => images.measured_at,
        _ => image.last_activated_at.max(image.image_pushed_at).map_or(0, |at| at.secs()),
    };
    // An answer without a status is of before there was an archive. A status that is not known here
    // counts as in use, so that more is said to expire, not less.
    let list = match image.image_status {
        Some(ImageStatus::Archived) => &mut images.archived,
        _ => &mut images.active,
    };
    list.push(Image {
        digest: image.image_digest.unwrap_or_default(),
        tags: image.image_tags.unwrap_or_default(),
        bytes: image.image_size_in_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        pushed_at: began,
    });
}

/// Repositories with the manifest's mark that nothing wanted names, and what could not be read of the rest.
async fn leftovers(
    aws: &Aws,
    wanted: &[Wanted<'_, EcrRepository>],
    listed: &Listed,
    survey: Option<&str>,
) -> (Vec<Live<EcrRepository>>, Vec<CallError>) {
    let Some(manifest) = survey else { return (Vec::new(), Vec::new()) };
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let others = listed.iter().filter(|(name, _)| !named.contains(name.as_str()));
    let read = others.map(|(name, repository)| leftover(aws, name, repository, manifest));
    let read: Vec<_> = stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let (mut leftovers, mut gaps) = (Vec::new(), Vec::new());
    for answer in read {
        match answer {
            Ok(live) => leftovers.extend(live),
            Err(error) => gaps.push(error),
        }
    }
    (leftovers, gaps)
}

async fn leftover(
    aws: &Aws,
    name: &str,
    repository: &Repository,
    manifest: &str,
) -> Result<Option<Live<EcrRepository>>, CallError> {
    let arn = repository.repository_arn().unwrap_or_default();
    let Some(tags) = tags(aws, name, arn).await? else { return Ok(None) };
    if tags.owner(manifest) != Owner::Us {
        return Ok(None);
    }
    let (lifecycle, policy, images) =
        tokio::join!(lifecycle(aws, name), policy(aws, name), images(aws, name));
    let mut live = live(repository, Parts { tags: Some(tags), lifecycle: lifecycle?, policy: policy? })?;
    live.detail = images?;
    Ok(Some(live))
}
