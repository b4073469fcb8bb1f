//! Listeners, their rules, and what AWS leaves out.

use infra::aws::Listings;
use infra::kind::{Found, Kind as _, Live, Observation, Survey, Wanted};
use infra::kinds::elbv2_listener::Elbv2Listener;
use infra::model::{Link, Setting, Shown, Tags};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{entry, look, present, recordings, survey, unknown};
use crate::support::recorded::{self, Answer};

const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const CERTIFICATES: &str = "elasticloadbalancing:DescribeListenerCertificates";
const RULES: &str = "elasticloadbalancing:DescribeRules";
const TAGS: &str = "elasticloadbalancing:DescribeTags";

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/site/50dc6c495c0c9188";
const LISTENER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/site/50dc6c495c0c9188/f2f7dc8efc522ab2";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/one";

/// One over HTTPS as AWS describes it (API `Listener`).
fn https() -> Value {
    json!({
        "ListenerArn": LISTENER,
        "LoadBalancerArn": BALANCER,
        "Port": 443,
        "Protocol": "HTTPS",
        "Certificates": [{ "CertificateArn": CERTIFICATE }],
        "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "DefaultActions": [{
            "Type": "fixed-response",
            "Order": 1,
            "FixedResponseConfig": { "StatusCode": "200", "ContentType": "text/plain", "MessageBody": "Hi" },
        }],
        "MutualAuthentication": { "Mode": "off" },
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut listener = https();
    listener[key] = value;
    listener
}

fn without(key: &str) -> Value {
    let mut listener = https();
    listener.as_object_mut().unwrap().remove(key);
    listener
}

/// The entry `site`, on a load balancer that is there.
fn wanted(balancer: &str, port: u64) -> infra::kind::Entry<Elbv2Listener> {
    let mut entry = entry::<Elbv2Listener>(json!({
        "load-balancer": "site",
        "port": port,
        "protocol": "https",
        "certificate": "site",
        "fixed-response": { "status": 200, "content-type": "text/plain", "body": "Hi" },
    }));
    entry.state.load_balancer = Link::live(balancer);
    entry.state.tls.as_mut().unwrap().certificate = Link::live(CERTIFICATE);
    entry
}

fn tags(arn: &str) -> Answer {
    Answer::ok(json!({ "TagDescriptions": [{ "ResourceArn": arn, "Tags": [] }] }))
}

fn certificates() -> Answer {
    Answer::ok(json!({ "Certificates": [{ "CertificateArn": CERTIFICATE, "IsDefault": true }] }))
}

fn rules() -> Answer {
    Answer::ok(json!({ "Rules": [{ "Priority": "default", "IsDefault": true }] }))
}

/// What is found of the only listener in this answer, or of the one on port 443.
fn found_in(answer: Answer, rules: Answer) -> Found<Elbv2Listener> {
    let listener = answer.data["Listeners"][0].clone();
    let text = |key: &str, or: &str| listener[key].as_str().unwrap_or(or).to_owned();
    let port = listener["Port"].as_u64().unwrap_or(443);
    let entry = wanted(&text("LoadBalancerArn", BALANCER), port);
    let arn = text("ListenerArn", LISTENER);
    let answers =
        vec![(LISTENERS, answer), (TAGS, tags(&arn)), (CERTIFICATES, certificates()), (RULES, rules)];
    look(&entry.state, answers)
}

fn found(listener: &Value) -> Found<Elbv2Listener> {
    found_in(Answer::ok(json!({ "Listeners": [listener] })), rules())
}

