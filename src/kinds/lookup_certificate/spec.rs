//! What may be written in an entry, and what is looked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Arn;
use crate::model::problem::Problems;

/// An issued certificate. Exactly one of `domain` and `arn` says which.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// A domain that stands in the certificate, letter by letter: `*.example.com` is not found as
    /// `www.example.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) domain: Option<String>,
    /// The certificate's ARN, where several are issued for one domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) arn: Option<String>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// The only one that is issued for a domain, in lower case.
    Domain(String),
    /// The one of this ARN.
    Arn(String),
}

const ONE_OF: &str = "write one of `domain = \"…\"` and `arn = \"…\"`";

/// Longest domain (API `RequestCertificate`) and longest part of one (RFC 1035).
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> Option<Query> {
    if let Some(domain) = &spec.domain
        && !is_domain(domain)
    {
        problems.report(
            "domain",
            "this is no domain",
            "letters, digits and hyphens between dots, as in `example.com` or `*.example.com`; other scripts as `xn--…`",
        );
    }
    if let Some(arn) = &spec.arn
        && !Arn::parse(arn)
            .is_some_and(|arn| arn.service == "acm" && arn.resource.starts_with("certificate/"))
    {
        problems.report(
            "arn",
            "this is no ARN of a certificate",
            "such as `arn:aws:acm:REGION:ACCOUNT:certificate/ID`",
        );
    }
    match (&spec.domain, &spec.arn) {
        (Some(domain), None) => Some(Query::Domain(domain.to_ascii_lowercase())),
        (None, Some(arn)) => Some(Query::Arn(arn.clone())),
        (Some(_), Some(_)) => {
            problems.report_key("arn", "this says once more which certificate is meant", ONE_OF);
            None
        }
        (None, None) => {
            problems.report_here("this does not say which certificate is meant", ONE_OF);
            None
        }
    }
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let inside = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = text.strip_prefix("*.").unwrap_or(text);
    text.len() <= MAX_DOMAIN && name.contains('.') && name.split('.').all(is_label)
}
