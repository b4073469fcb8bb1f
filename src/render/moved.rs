//! What has moved since a plan was reviewed, for people: as it was reviewed, as it was live then, as it is now.

use std::fmt::Write as _;

use super::diff;
use super::field::{INDENT, value};
use super::style::STRONG;
use crate::model::Shown;
use crate::model::escape::Line;
use crate::plan::{Moved, MovedRow};

/// What stands before the lines of a row.
const DEEP: &str = "        ";

/// Every resource that has moved.
#[must_use]
pub fn text(all: &[Moved]) -> String {
    let mut out = String::new();
    for Moved { address, name, rows, unknown: _ } in all {
        let _ = write!(out, "  {STRONG}{}{STRONG:#}", Line(address));
        // What is about all of the plan has none.
        if !name.is_empty() {
            let _ = write!(out, "  {}", Line(name));
        }
        out.push('\n');
        for MovedRow { field, reviewed, then, now } in rows {
            let _ = writeln!(out, "{INDENT}{}", Line(field));
            let reviewed = reviewed.as_ref().map_or("no change".to_owned(), |values| listed(values));
            let mut line = |label: &str, text: &str| {
                let _ = writeln!(out, "{DEEP}{label:9}  {text}");
            };
            line("reviewed", &reviewed);
            if let Some(then) = then {
                line("live then", &listed(then));
                line("live now", &listed(now));
                if let ([Shown::Document { text: then, .. }], [Shown::Document { text: now, .. }]) =
                    (then.as_slice(), now.as_slice())
                {
                    diff::write_json(&mut out, then, now, DEEP);
                }
            } else {
                line("now", &listed(now));
            }
        }
    }
    out
}

/// Several values on one line.
fn listed(values: &[Shown]) -> String {
    match values {
        [] => value(&Shown::Absent),
        values => values.iter().map(value).collect::<Vec<_>>().join("; "),
    }
}
