//! The calls that read, and how AWS's answers become the normal form.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_ecr::types::{
    DescribeImagesFilter, ImageDetail, ImageStatus, ImageStatusFilter, ImageTagMutability,
    ImageTagMutabilityExclusionFilterType, Repository,
};
use futures_util::future::join_all;

use super::EcrRepository;
use super::lifecycle::{Image, Lifecycle};
use super::spec::PULL;
use super::state::{Detail, Encryption, Images, Mutability, State};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::document::policy::Policy;
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Arn, Outputs, Tags, tags};

/// Repositories read at once; three calls each. AWS does not publish the rates of these calls.
const AT_ONCE: usize = 8;
/// Largest page (API `DescribeRepositories` and `DescribeImages`).
const PAGE: i32 = 1000;
/// How often the calls about one repository are put together before they must agree.
const LOOKS: usize = 3;

const DESCRIBE: &str = "ecr:DescribeRepositories";
const TAGS: &str = "ecr:ListTagsForResource";
const LIFECYCLE: &str = "ecr:GetLifecyclePolicy";
const POLICY: &str = "ecr:GetRepositoryPolicy";
const IMAGES: &str = "ecr:DescribeImages";

/// What a call about every repository is about.
const REGISTRY: &str = "the registry";

const NO_REPOSITORY: &str = "RepositoryNotFoundException";

type Listed = BTreeMap<String, Repository>;

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, EcrRepository>],
    survey: Option<Survey<'_>>,
) -> Observation<EcrRepository> {
    // The ARN follows from the name, so nothing has to wait for the list.
    let parts = wanted.iter().map(|wanted| read(aws, &wanted.state.name, &wanted.state.arn));
    let (listed, parts) = tokio::join!(list(aws, wanted, survey.is_some()), buffered(AT_ONCE, parts));
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            return Observation::new(found, survey.map(|_| Err(error)));
        }
    };
    let found = wanted.iter().zip(parts).map(|(wanted, parts)| {
        let repository = listed.get(&wanted.state.name).cloned();
        async move { find(aws, wanted, repository, parts).await.unwrap_or_else(Found::Unknown) }
    });
    let (found, others) = tokio::join!(buffered(AT_ONCE, found), others(aws, wanted, &listed, survey));
    Observation::new(found, others)
}

