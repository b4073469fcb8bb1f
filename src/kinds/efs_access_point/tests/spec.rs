//! What may be written, and what may not.

use crate::kind::Kind as _;
use crate::kind::testing::{entry, try_entry};
use crate::kinds::efs_access_point::{EfsAccessPoint, State};

use super::PLAIN;

fn state(more: &str) -> State {
    entry::<EfsAccessPoint>(&format!("{PLAIN}\n{more}")).state
}

#[test]
fn what_is_left_out_has_its_default() {
    let State { name, token: _, id, file_system, path, user, create } = state("");
    assert_eq!((name.as_str(), id, path.as_str(), user, create), ("site", None, "/", None, None));
    assert_eq!(file_system.to_string(), "efs.file-system.workspaces");
    assert_eq!(EfsAccessPoint::tags(&state("name = 'clients'")).get("Name"), Some("clients"));
}

#[test]
fn a_mode_is_a_number() {
    let mode = |mode: &str| {
        let create =
            state(&format!("path = '/a'\ncreate = {{ uid = 1, gid = 2, mode = '{mode}' }}")).create.unwrap();
        (create.mode, create.permissions())
    };
    assert_eq!(mode("755"), (0o755, "755".to_owned()));
    assert_eq!(mode("0755"), mode("755"));
    assert_eq!(mode("007"), (0o7, "007".to_owned()));
    assert_eq!(mode("1777"), (0o1777, "1777".to_owned()));
}

#[test]
fn groups_are_a_set() {
    let user = state("user = { uid = 4294967295, gid = 0, secondary-gids = [3, 1, 3] }").user.unwrap();
    assert_eq!(user.secondary_gids.into_iter().collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn paths_that_are_taken() {
    let long = format!("/{}", "a".repeat(99));
    for path in ["/", "/clients", "/a/b/c/d", "/a b/ä", "/a.b/c..", &long] {
        assert_eq!(state(&format!("path = '{path}'")).path, path);
    }
}

#[test]
fn every_fault_has_its_place() {
    let long = format!("/{}", "a".repeat(100));
    let name = "a".repeat(257);
    let gids = (0..17).map(|gid| gid.to_string()).collect::<Vec<_>>().join(", ");
    let mut table: Vec<(String, &[&str])> =
        ["", "clients", "/a/", "//a", "/a//b", "/a/b/c/d/e", "/.", "/../a", "/a/.b", "/a*", "/$a", &long]
            .map(|path| {
                (format!("path = '{path}'"), &["path: this is no path of a directory that EFS takes"][..])
            })
            .into();
    for mode in ["", "75", "00755", "788", "rwx", "-55", "+55", "0x7"] {
        let create = format!("path = '/a'\ncreate = {{ uid = 1, gid = 2, mode = '{mode}' }}");
        table.push((create, &["create.mode: this is no mode of a directory"]));
    }
    for id in ["", "fsap-", "fsap-0123456", "fs-0123456789abcdef0", "fsap-0123456789ABCDEF0"] {
        table.push((format!("id = '{id}'"), &["id: this is no id of an access point"]));
    }
    for name in ["", "  ", "a*b", "a\\tb", &name] {
        table.push((format!("name = \"{name}\""), &["name: this is no valid name: the tag `Name` holds it"]));
    }
    table.push((
        format!("user = {{ uid = 1, gid = 2, secondary-gids = [{gids}] }}"),
        &["user.secondary-gids: these are too many groups"],
    ));
    table.push((
        "create = { uid = 1, gid = 2, mode = '9' }".to_owned(),
        &["create: the root of a file system is always there", "create.mode: this is no mode of a directory"],
    ));
    for (more, expected) in table {
        let problems = try_entry::<EfsAccessPoint>(&format!("{PLAIN}\n{more}")).err().unwrap();
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, expected, "{more}");
    }
}
