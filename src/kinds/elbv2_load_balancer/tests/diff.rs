//! What differs, and what is said of it.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::deltas;
use attributes::{Attributes, Desync, ForwardedFor, Logs};

/// Attributes that are all other than their defaults.
pub(super) fn other() -> Attributes {
    let logs = |prefix: &str| Some(Logs { bucket: "team-logs".to_owned(), prefix: prefix.to_owned() });
    Attributes {
        deletion_protection: true,
        idle_timeout: 61,
        client_keep_alive: 3_601,
        http2: false,
        desync_mitigation: Desync::Monitor,
        drop_invalid_headers: true,
        forwarded_for: ForwardedFor::Preserve,
        forwarded_for_client_port: true,
        preserve_host_header: true,
        tls_headers: true,
        waf_fail_open: true,
        zonal_shift: true,
        access_logs: logs("a"),
        connection_logs: logs(""),
        health_check_logs: logs("b/c"),
    }
}

/// What AWS would tell of them.
fn told(attributes: &Attributes) -> BTreeMap<String, String> {
    attributes.shown().flat_map(|it| it.sent).collect()
}

#[test]
fn attributes_are_read_as_they_are_sent() {
    for attributes in [Attributes::default(), other()] {
        assert_eq!(Attributes::read(&told(&attributes)), Ok(attributes));
    }
    // A region that has some of them not says nothing of those.
    assert_eq!(Attributes::read(&BTreeMap::new()), Ok(Attributes::default()));
    // Logs that are switched off keep their bucket, which says nothing.
    let off = [("access_logs.s3.enabled", "false"), ("access_logs.s3.bucket", "old")];
    let off = off.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
    assert_eq!(Attributes::read(&off), Ok(Attributes::default()));
    // What no field names is left alone.
    let more = BTreeMap::from([("ipv6.deny_all_igw_traffic".to_owned(), "true".to_owned())]);
    assert_eq!(Attributes::read(&more), Ok(Attributes::default()));
    for (key, value) in told(&other()) {
        if !key.ends_with(".bucket") && !key.ends_with(".prefix") {
            let broken = BTreeMap::from([(key.clone(), format!("{value}?"))]);
            assert_eq!(Attributes::read(&broken), Err(key));
        }
    }
}

#[test]
fn every_attribute_is_sent_and_no_call_has_more_than_aws_takes() {
    let calls = Attributes::default().edits(&other());
    let counts: Vec<usize> =
        calls.iter().map(|edits| edits.iter().map(|edit| edit.after.sent.len()).sum()).collect();
    assert_eq!(counts, [12, 9]);
    assert!(other().edits(&other()).is_empty());
    // Only what differs is sent.
    let other = Attributes { idle_timeout: 7, ..Attributes::default() };
    assert_eq!(Attributes::default().edits(&other).concat().len(), 1);
}