/// The repositories that exist, by name: all of them for a survey, else those wanted.
async fn list(aws: &Aws, wanted: &[Wanted<'_, EcrRepository>], all: bool) -> Result<Listed, CallError> {
    let mut repositories = Vec::new();
    if all {
        let mut pages = aws.ecr.describe_repositories().into_paginator().page_size(PAGE).send();
        while let Some(page) = pages.next().await {
            let page = page.about(DESCRIBE, REGISTRY)?;
            repositories.extend(page.repositories.ok_or_else(|| holds_no(DESCRIBE, REGISTRY, "list"))?);
        }
    } else {
        // One call each: a single missing name fails a call for several (API `DescribeRepositories`).
        for answer in join_all(wanted.iter().map(|wanted| describe(aws, &wanted.state.name))).await {
            repositories.extend(answer?);
        }
    }
    let named = |repository: Repository| {
        let name = repository.repository_name.clone();
        Ok((name.ok_or_else(|| holds_no(DESCRIBE, REGISTRY, "name of a repository"))?, repository))
    };
    repositories.into_iter().map(named).collect()
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<Repository>, CallError> {
    let answer = aws.ecr.describe_repositories().repository_names(name).send().await;
    let answer = answer.about(DESCRIBE, name);
    let Some(answer) = absent_if(NO_REPOSITORY, answer)? else { return Ok(None) };
    let repositories = answer.repositories.unwrap_or_default();
    let repository = repositories.into_iter().find(|repository| repository.repository_name() == Some(name));
    repository.map(Some).ok_or_else(|| holds_no(DESCRIBE, name, "such repository, and no error"))
}

/// What is read of a repository besides its description.
struct Parts {
    tags: Tags,
    lifecycle: Option<String>,
    policy: Option<String>,
}

/// What one call says.
enum Part<T> {
    Is(T),
    /// That there is no repository.
    NoRepository,
}

/// What the calls say together about a repository's parts.
enum Seen {
    Whole(Parts),
    NoRepository,
    /// Some found it, and some did not.
    Torn,
}

async fn read(aws: &Aws, name: &str, arn: &str) -> Result<Seen, CallError> {
    let (tags, lifecycle, policy) =
        tokio::join!(tags(aws, name, arn), lifecycle(aws, name), policy(aws, name));
    Ok(match (tags?, lifecycle?, policy?) {
        (Part::Is(tags), Part::Is(lifecycle), Part::Is(policy)) => {
            Seen::Whole(Parts { tags, lifecycle, policy })
        }
        (Part::NoRepository, Part::NoRepository, Part::NoRepository) => Seen::NoRepository,
        _ => Seen::Torn,
    })
}

async fn tags(aws: &Aws, name: &str, arn: &str) -> Result<Part<Tags>, CallError> {
    let answer = aws.ecr.list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.about(TAGS, name);
    // Without the list nobody can say whose it is.
    let tags = answer.and_then(|answer| answer.tags.ok_or_else(|| holds_no(TAGS, name, "tags")));
    part(tags.map(|tags| tags.into_iter().map(|tag| (tag.key, tag.value)).collect()))
}

async fn lifecycle(aws: &Aws, name: &str) -> Result<Part<Option<String>>, CallError> {
    let answer = aws.ecr.get_lifecycle_policy().repository_name(name).send().await;
    let answer = answer.about(LIFECYCLE, name);
    let text =
        answer.and_then(|it| it.lifecycle_policy_text.ok_or_else(|| holds_no(LIFECYCLE, name, "policy")));
    part(absent_if("LifecyclePolicyNotFoundException", text))
}

async fn policy(aws: &Aws, name: &str) -> Result<Part<Option<String>>, CallError> {
    let answer = aws.ecr.get_repository_policy().repository_name(name).send().await;
    let answer = answer.about(POLICY, name);
    let text = answer.and_then(|it| it.policy_text.ok_or_else(|| holds_no(POLICY, name, "policy")));
    part(absent_if("RepositoryPolicyNotFoundException", text))
}

fn part<T>(answer: Result<T, CallError>) -> Result<Part<T>, CallError> {
    Ok(absent_if(NO_REPOSITORY, answer)?.map_or(Part::NoRepository, Part::Is))
}

/// Puts together what was read. While the calls disagree, which they do when somebody creates or deletes the
/// repository at that moment, they are made again.
async fn find(
    aws: &Aws,
    wanted: &Wanted<'_, EcrRepository>,
    mut repository: Option<Repository>,
    parts: Result<Seen, CallError>,
) -> Result<Found<EcrRepository>, CallError> {
    let State { name, arn, .. } = wanted.state;
    let mut seen = parts?;
    for _ in 0..LOOKS {
        match (&repository, seen) {
            (None, Seen::NoRepository) => return Ok(Found::Absent),
            (Some(repository), Seen::Whole(parts)) => {
                let mut live = live(repository, parts)?;
                let measured = if wanted.measure || must_measure(&live, wanted.state) {
                    images(aws, name).await?
                } else {
                    Part::Is(Detail::default())
                };
                if let Part::Is(detail) = measured {
                    live.detail = detail;
                    return Ok(Found::Present(Box::new(live)));
                }
            }
            _ => {}
        }
        let (description, parts) = tokio::join!(describe(aws, name), read(aws, name, arn));
        (repository, seen) = (description?, parts?);
    }
    Err(torn(name))
}

fn torn(name: &str) -> CallError {
    CallError::unusable(
        DESCRIBE,
        name,
        "it appeared or vanished while it was read; run the same command again",
    )
}

/// Whether the images matter: a lifecycle policy would change, or the repository is not ours yet.
fn must_measure(live: &Live<EcrRepository>, want: &State) -> bool {
    let changes = want.lifecycle.is_some() && want.lifecycle != live.state.lifecycle;
    changes || live.tags.get(tags::MANIFEST).is_none()
}

/// The live resource, without its images.
fn live(repository: &Repository, parts: Parts) -> Result<Live<EcrRepository>, CallError> {
    let name = repository.repository_name().unwrap_or_default().to_owned();
    let arn = repository.repository_arn().ok_or_else(|| holds_no(DESCRIBE, &name, "ARN"))?;
    let lifecycle = parts.lifecycle.as_deref().map(Lifecycle::parse).transpose();
    let policy = parts.policy.as_deref().map(Policy::parse).transpose();
    let policy = policy.map_err(|e| CallError::unusable(POLICY, &name, e.to_string()))?;
    let account = Arn::parse(arn).map_or("", |arn| arn.account);
    let encryption = repository.encryption_configuration();
    Ok(Live {
        tags: parts.tags,
        phase: Phase::Active,
        service: None,
        state: State {
            arn: arn.to_owned(),
            scan_on_push: repository
                .image_scanning_configuration()
                .is_some_and(aws_sdk_ecr::types::ImageScanningConfiguration::scan_on_push),
            mutability: mutability(repository).map_err(|why| CallError::unusable(DESCRIBE, &name, why))?,
            // An absent block means AES256: that is what repositories older than the choice have.
            encryption: Encryption {
                algorithm: encryption.map_or("AES256", |it| it.encryption_type().as_str()).to_owned(),
                key: encryption.and_then(|it| it.kms_key()).map(str::to_owned),
            },
            lifecycle: lifecycle.map_err(|e| CallError::unusable(LIFECYCLE, &name, e.to_string()))?,
            access: PULL.access(policy, account),
            name,
        },
        created: repository.created_at().and_then(day),
        detail: Detail::default(),
        outputs: brings(repository),
    })
}

/// What a repository brings to others: its ARN and its URI.
pub(super) fn brings(repository: &Repository) -> Outputs {
    let all = [(Outputs::ARN, repository.repository_arn()), ("uri", repository.repository_uri())];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Repositories older than the choice say nothing, and are mutable. A word that is not known here is no
/// reason to take it for either.
fn mutability(repository: &Repository) -> Result<Mutability, &'static str> {
    use ImageTagMutability::{Immutable, ImmutableWithExclusion, Mutable, MutableWithExclusion};
    let immutable = match repository.image_tag_mutability() {
        Some(Immutable | ImmutableWithExclusion) => true,
        None | Some(Mutable | MutableWithExclusion) => false,
        Some(_) => return Err("its tag mutability is of a kind that is not known here"),
    };
    let filters = repository.image_tag_mutability_exclusion_filters();
    if filters.iter().any(|it| *it.filter_type() != ImageTagMutabilityExclusionFilterType::Wildcard) {
        return Err("an exclusion from its tag mutability is of a kind that is not known here");
    }
    Ok(Mutability { immutable, exclusions: filters.iter().map(|it| it.filter().to_owned()).collect() })
}

/// Every image, archived ones too: they count when the repository is to be deleted.
async fn images(aws: &Aws, name: &str) -> Result<Part<Detail>, CallError> {
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
        let page = page.about(IMAGES, name);
        let Part::Is(page) = part(page)? else { return Ok(Part::NoRepository) };
        // No list is not a list of none: what is deleted, and what expires, hangs on it.
        for image in page.image_details.ok_or_else(|| holds_no(IMAGES, name, "images"))? {
            add(&mut images, image).map_err(|what| holds_no(IMAGES, name, what))?;
        }
    }
    Ok(Part::Is(Detail { images: Some(images) }))
}

/// Puts an image where it counts.
///
/// # Errors
///
/// What the answer does not say of it, so that nobody can tell whether a rule takes it.
pub(super) fn add(images: &mut Images, image: ImageDetail) -> Result<(), &'static str> {
    // For an image that was in the archive, rules go by the time at which it came back (ECR user guide,
    // "Lifecycle policy properties"). One that is on its way back will be the youngest of all.
    let began = match image.image_status {
        Some(ImageStatus::Activating) => images.measured_at,
        _ => image.last_activated_at.max(image.image_pushed_at).ok_or("time of an image")?.secs(),
    };
    // An answer without a status is of before there was an archive. A status that is not known here
    // counts as in use, so that more is said to expire, not less.
    let list = match image.image_status {
        Some(ImageStatus::Archived) => &mut images.archived,
        _ => &mut images.active,
    };
    list.push(Image {
        digest: image.image_digest.ok_or("digest of an image")?,
        tags: image.image_tags.unwrap_or_default(),
        bytes: image.image_size_in_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        pushed_at: began,
    });
    Ok(())
}

