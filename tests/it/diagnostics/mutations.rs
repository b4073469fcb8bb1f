//! Whatever becomes of a manifest: it is valid, or it is told what is wrong with it. Never a panic, never
//! anything harmful, never a piece of a secret.

use infra::cli::exit::Exit;
use proptest::prelude::*;

use super::{Folder, harmless};
use crate::support::cli::infra;

const MANIFEST: &str = include_str!("../../../manifests/prereqs.toml");
const CANARY: &str = "hunter2-CANARY-q8Zr2Lw0";

/// One edit. Positions are shares of the text, in 65536ths.
#[derive(Clone, Debug)]
enum Edit {
    Drop(u16, usize),
    Insert(u16, String),
    Swap(u16, u16),
    Twice(u16),
    Without(u16),
    Truncate(u16),
}

fn edit() -> impl Strategy<Value = Edit> {
    let token = prop::sample::select(vec![
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "#",
        "\n",
        "\r",
        "\\",
        "\t",
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}",
        "é",
        "日",
        "\u{feff}",
        "0x",
        "1e9",
        "-1",
        "true",
        "name",
        "tags",
        "policy = [{}]",
        "lifecycle = 1",
        "ecr",
        "was = \"site\"",
        "_",
        " ",
        "1979-05-27",
        "\\u001b",
        "*",
    ]);
    let text = prop_oneof![token.prop_map(str::to_owned), any::<char>().prop_map(String::from)];
    prop_oneof![
        (any::<u16>(), 1..20_usize).prop_map(|(at, count)| Edit::Drop(at, count)),
        (any::<u16>(), text).prop_map(|(at, text)| Edit::Insert(at, text)),
        (any::<u16>(), any::<u16>()).prop_map(|(one, other)| Edit::Swap(one, other)),
        any::<u16>().prop_map(Edit::Twice),
        any::<u16>().prop_map(Edit::Without),
        any::<u16>().prop_map(Edit::Truncate),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let place = |share: u16, of: usize| usize::from(share) * of / 65536;
    let chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    match edit {
        Edit::Drop(at, count) => {
            let at = place(*at, chars.len());
            chars[..at].iter().chain(chars.iter().skip(at + count)).collect()
        }
        Edit::Insert(at, text) => {
            let at = place(*at, chars.len());
            let (before, after) = chars.split_at(at);
            format!("{}{text}{}", before.iter().collect::<String>(), after.iter().collect::<String>())
        }
        Edit::Swap(one, other) if !lines.is_empty() => {
            let (one, other) = (place(*one, lines.len()), place(*other, lines.len()));
            lines.swap(one, other);
            lines.concat()
        }
        Edit::Twice(at) if !lines.is_empty() => {
            let at = place(*at, lines.len());
            lines.insert(at, lines[at]);
            lines.concat()
        }
        Edit::Without(at) if !lines.is_empty() => {
            lines.remove(place(*at, lines.len()));
            lines.concat()
        }
        Edit::Truncate(at) => chars[..place(*at, chars.len())].iter().collect(),
        Edit::Swap(..) | Edit::Twice(_) | Edit::Without(_) => text.to_owned(),
    }
}

/// The manifest, with a secret where its value would be.
fn manifest() -> String {
    MANIFEST.replace("description = \"AWS", &format!("value = \"{CANARY}\"\ndescription = \"AWS"))
}

fn survives(bytes: &[u8]) {
    let folder = Folder::new();
    let path = folder.write("m.toml", bytes);
    let output = infra(&["check", path.to_str().unwrap()]).run();
    assert!(matches!(output.exit, Some(Exit::Done | Exit::Invalid)), "{output}");
    harmless(&output.out);
    harmless(&output.err);
    for piece in CANARY.as_bytes().windows(8).map(|piece| std::str::from_utf8(piece).unwrap()) {
        assert!(!output.to_string().contains(piece), "`{piece}` is in\n{output}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_manifest_is_valid_or_is_told_why(edits in prop::collection::vec(edit(), 1..6)) {
        let text = edits.iter().fold(manifest(), |text, edit| apply(&text, edit));
        survives(text.as_bytes());
    }

    #[test]
    fn so_is_one_with_other_bytes(changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
        let mut bytes = manifest().into_bytes();
        for (at, byte) in changes {
            let at = usize::from(at) * bytes.len() / 65536;
            bytes[at] = byte;
        }
        survives(&bytes);
    }
}
