//! A plan as plain data: all that rendering and digests may know of one.

use super::{Group, Header, Summary};
use crate::aws::CallError;
use crate::kind::view::{StepView, Verb};
use crate::model::digest;

/// A plan as plain data.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    /// What it is about.
    pub header: &'a Header,
    /// Every step, worst group first.
    pub steps: Vec<&'a StepView>,
    /// What could not be read while looking for what has left the manifest.
    pub gaps: &'a [CallError],
    /// How many steps do what.
    pub summary: Summary,
    /// Twelve hex digits that stand for everything that would happen. Equal digests, equal plans: who
    /// looked, from which file and line, in which order, and what is in sync are not part of it.
    pub digest: String,
    /// Whether all that the manifest owns is to go.
    pub destroys: bool,
}

impl<'a> PlanView<'a> {
    /// Sorts and counts `steps`, and sums them up.
    pub fn new(
        header: &'a Header,
        steps: impl IntoIterator<Item = &'a StepView>,
        gaps: &'a [CallError],
    ) -> Self {
        let mut steps: Vec<_> = steps.into_iter().collect();
        let summary = Summary::of(steps.iter().copied(), gaps.len());
        steps.sort_by_key(|view| Group::of(view));
        let digest = digest(header, &steps);
        Self { header, steps, gaps, summary, digest, destroys: false }
    }
}

fn digest(header: &Header, steps: &[&StepView]) -> String {
    let mut parts = vec![header.account.clone(), header.region.clone(), header.manifest.clone()];
    // In an order of their own: that of the manifest, and of the account, changes nothing that would happen.
    let mut steps: Vec<_> = steps.iter().filter(|view| view.verb != Verb::InSync).collect();
    steps.sort_by_key(|view| (&view.address, &view.name));
    for view in steps {
        // Destructured whole, so that a new field is not forgotten here.
        let StepView {
            address,
            name,
            id,
            location: _,
            verb,
            reason,
            help: _,
            immutable,
            changes,
            notes: _,
            remarks: _,
            seen: _,
            checks: _,
            asks: _,
            secret: _,
            by_hand: _,
            uses: _,
        } = view;
        // Why something stays says how much it holds, which changes by the hour; and with some errors AWS sends a
        // text that is another one each time. What happens to either does not change: nothing.
        let reason = reason.as_ref().filter(|_| !matches!(verb, Verb::Keep | Verb::Unknown));
        let step = serde_json::json!([address.to_string(), name, id, verb, reason, immutable, changes]);
        parts.push(step.to_string());
    }
    digest::of_parts(parts.iter().map(String::as_str)).chars().take(12).collect()
}
