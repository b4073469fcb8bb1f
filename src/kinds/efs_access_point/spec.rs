//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EfsAccessPoint;
use super::state::{Directory, State, User, token};
use crate::kind::{Live, Place, Raised, Raising, named};
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs};

/// A way into a file system, as one user below one directory.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The access point's name, which its tag `Name` holds. Left out, the entry's key. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The id of the access point that is meant, where one exists. Left out, it is found by its name and path,
    /// or made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The file system: the key of an `efs.file-system`. Cannot be changed later.
    file_system: String,
    /// The directory that clients see as their root. Left out, `/`. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Whom the file system takes every client for. Left out, for who they say they are. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<UserSpec>,
    /// How the directory is made at the first mount if it is not there. Left out, it has to be there. Cannot be
    /// changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create: Option<CreateSpec>,
}

/// A POSIX user.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UserSpec {
    /// The user's number.
    uid: u32,
    /// The number of the user's group.
    gid: u32,
    /// The numbers of up to 16 further groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secondary_gids: Vec<u32>,
}

/// How a directory is made.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CreateSpec {
    /// The number of the user who owns it.
    uid: u32,
    /// The number of the group that owns it.
    gid: u32,
    /// Who may do what in it: three or four octal digits.
    mode: String,
}

/// Longest path, and most directories in it (API `RootDirectory`).
const MAX_PATH: usize = 100;
const MAX_LEVELS: usize = 4;
/// Most further groups (API `PosixUser`).
const MAX_GIDS: usize = 16;

pub(super) fn lower(spec: &Spec, key: &str, place: &Place, problems: &mut Problems) -> State {
    let name = spec.name.as_deref().unwrap_or(key);
    named::check_name(name, problems);
    if spec.id.as_deref().is_some_and(|id| !is_id(id)) {
        problems.report(
            "id",
            "this is no id of an access point",
            "write it as AWS shows it: fsap-0123456789abcdef0",
        );
    }
    let path = spec.path.as_deref().unwrap_or("/");
    check_path(path, problems);
    if spec.create.is_some() && path == "/" {
        problems.report(
            "create",
            "the root of a file system is always there",
            "leave it out, or name a `path`",
        );
    }
    State {
        name: name.to_owned(),
        token: token(place, name),
        id: spec.id.clone(),
        file_system: problems.link("file-system", KindName::FILE_SYSTEM, &spec.file_system, Outputs::ID),
        path: path.to_owned(),
        user: spec.user.as_ref().map(|user| problems.within("user", |problems| lower_user(user, problems))),
        create: spec
            .create
            .as_ref()
            .map(|create| problems.within("create", |problems| lower_create(create, problems))),
    }
}

/// API `AccessPointId`: `fsap-` and 8 to 40 hexadecimal digits.
fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix("fsap-").unwrap_or_default();
    (8..=40).contains(&digits.len()) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The rule of API `RootDirectory`.
fn check_path(path: &str, problems: &mut Problems) {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.contains(|c: char| c.is_control() || "$#<>;`|&?{}^*".contains(c))
    };
    let fits = path.strip_prefix('/').is_some_and(|rest| {
        rest.is_empty() || rest.split('/').count() <= MAX_LEVELS && rest.split('/').all(is_part)
    });
    if !fits || path.len() > MAX_PATH {
        problems.report(
            "path",
            "this is no path of a directory that EFS takes",
            "`/`, or up to four directories such as `/clients/site`, 100 characters in all; none begins with a dot or holds any of $ # < > ; ` | & ? { } ^ *",
        );
    }
}

fn lower_user(spec: &UserSpec, problems: &mut Problems) -> User {
    let UserSpec { uid, gid, secondary_gids } = spec;
    if secondary_gids.len() > MAX_GIDS {
        problems.report(
            "secondary-gids",
            "these are too many groups",
            "EFS takes at most 16 (API PosixUser)",
        );
    }
    User { uid: *uid, gid: *gid, secondary_gids: secondary_gids.iter().copied().collect() }
}

fn lower_create(spec: &CreateSpec, problems: &mut Problems) -> Directory {
    let CreateSpec { uid, gid, mode } = spec;
    let mode = mode_of(mode).unwrap_or_else(|| {
        problems.report(
            "mode",
            "this is no mode of a directory",
            "three or four octal digits, such as \"755\"",
        );
        0
    });
    Directory { uid: *uid, gid: *gid, mode }
}

/// The number that three or four octal digits stand for (API `CreationInfo`).
pub(super) fn mode_of(text: &str) -> Option<u16> {
    let fits = matches!(text.len(), 3 | 4) && text.bytes().all(|c| matches!(c, b'0'..=b'7'));
    fits.then(|| u16::from_str_radix(text, 8).ok()).flatten()
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<EfsAccessPoint>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
    let State { name, token: _, id, file_system, path, user, create } = &live.state;
    let user = user.as_ref().map(|User { uid, gid, secondary_gids }| UserSpec {
        uid: *uid,
        gid: *gid,
        secondary_gids: secondary_gids.iter().copied().collect(),
    });
    let create = create.as_ref().map(|directory| CreateSpec {
        uid: directory.uid,
        gid: directory.gid,
        mode: directory.permissions(),
    });
    let raised = Raised::new(Spec {
        name: (!name.is_empty()).then(|| name.clone()),
        // Where the name is not enough to find it.
        id: id.clone().filter(|_| name.is_empty() || !raising.is_alone()),
        file_system: raising.key(KindName::FILE_SYSTEM, file_system.value().unwrap_or_default())?,
        path: (path != "/").then(|| path.clone()),
        user,
        create,
    });
    if name.is_empty() {
        return Ok(raised.with_remark("it has no tag `Name`: the key of this entry becomes its name"));
    }
    Ok(raised)
}
