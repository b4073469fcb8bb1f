//! An access point in step with its entry, one thing edited, and what is decided.

mod spec;

use std::sync::Arc;

use insta::assert_snapshot;

use super::*;
use crate::aws::stack::Standing;
use crate::kind::known::Fate;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, denied, entry, in_step, left, place};
use crate::kind::{Found, Known, Phase};
use crate::model::{Address, tags};

const PLAIN: &str = "file-system = 'workspaces'";
const FULL: &str = "file-system = 'workspaces'\nname = 'clients'\npath = '/clients'\n\
    user = { uid = 1000, gid = 1000 }\ncreate = { uid = 1000, gid = 1000, mode = '755' }";

const IN_SYNC: &str = "in sync efs.access-point.site (site) fsap-1";

type Point = Live<EfsAccessPoint>;

/// The file system `workspaces`, once it is there.
fn file_system(known: &mut Known, fate: Fate) {
    known.note(Address::new(KindName::FILE_SYSTEM, "workspaces"), fate);
}

fn live(toml: &str, edit: impl FnOnce(&mut Point)) -> Point {
    let mut live = in_step(&entry::<EfsAccessPoint>(toml), ());
    live.state.id = Some("fsap-1".to_owned());
    live.state.file_system = Link::live("fs-1");
    live.outputs =
        observe::brings("fsap-1", "arn:aws:elasticfilesystem:us-west-2:111122223333:access-point/fsap-1");
    edit(&mut live);
    live
}

/// What is in step with `toml`, in a file system that is there; then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Point)) -> World<EfsAccessPoint> {
    let mut world = World::present(entry(toml), live(toml, edit));
    file_system(&mut world.known, Fate::Live(Outputs::default().with(Outputs::ID, "fs-1")));
    world
}

fn plan(toml: &str, edit: impl FnOnce(&mut Point)) -> String {
    world(toml, edit).plan()
}

