//! An entry of a manifest, once it is understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Files, Kind, Known, Stage};
use crate::document::policy::Home;
use crate::model::arn::partition;
use crate::model::problem::{Findings, Problems};
use crate::model::{Address, Arn, Location, OnDelete, Tags, tags};
use crate::value::Values;

/// What every entry may say, whatever its kind.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Common {
    /// What becomes of the resource when this entry leaves the manifest.
    #[serde(default)]
    pub on_delete: Option<OnDelete>,
    /// Tags of this resource, besides those of the manifest. Keys that are not declared are left alone.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Fields that are set when the resource is created and left alone from then on.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The key that this entry had before it was renamed.
    #[serde(default)]
    pub was: Option<String>,
}

/// The manifest that an entry stands in: what names and ARNs are made from.
#[derive(Clone, Debug)]
pub struct Place {
    /// The manifest's name, the mark of ownership.
    pub manifest: String,
    /// The account, 12 digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The tags of every resource.
    pub tags: Tags,
    /// The files beside the manifest.
    pub files: Arc<dyn Files>,
    /// The values of secrets, for commands that read them.
    pub values: Arc<dyn Values>,
}

impl Place {
    /// Where a role is that is named without an ARN.
    #[must_use]
    pub fn home(&self) -> Home<'_> {
        Home { account: &self.account, region: &self.region }
    }

    /// The ARN of what is called `resource` (`repository/site`) in `service`, here.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let (region, account) = (self.region.as_str(), self.account.as_str());
        Arn { partition: partition(region), service, region, account, resource }.to_string()
    }
}

/// An entry whose structure is known to be right, on its way to a kind.
pub struct Draft {
    /// Its key.
    pub key: String,
    /// Where it is written.
    pub location: Location,
    /// What every entry may say.
    pub common: Common,
    /// The rest, for the kind.
    pub body: serde_json::Value,
}

/// An entry that a kind has understood.
#[derive(Debug)]
pub struct Entry<K: Kind> {
    /// Its address.
    pub address: Address,
    /// Where it is written.
    pub location: Location,
    /// The address that it had before it was renamed.
    pub was: Option<Address>,
    /// Every tag the resource must have, those of ownership included.
    pub tags: Tags,
    /// Indices into [`Kind::FIELDS`] of what is left alone.
    pub ignore: Vec<usize>,
    /// What is declared.
    pub state: K::State,
    /// Where it belongs.
    pub place: Arc<Place>,
}

impl<K: Kind> Clone for Entry<K> {
    fn clone(&self) -> Self {
        Self {
            address: self.address.clone(),
            location: self.location.clone(),
            was: self.was.clone(),
            tags: self.tags.clone(),
            ignore: self.ignore.clone(),
            state: self.state.clone(),
            place: Arc::clone(&self.place),
        }
    }
}

impl<K: Kind> Entry<K> {
    /// Understands `draft`, and says what is wrong with it: there is an entry only if nothing is.
    #[must_use]
    pub fn from_draft(draft: &Draft, place: &Arc<Place>) -> (Option<Self>, Findings) {
        let mut problems = Problems::default();
        let address = Address::new(K::NAME, draft.key.clone());
        let on_delete = on_delete::<K>(&draft.common, &mut problems);
        let ignore = ignored::<K>(&draft.common, &mut problems);
        let mut tags = tags_of(draft, place, &address, on_delete, &mut problems);
        if draft.common.was.as_deref().is_some_and(|was| !is_key(was)) {
            problems.report(
                "was",
                "this is no key of an entry",
                "write the last part of the old address only",
            );
        }
        // The structure was checked against the schema that comes from this very type. Should the two
        // ever disagree, serde's own message is withheld: it repeats the value.
        let spec = K::Spec::deserialize(&draft.body).map_err(|_| {
            problems.report_here(
                format!("this is not what {} needs", K::NAME),
                "see docs/manifest.md for its fields",
            );
        });
        let state = spec.ok().and_then(|spec| K::lower(&spec, &draft.key, place, &mut problems));
        set_by_fields(&state.as_ref().map(K::tags).unwrap_or_default(), draft, &mut tags, &mut problems);
        let findings = problems.into_findings();
        let entry = state.filter(|_| findings.problems.is_empty()).map(|state| Self {
            was: draft.common.was.as_ref().map(|key| Address::new(K::NAME, key.clone())),
            address,
            location: draft.location.clone(),
            tags,
            ignore,
            state,
            place: Arc::clone(place),
        });
        (entry, findings)
    }

    /// The same, with its links as far as `known` says.
    #[must_use]
    pub fn resolved(&self, known: &Known) -> Self {
        let mut entry = self.clone();
        K::links(&mut entry.state, &mut |_, link| {
            let outputs = link.address().and_then(|address| known.outputs(address)).cloned();
            if outputs.is_some() || link.address().is_some_and(|address| known.fate(address).is_some()) {
                link.resolve(outputs);
            }
        });
        entry
    }

    /// The entries that it names, with the stage from which on it needs each.
    #[must_use]
    pub fn names(&self) -> Vec<(Stage, Address)> {
        let mut names = Vec::new();
        K::links(&mut self.state.clone(), &mut |stage, link| {
            names.extend(link.address().map(|address| (stage, address.clone())));
        });
        names
    }

