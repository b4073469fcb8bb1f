//! The changes of a file system, and what is said of each. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lifecycle::Lifecycle;
use super::mounts;
use super::state::{State, Throughput, creation_fields};
use crate::document::policy::Policy;
use crate::guard::Permit;
use crate::kind::view::{policy_view, tag_fields};
use crate::kind::{ChangeView, Describe, Risk, Stage};
use crate::model::{FieldChange, Link, Shown, Tags};

/// One change of a file system: one API call each. Which one it is, the step's outputs say.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateFileSystem {
        /// What to create.
        state: Box<State>,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    TagResource {
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets its throughput.
    UpdateFileSystem {
        /// What is live.
        before: Throughput,
        /// What is declared.
        after: Throughput,
    },
    /// Puts the whole lifecycle.
    PutLifecycleConfiguration {
        /// What is live.
        before: Lifecycle,
        /// What is declared.
        after: Lifecycle,
    },
    /// Sets whether it is backed up.
    PutBackupPolicy {
        /// What is declared; the opposite is live.
        backups: bool,
    },
    /// Sets whether replication is kept from overwriting it.
    UpdateFileSystemProtection {
        /// What is declared; the opposite is live.
        on: bool,
    },
    /// Puts the policy.
    PutFileSystemPolicy {
        /// What is live.
        before: Option<Policy>,
        /// What is declared.
        after: Policy,
    },
    /// Deletes the policy.
    DeleteFileSystemPolicy {
        /// What is live.
        before: Policy,
    },
    /// Makes a mount target.
    CreateMountTarget {
        /// The zone.
        zone: String,
        /// The subnet in it.
        subnet: String,
        /// Its security groups.
        groups: Vec<Link>,
        /// The zones whose mount targets are waited for afterwards.
        awaits: Vec<String>,
    },
    /// Replaces the security groups of a mount target.
    ModifyMountTargetSecurityGroups {
        /// The zone.
        zone: String,
        /// The mount target.
        id: String,
        /// What is live.
        before: BTreeSet<String>,
        /// What is declared.
        after: Vec<Link>,
    },
    /// Deletes a mount target.
    DeleteMountTarget {
        /// The zone.
        zone: String,
        /// The subnet in it.
        subnet: String,
        /// The mount target.
        id: String,
        /// The mount targets that are waited for afterwards, until they are gone.
        awaits: Vec<String>,
        /// The guard's permission, for all that go together.
        permit: Arc<Permit>,
    },
}

