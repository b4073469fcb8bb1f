//! Load balancers.

use infra::kind::{Found, Kind as _, Live};
use infra::kinds::elbv2_load_balancer::attributes::Attributes;
use infra::kinds::elbv2_load_balancer::{Condition, Elbv2LoadBalancer, State};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{entry, look, present, recordings, survey, unknown};
use crate::support::recorded::{self, Answer, Recording};

const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const ATTRIBUTES: &str = "elasticloadbalancing:DescribeLoadBalancerAttributes";
const TAGS: &str = "elasticloadbalancing:DescribeTags";
const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const RULES: &str = "elasticloadbalancing:DescribeRules";

const ARN: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/site/433ae0ba96204181";
const LISTENER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/site/433ae0ba96204181/8e3a";

/// Recorded before AWS told the address type of every load balancer, or cut down by who recorded it. What is left
/// out is not taken for the default.
const OLD: [&str; 5] = [
    "test_appelb_add_tag_1",
    "test_appelb_default_vpc_1",
    "test_appelb_health_events_filter_1",
    "test_appelb_listener_rules_1",
    "test_appelb_listener_rules_filter_1",
];

/// A load balancer as AWS describes one.
fn description() -> Value {
    json!({
        "LoadBalancerArn": ARN, "DNSName": "site-1231241576.us-east-1.elb.amazonaws.com",
        "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K", "CreatedTime": "2020-04-15T02:00:16.010Z",
        "LoadBalancerName": "site", "Scheme": "internet-facing", "VpcId": "vpc-1",
        "State": { "Code": "active" }, "Type": "application", "IpAddressType": "ipv4",
        "AvailabilityZones": [
            { "ZoneName": "us-east-1a", "SubnetId": "subnet-a", "LoadBalancerAddresses": [] },
            { "ZoneName": "us-east-1b", "SubnetId": "subnet-b", "LoadBalancerAddresses": [] },
        ],
        "SecurityGroups": ["sg-1"],
    })
}

fn listed(description: &Value) -> Answer {
    Answer::ok(json!({ "LoadBalancers": [description] }))
}

fn tagged(tags: &Value, arns: &[&str]) -> Answer {
    let all: Vec<_> = arns.iter().map(|arn| json!({ "ResourceArn": arn, "Tags": tags })).collect();
    Answer::ok(json!({ "TagDescriptions": all }))
}

