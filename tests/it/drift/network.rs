//! What people do to security groups and file systems.

use serde_json::{Value, json};

use super::Meddling;
use crate::support::cli::World;
use crate::support::holdings::{access_points, group_id, listed_file_systems, mount_targets};

fn ec2(world: &World, operation: &str, parameters: &[(&str, &str)]) {
    world.account.ec2(operation, parameters).xml();
}

fn efs(world: &World, line: &str, body: &Value) {
    assert_eq!(world.account.efs(line, body).code(), "", "{line}");
}

fn workspaces(world: &World) -> String {
    let listed = listed_file_systems(&world.account);
    let [one] = listed.as_slice() else { panic!("not one file system: {listed:?}") };
    one["FileSystemId"].as_str().unwrap().to_owned()
}

fn mount_target(world: &World) -> String {
    mount_targets(&world.account, &workspaces(world))[0]["MountTargetId"].as_str().unwrap().to_owned()
}

fn access_point(world: &World) -> String {
    access_points(&world.account, &workspaces(world))[0]["AccessPointId"].as_str().unwrap().to_owned()
}

/// A rule of `group` that opens a port to a range.
fn port(world: &World, operation: &str, group: &str, port: &str, range: &str) {
    let group = group_id(&world.account, group);
    let rule = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", port),
        ("IpPermissions.1.ToPort", port),
        ("IpPermissions.1.IpRanges.1.CidrIp", range),
    ];
    ec2(world, operation, &rule);
}

/// The rule of the workspaces that lets the clients in.
fn nfs(world: &World, operation: &str, description: Option<&str>) {
    let (group, clients) = (
        group_id(&world.account, "webordinary-workspaces"),
        group_id(&world.account, "webordinary-workspaces-clients"),
    );
    let mut rule = vec![
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "2049"),
        ("IpPermissions.1.ToPort", "2049"),
        ("IpPermissions.1.Groups.1.GroupId", clients.as_str()),
    ];
    rule.extend(description.map(|text| ("IpPermissions.1.Groups.1.Description", text)));
    ec2(world, operation, &rule);
}

pub(super) const NETWORK: &[Meddling] = &[
    (
        "rule added",
        |world| port(world, "AuthorizeSecurityGroupIngress", "webordinary-workspaces", "22", "0.0.0.0/0"),
        &["~ update ec2.security-group.workspaces", "ingress tcp 22 from 0.0.0.0/0", "allowed → (none)"],
    ),
    (
        "rule removed",
        |world| nfs(world, "RevokeSecurityGroupIngress", None),
        &[
            "~ update ec2.security-group.workspaces",
            "ingress tcp 2049 from ec2.security-group.workspaces-clients",
            "(none) → allowed: NFS from the clients",
        ],
    ),
    (
        "rule described otherwise",
        |world| nfs(world, "UpdateSecurityGroupRuleDescriptionsIngress", Some("anything")),
        &["- allowed: anything", "+ allowed: NFS from the clients"],
    ),
    (
        "egress opened",
        |world| {
            let group = group_id(&world.account, "webordinary-workspaces");
            let rule = [
                ("GroupId", group.as_str()),
                ("IpPermissions.1.IpProtocol", "-1"),
                ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
            ];
            ec2(world, "AuthorizeSecurityGroupEgress", &rule);
        },
        &["~ update ec2.security-group.workspaces", "egress all traffic to 0.0.0.0/0", "allowed → (none)"],
    ),
    (
        "group's managed tag changed",
        |world| {
            let group = group_id(&world.account, "webordinary-workspaces-clients");
            let tag = [("ResourceId.1", group.as_str()), ("Tag.1.Key", "Project"), ("Tag.1.Value", "other")];
            ec2(world, "CreateTags", &tag);
        },
        &["~ update ec2.security-group.workspaces-clients", "other → tests"],
    ),
    (
        "file system's lifecycle changed",
        |world| {
            let id = workspaces(world);
            let body = json!({"LifecyclePolicies": [{"TransitionToIA": "AFTER_7_DAYS"}]});
            efs(world, &format!("PUT file-systems/{id}/lifecycle-configuration"), &body);
        },
        &["~ update efs.file-system.workspaces", "infrequent-access-after-days  7 → 30"],
    ),
    (
        "file system's lifecycle taken off",
        |world| {
            let id = workspaces(world);
            let body = json!({"LifecyclePolicies": []});
            efs(world, &format!("PUT file-systems/{id}/lifecycle-configuration"), &body);
        },
        &["~ update efs.file-system.workspaces", "infrequent-access-after-days", "→ 30"],
    ),
    (
        "backups switched off",
        |world| {
            let id = workspaces(world);
            let body = json!({"BackupPolicy": {"Status": "DISABLED"}});
            efs(world, &format!("PUT file-systems/{id}/backup-policy"), &body);
        },
        &["~ update efs.file-system.workspaces", "backups", "false → true"],
    ),
    (
        "throughput changed",
        |world| {
            let id = workspaces(world);
            efs(world, &format!("PUT file-systems/{id}"), &json!({"ThroughputMode": "elastic"}));
        },
        &["~ update efs.file-system.workspaces", "throughput-mode", "elastic → bursting"],
    ),
    (
        "mount target deleted",
        |world| efs(world, &format!("DELETE mount-targets/{}", mount_target(world)), &Value::Null),
        &["~ update efs.file-system.workspaces", "mount target us-west-2"],
    ),
    (
        "mount target's groups changed",
        |world| {
            let clients = group_id(&world.account, "webordinary-workspaces-clients");
            let line = format!("PUT mount-targets/{}/security-groups", mount_target(world));
            efs(world, &line, &json!({"SecurityGroups": [clients]}));
        },
        &[
            "~ update efs.file-system.workspaces",
            "security-group us-west-2",
            "(none)               → ec2.security-group.workspaces",
        ],
    ),
    (
        "access point's tag changed",
        |world| {
            let tags = json!({"Tags": [{"Key": "Project", "Value": "other"}]});
            efs(world, &format!("POST resource-tags/{}", access_point(world)), &tags);
        },
        &["~ update efs.access-point.clients", "other → tests"],
    ),
    (
        "access point's tag removed",
        |world| {
            let line = format!("DELETE resource-tags/{}?tagKeys=Project", access_point(world));
            efs(world, &line, &Value::Null);
        },
        &["~ update efs.access-point.clients", "(none) → tests"],
    ),
];
