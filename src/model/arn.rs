//! Amazon Resource Names, and the numbers of accounts in them.

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
        let arn = Arn::parse("arn:aws:logs:us-west-2:111122223333:log-group:site:*");
        let parts = arn.map(|it| [it.partition, it.service, it.region, it.account, it.resource]);
        assert_eq!(parts, Some(["aws", "logs", "us-west-2", "111122223333", "log-group:site:*"]));
        for other in ["", "arn:", "arn:aws:s3::bucket", "urn:a:b:c:d:e"] {
            assert_eq!(Arn::parse(other), None, "{other}");
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
