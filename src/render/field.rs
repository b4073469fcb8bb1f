//! The fields of a change: old and new side by side, long ones and documents as a diff.

use std::fmt::Write as _;

use super::diff;
use super::style::FAINT;
use crate::kind::view::{StepView, Verb};
use crate::model::escape::Line;
use crate::model::tags::RESERVED;
use crate::model::{FieldChange, Shown};

/// What stands before every line of a step but its first.
pub(super) const INDENT: &str = "      ";
/// Names of fields are at least this wide, so that steps line up with each other.
const MIN_NAME: usize = 16;
/// Names and old values wider than this do not push the columns of others: a rule's name holds its peer.
const MAX_COLUMN: usize = 32;
/// Wider than this, old and new stand below each other.
const MAX_ROW: usize = 96;
/// What stands for the id of what is not made yet.
const LATER: &str = "known after apply";
/// What stands before the name in the field of a tag.
const TAG: &str = "tag ";

/// How the fields of one step are laid out. Widths are in characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    name: usize,
    before: usize,
    /// Whether tags that were not there share a line: where a resource becomes ours, they are many and
    /// say little; anywhere else somebody has taken one away.
    together: bool,
}

impl Columns {
    /// Wide enough for the fields of `view`.
    #[must_use]
    pub(super) fn of(view: &StepView) -> Self {
        let fields = || view.immutable.iter().chain(view.changes.iter().flat_map(|change| &change.fields));
        let together = matches!(view.verb, Verb::Create | Verb::Adopt);
        let rows = || fields().filter(|field| !(together && is_new_tag(field)));
        let widest = |widths: &mut dyn Iterator<Item = usize>| {
            widths.filter(|width| *width <= MAX_COLUMN).max().unwrap_or_default()
        };
        Self {
            name: widest(&mut rows().map(|field| width(&name(field)))).max(MIN_NAME),
            before: widest(&mut rows().map(|field| width(&value(&field.before)))),
            together,
        }
    }

    fn gathers(self, field: &FieldChange) -> bool {
        self.together && is_new_tag(field)
    }
}

/// Fields that differ. With `whole`, documents that are new are shown in full.
pub(super) fn write(out: &mut String, fields: &[FieldChange], columns: Columns, whole: bool) {
    for field in fields.iter().filter(|field| !columns.gathers(field)) {
        difference(out, field, columns, whole);
    }
    tags(out, "new tags", fields, columns, true);
}

/// Fields of a resource that is made: nothing was before. The name is left out where it is `known`; the marks
/// of ownership, which say what the lines above say, unless `whole`.
pub(super) fn write_new(
    out: &mut String,
    fields: &[FieldChange],
    known: &str,
    columns: Columns,
    whole: bool,
) {
    for field in fields.iter().filter(|field| !columns.gathers(field)) {
        if field.field == "name" && field.after == Shown::text(known) {
            continue;
        }
        match (&field.before, &field.after) {
            (Shown::Absent, Shown::Text(text)) => line(out, &field.field, text, columns),
            (Shown::Absent, Shown::Entry { .. }) => {
                line(out, &field.field, &value(&field.after), columns);
            }
            (Shown::Absent, Shown::Document { summary, text }) => {
                line(out, &field.field, summary, columns);
                if whole {
                    diff::write_json(out, "", text, DEEP);
                }
            }
            _ => difference(out, field, columns, whole),
        }
    }
    tags(out, "tags", fields, columns, whole);
}

/// What stands before the lines of a document.
const DEEP: &str = "          ";

fn difference(out: &mut String, field: &FieldChange, columns: Columns, whole: bool) {
    let FieldChange { field: name, before, after } = field;
    match (before, after) {
        (Shown::Document { summary: one, text: old }, Shown::Document { summary: other, text: new }) => {
            if one == other {
                line(out, name, one, columns);
            } else {
                row(out, field, columns);
            }
            diff::write_json(out, old, new, DEEP);
        }
        // What is live stands nowhere else, so all of it is shown before it goes.
        (Shown::Document { text, .. }, _) => {
            row(out, field, columns);
            diff::write_json(out, text, "", DEEP);
        }
        // What is new stands in the manifest.
        (_, Shown::Document { text, .. }) => {
            row(out, field, columns);
            if whole {
                diff::write_json(out, "", text, DEEP);
            }
        }
        _ => row(out, field, columns),
    }
}

/// Old and new beside each other, or below each other where they are long.
fn row(out: &mut String, field: &FieldChange, columns: Columns) {
    let (name, before, after) = (name(field), value(&field.before), value(&field.after));
    let left = width(&name).max(columns.name);
    if field.before != Shown::Absent && left + width(&before) + width(&after) > MAX_ROW {
        let _ = writeln!(out, "{INDENT}{name}");
        diff::write(out, &before, &after, DEEP);
        return;
    }
    let (name, before, after) = (pad(&name, columns.name), pad(&before, columns.before), after);
    let _ = writeln!(out, "{INDENT}{name}  {before} → {after}");
}

fn line(out: &mut String, name: &str, text: &str, columns: Columns) {
    let name = pad(&Line(name).to_string(), columns.name);
    let _ = writeln!(out, "{INDENT}{name}  {}", Line(text));
}

/// Tags that were not there: people's on one line, and `with_marks` those of ownership on another.
fn tags(out: &mut String, label: &str, fields: &[FieldChange], columns: Columns, with_marks: bool) {
    let new = || {
        fields.iter().filter(|field| columns.gathers(field)).map(|field| (tag(field), value(&field.after)))
    };
    let listed = |tags: Vec<(&str, String)>| {
        // Tags stand beside each other, so here a space is enough to need quotes.
        let tag = |(key, value): &(&str, String)| {
            let quote = if value.contains(' ') && !value.starts_with('"') { "\"" } else { "" };
            format!("{}={quote}{value}{quote}", Line(key))
        };
        let tags = tags.iter().map(tag);
        tags.collect::<Vec<_>>().join("  ")
    };
    let (marks, tags): (Vec<_>, Vec<_>) = new().partition(|(key, _)| key.starts_with(RESERVED));
    if !tags.is_empty() {
        let _ = writeln!(out, "{INDENT}{}  {}", pad(label, columns.name), listed(tags));
    }
    if with_marks && !marks.is_empty() {
        let _ = writeln!(out, "{INDENT}{FAINT}{}  {}{FAINT:#}", pad("marks", columns.name), listed(marks));
    }
}

fn is_new_tag(field: &FieldChange) -> bool {
    field.field.starts_with(TAG) && field.before == Shown::Absent
}

/// As it stands in its column, escaped.
fn name(field: &FieldChange) -> String {
    Line(&field.field).to_string()
}

fn tag(field: &FieldChange) -> &str {
    field.field.strip_prefix(TAG).unwrap_or(&field.field)
}

/// One side on one line, escaped.
pub(super) fn value(shown: &Shown) -> String {
    match shown {
        Shown::Absent => "(none)".to_owned(),
        Shown::Document { summary, .. } => Line(summary).to_string(),
        Shown::Text(text) if is_plain(text) => Line(text).to_string(),
        Shown::Text(text) => format!("\"{}\"", Line(text)),
        Shown::Entry { address, id } => {
            format!("{} ({})", Line(address), Line(id.as_deref().unwrap_or(LATER)))
        }
    }
}

/// Whether a text needs no quotes to be told from what stands around it.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['(', '"']) && !text.contains('→') && text.trim() == text
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text:width$}")
}
