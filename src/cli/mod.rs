//! The command line: what is typed becomes a command, and how it ends becomes an exit code.

pub mod args;
mod commands;
mod connect;
mod consent;
pub mod exit;
mod failure;
pub mod host;
pub mod interrupt;
mod log;
mod plan_file;
mod session;
mod ui;
mod values;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Parser as _, ValueEnum as _};

use args::{Cli, Color, Command, SecretCommand};
use exit::Exit;
use failure::Failure;
use host::Host;
use ui::Ui;

use crate::model::escape::Line;

/// Runs one command line, the program's name first.
pub async fn run(args: impl IntoIterator<Item = OsString>, host: Host) -> Exit {
    let mut host = host;
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&harmless(&args).unwrap_or(error), &args, &mut host),
    };
    let console = std::mem::replace(&mut host.console, host::Console::closed());
    let mut ui = Ui::new(console, &host.env, &cli.global);
    let _log = log::keep(cli.global.verbose, &host.env, ui.talk(), ui.colors_talk());
    match command(cli, &host, &mut ui).await {
        Ok(exit) => exit,
        Err(failure) => fail(&mut ui, failure),
    }
}

async fn command(cli: Cli, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let Cli { global, command } = cli;
    match command {
        Command::Check(args) => commands::check::run(args, host, ui),
        Command::Plan(args) => commands::plan::run(args, &global, host, ui).await,
        Command::Apply(args) => commands::apply::run(args, &global, host, ui).await,
        Command::Destroy(args) => commands::destroy::run(args, &global, host, ui).await,
        Command::Sandbox(args) => commands::sandbox::run(args, &global, host, ui).await,
        Command::Drift(args) => commands::drift::run(args, &global, host, ui).await,
        Command::Show(args) => commands::show::run(args, &global, host, ui).await,
        Command::Verify(args) => commands::verify::run(args, &global, host, ui).await,
        Command::Output(args) => commands::output::run(args, &global, host, ui).await,
        Command::Init(args) => commands::init::run(args, &global, host, ui).await,
        Command::Secret(SecretCommand::Set(args)) => commands::secret::set(args, &global, host, ui).await,
        Command::Secret(SecretCommand::Status(args)) => {
            commands::secret::status(args, &global, host, ui).await
        }
        Command::Schema => commands::schema::run(ui),
        Command::Completions(args) => {
            ui.data(&String::from_utf8_lossy(&args.script()))?;
            Ok(Exit::Done)
        }
        Command::ExitCodes => {
            ui.data(&format!("{}\n", Exit::help()))?;
            Ok(Exit::Done)
        }
    }
}

/// The same error about the same words, escaped, for clap repeats them as they are.
fn harmless(args: &[OsString]) -> Option<clap::Error> {
    let args = args.iter().map(|arg| Line(&arg.to_string_lossy()).to_string());
    Cli::try_parse_from(args).err()
}

/// Help and version are data; everything else that clap says is a wrong command line.
fn usage(error: &clap::Error, args: &[OsString], host: &mut Host) -> Exit {
    let is_data = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    ui::usage(&mut host.console, color_asked_for(args), &host.env, &error.render(), is_data);
    if is_data { Exit::Done } else { Exit::Usage }
}

/// What `--color` says on a command line that could not be understood as a whole.
fn color_asked_for(args: &[OsString]) -> Color {
    let mut color = Color::Auto;
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    while let Some(arg) = args.next() {
        let value = if arg == "--color" { args.next() } else { arg.strip_prefix("--color=") };
        color = value.and_then(|value| Color::from_str(value, false).ok()).unwrap_or(color);
    }
    color
}

fn fail(ui: &mut Ui, failure: Failure) -> Exit {
    match failure {
        Failure::Said { exit, message, help } => {
            ui.error(&message, help.as_deref());
            exit
        }
        Failure::Manifest(invalid) => {
            for fault in &invalid.faults {
                ui.diagnostic(fault);
            }
            ui.error(&format!("{invalid}; no AWS call was made"), None);
            Exit::Invalid
        }
        Failure::Stopped { exit, message } => {
            if let Some(message) = message {
                ui.say(message);
            }
            exit
        }
        Failure::Closed => Exit::Failed,
    }
}
