//! From a TOML file to typed entries, or to everything that is wrong with it.
//!
//! Four steps, each pure but for reading the file: the text is parsed, its structure is checked against
//! the schema of the types (`structure`), each entry is decoded and understood by its kind
//! ([`crate::kind::Entry::from_draft`]), and what several entries claim together is checked.
//! No step stops at the first fault, and no fault keeps a later step from what it does not concern.
//!
//! Nobody can tell which text of a faulty file is a secret in the wrong place. So what a diagnostic shows
//! is chosen, not what it hides: `excerpt` has the rule.

mod credentials;
mod entries;
mod excerpt;
pub mod fault;
mod file;
mod folder;
mod gathered;
mod header;
pub mod names;
mod prices;
mod schema;
mod source;
mod structure;
mod syntax;
pub mod write;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::kind::entry::Place;
use crate::kind::erase::{AnyGroup, AnyKind, EntryName};
use crate::model::digest;
use crate::value::{NoValues, Values};

use fault::{Code, Fault, Invalid};
pub use file::create;
pub use header::{ManifestTable, is_manifest_name, is_region};
pub use prices::prices;
pub use schema::schema;
use source::Trust;

/// A manifest that is understood.
pub struct Manifest {
    /// The file, as the user named it.
    pub file: String,
    /// The SHA-256 of the file: which revision of it this is.
    pub hash: String,
    /// Name, account, region and tags.
    pub place: Arc<Place>,
    /// The entries, one group for each kind that there is, in the order of the registry.
    pub groups: Vec<Box<dyn AnyGroup>>,
}

impl std::fmt::Debug for Manifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manifest")
            .field("file", &self.file)
            .field("entries", &self.entries())
            .finish_non_exhaustive()
    }
}

impl Manifest {
    /// The domains whose certificates are looked up.
    #[must_use]
    pub fn domains(&self) -> Vec<String> {
        self.groups.iter().flat_map(|group| group.domains()).collect()
    }

    /// What identifies each entry, in the order of the registry and then of the file.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryName> {
        self.groups.iter().flat_map(|group| group.entries()).collect()
    }
}

/// Loads the manifest at `path`, with entries of `kinds`, and reads no secret value.
///
/// # Errors
///
/// Everything that is wrong with it, [`Invalid`]. No AWS call is made either way.
pub fn load(path: &Path, kinds: &[&'static dyn AnyKind]) -> Result<Manifest, Invalid> {
    load_with(path, kinds, Arc::new(NoValues))
}

/// The same, with the values of secrets as `values` gives them.
///
/// # Errors
///
/// As [`load`]; and every value that cannot be one.
pub fn load_with(
    path: &Path,
    kinds: &[&'static dyn AnyKind],
    values: Arc<dyn Values>,
) -> Result<Manifest, Invalid> {
    let source = file::read(path, "manifest")?;
    // The recovering parser reports every syntax error; what it recovered is not used when there are any.
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    let mut faults = secrets(&source.text);
    if !errors.is_empty() {
        faults.extend(syntax::faults(&errors));
        return Err(source.invalid(faults, Trust::Broken(&entries::vocabulary(kinds))));
    }
    let table = document.get_ref();
    let files = Arc::new(folder::Beside::of(path));
    let place = Arc::new(Place { files, values, ..header::read(table, &mut faults) });
    let mut groups = entries::read(&source, table, kinds, &place, &mut faults);
    faults.extend(neighbour(path, &place, table));
    if !faults.is_empty() {
        return Err(source.invalid(faults, Trust::Parsed));
    }
    let entries = groups.iter().flat_map(|group| group.entries());
    let names = entries.filter_map(|entry| Some((entry.address, entry.name?))).collect();
    for group in &mut groups {
        group.introduce(&names);
    }
    Ok(Manifest { hash: digest::of_text(&source.text), file: source.file, place, groups })
}

/// Credentials in the file: in a value, a key or a comment.
fn secrets(text: &str) -> Vec<Fault> {
    let fault = |span: Range<usize>| {
        let message = "this has the shape of a credential, and a manifest holds no secrets";
        let help = "take it out of the file; if others could read the file, revoke it";
        Fault::new(Code::Secret, span, message).help(help).concealed(true)
    };
    credentials::certain(text).into_iter().map(fault).collect()
}

/// Another manifest in the same folder that claims the same name in the same account and region: each
/// would take the other's resources for what it has left behind.
fn neighbour(path: &Path, place: &Place, table: &DeTable<'_>) -> Option<Fault> {
    let says = |header: &DeValue<'_>, key: &str, value: &str| {
        header.get(key).and_then(|it| it.get_ref().as_str()) == Some(value)
    };
    let other = file::beside(path).find(|(_, text)| {
        let Ok(document) = DeTable::parse(text) else { return false };
        document.get_ref().get("manifest").is_some_and(|header| {
            let header = header.get_ref();
            says(header, "name", &place.manifest)
                && says(header, "account", &place.account)
                && says(header, "region", &place.region)
        })
    })?;
    let span = table.get("manifest")?.get_ref().get("name")?.span();
    let message =
        format!("{}, beside this file, has the same name, account and region", names::file(&other.0));
    let help = "give one of them another name, or move it away: \
                each would take the other's resources for its own leftovers";
    Some(Fault::new(Code::Clash, span, message).within("manifest").label("the same name").help(help))
}
