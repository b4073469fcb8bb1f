//! What has no entry, or not all of one: it is said, and why.

use std::fs;

use infra::cli::exit::Exit;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;

use super::by_hand::by_hand;
use super::{default_vpc, group, init, is_adopted_by_tags_alone, text};
use crate::interruption::clean_up;
use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::REGION;

const SECRET: &str = "[secretsmanager.secret.key]\nname = \"team/key\"\n";

#[test]
fn what_is_somebody_elses_is_left_out_and_said() {
    for world in World::each() {
        let _ = world.apply(&world.named_manifest("other", SECRET));
        let _ = world.apply(&world.named_manifest("found", "[ecr.repository.ours]\nname = \"team/ours\"\n"));
        let controller = json!([{"Key": "services.k8s.aws/namespace", "Value": "prod"}]);
        let repository = json!({"repositoryName": "team/theirs", "tags": controller});
        world.account.ecr("CreateRepository", &repository).json();
        let stack = world.account.stack("CreateStack", "old-cdk", "1").element("StackId");
        let stack = json!([
            {"Key": "aws:cloudformation:stack-id", "Value": stack},
            {"Key": "aws:cloudformation:stack-name", "Value": "old-cdk"},
        ]);
        let repository = json!({"repositoryName": "team/stacked", "tags": stack});
        world.account.ecr("CreateRepository", &repository).json();
        world.account.secrets("CreateSecret", &json!({"Name": "team/going"})).json();
        let going = json!({"SecretId": "team/going", "RecoveryWindowInDays": 7});
        world.account.secrets("DeleteSecret", &going).json();
        let (_folder, manifest, output) = init(&world, &["--name", "team/*"]);
        let output = output.expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        for why in [
            "secretsmanager.secret team/key: it belongs to the manifest `other`",
            "secretsmanager.secret team/going: its deletion was scheduled on ",
            "ecr.repository team/theirs: its tags say that AWS Controllers for Kubernetes manages it",
            "ecr.repository team/stacked: it belongs to the CloudFormation stack `old-cdk`, which is live",
        ] {
            assert!(output.err.contains(&format!("left out: {why}")), "{why}\n{output}");
            assert!(text.contains(&format!("# - {why}")), "{why}\n{text}");
        }
        // What is this manifest's own is declared as it is, and only its key is another.
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let _ = plan
            .says("plan: 0 to create, 1 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked,")
            .says("tag infra:address  ecr.repository.ours → ecr.repository.team-ours");
    }
}

#[test]
fn of_two_with_one_name_none_is_chosen_and_one_without_is_told_by_its_id() {
    for world in World::each() {
        let name = json!([{"Key": "Name", "Value": "data"}]);
        for (token, tags) in [("one", name.clone()), ("two", name), ("three", json!([]))] {
            let body = json!({"CreationToken": token, "Encrypted": true, "Tags": tags});
            world.account.efs("POST file-systems", &body).json();
        }
        let (_folder, manifest, output) = init(&world, &["--kind", "efs"]);
        let output = output.expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        let twins = text.lines().filter(|line| {
            line.starts_with("# - efs.file-system data (fs-") && line.contains(" has the same name, ")
        });
        assert_eq!(twins.count(), 2, "{text}");
        assert!(text.contains("[efs.file-system.file-system]\nname    = \"fs-"), "{text}");
        assert!(text.contains("\nid      = \"fs-"), "{text}\n{output}");
        is_adopted_by_tags_alone(&world, &manifest, 1);
    }
}

