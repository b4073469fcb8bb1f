//! From a TOML file to typed entries, or to everything that is wrong with it.
//!
//! Four steps, each pure but for reading the file: the text is parsed, its structure is checked against
//! the schema of the types ([`structure`]), each entry is decoded and understood by its kind
//! ([`crate::kind::Entry::from_draft`]), and what several entries claim together is checked.
//! No step stops at the first fault.

mod entries;
pub mod fault;
mod source;
pub mod structure;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::kind::entry::{Place, check_tag};
use crate::kind::erase::{AnyGroup, AnyKind, EntryName};
use crate::model::problem::{Problem, Problems, Segment};
use crate::model::{Partition, Tags, digest};

use fault::{Code, Fault, Finding, Invalid};
use source::Source;
use structure::Schema;

/// A manifest that is understood.
pub struct Manifest {
    /// The file, as the user named it.
    pub file: String,
    /// The first twelve hex digits of the SHA-256 of the file: which revision of it this is.
    pub revision: String,
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
    /// What identifies each entry, in the order of the registry and then of the file.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryName> {
        self.groups.iter().flat_map(|group| group.entries()).collect()
    }
}

/// What a manifest says of itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Header {
    /// The manifest's name: the mark of ownership on every resource.
    pub name: String,
    /// The only account that it may be applied to, 12 digits in quotes.
    pub account: String,
    /// The only region that it may be applied to.
    pub region: String,
}

/// No manifest that people write is larger. It keeps a mistyped path from filling the memory.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Loads the manifest at `path`, with entries of `kinds`.
///
/// # Errors
///
/// Everything that is wrong with it, [`Invalid`]. No AWS call is made either way.
pub fn load(path: &Path, kinds: &[&'static dyn AnyKind]) -> Result<Manifest, Invalid> {
    let file = path.display().to_string();
    let source = read(path, &file)?;
    let manifest = understand(&source, kinds)?;
    match neighbour(path, &manifest) {
        Some(finding) => Err(Invalid { faults: source.faults(vec![finding], true), file }),
        None => Ok(manifest),
    }
}

fn read(path: &Path, file: &str) -> Result<Source, Invalid> {
    let unreadable = |message: String, help: &str| {
        let finding = Finding {
            code: Code::Unreadable,
            within: None,
            message: format!("{file}: {message}"),
            span: 0..0,
            help: Some(help.to_owned()),
            hide: None,
        };
        Invalid { file: file.to_owned(), faults: vec![Fault::new(finding, None)] }
    };
    let size = fs::metadata(path).map_err(|error| {
        unreadable(error.to_string(), "name the manifest's file, or run where `manifests/` is")
    })?;
    if size.is_dir() {
        return Err(unreadable("it is a folder".to_owned(), "name one file in it"));
    }
    if size.len() > MAX_BYTES {
        return Err(unreadable("it is larger than 4 MiB".to_owned(), "this cannot be a manifest"));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string(), "make the file readable"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { file: file.to_owned(), text }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
            Err(unreadable(format!("line {line} is not UTF-8"), "save the file as UTF-8"))
        }
    }
}

fn understand(source: &Source, kinds: &[&'static dyn AnyKind]) -> Result<Manifest, Invalid> {
    let invalid =
        |findings, parsed| Invalid { faults: source.faults(findings, parsed), file: source.file.clone() };
    // The recovering parser reports every syntax error; what it recovered is not used when there are any.
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        return Err(invalid(errors.iter().map(syntax_finding).collect(), false));
    }
    let table = document.get_ref();
    let mut findings = Vec::new();
    let place = header(table, &mut findings);
    let groups = entries::read(source, table, kinds, place.as_ref(), &mut findings);
    match place {
        Some(place) if findings.is_empty() => Ok(Manifest {
            file: source.file.clone(),
            revision: digest::of_text(&source.text).chars().take(12).collect(),
            place,
            groups,
        }),
        _ => Err(invalid(findings, true)),
    }
}

fn syntax_finding(error: &toml::de::Error) -> Finding {
    // The parser's first line says what it expected; what it found there may be part of a secret.
    let message = error.message().lines().next().unwrap_or("this is not TOML").to_owned();
    Finding {
        code: Code::Syntax,
        within: None,
        message,
        span: error.span().unwrap_or(0..0),
        help: Some("values are masked here, since nobody can tell which of them are secret".to_owned()),
        hide: None,
    }
}

