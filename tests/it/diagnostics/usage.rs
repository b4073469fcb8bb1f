//! Command lines that cannot be meant.

use std::path::Path;
use std::process::Command;

use infra::cli::exit::Exit;
use insta::assert_snapshot;

use super::{Folder, HEADER, harmless};
use crate::support::cli::{World, infra};
use crate::support::connector::Wire;
use crate::support::emulators::Backend;

/// What the binary says in `folder`, with nothing in its environment but `env`.
fn binary(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    let output =
        command.args(args).env_clear().envs(env.iter().copied()).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    harmless(&out);
    harmless(&err);
    format!("exit {}\n{out}{err}", output.status.code().unwrap())
}

#[test]
fn which_manifest() {
    let folder = Folder::new();
    let root = folder.0.path();
    assert_snapshot!(binary(root, &["check"], &[]), @r"
        exit 64
        error: no manifest is named, and there is none in manifests/
          help: name one: infra plan PATH, or set INFRA_MANIFEST
        ");
    std::fs::create_dir(root.join("manifests")).unwrap();
    assert_snapshot!(binary(root, &["plan"], &[]), @r"
        exit 64
        error: no manifest is named, and there is none in manifests/
          help: name one: infra plan PATH, or set INFRA_MANIFEST
        ");
    folder.write("manifests/one.toml", HEADER.as_bytes());
    folder.write("manifests/notes.txt", b"");
    assert_snapshot!(binary(root, &["check"], &[]), @r"
        exit 0
        manifests/one.toml is valid: 0 entries for account 111122223333, us-west-2, with 0 tags for all
        ");
    folder.write("manifests/two\u{1b}[0m.toml", HEADER.replace("site", "two").as_bytes());
    assert_snapshot!(binary(root, &["drift"], &[]), @r"
        exit 64
        error: no manifest is named, and there are several in manifests/
          help: name one of manifests/one.toml, manifests/two\u{1b}[0m.toml
        ");
    let named = [("INFRA_MANIFEST", "manifests/one.toml")];
    assert_snapshot!(binary(root, &["check"], &named), @r"
        exit 0
        manifests/one.toml is valid: 0 entries for account 111122223333, us-west-2, with 0 tags for all
        ");
    assert_snapshot!(binary(root, &["check", "none.toml"], &named), @r"
        exit 65
        manifest::unreadable

          × none.toml: there is no such file
          help: name the manifest's file

        error: 1 problem in none.toml; no AWS call was made
        ");
    assert_snapshot!(binary(root, &["check"], &[("INFRA_MANIFEST", "gone.toml")]), @r"
        exit 65
        manifest::unreadable

          × gone.toml: there is no such file
          help: name the manifest's file

        error: 1 problem in gone.toml; no AWS call was made
        ");
}

#[test]
fn unknown_words() {
    let folder = Folder::new();
    let said = |args: &[&str]| binary(folder.0.path(), args, &[]);
    assert_snapshot!(said(&["plan", "--exitcode"]), @r"
        exit 64
        error: unexpected argument '--exitcode' found

          tip: a similar argument exists: '--exit-code'

        Usage: infra plan --exit-code [MANIFEST]

        For more information, try '--help'.
        ");
    assert_snapshot!(said(&["pln"]), @r"
        exit 64
        error: unrecognized subcommand 'pln'

          tip: a similar subcommand exists: 'plan'

        Usage: infra [OPTIONS] <COMMAND>

        For more information, try '--help'.
        ");
    assert_snapshot!(said(&["plan", "--format", "yaml"]), @r"
        exit 64
        error: invalid value 'yaml' for '--format <FORM>'
          [possible values: text, json]

        For more information, try '--help'.
        ");
    assert_snapshot!(said(&["plan", "--sandbox", "--profile", "x"]), @r"
        exit 64
        error: the argument '--sandbox[=<DIR>]' cannot be used with '--profile <NAME>'

        Usage: infra plan --sandbox[=<DIR>] [MANIFEST]

        For more information, try '--help'.
        ");
    assert_snapshot!(said(&["check", "a", "\u{1b}[31mb\u{9b}\u{202e}\r\n::error::"]), @r"
        exit 64
        error: unexpected argument '\u{1b}[31mb\u{9b}\u{202e}\r\n::error::' found

        Usage: infra check [OPTIONS] [MANIFEST]

        For more information, try '--help'.
        ");
    assert_snapshot!(said(&["--\u{1b}]0;x\u{7}\u{202e}"]), @r"
        exit 64
        error: unexpected argument '--\u{1b}]0;x\u{7}\u{202e}' found

        Usage: infra [OPTIONS] <COMMAND>

        For more information, try '--help'.
        ");
    assert!(said(&[]).starts_with("exit 64"));
}

#[test]
fn an_address_that_the_plan_does_not_have() {
    let Some(world) = World::on(Backend::Moto) else { return };
    let manifest = world.manifest("[ecr.repository.site]\nname = \"team/site\"\n");
    let wire = Wire::new();
    let said = |args: &[&str]| {
        let output = world.infra(args, &manifest).wire(&wire).run().expect(Exit::Usage);
        harmless(&output.err);
        output.err.lines().filter(|line| !line.starts_with("endpoint")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(said(&["apply", "--yes", "--only", "ecr.repositry.site"]), @r"
        error: --only ecr.repositry.site: the plan has no such address
          help: did you mean ecr.repository.site?
        ");
    assert_snapshot!(said(&["apply", "--yes", "--delete", "\u{1b}[31mx"]), @r"
        error: --delete \u{1b}[31mx: the plan has no such address
          help: `infra plan --all` lists every address
        ");
    assert_snapshot!(said(&["apply"]), @r"
        error: there is no terminal to ask on
          help: --yes creates, changes and restores; --adopt, --delete and --allow-expire ADDRESS allow the rest
        ");
    assert_eq!(wire.writes(), [""; 0]);
}

#[test]
fn one_bad_manifest_of_several_keeps_no_other_from_being_checked() {
    let folder = Folder::new();
    let (one, two) = (folder.write("one.toml", b"x"), folder.write("two.toml", b"y"));
    let said = folder.said(&infra(&["drift", one.to_str().unwrap(), two.to_str().unwrap()]).run());
    assert_snapshot!(said, @r"
        exit 65
        manifest::syntax

          × there is no value
           ╭─[one.toml:1:2]
         1 │ ***
           · ─┬─
           ·  ╰── a key without a value
           ╰────
          help: write KEY = VALUE

        error: 1 problem in one.toml; no AWS call was made
        manifest::syntax

          × there is no value
           ╭─[two.toml:1:2]
         1 │ ***
           · ─┬─
           ·  ╰── a key without a value
           ╰────
          help: write KEY = VALUE

        error: 1 problem in two.toml; no AWS call was made
        ");
}
