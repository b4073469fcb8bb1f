//! Roles that a repository and a secret let in, in an emulated account.

use std::path::PathBuf;

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::{Output, World};
use crate::support::connector::{Fault, Which, Wire};

const SITE: &str = "[ecr.repository.site]\nname = \"team/site\"\n";
const KEY: &str = "[secretsmanager.secret.key]\nname = \"team/key\"\n";
const BESIDE: &str =
    "policy = [{ effect = \"deny\", principal = { anyone = true }, action = [\"ecr:DeleteRepository\"] }]\n";

fn manifest(world: &World, pull: &str, read: &str) -> PathBuf {
    world.manifest(&format!("{SITE}{pull}\n{BESIDE}{KEY}{read}\n"))
}

fn policy_of_repository(world: &World) -> Value {
    let body = json!({ "repositoryName": "team/site" });
    text(&world.account.ecr("GetRepositoryPolicy", &body).json()["policyText"])
}

fn policy_of_secret(world: &World) -> Value {
    let body = json!({ "SecretId": "team/key" });
    text(&world.account.secrets("GetResourcePolicy", &body).json()["ResourcePolicy"])
}

fn text(policy: &Value) -> Value {
    serde_json::from_str(policy.as_str().unwrap()).unwrap()
}

/// That a plan says this, however its columns are set.
#[track_caller]
fn tells(plan: &Output, text: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&plan.out).contains(&words(text)), "`{text}` is not in\n{plan}");
}

fn statement<'a>(policy: &'a Value, sid: &str) -> &'a Value {
    policy["Statement"].as_array().unwrap().iter().find(|it| it["Sid"] == sid).unwrap()
}

fn put_on_repository(world: &World, policy: &Value) {
    let body = json!({ "repositoryName": "team/site", "policyText": policy.to_string() });
    assert_eq!(world.account.ecr("SetRepositoryPolicy", &body).code(), "");
}

fn put_on_secret(world: &World, policy: &Value) {
    let body = json!({ "SecretId": "team/key", "ResourcePolicy": policy.to_string() });
    assert_eq!(world.account.secrets("PutResourcePolicy", &body).code(), "");
}

#[test]
fn roles_are_let_in_and_others_kept_out() {
    for world in World::each() {
        let role = |name: &str| format!("arn:aws:iam::{}:role/{name}", world.number);
        let before = manifest(&world, "", "");
        let _ = world.apply(&before);
        let after = manifest(
            &world,
            "pull-from = [\"build\"]",
            "readers = [\"run\", \"team/ops\"]\nonly-readers = true",
        );
        let plan = world.drift(&after).expect(Exit::Pending);
        for line in [
            "pull-from (none) → role/build",
            "readers (none) → role/run, role/team/ops",
            "only-readers false → true",
            &format!(
                "exposes: allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to {}",
                role("run")
            ),
            "locks out: nobody but role/run, role/team/ops can read its value from then on",
        ] {
            tells(&plan, line);
        }
        let _ = world.apply(&after);
        let (site, key) = (policy_of_repository(&world), policy_of_secret(&world));
        let pull = statement(&site, "InfraPullFrom");
        assert_eq!((&pull["Effect"], &pull["Principal"]["AWS"]), (&json!("Allow"), &json!([role("build")])));
        assert_eq!(site["Statement"].as_array().unwrap().len(), 2, "beside the other statement");
        let only = statement(&key, "InfraOnlyReaders");
        let (condition, all) = (json!({ "aws:PrincipalArn": [role("run"), role("team/ops")] }), json!("*"));
        assert_eq!((&only["Condition"]["ArnNotEquals"], &only["Principal"]), (&condition, &all));
        assert_eq!(only["Action"], json!(["secretsmanager:GetSecretValue"]));
        let _ = world.drift(&after).expect(Exit::Done);
        let shown = world.infra(&["show"], &after).run().expect(Exit::Done);
        let _ = shown.says("role/build").says("role/run, role/team/ops");
        // Back again: the other statement stays, and the secret has no policy any more.
        let before = manifest(&world, "", "");
        let released = "exposes: all whom their own permissions let can read its value again";
        let _ = world.drift(&before).expect(Exit::Pending).says(released);
        let _ = world.apply(&before);
        assert_eq!(policy_of_repository(&world)["Statement"].as_array().unwrap().len(), 1);
        let _ = world.drift(&before).expect(Exit::Done);
    }
}

