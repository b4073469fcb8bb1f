//! Whose a resource is: ours, nobody's, or somebody else's; and what becomes of what left the manifest.

mod clean_up;

use infra::cli::exit::Exit;
use serde_json::json;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;

const REPOSITORY: &str = "[ecr.repository.site]\nname = \"team/site\"\n";
const SECRET: &str = "[secretsmanager.secret.key]\nname = \"team/key\"\n";

/// Demands that applying `manifest` makes no call that could change anything.
fn writes_nothing(world: &World, args: &[&str], manifest: &std::path::Path, exit: Exit) {
    let wire = Wire::new();
    let _ = world.infra(args, manifest).wire(&wire).run().expect(exit);
    assert_eq!(wire.writes(), [""; 0]);
}

#[test]
fn what_belongs_to_nobody_is_adopted_when_somebody_says_so() {
    for world in World::each() {
        let body =
            json!({"Name": "team/key", "Description": "by hand", "Tags": [{"Key": "Keep", "Value": "me"}]});
        world.account.secrets("CreateSecret", &body).json();
        let manifest = world.manifest(&format!("{SECRET}description = \"ours\"\n"));
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Pending);
        let _ = plan
            .says("* adopt secretsmanager.secret.key")
            .says("by hand → ours")
            .says("1 other tag is left alone");
        writes_nothing(&world, &["apply", "--yes"], &manifest, Exit::Refused);
        // Asked, and answered no.
        let wire = Wire::new();
        let declined = world.infra(&["apply"], &manifest).answers(&["n"]).wire(&wire).run();
        let _ = declined.expect(Exit::Refused).tells("Adopt team/key as secretsmanager.secret.key?");
        assert_eq!(wire.writes(), [""; 0]);
        // Asked, and answered yes twice: to the adoption, and to the whole.
        let _ = world.infra(&["apply"], &manifest).answers(&["y", "yes"]).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        let tags = world.account.secrets("DescribeSecret", &json!({"SecretId": "team/key"})).json()["Tags"]
            .to_string();
        assert!(tags.contains("\"Keep\"") && tags.contains("infra:manifest"), "{tags}");
    }
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_done() {
    for world in World::each() {
        let manifest = world.manifest(SECRET);
        writes_nothing(&world, &["apply"], &manifest, Exit::Usage);
        let _ = world.infra(&["apply"], &manifest).answers(&["no"]).run().expect(Exit::Failed);
        let _ = world.infra(&["apply"], &manifest).answers(&["y"]).run().expect(Exit::Done);
        // With nothing to do there is nothing to ask.
        writes_nothing(&world, &["apply"], &manifest, Exit::Done);
    }
}

#[test]
fn what_belongs_to_another_manifest_is_blocked() {
    for world in World::each() {
        let other = world.named_manifest("other", SECRET);
        let _ = world.apply(&other);
        let manifest = world.manifest(&format!("{SECRET}\n{REPOSITORY}"));
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Refused);
        let _ = plan.says("! blocked secretsmanager.secret.key").says("it belongs to the manifest `other`");
        // The rest is applied.
        let args = ["apply", "--yes", "--adopt", "secretsmanager.secret.key"];
        let _ = world.infra(&args, &manifest).run().expect(Exit::Refused).tells("applied: 1 resource");
        let _ = world.drift(&other).expect(Exit::Done);
    }
}

#[test]
fn two_manifests_of_one_name_never_delete_each_others_resources() {
    for world in World::each() {
        let first = world.manifest(&format!("{REPOSITORY}\n{SECRET}"));
        let _ = world.apply(&first);
        // The same name, from another folder, with something else in it.
        let folder = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(&first).unwrap().replace(SECRET, "");
        let second = folder.path().join("second.toml");
        std::fs::write(&second, text).unwrap();
        let _ = world.drift(&second).expect(Exit::Done).says("= keep secretsmanager.secret.key");
        writes_nothing(&world, &["apply", "--yes"], &second, Exit::Done);
        // In one folder they are refused before anything is read.
        let beside = first.with_file_name("beside.toml");
        std::fs::copy(&first, &beside).unwrap();
        let wire = Wire::new();
        let refused = world.infra(&["plan"], &first).wire(&wire).run().expect(Exit::Invalid);
        let _ = refused.tells("beside.toml, beside this file, has the same name, account and region");
        assert_eq!(wire.seen(), []);
    }
}

