//! Access points.

use infra::aws::Class;
use infra::kind::Kind as _;
use infra::kinds::efs_access_point::{Change, EfsAccessPoint};
use infra::model::{Link, Outputs};
use serde_json::{Value, json};

use super::{FILE_SYSTEM, Performed, perform, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const POINT: &str = "fsap-0ab1";
const POINTS: &str = "elasticfilesystem:DescribeAccessPoints";
const CREATE: &str = "elasticfilesystem:CreateAccessPoint";

fn creation() -> Change {
    let body = json!({ "file-system": "data", "path": "/", "user": { "uid": 1, "gid": 1 } });
    let mut entry = entry::<EfsAccessPoint>(body);
    entry.state.file_system = Link::live(FILE_SYSTEM);
    EfsAccessPoint::create(&entry).remove(0)
}

fn described(state: &str) -> Value {
    let arn = format!("arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/{POINT}");
    json!({ "AccessPointId": POINT, "AccessPointArn": arn, "LifeCycleState": state })
}

fn is(state: &str) -> Answer {
    Answer::ok(json!({ "AccessPoints": [described(state)] }))
}

fn create(made: Vec<Answer>, states: Vec<Answer>) -> Performed {
    perform::<EfsAccessPoint>(&creation(), None, vec![(CREATE, made), (POINTS, states)])
}

fn made() -> Answer {
    Answer::ok(described("creating"))
}

#[test]
fn a_new_one_is_waited_for_and_reads_may_lag_behind() {
    let mut states = vec![refused(404, "AccessPointNotFound")];
    states.extend(then(3, is("creating"), is("available")));
    let made = create(vec![made()], states).done();
    assert_eq!((made.count(CREATE), made.count(POINTS)), (1, 5));
    assert_eq!(made.waited_for, ["the access point to be available"]);
}

#[test]
fn it_waits_for_its_file_system() {
    let busy = || refused(409, "IncorrectFileSystemLifeCycleState");
    let created = create(then(3, busy(), made()), vec![is("available")]).done();
    assert_eq!(created.count(CREATE), 4);
    assert_eq!(created.waited_for, [format!("{FILE_SYSTEM} to be available")]);
    let late = create(vec![busy()], vec![]);
    assert!(late.given_up_after(10).is("IncorrectFileSystemLifeCycleState"));
}

#[test]
fn one_that_never_comes_is_given_up_and_known_all_the_same() {
    let late = create(vec![made()], vec![is("creating")]);
    assert_eq!(late.given_up_after(10).class, Class::Timeout);
    assert_eq!(late.outputs.get(Outputs::ID), Some(POINT));
}

#[test]
fn one_that_fails_is_not_waited_for() {
    for state in ["error", "deleting"] {
        let failed = create(vec![made()], vec![is(state)]);
        assert!(failed.failed().message.contains(&format!("`{state}`")));
        assert!(failed.took.is_zero());
    }
}
