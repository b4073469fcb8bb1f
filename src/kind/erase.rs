//! Makes typed kinds uniform. The only place where a kind's types are hidden behind `dyn`.
//!
//! A value travels `AnyKind → AnyGroup → AnySighting → AnyStep → AnyTask`, each made by the one before,
//! so that nothing is ever cast back.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use serde_json::Value;
use tokio::sync::watch;

use super::decide::{Act, Around, Decision, Stacks};
use super::erase_parting::Parting;
use super::known::Fate;
use super::settle::{self, Left, Leftovers};
use super::sighting::{Found, Observation};
use super::task::{self, Done, Leaving, StepError, Target, Task};
use super::view::StepView;
use super::{Describe, Draft, Entry, Kind, Known, Place, Run, Stage, Survey, Wanted, show};
use crate::aws::{Aws, CallError, Listings};
use crate::model::problem::Findings;
use crate::model::{Address, KindName, Location, OnDelete};

pub use super::erase_lookup::{ErasedLookUp, lookup};
pub use super::erase_raise::{AnyFind, AnyFinder, AnyLocator, Finds, Located, Search};

/// A kind of resource or of look-up, without its types.
pub trait AnyKind: Sync {
    /// Its name in manifests.
    fn name(&self) -> KindName;
    /// What AWS calls it.
    fn about(&self) -> &'static str;
    /// Whether it is a look-up: then its entries say nothing of [`super::Common`].
    fn is_lookup(&self) -> bool;
    /// What may become of it when its entry leaves the manifest; the default first.
    fn on_delete(&self) -> &'static [OnDelete];
    /// The fields that `ignore` may name.
    fn fields(&self) -> Vec<&'static str>;
    /// The table whose members make one entry together. See [`Kind::GATHERED`].
    fn gathered(&self) -> Option<&'static str>;
    /// Whether its entries are about secrets. See [`Kind::CONFIDENTIAL`].
    fn is_confidential(&self) -> bool;
    /// The JSON Schema of what its entries may say besides [`super::Common`].
    fn schema(&self) -> Value;
    /// An empty group of its entries.
    fn group(&self) -> Box<dyn AnyGroup>;
    /// How what is live of it is found; none for a look-up.
    fn finder(&self) -> Option<&dyn AnyFinder>;
    /// How a look-up is found for what it is to find; none for what is written.
    fn locator(&self) -> Option<&dyn AnyLocator>;
}

/// The entries of one kind in one manifest.
pub trait AnyGroup: Send + Sync {
    /// Understands an entry and adds it, unless something is wrong with it.
    fn add(&mut self, draft: &Draft, place: &Arc<Place>) -> Findings;
    /// What identifies each entry, in the order of the manifest.
    fn entries(&self) -> Vec<EntryName>;
    /// The kind that they are of.
    fn kind(&self) -> KindName;
    /// Whether that is a look-up.
    fn is_lookup(&self) -> bool;
    /// The domains that look-ups look for.
    fn domains(&self) -> Vec<String>;
    /// Tells the entries what those that they name are called in AWS.
    fn introduce(&mut self, names: &BTreeMap<Address, String>);
    /// Reads what is live of the entries, and looks for what left the manifest.
    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Box<dyn AnySighting>>;
}

/// What one look at the account has in common.
#[derive(Clone)]
pub struct Look<'a> {
    /// Where to look.
    pub aws: &'a Aws,
    /// The manifest's header.
    pub place: &'a Arc<Place>,
    /// What several kinds list, read once.
    pub listings: &'a Listings,
    /// Whether to measure what each resource holds, wherever that takes more calls.
    pub measure: bool,
    /// What the look-ups have found; nothing while they are looking.
    pub looked_up: watch::Receiver<Option<Known>>,
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
    /// What no other entry of its kind may claim: its name in AWS; a look-up claims nothing.
    pub claim: Option<String>,
    /// Its name in AWS; a look-up has none.
    pub name: Option<String>,
}

/// What was seen of one kind.
pub trait AnySighting: Send {
    /// What could not be read while looking for resources that left the manifest.
    fn gaps(&self) -> &[CallError];
    /// Notes what can be told before anything is decided: what was found; what goes, where all does.
    fn tell(&self, known: &mut Known);
    /// Reads what can only be asked once that is known. See [`Kind::consult`].
    fn consult<'a>(&'a mut self, aws: &'a Aws, known: &'a Known) -> BoxFuture<'a, ()>;
    /// The same where all is to go: every entry is taken for one that has left the manifest.
    fn leave(self: Box<Self>) -> Box<dyn AnySighting>;
    /// Decides what happens, given what those that its entries name have come to; and notes what its own come
    /// to. Pure.
    fn decide(self: Box<Self>, known: &mut Known) -> Vec<Box<dyn AnyStep>>;
}

