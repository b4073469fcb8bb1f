//! Secret values as commands read them: `plan` and `apply` from where the manifest says, `apply` from a person.

use std::sync::Arc;

use super::args::ApplyArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::host::Host;
use super::ui::Ui;
use crate::kind::view::StepView;
use crate::model::escape::Line;
use crate::plan::Plan;
use crate::value::{Prompted, Reading, Value};

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
                    let said: Vec<_> = faults.iter().map(|fault| format!("it {}", fault.message)).collect();
                    let said = said.join("; ");
                    if left == 0 {
                        return Err(Failure::Said {
                            exit: Exit::Failed,
                            message: format!("no value for {}: {}", Line(&view.name), Line(&said)),
                            help: Some("nothing was changed".to_owned()),
                        });
                    }
                    ui.error(&Line(&said).to_string(), faults.first().map(|fault| fault.help.as_str()));
                }
            }
        }
    }
    Ok(given)
}
