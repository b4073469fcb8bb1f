//! The rules of a security group: what each lets through, and from or to whom.
//!
//! AWS knows a rule by its group, its direction, its traffic and one peer; the description is not part of
//! it, and may change in place. It merges rules that differ in their peer only into one permission, so both sides are
//! taken apart into single rules before they are compared. It writes ranges in their canonical form (API
//! `IpRange`), drops the ports of a protocol that has none (API `IpPermission`), and hands an empty description
//! back as none.

mod diff;
mod quota;
mod raise;
mod spec;
#[cfg(test)]
mod tests;
mod traffic;
mod words;

use std::fmt;

use ipnet::IpNet;

use crate::model::{Address, Link, Outputs};

pub use diff::{RuleDiff, diff};
pub use quota::notes;
pub use raise::raise;
pub use spec::{PUNCTUATION, RuleSpec, check_description, is_id, is_text, lower};
pub use traffic::{Icmp, Ports, Traffic};
pub use words::{added, described, exposes, removed};

/// Which way the traffic goes that a rule lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what is in the group.
    Ingress,
    /// From what is in the group.
    Egress,
}

/// The key in the manifest.
impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        })
    }
}

/// One rule, with one peer. The direction is that of the list it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it lets through.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
    /// What it is for. Never empty.
    pub description: Option<String>,
}

/// From whom a rule lets traffic in, or to whom out.
#[derive(Clone, Debug, PartialEq)]
pub enum Peer {
    /// A range of addresses, in its canonical form.
    Range(IpNet),
    /// Whatever is in a security group.
    Group(Link),
    /// The ranges of a prefix list, by its id.
    PrefixList(String),
}

impl Rule {
    /// A live rule, from what AWS says of it; none if that cannot be understood.
    #[must_use]
    pub fn live(
        protocol: &str,
        from: Option<i32>,
        to: Option<i32>,
        peer: Peer,
        description: Option<&str>,
    ) -> Option<Self> {
        let traffic = Traffic::from_aws(protocol, from, to)?;
        Some(Self { traffic, peer, description: description.and_then(description_of) })
    }

    /// Whether AWS takes both for the same rule. One with a group that is not known yet is like no other.
    fn is_same(&self, other: &Self) -> bool {
        self.traffic == other.traffic && self.peer == other.peer
    }
}

/// A description, where there is one: an empty one is none.
fn description_of(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Peer {
    /// A live range of addresses; none if the text is no such thing.
    #[must_use]
    pub fn range(text: &str) -> Option<Self> {
        text.parse::<IpNet>().ok().map(|range| Self::Range(range.trunc()))
    }

    /// A live security group.
    #[must_use]
    pub fn group(id: &str) -> Self {
        Self::Group(Link::live(id))
    }

    /// Whether it is the whole internet.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Range(range) if range.prefix_len() == 0)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::Group(link) => link.fmt(f),
            Self::PrefixList(id) => f.write_str(id),
        }
    }
}

/// The links to groups in `rules`.
pub fn links(rules: &[Rule]) -> impl Iterator<Item = &Link> {
    rules.iter().filter_map(|rule| match &rule.peer {
        Peer::Group(link) => Some(link),
        _ => None,
    })
}

/// The links to groups in `rules`, to fill in what is known of them.
pub fn links_mut(rules: &mut [Rule]) -> impl Iterator<Item = &mut Link> {
    rules.iter_mut().filter_map(|rule| match &mut rule.peer {
        Peer::Group(link) => Some(link),
        _ => None,
    })
}

/// The groups whose ids are known in declared `rules`: each id with its entry.
pub fn known(rules: &[Rule]) -> impl Iterator<Item = (&str, &Address)> {
    links(rules).filter_map(|link| link.value().zip(link.address()))
}

/// Calls the groups in `live` rules by their entries where `known` has them, so that people read a name
/// and not an id. What they are compared by stays the same.
pub fn named(live: &mut [Rule], known: &[(&str, &Address)]) {
    for link in links_mut(live) {
        let entry = known.iter().find(|(id, _)| link.value() == Some(id));
        if let Some((id, address)) = entry {
            let outputs = Outputs::default().with(Outputs::ID, *id);
            *link = Link::to((*address).clone(), Outputs::ID);
            link.resolve(Some(outputs));
        }
    }
}
