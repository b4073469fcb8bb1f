//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SecretsManagerSecret;
use super::state::State;
use crate::document::policy::{self, ResourceElement, StatementSpec};
use crate::kind::{Live, Raised};
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
    /// Who else may use the secret. Left out, nobody beyond the account's own permissions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policy: Vec<StatementSpec>,
}

/// Longest name, description and resource policy, in characters (API `CreateSecret`, `PutResourcePolicy`).
const MAX_NAME: usize = 512;
const MAX_DESCRIPTION: usize = 2048;
const MAX_POLICY: usize = 20_480;

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> State {
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
    let policy = problems.within("policy", |problems| lower_policy(&spec.policy, problems));
    State {
        name: spec.name.clone(),
        description: spec.description.clone().filter(|text| !text.is_empty()),
        kms_key: spec.kms_key.clone().filter(|key| !is_default_key(key)),
        policy,
    }
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
    policy::lower(statements, ResourceElement::Star, MAX_POLICY, problems)
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
    let State { name, description, kms_key, policy } = &live.state;
    let (name, description, kms_key) = (name.clone(), description.clone(), kms_key.clone());
    let mut raised = Raised::new(Spec { name, description, kms_key, policy: Vec::new() });
    match policy.as_ref().map(|policy| policy.raise(ResourceElement::Star)).transpose() {
        Ok(statements) => raised.spec.policy = statements.unwrap_or_default(),
        Err(why) => raised = raised.without("policy", why),
    }
    raised
}