/// `[manifest]` and `[tags]`.
fn header(table: &DeTable<'_>, findings: &mut Vec<Finding>) -> Option<Arc<Place>> {
    let schema = schemars::schema_for!(Header).to_value();
    let Some((key, value)) = table.get_key_value("manifest") else {
        findings.push(Finding {
            code: Code::MissingKey,
            within: None,
            message: "the table `[manifest]` is missing".to_owned(),
            span: 0..0,
            help: Some("it begins a manifest: [manifest] with name, account and region".to_owned()),
            hide: None,
        });
        return None;
    };
    let DeValue::Table(body) = value.get_ref() else {
        findings.push(not_a_table("manifest", value.span()));
        return None;
    };
    let before = findings.len();
    findings.extend(structure::check("manifest", body, key.span(), Schema::new(&schema)));
    let tags = tags(table, findings);
    if findings.len() > before {
        return None;
    }
    let header = Header::deserialize(structure::table_to_json(body, |_| true)).ok()?;
    let mut problems = Problems::default();
    check_header(&header, &mut problems);
    let found = problems.into_found();
    let sound = found.is_empty();
    findings.extend(found.into_iter().map(|problem| placed("manifest", problem, value, key.span())));
    sound.then(|| {
        Arc::new(Place {
            manifest: header.name,
            account: header.account,
            partition: Partition::of_region(&header.region),
            region: header.region,
            tags,
        })
    })
}

fn check_header(header: &Header, problems: &mut Problems) {
    if !is_key(&header.name) || header.name.len() > 63 {
        problems.report(
            "name",
            "this is no valid name for a manifest",
            "at most 63 lower-case letters, digits and single hyphens, beginning with a letter or digit",
        );
    }
    if header.account.len() != 12 || !header.account.chars().all(|c| c.is_ascii_digit()) {
        problems.report(
            "account",
            "an account number has 12 digits",
            "`aws sts get-caller-identity` prints yours",
        );
    }
    let mut parts = header.region.split('-');
    let words = |part: &str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    let number = parts.next_back().is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    if !number || header.region.matches('-').count() < 2 || !parts.all(words) {
        problems.report("region", "this is no region", "a region looks like us-west-2");
    }
}

/// Whether `text` can be the key of an entry or the name of a manifest: kebab-case.
fn is_key(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(word)
}

fn tags(table: &DeTable<'_>, findings: &mut Vec<Finding>) -> Tags {
    let Some((key, value)) = table.get_key_value("tags") else { return Tags::default() };
    let DeValue::Table(body) = value.get_ref() else {
        findings.push(not_a_table("tags", value.span()));
        return Tags::default();
    };
    let schema = schemars::schema_for!(BTreeMap<String, String>).to_value();
    let wrong = structure::check("tags", body, key.span(), Schema::new(&schema));
    if !wrong.is_empty() {
        findings.extend(wrong);
        return Tags::default();
    }
    let tags: Tags = body
        .iter()
        .filter_map(|(key, value)| Some((key.get_ref().to_string(), value.get_ref().as_str()?.to_owned())))
        .collect();
    let mut problems = Problems::default();
    for (key, value) in tags.iter() {
        check_tag(key, value, &mut problems);
    }
    let found = problems.into_found().into_iter();
    findings.extend(found.map(|problem| placed("tags", problem, value, key.span())));
    tags
}

fn not_a_table(name: &str, span: std::ops::Range<usize>) -> Finding {
    Finding {
        code: Code::WrongType,
        within: None,
        message: format!("`{name}` must be a table"),
        hide: Some(span.clone()),
        span,
        help: Some(format!("write it as [{name}]")),
    }
}

/// Puts a kind's problem where its path leads: the value itself, or the nearest parent that there is.
fn placed(
    within: &str,
    problem: Problem,
    value: &toml::Spanned<DeValue<'_>>,
    key: std::ops::Range<usize>,
) -> Finding {
    let (mut at, mut span) = (value.get_ref(), key);
    for segment in &problem.path {
        let next = match (segment, at) {
            (Segment::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
            (Segment::Index(index), DeValue::Array(items)) => items.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        (at, span) = (next.get_ref(), next.span());
    }
    Finding {
        code: Code::InvalidValue,
        within: Some(within.to_owned()),
        message: problem.message,
        span,
        help: problem.help,
        hide: None,
    }
}

/// Another manifest in the same folder that claims the same name in the same account and region: each
/// would take the other's resources for what it has left behind.
fn neighbour(path: &Path, manifest: &Manifest) -> Option<Finding> {
    let own = fs::canonicalize(path).ok()?;
    let place = &manifest.place;
    let others = fs::read_dir(own.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    for other in others.filter(|other| *other != own && other.extension().is_some_and(|it| it == "toml")) {
        let Ok(text) = fs::read_to_string(&other) else { continue };
        let Ok(document) = DeTable::parse(&text) else { continue };
        let Some(header) = document.get_ref().get("manifest") else { continue };
        let says = |key: &str, value: &str| {
            header.get_ref().get(key).and_then(|it| it.get_ref().as_str()) == Some(value)
        };
        if says("name", &place.manifest) && says("account", &place.account) && says("region", &place.region) {
            let name = other.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Some(Finding {
                code: Code::Clash,
                within: None,
                message: format!("{name}, beside this file, is a manifest of the same name, account and region"),
                span: 0..0,
                help: Some(
                    "give one of them another name, or move it away: each would take the other's resources for its own leftovers"
                        .to_owned(),
                ),
                hide: None,
            });
        }
    }
    None
}
