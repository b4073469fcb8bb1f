//! `infra destroy`: take down what holds no data, and list what stays.

use super::carry::{self, UNCHANGED};
use super::{apply, show, unless_stopped};
use crate::cli::args::{DestroyArgs, Format, Global, ShowArgs};
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::interrupt::Interrupt;
use crate::cli::session::{Session, manifest_path, prices};
use crate::cli::ui::Ui;
use crate::cost::Prices;
use crate::plan::Plan;
use crate::render;

/// Plans, shows, asks, takes down, looks again, and lists what stays.
pub(crate) async fn run(
    args: DestroyArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest.clone(), &host.env)?;
    let prices = prices(args.prices.clone(), &host.env)?;
    let opened = Session::open_to_destroy(&path, global, host, ui);
    let session = unless_stopped(&host.interrupt, None, opened).await?;
    let destroyed = within(&session, &args, &prices, &host.interrupt, ui).await;
    session.close(destroyed, ui).await
}

async fn within(
    session: &Session,
    args: &DestroyArgs,
    prices: &Prices,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let plan = unless_stopped(interrupt, UNCHANGED, session.plan()).await?;
    let shown = ShowArgs { all: args.all, calls: args.calls, format: Format::Text };
    show(&plan, shown, Some(prices), session.aws.ledger(), ui)?;
    if let Some(read) = &args.digest {
        apply::check_digest(&plan, read)?;
    }
    let consent = unless_stopped(interrupt, UNCHANGED, consent::to_destroy(&plan, args, ui)).await?;
    apply::tell_spared(&plan, &args.delete, ui);
    let (before, digest) = (stays(&plan, prices), plan.view().digest);
    let gaps = !plan.gaps.is_empty();
    let ready = plan.ready(&consent, &[]);
    let mut exit = carry::held(ready.held(), ui);
    carry::tell_of_digest(ready.held(), &digest, ui);
    if gaps {
        exit = exit.or(Exit::Incomplete);
    }
    let mut list = before;
    if ready.is_empty() {
        ui.say("nothing was destroyed");
    } else {
        let words = carry::Words { done: "destroyed", again: "run the same command again to finish" };
        let (ended, after) = carry::out(session, ready, words, interrupt, ui).await?;
        exit = exit.or(ended);
        // As it is now: what was taken off it is not part of what is left to remove.
        match after {
            Some(after) => list = stays(&after, prices),
            None if interrupt.already().is_some() => return Ok(exit),
            None => {}
        }
    }
    if !list.is_empty() {
        ui.apart()?;
        ui.page(&list)?;
    }
    Ok(exit)
}

/// What stays and what it goes on costing, for people.
fn stays(plan: &Plan, prices: &Prices) -> String {
    render::stays::text(&plan.in_order(), prices.of(&plan.header.region))
}
