//! Plans as files: written for a review, read back to be applied.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::failure::Failure;
use crate::model::escape::Line;
use crate::plan::{Origin, PlanView, Reviewed};
use crate::render;

/// How much of a file tells what it is.
const HEAD: u64 = 1024;

/// Whether what is at `path` is meant as a plan: a manifest never begins like that.
pub(super) fn is_plan(path: &Path) -> bool {
    // What comes through a pipe can be read once, and is a manifest.
    if !fs::metadata(path).is_ok_and(|it| it.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && head.trim_ascii_start().starts_with(b"{")
}

/// Reads a reviewed plan.
///
/// # Errors
///
/// A file that cannot be read, or that is no plan.
pub(super) fn read(path: &Path) -> Result<Reviewed, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read {}: {error}", Line(&name)), "name a plan that is there")
    })?;
    Reviewed::parse(&text).map_err(|why| {
        Failure::usage(
            format!("{} is no plan that can be applied: {why}", Line(&name)),
            "make a new one: infra plan --out FILE",
        )
    })
}

/// Whether a plan may be written to `path`, told before anything is read from the account.
///
/// # Errors
///
/// Something else is there, or there is no such folder.
pub(super) fn check_target(path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    if name == "-" {
        return Err(Failure::usage(
            "--out wants a file, and - is none",
            "without --out the plan goes to standard output: --format json for machines; a file can be applied",
        ));
    }
    let is_ours = || fs::read_to_string(path).is_ok_and(|text| Reviewed::is_of_ours(&text));
    if path.exists() && !(is_plan(path) && is_ours()) {
        return Err(Failure::usage(
            format!("{} is there already and is no plan", Line(&name)),
            "it would be lost; name another file after --out",
        ));
    }
    if !folder(path).is_dir() {
        let message = format!("{}: there is no such folder", Line(&folder(path).display().to_string()));
        return Err(Failure::usage(message, "make it, or name another file after --out"));
    }
    Ok(())
}

/// Writes a plan, whole or not at all, for its owner alone to read: it says much about the account, though no
/// secret.
///
/// # Errors
///
/// What the file system says.
pub(super) fn write(path: &Path, plan: &PlanView<'_>, origin: &Origin) -> Result<(), Failure> {
    let name = path.display().to_string();
    let failed = |error: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot write the plan to {}: {error}", Line(&name)), None)
    };
    let text = render::json::file(plan, origin).map_err(|error| failed(&error))?;
    // Its mode is 0600 from the beginning.
    let mut file = NamedTempFile::new_in(folder(path)).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
