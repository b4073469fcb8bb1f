//! Documents of several lines, as a diff.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::style;
use crate::model::escape::Line;

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 3;

/// Writes the diff of two documents, each line behind `indent`. An empty document is one that is not there.
pub fn write(out: &mut String, before: &str, after: &str, indent: &str) {
    let diff = TextDiff::from_lines(before, after);
    for (at, hunk) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            let _ = writeln!(out, "{indent}{}  …{:#}", style::FAINT, style::FAINT);
        }
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', style::REMOVED),
                ChangeTag::Insert => ('+', style::ADDED),
                ChangeTag::Equal => (' ', style::FAINT),
            };
            let line = change.value().trim_end_matches('\n');
            let _ = writeln!(out, "{indent}{style}{sign} {}{style:#}", Line(line));
        }
    }
}
