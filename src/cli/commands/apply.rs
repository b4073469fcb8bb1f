//! `infra apply`: plan, show, ask, apply, and prove that nothing is left to do.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::{show, unless_stopped};
use crate::apply::{self, Event, Outcome, Report};
use crate::aws::Class;
use crate::cli::args::{ApplyArgs, Format, Global, ShowArgs};
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::interrupt::Interrupt;
use crate::cli::plan_file;
use crate::cli::session::{Session, manifest_path};
use crate::cli::ui::Ui;
use crate::kind::task::StepError;
use crate::kind::view::{Need, StepView, Verb};
use crate::model::escape::Line;
use crate::model::size;
use crate::observe;
use crate::plan::{Held, Origin, Plan, Reviewed, Why};
use crate::render;

/// What is said where it is stopped before it has begun to write.
const UNCHANGED: Option<&str> = Some("stopped; nothing was changed");

/// Plans, shows, asks, applies, and looks again.
pub(crate) async fn run(args: ApplyArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut path = manifest_path(args.manifest.clone(), &host.env)?;
    let reviewed = if plan_file::is_plan(&path) { Some(reviewed(&path, &args)?) } else { None };
    if let Some(reviewed) = &reviewed {
        path = reviewed.origin.file.clone().into();
    }
    let session = unless_stopped(&host.interrupt, None, Session::open(&path, global, host, ui)).await?;
    let applied = within(&session, &args, reviewed.as_ref(), &host.interrupt, ui).await;
    session.close(applied, ui).await
}

/// The reviewed plan in a file.
fn reviewed(path: &Path, args: &ApplyArgs) -> Result<Reviewed, Failure> {
    let clash = [("--digest", args.digest.is_some()), ("--only", !args.only.is_empty())];
    if let Some((option, _)) = clash.into_iter().find(|(_, given)| *given) {
        return Err(Failure::usage(
            format!("{option} cannot go with a plan's file"),
            "the file says which plan, and all of it is applied",
        ));
    }
    let reviewed = plan_file::read(path)?;
    let manifest = &reviewed.origin.file;
    if !Path::new(manifest).exists() {
        return Err(Failure::usage(
            format!("the plan is for {}, and there is no such file", Line(manifest)),
            "run it from the folder that it was made in",
        ));
    }
    Ok(reviewed)
}

async fn within(
    session: &Session,
    args: &ApplyArgs,
    reviewed: Option<&Reviewed>,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    if let Some(reviewed) = reviewed {
        check_origin(&reviewed.origin, &session.origin())?;
    }
    let plan = unless_stopped(interrupt, UNCHANGED, session.plan()).await?;
    if let Some(reviewed) = reviewed {
        check_reviewed(reviewed, &plan)?;
    }
    show(
        &plan,
        ShowArgs { all: args.all, calls: args.calls, format: Format::Text },
        session.aws.ledger(),
        ui,
    )?;
    if let Some(read) = &args.digest {
        check_digest(&plan, read)?;
    }
    let is_read = reviewed.is_some() || args.digest.is_some();
    let consent = unless_stopped(interrupt, UNCHANGED, consent::obtain(&plan, args, is_read, ui)).await?;
    let gaps = !plan.gaps.is_empty() && args.only.is_empty();
    let settled = plan.summary().is_settled();
    tell_spared(&plan, args, ui);
    let digest = plan.view().digest;
    let ready = plan.ready(&consent, &args.only);
    let mut exit = held(ready.held(), ui);
    if args.only.is_empty() {
        tell_of_digest(ready.held(), &digest, ui);
    }
    if gaps {
        exit = exit.or(Exit::Incomplete);
    }
    if ready.is_empty() {
        if exit != Exit::Done {
            ui.say("nothing was applied");
        } else if !settled {
            ui.say("nothing to do for what --only names");
        }
        return Ok(exit);
    }
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
    exit = exit.or(exit_of_report(&report, called));
    let again = if is_read {
        "what is left is another plan: run `infra plan` to finish"
    } else {
        "run the same command again to finish"
    };
    tell(&report, again, ui);
    if let Some(stopped) = interrupt.already() {
        ui.say("stopped; what was applied was not looked at again");
        return Ok(stopped);
    }
    Ok(exit.or(prove(session, &report, interrupt, ui).await?))
}

/// What is said where a reviewed plan is not applied.
const AGAIN: &str = "nothing was changed; make a new plan with `infra plan --out FILE`, and have it reviewed";

