//! The line that a fault points at, made fit to be shown.
//!
//! What is shown is chosen, not what is hidden: keys that look like names, punctuation, and of the values
//! only the one in question, if nothing about it may be secret. Whatever else stands on the line — other
//! values, comments, the rest of a text that never ends — becomes a mask.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::names::MASK;
use crate::model::escape::{Line, is_unsafe};

/// How much is shown before and after the beginning of what is pointed at, in characters.
const BEFORE: usize = 40;
const AFTER: usize = 60;

/// One line of a file, and the part of it that is in question.
#[derive(Debug)]
pub(super) struct Excerpt {
    file: String,
    text: String,
    label: Range<usize>,
    line: usize,
    column: usize,
}

/// A line of a manifest as the excerpt is cut from it.
pub(super) struct Cut<'a> {
    /// The file's name, harmless.
    pub file: String,
    /// The text of the line, or the part of a long one that is near the fault.
    pub text: &'a str,
    /// Where that text begins in the file, in bytes.
    pub start: usize,
    /// The line's number, from 0.
    pub line: usize,
    /// The fault's column, in characters from 0.
    pub column: usize,
    /// What of the file may be shown, in order.
    pub visible: Vec<Range<usize>>,
    /// What the fault points at, in bytes of the file.
    pub span: Range<usize>,
}

impl Excerpt {
    pub(super) fn new(cut: &Cut<'_>) -> Self {
        let end = cut.start + cut.text.len();
        // What begins on this line and goes on below is marked to the end of the line.
        let span = cut.span.start.min(end)..cut.span.end.min(end);
        let cells = cells(cut);
        let marked =
            |cell: &Cell| cell.source.start < span.end.max(span.start + 1) && cell.source.end > span.start;
        // What stands behind the end of the line is pointed at by the line's last character.
        let first = cells.iter().position(marked).unwrap_or(cells.len().saturating_sub(1));
        let from = first.saturating_sub(BEFORE);
        let mut excerpt = Self {
            file: cut.file.clone(),
            text: if from > 0 { "…".to_owned() } else { String::new() },
            label: 0..0,
            line: cut.line,
            column: cut.column,
        };
        for (at, cell) in cells.iter().enumerate().skip(from) {
            if at > first + AFTER {
                excerpt.text.push('…');
                break;
            }
            let start = excerpt.text.len();
            excerpt.text.push_str(&cell.shown);
            if at == first {
                excerpt.label = start..excerpt.text.len();
            } else if at > first && marked(cell) {
                excerpt.label.end = excerpt.text.len();
            }
        }
        excerpt
    }

    /// The part in question, in bytes of the excerpt.
    pub(super) fn label(&self) -> SourceSpan {
        SourceSpan::from(self.label.clone())
    }
}

/// A character as it is shown, or the mask for several.
struct Cell {
    source: Range<usize>,
    shown: String,
}

fn cells(cut: &Cut<'_>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut masking = false;
    for (at, c) in cut.text.char_indices() {
        let source = cut.start + at..cut.start + at + c.len_utf8();
        let shows = cut.visible.iter().any(|range| range.start <= source.start && source.end <= range.end);
        match cells.last_mut() {
            Some(last) if masking && !shows => last.source.end = source.end,
            _ if !shows => cells.push(Cell { source, shown: MASK.to_owned() }),
            _ if is_unsafe(c) && c != '\t' => {
                cells.push(Cell { source, shown: Line(&c.to_string()).to_string() });
            }
            _ => cells.push(Cell { source, shown: c.to_string() }),
        }
        masking = !shows;
    }
    while cells.last().is_some_and(|cell| cell.shown.trim().is_empty()) {
        cells.pop();
    }
    cells
}

impl SourceCode for Excerpt {
    /// The whole excerpt, whatever is asked for: there is nothing around it.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.offset() + span.len() > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let whole = SourceSpan::from(0..self.text.len());
        let (data, file) = (self.text.as_bytes(), self.file.clone());
        Ok(Box::new(MietteSpanContents::new_named(file, data, whole, self.line, self.column, 1)))
    }
}
