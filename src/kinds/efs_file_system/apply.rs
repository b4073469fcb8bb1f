//! The calls that write, one per change, and what is waited for.

use std::time::Duration;

use aws_sdk_efs::types::{
    BackupPolicy, LifeCycleState, LifecyclePolicy, MountTargetDescription, PerformanceMode,
    ReplicationOverwriteProtection, Status, Tag, ThroughputMode,
};

use super::change::Change;
use super::lifecycle::Lifecycle;
use super::observe::{
    BACKUP, DESCRIBE, NO_FILE_SYSTEM, TARGETS, backup, brings, is_leaving, mount_targets, of_no_use,
};
use super::state::{Performance, State, Throughput};
use crate::aws::{Answer, Aws, CallError};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Describe, Run};
use crate::model::{Link, Outputs, Tags, size};

/// How long a file system may take (terraform-provider-aws: `efs/file_system.go`).
const UNTIL_AVAILABLE: Duration = Duration::from_mins(10);
/// How long mount targets may take to come, and to go (terraform-provider-aws: `efs/mount_target.go`).
const UNTIL_MOUNTABLE: Duration = Duration::from_mins(30);
const UNTIL_UNMOUNTED: Duration = Duration::from_mins(10);

/// What EFS says while another change of the file system is under way.
const BUSY: &str = "IncorrectFileSystemLifeCycleState";

/// Makes the call that `change` stands for, and waits until what it began is done.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let efs = &run.aws.efs;
    let call = change.describe().call;
    if let Change::CreateFileSystem { state, tags } = change {
        return create(run, call, state, tags, outputs).await;
    }
    let id = outputs.get(Outputs::ID).ok_or_else(|| CallError::unusable(call, "", "its id is not known"))?;
    match change {
        Change::CreateFileSystem { .. } => Ok(()),
        Change::TagResource { tags, .. } => {
            let request = efs.tag_resource().resource_id(id).set_tags(Some(sdk_tags(tags, call, id)?));
            once_taken(run, call, id, || request.clone().send()).await.map(drop)
        }
        Change::UpdateFileSystem { after, .. } => {
            let (mode, mibps) = mode(*after);
            let request = efs
                .update_file_system()
                .file_system_id(id)
                .throughput_mode(mode)
                .set_provisioned_throughput_in_mibps(mibps);
            let updated = once_taken(run, call, id, || request.clone().send()).await;
            updated.map_err(once_a_day)?;
            available(run, id).await
        }
        Change::PutLifecycleConfiguration { after, .. } => {
            let request = efs
                .put_lifecycle_configuration()
                .file_system_id(id)
                .set_lifecycle_policies(Some(policies(after)));
            once_taken(run, call, id, || request.clone().send()).await.map(drop)
        }
        Change::PutBackupPolicy { backups } => {
            backup_settled(run, id).await?;
            let status = if *backups { Status::Enabled } else { Status::Disabled };
            let policy = BackupPolicy::builder().status(status).build();
            let policy = policy.map_err(|error| CallError::unusable(call, id, error.to_string()))?;
            let request = efs.put_backup_policy().file_system_id(id).backup_policy(policy);
            once_taken(run, call, id, || request.clone().send()).await.map(drop)
        }
        Change::UpdateFileSystemProtection { on } => {
            let protection = if *on {
                ReplicationOverwriteProtection::Enabled
            } else {
                ReplicationOverwriteProtection::Disabled
            };
            let request = efs
                .update_file_system_protection()
                .file_system_id(id)
                .replication_overwrite_protection(protection);
            once_taken(run, call, id, || request.clone().send()).await.map(drop)
        }
        // AWS itself checks that it does not lock us out of changing it again.
        Change::PutFileSystemPolicy { after, .. } => {
            let request = efs
                .put_file_system_policy()
                .file_system_id(id)
                .policy(after.text())
                .bypass_policy_lockout_safety_check(false);
            let put = || once_taken(run, call, id, || request.clone().send());
            run.until_principals_are_known(after, is_unknown_principal, put).await.map(drop)
        }
        Change::DeleteFileSystemPolicy { .. } => {
            let request = efs.delete_file_system_policy().file_system_id(id);
            once_taken(run, call, id, || request.clone().send()).await.map(drop)
        }
        Change::CreateMountTarget { zone, subnet, groups, awaits } => {
            create_mount_target(run, call, id, &Spot { zone, subnet, groups }).await?;
            mountable(run, id, awaits).await
        }
        Change::DeleteMountTarget { id: target, awaits, permit: _, .. } => {
            delete_mount_target(run, call, target).await?;
            unmounted(run, id, awaits).await
        }
        Change::ModifyMountTargetSecurityGroups { zone, id: target, after, .. } => {
            let groups = group_ids(after, call, target)?;
            regroup(run, call, &Target { system: id, zone, id: target }, groups).await
        }
    }
}

