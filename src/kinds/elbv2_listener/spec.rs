//! What may be written in an entry, and its normal form.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{Action, FixedResponse, Loop, PLAIN, Redirect, same};
use super::state::{State, Tls};
use super::tls;
use crate::model::problem::Problems;
use crate::model::{KindName, Link, Outputs};

/// A port of a load balancer, and what it answers.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The load balancer: the key of an `elbv2.load-balancer`. Cannot be changed later.
    pub(super) load_balancer: String,
    /// The port, 1 to 65535. Cannot be changed later: on another port it is another listener.
    #[schemars(range(min = 1))]
    pub(super) port: u16,
    /// What is spoken on the port.
    pub(super) protocol: Protocol,
    /// The certificate that clients are shown: the key of a `lookup.certificate`. For HTTPS, and needed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<String>,
    /// Further certificates, for clients that ask for a domain of theirs: keys of `lookup.certificate`. Any other is
    /// taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) extra_certificates: Vec<String>,
    /// Which versions and ciphers of TLS are taken: the name of a policy of AWS's. Left out, the one that AWS recommends,
    /// `ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`: TLS 1.2 and 1.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tls_policy: Option<String>,
    /// The answer to what no rule takes, always the same. Either this or `redirect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fixed_response: Option<FixedResponseSpec>,
    /// Where what no rule takes is sent. Either this or `fixed-response`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) redirect: Option<RedirectSpec>,
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Protocol {
    /// HTTP, which whoever is on the way can read.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Protocol {
    /// The word in a manifest.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The word of AWS.
    pub(super) fn aws(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
        }
    }
}

/// An answer that is always the same.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FixedResponseSpec {
    /// The status of HTTP: 2xx, 4xx or 5xx.
    pub(super) status: u16,
    /// The type of the body. Left out, `text/plain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<ContentType>,
    /// The body, at most 1,024 characters. Left out, none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) body: String,
}

/// The types of bodies that a load balancer answers with.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
pub(super) enum ContentType {
    #[serde(rename = "text/plain")]
    Plain,
    #[serde(rename = "text/css")]
    Css,
    #[serde(rename = "text/html")]
    Html,
    #[serde(rename = "application/javascript")]
    JavaScript,
    #[serde(rename = "application/json")]
    Json,
}

impl ContentType {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plain => PLAIN,
            Self::Css => "text/css",
            Self::Html => "text/html",
            Self::JavaScript => "application/javascript",
            Self::Json => "application/json",
        }
    }
}

/// Where clients are sent. What is left out is as in their request. `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and
/// `#{query}` stand for its parts.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RedirectSpec {
    /// The protocol. Left out, that of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<Protocol>,
    /// The port. Left out, that of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(super) port: Option<u16>,
    /// The host. Left out, that of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    /// The path, with its first slash. Left out, that of the request, `/#{path}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    /// The query, without a question mark. Left out, that of the request; empty, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<String>,
    /// Whether clients may remember it for ever (301) or ask again each time (302). Left out, `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) permanent: bool,
}

/// Longest body, host, path and query (API `FixedResponseActionConfig`, `RedirectActionConfig`).
const MAX_BODY: usize = 1024;
const MAX_PART: usize = 128;

const ONE_OF: &str = "write one of `fixed-response = { … }` and `redirect = { … }`";

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> Option<State> {
    let Spec { load_balancer, port, protocol, .. } = spec;
    let load_balancer = problems.link("load-balancer", KindName::LOAD_BALANCER, load_balancer, Outputs::ARN);
    let tls = lower_tls(spec, problems);
    let action = lower_action(spec, problems)?;
    if *protocol == Protocol::Https && tls.is_none() {
        return None;
    }
    Some(State::declared(load_balancer, *port, tls, action))
}

/// What TLS needs, and plain HTTP must not say.
fn lower_tls(spec: &Spec, problems: &mut Problems) -> Option<Tls> {
    let Spec { protocol, certificate, extra_certificates, tls_policy, .. } = spec;
    if *protocol == Protocol::Http {
        let said = [
            ("certificate", certificate.is_some()),
            ("extra-certificates", !extra_certificates.is_empty()),
            ("tls-policy", tls_policy.is_some()),
        ];
        for (key, _) in said.iter().filter(|(_, is_said)| *is_said) {
            let help = "leave it out, or write protocol = \"https\"";
            problems.report_key(key, "plain HTTP has no certificates and no TLS", help);
        }
        return None;
    }
    let Some(key) = certificate else {
        let help = "name the one to show: certificate = \"KEY\", with [lookup.certificate.KEY]";
        problems.report("protocol", "HTTPS needs a certificate", help);
        return None;
    };
    let policy = tls_policy.as_deref().unwrap_or(tls::DEFAULT);
    if !tls::is_name(policy) {
        let help = "such as \"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09\"; `aws elbv2 describe-ssl-policies` lists them";
        problems.report("tls-policy", "this is no name of a TLS policy", help);
    }
    let mut seen = BTreeSet::from([key]);
    let mut extra: Vec<Link> = Vec::new();
    problems.within("extra-certificates", |problems| {
        for (at, other) in extra_certificates.iter().enumerate() {
            if !seen.insert(other) {
                let help = "each certificate is shown once; take this one out";
                problems.report(at, "this certificate is named already", help);
            }
            extra.push(problems.link(at, KindName::CERTIFICATE, other, Outputs::ARN));
        }
    });
    let certificate = problems.link("certificate", KindName::CERTIFICATE, key, Outputs::ARN);
    Some(Tls { policy: policy.to_owned(), certificate, extra, mutual: None })
}

