//! The entries: which table is of which kind, and what several entries claim together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Fault};
use super::gathered;
use super::header;
use super::names;
use super::source::Source;
use super::structure::{self, Schema};
use crate::kind::entry::{Common, Draft, Place, is_key};
use crate::kind::erase::{AnyGroup, AnyKind, EntryName};
use crate::model::problem::{Problem, Reference, Segment};
use crate::model::{Address, Location};

/// Tables that are no service's.
const RESERVED: &[&str] = &["manifest", "tags"];

/// Reads every entry of every kind.
pub(super) fn read(
    source: &Source,
    table: &DeTable<'_>,
    kinds: &[&'static dyn AnyKind],
    place: &Arc<Place>,
    faults: &mut Vec<Fault>,
) -> Vec<Box<dyn AnyGroup>> {
    unknown_tables(table, kinds, faults);
    kinds.iter().map(|kind| group(source, table, *kind, place, faults)).collect()
}

/// More entries than these are not listed.
const MAX_NAMED: usize = 8;

/// What an entry names that is not there, if it is not: whether or not that one is sound.
pub(super) fn dangling(table: &DeTable<'_>, reference: Reference) -> Option<Problem> {
    let Reference { path, address: Address { kind, key } } = reference;
    let entries = table.get(kind.service).and_then(|service| service.get_ref().get(kind.resource));
    let entries = entries.and_then(|entries| entries.get_ref().as_table());
    let mut keys: Vec<_> = entries.into_iter().flatten().map(|(key, _)| key.get_ref().as_ref()).collect();
    if keys.contains(&key.as_str()) {
        return None;
    }
    let message = format!("there is no {kind} {}", names::quoted_or(&key, "of this name"));
    // A key that is none may be anything.
    keys.retain(|key| is_key(key) && names::is_plausible(key));
    keys.sort_unstable();
    let own = key.strip_prefix(&format!("{kind}.")).filter(|own| keys.contains(own));
    let by_id = if is_id(&key) { "write the key of an entry, not an id; " } else { "" };
    let help = match (own, names::nearest(&key, keys.iter().copied())) {
        (Some(own), _) => format!("write its key alone: `{own}`"),
        (None, Some(near)) if !is_id(&key) => format!("did you mean `{near}`?"),
        (None, _) if (1..=MAX_NAMED).contains(&keys.len()) => {
            format!("{by_id}there is: {}", keys.join(", "))
        }
        (None, _) => {
            let named = if is_key(&key) && !is_id(&key) { names::shown(&key) } else { "KEY" };
            format!("{by_id}declare one as [{kind}.{named}]")
        }
    };
    Some(Problem { path, of_key: false, message, help: Some(help) })
}

/// Whether a text looks like what AWS calls a resource: `fs-` and its 8 or 17 hexadecimal digits.
fn is_id(text: &str) -> bool {
    let is_number = |it: &str| [8, 17].contains(&it.len()) && it.bytes().all(|c| c.is_ascii_hexdigit());
    text.rsplit_once('-').is_some_and(|(_, number)| is_number(number))
}

/// Every word that a manifest may use for a key, besides those that people make up.
pub(super) fn vocabulary(kinds: &[&'static dyn AnyKind]) -> BTreeSet<String> {
    let mut words: BTreeSet<_> = RESERVED.iter().map(|word| (*word).to_owned()).collect();
    collect_keys(&header::schema(), &mut words);
    for kind in kinds {
        match kind.gathered() {
            Some(table) => words.extend([table.to_owned()]),
            None => words.extend([kind.name().service, kind.name().resource].map(str::to_owned)),
        }
        collect_keys(&Schemas::of(*kind).entry, &mut words);
    }
    words
}

fn collect_keys(schema: &Value, words: &mut BTreeSet<String>) {
    let members = schema.as_object().into_iter().flatten().map(|(_, node)| node);
    for node in members.chain(schema.as_array().into_iter().flatten()) {
        collect_keys(node, words);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    words.extend(properties.into_iter().flatten().map(|(key, _)| key.clone()));
}

/// Tables that no kind reads: a service or a resource that there is not.
fn unknown_tables(table: &DeTable<'_>, kinds: &[&'static dyn AnyKind], faults: &mut Vec<Fault>) {
    for (key, value) in table {
        let service = key.get_ref().as_ref();
        if RESERVED.contains(&service) || kinds.iter().any(|kind| kind.gathered() == Some(service)) {
            continue;
        }
        let resources: Vec<_> = kinds
            .iter()
            .filter(|kind| kind.name().service == service && kind.gathered().is_none())
            .map(|kind| kind.name().resource)
            .collect();
        if resources.is_empty() {
            let mut services: Vec<_> =
                RESERVED.iter().copied().chain(kinds.iter().map(|kind| table_of(*kind))).collect();
            services.dedup();
            let message = format!("there is no table {}", names::quoted_or(service, "of this name"));
            let is_named =
                |kind: &&&dyn AnyKind| kind.name().resource == service || kind.name().service == service;
            let help = match kinds.iter().find(is_named).map(|kind| (kind.gathered(), kind.name())) {
                Some((Some(table), _)) => format!("write it as [{table}.NAME]"),
                Some((None, kind)) => format!("write it as [{kind}.KEY]"),
                None => names::unknown_help(service, services.into_iter()),
            };
            faults.push(Fault::new(Code::UnknownKey, key.span(), message).label("unknown table").help(help));
            continue;
        }
        let DeValue::Table(body) = value.get_ref() else {
            faults.push(Fault::not_a_table(service, value.span()));
            continue;
        };
        for (key, _) in body {
            let resource = key.get_ref().as_ref();
            if !resources.contains(&resource) {
                let message =
                    format!("`{service}` has no kind {}", names::quoted_or(resource, "of this name"));
                let help = names::unknown_help(resource, resources.iter().copied());
                faults
                    .push(Fault::new(Code::UnknownKey, key.span(), message).label("unknown kind").help(help));
            }
        }
    }
}

/// The outermost table of a kind's entries.
fn table_of(kind: &dyn AnyKind) -> &'static str {
    kind.gathered().unwrap_or(kind.name().service)
}

fn group(
    source: &Source,
    table: &DeTable<'_>,
    kind: &'static dyn AnyKind,
    place: &Arc<Place>,
    faults: &mut Vec<Fault>,
) -> Box<dyn AnyGroup> {
    if let Some(word) = kind.gathered() {
        return gathered::group(source, table, kind, word, place, faults);
    }
    let mut group = kind.group();
    let name = kind.name();
    let Some(value) = table.get(name.service).and_then(|service| service.get_ref().get(name.resource)) else {
        return group;
    };
    let DeValue::Table(entries) = value.get_ref() else {
        faults.push(Fault::not_a_table(&format!("{name}.KEY"), value.span()));
        return group;
    };
    let schemas = Schemas::of(kind);
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut found = Vec::new();
    for member in entries {
        found.extend(entry(source, table, kind, member, &schemas, place, group.as_mut()));
    }
    found.extend(clashes(&group.entries(), value.get_ref()));
    if kind.is_confidential() {
        found = found.into_iter().map(discreet).collect();
    }
    faults.extend(found);
    group
}

/// A fault in an entry about a secret: no value of it is repeated, and who looks for the key of the value
/// learns that there is none.
fn discreet(mut fault: Fault) -> Fault {
    fault.concealed = true;
    if let (Code::UnknownKey, Some(help)) = (fault.code, &mut fault.help)
        && !help.starts_with("did you mean")
    {
        help.push_str("; the secret's value never stands in a manifest");
    }
    if fault.code == Code::WrongType && fault.message.starts_with("`value` must be a table") {
        let source = "say where it comes from, such as { env = \"NAME\" }; the secret's value never stands in a manifest";
        fault.help = Some(source.to_owned());
    }
    fault
}

/// The schemas of one kind's entries: what every entry may say, and the two together.
pub(super) struct Schemas {
    common: Vec<String>,
    /// What an entry may say, whoever reads it.
    pub(super) entry: Value,
}

impl Schemas {
    pub(super) fn of(kind: &dyn AnyKind) -> Self {
        let mut entry = kind.schema();
        if kind.is_lookup() || kind.gathered().is_some() {
            return Self { common: Vec::new(), entry };
        }
        let common = schemars::schema_for!(Common).to_value();
        let mut names = Vec::new();
        for part in ["properties", "$defs"] {
            let members = common.get(part).and_then(Value::as_object).cloned().unwrap_or_default();
            if part == "properties" {
                names = members.keys().cloned().collect();
            }
            if let Some(schema) = entry.as_object_mut() {
                let all = schema.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let Some(all) = all.as_object_mut() {
                    all.extend(members);
                }
            }
        }
        Self { common: names, entry }
    }

    fn is_common(&self, name: &str) -> bool {
        self.common.iter().any(|common| common == name)
    }
}

/// Reads one entry into `group`, and gives what is wrong with it.
fn entry(
    source: &Source,
    table: &DeTable<'_>,
    kind: &'static dyn AnyKind,
    (key, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    schemas: &Schemas,
    place: &Arc<Place>,
    group: &mut dyn AnyGroup,
) -> Vec<Fault> {
    let address = format!("{}.{}", kind.name(), names::shown(key.get_ref()));
    let DeValue::Table(body) = value.get_ref() else {
        return vec![Fault::not_a_table(&address, value.span())];
    };
    let mut faults = Vec::new();
    if !is_key(key.get_ref()) {
        let message = format!("this is no valid key for an entry of {}", kind.name());
        let help = "keys are kebab-case: lower-case letters, digits and single hyphens";
        faults.push(Fault::new(Code::InvalidValue, key.span(), message).label("no valid key").help(help));
    }
    let sifted = structure::sift(&address, body, key.span(), Schema::new(&schemas.entry));
    let Ok(common) = Common::deserialize(sifted.to_json(|name| schemas.is_common(name))) else {
        faults.extend(sifted.faults);
        return faults;
    };
    let draft = Draft {
        key: key.get_ref().to_string(),
        location: Location { file: source.file.clone(), line: source.line(key.span().start) },
        common,
        body: sifted.to_json(|name| !schemas.is_common(name)),
    };
    let findings = group.add(&draft, place);
    // Of an entry of which a part is left out, only what stands there can be judged.
    let stands = |problem: &Problem| match problem.path.first() {
        Some(Segment::Key(key)) => body.contains_key(key.as_str()) && sifted.get(key).is_some(),
        _ => false,
    };
    let whole = sifted.faults.is_empty();
    let dangling = findings.references.into_iter().filter_map(|reference| dangling(table, reference));
    let problems = findings.problems.into_iter().chain(dangling).filter(|problem| whole || stands(problem));
    faults.extend(problems.map(|problem| Fault::of_problem(&address, problem, value, key.span())));
    faults.extend(sifted.faults);
    faults
}

/// Two entries for one resource, and renames that cannot be.
fn clashes(entries: &[EntryName], table: &DeValue<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut names: BTreeMap<&str, &EntryName> = BTreeMap::new();
    let mut renames: BTreeMap<String, &EntryName> = BTreeMap::new();
    for entry in entries {
        let body = table.get(entry.address.key.as_str());
        let at = |field: &str| body.and_then(|body| Some(body.get_ref().get(field)?.span()));
        let mut clash = |field: &str, label: &str, message: String, help: &str| {
            let span = at(field).or_else(|| Some(body?.span())).unwrap_or(0..0);
            let fault = Fault::new(Code::Clash, span, message).label(label).help(help);
            faults.push(fault.within(&shown(entry)));
        };
        let claimed = entry.claim.as_deref().and_then(|claim| names.get(claim));
        if let Some(first) = claimed {
            let message = format!("{} (line {}) names the same resource", shown(first), first.location.line);
            // What has no name of its own is meant by all that stands in its entry.
            let label = if at("name").is_some() { "the same name again" } else { "the same resource again" };
            clash("name", label, message, "one resource has one entry; remove one of the two");
        } else if let Some(claim) = &entry.claim {
            names.insert(claim, entry);
        }
        let Some(was) = &entry.was else { continue };
        let help = "`was` is the key that this entry had before; leave it out if it was not renamed";
        if let Some(still) = entries.iter().find(|other| other.address == *was) {
            let message =
                format!("`was` names {}, which is still here (line {})", shown(still), still.location.line);
            clash("was", "the key of another entry", message, help);
        } else if let Some(first) = renames.get(&was.key) {
            let message = format!("{} (line {}) had this key, too", shown(first), first.location.line);
            clash("was", "the same key again", message, help);
        } else {
            renames.insert(was.key.clone(), entry);
        }
    }
    faults
}

fn shown(entry: &EntryName) -> String {
    format!("{}.{}", entry.address.kind, names::shown(&entry.address.key))
}
