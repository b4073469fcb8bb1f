//! What is live and called as asked, what that names, and so on; and the look-ups that find the rest.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::keys::keys;
use crate::aws::{Aws, CallError, Listings};
use crate::kind::entry::Place;
use crate::kind::erase::{AnyFind, AnyKind, Located, Search};
use crate::kind::lookup::NotLocated;
use crate::kind::raise::{Ask, Called};
use crate::kind::sighting::Names;
use crate::model::{Address, KindName, Outputs, Pattern};

/// A resource that was found.
pub(super) struct Find {
    pub(super) it: Box<dyn AnyFind>,
    /// What its entry would name.
    pub(super) asks: BTreeSet<Ask>,
    /// Whether it is there only because others name it.
    pub(super) named: bool,
}

impl Find {
    /// Whether it is what is asked for.
    pub(super) fn is(&self, ask: &Ask) -> bool {
        let outputs = self.it.outputs();
        let id = outputs.get(Outputs::ID).or_else(|| outputs.get(Outputs::ARN));
        self.it.kind() == ask.kind && id == Some(ask.id.as_str())
    }

    /// What people call it.
    pub(super) fn words(&self) -> String {
        let (kind, name) = (self.it.kind(), self.it.name());
        match self.it.outputs().get(Outputs::ID) {
            Some(id) if id != name => format!("{kind} {name} ({id})"),
            _ => format!("{kind} {name}"),
        }
    }
}

/// What was found in an account.
#[derive(Default)]
pub(super) struct Account {
    pub(super) finds: Vec<Find>,
    pub(super) gaps: Vec<CallError>,
}

/// The look-ups that were found, and which of them each ask is answered by; or why none is.
#[derive(Default)]
pub(super) struct LookUps {
    pub(super) found: Vec<(Address, Located)>,
    pub(super) answers: BTreeMap<Ask, Result<usize, String>>,
}

impl Account {
    /// Finds what is called as asked, then what that names, until nothing new is named.
    pub(super) async fn find(
        &mut self,
        aws: &Aws,
        kinds: &'static [&'static dyn AnyKind],
        chosen: &[KindName],
        patterns: Vec<Pattern>,
        place: &Place,
    ) {
        let listings = Listings::default();
        let mut sought: BTreeSet<(KindName, String)> = BTreeSet::new();
        let asked = Names { patterns, ids: BTreeSet::new() };
        let mut round: BTreeMap<KindName, Names> = chosen.iter().map(|kind| (*kind, asked.clone())).collect();
        let mut named = false;
        while !round.is_empty() {
            let finders = kinds.iter().filter_map(|kind| kind.finder());
            let searches = finders.filter_map(|finder| Some((finder, round.get(&finder.name())?)));
            let searches: Vec<_> = searches.collect();
            let listings = &listings;
            let all = searches.into_iter().map(|(finder, names)| {
                let search = Search { aws, place, listings, names };
                finder.find(search)
            });
            for finds in join_all(all).await {
                self.gaps.extend(finds.gaps);
                for it in finds.found {
                    // What nobody may take over names nothing.
                    let asks = if it.refused().is_some() { BTreeSet::new() } else { it.asks() };
                    self.finds.push(Find { it, asks, named });
                }
            }
            named = true;
            round = BTreeMap::new();
            let has_finder = |kind: KindName| kinds.iter().any(|it| it.name() == kind && !it.is_lookup());
            for ask in self.finds.iter().flat_map(|find| &find.asks).filter(|ask| has_finder(ask.kind)) {
                let is_found = self.finds.iter().any(|find| find.is(ask));
                if !is_found && sought.insert((ask.kind, ask.id.clone())) {
                    round.entry(ask.kind).or_default().ids.insert(ask.id.clone());
                }
            }
        }
        let place_of = |kind: KindName| kinds.iter().position(|it| it.name() == kind);
        self.finds.sort_by(|one, other| {
            let key = |find: &Find| (place_of(find.it.kind()), find.it.name().to_owned(), find.words());
            key(one).cmp(&key(other))
        });
    }

    /// Finds the look-ups that find what is named: as few as will do.
    pub(super) async fn locate(&mut self, aws: &Aws, kinds: &'static [&'static dyn AnyKind]) -> LookUps {
        let mut lookups = LookUps::default();
        let mut found: Vec<(KindName, Ask, Located)> = Vec::new();
        for locator in kinds.iter().filter_map(|kind| kind.locator()) {
            let asks = self.finds.iter().flat_map(|find| &find.asks).filter(|ask| ask.kind == locator.name());
            // Those that say most first: what does for them does for the others.
            let asks: BTreeSet<_> = asks.cloned().collect();
            let mut asks: Vec<_> = asks.into_iter().collect();
            asks.sort_by(|one, other| (&one.id, &other.subnets).cmp(&(&other.id, &one.subnets)));
            let answers = locator.locate(aws, &asks).await;
            let mut unread = None;
            for (ask, answer) in asks.into_iter().zip(answers) {
                let fits = |(kind, of, it): &(KindName, Ask, Located)| {
                    *kind == ask.kind && of.id == ask.id && ask.subnets.fit(&it.outputs)
                };
                let answer = match (found.iter().position(fits), answer) {
                    (Some(at), _) => Ok(at),
                    (None, Ok(located)) => {
                        found.push((ask.kind, ask.clone(), located));
                        Ok(found.len() - 1)
                    }
                    (None, Err(NotLocated::None(why))) => Err(why),
                    (None, Err(NotLocated::Unknown(error))) => {
                        let why = format!("it names {}, which could not be read", ask.id);
                        unread = Some(error);
                        Err(why)
                    }
                };
                lookups.answers.insert(ask, answer);
            }
            self.gaps.extend(unread);
        }
        let called = |(kind, _, located): &(KindName, Ask, Located)| Called {
            kind: *kind,
            word: located.word.clone(),
            is_name: false,
        };
        let keys = keys(&found.iter().map(called).collect::<Vec<_>>());
        lookups.found = found
            .into_iter()
            .zip(keys)
            .map(|((kind, _, located), key)| (Address::new(kind, key), located))
            .collect();
        lookups
    }
}