async fn create(
    run: &Run<'_>,
    call: &str,
    state: &State,
    tags: &Tags,
    outputs: &mut Outputs,
) -> Result<(), CallError> {
    let name = &state.name;
    let (mode, mibps) = mode(state.throughput);
    let request = run
        .aws
        .efs
        .create_file_system()
        .creation_token(&state.token)
        .encrypted(state.encrypted)
        .set_kms_key_id(state.kms_key.clone())
        .performance_mode(match state.performance {
            Performance::GeneralPurpose => PerformanceMode::GeneralPurpose,
            Performance::MaxIo => PerformanceMode::MaxIo,
        })
        .throughput_mode(mode)
        .set_provisioned_throughput_in_mibps(mibps)
        .set_availability_zone_name(state.availability_zone.clone())
        // Said in either case: the default is another one in one zone.
        .backup(state.backups)
        .set_tags(Some(sdk_tags(tags, call, name)?));
    let made = request.send().await.about(call, name)?;
    let arn = made.file_system_arn().ok_or_else(|| holds_no(call, name, "ARN"))?;
    let id = made.file_system_id();
    *outputs = brings(id, arn);
    available(run, id).await
}

/// Makes a call until EFS takes it: again while another change of the file system is under way.
async fn once_taken<T, F>(run: &Run<'_>, call: &str, id: &str, send: impl Fn() -> F) -> Result<T, CallError>
where
    F: Future<Output: Answer<T>>,
{
    let mut patience = run.patience(format!("{id} to be available"), UNTIL_AVAILABLE);
    loop {
        match send().await.about(call, id) {
            Err(error) if error.is(BUSY) => patience.pause_after(error).await?,
            answer => return answer,
        }
    }
}

/// `Policy contains invalid Principal block` (terraform-provider-aws: `efs/file_system_policy.go`).
fn is_unknown_principal(error: &CallError) -> bool {
    error.is("InvalidPolicyException") && error.message.to_lowercase().contains("invalid principal")
}

/// API `UpdateFileSystem`: `TooManyRequests`.
fn once_a_day(error: CallError) -> CallError {
    if !error.is("TooManyRequests") {
        return error;
    }
    let message = "AWS changes the throughput mode, and lowers provisioned throughput, only once in 24 hours"
        .to_owned();
    CallError { message, ..error }
}

/// Waits until the file system is available.
async fn available(run: &Run<'_>, id: &str) -> Result<(), CallError> {
    let mut patience = run.patience(format!("{id} to be available"), UNTIL_AVAILABLE);
    loop {
        match state_of(run.aws, id).await? {
            Some(LifeCycleState::Available) => return Ok(()),
            None | Some(LifeCycleState::Creating | LifeCycleState::Updating) => patience.pause().await?,
            Some(other) => return Err(of_no_use(DESCRIBE, id, &other)),
        }
    }
}

/// The state of a file system; none while AWS does not show it yet.
async fn state_of(aws: &Aws, id: &str) -> Result<Option<LifeCycleState>, CallError> {
    let answer = aws.efs.describe_file_systems().file_system_id(id).send().await.about(DESCRIBE, id);
    let Some(answer) = absent_if(NO_FILE_SYSTEM, answer)? else { return Ok(None) };
    let one = answer.file_systems.and_then(|some| some.into_iter().find(|it| it.file_system_id() == id));
    one.map(|it| Some(it.life_cycle_state)).ok_or_else(|| holds_no(DESCRIBE, id, "file system"))
}

/// Waits until an earlier change of the backup policy is done: EFS takes no other before.
async fn backup_settled(run: &Run<'_>, id: &str) -> Result<(), CallError> {
    let mut patience = run.patience(format!("the backup policy of {id}"), UNTIL_AVAILABLE);
    loop {
        match backup(run.aws, id).await? {
            Some(Status::Enabling | Status::Disabling) => patience.pause().await?,
            None | Some(Status::Enabled | Status::Disabled) => return Ok(()),
            Some(other) => {
                let why = format!("its backup policy is {}, which is not known here", other.as_str());
                return Err(CallError::unusable(BACKUP, id, why));
            }
        }
    }
}

/// Where a mount target goes.
struct Spot<'a> {
    zone: &'a str,
    subnet: &'a str,
    groups: &'a [Link],
}

