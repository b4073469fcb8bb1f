//! What may be written, and what may not.

use crate::kind::testing::{entry, try_entry};
use crate::kinds::elbv2_listener::spec::{RedirectSpec, Spec};
use crate::kinds::elbv2_listener::{Action, Elbv2Listener, FixedResponse, Redirect, State, tls};

const BASE: &str = "load-balancer = 'site'";
const PLAIN: &str = "load-balancer = 'site'\nport = 80\nprotocol = 'http'";
const TLS: &str = "load-balancer = 'site'\nport = 443\nprotocol = 'https'\ncertificate = 'site'";
const ANSWER: &str = "fixed-response = { status = 404 }";

fn state(toml: &str) -> State {
    entry::<Elbv2Listener>(toml).state
}

#[test]
fn what_is_left_out_has_its_default() {
    let State { port, tls, action, .. } = state(&format!("{PLAIN}\n{ANSWER}"));
    let response = FixedResponse { status: 404, content_type: "text/plain".to_owned(), body: String::new() };
    assert_eq!((port, tls, action), (80, None, Action::FixedResponse(response)));
    let tls = state(&format!("{TLS}\n{ANSWER}")).tls.unwrap();
    assert_eq!((tls.policy.as_str(), tls.extra.len(), tls.mutual), (tls::DEFAULT, 0, None));
    assert_eq!(tls.certificate.to_string(), "lookup.certificate.site");
    let redirect = state(&format!("{PLAIN}\nredirect = {{ host = 'www.example.com' }}")).action;
    let same = |text: &str| text.to_owned();
    assert_eq!(
        redirect,
        Action::Redirect(Redirect {
            protocol: same("#{protocol}"),
            port: same("#{port}"),
            host: same("www.example.com"),
            path: same("/#{path}"),
            query: same("#{query}"),
            permanent: false,
        })
    );
    assert!(tls::is_name(tls::DEFAULT));
}

#[test]
fn redirects_that_lead_somewhere() {
    for (from, to) in [
        (PLAIN, "protocol = 'https', port = 443"),
        (PLAIN, "port = 8080"),
        (PLAIN, "path = '/new/#{path}'"),
        (PLAIN, "host = 'www.#{host}', query = ''"),
        (PLAIN, "host = 'example.com', protocol = 'https'"),
        (TLS, "host = 'example.com'"),
        (TLS, "path = '/', query = 'from=#{host}'"),
        (TLS, "protocol = 'https', port = 8443"),
    ] {
        let _ = state(&format!("{from}\nredirect = {{ {to} }}"));
    }
}

#[test]
fn every_fault_has_its_place() {
    let long = "a".repeat(1025);
    let path = format!("/{}", "a".repeat(128));
    let nothing = "this does not say what a request comes to";
    let mut table: Vec<(String, Vec<String>)> = vec![
        (PLAIN.to_owned(), vec![format!(": {nothing}")]),
        (
            format!("{PLAIN}\n{ANSWER}\nredirect = {{ port = 81 }}"),
            vec!["redirect: a request is either answered or sent elsewhere".to_owned()],
        ),
        (
            format!("{BASE}\nport = 443\nprotocol = 'https'\n{ANSWER}"),
            vec!["protocol: HTTPS needs a certificate".to_owned()],
        ),
        (
            format!("{PLAIN}\n{ANSWER}\ncertificate = 'a'\nextra-certificates = ['b']\ntls-policy = 'c'"),
            ["certificate", "extra-certificates", "tls-policy"]
                .map(|key| format!("{key}: plain HTTP has no certificates and no TLS"))
                .to_vec(),
        ),
        (
            format!("{TLS}\n{ANSWER}\nextra-certificates = ['a', 'site', 'a']"),
            ["1", "2"]
                .map(|at| format!("extra-certificates.{at}: this certificate is named already"))
                .to_vec(),
        ),
    ];
    for policy in ["", "TLS13", "ELBSecurityPolicy-", "ELBSecurityPolicy-2016_08", &long] {
        let policy = format!("{TLS}\n{ANSWER}\ntls-policy = '{policy}'");
        table.push((policy, vec!["tls-policy: this is no name of a TLS policy".to_owned()]));
    }
    for status in [0, 100, 199, 300, 301, 399, 600, 1200] {
        let response = format!("{PLAIN}\nfixed-response = {{ status = {status} }}");
        table.push((response, vec!["fixed-response.status: this is no status to answer with".to_owned()]));
    }
    let body = format!("{PLAIN}\nfixed-response = {{ status = 200, body = '{long}' }}");
    table.push((body, vec!["fixed-response.body: this body is too long".to_owned()]));
    let itself = "redirect: this redirects every request to where it came from";
    let downgrade = "redirect: AWS does not redirect from HTTPS to HTTP";
    let same_port = "redirect: this leads to the port of this very listener, in another protocol";
    for (from, to, problem) in [
        (PLAIN, "", itself),
        (PLAIN, "permanent = true", itself),
        // The query is no part of what must change (API `RedirectActionConfig`).
        (PLAIN, "query = 'a=b'", itself),
        (PLAIN, "port = 80, protocol = 'http'", itself),
        (PLAIN, "host = '#{host}', path = '/#{path}'", itself),
        (TLS, "port = 443", itself),
        (TLS, "protocol = 'http', port = 80", downgrade),
        (PLAIN, "protocol = 'https'", same_port),
        (PLAIN, "protocol = 'https', path = '/new'", same_port),
        (PLAIN, "host = ''", "redirect.host: this is no host"),
        (PLAIN, "host = 'https://a.example'", "redirect.host: this is no host"),
        (PLAIN, "host = 'a.example/b'", "redirect.host: this is no host"),
        (PLAIN, "path = 'new'", "redirect.path: this is no path"),
        (PLAIN, "path = '/new?a=b'", "redirect.path: this is no path"),
        (PLAIN, &format!("path = '{path}'"), "redirect.path: this is no path"),
        (PLAIN, "path = '/', query = '?a=b'", "redirect.query: this is no query"),
    ] {
        table.push((format!("{from}\nredirect = {{ {to} }}"), vec![problem.to_owned()]));
    }
    for (toml, expected) in table {
        let problems = try_entry::<Elbv2Listener>(&toml).err().unwrap_or_else(|| panic!("{toml}"));
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, expected, "{toml}");
    }
}

#[test]
fn what_is_no_port_is_told_before_anything_is_decoded() {
    for schema in [schemars::schema_for!(Spec), schemars::schema_for!(RedirectSpec)] {
        let port = &schema.to_value()["properties"]["port"];
        assert_eq!((port["minimum"].as_u64(), port["maximum"].as_u64()), (Some(1), Some(65_535)));
    }
}
