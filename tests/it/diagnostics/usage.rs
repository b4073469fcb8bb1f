//! Command lines that cannot be meant.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use infra::cli::exit::Exit;
use insta::assert_snapshot;

use super::{Folder, HEADER, harmless};
use crate::support::cli::{World, infra};
use crate::support::connector::Wire;
use crate::support::emulators::Backend;
use crate::support::leaks::program;

/// What the binary says in `folder`, with nothing in its environment but `env`.
fn binary(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    let output =
        program::output(command.args(args).env_clear().envs(env.iter().copied()).current_dir(folder));
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
        exit 64
        error: INFRA_MANIFEST names gone.toml, and there is no such file
          help: name the manifest: infra plan PATH, or unset INFRA_MANIFEST
        ");
}

#[test]
fn a_manifest_that_was_meant() {
    let folder = Folder::new();
    let root = folder.0.path();
    std::fs::create_dir(root.join("manifests")).unwrap();
    folder.write("manifests/one.toml", HEADER.as_bytes());
    for typed in ["one.toml", "manifests/one.tml", "manifests/oen.toml"] {
        let said = binary(root, &["check", typed], &[]);
        assert!(said.contains("help: did you mean manifests/one.toml?"), "{said}");
    }
    let said = binary(root, &["check", "manifests/quite-another.toml"], &[]);
    assert!(said.contains("help: name the manifest's file"), "{said}");
}

#[test]
fn a_sandbox_s_folder_that_was_meant() {
    let folder = Folder::new();
    let root = folder.0.path();
    std::fs::create_dir(root.join("box")).unwrap();
    let manifest = folder.write("one.toml", HEADER.as_bytes());
    let manifest = manifest.to_str().unwrap();
    assert_snapshot!(binary(root, &["plan", "--sandbox", "box"], &[]), @r"
        exit 64
        error: box was taken for the manifest, and is none
          help: if it is to be the sandbox's folder, write --sandbox=box
        ");
    assert_snapshot!(binary(root, &["plan", "one.toml", "--sandbox=one.toml"], &[("HOME", "/nowhere")]), @r"
        exit 1
        error: one.toml is no folder; name a new or an empty folder with --sandbox=DIR
        ");
    // Without a home there is no cache; a relative one would be somewhere else in each folder.
    assert_snapshot!(binary(root, &["plan", manifest, "--sandbox"], &[("HOME", ".")]), @r"
        exit 1
        error: there is no folder to keep the emulator in: HOME is not set
          help: set HOME, or XDG_CACHE_HOME, to the absolute path of a folder
        ");
}

#[test]
fn help_for_every_command() {
    let folder = Folder::new();
    let root = folder.0.path();
    for command in ["check", "plan", "apply", "drift"] {
        let long = binary(root, &[command, "--help"], &[]);
        assert_eq!(binary(root, &["help", command], &[]), long);
        assert!(long.starts_with("exit 0\n") && long.contains("\nExit codes:\n    0  in sync"), "{long}");
        // Its own options first, and together.
        let (own, shared) = long.split_once("\nOptions of every command:\n").unwrap();
        assert!(own.contains("\n  -h, --help") && shared.contains("      --sandbox[=<DIR>]"), "{long}");
        assert!(!own.contains("--sandbox"), "{long}");
    }
}

#[test]
fn colour_that_is_not_wanted_where_the_command_line_is_wrong() {
    let folder = Folder::new();
    let colored = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
        let output = program::output(command.args(args).env_clear().current_dir(folder.0.path()));
        assert_eq!(output.status.code(), Some(64));
        output.stderr.contains(&0x1b)
    };
    assert!(!colored(&["plan", "--nothing"]));
    assert!(colored(&["plan", "--nothing", "--color=always"]));
    assert!(colored(&["--color", "always", "plan", "--nothing"]));
    assert!(!colored(&["--color=always", "plan", "--nothing", "--color=never"]));
}

/// Who names a profile means it, as with the AWS CLI; the SDK's own chain would take the environment's keys.
#[test]
fn a_profile_that_is_named_comes_before_the_environment() {
    let folder = Folder::new();
    let text = "[profile one]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = x\n";
    let config = folder.write("config", text.as_bytes());
    folder.write("one.toml", HEADER.as_bytes());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut request = String::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 8192];
            let count = stream.read(&mut bytes).unwrap();
            let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
            let _ =
                stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            if text.starts_with("stop") {
                break;
            }
            request.push_str(&text);
        }
        request
    });
    let env = [
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT"),
        ("AWS_SECRET_ACCESS_KEY", "y"),
    ];
    let run = |profile| {
        let args = ["plan", "one.toml", "--endpoint-url", &url, "--profile", profile];
        binary(folder.0.path(), &args, &env)
    };
    let _ = run("one");
    let gone = run("gone");
    assert!(gone.contains("failed: there is no such profile, or it holds no credentials\n"), "{gone}");
    TcpStream::connect(url.trim_start_matches("http://")).unwrap().write_all(b"stop").unwrap();
    let requests = server.join().unwrap();
    assert!(requests.contains("Credential=AKIAPROFILE/"), "{requests}");
    assert!(!requests.contains("AKIAENVIRONMENT"), "{requests}");
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
fn an_endpoint_that_is_no_url() {
    let folder = Folder::new();
    folder.write("one.toml", HEADER.as_bytes());
    let said = |args: &[&str], name: &str, url: &str| {
        let args = [args, &["one.toml"]].concat();
        binary(folder.0.path(), &args, &[("AWS_EC2_METADATA_DISABLED", "true"), (name, url)])
    };
    assert_snapshot!(said(&["plan", "--endpoint-url", "localhost:4566"], "UNUSED", ""), @r"
        exit 64
        error: the endpoint localhost:4566 is no URL (--endpoint-url)
          help: write it with its scheme: http://localhost:4566
        ");
    assert_snapshot!(said(&["plan", "--endpoint-url", ""], "UNUSED", ""), @r"
        exit 64
        error: the endpoint is empty (--endpoint-url)
          help: give it a URL, or leave it out
        ");
    assert_snapshot!(said(&["plan"], "AWS_ENDPOINT_URL", ""), @r"
        exit 64
        error: the endpoint is empty (AWS_ENDPOINT_URL)
          help: give it a URL, or leave it out
        ");
    // The SDK would say nothing and go to AWS.
    assert_snapshot!(said(&["drift"], "AWS_ENDPOINT_URL", "http://local host"), @r"
        exit 64
        error: the endpoint http://local host is no URL (AWS_ENDPOINT_URL)
          help: write it with its scheme: http://localhost:4566
        ");
    assert_snapshot!(said(&["apply", "--yes"], "AWS_ENDPOINT_URL_ECR", "http:/\u{1b}[0m"), @r"
        exit 64
        error: the endpoint http:/\u{1b}[0m is no URL (AWS_ENDPOINT_URL_ECR)
          help: write it with its scheme: http://localhost:4566
        ");
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
          help: --yes creates, changes and restores; --adopt, --delete and --allow-expire ADDRESS allow the rest; a plan that was read before needs no word: PLAN, written by `infra plan --out`, or --digest DIGEST
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
