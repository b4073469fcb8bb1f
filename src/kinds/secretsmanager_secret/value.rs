//! What an entry says of its secret's value: where it comes from, and what is to be done about it. Never the value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::Place;
use crate::model::arn::partition;
use crate::model::problem::Problems;
use crate::value::{AtHand, Characters, Fault, Form, Holder, Recipe, Source, is_reserved_variable};

/// Where the value of a secret comes from, exactly one of `env`, `file`, `prompt`, `generate` and `external`; and what
/// it must be.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ValueSpec {
    /// The environment variable that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    env: Option<String>,
    /// The file that it is in: a path from the manifest's folder. One newline at its end is not part of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Whether `infra apply` asks for it on the terminal while there is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    prompt: bool,
    /// How many characters to make it of while there is none, 16 to 4096. It is never made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generate: Option<u32>,
    /// Which characters to make it of. Left out, letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    characters: Option<Characters>,
    /// Whether somebody else puts it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    external: bool,
    /// What it must be. Left out, any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    /// The keys that its JSON object must have, each with text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    /// What becomes of a value that was written elsewhere. Left out, it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Elsewhere>,
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A JSON object.
    Json,
}

/// What becomes of a value that was written elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    /// It stays, and is told of.
    #[default]
    Keep,
    /// It is replaced by the one at hand.
    Overwrite,
}

/// What is wanted of a value. Equal to another whatever is at hand.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Where it comes from; none if nothing is said of it.
    pub source: Option<Source>,
    /// What it must be.
    pub form: Form,
    /// What becomes of one that was written elsewhere.
    pub elsewhere: Elsewhere,
    /// Whether it is at hand.
    pub at_hand: AtHand,
    /// How many days old it may be.
    pub max_age_days: Option<u32>,
}

impl PartialEq for Wish {
    fn eq(&self, other: &Self) -> bool {
        let Self { source, form, elsewhere, at_hand: _, max_age_days } = self;
        (source, form, elsewhere, max_age_days)
            == (&other.source, &other.form, &other.elsewhere, &other.max_age_days)
    }
}

impl Wish {
    /// Whether `infra` is to see to it that there is a value.
    pub(super) fn is_managed(&self) -> bool {
        self.source.as_ref().is_some_and(|source| *source != Source::External)
    }

    /// Whether a person puts it by hand in this very run: then nothing else of the secret is written.
    pub(super) fn is_given(&self) -> bool {
        self.source == Some(Source::Given)
    }
}

/// Fewest and most characters of a value that is made.
const LENGTHS: std::ops::RangeInclusive<u32> = 16..=4096;

pub(super) fn lower(
    spec: Option<&ValueSpec>,
    key: &str,
    name: &str,
    place: &Place,
    problems: &mut Problems,
) -> Wish {
    let of = Holder {
        partition: partition(&place.region).to_owned(),
        account: place.account.clone(),
        region: place.region.clone(),
        name: name.to_owned(),
    };
    let wish = spec.map_or_else(Wish::default, |spec| declared(spec, &of, place, problems));
    // What a person gives by hand comes before what is declared, but for what it must be.
    match place.values.by_hand(key, &of, &wish.form) {
        Some(at_hand) => Wish { source: Some(Source::Given), at_hand, ..wish },
        None => wish,
    }
}

fn declared(spec: &ValueSpec, of: &Holder, place: &Place, problems: &mut Problems) -> Wish {
    problems.within("value", |problems| {
        let form = form(spec, problems);
        let Some((at, source)) = source(spec, problems) else { return Wish::default() };
        if spec.elsewhere.is_some() && !matches!(source, Source::Env(_) | Source::File(_)) {
            let help = "what is typed or made is put only where there is no value";
            problems.report("elsewhere", "this goes with `env` and `file` alone", help);
        }
        let file = |path: &str, most: u64| {
            place.files.file(path, most).map_err(|error| Fault::new(error.message, error.help))
        };
        let at_hand = place.values.ask(&source, &form, of, &file).unwrap_or_else(|faults| {
            for fault in faults {
                problems.report(at, told(&source, &fault), &fault.help);
            }
            AtHand::Missing
        });
        let elsewhere = spec.elsewhere.unwrap_or_default();
        Wish { source: Some(source), form, elsewhere, at_hand, max_age_days: None }
    })
}

/// What is wrong with what is at hand, in words that say nothing of it.
fn told(source: &Source, fault: &Fault) -> String {
    match source {
        Source::Env(name) => format!("the value of ${name} {}", fault.message),
        Source::File(_) => format!("the value in this file {}", fault.message),
        Source::Prompt | Source::Generate(_) | Source::External | Source::Given => {
            format!("the value {}", fault.message)
        }
    }
}

fn form(spec: &ValueSpec, problems: &mut Problems) -> Form {
    match spec.format {
        Some(Format::Json) => Form::Json { keys: spec.keys.clone() },
        None => {
            if !spec.keys.is_empty() {
                problems.report("keys", "only a JSON object has keys", "add `format = \"json\"`");
            }
            Form::Text
        }
    }
}

/// The one source, with the key that names it.
fn source(spec: &ValueSpec, problems: &mut Problems) -> Option<(&'static str, Source)> {
    let mut sources = Vec::new();
    if let Some(name) = &spec.env {
        check_variable(name, problems);
        sources.push(("env", Source::Env(name.clone())));
    }
    if let Some(path) = &spec.file {
        check_path(path, problems);
        sources.push(("file", Source::File(path.clone())));
    }
    if spec.prompt {
        sources.push(("prompt", Source::Prompt));
    }
    if let Some(length) = spec.generate {
        if !LENGTHS.contains(&length) {
            problems.report("generate", "this is no length for a value", "16 to 4,096 characters");
        }
        let characters = spec.characters.unwrap_or_default();
        sources.push(("generate", Source::Generate(Recipe { length, characters })));
    } else if spec.characters.is_some() {
        problems.report("characters", "this goes with `generate`", "say how many: generate = 32");
    }
    if spec.external {
        sources.push(("external", Source::External));
    }
    if spec.format.is_some() && (spec.generate.is_some() || spec.external) {
        let help = "it is asked of what `env`, `file` and `prompt` give";
        problems.report("format", "nobody would check this", help);
    }
    if sources.len() != 1 {
        problems.report_here(
            if sources.is_empty() {
                "this does not say where the value comes from"
            } else {
                "a value comes from one place"
            },
            "say one of env = \"NAME\", file = \"PATH\", prompt = true, generate = 32, external = true",
        );
        return None;
    }
    sources.pop()
}

fn check_variable(name: &str, problems: &mut Problems) {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        problems.report(
            "env",
            "this is no name of an environment variable",
            "letters, digits and `_`; the name, never the value itself",
        );
    } else if is_reserved_variable(name) {
        problems.report(
            "env",
            "this variable is reserved",
            "AWS_*, GITHUB_TOKEN, ACTIONS_*, SSH_* and INFRA_* are set by others; use one of your own",
        );
    }
}

/// What can be said of a path without looking. The rest is seen when it is read.
fn check_path(path: &str, problems: &mut Problems) {
    let is_plain = |part: &str| !part.is_empty() && part != "..";
    if !path.split('/').all(is_plain) || path.contains(['\\', '\0']) {
        problems.report(
            "file",
            "this leads out of the manifest's folder",
            "write a path from the manifest's folder, with no `..`",
        );
    }
}
