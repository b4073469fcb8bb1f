//! The planted secrets as values of secrets: put, compared and failed with, they come to light nowhere but in the account.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command as Process;

use infra::cli::exit::Exit;
use serde_json::json;

use crate::support::cli::{Command, Output, World};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;
use crate::support::leaks::program::output;
use crate::support::leaks::{STORE, canary, scan, variables};

const PUT: &str = "secretsmanager:PutSecretValue";

/// Each secret with where its value comes from.
const SOURCES: &[(&str, &str)] = &[
    ("api", "env = \"ANTHROPIC_API_KEY\""),
    ("token", "env = \"WEBORDINARY_GITHUB_TOKEN\""),
    (
        "aws",
        "env = \"WEBORDINARY_AWS_CREDENTIALS\", format = \"json\", keys = [\"accessKeyId\", \"secretAccessKey\"]",
    ),
    ("tls", "env = \"TLS_PRIVATE_KEY\""),
    ("file", "file = \"canary.secret\""),
];

fn entries(sources: &[(&str, &str)]) -> String {
    let entry = |(key, value): &(&str, &str)| {
        format!("[secretsmanager.secret.{key}]\nname = \"team/{key}\"\nvalue = {{ {value} }}\n")
    };
    sources.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// What the account holds, as whoever may read it sees it.
fn held(world: &World, key: &str) -> String {
    let answer =
        world.account.secrets("GetSecretValue", &json!({ "SecretId": format!("team/{key}") })).json();
    answer["SecretString"].as_str().unwrap().to_owned()
}

fn expected() -> BTreeMap<&'static str, String> {
    let of = |name: &str| variables().into_iter().find(|(variable, _)| *variable == name).unwrap().1;
    BTreeMap::from([
        ("api", of("ANTHROPIC_API_KEY")),
        ("token", of("WEBORDINARY_GITHUB_TOKEN")),
        ("aws", of("WEBORDINARY_AWS_CREDENTIALS")),
        ("tls", of("TLS_PRIVATE_KEY")),
        ("file", canary("file").text.clone()),
    ])
}

/// Every command that touches values. That nothing comes to light is asserted by each run itself.
#[test]
fn values_are_in_the_account_and_nowhere_else() {
    for world in World::each() {
        let typed = [SOURCES, &[("typed", "prompt = true"), ("made", "generate = 32")]].concat();
        let manifest = world.manifest(&entries(&typed));
        let run = |args: &[&str]| world.infra(args, &manifest).at_its_loudest();
        for args in
            [&["plan"][..], &["plan", "--format=json"], &["plan", "--all", "--calls", "--color=always"]]
        {
            let _ = run(args).run().expect(Exit::Done);
        }
        let plan = manifest.with_file_name("reviewed.plan");
        let _ = run(&["plan", "--out", plan.to_str().unwrap()]).run().expect(Exit::Done);
        let wire = Wire::new();
        let secret = &canary("standard input").text;
        let _ = run(&["apply"]).answers(&[secret, "y"]).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.counts()[PUT], typed.len());
        for (key, value) in expected() {
            assert_eq!(held(&world, key), value, "{key}");
        }
        assert_eq!(held(&world, "typed"), *secret);
        let set = ["secret", "set", "secretsmanager.secret.made", "-"];
        let piped = canary("standard input").whole.as_bytes();
        let _ = run(&set).piped(piped).run().expect(Exit::Done);
        assert_eq!(held(&world, "made"), *secret);
        for args in [
            &["plan", "--exit-code"][..],
            &["drift", "--quiet"],
            &["secret", "status"],
            &["secret", "status", "--format=json"],
            &["show"],
            &["show", "--format=json"],
            &["output", "--format=json"],
            &["verify"],
        ] {
            let _ = run(args).run().expect(Exit::Done);
        }
        let _ = run(&["destroy"]).answers(&["test"]).run();
    }
}

/// Each call that a value depends on fails in each way, at its loudest.
#[test]
fn nor_do_they_come_to_light_when_something_fails() {
    let ways = [
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::LostReply,
        Fault::CutReply,
        Fault::Answer(400, "AccessDeniedException"),
        Fault::Answer(400, "ResourceExistsException"),
        Fault::Answer(400, "LimitExceededException"),
        Fault::Answer(400, "InvalidRequestException"),
        Fault::Answer(500, "InternalServiceError"),
    ];
    for world in World::each() {
        let manifest = world.manifest(&entries(&SOURCES[..1]));
        for (number, call) in
            [PUT, "secretsmanager:DescribeSecret", "secretsmanager:CreateSecret"].into_iter().enumerate()
        {
            for (other, fault) in ways.into_iter().enumerate() {
                let value = format!("{}{number}{other}", canary("ANTHROPIC_API_KEY").text);
                let apply = |wire: Wire| {
                    let command =
                        world.infra(&["apply", "--yes"], &manifest).env(&[("ANTHROPIC_API_KEY", &value)]);
                    command.at_its_loudest().wire(&wire).run()
                };
                let _ = apply(Wire::with_faults(vec![(Which::First(1, call.to_owned()), fault)]));
            }
        }
    }
}

