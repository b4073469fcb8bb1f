//! Secret values in an emulated account: put, compared, rolled back and left alone, and never read back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::{Command, Output, World};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::leaks::program::output;

const NAME: &str = "team/token";
const ENV: &str = "value = { env = \"TOKEN\" }";
const OVERWRITE: &str = "value = { env = \"TOKEN\", elsewhere = \"overwrite\" }";
const PUT: &str = "secretsmanager:PutSecretValue";
const MOVE: &str = "secretsmanager:UpdateSecretVersionStage";

fn manifest(world: &World, value: &str) -> PathBuf {
    world.manifest(&format!("[secretsmanager.secret.token]\nname = \"{NAME}\"\n{value}\n"))
}

/// A command line where `$TOKEN` is `value`; it is not set where there is none.
fn run(world: &World, args: &[&str], manifest: &Path, value: Option<&str>) -> Command {
    let command = world.infra(args, manifest);
    value.map_or(world.infra(args, manifest), |value| command.env(&[("TOKEN", value)]))
}

/// `apply --yes` to its good end, with a plan after it that has nothing left; and the calls that wrote.
fn apply(world: &World, manifest: &Path, value: &str) -> Vec<String> {
    let wire = Wire::new();
    let output = run(world, &["apply", "--yes"], manifest, Some(value)).wire(&wire).run().expect(Exit::Done);
    silent(&output, value);
    let after = run(world, &["plan", "--exit-code"], manifest, Some(value)).run().expect(Exit::Done);
    silent(&after, value);
    wire.writes()
}

/// That it says this, on either stream, however its lines are broken.
#[track_caller]
fn tells(output: &Output, text: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&output.to_string()).contains(text), "`{text}` is not in\n{output}");
}

/// Neither the value nor an id of a version is said.
#[track_caller]
fn silent(output: &Output, value: &str) {
    let said = format!("{}{}", output.out, output.err);
    assert!(!said.contains(value), "{said}");
    let is_id = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!said.split(|c: char| !c.is_alphanumeric()).any(is_id), "{said}");
}

/// What readers get.
fn current(world: &World) -> String {
    let body = json!({ "SecretId": NAME });
    world.account.secrets("GetSecretValue", &body).json()["SecretString"].as_str().unwrap().to_owned()
}

/// The labels of each version.
fn labels(world: &World) -> BTreeMap<String, Vec<String>> {
    let secret = world.account.secrets("DescribeSecret", &json!({ "SecretId": NAME })).json();
    let labels = |labels: &Value| {
        let mut labels: Vec<_> =
            labels.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
        labels.sort();
        labels
    };
    let all = secret["VersionIdsToStages"].as_object().cloned().unwrap_or_default();
    all.iter().map(|(id, it)| (id.clone(), labels(it))).collect()
}

/// Somebody writes a value without us.
fn write_elsewhere(world: &World, value: &str) {
    let body = json!({ "SecretId": NAME, "SecretString": value, "ClientRequestToken": value.repeat(32) });
    world.account.secrets("PutSecretValue", &body).json();
}

#[test]
fn a_secret_is_made_with_its_value_and_goes_from_one_to_another_and_back() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let made = apply(&world, &manifest, "value A");
        assert_eq!(made, ["secretsmanager:CreateSecret", PUT]);
        assert_eq!(current(&world), "value A");
        assert_eq!(apply(&world, &manifest, "value B"), [PUT]);
        assert_eq!(current(&world), "value B");
        let versions = labels(&world);
        // Back: putting it again would change nothing.
        assert_eq!(apply(&world, &manifest, "value A"), [MOVE, MOVE]);
        assert_eq!(current(&world), "value A");
        assert_eq!(labels(&world).keys().collect::<Vec<_>>(), versions.keys().collect::<Vec<_>>());
        // That one still has the label that it was put with.
        assert_eq!(apply(&world, &manifest, "value B"), [MOVE]);
        // Three more: the first of them has no label any more, and AWS still knows it.
        for value in ["value C", "value D", "value E"] {
            assert_eq!(apply(&world, &manifest, value), [PUT]);
        }
        assert_eq!(apply(&world, &manifest, "value C"), [PUT, MOVE, MOVE]);
        assert_eq!(current(&world), "value C");
        assert_eq!(apply(&world, &manifest, "value C"), [""; 0]);
    }
}

