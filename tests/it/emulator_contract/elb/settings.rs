//! What of a load balancer can be changed: attributes, subnets, groups and tags.

use super::{call, create, list, listeners, load_balancer, of_load_balancer, one, subnets, tag, tags_of};
use crate::emulator_contract::ec2::{NO_GROUP, group};
use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

#[test]
fn all_attributes_have_a_value_and_others_are_refused() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = of_load_balancer(&load_balancer(&account, "name"));
        let live = || {
            let answer = call(&account, "DescribeLoadBalancerAttributes", &[&arn]).xml();
            let pairs = answer.pairs();
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(live(), DEFAULTS);
        let modify = |key: &str, value: &str| {
            let pair =
                [one("Attributes.member.1.Key", key), one("Attributes.member.1.Value", value)].concat();
            call(&account, "ModifyLoadBalancerAttributes", &[&arn, &pair])
        };
        modify("idle_timeout.timeout_seconds", "300").xml();
        modify("access_logs.s3.prefix", "of a test").xml();
        modify("access_logs.s3.prefix", "").xml();
        assert_eq!(live(), DEFAULTS.map(|it| it.replace("=60", "=300")));
        let unknown = modify("idle_timeout", "300").error().unwrap();
        assert_eq!(unknown.0, "ValidationError");
        assert!(unknown.1.contains("attribute key 'idle_timeout' is not recognized"), "{}", unknown.1);
    }
}

const DEFAULTS: [&str; 23] = [
    "access_logs.s3.bucket=",
    "access_logs.s3.enabled=false",
    "access_logs.s3.prefix=",
    "client_keep_alive.seconds=3600",
    "connection_logs.s3.bucket=",
    "connection_logs.s3.enabled=false",
    "connection_logs.s3.prefix=",
    "deletion_protection.enabled=false",
    "health_check_logs.s3.bucket=",
    "health_check_logs.s3.enabled=false",
    "health_check_logs.s3.prefix=",
    "idle_timeout.timeout_seconds=60",
    "ipv6.deny_all_igw_traffic=false",
    "load_balancing.cross_zone.enabled=true",
    "routing.http.desync_mitigation_mode=defensive",
    "routing.http.drop_invalid_header_fields.enabled=false",
    "routing.http.preserve_host_header.enabled=false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled=false",
    "routing.http.xff_client_port.enabled=false",
    "routing.http.xff_header_processing.mode=append",
    "routing.http2.enabled=true",
    "waf.fail_open.enabled=false",
    "zonal_shift.config.enabled=false",
];

#[test]
fn subnets_groups_and_addresses_are_replaced() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (subnets, group) = (subnets(&account), group(&account, "name"));
        let arn = of_load_balancer(&load_balancer(&account, "name"));
        let set = |operation: &str, what: &[(String, String)]| call(&account, operation, &[&arn, what]);
        let answer = set("SetSubnets", &list("Subnets", &[&subnets[1], &subnets[2]])).xml();
        assert_eq!(answer.elements("SubnetId").collect::<Vec<_>>(), [&subnets[1], &subnets[2]]);
        let answer = set("SetSecurityGroups", &list("SecurityGroups", &[&group])).xml();
        assert_eq!(answer.element("SecurityGroupIds"), format!("<member>{group}</member>"));
        for kind in ["dualstack-without-public-ipv4", "ipv4", "dualstack"] {
            let answer = set("SetIpAddressType", &one("IpAddressType", kind)).xml();
            assert_eq!(answer.element("IpAddressType"), kind);
        }
        let live = call(&account, "DescribeLoadBalancers", &[]).xml();
        assert_eq!(live.elements("SubnetId").collect::<Vec<_>>(), [&subnets[1], &subnets[2]]);
        assert_eq!(live.element("SecurityGroups"), format!("<member>{group}</member>"));
        assert_eq!(live.element("IpAddressType"), "dualstack");
        let mapped = (1..)
            .zip(&subnets[..2])
            .map(|(n, it)| (format!("SubnetMappings.member.{n}.SubnetId"), it.clone()));
        let answer = set("SetSubnets", &mapped.collect::<Vec<_>>()).xml();
        assert_eq!(answer.elements("SubnetId").collect::<Vec<_>>(), [&subnets[0], &subnets[1]]);
        let code = |operation: &str, what: &[(String, String)]| set(operation, what).code();
        assert_eq!(code("SetIpAddressType", &one("IpAddressType", "ipv6")), "ValidationError");
        assert_eq!(code("SetSubnets", &list("Subnets", &[&subnets[0]])), "ValidationError");
        assert_eq!(
            code("SetSubnets", &list("Subnets", &[&subnets[0], "subnet-0f0f0f0f0f0f0f0f1"])),
            "SubnetNotFound"
        );
        assert_eq!(code("SetSecurityGroups", &list("SecurityGroups", &[NO_GROUP])), "InvalidSecurityGroup");
    }
}

