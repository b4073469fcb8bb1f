//! What may be written in the entries, and their normal form.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::{Export, State, Value};
use super::template;
use crate::kind::Place;
use crate::model::problem::Problems;

/// All that is exported, by the names under which others import it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("propertyNames" = { "pattern": "^[A-Za-z0-9:-]+$" }))]
pub struct Spec(BTreeMap<String, ExportSpec>);

/// A value that other stacks import by its name.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ExportSpec {
    /// What is exported: the address of an entry and what it brings, as in `ecr.repository.site.uri`.
    value: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// Most outputs of one template (CloudFormation user guide, quotas).
const MAX_EXPORTS: usize = 200;
/// Longest description of an output, in bytes (CloudFormation user guide, outputs).
const MAX_DESCRIPTION: usize = 1024;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> State {
    let Spec(all) = spec;
    if all.len() > MAX_EXPORTS {
        problems.report_here("these are too many exports", "a stack has at most 200 outputs");
    }
    let mut exports = BTreeMap::new();
    for (name, export) in all {
        check_name(name, problems);
        let ExportSpec { value, description } = export;
        problems.within(name.as_str(), |problems| {
            if description.as_ref().is_some_and(|it| it.is_empty() || it.len() > MAX_DESCRIPTION) {
                problems.report(
                    "description",
                    "CloudFormation takes no such description",
                    "1 to 1,024 bytes; leave it out for none",
                );
            }
            let value = problems.public("value", value).map(Value::Declared);
            let export = value.map(|value| Export { value, description: description.clone() });
            exports.extend(export.map(|export| (name.clone(), export)));
        });
    }
    State { stack: stack_name(&place.manifest), exports, outputs: Vec::new() }
}

/// The name of the stack of a manifest's exports. The longest name of a manifest leaves it within the 128 characters
/// of API `CreateStack`.
pub(super) fn stack_name(manifest: &str) -> String {
    format!("infra-{manifest}-exports")
}

/// CloudFormation user guide, outputs: letters, digits, colons and hyphens.
fn check_name(name: &str, problems: &mut Problems) {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '-') {
        problems.report_key(
            name,
            "this is no valid name of an export",
            "letters, digits, colons and hyphens; the case of letters counts",
        );
    } else if template::logical_id(name).len() > template::MAX_ID {
        problems.report_key(
            name,
            "this name is too long for an export",
            "at most 255 characters, of which colons, hyphens and every Z count twice",
        );
    }
}
