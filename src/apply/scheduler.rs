//! What may begin now: a state machine without time, tasks or threads in it.

use std::collections::{BTreeSet, VecDeque};

/// The position of a step in the plan that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub usize);

/// Steps that wait, and steps that run.
#[derive(Debug)]
pub struct Scheduler<T> {
    waiting: VecDeque<(StepId, T)>,
    running: BTreeSet<StepId>,
    at_once: usize,
    stopped: bool,
}

impl<T> Scheduler<T> {
    /// All of `tasks` wait; at most `at_once` run at a time.
    pub fn new(tasks: impl IntoIterator<Item = T>, at_once: usize) -> Self {
        let waiting = tasks.into_iter().enumerate().map(|(id, task)| (StepId(id), task)).collect();
        Self { waiting, running: BTreeSet::new(), at_once: at_once.max(1), stopped: false }
    }

    /// The next step that may begin now, which then runs.
    pub fn begin(&mut self) -> Option<(StepId, T)> {
        if self.stopped || self.running.len() >= self.at_once {
            return None;
        }
        let (id, task) = self.waiting.pop_front()?;
        self.running.insert(id);
        Some((id, task))
    }

    /// A running step has ended.
    pub fn finished(&mut self, id: StepId) {
        self.running.remove(&id);
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

    /// The steps that never began.
    #[must_use]
    pub fn not_started(&self) -> Vec<StepId> {
        self.waiting.iter().map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the order in which steps end and wherever it is stopped: each begins at most once,
        /// never more run than may, nothing begins after the stop, and all are accounted for.
        #[test]
        fn every_step_is_accounted_for(
            count in 0_usize..40,
            at_once in 0_usize..6,
            stop_after in 0_usize..60,
            picks in prop::collection::vec(any::<prop::sample::Index>(), 60),
        ) {
            let mut scheduler = Scheduler::new(0..count, at_once);
            let (mut began, mut running) = (Vec::new(), Vec::new());
            for (turn, pick) in picks.iter().enumerate() {
                if turn == stop_after {
                    scheduler.stop();
                }
                while let Some((id, task)) = scheduler.begin() {
                    prop_assert!(turn < stop_after);
                    prop_assert_eq!(id.0, task);
                    began.push(id);
                    running.push(id);
                    prop_assert!(running.len() <= at_once.max(1));
                }
                prop_assert_eq!(scheduler.is_idle(), running.is_empty() && (turn >= stop_after || began.len() == count));
                if !running.is_empty() {
                    scheduler.finished(running.swap_remove(pick.index(running.len())));
                }
            }
            let mut all = began;
            all.extend(scheduler.not_started());
            all.sort();
            prop_assert_eq!(all, (0..count).map(StepId).collect::<Vec<_>>());
        }
    }
}
