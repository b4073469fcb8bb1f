//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EfsFileSystem;
use super::lifecycle::{DAYS, Lifecycle};
use super::mounts::{Mounts, Reach};
use super::state::{Performance, State, Throughput, token};
use crate::document::policy::{self, ResourceElement, StatementSpec};
use crate::kind::raise::{Subnets, is_default};
use crate::kind::{Live, Place, Raised, Raising, named};
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs, kms};

/// A network file system and its mount targets.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The file system's name, which its tag `Name` holds. Cannot be changed later.
    name: String,
    /// The id of the file system that is meant, where one exists. Left out, it is found by its name, or made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Whether files are encrypted at rest. Cannot be changed later.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    encrypted: bool,
    /// The KMS key, by id or ARN. Left out, AWS's own key for EFS. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// How many clients it is made for. Cannot be changed later.
    #[serde(default, skip_serializing_if = "is_default")]
    performance_mode: Performance,
    /// What its throughput follows.
    #[serde(default, skip_serializing_if = "is_default")]
    throughput_mode: ThroughputMode,
    /// The throughput in MiB/s, for `provisioned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provisioned_mibps: Option<u16>,
    /// The one zone that holds the files (One Zone). Left out, all zones of the region do. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    availability_zone: Option<String>,
    /// Whether AWS Backup makes a backup each day.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    backups: bool,
    /// Whether replication is kept from overwriting it.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    replication_overwrite_protection: bool,
    /// When files move to cheaper storage, and back. Left out, they stay where they are.
    #[serde(default, skip_serializing_if = "is_default")]
    lifecycle: LifecycleSpec,
    /// Who may mount it, and as what. Left out, whoever reaches a mount target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policy: Vec<StatementSpec>,
    /// From where it can be mounted. Left out, none are made, and live ones are left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mount_targets: Option<MountTargetsSpec>,
}

/// What the throughput of a file system follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ThroughputMode {
    /// Its size, with credits for bursts.
    #[default]
    Bursting,
    /// Its use, and is paid by it.
    Elastic,
    /// `provisioned-mibps`, and is paid by the hour.
    Provisioned,
}

/// When files move to cheaper storage, and back.
#[derive(Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct LifecycleSpec {
    /// Days without access after which a file moves to Infrequent Access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    infrequent_access_after_days: Option<u16>,
    /// Days without access after which a file moves to Archive. Needs elastic throughput.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archive_after_days: Option<u16>,
    /// Whether a file comes back to primary storage when it is read.
    #[serde(default, skip_serializing_if = "is_default")]
    primary_after_access: bool,
}

/// From where a file system can be mounted: one mount target in each zone of a network.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct MountTargetsSpec {
    /// The network: the key of a `lookup.vpc`.
    vpc: String,
    /// Who in it may mount: the keys of one to five security groups.
    security_groups: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Longest file-system policy, in characters (EFS user guide, "Resource-based policy examples").
const MAX_POLICY: usize = 20_000;
/// Most security groups of a mount target (API `CreateMountTarget`).
const MAX_GROUPS: usize = 5;
/// Most provisioned throughput in MiB/s in any region (API `CreateFileSystem`).
const MAX_MIBPS: u16 = 3_414;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> State {
    named::check_name(&spec.name, problems);
    if spec.id.as_deref().is_some_and(|id| !is_id(id)) {
        problems.report(
            "id",
            "this is no id of a file system",
            "write it as AWS shows it: fs-0123456789abcdef0",
        );
    }
    check_key(spec, problems);
    check_zone(spec, &place.region, problems);
    let throughput = lower_throughput(spec, problems);
    let lifecycle = lower_lifecycle(spec, problems);
    let policy = problems.within("policy", |problems| {
        policy::lower(&spec.policy, ResourceElement::None, MAX_POLICY, problems)
    });
    let mounts = spec.mount_targets.as_ref().map_or(Mounts::Undeclared, |mounts| {
        problems.within("mount-targets", |problems| lower_mounts(mounts, problems))
    });
    State {
        name: spec.name.clone(),
        token: token(place, &spec.name),
        id: spec.id.clone(),
        encrypted: spec.encrypted,
        kms_key: spec.kms_key.clone().filter(|key| !is_default_key(key)),
        performance: spec.performance_mode,
        throughput,
        availability_zone: spec.availability_zone.clone(),
        backups: spec.backups,
        overwrite_protection: spec.replication_overwrite_protection,
        lifecycle,
        policy,
        mounts,
    }
}

