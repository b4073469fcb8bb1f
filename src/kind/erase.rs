//! Makes typed kinds uniform. The only place where a kind's types are hidden behind `dyn`.
//!
//! A value travels `AnyKind → AnyGroup → AnySighting → AnyStep → AnyTask`, each made by the one before,
//! so that nothing is ever cast back.

use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::decide::{self, Around, Decision, Stacks};
use super::sighting::{Found, Observation};
use super::task::{self, Done, StepError, Target, Task};
use super::view::StepView;
use super::{Draft, Entry, Kind, Place, Wanted};
use crate::aws::{Aws, CallError};
use crate::model::problem::Problem;
use crate::model::{Address, KindName, Location, OnDelete};

/// A kind, without its types.
pub trait AnyKind: Sync {
    /// Its name in manifests.
    fn name(&self) -> KindName;
    /// What AWS calls it.
    fn about(&self) -> &'static str;
    /// What may become of it when its entry leaves the manifest; the default first.
    fn on_delete(&self) -> &'static [OnDelete];
    /// The fields that `ignore` may name.
    fn fields(&self) -> Vec<&'static str>;
    /// Whether its entries are about secrets. See [`Kind::CONFIDENTIAL`].
    fn is_confidential(&self) -> bool;
    /// The JSON Schema of what its entries may say besides [`super::Common`].
    fn schema(&self) -> Value;
    /// An empty group of its entries.
    fn group(&self) -> Box<dyn AnyGroup>;
}

/// The entries of one kind in one manifest.
pub trait AnyGroup: Send + Sync {
    /// Understands an entry and adds it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; then it is not added.
    fn add(&mut self, draft: &Draft, place: &Arc<Place>) -> Result<(), Vec<Problem>>;
    /// What identifies each entry, in the order of the manifest.
    fn entries(&self) -> Vec<EntryName>;
    /// Reads what is live of the entries, and looks for what left the manifest.
    fn observe<'a>(&'a self, aws: &'a Aws, place: &'a Arc<Place>) -> BoxFuture<'a, Box<dyn AnySighting>>;
}

/// What identifies an entry.
#[derive(Clone, Debug)]
pub struct EntryName {
    /// Its address.
    pub address: Address,
    /// The address that it had before it was renamed.
    pub was: Option<Address>,
    /// Where it is written.
    pub location: Location,
    /// Its name in AWS.
    pub name: String,
}

/// What was seen of one kind.
pub trait AnySighting: Send {
    /// What could not be read while looking for resources that left the manifest.
    fn gaps(&self) -> &[CallError];
    /// Decides what happens. Pure.
    fn decide(self: Box<Self>) -> Vec<Box<dyn AnyStep>>;
}

/// One decision.
pub trait AnyStep: Send {
    /// The decision as plain data.
    fn view(&self) -> &StepView;
    /// What can be run of it; none if there is nothing to do, or a guard refuses.
    fn task(self: Box<Self>) -> Option<Box<dyn AnyTask>>;
}

/// A step that may run.
pub trait AnyTask: Send {
    /// What it does.
    fn view(&self) -> &StepView;
    /// Looks again, then writes. See [`Task::run`].
    fn run<'a>(
        self: Box<Self>,
        aws: &'a Aws,
        began: &'a (dyn Fn(&'static str) + Sync),
    ) -> BoxFuture<'a, Result<Done, StepError>>;
}

/// The registry's entry for `K`.
#[must_use]
pub const fn kind<K: Kind>() -> Erased<K> {
    Erased(PhantomData)
}

/// A kind without its types. Made by [`kind`].
pub struct Erased<K>(PhantomData<fn() -> K>);

impl<K: Kind> AnyKind for Erased<K> {
    fn name(&self) -> KindName {
        K::NAME
    }

    fn about(&self) -> &'static str {
        K::ABOUT
    }

    fn on_delete(&self) -> &'static [OnDelete] {
        K::ON_DELETE
    }

    fn fields(&self) -> Vec<&'static str> {
        K::FIELDS.iter().map(|field| field.name).collect()
    }

    fn is_confidential(&self) -> bool {
        K::CONFIDENTIAL
    }

    fn schema(&self) -> Value {
        schemars::schema_for!(K::Spec).to_value()
    }

    fn group(&self) -> Box<dyn AnyGroup> {
        Box::new(Group::<K> { entries: Vec::new() })
    }
}

struct Group<K: Kind> {
    entries: Vec<Arc<Entry<K>>>,
}

