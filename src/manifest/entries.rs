//! The entries: which table is of which kind, and what several entries claim together.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Finding};
use super::source::Source;
use super::structure::{self, Schema, shortened, unknown_help};
use super::{is_key, not_a_table, placed};
use crate::kind::entry::{Common, Draft, Place};
use crate::kind::erase::{AnyGroup, AnyKind, EntryName};
use crate::model::Location;

/// Tables that are no service's.
const RESERVED: &[&str] = &["manifest", "tags"];

/// Reads every entry of every kind. Without a `place` (its own faults are found already) entries are
/// checked for structure only.
pub(super) fn read(
    source: &Source,
    table: &DeTable<'_>,
    kinds: &[&'static dyn AnyKind],
    place: Option<&Arc<Place>>,
    findings: &mut Vec<Finding>,
) -> Vec<Box<dyn AnyGroup>> {
    unknown_tables(table, kinds, findings);
    kinds.iter().map(|kind| group(source, table, *kind, place, findings)).collect()
}

/// Tables that no kind reads: a service or a resource that there is not.
fn unknown_tables(table: &DeTable<'_>, kinds: &[&'static dyn AnyKind], findings: &mut Vec<Finding>) {
    for (key, value) in table {
        let service = key.get_ref().as_ref();
        if RESERVED.contains(&service) {
            continue;
        }
        let resources: Vec<_> = kinds
            .iter()
            .filter(|kind| kind.name().service == service)
            .map(|kind| kind.name().resource)
            .collect();
        if resources.is_empty() {
            let mut services: Vec<_> =
                kinds.iter().map(|kind| kind.name().service).chain(RESERVED.iter().copied()).collect();
            services.dedup();
            let message = format!("there is no table `{}`", shortened(service));
            let help = unknown_help(service, services.into_iter());
            findings.push(unknown(None, message, key.span(), help, value.span()));
            continue;
        }
        let DeValue::Table(body) = value.get_ref() else {
            findings.push(not_a_table(service, value.span()));
            continue;
        };
        for (key, value) in body {
            let resource = key.get_ref().as_ref();
            if !resources.contains(&resource) {
                let message = format!("there is no kind `{service}.{}`", shortened(resource));
                let help = unknown_help(resource, resources.iter().copied());
                findings.push(unknown(None, message, key.span(), help, value.span()));
            }
        }
    }
}

fn unknown(
    within: Option<String>,
    message: String,
    span: Range<usize>,
    help: String,
    hide: Range<usize>,
) -> Finding {
    Finding { code: Code::UnknownKey, within, message, span, help: Some(help), hide: Some(hide) }
}

fn group(
    source: &Source,
    table: &DeTable<'_>,
    kind: &'static dyn AnyKind,
    place: Option<&Arc<Place>>,
    findings: &mut Vec<Finding>,
) -> Box<dyn AnyGroup> {
    let mut group = kind.group();
    let name = kind.name();
    let Some(value) = table.get(name.service).and_then(|service| service.get_ref().get(name.resource)) else {
        return group;
    };
    let DeValue::Table(entries) = value.get_ref() else {
        findings.push(not_a_table(&name.to_string(), value.span()));
        return group;
    };
    let schemas = Schemas::of(kind);
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let address = format!("{name}.{}", shortened(key.get_ref()));
        entry(source, &address, (key, value), &schemas, place, group.as_mut(), findings);
    }
    clashes(&group.entries(), value.get_ref(), findings);
    group
}

/// The schemas of one kind's entries: what every entry may say, and the two together.
struct Schemas {
    common: Vec<String>,
    entry: Value,
}

impl Schemas {
    fn of(kind: &dyn AnyKind) -> Self {
        let common = schemars::schema_for!(Common).to_value();
        let mut entry = kind.schema();
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
}

fn entry(
    source: &Source,
    address: &str,
    (key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>),
    schemas: &Schemas,
    place: Option<&Arc<Place>>,
    group: &mut dyn AnyGroup,
    findings: &mut Vec<Finding>,
) {
    let before = findings.len();
    let DeValue::Table(body) = value.get_ref() else {
        findings.push(not_a_table(address, value.span()));
        return;
    };
    if !is_key(key.get_ref()) {
        findings.push(Finding {
            code: Code::InvalidValue,
            within: None,
            message: format!("`{}` is no valid key for an entry", shortened(key.get_ref())),
            span: key.span(),
            help: Some("keys are kebab-case: lower-case letters, digits and single hyphens".to_owned()),
            hide: None,
        });
    }
    findings.extend(structure::check(address, body, key.span(), Schema::new(&schemas.entry)));
    let (Some(place), true) = (place, findings.len() == before) else { return };
    let is_common = |name: &str| schemas.common.iter().any(|common| common == name);
    let Ok(common) = Common::deserialize(structure::table_to_json(body, is_common)) else { return };
    let draft = Draft {
        key: key.get_ref().to_string(),
        location: Location { file: source.file.clone(), line: source.line(key.span().start) },
        common,
        body: structure::table_to_json(body, |name| !is_common(name)),
    };
    if let Err(problems) = group.add(&draft, place) {
        findings.extend(problems.into_iter().map(|problem| placed(address, problem, value, key.span())));
    }
}

/// Two entries for one resource, and renames that cannot be.
fn clashes(entries: &[EntryName], table: &DeValue<'_>, findings: &mut Vec<Finding>) {
    let mut names: BTreeMap<&str, &EntryName> = BTreeMap::new();
    for entry in entries {
        let mut clash = |field: &str, message: String, help: &str| {
            let span = table
                .get(entry.address.key.as_str())
                .and_then(|body| Some(body.get_ref().get(field)?.span()));
            findings.push(Finding {
                code: Code::Clash,
                within: Some(entry.address.to_string()),
                message,
                span: span.unwrap_or(0..0),
                help: Some(help.to_owned()),
                hide: None,
            });
        };
        if let Some(first) = names.insert(&entry.name, entry) {
            let message = format!("{} (line {}) names the same resource", first.address, first.location.line);
            clash("name", message, "one resource has one entry; remove one of the two");
        }
        if let Some(was) = &entry.was
            && entries.iter().any(|other| other.address == *was)
        {
            let message = format!("`was` names {was}, which is still here");
            clash(
                "was",
                message,
                "`was` is the key that this entry had before; leave it out if it was not renamed",
            );
        }
    }
}
