//! How rules that are live would be written in a manifest.

use super::spec::{IcmpSpec, PortsSpec};
use super::{Icmp, Peer, Ports, Rule, RuleSpec, Traffic};
use crate::kind::Raising;
use crate::model::{KindName, Link};

/// The rules of one direction: those that differ in their peer only are one, but for those that are public, which
/// should be seen alone.
///
/// # Errors
///
/// If one of them names a group that no entry stands for: one of another account, or a VPC's own.
pub fn raise(rules: &[Rule], raising: &Raising<'_>) -> Result<Vec<RuleSpec>, String> {
    let mut specs: Vec<(Traffic, RuleSpec)> = Vec::new();
    let mut wrong = Ok(());
    for Rule { traffic, peer, description } in rules {
        let public = peer.is_public();
        let same = |(other, spec): &(Traffic, RuleSpec)| {
            other == traffic && spec.description == *description && spec.public == public
        };
        let at = specs.iter().position(same).unwrap_or_else(|| {
            let spec = RuleSpec { description: description.clone(), public, ..of_traffic(*traffic) };
            specs.push((*traffic, spec));
            specs.len() - 1
        });
        let Some((_, spec)) = specs.get_mut(at) else { continue };
        match peer {
            Peer::Range(range) => spec.cidr.push(range.to_string()),
            Peer::PrefixList(id) => spec.prefix_lists.push(id.clone()),
            Peer::Group(link) => match group(link, raising) {
                Ok(key) => spec.security_groups.push(key),
                // The others are asked for all the same.
                Err(why) => wrong = Err(why),
            },
        }
    }
    wrong.map(|()| specs.into_iter().map(|(_, spec)| spec).collect())
}

fn group(link: &Link, raising: &Raising<'_>) -> Result<String, String> {
    raising.key(KindName::SECURITY_GROUP, link.value().unwrap_or_default())
}

fn of_traffic(traffic: Traffic) -> RuleSpec {
    let of = |protocol: &str| RuleSpec { protocol: protocol.to_owned(), ..RuleSpec::default() };
    match traffic {
        Traffic::All => of("all"),
        Traffic::Tcp(ports) => of_ports(of("tcp"), ports),
        Traffic::Udp(ports) => of_ports(of("udp"), ports),
        Traffic::Icmp(icmp) => RuleSpec { icmp: of_icmp(icmp), ..of("icmp") },
        Traffic::Icmpv6(icmp) => RuleSpec { icmp: of_icmp(icmp), ..of("icmpv6") },
        Traffic::Other(number) => of(&number.to_string()),
    }
}

fn of_ports(spec: RuleSpec, Ports { from, to }: Ports) -> RuleSpec {
    if from == to {
        RuleSpec { port: Some(from), ..spec }
    } else {
        RuleSpec { ports: Some(PortsSpec { from, to }), ..spec }
    }
}

fn of_icmp(icmp: Icmp) -> Option<IcmpSpec> {
    match icmp {
        Icmp::All => None,
        Icmp::Type(kind) => Some(IcmpSpec { r#type: kind, code: None }),
        Icmp::Code(kind, code) => Some(IcmpSpec { r#type: kind, code: Some(code) }),
    }
}
