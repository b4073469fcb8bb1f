//! What AWS counts for its bill, as far as kinds state it.

/// One thing that AWS counts, each with a price of its own in a region.
///
/// The words of its price are in [`Meter::name`]; what is not here is not counted, and `docs/cost.md` says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meter {
    /// Load balancers, each for the hours that it is there.
    LoadBalancer,
    /// What a load balancer handles, in units of its capacity.
    LoadBalancerCapacity,
    /// Public IPv4 addresses, whether used or not.
    PublicIpv4,
    /// Secrets that are not scheduled for deletion.
    Secret,
    /// Calls about secrets.
    SecretRequests,
    /// Images.
    EcrStorage,
    /// Images in the archive.
    EcrArchive,
    /// Files in Standard.
    EfsStandard,
    /// Files in Infrequent Access, where throughput is bursting or provisioned.
    EfsInfrequentAccess,
    /// The same where throughput is elastic, which has a price of its own.
    EfsInfrequentAccessElastic,
    /// Files in Archive.
    EfsArchive,
    /// Files of a file system in one zone.
    EfsOneZone,
    /// The same in Infrequent Access.
    EfsOneZoneInfrequentAccess,
    /// Throughput above what comes with the files.
    EfsProvisionedThroughput,
    /// What is read where throughput is elastic.
    EfsElasticReads,
    /// What is written where throughput is elastic.
    EfsElasticWrites,
    /// Backups of files, not in cold storage.
    EfsBackup,
    /// Calls of functions.
    FunctionRequests,
    /// How long functions run, on processors of Intel and AMD.
    FunctionX86,
    /// How long functions run, on AWS's own processors.
    FunctionArm,
    /// Logs as they come in.
    LogIngestion,
    /// Logs of the class for infrequent access as they come in.
    LogIngestionInfrequentAccess,
    /// Logs that are kept.
    LogStorage,
}

/// How an amount of a meter comes to what its price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// So many things, each with a price for a month.
    Things,
    /// So many things, each with a price for an hour, and there all month.
    Hours,
    /// So many bytes, with a price for a GB and a month.
    Bytes,
    /// As it happens. Nobody can tell beforehand how much, so there is no amount.
    Use,
}

struct Facts {
    name: &'static str,
    about: &'static str,
    unit: &'static str,
    counted: Counted,
}

impl Meter {
    /// Every meter, in the order in which plans show them.
    pub const ALL: [Self; 23] = [
        Self::LoadBalancer,
        Self::LoadBalancerCapacity,
        Self::PublicIpv4,
        Self::Secret,
        Self::SecretRequests,
        Self::EcrStorage,
        Self::EcrArchive,
        Self::EfsStandard,
        Self::EfsInfrequentAccess,
        Self::EfsInfrequentAccessElastic,
        Self::EfsArchive,
        Self::EfsOneZone,
        Self::EfsOneZoneInfrequentAccess,
        Self::EfsProvisionedThroughput,
        Self::EfsElasticReads,
        Self::EfsElasticWrites,
        Self::EfsBackup,
        Self::FunctionRequests,
        Self::FunctionX86,
        Self::FunctionArm,
        Self::LogIngestion,
        Self::LogIngestionInfrequentAccess,
        Self::LogStorage,
    ];

    /// Its name in lists of prices.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The meter that is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meter| meter.name() == name)
    }

    /// What it counts, in a few words for people.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.facts().about
    }

    /// What its price is for, in AWS's words.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.facts().unit
    }

    /// How an amount of it is counted.
    #[must_use]
    pub fn counted(self) -> Counted {
        self.facts().counted
    }

    fn facts(self) -> Facts {
        let (name, about, unit, counted) = match self {
            Self::LoadBalancer => ("load-balancer", "load balancers", "hour", Counted::Hours),
            Self::LoadBalancerCapacity => {
                ("load-balancer-capacity", "load balancer capacity", "LCU-hour", Counted::Use)
            }
            Self::PublicIpv4 => ("public-ipv4", "public IPv4 addresses", "hour", Counted::Hours),
            Self::Secret => ("secret", "secrets", "secret-month", Counted::Things),
            Self::SecretRequests => ("secret-requests", "calls about secrets", "10,000 calls", Counted::Use),
            Self::EcrStorage => ("ecr-storage", "images", "GB-month", Counted::Bytes),
            Self::EcrArchive => ("ecr-archive-storage", "archived images", "GB-month", Counted::Bytes),
            Self::EfsStandard => ("efs-standard", "files in Standard", "GB-month", Counted::Bytes),
            Self::EfsInfrequentAccess => {
                ("efs-infrequent-access", "files in Infrequent Access", "GB-month", Counted::Bytes)
            }
            Self::EfsInfrequentAccessElastic => {
                ("efs-infrequent-access-elastic", "files in Infrequent Access", "GB-month", Counted::Bytes)
            }
            Self::EfsArchive => ("efs-archive", "files in Archive", "GB-month", Counted::Bytes),
            Self::EfsOneZone => ("efs-one-zone", "files in One Zone", "GB-month", Counted::Bytes),
            Self::EfsOneZoneInfrequentAccess => (
                "efs-one-zone-infrequent-access",
                "files in One Zone Infrequent Access",
                "GB-month",
                Counted::Bytes,
            ),
            Self::EfsProvisionedThroughput => {
                ("efs-provisioned-throughput", "provisioned throughput", "MB/s-month", Counted::Use)
            }
            Self::EfsElasticReads => ("efs-elastic-reads", "what is read of files", "GB", Counted::Use),
            Self::EfsElasticWrites => ("efs-elastic-writes", "what is written to files", "GB", Counted::Use),
            Self::EfsBackup => ("efs-backup", "backups of files", "GB-month", Counted::Bytes),
            Self::FunctionRequests => {
                ("function-requests", "calls of functions", "million calls", Counted::Use)
            }
            Self::FunctionX86 => ("function-x86-64", "runs of functions", "GB-second", Counted::Use),
            Self::FunctionArm => ("function-arm64", "runs of functions on arm64", "GB-second", Counted::Use),
            Self::LogIngestion => ("log-ingestion", "logs that come in", "GB", Counted::Use),
            Self::LogIngestionInfrequentAccess => {
                ("log-ingestion-infrequent-access", "logs that come in", "GB", Counted::Use)
            }
            Self::LogStorage => ("log-storage", "logs that are kept", "GB-month", Counted::Bytes),
        };
        Facts { name, about, unit, counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_found_by_its_name() {
        for (at, meter) in Meter::ALL.into_iter().enumerate() {
            assert_eq!(meter as usize, at, "{}: the list is in the order of the variants", meter.name());
            assert_eq!(Meter::named(meter.name()), Some(meter));
        }
        // The last variant is in the list, so all before it are.
        assert_eq!(Meter::ALL.last(), Some(&Meter::LogStorage));
        assert_eq!(Meter::named("Secret"), None);
    }
}