/// What is refused is said by its rule.
#[test]
fn nor_does_a_value_that_is_refused() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(&entries(&SOURCES[2..3]));
    let secret = &canary("of the JSON, first").text;
    for value in [
        secret.clone(),
        format!("{{\"accessKeyId\": {secret}"),
        json!({ "accessKeyId": secret }).to_string(),
        json!({ "accessKeyId": secret, "secretAccessKey": 1 }).to_string(),
        json!([secret]).to_string(),
        format!("REPLACE_WITH {secret}"),
        secret.repeat(4000),
    ] {
        for args in [&["plan"][..], &["apply", "--yes"]] {
            let command = world.infra(args, &manifest).env(&[("WEBORDINARY_AWS_CREDENTIALS", &value)]);
            let output = command.at_its_loudest().run();
            assert_ne!(output.exit, Some(Exit::Done), "{output}");
        }
    }
}

/// What two runs leave is the same, whatever their values are: nothing that is shown depends on a value, but for whether it
/// is the live one.
#[test]
fn of_a_value_nothing_is_shown_but_that_it_differs() {
    for world in World::each() {
        let manifest = world.manifest(&entries(&SOURCES[..1]));
        let run =
            |args: &[&str], value: &str| world.infra(args, &manifest).env(&[("ANTHROPIC_API_KEY", value)]);
        let values = ["one value", "quite another, and longer than the first one"];
        let same = |command: &dyn Fn(&str) -> Command| {
            let [one, other] = values.map(|value| {
                let wire = Wire::new();
                let output = command(value).wire(&wire).run();
                let asked: Vec<_> =
                    wire.heard().into_iter().map(|(name, question, _)| (name, question)).collect();
                (output.exit, output.out, output.err, asked)
            });
            assert_eq!(one, other);
        };
        let plan = manifest.with_file_name("reviewed.plan");
        let out = ["plan", "--out", plan.to_str().unwrap()];
        let everything = || {
            for args in
                [&["plan", "--all", "--calls"][..], &["plan", "--format=json"], &["plan", "--exit-code"]]
            {
                same(&|value| run(args, value));
            }
            let files = values.map(|value| {
                let _ = run(&out, value).run();
                std::fs::read(&plan).unwrap()
            });
            assert_eq!(files[0], files[1]);
            same(&|value| run(&["apply"], value).answers(&["no"]));
        };
        everything();
        let _ = run(&["apply", "--yes"], "the live value").run().expect(Exit::Done);
        everything();
    }
}

/// The same of what is written: in accounts that differ in nothing else.
#[test]
fn of_a_value_that_is_put_nothing_is_shown() {
    for backend in [Backend::Ministack, Backend::Moto] {
        let told = |value: &str| {
            let world = World::on(backend)?;
            let manifest = world.manifest(&entries(&SOURCES[..1]));
            let apply = |value: &str| {
                world.infra(&["apply", "--yes"], &manifest).env(&[("ANTHROPIC_API_KEY", value)]).run()
            };
            let output =
                [apply("the live value"), apply(value)].map(|output| anonymous(&world, &manifest, &output));
            assert_eq!(held(&world, "api"), value);
            Some(output)
        };
        assert_eq!(told("one value"), told("quite another, and longer than the first one"));
    }
}

/// An output without what differs from one account to another.
fn anonymous(world: &World, manifest: &Path, output: &Output) -> String {
    let text = output.to_string().replace(&world.number, "ACCOUNT");
    let text = text.replace(manifest.parent().unwrap().to_str().unwrap(), "FOLDER");
    let mut before = "";
    let words: Vec<_> = text
        .split(' ')
        .map(|word| {
            let is_hash = ["digest", "(revision"].iter().any(|it| before.ends_with(it));
            before = word;
            if is_hash { word.trim_start_matches(|c: char| c.is_ascii_hexdigit()) } else { word }
        })
        .collect();
    words.join(" ")
}

/// The real binary: what it puts is in the sandbox's state, in the file of the secrets, and nowhere else.
#[test]
fn the_real_binary_puts_them_into_the_account_alone() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(&entries(SOURCES));
    let home = tempfile::tempdir().unwrap();
    let binary = |args: &[&str]| {
        let mut command = Process::new(env!("CARGO_BIN_EXE_infra"));
        command.args(args).arg(&manifest).env_clear().current_dir(home.path()).env("HOME", home.path());
        command.env("RUST_LOG", "trace").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("XDG_CACHE_HOME", crate::support::emulators::cache());
        command
    };
    for args in [
        &["plan", "--format=json"][..],
        &["apply", "--yes", "--quiet"],
        &["drift", "--color=always"],
        &["show"],
    ] {
        let mut command = binary(args);
        command
            .args(["--endpoint-url", &world.emulator.endpoint_url])
            .env("AWS_ACCESS_KEY_ID", &world.number);
        let output = output(&mut command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stderr).contains("DEBUG"));
    }
    for (key, value) in expected() {
        assert_eq!(held(&world, key), value, "{key}");
    }
    let done = output(binary(&["--sandbox", "apply", "--yes"]).env_remove("AWS_ACCESS_KEY_ID"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // There they are, and the scanner would have seen them anywhere else.
    let store = std::fs::read(home.path().join(STORE)).unwrap();
    assert!(scan("store", &store).is_some());
}
