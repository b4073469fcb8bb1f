//! How a manifest spells whom a statement is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::spec::each;
use crate::model::Arn;
use crate::model::arn::is_account;
use crate::model::problem::Problems;

/// Whom a statement is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrincipalSpec {
    /// Accounts by their 12 digits, and users, roles and sessions by their ARN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aws: Vec<String>,
    /// AWS services, such as `lambda.amazonaws.com`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service: Vec<String>,
    /// Identity providers: the ARN of a SAML or OIDC provider, or a web identity's domain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub federated: Vec<String>,
    /// Accounts by their canonical user id, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub canonical_user: Vec<String>,
    /// Everybody, with or without credentials. To allow that, the statement must say `public = true`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anyone: bool,
}

impl PrincipalSpec {
    /// The manifest's lists by the names that IAM gives them.
    fn lists(&self) -> [(&'static str, &[String]); 4] {
        [
            ("AWS", &self.aws),
            ("Service", &self.service),
            ("Federated", &self.federated),
            ("CanonicalUser", &self.canonical_user),
        ]
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        let named = self.lists().iter().any(|(_, list)| !list.is_empty());
        if !named && !self.anyone {
            let help = "fill one of aws, service, federated and canonical-user";
            problems.report_here("the principal is empty", help);
        }
        if named && self.anyone {
            problems.report(
                "anyone",
                "anyone already includes those who are named",
                "remove one or the other",
            );
        }
        for (index, _) in self.aws.iter().enumerate().filter(|(_, who)| *who == "*") {
            problems.within("aws", |problems| {
                problems.report(
                    index,
                    "everybody is not written \"*\"",
                    "write anyone = true instead of aws",
                );
            });
        }
        let is_principal = |who: &str| who == "*" || is_account(who) || is_identity(who);
        each(
            "aws",
            &self.aws,
            is_principal,
            "this is neither an account nor the ARN of a principal",
            "write 12 digits, or an ARN like arn:aws:iam::123456789012:role/name, without wildcards",
            problems,
        );
        each(
            "service",
            &self.service,
            is_service,
            "this is not the name of a service principal",
            "write it as service.amazonaws.com, in lower case",
            problems,
        );
        each(
            "federated",
            &self.federated,
            is_provider,
            "this is not an identity provider",
            "write the provider's ARN or domain, without wildcards",
            problems,
        );
        each(
            "canonical-user",
            &self.canonical_user,
            |id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "this is not a canonical user id",
            "write its 64 hexadecimal digits",
            problems,
        );
    }

    pub(super) fn document(&self) -> Value {
        if self.anyone {
            return json!("*");
        }
        let lists = self.lists().into_iter().filter(|(_, list)| !list.is_empty());
        lists.map(|(kind, list)| (kind, Value::from(list))).collect()
    }
}

/// The ARN of an account, a user, a role or a session. Wildcards are not allowed, and unique ids
/// (`AROA…`) are what AWS shows for deleted ones (IAM user guide, "Principal").
fn is_identity(text: &str) -> bool {
    matches!(Arn::parse(text), Some(Arn { partition, service: "iam" | "sts", region: "", account, resource })
        if partition.starts_with("aws") && is_account(account) && !resource.is_empty() && is_plain(resource))
}

fn is_service(text: &str) -> bool {
    let suffix = text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn"));
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    suffix.is_some_and(|service| service.split('.').all(label))
}

fn is_provider(text: &str) -> bool {
    text.contains(['.', ':']) && is_plain(text)
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|letter| !letter.is_whitespace() && letter != '*' && letter != '?')
}
