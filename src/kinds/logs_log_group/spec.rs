//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::kind::raise::is_default;
use crate::kind::{Place, Raised};
use crate::model::kms;
use crate::model::problem::Problems;

/// Where logs are kept, and for how long.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The log group's name. That of a Lambda function is `/aws/lambda/` and the function's name. Cannot be changed later.
    name: String,
    /// For how many days logs are kept. Either this or `keep-for-ever` has to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention_days: Option<u16>,
    /// Whether logs are kept for ever.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keep_for_ever: bool,
    /// The KMS key that encrypts the logs, by its ARN. Left out, AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// What the logs can be used for, and what they cost. Cannot be changed later.
    #[serde(default, skip_serializing_if = "is_default")]
    class: Class,
    /// Whether AWS refuses to delete the group, whoever asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deletion_protection: bool,
}

/// What logs can be used for, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Class {
    /// Everything that `CloudWatch` Logs offers.
    #[default]
    Standard,
    /// Half the price, without metric and subscription filters and live tail.
    InfrequentAccess,
}

impl Class {
    const ALL: [Self; 2] = [Self::Standard, Self::InfrequentAccess];

    /// What AWS calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::InfrequentAccess => "INFREQUENT_ACCESS",
        }
    }
}

/// The days that AWS takes (API `PutRetentionPolicy`).
const RETENTIONS: [u16; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> State {
    check_name(&spec.name, problems);
    check_retention(spec, problems);
    if spec
        .kms_key
        .as_ref()
        .is_some_and(|key| !key.starts_with("arn:") || !kms::names_key(key) || kms::is_alias(key))
    {
        problems.report(
            "kms-key",
            "this is no ARN of a KMS key",
            "write the key's ARN; CloudWatch Logs takes neither a key's id nor an alias (API AssociateKmsKey)",
        );
    }
    State {
        arn: place.arn("logs", &format!("log-group:{}", spec.name)),
        name: spec.name.clone(),
        retention: spec.retention_days,
        kms_key: spec.kms_key.clone(),
        class: spec.class.name().to_owned(),
        is_protected: spec.deletion_protection,
    }
}

/// The rule of API `CreateLogGroup`.
fn check_name(name: &str, problems: &mut Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    if !(1..=512).contains(&name.len()) || !name.chars().all(allowed) {
        problems.report(
            "name",
            "this is no valid name of a log group",
            "1 to 512 letters, digits and any of _ - / . # (API CreateLogGroup)",
        );
    } else if name.starts_with("aws/") {
        problems.report(
            "name",
            "a log group's name must not begin with `aws/`",
            "that of a Lambda function begins with a slash: /aws/lambda/NAME",
        );
    }
}

/// There is no default: that of AWS keeps logs, and what they cost, for ever, and any other would delete the logs of a
/// group that is taken over by an entry that says nothing of it.
fn check_retention(spec: &Spec, problems: &mut Problems) {
    match (spec.retention_days, spec.keep_for_ever) {
        (None, false) => problems.report_here(
            "it does not say how long logs are kept",
            "add retention-days = 30, or keep-for-ever = true",
        ),
        (Some(_), true) => problems.report(
            "keep-for-ever",
            "logs are kept for ever, or for `retention-days`",
            "leave one of the two out",
        ),
        (Some(days), false) if !RETENTIONS.contains(&days) => {
            let days: Vec<_> = RETENTIONS.iter().map(ToString::to_string).collect();
            let help = format!("AWS takes {}", days.join(", "));
            problems.report("retention-days", "AWS does not keep logs for so many days", &help);
        }
        _ => {}
    }
}

/// The way back of [`lower`].
pub(super) fn raise(live: &State) -> Result<Raised<Spec>, String> {
    let State { name, arn: _, retention, kms_key, class, is_protected } = live;
    let class = Class::ALL.into_iter().find(|it| it.name() == class);
    Ok(Raised::new(Spec {
        name: name.clone(),
        retention_days: *retention,
        keep_for_ever: retention.is_none(),
        kms_key: kms_key.clone(),
        class: class.ok_or("it is of a class that a manifest cannot declare")?,
        deletion_protection: *is_protected,
    }))
}
