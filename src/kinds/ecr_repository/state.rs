//! The normal form, the changes, and the diff. Pure.

use std::collections::BTreeSet;

use super::EcrRepository;
use super::lifecycle::{Image, Lifecycle};
use super::spec::PULL;
use crate::document::policy::Access;
use crate::guard::Permit;
use crate::kind::view::{access_shown, access_view, tag_fields};
use crate::kind::{ChangeView, Delta, Describe, Live, Risk};
use crate::model::{FieldChange, Setting, Shown, Tags, kms, size};

/// A repository's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name in the registry.
    pub name: String,
    /// Its ARN, which follows from the name.
    pub arn: String,
    /// Whether images are scanned when pushed.
    pub scan_on_push: bool,
    /// Whether tags may be moved.
    pub mutability: Mutability,
    /// How images are encrypted.
    pub encryption: Encryption,
    /// The lifecycle policy: which images expire.
    pub lifecycle: Option<Lifecycle>,
    /// The repository policy: who else may use it.
    pub access: Access,
}

/// Whether tags may be moved, and which tags the rule leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutability {
    /// Whether they may not.
    pub immutable: bool,
    /// Patterns of tags for which the opposite holds.
    pub exclusions: BTreeSet<String>,
}

impl Mutability {
    fn shown(&self) -> Shown {
        let word = if self.immutable { "immutable" } else { "mutable" };
        if self.exclusions.is_empty() {
            return Shown::text(word);
        }
        let patterns: Vec<_> = self.exclusions.iter().map(String::as_str).collect();
        Shown::text(format!("{word}, except {}", patterns.join(", ")))
    }
}

/// How images are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `AES256`, `KMS` or `KMS_DSSE`.
    pub algorithm: String,
    /// The KMS key, where one was chosen.
    pub key: Option<String>,
}

impl Encryption {
    /// Whether a live repository is encrypted as declared. A declared algorithm without a key means
    /// whatever key AWS chose, which a live repository always names.
    fn satisfied_by(&self, live: &Self) -> bool {
        self.algorithm == live.algorithm
            && match (&self.key, &live.key) {
                (None, _) => true,
                (Some(want), Some(live)) => kms::same(want, live),
                (Some(_), None) => false,
            }
    }

    fn shown(&self) -> Shown {
        Shown::text(match &self.key {
            Some(key) => format!("{} with {key}", self.algorithm),
            None => self.algorithm.clone(),
        })
    }
}

/// What is seen of a repository besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its images, if they were measured: they are when a lifecycle policy would change, when the
    /// repository is to be adopted, and when it left the manifest.
    pub images: Option<Images>,
}

/// The images of a repository at one moment.
#[derive(Clone, Debug, Default)]
pub struct Images {
    /// Those in use, which are what a lifecycle rule looks at.
    pub active: Vec<Image>,
    /// Those in the archive. A rule that keeps or expires images in use neither counts nor takes them,
    /// but the repository holds them, and AWS refuses to delete it while it does.
    pub archived: Vec<Image>,
    /// When they were measured, in Unix seconds.
    pub measured_at: i64,
}

impl Detail {
    /// What must be gone before the repository may be deleted. Images that nobody counted may be there.
    pub(super) fn blocks_deletion(&self) -> Option<String> {
        if self.images.is_none() { Some("images that were not counted".to_owned()) } else { self.holds() }
    }

    /// Whether it holds nothing for certain.
    pub(super) fn is_empty(&self) -> bool {
        self.images.as_ref().is_some_and(|images| images.active.is_empty() && images.archived.is_empty())
    }

    pub(super) fn holds(&self) -> Option<String> {
        let Images { active, archived, measured_at: _ } = self.images.as_ref()?;
        let count = active.len() + archived.len();
        if count == 0 {
            return None;
        }
        let images = size::count(count, "image");
        let bytes = bytes_of(active.iter().chain(archived));
        Some(match archived.len() {
            0 => format!("{images}, {bytes}"),
            stored => format!("{images} ({stored} in the archive), {bytes}"),
        })
    }
}

/// The size of images together, for people.
fn bytes_of<'a>(images: impl Iterator<Item = &'a Image>) -> String {
    let (mut known, mut least) = (0_u64, "");
    for image in images {
        match image.bytes {
            Some(bytes) => known = known.saturating_add(bytes),
            None => least = "at least ",
        }
    }
    format!("{least}{}", size::bytes(known))
}