#[test]
fn what_somebody_else_has_written_stays_unless_it_is_to_be_overwritten() {
    for world in World::each() {
        let kept = manifest(&world, ENV);
        let _ = apply(&world, &kept, "value A");
        write_elsewhere(&world, "x");
        let plan = run(&world, &["plan"], &kept, Some("value A")).run().expect(Exit::Done);
        let plan = plan.says("its value was written elsewhere on 20").says("cannot be told");
        silent(&plan, "value A");
        assert_eq!(apply(&world, &kept, "value B"), [""; 0]);
        assert_eq!(current(&world), "x");
        let _ = world.drift(&kept).expect(Exit::Done).says("and was not compared: no values are read here");
        let over = manifest(&world, OVERWRITE);
        assert_eq!(apply(&world, &over, "value A"), [MOVE]);
        assert_eq!(current(&world), "value A");
        write_elsewhere(&world, "y");
        assert_eq!(apply(&world, &over, "value B"), [PUT]);
        // From now on it is ours again.
        assert_eq!(apply(&world, &manifest(&world, ENV), "value C"), [PUT]);
        assert_eq!(current(&world), "value C");
    }
}

#[test]
fn who_reads_no_values_says_so_and_is_in_step() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let _ = run(&world, &["apply", "--yes"], &manifest, None)
            .run()
            .expect(Exit::Done)
            .says("it is created without a value ($TOKEN is not set)");
        let _ =
            world.drift(&manifest).expect(Exit::Done).says("it has no value yet (no values are read here)");
        let _ = apply(&world, &manifest, "value A");
        for (args, value, why) in [
            (&["plan", "--exit-code"][..], None, "$TOKEN is not set"),
            (&["plan", "--exit-code", "--skip-secret-values"], Some("value B"), "no values are read here"),
            // What cannot be a value is not even looked at.
            (&["plan", "--exit-code", "--skip-secret-values"], Some(""), "no values are read here"),
            (&["drift"], Some("value B"), "no values are read here"),
        ] {
            let output = run(&world, args, &manifest, value).run().expect(Exit::Done);
            let _ = output.says(&format!("its value was not compared: {why}"));
        }
        for args in [&["show"][..], &["check"], &["output"], &["destroy", "--yes"]] {
            let _ = run(&world, args, &manifest, Some("")).run().expect(Exit::Done);
        }
        for args in [&["plan"][..], &["apply", "--yes"]] {
            let output = run(&world, args, &manifest, Some("")).run().expect(Exit::Invalid);
            tells(&output, "the value of $TOKEN is empty");
        }
    }
}

#[test]
fn a_file_and_json() {
    for world in World::each() {
        let value = "value = { file = \"secrets/token\", format = \"json\", keys = [\"id\"] }";
        let manifest = manifest(&world, value);
        let planned = || world.infra(&["plan"], &manifest).run();
        let _ = planned().expect(Exit::Done).says("(there is no file secrets/token)");
        world.file("secrets/token", "{\"id\": \"CANARY\"");
        let refused = planned().expect(Exit::Invalid);
        tells(&refused, "the value in this file is no JSON object");
        silent(&refused, "CANARY");
        world.file("secrets/token", "{\"id\": \"CANARY\"}\r\n");
        let planned = planned().expect(Exit::Done).says("from secrets/token");
        silent(&planned, "CANARY");
        let _ = world.apply(&manifest);
        assert_eq!(current(&world), "{\"id\": \"CANARY\"}");
    }
}

