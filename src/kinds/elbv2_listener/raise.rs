//! How a listener that is live would be written in a manifest. Pure.

use super::Elbv2Listener;
use super::action::{Action, FixedResponse, Redirect, same};
use super::spec::{ContentType, FixedResponseSpec, Protocol, RedirectSpec, Spec};
use super::state::{State, Tls};
use super::tls;
use crate::kind::{Live, Raised, Raising};
use crate::model::{KindName, Link};

/// The way back of [`super::spec::lower`].
pub(super) fn raise(live: &Live<Elbv2Listener>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
    let State { load_balancer, port, tls, action, .. } = &live.state;
    let key = |kind, link: &Link| raising.key(kind, link.value().unwrap_or_default());
    // Each is asked for before one of them ends it.
    let load_balancer = key(KindName::LOAD_BALANCER, load_balancer);
    let certificate = tls.as_ref().map(|tls| key(KindName::CERTIFICATE, &tls.certificate));
    // The one that is shown anyway may stand among the further ones; an entry does not repeat it.
    let extra = tls.iter().flat_map(|tls| tls.extra.iter().filter(|link| **link != tls.certificate));
    let extra: Vec<_> = extra.map(|link| key(KindName::CERTIFICATE, link)).collect();
    if let Some(Tls { mutual: Some(mutual), .. }) = tls {
        return Err(format!("no manifest can say what it asks of clients: {}", mutual.words));
    }
    let (fixed_response, redirect) = match action {
        Action::FixedResponse(response) => (Some(fixed(response)?), None),
        Action::Redirect(redirect) => (None, Some(elsewhere(redirect)?)),
        Action::Other(words) => return Err(format!("no manifest can say what it does: {words}")),
    };
    Ok(Raised::new(Spec {
        load_balancer: load_balancer?,
        port: *port,
        protocol: if tls.is_some() { Protocol::Https } else { Protocol::Http },
        certificate: certificate.transpose()?,
        extra_certificates: extra.into_iter().collect::<Result<_, _>>()?,
        tls_policy: tls.as_ref().map(|tls| tls.policy.clone()).filter(|policy| policy != tls::DEFAULT),
        fixed_response,
        redirect,
    }))
}

fn fixed(FixedResponse { status, content_type, body }: &FixedResponse) -> Result<FixedResponseSpec, String> {
    use ContentType::{Css, Html, JavaScript, Json, Plain};
    let known = [Plain, Css, Html, JavaScript, Json].into_iter().find(|it| it.word() == content_type);
    let known = known.ok_or("it answers with a type of body that is not known here")?;
    let content_type = (!matches!(known, Plain)).then_some(known);
    Ok(FixedResponseSpec { status: *status, content_type, body: body.clone() })
}

fn elsewhere(redirect: &Redirect) -> Result<RedirectSpec, String> {
    let Redirect { protocol, port, host, path, query, permanent } = redirect;
    let other = |text: &String, same: &str| (text != same).then(|| text.clone());
    let protocol = other(protocol, same::PROTOCOL).map(|text| {
        let known = [Protocol::Http, Protocol::Https].into_iter().find(|it| it.aws() == text);
        known.ok_or("it redirects to a protocol that is not known here")
    });
    let port = other(port, same::PORT)
        .map(|text| text.parse().map_err(|_| "it redirects to a port that no manifest can say"));
    Ok(RedirectSpec {
        protocol: protocol.transpose()?,
        port: port.transpose()?,
        host: other(host, same::HOST),
        path: other(path, same::PATH),
        query: other(query, same::QUERY),
        permanent: *permanent,
    })
}
