//! `infra check`: everything that can be checked with no network.

use super::super::args::CheckArgs;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::host::Host;
use super::super::session::manifest_path;
use super::super::ui::Ui;
use crate::kinds::KINDS;
use crate::manifest;
use crate::model::escape::Line;
use crate::model::size;

/// Loads the manifest, and says what it declares.
pub(crate) fn run(args: CheckArgs, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    let manifest = manifest::load(&path, KINDS)?;
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
