//! `infra drift`: the check that CI runs. It only reads, and always speaks in exit codes.

use std::path::Path;

use super::{examine, unless_stopped};
use crate::cli::args::{DriftArgs, Global, ShowArgs};
use crate::cli::exit::Exit;
use crate::cli::fail;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{Session, manifest_path};
use crate::cli::ui::Ui;

/// Checks each manifest in turn; the worst answer is the command's.
pub(crate) async fn run(args: DriftArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut paths = args.manifests;
    if paths.is_empty() {
        paths.push(manifest_path(None, &host.env)?);
    }
    let mut exit = Exit::Done;
    for path in paths {
        // One manifest that cannot be checked does not keep the others from it.
        exit = exit.or(match check(&path, args.show, global, host, ui).await {
            Ok(exit) => exit,
            Err(Failure::Closed) => return Err(Failure::Closed),
            Err(failure) => fail(ui, failure),
        });
        if host.interrupt.already().is_some() {
            break;
        }
    }
    Ok(exit)
}

async fn check(
    path: &Path,
    args: ShowArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let session = unless_stopped(&host.interrupt, None, Session::open(path, global, host, ui)).await?;
    examine(session, args, None, None, host, ui).await
}
