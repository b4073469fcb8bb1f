//! The text of a manifest: lines, and what of it may be shown.

use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;

use super::fault::{Fault, Finding};

/// The text of one manifest.
#[derive(Debug)]
pub(super) struct Source {
    /// The file, as the user named it.
    pub file: String,
    /// What it holds.
    pub text: String,
}

impl Source {
    /// The line of a byte, from 1.
    #[must_use]
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        1 + before.filter(|byte| *byte == b'\n').count()
    }

    /// Turns findings into faults that carry the text, with everything masked that may be a secret.
    ///
    /// With `parsed` false nobody knows which bytes are values, so every value is masked.
    #[must_use]
    pub(super) fn faults(&self, mut findings: Vec<Finding>, parsed: bool) -> Vec<Fault> {
        findings.sort_by_key(|finding| finding.span.start);
        let mut shown = if parsed { self.text.clone() } else { without_values(&self.text) };
        for hidden in
            findings.iter().filter_map(|finding| finding.hide.clone()).chain(credentials(&self.text))
        {
            mask(&mut shown, hidden);
        }
        let source = Arc::new(NamedSource::new(&self.file, shown).with_language("TOML"));
        findings.into_iter().map(|finding| Fault::new(finding, Some(Arc::clone(&source)))).collect()
    }
}

/// Overwrites a range with asterisks, byte for byte, so that all other spans stay where they are.
fn mask(text: &mut String, range: Range<usize>) {
    let masked: String = match text.get(range.clone()) {
        Some(part) => part.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect(),
        None => return,
    };
    text.replace_range(range, &masked);
}

/// The text with nothing left but headers, comments' places, keys and equals signs.
fn without_values(text: &str) -> String {
    let mut shown = text.to_owned();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        mask(&mut shown, start + visible(line)..start + line.len());
        start += line.len();
    }
    shown
}

/// How many bytes of a line are plainly no value: a table header, or a key with its equals sign.
fn visible(line: &str) -> usize {
    let is_key = |text: &str| {
        !text.trim().is_empty() && text.trim().chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if line.starts_with('[') && is_key(line.trim().trim_matches(['[', ']'])) {
        return line.len();
    }
    match line.split_once('=') {
        Some((key, _)) if is_key(key) => key.len() + 1,
        _ => 0,
    }
}

/// What the credentials of well-known services begin with, and how long such a credential is at least.
const CREDENTIALS: &[(&str, usize)] = &[
    ("AKIA", 20),
    ("ASIA", 20),
    ("sk-", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("eyJ", 40),
    ("-----BEGIN ", 11),
];

/// Where something stands that has the shape of a credential, wherever in the file.
fn credentials(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (mark, least) in CREDENTIALS {
        for (start, _) in text.match_indices(mark) {
            let rest = text.get(start..).unwrap_or_default();
            let end = if *mark == "-----BEGIN " {
                rest.rfind("-----").map_or(rest.len(), |end| end + 5)
            } else {
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.+/=".contains(c)))
                    .unwrap_or(rest.len())
            };
            if end >= *least {
                found.push(start..start + end);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let source = Source { file: "m.toml".into(), text: "a\nb\n\nc".into() };
        assert_eq!([0, 1, 2, 4, 5, 99].map(|at| source.line(at)), [1, 1, 2, 3, 4, 4]);
    }

    #[test]
    fn what_does_not_parse_is_shown_without_its_values() {
        let text = "[secret.x]\nname = \"a\nvalue = 'hunter2'\nhunter2\n# hunter2\n";
        let shown = without_values(text);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.starts_with("[secret.x]\nname =***\nvalue =*"), "{shown}");
    }

    #[test]
    fn credentials_are_masked_anywhere() {
        let text = "a = \"AKIAIOSFODNN7EXAMPLE\" # sk-ant-0123456789abcdefgh\nb = \"task-force\"";
        let found: Vec<_> = credentials(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["AKIAIOSFODNN7EXAMPLE", "sk-ant-0123456789abcdefgh"]);
    }
}
