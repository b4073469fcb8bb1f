//! The JSON Schema of a whole manifest, for editors: of the very types that manifests are checked against.

use serde_json::{Map, Value, json};

use super::entries::Schemas;
use super::header;
use crate::kind::erase::AnyKind;

/// What a key of an entry looks like. See [`crate::kind::entry::is_key`].
const KEY: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// The schema of a manifest with entries of `kinds`.
#[must_use]
pub fn schema(kinds: &[&'static dyn AnyKind]) -> Value {
    let mut definitions = Map::new();
    let mut tables = Map::new();
    tables.insert("manifest".to_owned(), part(header::schema(), "manifest", &mut definitions));
    let tags = "Tags of every resource. Keys that are not declared are left alone.";
    let texts = json!({ "type": "string" });
    tables.insert(
        "tags".to_owned(),
        json!({ "type": "object", "description": tags, "additionalProperties": texts }),
    );
    for kind in kinds {
        let name = kind.name();
        if let Some(table) = kind.gathered() {
            let mut members = part(Schemas::of(*kind).entry, &name.to_string(), &mut definitions);
            members["description"] = Value::from(kind.about());
            tables.insert(table.to_owned(), members);
            continue;
        }
        let entry = part(Schemas::of(*kind).entry, &name.to_string(), &mut definitions);
        let entries = json!({
            "type": "object",
            "description": kind.about(),
            "propertyNames": { "pattern": KEY },
            "additionalProperties": entry,
        });
        let service = tables
            .entry(name.service)
            .or_insert_with(|| json!({ "type": "object", "additionalProperties": false, "properties": {} }));
        if let Some(Value::Object(resources)) = service.get_mut("properties") {
            resources.insert(name.resource.to_owned(), entries);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A manifest of infra",
        "type": "object",
        "required": ["manifest"],
        "additionalProperties": false,
        "properties": tables,
        "$defs": definitions,
    })
}

/// A schema as a part of another one. Its definitions move to `definitions`, under names that begin with `name`:
/// two kinds may call two things the same.
fn part(mut schema: Value, name: &str, definitions: &mut Map<String, Value>) -> Value {
    let Some(members) = schema.as_object_mut() else { return schema };
    members.remove("$schema");
    members.remove("title");
    let own = members.remove("$defs");
    refer(&mut schema, name);
    for (key, mut definition) in own.as_ref().and_then(Value::as_object).cloned().unwrap_or_default() {
        refer(&mut definition, name);
        definitions.insert(format!("{name}.{key}"), definition);
    }
    schema
}

/// Lets every reference lead to where its definition has moved.
fn refer(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), &*value) {
                    ("$ref", Value::String(path)) => {
                        let definition = path.trim_start_matches("#/$defs/");
                        *value = Value::from(format!("#/$defs/{name}.{definition}"));
                    }
                    _ => refer(value, name),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;
    use crate::kinds::KINDS;
    use crate::manifest::structure::{self, Schema};

    #[test]
    fn the_manifest_of_this_repository_is_as_the_schema_says() {
        let text = include_str!("../../manifests/prereqs.toml");
        let (whole, table) = (schema(KINDS), DeTable::parse(text).unwrap());
        let sifted = structure::sift("", table.get_ref(), 0..0, Schema::new(&whole));
        assert_eq!(sifted.faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
        // And what it does not say is a fault.
        for slip in ["[efs.file-sistem.x]\n", "[ecr.repository.x]\nnaem = \"x\"\n", "[tags]\nProject = 1\n"] {
            let table = DeTable::parse(slip).unwrap();
            let sifted = structure::sift("", table.get_ref(), 0..0, Schema::new(&whole));
            assert!(sifted.faults.len() > 1, "{slip}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(schema: &Value, found: &mut Vec<String>) {
            match schema {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    members.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let whole = schema(KINDS);
        let mut found = Vec::new();
        references(&whole, &mut found);
        assert!(found.len() > 5);
        for path in found {
            assert!(whole.pointer(path.trim_start_matches('#')).is_some(), "{path}");
        }
    }
}
