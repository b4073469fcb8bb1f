//! A load balancer in step with its entry, one thing edited, and what is decided.

mod diff;
mod leaving;
mod spec;

use insta::assert_snapshot;

use super::*;
use crate::kind::Known;
use crate::kind::known::Fate;
use crate::kind::testing::{World, entry, in_step};
use crate::model::Address;
use state::network;

const ARN: &str =
    "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188";
const DNS: &str = "site-1234567890.us-west-2.elb.amazonaws.com";

const PUBLIC: &str = "name = 'site'\nscheme = 'internet-facing'\nvpc = 'main'\nsecurity-groups = ['web']";
const IN_SYNC: &str = "in sync elbv2.load-balancer.site (site)";

type Balancer = Live<Elbv2LoadBalancer>;

fn with(more: &str) -> String {
    format!("{PUBLIC}\n{more}")
}

fn address(kind: KindName, key: &str) -> Address {
    Address::new(kind, key)
}

/// Subnets in these zones.
fn subnets(zones: &str) -> impl Iterator<Item = (String, String)> {
    zones.chars().map(|zone| (format!("us-west-2{zone}"), format!("subnet-{zone}")))
}

/// The network `main` with a subnet in each of these zones, and two security groups.
fn known(zones: &str) -> Known {
    let mut known = Known::default();
    let vpc = network("vpc-1", subnets(zones)).outputs().cloned().unwrap();
    known.note(address(KindName::VPC, "main"), Fate::Live(vpc));
    for (key, id) in [("web", "sg-1"), ("more", "sg-2")] {
        let outputs = Outputs::default().with(Outputs::ID, id);
        known.note(address(KindName::SECURITY_GROUP, key), Fate::Live(outputs));
    }
    known
}

fn outputs() -> Outputs {
    let ids = [Outputs::ID, Outputs::ARN].map(|name| (name, ARN));
    ids.into_iter().chain([(state::DNS_NAME, DNS), (state::ZONE_ID, "Z1H1FL5HABSF5")]).collect()
}

/// What is in step with `toml`, in the network of two zones: as AWS shows it, by ids.
fn live(toml: &str) -> Balancer {
    let entry = entry::<Elbv2LoadBalancer>(toml).resolved(&known("ab"));
    let mut live = in_step(&entry, Detail { listeners: Some(Vec::new()), ..Detail::default() });
    live.state.vpc = network("vpc-1", subnets("ab"));
    live.state.security_groups = vec![Link::live("sg-1")];
    live.outputs = outputs();
    live
}

/// What is in step with `toml`, then edited; the look-up has found these zones.
fn plan_in(zones: &str, toml: &str, edit: impl FnOnce(&mut Balancer)) -> String {
    let mut live = live(toml);
    edit(&mut live);
    World { known: known(zones), ..World::present(entry(toml), live) }.plan()
}

fn plan(toml: &str, edit: impl FnOnce(&mut Balancer)) -> String {
    plan_in("ab", toml, edit)
}

fn absent_in(zones: &str, toml: &str) -> String {
    World { known: known(zones), ..World::<Elbv2LoadBalancer>::absent(entry(toml)) }.plan()
}

