//! `infra check`: everything that can be checked with no network.

use crate::cli::args::CheckArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{load, manifest_path};
use crate::cli::ui::Ui;
use crate::model::escape::Line;
use crate::model::size;

/// Loads the manifest, and says what it declares.
pub(crate) fn run(args: CheckArgs, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    let manifest = load(&path)?;
    let place = &manifest.place;
    ui.data(&format!(
        "{} is valid: {} for account {}, {}, with {} for all\n",
        Line(&manifest.file),
        size::count(manifest.entries().len(), "entry"),
        place.account,
        place.region,
        size::count(place.tags.len(), "tag")
    ))?;
    Ok(Exit::Done)
}