impl Change {
    pub(super) fn stage(&self) -> Stage {
        match self {
            Self::CreateMountTarget { .. }
            | Self::ModifyMountTargetSecurityGroups { .. }
            | Self::DeleteMountTarget { .. } => Stage::Parts,
            Self::CreateFileSystem { .. }
            | Self::TagResource { .. }
            | Self::UpdateFileSystem { .. }
            | Self::PutLifecycleConfiguration { .. }
            | Self::PutBackupPolicy { .. }
            | Self::UpdateFileSystemProtection { .. }
            | Self::PutFileSystemPolicy { .. }
            | Self::DeleteFileSystemPolicy { .. } => Stage::Itself,
        }
    }
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateFileSystem { state, tags } => {
                ChangeView::new("elasticfilesystem:CreateFileSystem", creation_fields(state, tags))
            }
            Self::TagResource { before, tags } => {
                ChangeView::new("elasticfilesystem:TagResource", tag_fields(before, tags))
            }
            Self::UpdateFileSystem { before, after } => throughput_view(*before, *after),
            Self::PutLifecycleConfiguration { before, after } => {
                let fields = before.differences(after);
                let mut view = ChangeView::new("elasticfilesystem:PutLifecycleConfiguration", fields);
                if before.moves() && !after.moves() {
                    view.consequences.push(
                        "no file moves to cheaper storage any more; what has moved stays there".to_owned(),
                    );
                }
                view
            }
            Self::PutBackupPolicy { backups } => {
                let mut view =
                    ChangeView::new("elasticfilesystem:PutBackupPolicy", vec![switch("backups", *backups)]);
                if !backups {
                    view.consequences
                        .push("no new backups are made; those that exist expire by their plan".to_owned());
                }
                view
            }
            Self::UpdateFileSystemProtection { on } => {
                let field = switch("replication-overwrite-protection", *on);
                let mut view = ChangeView::new("elasticfilesystem:UpdateFileSystemProtection", vec![field]);
                if !on {
                    view.consequences.push(
                        "it can become the copy of another file system, which replaces its files".to_owned(),
                    );
                }
                view
            }
            Self::PutFileSystemPolicy { before, after } => {
                let call = "elasticfilesystem:PutFileSystemPolicy";
                let mut view = with_default(policy_view(call, before.as_ref(), Some(after)));
                // No policy lets in more than none does.
                if before.is_none() {
                    view.risk = None;
                    view.consequences = vec![
                        "only whom the policy allows can mount it; without one, whoever reaches a mount target"
                            .to_owned(),
                    ];
                }
                view
            }
            Self::DeleteFileSystemPolicy { before } => {
                let call = "elasticfilesystem:DeleteFileSystemPolicy";
                let mut view = with_default(policy_view(call, Some(before), None));
                view.risk = Some(Risk::Exposes);
                view.consequences
                    .push("whoever reaches a mount target may read and write every file, as root".to_owned());
                view
            }
            Self::CreateMountTarget { zone, subnet, groups, awaits: _ } => {
                let mut fields = vec![FieldChange::set(format!("mount target {zone}"), Shown::text(subnet))];
                fields.extend(mounts::group_fields("security-group", &BTreeSet::new(), groups));
                ChangeView::new("elasticfilesystem:CreateMountTarget", fields)
            }
            Self::DeleteMountTarget { zone, subnet, id, awaits: _, permit: _ } => {
                let before = Shown::text(format!("{id} in {subnet}"));
                let field = FieldChange::new(format!("mount target {zone}"), before, Shown::Absent);
                let mut view = ChangeView::new("elasticfilesystem:DeleteMountTarget", vec![field]);
                view.consequences.push(format!("whoever has it mounted in {zone}; every file in it stays"));
                view.risk = Some(Risk::CutsOff);
                view
            }
            Self::ModifyMountTargetSecurityGroups { zone, before, after, .. } => {
                let fields = mounts::group_fields(&format!("security-group {zone}"), before, after);
                let mut view = ChangeView::new("elasticfilesystem:ModifyMountTargetSecurityGroups", fields);
                view.consequences.extend(
                    mounts::removed(before, after).map(|group| {
                        format!("whoever {group} alone lets in can no longer reach it in {zone}")
                    }),
                );
                view
            }
        }
    }
}

/// Without a policy AWS's default is in force (EFS user guide, "Default EFS file system policy").
fn with_default(mut view: ChangeView) -> ChangeView {
    for shown in view.fields.iter_mut().flat_map(|field| [&mut field.before, &mut field.after]) {
        if *shown == Shown::Absent {
            *shown = Shown::text("AWS's default: whoever reaches a mount target");
        }
    }
    view
}

fn switch(field: &str, on: bool) -> FieldChange {
    FieldChange::new(field, Shown::text((!on).to_string()), Shown::text(on.to_string()))
}

fn throughput_view(before: Throughput, after: Throughput) -> ChangeView {
    let field = FieldChange::new("throughput-mode", before.shown(), after.shown());
    let mut view = ChangeView::new("elasticfilesystem:UpdateFileSystem", vec![field]);
    view.consequences.extend(match after {
        Throughput::Bursting => None,
        Throughput::Elastic => Some("from now on what is read and written is paid for by the GiB".to_owned()),
        Throughput::Provisioned { mibps } => {
            Some(format!("from now on {mibps} MiB/s are paid for by the hour, used or not"))
        }
    });
    // API `UpdateFileSystem`: `TooManyRequests`.
    view.consequences.push("for 24 hours AWS takes no other mode and no lower throughput".to_owned());
    view
}
