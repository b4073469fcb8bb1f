//! The calls that read, and how AWS's answers become the normal form.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_efs::types::{
    FileSystemDescription, FileSystemSize, LifeCycleState, MountTargetDescription, PerformanceMode,
    ReplicationOverwriteProtection, Status, ThroughputMode, TransitionToArchiveRules, TransitionToIaRules,
    TransitionToPrimaryStorageClassRules,
};

use super::EfsFileSystem;
use super::lifecycle::Lifecycle;
use super::mounts::{MountTarget, Mounts};
use super::state::{Detail, Performance, State, Stored, Throughput};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::document::policy::Policy;
use crate::kind::named::{Asked, Candidate, Choice, NAME, Words, alone, choose};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Outputs, Tags};

/// File systems read at once; four calls each, then one for each mount target.
const AT_ONCE: usize = 4;
/// Largest page (API `DescribeFileSystems`).
const PAGE: i32 = 100;
/// How often the calls about one file system are made before they must agree.
const LOOKS: usize = 3;

pub(super) const DESCRIBE: &str = "elasticfilesystem:DescribeFileSystems";
const LIFECYCLE: &str = "elasticfilesystem:DescribeLifecycleConfiguration";
pub(super) const BACKUP: &str = "elasticfilesystem:DescribeBackupPolicy";
const POLICY: &str = "elasticfilesystem:DescribeFileSystemPolicy";
pub(super) const TARGETS: &str = "elasticfilesystem:DescribeMountTargets";
const GROUPS: &str = "elasticfilesystem:DescribeMountTargetSecurityGroups";

/// What a call about every file system is about.
const ACCOUNT: &str = "the account";

pub(super) const NO_FILE_SYSTEM: &str = "FileSystemNotFound";
const NO_POLICY: &str = "PolicyNotFound";
/// How the sids begin that EFS gives to statements without one, as it also fills in an id and the resource (API
/// `PutFileSystemPolicy`, examples). Nobody can declare such a sid: it has hyphens.
const SID: &str = "efs-statement-";
/// What is said of something that vanishes while it is read.
const GONE: [&str; 3] = [NO_FILE_SYSTEM, "MountTargetNotFound", "IncorrectMountTargetState"];

const WORDS: Words = Words { what: "file system", by: "its name" };

/// A file system as the list has it.
struct Listed {
    tags: Tags,
    about: FileSystemDescription,
}

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, EfsFileSystem>],
    survey: Option<Survey<'_>>,
) -> Observation<EfsFileSystem> {
    let listed = match list(aws).await {
        Ok(listed) => listed,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            return Observation::new(found, survey.map(|_| Err(error)));
        }
    };
    let asked: Vec<_> = wanted.iter().map(asked).collect();
    let named: BTreeSet<_> = asked
        .iter()
        .filter_map(|asked| match among(asked, &listed) {
            Choice::Is(at) => listed.get(at).map(|it| it.about.file_system_id()),
            Choice::None | Choice::Unclear { .. } => None,
        })
        .collect();
    let found = buffered(AT_ONCE, asked.iter().map(|asked| find(aws, asked, &listed)));
    let (found, others) = tokio::join!(found, others(aws, &listed, &named, survey));
    Observation::new(alone(found), others)
}

fn asked<'a>(wanted: &Wanted<'a, EfsFileSystem>) -> Asked<'a> {
    let State { id, token, name, .. } = wanted.state;
    Asked::of(wanted, id.as_deref(), token, name)
}

fn among(asked: &Asked<'_>, listed: &[Listed]) -> Choice {
    let candidates: Vec<_> = listed
        .iter()
        .map(|it| Candidate {
            id: it.about.file_system_id(),
            token: it.about.creation_token(),
            tags: &it.tags,
            leaving: it.about.life_cycle_state() == &LifeCycleState::Deleting,
            fits: true,
        })
        .collect();
    choose(WORDS, asked, &candidates)
}

