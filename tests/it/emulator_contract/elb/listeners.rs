//! Listeners, their certificates and their rules.

use serde_json::json;

use super::{call, list, load_balancer, of_load_balancer, one, tag, tags_of};
use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

const NO_CERTIFICATE: &str =
    "arn:aws:acm:us-west-2:123456789012:certificate/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f";

type Parameters = Vec<(String, String)>;

fn action(kind: &str, settings: &[(&str, &str)]) -> Parameters {
    let settings =
        settings.iter().map(|(name, value)| one(&format!("DefaultActions.member.1.{name}"), value));
    [one("DefaultActions.member.1.Type", kind)].into_iter().chain(settings).flatten().collect()
}

fn fixed_action() -> Parameters {
    action(
        "fixed-response",
        &[
            ("FixedResponseConfig.StatusCode", "404"),
            ("FixedResponseConfig.ContentType", "text/html"),
            ("FixedResponseConfig.MessageBody", "<p>a & b</p>"),
        ],
    )
}

fn create(account: &Account, balancer: &str, protocol: &str, port: &str, also: &[Parameters]) -> Answer {
    let on = [of_load_balancer(balancer), one("Protocol", protocol), one("Port", port)].concat();
    call(account, "CreateListener", &[&on, &also.concat()])
}

/// Makes one over HTTP that answers by itself.
pub(super) fn fixed(account: &Account, balancer: &str, port: &str) -> Answer {
    create(account, balancer, "HTTP", port, &[fixed_action()])
}

fn with_certificate(arn: &str) -> Parameters {
    one("Certificates.member.1.CertificateArn", arn)
}

fn https(account: &Account, balancer: &str, certificate: &str, also: &[Parameters]) -> Answer {
    let tls = [&[with_certificate(certificate), fixed_action()], also].concat();
    create(account, balancer, "HTTPS", "443", &tls)
}

fn describe(account: &Account, arn: &str) -> Answer {
    call(account, "DescribeListeners", &[&list("ListenerArns", &[arn])]).xml()
}

fn modify(account: &Account, arn: &str, what: &[Parameters]) -> Answer {
    call(account, "ModifyListener", &[&one("ListenerArn", arn), &what.concat()])
}

/// Each certificate of a listener, and whether it is the default one.
fn certificates(account: &Account, arn: &str) -> Vec<(String, bool)> {
    let live = call(account, "DescribeListenerCertificates", &[&one("ListenerArn", arn)]).xml();
    let defaults = live.elements("IsDefault").map(|it| it == "true");
    live.elements("CertificateArn").map(str::to_owned).zip(defaults).collect()
}

#[test]
fn actions_are_read_back_with_all_their_parts() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let arn = fixed(&account, &balancer, "80").xml().element("ListenerArn");
        let live = describe(&account, &arn);
        for (key, value) in [
            ("LoadBalancerArn", balancer.as_str()),
            ("Port", "80"),
            ("Protocol", "HTTP"),
            ("Type", "fixed-response"),
            ("StatusCode", "404"),
            ("ContentType", "text/html"),
            ("MessageBody", "&lt;p&gt;a &amp; b&lt;/p&gt;"),
        ] {
            assert_eq!(live.element(key), value, "{}", live.body);
        }
        for key in ["SslPolicy", "CertificateArn"] {
            assert_eq!(live.elements(key).count(), 0, "{}", live.body);
        }
        let permanent = ("RedirectConfig.StatusCode", "HTTP_301");
        modify(&account, &arn, &[action("redirect", &[permanent, ("RedirectConfig.Protocol", "HTTPS")])])
            .xml();
        let live = describe(&account, &arn).element("RedirectConfig");
        for (key, value) in [
            ("Protocol", "HTTPS"),
            ("Host", "#{host}"),
            ("Port", "#{port}"),
            ("Path", "/#{path}"),
            ("Query", "#{query}"),
            ("StatusCode", "HTTP_301"),
        ] {
            assert!(live.contains(&format!("<{key}>{value}</{key}>")), "{live}");
        }
        let settings = [
            ("RedirectConfig.StatusCode", "HTTP_302"),
            ("RedirectConfig.Protocol", "HTTPS"),
            ("RedirectConfig.Port", "443"),
            ("RedirectConfig.Path", "/a&b"),
            ("RedirectConfig.Query", "c&d"),
        ];
        modify(&account, &arn, &[action("redirect", &settings)]).xml();
        let live = describe(&account, &arn).element("RedirectConfig");
        for (key, value) in [("Port", "443"), ("Path", "/a&amp;b"), ("Query", "c&amp;d")] {
            assert!(live.contains(&format!("<{key}>{value}</{key}>")), "{live}");
        }
        for also in [vec![permanent], vec![permanent, ("RedirectConfig.Port", "80")]] {
            let to_itself = modify(&account, &arn, &[action("redirect", &also)]);
            assert_eq!(to_itself.code(), "InvalidLoadBalancerAction");
        }
        modify(&account, &arn, &[action("redirect", &[permanent, ("RedirectConfig.Port", "81")])]).xml();
        assert!(describe(&account, &arn).body.contains("<Protocol>#{protocol}</Protocol>"));
    }
}