#[test]
fn what_is_absent_is_created() {
    let mut world = World::<EfsAccessPoint>::absent(entry(FULL));
    file_system(&mut world.known, Fate::Coming);
    assert_snapshot!(world.plan(), @"
    create efs.access-point.site (clients)
      elasticfilesystem:CreateAccessPoint: name none -> clients; file-system none -> efs.file-system.workspaces (later); path none -> /clients; user none -> 1000:1000; create none -> 1000:1000, mode 755; tag Name none -> clients; tag Project none -> site; tag infra:address none -> efs.access-point.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
    ");
    file_system(&mut world.known, Fate::Live(Outputs::default().with(Outputs::ID, "fs-1")));
    assert_snapshot!(world.plan(), @"
    create efs.access-point.site (clients)
      elasticfilesystem:CreateAccessPoint: name none -> clients; file-system none -> efs.file-system.workspaces (fs-1); path none -> /clients; user none -> 1000:1000; create none -> 1000:1000, mode 755; tag Name none -> clients; tag Project none -> site; tag infra:address none -> efs.access-point.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
    ");
    let bare = World::<EfsAccessPoint>::absent(entry(PLAIN));
    assert_snapshot!(bare.plan(), @"
    create efs.access-point.site (site)
      elasticfilesystem:CreateAccessPoint: name none -> site; file-system none -> efs.file-system.workspaces (later); path none -> /; tag Name none -> site; tag Project none -> site; tag infra:address none -> efs.access-point.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
    ");
    let waits = World::<EfsAccessPoint>::absent(entry(&format!("{PLAIN}\npath = '/clients'")));
    assert_snapshot!(waits.plan(), @"
    create efs.access-point.site (site)
      elasticfilesystem:CreateAccessPoint: name none -> site; file-system none -> efs.file-system.workspaces (later); path none -> /clients; tag Name none -> site; tag Project none -> site; tag infra:address none -> efs.access-point.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      note: nothing can be mounted through it before /clients is there; `create` would make it
    ");
}

#[test]
fn without_its_file_system_nothing_is_made() {
    let mut world = World::<EfsAccessPoint>::absent(entry(PLAIN));
    file_system(&mut world.known, Fate::Blocked(None));
    assert_snapshot!(world.plan(), @"
    blocked efs.access-point.site (site)
      because it names efs.file-system.workspaces, which is blocked
      help: see there; once that is settled, this one follows
    ");
    file_system(&mut world.known, Fate::Unknown(denied("elasticfilesystem:DescribeFileSystems")));
    assert_snapshot!(world.plan(), @"
    unknown efs.access-point.site (site)
      because it names efs.file-system.workspaces, which could not be read
    ");
}

#[test]
fn the_token_of_a_creation_stays_the_same_and_is_its_own() {
    let token = |toml: &str, manifest: &str| {
        let place = Arc::new(Place { manifest: manifest.to_owned(), ..(*place()).clone() });
        let spec = toml::from_str(toml).unwrap();
        EfsAccessPoint::lower(&spec, "site", &place, &mut Problems::default()).unwrap().token
    };
    let first = token(PLAIN, "prereqs");
    assert!(first.len() == 64 && first.starts_with("infra-") && first.is_ascii(), "{first}");
    assert_eq!(first, token("file-system = 'other'\npath = '/clients'\nname = 'site'", "prereqs"));
    assert_ne!(first, token(&format!("{PLAIN}\nname = 'other'"), "prereqs"));
    assert_ne!(first, token(PLAIN, "other"));
}

#[test]
fn what_is_in_step_stays() {
    assert_eq!(plan(PLAIN, |_| ()), IN_SYNC);
    assert_snapshot!(plan(FULL, |_| ()), @"in sync efs.access-point.site (clients) fsap-1");
    // Found by its token or id; what token it has is of no account.
    assert_eq!(plan(PLAIN, |live| live.state.token = "console-1234".to_owned()), IN_SYNC);
    assert_eq!(plan(&format!("{PLAIN}\nid = 'fsap-00000001'"), |_| ()), IN_SYNC);
    // The directory was there, or is by now.
    assert_eq!(plan(&format!("{PLAIN}\npath = '/clients'"), |_| ()), IN_SYNC);
}

#[test]
fn tags_are_changed_in_place_and_the_name_is_one() {
    let drifted = plan(PLAIN, |live| {
        live.tags.set("Project", "other");
        live.tags.set("Name", "renamed");
        live.state.name = "renamed".to_owned();
    });
    assert_snapshot!(drifted, @"
    update efs.access-point.site (site) fsap-1
      elasticfilesystem:TagResource: tag Name renamed -> site; tag Project other -> site
    ");
}

#[test]
fn everything_else_is_for_ever() {
    assert_snapshot!(plan(FULL, |live| live.state.file_system = Link::live("fs-2")), @"
    blocked efs.access-point.site (clients) fsap-1
      because `file-system` cannot be changed on a live resource, only by replacing it
      cannot change file-system fs-2 -> efs.file-system.workspaces (fs-1)
      help: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay
    ");
    assert_snapshot!(plan(FULL, |live| live.state.path = "/".to_owned()), @"
    blocked efs.access-point.site (clients) fsap-1
      because `path` cannot be changed on a live resource, only by replacing it
      cannot change path / -> /clients
      help: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay
    ");
    assert_snapshot!(plan(FULL, |live| live.state.user = None), @"
    blocked efs.access-point.site (clients) fsap-1
      because `user` cannot be changed on a live resource, only by replacing it
      cannot change user none -> 1000:1000
      help: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay
    ");
    let user = format!("{PLAIN}\nuser = {{ uid = 0, gid = 0, secondary-gids = [7, 5, 7] }}");
    assert_snapshot!(plan(&user, |live| live.state.user.as_mut().unwrap().secondary_gids.clear()), @"
    blocked efs.access-point.site (site) fsap-1
      because `user` cannot be changed on a live resource, only by replacing it
      cannot change user 0:0 -> 0:0, also in 5, 7
      help: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay
    ");
    let made = |live: &mut Point| live.state.create.as_mut().unwrap().mode = 0o1777;
    assert_snapshot!(plan(FULL, made), @r#"
    blocked efs.access-point.site (clients) fsap-1
      because `create` cannot be changed on a live resource, only by replacing it
      cannot change create 1000:1000, mode 1777 -> 1000:1000, mode 755
      help: put back what is live, or write ignore = ["create"]: it acts only once, when the directory is not there
    "#);
    // Which acts only once.
    assert_snapshot!(plan(&format!("{FULL}\nignore = ['create']"), made), @"in sync efs.access-point.site (clients) fsap-1");
    assert_snapshot!(plan(FULL, |live| {
        live.state.create = None;
        live.state.path = "/other".to_owned();
    }), @r#"
    blocked efs.access-point.site (clients) fsap-1
      because `path`, `create` cannot be changed on a live resource, only by replacing it
      cannot change path /other -> /clients
      cannot change create none -> 1000:1000, mode 755
      help: `path`: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay; `create`: put back what is live, or write ignore = ["create"]: it acts only once, when the directory is not there
    "#);
}

#[test]
fn it_has_no_other_file_system_than_the_one_that_will_be_made() {
    let mut world = world(PLAIN, |_| ());
    file_system(&mut world.known, Fate::Coming);
    assert_snapshot!(world.plan(), @"
    blocked efs.access-point.site (site) fsap-1
      because `file-system` cannot be changed on a live resource, only by replacing it
      cannot change file-system fs-1 -> efs.file-system.workspaces (later)
      help: put back what is live, or give the new one an entry and a name of its own, let what mounts this one use it, and then take this entry out; the files stay
    ");
}

#[test]
fn the_owner_decides_who_may_change_it() {
    assert_snapshot!(plan(PLAIN, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked efs.access-point.site (site) fsap-1
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(world(PLAIN, |_| ()).stack(Ok(Standing::Owns)).plan(), @"
    blocked efs.access-point.site (site) fsap-1
      because it belongs to the CloudFormation stack `legacy`, which is live
      help: give it DeletionPolicy Retain there, deploy, take it out of the template or delete the stack, then plan again
    ");
    let nobodys = |live: &mut Point| live.tags = Tags::from_iter([("Name", "site"), ("Team", "web")]);
    assert_snapshot!(plan(PLAIN, nobodys), @"
    adopt efs.access-point.site (site) fsap-1
      elasticfilesystem:TagResource: tag Project none -> site; tag infra:address none -> efs.access-point.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      needs --adopt
      (1 other tag is left alone)
    ");
    assert_snapshot!(plan(PLAIN, |live| live.phase = Phase::Deleting), @"
    blocked efs.access-point.site (site) fsap-1
      because AWS is deleting it
      help: plan again when it is gone; if nobody deletes it on purpose, find out who does
    ");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World::<EfsAccessPoint>::absent(entry(PLAIN));
    world.found = Found::Unknown(denied("elasticfilesystem:DescribeAccessPoints"));
    assert_snapshot!(world.plan(), @"
    unknown efs.access-point.site (site)
      because elasticfilesystem:DescribeAccessPoints on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
}

#[test]
fn what_left_the_manifest_is_deleted_and_files_stay() {
    assert_snapshot!(left(&live(FULL, |_| ())), @"
    delete efs.access-point.site (clients) fsap-1 not in the manifest
      elasticfilesystem:DeleteAccessPoint: path /clients -> none
        so nothing can be mounted through it from now on; what is mounted goes on, and the files stay
      needs --delete
    ");
    assert_snapshot!(left(&live(&format!("{FULL}\non-delete = 'retain'"), |_| ())), @"
    keep efs.access-point.site (clients) fsap-1 not in the manifest
      because it left the manifest and is retained
    ");
    assert_snapshot!(left(&live(FULL, |live| live.phase = Phase::Deleting)), @"
    keep efs.access-point.site (clients) fsap-1 not in the manifest
      because AWS is deleting it
    ");
    // What is kept keeps its ways in.
    assert_eq!(EfsAccessPoint::part_of(&live(FULL, |_| ())), Some((KindName::FILE_SYSTEM, "fs-1")));
}

#[test]
fn a_new_name_is_no_second_access_point() {
    let mut world = World::<EfsAccessPoint>::absent(entry(&format!("{PLAIN}\nname = 'new'")));
    world.leftovers.push(live(PLAIN, |_| ()));
    assert_snapshot!(world.plan(), @"
    blocked efs.access-point.site (new)
      because its name changed from `site`, which is live and ours, to `new`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was
    ");
}

#[test]
fn a_tag_that_the_name_sets_is_not_declared() {
    let problems =
        crate::kind::testing::try_entry::<EfsAccessPoint>(&format!("{PLAIN}\ntags = {{ Name = 'x' }}"));
    let problems: Vec<_> = problems.err().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["tags.Name: a field of this entry sets this tag"]);
}

#[test]
fn the_laws() {
    guards_hold::<EfsAccessPoint>(PLAIN, |_| (), false);
}
