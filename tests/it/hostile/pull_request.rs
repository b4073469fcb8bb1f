//! A manifest of somebody who may propose changes and no more: what it can make the job that plans it, or applies it, do.

use infra::cli::exit::Exit;

use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::leaks::{FILE, canary};

/// Entries that would read what is not theirs, or run something.
const REFUSED: &[&str] = &[
    "value = { env = \"GITHUB_TOKEN\" }",
    "value = { env = \"ACTIONS_RUNTIME_TOKEN\" }",
    "value = { env = \"ACTIONS_ID_TOKEN_REQUEST_TOKEN\" }",
    "value = { env = \"AWS_SECRET_ACCESS_KEY\" }",
    "value = { env = \"AWS_SESSION_TOKEN\" }",
    "value = { env = \"SSH_AUTH_SOCK\" }",
    "value = { file = \"../canary.secret\" }",
    "value = { file = \"/etc/passwd\" }",
    "value = { file = \"/proc/self/environ\" }",
    "value = { file = \"folder/../../canary.secret\" }",
    "value = { command = \"id\" }",
    "value = { url = \"http://x.invalid\" }",
    "value = { exec = [\"id\"] }",
    "description = { env = \"ANTHROPIC_API_KEY\" }",
];

#[test]
fn it_reads_no_token_of_the_job_and_no_file_of_anybody_and_runs_nothing() {
    for world in World::each() {
        for entry in REFUSED {
            let manifest = world.manifest(&format!("[secretsmanager.secret.a]\nname = \"a\"\n{entry}\n"));
            for args in [&["check"][..], &["plan"], &["apply", "--yes"]] {
                let wire = Wire::new();
                let output = world.infra(args, &manifest).wire(&wire).run().expect(Exit::Invalid);
                assert_eq!(wire.seen(), [], "{output}");
            }
        }
    }
}

/// Links are not followed: what is behind one may be anybody's.
#[test]
#[cfg(unix)]
fn it_follows_no_link() {
    use std::os::unix::fs::symlink;

    for world in World::each() {
        let others = tempfile::tempdir().unwrap();
        std::fs::write(others.path().join("token"), &canary("file").whole).unwrap();
        for path in ["linked/token", "keys/token"] {
            let entry = format!("[secretsmanager.secret.a]\nname = \"a\"\nvalue = {{ file = \"{path}\" }}\n");
            let manifest = world.manifest(&entry);
            let folder = manifest.parent().unwrap();
            if path == "linked/token" {
                symlink(others.path(), folder.join("linked")).unwrap();
            } else {
                std::fs::create_dir(folder.join("keys")).unwrap();
                symlink(others.path().join("token"), folder.join(path)).unwrap();
            }
            let wire = Wire::new();
            let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
            assert!(!wire.counts().contains_key("secretsmanager:PutSecretValue"), "{output}");
            assert!(output.err.contains("link") || output.out.contains("link"), "{output}");
        }
    }
}

/// What checks a pull request compares no values, so that it says the same with and without them.
#[test]
fn its_check_reads_no_values() {
    for world in World::each() {
        let text = format!(
            "[secretsmanager.secret.a]\nname = \"a\"\nvalue = {{ env = \"ANTHROPIC_API_KEY\" }}\n\n\
             [secretsmanager.secret.b]\nname = \"b\"\nvalue = {{ file = \"{FILE}\" }}\n"
        );
        let manifest = world.manifest(&text);
        let file = manifest.with_file_name(FILE);
        let _ = world.apply(&manifest);
        for args in [&["plan", "--skip-secret-values", "--all"][..], &["drift", "--all"]] {
            std::fs::write(&file, &canary("file").whole).unwrap();
            let with = world.infra(args, &manifest).run().expect(Exit::Done);
            std::fs::remove_file(&file).unwrap();
            let without = world.infra(args, &manifest).env(&[("ANTHROPIC_API_KEY", "another")]).run();
            assert_eq!((with.out, with.err, with.exit), (without.out, without.err, without.exit));
        }
    }
}

/// In a long plan what takes over, opens or deletes comes before all that is made.
#[test]
fn nothing_hides_at_the_end_of_a_long_plan() {
    for world in World::each() {
        let many: String = (0..30)
            .map(|at| format!("[ecr.repository.a{at}]\nname = \"many/a{at}\"\n\n"))
            .fold(String::new(), |all, one| all + &one);
        let left = "[ecr.repository.left]\nname = \"left/over\"\non-delete = \"delete\"\n\n";
        let _ = world.apply(&world.manifest(left));
        world.account.secrets("CreateSecret", &serde_json::json!({"Name": "nobodys"})).json();
        let adopts = "[secretsmanager.secret.z]\nname = \"nobodys\"\n\n";
        let opens = "[ecr.repository.zz]\nname = \"many/zz\"\n\
                     policy = [{ effect = \"allow\", principal = { aws = [\"arn:aws:iam::111122223333:root\"] }, action = [\"ecr:BatchGetImage\"] }]\n";
        let manifest = world.manifest(&[many.as_str(), adopts, opens].concat());
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let at = |text: &str| plan.out.find(text).unwrap_or_else(|| panic!("no {text} in {plan}"));
        let first = at("create ecr.repository.a0 ");
        for before in
            ["create ecr.repository.zz ", "delete ecr.repository.left ", "adopt secretsmanager.secret.z "]
        {
            assert!(at(before) < first, "{before} in {plan}");
        }
        // And none of them comes about without a word of its own.
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
        assert!(!wire.counts().contains_key("ecr:DeleteRepository"));
        assert!(!wire.counts().contains_key("secretsmanager:TagResource"));
    }
}