impl<K: Kind> AnyGroup for Group<K> {
    fn add(&mut self, draft: &Draft, place: &Arc<Place>) -> Result<(), Vec<Problem>> {
        self.entries.push(Arc::new(Entry::from_draft(draft, place)?));
        Ok(())
    }

    fn entries(&self) -> Vec<EntryName> {
        let name = |entry: &Arc<Entry<K>>| EntryName {
            address: entry.address.clone(),
            was: entry.was.clone(),
            location: entry.location.clone(),
            name: K::name(&entry.state).to_owned(),
        };
        self.entries.iter().map(name).collect()
    }

    fn observe<'a>(&'a self, aws: &'a Aws, place: &'a Arc<Place>) -> BoxFuture<'a, Box<dyn AnySighting>> {
        Box::pin(async move {
            let wanted: Vec<_> =
                self.entries.iter().map(|entry| Wanted { state: &entry.state, leftover: false }).collect();
            let observation = K::observe(aws, &wanted, Some(&place.manifest)).await;
            let present = observation.found.iter().filter_map(Found::live);
            let marks = present.chain(&observation.leftovers).filter_map(|live| live.tags.stack());
            let stacks = task::ask_stacks(aws, place, marks).await;
            let sighting: Box<dyn AnySighting> = Box::new(Sighting {
                entries: self.entries.clone(),
                observation,
                stacks,
                place: Arc::clone(place),
            });
            sighting
        })
    }
}

struct Sighting<K: Kind> {
    entries: Vec<Arc<Entry<K>>>,
    observation: Observation<K>,
    stacks: Stacks,
    place: Arc<Place>,
}

impl<K: Kind> AnySighting for Sighting<K> {
    fn gaps(&self) -> &[CallError] {
        &self.observation.gaps
    }

    fn decide(self: Box<Self>) -> Vec<Box<dyn AnyStep>> {
        let Self { entries, observation, stacks, place } = *self;
        let around = Around { leftovers: &observation.leftovers, gaps: &observation.gaps, stacks: &stacks };
        let mut found = observation.found;
        // An entry without an answer is unknown; it is not to be passed over.
        found.extend(entries.iter().skip(found.len()).map(|entry| Found::unanswered(K::name(&entry.state))));
        let mut steps: Vec<Box<dyn AnyStep>> = Vec::new();
        for (entry, found) in entries.iter().zip(&found) {
            let decision = decide::entry(entry, found, &around);
            let view = decide::view_entry(entry, found, &decision);
            steps.push(Box::new(Step { target: Target::Entry(Arc::clone(entry)), view, decision }));
        }
        let addresses = decide::leftover_addresses(&observation.leftovers, entries.iter().map(Arc::as_ref));
        for (live, address) in observation.leftovers.into_iter().zip(addresses) {
            let seen = entries.iter().map(Arc::as_ref).zip(&found);
            let decision = decide::claimed(&live, seen)
                .map_or_else(|| decide::leftover(&live, &stacks, &place), Decision::Keep);
            let view = decide::view_leftover(address, &live, &decision);
            let target = Target::Leftover(Box::new(live), Arc::clone(&place));
            steps.push(Box::new(Step { target, view, decision }));
        }
        steps
    }
}

/// Every decision about what was seen, as a command makes them.
#[cfg(test)]
pub(super) fn decided<K: Kind>(
    entries: Vec<Entry<K>>,
    observation: Observation<K>,
    stacks: Stacks,
    place: Arc<Place>,
) -> Vec<StepView> {
    let entries = entries.into_iter().map(Arc::new).collect();
    let steps = Box::new(Sighting { entries, observation, stacks, place }).decide();
    steps.iter().map(|step| step.view().clone()).collect()
}

struct Step<K: Kind> {
    target: Target<K>,
    view: StepView,
    decision: Decision<K>,
}

impl<K: Kind> AnyStep for Step<K> {
    fn view(&self) -> &StepView {
        &self.view
    }

    fn task(self: Box<Self>) -> Option<Box<dyn AnyTask>> {
        let Self { target, view, decision } = *self;
        match decision {
            Decision::Act(_, changes) => Some(Box::new(Task { target, view, changes })),
            Decision::InSync | Decision::Keep(_) | Decision::Blocked(_) | Decision::Unknown(_) => None,
        }
    }
}

impl<K: Kind> AnyTask for Task<K> {
    fn view(&self) -> &StepView {
        &self.view
    }

    fn run<'a>(
        self: Box<Self>,
        aws: &'a Aws,
        began: &'a (dyn Fn(&'static str) + Sync),
    ) -> BoxFuture<'a, Result<Done, StepError>> {
        Box::pin(async move { Task::run(*self, aws, began).await })
    }
}
