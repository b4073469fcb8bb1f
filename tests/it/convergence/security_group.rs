//! `ec2.security-group`.

use super::Case;
use crate::support::cli::World;

/// A second VPC, with a subnet, that the tag `Name` calls `other`.
fn another_vpc(world: &World) {
    let vpc = world.account.ec2("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]).xml().element("vpcId");
    let subnet = [("VpcId", vpc.as_str()), ("CidrBlock", "10.9.0.0/24"), ("AvailabilityZone", "us-west-2a")];
    world.account.ec2("CreateSubnet", &subnet).xml();
    let tag = [("ResourceId.1", vpc.as_str()), ("Tag.1.Key", "Name"), ("Tag.1.Value", "other")];
    world.account.ec2("CreateTags", &tag).xml();
}

pub(super) const CASE: Case = Case {
    kind: "ec2.security-group",
    before: another_vpc,
    with: r#"
        [lookup.vpc.main]
        default = true
        [lookup.vpc.other]
        tags = { Name = "other" }
    "#,
    base: r#"
        [ec2.security-group.nfs]
        name = "team-nfs"
        vpc = "main"
        description = "NFS of the team"
    "#,
    changes: &[
        (
            "ingress",
            r#"
            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "main"
            description = "NFS of the team"
            ingress = [
                { protocol = "tcp", port = 2049, security-groups = ["nfs"], description = "NFS" },
                { protocol = "tcp", ports = { from = 8000, to = 8010 }, cidr = ["10.0.0.0/8", "2001:db8::/32"] },
                { protocol = "udp", port = 53, cidr = ["10.0.0.0/8"] },
                { protocol = "icmp", icmp = { type = 8 }, cidr = ["0.0.0.0/0"], public = true },
                { protocol = "icmpv6", cidr = ["::/0"], public = true },
            ]
            "#,
        ),
        (
            "egress",
            r#"
            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "main"
            description = "NFS of the team"
            egress = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true, description = "Anything" }]
            "#,
        ),
    ],
    immutable: &[
        (
            "description",
            r#"
            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "main"
            description = "NFS of another team"
            "#,
        ),
        (
            "name",
            r#"
            [ec2.security-group.nfs]
            name = "another-nfs"
            vpc = "main"
            description = "NFS of the team"
            "#,
        ),
        (
            "vpc",
            r#"
            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "other"
            description = "NFS of the team"
            "#,
        ),
    ],
};
