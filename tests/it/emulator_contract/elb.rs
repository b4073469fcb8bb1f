//! Elastic Load Balancing: load balancers, listeners and their tags.

use serde_json::json;

use super::ec2::{NO_GROUP, group};
use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

mod listeners;

/// The default subnets of three zones.
fn subnets(account: &Account) -> Vec<String> {
    let found = account.ec2("DescribeSubnets", &[]).xml();
    found.elements("subnetId").take(3).map(str::to_owned).collect()
}

/// The parameters of a list.
fn list(name: &str, members: &[&str]) -> Vec<(String, String)> {
    let numbered = (1..).zip(members);
    numbered.map(|(n, member)| (format!("{name}.member.{n}"), (*member).to_owned())).collect()
}

fn call(account: &Account, operation: &str, parameters: &[&[(String, String)]]) -> Answer {
    let all = parameters.concat();
    let borrowed: Vec<_> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    account.elb(operation, &borrowed)
}

fn one(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn of_load_balancer(arn: &str) -> Vec<(String, String)> {
    one("LoadBalancerArn", arn)
}

fn create(account: &Account, name: &str, subnets: &[&str], also: &[(String, String)]) -> Answer {
    call(account, "CreateLoadBalancer", &[&one("Name", name), &list("Subnets", subnets), also])
}

/// Makes one in two subnets; gives its ARN.
fn load_balancer(account: &Account, name: &str) -> String {
    let subnets = subnets(account);
    create(account, name, &[&subnets[0], &subnets[1]], &[]).xml().element("LoadBalancerArn")
}

fn tag(key: &str, value: &str) -> Vec<(String, String)> {
    [one("Tags.member.1.Key", key), one("Tags.member.1.Value", value)].concat()
}

fn tags_of(account: &Account, arns: &[&str]) -> Answer {
    call(account, "DescribeTags", &[&list("ResourceArns", arns)])
}

#[test]
fn what_a_load_balancer_is_made_with_is_read_back() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (subnets, group) = (subnets(&account), group(&account, "name"));
        let groups = list("SecurityGroups", &[&group]);
        let also = [groups, one("Scheme", "internal"), tag("k", "a & b")].concat();
        let made = create(&account, "name", &[&subnets[0], &subnets[2]], &also).xml();
        let arn = made.element("LoadBalancerArn");
        assert!(arn.contains(&format!("{}:loadbalancer/app/name/", account.number())), "{arn}");
        let live = call(&account, "DescribeLoadBalancers", &[&list("Names", &["name"])]).xml();
        for (key, value) in [
            ("LoadBalancerArn", arn.as_str()),
            ("LoadBalancerName", "name"),
            ("Scheme", "internal"),
            ("State", "<Code>active</Code>"),
            ("Type", "application"),
            ("IpAddressType", "ipv4"),
            ("SecurityGroups", &format!("<member>{group}</member>")),
        ] {
            assert_eq!(live.element(key), value, "{}", live.body);
        }
        for key in ["DNSName", "CanonicalHostedZoneId", "CreatedTime", "VpcId"] {
            assert!(!live.element(key).is_empty(), "{}", live.body);
        }
        assert_eq!(live.elements("ZoneName").collect::<Vec<_>>(), ["us-west-2a", "us-west-2c"]);
        assert_eq!(live.elements("SubnetId").collect::<Vec<_>>(), [&subnets[0], &subnets[2]]);
        let tags = tags_of(&account, &[&arn]).xml();
        assert_eq!((tags.element("Key").as_str(), tags.element("Value").as_str()), ("k", "a &amp; b"));
    }
}

#[test]
fn a_load_balancer_is_made_once() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let subnets = subnets(&account);
        let arn = load_balancer(&account, "name");
        let again = create(&account, "name", &[&subnets[1], &subnets[0]], &tag("k", "v")).xml();
        assert_eq!(again.element("LoadBalancerArn"), arn);
        let tags = tags_of(&account, &[&arn]).xml();
        assert_eq!(tags.elements("Key").count(), 0, "tags of a repeat are not applied: {}", tags.body);
        let groups = list("SecurityGroups", &[&group(&account, "name")]);
        let others = [
            create(&account, "name", &[&subnets[0], &subnets[2]], &[]),
            create(&account, "name", &[&subnets[0], &subnets[1]], &one("Scheme", "internal")),
            create(&account, "name", &[&subnets[0], &subnets[1]], &groups),
        ];
        for other in others {
            assert_eq!(other.code(), "DuplicateLoadBalancerName");
        }
        let all = call(&account, "DescribeLoadBalancers", &[]).xml();
        assert_eq!(all.elements("LoadBalancerArn").count(), 1);
    }
}

