//! What must wait for what: from names to edges between tasks.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Stage;
use crate::kind::erase::AnyTask;
use crate::kind::view::{StepView, Verb};
use crate::model::{Address, KindName};

/// One task, and what it waits for: positions in the list that it is in.
pub struct Node {
    /// What runs.
    pub task: Box<dyn AnyTask>,
    /// The step that it belongs to: its position among the steps.
    pub step: usize,
    /// What must have gone well before it begins.
    pub needs: BTreeSet<usize>,
    /// What must have ended before it begins, whichever way.
    pub after: BTreeSet<usize>,
}

/// A step that may run: what is shown of it, what it names, and its tasks in order.
pub(super) struct Ready {
    pub(super) view: StepView,
    pub(super) names: Vec<(Stage, Address)>,
    pub(super) tasks: Vec<(Stage, Box<dyn AnyTask>)>,
}

/// Whether an entry that names one with this verb must wait for it: it is not there, or not ours, before.
pub(super) fn is_awaited(verb: Verb) -> bool {
    matches!(verb, Verb::Create | Verb::Adopt | Verb::Restore)
}

/// The tasks of `steps` with their edges.
///
/// A stage waits for the stage before it, and for the entries that it names until they are there and ours.
/// What leaves is deleted in the reverse order of the kinds: those that name others come first, and whether
/// that went well AWS itself will tell, for it refuses to delete what is in use.
pub(super) fn connect(steps: Vec<Ready>, kinds: &[KindName]) -> Vec<Node> {
    let rank = |view: &StepView| kinds.iter().position(|kind| *kind == view.address.kind);
    let mut nodes: Vec<Node> = Vec::new();
    let (mut first, mut deletes) = (BTreeMap::new(), Vec::new());
    let mut wanted = Vec::new();
    for (step, ready) in steps.into_iter().enumerate() {
        let Ready { view, names, tasks } = ready;
        let mut before = None;
        for (stage, task) in tasks {
            let at = nodes.len();
            if view.verb == Verb::Delete {
                deletes.push((at, rank(&view)));
            } else if is_awaited(view.verb) && before.is_none() {
                first.insert(view.address.clone(), at);
            }
            let named = names.iter().filter(|(from, _)| *from <= stage).map(|(_, address)| address.clone());
            wanted.push(named.collect::<Vec<_>>());
            let needs = before.into_iter().collect();
            nodes.push(Node { task, step, needs, after: BTreeSet::new() });
            before = Some(at);
        }
    }
    for (at, named) in wanted.iter().enumerate() {
        let needs = named.iter().filter_map(|address| first.get(address).copied());
        let needs: Vec<_> = needs.filter(|need| *need != at).collect();
        nodes[at].needs.extend(needs);
    }
    for (at, rank) in &deletes {
        let later = deletes.iter().filter(|(_, other)| other > rank).map(|(other, _)| *other);
        nodes[*at].after.extend(later);
    }
    nodes
}