#[test]
fn a_live_stack_owns_its_resources_and_a_deleted_one_has_released_them() {
    for world in World::each() {
        let created = world.account.stack("CreateStack", "old-cdk", "1");
        assert_eq!(created.status, 200, "{}", created.body);
        let id = created.element("StackId");
        let marks =
            [("aws:cloudformation:stack-id", id.as_str()), ("aws:cloudformation:stack-name", "old-cdk")];
        let tags: Vec<_> = marks.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        world.account.ecr("CreateRepository", &json!({"repositoryName": "team/site", "tags": tags})).json();
        let manifest = world.manifest(REPOSITORY);
        let adopt = ["apply", "--yes", "--adopt", "ecr.repository.site"];
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Refused);
        let _ = plan.says("it belongs to the CloudFormation stack `old-cdk`, which is live");
        writes_nothing(&world, &adopt, &manifest, Exit::Refused);

        // A stack of another region answers nobody here, and so has released nothing.
        let arn = format!("arn:aws:ecr:us-west-2:{}:repository/team/site", world.number);
        let retag = |id: &str| {
            let tags = json!([{"Key": "aws:cloudformation:stack-id", "Value": id}]);
            world.account.ecr("TagResource", &json!({"resourceArn": arn, "tags": tags})).json();
        };
        retag(&id.replace("us-west-2", "eu-west-1"));
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Incomplete);
        let _ = plan.says("a stack of another account or region");
        writes_nothing(&world, &adopt, &manifest, Exit::Incomplete);
        retag(&id);

        let deleted = world.account.stack("DeleteStack", "old-cdk", "1");
        assert_eq!(deleted.status, 200, "{}", deleted.body);
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Pending);
        let _ = plan.says("* adopt ecr.repository.site").says("`old-cdk` made it and has released it");
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_renamed_key_is_a_changed_tag() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(REPOSITORY));
        let renamed = world.manifest("[ecr.repository.web]\nname = \"team/site\"\nwas = \"site\"\n");
        let plan = world.infra(&["drift"], &renamed).run().expect(Exit::Pending);
        let _ = plan.says("ecr.repository.site → ecr.repository.web").says(" 1 to update,").says("of 1;");
        let _ = world.apply(&renamed);
        let _ = world.drift(&renamed).expect(Exit::Done);
    }
}

#[test]
fn a_changed_name_is_blocked_and_makes_no_second_one() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(REPOSITORY));
        // Under the same key, and under a new one that says what it was.
        for entry in [
            "[ecr.repository.site]\nname = \"web\"\n",
            "[ecr.repository.web]\nname = \"web\"\nwas = \"site\"\n",
        ] {
            let manifest = world.manifest(entry);
            let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Refused);
            let _ = plan.says("its name changed from `team/site`").says("= keep ecr.repository.");
            writes_nothing(&world, &["apply", "--yes"], &manifest, Exit::Refused);
        }
    }
}

#[test]
fn a_repository_is_deleted_only_when_it_says_so_is_empty_and_is_named() {
    let Some(world) = World::on(Backend::Moto) else { return };
    let _ =
        world.apply(&world.manifest("[ecr.repository.site]\nname = \"team/site\"\non-delete = \"delete\"\n"));
    crate::guards::push(&world, "team/site", 2);
    let empty = world.manifest("");
    let delete = ["apply", "--yes", "--delete", "ecr.repository.site"];
    let _ = world.drift(&empty).expect(Exit::Done).says("= keep ecr.repository.site").says("2 images, ");
    writes_nothing(&world, &delete, &empty, Exit::Done);
    let _ = world.infra(&delete, &empty).run().tells("--delete ecr.repository.site has no effect: it left");

    let ids = json!([{"imageTag": "v0"}, {"imageTag": "v1"}]);
    world.account.ecr("BatchDeleteImage", &json!({"repositoryName": "team/site", "imageIds": ids})).json();
    let _ = world.drift(&empty).expect(Exit::Pending).says("- delete ecr.repository.site");
    writes_nothing(&world, &["apply", "--yes"], &empty, Exit::Refused);
    let wire = Wire::new();
    let _ = world.infra(&delete, &empty).wire(&wire).run().expect(Exit::Done);
    assert_eq!(wire.writes(), ["ecr:DeleteRepository"]);
    let _ = world.drift(&empty).expect(Exit::Done).says("of 0;");
    // The same words once more, as after a run that was cut off.
    let again = world.infra(&delete, &empty).run().expect(Exit::Done);
    let _ = again.tells("--delete ecr.repository.site has no effect: there is nothing of this address");
}