#[test]
fn what_is_absent_is_created_and_then_set() {
    assert_snapshot!(absent_in("ab", PUBLIC), @"
    create elbv2.load-balancer.site (site)
      elasticloadbalancing:CreateLoadBalancer: name none -> site; scheme none -> internet-facing; vpc none -> lookup.vpc.main (vpc-1); subnet us-west-2a none -> subnet-a; subnet us-west-2b none -> subnet-b; security-group none -> ec2.security-group.web (sg-1); ip-address-type none -> ipv4; tag Project none -> site; tag infra:address none -> elbv2.load-balancer.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so the internet can reach it, as far as its security groups let anybody in
        risk Exposes
    ");
    let internal = "name = 'site'\nscheme = 'internal'\nvpc = 'main'\nsecurity-groups = ['web', 'more']\nip-address-type = 'dualstack'\ndeletion-protection = true\nidle-timeout-seconds = 120\naccess-logs = { bucket = 'team-logs', prefix = 'site' }";
    assert_snapshot!(absent_in("abc", internal), @"
    create elbv2.load-balancer.site (site)
      elasticloadbalancing:CreateLoadBalancer: name none -> site; scheme none -> internal; vpc none -> lookup.vpc.main (vpc-1); subnet us-west-2a none -> subnet-a; subnet us-west-2b none -> subnet-b; subnet us-west-2c none -> subnet-c; security-group none -> ec2.security-group.web (sg-1); security-group none -> ec2.security-group.more (sg-2); ip-address-type none -> dualstack; tag Project none -> site; tag infra:address none -> elbv2.load-balancer.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      elasticloadbalancing:ModifyLoadBalancerAttributes: deletion-protection false -> true; idle-timeout-seconds 60 -> 120
      elasticloadbalancing:ModifyLoadBalancerAttributes: access-logs off -> team-logs/site
    ");
}

#[test]
fn where_there_is_one_zone_it_is_said_before() {
    assert_snapshot!(absent_in("a", PUBLIC), @"
    create elbv2.load-balancer.site (site)
      elasticloadbalancing:CreateLoadBalancer: name none -> site; scheme none -> internet-facing; vpc none -> lookup.vpc.main (vpc-1); subnet us-west-2a none -> subnet-a; security-group none -> ec2.security-group.web (sg-1); ip-address-type none -> ipv4; tag Project none -> site; tag infra:address none -> elbv2.load-balancer.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so the internet can reach it, as far as its security groups let anybody in
        risk Exposes
      note: it cannot be made: its network has a subnet in us-west-2a alone, and a load balancer needs two zones
    ");
    assert_snapshot!(plan_in("a", PUBLIC, |_| ()), @"
    blocked elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      because `zones` cannot be changed on a live resource, only by replacing it
      cannot change zones us-west-2a, us-west-2b -> us-west-2a
      help: look up a network with subnets in two zones or more, or widen the look-up's `subnet-tags`: AWS demands two (API SetSubnets)
    ");
}

#[test]
fn what_is_as_declared_is_in_sync() {
    for toml in [
        PUBLIC,
        &with("ip-address-type = 'dualstack-without-public-ipv4'"),
        &with("forwarded-for = 'remove'\ndesync-mitigation = 'strictest'\nhttp2 = false"),
        &with(
            "access-logs = { bucket = 'team-logs' }\nhealth-check-logs = { bucket = 'team-logs', prefix = 'a/b' }",
        ),
    ] {
        let first = plan(toml, |_| ());
        assert!(first.starts_with(IN_SYNC) && !first.contains('\n'), "{toml}\n{first}");
    }
}

#[test]
fn how_it_is_is_said() {
    let note = |condition| plan(PUBLIC, |it| it.detail.condition = condition);
    assert_snapshot!(note(Condition::Coming), @"
    in sync elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      note: AWS is still setting it up
    ");
    assert_snapshot!(note(Condition::Impaired), @"
    in sync elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      note: AWS says that it has not what it needs to grow (active_impaired)
    ");
}

#[test]
fn what_is_nobodys_is_taken_over_by_word() {
    assert_snapshot!(plan(PUBLIC, |it| it.tags = Tags::default()), @"
    adopt elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:AddTags: tag Project none -> site; tag infra:address none -> elbv2.load-balancer.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      needs --adopt
      (it holds the DNS name site-1234567890.us-west-2.elb.amazonaws.com)
    ");
}

#[test]
fn every_field_that_can_be_ignored_is_left_alone() {
    let edit = |it: &mut Balancer| {
        it.state.security_groups = vec![Link::live("sg-9")];
        it.state.address_type = AddressType::Dualstack;
        it.state.attributes = diff::other();
    };
    let named: Vec<_> = Elbv2LoadBalancer::FIELDS.iter().map(|field| format!("'{}'", field.name)).collect();
    let ignored = plan(&with(&format!("ignore = [{}]", named.join(", "))), edit);
    assert_eq!(ignored.lines().next(), Some(format!("{IN_SYNC} {ARN}").as_str()), "{ignored}");
    // Without one of them, that one alone is seen.
    for (at, field) in named.iter().enumerate() {
        let others: Vec<_> =
            named.iter().enumerate().filter(|(it, _)| *it != at).map(|(_, it)| it.as_str()).collect();
        let seen = plan(&with(&format!("ignore = [{}]", others.join(", "))), edit);
        assert!(seen.starts_with("update"), "{field}\n{seen}");
    }
}

#[test]
fn only_one_that_routes_traffic_is_verified() {
    let check = |condition| {
        let mut live = live(PUBLIC);
        live.detail.condition = condition;
        let world = World { known: known("ab"), ..World::present(entry(PUBLIC), live) };
        world.checks().lines().nth(2).unwrap_or_default().to_owned()
    };
    assert_eq!(check(Condition::Active), "passed state: active");
    assert_eq!(check(Condition::Coming), "failed state: AWS is still setting it up");
    let impaired = "failed state: AWS says that it has not what it needs to grow (active_impaired)";
    assert_eq!(check(Condition::Impaired), impaired);
}
