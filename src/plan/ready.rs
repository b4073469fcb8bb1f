//! The part of a plan that may run.

use std::collections::BTreeSet;

use crate::kind::erase::{AnyStep, AnyTask};
use crate::kind::view::{Need, StepView, Verb};

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
    /// What nobody has agreed to; empty when a guard refuses or it could not be read.
    pub missing: Vec<Need>,
}

/// What may run: steps that write, that no guard refuses, and that need no word that was not given.
///
/// It cannot be made in any other way than from a plan and a consent.
pub struct ReadyPlan {
    tasks: Vec<Box<dyn AnyTask>>,
    held: Vec<Held>,
}

impl ReadyPlan {
    /// With `only` not empty, everything else is passed over without a word.
    pub(super) fn new(steps: Vec<Box<dyn AnyStep>>, consent: &Consent, only: &[String]) -> Self {
        let mut ready = Self { tasks: Vec::new(), held: Vec::new() };
        for step in steps {
            let view = step.view();
            if !only.is_empty() && !only.contains(&view.address.to_string()) {
                continue;
            }
            let missing = consent.missing(view);
            let stuck = matches!(view.verb, Verb::Blocked | Verb::Unknown);
            if stuck || (view.verb.acts() && !missing.is_empty()) {
                ready.held.push(Held { view: view.clone(), missing });
            } else {
                ready.tasks.extend(step.task());
            }
        }
        ready
    }

    /// Whether nothing may run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// What is left out.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// What may run, for [`crate::apply`].
    #[must_use]
    pub fn into_tasks(self) -> Vec<Box<dyn AnyTask>> {
        self.tasks
    }
}
