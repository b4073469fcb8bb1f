//! Elastic Load Balancing: load balancers, listeners and their tags.

use super::ec2::{NO_GROUP, group};
use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

mod listeners;
mod settings;

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
        assert_eq!(tags.pairs(), [("k".to_owned(), "a &amp; b".to_owned())]);
        let attributes = call(&account, "DescribeLoadBalancerAttributes", &[&of_load_balancer(&arn)]).xml();
        let internal = ("ipv6.deny_all_igw_traffic".to_owned(), "true".to_owned());
        assert!(attributes.pairs().contains(&internal), "{}", attributes.body);
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
        let other = account.ec2("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).xml().element("vpcId");
        let elsewhere = [("GroupName", "name"), ("GroupDescription", "of a test"), ("VpcId", &other)];
        let elsewhere = account.ec2("CreateSecurityGroup", &elsewhere).xml().element("groupId");
        let elsewhere = list("SecurityGroups", &[&elsewhere]);
        assert_eq!(code("name", &zones, &elsewhere), "InvalidSecurityGroup");
        assert_eq!(code("name", &zones, &one("IpAddressType", "ipv6")), "ValidationError");
        let addresses = one("IpAddressType", "dualstack-without-public-ipv4");
        assert_eq!(code(&"n".repeat(32), &zones, &addresses), "");
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
fn a_list_of_nothing_is_a_list() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let empty = |answer: &Answer, key: &str| {
            let forms = [format!("<{key}/>"), format!("<{key} />"), format!("<{key}></{key}>")];
            assert!(forms.iter().any(|it| answer.body.contains(it)), "no {key} in {}", answer.body);
        };
        empty(&call(&account, "DescribeLoadBalancers", &[]).xml(), "LoadBalancers");
        let arn = load_balancer(&account, "name");
        empty(&call(&account, "DescribeListeners", &[&of_load_balancer(&arn)]).xml(), "Listeners");
        empty(&tags_of(&account, &[&arn]).xml(), "Tags");
        let listener =
            one("ListenerArn", &listeners::fixed(&account, &arn, "80").xml().element("ListenerArn"));
        let rules = call(&account, "DescribeRules", &[&listener]).xml();
        empty(&rules, "Conditions");
        empty(&call(&account, "DescribeListenerCertificates", &[&listener]).xml(), "Certificates");
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
