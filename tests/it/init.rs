//! `infra init`: what people made by other means becomes a manifest, and taking it over writes tags alone.

mod by_hand;
mod left_out;

use std::fs;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;

use self::by_hand::by_hand;
use crate::support::cli::{Output, World, infra};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::REGION;

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
            Some(("sg" | "vpc" | "fs" | "fsap", id)) if id.starts_with(|c: char| c.is_ascii_hexdigit()) => {
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
        let _ = output.expect(Exit::Done).tells("11 entries; next: infra plan ");
        allow_duplicates! { assert_snapshot!(text(&world, &manifest), @r#"
        # What there is in account ACCOUNT, region us-west-2, on DAY.
        # Written by: infra init
        # Read it, then run `infra plan`: taking over what is here writes tags, and nothing else.

        [manifest]
        name    = "found"
        account = "ACCOUNT"
        region  = "us-west-2"

        [lookup.vpc.main]
        default = true

        [lookup.certificate.ameliastamps-com]
        domain = "*.ameliastamps.com"

        [ecr.repository.claude-code-astro]
        name         = "webordinary/claude-code-astro"
        scan-on-push = true
        lifecycle    = [{ description = "Keep last 10 images", keep-last = 10 }]
        tags         = { Project = "webordinary" }

        [secretsmanager.secret.anthropic-api-key]
        name        = "webordinary/anthropic-api-key"
        description = "Claude API key for Claude Code SDK"
        tags        = { Project = "webordinary" }

        [secretsmanager.secret.aws-credentials]
        name        = "webordinary/aws-credentials"
        description = "AWS credentials for S3 access"
        tags        = { Project = "webordinary" }

        [secretsmanager.secret.github-token]
        name        = "webordinary/github-token"
        description = "GitHub personal access token for repository operations"
        tags        = { Project = "webordinary" }

        [ec2.security-group.edit-alb]
        name        = "webordinary-edit-alb"
        vpc         = "main"
        description = "The editor, from anywhere"
        ingress     = [
            { protocol = "tcp", port = 80, cidr = ["0.0.0.0/0"], public = true },
            { protocol = "tcp", port = 443, cidr = ["0.0.0.0/0"], public = true },
        ]
        egress      = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true }]

        [ec2.security-group.workspaces]
        name        = "webordinary-workspaces"
        vpc         = "main"
        description = "Mount targets of the workspaces"
        ingress     = [{ protocol = "tcp", port = 2049, security-groups = ["workspaces"] }]
        egress      = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true }]

        [efs.file-system.workspaces]
        name          = "webordinary-workspaces"
        kms-key       = "arn:aws:kms:us-west-2:ACCOUNT:key/KEY"
        lifecycle     = { infrequent-access-after-days = 30 }
        mount-targets = { vpc = "main", security-groups = ["workspaces"] }
        tags          = { Project = "webordinary" }

        # it has no tag `Name`: the key of this entry becomes its name
        [efs.access-point.clients]
        id          = "fsap-ID"
        file-system = "workspaces"
        path        = "/clients"
        user        = { uid = 1000, gid = 1000 }
        create      = { uid = 1000, gid = 1000, mode = "755" }

        [elbv2.load-balancer.edit-alb]
        name            = "webordinary-edit-alb"
        scheme          = "internet-facing"
        vpc             = "main"
        security-groups = ["edit-alb"]
        tags            = { Project = "webordinary" }

        [elbv2.listener.edit-alb-443]
        load-balancer  = "edit-alb"
        port           = 443
        protocol       = "https"
        certificate    = "ameliastamps-com"
        tls-policy     = "ELBSecurityPolicy-2016-08"
        fixed-response = { status = 200, body = "Webordinary ALB - No target configured" }

        [elbv2.listener.edit-alb-80]
        load-balancer = "edit-alb"
        port          = 80
        protocol      = "http"
        redirect      = { protocol = "https", port = 443, permanent = true }

        # Left out, each for its reason:
        # - ec2.security-group default (sg-ID): AWS makes it with its VPC, and keeps it
        "#); }
        is_adopted_by_tags_alone(&world, &manifest, 11);
    }
}

#[test]
fn what_is_named_comes_along_and_says_by_whom() {
    for world in World::each() {
        by_hand(&world);
        let args =
            ["--kind", "efs.access-point", "--kind", "ecr", "--name", "fsap-*", "--manifest", "way-in"];
        let (_folder, manifest, output) = init(&world, &args);
        let _ = output.expect(Exit::Done);
        allow_duplicates! { assert_snapshot!(text(&world, &manifest), @r#"
        # What there is in account ACCOUNT, region us-west-2, on DAY.
        # Written by: infra init --kind efs.access-point --kind ecr --name 'fsap-*'
        # Read it, then run `infra plan`: taking over what is here writes tags, and nothing else.

        [manifest]
        name    = "way-in"
        account = "ACCOUNT"
        region  = "us-west-2"

        [lookup.vpc.main]
        default = true

        # named by ec2.security-group.workspaces, efs.file-system.workspaces
        [ec2.security-group.workspaces]
        name        = "webordinary-workspaces"
        vpc         = "main"
        description = "Mount targets of the workspaces"
        ingress     = [{ protocol = "tcp", port = 2049, security-groups = ["workspaces"] }]
        egress      = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true }]

        # named by efs.access-point.clients
        [efs.file-system.workspaces]
        name          = "webordinary-workspaces"
        id            = "fs-ID"
        kms-key       = "arn:aws:kms:us-west-2:ACCOUNT:key/KEY"
        lifecycle     = { infrequent-access-after-days = 30 }
        mount-targets = { vpc = "main", security-groups = ["workspaces"] }
        tags          = { Project = "webordinary" }

        # it has no tag `Name`: the key of this entry becomes its name
        [efs.access-point.clients]
        id          = "fsap-ID"
        file-system = "workspaces"
        path        = "/clients"
        user        = { uid = 1000, gid = 1000 }
        create      = { uid = 1000, gid = 1000, mode = "755" }
        "#); }
        is_adopted_by_tags_alone(&world, &manifest, 3);
    }
}

