//! `infra secret`: values that people put by hand into an emulated account, and how it stands with all of them.

use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::{Command, Output, World};
use crate::support::connector::{Fault, Which, Wire};

const NAME: &str = "team/token";
const ADDRESS: &str = "secretsmanager.secret.token";
const PUT: &str = "secretsmanager:PutSecretValue";
const MOVE: &str = "secretsmanager:UpdateSecretVersionStage";
const CANARY: &str = "CANARY-4c7e";

fn manifest(world: &World, more: &str) -> PathBuf {
    world.manifest(&format!("[secretsmanager.secret.token]\nname = \"{NAME}\"\n{more}\n"))
}

fn set(world: &World, manifest: &Path, more: &[&str]) -> Command {
    world.infra(&[&["secret", "set", ADDRESS], more].concat(), manifest)
}

/// It ends so; nothing of the value or of an id of a version is said. And the calls that wrote.
#[track_caller]
fn ends(command: Command, exit: Exit) -> (Output, Vec<String>) {
    let wire = Wire::new();
    let output = command.wire(&wire).run().expect(exit);
    let said = format!("{}{}", output.out, output.err);
    assert!(!said.contains("CANARY"), "{said}");
    let is_id = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!said.split(|c: char| !c.is_alphanumeric()).any(is_id), "{said}");
    (output, wire.writes())
}

fn current(world: &World) -> Value {
    world.account.secrets("GetSecretValue", &json!({ "SecretId": NAME })).json()["SecretString"].clone()
}

fn write_elsewhere(world: &World, value: &str) {
    let body = json!({ "SecretId": NAME, "SecretString": value, "ClientRequestToken": value.repeat(32) });
    world.account.secrets("PutSecretValue", &body).json();
}