/// An account with that load balancer, except for these answers.
fn account(arn: &str, answers: &[(&'static str, &Answer)]) -> Vec<(&'static str, Answer)> {
    let mut all = vec![
        (BALANCERS, listed(&description())),
        (ATTRIBUTES, Answer::ok(json!({ "Attributes": [] }))),
        (TAGS, tagged(&json!([]), &[arn, LISTENER])),
        (LISTENERS, Answer::ok(json!({ "Listeners": [] }))),
        (RULES, Answer::ok(json!({ "Rules": [] }))),
    ];
    all.extend(answers.iter().map(|(call, answer)| (*call, (*answer).clone())));
    all
}

fn state(name: &str) -> State {
    let body = json!({ "name": name, "scheme": "internal", "vpc": "main", "security-groups": ["web"] });
    entry::<Elbv2LoadBalancer>(body).state
}

fn find(answers: &[(&'static str, &Answer)]) -> Found<Elbv2LoadBalancer> {
    look::<Elbv2LoadBalancer>(&state("site"), account(ARN, answers))
}

fn brief(live: &Live<Elbv2LoadBalancer>) -> String {
    let State { name, scheme, address_type, security_groups, attributes, .. } = &live.state;
    let outputs: Vec<_> = live.outputs.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let groups: Vec<_> = security_groups.iter().map(ToString::to_string).collect();
    format!(
        "{name}, {scheme:?}, {address_type:?}, {:?}, made {}\n{}\nsubnets {:?}\ngroups {}\nidle {}, logs {:?}",
        live.detail.condition,
        live.created.as_deref().unwrap_or_default(),
        outputs.join("\n"),
        live.state.subnets(),
        groups.join(", "),
        attributes.idle_timeout,
        attributes.access_logs,
    )
}

/// The load balancers of a recording of this API: the same folder has those of the API for classic ones.
fn balancers(recording: &Recording) -> Vec<Value> {
    let mut all = recording.answer.data["LoadBalancers"].as_array().cloned().unwrap_or_default();
    for it in &mut all {
        // One was recorded as text, in a form that AWS does not send.
        if let Some(text) = it["CreatedTime"].as_str() {
            it["CreatedTime"] = json!(text.replace("+00:00", "Z"));
        }
    }
    all
}

#[test]
fn load_balancers_are_read() {
    let mut read = 0;
    let all = recordings("elasticloadbalancing", "DescribeLoadBalancers");
    for recording in &all {
        let name = &recording.name;
        let all = balancers(recording);
        for one in &all {
            let (called, arn) =
                (one["LoadBalancerName"].as_str().unwrap(), one["LoadBalancerArn"].as_str().unwrap());
            let answer = Answer::ok(json!({ "LoadBalancers": all }));
            let found = look::<Elbv2LoadBalancer>(&state(called), account(arn, &[(BALANCERS, &answer)]));
            if one["IpAddressType"].is_null() {
                assert!(OLD.iter().any(|old| name.ends_with(old)), "{name}");
                let message = unknown(found, name).message;
                assert_eq!(message, "the answer holds no address type that is known here", "{name}");
                continue;
            }
            let live = present(found, name);
            assert_eq!(live.outputs.get("id"), Some(arn), "{name}");
            assert_eq!(live.state.subnets().len(), one["AvailabilityZones"].as_array().unwrap().len());
            assert!(live.created.is_some(), "{name}");
            read += 1;
        }
    }
    assert!(all.is_empty() || read > 10, "{read}");
}

/// A reviewed plan must not seem to have moved.
#[test]
fn the_order_in_which_aws_lists_groups_is_no_setting() {
    let settings = |groups: [&str; 2]| {
        let mut description = description();
        description["SecurityGroups"] = json!(groups);
        let live = present(find(&[(BALANCERS, &listed(&description))]), "site");
        Elbv2LoadBalancer::settings(&live.state)
    };
    assert_eq!(settings(["sg-2", "sg-1"]), settings(["sg-1", "sg-2"]));
}

#[test]
fn parts_of_load_balancers_are_read() {
    for Recording { name, answer, .. } in recordings("elasticloadbalancing", "DescribeLoadBalancerAttributes")
    {
        let Some(attributes) = answer.data["Attributes"].as_array() else { continue };
        let live = present(find(&[(ATTRIBUTES, &answer)]), &name);
        let value = |key: &str| {
            let one = attributes.iter().find(|it| it["Key"] == key);
            one.map(|it| it["Value"].as_str().unwrap_or_default())
        };
        let is = &live.state.attributes;
        let on = |key: &str| value(key) == Some("true");
        assert_eq!(is.access_logs.is_some(), on("access_logs.s3.enabled"), "{name}");
        assert_eq!(is.connection_logs.is_some(), on("connection_logs.s3.enabled"), "{name}");
        assert_eq!(is.deletion_protection, on("deletion_protection.enabled"), "{name}");
        let idle = value("idle_timeout.timeout_seconds").unwrap_or("60");
        assert_eq!(is.idle_timeout.to_string(), idle, "{name}");
    }
    for Recording { name, answer, .. } in recordings("elasticloadbalancing", "DescribeTags") {
        for described in answer.data["TagDescriptions"].as_array().unwrap() {
            let Some(arn) = described["ResourceArn"].as_str() else { continue };
            let mut balancer = description();
            balancer["LoadBalancerArn"] = json!(arn);
            let live = present(find(&[(BALANCERS, &listed(&balancer)), (TAGS, &answer)]), &name);
            assert_eq!(live.tags.len(), described["Tags"].as_array().unwrap().len(), "{name}");
        }
    }
    for Recording { name, answer, .. } in recordings("elasticloadbalancing", "DescribeListeners") {
        let listeners = answer.data["Listeners"].as_array().cloned().unwrap_or_default();
        let arns = listeners.iter().map(|it| it["ListenerArn"].as_str().unwrap());
        let tags = tagged(&json!([]), &arns.chain([ARN]).collect::<Vec<_>>());
        let live = present(find(&[(LISTENERS, &answer), (TAGS, &tags)]), &name);
        assert_eq!(live.detail.listeners.unwrap().len(), listeners.len(), "{name}");
    }
    for Recording { name, answer, .. } in recordings("elasticloadbalancing", "DescribeRules") {
        let listeners = Answer::ok(json!({ "Listeners": [{ "ListenerArn": LISTENER, "Port": 443 }] }));
        let live = present(find(&[(LISTENERS, &listeners), (RULES, &answer)]), &name);
        let own =
            answer.data["Rules"].as_array().unwrap().iter().filter(|it| it["IsDefault"] != true).count();
        assert_eq!(live.detail.listeners.unwrap()[0].rules, own, "{name}");
    }
}

#[test]
fn what_is_not_there_is_absent_and_what_is_another_type_is_not_meant() {
    let gone = Answer::error("LoadBalancerNotFound", "none");
    assert!(matches!(find(&[(BALANCERS, &gone)]), Found::Absent));
    for kind in ["network", "gateway"] {
        let mut other = description();
        other["Type"] = json!(kind);
        other.as_object_mut().unwrap().remove("SecurityGroups");
        let Found::Unclear { reason, .. } = find(&[(BALANCERS, &listed(&other))]) else { panic!("{kind}") };
        assert!(reason.contains(&format!("`site` is the name of a {kind} load balancer")), "{reason}");
    }
}

/// A success without what AWS always sends, and calls that contradict each other: never absent, never nothing.
#[test]
fn an_answer_that_says_too_little_of_a_load_balancer_is_unknown() {
    let nothing = Answer::ok(json!({}));
    let gone = Answer::error("LoadBalancerNotFound", "none");
    let listener = Answer::ok(json!({ "Listeners": [{ "ListenerArn": LISTENER, "Port": 443 }] }));
    for answers in [
        [(BALANCERS, &nothing)].as_slice(),
        &[(BALANCERS, &Answer::ok(json!({ "LoadBalancers": [] })))],
        &[(ATTRIBUTES, &nothing)],
        &[(ATTRIBUTES, &Answer::ok(json!({ "Attributes": [{ "Value": "true" }] })))],
        &[(
            ATTRIBUTES,
            &Answer::ok(json!({ "Attributes": [{ "Key": "routing.http2.enabled", "Value": "half" }] })),
        )],
        &[(TAGS, &nothing)],
        &[(TAGS, &tagged(&json!([]), &["another"]))],
        &[(LISTENERS, &nothing)],
        &[(LISTENERS, &Answer::ok(json!({ "Listeners": [{ "Port": 443 }] })))],
        &[(LISTENERS, &Answer::ok(json!({ "Listeners": [{ "ListenerArn": LISTENER }] })))],
        &[(LISTENERS, &listener), (RULES, &nothing)],
        &[(LISTENERS, &listener), (RULES, &Answer::error("AccessDenied", "no"))],
        &[(ATTRIBUTES, &gone)],
        &[(TAGS, &gone)],
        &[(LISTENERS, &gone)],
    ] {
        let _ = unknown(find(answers), &format!("{answers:?}"));
    }
    for (key, value) in [
        ("Scheme", Value::Null),
        ("Type", Value::Null),
        ("Type", json!("sideways")),
        ("VpcId", Value::Null),
        ("DNSName", Value::Null),
        ("CanonicalHostedZoneId", Value::Null),
        ("AvailabilityZones", Value::Null),
        ("AvailabilityZones", json!([{ "ZoneName": "us-east-1a" }])),
        ("AvailabilityZones", json!([{ "SubnetId": "subnet-a" }])),
        ("SecurityGroups", Value::Null),
        ("IpAddressType", json!("sideways")),
        ("State", Value::Null),
        ("State", json!({ "Code": "failed", "Reason": "no capacity" })),
    ] {
        let mut described = description();
        match value {
            Value::Null => drop(described.as_object_mut().unwrap().remove(key)),
            _ => described[key] = value,
        }
        let error = unknown(find(&[(BALANCERS, &listed(&described))]), key);
        assert!(key != "State" || error.message.contains("state"), "{error}");
    }
    let mut failed = description();
    failed["State"] = json!({ "Code": "failed", "Reason": "no capacity" });
    let error = unknown(find(&[(BALANCERS, &listed(&failed))]), "failed");
    assert_eq!(error.message, "AWS says that it is in the state `failed`: no capacity");
}

#[test]
fn a_listener_that_goes_while_it_is_read_is_not_counted() {
    let listener = Answer::ok(json!({ "Listeners": [{ "ListenerArn": LISTENER, "Port": 443 }] }));
    let gone = Answer::error("ListenerNotFound", "none");
    let live = present(find(&[(LISTENERS, &listener), (RULES, &gone)]), "rules");
    assert_eq!(live.detail.listeners, Some(vec![]));
}

#[test]
fn how_it_is_is_told() {
    for (code, condition) in [
        ("active", Condition::Active),
        ("active_impaired", Condition::Impaired),
        ("provisioning", Condition::Coming),
    ] {
        let mut described = description();
        described["State"]["Code"] = json!(code);
        let live = present(find(&[(BALANCERS, &listed(&described))]), code);
        assert_eq!((live.detail.condition, live.state.attributes), (condition, Attributes::default()));
    }
}

#[test]
fn load_balancers_with_our_mark_are_found_in_the_list() {
    let mark = json!([{ "Key": "infra:manifest", "Value": "prereqs" }]);
    let ours = tagged(&mark, &[ARN]);
    let seen = survey::<Elbv2LoadBalancer>(account(ARN, &[(TAGS, &ours)]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (1, vec![]));
    assert_eq!(seen.leftovers[0].detail.listeners, Some(vec![]));
    let seen = survey::<Elbv2LoadBalancer>(account(ARN, &[]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
    // Somebody put our mark on one of another type: it is none of this kind's.
    let mut network = description();
    network["Type"] = json!("network");
    let seen = survey::<Elbv2LoadBalancer>(account(ARN, &[(TAGS, &ours), (BALANCERS, &listed(&network))]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
    // One that goes while it is read is no leftover, and leaves no gap.
    let gone = Answer::error("LoadBalancerNotFound", "none");
    let seen = survey::<Elbv2LoadBalancer>(account(ARN, &[(TAGS, &ours), (ATTRIBUTES, &gone)]));
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
    // What cannot be read whole is not passed over.
    let denied = Answer::error("AccessDenied", "no");
    for call in [BALANCERS, TAGS, ATTRIBUTES, LISTENERS] {
        let mut all = account(ARN, &[(TAGS, &ours)]);
        all.push((call, denied.clone()));
        let seen = survey::<Elbv2LoadBalancer>(all);
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{call}");
    }
}

#[test]
fn load_balancers_come_out_in_normal_form() {
    let Some(folder) = recorded::folder() else { return };
    let one = |operation: &str, case: &str| {
        let all = recorded::of(&folder, "elasticloadbalancing", operation);
        all.into_iter().find(|it| it.name.ends_with(case)).unwrap()
    };
    let listed = one("DescribeLoadBalancers", "test_appelb_enable_s3_logging_1");
    let attributes = one("DescribeLoadBalancerAttributes", "test_appelb_enable_s3_logging_1").answer;
    let tags = one("DescribeTags", "test_appelb_enable_s3_logging_1").answer;
    let first = balancers(&listed)[0].clone();
    let state = state(first["LoadBalancerName"].as_str().unwrap());
    let answers = [(BALANCERS, &listed.answer), (ATTRIBUTES, &attributes), (TAGS, &tags)];
    let live = present(look::<Elbv2LoadBalancer>(&state, account(ARN, &answers)), "all");
    assert_eq!(Elbv2LoadBalancer::holds(&live).unwrap().matches("DNS name").count(), 1);
    assert_snapshot!(brief(&live), @r#"
    alb1, InternetFacing, Ipv4, Active, made 2017-06-26
    arn arn:aws:elasticloadbalancing:us-east-1:297650311398:loadbalancer/app/alb1/5170373bc122f100
    dns-name alb1-831142190.us-east-1.elb.amazonaws.com
    id arn:aws:elasticloadbalancing:us-east-1:297650311398:loadbalancer/app/alb1/5170373bc122f100
    zone-id Z35SXDOTRQ7X7K
    subnets {"us-east-1a": "subnet-51d6c234", "us-east-1b": "subnet-d679c7fa"}
    groups sg-dd11bfac
    idle 60, logs Some(Logs { bucket: "elbv2logtest", prefix: "gah5/alb1" })
    "#);
}
