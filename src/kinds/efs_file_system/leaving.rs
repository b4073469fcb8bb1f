//! What lets go of a file system that stays, and how a person removes it for good. Pure.

use std::sync::Arc;

use super::EfsFileSystem;
use super::change::Change;
use super::mounts::{MountTarget, Mounts};
use crate::guard::Permit;
use crate::kind::{ByHand, Live};
use crate::model::Outputs;

/// A deletion of each mount target. AWS takes a while for one, so the last alone waits, for all.
pub(super) fn strip(mounts: &Mounts, permit: Permit) -> Vec<Change> {
    let targets: Vec<_> = mounts.live().into_iter().flatten().collect();
    let ids: Vec<_> = targets.iter().map(|(_, target)| target.id.clone()).collect();
    let permit = Arc::new(permit);
    let delete = |(at, (zone, target)): (usize, (&String, &MountTarget))| {
        let awaits = if at + 1 == ids.len() { ids.clone() } else { Vec::new() };
        Change::DeleteMountTarget {
            zone: zone.clone(),
            subnet: target.subnet.clone(),
            id: target.id.clone(),
            awaits,
            permit: Arc::clone(&permit),
        }
    };
    targets.into_iter().enumerate().map(delete).collect()
}

/// How EFS describes the network interface of a mount target (`EFS mount target for fs-0ab1 (fsmt-0ab1)`), whichever
/// of them it is: one that is being deleted holds its groups until it is gone.
pub(super) fn grips(live: &Live<EfsFileSystem>) -> Vec<String> {
    let id = live.outputs.get(Outputs::ID);
    id.map(|id| format!("EFS mount target for {id} (")).into_iter().collect()
}

/// A file system goes once it has no mount targets (API `DeleteFileSystem`), and its backups stay.
pub(super) fn by_hand(live: &Live<EfsFileSystem>) -> Vec<ByHand> {
    let id = live.outputs.get(Outputs::ID).unwrap_or_default();
    let arn = live.outputs.get(Outputs::ARN).unwrap_or_default();
    let targets = live.state.mounts.live().into_iter().flat_map(|targets| targets.values());
    let mut lines: Vec<_> =
        targets.map(|it| ByHand::run(["efs", "delete-mount-target", "--mount-target-id", &it.id])).collect();
    if !lines.is_empty() {
        lines.push(ByHand::know("wait until they are gone, a minute or two"));
    }
    lines.push(ByHand::know("this deletes every file in it, for good"));
    lines.push(ByHand::run(["efs", "delete-file-system", "--file-system-id", id]));
    if live.state.backups {
        lines.push(ByHand::know("its backups stay in AWS Backup, and are paid for; this lists them"));
        lines.push(ByHand::run(["backup", "list-recovery-points-by-resource", "--resource-arn", arn]));
    }
    lines
}
