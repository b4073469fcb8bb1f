//! What may begin now: a state machine without time, tasks or threads in it.

use std::collections::{BTreeMap, BTreeSet};

/// The position of a task in the plan that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(pub usize);

/// A task that waits, and what for.
#[derive(Debug)]
pub struct Waiting<T> {
    /// The task.
    pub task: T,
    /// What must have gone well before it begins.
    pub needs: BTreeSet<TaskId>,
    /// What must have ended before it begins, whichever way.
    pub after: BTreeSet<TaskId>,
}

/// Tasks that wait, and tasks that run.
#[derive(Debug)]
pub struct Scheduler<T> {
    waiting: BTreeMap<TaskId, Waiting<T>>,
    running: BTreeSet<TaskId>,
    at_once: usize,
    stopped: bool,
}

impl<T> Scheduler<T> {
    /// All of `tasks` wait; at most `at_once` run at a time.
    pub fn new(tasks: impl IntoIterator<Item = Waiting<T>>, at_once: usize) -> Self {
        let waiting = tasks.into_iter().enumerate().map(|(id, task)| (TaskId(id), task)).collect();
        Self { waiting, running: BTreeSet::new(), at_once: at_once.max(1), stopped: false }
    }

    /// The next task that may begin now, which then runs.
    pub fn begin(&mut self) -> Option<(TaskId, T)> {
        if self.stopped || self.running.len() >= self.at_once {
            return None;
        }
        let free =
            |(_, waiting): &(&TaskId, &Waiting<T>)| waiting.needs.is_empty() && waiting.after.is_empty();
        let id = *self.waiting.iter().find(free)?.0;
        let Waiting { task, .. } = self.waiting.remove(&id)?;
        self.running.insert(id);
        Some((id, task))
    }

    /// A running task has ended, well or not. Gives what is skipped because of that: each with the task that
    /// it needed.
    pub fn finished(&mut self, id: TaskId, well: bool) -> Vec<(TaskId, TaskId)> {
        self.running.remove(&id);
        let (mut ended, mut skipped) = (vec![(id, well)], Vec::new());
        while let Some((id, well)) = ended.pop() {
            for waiting in self.waiting.values_mut() {
                waiting.after.remove(&id);
                if well {
                    waiting.needs.remove(&id);
                }
            }
            if well {
                continue;
            }
            for (other, _) in self.waiting.extract_if(.., |_, waiting| waiting.needs.contains(&id)) {
                skipped.push((other, id));
                ended.push((other, false));
            }
        }
        skipped
    }

    /// Lets nothing new begin.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether nothing runs and nothing will.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.running.is_empty() && (self.stopped || self.waiting.is_empty())
    }

    /// The tasks that never began.
    #[must_use]
    pub fn not_started(&self) -> Vec<TaskId> {
        self.waiting.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// A graph without cycles: each task has edges to some of those before it, in some order of their own.
    fn graph() -> impl Strategy<Value = Vec<(BTreeSet<TaskId>, BTreeSet<TaskId>)>> {
        let edges = || prop::collection::vec(any::<Index>(), 0..3);
        prop::collection::vec((edges(), edges()), 0..40).prop_map(|all| {
            let count = all.len();
            let turned = |at: usize| count - 1 - at;
            let mut graph: Vec<_> = all
                .into_iter()
                .enumerate()
                .map(|(at, (needs, after))| {
                    let ids = |edges: Vec<Index>| match at {
                        0 => BTreeSet::new(),
                        at => edges.iter().map(|edge| TaskId(turned(edge.index(at)))).collect(),
                    };
                    (ids(needs), ids(after))
                })
                .collect();
            // So that what comes first in the plan is not what must come first.
            graph.reverse();
            graph
        })
    }

    /// Everything that must go well before `id`, near and far.
    fn upstream(graph: &[(BTreeSet<TaskId>, BTreeSet<TaskId>)], id: TaskId) -> BTreeSet<TaskId> {
        let (mut all, mut left) = (BTreeSet::new(), vec![id]);
        while let Some(id) = left.pop() {
            left.extend(graph[id.0].0.iter().filter(|need| all.insert(**need)));
        }
        all
    }

    proptest! {
        /// Whatever the graph, the order in which tasks end, which of them fail, and wherever it is stopped:
        /// each begins at most once and only after what it waits for, never more run than may, exactly those
        /// behind a failure are skipped, nothing begins after the stop, all are accounted for, and without
        /// a stop it comes to an end.
        #[test]
        fn every_task_is_accounted_for(
            graph in graph(),
            at_once in 0_usize..6,
            stop_after in prop::option::of(0_usize..60),
            picks in prop::collection::vec((any::<Index>(), prop::bool::weighted(0.8)), 60),
        ) {
            let waiting = graph.iter().enumerate().map(|(task, (needs, after))| {
                Waiting { task, needs: needs.clone(), after: after.clone() }
            });
            let mut scheduler = Scheduler::new(waiting, at_once);
            let (mut well, mut ill, mut skipped) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            let mut running = Vec::new();
            let mut stopped = false;
            for (turn, (pick, goes_well)) in picks.iter().enumerate() {
                if stop_after == Some(turn) {
                    scheduler.stop();
                    stopped = true;
                }
                while let Some((id, task)) = scheduler.begin() {
                    prop_assert!(!stopped);
                    prop_assert_eq!(id.0, task);
                    prop_assert!(graph[id.0].0.is_subset(&well), "it begins before what it needs");
                    let ended: BTreeSet<_> = well.iter().chain(&ill).chain(&skipped).copied().collect();
                    prop_assert!(graph[id.0].1.is_subset(&ended), "it begins before what it comes after");
                    prop_assert!(!ended.contains(&id) && !running.contains(&id), "it begins twice");
                    running.push(id);
                    prop_assert!(running.len() <= at_once.max(1));
                }
                if running.is_empty() {
                    prop_assert!(scheduler.is_idle(), "it waits for nothing");
                    continue;
                }
                prop_assert!(!scheduler.is_idle());
                let id = running.swap_remove(pick.index(running.len()));
                if *goes_well { well.insert(id) } else { ill.insert(id) };
                for (other, because) in scheduler.finished(id, *goes_well) {
                    prop_assert!(graph[other.0].0.contains(&because));
                    prop_assert!(ill.contains(&because) || skipped.contains(&because));
                    prop_assert!(skipped.insert(other), "it is skipped twice");
                }
            }
            for id in (0..graph.len()).map(TaskId) {
                let behind = upstream(&graph, id).iter().any(|id| ill.contains(id));
                prop_assert_eq!(skipped.contains(&id), behind);
            }
            let mut all: Vec<_> = well.iter().chain(&ill).chain(&skipped).copied().collect();
            all.extend(running);
            all.extend(scheduler.not_started());
            all.sort();
            prop_assert_eq!(all, (0..graph.len()).map(TaskId).collect::<Vec<_>>());
            prop_assert!(stopped || scheduler.not_started().is_empty());
        }
    }
}
