//! `[manifest]` and `[tags]`: whose the entries are and where they belong.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Finding};
use super::structure::{self, Schema};
use super::{not_a_table, placed};
use crate::kind::entry::{Place, check_tag, is_key};
use crate::model::Tags;
use crate::model::arn::is_account;
use crate::model::problem::Problems;

/// What a manifest says of itself.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: each key is checked even when another is missing")]
pub struct Header {
    /// The manifest's name: the mark of ownership on every resource.
    name: String,
    /// The only account that it may be applied to, 12 digits in quotes.
    account: String,
    /// The only region that it may be applied to.
    region: String,
}

/// The schema of `[manifest]`.
pub(super) fn schema() -> Value {
    schemars::schema_for!(Header).to_value()
}

/// Reads both tables. With findings, what is given is a stand-in that the entries can be checked with.
pub(super) fn read(table: &DeTable<'_>, findings: &mut Vec<Finding>) -> Place {
    let tags = tags(table, findings);
    let mut place = Place { manifest: String::new(), account: String::new(), region: String::new(), tags };
    let Some((key, value)) = table.get_key_value("manifest") else {
        let finding = Finding::new(Code::MissingKey, 0..0, "the table `[manifest]` is missing");
        let help = "begin with [manifest] and its keys name, account and region";
        findings.push(finding.label("it belongs here").help(help));
        return place;
    };
    let DeValue::Table(body) = value.get_ref() else {
        findings.push(not_a_table("manifest", value.span()));
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
    findings.extend(sifted.findings);
    let problems = problems.into_found().into_iter();
    findings.extend(problems.map(|problem| placed("manifest", problem, value, key.span())));
    place
}

fn check_name(name: &str, problems: &mut Problems) {
    if !is_key(name) || name.len() > 63 {
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
    let mut parts = region.split('-');
    let words = |part: &str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    let number = parts.next_back().is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    if !number || region.matches('-').count() < 2 || !parts.all(words) {
        problems.report("region", "this is no region", "a region looks like us-west-2");
    }
}

fn tags(table: &DeTable<'_>, findings: &mut Vec<Finding>) -> Tags {
    let Some((key, value)) = table.get_key_value("tags") else { return Tags::default() };
    let DeValue::Table(body) = value.get_ref() else {
        findings.push(not_a_table("tags", value.span()));
        return Tags::default();
    };
    let schema = schemars::schema_for!(BTreeMap<String, String>).to_value();
    let sifted = structure::sift("tags", body, key.span(), Schema::new(&schema));
    findings.extend(sifted.findings);
    let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
    let tags: Tags = sifted.sound.into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect();
    let mut problems = Problems::default();
    for (key, value) in tags.iter() {
        check_tag(key, value, &mut problems);
    }
    let found = problems.into_found().into_iter();
    findings.extend(found.map(|problem| placed("tags", problem, value, key.span())));
    tags
}
