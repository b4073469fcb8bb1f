//! What is live of each entry, for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::diff;
use super::field::{INDENT, pad, value, width};
use super::json::{Head, written};
use super::style::{self, FAINT, STRONG};
use crate::kind::view::{Seen, StepView, Verb};
use crate::model::escape::Line;
use crate::model::tags::RESERVED;
use crate::model::{Location, Outputs, Setting, Shown, Tags, size};
use crate::plan::Header;

/// The version of the form for machines.
const FORMAT: &str = "infra.show/1";

/// Names of settings are at least this wide, so that entries line up with each other.
const MIN_NAME: usize = 16;
/// Names wider than this do not push the values of others.
const MAX_NAME: usize = 32;

/// What is live of one entry, or of a resource that left the manifest.
pub struct Row<'a> {
    /// What is to be done about it, and what was seen.
    pub view: &'a StepView,
    /// For how many days it has been there, where AWS tells.
    pub age: Option<i64>,
}

/// Everything, for people: `views` are those whose ids may stand in it. With `all`, documents are shown in full.
#[must_use]
pub fn text(header: &Header, rows: &[Row<'_>], views: &[&StepView], all: bool) -> String {
    let mut out = format!(
        "{STRONG}{}{STRONG:#} in account {STRONG}{}{STRONG:#}, {STRONG}{}{STRONG:#}\n",
        Line(&header.manifest),
        Line(&header.account),
        Line(&header.region),
    );
    let entries = Entries::of(views);
    for row in rows {
        out.push('\n');
        self::row(&mut out, row, &entries, all);
    }
    out
}

/// The entries by the ids of their resources.
struct Entries<'a>(BTreeMap<&'a str, String>);

impl<'a> Entries<'a> {
    fn of(views: &[&'a StepView]) -> Self {
        let id = |view: &&'a StepView| {
            let id = view.seen.as_ref()?.outputs.get(Outputs::ID)?;
            Some((id, Line(&view.address.to_string()).to_string()))
        };
        Self(views.iter().filter_map(id).collect())
    }

