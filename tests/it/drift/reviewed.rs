//! A plan that was reviewed is the plan that runs, or nothing is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use super::{MEDDLING, REPOSITORY, ecr, network, prereqs, repository_arn, secrets};
use crate::support::cli::{Output, World, put_functions_beside};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;

/// Writes the plan of `manifest` beside it.
pub(super) fn plan(world: &World, manifest: &Path) -> PathBuf {
    let file = manifest.with_extension("plan");
    let out = file.to_str().unwrap();
    let _ = world.infra(&["plan", "--out", out], manifest).run().expect(Exit::Done).tells("written: ");
    file
}

/// Applies the plan in `file`, without a terminal; and the calls that could have changed something.
pub(super) fn apply(world: &World, file: &Path) -> (Output, Vec<String>) {
    let wire = Wire::new();
    let output = world.infra(&["apply"], file).wire(&wire).run();
    (output, wire.writes())
}

/// A manifest that wants another tag on each entry, so that its plan touches all of them.
pub(super) fn touching_all(manifest: &Path) -> PathBuf {
    let text = fs::read_to_string(manifest).unwrap().replace("Project = \"tests\"", "Project = \"reviewed\"");
    let folder = manifest.with_extension("d");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("prereqs.toml");
    fs::write(&file, text).unwrap();
    put_functions_beside(&file);
    file
}

#[test]
fn it_is_applied_without_another_word() {
    for world in World::each() {
        let body = json!({"Name": "webordinary/github-token"});
        world.account.secrets("CreateSecret", &body).json();
        let manifest = prereqs(&world);
        let file = plan(&world, &manifest);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let (output, _) = apply(&world, &file);
        // The secret was nobody's: who names the plan has read that it is adopted.
        let _ = output.expect(Exit::Done).says("* adopt").tells("verified");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn whatever_moved_behind_its_back_stops_all_of_it() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let reviewed = touching_all(&manifest);
        for (what, meddle, _) in MEDDLING.iter().chain(network::NETWORK) {
            let file = plan(&world, &reviewed);
            meddle(&world);
            let (output, writes) = apply(&world, &file);
            println!("{what}: {output}");
            assert_eq!(writes, [""; 0], "{what}");
            let _ = output.expect(Exit::Moved).tells("1 resource moved").tells("nothing was changed");
            let _ = world.apply(&manifest);
        }
        let file = plan(&world, &reviewed);
        let _ = apply(&world, &file).0.expect(Exit::Done);
        // A second time there is nothing of it left.
        let (output, writes) = apply(&world, &file);
        assert_eq!(writes, [""; 0]);
        let _ = output.expect(Exit::Moved).tells("nothing of this plan is left to do");
    }
}

#[test]
fn what_the_manifest_leaves_alone_counts_too_where_the_plan_touches_it() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let file = plan(&world, &touching_all(&manifest));
        let tags = json!([{"Key": "CostCenter", "Value": "7"}]);
        ecr(&world, "TagResource", &json!({"resourceArn": repository_arn(&world), "tags": tags}));
        let (output, writes) = apply(&world, &file);
        assert_eq!(writes, [""; 0]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(output.expect(Exit::Moved).err.split_once("moved\n").unwrap().1, @r"
            ecr.repository.claude-code-astro  webordinary/claude-code-astro
                tag CostCenter
                  reviewed   no change
                  live then  (none)
                  live now   7
            help: nothing was changed; make a new plan with `infra plan --out FILE`, and have it reviewed
            ");
        }
        // Where it touches nothing, nothing can go wrong.
        let file = plan(&world, &manifest);
        let tags = json!([{"Key": "CostCenter", "Value": "8"}]);
        ecr(&world, "TagResource", &json!({"resourceArn": repository_arn(&world), "tags": tags}));
        let (output, writes) = apply(&world, &file);
        assert_eq!(writes, [""; 0]);
        let _ = output.expect(Exit::Done);
    }
}

