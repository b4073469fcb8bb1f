//! What was verified, for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use super::field::{INDENT, pad, width};
use super::json::{Head, written};
use super::style::{ADDED, DANGER, FAINT, STRONG};
use crate::kind::check::{Mark, Outcome};
use crate::model::escape::Line;
use crate::plan::Header;
use crate::verify::{Row, Tally};

/// The version of the form for machines.
const FORMAT: &str = "infra.verify/1";

/// Everything, for people: one line a check.
#[must_use]
pub fn text(header: &Header, rows: &[Row]) -> String {
    let mut out = format!(
        "{STRONG}{}{STRONG:#} in account {STRONG}{}{STRONG:#}, {STRONG}{}{STRONG:#}\n",
        Line(&header.manifest),
        Line(&header.account),
        Line(&header.region),
    );
    let column = rows.iter().map(|row| width(&row.what)).max().unwrap_or_default();
    for entry in rows.chunk_by(|one, other| one.address == other.address) {
        let Some(first) = entry.first() else { continue };
        match &first.address {
            Some(address) => {
                let _ = write!(out, "\n{STRONG}{}{STRONG:#}", Line(&address.to_string()));
            }
            None => {
                let _ = write!(out, "\n{STRONG}the account{STRONG:#}");
            }
        }
        if !first.name.is_empty() {
            let _ = write!(out, "  {}", Line(&first.name));
        }
        out.push('\n');
        for row in entry {
            line(&mut out, row, column);
        }
    }
    out
}

fn line(out: &mut String, row: &Row, column: usize) {
    let (style, word) = match row.outcome.mark() {
        Mark::Passed => (ADDED, "passed   "),
        Mark::Failed => (DANGER, "failed   "),
        Mark::Unchecked => (FAINT, "unchecked"),
    };
    let Told { seen, help, .. } = told(&row.outcome);
    let what = Line(&row.what).to_string();
    let _ = writeln!(out, "{INDENT}{style}{word}{style:#}  {}  {}", pad(&what, column), Line(seen));
    if let Some(help) = help {
        let _ = writeln!(out, "{INDENT}{}{STRONG}help{STRONG:#}: {}", " ".repeat(word.len() + 2), Line(help));
    }
}

/// What there is to say of an outcome.
struct Told<'a> {
    seen: &'a str,
    help: Option<&'a str>,
    unread: bool,
}

fn told(outcome: &Outcome) -> Told<'_> {
    match outcome {
        Outcome::Passed { seen } => Told { seen, help: None, unread: false },
        Outcome::Failed { seen, help } => Told { seen, help: Some(help), unread: false },
        Outcome::Unread { why, help } => Told { seen: why, help: help.as_deref(), unread: true },
        Outcome::Unchecked { why } => Told { seen: why, help: None, unread: false },
    }
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    checks: Vec<JsonRow<'a>>,
    summary: Tally,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    /// None for what is about the whole account.
    address: Option<String>,
    name: &'a str,
    check: &'a str,
    outcome: Mark,
    /// Whether it is unchecked because it could not be read.
    unread: bool,
    seen: &'a str,
    help: Option<&'a str>,
}

/// Everything, for machines: stable and versioned, as plans are.
///
/// # Errors
///
/// None that an account can cause: the parts are text and lists.
pub fn json(header: &Header, rows: &[Row], summary: Tally) -> Result<String, serde_json::Error> {
    written(&Json { head: Head::of(FORMAT, header), checks: rows.iter().map(row).collect(), summary })
}

fn row(row: &Row) -> JsonRow<'_> {
    let Told { seen, help, unread } = told(&row.outcome);
    JsonRow {
        address: row.address.as_ref().map(ToString::to_string),
        name: &row.name,
        check: &row.what,
        outcome: row.outcome.mark(),
        unread,
        seen,
        help,
    }
}
