//! Runs what is ready: a pure [`scheduler`], driven by tokio, told in [`Event`]s.

pub mod scheduler;

use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::aws::{Aws, Class};
use crate::kind::erase::AnyTask;
use crate::kind::task::{Done, StepError};
use crate::kind::view::StepView;
use crate::plan::ReadyPlan;

use scheduler::{Scheduler, StepId};

/// Resources written at the same time: few enough for the smallest of the rates that AWS publishes for calls
/// that write (Secrets Manager: 50 a second in all).
const AT_ONCE: usize = 8;

/// What happens while a plan runs. The only thing that whoever shows it may know.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step looks again, and will then write.
    Started(&'a StepView),
    /// A step makes this call.
    Calling(&'a StepView, &'static str),
    /// A step ended.
    Ended(&'a StepView, &'a Outcome),
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
    /// The run was stopped before it began.
    NotStarted,
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

/// Runs what may run of a plan. Each step looks at its resource again before it first writes.
///
/// Once `stop` is done, nothing new begins; what runs is awaited, for a call that is cut off leaves
/// nobody knowing what it did. The same holds once credentials turn out to be invalid.
pub async fn apply(
    aws: &Aws,
    ready: ReadyPlan,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Event<'_>),
) -> Report {
    let tasks = ready.into_tasks();
    let views: Vec<StepView> = tasks.iter().map(|task| task.view().clone()).collect();
    let mut scheduler = Scheduler::new(tasks, AT_ONCE);
    let mut running = JoinSet::new();
    let mut report = Report::default();
    let (said, mut calls) = mpsc::unbounded_channel();
    let aws = Arc::new(aws.clone());
    tokio::pin!(stop);
    let mut stopping = false;
    loop {
        // A signal that came with the last answer must be heard before the first step begins.
        if !stopping && stop.as_mut().now_or_never().is_some() {
            stopping = true;
            scheduler.stop();
        }
        while let Some((id, task)) = scheduler.begin() {
            tell(Event::Started(&views[id.0]));
            let (aws, said) = (Arc::clone(&aws), said.clone());
            running.spawn(run(id, task, aws, said));
        }
        if scheduler.is_idle() {
            break;
        }
        tokio::select! {
            () = &mut stop, if !stopping => {
                stopping = true;
                scheduler.stop();
            }
            Some((id, call)) = calls.recv() => {
                let id: StepId = id;
                tell(Event::Calling(&views[id.0], call));
            }
            Some(ended) = running.join_next() => {
                let Ok((id, outcome)) = ended else { break };
                while let Ok((id, call)) = calls.try_recv() {
                    tell(Event::Calling(&views[id.0], call));
                }
                if matches!(&outcome, Outcome::Failed(StepError::Call(error)) if error.class == Class::Credentials) {
                    scheduler.stop();
                }
                scheduler.finished(id);
                tell(Event::Ended(&views[id.0], &outcome));
                report.steps.push((views[id.0].clone(), outcome));
            }
        }
    }
    for id in scheduler.not_started() {
        report.steps.push((views[id.0].clone(), Outcome::NotStarted));
    }
    report
}

type Said = mpsc::UnboundedSender<(StepId, &'static str)>;

/// Runs one task. A panic in it is its own outcome, not the end of the others.
async fn run(id: StepId, task: Box<dyn AnyTask>, aws: Arc<Aws>, said: Said) -> (StepId, Outcome) {
    let ran = tokio::spawn(async move {
        let began = |call| {
            // Whoever listens may have stopped; the work goes on.
            let _ = said.send((id, call));
        };
        task.run(&aws, &began).await
    });
    let outcome = match ran.await {
        Ok(Ok(Done::Changed)) => Outcome::Changed,
        Ok(Ok(Done::AlreadySo)) => Outcome::AlreadySo,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(_) => Outcome::Panicked,
    };
    (id, outcome)
}
