//! Secret values as commands read them: `plan` and `apply` from where the manifest says, `apply` from a person; and
//! `secret set` from where its command line says.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::args::ApplyArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::host::Host;
use super::ui::Ui;
use crate::kind::view::StepView;
use crate::model::escape::Line;
use crate::plan::Plan;
use crate::value::{Fault, Given, MOST_READ, Prompted, Reading, Value, is_reserved_variable};

/// How often a value that is refused may be typed again.
const TRIES: usize = 3;

/// Values from the environment and from files.
pub(super) fn reading(host: &Host) -> Arc<Reading> {
    let env = host.env.clone();
    Arc::new(Reading::new(move |name| env.raw(name)))
}

/// Asks for each value that is to be typed and that the plan finds missing. The answer is whether any was given: then
/// the plan is another one.
///
/// # Errors
///
/// When an answer cannot be read, or a value is refused too often.
pub(super) async fn ask(
    plan: &Plan,
    args: &ApplyArgs,
    reading: &Reading,
    ui: &mut Ui,
) -> Result<bool, Failure> {
    let chosen = |view: &StepView| args.only.is_empty() || args.only.contains(&view.address.to_string());
    let prompted = reading.prompted();
    let mut given = false;
    for view in plan.views().into_iter().filter(|view| view.asks && chosen(view)) {
        let Some(Prompted { of, form }) = prompted.iter().find(|it| it.of.name == view.name) else {
            continue;
        };
        let question = format!("Value of {} (not shown; leave it empty for later): ", Line(&view.name));
        for left in (0..TRIES).rev() {
            let Some(text) = ui.ask_hidden(&question).await?.filter(|text| !text.is_empty()) else { break };
            match Value::new(text, form) {
                Ok(value) => {
                    reading.take_in(of.clone(), value);
                    given = true;
                    break;
                }
                Err(faults) => {
                    let said = told(&faults);
                    if left == 0 {
                        return Err(no_value(&view.name, &said));
                    }
                    ui.error(&Line(&said).to_string(), faults.first().map(|fault| fault.help.as_str()));
                }
            }
        }
    }
    Ok(given)
}

/// Where the value comes from that a command line gives.
pub(super) enum From {
    /// Somebody types it.
    Terminal,
    /// Standard input.
    Stdin,
    /// An environment variable.
    Variable(String),
    /// A file.
    File(PathBuf),
}

/// Reads the value that `from` has, unless it is typed. What stands on the command line is not repeated: it may be the
/// value itself, in the wrong place.
///
/// # Errors
///
/// There is none, or it cannot be the value.
pub(super) async fn read(from: &From, given: &Given, host: &Host, ui: &mut Ui) -> Result<(), Failure> {
    let taken = match from {
        From::Terminal => return Ok(()),
        From::Stdin if ui.can_ask() => {
            return Err(Failure::usage(
                "standard input is a terminal, which would show the value",
                "leave `-` out: then it is typed, and not shown",
            ));
        }
        From::Stdin => {
            given.take_file(ui.rest_of_input(MOST_READ).await.map_err(|error| unreadable(&error))?)
        }
        From::Variable(name) if is_reserved_variable(name) => {
            return Err(Failure::usage(
                "the variable that --env names is reserved",
                "AWS_*, GITHUB_TOKEN, ACTIONS_*, SSH_* and INFRA_* are set by others; use one of your own",
            ));
        }
        From::Variable(name) => match host.env.raw(name).map(OsString::into_string) {
            Some(Ok(text)) => given.take(text),
            Some(Err(_)) => Err(vec![Fault::not_text()]),
            None => {
                return Err(Failure::failed(
                    "the variable that --env names is not set",
                    Some("--env takes the variable's name, never the value itself; nothing was changed"),
                ));
            }
        },
        From::File(path) => {
            let path = path.clone();
            // On a thread of its own: what is named may be a pipe that somebody fills later.
            let read = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::new();
                File::open(path)?.take(MOST_READ).read_to_end(&mut bytes).map(|_| bytes)
            });
            let bytes = read.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            given.take_file(bytes.map_err(|error| unreadable(&error))?)
        }
    };
    taken.map_err(|faults| refused(&faults))
}

/// Asks for the value of the secret `name`, twice, for nobody sees what is typed.
///
/// # Errors
///
/// When an answer cannot be read, none is given, or what is given is refused too often.
pub(super) async fn ask_given(name: &str, given: &Given, ui: &mut Ui) -> Result<(), Failure> {
    let first = format!("Value of {} (not shown): ", Line(name));
    for left in (0..TRIES).rev() {
        let Some(text) = ui.ask_hidden(&first).await?.filter(|text| !text.is_empty()) else {
            return Err(no_value(name, "nothing was typed"));
        };
        let again = ui.ask_hidden("Once more: ").await?;
        let (said, help) = if again.as_ref() == Some(&text) {
            let Err(faults) = given.take(text) else { return Ok(()) };
            (told(&faults), faults.into_iter().next().map(|fault| fault.help))
        } else {
            ("the two are not the same".to_owned(), None)
        };
        if left == 0 {
            return Err(no_value(name, &said));
        }
        ui.error(&Line(&said).to_string(), help.as_deref());
    }
    Ok(())
}

fn no_value(name: &str, said: &str) -> Failure {
    let message = format!("no value for {}: {}", Line(name), Line(said));
    Failure::failed(message, Some("nothing was changed"))
}

/// What is wrong with a value, in words that say nothing of it.
fn told(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("it {}", fault.message)).collect::<Vec<_>>().join("; ")
}

fn refused(faults: &[Fault]) -> Failure {
    let help = faults.first().map(|fault| format!("{}; nothing was changed", fault.help));
    let message = format!("this cannot be the value: {}", Line(&told(faults)));
    Failure::Said { exit: Exit::Failed, message, help }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::failed(format!("the value cannot be read: {error}"), Some("nothing was changed"))
}
