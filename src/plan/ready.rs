//! The part of a plan that may run.

use std::collections::BTreeSet;

use super::graph::{self, Node, Ready};
use crate::kind::Known;
use crate::kind::erase::AnyStep;
use crate::kind::view::{Need, StepView, Verb};
use crate::model::{Address, KindName};

/// What a person has agreed to, by address.
#[derive(Clone, Debug, Default)]
pub struct Consent(BTreeSet<(Need, String)>);

impl Consent {
    /// Agrees to `need` for the entry or resource at `address`.
    pub fn give(&mut self, need: Need, address: impl Into<String>) {
        self.0.insert((need, address.into()));
    }

    /// What of a step's needs is not agreed to.
    #[must_use]
    pub fn missing(&self, view: &StepView) -> Vec<Need> {
        let address = view.address.to_string();
        view.needs().into_iter().filter(|need| !self.0.contains(&(*need, address.clone()))).collect()
    }
}

/// A step that is left out, and why.
#[derive(Clone, Debug)]
pub struct Held {
    /// The step.
    pub view: StepView,
    /// Why.
    pub why: Why,
}

/// Why a step is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A guard refuses, or it could not be read: the view says more.
    Stuck,
    /// Nobody has agreed to this.
    Missing(Vec<Need>),
    /// It names this one, which is left out.
    Names(Address),
    /// This one still hands on what it brings, and that is left as it is.
    HandedOn(Address),
}

/// Something that left the manifest, and that AWS deletes with what it belongs to.
struct Part {
    address: Address,
    kind: KindName,
    id: String,
}

impl Part {
    fn of(step: &dyn AnyStep) -> Option<Self> {
        let (kind, id) = step.part_of()?;
        Some(Self { address: step.view().address.clone(), kind, id: id.to_owned() })
    }

    /// Whether what `view` deletes takes it along.
    fn goes_with(&self, view: &StepView) -> bool {
        let is_whole = view.address.kind == self.kind && view.id.as_deref() == Some(&self.id);
        view.verb == Verb::Delete && is_whole
    }
}

/// What hands on values of others to whoever relies on them. While it does, what they are of is not deleted.
struct Handing {
    address: Address,
    values: BTreeSet<String>,
}

impl Handing {
    fn of(step: &dyn AnyStep) -> Option<Self> {
        let view = step.view();
        let values = step.hands_on().then(|| values(view))?;
        Some(Self { address: view.address.clone(), values })
    }

    /// Whether what `view` deletes brings one of the values.
    fn needs(&self, view: &StepView) -> bool {
        view.verb == Verb::Delete
            && self.address != view.address
            && values(view).iter().any(|value| self.values.contains(value))
    }
}

/// The values that a live resource brings.
fn values(view: &StepView) -> BTreeSet<String> {
    let outputs = view.seen.iter().flat_map(|seen| seen.outputs.iter());
    outputs.map(|(_, value)| value.to_owned()).collect()
}

/// What may run: steps that write, that no guard refuses, that need no word that was not given, and that name
/// nothing that is left out and has to come first.
///
/// It cannot be made in any other way than from a plan and a consent.
pub struct ReadyPlan {
    views: Vec<StepView>,
    nodes: Vec<Node>,
    held: Vec<Held>,
    known: Known,
}

impl ReadyPlan {
    /// The same for tests, which have steps of kinds that no manifest has.
    #[cfg(test)]
    pub(crate) fn of(
        steps: Vec<Box<dyn AnyStep>>,
        known: Known,
        kinds: &[KindName],
        consent: &Consent,
        only: &[String],
    ) -> Self {
        Self::new(steps, known, kinds, consent, only)
    }

    /// With `only` not empty, everything else is passed over without a word.
    pub(super) fn new(
        steps: Vec<Box<dyn AnyStep>>,
        known: Known,
        kinds: &[KindName],
        consent: &Consent,
        only: &[String],
    ) -> Self {
        let is_wanted = |view: &StepView| only.is_empty() || only.contains(&view.address.to_string());
        let (mut held, mut ready) = (Vec::new(), Vec::new());
        // What others wait for, and does not come.
        let mut missing = BTreeSet::new();
        // What stays of that which AWS deletes with something else: nobody has agreed to its deletion.
        let mut staying: Vec<Part> = Vec::new();
        let handing: Vec<_> = steps.iter().filter_map(|step| Handing::of(step.as_ref())).collect();
        for step in steps {
            let view = step.view();
            let lacks = consent.missing(view);
            let why = match view.verb {
                Verb::Blocked | Verb::Unknown => Some(Why::Stuck),
                verb if verb.acts() && !lacks.is_empty() => Some(Why::Missing(lacks)),
                _ => None,
            };
            let is_ready = why.is_none() && is_wanted(view);
            if !(is_ready && view.verb == Verb::Delete) {
                staying.extend(Part::of(step.as_ref()));
            }
            if is_ready {
                ready.push(step);
                continue;
            }
            if graph::is_awaited(view.verb) || view.takes_away() || why == Some(Why::Stuck) {
                missing.insert(view.address.clone());
            }
            held.extend(why.filter(|_| is_wanted(view)).map(|why| Held { view: view.clone(), why }));
        }
        loop {
            // What hands on values lets go of those that it no longer is to have by a call of its own.
            let lets_go = |address: &Address| {
                ready.iter().map(|step| step.view()).any(|it| it.address == *address && it.verb.acts())
            };
            let lacks = |step: &dyn AnyStep| {
                let own = step.view().address.clone();
                let mut names = step.names().into_iter().map(|(_, address)| address);
                let named = names.find(|address| *address != own && missing.contains(address));
                let with = || Some(staying.iter().find(|part| part.goes_with(step.view()))?.address.clone());
                let handed = || handing.iter().find(|it| it.needs(step.view()) && !lets_go(&it.address));
                let named = named.or_else(with).map(Why::Names);
                named.or_else(|| Some(Why::HandedOn(handed()?.address.clone())))
            };
            let mut lacking = ready.iter().enumerate().filter(|(_, step)| step.view().verb.acts());
            let lacking = lacking.find_map(|(at, step)| Some((at, lacks(step.as_ref())?)));
            let Some((at, why)) = lacking else { break };
            let step = ready.remove(at);
            let view = step.view().clone();
            held.push(Held { view: view.clone(), why });
            staying.extend(Part::of(step.as_ref()));
            if graph::is_awaited(view.verb) || view.takes_away() {
                missing.insert(view.address);
            }
        }
        let steps = ready.into_iter().filter_map(|step| {
            let (view, names) = (step.view().clone(), step.names());
            let handed = handing.iter().filter(|it| it.needs(&view)).map(|it| it.address.clone()).collect();
            let tasks = step.tasks();
            (!tasks.is_empty()).then_some(Ready { view, names, handed, tasks })
        });
        let steps: Vec<_> = steps.collect();
        let views = steps.iter().map(|step| step.view.clone()).collect();
        Self { views, nodes: graph::connect(steps, kinds), held, known }
    }

    /// Whether nothing may run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What is left out.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// What may run, for [`crate::apply`]: the steps, their tasks, and what entries had come to in the plan.
    #[must_use]
    pub fn into_parts(self) -> (Vec<StepView>, Vec<Node>, Known) {
        (self.views, self.nodes, self.known)
    }
}
