//! The template of the stack: the same text for the same exports, and nothing in it but outputs. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::state::{self, State};
use crate::aws::stack::HANDLE;

/// Longest logical id (CloudFormation user guide, template quotas).
pub(super) const MAX_ID: usize = 255;

/// A stack has one resource at least; this one is nothing and costs nothing. It cannot be updated, so it is the
/// same for ever.
const NOTHING: &str = "Nothing";

/// The template of `state`; none as long as one of its values is not known. Left out, an export would be deleted.
#[must_use]
pub(super) fn of(state: &State) -> Option<String> {
    let State { stack: _, exports, outputs: _ } = state;
    let mut outputs = BTreeMap::new();
    for (name, export) in exports {
        // What is live is no way in: only what an entry brings is ever sent.
        let state::Value::Declared(public) = &export.value else { return None };
        let mut output = Map::new();
        output.insert("Value".to_owned(), public.value()?.into());
        output.insert("Export".to_owned(), json!({ "Name": name }));
        output.extend(export.description.iter().map(|it| ("Description".to_owned(), it.as_str().into())));
        outputs.insert(logical_id(name), Value::Object(output));
    }
    let template = json!({
        "Description": "Exports for other stacks. Made by infra; what is changed by hand is changed back.",
        "Resources": { NOTHING: { "Type": HANDLE } },
        "Outputs": outputs,
    });
    Some(template.to_string())
}

/// The name of an export as one of letters and digits alone, another one for each.
#[must_use]
pub(super) fn logical_id(name: &str) -> String {
    name.chars().fold(String::new(), |id, c| match c {
        'Z' => id + "ZZ",
        ':' => id + "Zc",
        '-' => id + "Zh",
        c => id + c.encode_utf8(&mut [0; 4]),
    })
}
