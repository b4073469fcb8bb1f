//! `infra plan`: read the account and show what would be done.

use super::super::args::{Global, PlanArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::host::Host;
use super::super::session::manifest_path;
use super::super::ui::Ui;
use super::examine;

/// Plans and shows.
pub(crate) async fn run(args: PlanArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    let exit = examine(&path, args.show, global, host, ui).await?;
    Ok(match exit {
        Exit::Pending | Exit::Refused if !args.exit_code => Exit::Done,
        // A plan that could not see everything is no plan, whether or not its exit code is asked for.
        exit => exit,
    })
}
