//! EC2: the default VPC, and security groups.

use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

/// A group that nobody has made.
pub(super) const NO_GROUP: &str = "sg-0f0f0f0f0f0f0f0f1";

fn borrowed<'a>(parameters: &'a [(String, &'a str)]) -> Vec<(&'a str, &'a str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

fn filtered(account: &Account, operation: &str, filters: &[(&str, &str)]) -> Answer {
    let parameters: Vec<(String, &str)> = (1..)
        .zip(filters)
        .flat_map(|(n, (name, value))| {
            [(format!("Filter.{n}.Name"), *name), (format!("Filter.{n}.Value.1"), *value)]
        })
        .collect();
    account.ec2(operation, &borrowed(&parameters)).xml()
}

/// Makes a group in the default VPC, with a tag; gives its id.
pub(super) fn group(account: &Account, name: &str) -> String {
    let parameters = [
        ("GroupName", name),
        ("GroupDescription", "of a test (a & b)"),
        ("TagSpecification.1.ResourceType", "security-group"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", name),
    ];
    account.ec2("CreateSecurityGroup", &parameters).xml().element("groupId")
}

/// Calls with one rule: TCP 2049 and this peer.
fn rule(account: &Account, operation: &str, group: &str, peer: &[(&str, &str)]) -> Answer {
    let mut parameters = vec![
        ("GroupId".to_owned(), group),
        ("IpPermissions.1.IpProtocol".to_owned(), "tcp"),
        ("IpPermissions.1.FromPort".to_owned(), "2049"),
        ("IpPermissions.1.ToPort".to_owned(), "2049"),
    ];
    parameters.extend(peer.iter().map(|(name, value)| (format!("IpPermissions.1.{name}"), *value)));
    account.ec2(operation, &borrowed(&parameters))
}

fn all_outbound(account: &Account, operation: &str, group: &str, also: &[(&str, &str)]) -> Answer {
    let rule = [
        ("GroupId", group),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    account.ec2(operation, &[&rule, also].concat())
}

fn describe(account: &Account, group: &str) -> Answer {
    account.ec2("DescribeSecurityGroups", &[("GroupId.1", group)]).xml()
}

#[test]
fn a_fresh_account_has_a_default_vpc_with_a_subnet_in_each_zone() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let vpc = filtered(&account, "DescribeVpcs", &[("is-default", "true")]).element("vpcId");
        let subnets = filtered(&account, "DescribeSubnets", &[("default-for-az", "true"), ("vpc-id", &vpc)]);
        let zones: Vec<&str> = subnets.elements("availabilityZone").collect();
        assert_eq!(zones[..3], ["us-west-2a", "us-west-2b", "us-west-2c"], "{}", subnets.body);
        assert!(subnets.elements("vpcId").all(|it| it == vpc), "{}", subnets.body);
        assert_eq!(
            filtered(&account, "DescribeVpcs", &[("is-default", "false")]).elements("vpcId").count(),
            0
        );
        let none = filtered(&account, "DescribeSubnets", &[("vpc-id", "vpc-0f0f0f0f0f0f0f0f1")]);
        assert_eq!(none.elements("subnetId").count(), 0);
    }
}

#[test]
fn groups_are_found_by_filters() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let vpc = filtered(&account, "DescribeVpcs", &[("is-default", "true")]).element("vpcId");
        let (first, second) = (group(&account, "first"), group(&account, "second"));
        let find = |filters: &[(&str, &str)]| {
            let answer = filtered(&account, "DescribeSecurityGroups", filters);
            answer.elements("groupName").map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(find(&[("vpc-id", &vpc), ("group-name", "first")]), ["first"]);
        assert_eq!(find(&[("vpc-id", "vpc-0f0f0f0f0f0f0f0f1")]), [""; 0]);
        assert_eq!(find(&[("group-name", "f*")]), ["first"]);
        assert_eq!(find(&[("group-id", &second)]), ["second"]);
        assert_eq!(find(&[("tag:Name", "second")]), ["second"]);
        account
            .ec2("CreateTags", &[("ResourceId.1", &first), ("Tag.1.Key", "k"), ("Tag.1.Value", "v")])
            .xml();
        assert_eq!(find(&[("tag:k", "v"), ("tag-key", "Name")]), ["first"]);
        let live = describe(&account, &first);
        assert_eq!(live.element("groupDescription"), "of a test (a &amp; b)");
        assert_eq!(live.elements("key").collect::<Vec<_>>(), ["Name", "k"]);
    }
}

#[test]
fn groups_that_are_or_are_not_there_are_refused() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        group(&account, "name");
        let again = [("GroupName", "name"), ("GroupDescription", "again")];
        assert_eq!(account.ec2("CreateSecurityGroup", &again).code(), "InvalidGroup.Duplicate");
        let missing = "InvalidGroup.NotFound";
        assert_eq!(account.ec2("DescribeSecurityGroups", &[("GroupId.1", NO_GROUP)]).code(), missing);
        assert_eq!(account.ec2("DeleteSecurityGroup", &[("GroupId", NO_GROUP)]).code(), missing);
        for operation in
            ["AuthorizeSecurityGroup", "RevokeSecurityGroup", "UpdateSecurityGroupRuleDescriptions"]
        {
            for direction in ["Ingress", "Egress"] {
                let operation = format!("{operation}{direction}");
                let answer = rule(&account, &operation, NO_GROUP, &[("IpRanges.1.CidrIp", "10.0.0.0/8")]);
                assert_eq!(answer.code(), missing, "{operation}");
            }
        }
    }
}

