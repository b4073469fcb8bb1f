//! From what was seen of a kind to all its decisions: entries that name each other, and what left the manifest
//! together. Pure.

use std::sync::Arc;

use super::decide::{self, Around, Decision, Stacks};
use super::known::Fate;
use super::{Entry, Found, Kind, Known, Live, Place};
use crate::model::Address;

/// Decides about entries that may name each other: until nothing more is blocked or unknown because of others.
///
/// An entry only ever gets from free to blocked, and from either to unknown. So it ends, and in the same way
/// whatever the order of the entries.
pub fn entries<K: Kind>(
    seen: &mut [(Arc<Entry<K>>, Found<K>)],
    around: &Around<'_, K>,
    known: &mut Known,
) -> Vec<Decision<K>> {
    let among = seen.iter().any(|(entry, _)| entry.names().iter().any(|(_, name)| name.kind == K::NAME));
    // What is there is known by its id from the beginning, whatever comes of it: else an entry would differ, and
    // be blocked, only because the one that it names comes later.
    for (entry, found) in seen.iter() {
        if let Some(live) = found.live() {
            known.note(entry.address.clone(), Fate::Live(live.outputs.clone()));
        }
    }
    let mut before = None;
    loop {
        let mut decisions = Vec::new();
        for (entry, found) in seen.iter_mut() {
            *entry = Arc::new(entry.resolved(known));
            let decision = decide::entry(entry, found, around, known);
            known.note(entry.address.clone(), decide::fate(found, &decision));
            decisions.push(decision);
        }
        let stuck: Vec<_> = decisions.iter().map(Stuck::of).collect();
        // Once is enough where nobody names another; else the last look must have changed nothing.
        if !among || before.as_ref() == Some(&stuck) {
            return decisions;
        }
        before = Some(stuck);
    }
}

/// Whether an entry stands in the way of those that name it.
#[derive(PartialEq)]
enum Stuck {
    Free,
    Blocked,
    Unknown,
}

impl Stuck {
    fn of<K: Kind>(decision: &Decision<K>) -> Self {
        match decision {
            Decision::InSync | Decision::Act(..) | Decision::Keep(_) => Self::Free,
            Decision::Blocked(_) => Self::Blocked,
            Decision::Unknown(_) | Decision::NamesUnknown(..) => Self::Unknown,
        }
    }
}

/// What is decided about what left the manifest.
pub struct Leftovers<'a, K: Kind> {
    /// One for each that has a step of its own.
    pub judged: Vec<Left<'a, K>>,
    /// Those that are deleted together.
    pub leaving: Vec<Live<K>>,
}

/// What is decided about one resource that left the manifest.
pub struct Left<'a, K: Kind> {
    /// The resource.
    pub live: &'a Live<K>,
    /// What it is called.
    pub address: Address,
    /// What happens to it.
    pub decision: Decision<K>,
    /// What else has to leave for it to go.
    pub together: Vec<Address>,
}

/// Decides about `all` that left the manifest, given its entries as they were `seen`; and notes what stays.
pub fn leftovers<'a, K: Kind>(
    all: &'a [Live<K>],
    seen: &[(Arc<Entry<K>>, Found<K>)],
    stacks: &Stacks,
    place: &Place,
    known: &mut Known,
) -> Leftovers<'a, K> {
    let entries = || seen.iter().map(|(entry, found)| (entry.as_ref(), found));
    let claimed: Vec<_> = all.iter().map(|live| decide::claimed(live, entries())).collect();
    let free = all
        .iter()
        .zip(&claimed)
        .filter(|(live, claimed)| claimed.is_none() && decide::says_delete(live, stacks, place, known));
    let leaving = decide::leaving(free.map(|(live, _)| live).collect());
    let addresses = decide::leftover_addresses(all, entries().map(|(entry, _)| entry));
    let called: Vec<_> = all.iter().zip(&addresses).collect();
    let mut judged = Vec::new();
    for ((live, address), claimed) in called.iter().copied().zip(claimed) {
        // Nobody could say where to find it: it is what that entry's own step is about.
        if entries().any(|(entry, _)| entry.is_lost() && decide::was_of(live, entry)) {
            known.keep(&live.outputs, address);
            continue;
        }
        let decision =
            claimed.map_or_else(|| decide::leftover(live, stacks, place, &leaving, known), Decision::Keep);
        let is_bare = K::STRIPPED && known.destroying().is_some();
        if !matches!(decision, Decision::Act(..)) && !is_bare {
            known.keep(&live.outputs, address);
        }
        let needed = decide::held_by(live, &leaving);
        let named = called.iter().filter(|(other, _)| needed.iter().any(|it| std::ptr::eq(*it, *other)));
        let together = named.map(|(_, address)| (*address).clone()).collect();
        judged.push(Left { live, address: address.clone(), decision, together });
    }
    Leftovers { judged, leaving: leaving.into_iter().cloned().collect() }
}
