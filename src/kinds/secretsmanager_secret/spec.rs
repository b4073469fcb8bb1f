//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rotation::{self, Rotation, RotationSpec};
use super::state::State;
use super::value::{self, ValueSpec, Wish};
use super::{SecretsManagerSecret, age};
use crate::document::policy::{self, Access, Grant, Granted, Only, ResourceElement, StatementSpec};
use crate::kind::{Live, Place, Raised};
use crate::model::kms;
use crate::model::problem::Problems;

/// A secret and who may read it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The secret's name. Cannot be changed later.
    name: String,
    /// What the secret is for, in words that are not secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The KMS key that encrypts the value, by id, ARN or alias. Left out, AWS's own key for Secrets Manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// Where the value comes from. Left out, it is somebody else's business. Never the value itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<ValueSpec>,
    /// How many days old the value may be, 1 to 3650, before plans say that it is time for another one. Left out, any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u32>,
    /// What puts new values by itself, and when. Left out, nothing. Not beside a `value` that is put from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotation: Option<RotationSpec>,
    /// Roles that may read the value: by name those of this account, else by ARN. Left out, none beyond the account's own
    /// permissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    readers: Vec<String>,
    /// Whether nobody else may read the value, whatever other permissions they have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    only_readers: bool,
    /// Who else may use the secret. Left out, nobody beyond the account's own permissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policy: Vec<StatementSpec>,
}

/// What `readers` lets roles do, and how `only-readers` keeps out all others. Reading is denied by the one action that
/// reads, which `BatchGetSecretValue` needs for each secret too (API `BatchGetSecretValue`); whoever may change the policy
/// still may.
pub(super) const READ: Grant = Grant {
    field: "readers",
    sid: "InfraReaders",
    actions: &["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
    resource: ResourceElement::Star,
    only: Some(Only {
        field: "only-readers",
        sid: "InfraOnlyReaders",
        action: "secretsmanager:GetSecretValue",
        what: "read its value",
    }),
};

/// Longest name, description and resource policy, in characters (API `CreateSecret`, `PutResourcePolicy`).
const MAX_NAME: usize = 512;
const MAX_DESCRIPTION: usize = 2048;
const MAX_POLICY: usize = 20_480;

pub(super) fn lower(spec: &Spec, key: &str, place: &Place, problems: &mut Problems) -> State {
    check_name(&spec.name, problems);
    if spec.description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        problems.report("description", "this description is too long", "AWS takes at most 2,048 characters");
    }
    if spec.kms_key.as_ref().is_some_and(|key| !kms::names_key(key)) {
        problems.report(
            "kms-key",
            "this is no id, ARN or alias of a KMS key",
            "write `alias/NAME`, or the key's id or ARN",
        );
    }
    let access = access(spec, place, problems);
    age::check(spec.max_age_days, problems);
    let rotation = spec.rotation.as_ref().map(|spec| rotation::lower(spec, place, problems));
    let wish = value::lower(spec.value.as_ref(), key, &spec.name, place, problems);
    if rotation.is_some() && wish.is_managed() && !wish.is_given() {
        problems.report(
            "rotation",
            "a value that is rotated is not put from here",
            "take `value` out, or say that it is `external`; or take `rotation` out",
        );
    }
    State {
        name: spec.name.clone(),
        description: spec.description.clone().filter(|text| !text.is_empty()),
        kms_key: spec.kms_key.clone().filter(|key| !is_default_key(key)),
        access,
        rotation,
        value: Wish { max_age_days: spec.max_age_days, ..wish },
    }
}

fn access(spec: &Spec, place: &Place, problems: &mut Problems) -> Access {
    let roles = READ.roles(&spec.readers, place.home(), problems);
    if spec.only_readers && spec.readers.is_empty() {
        problems.report(
            "only-readers",
            "with no readers, nobody at all could read the secret",
            "name in `readers` who may",
        );
    }
    let granted = Granted { only: spec.only_readers.then(|| roles.clone()), roles };
    let policy = problems.within("policy", |problems| {
        READ.check(&spec.policy, &granted, place.home(), problems);
        lower_policy(&spec.policy, problems)
    });
    let access = Access { granted, policy };
    READ.check_length(&access, MAX_POLICY, problems);
    access
}

fn lower_policy(statements: &[StatementSpec], problems: &mut Problems) -> Option<policy::Policy> {
    for (at, statement) in statements.iter().enumerate() {
        if statement.public {
            problems.within(at, |problems| {
                problems.report(
                    "public",
                    "a secret cannot be public",
                    "name the accounts or roles, or narrow it with a condition such as aws:PrincipalOrgID",
                );
            });
        }
    }
    policy::lower(statements, READ.resource, MAX_POLICY, problems)
}

/// The key that Secrets Manager uses when none is chosen, under each of its names.
pub(super) fn is_default_key(key: &str) -> bool {
    kms::same(key, "alias/aws/secretsmanager")
}

/// The rule of API `CreateSecret`. A name that ends in a hyphen and six characters is taken for an ARN
/// without its end, so it finds other secrets.
fn check_name(name: &str, problems: &mut Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(allowed) {
        problems.report(
            "name",
            "this is no valid secret name",
            "1 to 512 letters, digits and any of / _ + = . @ - (API CreateSecret)",
        );
    } else if name
        .rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric()))
    {
        problems.report(
            "name",
            "a secret's name must not end in a hyphen and six characters",
            "Secrets Manager takes such a name for a partial ARN (API CreateSecret); add or drop a character",
        );
    }
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<SecretsManagerSecret>) -> Raised<Spec> {
    // Where a value comes from cannot be seen from it.
    let State { name, description, kms_key, access, rotation, value: _ } = &live.state;
    let (name, description, kms_key) = (name.clone(), description.clone(), kms_key.clone());
    let mut raised = Raised::new(Spec {
        name,
        description,
        kms_key,
        value: None,
        max_age_days: None,
        rotation: None,
        readers: Vec::new(),
        only_readers: false,
        policy: Vec::new(),
    });
    match rotation.as_ref().map(Rotation::raise).transpose() {
        Ok(rotation) => raised.spec.rotation = rotation,
        Err(why) => raised = raised.without("rotation", why),
    }
    match READ.raise(&access.granted) {
        Ok((roles, only)) => (raised.spec.readers, raised.spec.only_readers) = (roles, only),
        Err(why) => raised = raised.without("readers", why),
    }
    match access.policy.as_ref().map(|policy| policy.raise(READ.resource)).transpose() {
        Ok(statements) => raised.spec.policy = statements.unwrap_or_default(),
        Err(why) => raised = raised.without("policy", why),
    }
    raised
}
