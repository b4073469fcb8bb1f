//! Listeners: what AWS does not know yet, and whose the one is that it gives.

use infra::aws::Class;
use infra::kind::Kind as _;
use infra::kinds::elbv2_listener::{Change, Elbv2Listener};
use infra::model::{Link, Outputs};
use serde_json::{Value, json};

use super::{Performed, ok, perform, refused, then};
use crate::recorded::entry;
use crate::support::recorded::Answer;

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/site/50dc6c495c0c9188";
const LISTENER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/site/50dc6c495c0c9188/f2f7dc8efc522ab2";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/one";

const CREATE: &str = "elasticloadbalancing:CreateListener";
const TAGS: &str = "elasticloadbalancing:DescribeTags";

/// The creation, and then the further certificate.
fn creation() -> Vec<Change> {
    let body = json!({
        "load-balancer": "site",
        "port": 443,
        "protocol": "https",
        "certificate": "one",
        "extra-certificates": ["two"],
        "fixed-response": { "status": 404 },
    });
    let mut entry = entry::<Elbv2Listener>(body);
    entry.state.load_balancer = Link::live(BALANCER);
    let tls = entry.state.tls.as_mut().unwrap();
    tls.certificate = Link::live(CERTIFICATE);
    tls.extra = vec![Link::live(format!("{CERTIFICATE}-more"))];
    Elbv2Listener::create(&entry)
}

fn made() -> Answer {
    Answer::ok(json!({ "Listeners": [{ "ListenerArn": LISTENER }] }))
}

fn tagged(tags: &Value) -> Answer {
    Answer::ok(json!({ "TagDescriptions": [{ "ResourceArn": LISTENER, "Tags": tags }] }))
}

fn ours() -> Answer {
    tagged(&json!([
        { "Key": "infra:manifest", "Value": "prereqs" },
        { "Key": "infra:address", "Value": "elbv2.listener.site" },
        { "Key": "infra:on-delete", "Value": "delete" },
    ]))
}

fn unknown() -> Answer {
    refused(400, "CertificateNotFound")
}

fn create(made: Vec<Answer>, tags: Vec<Answer>) -> Performed {
    perform::<Elbv2Listener>(&creation()[0], None, vec![(CREATE, made), (TAGS, tags)])
}

#[test]
fn a_new_certificate_is_waited_for() {
    let created = create(then(3, unknown(), made()), vec![ours()]).done();
    assert_eq!((created.count(CREATE), created.count(TAGS)), (4, 1));
    assert_eq!(created.waited_for, ["load balancers to know the certificate"]);
    assert_eq!(created.outputs.get(Outputs::ARN), Some(LISTENER));
    assert!(create(vec![unknown()], vec![ours()]).given_up_after(5).is("CertificateNotFound"));
}

#[test]
fn so_is_a_further_one() {
    const ADD: &str = "elasticloadbalancing:AddListenerCertificates";
    let add = |answers| perform::<Elbv2Listener>(&creation()[1], Some(LISTENER), vec![(ADD, answers)]);
    assert_eq!(add(then(2, unknown(), ok())).done().count(ADD), 3);
    assert!(add(vec![unknown()]).given_up_after(5).is("CertificateNotFound"));
}

#[test]
fn nothing_else_is_waited_for() {
    let failed = create(vec![refused(400, "SSLPolicyNotFound")], vec![ours()]);
    assert!(failed.failed().is("SSLPolicyNotFound") && failed.took.is_zero());
}

/// AWS answers with the one that is there, where it has the same settings, and sets no tags on it.
#[test]
fn one_that_was_there_is_not_taken_for_the_one_that_was_made() {
    let others = create(vec![made()], vec![tagged(&json!([{ "Key": "infra:manifest", "Value": "other" }]))]);
    assert!(Elbv2Listener::already_exists(others.failed()) && others.took.is_zero(), "{:?}", others.ended);
    // Nobody's: its tags may come yet, but not for ever.
    let nobodys = create(vec![made()], vec![tagged(&json!([]))]);
    assert!(Elbv2Listener::already_exists(nobodys.given_up_after(1)));
    assert_eq!([others.outputs, nobodys.outputs], [Outputs::default(), Outputs::default()]);
}

#[test]
fn reads_may_lag_behind_a_new_one() {
    let gone = refused(400, "ListenerNotFound");
    let late = create(vec![made()], vec![gone, tagged(&json!([])), ours()]).done();
    assert_eq!(late.waited_for, ["AWS to show the tags of elbv2.load-balancer.site:443"]);
    assert_eq!((late.count(CREATE), late.outputs.get(Outputs::ARN)), (1, Some(LISTENER)));
    // What cannot be read says nothing.
    let denied = create(vec![made()], vec![refused(403, "AccessDenied")]);
    assert_eq!(denied.failed().class, Class::Denied);
}

#[test]
fn an_answer_without_the_arn_is_no_success() {
    for answer in [json!({}), json!({ "Listeners": [] }), json!({ "Listeners": [{ "Port": 443 }] })] {
        let made = create(vec![Answer::ok(answer)], vec![ours()]);
        assert!(made.failed().message.contains("no ARN"), "{:?}", made.ended);
    }
}