/// The manifest was lost, and what it said of deletions stands on the marks alone.
#[test]
fn what_was_kept_is_kept_by_the_manifest_that_is_written_again() {
    for world in World::each() {
        let entries = r#"
            [lookup.vpc.main]
            default = true
            [ec2.security-group.nfs]
            name = "nfs"
            vpc = "main"
            description = "Who mounts"
            on-delete = "retain"
            [ecr.repository.scratch]
            name = "scratch"
            on-delete = "delete"
            [ecr.repository.site]
            name = "site"
        "#;
        let _ = world.apply(&world.manifest(entries));
        let (_folder, manifest, output) = init(&world, &["--manifest", "test"]);
        let _ = output.expect(Exit::Done);
        // The keys are the same, and so nothing at all is left to do.
        let _ = world.drift(&manifest).expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        let said: Vec<_> = text.lines().filter(|line| line.starts_with("on-delete")).collect();
        assert_eq!(said, ["on-delete = \"delete\"", "on-delete   = \"retain\""], "{text}");
        // What is nobody's any more is not let go by an old mark.
        let tags = json!(["infra:manifest"]);
        for name in ["scratch", "site"] {
            let arn = format!("arn:aws:ecr:{REGION}:{}:repository/{name}", world.number);
            world.account.ecr("UntagResource", &json!({"resourceArn": arn, "tagKeys": tags})).json();
        }
        let (_folder, manifest, output) = init(&world, &["--manifest", "test"]);
        let _ = output.expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        let said: Vec<_> = text.lines().filter(|line| line.starts_with("on-delete")).collect();
        assert_eq!(said, ["on-delete   = \"retain\""], "{text}");
    }
}

#[test]
fn hostile_names_and_descriptions_stay_in_their_strings() {
    for world in World::each() {
        let description = "\"\n[manifest]\nname = \"evil\" # \u{202e}\u{1b}[2J'''";
        let body = json!({"Name": "team/key", "Description": description});
        world.account.secrets("CreateSecret", &body).json();
        let (_folder, manifest, output) = init(&world, &["--kind", "secretsmanager"]);
        let output = output.expect(Exit::Done);
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(!format!("{text}{}", output.err).contains(['\u{202e}', '\u{1b}']), "{output}");
        assert_eq!(text.matches("\n[manifest]").count(), 1, "{text}");
        is_adopted_by_tags_alone(&world, &manifest, 1);
    }
}

#[test]
fn where_there_is_nothing_there_is_no_manifest() {
    for world in World::each() {
        let denied =
            vec![(Which::Named("secretsmanager:ListSecrets"), Fault::Answer(400, "AccessDeniedException"))];
        let args = ["init", "--region", REGION, "--manifest", "found", "--kind", "secretsmanager"];
        let unread = world.command(&args).wire(&Wire::with_faults(denied)).run().expect(Exit::Incomplete);
        assert_eq!(unread.out, "");
        let (_folder, manifest, output) = init(&world, &["--name", "nobody-calls-it-so*"]);
        let _ = output.expect(Exit::Failed).tells("nothing was found that a manifest could declare");
        assert!(!manifest.exists());
    }
}

#[test]
fn without_a_file_the_manifest_goes_to_standard_output() {
    for world in World::each() {
        world.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
        let args = ["init", "--region", REGION, "--manifest", "found", "--account", &world.number];
        let output = world.command(&args).run().expect(Exit::Done).says("[secretsmanager.secret.team-key]\n");
        assert!(output.out.starts_with("# What there is in account "), "{output}");
        let other = ["init", "--region", REGION, "--manifest", "found", "--account", "000000000001"];
        let _ = world.command(&other).run().expect(Exit::Failed).tells("not for 000000000001");
    }
}

/// What is wrong with the command line is said before anything is read.
#[test]
fn a_command_line_that_cannot_be_meant_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there.toml");
    fs::write(&there, "mine").unwrap();
    let nowhere = folder.path().join("no/such/x.toml");
    let (there_is, nowhere) = (there.to_str().unwrap(), nowhere.to_str().unwrap());
    for (args, said) in [
        (&["--region", REGION][..], "the manifest has no name"),
        (&["--region", REGION, "--out", "-"], "--out wants a file, and - is none"),
        (&["--region", REGION, "--out", there_is], "is there already"),
        (&["--region", REGION, "--out", nowhere], "is not there"),
        (&["--region", REGION, "--out", "My Team.toml"], "is no valid name for a manifest"),
        (&["--region", "Oregon", "--manifest", "m"], "Oregon is no region"),
        (&["--region", REGION, "--manifest", "m", "--kind", "ecs"], "there is no such kind or service"),
        (&["--region", REGION, "--manifest", "m", "--account", "12"], "12 is no account"),
        (&["--region", REGION, "--manifest", "m", "--sandbox"], "nothing says which account of the sandbox"),
        (&["--manifest", "m", "--sandbox", "--account", "111122223333"], "nothing says which region"),
    ] {
        let wire = Wire::new();
        let _ = infra(&[&["init"], args].concat()).wire(&wire).run().expect(Exit::Usage).tells(said);
        assert_eq!(wire.seen(), []);
    }
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");
}