#[test]
fn tags_are_added_and_removed_and_may_be_none() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = load_balancer(&account, "name");
        let listener = listeners::fixed(&account, &arn, "80").xml().element("ListenerArn");
        for resource in [&arn, &listener] {
            let of = list("ResourceArns", &[resource]);
            let keys = || {
                let tags = tags_of(&account, &[resource]).xml();
                assert_eq!(&tags.element("ResourceArn"), resource);
                tags.elements("Key").map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(keys(), [""; 0]);
            call(&account, "AddTags", &[&of, &tag("first", "1")]).xml();
            call(&account, "AddTags", &[&of, &tag("second", "")]).xml();
            call(&account, "AddTags", &[&of, &tag("first", "2")]).xml();
            assert_eq!(keys(), ["first", "second"]);
            assert_eq!(tags_of(&account, &[resource]).xml().element("Value"), "2");
            call(&account, "RemoveTags", &[&of, &list("TagKeys", &["first", "third"])]).xml();
            assert_eq!(keys(), ["second"]);
        }
        let both = tags_of(&account, &[&arn, &listener]).xml();
        assert_eq!(both.elements("ResourceArn").collect::<Vec<_>>(), [&arn, &listener]);
        let gone = format!("{arn}0");
        assert_eq!(tags_of(&account, &[&arn, &gone]).code(), "LoadBalancerNotFound");
        assert_eq!(
            call(&account, "AddTags", &[&list("ResourceArns", &[&gone]), &tag("k", "v")]).code(),
            "LoadBalancerNotFound"
        );
        assert_eq!(tags_of(&account, &[arn.as_str(); 21]).code(), "ValidationError");
    }
}

#[test]
fn a_group_that_a_load_balancer_has_stays() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (subnets, group, other) = (subnets(&account), group(&account, "name"), group(&account, "other"));
        let groups = list("SecurityGroups", &[&group]);
        let arn = create(&account, "name", &[&subnets[0], &subnets[1]], &groups).xml();
        let arn = arn.element("LoadBalancerArn");
        let described = format!("ELB {}", arn.split_once(":loadbalancer/").unwrap().1);
        let interfaces = |name: &str, value: &str| {
            let filter = [("Filter.1.Name", name), ("Filter.1.Value.1", value)];
            account.ec2("DescribeNetworkInterfaces", &filter).xml()
        };
        let placed = |answer: &Answer| {
            let mut found: Vec<_> = answer.elements("subnetId").map(str::to_owned).collect();
            found.sort();
            found
        };
        let by_description = interfaces("description", &described);
        let mut two = subnets[..2].to_vec();
        two.sort();
        assert_eq!(placed(&by_description), two);
        assert_eq!(placed(&interfaces("group-id", &group)), two);
        assert!(by_description.elements("requesterManaged").all(|it| it == "true"));
        assert!(by_description.elements("groupId").all(|it| it == group), "{}", by_description.body);
        let delete = || account.ec2("DeleteSecurityGroup", &[("GroupId", &group)]);
        assert_eq!(delete().code(), "DependencyViolation");
        let of = of_load_balancer(&arn);
        call(&account, "SetSecurityGroups", &[&of, &list("SecurityGroups", &[&other])]).xml();
        delete().xml();
        call(&account, "SetSubnets", &[&of, &list("Subnets", &[&subnets[1], &subnets[2]])]).xml();
        let mut two = subnets[1..].to_vec();
        two.sort();
        assert_eq!(placed(&interfaces("group-id", &other)), two);
        call(&account, "DeleteLoadBalancer", &[&of]).xml();
        assert_eq!(interfaces("description", &described).elements("subnetId").count(), 0);
        account.ec2("DeleteSecurityGroup", &[("GroupId", &other)]).xml();
    }
}
