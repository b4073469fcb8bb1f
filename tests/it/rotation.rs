//! Rotation of secrets in an emulated account: switched on, repaired, switched off, and never begun.

use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const NAME: &str = "team/token";
const ROTATE: &str = "secretsmanager:RotateSecret";
const CANCEL: &str = "secretsmanager:CancelRotateSecret";
const MONTHLY: &str = "rotation = { schedule = \"rate(30 days)\", window = \"3h\", function = \"rotate\" }";

fn manifest(world: &World, more: &str) -> PathBuf {
    world.manifest(&format!("[secretsmanager.secret.token]\nname = \"{NAME}\"\n{more}\n"))
}

/// What AWS tells, with the function's name alone.
fn live(world: &World) -> Value {
    let secret = world.account.secrets("DescribeSecret", &json!({ "SecretId": NAME })).json();
    let function = secret["RotationLambdaARN"].as_str().and_then(|arn| arn.rsplit(':').next());
    let rules = &secret["RotationRules"];
    json!([secret["RotationEnabled"] == true, function, rules["ScheduleExpression"], rules["Duration"]])
}

fn apply(world: &World, manifest: &Path) -> Vec<String> {
    let wire = Wire::new();
    let _ = world.infra(&["apply", "--yes"], manifest).wire(&wire).run().expect(Exit::Done);
    let _ = world.drift(manifest).expect(Exit::Done);
    wire.writes()
}

#[test]
fn rotation_is_set_repaired_and_switched_off_and_the_value_stays() {
    for world in World::each() {
        let plain = manifest(&world, "");
        let _ = world.apply(&plain);
        let put = json!({ "SecretId": NAME, "SecretString": "a", "ClientRequestToken": "a".repeat(32) });
        world.account.secrets("PutSecretValue", &put).json();
        let labels = || {
            world.account.secrets("DescribeSecret", &json!({ "SecretId": NAME })).json()["VersionIdsToStages"]
                .clone()
        };
        let before = labels();
        let rotated = manifest(&world, MONTHLY);
        assert_eq!(apply(&world, &rotated), [ROTATE]);
        assert_eq!(live(&world), json!([true, "rotate", "rate(30 days)", "3h"]));
        assert_eq!(apply(&world, &rotated), [""; 0]);
        let _ = world.infra(&["show"], &rotated).run().expect(Exit::Done).says("rate(30 days)");
        let status = world.infra(&["secret", "status"], &rotated).run().expect(Exit::Done);
        let _ = status.says("rotation  rate(30 days) within 3h by arn:aws:lambda:");
        // Nobody puts a value into what is rotated.
        let set = world.infra(&["secret", "set", "token", "-"], &rotated).piped(b"b").run();
        let _ = set.expect(Exit::Refused).tells("`value` is rotated by arn:aws:lambda:");
        // Changed from outside.
        let rules = json!({ "AutomaticallyAfterDays": 7 });
        let body = json!({ "SecretId": NAME, "RotationRules": rules, "RotateImmediately": false });
        world.account.secrets("RotateSecret", &body).json();
        let drift = world.drift(&rotated).expect(Exit::Pending);
        let _ = drift
            .says("rate(7 days)")
            .says("a rotation that was due by the schedule of before may still come");
        assert_eq!(apply(&world, &rotated), [ROTATE]);
        // Switched off from outside: the rules stay, and mean nothing.
        world.account.secrets("CancelRotateSecret", &json!({ "SecretId": NAME })).json();
        assert_eq!(live(&world)[0], false);
        let _ = world.drift(&rotated).expect(Exit::Pending);
        assert_eq!(apply(&world, &rotated), [ROTATE]);
        // Left alone, and then not declared.
        assert_eq!(apply(&world, &manifest(&world, "ignore = [\"rotation\"]")), [""; 0]);
        let undeclared = manifest(&world, "");
        let _ = world.drift(&undeclared).expect(Exit::Pending).says("nothing puts new values from now on");
        assert_eq!(apply(&world, &undeclared), [CANCEL]);
        assert_eq!(live(&world)[0], false);
        assert_eq!(labels(), before, "no value was touched");
    }
}

#[test]
fn a_secret_is_made_with_its_rotation() {
    for world in World::each() {
        let rotated = manifest(&world, MONTHLY);
        assert_eq!(apply(&world, &rotated), ["secretsmanager:CreateSecret", ROTATE]);
        assert_eq!(live(&world), json!([true, "rotate", "rate(30 days)", "3h"]));
    }
}

/// What passes by itself is waited for; what nobody permits this program is not.
#[test]
fn a_permission_that_is_not_seen_yet_is_waited_for() {
    for world in World::each().take(1) {
        let function = "Secrets Manager cannot invoke the specified Lambda function";
        let ours = "User: arn:aws:iam::1:user/x is not authorized to perform: secretsmanager:RotateSecret";
        let run = |times: usize, code: &'static str, message: &'static str| {
            let manifest = manifest(&world, "");
            let _ = world.apply(&manifest);
            let faults = vec![(Which::First(times, ROTATE.into()), Fault::Says(400, code, message))];
            let wire = Wire::with_faults(faults);
            let manifest = self::manifest(&world, MONTHLY);
            let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
            (output, wire.counts()[ROTATE])
        };
        for code in ["AccessDeniedException", "InvalidRequestException"] {
            let (output, calls) = run(2, code, function);
            let _ = output.expect(Exit::Done).tells("AWS to see that it may invoke the function");
            assert_eq!(calls, 3);
        }
        let (output, calls) = run(1, "AccessDeniedException", ours);
        let _ = output.expect(Exit::Partly).tells("not authorized");
        assert_eq!(calls, 1);
    }
}
