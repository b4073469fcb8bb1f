//! A port answers as it is declared: at every address that its name leads to.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::join_all;
use reqwest::Url;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::net::{Net, Reply, Trouble};
use crate::kind::check::Outcome;
use crate::kind::probe::{Answering, Expected, PATH, QUERY};
use crate::model::size;

/// A load balancer has an address in each of its zones, and more while it is busy. So many of them are asked.
const MOST: usize = 8;

const NOT_OURS: &str = "look what has that name now; `infra plan` says whether the listener is as declared";

pub(super) async fn ask(net: &Net, answering: &Answering) -> Outcome {
    let Answering { at, port, .. } = answering;
    let addresses: BTreeSet<_> = match timeout(net.whole(), lookup_host((at.as_str(), *port))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        Ok(Err(error)) => {
            let help =
                "a new load balancer's name takes a minute; else look whether this machine resolves names";
            return Outcome::failed(format!("{at} leads nowhere: {error}"), help);
        }
        Err(_) => {
            return Outcome::failed(
                format!("{at} is not resolved within {} s", net.whole().as_secs_f32()),
                "look whether this machine resolves names",
            );
        }
    };
    let asked = addresses.iter().take(MOST).map(|address| async move {
        let seen = match one(net, answering, *address).await {
            Ok(reply) => Seen::Reply(compare(&reply, answering)),
            // There is no way to a private address but from its own network, and none to some of IPv6.
            Err(Trouble::NoWay(why)) => Seen::NoWay(why),
            Err(Trouble::Late(_)) if is_private(address) => Seen::NoWay("it is private".to_owned()),
            Err(trouble) => Seen::Reply(Err((trouble.seen(), trouble.help().to_owned()))),
        };
        (*address, seen)
    });
    judge(answering, join_all(asked).await)
}

/// What was seen at one address.
enum Seen {
    /// What was right of the answer; or what was wrong, and what to do.
    Reply(Result<String, (String, String)>),
    /// There is no way to it from here.
    NoWay(String),
}

fn judge(answering: &Answering, seen: Vec<(IpAddr, Seen)>) -> Outcome {
    let (mut right, mut unreached) = (Vec::new(), Vec::new());
    for (address, seen) in seen {
        match seen {
            Seen::Reply(Err((seen, help))) => return Outcome::failed(format!("at {address}: {seen}"), help),
            Seen::Reply(Ok(seen)) => right.push(seen),
            Seen::NoWay(why) => unreached.push(format!("{address} ({why})")),
        }
    }
    let beside = if unreached.is_empty() {
        String::new()
    } else {
        format!("; not reached from here: {}", unreached.join(", "))
    };
    let Some(first) = right.first() else {
        return Outcome::Unread {
            why: format!("this machine reaches no address of {}{beside}", answering.at),
            help: Some("verify from a place that reaches it, such as its own network".to_owned()),
        };
    };
    let tls = if answering.tls { format!(", by verified TLS for {}", answering.host) } else { String::new() };
    Outcome::passed(format!("{first}{tls}, at {}{beside}", addresses(right.len())))
}

fn addresses(count: usize) -> String {
    if count == 1 { "1 address".to_owned() } else { format!("{count} addresses") }
}

fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

async fn one(net: &Net, answering: &Answering, address: IpAddr) -> Result<Reply, Trouble> {
    let Answering { port, host, tls, .. } = answering;
    let scheme = if *tls { "https" } else { "http" };
    let url = format!("{scheme}://{host}:{port}/{PATH}?{QUERY}");
    let client = net.client(Some((host, address)))?;
    net.send(client.get(url)).await
}

/// What is right of an answer; or what is wrong, and what to do.
fn compare(reply: &Reply, answering: &Answering) -> Result<String, (String, String)> {
    let (seen, is_right) = match &answering.expected {
        Expected::Fixed { status, content_type, body } => {
            let kind = reply.header("content-type").unwrap_or("no type");
            let is_typed = body.is_empty() || essence(kind) == essence(content_type);
            let is_same = reply.body == body.as_bytes();
            let told = if is_same { "the declared body".to_owned() } else { excerpt(&reply.body) };
            (
                format!("{} {} with {told}", reply.status, essence(kind)),
                reply.status == *status && is_typed && is_same,
            )
        }
        Expected::Redirect { status, location } => {
            let to = reply.header("location");
            let is_there = to.is_some_and(|to| is_same_place(to, location));
            let told = to.map_or_else(|| "to nowhere".to_owned(), |to| format!("to {}", short(to)));
            (format!("{} {told}", reply.status), reply.status == *status && is_there)
        }
    };
    if is_right {
        return Ok(seen);
    }
    let expected = match &answering.expected {
        Expected::Fixed { status, content_type, body } => {
            format!("{status} {} with {}", essence(content_type), excerpt(body.as_bytes()))
        }
        Expected::Redirect { status, location } => format!("{status} to {location}"),
    };
    Err((format!("{seen}; declared is {expected}"), NOT_OURS.to_owned()))
}

/// A content type without its parameters: a load balancer says `text/plain; charset=utf-8` for `text/plain`.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether two URLs lead to the same place, however their ports are written.
fn is_same_place(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let url = Url::parse(text).ok()?;
        let query = url.query().filter(|query| !query.is_empty()).map(str::to_owned);
        let host = url.host_str()?.to_owned();
        Some((url.scheme().to_owned(), host, url.port_or_known_default(), url.path().to_owned(), query))
    };
    parts(one).is_some_and(|one| parts(other) == Some(one))
}

/// The beginning of a body, for people.
fn excerpt(body: &[u8]) -> String {
    if body.is_empty() {
        return "no body".to_owned();
    }
    let text = String::from_utf8_lossy(body);
    format!("{} \"{}\"", size::count(text.chars().count(), "character"), short(&text))
}

/// Longest text of an answer that is shown.
const SHORT: usize = 60;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