/// Makes a mount target. One that is there already, in the same subnet, is that of an earlier attempt whose
/// reply was lost; one that AWS is deleting keeps its place until it is gone.
async fn create_mount_target(run: &Run<'_>, call: &str, id: &str, spot: &Spot<'_>) -> Result<(), CallError> {
    let Spot { zone, subnet, groups } = spot;
    let request = run
        .aws
        .efs
        .create_mount_target()
        .file_system_id(id)
        .subnet_id(*subnet)
        .set_security_groups(Some(group_ids(groups, call, id)?));
    let mut patience = run.patience(format!("the old mount target in {zone} to be gone"), UNTIL_UNMOUNTED);
    loop {
        let Err(error) = once_taken(run, call, id, || request.clone().send()).await else { return Ok(()) };
        if !error.is("MountTargetConflict") {
            return Err(error);
        }
        let targets = mount_targets(run.aws, id).await?;
        let here = targets.iter().filter(|target| target.availability_zone_name() == Some(zone));
        let (leaving, staying): (Vec<_>, Vec<_>) = here.partition(|target| is_leaving(target));
        if staying.iter().any(|target| target.subnet_id() == *subnet) {
            return Ok(());
        }
        // There is one in a zone: a place that gets free is of no use while another subnet has it.
        if leaving.is_empty() || !staying.is_empty() {
            return Err(error);
        }
        patience.pause_after(error).await?;
    }
}

/// Where a mount target is.
struct Target<'a> {
    system: &'a str,
    zone: &'a str,
    id: &'a str,
}

/// Gives a mount target other security groups. AWS takes them once there is its network interface (API
/// `ModifyMountTargetSecurityGroups`), so one that it is still making is waited for.
async fn regroup(
    run: &Run<'_>,
    call: &str,
    target: &Target<'_>,
    groups: Vec<String>,
) -> Result<(), CallError> {
    let Target { system, zone, id } = target;
    let request = run.aws.efs.modify_mount_target_security_groups().mount_target_id(*id);
    let request = request.set_security_groups(Some(groups));
    let mut patience = run.patience(format!("the mount target in {zone} to be available"), UNTIL_MOUNTABLE);
    loop {
        let error = match request.clone().send().await.about(call, id) {
            Err(error) if error.is("IncorrectMountTargetState") => error,
            answer => return answer.map(drop),
        };
        let targets = mount_targets(run.aws, system).await?;
        let coming = targets
            .iter()
            .any(|it| it.mount_target_id() == *id && *it.life_cycle_state() == LifeCycleState::Creating);
        if !coming {
            return Err(error);
        }
        patience.pause_after(error).await?;
    }
}