/// Finds what is asked for, and reads it. If it vanishes meanwhile, the list is read again.
async fn find(aws: &Aws, asked: &Asked<'_>, listed: &[Listed]) -> Found<EfsFileSystem> {
    let mut again;
    let mut listed = listed;
    for _ in 0..LOOKS {
        let at = match among(asked, listed) {
            Choice::Is(at) => at,
            Choice::None => return Found::Absent,
            Choice::Unclear { reason, help } => return Found::Unclear { reason, help },
        };
        let Some(one) = listed.get(at) else { return Found::Absent };
        match live(aws, one).await {
            Ok(live) => return Found::Present(Box::new(live)),
            Err(error) if GONE.iter().any(|code| error.is(code)) => {}
            Err(error) => return Found::Unknown(error),
        }
        again = match list(aws).await {
            Ok(again) => again,
            Err(error) => return Found::Unknown(error),
        };
        listed = &again;
    }
    let why = "it appeared or vanished while it was read; run the same command again";
    Found::Unknown(CallError::unusable(DESCRIBE, asked.name, why))
}

/// Every file system of the account and region that is not gone.
async fn list(aws: &Aws) -> Result<Vec<Listed>, CallError> {
    let mut pages = aws.efs.describe_file_systems().into_paginator().page_size(PAGE).send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(DESCRIBE, ACCOUNT)?;
        for about in page.file_systems.ok_or_else(|| holds_no(DESCRIBE, ACCOUNT, "list"))? {
            let tags: Tags = about.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            // A name without its tag: the tags were left out, so nobody can say whose it is.
            if about.name().is_some_and(|name| !name.is_empty()) && tags.get(NAME).is_none() {
                return Err(holds_no(DESCRIBE, about.file_system_id(), "tags"));
            }
            if about.life_cycle_state() != &LifeCycleState::Deleted {
                listed.push(Listed { tags, about });
            }
        }
    }
    Ok(listed)
}

/// What the list does not say of a file system.
struct Parts {
    lifecycle: Lifecycle,
    backups: bool,
    policy: Option<String>,
    targets: BTreeMap<String, MountTarget>,
}

async fn live(aws: &Aws, listed: &Listed) -> Result<Live<EfsFileSystem>, CallError> {
    let Listed { tags, about } = listed;
    let id = about.file_system_id();
    let phase = phase(about)?;
    let parts = match phase {
        // Of what goes nothing else is asked, and nothing is concluded from it.
        Phase::Deleting => {
            Parts { lifecycle: Lifecycle::default(), backups: false, policy: None, targets: BTreeMap::new() }
        }
        Phase::Active | Phase::PendingDeletion { .. } => read(aws, id).await?,
    };
    let arn = about.file_system_arn().ok_or_else(|| holds_no(DESCRIBE, id, "ARN"))?;
    let policy = parts.policy.as_deref().map(|text| Policy::parse(text)?.without_filled_in(SID, arn));
    let encrypted = about.encrypted().ok_or_else(|| holds_no(DESCRIBE, id, "encryption"))?;
    if encrypted && about.kms_key_id().is_none() {
        return Err(holds_no(DESCRIBE, id, "KMS key"));
    }
    let (overwrite_protection, service) = protection(about)?;
    Ok(Live {
        tags: tags.clone(),
        phase,
        service,
        state: State {
            name: tags.get(NAME).unwrap_or_default().to_owned(),
            token: about.creation_token().to_owned(),
            id: Some(id.to_owned()),
            encrypted,
            kms_key: about.kms_key_id().map(str::to_owned),
            performance: performance(about)?,
            throughput: throughput(about)?,
            availability_zone: about.availability_zone_name().map(str::to_owned),
            backups: parts.backups,
            overwrite_protection,
            lifecycle: parts.lifecycle,
            policy: policy.transpose().map_err(|error| CallError::unusable(POLICY, id, error.to_string()))?,
            mounts: Mounts::Live(parts.targets),
        },
        created: day(&about.creation_time),
        detail: detail(about),
        outputs: brings(id, arn),
    })
}

/// What a file system brings to others.
pub(super) fn brings(id: &str, arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ID, id).with(Outputs::ARN, arn)
}

fn phase(about: &FileSystemDescription) -> Result<Phase, CallError> {
    match about.life_cycle_state() {
        LifeCycleState::Available | LifeCycleState::Creating | LifeCycleState::Updating => Ok(Phase::Active),
        LifeCycleState::Deleting => Ok(Phase::Deleting),
        // Such as when its key was disabled: what else AWS says of it is not to be relied on.
        other => Err(of_no_use(DESCRIBE, about.file_system_id(), other)),
    }
}

/// A file system or mount target that AWS itself says has failed.
pub(super) fn of_no_use(call: &str, subject: &str, state: &LifeCycleState) -> CallError {
    CallError::unusable(
        call,
        subject,
        format!("AWS says that it is in the state `{state}`; the EFS console says why"),
    )
}

