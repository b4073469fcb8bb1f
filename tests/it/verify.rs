//! `infra verify`: what is found to work, what is not, and what cannot be told, in an emulated account.

use infra::cli::exit::Exit;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use crate::support::cli::{Output, World};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;

/// The lines of the checks alone, with what differs from one account to the next made the same.
fn checks(output: &Output) -> String {
    let line = |line: &str| {
        let words = line.split(' ').map(|word| match word {
            _ if word.starts_with("arn:") => "ARN",
            _ if word.starts_with("fsmt-") => "fsmt-X",
            _ if word.starts_with("subnet-") => "subnet-X",
            _ if word.contains(".dkr.ecr.") => "REGISTRY",
            _ if word.ends_with(".amazonaws.com") => "BALANCER",
            word => word,
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let (line, day) = line.split_once(" valid until ").unwrap_or((line.as_str(), ""));
        if day.is_empty() { line.to_owned() } else { format!("{line} valid until DAY") }
    };
    output.out.lines().skip(2).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn of_what_is_applied_everything_is_there_and_nothing_that_was_not_tried_has_passed() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.prereqs();
    let _ = world.apply(&manifest);
    for name in ["anthropic-api-key", "github-token", "aws-credentials"] {
        let value = json!({"SecretId": format!("webordinary/{name}"), "SecretString": "x"});
        assert_eq!(world.account.secrets("PutSecretValue", &value).code(), "");
    }
    let wire = Wire::new();
    let output = world.infra(&["verify"], &manifest).wire(&wire).run().expect(Exit::Done);
    assert_eq!(wire.writes(), [""; 0]);
    assert_snapshot!(checks(&output), @"
    lookup.vpc.main  vpc-00000001
          passed     there                    the default VPC, 172.31.0.0/16; us-west-2a subnet-X us-west-2b subnet-X us-west-2c subnet-X

    lookup.certificate.site  ARN
          passed     there                    issued for *.ameliastamps.com, RSA 2048
          passed     validity                 valid until DAY

    ecr.repository.claude-code-astro  webordinary/claude-code-astro
          passed     there                    as declared
          passed     tags                     4 tags as declared
          unchecked  pull                     it holds no image that could be pulled
          unchecked  push                     a layer is pushed only with --push

    secretsmanager.secret.anthropic-api-key  webordinary/anthropic-api-key
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     value                    a version is current (AWSCURRENT); it was not read
          passed     readers                  no resource policy: IAM of this account alone says who

    secretsmanager.secret.github-token  webordinary/github-token
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     value                    a version is current (AWSCURRENT); it was not read
          passed     readers                  no resource policy: IAM of this account alone says who

    secretsmanager.secret.aws-credentials  webordinary/aws-credentials
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     value                    a version is current (AWSCURRENT); it was not read
          passed     readers                  no resource policy: IAM of this account alone says who

    ec2.security-group.workspaces-clients  webordinary-workspaces-clients
          passed     there                    as declared
          passed     tags                     4 tags as declared

    ec2.security-group.workspaces  webordinary-workspaces
          passed     there                    as declared
          passed     tags                     4 tags as declared

    ec2.security-group.edit-alb  webordinary-edit-alb
          passed     there                    as declared
          passed     tags                     4 tags as declared

    efs.file-system.workspaces  webordinary-workspaces
          passed     there                    as declared
          passed     tags                     5 tags as declared
          passed     mount target us-west-2a  fsmt-X is up in subnet-X
          passed     mount target us-west-2b  fsmt-X is up in subnet-X
          passed     mount target us-west-2c  fsmt-X is up in subnet-X

    efs.access-point.clients  clients
          passed     there                    as declared
          passed     tags                     5 tags as declared

    elbv2.load-balancer.edit  webordinary-edit-alb
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     state                    active

    elbv2.listener.edit-https  webordinary-edit-alb:443
          passed     there                    as declared
          passed     tags                     4 tags as declared
          unchecked  answers on 443           another endpoint stands in for AWS: nothing answers at BALANCER

    elbv2.listener.edit-http  webordinary-edit-alb:80
          passed     there                    as declared
          passed     tags                     4 tags as declared
          unchecked  answers on 80            another endpoint stands in for AWS: nothing answers at BALANCER

    logs.log-group.cleanup  /aws/lambda/webordinary-cleanup-threads
          passed     there                    as declared
          passed     tags                     4 tags as declared

    iam.role.cleanup  webordinary-cleanup-threads
          passed     there                    as declared
          passed     tags                     4 tags as declared

    lambda.function.cleanup  webordinary-cleanup-threads
          passed     there                    as declared
          passed     tags                     4 tags as declared
          unchecked  last report              another endpoint stands in for AWS: no schedule runs in it

    events.rule.cleanup  webordinary-cleanup-threads
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     scheduled                rate(1 day), calls ARN which lets it in

    cloudformation.exports.prereqs  infra-prereqs-exports
          passed     there                    as declared
          passed     tags                     4 tags as declared
          passed     exported                 8 exports, for Fn::ImportValue

    the account
          unchecked  registry                 another endpoint stands in for AWS: nothing answers at REGISTRY
          unchecked  trail                    another endpoint stands in for AWS: nobody reads from it, and no trail records that

    verify: 49 passed, 0 failed, 7 unchecked
    ");
}

const ENTRIES: &str =
    "[ecr.repository.site]\nname = \"team/site\"\n\n[secretsmanager.secret.key]\nname = \"team/key\"\n";

#[test]
fn what_is_missing_has_failed() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let gone = json!({"repositoryName": "team/site"});
        assert_eq!(world.account.ecr("DeleteRepository", &gone).code(), "");
        let untagged = json!({"SecretId": "team/key", "TagKeys": ["Project"]});
        assert_eq!(world.account.secrets("UntagResource", &untagged).code(), "");
        let output = world.infra(&["verify"], &manifest).run().expect(Exit::Failed);
        allow_duplicates! {
            assert_snapshot!(checks(&output), @"
            ecr.repository.site  team/site
                  failed     there    it is not there
                             help: `infra apply` makes it

            secretsmanager.secret.key  team/key
                  passed     there    as declared
                  failed     tags     Project=tests is missing
                             help: `infra apply` sets them
                  failed     value    it has no value: readers get an error
                             help: put one: `infra secret set` with this address
                  passed     readers  no resource policy: IAM of this account alone says who

            the account
                  unchecked  trail    another endpoint stands in for AWS: nobody reads from it, and no trail records that

            verify: 2 passed, 3 failed, 1 unchecked
            ");
        }
    }
}

#[test]
fn what_cannot_be_read_is_unchecked_and_said_by_the_exit_code() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES.split("\n\n").next().unwrap());
        let _ = world.apply(&manifest);
        let denied = Fault::Answer(400, "AccessDeniedException");
        let wire = Wire::with_faults(vec![(Which::Named("ecr:GetLifecyclePolicy"), denied)]);
        let output = world.infra(&["verify"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
        let _ = output
            .says("unchecked  there  ecr:GetLifecyclePolicy on team/site failed: AccessDeniedException")
            .says("\nverify: 0 passed, 0 failed, 1 unchecked\n");
    }
}

#[test]
fn for_machines() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let output = world.infra(&["verify", "--format", "json", "--push"], &manifest).run();
        let output = output.expect(Exit::Failed);
        let told: Value = serde_json::from_str(&output.out).unwrap();
        assert_eq!(told["format"], "infra.verify/1");
        assert_eq!(told["summary"], json!({"passed": 5, "failed": 1, "unchecked": 4}));
        let of = |check: &str| {
            let mut checks = told["checks"].as_array().unwrap().iter();
            checks.find(|it| it["check"] == check).unwrap().clone()
        };
        let there = json!({"address": "ecr.repository.site", "name": "team/site", "check": "there",
            "outcome": "passed", "unread": false, "seen": "as declared", "help": null});
        assert_eq!(of("there"), there);
        assert_eq!(
            (of("value")["outcome"].as_str(), of("trail")["address"].as_str()),
            (Some("failed"), None)
        );
        assert!(
            of("push")["seen"].as_str().unwrap().starts_with("another endpoint stands in for AWS"),
            "{told:#}"
        );
    }
}
