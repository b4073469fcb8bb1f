//! A plan, for people.

use std::fmt::Write as _;

use super::document;
use super::style::{self, DANGER, FAINT, STRONG};
use crate::kind::view::{ChangeView, Risk, StepView, Verb};
use crate::model::escape::Line;
use crate::model::{FieldChange, Shown};
use crate::plan::{Group, Plan};

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    /// What is in sync, too.
    pub all: bool,
    /// The API call of each change.
    pub calls: bool,
}

/// Field names are padded to this, so that values stand below each other across steps.
const FIELD_WIDTH: usize = 16;

/// The whole plan.
#[must_use]
pub fn text(plan: &Plan, detail: Detail) -> String {
    let mut out = String::new();
    header(&mut out, plan);
    let mut last = None;
    for view in plan.views() {
        let group = Group::of(view);
        if group == Group::InSync && !detail.all && view.notes.is_empty() {
            continue;
        }
        if last != Some(group) {
            let _ = writeln!(out, "\n{STRONG}{}{STRONG:#}", group.heading());
            last = Some(group);
        }
        step(&mut out, view, detail);
    }
    gaps(&mut out, plan);
    let _ = writeln!(out, "\n{}", summary_line(plan));
    out
}

/// The last line, the same in every mode.
#[must_use]
pub fn summary_line(plan: &Plan) -> String {
    format!("plan: {}; digest {}", plan.summary(), plan.digest())
}

fn header(out: &mut String, plan: &Plan) {
    let header = &plan.header;
    let _ = writeln!(
        out,
        "{STRONG}{}{STRONG:#} in account {STRONG}{}{STRONG:#}, {STRONG}{}{STRONG:#}",
        Line(&header.manifest),
        Line(&header.account),
        Line(&header.region)
    );
    let _ = writeln!(out, "  manifest  {} (revision {})", Line(&header.file), header.revision);
    let _ = writeln!(out, "  identity  {}", Line(&header.identity));
}

fn step(out: &mut String, view: &StepView, detail: Detail) {
    let verb = view.verb;
    let color = style::of(verb);
    let _ = write!(
        out,
        "  {color}{} {}{color:#} {STRONG}{}{STRONG:#}",
        style::glyph(verb),
        verb,
        Line(&view.address.to_string())
    );
    let _ = write!(out, "  {}", Line(&view.name));
    if let Some(location) = &view.location {
        let _ = write!(out, "  {FAINT}{}{FAINT:#}", Line(&location.to_string()));
    }
    out.push('\n');
    if let Some(reason) = &view.reason {
        let _ = writeln!(out, "      {}", Line(reason));
    }
    fields(out, &view.immutable, false);
    if let Some(help) = &view.help {
        let _ = writeln!(out, "      help: {}", Line(help));
    }
    for change in &view.changes {
        self::change(out, change, verb == Verb::Create, detail);
    }
    for need in view.needs() {
        let _ = writeln!(
            out,
            "      {DANGER}needs{DANGER:#} {} {}",
            need.option(),
            Line(&view.address.to_string())
        );
    }
    for note in &view.notes {
        let _ = writeln!(out, "      note: {}", Line(note));
    }
    for remark in &view.remarks {
        let _ = writeln!(out, "      {FAINT}{}{FAINT:#}", Line(remark));
    }
}

fn change(out: &mut String, change: &ChangeView, creates: bool, detail: Detail) {
    if detail.calls {
        let _ = writeln!(out, "      {FAINT}{}{FAINT:#}", change.call);
    }
    fields(out, &change.fields, creates);
    let (mark, color) = match change.risk {
        Some(Risk::DestroysData) => ("destroys: ", DANGER),
        Some(Risk::Exposes) => ("exposes: ", DANGER),
        None => ("", FAINT),
    };
    for consequence in &change.consequences {
        let _ = writeln!(out, "      {color}{mark}{}{color:#}", Line(consequence));
    }
}

/// Fields, one a line. Where everything is new, so are the tags, and they share a line.
fn fields(out: &mut String, fields: &[FieldChange], creates: bool) {
    let mut tags = Vec::new();
    for field in fields {
        match (&field.before, &field.after) {
            (Shown::Absent, Shown::Text(value)) if creates => match field.field.strip_prefix("tag ") {
                Some(key) => tags.push(format!("{key}={value}")),
                None => line(out, &field.field, value),
            },
            (before @ (Shown::Document(_) | Shown::Absent), after @ (Shown::Document(_) | Shown::Absent)) => {
                let _ = writeln!(out, "      {}", Line(&field.field));
                document::write(out, lines(before), lines(after), "        ");
            }
            (before, after) => {
                let _ = writeln!(
                    out,
                    "      {:FIELD_WIDTH$}  {} → {}",
                    Line(&field.field).to_string(),
                    Line(&one_line(before)),
                    Line(&one_line(after))
                );
            }
        }
    }
    if !tags.is_empty() {
        line(out, "tags", &tags.join("  "));
    }
}

fn line(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "      {:FIELD_WIDTH$}  {}", Line(name).to_string(), Line(value));
}

fn lines(shown: &Shown) -> &str {
    match shown {
        Shown::Absent => "",
        Shown::Text(text) | Shown::Document(text) => text,
    }
}

fn one_line(shown: &Shown) -> String {
    match shown {
        Shown::Absent => "(none)".to_owned(),
        // One word needs no quotes to be told from what stands around it.
        Shown::Text(text) if !text.is_empty() && !text.contains(char::is_whitespace) => text.clone(),
        Shown::Text(text) | Shown::Document(text) => format!("\"{text}\""),
    }
}

fn gaps(out: &mut String, plan: &Plan) {
    if plan.gaps.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{STRONG}Could not look everywhere for what has left the manifest{STRONG:#}");
    for gap in &plan.gaps {
        let _ = writeln!(out, "  {DANGER}?{DANGER:#} {}", Line(&gap.to_string()));
        if let Some(help) = gap.class.help() {
            let _ = writeln!(out, "      help: {help}");
        }
    }
}
