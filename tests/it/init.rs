//! `infra init`: what people made by other means becomes a manifest, and taking it over writes tags alone.

use std::fs;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::cli::{Output, World, infra};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::REGION;

/// What `aws` commands leave behind: repository, secrets, a group, a file system with its mount targets, and a way in.
fn by_hand(world: &World) {
    let account = &world.account;
    let project = json!([{"Key": "Project", "Value": "webordinary"}]);
    let name = json!({"repositoryName": "webordinary/claude-code-astro"});
    let mut repository = name.clone();
    repository["imageScanningConfiguration"] = json!({"scanOnPush": true});
    repository["tags"] = project.clone();
    account.ecr("CreateRepository", &repository).json();
    let rules = json!({"rules": [{
        "rulePriority": 1, "description": "Keep last 10 images", "action": {"type": "expire"},
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
    }]});
    let mut lifecycle = name;
    lifecycle["lifecyclePolicyText"] = rules.to_string().into();
    account.ecr("PutLifecyclePolicy", &lifecycle).json();
    for (name, description) in [
        ("anthropic-api-key", "Claude API key for Claude Code SDK"),
        ("github-token", "GitHub personal access token for repository operations"),
        ("aws-credentials", "AWS credentials for S3 access"),
    ] {
        let body = json!({
            "Name": format!("webordinary/{name}"), "Description": description,
            "SecretString": "nobody reads this", "Tags": project,
        });
        account.secrets("CreateSecret", &body).json();
    }
    let vpc = default_vpc(world);
    let group = group(world, &vpc, "webordinary-workspaces", "Mount targets of the workspaces");
    let nfs = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "2049"),
        ("IpPermissions.1.ToPort", "2049"),
        ("IpPermissions.1.Groups.1.GroupId", &group),
    ];
    account.ec2("AuthorizeSecurityGroupIngress", &nfs).xml();
    let body = json!({
        "CreationToken": "webordinary-workspaces", "Encrypted": true, "Backup": true,
        "Tags": [{"Key": "Name", "Value": "webordinary-workspaces"}, {"Key": "Project", "Value": "webordinary"}],
    });
    let made = account.efs("POST file-systems", &body).json();
    let id = made["FileSystemId"].as_str().unwrap();
    let rules = json!({"LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}]});
    account.efs(&format!("PUT file-systems/{id}/lifecycle-configuration"), &rules).json();
    let backup = json!({"BackupPolicy": {"Status": "ENABLED"}});
    account.efs(&format!("PUT file-systems/{id}/backup-policy"), &backup).json();
    let subnets = account.ec2("DescribeSubnets", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)]);
    for subnet in subnets.xml().elements("subnetId") {
        let body = json!({"FileSystemId": id, "SubnetId": subnet, "SecurityGroups": [group]});
        account.efs("POST mount-targets", &body).json();
    }
    let body = json!({
        "ClientToken": "clients", "FileSystemId": id, "PosixUser": {"Uid": 1000, "Gid": 1000},
        "RootDirectory": {"Path": "/clients", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "755"}},
    });
    account.efs("POST access-points", &body).json();
}

fn default_vpc(world: &World) -> String {
    let filter = [("Filter.1.Name", "isDefault"), ("Filter.1.Value.1", "true")];
    world.account.ec2("DescribeVpcs", &filter).xml().element("vpcId")
}

fn group(world: &World, vpc: &str, name: &str, description: &str) -> String {
    let group = [("GroupName", name), ("GroupDescription", description), ("VpcId", vpc)];
    world.account.ec2("CreateSecurityGroup", &group).xml().element("groupId")
}

/// Runs it into a file of its own folder, and gives the file and what was said.
fn init(world: &World, args: &[&str]) -> (tempfile::TempDir, PathBuf, Output) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("found.toml");
    let all = [&["init", "--region", REGION, "--out", out.to_str().unwrap()], args].concat();
    let wire = Wire::new();
    let output = world.command(&all).wire(&wire).run();
    assert_eq!(wire.writes(), [""; 0], "{output}");
    (folder, out, output)
}

/// The text, with what differs from one account to another made the same.
fn text(world: &World, file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap().replace(&world.number, "ACCOUNT");
    let line = |line: &str| {
        let (line, rest) = line.split_once(":key/").unwrap_or((line, ""));
        let key = if rest.is_empty() { "" } else { ":key/KEY\"" };
        let line = match line.split_once(" on 20") {
            Some((line, _)) if line.starts_with("# What there is") => format!("{line} on DAY."),
            _ => line.to_owned(),
        };
        let words = line.split_inclusive([' ', '(', ')', '"']);
        let word = |word: &str| match word.split_once('-') {
            Some(("sg" | "vpc" | "fs" | "subnet", id)) if id.starts_with(|c: char| c.is_ascii_hexdigit()) => {
                let end = word.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
                format!("{}-ID{end}", &word[..word.find('-').unwrap()])
            }
            _ => word.to_owned(),
        };
        words.map(word).collect::<String>() + key + "\n"
    };
    text.lines().map(line).collect()
}

/// Plans, and demands that all of it is adoption; applies that very plan, and demands that only tags are written.
fn is_adopted_by_tags_alone(world: &World, manifest: &Path, count: usize) {
    let plan = world.infra(&["plan"], manifest).run().expect(Exit::Done);
    let last = plan.out.trim_end().lines().next_back().unwrap_or_default().to_owned();
    let expected = format!(
        "plan: 0 to create, 0 to update, {count} to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 0 in sync, of {count};"
    );
    assert!(last.starts_with(&expected), "{plan}");
    let digest = last.rsplit(' ').next().unwrap();
    let wire = Wire::new();
    let _ = world.infra(&["apply", "--digest", digest], manifest).wire(&wire).run().expect(Exit::Done);
    let writes = wire.writes();
    assert_eq!(writes.len(), count, "{writes:?}");
    let is_tag = |call: &String| ["TagResource", "CreateTags", "AddTags"].iter().any(|it| call.ends_with(it));
    assert!(writes.iter().all(is_tag), "{writes:?}");
    let _ = world.drift(manifest).expect(Exit::Done);
}

#[test]
fn what_aws_commands_made_is_taken_over_by_tags_alone() {
    for world in World::each() {
        by_hand(&world);
        let (_folder, manifest, output) = init(&world, &[]);
        let _ = output.expect(Exit::Done).tells("7 entries; next: infra plan ");
        assert_snapshot!(text(&world, &manifest), @"");
        is_adopted_by_tags_alone(&world, &manifest, 7);
    }
}
