//! An account that people set up by `aws` commands.

use serde_json::json;

use super::{default_vpc, group};
use crate::support::cli::{SITE, World};

/// What `aws` commands leave behind: repository, secrets, groups, a file system with its mount targets and a way in, a
/// load balancer with its listeners.
pub(super) fn by_hand(world: &World) {
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
    let certificate = account.certify(SITE);
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
        ("Certificates.member.1.CertificateArn", &certificate),
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
