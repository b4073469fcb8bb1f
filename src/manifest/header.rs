//! `[manifest]` and `[tags]`: whose the entries are and where they belong.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Fault};
use super::structure::{self, Schema};
use crate::kind::entry::{Place, check_tag, is_key};
use crate::kind::files::NoFiles;
use crate::model::Tags;
use crate::model::arn::is_account;
use crate::model::problem::Problems;
use crate::value::NoValues;

/// What a manifest says of itself.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: each key is checked even when another is missing")]
pub struct ManifestTable {
    /// The manifest's name: the mark of ownership on every resource.
    name: String,
    /// The only account that it may be applied to, 12 digits in quotes.
    account: String,
    /// The only region that it may be applied to.
    region: String,
}

/// The schema of `[manifest]`.
pub(super) fn schema() -> Value {
    schemars::schema_for!(ManifestTable).to_value()
}

/// Reads both tables. With faults, what is given is a stand-in that the entries can be checked with.
pub(super) fn read(table: &DeTable<'_>, faults: &mut Vec<Fault>) -> Place {
    let tags = tags(table, faults);
    let mut place = Place {
        manifest: String::new(),
        account: String::new(),
        region: String::new(),
        tags,
        files: Arc::new(NoFiles),
        values: Arc::new(NoValues),
    };
    let Some((key, value)) = table.get_key_value("manifest") else {
        let fault = Fault::new(Code::MissingKey, 0..0, "the table `[manifest]` is missing");
        let help = "begin with [manifest] and its keys name, account and region";
        faults.push(fault.label("it belongs here").help(help));
        return place;
    };
    let DeValue::Table(body) = value.get_ref() else {
        faults.push(Fault::not_a_table("manifest", value.span()));
        return place;
    };
    let schema = schema();
    let sifted = structure::sift("manifest", body, key.span(), Schema::new(&schema));
    let mut problems = Problems::default();
    let text = |name| sifted.get(name).and_then(|value| value.get_ref().as_str()).map(str::to_owned);
    // What is missing or of the wrong type is told already.
    place.manifest = text("name").inspect(|name| check_name(name, &mut problems)).unwrap_or_default();
    place.account =
        text("account").inspect(|number| check_account(number, &mut problems)).unwrap_or_default();
    place.region = text("region").inspect(|region| check_region(region, &mut problems)).unwrap_or_default();
    faults.extend(sifted.faults);
    let problems = problems.into_found().into_iter();
    faults.extend(problems.map(|problem| Fault::of_problem("manifest", problem, value, key.span())));
    place
}

/// Whether a manifest can be called so.
#[must_use]
pub fn is_manifest_name(name: &str) -> bool {
    is_key(name) && name.len() <= 63
}

/// Whether a text looks like the name of a region.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let words = |part: &str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    let number = parts.next_back().is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    number && text.matches('-').count() >= 2 && parts.all(words)
}

fn check_name(name: &str, problems: &mut Problems) {
    if !is_manifest_name(name) {
        problems.report(
            "name",
            "this is no valid name for a manifest",
            "at most 63 lower-case letters, digits and single hyphens, beginning with a letter or digit",
        );
    }
}

fn check_account(account: &str, problems: &mut Problems) {
    if !is_account(account) {
        problems.report(
            "account",
            "an account number has 12 digits",
            "`aws sts get-caller-identity` prints yours",
        );
    }
}

fn check_region(region: &str, problems: &mut Problems) {
    if !is_region(region) {
        problems.report("region", "this is no region", "a region looks like us-west-2");
    }
}

fn tags(table: &DeTable<'_>, faults: &mut Vec<Fault>) -> Tags {
    let Some((key, value)) = table.get_key_value("tags") else { return Tags::default() };
    let DeValue::Table(body) = value.get_ref() else {
        faults.push(Fault::not_a_table("tags", value.span()));
        return Tags::default();
    };
    let schema = schemars::schema_for!(BTreeMap<String, String>).to_value();
    let sifted = structure::sift("tags", body, key.span(), Schema::new(&schema));
    faults.extend(sifted.faults);
    let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
    let tags: Tags = sifted.sound.into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect();
    let mut problems = Problems::default();
    for (key, value) in tags.iter() {
        check_tag(key, value, &mut problems);
    }
    let found = problems.into_found().into_iter();
    faults.extend(found.map(|problem| Fault::of_problem("tags", problem, value, key.span())));
    tags
}
