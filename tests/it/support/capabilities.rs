//! What each emulator lacks of AWS's behaviour, so that a test is passed over by name, with a
//! reason, on the one that cannot show it, and still runs on the other.
//!
//! `emulator_capabilities.rs` probes every row on both, so that an emulator's upgrade that changes
//! one is noticed.

use super::emulators::Backend;

/// A behaviour of AWS that not every emulator has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capability {
    /// ECR lists in pages, with a token for the next.
    EcrPages,
    /// ECR checks the rules of a lifecycle policy.
    EcrLifecycleRules,
    /// ECR tells what a lifecycle policy would expire.
    EcrLifecyclePreview,
    /// ECR refuses to have the same image pushed under the same tag again.
    EcrImageAlreadyExists,
    /// ECR tells which scanning of a repository is in force.
    EcrEffectiveScanning,
    /// Secrets Manager shows no versions without a label, unless asked.
    SecretUnlabelledHidden,
    /// Secrets Manager refuses to create a secret whose name is scheduled for deletion, in so many
    /// words.
    SecretNameScheduled,
    /// Secrets Manager refuses to write to a secret that is scheduled for deletion.
    SecretScheduledReadOnly,
    /// Secrets Manager refuses `UpdateSecret` with a token that a version has, whatever the value.
    SecretUpdateTokenUsed,
    /// Secrets Manager clears a description that is set to nothing.
    SecretDescriptionCleared,
    /// Secrets Manager cancels rotation.
    SecretCancelRotation,
    /// Secrets Manager refuses to rotate without a function that does it.
    SecretRotationFunction,
    /// A stack may not export a name that another one exports.
    StackExportsUnique,
    /// An update of a stack that changes nothing is refused.
    StackNoUpdates,
    /// File systems, mount targets and access points are `creating` for a while.
    EfsTakesTime,
    /// EFS refuses to change the throughput mode twice in a day.
    EfsThroughputOnceADay,
    /// EFS lists access points in pages, with a token for the next.
    EfsAccessPointPages,
    /// EC2 lists security groups in pages, with a token for the next.
    SecurityGroupPages,
    /// EC2 adds all rules of a request or, where one of them is there already, none.
    SecurityGroupRulesTogether,
    /// EC2 refuses to describe a rule that is not there.
    SecurityGroupRuleDescribedUnknown,
    /// ACM lists certificates with other keys than RSA of 1024 or 2048 bits only when asked.
    CertificateKeyTypes,
    /// A load balancer is `provisioning` for a while, and keeps its network interfaces for a while.
    LoadBalancerTakesTime,
    /// A load balancer with IPv6 addresses is refused in subnets that have none.
    LoadBalancerDualstackSubnets,
    /// Access logs are refused where the bucket is not there.
    LoadBalancerLogsBucket,
    /// The code of a function can be downloaded from where `GetFunction` says.
    FunctionCodeDownloaded,
    /// A function outside of a network is refused a file system.
    FunctionMountNeedsNetwork,
    /// A rule's cron expression is checked, as its rate is.
    RuleCronChecked,
    /// A rule takes at most five targets.
    RuleTargetsLimited,
    /// What a target is sent must be JSON.
    RuleInputChecked,
}

impl Capability {
    pub(crate) const ALL: [Self; 29] = [
        Self::EcrPages,
        Self::EcrLifecycleRules,
        Self::EcrLifecyclePreview,
        Self::EcrImageAlreadyExists,
        Self::EcrEffectiveScanning,
        Self::SecretUnlabelledHidden,
        Self::SecretNameScheduled,
        Self::SecretScheduledReadOnly,
        Self::SecretUpdateTokenUsed,
        Self::SecretDescriptionCleared,
        Self::SecretCancelRotation,
        Self::SecretRotationFunction,
        Self::StackExportsUnique,
        Self::StackNoUpdates,
        Self::EfsTakesTime,
        Self::EfsThroughputOnceADay,
        Self::EfsAccessPointPages,
        Self::SecurityGroupPages,
        Self::SecurityGroupRulesTogether,
        Self::SecurityGroupRuleDescribedUnknown,
        Self::CertificateKeyTypes,
        Self::LoadBalancerTakesTime,
        Self::LoadBalancerDualstackSubnets,
        Self::LoadBalancerLogsBucket,
        Self::FunctionCodeDownloaded,
        Self::FunctionMountNeedsNetwork,
        Self::RuleCronChecked,
        Self::RuleTargetsLimited,
        Self::RuleInputChecked,
    ];
}

/// Why a test of `capability` cannot run on `backend`, if it cannot.
pub(crate) fn lacks(backend: Backend, capability: Capability) -> Option<&'static str> {
    use Backend::{Ministack, Moto};
    match (backend, capability) {
        (Moto, Capability::EcrPages) => Some("ignores the page size"),
        (Ministack, Capability::EcrLifecycleRules) => Some("takes any rules"),
        (_, Capability::EcrLifecyclePreview) => Some("has no StartLifecyclePolicyPreview"),
        (Ministack, Capability::EcrImageAlreadyExists) => Some("answers with the image"),
        (Ministack, Capability::EcrEffectiveScanning) => {
            Some("has no BatchGetRepositoryScanningConfiguration")
        }
        (Moto, Capability::SecretNameScheduled) => Some("answers as for any secret that exists"),
        (Moto, Capability::SecretScheduledReadOnly) => Some("writes values and tags to it"),
        (Moto, Capability::SecretUpdateTokenUsed) => Some("takes an equal value for a repeat"),
        (Moto, Capability::SecretDescriptionCleared) => Some("keeps the old one"),
        (Ministack, Capability::StackExportsUnique) => Some("accepts it"),
        (Moto, Capability::StackNoUpdates) => Some("succeeds"),
        (_, Capability::EfsTakesTime) => Some("has everything available at once"),
        (_, Capability::EfsThroughputOnceADay) => Some("changes it at any time"),
        (Moto, Capability::EfsAccessPointPages) => Some("lists all of them at once"),
        (_, Capability::SecurityGroupPages) => Some("lists all groups at once"),
        (Moto, Capability::SecurityGroupRulesTogether) => Some("adds those before the one that is there"),
        (Moto, Capability::SecurityGroupRuleDescribedUnknown) => Some("passes over it"),
        (Moto, Capability::CertificateKeyTypes) => Some("makes keys of one kind, and lists all"),
        (_, Capability::LoadBalancerTakesTime) => Some("has it active at once, and gone at once"),
        (_, Capability::LoadBalancerDualstackSubnets) => Some("takes any subnets"),
        (_, Capability::LoadBalancerLogsBucket) => Some("looks for no bucket"),
        (Moto, Capability::FunctionCodeDownloaded) => Some("gives an address of AWS's own"),
        (_, Capability::FunctionMountNeedsNetwork) => Some("mounts it all the same"),
        (Moto, Capability::RuleCronChecked) => Some("takes any"),
        (_, Capability::RuleTargetsLimited) => Some("takes any number"),
        (_, Capability::RuleInputChecked) => Some("takes any text"),
        _ => None,
    }
}
