//! The text of a manifest: lines, and what of it may be shown.

use std::collections::BTreeSet;
use std::ops::Range;

use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};

use super::credentials;
use super::excerpt::{Cut, Excerpt};
use super::fault::{Fault, Invalid};
use super::names;

/// The text of one manifest.
#[derive(Debug)]
pub(super) struct Source {
    /// The file, as the user named it.
    pub file: String,
    /// What it holds.
    pub text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// How much of a file is understood, which decides how much of it may be shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trust<'a> {
    /// It is TOML, so that keys are keys.
    Parsed,
    /// It is not, and what looks like a key may be a piece of anything. Only these words are shown.
    Broken(&'a BTreeSet<String>),
}

/// More faults than this are counted, not shown.
const MAX_FAULTS: usize = 100;

impl Source {
    pub(super) fn new(file: String, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, lines }
    }

    /// The line of a byte, from 1.
    #[must_use]
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// Puts faults into the order of the file, and beside each its line, made fit to be shown.
    #[must_use]
    pub(super) fn invalid(&self, mut faults: Vec<Fault>, trust: Trust<'_>) -> Invalid {
        faults.sort_by_key(|fault| fault.span.start);
        let more = faults.len().saturating_sub(MAX_FAULTS);
        faults.truncate(MAX_FAULTS);
        let tokens = Tokens::of(&self.text, trust);
        for fault in &mut faults {
            fault.excerpt = Some(self.excerpt(fault, &tokens));
        }
        Invalid { file: names::file(&self.file), faults, more }
    }

    fn excerpt(&self, fault: &Fault, tokens: &Tokens) -> Excerpt {
        let at = self.place(fault.span.start);
        let line = self.line(at) - 1;
        let start = self.lines.get(line).copied().unwrap_or_default();
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        let near = self.boundary(start.max(at.saturating_sub(400)))..self.boundary(end.min(at + 400));
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count());
        Excerpt::new(&Cut {
            file: names::file(&self.file),
            text: self.text.get(near.clone()).unwrap_or_default().trim_end_matches(['\r', '\n']),
            start: near.start,
            line,
            column,
            visible: tokens.visible(&near, fault),
            span: at..fault.span.end.max(at),
        })
    }

    /// Where to point for a byte: the end of the file is the end of what is written there.
    fn place(&self, at: usize) -> usize {
        let at = self.boundary(at);
        let rest = self.text.get(at..).unwrap_or_default();
        if at > 0 && rest.trim().is_empty() { self.text.trim_end().len().min(at) } else { at }
    }

    fn boundary(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at.min(self.text.len()))
    }
}

/// What stands where in a text, as far as it may be shown.
struct Tokens {
    /// Punctuation, white space, and keys that look like names.
    plain: Vec<Range<usize>>,
    /// Values. Only the one in question is shown.
    values: Vec<Range<usize>>,
    /// What has the shape of a credential. Never shown.
    credentials: Vec<Range<usize>>,
}

impl Tokens {
    fn of(text: &str, trust: Trust<'_>) -> Self {
        let mut events: Vec<Event> = Vec::new();
        // As deep as `toml` goes; what is deeper is its syntax error.
        let mut guard = RecursionGuard::new(&mut events, 80);
        parse_document(&toml_parser::Source::new(text).lex().into_vec(), &mut guard, &mut ());
        let mut tokens = Self { plain: Vec::new(), values: Vec::new(), credentials: credentials::find(text) };
        let mut header: Option<Vec<bool>> = None;
        for event in events {
            let range = event.span().start()..event.span().end();
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => header = Some(Vec::new()),
                EventKind::StdTableClose | EventKind::ArrayTableClose => header = None,
                _ => {}
            }
            match event.kind() {
                EventKind::SimpleKey => {
                    let name = text.get(range.clone()).unwrap_or_default().trim_matches(['"', '\'']);
                    let shows = names::is_plausible(name)
                        && match trust {
                            Trust::Parsed => true,
                            // The key of an entry comes after its kind.
                            Trust::Broken(words) => {
                                words.contains(name)
                                    || header.as_deref().is_some_and(|path| path.starts_with(&[true, true]))
                            }
                        };
                    if let Some(path) = &mut header {
                        path.push(shows);
                    }
                    if shows {
                        tokens.plain.push(range);
                    }
                }
                EventKind::Scalar if matches!(trust, Trust::Parsed) => tokens.values.push(range),
                EventKind::Scalar | EventKind::Comment | EventKind::Newline | EventKind::Error => {}
                _ => tokens.plain.push(range),
            }
        }
        tokens
    }

    /// What of `line` may be shown with `fault`, in order and without gaps between neighbours.
    fn visible(&self, line: &Range<usize>, fault: &Fault) -> Vec<Range<usize>> {
        let on_line = |ranges: &[Range<usize>]| -> Vec<Range<usize>> {
            let from = ranges.partition_point(|range| range.end <= line.start);
            ranges.iter().skip(from).take_while(|range| range.start < line.end).cloned().collect()
        };
        let secret = |range: &Range<usize>| {
            self.credentials.iter().any(|hidden| hidden.start < range.end && range.start < hidden.end)
        };
        let mut visible = on_line(&self.plain);
        if !fault.concealed {
            visible.extend(on_line(&self.values).into_iter().filter(|range| *range == fault.span));
        }
        visible.retain(|range| !secret(range));
        visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let source = Source::new("m.toml".into(), "a\nb\n\nc".into());
        assert_eq!([0, 1, 2, 4, 5, 99].map(|at| source.line(at)), [1, 1, 2, 3, 4, 4]);
    }

    fn shown(text: &str, trust: Trust<'_>) -> String {
        let tokens = Tokens::of(text, trust);
        text.char_indices()
            .map(|(at, c)| if tokens.plain.iter().any(|range| range.contains(&at)) { c } else { '*' })
            .collect()
    }

    #[test]
    fn what_does_not_parse_shows_known_words_only() {
        let words = BTreeSet::from(["ecr", "repository", "name"].map(str::to_owned));
        let text = "[ecr.repository.site]\nname = \"a\nvalue = 'hunter2'\nhunter2\n# hunter2";
        let masked = "[ecr.repository.site]*name = ******** = ***************************";
        assert_eq!(shown(text, Trust::Broken(&words)), masked);
        let text = "[hunter.repository.site]\nhunter = 2";
        assert_eq!(shown(text, Trust::Broken(&words)), "[******.repository.****]******* = *");
    }

    #[test]
    fn what_parses_shows_its_keys() {
        assert_eq!(
            shown("a = { b = \"x\", 'sk-Live2' = 1 }", Trust::Parsed),
            "a = { b = ***, ********** = * }"
        );
    }
}
