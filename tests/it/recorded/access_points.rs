//! Access points. None were recorded, so the answers are put together from API `AccessPointDescription`.

use infra::kind::{Found, Kind as _, Live, Observation};
use infra::kinds::efs_access_point::EfsAccessPoint;
use infra::model::{Link, Outputs, Tags};
use serde_json::{Value, json};

use super::{entry, look, present, survey, unknown};
use crate::support::recorded::{self, Answer};

const DESCRIBE: &str = "elasticfilesystem:DescribeAccessPoints";
const ID: &str = "fsap-0123456789abcdef0";

/// One that the console made; `token` is its token.
fn point(token: &str) -> Value {
    json!({
        "ClientToken": token,
        "Name": "site",
        "Tags": [{ "Key": "Name", "Value": "site" }, { "Key": "infra:manifest", "Value": "prereqs" }],
        "AccessPointId": ID,
        "AccessPointArn": format!("arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/{ID}"),
        "FileSystemId": "fs-0123456789abcdef0",
        "PosixUser": { "Uid": 1000, "Gid": 1000 },
        "RootDirectory": {
            "Path": "/clients",
            "CreationInfo": { "OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0755" },
        },
        "OwnerId": "111122223333",
        "LifeCycleState": "available",
    })
}

fn body(mode: &str) -> Value {
    json!({
        "file-system": "workspaces",
        "path": "/clients",
        "user": { "uid": 1000, "gid": 1000, "secondary-gids": [] },
        "create": { "uid": 1000, "gid": 1000, "mode": mode },
    })
}

fn list(points: &[Value]) -> Answer {
    Answer::ok(json!({ "AccessPoints": points }))
}

/// What is found for the entry `site`.
fn found(answer: Answer) -> Found<EfsAccessPoint> {
    look(&entry::<EfsAccessPoint>(body("755")).state, vec![(DESCRIBE, answer)])
}

/// The token of the entry `site`.
fn token() -> String {
    entry::<EfsAccessPoint>(body("755")).state.token
}

/// A second look at one that left the manifest.
#[tokio::main(flavor = "current_thread")]
async fn again(answer: Answer) -> Found<EfsAccessPoint> {
    use infra::kind::Wanted;
    let state = entry::<EfsAccessPoint>(body("755")).state;
    let seen = Outputs::default().with(Outputs::ID, ID);
    let wanted = Wanted { state: &state, tags: &Tags::default(), seen: Some(&seen), measure: true };
    let aws = recorded::aws(vec![(DESCRIBE, answer)]).await;
    let Observation { mut found, .. } = EfsAccessPoint::observe(&aws, &[wanted], None).await;
    found.remove(0)
}

#[test]
fn one_declared_as_it_is_live_has_nothing_to_do() {
    let live: Live<EfsAccessPoint> = present(found(list(&[point(&token())])), "site");
    assert_eq!(live.outputs.get(Outputs::ID), Some(ID));
    for mode in ["755", "0755"] {
        let mut want = entry::<EfsAccessPoint>(body(mode)).state;
        want.file_system = Link::live("fs-0123456789abcdef0");
        assert!(EfsAccessPoint::diff(&live, &want).is_empty(), "{mode}");
    }
}

#[test]
fn one_with_our_mark_is_found_in_the_list() {
    let seen = survey::<EfsAccessPoint>(vec![(DESCRIBE, list(&[point("any")]))]);
    assert_eq!((seen.leftovers.len(), seen.gaps), (1, vec![]));
    let mut theirs = point("any");
    theirs["Tags"][1]["Value"] = json!("other");
    let mut gone = point("any");
    gone["LifeCycleState"] = json!("deleted");
    let seen = survey::<EfsAccessPoint>(vec![(DESCRIBE, list(&[theirs, gone]))]);
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
}

#[test]
fn only_one_error_means_that_it_is_not_there() {
    assert!(matches!(again(Answer::error("AccessPointNotFound", "none")), Found::Absent));
    let _ = unknown(again(Answer::error("AccessDeniedException", "no")), "denied");
    let _ = unknown(again(Answer::error("BadRequest", "what")), "bad");
    // A success without it is no word that it is gone.
    let _ = unknown(again(list(&[])), "empty");
    assert_eq!(present(again(list(&[point("any")])), "any").state.id.as_deref(), Some(ID));
    assert!(matches!(found(list(&[])), Found::Absent));
}

/// A success without what AWS always sends: never absent, never another.
#[test]
fn an_answer_that_says_too_little_of_one_is_unknown() {
    let _ = unknown(found(Answer::ok(json!({}))), "no list");
    let seen = survey::<EfsAccessPoint>(vec![(DESCRIBE, Answer::ok(json!({})))]);
    assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1));
    let keys = [
        "ClientToken",
        "AccessPointId",
        "AccessPointArn",
        "FileSystemId",
        "RootDirectory",
        "LifeCycleState",
        "Tags",
    ];
    for key in keys {
        let mut bare = point(&token());
        bare.as_object_mut().unwrap().remove(key);
        let _ = unknown(found(list(&[bare])), key);
    }
    for (key, value) in [
        ("LifeCycleState", json!("error")),
        ("LifeCycleState", json!("odd")),
        ("RootDirectory", json!({})),
        ("PosixUser", json!({ "Uid": -1, "Gid": 0 })),
    ] {
        let mut odd = point(&token());
        odd[key] = value.clone();
        let _ = unknown(found(list(&[odd])), &format!("{key} {value}"));
    }
}