/// Runs whose values differ from each other and from the live one say the same, to the letter.
#[test]
fn what_is_said_does_not_depend_on_the_value() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let said = |value: &str| {
            let file = manifest.with_extension("plan");
            let out = ["plan", "--out", file.to_str().unwrap()];
            let mut all = Vec::new();
            for args in [&["plan", "--calls", "--all"][..], &["plan", "--format", "json"], &out] {
                let output = run(&world, args, &manifest, Some(value)).run().expect(Exit::Done);
                silent(&output, value);
                all.extend([output.out, output.err]);
            }
            all.push(std::fs::read_to_string(&file).unwrap());
            std::fs::remove_file(&file).unwrap();
            all
        };
        let new = ["CANARY one", "CANARY 2, which is a good deal longer than the other"].map(said);
        assert_eq!(new[0], new[1]);
        let _ = apply(&world, &manifest, "CANARY live");
        let changed = ["CANARY one", "CANARY 2, which is a good deal longer than the other"].map(said);
        assert_eq!(changed[0], changed[1]);
        assert!(changed[0][0].contains("from $TOKEN"), "{}", changed[0][0]);
    }
}

/// A plan that was reviewed is applied with the value that is at hand then: it says nothing of it.
#[test]
fn a_reviewed_plan_is_applied_where_its_value_is_at_hand() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let file = manifest.with_extension("plan");
        let args = ["plan", "--out", file.to_str().unwrap()];
        let _ = run(&world, &args, &manifest, Some("value A")).run().expect(Exit::Done);
        let _ = world.infra(&["apply"], &file).run().expect(Exit::Moved);
        let _ = run(&world, &["apply"], &file, Some("value B")).run().expect(Exit::Done);
        assert_eq!(current(&world), "value B");
    }
}

#[test]
fn a_value_is_made_once() {
    for world in World::each() {
        let manifest = manifest(&world, "value = { generate = 40, characters = \"hex\" }");
        let plan = Wire::new();
        let _ = world.infra(&["plan"], &manifest).wire(&plan).run().expect(Exit::Done);
        let _ = world.apply(&manifest).says("generated, 40 characters");
        let made = current(&world);
        assert!(made.len() == 40 && made.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let _ = world.drift(&manifest).expect(Exit::Done);
        let _ = world.apply(&manifest);
        // Reads that show the secret without its value.
        world.account.secrets("DeleteSecret", &json!({ "SecretId": NAME })).json();
        world.account.secrets("RestoreSecret", &json!({ "SecretId": NAME })).json();
        let empty = Fault::Reads("AWSCURRENT", "NOBODYS");
        let wire = Wire::with_faults(vec![(Which::First(2, "secretsmanager:DescribeSecret".into()), empty)]);
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [PUT], "AWS itself refused it");
        assert_eq!(current(&world), made);
    }
}

/// Somebody writes between the look and the move: AWS refuses that, and their value stays.
#[test]
fn who_writes_in_between_is_not_overwritten() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        for value in ["value A", "value B"] {
            let _ = apply(&world, &manifest, value);
        }
        let before = Wire::new();
        let _ = run(&world, &["plan"], &manifest, Some("value A")).wire(&before).run().expect(Exit::Done);
        write_elsewhere(&world, "x");
        // The plan and the look before the write still see what was.
        let late = Wire::stale(&before, 2);
        let output = run(&world, &["apply", "--yes"], &manifest, Some("value A")).wire(&late).run();
        let output = output.expect(Exit::Moved);
        tells(&output, "its value was written elsewhere on 20");
        silent(&output, "value A");
        assert_eq!(late.writes(), [MOVE, MOVE]);
        assert_eq!(current(&world), "x");
        // The label that the move began with says nothing of what others have written.
        assert_eq!(apply(&world, &manifest, "value A"), [""; 0]);
        assert_eq!(apply(&world, &self::manifest(&world, OVERWRITE), "value C"), [PUT]);
    }
}

