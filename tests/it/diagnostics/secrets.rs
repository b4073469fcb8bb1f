//! A secret that somebody wrote into a manifest, in every place where it can go wrong: nothing of it leaves.

use std::process::Command;

use insta::assert_snapshot;

use super::{Folder, HEADER, check, entries, without_colours};
use crate::support::leaks::program;

/// Some look like credentials, some like words, some like TOML.
const CANARIES: &[&str] = &[
    "sk-live-CANARYq8Zr2Lw0Xv5Tn7",
    "hunter2-CANARY",
    "AKIAIOSFODNN7CANARY0",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY=",
    "c2VjcmV0LWNhbmFyeS12YWx1ZQ==",
    "CANARY = correct horse",
    "[CANARYhunter2.horse7CANARY]",
];

/// Places with `@` for the secret. In each the manifest is invalid, and it is the secret's fault or beside it.
const PLACES: &[&str] = &[
    // Where the value would be.
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = { plain = \"@\" }\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue.plain = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"\"\"\n@\n\"\"\"\nnames = 1\n",
    "[secretsmanager.secret.a]\nname = \"a\"\n[secretsmanager.secret.a.value]\nplain = [\"@\"]\n",
    // Under a misspelt key.
    "[secretsmanager.secret.a]\nname = \"a\"\ndescripton = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\npassword = '@'\n",
    "[secretsmanager.secrets.a]\nname = \"@\"\n",
    "[secretmanager.secret.a]\nvalue = \"@\"\n",
    "[anything]\nat-all = \"@\"\n",
    // Under a right key that refuses it.
    "[secretsmanager.secret.a]\nname = \"@ @\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nkms-key = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\non-delete = \"@\"\n",
    "[ecr.repository.a]\nname = \"aa\"\ntag-mutability = \"@\"\n",
    // Where something of another type is expected.
    "[secretsmanager.secret.a]\nname = [\"@\"]\n",
    "[secretsmanager.secret.a]\nname = { is = \"@\" }\n",
    "[secretsmanager.secret.a]\nname = \"a\"\ntags = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\npolicy = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\npolicy = [\"@\"]\n",
    "[ecr.repository.a]\nname = \"aa\"\nscan-on-push = \"@\"\n",
    "[ecr.repository.a]\nname = \"aa\"\nlifecycle = [{ keep-last = \"@\" }]\n",
    "[secretsmanager.secret]\na = \"@\"\n",
    "[secretsmanager]\nsecret = \"@\"\n",
    "[secretsmanager]\nsecret = [{ name = \"@\" }]\n",
    // Beside what is wrong.
    "[secretsmanager.secret.a]\ndescription = \"@\"\nnames = 1 # @\n# @\n",
    "[secretsmanager.secret]\na = { description = \"@\", names = 1, tags = { Password = \"@\" } } # @\n",
    "[secretsmanager.secret]\na = [ # @\n\"@\" ] # @\n",
    // In a file that is not TOML.
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"@\n",
    "[secretsmanager.secret.a]\nname = \"a\nvalue = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"\"\"\n@\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = '''\n@\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = @\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"\n@\n\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue @\n",
    "[secretsmanager.secret.a]\nname = \"a\"\n@\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue: \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = \"@\" \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue = [\"@\"\n[x]\n",
    "[secretsmanager.secret.a\nvalue = \"@\"\n",
    "@",
    "{\"a\": \"@\"}",
    // As the value of a key that is there twice.
    "[secretsmanager.secret.a]\nname = \"a\"\ndescription = \"@\"\ndescription = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"@\"\n[secretsmanager.secret.a]\nname = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\ntags = { x = \"@\", x = \"@\" }\n",
    // As a key.
    "[secretsmanager.secret.\"@\"]\nname = \"a\"\n",
    "[secretsmanager.secret.\"@\"]\nname = 1\n",
    "[secretsmanager.secret.\"@\".tags]\nx = 1\n[secretsmanager.secret.\"@\"]\n",
    "[secretsmanager.\"@\".a]\n",
    "[\"@\"]\n",
    "[[\"@\"]]\n",
    "\"@\" = \"@\"\n",
    "[secretsmanager.secret.a]\nname = \"a\"\n'@' = 1\n",
    "[secretsmanager.secret.a]\nname = \"a\"\nvalue.'@' = 1\n",
    "[secretsmanager.secret.a]\nname = \"a\"\ntags = { '@' = 1 }\n",
    "[secretsmanager.secret.a]\nname = 1\nwas = \"@\"\nignore = [\"@\"]\n",
    "[secretsmanager.secret.'@']\nname = \"a\"\n[secretsmanager.secret.'@']\nname = \"a\"\n",
    "[secretsmanager.secret.@]\nname = \"a\n",
    // As the key of an entry that another could have meant.
    "[lookup.vpc.\"@\"]\ndefault = true\n[ec2.security-group.a]\nname = \"a\"\ndescription = \"a\"\nvpc = \"b\"\n",
];

/// No piece of `canary` is in `text`.
#[track_caller]
fn clean(text: &str, canary: &str) {
    for piece in canary.as_bytes().windows(8) {
        let piece = std::str::from_utf8(piece).unwrap();
        assert!(!text.contains(piece), "`{piece}` is in\n{text}");
    }
}

#[test]
fn nothing_of_a_secret_is_said() {
    for canary in CANARIES {
        for place in PLACES {
            let text = place.replace('@', canary);
            clean(&entries(&text), canary);
            clean(&check(&text), canary);
        }
    }
}

/// By the real binary: the log goes to the process's own standard error, and there is one for each process.
#[test]
fn nor_in_colour_nor_in_a_log() {
    for canary in &CANARIES[..2] {
        for place in PLACES {
            let folder = Folder::new();
            let path = folder.write("m.toml", format!("{HEADER}{}", place.replace('@', canary)).as_bytes());
            let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
            command
                .args(["plan", "-vv", "--format=json", "--color=always"])
                .arg(&path)
                .env_clear()
                .env("RUST_LOG", "trace")
                .env("LOG_SENSITIVE_BODIES", "true");
            let output = program::output(&mut command);
            assert_eq!(output.status.code(), Some(65));
            let (out, err) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
            clean(&format!("{}{}", out.unwrap(), without_colours(&err.unwrap())), canary);
        }
    }
}

#[test]
fn a_word_that_is_not_secret_does_show() {
    // The test of the test: what is looked for is found where it may be.
    let said = entries("[ecr.repository.a]\nname = \"Hunter CANARY\"\n");
    assert!(said.contains("Hunter CANARY"), "{said}");
}

#[test]
fn a_credential_anywhere_makes_a_manifest_invalid() {
    assert_snapshot!(entries(r#"
[secretsmanager.secret.a]   # AKIAIOSFODNN7EXAMPLE
name        = "team/a"
description = "use ghp_0123456789abcdefghijABCDEFGHIJ012345"

[ecr.repository.sk-live-0123456789abcdef0123]
name = "team/site"
policy = [] # -----BEGIN PRIVATE KEY-----
"#), @r"
        exit 65
        manifest::secret

          × this has the shape of a credential, and a manifest holds no secrets
           ╭─[m.toml:5:31]
         5 │ [secretsmanager.secret.a]   ***
           ·                             ─┬─
           ·                              ╰── not shown
           ╰────
          help: take it out of the file; if others could read the file, revoke it

        manifest::secret

          × this has the shape of a credential, and a manifest holds no secrets
           ╭─[m.toml:7:20]
         7 │ description = ***
           ·               ─┬─
           ·                ╰── not shown
           ╰────
          help: take it out of the file; if others could read the file, revoke it

        manifest::secret

          × this has the shape of a credential, and a manifest holds no secrets
           ╭─[m.toml:9:17]
         9 │ [ecr.repository.***]
           ·                 ─┬─
           ·                  ╰── not shown
           ╰────
          help: take it out of the file; if others could read the file, revoke it

        manifest::secret

          × this has the shape of a credential, and a manifest holds no secrets
            ╭─[m.toml:11:15]
         11 │ policy = [] ***
            ·             ─┬─
            ·              ╰── not shown
            ╰────
          help: take it out of the file; if others could read the file, revoke it

        error: 4 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn who_looks_for_the_value_learns_that_there_is_none() {
    assert_snapshot!(entries("
[secretsmanager.secret.token]
name  = \"team/token\"
value = \"hunter2-CANARY\"
"), @r#"
        exit 65
        manifest::wrong-type

          × secretsmanager.secret.token: `value` must be a table
           ╭─[m.toml:7:9]
         7 │ value = ***
           ·         ─┬─
           ·          ╰── this is text
           ╰────
          help: say where it comes from, such as { env = "NAME" }; the secret's value never stands in a
                manifest

        error: 1 problem in m.toml; no AWS call was made
        "#);
}
