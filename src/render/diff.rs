//! Documents of several lines, as a diff.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::style;
use crate::model::escape::Line;

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 3;

/// Writes the diff of two JSON documents that are laid out alike, each line behind `indent`. An empty
/// document is one that is not there.
///
/// The commas at the ends of lines are left out: whether something follows is no difference.
pub(super) fn write_json(out: &mut String, before: &str, after: &str, indent: &str) {
    let bare = |text: &str| {
        let lines = text.lines().map(|line| line.strip_suffix(',').unwrap_or(line));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    write(out, &bare(before), &bare(after), indent);
}

/// Writes the diff of two texts, each line behind `indent`. An empty text is one that is not there.
pub(super) fn write(out: &mut String, before: &str, after: &str, indent: &str) {
    let diff = TextDiff::from_lines(before, after);
    for (at, hunk) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        let changes: Vec<_> = hunk.iter().flat_map(|op| diff.iter_changes(op)).collect();
        let margin = changes.iter().map(|change| margin(change.value())).min().unwrap_or_default();
        if at > 0 {
            let _ = writeln!(out, "{indent}{}  …{:#}", style::FAINT, style::FAINT);
        }
        for change in &changes {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', style::REMOVED),
                ChangeTag::Insert => ('+', style::ADDED),
                ChangeTag::Equal => (' ', style::FAINT),
            };
            let line = change.value().trim_end_matches('\n').get(margin..).unwrap_or_default();
            let _ = writeln!(out, "{indent}{style}{sign} {}{style:#}", Line(line));
        }
    }
}

/// Spaces before the text of a line. What all lines of a hunk have of them is left out.
fn margin(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
