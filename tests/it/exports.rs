//! The life of what a manifest exports: one stack, made, repaired, taken over, refused, imported from, deleted.

use infra::cli::exit::Exit;
use infra::kinds::KINDS;
use infra::model::brought_by;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const ENTRIES: &str = r#"
[ecr.repository.site]
name = "team/site"
on-delete = "delete"
[ecr.repository.shop]
name = "team/shop"
[secretsmanager.secret.key]
name = "team/key"
"#;
const EXPORTS: &str = r#"
[export.SiteUri]
value = "ecr.repository.site.uri"
description = "Where images go"
[export."team:key-arn"]
value = "secretsmanager.secret.key.arn"
"#;
const STACK: &str = "infra-test-exports";
const ADDRESS: &str = "cloudformation.exports.test";

#[test]
fn it_is_made_after_what_it_exports_and_stays() {
    for world in World::each() {
        let manifest = world.manifest(&[ENTRIES, EXPORTS].concat());
        let _ = world
            .infra(&["plan"], &manifest)
            .run()
            .expect(Exit::Done)
            .says(&format!("+ create {ADDRESS}  {STACK}"))
            .says("export SiteUri          ecr.repository.site.uri (known after apply)");
        let _ = world.apply(&manifest).tells("verified");
        let exports = world.account.exports().xml();
        assert_eq!(exports.elements("Name").collect::<Vec<_>>(), ["SiteUri", "team:key-arn"]);
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        let counts = wire.counts();
        let own = counts.iter().filter(|(call, _)| call.starts_with("cloudformation:"));
        let own: Vec<_> = own.map(|(call, count)| (call.as_str(), *count)).collect();
        assert_eq!(own, [("cloudformation:DescribeStackResources", 1), ("cloudformation:DescribeStacks", 1)]);
    }
}

/// The template of a stack of nothing, with these outputs.
fn template(outputs: &Value) -> String {
    let nothing = json!({ "None": { "Type": "AWS::CloudFormation::WaitConditionHandle" } });
    json!({ "Resources": nothing, "Outputs": outputs }).to_string()
}

/// Creates or updates a stack by hand, and waits until that is done.
fn by_hand(world: &World, operation: &str, stack: &str, template: &str) {
    let parameters = [("StackName", stack), ("TemplateBody", template)];
    let _ = world.account.cloudformation(operation, &parameters).xml();
    loop {
        let described = world.account.cloudformation("DescribeStacks", &[("StackName", stack)]).xml();
        if !described.element("StackStatus").ends_with("_IN_PROGRESS") {
            return;
        }
    }
}

/// A stack of somebody else's that takes a value of ours.
fn imports(world: &World, export: &str) {
    let taken = json!({ "Taken": { "Value": { "Fn::ImportValue": export } } });
    by_hand(world, "CreateStack", "consumer", &template(&taken));
}

fn exported(world: &World) -> Vec<(String, String)> {
    let answer = world.account.exports().xml();
    let values = answer.elements("Value").map(str::to_owned);
    let mut all: Vec<_> = answer.elements("Name").map(str::to_owned).zip(values).collect();
    all.sort();
    all
}

fn all() -> String {
    [ENTRIES, EXPORTS].concat()
}

#[test]
fn what_is_exported_can_be_named_anew_described_and_added_to() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        let more = format!("{}\n[export.More]\nvalue = \"ecr.repository.shop.arn\"\n", all());
        let more = more.replace("Where images go", "Where they go");
        let manifest = world.manifest(&more);
        let _ = world
            .infra(&["drift"], &manifest)
            .run()
            .expect(Exit::Pending)
            .says("Where images go → Where they go")
            .says("(none)          → ecr.repository.shop.arn (arn:aws:ecr:");
        let _ = world.apply(&manifest).tells("verified");
        assert_eq!(exported(&world).len(), 3);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_nobody_imports_can_change_and_go() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        let before = exported(&world);
        let manifest = world.manifest(&all().replace("repository.site.uri", "repository.shop.uri"));
        let drift = world.drift(&manifest).expect(Exit::Pending);
        let _ = drift.says(&format!("- {}", before[0].1)).says("+ ecr.repository.shop.uri (");
        let _ = world.apply(&manifest).tells("verified");
        assert!(exported(&world)[0].1.ends_with("team/shop"));
        let fewer = world.manifest(&[ENTRIES, EXPORTS.split("[export.\"").next().unwrap()].concat());
        let _ = world.apply(&fewer).tells("verified");
        assert_eq!(exported(&world), [before[0].clone()]);
        let _ = world.drift(&fewer).expect(Exit::Done);
    }
}