/// Whom a change keeps out is part of the plan that was reviewed.
#[test]
fn a_reviewed_plan_that_keeps_others_out_is_applied() {
    for world in World::each() {
        let _ = world.apply(&manifest(&world, "", ""));
        let manifest = manifest(&world, "", "readers = [\"run\"]\nonly-readers = true");
        let file = manifest.with_extension("plan");
        let args = ["plan", "--out", file.to_str().unwrap()];
        let planned = world.infra(&args, &manifest).run().expect(Exit::Done);
        tells(&planned, "locks out: nobody but role/run can read its value from then on");
        let text = std::fs::read_to_string(&file).unwrap();
        let _ = world.infra(&["apply"], &file).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        // With other words of whom it keeps out, it is another plan.
        let _ = world.apply(&self::manifest(&world, "", ""));
        let _ = self::manifest(&world, "", "readers = [\"run\"]\nonly-readers = true");
        std::fs::write(&file, text.replace("nobody but role/run can read", "nobody but role/other can read"))
            .unwrap();
        let moved = world.infra(&["apply"], &file).run().expect(Exit::Moved);
        assert!(moved.to_string().contains("what follows"), "{moved}");
    }
}

#[test]
fn what_others_do_to_a_grant_is_seen_and_repaired() {
    for world in World::each() {
        let manifest =
            manifest(&world, "pull-from = [\"build\"]", "readers = [\"run\"]\nonly-readers = true");
        let _ = world.apply(&manifest);
        let (site, key) = (policy_of_repository(&world), policy_of_secret(&world));
        let rewritten = |policy: &Value, from: &str, to: &str| -> Value {
            let text = policy.to_string();
            assert!(text.contains(from), "{text}");
            serde_json::from_str(&text.replace(from, to)).unwrap()
        };
        let repaired = |lines: &[&str]| {
            let drift = world.drift(&manifest).expect(Exit::Pending);
            for line in lines {
                tells(&drift, line);
            }
            let _ = world.apply(&manifest);
            let _ = world.drift(&manifest).expect(Exit::Done);
            assert_eq!((policy_of_repository(&world), policy_of_secret(&world)), (site.clone(), key.clone()));
        };
        // The role was deleted, and made again.
        let gone = format!("arn:aws:iam::{}:role/build", world.number);
        put_on_repository(&world, &rewritten(&site, &gone, "AROAJQABLZS4A3QDU576Q"));
        repaired(&["pull-from         a principal that is gone (AROAJQABLZS4A3QDU576Q) → role/build"]);
        put_on_repository(&world, &rewritten(&site, "role/build", "role/other"));
        repaired(&["pull-from         role/other → role/build"]);
        put_on_repository(&world, &rewritten(&site, "ecr:BatchGetImage", "ecr:*"));
        repaired(&["pull-from         (none) → role/build", "policy"]);
        // Whom it keeps out, and whom it lets in.
        put_on_secret(&world, &rewritten(&key, "ArnNotEquals", "ArnNotLike"));
        repaired(&["only-readers      false → true", "policy"]);
        let mut open = key.clone();
        open["Statement"].as_array_mut().unwrap().retain(|it| it["Effect"] == "Allow");
        put_on_secret(&world, &open);
        repaired(&["only-readers      false → true", "locks out: nobody but role/run can read"]);
        assert_eq!(
            world.account.secrets("DeleteResourcePolicy", &json!({ "SecretId": "team/key" })).code(),
            ""
        );
        repaired(&["readers           (none) → role/run", "only-readers      false → true"]);
    }
}

/// AWS does not know a role at once, be it that somebody or that the same run made it.
#[test]
fn a_role_that_aws_does_not_know_yet_is_waited_for() {
    for world in World::each() {
        let manifest = manifest(&world, "pull-from = [\"late\"]", "readers = [\"late\"]");
        let (ecr, secrets) = ("ecr:SetRepositoryPolicy", "secretsmanager:PutResourcePolicy");
        let says =
            |call: &str, code, words| (Which::First(2, call.to_owned()), Fault::Says(400, code, words));
        let wire = Wire::with_faults(vec![
            says(ecr, "InvalidParameterException", "'Invalid repository policy provided'"),
            says(secrets, "MalformedPolicyDocumentException", "contains an unsupported principal."),
        ]);
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!((wire.counts()[ecr], wire.counts()[secrets]), (3, 3));
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}
