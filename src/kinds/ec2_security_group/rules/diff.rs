//! What must happen to the rules of one direction.

use ipnet::IpNet;

use super::{Peer, Rule, Traffic};

/// What differs between the live rules of one direction and the declared ones. Each list is in an order that does
/// not depend on theirs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleDiff {
    /// Declared, and not there.
    pub add: Vec<Rule>,
    /// There, and not declared.
    pub remove: Vec<Rule>,
    /// There with another description: as it is live, and as it is declared.
    pub describe: Vec<(Rule, Rule)>,
}

/// Compares the rules of one direction, each by its traffic and its peer.
#[must_use]
pub fn diff(live: &[Rule], want: &[Rule]) -> RuleDiff {
    let mut diff = RuleDiff::default();
    for rule in ordered(want) {
        match live.iter().find(|other| other.is_same(rule)) {
            None => diff.add.push(rule.clone()),
            Some(before) if before.description != rule.description => {
                diff.describe.push((before.clone(), rule.clone()));
            }
            Some(_) => {}
        }
    }
    let goes = |rule: &&Rule| !want.iter().any(|other| other.is_same(rule));
    diff.remove.extend(ordered(live).into_iter().filter(goes).cloned());
    diff
}

fn ordered(rules: &[Rule]) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by_cached_key(|rule| order(rule));
    rules
}

/// By traffic; then groups and lists by name, then ranges by address.
fn order(rule: &Rule) -> (Traffic, Option<IpNet>, String) {
    match &rule.peer {
        Peer::Range(range) => (rule.traffic, Some(*range), String::new()),
        peer => (rule.traffic, None, peer.to_string()),
    }
}