/// A word is given for an address, so an address is of one thing.
#[test]
fn a_word_for_one_resource_is_none_for_another_with_the_same_mark() {
    for world in World::each() {
        let two = "[secretsmanager.secret.a]\nname = \"team/a\"\non-delete = \"delete\"\n[secretsmanager.secret.b]\nname = \"team/b\"\non-delete = \"delete\"\n";
        let _ = world.apply(&world.manifest(two));
        // What could be the address of something that is gone already is no slip.
        for (mark, exit) in [("secretsmanager.secret.a", Exit::Refused), ("nobody knows", Exit::Usage)] {
            for name in ["team/a", "team/b"] {
                let tags = json!([{"Key": "infra:address", "Value": mark}]);
                world.account.secrets("TagResource", &json!({"SecretId": name, "Tags": tags})).json();
            }
            let empty = world.manifest("");
            let _ = world
                .drift(&empty)
                .expect(Exit::Pending)
                .says("- delete secretsmanager.secret.name=team/a")
                .says("- delete secretsmanager.secret.name=team/b");
            let args = ["apply", "--yes", "--delete", mark];
            writes_nothing(&world, &args, &empty, exit);
            // Asked about each, and answered no twice.
            let wire = Wire::new();
            let output = world.infra(&["apply"], &empty).answers(&["n", "n"]).wire(&wire).run();
            let output = output.expect(Exit::Refused).tells("Delete team/a").tells("Delete team/b");
            assert_eq!(wire.writes(), [""; 0], "{output}");
        }
        let args = ["apply", "--yes", "--delete", "secretsmanager.secret.name=team/a"];
        let wire = Wire::new();
        let _ = world.infra(&args, &world.manifest("")).wire(&wire).run().expect(Exit::Refused);
        assert_eq!(wire.writes(), ["secretsmanager:DeleteSecret"]);
        let kept = world.account.secrets("DescribeSecret", &json!({"SecretId": "team/b"})).json();
        assert!(kept["DeletedDate"].is_null(), "{kept}");
    }
}

