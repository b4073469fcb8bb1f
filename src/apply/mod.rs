//! Runs what is ready: a pure [`scheduler`], driven by tokio, told in [`Event`]s.

pub mod scheduler;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::aws::{Aws, Class};
use crate::kind::erase::AnyTask;
use crate::kind::known::Fate;
use crate::kind::run::Said;
use crate::kind::task::{Done, StepError};
use crate::kind::view::{StepView, Verb};
use crate::kind::{Known, Run};
use crate::model::Address;
use crate::plan::{Node, ReadyPlan};

use scheduler::{Scheduler, TaskId, Waiting};

/// Tasks that run at the same time: few enough for the smallest of the rates that AWS publishes for calls
/// that write (Secrets Manager: 50 a second in all).
const AT_ONCE: usize = 8;

/// What happens while a plan runs. The only thing that whoever shows it may know.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step looks again, and will then write.
    Started(&'a StepView),
    /// A step makes this call.
    Calling(&'a StepView, &'static str),
    /// A step waits for this.
    Waiting(&'a StepView, &'a str),
    /// A step ended.
    Ended(&'a StepView, &'a Outcome),
    /// The run was asked to stop: so many steps are under way, and nothing new begins.
    Stopping(usize),
}

/// How a step ended.
#[derive(Debug)]
pub enum Outcome {
    /// Its changes were made.
    Changed,
    /// Somebody else had made them in the meantime.
    AlreadySo,
    /// It stopped.
    Failed(StepError),
    /// It panicked: a defect of `infra`.
    Panicked,
    /// The run was stopped while it waited for this, which AWS goes on with by itself.
    Stopped(String),
    /// It was left as it is, because of this one that it needs and that has not gone well; or because the run
    /// was stopped.
    Left {
        /// What it needs.
        because: Option<Address>,
        /// Whether a part of it is done.
        begun: bool,
    },
}

impl Outcome {
    /// Whether what was to be done is done.
    #[must_use]
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Changed | Self::AlreadySo)
    }

    /// How a step has ended whose stages ended so and `next`. A later stage may be left before an earlier one has
    /// ended, so not the first tells but the worst: what went wrong by itself, then what was left because of others.
    fn and(self, next: Self) -> Self {
        let weight = |outcome: &Self| match outcome {
            Self::AlreadySo => 0,
            Self::Changed => 1,
            Self::Left { .. } => 2,
            Self::Failed(_) | Self::Panicked | Self::Stopped(_) => 3,
        };
        if weight(&next) > weight(&self) { next } else { self }
    }
}

/// How every step ended.
#[derive(Debug, Default)]
pub struct Report {
    /// The steps, in the order in which they ended.
    pub steps: Vec<(StepView, Outcome)>,
}

impl Report {
    /// How many ended so.
    pub fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.steps.iter().filter(|(_, outcome)| is(outcome)).count()
    }
}

/// Runs what may run of a plan. Each task looks at its resource again before it first writes.
///
/// Once `stop` is done, nothing new begins; what runs is awaited, for a call that is cut off leaves
/// nobody knowing what it did. The same holds once credentials turn out to be invalid.
pub async fn apply(
    aws: &Aws,
    ready: ReadyPlan,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Event<'_>),
) -> Report {
    let (views, nodes, mut known) = ready.into_parts();
    let mut steps = Steps::new(views, &nodes);
    let waiting = nodes.into_iter().map(|Node { task, step: _, names, needs, after }| {
        let ids = |at: BTreeSet<usize>| at.into_iter().map(TaskId).collect();
        Waiting { task: (task, names), needs: ids(needs), after: ids(after) }
    });
    let mut scheduler = Scheduler::new(waiting, AT_ONCE);
    let mut running = JoinSet::new();
    let (said, mut heard) = mpsc::unbounded_channel();
    let aws = Arc::new(aws.clone());
    tokio::pin!(stop);
    let (stopped, stops) = watch::channel(false);
    let (mut asked, mut stopping) = (false, false);
    loop {
        // A signal that came with the last answer must be heard before the first step begins.
        asked = asked || stop.as_mut().now_or_never().is_some();
        if asked && !std::mem::replace(&mut stopping, true) {
            scheduler.stop();
            stopped.send_replace(true);
            if !running.is_empty() {
                tell(Event::Stopping(running.len()));
            }
        }
        while let Some((id, (task, names))) = scheduler.begin() {
            steps.began(id, tell);
            let (aws, known) = (Arc::clone(&aws), known.of(&names));
            running.spawn(run(id, task, aws, known, said.clone(), stops.clone()));
        }
        // Nothing that runs, nothing that could wake what waits: should there ever be a circle, it is left.
        if scheduler.is_idle() || running.is_empty() {
            break;
        }
        tokio::select! {
            () = &mut stop, if !asked => asked = true,
            Some((id, said)) = heard.recv() => steps.said(id, &said, tell),
            Some(ended) = running.join_next() => {
                let Ok((id, ended)) = ended else { break };
                while let Ok((id, said)) = heard.try_recv() {
                    steps.said(id, &said, tell);
                }
                let outcome = match ended {
                    Ok(Done { changed, outputs }) => {
                        let view = steps.view(id);
                        known.note(view.address.clone(), Fate::Live(outputs));
                        if changed && view.verb == Verb::Create {
                            known.made(view.address.clone());
                        }
                        if changed { Outcome::Changed } else { Outcome::AlreadySo }
                    }
                    Err(outcome) => outcome,
                };
                if matches!(&outcome, Outcome::Failed(StepError::Call(error)) if error.class == Class::Credentials) {
                    scheduler.stop();
                }
                let skipped = scheduler.finished(id, outcome.is_well());
                steps.ended(id, outcome, tell);
                for (id, because) in skipped {
                    let because = Some(steps.view(because).address.clone());
                    steps.left(id, because, tell);
                }
            }
        }
    }
    for id in scheduler.not_started() {
        steps.left(id, None, &mut |_| {});
    }
    Report { steps: steps.ended }
}

