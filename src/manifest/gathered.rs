//! Entries that are written as members of a table of their own, and make one entry together: `[export.NAME]`.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use std::sync::Arc;

use super::entries;
use super::fault::Fault;
use super::names;
use super::source::Source;
use super::structure::{self, Schema};
use crate::kind::entry::{Common, Draft, Place};
use crate::kind::erase::{AnyGroup, AnyKind};
use crate::model::Location;
use crate::model::problem::{Problem, Segment};

/// Reads the members of the table `word` as one entry of `kind`, whose key is the manifest's name. What is wrong
/// with a member is said of that member.
pub(super) fn group(
    source: &Source,
    table: &DeTable<'_>,
    kind: &'static dyn AnyKind,
    word: &str,
    place: &Arc<Place>,
    faults: &mut Vec<Fault>,
) -> Box<dyn AnyGroup> {
    let mut group = kind.group();
    let Some((head, whole)) = table.get_key_value(word) else { return group };
    let DeValue::Table(members) = whole.get_ref() else {
        faults.push(Fault::not_a_table(&format!("{word}.NAME"), whole.span()));
        return group;
    };
    let schema = kind.schema();
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    let mut body = Map::new();
    for (key, value) in &members {
        let address = address(word, key.get_ref());
        let DeValue::Table(fields) = value.get_ref() else {
            faults.push(Fault::not_a_table(&address, value.span()));
            continue;
        };
        let sifted = structure::sift(&address, fields, key.span(), Schema::new(&schema).member());
        // Without what it must say there is nothing more to be said of it.
        if sifted.faults.is_empty() {
            body.insert(key.get_ref().to_string(), sifted.to_json(|_| true));
        }
        faults.extend(sifted.faults);
    }
    // A table without members declares nothing.
    let Some((first, _)) = members.first().filter(|_| !body.is_empty()) else { return group };
    let draft = Draft {
        key: place.manifest.clone(),
        location: Location { file: source.file.clone(), line: source.line(first.span().start) },
        common: Common::default(),
        body: Value::Object(body),
    };
    let findings = group.add(&draft, place);
    let dangling = findings.references.into_iter().filter_map(|it| entries::dangling(table, it));
    let problems: Vec<_> = findings.problems.into_iter().chain(dangling).collect();
    faults.extend(problems.into_iter().map(|problem| {
        let (within, key) = member(word, &problem)
            .and_then(|(within, name)| {
                Some((within, members.iter().find(|(key, _)| key.get_ref() == name)?.0.span()))
            })
            .unwrap_or_else(|| (word.to_owned(), head.span()));
        Fault::of_problem(&within, problem, whole, key).concealed(kind.is_confidential())
    }));
    group
}

/// Which member a problem is of.
fn member<'a>(word: &str, problem: &'a Problem) -> Option<(String, &'a str)> {
    match problem.path.first()? {
        Segment::Key(name) => Some((address(word, name), name)),
        Segment::Index(_) => None,
    }
}

fn address(word: &str, name: &str) -> String {
    format!("{word}.{}", names::shown(name))
}
