//! The normal form, and the diff. Pure.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EfsFileSystem;
use super::change::Change;
use super::lifecycle::Lifecycle;
use super::mounts::Mounts;
use crate::document::policy::Policy;
use crate::kind::named::{self, NAME};
use crate::kind::view::{policy_shown, tag_fields};
use crate::kind::{Delta, Entry, Live, Place};
use crate::model::{FieldChange, Setting, Shown, Tags, kms, size};

/// A file system's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name, which the tag `Name` holds; empty where a live one has none.
    pub name: String,
    /// The token that it is created with.
    pub token: String,
    /// Its id: that of the live one, or the one that its entry names.
    pub id: Option<String>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Its KMS key; none is AWS's own.
    pub kms_key: Option<String>,
    /// How many clients it is made for.
    pub performance: Performance,
    /// What its throughput follows.
    pub throughput: Throughput,
    /// The one zone that holds it; none is all of the region's.
    pub availability_zone: Option<String>,
    /// Whether AWS Backup backs it up.
    pub backups: bool,
    /// Whether replication is kept from overwriting it.
    pub overwrite_protection: bool,
    /// When files move to cheaper storage.
    pub lifecycle: Lifecycle,
    /// The file-system policy: who may mount it. Without one, whoever reaches a mount target.
    pub policy: Option<Policy>,
    /// Where it can be mounted.
    pub mounts: Mounts,
}

impl State {
    /// What people call it: its name, or its id where it has none.
    pub(super) fn called(&self) -> &str {
        match &self.id {
            Some(id) if self.name.is_empty() => id,
            _ => &self.name,
        }
    }

    /// The tag that holds its name.
    pub(super) fn tags(&self) -> Tags {
        Tags::from_iter([(NAME, self.name.as_str())])
    }
}

/// How many clients a file system is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Performance {
    /// As many as most have, each served at once.
    #[default]
    GeneralPurpose,
    /// Thousands, each served later. AWS advises against it.
    MaxIo,
}

impl Performance {
    fn shown(self) -> Shown {
        Shown::text(match self {
            Self::GeneralPurpose => "general-purpose",
            Self::MaxIo => "max-io",
        })
    }
}

/// What the throughput of a file system follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throughput {
    /// Its size.
    Bursting,
    /// Its use.
    Elastic,
    /// What is paid for.
    Provisioned {
        /// In MiB/s.
        mibps: f64,
    },
}

impl Throughput {
    pub(super) fn shown(self) -> Shown {
        Shown::text(match self {
            Self::Bursting => "bursting".to_owned(),
            Self::Elastic => "elastic".to_owned(),
            Self::Provisioned { mibps } => format!("provisioned, {mibps} MiB/s"),
        })
    }
}

/// What is seen of a file system besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its size in bytes, as AWS last measured it.
    pub bytes: Option<u64>,
    /// The day on which that was (`2026-11-20`).
    pub measured: Option<String>,
    /// How much of it is in which class, if AWS says so.
    pub stored: Option<Stored>,
}

/// How many bytes are in which class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// In Standard.
    pub standard: u64,
    /// In Infrequent Access.
    pub infrequent_access: u64,
    /// In Archive.
    pub archive: u64,
}

/// What a live file system holds: its size with the day of that, for it lags, and how it is used.
pub(super) fn holds(live: &Live<EfsFileSystem>) -> String {
    let Detail { bytes, measured, stored: _ } = &live.detail;
    let size = match (bytes, measured) {
        (Some(bytes), Some(day)) => format!("{} (measured {day})", size::bytes(*bytes)),
        (Some(bytes), None) => size::bytes(*bytes),
        (None, _) => "files of a size that is not known".to_owned(),
    };
    let targets = live.state.mounts.live().map_or(0, BTreeMap::len);
    let targets = (targets > 0).then(|| size::count(targets, "mount target"));
    let backups = if live.state.backups { "backed up" } else { "not backed up" };
    let parts: Vec<_> = [Some(size), targets, Some(backups.to_owned())].into_iter().flatten().collect();
    parts.join(", ")
}

const DEFAULT_KEY: &str = "aws/elasticfilesystem";

fn key_shown(key: Option<&str>) -> Shown {
    Shown::text(key.unwrap_or(DEFAULT_KEY))
}

