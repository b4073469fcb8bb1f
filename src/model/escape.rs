//! Text that comes from elsewhere, made harmless for a terminal and for a CI log.

use std::fmt::{self, Write as _};

/// Shows a text on one line, with everything escaped that could move a cursor, hide, or reverse text.
pub struct Line<'a>(pub &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                '\r' => f.write_str("\\r")?,
                c if is_unsafe(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Control characters, line separators, and the marks that are invisible or turn the direction of text
/// (Unicode Bidirectional Algorithm; “Trojan Source”, CVE-2021-42574).
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn nothing_that_drives_a_terminal_comes_through() {
        let hostile = "a\u{1b}[31mred\u{9b}0m\r\nb\u{202e}c\u{200b}\u{7f}";
        assert_eq!(Line(hostile).to_string(), "a\\u{1b}[31mred\\u{9b}0m\\r\\nb\\u{202e}c\\u{200b}\\u{7f}");
        assert_eq!(Line("Größe ✓ 日本").to_string(), "Größe ✓ 日本");
    }
}
