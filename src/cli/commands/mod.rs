//! One file for each command, and what they share.

pub(super) mod apply;
mod carry;
pub(super) mod check;
pub(super) mod destroy;
pub(super) mod drift;
pub(super) mod init;
pub(super) mod output;
pub(super) mod plan;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod secret;
pub(super) mod show;
pub(super) mod verify;

use std::path::Path;

use super::args::{Format, ShowArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::host::Host;
use super::interrupt::Interrupt;
use super::plan_file;
use super::session::Session;
use super::ui::Ui;
use crate::aws::Ledger;
use crate::cost::{Cost, Prices};
use crate::model::escape::Line;
use crate::plan::{Plan, Summary};
use crate::render;

/// Plans and shows, and gives the exit code that the plan by itself stands for. Only reads.
async fn examine(
    session: Session,
    args: ShowArgs,
    prices: Option<&Prices>,
    out: Option<&Path>,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let plan = unless_stopped(&host.interrupt, None, session.plan()).await;
    let examined = plan.and_then(|plan| {
        show(&plan, args, prices, session.aws.ledger(), ui)?;
        if let Some(out) = out {
            keep(&plan, &session, out, ui)?;
        }
        Ok(exit_of(&plan.summary()))
    });
    session.close(examined, ui).await
}

/// Writes a plan to a file, unless there is more to the account than could be seen.
fn keep(plan: &Plan, session: &Session, out: &Path, ui: &mut Ui) -> Result<(), Failure> {
    let name = out.display().to_string();
    let summary = plan.summary();
    if summary.unknown + summary.gaps > 0 {
        return Err(Failure::Said {
            exit: Exit::Incomplete,
            message: format!(
                "{} was not written: something could not be read, so it would be no whole plan",
                Line(&name)
            ),
            help: None,
        });
    }
    plan_file::write(out, &plan.view(), &session.origin())?;
    ui.say(&format!("written: {}; apply this plan with `infra apply {}`", Line(&name), Line(&name)));
    Ok(())
}

/// Prints a plan, in the form that was asked for; with prices, what it costs.
fn show(
    plan: &Plan,
    args: ShowArgs,
    prices: Option<&Prices>,
    ledger: &Ledger,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let view = plan.view();
    let cost = prices.map(|prices| Cost::of(&view.steps, prices.of(&plan.header.region)));
    match args.format {
        Format::Json => {
            let text = render::json::plan(&view, cost.as_ref()).map_err(|error| {
                Failure::failed(format!("the plan cannot be written as JSON: {error}"), None)
            })?;
            ui.data(&text)?;
        }
        Format::Text => {
            ui.apart()?;
            if args.calls {
                let calls: Vec<_> =
                    ledger.counts().into_iter().map(|(call, count)| format!("{call} {count}")).collect();
                ui.page(&format!("calls that read: {}\n\n", calls.join(", ")))?;
            }
            ui.page(&render::plan::text(
                &view,
                cost.as_ref(),
                render::plan::Extent { all: args.all, calls: args.calls },
            ))?;
        }
    }
    Ok(())
}

/// The exit code that a plan by itself stands for.
fn exit_of(summary: &Summary) -> Exit {
    let mut exit = Exit::Done;
    if summary.pending() > 0 {
        exit = exit.or(Exit::Pending);
    }
    if summary.blocked > 0 {
        exit = exit.or(Exit::Refused);
    }
    if summary.unknown > 0 || summary.gaps > 0 {
        exit = exit.or(Exit::Incomplete);
    }
    exit
}

/// Does what only reads, unless the process is asked to stop: then the work is dropped, and `message` said.
async fn unless_stopped<T>(
    interrupt: &Interrupt,
    message: Option<&'static str>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut interrupt = interrupt.clone();
    tokio::select! {
        done = work => done,
        exit = interrupt.heard() => Err(Failure::Stopped { exit, message }),
    }
}