/// Between the plan and the call somebody releases it: then it is not ours to delete.
#[test]
fn what_loses_our_mark_at_the_question_is_not_deleted() {
    for world in World::each() {
        let world = std::sync::Arc::new(world);
        let _ = world.apply(&world.manifest(&SECRET.replace("name", "on-delete = \"delete\"\nname")));
        let (wire, behind) = (Wire::new(), std::sync::Arc::clone(&world));
        let output = world
            .infra(&["apply"], &world.manifest(""))
            .answers(&["y", "y"])
            .meanwhile(move || {
                let body = json!({"SecretId": "team/key", "TagKeys": ["infra:manifest"]});
                assert_eq!(behind.account.secrets("UntagResource", &body).code(), "");
            })
            .wire(&wire)
            .run();
        let _ = output.expect(Exit::Moved).tells("it no longer carries this manifest's mark");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn a_secret_is_deleted_with_thirty_days_to_undo_and_restored_with_its_value() {
    for world in World::each() {
        let manifest = world.manifest(&SECRET.replace("name", "on-delete = \"delete\"\nname"));
        let _ = world.apply(&manifest);
        let value = json!({"SecretId": "team/key", "SecretString": "kept"});
        world.account.secrets("PutSecretValue", &value).json();
        let empty = world.manifest("");
        writes_nothing(&world, &["apply", "--yes"], &empty, Exit::Refused);
        let args = ["apply", "--yes", "--delete", "secretsmanager.secret.key"];
        let _ = world.infra(&args, &empty).run().expect(Exit::Done);
        let _ = world.drift(&empty).expect(Exit::Done).says("its deletion was scheduled on");

        let manifest = world.manifest(SECRET);
        let _ = world.drift(&manifest).expect(Exit::Pending).says("^ restore secretsmanager.secret.key");
        let _ = world.apply(&manifest);
        let drift = world.drift(&manifest).expect(Exit::Done);
        assert!(!drift.out.contains("no value"), "{drift}");
    }
}

/// While its deletion is scheduled, AWS does not show its policy; what that needs is for another run.
#[test]
fn a_secret_that_shows_more_once_it_is_back_is_not_called_a_failure() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let adopt = ["apply", "--yes", "--adopt", "secretsmanager.secret.key"];
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    world.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
    world
        .account
        .secrets("PutResourcePolicy", &json!({"SecretId": "team/key", "ResourcePolicy": policy}))
        .json();
    world.account.secrets("DeleteSecret", &json!({"SecretId": "team/key"})).json();
    let manifest = world.manifest(SECRET);
    // Refused while the deletion is scheduled, as AWS does: at the plan and at the second look.
    let refused = Fault::Answer(400, "InvalidRequestException");
    let policy = "secretsmanager:GetResourcePolicy";
    let wire = Wire::with_faults(vec![(Which::Until(policy, "secretsmanager:RestoreSecret"), refused)]);
    let output = world.infra(&adopt, &manifest).wire(&wire).run().expect(Exit::Partly);
    let _ = output.tells("restored, more of it is to be changed").tells("run the same command again");
    let _ = world.apply(&manifest);
    let _ = world.drift(&manifest).expect(Exit::Done);
}

#[test]
fn the_wrong_account_is_read_for_nothing_and_written_never() {
    for world in World::each() {
        let manifest = world.manifest(REPOSITORY);
        let text = std::fs::read_to_string(&manifest).unwrap().replace(&world.number, "999999999999");
        std::fs::write(&manifest, text).unwrap();
        for args in [&["plan"][..], &["apply", "--yes"], &["drift"]] {
            let wire = Wire::new();
            let output = world.infra(args, &manifest).wire(&wire).run().expect(Exit::Failed);
            assert_eq!((output.out.as_str(), wire.writes()), ("", Vec::new()), "{output}");
            let _ = output.tells("the credentials are for account").tells("is for account 999999999999");
        }
    }
}

#[test]
fn only_the_named_entries_are_touched() {
    for world in World::each() {
        let manifest = world.manifest(&format!("{REPOSITORY}\n{SECRET}"));
        let args = ["apply", "--yes", "--only", "secretsmanager.secret.key"];
        let _ = world.infra(&args, &manifest).run().expect(Exit::Done).tells("applied: 1 resource");
        let _ = world.drift(&manifest).expect(Exit::Pending).says("+ create ecr.repository.site");
        let wrong = ["apply", "--yes", "--only", "ecr.repository.sites"];
        let _ = world
            .infra(&wrong, &manifest)
            .run()
            .expect(Exit::Usage)
            .tells("did you mean ecr.repository.site?");
    }
}

/// Who names a plan has read it: it is applied without another word, and no other plan is.
#[test]
fn a_plan_that_was_read_is_applied_by_its_digest() {
    for world in World::each() {
        world.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
        let _ = world.apply(
            &world.manifest("[secretsmanager.secret.old]\nname = \"team/old\"\non-delete = \"delete\"\n"),
        );
        let manifest = world.manifest(&format!("{SECRET}description = \"ours\"\n{REPOSITORY}"));
        let digest = |output: &crate::support::cli::Output| {
            output.out.trim_end().rsplit_once("digest ").unwrap().1.to_owned()
        };
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let read = digest(&plan);
        // Somebody changes what is to be adopted.
        let changed = json!({"SecretId": "team/key", "Description": "changed"});
        world.account.secrets("UpdateSecret", &changed).json();
        let wire = Wire::new();
        let stale = world.infra(&["apply", "--digest", &read], &manifest).wire(&wire).run();
        let stale = stale.expect(Exit::Moved).tells("it is no longer the one that was read");
        assert_eq!(wire.writes(), [""; 0]);
        // Adopted, created and deleted, as it was read.
        let now = digest(&stale);
        let output = world.infra(&["apply", "--digest", &now], &manifest).run().expect(Exit::Done);
        let _ = output.tells("applied: 3 resources");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}