#[test]
fn what_others_import_is_blocked_and_names_them() {
    for world in World::each() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        imports(&world, "SiteUri");
        let _ = world.drift(&manifest).expect(Exit::Done);
        let changed = all().replace("repository.site.uri", "repository.shop.uri");
        let gone =
            [ENTRIES, EXPORTS.split_once("[export.\"").map(|(_, rest)| rest).unwrap()].join("[export.\"");
        for text in [&changed, &gone] {
            let manifest = world.manifest(text);
            let _ = world
                .infra(&["drift"], &manifest)
                .run()
                .expect(Exit::Refused)
                .says(&format!("! blocked {ADDRESS}"))
                .says("`export SiteUri` is imported by the stack consumer");
            let wire = Wire::new();
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
            assert_eq!(wire.writes(), [""; 0]);
        }
        // What is exported stays where it is, too.
        let start = changed.find("[ecr.repository.shop]").unwrap();
        let without = world.manifest(&changed[start..]);
        let wire = Wire::new();
        let _ = world
            .infra(&["apply", "--yes", "--delete", "ecr.repository.site"], &without)
            .wire(&wire)
            .run()
            .expect(Exit::Refused)
            .tells(&format!("left out: delete ecr.repository.site: {ADDRESS} has what it brings"));
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn without_an_answer_who_imports_nothing_is_changed() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        let manifest = world.manifest(&all().replace("repository.site.uri", "repository.shop.uri"));
        let denied = (Which::Named("cloudformation:ListImports"), Fault::Answer(403, "AccessDenied"));
        let wire = Wire::with_faults(vec![denied]);
        let drift = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
        let _ = drift.says(&format!("? unknown {ADDRESS}")).says("cloudformation:ListImports");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn what_somebody_changes_in_the_stack_is_drift_and_is_repaired() {
    for world in World::each() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        let before = exported(&world);
        // One is left, another is gone, and one more exports nothing.
        let changed = json!({
            "Site": { "Value": before[0].1, "Export": { "Name": "SiteUri" } },
            "Out": { "Value": "x" },
        });
        by_hand(&world, "UpdateStack", STACK, &template(&changed));
        assert_eq!(exported(&world), before[..1]);
        let drift = world.drift(&manifest).expect(Exit::Pending).says(&format!("~ update {ADDRESS}"));
        let drift = drift.says("export team:key-arn").says("description of SiteUri");
        let _ = drift.says("output that exports nothing");
        let _ = world.apply(&manifest).tells("verified");
        assert_eq!(exported(&world), before);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// What others may still import is the value of something that is there.
#[test]
fn a_failed_update_keeps_what_it_exports() {
    const REPOSITORY: &str = "ecr.repository.site";
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        let start = ENTRIES.find("[ecr.repository.shop]").unwrap();
        let rest = EXPORTS.find("[export.\"").unwrap();
        let without = world.manifest(&[&ENTRIES[start..], &EXPORTS[rest..]].concat());
        let refused =
            (Which::Named("cloudformation:UpdateStack"), Fault::Answer(400, "LimitExceededException"));
        let wire = Wire::with_faults(vec![refused]);
        let delete = ["apply", "--yes", "--delete", REPOSITORY];
        let failed = world.infra(&delete, &without).wire(&wire).run().expect(Exit::Partly);
        assert_eq!(wire.writes(), ["cloudformation:UpdateStack"], "{failed}");
        // Alone it cannot go either.
        let only = [&delete[..], &["--only", REPOSITORY]].concat();
        let left = world.infra(&only, &without).run().expect(Exit::Refused);
        let _ = left.tells(&format!("{ADDRESS} has what it brings, and is left as it is"));
        let wire = Wire::new();
        let _ = world.infra(&delete, &without).wire(&wire).run().expect(Exit::Done).tells("verified");
        assert_eq!(wire.writes(), ["cloudformation:UpdateStack", "ecr:DeleteRepository"]);
    }
}

/// An update that is taken back is a failure, with what CloudFormation says of it.
#[test]
fn why_an_update_was_taken_back_is_told() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        imports(&world, "SiteUri");
        let manifest = world.manifest(&all().replace("repository.site.uri", "repository.shop.uri"));
        // Nobody has imported it when the question is asked.
        let unused = Fault::Says(400, "ValidationError", "Export 'SiteUri' is not imported by any stack.");
        let wire = Wire::with_faults(vec![(Which::Named("cloudformation:ListImports"), unused)]);
        let _ = world
            .infra(&["apply", "--yes"], &manifest)
            .wire(&wire)
            .run()
            .expect(Exit::Partly)
            .tells("it ended as UPDATE_ROLLBACK_COMPLETE")
            .tells("Export SiteUri cannot be updated as it is in use by consumer");
        assert!(exported(&world)[0].1.ends_with("team/site"));
        let _ = world.drift(&world.manifest(&all())).expect(Exit::Done);
    }
}

/// The table of what can be named is true: whatever it lists is there once all is made.
#[test]
fn every_entry_brings_what_a_text_can_name() {
    for world in World::each() {
        let manifest = world.prereqs();
        let _ = world.apply(&manifest);
        let printed = world.infra(&["output", "--format", "json"], &manifest).run().expect(Exit::Done).out;
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let mut checked = 0;
        for (address, outputs) in printed.as_object().unwrap() {
            let kind = KINDS.iter().find(|kind| address.starts_with(&format!("{}.", kind.name()))).unwrap();
            for output in brought_by(kind.name()).into_iter().flatten() {
                let value = outputs[output].as_str().unwrap_or_default();
                assert!(!value.is_empty(), "{address} brings no {output}: {outputs}");
                checked += 1;
            }
        }
        assert!(checked > 10, "{printed}");
    }
}