/// What each repository is that nothing wanted names: one with the manifest's mark, or none of ours.
async fn others(
    aws: &Aws,
    wanted: &[Wanted<'_, EcrRepository>],
    listed: &Listed,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<EcrRepository>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let is_asked = |name: &str| !named.contains(name) && survey.may_take(&[name]);
    let others = listed.iter().filter(|(name, _)| is_asked(name));
    buffered(AT_ONCE, others.map(|(name, repository)| leftover(aws, name, repository, survey))).await
}

async fn leftover(
    aws: &Aws,
    name: &str,
    repository: &Repository,
    survey: Survey<'_>,
) -> Result<Option<Live<EcrRepository>>, CallError> {
    let arn = repository.repository_arn().ok_or_else(|| holds_no(DESCRIBE, name, "ARN"))?;
    let Part::Is(tags) = tags(aws, name, arn).await? else { return gone(aws, name).await };
    if !survey.takes(&tags) {
        return Ok(None);
    }
    let images =
        async { if survey.measures() { images(aws, name).await } else { Ok(Part::Is(Detail::default())) } };
    let (lifecycle, policy, images) = tokio::join!(lifecycle(aws, name), policy(aws, name), images);
    let (Part::Is(lifecycle), Part::Is(policy), Part::Is(detail)) = (lifecycle?, policy?, images?) else {
        return gone(aws, name).await;
    };
    Ok(Some(Live { detail, ..live(repository, Parts { tags, lifecycle, policy })? }))
}

/// Whether a repository that was listed, and of which a call says that it is not there, has been deleted.
async fn gone(aws: &Aws, name: &str) -> Result<Option<Live<EcrRepository>>, CallError> {
    if describe(aws, name).await?.is_none() { Ok(None) } else { Err(torn(name)) }
}