#[test]
fn what_a_load_balancer_cannot_have_is_refused() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let subnets = subnets(&account);
        let zones = [subnets[0].as_str(), subnets[1].as_str()];
        let vpc = account.ec2("DescribeVpcs", &[]).xml().element("vpcId");
        let beside =
            [("VpcId", vpc.as_str()), ("CidrBlock", "172.31.128.0/20"), ("AvailabilityZone", "us-west-2a")];
        let beside = account.ec2("CreateSubnet", &beside).xml().element("subnetId");
        let no_group = list("SecurityGroups", &[NO_GROUP]);
        let code = |name: &str, subnets: &[&str], also: &[(String, String)]| {
            create(&account, name, subnets, also).code()
        };
        for name in ["", "-name", "name-", "na_me", "internal-name", &"n".repeat(33)] {
            assert_eq!(code(name, &zones, &[]), "ValidationError", "{name}");
        }
        assert_eq!(code("name", &zones[..1], &[]), "ValidationError");
        assert_eq!(code("name", &[zones[0], &beside], &[]), "InvalidConfigurationRequest");
        assert_eq!(code("name", &[zones[0], "subnet-0f0f0f0f0f0f0f0f1"], &[]), "SubnetNotFound");
        assert_eq!(code("name", &zones, &no_group), "InvalidSecurityGroup");
        assert_eq!(code(&"n".repeat(32), &zones, &[]), "");
    }
}

#[test]
fn without_groups_a_load_balancer_has_the_default_one() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = load_balancer(&account, "name");
        let live = call(&account, "DescribeLoadBalancers", &[&list("LoadBalancerArns", &[&arn])]).xml();
        let groups = live.element("SecurityGroups");
        let group = groups.trim_start_matches("<member>").trim_end_matches("</member>");
        let found = account.ec2("DescribeSecurityGroups", &[("GroupId.1", group)]).xml();
        assert_eq!(found.element("groupName"), "default");
    }
}

#[test]
fn load_balancers_that_are_named_have_to_exist() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (first, second) = (load_balancer(&account, "first"), load_balancer(&account, "second"));
        let describe =
            |key: &str, names: &[&str]| call(&account, "DescribeLoadBalancers", &[&list(key, names)]);
        let names = |answer: Answer| {
            let mut names: Vec<_> = answer.xml().elements("LoadBalancerName").map(str::to_owned).collect();
            names.sort();
            names
        };
        assert_eq!(names(describe("Names", &["second"])), ["second"]);
        assert_eq!(names(describe("Names", &["second", "first"])), ["first", "second"]);
        assert_eq!(names(describe("LoadBalancerArns", &[&first])), ["first"]);
        assert_eq!(names(call(&account, "DescribeLoadBalancers", &[])), ["first", "second"]);
        assert_eq!(describe("Names", &["first", "third"]).code(), "LoadBalancerNotFound");
        let gone = format!("{second}0");
        assert_eq!(describe("LoadBalancerArns", &[&first, &gone]).code(), "LoadBalancerNotFound");
        let gone = of_load_balancer(&gone);
        for (operation, also) in [
            ("DescribeLoadBalancerAttributes", vec![]),
            (
                "ModifyLoadBalancerAttributes",
                [
                    one("Attributes.member.1.Key", "idle_timeout.timeout_seconds"),
                    one("Attributes.member.1.Value", "30"),
                ]
                .concat(),
            ),
            ("SetIpAddressType", one("IpAddressType", "ipv4")),
            ("SetSecurityGroups", list("SecurityGroups", &[NO_GROUP])),
            ("SetSubnets", list("Subnets", &[&subnets(&account)[0]])),
            ("DescribeListeners", vec![]),
        ] {
            let answer = call(&account, operation, &[&gone, &also]);
            assert_eq!(answer.code(), "LoadBalancerNotFound", "{operation}");
        }
    }
}