#[test]
fn the_message_has_three_sides() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        // Reviewed: the lifecycle of the repository, and a secret that is not there yet.
        ecr(&world, "DeleteLifecyclePolicy", &json!({"repositoryName": REPOSITORY}));
        let more = "\n[secretsmanager.secret.new]\nname = \"webordinary/new\"\n";
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, text + more).unwrap();
        let file = plan(&world, &manifest);
        // Since then: other rules, and the secret is there, somebody else's.
        let rules = json!({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}]});
        let body = json!({"repositoryName": REPOSITORY, "lifecyclePolicyText": rules.to_string()});
        ecr(&world, "PutLifecyclePolicy", &body);
        let tags = json!([{"Key": "infra:manifest", "Value": "other"}]);
        secrets(&world, "CreateSecret", &json!({"Name": "webordinary/new", "Tags": tags}));
        let (output, writes) = apply(&world, &file);
        assert_eq!(writes, [""; 0]);
        let err = output.expect(Exit::Moved).err;
        let day = first_day(&err);
        insta::allow_duplicates! {
            insta::assert_snapshot!(err.split_once("error: ").unwrap().1.replace(&day, "DAY"), @r"
            the account is not as it was when this plan was reviewed: 2 resources moved
              ecr.repository.claude-code-astro  webordinary/claude-code-astro
                  lifecycle
                    reviewed   1 rule: keep last 10 (any)
                    live then  (none)
                    live now   1 rule: keep last 3 (any)
              secretsmanager.secret.new  webordinary/new
                  resource
                    reviewed   to be created
                    live then  not there
                    live now   there, made on DAY
                  to do
                    reviewed   create
                    now        blocked: it belongs to the manifest `other` (tag infra:manifest)
              help: nothing was changed; make a new plan with `infra plan --out FILE`, and have it reviewed
            ");
        }
    }
}

/// The first date in a text.
fn first_day(text: &str) -> String {
    let at = text.find("made on ").expect("a date") + "made on ".len();
    text[at..at + "2026-01-01".len()].to_owned()
}

#[test]
fn another_manifest_or_another_account_is_another_plan() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let file = plan(&world, &manifest);
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, format!("{text}\n# a remark\n")).unwrap();
        let (output, writes) = apply(&world, &file);
        let _ = output.expect(Exit::Moved).tells("prereqs.toml is no longer the file that was planned");
        assert_eq!(writes, [""; 0]);
        fs::write(&manifest, text).unwrap();

        let plan = fs::read_to_string(&file).unwrap();
        fs::write(&file, plan.replace(&world.emulator.endpoint_url, "the sandbox")).unwrap();
        let (output, writes) = apply(&world, &file);
        let _ = output.expect(Exit::Moved).tells("the plan was made of the sandbox, and this is http://");
        assert_eq!(writes, [""; 0]);
    }
}

/// What stands in the file is compared, and never run.
#[test]
fn a_file_that_somebody_changed_is_not_applied() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let file = plan(&world, &touching_all(&manifest));
        let mut plan: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let steps = plan["plan"]["steps"].as_array_mut().unwrap();
        let step = steps.iter_mut().find(|step| step["verb"] == "update").unwrap();
        step["changes"][0]["fields"][0]["after"]["value"] = json!("something else");
        fs::write(&file, plan.to_string()).unwrap();
        let (output, writes) = apply(&world, &file);
        let _ = output.expect(Exit::Moved);
        assert_eq!(writes, [""; 0]);
    }
}

