mod diff;
mod spec;
mod traffic;
mod words;

use super::*;
use crate::model::KindName;
use crate::model::problem::Problems;

#[derive(serde::Deserialize)]
struct Manifest {
    #[serde(default)]
    ingress: Vec<RuleSpec>,
}

/// Lowers rules that stand under `ingress`.
fn lowered(toml: &str) -> (Vec<Rule>, Problems) {
    let manifest: Manifest = toml::from_str(toml).unwrap();
    let mut problems = Problems::default();
    let rules = problems.within("ingress", |problems| lower(&manifest.ingress, problems));
    (rules, problems)
}

/// Rules without a fault.
fn rules(toml: &str) -> Vec<Rule> {
    let (rules, problems) = lowered(toml);
    assert_eq!(problems.into_found(), []);
    rules
}

/// One rule, in the few words that most tests need.
fn rule(traffic: Traffic, peer: Peer) -> Rule {
    Rule { traffic, peer, description: None }
}

fn tcp(from: u16, to: u16) -> Traffic {
    Traffic::Tcp(Ports { from, to })
}

fn range(text: &str) -> Peer {
    Peer::range(text).unwrap()
}

fn entry(key: &str) -> Address {
    Address::new(KindName::SECURITY_GROUP, key)
}

/// A declared group; its id, once it is known.
fn group(key: &str, id: Option<&str>) -> Peer {
    let mut link = Link::to(entry(key), Outputs::ID);
    link.resolve(id.map(|id| Outputs::default().with(Outputs::ID, id)));
    Peer::Group(link)
}
