//! Security groups, and the interfaces that are in them.

use infra::kind::{Found, Kind as _, Live};
use infra::kinds::ec2_security_group::rules::{Direction, Rule};
use infra::kinds::ec2_security_group::{Ec2SecurityGroup, State};
use infra::model::Link;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{entry, look, present, recordings, survey, unknown};
use crate::support::recorded::{Answer, Recording};

const GROUPS: &str = "ec2:DescribeSecurityGroups";
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";

/// An account of which AWS says nothing but these answers.
fn account(answers: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let mut all = vec![
        (GROUPS, Answer::ok(json!({ "SecurityGroups": [] }))),
        (INTERFACES, Answer::ok(json!({ "NetworkInterfaces": [] }))),
    ];
    all.extend(answers.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

/// What an entry wants that names this group.
fn wanted(name: &str, vpc: &str) -> State {
    let body = json!({ "name": "any", "vpc": "main", "description": "any" });
    let mut state = entry::<Ec2SecurityGroup>(body).state;
    name.clone_into(&mut state.name);
    state.vpc = Link::live(vpc);
    state
}

fn look_group(name: &str, vpc: &str, answers: &[(&'static str, &Answer)]) -> Found<Ec2SecurityGroup> {
    look::<Ec2SecurityGroup>(&wanted(name, vpc), account(answers))
}

/// Every group that was recorded, with the answer it is in. Those of before there were VPCs are long gone.
fn recorded_groups() -> Vec<(String, Answer, Value)> {
    let all = recordings("ec2", "DescribeSecurityGroups");
    let groups = |Recording { name, answer, .. }: Recording| {
        let groups = answer.data["SecurityGroups"].as_array().unwrap().clone();
        let groups = groups.into_iter().filter(|group| group["VpcId"].is_string());
        groups.map(|group| (name.clone(), answer.clone(), group)).collect::<Vec<_>>()
    };
    all.into_iter().flat_map(groups).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

/// How many rules there are in permissions that AWS has merged.
fn peers(permissions: &Value) -> usize {
    let lists = ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"];
    let count = |permission: &Value| -> usize {
        lists.iter().map(|list| permission[list].as_array().map_or(0, Vec::len)).sum()
    };
    permissions.as_array().unwrap().iter().map(count).sum()
}

#[test]
fn groups_are_read_rule_by_rule() {
    for (recording, answer, group) in recorded_groups() {
        let (name, vpc) = (text(&group, "GroupName"), text(&group, "VpcId"));
        let live = present(look_group(name, vpc, &[(GROUPS, &answer)]), &recording);
        assert_eq!(live.outputs.get("id"), group["GroupId"].as_str(), "{recording}");
        assert_eq!(live.state.description, text(&group, "Description"));
        assert_eq!(live.state.ingress.len(), peers(&group["IpPermissions"]), "{recording}");
        assert_eq!(live.state.egress.len(), peers(&group["IpPermissionsEgress"]), "{recording}");
        assert_eq!(live.tags.len(), group["Tags"].as_array().map_or(0, Vec::len), "{recording}");
        // As it is live it could be declared, and then nothing would be left to do.
        assert!(Ec2SecurityGroup::diff(&live, &live.state.clone()).is_empty(), "{recording}");
        // Names have no case, and each VPC has names of its own.
        let shout = look_group(&name.to_uppercase(), vpc, &[(GROUPS, &answer)]);
        assert_eq!(present(shout, &recording).outputs, live.outputs);
        assert!(matches!(look_group(name, "vpc-0", &[(GROUPS, &answer)]), Found::Absent));
    }
}

#[test]
fn what_left_the_manifest_is_among_all_groups() {
    for Recording { name, answer, .. } in recordings("ec2", "DescribeSecurityGroups") {
        let seen = survey::<Ec2SecurityGroup>(account(&[(GROUPS, &answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]), "{name}");
        let mut ours = answer.clone();
        for group in ours.data["SecurityGroups"].as_array_mut().unwrap() {
            group["Tags"] = json!([{ "Key": "infra:manifest", "Value": "prereqs" }]);
        }
        let groups = answer.data["SecurityGroups"].as_array().unwrap();
        let classic = groups.iter().filter(|group| !group["VpcId"].is_string()).count();
        let seen = survey::<Ec2SecurityGroup>(account(&[(GROUPS, &ours)]));
        // One whose VPC is not told is not passed over.
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (groups.len() - classic, classic), "{name}");
    }
}

fn brief(live: &Live<Ec2SecurityGroup>) -> String {
    let phrases = |direction: Direction, rules: &[Rule]| {
        let phrase = |rule: &Rule| {
            format!(
                "{direction} {} {:?}\n",
                rule.phrase(direction),
                rule.description.as_deref().unwrap_or("")
            )
        };
        rules.iter().map(phrase).collect::<String>()
    };
    let State { name, vpc, description, ingress, egress } = &live.state;
    let rules = phrases(Direction::Ingress, ingress) + &phrases(Direction::Egress, egress);
    let used = Ec2SecurityGroup::blocks_deletion(live, &[]).unwrap_or_default();
    format!("{name} in {vpc}: {description}\n{rules}{used}")
}

#[test]
fn groups_come_out_in_normal_form() {
    let briefs = |case: &str, name: &str| {
        let all = recorded_groups();
        let found = all.iter().find(|(it, _, group)| it.contains(case) && text(group, "GroupName") == name);
        found.map(|(_, answer, group)| {
            brief(&present(look_group(name, text(group, "VpcId"), &[(GROUPS, answer)]), name))
        })
    };
    if recorded_groups().is_empty() {
        return;
    }
    assert_snapshot!(briefs("appelb_add_security_group", "test-isolation-group").unwrap(), @r#"
    test-isolation-group in vpc-3d05f145: Isolation SG
    ingress tcp 80 from 192.168.0.0/31 "testcidr"
    ingress tcp 80 from pl-63a5400b ""
    egress tcp 80 to 20.0.0.0/8 ""
    "#);
    assert_snapshot!(briefs("used_cross_ref", "sincere-amoeba").unwrap(), @"
    sincere-amoeba in vpc-03a8ce8bb254b625b: sincere-amoeba
    it is in use by rules of sg-073c8f4fb3b58731d (oriented-sole)
    ");
    assert_snapshot!(briefs("used_cross_ref", "oriented-sole").unwrap(), @r#"
    oriented-sole in vpc-03a8ce8bb254b625b: oriented-sole
    egress all traffic to sg-01ba3c57af54ef22c ""
    "#);
}

#[test]
fn what_is_in_a_group_is_counted() {
    let mut told = Vec::new();
    for Recording { name, answer, .. } in recordings("ec2", "DescribeNetworkInterfaces") {
        let Some(interfaces) = answer.data["NetworkInterfaces"].as_array() else { continue };
        let ids = interfaces.iter().flat_map(|it| it["Groups"].as_array().into_iter().flatten());
        let mut ids: Vec<_> = ids.map(|group| text(group, "GroupId")).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let count = interfaces.iter().filter(|it| it["Groups"].to_string().contains(id)).count();
            let group = json!({
                "GroupId": id, "GroupName": "any", "Description": "any", "VpcId": "vpc-1",
                "IpPermissions": [], "IpPermissionsEgress": [],
            });
            let groups = Answer::ok(json!({ "SecurityGroups": [group] }));
            let live =
                present(look_group("any", "vpc-1", &[(GROUPS, &groups), (INTERFACES, &answer)]), &name);
            let held = live.detail.holders.as_ref().unwrap();
            assert_eq!((held.interfaces.len(), held.groups.len()), (count, 0), "{name}");
            let line = Ec2SecurityGroup::blocks_deletion(&live, &[]).unwrap();
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    if !told.is_empty() {
        assert_snapshot!(told.join("\n"), @"
        it is in use by 1 network interface (arn:aws:ecs:us-east-1:644160558196:attachment/c8773f8d-1317-457a-ba3c-b57775ac6a04)
        it is in use by 2 network interfaces (VPC Endpoint Interface vpce-0dfaa364d994a6a2f)
        it is in use by 1 network interface (private)
        it is in use by 1 network interface (public)
        it is in use by 2 network interfaces (eni-0e1324ba169ed7b2f of i-0f94b4d7343149de3, test)
        it is in use by 2 network interfaces (eni-05519354831c3350f, eni-0fa98ff0898b9deda)
        it is in use by 2 network interfaces (VPC Endpoint Interface vpce-0ae25b74ddcffae7b)
        it is in use by 2 network interfaces (eni-007ebb46d3795b43b of i-042c20d5454745bbe, eni-0605e38e04785b878)
        it is in use by 3 network interfaces (eni-007ebb46d3795b43b of i-042c20d5454745bbe, eni-0605e38e04785b878 of i-0feb6dd62cea504f5, eni-0bac220f35c9a304e of i-0feb6dd62cea504f5)
        it is in use by 1 network interface (eni-d834cdcf)
        it is in use by 2 network interfaces (eni-0605e38e04785b878 of i-05fccf7da99ad47f7, eni-0b182d4a32125e042 of i-05fccf7da99ad47f7)
        ");
    }
}

/// A success without what AWS always sends: never absent, never without rules, and never unused.
#[test]
fn an_answer_that_says_too_little_of_a_group_is_unknown() {
    let group = |without: &str, more: Value| {
        let mut group = json!({
            "GroupId": "sg-1", "GroupName": "any", "Description": "any", "VpcId": "vpc-1",
            "IpPermissions": [], "IpPermissionsEgress": [],
        });
        group.as_object_mut().unwrap().remove(without);
        group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Answer::ok(json!({ "SecurityGroups": [group] }))
    };
    let rules = |rule: Value| group("", json!({ "IpPermissions": [rule] }));
    let whole = group("", json!({}));
    let nothing = Answer::ok(json!({}));
    for (call, answer) in [
        (GROUPS, &nothing),
        (GROUPS, &group("GroupId", json!({}))),
        (GROUPS, &group("GroupName", json!({}))),
        (GROUPS, &group("Description", json!({}))),
        (GROUPS, &group("IpPermissions", json!({}))),
        (GROUPS, &rules(json!({ "IpRanges": [{ "CidrIp": "10.0.0.0/8" }] }))),
        (GROUPS, &rules(json!({ "IpProtocol": "tcp", "IpRanges": [{ "CidrIp": "10.0.0.0/8" }] }))),
        (GROUPS, &rules(json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "somewhere" }] }))),
        (GROUPS, &rules(json!({ "IpProtocol": "-1", "IpRanges": [{}] }))),
        (GROUPS, &rules(json!({ "IpProtocol": "-1", "UserIdGroupPairs": [{ "UserId": "1" }] }))),
        (GROUPS, &Answer::error("UnauthorizedOperation", "no")),
        (INTERFACES, &nothing),
        (INTERFACES, &Answer::ok(json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-1" }] }))),
        (INTERFACES, &Answer::error("UnauthorizedOperation", "no")),
    ] {
        let answers = [(GROUPS, &whole), (call, answer)];
        let _ = unknown(look_group("any", "vpc-1", &answers), &format!("{call} {answer:?}"));
    }
    // In the list, nothing of it may make a group vanish, nor what uses it.
    let ours = json!({ "Tags": [{ "Key": "infra:manifest", "Value": "prereqs" }] });
    for (call, answer) in [
        (GROUPS, &nothing),
        (GROUPS, &group("GroupId", ours.clone())),
        (GROUPS, &group("VpcId", ours.clone())),
        (GROUPS, &group("IpPermissionsEgress", ours.clone())),
        (INTERFACES, &nothing),
    ] {
        let whole = group("", ours.clone());
        let seen = survey::<Ec2SecurityGroup>(account(&[(GROUPS, &whole), (call, answer)]));
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{call} {answer:?}");
    }
}
