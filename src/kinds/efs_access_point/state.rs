//! The normal form, the changes, and the diff. Pure.

use std::collections::BTreeSet;
use std::fmt;

use crate::guard::Permit;
use crate::kind::named::{self, NAME};
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Delta, Describe, Place};
use crate::model::{FieldChange, Link, Setting, Shown, Tags};

/// An access point's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name, which the tag `Name` holds; empty where a live one has none.
    pub name: String,
    /// The token that it is created with.
    pub token: String,
    /// Its id: that of the live one, or the one that its entry names.
    pub id: Option<String>,
    /// The file system that it leads into.
    pub file_system: Link,
    /// The directory that clients see as their root.
    pub path: String,
    /// Whom the file system takes every client for; none, for who they say they are.
    pub user: Option<User>,
    /// How the directory is made if it is not there; none, it is not made.
    pub create: Option<Directory>,
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

/// A POSIX user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The number of the user's group.
    pub gid: u32,
    /// The numbers of further groups.
    pub secondary_gids: BTreeSet<u32>,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.uid, self.gid)?;
        if !self.secondary_gids.is_empty() {
            let gids: Vec<_> = self.secondary_gids.iter().map(ToString::to_string).collect();
            write!(f, ", also in {}", gids.join(", "))?;
        }
        Ok(())
    }
}

/// How a directory is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The number of the user who owns it.
    pub uid: u32,
    /// The number of the group that owns it.
    pub gid: u32,
    /// Who may do what in it. A number, for AWS keeps `755` and `0755` as they were written.
    pub mode: u16,
}

impl Directory {
    /// The mode as AWS takes it.
    pub(super) fn permissions(&self) -> String {
        format!("{:03o}", self.mode)
    }
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}, mode {}", self.uid, self.gid, self.permissions())
    }
}

/// One change of an access point: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateAccessPoint {
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
    /// Deletes it.
    DeleteAccessPoint {
        /// The directory that it leads to.
        path: String,
        /// The guard's permission.
        permit: Permit,
    },
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateAccessPoint { state, tags } => {
                ChangeView::new("elasticfilesystem:CreateAccessPoint", creation_fields(state, tags))
            }
            Self::TagResource { before, tags } => {
                ChangeView::new("elasticfilesystem:TagResource", tag_fields(before, tags))
            }
            Self::DeleteAccessPoint { path, permit: _ } => {
                let field = FieldChange::new("path", Shown::text(path), Shown::Absent);
                let mut view = ChangeView::new("elasticfilesystem:DeleteAccessPoint", vec![field]);
                // API `DeleteAccessPoint`.
                view.consequences.push(
                    "nothing can be mounted through it from now on; what is mounted goes on, and the files stay"
                        .to_owned(),
                );
                view
            }
        }
    }
}

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The token is made from the name.
    let State { name, token: _, id: _, file_system, path, user, create } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("file-system", Shown::link(file_system)),
        FieldChange::set("path", Shown::text(path)),
    ];
    fields.extend(user.as_ref().map(|user| FieldChange::set("user", Shown::text(user.to_string()))));
    fields.extend(create.as_ref().map(|create| FieldChange::set("create", Shown::text(create.to_string()))));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect()
}

/// The same token whenever the same access point of the same manifest is made.
pub(super) fn token(place: &Place, name: &str) -> String {
    named::token("create-access-point 1", place, name)
}

const BESIDE: &str = "put back what is live, or give the new one an entry and a name of its own, let what mounts this one \
     use it, and then take this entry out; the files stay";
const ONCE: &str = "put back what is live, or write ignore = [\"create\"]: it acts only once, when the directory is not there";

pub(super) fn diff(is: &State, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The first three found it; the
    // name is compared as a tag.
    let State { name: _, token: _, id: _, file_system, path, user, create } = want;
    let mut deltas = Vec::new();
    let mut fixed = |field: &str, same: bool, before: Shown, after: Shown, instead: &'static str| {
        if !same {
            deltas.push(Delta::Immutable { field: FieldChange::new(field, before, after), instead });
        }
    };
    let same = *file_system == is.file_system;
    fixed("file-system", same, Shown::link(&is.file_system), Shown::link(file_system), BESIDE);
    fixed("path", *path == is.path, Shown::text(&is.path), Shown::text(path), BESIDE);
    let shown = |user: &Option<User>| Shown::optional(user.as_ref().map(ToString::to_string));
    fixed("user", *user == is.user, shown(&is.user), shown(user), BESIDE);
    let shown = |create: &Option<Directory>| Shown::optional(create.as_ref().map(ToString::to_string));
    fixed("create", *create == is.create, shown(&is.create), shown(create), ONCE);
    deltas
}

/// API `RootDirectory`: without `CreationInfo`, EFS does not make the directory.
pub(super) fn notes(is_there: bool, want: &State) -> Vec<String> {
    let waits = !is_there && want.create.is_none() && want.path != "/";
    let note =
        || format!("nothing can be mounted through it before {} is there; `create` would make it", want.path);
    waits.then(note).into_iter().collect()
}
