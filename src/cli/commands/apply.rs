//! `infra apply`: plan, show, ask, apply, and prove that nothing is left to do.

use std::path::Path;
use std::sync::Arc;

use super::carry::{self, UNCHANGED};
use super::{show, unless_stopped};
use crate::cli::args::{ApplyArgs, Format, Global, ShowArgs};
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::interrupt::Interrupt;
use crate::cli::plan_file;
use crate::cli::session::{Session, manifest_path, prices};
use crate::cli::ui::Ui;
use crate::cli::values;
use crate::cost::Prices;
use crate::kind::view::{StepView, Verb};
use crate::model::escape::Line;
use crate::model::size;
use crate::plan::{Origin, Plan, Reviewed};
use crate::render;
use crate::value::Reading;

/// Plans, shows, asks, applies, and looks again.
pub(crate) async fn run(args: ApplyArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut path = manifest_path(args.manifest.clone(), &host.env)?;
    let reviewed = if plan_file::is_plan(&path) { Some(reviewed(&path, &args)?) } else { None };
    if let Some(reviewed) = &reviewed {
        path = reviewed.origin.file.clone().into();
    }
    let prices = prices(args.prices.clone(), &host.env)?;
    let opened = Session::open_with_values(&path, global, host, ui);
    let (mut session, values) = unless_stopped(&host.interrupt, None, opened).await?;
    let applied = match typed(&mut session, &path, &args, reviewed.as_ref(), values, host, ui).await {
        Ok(plan) => within(&session, plan, &args, reviewed.as_ref(), &prices, &host.interrupt, ui).await,
        Err(failure) => Err(failure),
    };
    session.close(applied, ui).await
}

/// The plan, with the values that a person has typed for it: first it has to be known which are missing. A plan that
/// was read before is taken as it is.
async fn typed(
    session: &mut Session,
    path: &Path,
    args: &ApplyArgs,
    reviewed: Option<&Reviewed>,
    values: Arc<Reading>,
    host: &Host,
    ui: &mut Ui,
) -> Result<Plan, Failure> {
    if let Some(reviewed) = reviewed {
        check_origin(&reviewed.origin, &session.origin())?;
    }
    let plan = unless_stopped(&host.interrupt, UNCHANGED, session.plan()).await?;
    if reviewed.is_some() || args.digest.is_some() || !ui.can_ask() {
        return Ok(plan);
    }
    if !unless_stopped(&host.interrupt, UNCHANGED, values::ask(&plan, args, &values, ui)).await? {
        return Ok(plan);
    }
    session.understand_again(path, values)?;
    unless_stopped(&host.interrupt, UNCHANGED, session.plan()).await
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
    plan: Plan,
    args: &ApplyArgs,
    reviewed: Option<&Reviewed>,
    prices: &Prices,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    if let Some(reviewed) = reviewed {
        check_reviewed(reviewed, &plan)?;
    }
    show(
        &plan,
        ShowArgs { all: args.all, calls: args.calls, format: Format::Text },
        Some(prices),
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
    tell_spared(&plan, &args.delete, ui);
    let digest = plan.view().digest;
    let ready = plan.ready(&consent, &args.only);
    let mut exit = carry::held(ready.held(), ui);
    if args.only.is_empty() {
        carry::tell_of_digest(ready.held(), &digest, ui);
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
    let again = if is_read {
        "what is left is another plan: run `infra plan` to finish"
    } else {
        "run the same command again to finish"
    };
    let (ended, _) =
        carry::out(session, ready, carry::Words { done: "applied", again }, interrupt, ui).await?;
    Ok(exit.or(ended))
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
pub(super) fn check_digest(plan: &Plan, read: &str) -> Result<(), Failure> {
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
pub(super) fn tell_spared(plan: &Plan, delete: &[String], ui: &mut Ui) {
    let views = plan.views();
    for address in delete {
        let mut named = views.iter().filter(|view| view.address.to_string() == *address);
        // What is blocked or unknown is left out anyway, and said.
        let is_said =
            |view: &StepView| view.takes_away() || matches!(view.verb, Verb::Blocked | Verb::Unknown);
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