#[test]
fn a_port_has_one_listener() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let tagged = |tags: Parameters| create(&account, &balancer, "HTTP", "80", &[fixed_action(), tags]);
        let arn = tagged(tag("k", "v")).xml().element("ListenerArn");
        assert_eq!(tagged(tag("k", "other")).xml().element("ListenerArn"), arn);
        assert_eq!(
            tags_of(&account, &[&arn]).xml().element("Value"),
            "v",
            "tags of a repeat are not applied"
        );
        let other = action("fixed-response", &[("FixedResponseConfig.StatusCode", "503")]);
        let again = create(&account, &balancer, "HTTP", "80", std::slice::from_ref(&other));
        assert_eq!(again.code(), "DuplicateListener");
        let settings = [("RedirectConfig.StatusCode", "HTTP_301"), ("RedirectConfig.Protocol", "HTTPS")];
        let redirect = action("redirect", &settings);
        let second = create(&account, &balancer, "HTTP", "8080", std::slice::from_ref(&redirect)).xml();
        let second = second.element("ListenerArn");
        let again = create(&account, &balancer, "HTTP", "8080", &[redirect]).xml();
        assert_eq!(again.element("ListenerArn"), second, "what is filled in is no difference");
        assert_eq!(modify(&account, &second, &[one("Port", "80")]).code(), "DuplicateListener");
        modify(&account, &second, &[one("Port", "81"), other]).xml();
        let live = describe(&account, &second);
        assert_eq!((live.element("Port").as_str(), live.element("StatusCode").as_str()), ("81", "503"));
        assert_eq!(fixed(&account, &format!("{balancer}0"), "80").code(), "LoadBalancerNotFound");
    }
}

#[test]
fn https_needs_a_certificate_and_has_a_policy() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let (first, second) = (account.certify("first.example"), account.certify("second.example"));
        let without = create(&account, &balancer, "HTTPS", "443", &[fixed_action()]);
        assert_eq!(without.code(), "ValidationError");
        assert_eq!(https(&account, &balancer, NO_CERTIFICATE, &[]).code(), "CertificateNotFound");
        let unknown = one("SslPolicy", "ELBSecurityPolicy-Of-A-Test");
        let refused = https(&account, &balancer, &first, std::slice::from_ref(&unknown));
        assert_eq!(refused.code(), "SSLPolicyNotFound");

        let arn = https(&account, &balancer, &first, &[]).xml().element("ListenerArn");
        let tls = || {
            let live = describe(&account, &arn);
            let certificates = live.elements("CertificateArn").map(str::to_owned).collect::<Vec<_>>();
            (certificates, live.elements("SslPolicy").map(str::to_owned).collect::<Vec<_>>())
        };
        let with = |certificate: &str, policy: &str| (vec![certificate.to_owned()], vec![policy.to_owned()]);
        assert_eq!(tls(), with(&first, "ELBSecurityPolicy-2016-08"));
        let repeated = https(&account, &balancer, &first, &[]).xml();
        assert_eq!(repeated.element("ListenerArn"), arn);
        assert_eq!(https(&account, &balancer, &second, &[]).code(), "DuplicateListener");

        let policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
        modify(&account, &arn, &[one("SslPolicy", policy)]).xml();
        assert_eq!(tls(), with(&first, policy));
        modify(&account, &arn, &[with_certificate(&second)]).xml();
        assert_eq!(tls(), with(&second, policy));
        assert_eq!(modify(&account, &arn, &[unknown]).code(), "SSLPolicyNotFound");
        let unknown = modify(&account, &arn, &[with_certificate(NO_CERTIFICATE)]);
        assert_eq!(unknown.code(), "CertificateNotFound");

        modify(&account, &arn, &[one("Protocol", "HTTP")]).xml();
        assert_eq!(tls(), (vec![], vec![]));
        assert_eq!(certificates(&account, &arn), []);
        assert_eq!(modify(&account, &arn, &[one("Protocol", "HTTPS")]).code(), "ValidationError");
        modify(&account, &arn, &[one("Protocol", "HTTPS"), with_certificate(&first)]).xml();
        assert_eq!(tls(), with(&first, "ELBSecurityPolicy-2016-08"));
    }
}

