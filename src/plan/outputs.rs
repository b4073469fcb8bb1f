//! What the entries of a manifest bring to others, as far as it is there and ours.

use super::Plan;
use crate::kind::view::{StepView, Verb};
use crate::model::Outputs;

/// An entry, and what it brings.
#[derive(Clone, Debug)]
pub struct Brought<'a> {
    /// What is to be done about it.
    pub view: &'a StepView,
    /// What it brings; none while it is not there, not ours, or not to be read.
    pub outputs: Option<&'a Outputs>,
}

impl Plan {
    /// What each entry brings, in the order of the manifest.
    #[must_use]
    pub fn outputs(&self) -> Vec<Brought<'_>> {
        let brought = |view| Brought {
            view,
            outputs: self.known.outputs(&view.address).filter(|_| is_ours(view.verb)),
        };
        let entries = self.steps.iter().map(|step| step.view()).filter(|view| view.location.is_some());
        entries.map(brought).collect()
    }
}

/// Whether an entry with this verb is there and ours, or was looked up.
fn is_ours(verb: Verb) -> bool {
    matches!(verb, Verb::InSync | Verb::Update | Verb::Restore | Verb::Found)
}
