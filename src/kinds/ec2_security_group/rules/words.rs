//! What people read of rules: in the fields of a plan, and as what follows from them.

use super::{Direction, Peer, Rule, Traffic};
use crate::model::{FieldChange, Shown};

/// The fields of rules that are added.
#[must_use]
pub fn added(direction: Direction, rules: &[Rule]) -> Vec<FieldChange> {
    rules.iter().map(|rule| field(direction, None, Some(rule))).collect()
}

/// The fields of rules that are taken away.
#[must_use]
pub fn removed(direction: Direction, rules: &[Rule]) -> Vec<FieldChange> {
    rules.iter().map(|rule| field(direction, Some(rule), None)).collect()
}

/// The fields of rules that get another description: each as it is live, and as it is declared.
#[must_use]
pub fn described(direction: Direction, rules: &[(Rule, Rule)]) -> Vec<FieldChange> {
    rules.iter().map(|(before, after)| field(direction, Some(before), Some(after))).collect()
}

/// What a rule is called is the field, and the same before and after; that it is there is the value.
fn field(direction: Direction, before: Option<&Rule>, after: Option<&Rule>) -> FieldChange {
    let shown = |rule: Option<&Rule>| {
        rule.map_or(Shown::Absent, |rule| match &rule.description {
            Some(text) => Shown::text(format!("allowed: {text}")),
            None => Shown::text("allowed"),
        })
    };
    // The declared one calls a group by its entry.
    let name = after.or(before).map(|rule| rule.phrase(direction)).unwrap_or_default();
    FieldChange::new(format!("{direction} {name}"), shown(before), shown(after))
}

impl Rule {
    /// The rule without its description: `tcp 2049 from ec2.security-group.clients`.
    #[must_use]
    pub fn phrase(&self, direction: Direction) -> String {
        let Self { traffic, peer, description: _ } = self;
        match direction {
            Direction::Ingress => format!("{traffic} from {peer}"),
            Direction::Egress => format!("{traffic} to {peer}"),
        }
    }
}

/// What the rules in `add` open, a line each, the whole internet first.
///
/// Every rule that is added opens something: rules only ever allow.
#[must_use]
pub fn exposes(direction: Direction, add: &[Rule]) -> Vec<String> {
    let (public, others): (Vec<&Rule>, Vec<&Rule>) = add.iter().partition(|rule| rule.peer.is_public());
    let mut lines = Vec::new();
    for rule in public.into_iter().chain(others) {
        let line = match direction {
            Direction::Ingress => lets_in(rule),
            Direction::Egress => lets_out(rule),
        };
        // The internet has two ranges.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn lets_in(Rule { traffic, peer, .. }: &Rule) -> String {
    let who = match peer {
        _ if peer.is_public() => "anybody on the internet".to_owned(),
        Peer::Range(range) => range.to_string(),
        Peer::Group(_) | Peer::PrefixList(_) => format!("whatever is in {peer}"),
    };
    match traffic {
        Traffic::All => format!("{who} can reach everything"),
        _ if has_ports(*traffic) => format!("{who} can reach {traffic}"),
        _ => format!("{who} can send {traffic}"),
    }
}

fn lets_out(Rule { traffic, peer, .. }: &Rule) -> String {
    let (place, target) = match peer {
        _ if peer.is_public() => ("on", "the internet".to_owned()),
        _ => ("in", peer.to_string()),
    };
    match traffic {
        Traffic::All => format!("what is in the group can reach anything {place} {target}"),
        _ if has_ports(*traffic) => format!("what is in the group can reach {traffic} {place} {target}"),
        _ => format!("what is in the group can send {traffic} to {target}"),
    }
}

fn has_ports(traffic: Traffic) -> bool {
    matches!(traffic, Traffic::Tcp(_) | Traffic::Udp(_))
}
