//! A kind's part of a manifest that is to be destroyed: every entry is taken for one that has left. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decide::{self, Block, Decision, Stacks};
use super::erase::{AnySighting, AnyStep, Step};
use super::settle::{self, Left, Leftovers};
use super::task::{Leaving, Target};
use super::{Entry, Found, Kind, Known, Live, Phase, Place, show};
use futures_util::future::BoxFuture;

use crate::aws::{Aws, CallError};
use crate::model::{Address, OnDelete, Owner, tags};

/// An entry that is about nothing of ours, and what is decided about it.
type Other<K> = (Arc<Entry<K>>, Found<K>, Decision<K>);

/// What was seen of a kind, all of which is to go.
pub(super) struct Parting<K: Kind> {
    others: Vec<Other<K>>,
    /// What is ours.
    ours: Vec<Live<K>>,
    gaps: Vec<CallError>,
    stacks: Stacks,
    place: Arc<Place>,
}

impl<K: Kind> Parting<K> {
    /// Of `seen` what is ours joins `ours`, which are what the survey brought.
    pub(super) fn new(
        seen: impl IntoIterator<Item = (Arc<Entry<K>>, Found<K>)>,
        mut ours: Vec<Live<K>>,
        gaps: Vec<CallError>,
        stacks: Stacks,
        place: Arc<Place>,
    ) -> Self {
        let mut others = Vec::new();
        for (entry, found) in seen {
            match found {
                Found::Absent => {}
                Found::Present(mut live) if live.tags.owner(&place.manifest) == Owner::Us => {
                    // What the manifest says now may not be on the tag yet: the more careful of the two holds.
                    if OnDelete::from_tag(entry.tags.get(tags::ON_DELETE)) == OnDelete::Retain {
                        live.tags.set(tags::ON_DELETE, OnDelete::Retain.word());
                    }
                    ours.push(*live);
                }
                Found::Present(live) => {
                    let decision = match decide::foreign(&live, &place.manifest, &stacks) {
                        Ok(Some(block)) => Decision::Keep(block.reason),
                        Ok(None) => Decision::Keep("it belongs to nobody, and is left alone".to_owned()),
                        Err(error) => Decision::Unknown(error),
                    };
                    others.push((entry, Found::Present(live), decision));
                }
                // Nobody could say where to look. What is ours of it the survey has found, or there is a gap.
                _ if entry.is_lost() => {}
                Found::Unclear { reason, help } => {
                    let decision = Decision::Blocked(Block::new(reason, help));
                    others.push((entry, Found::Absent, decision));
                }
                Found::Unknown(error) => {
                    let decision = Decision::Unknown(error.clone());
                    others.push((entry, Found::Unknown(error), decision));
                }
            }
        }
        Self { others, ours, gaps, stacks, place }
    }
}

/// Passes over what holds `live` and goes before it. Gives whose that is.
fn release<K: Kind>(live: &mut Live<K>, known: &Known) -> Vec<Address> {
    let mut owners = BTreeSet::new();
    let Some(destroying) = known.destroying() else { return Vec::new() };
    K::release(live, &mut |interface| {
        let owner = destroying.owner(interface);
        owners.extend(owner.cloned());
        owner.is_some()
    });
    owners.into_iter().collect()
}

impl<K: Kind> AnySighting for Parting<K> {
    fn gaps(&self) -> &[CallError] {
        &self.gaps
    }

    fn tell(&self, known: &mut Known) {
        let Self { others: _, ours, gaps: _, stacks, place } = self;
        let says = |live: &&Live<K>| decide::says_delete(*live, stacks, place, known);
        let leaving = decide::leaving(ours.iter().filter(says).collect());
        let addresses = decide::leftover_addresses(ours, std::iter::empty());
        let goes = |live: &Live<K>| {
            let is_ours = matches!(decide::foreign(live, &place.manifest, stacks), Ok(None));
            let is_stripped = K::STRIPPED && is_ours && live.phase == Phase::Active;
            is_stripped || leaving.iter().any(|it| std::ptr::eq(*it, live))
        };
        let going: Vec<_> = ours.iter().zip(&addresses).filter(|(live, _)| goes(live)).collect();
        let Some(destroying) = known.destroying_mut() else { return };
        for (live, address) in going {
            for grip in K::grips(live) {
                destroying.goes(grip, address);
            }
        }
    }

    fn consult<'a>(&'a mut self, _aws: &'a Aws, _known: &'a Known) -> BoxFuture<'a, ()> {
        // It was asked before it was known that all is to go; what uses it was measured.
        Box::pin(std::future::ready(()))
    }

    fn leave(self: Box<Self>) -> Box<dyn AnySighting> {
        self
    }

    fn decide(self: Box<Self>, known: &mut Known) -> Vec<Box<dyn AnyStep>> {
        let Self { others, mut ours, gaps, stacks, place } = *self;
        let mut steps: Vec<Box<dyn AnyStep>> = Vec::new();
        for (entry, found, decision) in others {
            // What is a part of it stays too.
            if let Found::Unknown(error) = &found {
                known.gap(K::NAME, error);
            }
            let mut view = show::entry(&entry, &found, &decision);
            // They are about what it is to be.
            view.notes.clear();
            steps.push(Box::new(Step { target: Target::Entry(entry), view, decision, together: Vec::new() }));
        }
        let held: Vec<_> = ours.iter_mut().map(|live| release(live, known)).collect();
        let Leftovers { judged, leaving } = settle::leftovers(&ours, &[], &stacks, &place, known);
        let leaving = Arc::new(Leaving { with: leaving, destroying: known.destroying().cloned() });
        for (Left { live, address, decision, together }, held) in judged.into_iter().zip(held) {
            let mut view = show::leftover(address, live, &decision);
            let stays = matches!(decision, Decision::Keep(_) | Decision::Blocked(_));
            let is_ours = matches!(decide::foreign(live, &place.manifest, &stacks), Ok(None));
            if stays && is_ours && live.phase == Phase::Active {
                view.by_hand = K::by_hand(live).iter().map(|line| line.at(&place)).collect();
            }
            let target = Target::Leftover(Box::new(live.clone()), Arc::clone(&leaving), Arc::clone(&place));
            let together = together.into_iter().chain(held).collect();
            steps.push(Box::new(Step { target, view, decision, together }));
        }
        if let Some(gap) = gaps.first() {
            known.gap(K::NAME, gap);
        }
        steps
    }
}
