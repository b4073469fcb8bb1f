//! What a listener does with a request that no rule takes. Pure.

use super::spec::Protocol;
use crate::model::{Shown, size};

/// What a listener does with a request that no rule takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It answers itself, always the same.
    FixedResponse(FixedResponse),
    /// It sends the client elsewhere.
    Redirect(Redirect),
    /// Whatever else is live, in words. It cannot be declared.
    Other(String),
}

/// An answer that is always the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedResponse {
    /// The status of HTTP.
    pub status: u16,
    /// The type of the body.
    pub content_type: String,
    /// The body; empty for none.
    pub body: String,
}

/// Where clients are sent. Parts of the request are named as AWS names them (`#{host}`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// `HTTP`, `HTTPS`, or that of the request.
    pub protocol: String,
    /// A number, or that of the request.
    pub port: String,
    /// The host.
    pub host: String,
    /// The path, from its first slash on.
    pub path: String,
    /// The query without its question mark; empty for none.
    pub query: String,
    /// Whether clients may remember it: status 301, else 302.
    pub permanent: bool,
}

/// The parts of the request, as a redirect names them; what AWS fills in where nothing is said (API
/// `RedirectActionConfig`).
pub(super) mod same {
    pub(in super::super) const PROTOCOL: &str = "#{protocol}";
    pub(in super::super) const PORT: &str = "#{port}";
    pub(in super::super) const HOST: &str = "#{host}";
    pub(in super::super) const PATH: &str = "/#{path}";
    pub(in super::super) const QUERY: &str = "#{query}";
}

/// The type of a body of which nothing is said; the console's choice.
pub(super) const PLAIN: &str = "text/plain";

/// Longest body that is shown within its line.
const MAX_LINE: usize = 120;

impl Action {
    /// The action as people read it.
    pub(super) fn shown(&self) -> Shown {
        match self {
            Self::FixedResponse(response) => response.shown(),
            Self::Redirect(redirect) => Shown::text(redirect.words()),
            Self::Other(words) => Shown::text(words),
        }
    }
}

impl FixedResponse {
    fn shown(&self) -> Shown {
        let Self { status, content_type, body } = self;
        let head = format!("fixed response {status} {content_type}");
        if body.is_empty() {
            return Shown::text(format!("{head}, no body"));
        }
        let length = body.chars().count();
        if body.contains('\n') || length > MAX_LINE {
            return Shown::document(format!("{head}, {}", size::count(length, "character")), body);
        }
        Shown::text(format!("{head} \"{body}\""))
    }
}

/// Why a redirect leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    /// It changes nothing of where the request came from.
    Itself,
    /// It leads to the port that it came from, in another protocol.
    SamePort,
    /// It leads from HTTPS to HTTP.
    Downgrade,
}

impl Redirect {
    fn words(&self) -> String {
        let Self { protocol, port, host, path, query, permanent } = self;
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let how = if *permanent { "permanent (301)" } else { "temporary (302)" };
        // Only the words of AWS for protocols are in capitals.
        let protocol = if protocol == same::PROTOCOL { protocol.clone() } else { protocol.to_lowercase() };
        format!("redirect to {protocol}://{host}:{port}{path}{query}, {how}")
    }

    /// Why it leads nowhere from a listener of this protocol and port, if it does.
    ///
    /// AWS refuses what changes neither protocol, host, port nor path, and what leads from HTTPS to HTTP (API
    /// `RedirectActionConfig`). A listener speaks one protocol on its port: the other one fails there.
    pub(super) fn leads_nowhere(&self, from: Protocol, port: u16) -> Option<Loop> {
        let is_same_protocol = self.protocol == same::PROTOCOL || self.protocol == from.aws();
        let is_same_port = self.port == same::PORT || self.port == port.to_string();
        let is_same_host = self.host == same::HOST;
        if from == Protocol::Https && !is_same_protocol {
            return Some(Loop::Downgrade);
        }
        if !is_same_host || !is_same_port {
            return None;
        }
        if !is_same_protocol {
            return Some(Loop::SamePort);
        }
        (self.path == same::PATH).then_some(Loop::Itself)
    }
}
