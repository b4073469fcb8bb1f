//! What is said of a bad manifest: every class of fault, word for word, and that nothing of it is a leak.

mod clashes;
mod exports;
mod files;
mod hostile;
mod keys;
mod mutations;
mod references;
mod rules;
mod secrets;
mod structure;
mod syntax;
mod usage;

use std::fmt::Write as _;
use std::path::PathBuf;

use infra::cli::exit::Exit;

use crate::support::cli::{Output, infra};
use crate::support::connector::Wire;

/// A header with nothing wrong. What is appended begins on line 5.
const HEADER: &str = "[manifest]\nname = \"site\"\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";

/// What `infra check` says of `entries`, which stand below a good header.
#[track_caller]
fn entries(entries: &str) -> String {
    check(&format!("{HEADER}{}", entries.trim_start()))
}

/// What `infra check` says of a manifest.
#[track_caller]
fn check(text: &str) -> String {
    bytes(text.as_bytes())
}

/// What `infra check` says of a file, after its exit code. The same must be said in colour and by `plan`,
/// which must not have called AWS.
#[track_caller]
fn bytes(bytes: &[u8]) -> String {
    let folder = Folder::new();
    let path = folder.write("m.toml", bytes);
    let path = path.to_str().unwrap();
    let output = infra(&["check", path]).run();
    if output.exit == Some(Exit::Done) {
        return folder.said(&output);
    }
    let wire = Wire::new();
    let plan = infra(&["plan", path]).wire(&wire).run();
    assert_eq!((plan.exit, &plan.err), (output.exit, &output.err));
    assert_eq!((wire.seen(), output.out.as_str()), (vec![], ""));
    let colours = infra(&["check", path, "--color=always"]).run();
    harmless(&without_colours(&colours.err));
    folder.said(&output)
}

/// What is said of `entries`, without the pictures: line and column, code, message, help.
#[track_caller]
fn brief(text: &str) -> String {
    let said = entries(text);
    let mut brief = String::new();
    for report in said.split("manifest::").skip(1) {
        let line = |mark: &str| report.lines().position(|line| line.trim_start().starts_with(mark));
        let lines: Vec<_> = report.lines().map(str::trim).collect();
        let (at, place) = (line("× ").unwrap(), line("╭─[").unwrap());
        let end = lines.iter().skip(place).position(|line| line.is_empty()).unwrap_or(lines.len() - place);
        let message = lines[at..place].join(" ").replace("× ", "").replace("│ ", "");
        let help = line("help: ").map(|at| lines[at..place + end].join(" ")).unwrap_or_default();
        let place = lines[place].trim_start_matches("╭─[m.toml:").trim_end_matches(']');
        writeln!(brief, "{place} {}: {message}", lines[0]).unwrap();
        if !help.is_empty() {
            writeln!(brief, "    {help}").unwrap();
        }
    }
    assert!(!brief.is_empty(), "{said}");
    brief
}

/// A folder for manifests.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// An output as it would be if the folder were the current one, which is harmless for a terminal.
    #[track_caller]
    fn said(&self, output: &Output) -> String {
        harmless(&output.out);
        harmless(&output.err);
        let text = format!("exit {}\n{}{}", output.exit.unwrap().code(), output.out, output.err);
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Nothing leaves that could drive a terminal, hide text, or turn its direction.
#[track_caller]
fn harmless(text: &str) {
    for c in text.chars() {
        let control = c.is_control() && c != '\n';
        let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}');
        assert!(!control && !hidden, "{c:?} in {text:?}");
    }
}

/// The text without the one kind of sequence that colours are made of.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap();
        plain.push_str(piece[end..].strip_prefix('m').expect("only colours"));
    }
    plain
}