#[test]
fn a_value_is_typed_twice_and_put_whatever_is_there() {
    for world in World::each() {
        let manifest = manifest(&world, "");
        let _ = world.apply(&manifest);
        let (a, b) = (format!("{CANARY} a"), format!("{CANARY} b"));
        let typed = |value: &str| ends(set(&world, &manifest, &[]).answers(&[value, value]), Exit::Done);
        let (output, writes) = typed(&a);
        let _ = output
            .tells("Value of team/token (not shown): ")
            .tells("Once more: ")
            .tells("secretsmanager.secret.token: the value is put, and current");
        assert_eq!((writes, current(&world)), (vec![PUT.to_owned()], json!(a)));
        let (output, writes) = typed(&a);
        let _ = output.tells("it is that value already; nothing to do");
        assert_eq!(writes, [""; 0]);
        assert_eq!(typed(&b).1, [PUT]);
        let (output, writes) = typed(&a);
        let _ = output.tells("an earlier version holds that value, and is current again");
        assert_eq!((writes, current(&world)), (vec![MOVE.to_owned(); 2], json!(a)));
        // Over what somebody else has written, too: a person says so.
        write_elsewhere(&world, "x");
        assert_eq!((typed(&b).1.last().map(String::as_str), current(&world)), (Some(MOVE), json!(b)));
        // Nothing of this is drift.
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_is_typed_is_compared_and_checked_and_may_be_typed_again() {
    for world in World::each() {
        let manifest = manifest(&world, "value = { prompt = true, format = \"json\", keys = [\"id\"] }");
        let _ = world.apply(&manifest);
        let good = format!("{{\"id\": \"{CANARY}\"}}");
        let answers = [&good, CANARY, CANARY, CANARY, &good, &good].map(|answer| answer as &str);
        let (output, writes) = ends(set(&world, &manifest, &[]).answers(&answers), Exit::Done);
        let _ = output.tells("the two are not the same").tells("it is no JSON object");
        assert_eq!((writes, current(&world)), (vec![PUT.to_owned()], json!(good)));
        for (answers, why) in [
            (&[][..], "nothing was typed"),
            (&[""], "nothing was typed"),
            (&[CANARY; 6], "it is no JSON object"),
            (&["a", "b", "c", "d", "e", "f"], "the two are not the same"),
        ] {
            let (output, writes) = ends(set(&world, &manifest, &[]).answers(answers), Exit::Failed);
            let _ = output.tells(&format!("no value for team/token: {why}")).tells("nothing was changed");
            assert_eq!(writes, [""; 0]);
        }
        assert_eq!(current(&world), json!(good));
    }
}

#[test]
fn a_value_comes_from_a_pipe_a_variable_or_a_file() {
    for world in World::each() {
        let manifest = manifest(&world, "value = { generate = 32 }");
        let _ = world.apply(&manifest);
        let piped = |bytes: &[u8]| set(&world, &manifest, &["-"]).piped(bytes);
        let (_, writes) = ends(piped(format!("{CANARY} 1\r\n").as_bytes()), Exit::Done);
        assert_eq!((writes, current(&world)), (vec![PUT.to_owned()], json!(format!("{CANARY} 1"))));
        let value = format!("{CANARY} 2\n");
        let from_env = |name: &str| {
            set(&world, &manifest, &["--env", name]).env(&[("TOKEN", value.as_str()), ("AWS_TOKEN", CANARY)])
        };
        assert_eq!(ends(from_env("TOKEN"), Exit::Done).1, [PUT]);
        assert_eq!(current(&world), json!(value), "a variable is taken as it is");
        world.file("token", &format!("{CANARY} 3\n"));
        let file = manifest.with_file_name("token");
        let from_file = |path: &Path| set(&world, &manifest, &["--file", path.to_str().unwrap()]);
        assert_eq!(ends(from_file(&file), Exit::Done).1, [PUT]);
        assert_eq!(current(&world), json!(format!("{CANARY} 3")));
        for (command, exit, why) in [
            (piped(b""), Exit::Failed, "it is empty"),
            (piped(b"changeme\n"), Exit::Failed, "it is a placeholder, or holds one"),
            (piped(&[b'a', 0xff]), Exit::Failed, "it is not UTF-8 text"),
            (piped(&vec![b'x'; 65_537]), Exit::Failed, "it is longer than 65,536 bytes"),
            (piped(&vec![b'x'; 1 << 20]), Exit::Failed, "it is longer than 65,536 bytes"),
            (piped(b"a").answers(&[]), Exit::Usage, "standard input is a terminal"),
            (from_env("NO_SUCH"), Exit::Failed, "the variable that --env names is not set"),
            (from_env(CANARY), Exit::Failed, "never the value itself"),
            (from_env("AWS_TOKEN"), Exit::Usage, "the variable that --env names is reserved"),
            (from_file(&file.with_file_name(CANARY)), Exit::Failed, "the value cannot be read: No such file"),
        ] {
            let (output, writes) = ends(command, exit);
            assert!(output.err.contains(why), "{why} is not in\n{output}");
            assert_eq!(writes, [""; 0]);
        }
        assert_eq!(current(&world), json!(format!("{CANARY} 3")));
    }
}

/// The command is a word about one value: what else differs waits for `apply`.
#[test]
fn nothing_but_the_value_is_written() {
    for world in World::each() {
        let before = manifest(&world, "description = \"before\"");
        let _ = world.apply(&before);
        let entries = format!(
            "[secretsmanager.secret.token]\nname = \"{NAME}\"\ndescription = \"after\"\ntags = {{ Team = \"x\" }}\n\n\
             [secretsmanager.secret.other]\nname = \"team/other\"\n\n[ecr.repository.site]\nname = \"site\"\n"
        );
        let after = world.manifest(&entries);
        let command = world.infra(&["secret", "set", "token"], &after).answers(&[CANARY, CANARY]);
        assert_eq!(ends(command, Exit::Done).1, [PUT]);
        let drift = world.drift(&after).expect(Exit::Pending);
        let _ = drift.says("before").says("tag Team").says("team/other").says("ecr.repository.site");
    }
}

#[test]
fn what_is_not_there_or_not_ours_gets_no_value() {
    for world in World::each() {
        let manifest = manifest(&world, "on-delete = \"delete\"");
        // Before anybody has typed anything.
        let refused = |path: &Path, why: &str, help: &str| {
            for command in
                [set(&world, path, &[]).answers(&[]), set(&world, path, &["-"]).piped(CANARY.as_bytes())]
            {
                let (output, writes) = ends(command, Exit::Refused);
                let _ = output.tells(&format!("{ADDRESS}: {why}")).tells("no value was put").tells(help);
                assert_eq!(writes, [""; 0]);
            }
        };
        refused(&manifest, "it is not there yet", "`infra apply` makes it");
        world
            .account
            .secrets("CreateSecret", &json!({ "Name": NAME, "ClientRequestToken": "a".repeat(32) }))
            .json();
        refused(&manifest, "it is there, and nobody's", "`infra apply` asks whether to take it over");
        let _ = world.infra(&["apply", "--yes", "--adopt", ADDRESS], &manifest).run().expect(Exit::Done);
        let other =
            world.named_manifest("other", &format!("[secretsmanager.secret.token]\nname = \"{NAME}\"\n"));
        refused(&other, "it belongs to the manifest `test`", "take it out of one of the two manifests");
        world.account.secrets("DeleteSecret", &json!({ "SecretId": NAME })).json();
        refused(&manifest, "it is scheduled for deletion", "`infra apply` restores it");
    }
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused_without_a_call() {
    for world in World::each().take(1) {
        let manifest = manifest(&world, "");
        let line = |words: &[&str]| world.infra(&[&["secret", "set"], words].concat(), &manifest);
        for (command, why) in [
            (line(&[ADDRESS]), "there is no terminal to type the value on"),
            (line(&[ADDRESS, "-", "--env", "A"]), "a value comes from one place"),
            (line(&[ADDRESS, "--env", "A", "--file", "b"]), "cannot be used with"),
            (line(&[ADDRESS, CANARY]), "there is a word too many: a value is no argument"),
            (line(&["-"]), "this takes one secret"),
            (line(&["-", "CANARY-9f31-2c"]), "that word: the manifest has no such secret"),
            (line(&["-", "secretsmanager.secret.tokn"]), "did you mean secretsmanager.secret.token?"),
            (line(&["-", "ecr.repository.token"]), "the manifest has no such secret"),
        ] {
            let wire = Wire::new();
            let output = command.wire(&wire).run().expect(Exit::Usage);
            assert!(output.err.contains(why) && !output.to_string().contains("CANARY"), "{why}: {output}");
            assert_eq!(wire.counts().len(), 0);
        }
    }
}

#[test]
fn the_status_says_who_wrote_a_value_and_when() {
    for world in World::each() {
        let entries = format!(
            "[secretsmanager.secret.token]\nname = \"{NAME}\"\nvalue = {{ env = \"TOKEN\" }}\n\n\
             [secretsmanager.secret.other]\nname = \"team/other\"\n\n[ecr.repository.site]\nname = \"site\"\n"
        );
        let manifest = world.manifest(&entries);
        let status = |more: &[&str]| {
            let wire = Wire::new();
            let command = world.infra(&[&["secret", "status"], more].concat(), &manifest);
            let output = command.env(&[("TOKEN", "")]).wire(&wire).run().expect(Exit::Done);
            assert_eq!(wire.writes(), [""; 0]);
            assert!(wire.counts().keys().all(|call| !call.starts_with("ecr:")), "secrets alone are read");
            output
        };
        let _ = status(&[])
            .says("value     none: the secret is not there yet")
            .says("source    from $TOKEN")
            .says("source    nothing is said of it");
        let _ = world.apply(&manifest);
        let _ = status(&[])
            .says("value     none yet")
            .says("infra secret set secretsmanager.secret.token\n")
            .says("infra secret set secretsmanager.secret.other\n");
        let _ = ends(set(&world, &manifest, &["-"]).piped(CANARY.as_bytes()), Exit::Done);
        let _ = status(&[]).says("value     put by infra on 20").says(", today");
        write_elsewhere(&world, "x");
        let _ = status(&[]).says("value     written elsewhere on 20");
        let json: Value = serde_json::from_str(&status(&["--format", "json"]).out).unwrap();
        assert_eq!(json["format"], "infra.secrets/1");
        let secrets = json["secrets"].as_array().unwrap();
        let brief: Vec<_> = secrets
            .iter()
            .map(|it| json!([it["address"], it["source"], it["current"]["by"], it["current"]["age-days"]]))
            .collect();
        assert_eq!(
            brief,
            [
                json!([ADDRESS, "from $TOKEN", "elsewhere", 0]),
                json!(["secretsmanager.secret.other", null, null, null])
            ]
        );
    }
}

/// The day is that on which the current version was written. It is said, and changes nothing else.
#[test]
fn a_value_that_is_too_old_is_said_to_be() {
    for world in World::each() {
        let manifest = manifest(&world, "max-age-days = 90");
        let _ = world.apply(&manifest).says("it is created without a value");
        let _ = ends(set(&world, &manifest, &["-"]).piped(CANARY.as_bytes()), Exit::Done);
        let listed = world.account.secrets("ListSecretVersionIds", &json!({ "SecretId": NAME })).body;
        // Three years ago.
        let then = if listed.contains("\"CreatedDate\": 17") {
            Fault::Reads("\"CreatedDate\": 17", "\"CreatedDate\": 16")
        } else {
            Fault::Reads("\"CreatedDate\":17", "\"CreatedDate\":16")
        };
        let run = |args: &[&str], is_old: bool| {
            let faults = is_old.then_some((Which::Named("secretsmanager:ListSecretVersionIds"), then));
            let wire = Wire::with_faults(faults.into_iter().collect());
            world.infra(args, &manifest).wire(&wire).run().expect(Exit::Done)
        };
        let old = "older than 90 days (`max-age-days`): it is time for another one";
        for args in [&["plan", "--exit-code", "--all"][..], &["drift", "--all"]] {
            assert!(!run(args, false).out.contains(old));
            let _ = run(args, true).says(old);
        }
        let digest = |is_old: bool| {
            let plan: Value = serde_json::from_str(&run(&["plan", "--format", "json"], is_old).out).unwrap();
            plan["digest"].clone()
        };
        assert_eq!(digest(false), digest(true));
        let _ = run(&["show"], true).says("holds             a value of 202").says(" days old");
        let _ = run(&["secret", "status"], false).says("limit     90 days\n");
        let _ = run(&["secret", "status"], true).says("limit     90 days: it is over it");
    }
}