/// One decision.
pub trait AnyStep: Send {
    /// The decision as plain data.
    fn view(&self) -> &StepView;
    /// The entries that it names, with the stage from which on it needs each.
    fn names(&self) -> Vec<(Stage, Address)>;
    /// What left the manifest and belongs to something else: the kind and the id of that. See [`Kind::part_of`].
    fn part_of(&self) -> Option<(KindName, &str)>;
    /// Whether what it brings are values of others. See [`Kind::HANDS_ON`].
    fn hands_on(&self) -> bool;
    /// What can be run of it, stage by stage; nothing if there is nothing to do, or a guard refuses.
    fn tasks(self: Box<Self>) -> Vec<(Stage, Box<dyn AnyTask>)>;
}

/// One stage of a step that may run.
pub trait AnyTask: Send {
    /// Looks again, then writes. See [`Task::run`].
    fn run<'a>(self: Box<Self>, run: &'a Run<'a>, known: &'a Known)
    -> BoxFuture<'a, Result<Done, StepError>>;
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

    fn is_lookup(&self) -> bool {
        false
    }

    fn on_delete(&self) -> &'static [OnDelete] {
        K::ON_DELETE
    }

    fn fields(&self) -> Vec<&'static str> {
        K::FIELDS.iter().map(|field| field.name).collect()
    }

    fn gathered(&self) -> Option<&'static str> {
        K::GATHERED
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

    fn finder(&self) -> Option<&dyn AnyFinder> {
        Some(self)
    }

    fn locator(&self) -> Option<&dyn AnyLocator> {
        None
    }
}

struct Group<K: Kind> {
    entries: Vec<Arc<Entry<K>>>,
}

impl<K: Kind> AnyGroup for Group<K> {
    fn add(&mut self, draft: &Draft, place: &Arc<Place>) -> Findings {
        let (entry, findings) = Entry::from_draft(draft, place);
        self.entries.extend(entry.map(Arc::new));
        findings
    }

    fn entries(&self) -> Vec<EntryName> {
        let name = |entry: &Arc<Entry<K>>| EntryName {
            address: entry.address.clone(),
            was: entry.was.clone(),
            location: entry.location.clone(),
            claim: Some(K::claim(&entry.state)),
            name: Some(K::name(&entry.state).to_owned()),
        };
        self.entries.iter().map(name).collect()
    }

    fn kind(&self) -> KindName {
        K::NAME
    }

    fn is_lookup(&self) -> bool {
        false
    }

    fn domains(&self) -> Vec<String> {
        Vec::new()
    }

    fn introduce(&mut self, names: &BTreeMap<Address, String>) {
        // Nobody else has an entry while the manifest is being read.
        for entry in self.entries.iter_mut().filter_map(Arc::get_mut) {
            K::links(&mut entry.state, &mut |_, link| link.introduce(names));
        }
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Box<dyn AnySighting>> {
        Box::pin(async move {
            let Look { aws, place, listings, measure, looked_up } = look;
            let entries =
                if K::FOUND_BY_LINKS { self.located(looked_up).await } else { self.entries.clone() };
            let wanted = entries.iter().map(|entry| Wanted {
                state: &entry.state,
                tags: &entry.tags,
                seen: None,
                measure,
            });
            let wanted: Vec<_> = wanted.collect();
            let observation = K::observe(aws, &wanted, Some(Survey::marked(&place.manifest, listings))).await;
            drop(wanted);
            let present = observation.found.iter().filter_map(Found::live);
            let marks = present.chain(&observation.leftovers).filter_map(|live| live.tags.stack());
            let stacks = task::ask_stacks(aws, place, marks).await;
            let place = Arc::clone(place);
            let sighting: Box<dyn AnySighting> = Box::new(Sighting { entries, observation, stacks, place });
            sighting
        })
    }
}

impl<K: Kind> Group<K> {
    /// The entries, with the links that tell where their resources are.
    async fn located(&self, mut looked_up: watch::Receiver<Option<Known>>) -> Vec<Arc<Entry<K>>> {
        // Whoever looks up always answers; should it be gone, nothing is known.
        let known = looked_up.wait_for(Option::is_some).await.ok().and_then(|known| known.clone());
        let known = known.unwrap_or_default();
        self.entries.iter().map(|entry| Arc::new(entry.resolved(&known))).collect()
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

    fn tell(&self, known: &mut Known) {
        for (entry, found) in self.entries.iter().zip(&self.observation.found) {
            if let Some(live) = found.live() {
                known.note(entry.address.clone(), Fate::Live(live.outputs.clone()));
            }
        }
    }

    fn consult<'a>(&'a mut self, aws: &'a Aws, known: &'a Known) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let seen = self.entries.iter().zip(&mut self.observation.found);
            join_all(seen.map(|(entry, found)| async {
                task::consult(aws, found, &entry.resolved(known).state).await;
            }))
            .await;
        })
    }

    fn leave(self: Box<Self>) -> Box<dyn AnySighting> {
        let Self { entries, observation, stacks, place } = *self;
        let Observation { found, leftovers, gaps } = observation;
        Box::new(Parting::new(answered(entries, found), leftovers, gaps, stacks, place))
    }

    fn decide(self: Box<Self>, known: &mut Known) -> Vec<Box<dyn AnyStep>> {
        let Self { entries, observation, stacks, place } = *self;
        let around = Around { leftovers: &observation.leftovers, gaps: &observation.gaps, stacks: &stacks };
        let mut seen = answered(entries, observation.found);
        let decisions = settle::entries(&mut seen, &around, known);
        let mut steps: Vec<Box<dyn AnyStep>> = Vec::new();
        for ((entry, found), decision) in seen.iter().zip(decisions) {
            let view = show::entry(entry, found, &decision);
            let target = Target::Entry(Arc::clone(entry));
            steps.push(Box::new(Step { target, view, decision, together: Vec::new() }));
        }
        let Leftovers { judged, leaving } =
            settle::leftovers(&observation.leftovers, &seen, &stacks, &place, known);
        let leaving = Arc::new(Leaving { with: leaving, destroying: None });
        for Left { live, address, decision, together } in judged {
            let view = show::leftover(address, live, &decision);
            let target = Target::Leftover(Box::new(live.clone()), Arc::clone(&leaving), Arc::clone(&place));
            steps.push(Box::new(Step { target, view, decision, together }));
        }
        if let Some(gap) = observation.gaps.first() {
            known.gap(K::NAME, gap);
        }
        steps
    }
}

