//! Probes against servers of the test's own, and against answers that stand in for AWS's.

mod answers;
mod registry;
mod reports;
mod trail;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::net::Net;
use crate::aws::gate::CallName;
use crate::aws::{Aws, Connection};
use crate::kind::check::Outcome;

/// How long an answer may take in a test that does not wait for one that never comes.
const LONG: Duration = Duration::from_secs(10);

/// Who issues certificates, and whom the client trusts.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        Self::called("authority")
    }

    fn called(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A client that trusts nobody else.
    fn net(&self, whole: Duration) -> Net {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Net::trusting(roots, whole)
    }

    /// How a server speaks TLS that has a certificate for these names, changed by `change`.
    fn tls(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

/// The requests that a server got, whole.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server on this machine that gives each request the answer that `answer` makes of it.
async fn serve(
    tls: Option<Arc<ServerConfig>>,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let (answer, notes) = (Arc::new(answer), Arc::clone(&heard));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, notes, tls) = (Arc::clone(&answer), Arc::clone(&notes), tls.clone());
            tokio::spawn(async move {
                match tls {
                    None => talk(stream, answer.as_ref(), &notes).await,
                    // A client that does not trust the certificate ends it here.
                    Some(tls) => {
                        if let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await {
                            talk(stream, answer.as_ref(), &notes).await;
                        }
                    }
                }
            });
        }
    });
    (address, heard)
}

/// Reads one request, and answers it.
async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &(dyn Fn(&str) -> String + Sync),
    heard: &Heard,
) {
    let mut request = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap_or_default();
        request.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&request);
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let is_whole = text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length.unwrap_or(0));
        if count == 0 || is_whole {
            break;
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let reply = answer(&request);
    heard.lock().unwrap().push(request);
    // The client may have gone.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// An answer as it goes over the wire.
fn reply(status: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// What AWS answers, by the operation and then by a text that is in the request.
type Script = BTreeMap<&'static str, Vec<(&'static str, u16, Value)>>;

#[derive(Clone, Debug)]
struct Scripted(Arc<Script>);

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.extension::<CallName>().unwrap().0.operation;
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let answers = self.0.get(operation).unwrap_or_else(|| panic!("{operation} is not in the script"));
        let (_, status, answer) = answers.iter().find(|(word, ..)| body.contains(word)).unwrap();
        let answer = HttpResponse::new((*status).try_into().unwrap(), SdkBody::from(answer.to_string()));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

impl HttpClient for Scripted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// An account that answers so.
async fn account(script: Script) -> Aws {
    let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    Aws::connect(&Connection {
        region: "us-west-2".to_owned(),
        credentials: Some(SharedCredentialsProvider::new(keys)),
        http: Some(SharedHttpClient::new(Scripted(Arc::new(script)))),
        ..Connection::default()
    })
    .await
}

/// An outcome in a line, with the ports of the test's servers made the same.
fn said(outcome: &Outcome, port: u16) -> String {
    let text = match outcome {
        Outcome::Passed { seen } => format!("passed: {seen}"),
        Outcome::Failed { seen, help: _ } => format!("failed: {seen}"),
        Outcome::Unread { why, help: _ } => format!("unread: {why}"),
        Outcome::Unchecked { why } => format!("unchecked: {why}"),
    };
    // Whoever has no server gives no port.
    if port == 0 { text } else { text.replace(&format!(":{port}"), ":PORT") }
}
