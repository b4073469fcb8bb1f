use insta::assert_snapshot;

use super::*;
use crate::model::{FieldChange, Shown};

fn described(rule: Rule, text: &str) -> Rule {
    Rule { description: Some(text.to_owned()), ..rule }
}

fn every_traffic() -> Vec<Rule> {
    let traffic = [
        Traffic::All,
        tcp(443, 443),
        tcp(8000, 8010),
        Traffic::Udp(Ports { from: 0, to: 65_535 }),
        Traffic::Icmp(Icmp::All),
        Traffic::Icmp(Icmp::Code(8, 0)),
        Traffic::Icmpv6(Icmp::Type(128)),
        Traffic::Other(50),
    ];
    traffic.map(|traffic| rule(traffic, range("10.0.0.0/16"))).to_vec()
}

fn every_peer() -> Vec<Rule> {
    let peers = [
        group("clients", None),
        Peer::group("sg-1"),
        range("::/0"),
        Peer::PrefixList("pl-0123abcd".to_owned()),
        range("2001:db8::/32"),
        range("0.0.0.0/0"),
    ];
    peers.map(|peer| rule(tcp(443, 443), peer)).to_vec()
}

/// As a plan lays them out.
fn lines(fields: &[FieldChange]) -> String {
    let side = |shown: &Shown| match shown {
        Shown::Absent => "(none)".to_owned(),
        Shown::Text(text) => text.clone(),
        Shown::Document { .. } | Shown::Entry { .. } => unreachable!("a rule is one line"),
    };
    let line = |it: &FieldChange| format!("{}  {} → {}", it.field, side(&it.before), side(&it.after));
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_rule_is_a_phrase() {
    let phrases = |rules: Vec<Rule>, direction| {
        rules.iter().map(|rule| rule.phrase(direction)).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(phrases(every_traffic(), Direction::Egress), @"
    all traffic to 10.0.0.0/16
    tcp 443 to 10.0.0.0/16
    tcp 8000-8010 to 10.0.0.0/16
    all udp ports to 10.0.0.0/16
    all icmp to 10.0.0.0/16
    icmp type 8 code 0 to 10.0.0.0/16
    icmpv6 type 128 to 10.0.0.0/16
    protocol 50 to 10.0.0.0/16
    ");
    assert_snapshot!(phrases(every_peer(), Direction::Ingress), @"
    tcp 443 from ec2.security-group.clients
    tcp 443 from sg-1
    tcp 443 from ::/0
    tcp 443 from pl-0123abcd
    tcp 443 from 2001:db8::/32
    tcp 443 from 0.0.0.0/0
    ");
}

#[test]
fn a_difference_is_a_field() {
    let nfs = || rule(tcp(2049, 2049), group("clients", Some("sg-1")));
    let ssh = || rule(tcp(22, 22), range("0.0.0.0/0"));
    let live = [
        described(ssh(), "for now"),
        rule(Traffic::All, Peer::group("sg-2")),
        rule(tcp(2049, 2049), Peer::group("sg-1")),
        described(rule(tcp(80, 80), range("10.0.0.0/8")), "HTTP"),
    ];
    let want = [
        described(nfs(), "NFS of the clients"),
        described(rule(tcp(80, 80), range("10.0.0.0/8")), "web"),
        rule(tcp(443, 443), range("10.0.0.0/8")),
        described(rule(tcp(443, 443), range("::/0")), "anybody"),
    ];
    let RuleDiff { add, remove, describe } = diff(&live, &want);
    let way = Direction::Ingress;
    let fields = [added(way, &add), super::described(way, &describe), removed(way, &remove)].concat();
    assert_snapshot!(lines(&fields), @"
    ingress tcp 443 from 10.0.0.0/8  (none) → allowed
    ingress tcp 443 from ::/0  (none) → allowed: anybody
    ingress tcp 80 from 10.0.0.0/8  allowed: HTTP → allowed: web
    ingress tcp 2049 from ec2.security-group.clients  allowed → allowed: NFS of the clients
    ingress all traffic from sg-2  allowed → (none)
    ingress tcp 22 from 0.0.0.0/0  allowed: for now → (none)
    ");
    let egress = [rule(Traffic::All, range("0.0.0.0/0"))];
    assert_snapshot!(lines(&removed(Direction::Egress, &egress)), @"egress all traffic to 0.0.0.0/0  allowed → (none)");
}

#[test]
fn what_is_opened_is_said_the_internet_first() {
    let said = |rules: Vec<Rule>, direction| exposes(direction, &rules).join("\n");
    assert_snapshot!(said(every_peer(), Direction::Ingress), @"
    anybody on the internet can reach tcp 443
    whatever is in ec2.security-group.clients can reach tcp 443
    whatever is in sg-1 can reach tcp 443
    whatever is in pl-0123abcd can reach tcp 443
    2001:db8::/32 can reach tcp 443
    ");
    assert_snapshot!(said(every_traffic(), Direction::Ingress), @"
    10.0.0.0/16 can reach everything
    10.0.0.0/16 can reach tcp 443
    10.0.0.0/16 can reach tcp 8000-8010
    10.0.0.0/16 can reach all udp ports
    10.0.0.0/16 can send all icmp
    10.0.0.0/16 can send icmp type 8 code 0
    10.0.0.0/16 can send icmpv6 type 128
    10.0.0.0/16 can send protocol 50
    ");
    assert_snapshot!(said(every_peer(), Direction::Egress), @"
    what is in the group can reach tcp 443 on the internet
    what is in the group can reach tcp 443 in ec2.security-group.clients
    what is in the group can reach tcp 443 in sg-1
    what is in the group can reach tcp 443 in pl-0123abcd
    what is in the group can reach tcp 443 in 2001:db8::/32
    ");
    assert_snapshot!(said(every_traffic(), Direction::Egress), @"
    what is in the group can reach anything in 10.0.0.0/16
    what is in the group can reach tcp 443 in 10.0.0.0/16
    what is in the group can reach tcp 8000-8010 in 10.0.0.0/16
    what is in the group can reach all udp ports in 10.0.0.0/16
    what is in the group can send all icmp to 10.0.0.0/16
    what is in the group can send icmp type 8 code 0 to 10.0.0.0/16
    what is in the group can send icmpv6 type 128 to 10.0.0.0/16
    what is in the group can send protocol 50 to 10.0.0.0/16
    ");
    assert_eq!(exposes(Direction::Ingress, &[]), [""; 0]);
}