/// The steps, and which of their tasks have ended.
struct Steps {
    views: Vec<StepView>,
    /// The step of each task.
    of: Vec<usize>,
    /// How many tasks of each step have not ended yet.
    left: Vec<usize>,
    begun: Vec<bool>,
    /// How the tasks of each step have ended so far.
    so_far: BTreeMap<usize, Outcome>,
    ended: Vec<(StepView, Outcome)>,
}

impl Steps {
    fn new(views: Vec<StepView>, nodes: &[Node]) -> Self {
        let of: Vec<_> = nodes.iter().map(|node| node.step).collect();
        let mut left = vec![0; views.len()];
        for step in &of {
            left[*step] += 1;
        }
        let begun = vec![false; views.len()];
        Self { views, of, left, begun, so_far: BTreeMap::new(), ended: Vec::new() }
    }

    fn view(&self, id: TaskId) -> &StepView {
        &self.views[self.of[id.0]]
    }

    fn began(&mut self, id: TaskId, tell: &mut dyn FnMut(Event<'_>)) {
        if !std::mem::replace(&mut self.begun[self.of[id.0]], true) {
            tell(Event::Started(self.view(id)));
        }
    }

    fn said(&self, id: TaskId, said: &Said, tell: &mut dyn FnMut(Event<'_>)) {
        tell(match said {
            Said::Calling(call) => Event::Calling(self.view(id), call),
            Said::Waiting(what) => Event::Waiting(self.view(id), what),
        });
    }

    /// A task will not run.
    fn left(&mut self, id: TaskId, because: Option<Address>, tell: &mut dyn FnMut(Event<'_>)) {
        self.ended(id, Outcome::Left { because, begun: false }, tell);
    }

    fn ended(&mut self, id: TaskId, outcome: Outcome, tell: &mut dyn FnMut(Event<'_>)) {
        let step = self.of[id.0];
        let outcome = match self.so_far.remove(&step) {
            Some(before) => before.and(outcome),
            None => outcome,
        };
        // Told at the end alone: a later stage may be left before the first one has begun.
        let outcome = match outcome {
            Outcome::Left { because, begun: _ } => Outcome::Left { because, begun: self.begun[step] },
            outcome => outcome,
        };
        self.left[step] -= 1;
        if self.left[step] > 0 {
            self.so_far.insert(step, outcome);
            return;
        }
        tell(Event::Ended(&self.views[step], &outcome));
        self.ended.push((self.views[step].clone(), outcome));
    }
}

type Heard = mpsc::UnboundedSender<(TaskId, Said)>;

/// Runs one task. A panic in it is its own outcome, not the end of the others.
async fn run(
    id: TaskId,
    task: Box<dyn AnyTask>,
    aws: Arc<Aws>,
    known: Known,
    heard: Heard,
    stop: watch::Receiver<bool>,
) -> (TaskId, Result<Done, Outcome>) {
    let ran = tokio::spawn(async move {
        let tell = |said| {
            // Whoever listens may have stopped; the work goes on.
            let _ = heard.send((id, said));
        };
        task.run(&Run::new(&aws, &tell, stop), &known).await
    });
    let ended = match ran.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(StepError::Call(error))) if error.class == Class::Stopped => {
            Err(Outcome::Stopped(error.subject))
        }
        Ok(Err(error)) => Err(Outcome::Failed(error)),
        Err(_) => Err(Outcome::Panicked),
    };
    (id, ended)
}
