//! Who says whether an output is harmless: its characters, a terminal, and the runner of a CI job.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use super::payloads::is_forbidden;
use crate::support::cli::Output;

/// Every style that `infra` and what draws for it have.
const STYLES: &[&str] = &[
    "0",
    "1",
    "2",
    "4",
    "31",
    "32",
    "33",
    "36",
    "1;31",
    "35;1",
    "1;4",
    "36;1;4",
    "38;2;255;30;30",
    "38;2;244;191;117",
    "38;2;106;159;181",
];

/// Demands that nothing that was printed does anything but to be read.
#[track_caller]
pub(crate) fn judge(output: &Output) {
    for text in [&output.out, &output.err] {
        let plain = plain(text);
        for c in plain.chars() {
            assert!(!is_forbidden(c), "{c:?} leaves in {text:?}");
        }
        assert_eq!(commands(text), [""; 0], "of {text:?}");
        assert_eq!(commands(&plain), [""; 0], "of {plain:?}");
        on_a_terminal(text, &plain);
    }
}

/// The text without our own styles. Any other sequence stays, and is found.
fn plain(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('m') {
            Some((style, rest)) if STYLES.contains(&style) => plain.push_str(rest),
            _ => plain = plain + "\u{1b}[" + piece,
        }
    }
    plain
}

/// What a terminal shows at the end is the text, line by line.
#[track_caller]
fn on_a_terminal(text: &str, plain: &str) {
    let (lines, shown): (Vec<_>, Vec<_>) = (plain.lines().collect(), text.lines().collect());
    // In parts: a large screen takes long to make.
    for (lines, shown) in lines.chunks(10).zip(shown.chunks(10)) {
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        // Wide characters take two columns, and nothing is to wrap, so that lines can be told from one another.
        let Ok(width) = u16::try_from(2 * widest + 1) else { continue };
        let height = u16::try_from(lines.len() + 1).unwrap();
        let size = |size| NonZeroU16::new(size).unwrap();
        let mut terminal = vt100::Parser::new(size(height), size(width), 0);
        terminal.process(format!("{}\r\n", shown.join("\r\n")).as_bytes());
        let screen = terminal.screen();
        let rows: Vec<_> = screen.rows(0, width).map(|row| row.trim_end().to_owned()).collect();
        let expected: Vec<_> = lines.iter().map(|line| untabbed(line)).chain([String::new()]).collect();
        assert_eq!(rows, expected, "of {shown:?}");
        assert_eq!(screen.cursor_position(), (height - 1, 0));
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    }
}

/// A line as a terminal has it: nothing behind its text.
fn untabbed(line: &str) -> String {
    assert!(!line.contains('\t'), "{line:?}");
    line.trim_end().to_owned()
}

/// What a runner of GitHub's takes for commands, by its own rules (`actions/runner`, `ActionCommand`): a line that begins
/// with `::`, behind any white space, and has `::` again; and the older form anywhere in a line.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let is_new = |line: &str| line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
    let is_old = |line: &str| {
        ["##[", "##vso[", "##teamcity["]
            .iter()
            .any(|begin| line.split_once(begin).is_some_and(|(_, rest)| rest.contains(']')))
    };
    let lines = text.split(['\n', '\r']);
    lines.filter(|line| is_new(line) || is_old(line)).map(str::to_owned).collect()
}

/// The outputs that a runner reads from the file that `$GITHUB_OUTPUT` names (`actions/runner`, `FileCommandManager`).
pub(crate) fn outputs(file: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = file.split(['\n', '\r']).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        let (equals, here) = (line.find('='), line.find("<<"));
        let (name, value) = match (equals, here) {
            (Some(equals), here) if here.is_none_or(|here| equals < here) => {
                (&line[..equals], line[equals + 1..].to_owned())
            }
            (_, Some(here)) => {
                let end = &line[here + 2..];
                (&line[..here], lines.by_ref().take_while(|line| *line != end).collect::<Vec<_>>().join("\n"))
            }
            _ => panic!("the runner refuses {line:?}"),
        };
        assert!(outputs.insert(name.to_owned(), value).is_none(), "{name} twice in {file:?}");
    }
    outputs
}

#[test]
fn the_judges_can_say_no() {
    assert_eq!(commands("a\n  ::error::x\r::a::\nb ::c::\n::/0\nx ##[y]z\n##vso[a]\n##[x").len(), 4);
    let read = outputs("a=b<<c\nd<<E\nx=1\nE\n");
    assert_eq!(
        read,
        BTreeMap::from([("a".to_owned(), "b<<c".to_owned()), ("d".to_owned(), "x=1".to_owned())])
    );
    let fails = |text: &str| std::panic::catch_unwind(|| on_a_terminal(text, text)).is_err();
    for text in [
        "ab\u{8}c",
        "a\n\u{1b}[Ab",
        "a\rb",
        "\u{1b}[2Ja",
        "a\u{1b}[?25l",
        "\u{1b}]0;x\u{7}a",
        "a\u{b}b",
        "a\u{9b}2Kb",
    ] {
        assert!(fails(text), "{text:?}");
    }
    assert!(!fails("a\n日本 b\n"));
    assert_eq!(plain("\u{1b}[1ma\u{1b}[8mb\u{1b}[2J"), "a\u{1b}[8mb\u{1b}[2J");
}
