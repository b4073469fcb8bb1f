//! `infra schema`: the JSON Schema of manifests.

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::ui::Ui;
use crate::kinds::KINDS;
use crate::manifest;

/// Prints it.
pub(crate) fn run(ui: &mut Ui) -> Result<Exit, Failure> {
    ui.data(&format!("{:#}\n", manifest::schema(KINDS)))?;
    Ok(Exit::Done)
}
