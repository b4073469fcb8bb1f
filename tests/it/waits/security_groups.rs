//! Security groups.

use infra::aws::Class;
use infra::guard::judge;
use infra::kind::Kind as _;
use infra::kinds::ec2_security_group::rules::Direction;
use infra::kinds::ec2_security_group::{Change, Ec2SecurityGroup};
use infra::model::{Link, OnDelete, Outputs};
use serde_json::{Value, json};

use super::{GROUP, Performed, ok, perform, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const GROUPS: &str = "ec2:DescribeSecurityGroups";
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";
const CREATE: &str = "ec2:CreateSecurityGroup";
const ALLOW: &str = "ec2:AuthorizeSecurityGroupIngress";
const DELETE: &str = "ec2:DeleteSecurityGroup";

fn body() -> Value {
    let rule = json!({ "protocol": "tcp", "port": 2049, "cidr": ["10.0.0.0/8"] });
    json!({ "name": "team-nfs", "vpc": "main", "description": "Mounts", "ingress": [rule] })
}

fn shown(groups: &[&str]) -> Answer {
    let groups: Vec<_> = groups.iter().map(|id| json!({ "GroupId": id, "GroupName": "any" })).collect();
    Answer::ok(json!({ "SecurityGroups": groups }))
}

fn creation() -> Change {
    let mut entry = entry::<Ec2SecurityGroup>(body());
    entry.state.vpc = Link::live("vpc-1");
    Ec2SecurityGroup::create(&entry).remove(0)
}

fn made() -> Answer {
    Answer::ok(json!({ "GroupId": GROUP }))
}

#[test]
fn a_new_one_is_waited_for_until_ec2_shows_it() {
    let script = vec![(CREATE, vec![made()]), (GROUPS, then(3, shown(&[]), shown(&[GROUP])))];
    let created = perform::<Ec2SecurityGroup>(&creation(), None, script).done();
    assert_eq!((created.count(CREATE), created.count(GROUPS)), (1, 4));
    assert_eq!(created.waited_for, [format!("EC2 to know {GROUP}")]);

    let script = vec![(CREATE, vec![made()]), (GROUPS, vec![shown(&[])])];
    let late = perform::<Ec2SecurityGroup>(&creation(), None, script);
    assert_eq!(late.given_up_after(1).class, Class::Timeout);
    assert_eq!(late.outputs.get(Outputs::ID), Some(GROUP));
}

#[test]
fn rules_wait_until_ec2_knows_the_group_everywhere() {
    let rules = entry::<Ec2SecurityGroup>(body()).state.ingress.clone();
    let change = Change::Authorize(Direction::Ingress, rules);
    let unknown = || refused(400, "InvalidGroup.NotFound");
    let script = vec![(ALLOW, then(3, unknown(), ok()))];
    let made = perform::<Ec2SecurityGroup>(&change, Some(GROUP), script).done();
    assert_eq!(made.count(ALLOW), 4);
    let late = perform::<Ec2SecurityGroup>(&change, Some(GROUP), vec![(ALLOW, vec![unknown()])]);
    assert!(late.given_up_after(1).is("InvalidGroup.NotFound"));
}

fn deletion() -> Change {
    let permit = judge(OnDelete::Delete, None).unwrap();
    Change::DeleteSecurityGroup { name: "team-nfs".to_owned(), permit }
}

/// An account in which the group is in use by interfaces that are described so.
fn delete(answers: Vec<Answer>, interfaces: &[&str]) -> Performed {
    let interface = |what: &&str| {
        json!({
            "NetworkInterfaceId": "eni-1", "Description": what, "Groups": [{ "GroupId": GROUP, "GroupName": "any" }],
        })
    };
    let interfaces: Vec<_> = interfaces.iter().map(interface).collect();
    let interfaces = Answer::ok(json!({ "NetworkInterfaces": interfaces }));
    let script = vec![(DELETE, answers), (GROUPS, vec![shown(&[])]), (INTERFACES, vec![interfaces])];
    perform::<Ec2SecurityGroup>(&deletion(), Some(GROUP), script)
}

#[test]
fn what_lets_go_is_waited_for_and_named() {
    for code in ["DependencyViolation", "InvalidGroup.InUse"] {
        let mount = "EFS mount target for fs-0ab1 (fsmt-0ab1)";
        let deleted = delete(then(4, refused(400, code), ok()), &[mount]).done();
        assert_eq!((deleted.count(DELETE), deleted.count(INTERFACES)), (5, 1));
        let words = format!("{GROUP} to be free of 1 network interface ({mount})");
        assert_eq!(deleted.waited_for, [words]);
    }
    let deleted = delete(then(1, refused(400, "DependencyViolation"), ok()), &[]).done();
    assert_eq!(deleted.waited_for, [format!("{GROUP} to be free of what uses it")]);
}

#[test]
fn what_does_not_let_go_is_given_up_later_where_lambda_is_among_it() {
    let lambda = "AWS Lambda VPC ENI-team-0ab1";
    for (interfaces, minutes) in [(&[][..], 15), (&["RDSNetworkInterface"], 15), (&[lambda], 45)] {
        let late = delete(vec![refused(400, "DependencyViolation")], interfaces);
        assert!(late.given_up_after(minutes).is("DependencyViolation"));
    }
}

/// Who may not ask what uses it may delete it all the same.
#[test]
fn what_uses_it_need_not_be_known() {
    let script = vec![
        (DELETE, then(2, refused(400, "DependencyViolation"), ok())),
        (GROUPS, vec![refused(403, "UnauthorizedOperation")]),
        (INTERFACES, vec![refused(403, "UnauthorizedOperation")]),
    ];
    let deleted = perform::<Ec2SecurityGroup>(&deletion(), Some(GROUP), script).done();
    assert_eq!(deleted.count(DELETE), 3);
}

#[test]
fn any_other_refusal_ends_it() {
    let kept = delete(vec![refused(400, "CannotDelete")], &[]);
    assert!(kept.failed().is("CannotDelete"));
    assert_eq!(kept.calls, [DELETE]);
}
