//! What is asked of a listener, and what must come.

use insta::assert_snapshot;

use super::{BALANCER, HTTP, HTTPS, balancer, certificate, entry, live};
use crate::kind::Known;
use crate::kind::known::Fate;
use crate::kind::testing::World;
use crate::model::{Address, KindName, Outputs};

/// The checks, where the certificate is for this domain.
fn checks(toml: &str, domain: Option<&str>, rules: &[&str]) -> String {
    let mut live = live(toml, |_| ());
    live.detail.rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let mut world = World::present(entry(toml), live);
    let mut known = Known::default();
    let outputs = Outputs::default().with(Outputs::ARN, BALANCER).with("dns-name", "site.elb.amazonaws.com");
    known.note(balancer(), Fate::Live(outputs));
    let outputs = Outputs::default().with(Outputs::ARN, certificate("site"));
    let outputs = domain.map_or(outputs.clone(), |domain| outputs.with("domain", domain));
    known.note(Address::new(KindName::CERTIFICATE, "site"), Fate::Live(outputs));
    world.known = known;
    world.checks().lines().skip(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_is_asked_as_a_client_of_its_domain_asks() {
    assert_snapshot!(checks(HTTPS, Some("*.example.com"), &[]), @r#"probe answers on 443: Answers(Answering { at: "site.elb.amazonaws.com", port: 443, host: "infra-verify.example.com", tls: true, expected: Fixed { status: 200, content_type: "text/plain", body: "No target configured" } })"#);
    assert_snapshot!(checks(HTTPS, Some("www.example.com"), &[]), @r#"probe answers on 443: Answers(Answering { at: "site.elb.amazonaws.com", port: 443, host: "www.example.com", tls: true, expected: Fixed { status: 200, content_type: "text/plain", body: "No target configured" } })"#);
    assert_snapshot!(checks(HTTP, None, &[]), @r#"probe answers on 80: Answers(Answering { at: "site.elb.amazonaws.com", port: 80, host: "site.elb.amazonaws.com", tls: false, expected: Redirect { status: 301, location: "https://site.elb.amazonaws.com:443/infra-verify?by=infra" } })"#);
    let all =
        HTTP.replace("port = 443,", "port = 8443, host = 'www.#{host}', path = '/new/#{path}', query = '',");
    assert_snapshot!(checks(&all, None, &[]), @r#"probe answers on 80: Answers(Answering { at: "site.elb.amazonaws.com", port: 80, host: "site.elb.amazonaws.com", tls: false, expected: Redirect { status: 301, location: "https://www.site.elb.amazonaws.com:8443/new/infra-verify" } })"#);
}

#[test]
fn what_cannot_be_asked_is_not_passed() {
    assert_snapshot!(checks(HTTPS, None, &[]), @"unread answers on 443: the domain of its certificate is not known");
    assert_snapshot!(checks(HTTP, None, &["1", "20"]), @"unchecked answers on 80: 2 rules (priority 1, 20) of others are asked first: what a request gets is theirs to say");
}
