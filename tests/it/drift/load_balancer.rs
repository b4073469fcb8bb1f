//! What people do to load balancers.

use infra::cli::exit::Exit;

use super::{Meddling, is_seen_and_repaired};
use crate::support::cli::World;
use crate::support::holdings::group_id;

const MANIFEST: &str = r#"
    [lookup.vpc.main]
    default = true

    [ec2.security-group.web]
    name = "team-web"
    vpc = "main"
    description = "The web"

    [elbv2.load-balancer.edit]
    name = "team-edit"
    scheme = "internet-facing"
    vpc = "main"
    security-groups = ["web"]
"#;

fn arn(world: &World) -> String {
    world.account.elb("DescribeLoadBalancers", &[]).xml().element("LoadBalancerArn")
}

/// Makes a call about the load balancer.
fn elb(world: &World, operation: &str, parameters: &[(&str, &str)]) {
    let arn = arn(world);
    let all: Vec<_> = [("LoadBalancerArn", arn.as_str())].iter().chain(parameters).copied().collect();
    world.account.elb(operation, &all).xml();
}

fn attribute(world: &World, key: &str, value: &str) {
    let pair = [("Attributes.member.1.Key", key), ("Attributes.member.1.Value", value)];
    elb(world, "ModifyLoadBalancerAttributes", &pair);
}

const MEDDLING: &[Meddling] = &[
    (
        "attribute changed",
        |world| attribute(world, "idle_timeout.timeout_seconds", "300"),
        &["~ update elbv2.load-balancer.edit", "idle-timeout-seconds  300 → 60"],
    ),
    (
        "deletion protection switched on",
        |world| attribute(world, "deletion_protection.enabled", "true"),
        &["deletion-protection  true → false", "AWS no longer refuses to delete it"],
    ),
    (
        "requests that others are smuggled in let through",
        |world| attribute(world, "routing.http.desync_mitigation_mode", "monitor"),
        &["desync-mitigation  monitor → defensive"],
    ),
    (
        "group added",
        |world| {
            let made = [("GroupName", "open"), ("GroupDescription", "by hand")];
            let open = world.account.ec2("CreateSecurityGroup", &made).xml().element("groupId");
            let web = group_id(&world.account, "team-web");
            let groups =
                [("SecurityGroups.member.1", web.as_str()), ("SecurityGroups.member.2", open.as_str())];
            elb(world, "SetSecurityGroups", &groups);
        },
        &["~ update elbv2.load-balancer.edit", "alone lets in can no longer reach it"],
    ),
    (
        "taken out of a zone",
        |world| {
            let found = world.account.ec2("DescribeSubnets", &[]).xml();
            let two: Vec<_> = found.elements("subnetId").take(2).collect();
            elb(world, "SetSubnets", &[("Subnets.member.1", two[0]), ("Subnets.member.2", two[1])]);
        },
        &["~ update elbv2.load-balancer.edit", "(none) → subnet-"],
    ),
    (
        "addresses of IPv6 added",
        |world| elb(world, "SetIpAddressType", &[("IpAddressType", "dualstack")]),
        &["ip-address-type   dualstack → ipv4", "clients that have only IPv6 can no longer reach it"],
    ),
    (
        "managed tag changed",
        |world| {
            let arn = arn(world);
            let tag = [
                ("ResourceArns.member.1", arn.as_str()),
                ("Tags.member.1.Key", "infra:address"),
                ("Tags.member.1.Value", "x"),
            ];
            world.account.elb("AddTags", &tag).xml();
        },
        &["tag infra:address  x → elbv2.load-balancer.edit"],
    ),
    (
        "managed tag removed",
        |world| {
            let arn = arn(world);
            let tag = [("ResourceArns.member.1", arn.as_str()), ("TagKeys.member.1", "infra:on-delete")];
            world.account.elb("RemoveTags", &tag).xml();
        },
        &["tag infra:on-delete  (none) → delete"],
    ),
];

#[test]
fn every_meddling_is_seen_and_repaired() {
    for world in World::each() {
        let manifest = world.manifest(MANIFEST);
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
        for meddling in MEDDLING {
            is_seen_and_repaired(&world, &manifest, meddling);
        }
    }
}

#[test]
fn one_that_is_deleted_is_drift_and_is_made_again() {
    for world in World::each() {
        let manifest = world.manifest(MANIFEST);
        let _ = world.apply(&manifest);
        elb(&world, "DeleteLoadBalancer", &[]);
        let _ = world.drift(&manifest).expect(Exit::Pending).says("+ create elbv2.load-balancer.edit");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}