fn lower_action(spec: &Spec, problems: &mut Problems) -> Option<Action> {
    match (&spec.fixed_response, &spec.redirect) {
        (Some(response), None) => {
            Some(problems.within("fixed-response", |problems| fixed(response, problems)))
        }
        (None, Some(redirect)) => Some(problems.within("redirect", |problems| {
            let redirect = lower_redirect(redirect, problems);
            check_way(&redirect, spec, problems);
            Action::Redirect(redirect)
        })),
        (Some(_), Some(_)) => {
            problems.report_key("redirect", "a request is either answered or sent elsewhere", ONE_OF);
            None
        }
        (None, None) => {
            problems.report_here("this does not say what a request comes to", ONE_OF);
            None
        }
    }
}

fn fixed(spec: &FixedResponseSpec, problems: &mut Problems) -> Action {
    let FixedResponseSpec { status, content_type, body } = spec;
    if !matches!(status, 200..=299 | 400..=599) {
        problems.report(
            "status",
            "this is no status to answer with",
            "2xx, 4xx or 5xx; `redirect` makes a 3xx",
        );
    }
    if body.chars().count() > MAX_BODY {
        let help = format!("at most {MAX_BODY} characters; what is longer needs something that serves it");
        problems.report("body", "this body is too long", &help);
    }
    let content_type = content_type.map_or(PLAIN, ContentType::word).to_owned();
    Action::FixedResponse(FixedResponse { status: *status, content_type, body: body.clone() })
}

fn lower_redirect(spec: &RedirectSpec, problems: &mut Problems) -> Redirect {
    let RedirectSpec { protocol, port, host, path, query, permanent } = spec;
    let is_short = |text: &str| text.chars().count() <= MAX_PART && !text.chars().any(char::is_control);
    let is_host = |host: &str| !host.is_empty() && !host.contains(['/', '?', ':', ' ']);
    if host.as_deref().is_some_and(|host| !is_short(host) || !is_host(host)) {
        let help = "a host such as `www.example.com` or `www.#{host}`, at most 128 characters";
        problems.report("host", "this is no host", help);
    }
    if path.as_deref().is_some_and(|path| !is_short(path) || !path.starts_with('/') || path.contains('?')) {
        let help = "from its slash on, such as `/new/#{path}`, at most 128 characters; the query is a key of its own";
        problems.report("path", "this is no path", help);
    }
    if query.as_deref().is_some_and(|query| !is_short(query) || query.starts_with('?')) {
        let help = "without a question mark, such as `#{query}&from=old`, at most 128 characters";
        problems.report("query", "this is no query", help);
    }
    let or = |text: Option<&str>, same: &str| text.unwrap_or(same).to_owned();
    Redirect {
        protocol: or(protocol.map(Protocol::aws), same::PROTOCOL),
        port: port.map_or_else(|| same::PORT.to_owned(), |port| port.to_string()),
        host: or(host.as_deref(), same::HOST),
        path: or(path.as_deref(), same::PATH),
        query: or(query.as_deref(), same::QUERY),
        permanent: *permanent,
    }
}

/// Whether a redirect leads anywhere from here.
fn check_way(redirect: &Redirect, spec: &Spec, problems: &mut Problems) {
    let (message, help) = match redirect.leads_nowhere(spec.protocol, spec.port) {
        None => return,
        Some(Loop::Itself) => (
            "this redirects every request to where it came from",
            "change the protocol, the host, the port or the path; AWS refuses a loop",
        ),
        Some(Loop::SamePort) => (
            "this leads to the port of this very listener, in another protocol",
            "name the port that speaks it, such as port = 443",
        ),
        Some(Loop::Downgrade) => {
            ("AWS does not redirect from HTTPS to HTTP", "leave `protocol` out, or redirect to https")
        }
    };
    problems.report_here(message, help);
}
