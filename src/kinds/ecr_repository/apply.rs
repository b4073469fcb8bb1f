//! The calls that write, one per change.

use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability,
    ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType, Tag,
};

use super::observe::brings;
use super::spec::PULL;
use super::state::{Change, Encryption, Mutability};
use crate::aws::{Answer as _, CallError};
use crate::kind::{Describe, Run};
use crate::model::{Outputs, Tags};

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let ecr = &run.aws.ecr;
    let call = change.describe().call;
    match change {
        Change::CreateRepository { state, tags } => {
            let name = &state.name;
            let request = ecr
                .create_repository()
                .repository_name(name)
                .image_scanning_configuration(scanning(state.scan_on_push))
                .image_tag_mutability(mode(&state.mutability))
                .set_image_tag_mutability_exclusion_filters(filters(&state.mutability, call)?)
                .encryption_configuration(encryption(&state.encryption, call)?)
                .set_tags(Some(sdk_tags(tags, call)?));
            let made = request.send().await.about(call, name)?;
            *outputs = made.repository().map(brings).unwrap_or_default();
        }
        Change::TagResource { arn, tags, .. } => {
            let request = ecr.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags, call)?));
            request.send().await.about(call, arn)?;
        }
        Change::PutImageTagMutability { name, after, .. } => {
            let request = ecr
                .put_image_tag_mutability()
                .repository_name(name)
                .image_tag_mutability(mode(after))
                .set_image_tag_mutability_exclusion_filters(filters(after, call)?);
            request.send().await.about(call, name)?;
        }
        Change::PutImageScanningConfiguration { name, scan_on_push } => {
            let request = ecr
                .put_image_scanning_configuration()
                .repository_name(name)
                .image_scanning_configuration(scanning(*scan_on_push));
            request.send().await.about(call, name)?;
        }
        // The whole policy is put in one call, never deleted first: no moment without one.
        Change::PutLifecyclePolicy { name, after, .. } => {
            let request =
                ecr.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(after.text());
            request.send().await.about(call, name)?;
        }
        Change::DeleteLifecyclePolicy { name, .. } => {
            let request = ecr.delete_lifecycle_policy().repository_name(name);
            request.send().await.about(call, name)?;
        }
        // Without `force`, AWS refuses a policy that would lock us out of changing it again.
        Change::SetRepositoryPolicy { name, after, .. } => {
            let Some(policy) = PULL.document(after) else {
                return Err(CallError::unusable(call, name, "there is no policy to put"));
            };
            let request = ecr.set_repository_policy().repository_name(name).policy_text(policy.text());
            let put = || async { request.clone().send().await.about(call, name) };
            run.until_principals_are_known(&policy, is_unknown, put).await?;
        }
        Change::DeleteRepositoryPolicy { name, .. } => {
            let request = ecr.delete_repository_policy().repository_name(name);
            request.send().await.about(call, name)?;
        }
        // Without `force`, AWS refuses while there is an image.
        Change::DeleteRepository { name, permit: _ } => {
            let request = ecr.delete_repository().repository_name(name);
            request.send().await.about(call, name)?;
        }
    }
    Ok(())
}

/// What ECR says of a principal that it does not know, and of one that there is not
/// (terraform-provider-aws: `ecr/repository_policy.go`).
fn is_unknown(error: &CallError) -> bool {
    error.is("InvalidParameterException") && error.message.contains("Invalid repository policy provided")
}

fn scanning(scan_on_push: bool) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build()
}

fn mode(mutability: &Mutability) -> ImageTagMutability {
    match (mutability.immutable, mutability.exclusions.is_empty()) {
        (false, true) => ImageTagMutability::Mutable,
        (false, false) => ImageTagMutability::MutableWithExclusion,
        (true, true) => ImageTagMutability::Immutable,
        (true, false) => ImageTagMutability::ImmutableWithExclusion,
    }
}

fn filters(
    mutability: &Mutability,
    call: &str,
) -> Result<Option<Vec<ImageTagMutabilityExclusionFilter>>, CallError> {
    if mutability.exclusions.is_empty() {
        return Ok(None);
    }
    let filter = |pattern: &String| {
        ImageTagMutabilityExclusionFilter::builder()
            .filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
            .filter(pattern)
            .build()
            .map_err(|error| CallError::unusable(call, pattern, error.to_string()))
    };
    mutability.exclusions.iter().map(filter).collect::<Result<_, _>>().map(Some)
}

fn encryption(encryption: &Encryption, call: &str) -> Result<EncryptionConfiguration, CallError> {
    EncryptionConfiguration::builder()
        .encryption_type(EncryptionType::from(encryption.algorithm.as_str()))
        .set_kms_key(encryption.key.clone())
        .build()
        .map_err(|error| CallError::unusable(call, &encryption.algorithm, error.to_string()))
}

fn sdk_tags(tags: &Tags, call: &str) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&str, &str)| {
        Tag::builder()
            .key(key)
            .value(value)
            .build()
            .map_err(|e| CallError::unusable(call, key, e.to_string()))
    };
    tags.iter().map(tag).collect()
}