/// One change of a repository: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateRepository {
        /// What to create.
        state: State,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    TagResource {
        /// The repository.
        arn: String,
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Sets whether tags may be moved.
    PutImageTagMutability {
        /// The repository.
        name: String,
        /// What is live.
        before: Mutability,
        /// What is declared.
        after: Mutability,
    },
    /// Sets whether images are scanned when pushed.
    PutImageScanningConfiguration {
        /// The repository.
        name: String,
        /// What is declared; the opposite is live.
        scan_on_push: bool,
    },
    /// Puts the lifecycle policy.
    PutLifecyclePolicy {
        /// The repository.
        name: String,
        /// What is live.
        before: Option<Lifecycle>,
        /// What is declared.
        after: Lifecycle,
        /// What it would cost.
        expiry: Expiry,
    },
    /// Deletes the lifecycle policy, so that no image expires.
    DeleteLifecyclePolicy {
        /// The repository.
        name: String,
        /// What is live.
        before: Lifecycle,
    },
    /// Puts the repository policy.
    SetRepositoryPolicy {
        /// The repository.
        name: String,
        /// What is live.
        before: Access,
        /// What is declared.
        after: Access,
    },
    /// Deletes the repository policy.
    DeleteRepositoryPolicy {
        /// The repository.
        name: String,
        /// What is live.
        before: Access,
    },
    /// Deletes it while it is empty.
    DeleteRepository {
        /// The repository.
        name: String,
        /// The guard's permission.
        permit: Permit,
    },
}

/// What a new lifecycle policy would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// No image that exists would expire because of it.
    Nothing,
    /// These would, in words (`17 of 27 images, 4.2 GiB`).
    Images(String),
    /// It cannot be told.
    Unpredictable(String),
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateRepository { state, tags } => {
                ChangeView::new("ecr:CreateRepository", creation_fields(state, tags))
            }
            Self::TagResource { before, tags, .. } => {
                ChangeView::new("ecr:TagResource", tag_fields(before, tags))
            }
            Self::PutImageTagMutability { before, after, .. } => ChangeView::new(
                "ecr:PutImageTagMutability",
                vec![FieldChange::new("tag-mutability", before.shown(), after.shown())],
            ),
            Self::PutImageScanningConfiguration { scan_on_push, .. } => {
                let (before, after) = ((!scan_on_push).to_string(), scan_on_push.to_string());
                ChangeView::new(
                    "ecr:PutImageScanningConfiguration",
                    vec![FieldChange::new("scan-on-push", Shown::text(before), Shown::text(after))],
                )
            }
            Self::PutLifecyclePolicy { before, after, expiry, .. } => {
                let field = FieldChange::new("lifecycle", rules(before.as_ref()), rules(Some(after)));
                let mut view = ChangeView::new("ecr:PutLifecyclePolicy", vec![field]);
                view.consequences = match expiry {
                    Expiry::Nothing => Vec::new(),
                    Expiry::Images(images) => {
                        vec![format!("{images}, would expire within about a day; that cannot be undone")]
                    }
                    Expiry::Unpredictable(why) => {
                        vec![format!("which images would expire cannot be told: {why}")]
                    }
                };
                view.risk = (*expiry != Expiry::Nothing).then_some(Risk::DestroysData);
                view
            }
            Self::DeleteLifecyclePolicy { before, .. } => {
                let field = FieldChange::new("lifecycle", rules(Some(before)), Shown::Absent);
                let mut view = ChangeView::new("ecr:DeleteLifecyclePolicy", vec![field]);
                view.consequences.push("no image expires any more".to_owned());
                view
            }
            Self::SetRepositoryPolicy { before, after, .. } => {
                access_view("ecr:SetRepositoryPolicy", &PULL, before, after)
            }
            Self::DeleteRepositoryPolicy { before, .. } => {
                access_view("ecr:DeleteRepositoryPolicy", &PULL, before, &Access::default())
            }
            Self::DeleteRepository { name, .. } => {
                let field = FieldChange::new("repository", Shown::text(name), Shown::Absent);
                let mut view = ChangeView::new("ecr:DeleteRepository", vec![field]);
                view.consequences
                    .push("it is empty; AWS refuses should an image arrive in the meantime".to_owned());
                view
            }
        }
    }
}