/// A run that ends at any call of a put or a move is finished by the next one, and the value is ours throughout.
#[test]
fn a_run_that_was_cut_off_is_finished_by_the_next_one() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let _ = apply(&world, &manifest, "value A");
        let first = |call: &str| Which::First(1, call.to_owned());
        let puts = [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply].map(|fault| (first(PUT), fault));
        let moves = [Fault::CrashAfter, Fault::LostReply].map(|fault| (first(MOVE), fault));
        let second = [Fault::CrashBefore, Fault::CrashAfter].map(|fault| (Which::Again(MOVE), fault));
        let moves = [&moves[..], &second[..]].concat();
        // A put, one that somebody thinks better of, and a move to a version that has lost its label.
        for (value, next, faults) in [
            ("value B", "value B", &puts[..]),
            ("value C", "value D", &puts[..]),
            ("value A", "value A", &moves[..]),
            ("value A", "value E", &moves[..]),
        ] {
            for (at, (which, fault)) in faults.iter().enumerate() {
                let fresh =
                    |value: &str| if value == "value A" { value.to_owned() } else { format!("{value}{at}") };
                let (value, next) = (fresh(value), fresh(next));
                let wire = Wire::with_faults(vec![(which.clone(), *fault)]);
                let output = run(&world, &["apply", "--yes"], &manifest, Some(&value)).wire(&wire).run();
                silent(&output, &value);
                // Whatever it left, the next run does not take it for others'.
                let _ = run(&world, &["apply", "--yes"], &manifest, Some(&next)).run().expect(Exit::Done);
                assert_eq!(current(&world), next, "{value} {which:?} {fault:?}");
                if value == "value A" {
                    assert!(wire.writes().contains(&MOVE.to_owned()), "the fault befell nothing");
                    // Others get the labels, so that the next move takes both calls again.
                    for later in ["later 1", "later 2", "later 1", "later 2"] {
                        let later = run(&world, &["apply", "--yes"], &manifest, Some(later));
                        let _ = later.run().expect(Exit::Done);
                    }
                }
            }
        }
    }
}

