//! The normal form, the changes, and the diff. Pure.

use super::LogsLogGroup;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Delta, Describe, Live, Risk};
use crate::model::{FieldChange, Setting, Shown, Tags, size};

/// A log group's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Its ARN, which follows from the name; without the `:*` that stands for its streams.
    pub arn: String,
    /// For how many days logs are kept; none, for ever.
    pub retention: Option<u16>,
    /// Its KMS key, by ARN; none is AWS's own.
    pub kms_key: Option<String>,
    /// Its class, as AWS calls it.
    pub class: String,
    /// Whether AWS refuses to delete it.
    pub is_protected: bool,
}

/// What is seen of a log group besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// How many bytes it holds, if AWS says so.
    pub bytes: Option<u64>,
}

impl Detail {
    pub(super) fn holds(&self) -> Option<String> {
        self.bytes.filter(|bytes| *bytes > 0).map(|bytes| format!("{} of logs", size::bytes(bytes)))
    }

    /// What would be lost if logs were kept for `days` instead of `before`; nothing where none are there, or where they
    /// are kept for as long.
    fn lost(&self, before: Option<u16>, days: u16) -> Option<String> {
        let is_shorter = before.is_none_or(|before| days < before);
        if !is_shorter || self.bytes == Some(0) {
            return None;
        }
        let held = self.holds().unwrap_or_else(|| "logs that were not counted".to_owned());
        // API `PutRetentionPolicy`: within 72 hours.
        let days = size::count(u32::from(days), "day");
        Some(format!("what is older than {days} of {held}, within three days; that cannot be undone"))
    }
}

/// One change of a log group: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateLogGroup {
        /// What to create.
        state: State,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    TagResource {
        /// The log group.
        arn: String,
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets for how long logs are kept.
    PutRetentionPolicy {
        /// The log group.
        name: String,
        /// What is live.
        before: Option<u16>,
        /// What is declared.
        after: u16,
        /// What would be lost, in words.
        lost: Option<String>,
    },
    /// Has logs kept for ever.
    DeleteRetentionPolicy {
        /// The log group.
        name: String,
        /// What is live.
        before: u16,
    },
    /// Sets the KMS key.
    AssociateKmsKey {
        /// The log group.
        name: String,
        /// What is live.
        before: Option<String>,
        /// What is declared.
        after: String,
    },
    /// Goes back to AWS's own key.
    DisassociateKmsKey {
        /// The log group.
        name: String,
        /// What is live.
        before: String,
    },
    /// Sets whether AWS refuses to delete it.
    PutLogGroupDeletionProtection {
        /// The log group.
        name: String,
        /// What is declared; the opposite is live.
        on: bool,
    },
}

const DEFAULT_KEY: &str = "AWS's own";

fn retention(days: Option<u16>) -> Shown {
    Shown::text(days.map_or_else(|| "for ever".to_owned(), |days| days.to_string()))
}

fn key(key: Option<&String>) -> Shown {
    Shown::text(key.map_or(DEFAULT_KEY, String::as_str))
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        let one =
            |call, field, before, after| ChangeView::new(call, vec![FieldChange::new(field, before, after)]);
        match self {
            Self::CreateLogGroup { state, tags } => {
                ChangeView::new("logs:CreateLogGroup", creation_fields(state, tags))
            }
            Self::TagResource { before, tags, .. } => {
                ChangeView::new("logs:TagResource", tag_fields(before, tags))
            }
            Self::PutRetentionPolicy { before, after, lost, .. } => {
                let (before, after) = (retention(*before), retention(Some(*after)));
                let mut view = one("logs:PutRetentionPolicy", "retention-days", before, after);
                view.risk = lost.is_some().then_some(Risk::DestroysData);
                view.consequences.extend(lost.clone());
                view
            }
            Self::DeleteRetentionPolicy { before, .. } => {
                one("logs:DeleteRetentionPolicy", "retention-days", retention(Some(*before)), retention(None))
            }
            Self::AssociateKmsKey { before, after, .. } => {
                let mut view = one("logs:AssociateKmsKey", "kms-key", key(before.as_ref()), key(Some(after)));
                // CloudWatch Logs user guide, "Encrypt log data using KMS".
                view.consequences.push(
                    "the key's policy must let CloudWatch Logs use it; what is written from now on can be read with the key alone"
                        .to_owned(),
                );
                view
            }
            Self::DisassociateKmsKey { before, .. } => {
                let mut view = one("logs:DisassociateKmsKey", "kms-key", key(Some(before)), key(None));
                view.consequences
                    .push("what was written before can still be read with the old key alone".to_owned());
                view
            }
            Self::PutLogGroupDeletionProtection { on, .. } => {
                let shown = |on: bool| Shown::text(on.to_string());
                one("logs:PutLogGroupDeletionProtection", "deletion-protection", shown(!on), shown(*on))
            }
        }
    }
}

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The ARN follows from the name, and the
    // retention is a call of its own.
    let State { name, arn: _, retention: _, kms_key, class, is_protected } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("kms-key", key(kms_key.as_ref())),
        FieldChange::set("class", Shown::text(class)),
        FieldChange::set("deletion-protection", Shown::text(is_protected.to_string())),
    ];
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    settings.push(Setting::new("retention-days", retention(state.retention)));
    settings
}

pub(super) fn create(state: &State, tags: &Tags) -> Vec<Change> {
    let mut changes = vec![Change::CreateLogGroup { state: state.clone(), tags: tags.clone() }];
    // What is just made keeps logs for ever.
    changes.extend(state.retention.map(|after| Change::PutRetentionPolicy {
        name: state.name.clone(),
        before: None,
        after,
        lost: None,
    }));
    changes
}

const ANOTHER: &str =
    "put back what is live, or give the new one a name and an entry of its own; the logs stay in this one";

pub(super) fn diff(live: &Live<LogsLogGroup>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found the group.
    let State { name, arn: _, retention, kms_key, class, is_protected } = want;
    let is = &live.state;
    let mut deltas = Vec::new();
    let named = || name.clone();
    if *class != is.class {
        let field = FieldChange::new("class", Shown::text(&is.class), Shown::text(class));
        deltas.push(Delta::Immutable { field, instead: ANOTHER });
    }
    deltas.extend(Delta::of_document(
        is.kms_key.as_ref(),
        kms_key.as_ref(),
        |before, after| Change::AssociateKmsKey { name: named(), before, after },
        |before| Change::DisassociateKmsKey { name: named(), before },
    ));
    deltas.extend(Delta::of_document(
        is.retention.as_ref(),
        retention.as_ref(),
        |before, after| {
            let lost = live.detail.lost(before, after);
            Change::PutRetentionPolicy { name: named(), before, after, lost }
        },
        |before| Change::DeleteRetentionPolicy { name: named(), before },
    ));
    if *is_protected != is.is_protected {
        deltas
            .push(Delta::Change(Change::PutLogGroupDeletionProtection { name: named(), on: *is_protected }));
    }
    deltas
}
