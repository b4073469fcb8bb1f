//! How a manifest spells rules, and what is checked before EC2 sees them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::traffic::Protocol;
use super::{Icmp, Peer, Ports, Rule, Traffic, description_of, quota};
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs};

/// One rule: what it lets through, and from or to whom.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleSpec {
    /// What the rule is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// What it lets through: `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or the number of another protocol, in
    /// quotes.
    pub(super) protocol: String,
    /// The port of `tcp` or `udp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    /// Several ports of `tcp` or `udp` that follow each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ports: Option<PortsSpec>,
    /// Which messages of `icmp` or `icmpv6`. Left out, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) icmp: Option<IcmpSpec>,
    /// Ranges of IPv4 or IPv6 addresses, such as `10.0.0.0/16`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cidr: Vec<String>,
    /// Entries of `ec2.security-group`, by their keys: whatever is in those groups. The entry's own key is the
    /// group itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) security_groups: Vec<String>,
    /// Prefix lists, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) prefix_lists: Vec<String>,
    /// Must be true where `cidr` has the whole internet, `0.0.0.0/0` or `::/0`, and nowhere else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) public: bool,
}

/// Ports that follow each other.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PortsSpec {
    /// The first port.
    pub(super) from: u16,
    /// The last port.
    pub(super) to: u16,
}

/// Messages of ICMP.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IcmpSpec {
    /// The type of the messages, such as 8 for an echo request.
    pub(super) r#type: u8,
    /// Their code. Left out, every code of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<u8>,
}

/// Longest description, in characters (API `IpRange`).
const MAX_DESCRIPTION: usize = 255;
/// What it may consist of, beside letters, digits and spaces (API `IpRange`).
pub const PUNCTUATION: &str = "._-:/()#,@[]+=&;{}!$*";

/// Takes the rules of one direction apart: one for each peer, in their order.
pub fn lower(specs: &[RuleSpec], problems: &mut Problems) -> Vec<Rule> {
    let (mut rules, mut taken) = (Vec::new(), BTreeSet::new());
    for (index, spec) in specs.iter().enumerate() {
        problems.within(index, |problems| {
            if let Some(text) = &spec.description {
                check_description("description", text, problems);
            }
            let traffic = spec.traffic(problems);
            let peers = spec.peers(problems);
            let Some(traffic) = traffic else { return };
            for (key, at, peer) in peers {
                // No id is known yet; but two groups with one key are one, and so are two ranges with one form.
                if taken.insert((traffic, peer.to_string())) {
                    let description = spec.description.as_deref().and_then(description_of);
                    rules.push(Rule { traffic, peer, description });
                } else {
                    problems.within(key, |problems| {
                        let help = "take one of the two out: a description does not make them different";
                        problems.report(at, "there is a rule for this already", help);
                    });
                }
            }
        });
    }
    quota::check(&rules, problems);
    rules
}

/// Checks a description of a rule, or of a group, for which the same holds (API `CreateSecurityGroup`).
pub fn check_description(key: &str, text: &str, problems: &mut Problems) {
    if text.chars().count() > MAX_DESCRIPTION {
        let help = format!("EC2 takes at most {MAX_DESCRIPTION} characters");
        problems.report(key, "this description is too long", &help);
    }
    if !is_text(text) {
        let help = format!("letters of English, digits, spaces and any of {PUNCTUATION}");
        problems.report(key, "EC2 does not take every character of this description", &help);
    }
}

/// Whether EC2 takes every character of a name or a description.
#[must_use]
pub fn is_text(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || PUNCTUATION.contains(c))
}

impl RuleSpec {
    fn traffic(&self, problems: &mut Problems) -> Option<Traffic> {
        let all = (self.protocol == "all").then_some(Protocol::All);
        let Some(protocol) = all.or_else(|| Protocol::named(&self.protocol)) else {
            problems.report("protocol", "this is no protocol", protocol_help(&self.protocol));
            return None;
        };
        let has_ports = matches!(protocol, Protocol::Tcp | Protocol::Udp);
        let has_types = matches!(protocol, Protocol::Icmp | Protocol::Icmpv6);
        for (key, there) in [("port", self.port.is_some()), ("ports", self.ports.is_some())] {
            if there && !has_ports {
                let help = "write protocol = \"tcp\" or \"udp\", or take it out";
                problems.report_key(key, "only tcp and udp have ports", help);
            }
        }
        if self.icmp.is_some() && !has_types {
            let help = "write protocol = \"icmp\" or \"icmpv6\", or take it out";
            problems.report_key("icmp", "only icmp and icmpv6 have types", help);
        }
        Some(match protocol {
            Protocol::All => Traffic::All,
            Protocol::Tcp => Traffic::Tcp(self.ports(problems)?),
            Protocol::Udp => Traffic::Udp(self.ports(problems)?),
            Protocol::Icmp => Traffic::Icmp(self.icmp()),
            Protocol::Icmpv6 => Traffic::Icmpv6(self.icmp()),
            Protocol::Other(number) => Traffic::Other(number),
        })
    }

