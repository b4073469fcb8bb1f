//! AWS partitions.

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
