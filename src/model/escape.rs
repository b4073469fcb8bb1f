//! Text that comes from elsewhere, made harmless for a terminal and for a CI log.
//!
//! Each piece goes through [`Line`] where a line is put together, and the whole once more through [`screen`] where it
//! leaves. What is written for machines has its own escapes: [`json`], and `replaced` for TOML.

use std::fmt::{self, Write as _};

use unicode_width::UnicodeWidthChar as _;

/// Shows a text on one line, with everything escaped that could move a cursor, hide, or reverse text.
pub struct Line<'a>(pub &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&replaced(self.0, put))
    }
}

/// A text with its unsafe characters as `put` writes them.
pub(crate) fn replaced(text: &str, put: impl Fn(&mut String, char)) -> String {
    let mut watch = Watch::default();
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if watch.is_unsafe(c) {
            put(&mut out, c);
        } else {
            out.push(c);
        }
        out
    })
}

/// A JSON document, in which such characters can only stand in strings, with them escaped as JSON does.
#[must_use]
pub fn json(document: &str) -> String {
    replaced(document, |out, c| {
        if c == '\n' {
            out.push(c);
            return;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// What goes to a stream, with styles only if it is `colored`. The last line of defence: whatever was put together
/// before, nothing leaves but text, line breaks, tabs, and the styles that `infra` itself has; and no line that a
/// CI runner would take for a command.
#[must_use]
pub fn screen(text: &str, colored: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        row(&mut out, line, colored);
    }
    out
}

fn row(out: &mut String, line: &str, colored: bool) {
    let (mut watch, mut rest, mut begun) = (Watch::default(), line, false);
    while let Some(c) = rest.chars().next() {
        if let Some(end) = style(rest) {
            let (style, after) = rest.split_at(end);
            if colored {
                out.push_str(style);
            }
            rest = after;
            continue;
        }
        let forged = !begun && is_command(rest);
        begun |= !c.is_whitespace();
        match c {
            '\n' | '\t' => out.push(c),
            c if watch.is_unsafe(c) || forged => put(out, c),
            c => out.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}

/// Whether a runner of GitHub's takes the rest of a line, behind any white space, for a command: `::name::`.
fn is_command(rest: &str) -> bool {
    rest.strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// Where the style ends that a text begins with: colours, bold, faint, italic, underlined. One that hides or blinks is
/// none of ours.
fn style(text: &str) -> Option<usize> {
    let begin = "\u{1b}[";
    let (numbers, _) = text.strip_prefix(begin)?.split_once('m')?;
    let mut all = numbers.split(';');
    while let Some(number) = all.next() {
        match number {
            // A colour of many, by its number or its parts.
            "38" => match all.next() {
                Some("5") => is_number(all.next()?).then_some(())?,
                Some("2") => (0..3).try_for_each(|_| is_number(all.next()?).then_some(()))?,
                _ => return None,
            },
            "" | "0" | "1" | "2" | "3" | "4" | "22" | "23" | "24" | "39" => {}
            _ => matches!(number.parse(), Ok(30..=37 | 90..=97_u8)).then_some(())?,
        }
    }
    Some(begin.len() + numbers.len() + 1)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn put(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// So many marks may stand over one letter. No script that people write needs more; a flood of them covers the lines
/// above.
const MARKS: usize = 4;

/// Characters in a row: some are unsafe only behind others.
#[derive(Default)]
struct Watch {
    /// How many marks without a width were before.
    marks: usize,
    hashes: Hashes,
}

/// How far the beginning of a runner's older command has come: `##[`, and in other systems `##vso[` and
/// `##teamcity[`. Those count anywhere in a line.
#[derive(Clone, Copy, Default)]
enum Hashes {
    #[default]
    None,
    One,
    Two,
    /// Two, and letters.
    Word,
}

impl Watch {
    fn is_unsafe(&mut self, c: char) -> bool {
        self.marks = if c.width() == Some(0) { self.marks + 1 } else { 0 };
        let before = self.hashes;
        self.hashes = match (before, c) {
            (Hashes::None | Hashes::Word, '#') => Hashes::One,
            (Hashes::One | Hashes::Two, '#') => Hashes::Two,
            (Hashes::Two | Hashes::Word, c) if c.is_ascii_alphabetic() => Hashes::Word,
            _ => Hashes::None,
        };
        let forged = c == '[' && matches!(before, Hashes::Two | Hashes::Word);
        is_unsafe(c) || self.marks > MARKS || forged
    }
}

/// Control characters, line separators, and what is invisible or turns the direction of text (Unicode Bidirectional
/// Algorithm; “Trojan Source”, CVE-2021-42574): all that Unicode says can be ignored in display
/// (`Default_Ignorable_Code_Point`), and the marks of annotations.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_drives_a_terminal_comes_through() {
        let hostile = "a\u{1b}[31mred\u{9b}0m\r\nb\u{202e}c\u{200b}\u{7f}";
        assert_eq!(Line(hostile).to_string(), "a\\u{1b}[31mred\\u{9b}0m\\r\\nb\\u{202e}c\\u{200b}\\u{7f}");
        assert_eq!(Line("Größe ✓ 日本").to_string(), "Größe ✓ 日本");
    }

    #[test]
    fn marks_stand_over_a_letter_but_do_not_flood() {
        let four = format!("Z{}go", "\u{301}".repeat(4));
        assert_eq!(Line(&four).to_string(), four);
        let five = format!("Z{}go", "\u{301}".repeat(5));
        assert_eq!(Line(&five).to_string(), four.replace("go", "\\u{301}go"));
    }

    #[test]
    fn no_runner_takes_it_for_a_command() {
        for command in ["##[error]x", "a ###[x]", "##vso[task.x]", "#####teamcity[x]"] {
            let shown = Line(command).to_string();
            assert_eq!(shown, command.replace('[', "\\u{5b}"));
            assert_eq!(screen(command, true), shown);
        }
        for text in ["#[x]", "# [x]", "## a [x]", "##a#[x]", "[##]"] {
            assert_eq!(Line(text).to_string(), text);
        }
        assert_eq!(screen("a\n \u{3000}::error::x\n::/0\n", false), "a\n \u{3000}\\u{3a}:error::x\n::/0\n");
        assert_eq!(screen("\u{1b}[1m::a::\u{1b}[0m", false), "\\u{3a}:a::");
    }

    #[test]
    fn only_our_own_styles_leave() {
        let styles = "\u{1b}[1m\u{1b}[31ma\u{1b}[0m\t\u{1b}[38;2;1;20;255;1mb\u{1b}[38;5;9m\u{1b}[m\n";
        assert_eq!(screen(styles, true), styles);
        assert_eq!(screen(styles, false), "a\tb\n");
        for hostile in
            ["\u{1b}[8m", "\u{1b}[1;5m", "\u{1b}[7m", "\u{1b}[38;2;1;2m", "\u{1b}[2J", "\u{1b}]0;m\u{7}"]
        {
            let shown = hostile.replace('\u{1b}', "\\u{1b}").replace('\u{7}', "\\u{7}");
            assert_eq!((screen(hostile, true), screen(hostile, false)), (shown.clone(), shown));
        }
        assert_eq!(screen("a\r\n\u{202e}", true), "a\\r\n\\u{202e}");
    }

    #[test]
    fn json_says_the_same_in_its_own_escapes() {
        let text = "a\u{7f}\u{9b}\u{202e}\u{e0041}##[x]\\\u{301}\u{301}\u{301}\u{301}\u{301}日";
        let document = serde_json::to_string_pretty(&[text]).unwrap_or_default();
        let written = json(&document);
        assert!(written.contains("a\\u007f\\u009b\\u202e\\udb40\\udc41##\\u005bx]"), "{written}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).ok(), Some([text.to_owned()]));
    }
}
