//! The registry: its token, a pull, a push; and that the token is nowhere to be read.

use std::io;

use insta::assert_snapshot;
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use super::*;
use crate::model::digest;
use crate::verify::registry::Registry;

/// base64 of `AWS:hunter2-hunter2`.
const TOKEN: &str = "QVdTOmh1bnRlcjItaHVudGVyMg==";
const MANIFEST: &str = r#"{"schemaVersion": 2}"#;

async fn with_token() -> Aws {
    let data = json!({"authorizationData": [{"authorizationToken": TOKEN, "proxyEndpoint": "https://x"}]});
    account(Script::from([("GetAuthorizationToken", vec![("", 200, data)])])).await
}

/// What answers on this machine, its host, and who trusts it.
struct Ground {
    net: Net,
    aws: Aws,
    host: String,
    port: u16,
    heard: Heard,
}

impl Ground {
    async fn new(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let authority = Authority::new();
        let (at, heard) = serve(Some(authority.tls(&["localhost"], |_| ())), answer).await;
        let host = format!("localhost:{}", at.port());
        Self { net: authority.net(LONG), aws: with_token().await, host, port: at.port(), heard }
    }

    async fn answers(&self) -> String {
        said(&Registry::default().answers(&self.aws, &self.net, &self.host).await, self.port)
    }

    async fn pull(&self, digest: &str) -> String {
        let registry = Registry::default();
        said(&registry.pull(&self.aws, &self.net, &self.host, "team/site", digest).await, self.port)
    }

    async fn push(&self) -> String {
        let registry = Registry::default();
        said(&registry.push(&self.aws, &self.net, &self.host, "team/site").await, self.port)
    }
}

fn denied() -> String {
    reply("403 Forbidden", &[], r#"{"errors": [{"code": "DENIED", "message": "not you"}]}"#)
}

#[tokio::test]
async fn the_token_is_taken() {
    let ground = Ground::new(|_| reply("200 OK", &[], "{}")).await;
    assert_snapshot!(ground.answers().await, @"passed: localhost:PORT answers 200 to the token that it gave");
    let heard = ground.heard.lock().unwrap().concat();
    assert!(heard.starts_with("GET /v2/ HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("authorization: Basic {TOKEN}\r\n")), "{heard}");
    let ground = Ground::new(|_| denied()).await;
    assert_snapshot!(ground.answers().await, @"failed: it answers 403 DENIED, and 200 was to come");
    // It does not get a second chance elsewhere.
    let ground =
        Ground::new(|_| reply("307 Temporary Redirect", &[("location", "https://elsewhere.invalid/")], ""))
            .await;
    assert_snapshot!(ground.answers().await, @"failed: it answers 307, and 200 was to come");
}

#[tokio::test]
async fn without_a_token_nobody_can_say() {
    let ground = Ground::new(|_| reply("200 OK", &[], "{}")).await;
    for (status, answer, expected) in [
        (
            400,
            json!({"__type": "AccessDeniedException", "message": "no"}),
            "unread: ecr:GetAuthorizationToken on the account failed: AccessDeniedException: no",
        ),
        (
            200,
            json!({"authorizationData": []}),
            "unread: ecr:GetAuthorizationToken on the account failed: the answer holds no token",
        ),
    ] {
        let aws = account(Script::from([("GetAuthorizationToken", vec![("", status, answer)])])).await;
        let outcome = Registry::default().answers(&aws, &ground.net, &ground.host).await;
        assert_eq!(said(&outcome, ground.port), expected);
    }
    assert_eq!(ground.heard.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn an_image_is_pulled_and_is_what_its_digest_says() {
    let ground = Ground::new(|_| reply("200 OK", &[], MANIFEST)).await;
    let right = format!("sha256:{}", digest::of_text(MANIFEST));
    assert_snapshot!(ground.pull(&right).await, @"passed: the manifest of the newest image, sha256:c5d902c53b4a, is what its digest says");
    let heard = ground.heard.lock().unwrap().concat();
    assert!(heard.starts_with(&format!("GET /v2/team/site/manifests/{right} HTTP/1.1\r\n")), "{heard}");
    assert!(heard.contains("accept: application/vnd.oci.image.manifest.v1+json"), "{heard}");
    assert!(
        ground.pull("sha256:00").await.starts_with("failed: what came for sha256:00 has the digest sha256:")
    );
    let ground = Ground::new(|_| denied()).await;
    assert_snapshot!(ground.pull(&right).await, @"failed: it answers 403 DENIED, and 200 was to come");
}

#[tokio::test]
async fn a_layer_is_pushed_in_one_piece() {
    let ground = Ground::new(|request| match request {
        _ if request.starts_with("POST ") => {
            reply("202 Accepted", &[("location", "/v2/team/site/blobs/uploads/1?state=a%2Fb")], "")
        }
        _ => reply("201 Created", &[], ""),
    })
    .await;
    assert_snapshot!(ground.push().await, @"passed: a layer of 68 bytes was taken, sha256:b84d9e564c6f; no image names it, and it stays until ECR clears it: there is no call that deletes a layer");
    let heard = ground.heard.lock().unwrap().join("\n---\n");
    let upload = heard.split("\n---\n").nth(1).unwrap();
    let (head, body) = upload.split_once("\r\n\r\n").unwrap();
    assert!(heard.starts_with("POST /v2/team/site/blobs/uploads/ HTTP/1.1\r\n"), "{heard}");
    let target = "PUT /v2/team/site/blobs/uploads/1?state=a%2Fb&digest=sha256%3A";
    assert!(head.starts_with(&format!("{target}{} HTTP/1.1\r\n", digest::of_text(body))), "{upload}");
}

#[tokio::test]
async fn the_token_is_sent_to_no_other_host() {
    for location in ["https://elsewhere.invalid/upload", "http://localhost/upload"] {
        let ground = Ground::new(move |_| reply("202 Accepted", &[("location", location)], "")).await;
        assert!(ground.push().await.starts_with("failed: it sends uploads to "));
        assert_eq!(ground.heard.lock().unwrap().len(), 1);
    }
    let ground = Ground::new(|_| reply("202 Accepted", &[], "")).await;
    assert_eq!(ground.push().await, "failed: it did not say where to upload to");
}

/// Everything that anybody logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_token_is_in_no_outcome_and_in_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let lines =
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(lines.finish());
    let mut outcomes = Vec::new();
    for answer in [reply("200 OK", &[], MANIFEST), denied(), "nonsense\r\n\r\n".to_owned()] {
        let ground = Ground::new(move |_| answer.clone()).await;
        // The SDK writes whole answers at trace, which the product's log never lets out; what it says of the
        // call itself is looked at below.
        let registry = Registry::default();
        let registry_says = registry.answers(&ground.aws, &ground.net, &ground.host).await;
        outcomes.push(format!("{registry_says:?}"));
        outcomes.push(ground.pull(&format!("sha256:{}", digest::of_text(MANIFEST))).await);
        outcomes.push(ground.push().await);
    }
    drop(guard);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<_> = logged.lines().filter(|line| !is_of_the_sdk(line)).collect();
    assert!(ours.len() > 10, "{logged}");
    for text in ours.into_iter().map(str::to_owned).chain(outcomes) {
        assert!(!text.contains(TOKEN) && !text.contains("hunter2"), "{text}");
    }
}

/// Whether a line is one that the SDK writes at trace.
fn is_of_the_sdk(line: &str) -> bool {
    line.contains("TRACE") && !line.contains(" infra")
}
