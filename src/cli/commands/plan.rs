//! `infra plan`: read the account and show what would be done.

use super::{examine, unless_stopped};
use crate::cli::args::{Global, PlanArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::plan_file;
use crate::cli::session::{Session, manifest_path, prices};
use crate::cli::ui::Ui;

/// Plans and shows.
pub(crate) async fn run(args: PlanArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    if let Some(out) = &args.out {
        plan_file::check_target(out)?;
    }
    let prices = prices(args.prices, &host.env)?;
    let session = if args.skip_secret_values {
        unless_stopped(&host.interrupt, None, Session::open(&path, global, host, ui)).await?
    } else {
        let opened = Session::open_with_values(&path, global, host, ui);
        unless_stopped(&host.interrupt, None, opened).await?.0
    };
    let exit = examine(session, args.show, Some(&prices), args.out.as_deref(), host, ui).await?;
    Ok(match exit {
        Exit::Pending | Exit::Refused if !args.exit_code => Exit::Done,
        // A plan that could not see everything is no plan, whether or not its exit code is asked for.
        exit => exit,
    })
}