fn rules(lifecycle: Option<&Lifecycle>) -> Shown {
    lifecycle.map_or(Shown::Absent, |lifecycle| Shown::document(lifecycle.summary(), lifecycle.pretty()))
}

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The two documents are calls of
    // their own; the ARN is shown by its name.
    let State { name, arn: _, scan_on_push, mutability, encryption, lifecycle: _, access: _ } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("scan-on-push", Shown::text(scan_on_push.to_string())),
        FieldChange::set("tag-mutability", mutability.shown()),
        FieldChange::set("encryption", encryption.shown()),
    ];
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    settings.push(Setting::new("lifecycle", rules(state.lifecycle.as_ref())));
    settings.extend(access_shown(&PULL, &state.access));
    settings
}

pub(super) fn create(state: &State, tags: &Tags) -> Vec<Change> {
    let mut changes = vec![Change::CreateRepository { state: state.clone(), tags: tags.clone() }];
    // The policy before images can arrive, the rules after: neither waits for anything.
    if let Some(access) = state.access.some() {
        changes.push(Change::SetRepositoryPolicy {
            name: state.name.clone(),
            before: Access::default(),
            after: access.clone(),
        });
    }
    if let Some(lifecycle) = &state.lifecycle {
        changes.push(Change::PutLifecyclePolicy {
            name: state.name.clone(),
            before: None,
            after: lifecycle.clone(),
            expiry: Expiry::Nothing,
        });
    }
    changes
}

pub(super) fn diff(live: &Live<EcrRepository>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found the
    // repository, and the ARN follows from it.
    let State { name, arn: _, scan_on_push, mutability, encryption, lifecycle, access } = want;
    let name = || name.clone();
    let is = &live.state;
    let mut deltas = Vec::new();
    if !encryption.satisfied_by(&is.encryption) {
        deltas.push(Delta::Immutable {
            field: FieldChange::new("encryption", is.encryption.shown(), encryption.shown()),
            instead: "declare the encryption that is live, or make a repository of another name and copy the images",
        });
    }
    if *mutability != is.mutability {
        deltas.push(Delta::Change(Change::PutImageTagMutability {
            name: name(),
            before: is.mutability.clone(),
            after: mutability.clone(),
        }));
    }
    if *scan_on_push != is.scan_on_push {
        deltas.push(Delta::Change(Change::PutImageScanningConfiguration {
            name: name(),
            scan_on_push: *scan_on_push,
        }));
    }
    deltas.extend(Delta::of_document(
        is.access.some(),
        access.some(),
        |before, after| Change::SetRepositoryPolicy {
            name: name(),
            before: before.unwrap_or_default(),
            after,
        },
        |before| Change::DeleteRepositoryPolicy { name: name(), before },
    ));
    deltas.extend(Delta::of_document(
        is.lifecycle.as_ref(),
        lifecycle.as_ref(),
        |before, after| {
            let expiry = expiry(&live.detail, before.as_ref(), &after);
            Change::PutLifecyclePolicy { name: name(), before, after, expiry }
        },
        |before| Change::DeleteLifecyclePolicy { name: name(), before },
    ));
    deltas
}

/// What expires under `after` and would have stayed under `before`.
fn expiry(detail: &Detail, before: Option<&Lifecycle>, after: &Lifecycle) -> Expiry {
    let Some(images) = &detail.images else {
        return Expiry::Unpredictable("the images were not measured".to_owned());
    };
    let going = match after.expiring(&images.active, images.measured_at) {
        Ok(going) => going,
        Err(error) => return Expiry::Unpredictable(error.to_string()),
    };
    // What cannot be told of the old policy counts as staying: better one question too many.
    let doomed = before
        .and_then(|before| before.expiring(&images.active, images.measured_at).ok())
        .unwrap_or_default();
    let newly: Vec<_> =
        going.into_iter().filter(|image| !doomed.iter().any(|other| other.digest == image.digest)).collect();
    if newly.is_empty() {
        return Expiry::Nothing;
    }
    let size = bytes_of(newly.iter().copied());
    Expiry::Images(format!("{} of {}, {size}", newly.len(), size::count(images.active.len(), "image")))
}
