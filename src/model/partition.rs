//! AWS partitions.

/// An AWS partition: a separate set of regions with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition(&'static str);

impl Partition {
    /// The partition of a region, by the prefix of its name (botocore's `partitions.json`).
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        Self(match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("eusc") => "aws-eusc",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ if region.starts_with("us-iso-") => "aws-iso",
            _ if region.starts_with("us-isob-") => "aws-iso-b",
            _ if region.starts_with("eu-isoe-") => "aws-iso-e",
            _ if region.starts_with("us-isof-") => "aws-iso-f",
            _ => "aws",
        })
    }

    /// Its name in ARNs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
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
