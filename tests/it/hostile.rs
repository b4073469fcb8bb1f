//! Hostile text, wherever AWS or the user's surroundings can have it: nothing that is printed drives a terminal, hides or
//! turns text, or is a command to a CI runner. What a manifest can have is in `diagnostics::hostile`.

mod answers;
pub(crate) mod judges;
pub(crate) mod payloads;
mod pull_request;

use std::collections::BTreeSet;
use std::path::PathBuf;

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use self::judges::{commands, judge, outputs};
use self::payloads::{Payload, visible};
use crate::support::cli::{Command, Output, World, infra};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::{Backend, REGION};
use crate::support::leaks::WITHOUT_VALUES;

/// A command line that only reads, and how its output is compared.
#[derive(Clone, Copy)]
struct Case {
    args: &'static [&'static str],
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Text,
    Json,
    Toml,
    Github,
}

const CASES: &[Case] = &[
    Case { args: &["plan", "--all", "--calls", "--color=always"], form: Form::Text },
    Case { args: &["plan", "--format=json"], form: Form::Json },
    Case { args: &["drift", "--quiet", "--all"], form: Form::Text },
    Case { args: &["drift", "--color=always"], form: Form::Text },
    Case { args: &["show", "--all"], form: Form::Text },
    Case { args: &["show", "--format=json"], form: Form::Json },
    Case { args: &["output"], form: Form::Text },
    Case { args: &["output", "--format=dotenv"], form: Form::Text },
    Case { args: &["output", "--format=github"], form: Form::Github },
    Case { args: &["output", "--format=json"], form: Form::Json },
    Case { args: &["verify", "--color=always"], form: Form::Text },
    Case { args: &["verify", "--format=json"], form: Form::Json },
    // Both ask, and are told no.
    Case { args: &["apply", "--color=always"], form: Form::Text },
    Case { args: &["destroy"], form: Form::Text },
    Case { args: &["init", "--region", REGION, "--manifest", "found"], form: Form::Toml },
];

/// An account in which everything is that a manifest can declare, and what each case heard of it.
struct Stage {
    world: World,
    manifest: PathBuf,
    heard: Vec<Wire>,
}

impl Stage {
    fn set() -> Option<Self> {
        let world = World::on(Backend::Ministack)?;
        let manifest = world.prereqs();
        let _ = world.apply(&manifest);
        let account = &world.account;
        account.secrets("CreateSecret", &json!({"Name": "nobodys", "Description": "of nobody", "Tags": [{"Key": "Team", "Value": "none"}]})).json();
        let left = [
            ("infra:manifest", "prereqs"),
            ("infra:address", "ecr.repository.left"),
            ("infra:on-delete", "delete"),
        ];
        let tags: Vec<_> = left.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        account.ecr("CreateRepository", &json!({"repositoryName": "left/over", "tags": tags})).json();
        let tag =
            json!({"SecretId": "webordinary/github-token", "Tags": [{"Key": "Owner", "Value": "somebody"}]});
        account.secrets("TagResource", &tag);
        account.secrets(
            "UpdateSecret",
            &json!({"SecretId": "webordinary/github-token", "Description": "changed by hand"}),
        );
        let mut stage = Self { world, manifest, heard: Vec::new() };
        for case in CASES {
            let wire = Wire::new();
            judge(&stage.run(*case, &wire));
            stage.heard.push(wire);
        }
        Some(stage)
    }

    fn command(&self, case: Case) -> Command {
        match case.form {
            Form::Toml => self.world.command(case.args),
            _ => self.world.infra(case.args, &self.manifest),
        }
    }

    fn run(&self, case: Case, wire: &Wire) -> Output {
        let output = self.command(case).env(WITHOUT_VALUES).answers(&["no"; 40]).wire(wire).run();
        assert_eq!(wire.writes(), [""; 0]);
        output
    }