#[test]
fn certificates_beside_the_default_one_are_a_list() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let [default, second, third] =
            ["first.example", "second.example", "third.example"].map(|it| account.certify(it));
        let arn = https(&account, &balancer, &default, &[]).xml().element("ListenerArn");
        let listed = |expected: &[(&String, bool)]| {
            let expected: Vec<_> = expected.iter().map(|(arn, default)| ((*arn).clone(), *default)).collect();
            assert_eq!(certificates(&account, &arn), expected);
        };
        let change = |operation: &str, certificate: &str| {
            call(&account, operation, &[&one("ListenerArn", &arn), &with_certificate(certificate)])
        };
        listed(&[(&default, true)]);
        let added = change("AddListenerCertificates", &second).xml();
        assert_eq!(added.elements("CertificateArn").collect::<Vec<_>>(), [&second]);
        change("AddListenerCertificates", &third).xml();
        change("AddListenerCertificates", &second).xml();
        listed(&[(&default, true), (&second, false), (&third, false)]);
        let live = describe(&account, &arn);
        assert_eq!(live.elements("CertificateArn").collect::<Vec<_>>(), [&default], "the default one alone");
        assert_eq!(change("AddListenerCertificates", NO_CERTIFICATE).code(), "CertificateNotFound");
        assert_eq!(change("RemoveListenerCertificates", &default).code(), "OperationNotPermitted");
        change("RemoveListenerCertificates", &third).xml();
        listed(&[(&default, true), (&second, false)]);
        modify(&account, &arn, &[with_certificate(&second)]).xml();
        listed(&[(&second, true), (&second, false)]);
        change("RemoveListenerCertificates", &second).xml();
        listed(&[(&second, true)]);
        for operation in
            ["AddListenerCertificates", "DescribeListenerCertificates", "RemoveListenerCertificates"]
        {
            let gone = [one("ListenerArn", &format!("{arn}0")), with_certificate(&second)].concat();
            assert_eq!(call(&account, operation, &[&gone]).code(), "ListenerNotFound", "{operation}");
        }
    }
}

#[test]
fn a_certificate_that_a_listener_has_is_in_use() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let [default, extra, free] =
            ["first.example", "second.example", "third.example"].map(|it| account.certify(it));
        let in_use = || {
            let listed = account.acm("ListCertificates", &json!({})).json();
            let listed = listed["CertificateSummaryList"].as_array().unwrap();
            let of = |arn: &str| listed.iter().find(|it| it["CertificateArn"] == arn).unwrap();
            [&default, &extra, &free].map(|arn| of(arn)["InUse"].as_bool().unwrap())
        };
        assert_eq!(in_use(), [false; 3]);
        let arn = https(&account, &balancer, &default, &[]).xml().element("ListenerArn");
        let add = [one("ListenerArn", &arn), with_certificate(&extra)].concat();
        call(&account, "AddListenerCertificates", &[&add]).xml();
        assert_eq!(in_use(), [true, true, false]);
        let delete = |arn: &str| account.acm("DeleteCertificate", &json!({ "CertificateArn": arn })).code();
        assert_eq!(delete(&default), "ResourceInUseException");
        call(&account, "DeleteListener", &[&one("ListenerArn", &arn)]).xml();
        assert_eq!(in_use(), [false; 3]);
        assert_eq!(delete(&default), "");
    }
}