pub(super) fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. What comes last has calls of its own;
    // the name is a tag, and the token is made from it.
    let State {
        name,
        token: _,
        id: _,
        encrypted,
        kms_key,
        performance,
        throughput,
        availability_zone,
        backups,
        overwrite_protection: _,
        lifecycle: _,
        policy: _,
        mounts: _,
    } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("encrypted", Shown::text(encrypted.to_string())),
    ];
    fields.extend(encrypted.then(|| FieldChange::set("kms-key", key_shown(kms_key.as_deref()))));
    fields.push(FieldChange::set("performance-mode", performance.shown()));
    fields.push(FieldChange::set("throughput-mode", throughput.shown()));
    fields.extend(
        availability_zone.as_ref().map(|zone| FieldChange::set("availability-zone", Shown::text(zone))),
    );
    fields.push(FieldChange::set("backups", Shown::text(backups.to_string())));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    settings.extend(state.lifecycle.shown().map(|(name, value)| Setting::new(name, value)));
    settings.push(Setting::new("overwrite-protection", Shown::text(state.overwrite_protection.to_string())));
    settings.push(Setting::new("policy", policy_shown(state.policy.as_ref())));
    settings.extend(state.mounts.settings());
    settings
}

pub(super) fn create(entry: &Entry<EfsFileSystem>) -> Vec<Change> {
    let state = &entry.state;
    let mut changes =
        vec![Change::CreateFileSystem { state: Box::new(state.clone()), tags: entry.tags.clone() }];
    // The policy first: nobody can mount it before it says who may.
    changes.extend(state.policy.clone().map(|after| Change::PutFileSystemPolicy { before: None, after }));
    if state.lifecycle != Lifecycle::default() {
        let (before, after) = (Lifecycle::default(), state.lifecycle);
        changes.push(Change::PutLifecycleConfiguration { before, after });
    }
    if !state.overwrite_protection {
        changes.push(Change::UpdateFileSystemProtection { on: false });
    }
    changes.extend(state.mounts.create(state.availability_zone.as_deref()));
    changes
}

/// The same token whenever the same file system of the same manifest is made.
pub(super) fn token(place: &Place, name: &str) -> String {
    named::token("create-file-system 1", place, name)
}

const COPY: &str =
    "declare it as it is, or make another file system of another name beside it and copy the files";

pub(super) fn diff(is: &State, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The first three found it; the
    // name is compared as a tag.
    let State {
        name: _,
        token: _,
        id: _,
        encrypted,
        kms_key,
        performance,
        throughput,
        availability_zone,
        backups,
        overwrite_protection,
        lifecycle,
        policy,
        mounts,
    } = want;
    let mut deltas = Vec::new();
    let mut fixed = |field: &str, same: bool, before: Shown, after: Shown| {
        if !same {
            deltas.push(Delta::Immutable { field: FieldChange::new(field, before, after), instead: COPY });
        }
    };
    let flag = |on: bool| Shown::text(on.to_string());
    fixed("encrypted", *encrypted == is.encrypted, flag(is.encrypted), flag(*encrypted));
    // AWS names its own key by an ARN that nobody knows beforehand.
    let same_key =
        kms_key.as_deref().is_none_or(|want| is.kms_key.as_deref().is_some_and(|live| kms::same(want, live)));
    let before = Shown::optional(is.kms_key.as_deref());
    fixed("kms-key", same_key, before, key_shown(kms_key.as_deref()));
    let same = *performance == is.performance;
    fixed("performance-mode", same, is.performance.shown(), performance.shown());
    let zone = |zone: &Option<String>| Shown::text(zone.as_deref().unwrap_or("all of the region"));
    let same = *availability_zone == is.availability_zone;
    fixed("availability-zone", same, zone(&is.availability_zone), zone(availability_zone));

    let (before, after) = (is.lifecycle, *lifecycle);
    let lifecycle = (before != after).then_some(Change::PutLifecycleConfiguration { before, after });
    let (before, after) = (is.throughput, *throughput);
    let throughput = (before != after).then_some(Change::UpdateFileSystem { before, after });
    // Archive is only for elastic throughput: it begins after that, and ends before it.
    let ordered =
        if after == Throughput::Elastic { [throughput, lifecycle] } else { [lifecycle, throughput] };
    deltas.extend(ordered.into_iter().flatten().map(Delta::Change));
    let mut change = |differs: bool, change: Change| {
        if differs {
            deltas.push(Delta::Change(change));
        }
    };
    change(*backups != is.backups, Change::PutBackupPolicy { backups: *backups });
    let on = *overwrite_protection;
    change(on != is.overwrite_protection, Change::UpdateFileSystemProtection { on });
    deltas.extend(Delta::of_document(
        is.policy.as_ref(),
        policy.as_ref(),
        |before, after| Change::PutFileSystemPolicy { before, after },
        |before| Change::DeleteFileSystemPolicy { before },
    ));
    deltas.extend(mounts.diff(&is.mounts, availability_zone.as_deref()));
    deltas
}
