//! What a person agrees to, by options or by answering.

use super::args::{ApplyArgs, DestroyArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::ui::Ui;
use crate::kind::view::{Need, StepView};
use crate::kinds::KINDS;
use crate::manifest::names::nearest;
use crate::model::escape::Line;
use crate::model::size;
use crate::plan::{Consent, Plan};

/// Gathers what the options agree to and, without `--yes`, asks for the rest. `is_read` says that somebody has
/// read this very plan before: they named its file or its digest.
///
/// # Errors
///
/// Options that name nothing, nobody to ask, or the answer no.
pub(super) async fn obtain(
    plan: &Plan,
    args: &ApplyArgs,
    is_read: bool,
    ui: &mut Ui,
) -> Result<Consent, Failure> {
    let mut consent = Consent::default();
    let given =
        [(Need::Adopt, &args.adopt), (Need::Delete, &args.delete), (Need::AllowExpire, &args.allow_expire)];
    for (need, addresses) in given {
        for address in addresses {
            // An earlier run that did not come to its end may have deleted it: then it is said, and no fault.
            if need != Need::Delete || !is_of_a_kind(address) {
                check_address(plan, need.option(), address)?;
            }
            consent.give(need, address);
        }
    }
    for address in &args.only {
        check_address(plan, "--only", address)?;
    }
    // Whoever names the plan has read what it takes over and deletes. Data that would be lost has its own word.
    if is_read {
        for view in plan.views() {
            for need in view.needs().into_iter().filter(|need| *need != Need::AllowExpire) {
                consent.give(need, view.address.to_string());
            }
        }
    }
    let chosen = |view: &StepView| args.only.is_empty() || args.only.contains(&view.address.to_string());
    let acting: Vec<_> = plan.views().into_iter().filter(|view| view.verb.acts() && chosen(view)).collect();
    if args.yes || is_read || acting.is_empty() {
        return Ok(consent);
    }
    if !ui.can_ask() {
        return Err(Failure::usage(
            "there is no terminal to ask on",
            "--yes creates, changes and restores; --adopt, --delete and --allow-expire ADDRESS allow the rest; \
             a plan that was read before needs no word: PLAN, written by `infra plan --out`, or --digest DIGEST",
        ));
    }
    for view in &acting {
        for need in consent.missing(view) {
            if ask(view, need, ui).await? {
                consent.give(need, view.address.to_string());
            }
        }
    }
    let steps = acting.iter().filter(|view| consent.missing(view).is_empty()).count();
    if steps == 0 {
        return Ok(consent);
    }
    let question = format!("Apply {}? [y/N] ", size::count(steps, "step"));
    if is_yes(ui.ask(&question).await?.as_deref()) {
        return Ok(consent);
    }
    Err(Failure::Said {
        exit: Exit::Failed,
        message: "not applied; nothing was changed".to_owned(),
        help: None,
    })
}

/// Gathers what the options of `destroy` agree to and, without `--yes`, asks for the manifest's name: a stray `y` must
/// not be enough.
///
/// # Errors
///
/// Options that name nothing, nobody to ask, or another answer.
pub(super) async fn to_destroy(plan: &Plan, args: &DestroyArgs, ui: &mut Ui) -> Result<Consent, Failure> {
    let mut consent = Consent::default();
    for address in &args.delete {
        if !is_of_a_kind(address) {
            check_address(plan, Need::Delete.option(), address)?;
        }
        consent.give(Need::Delete, address);
    }
    let acting: Vec<_> = plan.views().into_iter().filter(|view| view.verb.acts()).collect();
    if acting.is_empty() {
        return Ok(consent);
    }
    if !args.yes {
        if !ui.can_ask() {
            return Err(Failure::usage(
                "there is no terminal to ask on",
                "--yes with the --digest of a plan that was read destroys by that plan; with --delete ADDRESS, that alone",
            ));
        }
        let name = &plan.header.manifest;
        let steps = size::count(acting.len(), "step");
        let question = format!("Destroy {} in {}? Type {} to do so: ", Line(name), steps, Line(name));
        if ui.ask(&question).await?.as_deref() != Some(name) {
            return Err(Failure::Said {
                exit: Exit::Failed,
                message: "not destroyed; nothing was changed".to_owned(),
                help: None,
            });
        }
    }
    // Whoever types the name has read all of it, and so has whoever names the plan.
    if !args.yes || args.digest.is_some() {
        for view in acting {
            consent.give(Need::Delete, view.address.to_string());
        }
    }
    Ok(consent)
}

/// Whether a word begins as addresses do.
fn is_of_a_kind(word: &str) -> bool {
    KINDS
        .iter()
        .any(|kind| word.strip_prefix(&kind.name().to_string()).is_some_and(|key| key.starts_with('.')))
}

fn check_address(plan: &Plan, option: &str, address: &str) -> Result<(), Failure> {
    let known: Vec<_> = plan.views().into_iter().map(|view| view.address.to_string()).collect();
    if known.iter().any(|known| known == address) {
        return Ok(());
    }
    let help = match nearest(address, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`infra plan --all` lists every address".to_owned(),
    };
    Err(Failure::usage(format!("{option} {}: the plan has no such address", Line(address)), help))
}

async fn ask(view: &StepView, need: Need, ui: &mut Ui) -> Result<bool, Failure> {
    let (address, name) = (view.address.to_string(), view.called());
    let name = name.as_str();
    match need {
        Need::Adopt => {
            let question =
                format!("Adopt {} as {}? It becomes this manifest's. [y/N] ", Line(name), Line(&address));
            Ok(is_yes(ui.ask(&question).await?.as_deref()))
        }
        Need::Delete => {
            let question = format!("Delete {} ({})? [y/N] ", Line(name), Line(&address));
            Ok(is_yes(ui.ask(&question).await?.as_deref()))
        }
        // Data goes for good: a stray `y` must not be enough.
        Need::AllowExpire => {
            let question =
                format!("Data of {} would expire. Type {} to allow it: ", Line(name), Line(&address));
            Ok(ui.ask(&question).await?.as_deref() == Some(address.as_str()))
        }
    }
}

fn is_yes(answer: Option<&str>) -> bool {
    answer.is_some_and(|answer| ["y", "yes"].contains(&answer.to_lowercase().as_str()))
}