fn performance(about: &FileSystemDescription) -> Result<Performance, CallError> {
    match about.performance_mode() {
        PerformanceMode::GeneralPurpose => Ok(Performance::GeneralPurpose),
        PerformanceMode::MaxIo => Ok(Performance::MaxIo),
        other => Err(not_known(about, "performance mode", other.as_str())),
    }
}

fn throughput(about: &FileSystemDescription) -> Result<Throughput, CallError> {
    let id = about.file_system_id();
    match about.throughput_mode().ok_or_else(|| holds_no(DESCRIBE, id, "throughput mode"))? {
        ThroughputMode::Bursting => Ok(Throughput::Bursting),
        ThroughputMode::Elastic => Ok(Throughput::Elastic),
        ThroughputMode::Provisioned => {
            let mibps = about.provisioned_throughput_in_mibps();
            let mibps = mibps.ok_or_else(|| holds_no(DESCRIBE, id, "provisioned throughput"))?;
            Ok(Throughput::Provisioned { mibps })
        }
        other => Err(not_known(about, "throughput mode", other.as_str())),
    }
}

/// Whether replication is kept from overwriting it, and what writes it where replication does: then it can
/// only be read (API `FileSystemProtectionDescription`). It is protected unless somebody says otherwise.
fn protection(about: &FileSystemDescription) -> Result<(bool, Option<String>), CallError> {
    let protection = about.file_system_protection().and_then(|it| it.replication_overwrite_protection());
    match protection {
        None | Some(ReplicationOverwriteProtection::Enabled) => Ok((true, None)),
        Some(ReplicationOverwriteProtection::Disabled) => Ok((false, None)),
        Some(ReplicationOverwriteProtection::Replicating) => {
            Ok((false, Some("EFS, which copies another file system into it".to_owned())))
        }
        Some(other) => Err(not_known(about, "overwrite protection", other.as_str())),
    }
}

fn not_known(about: &FileSystemDescription, what: &str, word: &str) -> CallError {
    CallError::unusable(DESCRIBE, about.file_system_id(), format!("its {what} {word} is not known here"))
}

fn detail(about: &FileSystemDescription) -> Detail {
    let size = about.size_in_bytes();
    Detail {
        bytes: size.and_then(|size| u64::try_from(size.value()).ok()),
        measured: size.and_then(|size| size.timestamp()).and_then(day),
        stored: size.and_then(stored),
    }
}

/// How much is in which class. AWS leaves out the classes one by one (API `FileSystemSize`): without that of Standard
/// nothing is known of any.
fn stored(size: &FileSystemSize) -> Option<Stored> {
    let bytes = |size: Option<i64>| size.and_then(|size| u64::try_from(size).ok());
    Some(Stored {
        standard: bytes(size.value_in_standard())?,
        infrequent_access: bytes(size.value_in_ia()).unwrap_or_default(),
        archive: bytes(size.value_in_archive()).unwrap_or_default(),
    })
}

async fn read(aws: &Aws, id: &str) -> Result<Parts, CallError> {
    let (lifecycle, backup, policy, targets) =
        tokio::join!(lifecycle(aws, id), backup(aws, id), policy(aws, id), targets(aws, id));
    let backups = match backup? {
        // A change that is under way counts as made.
        Some(Status::Enabled | Status::Enabling) => true,
        None | Some(Status::Disabled | Status::Disabling) => false,
        Some(other) => {
            let why = format!("its backup policy is {}, which is not known here", other.as_str());
            return Err(CallError::unusable(BACKUP, id, why));
        }
    };
    Ok(Parts { lifecycle: lifecycle?, backups, policy: policy?, targets: targets? })
}

async fn lifecycle(aws: &Aws, id: &str) -> Result<Lifecycle, CallError> {
    let answer = aws.efs.describe_lifecycle_configuration().file_system_id(id).send().await;
    let answer = answer.about(LIFECYCLE, id)?;
    let policies = answer.lifecycle_policies.ok_or_else(|| holds_no(LIFECYCLE, id, "lifecycle"))?;
    let words = policies.iter().map(|policy| {
        [
            policy.transition_to_ia().map(TransitionToIaRules::as_str),
            policy.transition_to_archive().map(TransitionToArchiveRules::as_str),
            policy.transition_to_primary_storage_class().map(TransitionToPrimaryStorageClassRules::as_str),
        ]
    });
    Lifecycle::of(words).map_err(|why| CallError::unusable(LIFECYCLE, id, why))
}