#[test]
fn listeners_that_are_named_have_to_exist_and_come_in_pages() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let (balancer, other) = (load_balancer(&account, "name"), load_balancer(&account, "other"));
        let [first, second, third] =
            ["80", "81", "82"].map(|port| fixed(&account, &balancer, port).xml().element("ListenerArn"));
        fixed(&account, &other, "80").xml();
        let arns = |answer: Answer| {
            let mut arns: Vec<_> = answer.xml().elements("ListenerArn").map(str::to_owned).collect();
            arns.sort();
            arns
        };
        let by_arn = |arns: &[&str]| call(&account, "DescribeListeners", &[&list("ListenerArns", arns)]);
        let mut all = [first.clone(), second.clone(), third];
        all.sort();
        assert_eq!(arns(call(&account, "DescribeListeners", &[&of_load_balancer(&balancer)])), all);
        let mut two = [first.clone(), second.clone()];
        two.sort();
        assert_eq!(arns(by_arn(&[&first, &second])), two);
        assert_eq!(by_arn(&[&first, &format!("{second}0")]).code(), "ListenerNotFound");
        assert_eq!(call(&account, "DescribeListeners", &[]).code(), "ValidationError");
        let page = |marker: &[(String, String)]| {
            let of = [of_load_balancer(&balancer), one("PageSize", "2")].concat();
            call(&account, "DescribeListeners", &[&of, marker]).xml()
        };
        let start = page(&[]);
        assert_eq!(start.elements("ListenerArn").count(), 2);
        let rest = page(&one("Marker", &start.element("NextMarker")));
        assert_eq!(rest.elements("ListenerArn").count(), 1);
        assert_eq!(rest.elements("NextMarker").count(), 0);
    }
}

#[test]
fn a_listener_has_a_default_rule_and_takes_its_rules_with_it() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let balancer = load_balancer(&account, "name");
        let arn = fixed(&account, &balancer, "80").xml().element("ListenerArn");
        let of = one("ListenerArn", &arn);
        let rules = || call(&account, "DescribeRules", &[&of]).xml();
        let told = |answer: &Answer| {
            let priorities = answer.elements("Priority").map(str::to_owned);
            priorities.zip(answer.elements("IsDefault").map(|it| it == "true")).collect::<Vec<_>>()
        };
        assert_eq!(told(&rules()), [("default".to_owned(), true)]);
        assert_eq!(rules().element("StatusCode"), "404");
        assert_eq!(tags_of(&account, &[&rules().element("RuleArn")]).xml().pairs(), []);
        let rule = |priority: &str| {
            let parameters = [
                ("Priority", priority),
                ("Conditions.member.1.Field", "path-pattern"),
                ("Conditions.member.1.Values.member.1", "/api/*"),
                ("Actions.member.1.Type", "fixed-response"),
                ("Actions.member.1.FixedResponseConfig.StatusCode", "503"),
            ];
            let parameters: Parameters = parameters.iter().flat_map(|(name, it)| one(name, it)).collect();
            call(&account, "CreateRule", &[&of, &parameters, &tag("k", "v")])
        };
        rule("20").xml();
        let made = rule("3").xml().element("RuleArn");
        assert_eq!(rule("3").code(), "PriorityInUse");
        let priorities: Vec<_> = told(&rules()).into_iter().map(|(priority, _)| priority).collect();
        assert_eq!(priorities, ["3", "20", "default"]);
        assert_eq!(tags_of(&account, &[&made]).xml().element("Key"), "k");
        call(&account, "DeleteListener", &[&of]).xml();
        let gone = |operation: &str, what: &[(String, String)]| call(&account, operation, &[what]).code();
        assert_eq!(gone("DeleteListener", &of), "ListenerNotFound");
        assert_eq!(gone("DescribeRules", &of), "ListenerNotFound");
        assert_eq!(gone("DescribeRules", &list("RuleArns", &[&made])), "RuleNotFound");
        assert_eq!(gone("DescribeTags", &list("ResourceArns", &[&made])), "RuleNotFound");
        assert_eq!(gone("DescribeTags", &list("ResourceArns", &[&arn])), "ListenerNotFound");
        assert_eq!(modify(&account, &arn, &[one("Port", "81")]).code(), "ListenerNotFound");
    }
}