    fn ports(&self, problems: &mut Problems) -> Option<Ports> {
        match (self.port, self.ports) {
            (Some(port), None) => Ports::new(port, port),
            (None, Some(PortsSpec { from, to })) => {
                let ports = Ports::new(from, to);
                if ports.is_none() {
                    problems.report("ports", "the first port is behind the last", "swap the two");
                }
                ports
            }
            (Some(_), Some(_)) => {
                problems.report_key("ports", "a rule has either port or ports", "make two rules of it");
                None
            }
            (None, None) => {
                let help = "add port = 443, or ports = { from = 0, to = 65535 } for every port";
                problems.report_here("a rule for tcp or udp says which ports", help);
                None
            }
        }
    }

    fn icmp(&self) -> Icmp {
        match self.icmp {
            None => Icmp::All,
            Some(IcmpSpec { r#type, code: None }) => Icmp::Type(r#type),
            Some(IcmpSpec { r#type, code: Some(code) }) => Icmp::Code(r#type, code),
        }
    }

    /// The peers that are sound, each with its place.
    fn peers(&self, problems: &mut Problems) -> Vec<(&'static str, usize, Peer)> {
        let Self { cidr, security_groups, prefix_lists, .. } = self;
        if cidr.is_empty() && security_groups.is_empty() && prefix_lists.is_empty() {
            let help = "add cidr, security-groups or prefix-lists";
            problems.report_here("a rule says from or to whom", help);
        }
        let mut peers = each("cidr", cidr, problems, range);
        let (ranges, public) = (peers.len(), peers.iter().any(|(.., peer)| peer.is_public()));
        if !self.public {
            for (key, at, _) in peers.iter().filter(|(.., peer)| peer.is_public()) {
                problems.within(*key, |problems| {
                    let help = "if that is meant, add public = true to the rule";
                    problems.report(*at, "this range is the whole internet", help);
                });
            }
        } else if !public && ranges == cidr.len() {
            let help = "take public out; or if that is meant, add 0.0.0.0/0 or ::/0 to cidr";
            problems.report("public", "no range of this rule is the whole internet", help);
        }
        peers.extend(each("security-groups", security_groups, problems, group));
        peers.extend(each("prefix-lists", prefix_lists, problems, prefix_list));
        peers
    }
}

fn each(
    key: &'static str,
    texts: &[String],
    problems: &mut Problems,
    peer: fn(usize, &str, &mut Problems) -> Option<Peer>,
) -> Vec<(&'static str, usize, Peer)> {
    problems.within(key, |problems| {
        let peers = texts.iter().enumerate();
        peers.filter_map(|(at, text)| Some((key, at, peer(at, text, problems)?))).collect()
    })
}

fn range(at: usize, text: &str, problems: &mut Problems) -> Option<Peer> {
    // `ipnet` takes numbers with leading zeros, which others read as octal.
    let address = text.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
    let (Some(address), Ok(range)) = (address, text.parse::<IpNet>()) else {
        let help = match address.map(IpNet::from) {
            Some(one) if !text.contains('/') => format!("write {one} for the one address"),
            _ if is_id("sg-", text) => "groups are named under security-groups, by their entries".to_owned(),
            _ if is_id("pl-", text) => "put it under prefix-lists".to_owned(),
            _ => "write it like 10.0.0.0/16 or 2001:db8::/32".to_owned(),
        };
        problems.report(at, "this is no range of addresses", &help);
        return None;
    };
    let canonical = range.trunc();
    if canonical != range {
        let one = IpNet::from(address);
        let help = format!("AWS would make {canonical} of it: write that, or {one} for the one address");
        problems.report(at, "this address is not the first of its range", &help);
        return None;
    }
    Some(Peer::Range(canonical))
}

fn group(at: usize, key: &str, problems: &mut Problems) -> Option<Peer> {
    let kind = KindName::SECURITY_GROUP;
    if is_id("sg-", key) {
        let help = "declare the group in this manifest, and write the key of its entry";
        problems.report(at, "a group is named by its entry, and not by its id", help);
        None
    } else if key.starts_with(&format!("{kind}.")) {
        let help = format!("leave `{kind}.` out");
        problems.report(at, "a group is named by the key of its entry alone", &help);
        None
    } else {
        Some(Peer::Group(problems.link(at, kind, key, Outputs::ID)))
    }
}

fn prefix_list(at: usize, id: &str, problems: &mut Problems) -> Option<Peer> {
    if is_id("pl-", id) {
        return Some(Peer::PrefixList(id.to_owned()));
    }
    problems.report(
        at,
        "this is no id of a prefix list",
        "an id is `pl-` with digits and letters from a to f",
    );
    None
}

/// Whether a text is an id of EC2's.
#[must_use]
pub fn is_id(prefix: &str, text: &str) -> bool {
    let hexadecimal = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    text.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 8 && rest.chars().all(hexadecimal))
}

fn protocol_help(text: &str) -> &'static str {
    match text.trim().to_ascii_lowercase().as_str() {
        "tcp" | "http" | "https" | "ssh" | "nfs" | "tls" => "write \"tcp\"",
        "udp" | "quic" => "write \"udp\"",
        "icmp" | "ping" => "write \"icmp\"",
        "icmpv6" | "icmp6" | "icmp-v6" | "ipv6-icmp" => "write \"icmpv6\"",
        "all" | "any" | "-1" | "*" => "write \"all\"",
        "gre" => "write its number, \"47\"",
        "esp" => "write its number, \"50\"",
        "ah" => "write its number, \"51\"",
        "sctp" => "write its number, \"132\"",
        _ => "tcp, udp, icmp, icmpv6, all, or a number from 0 to 255 in quotes",
    }
}