/// API `FileSystemId`: `fs-` and 8 to 40 hexadecimal digits.
fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix("fs-").unwrap_or_default();
    (8..=40).contains(&digits.len()) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn check_key(spec: &Spec, problems: &mut Problems) {
    let Some(key) = &spec.kms_key else { return };
    if !spec.encrypted {
        problems.report("kms-key", "without encryption there is no key", "leave one of the two out");
    }
    if !is_default_key(key) && (!kms::names_key(key) || kms::is_alias(key)) {
        problems.report(
            "kms-key",
            "this is no id or ARN of a KMS key",
            "write the key's ARN; EFS keeps the key that an alias meant at creation, so an alias is not taken here",
        );
    }
}

/// The key that EFS uses when none is chosen (API `CreateFileSystem`).
fn is_default_key(key: &str) -> bool {
    kms::same(key, "alias/aws/elasticfilesystem")
}

fn check_zone(spec: &Spec, region: &str, problems: &mut Problems) {
    let Some(zone) = &spec.availability_zone else { return };
    let letter = zone.strip_prefix(region).unwrap_or_default();
    if letter.len() != 1 || !letter.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let help = format!("write the region and a letter, such as {region}a");
        problems.report("availability-zone", "this is no zone of the manifest's region", &help);
    }
    // API `CreateFileSystem`: `PerformanceMode`.
    if spec.performance_mode == Performance::MaxIo {
        problems.report("performance-mode", "in one zone there is no `max-io`", "leave it out");
    }
}

fn lower_throughput(spec: &Spec, problems: &mut Problems) -> Throughput {
    let provisioned = spec.throughput_mode == ThroughputMode::Provisioned;
    match spec.provisioned_mibps {
        Some(_) if !provisioned => problems.report(
            "provisioned-mibps",
            "this is for provisioned throughput only",
            "set throughput-mode = \"provisioned\", or leave it out",
        ),
        None if provisioned => problems.report(
            "throughput-mode",
            "how much throughput is not said",
            "add provisioned-mibps, in MiB/s",
        ),
        Some(mibps) if !(1..=MAX_MIBPS).contains(&mibps) => problems.report(
            "provisioned-mibps",
            "this is out of range",
            "1 to 3,414 MiB/s, less in some regions (API CreateFileSystem)",
        ),
        _ => {}
    }
    match spec.throughput_mode {
        ThroughputMode::Bursting => Throughput::Bursting,
        ThroughputMode::Provisioned => {
            Throughput::Provisioned { mibps: spec.provisioned_mibps.unwrap_or_default().into() }
        }
        ThroughputMode::Elastic => {
            // API `CreateFileSystem`: `ThroughputMode`.
            if spec.performance_mode == Performance::MaxIo {
                problems.report(
                    "throughput-mode",
                    "with `max-io` throughput cannot be elastic",
                    "leave `performance-mode` out, or choose another throughput",
                );
            }
            Throughput::Elastic
        }
    }
}

fn lower_lifecycle(spec: &Spec, problems: &mut Problems) -> Lifecycle {
    let LifecycleSpec { infrequent_access_after_days, archive_after_days, primary_after_access } =
        &spec.lifecycle;
    problems.within("lifecycle", |problems| {
        let both = [
            ("infrequent-access-after-days", infrequent_access_after_days),
            ("archive-after-days", archive_after_days),
        ];
        for (key, days) in both {
            if days.is_some_and(|days| !DAYS.contains(&days)) {
                problems.report(
                    key,
                    "AWS does not take this number of days",
                    "1, 7, 14, 30, 60, 90, 180, 270 or 365 (API LifecyclePolicy)",
                );
            }
        }
        // API `PutLifecycleConfiguration`: `TransitionToArchive`.
        if archive_after_days.is_some() && spec.throughput_mode != ThroughputMode::Elastic {
            problems.report(
                "archive-after-days",
                "only with elastic throughput files move to Archive",
                "set throughput-mode = \"elastic\", or leave it out",
            );
        }
        if archive_after_days.zip(*infrequent_access_after_days).is_some_and(|(late, early)| late <= early) {
            problems.report(
                "archive-after-days",
                "files move to Archive later than to Infrequent Access",
                "write a larger number of days",
            );
        }
    });
    Lifecycle {
        infrequent_after: *infrequent_access_after_days,
        archive_after: *archive_after_days,
        back_on_access: *primary_after_access,
    }
}

