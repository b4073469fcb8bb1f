//! The way to what is not an API of AWS: HTTP with a deadline, TLS that is verified, and no redirect followed.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole answer may take.
const WHOLE: Duration = Duration::from_secs(15);
/// How much of a body is read: more than a manifest of an image may have (OCI distribution specification, 4 MiB).
const MOST: usize = 4 * 1024 * 1024 + 1;

/// The way to what answers in an account.
#[derive(Clone, Debug)]
pub struct Net {
    tls: ClientConfig,
    whole: Duration,
}

/// There is nobody whose certificates could be trusted.
#[derive(Debug, thiserror::Error)]
#[error("the system has no root certificates, so nobody's TLS can be verified")]
pub struct NoRoots;

impl Net {
    /// Trusts those that the system trusts, as the SDK does.
    ///
    /// # Errors
    ///
    /// When the system trusts nobody: then every check would fail for a reason of this machine.
    pub fn of_the_system() -> Result<Self, NoRoots> {
        let mut roots = RootCertStore::empty();
        // Some of what a system keeps may be of no use; the rest is.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(NoRoots);
        }
        Ok(Self::trusting(roots, WHOLE))
    }

    /// Trusts these. An answer may take so long.
    pub(super) fn trusting(roots: RootCertStore, whole: Duration) -> Self {
        // Both versions are those of `ring`: there is nothing that could be missing.
        #[expect(clippy::expect_used, reason = "the provider and its versions are constants")]
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tls, whole }
    }

    /// How long an answer may take.
    pub(super) fn whole(&self) -> Duration {
        self.whole
    }

    /// A client that looks for `host` at `at`; without that, where its name leads.
    ///
    /// # Errors
    ///
    /// [`Trouble::Other`], when no client can be made.
    pub(super) fn client(&self, at: Option<(&str, IpAddr)>) -> Result<Client, Trouble> {
        let builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(Policy::none())
            // What the environment says of proxies is not for this: it is to be known what answered.
            .no_proxy()
            .http1_only()
            .connect_timeout(CONNECT.min(self.whole))
            .timeout(self.whole);
        let builder = match at {
            // The port is that of the request.
            Some((host, address)) => builder.resolve(host, SocketAddr::new(address, 0)),
            None => builder,
        };
        builder.build().map_err(|error| Trouble::of(&error, self.whole))
    }

    /// Sends, and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`Trouble`], when there is none.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Reply, Trouble> {
        let trouble = |error: reqwest::Error| Trouble::of(&error, self.whole);
        let mut answer = request.send().await.map_err(trouble)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(trouble)? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST {
                return Err(Trouble::Other("the answer does not end".to_owned()));
            }
        }
        Ok(Reply { status, headers, body })
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// A header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It took too long.
    Late(Duration),
    /// Nobody takes the connection.
    Closed(String),
    /// From here there is no way to it.
    NoWay(String),
    /// Who answers has no certificate that could be believed.
    Certificate(String),
    /// Anything else.
    Other(String),
}

impl Trouble {
    fn of(error: &reqwest::Error, whole: Duration) -> Self {
        if error.is_timeout() {
            return Self::Late(if error.is_connect() { CONNECT.min(whole) } else { whole });
        }
        let mut last = error.to_string();
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        while let Some(it) = cause {
            if let Some(trouble) = Self::known(it) {
                return trouble;
            }
            last = it.to_string();
            cause = it.source();
        }
        // The innermost says what happened; the others repeat the address.
        Self::Other(last)
    }

    fn known(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(Self::Certificate(words(why)));
        }
        let error = error.downcast_ref::<io::Error>()?;
        // What is inside of such an error is not among its sources.
        if let Some(inside) = error.get_ref()
            && let Some(trouble) = Self::known(inside)
        {
            return Some(trouble);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::UnexpectedEof => Some(Self::Closed(error.to_string())),
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::AddrNotAvailable => Some(Self::NoWay(error.to_string())),
            _ => None,
        }
    }

    /// What was seen.
    pub(super) fn seen(&self) -> String {
        match self {
            Self::Late(limit) => format!("no answer within {} s", limit.as_secs_f32()),
            Self::Closed(why) => format!("the connection is not taken: {why}"),
            Self::NoWay(why) => format!("there is no way to it from here: {why}"),
            Self::Certificate(why) => why.clone(),
            Self::Other(why) => format!("no answer: {why}"),
        }
    }

    /// What to do.
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::Late(_) | Self::NoWay(_) => {
                "look whether security groups and subnets' routes let this machine in, or verify from a place that they let in"
            }
            Self::Closed(_) => "look whether anything listens there, and whether something between closes it",
            Self::Certificate(_) => {
                "look which certificate is served there, and whether this machine's clock and root certificates are right"
            }
            Self::Other(_) => "run the same command again; -vv tells more",
        }
    }
}

fn words(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate that is served has expired".to_owned()
        }
        CertificateError::NotValidForName => "the certificate that is served is for another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("the certificate that is served is for another name: {}", presented.join(", "))
        }
        CertificateError::UnknownIssuer => {
            "nobody whom this machine trusts has issued the certificate that is served".to_owned()
        }
        other => format!("the certificate that is served is not valid: {other}"),
    }
}
