//! `infra output`: what entries bring to others, for scripts.

use super::unless_stopped;
use crate::cli::args::{Global, OutputArgs, OutputFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{Session, manifest_path, told_apart};
use crate::cli::ui::Ui;
use crate::kind::view::Verb;
use crate::manifest::names::unknown_help;
use crate::model::escape::Line;
use crate::plan::Plan;
use crate::render::outputs;

/// Reads the account, and prints what is there. Only reads.
pub(crate) async fn run(
    args: OutputArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let (mut manifest, mut names) = told_apart(args.words);
    // Of two words the first is the manifest, whatever it looks like.
    if names.len() > 1 {
        manifest = Some(names.remove(0).into());
    }
    let name = names.pop();
    let path = manifest_path(manifest, &host.env)?;
    let session = unless_stopped(&host.interrupt, None, Session::open(&path, global, host, ui)).await?;
    let plan = unless_stopped(&host.interrupt, None, session.plan()).await;
    let printed = plan.and_then(|plan| match name {
        Some(name) => one(&plan, &name, ui),
        None => all(&plan, args.format, ui),
    });
    session.close(printed, ui).await
}

fn all(plan: &Plan, format: OutputFormat, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut there = Vec::new();
    for brought in plan.outputs() {
        let address = brought.view.address.to_string();
        if let Some(outputs) = brought.outputs {
            there.push((address, outputs));
        } else {
            let (why, code) = missing(brought.view.verb);
            ui.say(&format!("{}: {why}", Line(&address)));
            exit = exit.or(code);
        }
    }
    ui.data(&match format {
        OutputFormat::Text => outputs::text(&there),
        OutputFormat::Json => outputs::json(&there),
        OutputFormat::Dotenv => outputs::dotenv(&there),
        OutputFormat::Github => outputs::github(&there),
    })?;
    Ok(exit)
}

/// One value by itself.
fn one(plan: &Plan, name: &str, ui: &mut Ui) -> Result<Exit, Failure> {
    let all = plan.outputs();
    let named = all.iter().find_map(|brought| {
        let output = name.strip_prefix(&brought.view.address.to_string())?.strip_prefix('.')?;
        Some((brought, output))
    });
    let Some((brought, output)) = named else {
        let known: Vec<_> = all.iter().map(|brought| brought.view.address.to_string()).collect();
        let message = format!("{}: the manifest has no such output", Line(name));
        let help = format!("write ADDRESS.OUTPUT; {}", unknown_help(name, known.iter().map(String::as_str)));
        return Err(Failure::usage(message, help));
    };
    let address = brought.view.address.to_string();
    let Some(outputs) = brought.outputs else {
        let (why, exit) = missing(brought.view.verb);
        return Err(Failure::Said { exit, message: format!("{}: {why}", Line(&address)), help: None });
    };
    let Some(value) = outputs.get(output) else {
        let message = format!("{} brings no {}", Line(&address), Line(output));
        return Err(Failure::usage(message, unknown_help(output, outputs.iter().map(|(name, _)| name))));
    };
    ui.data(&format!("{}\n", Line(value)))?;
    Ok(Exit::Done)
}

/// Why an entry brings nothing, and the exit code that it stands for.
fn missing(verb: Verb) -> (&'static str, Exit) {
    match verb {
        Verb::Unknown => ("it could not be read; `infra plan` says why", Exit::Incomplete),
        Verb::Blocked => ("a guard refuses it; `infra plan` says why", Exit::Refused),
        Verb::Adopt => ("it is there, and not this manifest's yet; `infra apply` asks", Exit::Pending),
        _ => ("it is not there yet; `infra apply` makes it", Exit::Pending),
    }
}