#[test]
fn a_value_that_is_typed_is_put_once_and_not_shown() {
    for world in World::each() {
        let manifest = manifest(&world, "value = { prompt = true, format = \"json\", keys = [\"id\"] }");
        let _ = world.infra(&["plan"], &manifest).run().expect(Exit::Done).says("asks for it on a terminal");
        // Nothing is typed, and then not even the plan is agreed to.
        let _ = world.infra(&["apply"], &manifest).answers(&["", "n"]).run().expect(Exit::Failed);
        let typed = "{\"id\": \"CANARY\"}";
        let output = world.infra(&["apply"], &manifest).answers(&["CANARY", typed, "y"]).run();
        let output = output.expect(Exit::Done).says("as it was typed");
        tells(&output, "it is no JSON object");
        silent(&output, "CANARY");
        assert_eq!(current(&world), typed);
        // There is one: nobody is asked again, and nothing is to be done.
        let output = world.infra(&["apply"], &manifest).answers(&[]).run().expect(Exit::Done);
        assert!(!output.err.contains("Value of"), "{output}");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_value_that_is_refused_thrice_ends_the_run() {
    let Some(world) = World::each().next() else { return };
    let manifest = manifest(&world, "value = { prompt = true }");
    let answers = ["changeme", "<token>", "YOUR-TOKEN", "y"];
    let output = world.infra(&["apply"], &manifest).answers(&answers).run().expect(Exit::Failed);
    tells(&output, "no value for team/token: it is a placeholder, or holds one");
    assert!(answers[..3].iter().all(|typed| !output.to_string().contains(typed)), "{output}");
    // Without a terminal nobody is asked.
    let _ = world.apply(&manifest).says("it is created without a value");
}

/// Runs `apply --yes` of each manifest and value at the same time.
fn together(world: &World, runs: &[(&Path, &str)], seed: u64) -> Vec<Output> {
    let start = |(at, (manifest, value)): (u64, &(&Path, &str))| {
        let wire = Wire::unsteady(seed << 4 | at);
        let command = run(world, &["apply", "--yes"], manifest, Some(value)).wire(&wire);
        move || command.run()
    };
    thread::scope(|scope| {
        let runs: Vec<_> = (0..).zip(runs).map(|it| scope.spawn(start(it))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

#[test]
fn applies_at_the_same_time_make_one_value_and_put_one() {
    for world in World::each() {
        for (seed, source) in (0..).zip(["generate = 32", "env = \"TOKEN\""].iter().cycle().take(6)) {
            let entry = format!("[secretsmanager.secret.token]\nname = \"{NAME}\"\nvalue = {{ {source} }}\n");
            let world = World::new(world.emulator);
            let manifest = world.manifest(&entry);
            for output in together(&world, &[(&manifest, "value A"), (&manifest, "value A")], seed) {
                assert!(matches!(output.exit, Some(Exit::Done | Exit::Moved)), "{output}");
                silent(&output, "value A");
            }
            assert_eq!(labels(&world).len(), 1, "{source}");
            let _ = run(&world, &["apply", "--yes"], &manifest, Some("value A")).run().expect(Exit::Done);
        }
    }
}

/// Two who want different values: one of them has it, the other is told or has been first; and whoever runs again wins.
#[test]
fn applies_of_two_values_at_the_same_time_end_with_one_of_them() {
    for world in World::each() {
        for seed in 0..3 {
            let world = World::new(world.emulator);
            let manifest = manifest(&world, ENV);
            let _ = run(&world, &["apply", "--yes"], &manifest, Some("value 0")).run().expect(Exit::Done);
            for output in together(&world, &[(&manifest, "value A"), (&manifest, "value B")], seed) {
                assert!(output.exit.is_some(), "{output}");
                silent(&output, "value A");
                silent(&output, "value B");
            }
            assert!(["value A", "value B"].contains(&current(&world).as_str()));
            let _ = apply(&world, &manifest, "value A");
            assert_eq!(current(&world), "value A");
        }
    }
}

/// By the real binary, whose environment the SDK reads by itself: at trace, and with the variable that has the SDK log
/// whole bodies, which it does at trace.
#[test]
fn no_log_holds_a_value() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        for value in ["CANARY-8f31c2 one", "CANARY-8f31c2 two"] {
            let keys = &world.account.credentials;
            let mut command = process::Command::new(env!("CARGO_BIN_EXE_infra"));
            command
                .args(["apply", "--yes", "-vv", "--endpoint-url", &world.emulator.endpoint_url])
                .arg(&manifest);
            command.env_clear().envs([
                ("TOKEN", value),
                ("RUST_LOG", "trace"),
                ("RUST_BACKTRACE", "full"),
                ("LOG_SENSITIVE_BODIES", "true"),
                ("AWS_ACCESS_KEY_ID", keys.access_key_id.as_str()),
                ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.as_str()),
            ]);
            command.envs(keys.session_token.as_deref().map(|token| ("AWS_SESSION_TOKEN", token)));
            let output = output(&mut command);
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(output.status.success(), "{said}");
            assert!(said.contains("secretsmanager:PutSecretValue") && said.contains("DEBUG"), "{said}");
            assert!(!said.contains("CANARY") && !said.contains("SecretString"), "{said}");
            assert_eq!(current(&world), value);
        }
    }
}

/// What was written is proved by a look, which may lag behind; and what AWS refuses is said in words that help, without the
/// id that AWS repeats.
#[test]
fn reads_that_lag_and_calls_that_are_refused() {
    for world in World::each() {
        let manifest = manifest(&world, ENV);
        let (describe, lag) = ("secretsmanager:DescribeSecret", Fault::Reads("AWSCURRENT", "NOBODYS"));
        let wire = Wire::with_faults(vec![(Which::Behind(2, describe, PUT), lag)]);
        let args = ["apply", "--yes"];
        let _ = run(&world, &args, &manifest, Some("value A")).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), ["secretsmanager:CreateSecret", PUT]);
        for (code, said) in [
            ("ResourceExistsException", "holds another value"),
            ("LimitExceededException", "one every ten minutes"),
        ] {
            const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef is known";
            let wire = Wire::with_faults(vec![(Which::Named(PUT), Fault::Says(400, code, ID))]);
            let output =
                run(&world, &args, &manifest, Some("value B")).wire(&wire).run().expect(Exit::Partly);
            tells(&output, said);
            silent(&output, "value B");
            assert_eq!((wire.writes().len(), current(&world).as_str()), (1, "value A"));
        }
    }
}

/// One place exposes a value, and the calls that put one are the only ones that take it from there.
#[test]
fn a_value_is_exposed_at_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let code = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    assert_eq!(code("value/mod.rs").matches(".expose_secret()").count(), 1);
    assert_eq!(code("kinds/secretsmanager_secret/write.rs").matches(".for_call()").count(), 2);
}