    /// Runs a case in which each text is as `put` gives it.
    fn told(
        &self,
        at: usize,
        put: impl Fn(&answers::Leaf<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Output {
        let wire = Wire::retelling(&self.heard[at], move |name, body| answers::with(name, body, &put));
        let output = self.run(CASES[at], &wire);
        judge(&output);
        well_formed(CASES[at].form, &output);
        output
    }
}

/// What machines read can be read.
#[track_caller]
fn well_formed(form: Form, output: &Output) {
    match form {
        Form::Json if !output.out.is_empty() => drop(serde_json::from_str::<Value>(&output.out).unwrap()),
        Form::Toml => drop(toml::from_str::<toml::Table>(&output.out).unwrap()),
        Form::Github => {
            let names: BTreeSet<_> = outputs(&output.out).into_keys().collect();
            let is_ours = |name: &String| {
                name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') && name.contains('_')
            };
            assert!(names.iter().all(is_ours) && !names.contains("forged"), "{names:?}");
        }
        _ => {}
    }
}

/// An output as it is compared: a plan's digest is that of what was planned.
fn compared(text: &str) -> String {
    let words = text.split("digest ").enumerate().map(|(at, piece)| {
        if at == 0 {
            piece.to_owned()
        } else {
            format!("digest {}", piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
        }
    });
    words.collect()
}

/// A JSON document with each text as people are to see it.
fn seen(text: &str) -> String {
    fn seen(value: &mut Value) {
        match value {
            Value::String(text) => *text = visible(text),
            Value::Array(items) => items.iter_mut().for_each(seen),
            Value::Object(fields) => {
                fields.retain(|key, _| key != "digest");
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, mut value)| {
                        seen(&mut value);
                        (visible(&key), value)
                    })
                    .collect();
            }
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap_or_default();
    seen(&mut value);
    format!("{value:#}")
}

/// Each text that somebody can choose is hostile in its turn, and so are some others with it; what is printed is that
/// which is printed of the harmless text that looks the same.
#[test]
fn whatever_aws_says_only_its_text_is_shown() {
    const EACH: usize = 6;
    let Some(stage) = Stage::set() else { return };
    let payloads = Payload::all();
    for (at, case) in CASES.iter().enumerate() {
        let (words, _) = answers::told_apart(&stage.heard[at]);
        assert!(words.len() > 10, "{:?} {words:?}", case.args);
        for round in 0..EACH {
            let (words, payloads) = (words.clone(), payloads.clone());
            let put = move |leaf: &answers::Leaf<'_>, as_seen: bool| {
                let payload = payloads[(leaf.number * 13 + round * 31 + at * 7) % payloads.len()];
                let is_its_turn = (leaf.number + round).is_multiple_of(EACH) && words.contains(leaf.text);
                let planted = is_its_turn.then(|| payload.planted(leaf.text))?;
                Some(if as_seen { visible(&planted) } else { planted })
            };
            // Documents are laid out anew and times of day taken apart before they are shown: see below.
            let is_whole = |leaf: &answers::Leaf<'_>| {
                !leaf.is_nested && !["cron(", "rate("].iter().any(|time| leaf.text.starts_with(time))
            };
            let (one, other) = (put.clone(), put.clone());
            let hostile = stage.told(at, move |leaf| is_whole(leaf).then(|| one(leaf, false))?);
            let harmless = stage.told(at, move |leaf| is_whole(leaf).then(|| other(leaf, true))?);
            assert_eq!(hostile.exit, harmless.exit, "{hostile}\n{harmless}");
            match case.form {
                Form::Json => similar(&seen(&hostile.out), &seen(&harmless.out)),
                // Its keys are made of names.
                Form::Toml => {}
                Form::Text | Form::Github => similar(&hostile.out, &harmless.out),
            }
            if case.form != Form::Toml {
                similar(&hostile.err, &harmless.err);
            }
            // All of them, and only judged.
            let _ = stage.told(at, move |leaf| put(leaf, false));
        }
    }
}

#[track_caller]
fn similar(hostile: &str, harmless: &str) {
    let (hostile, harmless) = (compared(hostile), compared(harmless));
    for (one, other) in hostile.lines().zip(harmless.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(hostile.lines().count(), harmless.lines().count());
}

/// The same of what is asked for again: ids, names and numbers. What comes of it may be anything but harm.
#[test]
fn whatever_aws_calls_something_only_text_is_shown() {
    let Some(stage) = Stage::set() else { return };
    let payloads = Payload::all();
    let mut drawn = 0;
    for at in 0..CASES.len() {
        let (_, names) = answers::told_apart(&stage.heard[at]);
        for name in names.into_iter().skip(at % 6).step_by(6) {
            drawn += 1;
            let payload = payloads[drawn * 29 % payloads.len()];
            let _ = stage.told(at, move |leaf| (leaf.text == name).then(|| payload.planted(leaf.text)));
        }
    }
    assert!(drawn > 120, "{drawn}");
}

/// Errors: each payload as the message and as the code of whatever is asked.
#[test]
fn what_aws_refuses_with_is_text() {
    let Some(stage) = Stage::set() else { return };
    for (number, payload) in Payload::all().into_iter().enumerate() {
        let at = [0, 1, 2, 4, 5, 8, 10, 12, 13, 14][number % 10];
        let told = |text: &str| {
            let text: &'static str = text.to_owned().leak();
            let (code, message) =
                if number % 4 == 0 { (text, "no") } else { ("AccessDeniedException", text) };
            let fault = Fault::Says(400, code, message);
            let names: BTreeSet<_> = stage.heard[at].heard().into_iter().map(|(name, ..)| name).collect();
            let all = names.into_iter().filter(|name| *name != "sts:GetCallerIdentity" || number % 7 == 0);
            let faults = all.map(|name| (Which::First(usize::MAX, name), fault)).collect();
            let output = stage.run(CASES[at], &Wire::with_faults(faults));
            judge(&output);
            well_formed(CASES[at].form, &output);
            output
        };
        let planted = payload.planted("because");
        let (hostile, harmless) = (told(&planted), told(&visible(&planted)));
        assert!(hostile.err.len() + hostile.out.len() > 40, "{hostile}");
        // Some services name the code in a header, which cannot hold it.
        if number % 4 == 0 {
            continue;
        }
        match CASES[at].form {
            Form::Json => similar(&seen(&hostile.out), &seen(&harmless.out)),
            _ => similar(&hostile.out, &harmless.out),
        }
        similar(&hostile.err, &harmless.err);
    }
}

/// Errors of calls that write, and of what came of them.
#[test]
fn what_a_write_fails_with_is_text() {
    for world in World::each() {
        let manifest = world.manifest("[ecr.repository.site]\nname = \"team/site\"\n");
        for payload in Payload::all().into_iter().step_by(4) {
            let fault = Fault::Says(400, "InvalidParameterException", payload.planted("because").leak());
            let wire = Wire::with_faults(vec![(Which::Named("ecr:CreateRepository"), fault)]);
            let output = world.infra(&["apply", "--yes", "--color=always"], &manifest).wire(&wire).run();
            let output = output.expect(Exit::Partly);
            judge(&output);
            let _ = output.tells(&visible(&payload.planted("because")));
        }
    }
}

/// What an emulator keeps for real, and gives back.
#[test]
fn what_is_stored_comes_back_as_text() {
    for world in World::each() {
        let manifest = world.manifest("[secretsmanager.secret.key]\nname = \"team/key\"\n");
        let _ = world.apply(&manifest);
        for payload in Payload::all() {
            let text = payload.planted("stored");
            // Neither keeps every text; what it does not keep is tried by the other tests.
            let update = json!({"SecretId": "team/key", "Description": text});
            if !world.account.secrets("UpdateSecret", &update).code().is_empty() {
                continue;
            }
            let output = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
            judge(&output);
            let _ = output.says(&visible(&text));
        }
    }
}

/// A text of a million characters is one line where it is asked for, and cut off where it is only said.
#[test]
fn a_flood_is_one_line_or_cut_off() {
    let world = World::on(Backend::Ministack);
    let Some(world) = world else { return };
    let manifest =
        world.manifest("[secretsmanager.secret.key]\nname = \"team/key\"\ndescription = \"short\"\n");
    let _ = world.apply(&manifest);
    let lines = |wire: &Wire| {
        let output = world.infra(&["plan"], &manifest).wire(wire).run();
        (output.out.lines().count(), output.out.len() + output.err.len())
    };
    let flood: &'static str = "x\u{1b}[A".repeat(200_000).leak();
    let read = |to| {
        Wire::with_faults(vec![(Which::Named("secretsmanager:DescribeSecret"), Fault::Reads("short", to))])
    };
    let (short, _) = lines(&read("other text"));
    let (long, size) = lines(&read(flood.replace('\u{1b}', "\\u001b").leak()));
    assert!(long <= short + 2 && size > 1_000_000, "{short} {long} {size}");
    let says = Fault::Says(400, "AccessDeniedException", flood);
    let (_, size) = lines(&Wire::with_faults(vec![(Which::Named("secretsmanager:DescribeSecret"), says)]));
    assert!(size < 20_000, "{size}");
}

/// The environment, the command line, and names of files.
#[test]
fn what_surrounds_it_is_text() {
    let folder = tempfile::tempdir().unwrap();
    for payload in Payload::all() {
        let text = payload.planted("name");
        let path = folder.path().join(text.replace(['/', '\0'], "_"));
        std::fs::write(&path, "[manifest]\nname = 1\n").unwrap();
        let path = path.to_str().unwrap();
        let name = path.rsplit('/').next().unwrap();
        let plain = "[manifest]\nname = \"a\"\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
        let good = folder.path().join("good.toml");
        std::fs::write(&good, plain).unwrap();
        let good = good.to_str().unwrap();
        let runs = [
            infra(&["check", path]),
            infra(&["check", path, "--color=always"]),
            infra(&["plan", path, "--quiet"]),
            infra(&["--sandbox", "plan", name]),
            infra(&["check", "--color=always", &text]),
            infra(&[&text]),
            infra(&["plan", &text, "--color=always", &text]),
            infra(&["plan", good, "--endpoint-url", &text]),
            infra(&["plan", good, "--out", &format!("{text}/plan")]),
            infra(&["init", "--region", &text, "--manifest", "a"]),
            infra(&["init", "--region", "us-west-2", "--manifest", &text]),
            infra(&["init", "--region", "us-west-2", "--out", path]),
            infra(&["init", "--region", "us-west-2", "--manifest", "a", "--kind", &text]),
            infra(&["check"]).env(&[("INFRA_MANIFEST", path)]),
            infra(&["check"]).env(&[("INFRA_MANIFEST", &text)]),
            infra(&["plan", good]).env(&[("AWS_ENDPOINT_URL", &text)]),
            infra(&["plan", good]).env(&[("AWS_ENDPOINT_URL_ECR", &text)]),
            infra(&["init", "--manifest", "a"]).env(&[("AWS_REGION", &text)]),
        ];
        for run in runs {
            let output = run.run();
            judge(&output);
            assert_ne!(output.exit, Some(Exit::Done), "{output}");
        }
    }
}

/// What is right and not hostile goes through unchanged: scripts for shells, and the schema.
#[test]
fn nothing_of_our_own_is_taken_for_hostile() {
    for shell in ["bash", "zsh", "fish"] {
        let output = infra(&["completions", shell]).run().expect(Exit::Done);
        assert!(!output.out.contains("\\u{"), "{shell}");
        assert_eq!(commands(&output.out), [""; 0]);
    }
    let schema = infra(&["schema"]).run().expect(Exit::Done);
    assert!(serde_json::from_str::<Value>(&schema.out).is_ok());
}