/// Waits until there is a mount target that can be used in each of `zones`.
async fn mountable(run: &Run<'_>, id: &str, zones: &[String]) -> Result<(), CallError> {
    if zones.is_empty() {
        return Ok(());
    }
    let mut patience = run.patience(format!("mount targets in {}", zones.join(", ")), UNTIL_MOUNTABLE);
    loop {
        let targets = mount_targets(run.aws, id).await?;
        let here: Vec<_> = targets
            .iter()
            .filter(|it| it.availability_zone_name().is_some_and(|zone| zones.iter().any(|it| it == zone)))
            .collect();
        let is = |state: LifeCycleState| move |it: &&&MountTargetDescription| *it.life_cycle_state() == state;
        if let Some(failed) = here.iter().find(is(LifeCycleState::Error)) {
            return Err(of_no_use(TARGETS, failed.mount_target_id(), failed.life_cycle_state()));
        }
        let ready = here.iter().filter(is(LifeCycleState::Available)).count();
        if ready >= zones.len() {
            return Ok(());
        }
        patience.pause().await?;
    }
}

/// Deletes a mount target. One that is gone is gone.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place; its change takes the guard's permission, and the gate that of `infra destroy`"
)]
async fn delete_mount_target(run: &Run<'_>, call: &str, id: &str) -> Result<(), CallError> {
    let request = run.aws.efs.delete_mount_target().mount_target_id(id);
    absent_if("MountTargetNotFound", request.send().await.about(call, id)).map(drop)
}

/// Waits until these mount targets are gone: until then their network interfaces hold their security groups.
async fn unmounted(run: &Run<'_>, id: &str, gone: &[String]) -> Result<(), CallError> {
    if gone.is_empty() {
        return Ok(());
    }
    let what = format!("{} of {id} to be gone", size::count(gone.len(), "mount target"));
    let mut patience = run.patience(what, UNTIL_UNMOUNTED);
    loop {
        let Some(targets) = absent_if(NO_FILE_SYSTEM, mount_targets(run.aws, id).await)? else {
            return Ok(());
        };
        let is_left = |it: &&MountTargetDescription| {
            *it.life_cycle_state() != LifeCycleState::Deleted
                && gone.iter().any(|id| id == it.mount_target_id())
        };
        if !targets.iter().any(|it| is_left(&it)) {
            return Ok(());
        }
        patience.pause().await?;
    }
}

/// The ids of security groups, which are known by now.
fn group_ids(groups: &[Link], call: &str, subject: &str) -> Result<Vec<String>, CallError> {
    let id = |link: &Link| {
        let id = link.value().map(str::to_owned);
        id.ok_or_else(|| CallError::unusable(call, subject, format!("the id of {link} is not known")))
    };
    groups.iter().map(id).collect()
}

fn mode(throughput: Throughput) -> (ThroughputMode, Option<f64>) {
    match throughput {
        Throughput::Bursting => (ThroughputMode::Bursting, None),
        Throughput::Elastic => (ThroughputMode::Elastic, None),
        Throughput::Provisioned { mibps } => (ThroughputMode::Provisioned, Some(mibps)),
    }
}

fn policies(lifecycle: &Lifecycle) -> Vec<LifecyclePolicy> {
    let policy = |[infrequent, archive, back]: [Option<String>; 3]| {
        LifecyclePolicy::builder()
            .set_transition_to_ia(infrequent.as_deref().map(Into::into))
            .set_transition_to_archive(archive.as_deref().map(Into::into))
            .set_transition_to_primary_storage_class(back.as_deref().map(Into::into))
            .build()
    };
    lifecycle.policies().into_iter().map(policy).collect()
}

fn sdk_tags(tags: &Tags, call: &str, subject: &str) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&str, &str)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| CallError::unusable(call, subject, error.to_string()))
    };
    tags.iter().map(tag).collect()
}
