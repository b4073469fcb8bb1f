//! Reads what the documentation says in tables and code, so that it can be held against the code.

use std::fs;
use std::path::Path;

/// The text of a file of this repository.
pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the first table with this heading row.
#[track_caller]
pub(crate) fn table(text: &str, heading: &[&str]) -> Vec<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| cells(line) != heading).skip(2).peekable();
    assert!(lines.peek().is_some(), "no table {heading:?}");
    lines.take_while(|line| line.starts_with('|')).map(cells).collect()
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// What stands in backticks.
pub(crate) fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The part of a text under a heading, up to the next of the same or a higher level.
#[track_caller]
pub(crate) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let level = heading.chars().take_while(|c| *c == '#').count();
    let start = text.lines().position(|line| line == heading);
    let start = start.unwrap_or_else(|| panic!("there is no heading {heading}"));
    let ends = |line: &str| {
        let hashes = line.chars().take_while(|c| *c == '#').count();
        (1..=level).contains(&hashes) && line[hashes..].starts_with(' ')
    };
    let lines: Vec<_> = text.lines().collect();
    let mut fenced = false;
    let end = lines.iter().enumerate().skip(start + 1).find(|(_, line)| {
        fenced ^= line.starts_with("```");
        !fenced && ends(line)
    });
    let from = lines[..start].iter().map(|line| line.len() + 1).sum::<usize>();
    let to = end.map_or(text.len(), |(end, _)| lines[..end].iter().map(|line| line.len() + 1).sum());
    &text[from..to]
}

/// The blocks of code in a language (` ```sh `).
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let (mut blocks, mut open) = (Vec::new(), None::<Vec<&str>>);
    for line in text.lines() {
        match &mut open {
            Some(lines) if line == "```" => {
                blocks.push(lines.join("\n"));
                open = None;
            }
            Some(lines) => lines.push(line),
            None if line == fence => open = Some(Vec::new()),
            None => {}
        }
    }
    blocks
}