    /// Whether its resource could not be looked for, because what tells where it is is not known.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let mut lost = false;
        K::links(&mut self.state.clone(), &mut |stage, link| {
            lost |= stage == Stage::Itself && link.value().is_none();
        });
        K::FOUND_BY_LINKS && lost
    }

    /// What is declared, with the ignored fields as they are live.
    #[must_use]
    pub fn wanted_beside(&self, live: &K::State) -> K::State {
        let mut state = self.state.clone();
        for field in self.ignore.iter().filter_map(|at| K::FIELDS.get(*at)) {
            (field.keep)(&mut state, live);
        }
        state
    }
}

fn on_delete<K: Kind>(common: &Common, problems: &mut Problems) -> OnDelete {
    let default = K::ON_DELETE.first().copied().unwrap_or(OnDelete::Retain);
    let Some(chosen) = common.on_delete else { return default };
    if !K::ON_DELETE.contains(&chosen) {
        problems.report("on-delete", format!("{} can only be retained", K::NAME), "leave `on-delete` out");
    }
    chosen
}

fn ignored<K: Kind>(common: &Common, problems: &mut Problems) -> Vec<usize> {
    let mut ignore = Vec::new();
    problems.within("ignore", |problems| {
        for (at, name) in common.ignore.iter().enumerate() {
            if let Some(field) = K::FIELDS.iter().position(|field| field.name == name) {
                ignore.push(field);
            } else {
                let names: Vec<_> = K::FIELDS.iter().map(|field| field.name).collect();
                let help = format!("fields of {} that can be left alone: {}", K::NAME, names.join(", "));
                problems.report(at, "there is no such field to ignore", &help);
            }
        }
    });
    ignore
}

/// The tags of the manifest, then those of the entry, then the marks of ownership.
fn tags_of(
    draft: &Draft,
    place: &Place,
    address: &Address,
    on_delete: OnDelete,
    problems: &mut Problems,
) -> Tags {
    let mut all = place.tags.clone();
    problems.within("tags", |problems| {
        for (key, value) in &draft.common.tags {
            check_tag(key, value, problems);
            all.set(key, value);
        }
    });
    all.set(tags::MANIFEST, &place.manifest);
    all.set(tags::ADDRESS, address.to_string());
    all.set(tags::ON_DELETE, on_delete.word());
    if address.to_string().len() > tags::MAX_VALUE {
        problems.report_here(
            "this key is too long for a tag value",
            "shorten it to fit 256 characters with its kind",
        );
    }
    all
}

/// Adds the tags that fields of the entry set: `own`. One of the manifest, which is meant for every resource,
/// gives way to them; one of the entry itself would contradict its field.
fn set_by_fields(own: &Tags, draft: &Draft, all: &mut Tags, problems: &mut Problems) {
    for (key, value) in own.iter() {
        all.set(key, value);
        if draft.common.tags.contains_key(key) {
            problems.within("tags", |problems| {
                problems.report_key(key, "a field of this entry sets this tag", "take the tag out");
            });
        }
    }
    if all.len() > MAX_TAGS {
        problems.report(
            "tags",
            format!("there are more than {MAX_TAGS} tags"),
            "three of them are infra's own marks",
        );
    }
}

/// Whether `text` can be the key of an entry or the name of a manifest: kebab-case.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(word)
}

/// User tags per resource, in every service we use (API documentation of each `TagResource`).
const MAX_TAGS: usize = 50;

/// Checks one declared tag against the limits that all our services share.
pub fn check_tag(key: &str, value: &str, problems: &mut Problems) {
    // IAM compares keys without regard to case, and nobody should have to know which service does.
    let folded = key.to_ascii_lowercase();
    if folded.starts_with(tags::RESERVED) || folded.starts_with(tags::AWS_RESERVED) {
        problems.report_key(
            key,
            "this tag key is reserved",
            "keys that begin with `infra:` or `aws:` cannot be declared",
        );
    } else if let Some(controller) = tags::controller_of(key) {
        problems.report_key(
            key,
            format!("this tag is the mark of {controller}"),
            "a resource that carries it counts as that controller's, and infra would not touch it again",
        );
    } else if !tags::is_key(key) {
        problems.report_key(
            key,
            "this is no valid tag key",
            "1 to 128 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)",
        );
    }
    if !tags::is_value(value) {
        problems.report(
            key,
            "this is no valid tag value",
            "at most 256 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_others_cannot_be_declared() {
        let message = |key: &str| {
            let mut problems = Problems::default();
            check_tag(key, "x", &mut problems);
            problems.into_found().into_iter().map(|problem| problem.message).collect::<String>()
        };
        for key in ["infra:manifest", "Infra:Manifest", "aws:x", "AWS:x"] {
            assert_eq!(message(key), "this tag key is reserved", "{key}");
        }
        // With it, the resource would be blocked from the next run on.
        assert_eq!(message("crossplane-team"), "this tag is the mark of Crossplane");
        assert_eq!(message("services.k8s.aws/x"), "this tag is the mark of AWS Controllers for Kubernetes");
        assert_eq!(message("Team"), "");
    }
}
