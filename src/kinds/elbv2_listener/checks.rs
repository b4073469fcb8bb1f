//! What can be verified of a listener: that it answers as declared. Pure.

use super::action::same;
use super::spec::Protocol;
use super::{Action, Elbv2Listener, FixedResponse, Redirect, State};
use crate::kind::probe::{Answering, Expected, PATH, QUERY};
use crate::kind::{Check, Live, Outcome, Probe};

pub(super) fn checks(live: &Live<Elbv2Listener>, want: &State) -> Vec<Check> {
    let what = format!("answers on {}", want.port);
    vec![match answering(live, want) {
        Ok(answering) => Check::probe(what, Probe::Answers(Box::new(answering))),
        Err(outcome) => Check::known(what, outcome),
    }]
}

/// What is to be asked of whom; or why nothing can be.
fn answering(live: &Live<Elbv2Listener>, want: &State) -> Result<Answering, Outcome> {
    if let Some(rules) = live.detail.words() {
        let why = format!("{rules} of others are asked first: what a request gets is theirs to say");
        return Err(Outcome::unchecked(why));
    }
    let none = |why: &str| Outcome::Unread { why: why.to_owned(), help: None };
    let at = want.load_balancer.outputs().and_then(|outputs| outputs.get("dns-name"));
    let at = at.ok_or_else(|| none("the DNS name of its load balancer is not known"))?.to_owned();
    let host = match &want.tls {
        None => at.clone(),
        Some(tls) => {
            let domain = tls.certificate.outputs().and_then(|outputs| outputs.get("domain"));
            host_of(domain.ok_or_else(|| none("the domain of its certificate is not known"))?)
        }
    };
    let expected = match &want.action {
        Action::FixedResponse(FixedResponse { status, content_type, body }) => {
            Expected::Fixed { status: *status, content_type: content_type.clone(), body: body.clone() }
        }
        Action::Redirect(redirect) => expected(redirect, want, &host),
        Action::Other(words) => {
            return Err(Outcome::unchecked(format!("what it does cannot be declared: {words}")));
        }
    };
    Ok(Answering { at, port: want.port, host, tls: want.tls.is_some(), expected })
}

/// A host that a certificate of this domain is for: one label stands for the `*` (RFC 6125, 6.4.3).
fn host_of(domain: &str) -> String {
    match domain.strip_prefix("*.") {
        Some(rest) => format!("{PATH}.{rest}"),
        None => domain.to_owned(),
    }
}

/// Where a request of a check is sent (ALB user guide, "Redirect actions").
fn expected(redirect: &Redirect, want: &State, host: &str) -> Expected {
    let Redirect { protocol, port, host: to, path, query, permanent } = redirect;
    let own = if want.tls.is_some() { Protocol::Https } else { Protocol::Http };
    let fill = |text: &str| {
        text.replace(same::PROTOCOL, own.aws())
            .replace(same::PORT, &want.port.to_string())
            .replace(same::HOST, host)
            .replace("#{path}", PATH)
            .replace(same::QUERY, QUERY)
    };
    let query = if query.is_empty() { String::new() } else { format!("?{}", fill(query)) };
    let location =
        format!("{}://{}:{}{}{query}", fill(protocol).to_lowercase(), fill(to), fill(port), fill(path));
    Expected::Redirect { status: if *permanent { 301 } else { 302 }, location }
}