fn action(live: &Live<Elbv2Listener>) -> String {
    let mut settings = Elbv2Listener::settings(&live.state).into_iter();
    match settings.find(|it| it.field == "default action") {
        Some(Setting { value: Shown::Text(text), .. }) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_recorded_listener_is_understood() {
    let mut told = String::new();
    for operation in ["DescribeListeners", "ModifyListener"] {
        for recording in recordings("elasticloadbalancing", operation) {
            for listener in recording.answer.data["Listeners"].as_array().unwrap() {
                let live = present(found(listener), &recording.name);
                let name = Elbv2Listener::name(&live.state);
                let line = format!("{name}: {}\n", action(&live));
                if !told.contains(&line) {
                    told.push_str(&line);
                }
            }
        }
    }
    if recorded::folder().is_some() {
        assert_snapshot!(told, @"
        test-alb:80: forward to test-target
        alb-policy-foundry:443: forward to alb-lambda
        alb-policy-foundry:80: forward to alb-lambda
        alb-testing-1:81: forward to test-tg
        alb-testing-1:80: forward to test
        alb-testing-2:8082: forward to wqe
        alb-testing-2:5432: forward to wqe
        alb-1:80: forward to target-group-1
        test-alb:80: redirect to https://#{host}:443/#{path}?#{query}, permanent (301)
        insecure-alb:80: redirect to https://#{host}:443/#{path}?#{query}, permanent (301)
        test-alb:8080: forward to test-target
        ");
    }
}

/// AWS may leave out what is as in the request, and say of one target group what it says of several.
#[test]
fn what_aws_leaves_out_is_the_default() {
    let of = |action: Value| action_of(&json!([action]));
    let full = of(json!({ "Type": "redirect", "Order": 1, "RedirectConfig": {
        "Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }}));
    let bare = json!({ "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301" });
    assert_eq!(of(json!({ "Type": "redirect", "RedirectConfig": bare })), full);
    // An empty query is none, and not that of the request.
    let empty = json!({ "Port": "81", "Query": "", "StatusCode": "HTTP_302" });
    assert_eq!(
        of(json!({ "Type": "redirect", "RedirectConfig": empty })),
        "redirect to #{protocol}://#{host}:81/#{path}, temporary (302)"
    );
    let group =
        |name: &str| format!("arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/{name}/0");
    let forward = |config: Value| of(json!({ "Type": "forward", "ForwardConfig": config }));
    let one = of(json!({ "Type": "forward", "TargetGroupArn": group("blue") }));
    assert_eq!(one, "forward to blue");
    let weighted = |groups: &[(&str, u32)]| {
        let groups =
            groups.iter().map(|(name, weight)| json!({ "TargetGroupArn": group(name), "Weight": weight }));
        forward(json!({
            "TargetGroups": groups.collect::<Vec<_>>(),
            "TargetGroupStickinessConfig": { "Enabled": false },
        }))
    };
    assert_eq!(weighted(&[("blue", 1)]), one);
    assert_eq!(weighted(&[("blue", 1), ("green", 9)]), "forward to blue (weight 1) and green (weight 9)");
    assert_eq!(
        of(json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "204" } })),
        "fixed response 204 text/plain, no body"
    );
    // What has an order goes by it.
    let login = json!({ "Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {
        "Issuer": "https://id.example.com", "AuthorizationEndpoint": "https://id.example.com/a",
        "TokenEndpoint": "https://id.example.com/t", "UserInfoEndpoint": "https://id.example.com/u",
        "ClientId": "site",
    }});
    let then = json!({ "Type": "forward", "Order": 2, "TargetGroupArn": group("blue") });
    assert_eq!(
        action_of(&json!([then, login])),
        "authenticate by OpenID Connect with https://id.example.com, then forward to blue"
    );
    assert_eq!(of(json!({ "Type": "jwt-validation" })), "jwt validation");
}

fn action_of(actions: &Value) -> String {
    action(&present(found(&with("DefaultActions", actions.clone())), "site"))
}

#[test]
fn one_declared_as_it_is_live_has_nothing_to_do() {
    for listener in [https(), without("MutualAuthentication"), with("MutualAuthentication", json!({}))] {
        let live = present(found(&listener), "site");
        assert!(Elbv2Listener::diff(&live, &wanted(BALANCER, 443).state).is_empty());
    }
    let store = "arn:aws:elasticloadbalancing:us-east-1:111122223333:truststore/staff/0";
    let mutual = json!({ "Mode": "verify", "TrustStoreArn": store, "IgnoreClientCertificateExpiry": false });
    let live = present(found(&with("MutualAuthentication", mutual)), "site");
    let mutual = live.state.tls.as_ref().unwrap().mutual.as_ref().unwrap();
    assert_eq!((mutual.verifies, mutual.words.as_str()), (true, "verify, trust store staff"));
    assert_eq!(Elbv2Listener::diff(&live, &wanted(BALANCER, 443).state).len(), 1);
}

#[test]
fn rules_of_others_are_counted() {
    let of = |answer| {
        present(found_in(Answer::ok(json!({ "Listeners": [https()] })), answer), "site").detail.rules
    };
    for recording in recordings("elasticloadbalancing", "DescribeRules") {
        assert_eq!(of(recording.answer), ["1"], "{}", recording.name);
    }
    assert_eq!(of(rules()), [""; 0]);
    let several = json!({ "Rules": [
        { "Priority": "20", "IsDefault": false }, { "Priority": "3" }, { "Priority": "default", "IsDefault": true },
    ]});
    assert_eq!(of(Answer::ok(several)), ["3", "20"]);
}

/// A success without what AWS always sends: never absent, never another.
#[test]
fn an_answer_that_says_too_little_is_unknown() {
    for key in
        ["ListenerArn", "LoadBalancerArn", "Port", "Protocol", "Certificates", "SslPolicy", "DefaultActions"]
    {
        let _ = unknown(found(&without(key)), key);
    }
    for (key, value) in [
        ("Protocol", json!("TLS")),
        ("Certificates", json!([{}])),
        ("DefaultActions", json!([])),
        ("DefaultActions", json!([{ "Type": "redirect" }])),
        ("DefaultActions", json!([{ "Type": "redirect", "RedirectConfig": {} }])),
        ("DefaultActions", json!([{ "Type": "fixed-response", "FixedResponseConfig": {} }])),
    ] {
        let _ = unknown(found(&with(key, value.clone())), &format!("{key} {value}"));
    }
    let state = wanted(BALANCER, 443).state;
    let of = |call: &str, answer: Answer| {
        let mut answers = vec![
            (LISTENERS, Answer::ok(json!({ "Listeners": [https()] }))),
            (TAGS, tags(LISTENER)),
            (CERTIFICATES, certificates()),
            (RULES, rules()),
        ];
        for (name, old) in &mut answers {
            if *name == call {
                *old = answer.clone();
            }
        }
        look::<Elbv2Listener>(&state, answers)
    };
    for call in [LISTENERS, TAGS, CERTIFICATES, RULES] {
        let _ = unknown(of(call, Answer::ok(json!({}))), call);
        let _ = unknown(of(call, Answer::error("AccessDenied", "no")), call);
    }
    let _ =
        unknown(of(CERTIFICATES, Answer::ok(json!({ "Certificates": [{ "IsDefault": false }] }))), "no ARN");
    let nobody = Answer::ok(json!({ "Certificates": [{ "CertificateArn": CERTIFICATE }] }));
    let _ = unknown(of(CERTIFICATES, nobody), "which is the default");
    // What is gone by the next call is gone.
    for call in [LISTENERS, TAGS, CERTIFICATES, RULES] {
        let code = if call == LISTENERS { "LoadBalancerNotFound" } else { "ListenerNotFound" };
        assert!(matches!(of(call, Answer::error(code, "gone")), Found::Absent), "{call}");
    }
    let none = Answer::ok(json!({ "Listeners": [] }));
    assert!(matches!(of(LISTENERS, none), Found::Absent));
}

fn balancers(kind: &str) -> Answer {
    Answer::ok(json!({ "LoadBalancers": [
        { "LoadBalancerArn": BALANCER, "LoadBalancerName": "site", "Type": kind },
    ]}))
}

/// The marks of ownership on a load balancer and on its listener.
fn marks(balancer: &str, listener: &str) -> Answer {
    let of = |arn: &str, manifest: &str| json!({ "ResourceArn": arn, "Tags": [{ "Key": "infra:manifest", "Value": manifest }] });
    Answer::ok(json!({ "TagDescriptions": [of(BALANCER, balancer), of(LISTENER, listener)] }))
}

fn answers(kind: &str, tags: Answer) -> Vec<(&'static str, Answer)> {
    vec![
        (BALANCERS, balancers(kind)),
        (LISTENERS, Answer::ok(json!({ "Listeners": [https()] }))),
        (TAGS, tags),
        (CERTIFICATES, certificates()),
        (RULES, rules()),
    ]
}

#[test]
fn what_is_ours_on_a_load_balancer_of_ours_is_found() {
    let seen = |kind, balancer, listener| survey::<Elbv2Listener>(answers(kind, marks(balancer, listener)));
    let one = seen("application", "prereqs", "prereqs");
    assert_eq!((one.leftovers.len(), one.gaps), (1, vec![]));
    for none in [
        seen("application", "prereqs", "other"),
        seen("application", "other", "prereqs"),
        seen("network", "prereqs", "prereqs"),
    ] {
        assert_eq!((none.leftovers.len(), none.gaps), (0, vec![]));
    }
    for call in [BALANCERS, LISTENERS, TAGS, CERTIFICATES, RULES] {
        let mut answers = answers("application", marks("prereqs", "prereqs"));
        answers.retain(|(name, _)| *name != call);
        answers.push((call, Answer::error("AccessDenied", "no")));
        let seen = survey::<Elbv2Listener>(answers);
        assert_eq!(seen.leftovers.len(), 0, "{call}");
        assert!(!seen.gaps.is_empty(), "{call}");
    }
}

/// What is found of the entry `site` and of what else there is, in a look at the whole account.
#[tokio::main(flavor = "current_thread")]
async fn whole(port: u64, answers: Vec<(&'static str, Answer)>) -> Observation<Elbv2Listener> {
    let mut entry = wanted(BALANCER, port);
    let address = infra::model::Address::new(infra::model::KindName::LOAD_BALANCER, "site");
    entry.state.load_balancer = Link::to(address.clone(), "arn");
    let names = [(address, "site".to_owned())].into();
    Elbv2Listener::links(&mut entry.state, &mut |_, link| link.introduce(&names));
    let wanted = Wanted { state: &entry.state, tags: &Tags::default(), seen: None, measure: false };
    let listings = Listings::default();
    let aws = recorded::aws(answers).await;
    Elbv2Listener::observe(&aws, &[wanted], Some(Survey::marked("prereqs", &listings))).await
}

#[test]
fn one_that_is_wanted_is_found_by_the_name_of_its_load_balancer() {
    let seen = |port, kind, listener| whole(port, answers(kind, marks("other", listener)));
    let Observation { mut found, leftovers, gaps } = seen(443, "application", "prereqs");
    assert_eq!((leftovers.len(), gaps), (0, vec![]));
    assert_eq!(Elbv2Listener::name(&present(found.remove(0), "site").state), "site:443");
    // On another port it is another one, whose mark counts.
    let Observation { found, leftovers, gaps } = seen(80, "application", "prereqs");
    assert!(matches!(found[..], [Found::Absent]));
    assert_eq!((leftovers.len(), gaps), (1, vec![]));
    let Observation { mut found, .. } = seen(443, "network", "prereqs");
    let Found::Unclear { reason, .. } = found.remove(0) else { panic!("it is no application load balancer") };
    assert_eq!(reason, "`site` is a load balancer of the type network");
    let mut none = answers("application", marks("other", "other"));
    none[0].1 = Answer::ok(json!({ "LoadBalancers": [] }));
    assert!(matches!(whole(443, none).found[..], [Found::Absent]));
    for call in [BALANCERS, LISTENERS, TAGS, CERTIFICATES, RULES] {
        let mut answers = answers("application", marks("other", "prereqs"));
        answers.retain(|(name, _)| *name != call);
        answers.push((call, Answer::error("AccessDenied", "no")));
        let _ = unknown(whole(443, answers).found.remove(0), call);
    }
}