#[test]
fn subnets_follow_the_network() {
    assert_snapshot!(plan_in("abc", PUBLIC, |_| ()), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSubnets: subnet us-west-2c none -> subnet-c
    ");
    assert_snapshot!(plan(PUBLIC, |it| it.state.vpc = network("vpc-1", subnets("acd"))), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSubnets: subnet us-west-2b none -> subnet-b; subnet us-west-2c subnet-c -> none; subnet us-west-2d subnet-d -> none
        so it is no longer in us-west-2c: its addresses there are gone, and targets there get nothing from it
        so it is no longer in us-west-2d: its addresses there are gone, and targets there get nothing from it
    ");
    let moved = |it: &mut Balancer| {
        let other = ("us-west-2b".to_owned(), "subnet-x".to_owned());
        it.state.vpc = network("vpc-1", subnets("a").chain([other]));
    };
    assert_snapshot!(plan(PUBLIC, moved), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSubnets: subnet us-west-2b subnet-x -> subnet-b
        so its addresses in us-west-2b become others
    ");
}

#[test]
fn security_groups_are_exclusive() {
    let groups = |ids: &'static [&str]| {
        move |it: &mut Balancer| it.state.security_groups = ids.iter().copied().map(Link::live).collect()
    };
    assert_snapshot!(plan(PUBLIC, groups(&["sg-1", "sg-9"])), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSecurityGroups: security-group sg-9 -> none
        so whoever sg-9 alone lets in can no longer reach it
    ");
    let two = PUBLIC.replace("['web']", "['web', 'more']");
    assert_snapshot!(plan(&two, groups(&["sg-1"])), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSecurityGroups: security-group none -> ec2.security-group.more (sg-2)
        so whoever ec2.security-group.more lets in can reach it
        risk Exposes
    ");
    let swapped = plan(&two, groups(&["sg-2", "sg-1"]));
    assert!(swapped.starts_with(IN_SYNC), "{swapped}");
    // One that is yet to be made.
    let mut known = known("ab");
    known.note(address(KindName::SECURITY_GROUP, "more"), Fate::Coming);
    let world = World { known, ..World::present(entry(&two), live(PUBLIC)) };
    assert_snapshot!(world.plan(), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:SetSecurityGroups: security-group none -> ec2.security-group.more (later)
        so whoever ec2.security-group.more lets in can reach it
        risk Exposes
    ");
}

#[test]
fn addresses_are_changed_in_place() {
    use AddressType::{Dualstack, DualstackWithoutPublicIpv4, Ipv4};
    let change = |scheme: &str, before: AddressType, after: &str| {
        let toml = with(&format!("ip-address-type = '{after}'")).replace("internet-facing", scheme);
        let plan = plan(&toml, |it| it.state.address_type = before);
        plan.lines().skip(1).collect::<Vec<_>>().join("\n")
    };
    let public = [
        (Ipv4, "dualstack"),
        (Dualstack, "ipv4"),
        (Dualstack, "dualstack-without-public-ipv4"),
        (DualstackWithoutPublicIpv4, "dualstack"),
        (DualstackWithoutPublicIpv4, "ipv4"),
    ]
    .into_iter()
    .map(|(before, after)| change("internet-facing", before, after));
    assert_snapshot!(public.collect::<Vec<_>>().join("\n"), @"
    elasticloadbalancing:SetIpAddressType: ip-address-type ipv4 -> dualstack
      so it gets addresses of IPv6
      risk Exposes
    elasticloadbalancing:SetIpAddressType: ip-address-type dualstack -> ipv4
      so clients that have only IPv6 can no longer reach it
    elasticloadbalancing:SetIpAddressType: ip-address-type dualstack -> dualstack-without-public-ipv4
      so clients in the internet that have only IPv4 can no longer reach it
    elasticloadbalancing:SetIpAddressType: ip-address-type dualstack-without-public-ipv4 -> dualstack
      so it gets public addresses of IPv4, which are paid for by the hour
      risk Exposes
    elasticloadbalancing:SetIpAddressType: ip-address-type dualstack-without-public-ipv4 -> ipv4
      so clients that have only IPv6 can no longer reach it
      so it gets public addresses of IPv4, which are paid for by the hour
      risk Exposes
    ");
    let internal = [change("internal", Ipv4, "dualstack"), change("internal", Dualstack, "ipv4")];
    assert_snapshot!(internal.join("\n"), @"
    elasticloadbalancing:SetIpAddressType: ip-address-type ipv4 -> dualstack
      so it gets addresses of IPv6
    elasticloadbalancing:SetIpAddressType: ip-address-type dualstack -> ipv4
      so clients that have only IPv6 can no longer reach it
    ");
    // Addresses of IPv6 need subnets that have such.
    let order = |after: &str, before| {
        let mut it = live(&with(&format!("ip-address-type = '{after}'")));
        it.state.address_type = before;
        it.state.vpc = network("vpc-1", subnets("ac"));
        let entry = entry::<Elbv2LoadBalancer>(&with(&format!("ip-address-type = '{after}'")));
        deltas(&it, &entry.resolved(&known("ab")).state)
    };
    let (subnets, addresses) = ("elasticloadbalancing:SetSubnets", "elasticloadbalancing:SetIpAddressType");
    assert_eq!(order("dualstack", Ipv4), [subnets, addresses]);
    assert_eq!(order("ipv4", Dualstack), [addresses, subnets]);
}

#[test]
fn attributes_are_changed_in_place_and_what_follows_is_said() {
    assert_snapshot!(plan(PUBLIC, |it| it.state.attributes = other()), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:ModifyLoadBalancerAttributes: deletion-protection true -> false; idle-timeout-seconds 61 -> 60; client-keep-alive-seconds 3601 -> 3600; http2 false -> true; desync-mitigation monitor -> defensive; drop-invalid-headers true -> false; forwarded-for preserve -> append; forwarded-for-client-port true -> false; preserve-host-header true -> false; tls-headers true -> false; waf-fail-open true -> false; zonal-shift true -> false
        so AWS no longer refuses to delete it
      elasticloadbalancing:ModifyLoadBalancerAttributes: access-logs team-logs/a -> off; connection-logs team-logs -> off; health-check-logs team-logs/b/c -> off
        so no more log files are written; those that are there stay
    ");
    let all = "deletion-protection = true\ndesync-mitigation = 'monitor'\nwaf-fail-open = true\naccess-logs = { bucket = 'team-logs' }";
    assert_snapshot!(plan(&with(all), |it| it.state.attributes = Attributes::default()), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:ModifyLoadBalancerAttributes: deletion-protection false -> true; desync-mitigation defensive -> monitor; waf-fail-open false -> true
        so requests that WAF could not judge reach the targets
        so requests that others can be smuggled in reach the targets
        risk Exposes
      elasticloadbalancing:ModifyLoadBalancerAttributes: access-logs off -> team-logs
    ");
}

#[test]
fn tags_are_set_and_none_is_taken_off() {
    let edit = |it: &mut Balancer| {
        it.tags.set("Project", "x");
        it.tags.set("Cost", "1");
    };
    assert_snapshot!(plan(PUBLIC, edit), @"
    update elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      elasticloadbalancing:AddTags: tag Project x -> site
      (1 other tag is left alone)
    ");
}

#[test]
fn what_would_be_another_dns_name_is_blocked() {
    let edit = |it: &mut Balancer| {
        it.state.scheme = Scheme::Internal;
        it.state.vpc = network("vpc-2", subnets("ab"));
        it.state.address_type = AddressType::Dualstack;
    };
    assert_snapshot!(plan(PUBLIC, edit), @"
    blocked elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188
      because `scheme`, `vpc` cannot be changed on a live resource, only by replacing it
      cannot change scheme internal -> internet-facing
      cannot change vpc vpc-2 -> lookup.vpc.main (vpc-1)
      help: put back what is live, or give the new one an entry and a name of its own, point to it whatever names this one's DNS name, and then take this entry out: the DNS name of this one cannot be had again
    ");
}

#[test]
fn a_changed_name_is_no_second_one() {
    let mut world = World::<Elbv2LoadBalancer>::absent(entry(&PUBLIC.replace("'site'", "'other'")));
    world.known = known("ab");
    world.leftovers.push(live(PUBLIC));
    assert_snapshot!(world.plan(), @"
    blocked elbv2.load-balancer.site (other)
      because its name changed from `site`, which is live and ours, to `other`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was (`site` holds the DNS name site-1234567890.us-west-2.elb.amazonaws.com)
    ");
}
