//! `infra init`: what people made by other means becomes a manifest, and taking it over writes tags alone.

use std::fs;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;

use crate::support::cli::{Output, World, infra};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::REGION;

/// What `aws` commands leave behind: repository, secrets, groups, a file system with its mount targets and a way in, a
/// load balancer with its listeners.
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
    let subnets: Vec<_> = subnets.xml().elements("subnetId").map(str::to_owned).collect();
    for subnet in &subnets {
        let body = json!({"FileSystemId": id, "SubnetId": subnet, "SecurityGroups": [group]});
        account.efs("POST mount-targets", &body).json();
    }
    let body = json!({
        "ClientToken": "clients", "FileSystemId": id, "PosixUser": {"Uid": 1000, "Gid": 1000},
        "RootDirectory": {"Path": "/clients", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "755"}},
    });
    account.efs("POST access-points", &body).json();
    balancer_by_hand(world, &vpc, &subnets);
}

/// A load balancer in the default subnets, which answers over HTTPS and sends everything else there.
fn balancer_by_hand(world: &World, vpc: &str, subnets: &[String]) {
    let account = &world.account;
    let group = group(world, vpc, "webordinary-edit-alb", "The editor, from anywhere");
    let open = |port: &str| {
        let rule = [
            ("GroupId", group.as_str()),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", port),
            ("IpPermissions.1.ToPort", port),
            ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
        ];
        account.ec2("AuthorizeSecurityGroupIngress", &rule).xml();
    };
    open("80");
    open("443");
    let domain = json!({"DomainName": "*.ameliastamps.com", "ValidationMethod": "DNS"});
    let certificate = account.acm("RequestCertificate", &domain).json();
    let certificate = certificate["CertificateArn"].as_str().unwrap();
    let members: Vec<_> = (1..).zip(subnets).map(|(at, id)| (format!("Subnets.member.{at}"), id)).collect();
    let mut balancer = vec![
        ("Name", "webordinary-edit-alb"),
        ("SecurityGroups.member.1", group.as_str()),
        ("Tags.member.1.Key", "Project"),
        ("Tags.member.1.Value", "webordinary"),
    ];
    balancer.extend(members.iter().map(|(key, id)| (key.as_str(), id.as_str())));
    let balancer = account.elb("CreateLoadBalancer", &balancer).xml().element("LoadBalancerArn");
    let https = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Protocol", "HTTPS"),
        ("Port", "443"),
        ("Certificates.member.1.CertificateArn", certificate),
        ("DefaultActions.member.1.Type", "fixed-response"),
        ("DefaultActions.member.1.FixedResponseConfig.StatusCode", "200"),
        ("DefaultActions.member.1.FixedResponseConfig.ContentType", "text/plain"),
        ("DefaultActions.member.1.FixedResponseConfig.MessageBody", "Webordinary ALB - No target configured"),
    ];
    account.elb("CreateListener", &https).xml();
    let http = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Protocol", "HTTP"),
        ("Port", "80"),
        ("DefaultActions.member.1.Type", "redirect"),
        ("DefaultActions.member.1.RedirectConfig.Protocol", "HTTPS"),
        ("DefaultActions.member.1.RedirectConfig.Port", "443"),
        ("DefaultActions.member.1.RedirectConfig.StatusCode", "HTTP_301"),
    ];
    account.elb("CreateListener", &http).xml();
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