#[test]
fn what_no_manifest_can_say_is_left_alone() {
    for world in World::each() {
        world.account.ecr("CreateRepository", &json!({"repositoryName": "team/site"})).json();
        let policy = json!({"Version": "2008-10-17", "Statement": [{
            "Sid": "pull", "Effect": "Allow", "Action": "ecr:BatchGetImage",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        }]});
        let body = json!({"repositoryName": "team/site", "policyText": policy.to_string()});
        world.account.ecr("SetRepositoryPolicy", &body).json();
        let vpc = default_vpc(&world);
        let inner = group(&world, &vpc, "team-inner", "From the default group");
        let listed = world.account.ec2(
            "DescribeSecurityGroups",
            &[("Filter.1.Name", "group-name"), ("Filter.1.Value.1", "default")],
        );
        let own = listed.xml().element("groupId");
        let rule = [
            ("GroupId", inner.as_str()),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", "443"),
            ("IpPermissions.1.ToPort", "443"),
            ("IpPermissions.1.Groups.1.GroupId", &own),
        ];
        world.account.ec2("AuthorizeSecurityGroupIngress", &rule).xml();
        let (_folder, manifest, output) = init(&world, &["--name", "team*"]);
        let _ = output.expect(Exit::Done);
        allow_duplicates! { assert_snapshot!(text(&world, &manifest), @r#"
        # What there is in account ACCOUNT, region us-west-2, on DAY.
        # Written by: infra init --name 'team*'
        # Read it, then run `infra plan`: taking over what is here writes tags, and nothing else.

        [manifest]
        name    = "found"
        account = "ACCOUNT"
        region  = "us-west-2"

        [lookup.vpc.main]
        default = true

        # policy is left alone: the policy is not of the version 2012-10-17
        [ecr.repository.site]
        name   = "team/site"
        ignore = ["policy"]

        # ingress is left alone: it names ec2.security-group default (sg-ID), which is left out
        [ec2.security-group.inner]
        name        = "team-inner"
        vpc         = "main"
        description = "From the default group"
        egress      = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true }]
        ignore      = ["ingress"]

        # Left out, each for its reason:
        # - ec2.security-group default (sg-ID): AWS makes it with its VPC, and keeps it
        "#); }
        is_adopted_by_tags_alone(&world, &manifest, 2);
    }
}

#[test]
fn what_could_not_be_read_is_named_and_is_no_silence() {
    for world in World::each() {
        by_hand(&world);
        let folder = tempfile::tempdir().unwrap();
        for (call, left) in [
            ("secretsmanager:ListSecrets", "secretsmanager."),
            ("ecr:GetLifecyclePolicy", "ecr."),
            ("ec2:DescribeSubnets", "lookup."),
            ("elasticfilesystem:DescribeMountTargets", "efs."),
        ] {
            let fault = Fault::Answer(400, "AccessDeniedException");
            let wire = Wire::with_faults(vec![(Which::Named(call), fault)]);
            let out = folder.path().join(format!("{left}toml"));
            let args = ["init", "--region", REGION, "--out", out.to_str().unwrap()];
            let output = world.command(&args).wire(&wire).run().expect(Exit::Incomplete);
            let text = fs::read_to_string(&out).unwrap();
            assert!(output.err.contains(&format!("could not read {call}")), "{output}");
            assert!(text.contains("# Could not be read, so there may be more:"), "{text}");
            assert!(text.contains(&format!("# - {call}")), "{text}");
            assert!(!text.contains(&format!("\n[{left}")), "{text}");
        }
    }
}

/// A function's folder is with whoever wrote it, and what a stack exports is not told by it: so neither has an entry, nor has
/// a rule, which names the function. What those name is written.
#[test]
fn a_function_with_its_rule_and_the_exports_are_left_out_and_say_why() {
    for world in World::each() {
        clean_up::code(&world);
        let entries = clean_up::ENTRIES.to_owned()
            + "[ecr.repository.site]\nname = \"team/site\"\n\
               [export.SiteUri]\nvalue = \"ecr.repository.site.uri\"\n";
        let _ = world.apply(&world.manifest(&entries));
        // Of the same manifest, which was lost.
        let (_folder, manifest, output) = init(&world, &["--manifest", "test"]);
        let output = output.expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        let exports =
            "cloudformation.exports infra-test-exports: a stack does not tell what its values are taken from";
        for why in [
            "lambda.function cleanup: its source code is not at hand",
            "events.rule cleanup: it names lambda.function cleanup, which is left out",
            exports,
        ] {
            assert!(output.err.contains(&format!("left out: {why}")), "{why}\n{output}");
            assert!(text.contains(&format!("# - {why}")), "{why}\n{text}");
        }
        // Of what it cannot declare nothing is deleted without a word, and of the rest only the keys are others.
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let _ = plan
            .says("needs --delete events.rule.cleanup")
            .says("needs --delete lambda.function.cleanup")
            .says("needs --delete cloudformation.exports.test");
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
        assert!(wire.writes().iter().all(|call| call.ends_with("TagResource")), "{:?}", wire.writes());
    }
}