    /// A text with the entry behind each id in it.
    fn named(&self, text: &str) -> String {
        let word = |word: &str| {
            let bare = word.trim_end_matches([',', ';']);
            match self.0.get(bare) {
                Some(address) => format!("{bare} ({address}){}", &word[bare.len()..]),
                None => word.to_owned(),
            }
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

fn row(out: &mut String, Row { view, age }: &Row<'_>, entries: &Entries<'_>, all: bool) {
    let _ = write!(out, "{STRONG}{}{STRONG:#}", Line(&view.address.to_string()));
    if !view.name.is_empty() {
        let _ = write!(out, "  {}", Line(&view.name));
    }
    if let Some(location) = &view.location {
        let _ = write!(out, "  {FAINT}{}{FAINT:#}", Line(&location.to_string()));
    }
    let color = style::of(view.verb);
    let _ = writeln!(out, "\n{INDENT}{color}{}{color:#}", Line(&state(view)));
    if let Some(seen) = &view.seen {
        live(out, view, seen, *age, entries, all);
    }
    for note in &view.notes {
        let _ = writeln!(out, "{INDENT}note: {}", Line(note));
    }
}

/// What the entry has come to.
fn state(view: &StepView) -> String {
    let count = size::count(view.changes.len(), "change");
    let why = view.reason.as_deref().unwrap_or_default();
    match view.verb {
        Verb::InSync => "in sync".to_owned(),
        Verb::Update => format!("differs from the manifest: {count} to make, see `infra plan`"),
        Verb::Create => "not there".to_owned(),
        Verb::Adopt => "there, and nobody's: `infra apply` can adopt it".to_owned(),
        Verb::Restore => "there, and scheduled for deletion: `infra apply` can restore it".to_owned(),
        Verb::Delete => "left the manifest: `infra apply` can delete it".to_owned(),
        Verb::Keep => format!("kept: {why}"),
        Verb::Blocked => format!("blocked: {why}"),
        Verb::Unknown => format!("could not be read: {why}"),
        Verb::Found => format!("looked up: {why}"),
    }
}

fn live(out: &mut String, view: &StepView, seen: &Seen, age: Option<i64>, entries: &Entries<'_>, all: bool) {
    // Destructured whole, so that a new field is not forgotten here.
    let Seen { created, leaving, settings, tags, outputs, holds } = seen;
    let made = created.as_ref().map(|day| match age {
        Some(0) => format!("{day}, today"),
        Some(days @ 1..) => {
            format!("{day}, {} ago", size::count(usize::try_from(days).unwrap_or_default(), "day"))
        }
        _ => day.clone(),
    });
    let texts = [("created", made.as_ref()), ("deletion", leaving.as_ref()), ("holds", holds.as_ref())];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Line(text?).to_string())));
    // Some are known by their ARN alone.
    let is_arn = |name: &str, value: &str| name == Outputs::ID && outputs.get(Outputs::ARN) == Some(value);
    let outputs = outputs.iter().filter(|(name, value)| !is_arn(name, value));
    let outputs = outputs.map(|(name, value)| (name, Line(value).to_string()));
    let mut rows: Vec<(String, String, Option<&str>)> =
        outputs.chain(texts).map(|(name, text)| (name.to_owned(), text, None)).collect();
    // The name stands above.
    let is_name = |it: &&Setting| it.field == "name" && it.value == Shown::text(&view.name);
    for Setting { field, value: shown } in settings.iter().filter(|it| !is_name(it)) {
        let whole = match shown {
            Shown::Document { text, .. } if all => Some(text.as_str()),
            _ => None,
        };
        rows.push((entries.named(&Line(field).to_string()), entries.named(&value(shown)), whole));
    }
    let (marks, own): (Vec<_>, Vec<_>) = tags.iter().partition(|(key, _)| key.starts_with(RESERVED));
    for (name, tags) in [("tags", own), ("marks", marks)] {
        if !tags.is_empty() {
            let tags = tags.iter().map(|(key, value)| format!("{}={}", Line(key), Line(value)));
            rows.push((name.to_owned(), tags.collect::<Vec<_>>().join("  "), None));
        }
    }
    let widest = rows.iter().map(|(name, ..)| width(name)).filter(|width| *width <= MAX_NAME).max();
    let columns = widest.unwrap_or_default().max(MIN_NAME);
    for (name, text, whole) in rows {
        let _ = writeln!(out, "{INDENT}{}  {text}", pad(&name, columns));
        if let Some(whole) = whole {
            diff::write_json(out, "", whole, "        ");
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    entries: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct JsonRow<'a> {
    address: String,
    name: &'a str,
    location: Option<&'a Location>,
    verb: Verb,
    reason: Option<&'a str>,
    created: Option<&'a str>,
    leaving: Option<&'a str>,
    holds: Option<&'a str>,
    outputs: Option<&'a Outputs>,
    settings: &'a [Setting],
    tags: Option<&'a Tags>,
    notes: &'a [String],
}

/// Everything, for machines: stable and versioned, as plans are.
///
/// # Errors
///
/// None that an account can cause: the parts are text and lists.
pub fn json(header: &Header, rows: &[Row<'_>]) -> Result<String, serde_json::Error> {
    written(&Json {
        head: Head::of(FORMAT, header),
        entries: rows.iter().map(|row| entry(row.view)).collect(),
    })
}

fn entry(view: &StepView) -> JsonRow<'_> {
    let seen = view.seen.as_deref();
    JsonRow {
        address: view.address.to_string(),
        name: &view.name,
        location: view.location.as_ref(),
        verb: view.verb,
        reason: view.reason.as_deref(),
        created: seen.and_then(|seen| seen.created.as_deref()),
        leaving: seen.and_then(|seen| seen.leaving.as_deref()),
        holds: seen.and_then(|seen| seen.holds.as_deref()),
        outputs: seen.map(|seen| &seen.outputs),
        settings: seen.map_or(&[], |seen| &seen.settings),
        tags: seen.map(|seen| &seen.tags),
        notes: &view.notes,
    }
}