#[test]
fn a_rule_is_told_by_its_peer_and_not_by_its_description() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (group, other) = (group(&account, "name"), group(&account, "other"));
        let both = [
            ("IpRanges.1.CidrIp", "10.0.0.0/8"),
            ("IpRanges.1.Description", "by address"),
            ("Groups.1.GroupId", other.as_str()),
            ("Groups.1.Description", "by group"),
        ];
        rule(&account, "AuthorizeSecurityGroupIngress", &group, &both).xml();
        let live = describe(&account, &group);
        assert_eq!(live.elements("description").count(), 2, "{}", live.body);
        for peer in [[("IpRanges.1.CidrIp", "10.0.0.0/8")], [("Groups.1.GroupId", other.as_str())]] {
            let again = rule(&account, "AuthorizeSecurityGroupIngress", &group, &peer);
            assert_eq!(again.code(), "InvalidPermission.Duplicate");
            rule(&account, "RevokeSecurityGroupIngress", &group, &peer).xml();
            let gone = rule(&account, "RevokeSecurityGroupIngress", &group, &peer);
            assert_eq!(gone.code(), "InvalidPermission.NotFound");
        }
        assert_eq!(describe(&account, &group).elements("fromPort").count(), 0);
    }
}

#[test]
fn descriptions_of_rules_are_replaced_and_cleared() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (group, other) = (group(&account, "name"), group(&account, "other"));
        let cases = [("IpRanges.1", "CidrIp", "10.0.0.0/8"), ("Groups.1", "GroupId", &other)];
        for (key, name, peer) in cases {
            let (name, text) = (format!("{key}.{name}"), format!("{key}.Description"));
            rule(&account, "AuthorizeSecurityGroupIngress", &group, &[(&name, peer)]).xml();
            let update = |also: &[(&str, &str)]| {
                let peer = [&[(name.as_str(), peer)], also].concat();
                rule(&account, "UpdateSecurityGroupRuleDescriptionsIngress", &group, &peer).xml();
                let live = describe(&account, &group);
                live.elements("description").map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(update(&[(&text, "first")]), ["first"], "{name}");
            assert_eq!(update(&[(&text, "second")]), ["second"], "{name}");
            assert_eq!(update(&[]), [""; 0], "{name}");
        }
        assert_eq!(describe(&account, &group).elements("cidrIp").count(), 2, "the rule, and all outbound");
    }
}

#[test]
fn a_new_group_lets_everything_out_until_that_is_revoked() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let group = group(&account, "name");
        let outbound = || {
            let live = describe(&account, &group);
            assert_eq!(live.elements("fromPort").count(), 0, "{}", live.body);
            live.elements("ipProtocol")
                .zip(live.elements("cidrIp"))
                .map(|(a, b)| format!("{a} {b}"))
                .collect()
        };
        let all: Vec<String> = outbound();
        assert_eq!(all, ["-1 0.0.0.0/0"]);
        let again = all_outbound(&account, "AuthorizeSecurityGroupEgress", &group, &[]);
        assert_eq!(again.code(), "InvalidPermission.Duplicate");
        let text = [("IpPermissions.1.IpRanges.1.Description", "all")];
        all_outbound(&account, "UpdateSecurityGroupRuleDescriptionsEgress", &group, &text).xml();
        assert_eq!(describe(&account, &group).element("description"), "all");
        all_outbound(&account, "RevokeSecurityGroupEgress", &group, &[]).xml();
        let gone = all_outbound(&account, "RevokeSecurityGroupEgress", &group, &[]);
        assert_eq!(gone.code(), "InvalidPermission.NotFound");
        let ports = [("IpPermissions.1.FromPort", "-1"), ("IpPermissions.1.ToPort", "-1")];
        all_outbound(&account, "AuthorizeSecurityGroupEgress", &group, &ports).xml();
        let all: Vec<String> = outbound();
        assert_eq!(all, ["-1 0.0.0.0/0"], "all protocols have no ports");
    }
}

#[test]
fn a_group_that_another_one_names_stays() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (named, naming) = (group(&account, "named"), group(&account, "naming"));
        let delete = |group: &str| account.ec2("DeleteSecurityGroup", &[("GroupId", group)]);
        let peer = [("Groups.1.GroupId", named.as_str())];
        rule(&account, "AuthorizeSecurityGroupIngress", &naming, &peer).xml();
        rule(&account, "AuthorizeSecurityGroupIngress", &named, &peer).xml();
        assert_eq!(delete(&named).code(), "DependencyViolation");
        rule(&account, "RevokeSecurityGroupIngress", &naming, &peer).xml();
        rule(&account, "AuthorizeSecurityGroupEgress", &naming, &peer).xml();
        assert_eq!(delete(&named).code(), "DependencyViolation");
        delete(&naming).xml();
        // That it names itself is no reason.
        delete(&named).xml();
        assert_eq!(delete(&named).code(), "InvalidGroup.NotFound");
    }
}