/// The state of the backup policy; none where there never was one.
pub(super) async fn backup(aws: &Aws, id: &str) -> Result<Option<Status>, CallError> {
    let answer = aws.efs.describe_backup_policy().file_system_id(id).send().await;
    let Some(answer) = absent_if(NO_POLICY, answer.about(BACKUP, id))? else { return Ok(None) };
    let policy = answer.backup_policy.ok_or_else(|| holds_no(BACKUP, id, "policy"))?;
    Ok(Some(policy.status))
}

async fn policy(aws: &Aws, id: &str) -> Result<Option<String>, CallError> {
    let answer = aws.efs.describe_file_system_policy().file_system_id(id).send().await;
    let Some(answer) = absent_if(NO_POLICY, answer.about(POLICY, id))? else { return Ok(None) };
    answer.policy.map(Some).ok_or_else(|| holds_no(POLICY, id, "policy"))
}

/// Every mount target of a file system, with those that AWS is deleting.
pub(super) async fn mount_targets(aws: &Aws, id: &str) -> Result<Vec<MountTargetDescription>, CallError> {
    let mut pages =
        aws.efs.describe_mount_targets().file_system_id(id).into_paginator().page_size(PAGE).send();
    let mut targets = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(TARGETS, id)?;
        targets.extend(page.mount_targets.ok_or_else(|| holds_no(TARGETS, id, "mount targets"))?);
    }
    Ok(targets)
}

/// Whether the place of a mount target is free, or will be.
pub(super) fn is_leaving(target: &MountTargetDescription) -> bool {
    matches!(target.life_cycle_state(), LifeCycleState::Deleting | LifeCycleState::Deleted)
}

/// The live mount targets, by zone.
async fn targets(aws: &Aws, id: &str) -> Result<BTreeMap<String, MountTarget>, CallError> {
    let targets = mount_targets(aws, id).await?;
    let targets = targets.iter().filter(|target| !is_leaving(target));
    buffered(AT_ONCE, targets.map(|target| mount_target(aws, target))).await.into_iter().collect()
}

async fn mount_target(
    aws: &Aws,
    target: &MountTargetDescription,
) -> Result<(String, MountTarget), CallError> {
    let id = target.mount_target_id();
    let coming = match target.life_cycle_state() {
        LifeCycleState::Available | LifeCycleState::Updating => false,
        LifeCycleState::Creating => true,
        other => return Err(of_no_use(TARGETS, id, other)),
    };
    let zone = target.availability_zone_name().ok_or_else(|| holds_no(TARGETS, id, "zone"))?;
    let vpc = target.vpc_id().ok_or_else(|| holds_no(TARGETS, id, "network"))?;
    let answer = aws.efs.describe_mount_target_security_groups().mount_target_id(id).send().await;
    let groups = answer.about(GROUPS, id)?.security_groups;
    let target = MountTarget {
        id: id.to_owned(),
        subnet: target.subnet_id().to_owned(),
        vpc: vpc.to_owned(),
        groups: groups.into_iter().collect(),
        coming,
    };
    Ok((zone.to_owned(), target))
}

/// What each file system is that nothing wanted means: one with the manifest's mark, or none of ours.
async fn others(
    aws: &Aws,
    listed: &[Listed],
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<EfsFileSystem>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let ours = listed.iter().filter(|it| {
        let id = it.about.file_system_id();
        let words = [it.tags.get(NAME).unwrap_or(id), id];
        survey.may_take(&words) && survey.takes(&it.tags) && !named.contains(id)
    });
    buffered(AT_ONCE, ours.map(|it| leftover(aws, it, listed, survey))).await
}

async fn leftover(
    aws: &Aws,
    one: &Listed,
    listed: &[Listed],
    survey: Survey<'_>,
) -> Result<Option<Live<EfsFileSystem>>, CallError> {
    let seen = Some(one.about.file_system_id());
    let asked = Asked { seen, id: None, token: "", name: "", manifest: None };
    match find(aws, &asked, listed).await {
        Found::Present(live) if survey.takes(&live.tags) => Ok(Some(*live)),
        Found::Present(_) | Found::Absent | Found::Unclear { .. } => Ok(None),
        Found::Unknown(error) => Err(error),
    }
}
