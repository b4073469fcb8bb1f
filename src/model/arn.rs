//! Amazon Resource Names, and the partitions and accounts in them.

use std::fmt;

/// An ARN, taken apart: `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition (`aws`).
    pub partition: &'a str,
    /// The service (`iam`).
    pub service: &'a str,
    /// The region; empty where the service has none.
    pub region: &'a str,
    /// The account; empty where the resource has none.
    pub account: &'a str,
    /// The rest, colons included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes `text` apart, if it has the six parts of an ARN. What stands in them is not checked.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// The partition of a region, by the prefix of its name (botocore's `partitions.json`).
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("eusc") => "aws-eusc",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-iso-") => "aws-iso",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("eu-isoe-") => "aws-iso-e",
        _ if region.starts_with("us-isof-") => "aws-iso-f",
        _ => "aws",
    }
}

/// Whether `text` is the number of an account: 12 digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_parts_are_an_arn() {
        let text = "arn:aws:logs:us-west-2:111122223333:log-group:site:*";
        let arn = Arn::parse(text).unwrap();
        let parts = [arn.partition, arn.service, arn.region, arn.account, arn.resource];
        assert_eq!(parts, ["aws", "logs", "us-west-2", "111122223333", "log-group:site:*"]);
        assert_eq!(arn.to_string(), text);
        for other in ["", "arn:", "arn:aws:s3::bucket", "urn:a:b:c:d:e"] {
            assert_eq!(Arn::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, expected) in [
            ("us-west-2", "aws"),
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
        ] {
            assert_eq!(partition(region), expected);
        }
    }

    #[test]
    fn accounts_have_twelve_digits() {
        assert!(is_account("012345678901"));
        for other in ["", "12345678901", "1234567890123", "12345678901a"] {
            assert!(!is_account(other), "{other}");
        }
    }
}
