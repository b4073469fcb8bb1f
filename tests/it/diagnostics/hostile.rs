//! Characters that drive a terminal or turn text around, wherever a manifest can have them.

use insta::assert_snapshot;

use super::{Folder, HEADER, check, entries};
use crate::hostile::judges::judge;
use crate::hostile::payloads::Payload;
use crate::support::cli::infra;

/// Each as it stands in TOML: escaped, and raw.
const PAYLOADS: &[&str] = &[
    "\\u001b[31mred",
    "\\u001b]0;title\\u0007",
    "\\u001b]8;;http://x\\u001b\\\\",
    "\\u009b31m",
    "\\r\\nno changes",
    "\\b\\u007f\\u0000\\f\\u000b",
    "\\u202e\\u2066\\u200b\\u2028\\u061c\\ufeff",
    "\u{202e}\u{2066}\u{200b}\u{2028}\u{61c}\u{feff}",
    "\u{9b}31m\u{85}",
    "a\tb",
    "{} %s ${{ x }}",
    "\\n::error::forged",
];

/// Places where text can be wrong, with `@` for it.
const PLACES: &[&str] = &[
    "[ecr.repository.\"@\"]\nname = \"team/site\"\n",
    "[ecr.repository.\"@\"]\nnames = 1\n",
    "[ecr.\"@\".site]\n",
    "[\"@\"]\n",
    "[ecr.repository.site]\nname = \"@\"\n",
    "[ecr.repository.site]\nname = \"team/site\"\n\"@\" = 1 # @\n",
    "[ecr.repository.site]\nname = \"team/site\"\ntag-mutability = \"@\"\n",
    "[ecr.repository.site]\nname = \"team/site\"\nignore = [\"@\"]\n",
    "[ecr.repository.site]\nname = \"team/site\"\nwas = \"@\"\n",
    "[ecr.repository.site]\nname = \"team/site\"\nkms-key = \"@\"\n",
    "[ecr.repository.site]\nname = \"team/site\"\nscan-on-push = \"@\"\n",
    "[ecr.repository.site]\nname = \"team/site\"\ntags = { \"@\" = 1 }\n",
    "[ecr.repository.site]\nname = \"team/site\"\ntags = { \"@\" = \"@\" }\n",
    "[ecr.repository.site]\nname = \"team/site\"\nlifecycle = [{ tag-patterns = [\"@****\", \"*@****\"] }]\n",
    "[[ecr.repository.site.policy]]\nsid = \"@\"\neffect = \"@\"\naction = [\"@\"]\nresource = [\"@\"]\n\
     condition = { \"@\" = { \"@\" = [] } }\nprincipal = { aws = [\"@\"], \"@\" = [] }\n",
    "[[ecr.repository.site.policy]]\nsid = \"@\"\neffect = \"allow\"\naction = [\"@\"]\nresource = [\"@\"]\n\
     condition = { \"@\" = { \"@\" = [] }, Bool = { \"@\" = [] } }\nprincipal = { aws = [\"@\"] }\n",
    "[secretsmanager.secret.\"@\"]\nname = \"@\"\nkms-key = \"@\"\n",
    "x = @\n",
    "[@]\n",
    "# @\nx = \"\n",
    "x = \"@\n",
];

#[test]
fn nothing_that_drives_a_terminal_leaves() {
    for place in PLACES {
        for payload in PAYLOADS {
            let said = entries(&place.replace('@', payload));
            assert!(said.starts_with("exit 65"), "{place} {payload} {said}");
        }
    }
    for payload in PAYLOADS {
        let header =
            format!("[manifest]\nname = \"{payload}\"\naccount = \"{payload}\"\nregion = \"{payload}\"\n");
        assert!(check(&header).starts_with("exit 65"), "{payload}");
    }
}

/// A text as it can stand in a string of TOML.
fn toml(text: &str) -> String {
    let escaped = |c: char| match u32::from(c) {
        _ if c.is_ascii_alphanumeric() || c == ' ' => c.to_string(),
        code => format!("\\U{code:08X}"),
    };
    text.chars().map(escaped).collect()
}

/// Everything that is tried elsewhere, each at a few of the places; and where there is nothing wrong with it.
#[test]
fn nor_does_anything_else() {
    let folder = Folder::new();
    let mut valid = 0;
    for (number, payload) in Payload::all().into_iter().enumerate() {
        let text = toml(&payload.planted("text"));
        let places = PLACES.iter().enumerate().filter(|(at, _)| (at + number).is_multiple_of(5));
        let mut manifests: Vec<_> = places.map(|(_, place)| place.replace('@', &text)).collect();
        manifests.push(format!("[secretsmanager.secret.a]\nname = \"a\"\ndescription = \"{text}\"\n"));
        manifests.push(format!("[export.Name]\nvalue = \"{text}\"\ndescription = \"{text}\"\n"));
        for manifest in manifests {
            let path = folder.write("m.toml", format!("{HEADER}{manifest}").as_bytes());
            let output = infra(&["check", "--color=always", path.to_str().unwrap()]).run();
            judge(&output);
            valid += usize::from(output.exit == Some(infra::cli::exit::Exit::Done));
        }
    }
    assert!(valid > 20, "{valid}");
}

#[test]
fn what_is_shown_of_it_is_escaped() {
    assert_snapshot!(entries("
[ecr.repository.site]
name = \"a\u{202e}b\u{9b}c\"
\t\ttags = { \"\\u001b[31m\" = \"x\" }
"), @r#"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: this is no valid repository name
           ╭─[m.toml:6:8]
         6 │ name = "a\u{202e}b\u{9b}c"
           ·        ─────────┬─────────
           ·                 ╰── invalid value
           ╰────
          help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them

        manifest::invalid-value

          × ecr.repository.site: this is no valid tag key
           ╭─[m.toml:7:12]
         7 │         tags = { *** = *** }
           ·                  ─┬─
           ·                   ╰── invalid key
           ╰────
          help: 1 to 128 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)

        error: 2 problems in m.toml; no AWS call was made
        "#);
}

#[test]
fn wide_characters_are_pointed_at() {
    assert_snapshot!(entries("
[ecr.repository.site]
tags = { \"日本\" = \"x\" }
name = \"日本語の名前\"
"), @r#"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: this is no valid repository name
           ╭─[m.toml:7:8]
         7 │ name = "日本語の名前"
           ·        ───────┬──────
           ·               ╰── invalid value
           ╰────
          help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them

        error: 1 problem in m.toml; no AWS call was made
        "#);
}

#[test]
fn a_file_of_a_hostile_name() {
    let folder = Folder::new();
    let path = folder.write("\u{1b}]0;x\u{7}\u{202e}.toml", HEADER.as_bytes());
    assert_snapshot!(folder.said(&infra(&["check", path.to_str().unwrap()]).run()), @r"
        exit 0
        \u{1b}]0;x\u{7}\u{202e}.toml is valid: 0 entries for account 111122223333, us-west-2, with 0 tags for all
        ");
    let path = folder.write("\u{9b}\r\n::error::.toml", b"");
    assert_snapshot!(folder.said(&infra(&["check", path.to_str().unwrap()]).run()), @r"
        exit 65
        manifest::missing-key

          × the table `[manifest]` is missing
           ╭─[\u{9b}\r\n::error::.toml:1:1]
           ╰────
          help: begin with [manifest] and its keys name, account and region

        error: 1 problem in \u{9b}\r\n::error::.toml; no AWS call was made
        ");
}
