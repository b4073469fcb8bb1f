//! What `apply` and `destroy` have in common: what is left out is said, what may run is run and shown, and it is proved
//! that nothing of it is left to do.

use std::collections::BTreeSet;
use std::time::Duration;

use super::unless_stopped;
use crate::apply::{self, Event, Outcome, Report};
use crate::aws::Class;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::session::Session;
use crate::cli::ui::Ui;
use crate::kind::task::StepError;
use crate::kind::view::{Need, StepView, Verb};
use crate::model::escape::Line;
use crate::model::size;
use crate::observe;
use crate::plan::{Held, Plan, ReadyPlan, Why};

/// What is said where it is stopped before it has begun to write.
pub(super) const UNCHANGED: Option<&str> = Some("stopped; nothing was changed");

/// The words that tell commands apart.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// What has been done to a resource (`applied`).
    pub done: &'static str,
    /// How what is left is done.
    pub again: &'static str,
}

/// Runs what may run, says what came of it, and plans again. Gives that last plan, if there was one.
///
/// # Errors
///
/// Credentials of another account by now, or an account that does not show what was done.
pub(super) async fn out(
    session: &Session,
    ready: ReadyPlan,
    words: Words,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(Exit, Option<Plan>), Failure> {
    // While the question waited, credentials may have been renewed from a profile that is another's by now.
    let who = async { Ok(observe::identify(&session.aws, &session.manifest).await?) };
    unless_stopped(interrupt, UNCHANGED, who).await?;
    let mut called = false;
    let mut interrupted = interrupt.clone();
    let stop = async move {
        interrupted.heard().await;
    };
    let report = apply::apply(&session.aws, ready, stop, &mut |event| {
        called |= matches!(event, Event::Calling(..));
        ui.progress(&event);
    })
    .await;
    ui.settle();
    let exit = exit_of_report(&report, called);
    tell(&report, words, ui);
    if let Some(stopped) = interrupt.already() {
        ui.say(&format!("stopped; what was {} was not looked at again", words.done));
        return Ok((stopped, None));
    }
    let (proved, plan) = prove(session, &report, words, interrupt, ui).await?;
    Ok((exit.or(proved), plan))
}

/// Says what is left out and why; the exit code that it stands for.
pub(super) fn held(held: &[Held], ui: &mut Ui) -> Exit {
    let mut exit = Exit::Done;
    for Held { view, why } in held {
        let (why, code) = match why {
            Why::Stuck if view.verb == Verb::Unknown => ("it could not be read".to_owned(), Exit::Incomplete),
            Why::Stuck => {
                let why = view.reason.as_deref().unwrap_or("a guard refuses");
                (Line(why).to_string(), Exit::Refused)
            }
            Why::Missing(needs) => {
                let address = view.address.to_string();
                let needs = needs.iter().map(|need| format!("{} {}", need.option(), Line(&address)));
                (format!("it needs {}", needs.collect::<Vec<_>>().join(" and ")), Exit::Refused)
            }
            Why::Names(address) => {
                let how = if view.verb == Verb::Delete { "it can only go with" } else { "it names" };
                (format!("{how} {}, which is left out", Line(&address.to_string())), Exit::Refused)
            }
            Why::HandedOn(address) => {
                let why = format!("{} has what it brings, and is left as it is", Line(&address.to_string()));
                (why, Exit::Refused)
            }
        };
        ui.say(&format!("left out: {} {}: {why}", view.verb, Line(&view.address.to_string())));
        exit = exit.or(code);
    }
    exit
}

/// Where several wait for a word each: that there is one for all of them.
pub(super) fn tell_of_digest(held: &[Held], digest: &str, ui: &mut Ui) {
    let is_for_all = |why: &Why| matches!(why, Why::Missing(needs) if !needs.contains(&Need::AllowExpire));
    if held.iter().filter(|held| is_for_all(&held.why)).count() > 1 {
        ui.say(&format!("--digest {digest} takes all of this plan as read, what it adopts and deletes too"));
    }
}

fn exit_of_report(report: &Report, called: bool) -> Exit {
    let mut exit = Exit::Done;
    for (_, outcome) in &report.steps {
        exit = exit.or(match outcome {
            Outcome::Changed | Outcome::AlreadySo => Exit::Done,
            Outcome::Failed(StepError::Moved { .. }) => Exit::Moved,
            // A call that failed may have had its effect; only a run without calls has left nothing behind.
            _ if called => Exit::Partly,
            // What it needs has its own outcome.
            Outcome::Left { because: Some(_), .. } => Exit::Done,
            Outcome::Failed(StepError::Call(_))
            | Outcome::Panicked
            | Outcome::Stopped(_)
            | Outcome::Left { because: None, .. } => Exit::Failed,
        });
    }
    exit
}

/// What was done, and what remains.
fn tell(report: &Report, words: Words, ui: &mut Ui) {
    let Words { done: verb, again } = words;
    let done = report.count(Outcome::is_well);
    let total = report.steps.len();
    if done == total {
        ui.say(&format!("{verb}: {}", size::count(total, "resource")));
        return;
    }
    ui.say(&format!("{verb}: {done} of {}", size::count(total, "resource")));
    for (view, outcome) in &report.steps {
        let address = view.address.to_string();
        let address = Line(&address);
        match outcome {
            Outcome::Changed | Outcome::AlreadySo => {}
            Outcome::Left { because, begun } => {
                let how = if *begun { "not finished" } else { "not begun" };
                let needs = because.as_ref().map(|it| format!(", which needs {}", Line(&it.to_string())));
                ui.say(&format!("  {how}: {} {address}{}", view.verb, needs.unwrap_or_default()));
            }
            Outcome::Stopped(what) => {
                ui.say(&format!("  stopped: {} {address}, while it waited for {}", view.verb, Line(what)));
            }
            Outcome::Failed(error) => {
                let help = match error {
                    StepError::Call(error) if error.class == Class::Other => Some(
                        "if AWS says so again, put right what it names, in the manifest or in the account",
                    ),
                    StepError::Call(error) => error.class.help(),
                    StepError::Moved { begun: false, .. } => {
                        Some("nothing was written to it; look at the new plan and apply again")
                    }
                    StepError::Moved { begun: true, .. } => Some(
                        "an earlier part of it is done, and nothing more was written; look at the new plan and apply again",
                    ),
                };
                // What AWS says, and what stands in tags, is not ours.
                ui.error(&format!("{} {address}: {}", view.verb, Line(&error.to_string())), help);
            }
            Outcome::Panicked => {
                ui.error(&format!("{} {address}: a defect of infra", view.verb), Some("please report it"));
            }
        }
    }
    ui.say(again);
}

/// How long AWS is given to show what was written. Its reads may lag behind its writes by seconds.
const PATIENCE: &[Duration] = &[
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Plans again until nothing is left to do of what was done, or patience ends.
async fn prove(
    session: &Session,
    report: &Report,
    words: Words,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(Exit, Option<Plan>), Failure> {
    let done = report.steps.iter().filter(|(_, outcome)| outcome.is_well());
    let done: Vec<_> = done.map(|(view, _)| view).collect();
    if done.is_empty() {
        return Ok((Exit::Done, None));
    }
    let mut left = Vec::new();
    for pause in PATIENCE {
        let look = async {
            tokio::time::sleep(*pause).await;
            session.plan().await
        };
        let stopped = Some("stopped; what was applied was not looked at again to the end");
        let plan = unless_stopped(interrupt, stopped, look).await?;
        left = unfinished(&plan, &done);
        if left.is_empty() {
            ui.say(&format!("verified: nothing is left to do for what was {}", words.done));
            return Ok((Exit::Done, Some(plan)));
        }
        // What it did not show while its deletion was scheduled is no lag.
        if left.iter().all(|(was, now)| is_new(was, now)) {
            for (_, now) in &left {
                let address = now.address.to_string();
                ui.say(&format!("now that {} is restored, more of it is to be changed", Line(&address)));
            }
            ui.say("run the same command again to finish");
            return Ok((Exit::Partly, Some(plan)));
        }
    }
    let lags = left.iter().map(|(_, now)| match now.verb {
        Verb::Unknown => format!("{} cannot be read", Line(&now.address.to_string())),
        verb => format!("{} is still to {verb}", Line(&now.address.to_string())),
    });
    Err(Failure::failed(
        format!(
            "what was {} does not show in the account: {}",
            words.done,
            lags.collect::<Vec<_>>().join(", ")
        ),
        Some("run `infra plan` in a minute; if the same change comes back each time, please report it"),
    ))
}

/// Whether what is now to be done of a resource that was restored, or adopted, is nothing that was done.
fn is_new(was: &StepView, now: &StepView) -> bool {
    let calls = |view: &StepView| view.changes.iter().map(|change| change.call).collect::<BTreeSet<_>>();
    now.verb == Verb::Update
        && (was.verb == Verb::Restore || was.verb == Verb::Adopt)
        && calls(was).is_disjoint(&calls(now))
}

/// Each step that was done and is to be done again, or cannot be read: as it was, and as it is now.
fn unfinished<'a>(plan: &Plan, done: &[&'a StepView]) -> Vec<(&'a StepView, StepView)> {
    let views = plan.views().into_iter().filter(|view| view.verb.acts() || view.verb == Verb::Unknown);
    let again = |now: &StepView| {
        let was = done.iter().find(|was| was.address == now.address && was.name == now.name)?;
        Some((*was, now.clone()))
    };
    views.filter_map(again).collect()
}