/// The waits are for the status alone, and so are those of a look.
#[test]
fn what_cloudformation_is_at_is_waited_for() {
    const DESCRIBE: &str = "cloudformation:DescribeStacks";
    for world in World::each() {
        let manifest = world.manifest(&all());
        let busy = |from, to| Fault::Reads(from, to);
        let late = (
            Which::Behind(3, DESCRIBE, "cloudformation:CreateStack"),
            busy("<StackStatus>CREATE_COMPLETE<", "<StackStatus>CREATE_IN_PROGRESS<"),
        );
        let wire = Wire::with_faults(vec![late]);
        let made = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = made.tells("CloudFormation to be done with infra-test-exports").tells("verified");
        let at_it = (
            Which::First(2, DESCRIBE.to_owned()),
            busy("<StackStatus>CREATE_COMPLETE<", "<StackStatus>UPDATE_IN_PROGRESS<"),
        );
        let wire = Wire::with_faults(vec![at_it]);
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.counts()[DESCRIBE], 3);
        let stuck = (
            Which::Named(DESCRIBE),
            busy("<StackStatus>CREATE_COMPLETE<", "<StackStatus>UPDATE_ROLLBACK_FAILED<"),
        );
        let wire = Wire::with_faults(vec![stuck]);
        let _ = world
            .infra(&["drift"], &manifest)
            .wire(&wire)
            .run()
            .expect(Exit::Refused)
            .says("`aws cloudformation continue-update-rollback --stack-name infra-test-exports`");
    }
}

#[test]
fn a_lost_reply_makes_no_second_one() {
    for world in World::each() {
        let manifest = world.manifest(&all());
        let lost = (Which::First(1, "cloudformation:CreateStack".to_owned()), Fault::LostReply);
        let wire = Wire::with_faults(vec![lost]);
        let _ = world
            .infra(&["apply", "--yes"], &manifest)
            .wire(&wire)
            .run()
            .expect(Exit::Done)
            .tells("verified");
        assert_eq!(exported(&world).len(), 2);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn a_name_that_another_stack_exports_is_refused_before_anything_is_done() {
    for world in World::each() {
        let taken = json!({ "Out": { "Value": "x", "Export": { "Name": "SiteUri" } } });
        by_hand(&world, "CreateStack", "legacy", &template(&taken));
        let manifest = world.manifest(&all());
        let refused = "`SiteUri` is exported by the stack legacy";
        let _ = world.infra(&["plan", "--exit-code"], &manifest).run().expect(Exit::Refused).says(refused);
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        assert_eq!(exported(&world), [("SiteUri".to_owned(), "x".to_owned())]);
        let other = world.manifest(&all().replace("SiteUri", "Uri"));
        let _ = world.apply(&other).tells("verified");
        // Of one that is ours already, a new name is refused as well.
        let manifest = world.manifest(&all());
        let _ = world.infra(&["drift"], &manifest).run().expect(Exit::Refused).says(refused);
    }
}

#[test]
fn one_that_is_nobodys_is_taken_over_and_one_with_resources_never() {
    for world in World::each() {
        let manifest = world.manifest(&all());
        by_hand(&world, "CreateStack", STACK, &template(&json!({ "Out": { "Value": "x" } })));
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let adopt = world.infra(&["apply", "--yes", "--adopt", ADDRESS], &manifest).run();
        let _ = adopt.expect(Exit::Done).tells("verified");
        let queue = json!({
            "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } },
            "Outputs": { "Out": { "Value": "x" } },
        });
        by_hand(&world, "UpdateStack", STACK, &queue.to_string());
        let _ = world
            .infra(&["drift"], &manifest)
            .run()
            .expect(Exit::Refused)
            .says("the stack holds Queue (AWS::SQS::Queue), which an update would delete");
        let without = world.manifest(ENTRIES);
        let wire = Wire::new();
        let kept = world.infra(&["apply", "--yes", "--delete", ADDRESS], &without).wire(&wire).run();
        assert_eq!(wire.writes(), [""; 0], "{kept}");
    }
}

#[test]
fn it_goes_with_the_last_export_once_nobody_imports() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all()));
        imports(&world, "SiteUri");
        let without = world.manifest(ENTRIES);
        let _ = world.drift(&without).expect(Exit::Done).says("SiteUri is imported by the stack consumer");
        let _ = world.account.cloudformation("DeleteStack", &[("StackName", "consumer")]).xml();
        let _ = world
            .infra(&["drift"], &without)
            .run()
            .expect(Exit::Pending)
            .says(&format!("- delete {ADDRESS}"));
        let _ = world.infra(&["apply", "--yes"], &without).run().expect(Exit::Refused);
        let deleted = world.infra(&["apply", "--yes", "--delete", ADDRESS], &without).run();
        let _ = deleted.expect(Exit::Done).tells("verified");
        assert_eq!(exported(&world), []);
        // Made again, it is another stack.
        let _ = world.apply(&world.manifest(&all())).tells("verified");
        assert_eq!(exported(&world).len(), 2);
    }
}
