//! Who we are, where we are, and the names that follow from it.

use super::{Aws, CallError};

/// An AWS partition: a separate set of regions with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition(&'static str);

impl Partition {
    /// The partition of a region, by the prefix of its name.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        Self(match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
            Some("us") if region.starts_with("us-iso-") => "aws-iso",
            Some("us") if region.starts_with("us-isob-") => "aws-iso-b",
            _ => "aws",
        })
    }

    /// Its name in ARNs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// The identity behind the credentials (STS `GetCallerIdentity`, which needs no permission).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account, 12 digits.
    pub account: String,
    /// The ARN of the user or assumed role.
    pub arn: String,
}

impl Identity {
    /// Asks STS.
    ///
    /// # Errors
    ///
    /// [`CallError`] when there are no valid credentials, or no answer.
    pub async fn ask(aws: &Aws) -> Result<Self, CallError> {
        const CALL: &str = "sts:GetCallerIdentity";
        const SUBJECT: &str = "the credentials in use";
        let answer =
            aws.sts.get_caller_identity().send().await.map_err(|e| CallError::new(CALL, SUBJECT, &e))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Self { account, arn }),
            _ => Err(CallError::unusable(CALL, SUBJECT, "the answer names no account")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Partition;

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, partition) in [
            ("us-west-2", "aws"),
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
        ] {
            assert_eq!(Partition::of_region(region).name(), partition);
        }
    }
}
