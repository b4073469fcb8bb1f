//! The life of a log group: repaired, taken over from Lambda, its logs guarded, and kept.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::Wire;

const ENTRY: &str = "[logs.log-group.site]\nname = \"/aws/lambda/site\"\nretention-days = 30\n";
const NAME: &str = "/aws/lambda/site";

fn logs(world: &World, operation: &str, more: &Value) {
    let mut body = json!({ "logGroupName": NAME });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    assert_eq!(world.account.logs(operation, &body).code(), "", "{operation}");
}

#[test]
fn what_others_change_is_drift_and_is_repaired() {
    for world in World::each() {
        let manifest = world.manifest(ENTRY);
        let _ = world.apply(&manifest).tells("verified");
        // A longer name, which a prefix finds too, and which is nobody's.
        world.account.logs("CreateLogGroup", &json!({ "logGroupName": format!("{NAME}-edge") })).json();
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        // Whoever is not marked is not even asked.
        let counts = ["logs:DescribeLogGroups", "logs:ListTagsForResource", "tag:GetResources"];
        assert_eq!(counts.map(|call| wire.counts()[call]), [1, 1, 1]);
        for (operation, more, told) in [
            ("PutRetentionPolicy", json!({ "retentionInDays": 7 }), "7 → 30"),
            ("DeleteRetentionPolicy", json!({}), "for ever → 30"),
            (
                "AssociateKmsKey",
                json!({ "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/x" }),
                "AWS's own",
            ),
        ] {
            logs(&world, operation, &more);
            let _ =
                world.drift(&manifest).expect(Exit::Pending).says("~ update logs.log-group.site").says(told);
            let _ = world.apply(&manifest);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

/// Lambda made it, and it holds logs: neither is it ours, nor may they go, without a word for each.
#[test]
fn logs_go_only_by_a_word_for_it() {
    for world in World::each() {
        logs(&world, "CreateLogGroup", &json!({}));
        logs(&world, "CreateLogStream", &json!({ "logStreamName": "one" }));
        let event = json!({ "timestamp": 1_795_000_000_000_u64, "message": "hello" });
        let _ = world.account.logs(
            "PutLogEvents",
            &json!({ "logGroupName": NAME, "logStreamName": "one", "logEvents": [event] }),
        );
        let manifest = world.manifest(ENTRY);
        let adopt = ["apply", "--yes", "--adopt", "logs.log-group.site"];
        let wire = Wire::new();
        let refused = world.infra(&adopt, &manifest).wire(&wire).run().expect(Exit::Refused);
        let _ =
            refused.says("what is older than 30 days of ").says("needs --allow-expire logs.log-group.site");
        assert_eq!(wire.writes(), [""; 0]);
        let allow = [&adopt[..], &["--allow-expire", "logs.log-group.site"]].concat();
        let _ = world.infra(&allow, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        // What left is kept, with what it holds.
        let without = world.manifest("");
        let kept = world.drift(&without).expect(Exit::Done);
        let _ = kept.says("= keep logs.log-group.site").says("of logs");
    }
}