#[test]
fn load_balancers_are_listed_in_pages() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        for name in ["first", "second", "third"] {
            load_balancer(&account, name);
        }
        let page = |marker: &[(String, String)]| {
            call(&account, "DescribeLoadBalancers", &[&one("PageSize", "2"), marker]).xml()
        };
        let first = page(&[]);
        assert_eq!(first.elements("LoadBalancerName").count(), 2);
        let rest = page(&one("Marker", &first.element("NextMarker")));
        assert_eq!(rest.elements("LoadBalancerName").count(), 1);
        assert_eq!(rest.elements("NextMarker").count(), 0);
    }
}

#[test]
fn all_attributes_have_a_value_and_others_are_refused() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = of_load_balancer(&load_balancer(&account, "name"));
        let live = || {
            let mut answer = call(&account, "DescribeLoadBalancerAttributes", &[&arn]).xml();
            for empty in ["<Value/>", "<Value />"] {
                answer.body = answer.body.replace(empty, "<Value></Value>");
            }
            let pairs = answer.elements("Key").zip(answer.elements("Value"));
            let mut pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
            pairs.sort();
            pairs
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
        let mut changed: Vec<_> = DEFAULTS.iter().map(|it| it.replace("=60", "=300")).collect();
        changed.sort();
        assert_eq!(live(), changed);
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
        let answer = set("SetIpAddressType", &one("IpAddressType", "dualstack")).xml();
        assert_eq!(answer.element("IpAddressType"), "dualstack");
        let live = call(&account, "DescribeLoadBalancers", &[]).xml();
        assert_eq!(live.elements("SubnetId").collect::<Vec<_>>(), [&subnets[1], &subnets[2]]);
        assert_eq!(live.element("SecurityGroups"), format!("<member>{group}</member>"));
        assert_eq!(live.element("IpAddressType"), "dualstack");
        let code = |operation: &str, what: &[(String, String)]| set(operation, what).code();
        assert_eq!(code("SetSubnets", &list("Subnets", &[&subnets[0]])), "ValidationError");
        assert_eq!(
            code("SetSubnets", &list("Subnets", &[&subnets[0], "subnet-0f0f0f0f0f0f0f0f1"])),
            "SubnetNotFound"
        );
        assert_eq!(code("SetSecurityGroups", &list("SecurityGroups", &[NO_GROUP])), "InvalidSecurityGroup");
    }
}

#[test]
fn a_protected_load_balancer_stays_and_another_goes_with_its_listeners() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = load_balancer(&account, "name");
        let of = of_load_balancer(&arn);
        let listener = listeners::fixed(&account, &arn, "80").xml().element("ListenerArn");
        let rules = call(&account, "DescribeRules", &[&one("ListenerArn", &listener)]).xml();
        let rule = rules.element("RuleArn");
        let protect = |value: &str| {
            let pair = [
                one("Attributes.member.1.Key", "deletion_protection.enabled"),
                one("Attributes.member.1.Value", value),
            ];
            call(&account, "ModifyLoadBalancerAttributes", &[&of, &pair.concat()]).xml();
        };
        let delete = || call(&account, "DeleteLoadBalancer", &[&of]);
        protect("true");
        assert_eq!(delete().code(), "OperationNotPermitted");
        protect("false");
        delete().xml();
        delete().xml();
        let gone = |operation: &str, what: &[(String, String)]| call(&account, operation, &[what]).code();
        assert_eq!(gone("DescribeLoadBalancers", &list("Names", &["name"])), "LoadBalancerNotFound");
        assert_eq!(gone("DescribeListeners", &list("ListenerArns", &[&listener])), "ListenerNotFound");
        assert_eq!(gone("DescribeRules", &list("RuleArns", &[&rule])), "RuleNotFound");
        assert_eq!(gone("DescribeTags", &list("ResourceArns", &[&arn])), "LoadBalancerNotFound");
        assert_eq!(gone("DescribeTags", &list("ResourceArns", &[&listener])), "ListenerNotFound");
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
            let none = tags_of(&account, &[resource]).xml();
            let tags = ["<Tags/>", "<Tags />", "<Tags></Tags>"];
            assert!(
                tags.iter().any(|it| none.body.contains(it)),
                "it is said that there are none: {}",
                none.body
            );
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
        let (subnets, group) = (subnets(&account), group(&account, "name"));
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
        let other = super::ec2::group(&account, "other");
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

/// Makes an issued certificate; gives its ARN.
fn certificate(account: &Account, domain: &str) -> String {
    let body = json!({ "DomainName": domain, "ValidationMethod": "DNS" });
    account.acm("RequestCertificate", &body).json()["CertificateArn"].as_str().unwrap().to_owned()
}
