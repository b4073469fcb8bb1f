//! `infra show`: what is live of each entry.

use super::unless_stopped;
use crate::aws::days_since;
use crate::cli::args::{Format, Global, LiveArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{Session, manifest_path, told_apart};
use crate::cli::ui::Ui;
use crate::kind::view::{StepView, Verb};
use crate::manifest::names::unknown_help;
use crate::model::escape::Line;
use crate::plan::Plan;
use crate::render::live::{self, Row};

/// Reads the account with all sizes, and prints what is there. Only reads.
pub(crate) async fn run(args: LiveArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let (manifest, addresses) = told_apart(args.words);
    let path = manifest_path(manifest, &host.env)?;
    let session = unless_stopped(&host.interrupt, None, Session::open(&path, global, host, ui)).await?;
    let plan = unless_stopped(&host.interrupt, None, session.measure()).await;
    let printed = plan.and_then(|plan| {
        let views = chosen(&plan, &addresses)?;
        let row = |view: &&'_ StepView| {
            let day = view.seen.as_ref().and_then(|seen| seen.created.as_deref());
            day.and_then(|day| days_since(day, host.now))
        };
        let rows: Vec<_> = views.iter().map(|view| Row { view, age: row(view) }).collect();
        match args.format {
            Format::Text => {
                ui.apart()?;
                ui.page(&live::text(&plan.header, &rows, &plan.in_order(), args.all))?;
            }
            Format::Json => {
                let text = live::json(&plan.header, &rows).map_err(|error| {
                    Failure::failed(format!("what is live cannot be written as JSON: {error}"), None)
                })?;
                ui.data(&text)?;
            }
        }
        for gap in plan.gaps.iter().filter(|_| addresses.is_empty()) {
            let message = format!("could not look everywhere for what has left the manifest: {gap}");
            ui.error(&Line(&message).to_string(), gap.class.help());
        }
        let unread = views.iter().any(|view| view.verb == Verb::Unknown);
        let gaps = !plan.gaps.is_empty() && addresses.is_empty();
        Ok(if unread || gaps { Exit::Incomplete } else { Exit::Done })
    });
    session.close(printed, ui).await
}

/// The steps with these addresses; without any, all.
fn chosen<'a>(plan: &'a Plan, addresses: &[String]) -> Result<Vec<&'a StepView>, Failure> {
    let all = plan.in_order();
    let known: Vec<_> = all.iter().map(|view| view.address.to_string()).collect();
    if let Some(address) = addresses.iter().find(|address| !known.contains(address)) {
        let message =
            format!("{}: there is no such entry, and nothing of this address was left", Line(address));
        return Err(Failure::usage(message, unknown_help(address, known.iter().map(String::as_str))));
    }
    let is_chosen = |view: &&StepView| addresses.is_empty() || addresses.contains(&view.address.to_string());
    Ok(all.into_iter().filter(is_chosen).collect())
}
