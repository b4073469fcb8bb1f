//! What is compared, what is not, and the token.

use std::collections::BTreeMap;

use super::{EfsFileSystem, MOUNT, MOUNTED, entry, known, live, mixed, plan, with};
use crate::kind::testing::place;
use crate::kind::{Delta, Describe as _, Place};
use crate::kinds::efs_file_system::mounts::Mounts;
use crate::kinds::efs_file_system::state::{self, State, Throughput};

#[test]
fn what_is_ignored_is_left_alone() {
    let ignore = "ignore = ['throughput-mode', 'lifecycle', 'backups', 'replication-overwrite-protection', 'policy', 'mount-targets']";
    let toml = format!("{MOUNTED}\n{ignore}\n{MOUNT}");
    let plan = plan(&toml, |live| {
        let State { throughput, lifecycle, backups, overwrite_protection, policy, mounts, .. } =
            &mut live.state;
        *throughput = Throughput::Elastic;
        *lifecycle = mixed();
        *backups = false;
        *overwrite_protection = false;
        *policy = None;
        *mounts = Mounts::Live(BTreeMap::new());
    });
    assert_eq!(plan, "in sync efs.file-system.site (workspaces) fs-0123456789abcdef0");
}

#[test]
fn every_field_can_differ() {
    let live = live(MOUNTED);
    // Destructured whole: a new field needs its line here. The first three found it, or are a tag.
    let State {
        name: _,
        token: _,
        id: _,
        encrypted: _,
        kms_key: _,
        performance: _,
        throughput: _,
        availability_zone: _,
        backups: _,
        overwrite_protection: _,
        lifecycle: _,
        policy: _,
        mounts: _,
    } = &live.state;
    for (more, field) in [
        ("encrypted = false", "encrypted"),
        ("kms-key = '4321abcd-12ab-34cd-56ef-1234567890ab'", "kms-key"),
        ("performance-mode = 'max-io'", "performance-mode"),
        ("throughput-mode = 'elastic'", "throughput-mode"),
        ("availability-zone = 'us-west-2a'", "availability-zone"),
        ("backups = false", "backups"),
        ("replication-overwrite-protection = false", "replication-overwrite-protection"),
        ("lifecycle = { archive-after-days = 90 }\nthroughput-mode = 'elastic'", "archive-after-days"),
        (MOUNT, "policy"),
        ("mount-targets = { vpc = 'main', security-groups = ['nfs'] }", "mount target us-west-2d"),
    ] {
        let want = entry::<EfsFileSystem>(&with(more)).resolved(&known("abcd")).state;
        let deltas = state::diff(&live.state, &want);
        let fields: Vec<_> = deltas
            .iter()
            .flat_map(|delta| match delta {
                Delta::Change(change) => change.describe().fields,
                Delta::Immutable { field, .. } | Delta::InUse { field, .. } => vec![field.clone()],
            })
            .map(|it| it.field)
            .collect();
        assert!(fields.iter().any(|it| it == field), "{more}: {fields:?}");
    }
}

#[test]
fn a_token_is_the_same_for_the_same_file_system_alone() {
    let token = |place: &Place, name: &str| state::token(place, name);
    let here = place();
    let ours = token(&here, "workspaces");
    assert_eq!((ours.len(), &ours[..6]), (64, "infra-"));
    assert_eq!(ours, token(&place(), "workspaces"));
    let mut there = (*here).clone();
    there.region = "eu-west-1".to_owned();
    let mut other = (*here).clone();
    other.manifest = "other".to_owned();
    let mut account = (*here).clone();
    account.account = "444455556666".to_owned();
    for else_ in [
        token(&here, "other"),
        token(&there, "workspaces"),
        token(&other, "workspaces"),
        token(&account, "workspaces"),
    ] {
        assert_ne!(ours, else_);
    }
}
