//! The life of an access point: made with its file system, repaired, taken over, refused, deleted, kept.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const FILE_SYSTEM: &str = "[efs.file-system.workspaces]\nname = \"workspaces\"\n";
const CLIENTS: &str = "[efs.access-point.clients]\nfile-system = \"workspaces\"\npath = \"/clients\"\n\
    user = { uid = 1000, gid = 1000 }\ncreate = { uid = 1000, gid = 1000, mode = \"755\" }\n";
const ADDRESS: &str = "efs.access-point.clients";
const CREATE: &str = "elasticfilesystem:CreateAccessPoint";

fn both() -> String {
    format!("{FILE_SYSTEM}{CLIENTS}")
}

fn points(world: &World) -> Vec<Value> {
    let answer = world.account.efs("GET access-points", &Value::Null).json();
    answer["AccessPoints"].as_array().unwrap().clone()
}

/// The access points of the account's only file system are this one.
#[track_caller]
fn only(world: &World) -> Value {
    let mut points = points(world);
    assert_eq!(points.len(), 1, "{points:#?}");
    points.remove(0)
}

/// Makes one by hand; gives its id.
fn by_hand(world: &World, token: &str, path: &str) -> String {
    let listed = world.account.efs("GET file-systems", &Value::Null).json();
    let body = json!({
        "ClientToken": token,
        "FileSystemId": listed["FileSystems"][0]["FileSystemId"],
        "PosixUser": { "Uid": 1000, "Gid": 1000 },
        "RootDirectory": {
            "Path": path,
            // As the console writes it.
            "CreationInfo": { "OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0755" },
        },
        "Tags": [{ "Key": "Name", "Value": "clients" }],
    });
    world.account.efs("POST access-points", &body).json()["AccessPointId"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_made_with_its_file_system_and_read_in_one_call() {
    for world in World::each() {
        let manifest = world.manifest(&both());
        let _ = world.apply(&manifest).tells("verified");
        let point = only(&world);
        assert_eq!((&point["Name"], &point["LifeCycleState"]), (&json!("clients"), &json!("available")));
        assert_eq!(point["RootDirectory"]["CreationInfo"]["Permissions"], "755");
        assert!(point["ClientToken"].as_str().unwrap().starts_with("infra-"));
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.counts()["elasticfilesystem:DescribeAccessPoints"], 1);
    }
}

#[test]
fn a_tag_that_drifted_is_set_again() {
    for world in World::each() {
        let manifest = world.manifest(&both());
        let _ = world.apply(&manifest);
        let id = only(&world)["AccessPointId"].as_str().unwrap().to_owned();
        let tags =
            json!({ "Tags": [{ "Key": "Name", "Value": "other" }, { "Key": "Team", "Value": "web" }] });
        world.account.efs(&format!("POST resource-tags/{id}"), &tags).json();
        let _ = world
            .infra(&["drift"], &manifest)
            .run()
            .expect(Exit::Pending)
            .says(&format!("~ update {ADDRESS}  clients ({id})"))
            .says("other → clients");
        let _ = world.apply(&manifest);
        assert_eq!(only(&world)["Name"], "clients");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn one_that_was_made_by_hand_is_taken_over_by_word() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(FILE_SYSTEM));
        let id = by_hand(&world, "console", "/clients");
        // Of another directory, it is another.
        by_hand(&world, "elsewhere", "/elsewhere");
        let manifest = world.manifest(&both());
        let _ = world
            .infra(&["apply", "--yes"], &manifest)
            .run()
            .expect(Exit::Refused)
            .says(&format!("* adopt {ADDRESS}"));
        let adopt = ["apply", "--yes", "--adopt", ADDRESS];
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(points(&world).len(), 2);
        let mine = points(&world).into_iter().find(|it| it["AccessPointId"] == id.as_str()).unwrap();
        assert!(mine["Tags"].to_string().contains("infra:manifest"), "{mine}");
    }
}

#[test]
fn two_that_could_be_meant_are_refused_until_one_is_named() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(FILE_SYSTEM));
        let mut ids = [by_hand(&world, "one", "/clients"), by_hand(&world, "two", "/clients")];
        ids.sort();
        let manifest = world.manifest(&both());
        let wire = Wire::new();
        let _ = world
            .infra(&["apply", "--yes"], &manifest)
            .wire(&wire)
            .run()
            .expect(Exit::Refused)
            .says(&format!("2 access points are called `clients`: {}, {}", ids[0], ids[1]));
        assert_eq!(wire.writes(), [""; 0]);
        let named = world.manifest(&format!("{}id = \"{}\"\n", both(), ids[1]));
        let _ = world.infra(&["apply", "--yes", "--adopt", ADDRESS], &named).run().expect(Exit::Done);
        let _ = world.drift(&named).expect(Exit::Done);
        // Two entries that mean the same one are both refused.
        let again = CLIENTS.replace("clients]", "again]");
        let twice = world.manifest(&format!(
            "{}id = \"{}\"\n{again}name = \"again\"\nid = \"{}\"\n",
            both(),
            ids[1],
            ids[1]
        ));
        let drift = world.infra(&["drift"], &twice).run().expect(Exit::Refused);
        let _ = drift.says("2 blocked").says(&format!("another entry means {} too", ids[1]));
    }
}

#[test]
fn what_leaves_is_deleted_by_word_and_the_files_stay() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&both()));
        let manifest = world.manifest(FILE_SYSTEM);
        let _ = world
            .infra(&["plan"], &manifest)
            .run()
            .expect(Exit::Done)
            .says(&format!("- delete {ADDRESS}"))
            .says("what is mounted goes on, and the files stay");
        let _ = world.infra(&["apply", "--yes", "--delete", ADDRESS], &manifest).run().expect(Exit::Done);
        assert_eq!(points(&world), [json!(null); 0]);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn it_is_kept_with_the_file_system_that_is_kept() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&both()));
        let empty = world.manifest("");
        let _ = world
            .drift(&empty)
            .expect(Exit::Done)
            .says("it left the manifest, and belongs to efs.file-system.workspaces, which is kept");
        let _ = world.infra(&["apply", "--yes", "--delete", ADDRESS], &empty).run();
        let _ = only(&world);
    }
}

/// A reply that is lost, and a process that is gone: one access point, not two.
#[test]
fn it_is_made_once_whatever_happens() {
    for fault in [Fault::LostReply, Fault::CrashAfter, Fault::CrashBefore] {
        for world in World::each() {
            let manifest = world.manifest(&both());
            let wire = Wire::with_faults(vec![(Which::First(1, CREATE.to_owned()), fault)]);
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
            let _ = world.apply(&manifest);
            let _ = only(&world);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

/// AWS refuses an access point while its file system is being made.
#[test]
fn a_file_system_that_is_not_ready_is_waited_for() {
    for world in World::each() {
        let manifest = world.manifest(&both());
        let early = Fault::Answer(409, "IncorrectFileSystemLifeCycleState");
        let wire = Wire::with_faults(vec![(Which::First(2, CREATE.to_owned()), early)]);
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.counts()[CREATE], 3);
        let _ = only(&world);
    }
}