/// Each entry with what was found of it. One without an answer is unknown; it is not to be passed over.
fn answered<K: Kind>(
    entries: Vec<Arc<Entry<K>>>,
    mut found: Vec<Found<K>>,
) -> Vec<(Arc<Entry<K>>, Found<K>)> {
    found.extend(entries.iter().skip(found.len()).map(|entry| Found::unanswered(K::name(&entry.state))));
    entries.into_iter().zip(found).collect()
}

/// Every decision about what was seen, as a command makes them.
#[cfg(test)]
pub(crate) fn steps<K: Kind>(
    entries: Vec<Entry<K>>,
    observation: Observation<K>,
    stacks: Stacks,
    place: Arc<Place>,
    known: &mut Known,
) -> Vec<Box<dyn AnyStep>> {
    let entries = entries.into_iter().map(Arc::new).collect();
    Box::new(Sighting { entries, observation, stacks, place }).decide(known)
}

/// The same as plain data, where nothing of another kind is named.
#[cfg(test)]
pub(super) fn decided<K: Kind>(
    entries: Vec<Entry<K>>,
    observation: Observation<K>,
    stacks: Stacks,
    place: Arc<Place>,
) -> Vec<StepView> {
    let steps = steps(entries, observation, stacks, place, &mut Known::default());
    steps.iter().map(|step| step.view().clone()).collect()
}

pub(super) struct Step<K: Kind> {
    pub(super) target: Target<K>,
    pub(super) view: StepView,
    pub(super) decision: Decision<K>,
    /// What else has to leave for it to go.
    pub(super) together: Vec<Address>,
}

impl<K: Kind> AnyStep for Step<K> {
    fn view(&self) -> &StepView {
        &self.view
    }

    fn names(&self) -> Vec<(Stage, Address)> {
        match &self.target {
            Target::Entry(entry) => entry.names(),
            Target::Leftover(..) => {
                self.together.iter().map(|address| (Stage::Itself, address.clone())).collect()
            }
        }
    }

    fn part_of(&self) -> Option<(KindName, &str)> {
        match &self.target {
            Target::Entry(_) => None,
            Target::Leftover(live, ..) => K::part_of(live),
        }
    }

    fn hands_on(&self) -> bool {
        K::HANDS_ON
    }

    fn tasks(self: Box<Self>) -> Vec<(Stage, Box<dyn AnyTask>)> {
        let Self { target, view, decision, together: _ } = *self;
        let Decision::Act(act, changes) = decision else { return Vec::new() };
        let stages: BTreeSet<_> = changes.iter().map(K::stage).collect();
        let mut stages: Vec<_> = stages.into_iter().collect();
        // What hangs on a resource goes before it.
        if act == Act::Delete {
            stages.reverse();
        }
        let task = |(at, stage): (usize, Stage)| {
            let shown = changes.iter().filter(|change| K::stage(change) == stage);
            let task: Box<dyn AnyTask> = Box::new(Task {
                target: target.clone(),
                view: view.clone(),
                stage,
                shown: shown.map(Describe::describe).collect(),
                follows: at > 0,
            });
            (stage, task)
        };
        // Without a call, as where only what is declared of it has changed, there is nothing to run.
        stages.into_iter().enumerate().map(task).collect()
    }
}

impl<K: Kind> AnyTask for Task<K> {
    fn run<'a>(
        self: Box<Self>,
        run: &'a Run<'a>,
        known: &'a Known,
    ) -> BoxFuture<'a, Result<Done, StepError>> {
        Box::pin(async move { Task::run(*self, run, known).await })
    }
}
