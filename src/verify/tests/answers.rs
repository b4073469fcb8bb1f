//! What answers on a port: as declared, as not declared, not to be believed, late, and never.

use insta::assert_snapshot;
use rcgen::date_time_ymd;

use super::*;
use crate::kind::probe::{Answering, Expected};
use crate::verify::answers::ask;

const HOST: &str = "infra-verify.example.com";

fn fixed() -> Expected {
    Expected::Fixed {
        status: 200,
        content_type: "text/plain".to_owned(),
        body: "No target configured".to_owned(),
    }
}

fn redirect() -> Expected {
    let location = format!("https://{HOST}:443/infra-verify?by=infra");
    Expected::Redirect { status: 301, location }
}

fn answering(address: SocketAddr, tls: bool, expected: Expected) -> Answering {
    Answering { at: "127.0.0.1".to_owned(), port: address.port(), host: HOST.to_owned(), tls, expected }
}

const RIGHT: (&str, &str) = ("content-type", "text/plain; charset=utf-8");

#[tokio::test]
async fn a_fixed_response_is_asked_for_by_the_certificates_domain() {
    let authority = Authority::new();
    let tls = authority.tls(&["*.example.com"], |_| ());
    let (at, heard) = serve(Some(tls), |_| reply("200 OK", &[RIGHT], "No target configured")).await;
    let outcome = ask(&authority.net(LONG), &answering(at, true, fixed())).await;
    assert_snapshot!(said(&outcome, at.port()), @"passed: 200 text/plain with the declared body, by verified TLS for infra-verify.example.com, at 1 address");
    let heard = heard.lock().unwrap().join("\n").replace(&at.port().to_string(), "PORT");
    assert!(heard.starts_with("GET /infra-verify?by=infra HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("host: infra-verify.example.com:PORT\r\n"), "{heard}");
}

#[tokio::test]
async fn another_status_type_or_body_has_failed() {
    let net = Authority::new().net(LONG);
    for (status, kind, body, expected) in [
        (
            "200 OK",
            "text/plain",
            "No target configured",
            "passed: 200 text/plain with the declared body, at 1 address",
        ),
        (
            "503 Service Unavailable",
            "text/plain",
            "No target configured",
            "failed: at 127.0.0.1: 503 text/plain with the declared body; declared is 200 text/plain with 20 characters \"No target configured\"",
        ),
        (
            "200 OK",
            "text/html",
            "No target configured",
            "failed: at 127.0.0.1: 200 text/html with the declared body; declared is 200 text/plain with 20 characters \"No target configured\"",
        ),
        (
            "200 OK",
            "text/plain",
            "No target",
            "failed: at 127.0.0.1: 200 text/plain with 9 characters \"No target\"; declared is 200 text/plain with 20 characters \"No target configured\"",
        ),
    ] {
        let (at, _) = serve(None, move |_| reply(status, &[("content-type", kind)], body)).await;
        let outcome = ask(&net, &answering(at, false, fixed())).await;
        assert_eq!(said(&outcome, at.port()), expected);
    }
}

#[tokio::test]
async fn a_redirect_leads_where_it_is_declared_and_is_not_followed() {
    let net = Authority::new().net(LONG);
    let moved = "301 Moved Permanently";
    for (status, location, expected) in [
        (
            moved,
            "https://infra-verify.example.com:443/infra-verify?by=infra",
            "passed: 301 to https://infra-verify.example.com:443/infra-verify?by=infra, at 1 address",
        ),
        (
            moved,
            "https://infra-verify.example.com/infra-verify?by=infra",
            "passed: 301 to https://infra-verify.example.com/infra-verify?by=infra, at 1 address",
        ),
        (
            "302 Found",
            "https://infra-verify.example.com:443/infra-verify?by=infra",
            "failed: at 127.0.0.1: 302 to https://infra-verify.example.com:443/infra-verify?by=infra; declared is 301 to https://infra-verify.example.com:443/infra-verify?by=infra",
        ),
        (
            moved,
            "http://infra-verify.example.com:443/infra-verify?by=infra",
            "failed: at 127.0.0.1: 301 to http://infra-verify.example.com:443/infra-verify?by=infra; declared is 301 to https://infra-verify.example.com:443/infra-verify?by=infra",
        ),
        (
            moved,
            "https://infra-verify.example.com:443/",
            "failed: at 127.0.0.1: 301 to https://infra-verify.example.com:443/; declared is 301 to https://infra-verify.example.com:443/infra-verify?by=infra",
        ),
    ] {
        let (at, heard) = serve(None, move |_| reply(status, &[("location", location)], "")).await;
        let outcome = ask(&net, &answering(at, false, redirect())).await;
        assert_eq!(said(&outcome, at.port()), expected);
        assert_eq!(heard.lock().unwrap().len(), 1);
    }
    let (at, _) = serve(None, |_| reply("200 OK", &[], "")).await;
    let outcome = ask(&net, &answering(at, false, redirect())).await;
    assert!(said(&outcome, at.port()).starts_with("failed: at 127.0.0.1: 200 to nowhere; declared"));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_believed_has_failed() {
    let (authority, stranger) = (Authority::new(), Authority::called("stranger"));
    let past = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    };
    for (tls, expected) in [
        (authority.tls(&["*.example.org"], |_| ()), "the certificate that is served is for another name: "),
        (authority.tls(&["*.example.com"], past), "the certificate that is served has expired"),
        (
            stranger.tls(&["*.example.com"], |_| ()),
            "nobody whom this machine trusts has issued the certificate that is served",
        ),
    ] {
        let (at, heard) = serve(Some(tls), |_| reply("200 OK", &[RIGHT], "No target configured")).await;
        let outcome = ask(&authority.net(LONG), &answering(at, true, fixed())).await;
        let said = said(&outcome, at.port());
        assert!(said.starts_with(&format!("failed: at 127.0.0.1: {expected}")), "{said}");
        assert_eq!(heard.lock().unwrap().len(), 0, "nothing is asked of it");
    }
}

#[tokio::test]
async fn what_does_not_answer_has_failed_and_ends() {
    let net = Authority::new().net(Duration::from_millis(300));
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let outcome = ask(&net, &answering(gone, false, fixed())).await;
    let told = said(&outcome, gone.port());
    assert!(told.starts_with("failed: at 127.0.0.1: the connection is not taken: "), "{told}");
    // It takes the connection, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for tls in [false, true] {
        let outcome = ask(&net, &answering(silent.local_addr().unwrap(), tls, fixed())).await;
        assert_eq!(said(&outcome, 0), "failed: at 127.0.0.1: no answer within 0.3 s");
    }
    // There is no such name (RFC 6761: `invalid` never is one).
    let mut nowhere = answering(gone, false, fixed());
    nowhere.at = "balancer.invalid".to_owned();
    let told = said(&ask(&net, &nowhere).await, 0);
    assert!(told.starts_with("failed: balancer.invalid "), "{told}");
}
