//! `elbv2.load-balancer`.

use super::Case;
use crate::support::cli::World;

/// A second VPC, with subnets in two zones, that the tag `Name` calls `other`; and of the default one, two subnets
/// that the tag `Tier` calls `edge`.
fn networks(world: &World) {
    let ec2 = |operation: &str, parameters: &[(&str, &str)]| world.account.ec2(operation, parameters).xml();
    let tag = |id: &str, key: &str, value: &str| {
        ec2("CreateTags", &[("ResourceId.1", id), ("Tag.1.Key", key), ("Tag.1.Value", value)]);
    };
    for subnet in ec2("DescribeSubnets", &[]).elements("subnetId").take(2) {
        tag(subnet, "Tier", "edge");
    }
    let vpc = ec2("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]).element("vpcId");
    tag(&vpc, "Name", "other");
    for (range, zone) in [("10.9.0.0/24", "us-west-2a"), ("10.9.1.0/24", "us-west-2b")] {
        ec2("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", range), ("AvailabilityZone", zone)]);
    }
}

/// The entry, with these lines more.
macro_rules! edit {
    ($more:literal) => {
        concat!(
            "[elbv2.load-balancer.edit]\nname = \"team-edit\"\nscheme = \"internet-facing\"\nvpc = \"main\"\nsecurity-groups = [\"web\"]\n",
            $more
        )
    };
}

pub(super) const CASE: Case = Case {
    kind: "elbv2.load-balancer",
    before: networks,
    with: r#"
        [lookup.vpc.main]
        default = true
        [lookup.vpc.edge]
        default = true
        subnet-tags = { Tier = "edge" }
        [lookup.vpc.other]
        tags = { Name = "other" }

        [ec2.security-group.web]
        name = "team-web"
        vpc = "main"
        description = "The web"

        [ec2.security-group.more]
        name = "team-more"
        vpc = "main"
        description = "More of it"
    "#,
    base: edit!(""),
    changes: &[
        // Other subnets of the same network.
        (
            "vpc",
            r#"
            [elbv2.load-balancer.edit]
            name = "team-edit"
            scheme = "internet-facing"
            vpc = "edge"
            security-groups = ["web"]
            "#,
        ),
        (
            "security-groups",
            r#"
            [elbv2.load-balancer.edit]
            name = "team-edit"
            scheme = "internet-facing"
            vpc = "main"
            security-groups = ["more", "web"]
            "#,
        ),
        ("ip-address-type", edit!("ip-address-type = \"dualstack\"")),
        ("deletion-protection", edit!("deletion-protection = true")),
        ("idle-timeout-seconds", edit!("idle-timeout-seconds = 120")),
        ("client-keep-alive-seconds", edit!("client-keep-alive-seconds = 60")),
        ("http2", edit!("http2 = false")),
        ("desync-mitigation", edit!("desync-mitigation = \"strictest\"")),
        ("drop-invalid-headers", edit!("drop-invalid-headers = true")),
        ("forwarded-for", edit!("forwarded-for = \"preserve\"")),
        ("forwarded-for-client-port", edit!("forwarded-for-client-port = true")),
        ("preserve-host-header", edit!("preserve-host-header = true")),
        ("tls-headers", edit!("tls-headers = true")),
        ("waf-fail-open", edit!("waf-fail-open = true")),
        ("zonal-shift", edit!("zonal-shift = true")),
        ("access-logs", edit!("access-logs = { bucket = \"team-logs\", prefix = \"edit\" }")),
        ("connection-logs", edit!("connection-logs = { bucket = \"team-logs\" }")),
        ("health-check-logs", edit!("health-check-logs = { bucket = \"team-logs\" }")),
    ],
    immutable: &[
        (
            "name",
            r#"
            [elbv2.load-balancer.edit]
            name = "team-other"
            scheme = "internet-facing"
            vpc = "main"
            security-groups = ["web"]
            "#,
        ),
        (
            "scheme",
            r#"
            [elbv2.load-balancer.edit]
            name = "team-edit"
            scheme = "internal"
            vpc = "main"
            security-groups = ["web"]
            "#,
        ),
        (
            "vpc",
            r#"
            [elbv2.load-balancer.edit]
            name = "team-edit"
            scheme = "internet-facing"
            vpc = "other"
            security-groups = ["web"]
            "#,
        ),
    ],
};
