//! Load balancers.

use std::collections::BTreeMap;

use infra::aws::Class;
use infra::guard::judge;
use infra::kind::{Entry, Kind as _, Live, Phase};
use infra::kinds::elbv2_load_balancer::{AddressType, Change, Detail, Elbv2LoadBalancer, Scheme};
use infra::model::{Link, OnDelete, Outputs, Tags};
use serde_json::{Value, json};

use super::{Performed, ok, perform, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const ARN: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/site/433ae0ba96204181";
const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const TAGS: &str = "elasticloadbalancing:DescribeTags";
const CREATE: &str = "elasticloadbalancing:CreateLoadBalancer";
const SUBNETS: &str = "elasticloadbalancing:SetSubnets";
const ADDRESSES: &str = "elasticloadbalancing:SetIpAddressType";
const DELETE: &str = "elasticloadbalancing:DeleteLoadBalancer";

/// The entry `site`, in a network with a subnet in each of these zones.
fn site(zones: &[&str]) -> Entry<Elbv2LoadBalancer> {
    let body = json!({ "name": "site", "scheme": "internal", "vpc": "main", "security-groups": ["web"] });
    let mut entry = entry::<Elbv2LoadBalancer>(body);
    let mut network = Outputs::default().with(Outputs::ID, "vpc-1");
    for zone in zones {
        network.set(format!("subnet.{zone}"), format!("subnet-{zone}"));
    }
    entry.state.vpc.resolve(Some(network));
    entry.state.security_groups = vec![Link::live("sg-1")];
    entry
}

fn creation(zones: &[&str]) -> Change {
    Elbv2LoadBalancer::create(&site(zones)).remove(0)
}

fn described(state: &str) -> Value {
    json!({
        "LoadBalancerArn": ARN, "LoadBalancerName": "site", "DNSName": "site-1.elb.amazonaws.com",
        "CanonicalHostedZoneId": "Z1", "State": { "Code": state, "Reason": "no capacity" },
    })
}

fn is(state: &str) -> Answer {
    Answer::ok(json!({ "LoadBalancers": [described(state)] }))
}

fn tagged(tags: &[(&str, &str)]) -> Answer {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Answer::ok(json!({ "TagDescriptions": [{ "ResourceArn": ARN, "Tags": tags }] }))
}

/// The tags that it is made with.
fn ours() -> Answer {
    let entry = site(&[]);
    tagged(&entry.tags.iter().collect::<Vec<_>>())
}

fn gone() -> Answer {
    refused(400, "LoadBalancerNotFound")
}

fn create(tags: Vec<Answer>, states: Vec<Answer>) -> Performed {
    let script = vec![(CREATE, vec![is("provisioning")]), (TAGS, tags), (BALANCERS, states)];
    perform::<Elbv2LoadBalancer>(&creation(&["a", "b"]), None, script)
}

#[test]
fn a_new_one_is_waited_for_and_reads_may_lag_behind() {
    let mut states = vec![gone()];
    states.extend(then(3, is("provisioning"), is("active")));
    let made = create(vec![ours()], states).done();
    assert_eq!((made.count(CREATE), made.count(BALANCERS)), (1, 5));
    assert_eq!(made.waited_for, ["the load balancer to be active"]);
    let outputs: Vec<_> = made.outputs.iter().collect();
    let expected = [("arn", ARN), ("dns-name", "site-1.elb.amazonaws.com"), ("id", ARN), ("zone-id", "Z1")];
    assert_eq!(outputs, expected);
    // It routes traffic; the rest is a note.
    let _ = create(vec![ours()], vec![is("active_impaired")]).done();
}

#[test]
fn one_that_never_comes_is_given_up_and_known_all_the_same() {
    let late = create(vec![ours()], vec![is("provisioning")]);
    assert_eq!(late.given_up_after(10).class, Class::Timeout);
    assert_eq!(late.outputs.get(Outputs::ID), Some(ARN));
}

#[test]
fn one_that_fails_is_not_waited_for() {
    let failed = create(vec![ours()], vec![is("failed")]);
    assert_eq!(failed.failed().message, "AWS says that it is in the state `failed`: no capacity");
    assert!(failed.took.is_zero());
}

/// AWS hands back what has the same settings as if it had made it.
#[test]
fn one_that_was_there_before_is_not_taken_for_ours() {
    for owner in ["other", "prereqs"] {
        let taken = create(vec![tagged(&[("infra:manifest", owner)])], vec![]);
        assert!(Elbv2LoadBalancer::already_exists(taken.failed()), "{owner}");
        assert!(taken.took.is_zero() && taken.outputs == Outputs::default());
    }
    // Nobody's: its tags may come yet, but not for ever.
    let nobodys = create(vec![tagged(&[])], vec![]);
    assert!(Elbv2LoadBalancer::already_exists(nobodys.given_up_after(1)));
    let late = create(vec![gone(), tagged(&[]), ours()], vec![is("active")]).done();
    assert_eq!(late.waited_for, ["AWS to show the tags of site"]);
    assert_eq!(late.count(CREATE), 1);
    // What cannot be read says nothing.
    let denied = create(vec![refused(403, "AccessDenied")], vec![]);
    assert_eq!(denied.failed().class, Class::Denied);
}

#[test]
fn in_one_zone_it_is_not_even_tried() {
    let one = perform::<Elbv2LoadBalancer>(&creation(&["a"]), None, vec![]);
    let words = "its network has a subnet in a alone, and a load balancer needs two zones";
    assert_eq!((one.failed().message.as_str(), one.calls.len()), (words, 0));
}

#[test]
fn other_subnets_and_addresses_are_waited_for() {
    let (before, after) = (BTreeMap::new(), BTreeMap::from([("a".to_owned(), "subnet-a".to_owned())]));
    let subnets = Change::SetSubnets { before, after };
    let (before, after) = (AddressType::Ipv4, AddressType::Dualstack);
    let addresses = Change::SetIpAddressType { scheme: Scheme::Internal, before, after };
    for (call, change) in [(SUBNETS, subnets), (ADDRESSES, addresses)] {
        let script = vec![(call, vec![ok()]), (BALANCERS, then(2, is("provisioning"), is("active")))];
        let made = perform::<Elbv2LoadBalancer>(&change, Some(ARN), script).done();
        assert_eq!((made.count(call), made.count(BALANCERS)), (1, 3));
    }
}

fn deletion() -> Change {
    let live = Live {
        tags: Tags::default(),
        phase: Phase::Active,
        service: None,
        state: site(&[]).state,
        created: None,
        detail: Detail::default(),
        outputs: Outputs::default(),
    };
    Elbv2LoadBalancer::delete(&live, judge(OnDelete::Delete, None).unwrap()).remove(0)
}

#[test]
fn a_deleted_one_is_waited_for_until_it_is_gone() {
    let delete = |answers: Vec<Answer>, states: Vec<Answer>| {
        let script = vec![(DELETE, answers), (BALANCERS, states)];
        perform::<Elbv2LoadBalancer>(&deletion(), Some(ARN), script)
    };
    let deleted = delete(vec![ok()], then(3, is("active"), gone())).done();
    assert_eq!((deleted.count(DELETE), deleted.count(BALANCERS)), (1, 4));
    assert_eq!(deleted.waited_for, ["the load balancer to be gone"]);
    // Another run was quicker.
    let _ = delete(vec![gone()], vec![gone()]).done();
    let late = delete(vec![ok()], vec![is("active")]);
    assert_eq!(late.given_up_after(10).class, Class::Timeout);
    // Somebody has switched deletion protection on since.
    let refused = delete(vec![refused(400, "OperationNotPermitted")], vec![]);
    assert!(refused.failed().is("OperationNotPermitted") && refused.took.is_zero());
}