/// Whether a plan is applied to what it was made for.
fn check_origin(reviewed: &Origin, now: &Origin) -> Result<(), Failure> {
    // Destructured whole, so that a new field is not forgotten here.
    let Origin { file, hash, endpoint } = reviewed;
    let message = if *hash != now.hash {
        format!("{} is no longer the file that was planned", Line(file))
    } else if *endpoint != now.endpoint {
        format!("the plan was made of {}, and this is {}", Line(endpoint), Line(&now.endpoint))
    } else {
        return Ok(());
    };
    Err(Failure::Said { exit: Exit::Moved, message, help: Some(AGAIN.to_owned()) })
}

/// Whether what was reviewed is still what would happen, to resources that are still as they were.
fn check_reviewed(reviewed: &Reviewed, plan: &Plan) -> Result<(), Failure> {
    let view = plan.view();
    let moved = reviewed.moved(&view);
    if moved.is_empty() && reviewed.digest() == view.digest {
        return Ok(());
    }
    if reviewed.is_done(&view) {
        return Err(Failure::Said {
            exit: Exit::Moved,
            message: "nothing of this plan is left to do: all that it would change is as it would make it".to_owned(),
            help: Some("it was applied already, or somebody else did the same; `infra drift` tells what is not as declared".to_owned()),
        });
    }
    let (exit, said, help) = if !moved.is_empty() && moved.iter().all(|it| it.unknown) {
        let said = "something could not be read, so nobody can say whether this plan still holds".to_owned();
        (Exit::Incomplete, said, "nothing was changed; run the same command again")
    } else {
        let count = size::count(moved.len(), "resource");
        (
            Exit::Moved,
            format!("the account is not as it was when this plan was reviewed: {count} moved"),
            AGAIN,
        )
    };
    let message = format!("{said}\n{}", render::moved::text(&moved));
    Err(Failure::Said { exit, message: message.trim_end().to_owned(), help: Some(help.to_owned()) })
}

/// Whether the plan is still the one that somebody has read.
fn check_digest(plan: &Plan, read: &str) -> Result<(), Failure> {
    let view = plan.view();
    if view.digest == read {
        return Ok(());
    }
    Err(Failure::Said {
        exit: Exit::Moved,
        message: format!(
            "this plan is {}, not {}: it is no longer the one that was read",
            view.digest,
            Line(read)
        ),
        help: Some("nothing was changed; read the plan above, and apply it by its own digest".to_owned()),
    })
}

/// Says of what `--delete` names and the plan does not delete why it stays.
fn tell_spared(plan: &Plan, args: &ApplyArgs, ui: &mut Ui) {
    let views = plan.views();
    for address in &args.delete {
        let mut named = views.iter().filter(|view| view.address.to_string() == *address);
        // What is blocked or unknown is left out anyway, and said.
        let is_said = |view: &StepView| matches!(view.verb, Verb::Delete | Verb::Blocked | Verb::Unknown);
        if named.clone().any(|view| is_said(view)) {
            continue;
        }
        let why = match named.next_back() {
            None => "there is nothing of this address",
            Some(StepView { location: Some(_), .. }) => "its entry is in the manifest",
            Some(view) => view.reason.as_deref().unwrap_or("it is kept"),
        };
        ui.say(&format!("--delete {} has no effect: {}", Line(address), Line(why)));
    }
}

/// Says what is left out and why; the exit code that it stands for.
fn held(held: &[Held], ui: &mut Ui) -> Exit {
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
fn tell_of_digest(held: &[Held], digest: &str, ui: &mut Ui) {
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
fn tell(report: &Report, again: &str, ui: &mut Ui) {
    let done = report.count(Outcome::is_well);
    let total = report.steps.len();
    if done == total {
        ui.say(&format!("applied: {}", size::count(total, "resource")));
        return;
    }
    ui.say(&format!("applied: {done} of {}", size::count(total, "resource")));
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
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let done = report.steps.iter().filter(|(_, outcome)| outcome.is_well());
    let done: Vec<_> = done.map(|(view, _)| view).collect();
    if done.is_empty() {
        return Ok(Exit::Done);
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
            ui.say("verified: nothing is left to do for what was applied");
            return Ok(Exit::Done);
        }
        // What it did not show while its deletion was scheduled is no lag.
        if left.iter().all(|(was, now)| is_new(was, now)) {
            for (_, now) in &left {
                let address = now.address.to_string();
                ui.say(&format!("now that {} is restored, more of it is to be changed", Line(&address)));
            }
            ui.say("run the same command again to finish");
            return Ok(Exit::Partly);
        }
    }
    let words = left.iter().map(|(_, now)| match now.verb {
        Verb::Unknown => format!("{} cannot be read", Line(&now.address.to_string())),
        verb => format!("{} is still to {verb}", Line(&now.address.to_string())),
    });
    Err(Failure::failed(
        format!("what was applied does not show in the account: {}", words.collect::<Vec<_>>().join(", ")),
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