#[test]
fn what_cannot_be_read_has_not_moved() {
    for world in World::each() {
        let manifest = prereqs(&world);
        let _ = world.apply(&manifest);
        let reviewed = touching_all(&manifest);
        let file = plan(&world, &reviewed);
        let denied = || {
            let answer = Fault::Answer(400, "AccessDeniedException");
            Wire::with_faults(vec![(Which::Named("ecr:GetLifecyclePolicy"), answer)])
        };
        let wire = denied();
        let output = world.infra(&["apply"], &file).wire(&wire).run().expect(Exit::Incomplete);
        let _ = output.tells("nobody can say whether this plan still holds");
        assert_eq!(wire.writes(), [""; 0]);
        // Nor is a plan written of what could not be read.
        let out = file.to_str().unwrap();
        fs::remove_file(&file).unwrap();
        let output = world.infra(&["plan", "--out", out], &reviewed).wire(&denied()).run();
        let _ = output.expect(Exit::Incomplete).tells("was not written");
        assert!(!file.exists());
    }
}

/// As the shell makes one of `<(command)`: what has been read from it is gone.
#[test]
fn a_manifest_that_comes_through_a_pipe_is_read_once() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest("[ecr.repository.site]\nname = \"team/site\"\n");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::remove_file(&manifest).unwrap();
    let pipe = manifest.with_file_name("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = pipe.clone();
    std::thread::spawn(move || {
        fs::write(&writer, text).unwrap();
        // Whoever opens it again reads nothing.
        fs::write(&writer, "").unwrap();
    });
    let _ = world.infra(&["apply", "--yes"], &pipe).run().expect(Exit::Done).says("+ create");
}

#[test]
fn what_is_no_plan_is_told() {
    let Some(world) = World::each().next() else { return };
    let manifest = world.manifest("[ecr.repository.site]\nname = \"team/site\"\n");
    let out = manifest.to_str().unwrap();
    let usage = |args: &[&str], file: &Path| {
        let wire = Wire::new();
        let output = world.infra(args, file).wire(&wire).run().expect(Exit::Usage);
        assert_eq!(wire.seen().len(), 0, "{output}");
        output
    };
    let _ = usage(&["plan", "--out", out], &manifest).tells("is there already and is no plan");
    let _ = usage(&["plan", "--out", "-"], &manifest).tells("--out wants a file, and - is none");
    let _ = usage(&["plan", "--out", "/no/such/folder/x"], &manifest).tells("there is no such folder");
    // Other tools' files begin like a plan, and nobody wants to lose one.
    let package = manifest.with_file_name("package.json");
    for text in ["{\n  \"name\": \"site\"\n}\n", "{\"format\": \"infra.plan/1\"}", "{"] {
        fs::write(&package, text).unwrap();
        let args = ["plan", "--out", package.to_str().unwrap()];
        let _ = usage(&args, &manifest).tells("is there already and is no plan");
        assert_eq!(fs::read_to_string(&package).unwrap(), text);
    }
    let file = plan(&world, &manifest);
    // It can be written again.
    let _ = plan(&world, &manifest);
    for command in ["plan", "drift", "check"] {
        let _ = usage(&[command], &file).tells("is a plan, not a manifest").tells("infra apply ");
    }
    let _ =
        usage(&["apply", "--digest", "0123456789ab"], &file).tells("--digest cannot go with a plan's file");
    let _ = usage(&["apply", "--only", "x"], &file).tells("--only cannot go with a plan's file");
    let text = fs::read_to_string(&file).unwrap();
    let with = |text: &str, why: &str| {
        fs::write(&file, text).unwrap();
        let _ = usage(&["apply"], &file).tells("is no plan that can be applied").tells(why);
    };
    with(&text[..text.len() / 2], "it is no whole JSON document");
    with("{}", "it is no plan of infra's");
    with(&text.replace("infra.plan-file/1", "infra.plan-file/2"), "another version of infra wrote it");
    with(&text.replace("\"digest\"", "\"other\""), "something in it was left out or changed");
    let printed = world.infra(&["plan", "--format", "json"], &manifest).run().expect(Exit::Done).out;
    with(&printed, "`plan --out FILE` writes what can be applied");
    fs::write(&file, text).unwrap();
    fs::remove_file(&manifest).unwrap();
    let _ = usage(&["apply"], &file).tells("and there is no such file");
}
