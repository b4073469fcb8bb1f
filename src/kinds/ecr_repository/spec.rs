//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EcrRepository;
use super::lifecycle::{self, RuleSpec};
use super::state::{Encryption, Mutability, State};
use crate::document::policy::{self, Access, Grant, Granted, ResourceElement, StatementSpec};
use crate::kind::raise::is_default;
use crate::kind::{Live, Place, Raised};
use crate::model::kms;
use crate::model::problem::Problems;

/// A private repository of container images.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The repository's name in the registry. Cannot be changed later.
    name: String,
    /// Whether each image is scanned for vulnerabilities when it is pushed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scan_on_push: bool,
    /// Whether an existing tag may be moved to another image.
    #[serde(default, skip_serializing_if = "is_default")]
    tag_mutability: TagMutability,
    /// Up to five patterns (`*` stands for any text) of tags to which `tag-mutability` does not apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tag_mutability_exclusions: Vec<String>,
    /// How images are encrypted at rest. Cannot be changed later.
    #[serde(default, skip_serializing_if = "is_default")]
    encryption: EncryptionAlgorithm,
    /// The KMS key, by id or ARN, for `kms` and `kms-dsse`. Left out, AWS's own key for ECR is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// Which images expire. Left out, none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lifecycle: Vec<RuleSpec>,
    /// Roles that may pull images: by name those of this account, else by ARN. Left out, none beyond the account's own
    /// permissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pull_from: Vec<String>,
    /// Who else may use the repository. Left out, nobody beyond the account's own permissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policy: Vec<StatementSpec>,
}

/// Whether an existing tag may be moved to another image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum TagMutability {
    /// It may.
    #[default]
    Mutable,
    /// It may not: a tag stays with its image.
    Immutable,
}

/// How images are encrypted at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EncryptionAlgorithm {
    /// With keys that S3 manages.
    #[default]
    Aes256,
    /// With a KMS key.
    Kms,
    /// With a KMS key, in two layers.
    KmsDsse,
}

impl EncryptionAlgorithm {
    /// What AWS calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Aes256 => "AES256",
            Self::Kms => "KMS",
            Self::KmsDsse => "KMS_DSSE",
        }
    }
}

/// What `pull-from` lets roles do: what pulling an image takes of a repository (ECR user guide, "IAM permissions for
/// pushing and pulling"). The token for it is of the registry, and of the role's own permissions.
pub(super) const PULL: Grant = Grant {
    field: "pull-from",
    sid: "InfraPullFrom",
    actions: &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
    resource: ResourceElement::None,
    only: None,
};

/// Longest repository policy, in characters (API `SetRepositoryPolicy`).
const MAX_POLICY: usize = 10_240;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> State {
    check_name(&spec.name, problems);
    let mutability = mutability(spec, problems);
    let encryption = encryption(spec, problems);
    let lifecycle = problems.within("lifecycle", |problems| lifecycle::lower(&spec.lifecycle, problems));
    let granted = Granted { roles: PULL.roles(&spec.pull_from, place.home(), problems), only: None };
    let policy = problems.within("policy", |problems| {
        PULL.check(&spec.policy, &granted, place.home(), problems);
        policy::lower(&spec.policy, PULL.resource, MAX_POLICY, problems)
    });
    let access = Access { granted, policy };
    PULL.check_length(&access, MAX_POLICY, problems);
    State {
        name: spec.name.clone(),
        arn: place.arn("ecr", &format!("repository/{}", spec.name)),
        scan_on_push: spec.scan_on_push,
        mutability,
        encryption,
        lifecycle,
        access,
    }
}

/// The rule of API `CreateRepository`: 2 to 256 characters,
/// `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`.
fn check_name(name: &str, problems: &mut Problems) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part =
        |part: &str| part.split(['.', '_', '-']).all(|word| !word.is_empty() && word.chars().all(plain));
    if !(2..=256).contains(&name.len()) || !name.split('/').all(part) {
        problems.report(
            "name",
            "this is no valid repository name",
            "2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them",
        );
    }
}

fn mutability(spec: &Spec, problems: &mut Problems) -> Mutability {
    let exclusions = &spec.tag_mutability_exclusions;
    problems.within("tag-mutability-exclusions", |problems| {
        if exclusions.len() > 5 {
            problems.report_here(
                "there are more than five exclusions",
                "AWS takes at most five; join some with `*`",
            );
        }
        for (at, pattern) in exclusions.iter().enumerate() {
            // API `ImageTagMutabilityExclusionFilter`: `[0-9a-zA-Z._*-]{1,128}`, at most two wildcards.
            let allowed = |c: char| c.is_ascii_alphanumeric() || "._*-".contains(c);
            let wildcards = pattern.matches('*').count();
            if !(1..=128).contains(&pattern.len()) || !pattern.chars().all(allowed) || wildcards > 2 {
                problems.report(
                    at,
                    "this is no valid pattern of tags",
                    "1 to 128 letters, digits and any of . _ - with at most two `*`",
                );
            }
        }
    });
    Mutability {
        immutable: matches!(spec.tag_mutability, TagMutability::Immutable),
        exclusions: exclusions.iter().cloned().collect(),
    }
}

fn encryption(spec: &Spec, problems: &mut Problems) -> Encryption {
    if let Some(key) = &spec.kms_key {
        if matches!(spec.encryption, EncryptionAlgorithm::Aes256) {
            problems.report(
                "kms-key",
                "`aes256` uses no KMS key",
                "set `encryption = \"kms\"`, or leave the key out",
            );
        }
        if !kms::names_key(key) || kms::is_alias(key) {
            problems.report(
                "kms-key",
                "this is no id or ARN of a KMS key",
                "write the key's ARN; ECR keeps the key that an alias meant at creation, so an alias is not taken here",
            );
        }
    }
    Encryption { algorithm: spec.encryption.name().to_owned(), key: spec.kms_key.clone() }
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<EcrRepository>) -> Raised<Spec> {
    use EncryptionAlgorithm::{Aes256, Kms, KmsDsse};
    let State { name, arn: _, scan_on_push, mutability, encryption, lifecycle, access } = &live.state;
    let algorithm = [Aes256, Kms, KmsDsse].into_iter().find(|it| it.name() == encryption.algorithm);
    let mut raised = Raised::new(Spec {
        name: name.clone(),
        scan_on_push: *scan_on_push,
        tag_mutability: if mutability.immutable { TagMutability::Immutable } else { TagMutability::Mutable },
        tag_mutability_exclusions: mutability.exclusions.iter().cloned().collect(),
        encryption: algorithm.unwrap_or_default(),
        kms_key: encryption.key.clone(),
        lifecycle: Vec::new(),
        pull_from: Vec::new(),
        policy: Vec::new(),
    });
    match lifecycle.as_ref().map(lifecycle::Lifecycle::raise).transpose() {
        Ok(rules) => raised.spec.lifecycle = rules.unwrap_or_default(),
        Err(why) => raised = raised.without("lifecycle", why),
    }
    match PULL.raise(&access.granted) {
        Ok((roles, _)) => raised.spec.pull_from = roles,
        Err(why) => raised = raised.without("pull-from", why),
    }
    match access.policy.as_ref().map(|policy| policy.raise(PULL.resource)).transpose() {
        Ok(statements) => raised.spec.policy = statements.unwrap_or_default(),
        Err(why) => raised = raised.without("policy", why),
    }
    raised
}