fn lower_mounts(spec: &MountTargetsSpec, problems: &mut Problems) -> Mounts {
    let MountTargetsSpec { vpc, security_groups } = spec;
    if security_groups.is_empty() || security_groups.len() > MAX_GROUPS {
        problems.report(
            "security-groups",
            "a mount target has one to five security groups",
            "name them; without one AWS takes the network's default group, which lets in its own members only",
        );
    }
    let vpc = problems.link("vpc", KindName::VPC, vpc, Outputs::ID);
    let groups = problems.within("security-groups", |problems| {
        let mut links = Vec::new();
        for (at, key) in security_groups.iter().enumerate() {
            if security_groups.iter().take(at).any(|other| other == key) {
                problems.report(at, "this group is named twice", "take it out once");
            }
            links.push(problems.link(at, KindName::SECURITY_GROUP, key, Outputs::ID));
        }
        links
    });
    Mounts::Declared(Reach { vpc, groups })
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<EfsFileSystem>, raising: &Raising<'_>) -> Raised<Spec> {
    let State {
        name,
        token: _,
        id,
        encrypted,
        kms_key,
        performance,
        throughput,
        availability_zone,
        backups,
        overwrite_protection,
        lifecycle: Lifecycle { infrequent_after, archive_after, back_on_access },
        policy,
        mounts,
    } = &live.state;
    let (throughput_mode, provisioned_mibps) = match throughput {
        Throughput::Bursting => (ThroughputMode::Bursting, None),
        Throughput::Elastic => (ThroughputMode::Elastic, None),
        // AWS takes whole numbers and hands them back as such.
        Throughput::Provisioned { mibps } => (
            ThroughputMode::Provisioned,
            (1..=MAX_MIBPS).find(|whole| f64::from(*whole).total_cmp(mibps).is_eq()),
        ),
    };
    let mut raised = Raised::new(Spec {
        name: live.state.called().to_owned(),
        // Where the name is not enough to find it.
        id: id.clone().filter(|_| name.is_empty() || !raising.is_alone()),
        encrypted: *encrypted,
        kms_key: kms_key.clone(),
        performance_mode: *performance,
        throughput_mode,
        provisioned_mibps,
        availability_zone: availability_zone.clone(),
        backups: *backups,
        replication_overwrite_protection: *overwrite_protection,
        lifecycle: LifecycleSpec {
            infrequent_access_after_days: *infrequent_after,
            archive_after_days: *archive_after,
            primary_after_access: *back_on_access,
        },
        policy: Vec::new(),
        mount_targets: None,
    });
    if name.is_empty() {
        raised = raised.with_remark("it has no tag `Name`: write the name that it is to have");
    }
    match policy.as_ref().map(|policy| policy.raise(ResourceElement::None)).transpose() {
        Ok(statements) => raised.spec.policy = statements.unwrap_or_default(),
        Err(why) => raised = raised.without("policy", why),
    }
    match raise_mounts(mounts, availability_zone.is_some(), raising) {
        Ok(targets) => raised.spec.mount_targets = targets,
        // What is not declared of them is left alone.
        Err(why) => raised = raised.with_remark(format!("its mount targets are left alone: {why}")),
    }
    raised
}

fn raise_mounts(
    mounts: &Mounts,
    one_zone: bool,
    raising: &Raising<'_>,
) -> Result<Option<MountTargetsSpec>, String> {
    let Some((targets, first)) = mounts.live().and_then(|live| Some((live, live.values().next()?))) else {
        return Ok(None);
    };
    let subnets = targets.iter().map(|(zone, it)| (zone.clone(), it.subnet.clone())).collect();
    let subnets = if one_zone { Subnets::Among(subnets) } else { Subnets::Exactly(subnets) };
    let vpc = raising.network(&first.vpc, subnets);
    let groups: Vec<_> = first.groups.iter().map(|id| raising.key(KindName::SECURITY_GROUP, id)).collect();
    if targets.values().any(|it| it.vpc != first.vpc || it.groups != first.groups) {
        return Err("they are not all behind the same security groups".to_owned());
    }
    let security_groups = groups.into_iter().collect::<Result<_, _>>()?;
    Ok(Some(MountTargetsSpec { vpc: vpc?, security_groups }))
}
