//! The registry of images, as Docker talks to it: the token, a pull, a push (OCI distribution specification).

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};
use tokio::sync::OnceCell;

use super::net::{Net, Reply, Trouble};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::check::Outcome;
use crate::model::digest;

const TOKEN: &str = "ecr:GetAuthorizationToken";

/// What a call about the whole registry is about.
const ACCOUNT: &str = "the account";

/// What an image's manifest may be: of Docker, of OCI, of one platform or of several; or whatever else was pushed, as it
/// is.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, */*";

/// What is pushed: always the same, so that a second time there is nothing new.
const LAYER: &[u8] = b"A layer that `infra verify --push` has uploaded. No image names it.\n";

/// What the registry takes for a login: a password in all but name. It is never shown, and whoever logs the header sees
/// that it is sensitive.
struct Token(HeaderValue);

/// The registry of the account, and the token for it, which is asked for once.
#[derive(Default)]
pub(super) struct Registry {
    token: OnceCell<Result<Token, CallError>>,
}

/// Why a probe has not passed.
enum Missed {
    /// The token could not be had.
    Call(CallError),
    /// There was no answer.
    Trouble(Trouble),
    /// The answer was not the right one.
    Said(String),
}

impl From<Trouble> for Missed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Registry {
    /// It gives a token, and takes it.
    pub(super) async fn answers(&self, aws: &Aws, net: &Net, host: &str) -> Outcome {
        let answers = async {
            let token = self.token(aws).await?;
            let request = net.client(None)?.get(format!("https://{host}/v2/"));
            let reply = net.send(request.header(AUTHORIZATION, token)).await?;
            expect(&reply, 200)?;
            Ok(format!("{host} answers 200 to the token that it gave"))
        };
        outcome(answers.await, "look whether a policy forbids what the token is for")
    }

    /// The manifest of an image can be had, and is what its digest says.
    pub(super) async fn pull(&self, aws: &Aws, net: &Net, host: &str, name: &str, image: &str) -> Outcome {
        let pull = async {
            let token = self.token(aws).await?;
            let request = net.client(None)?.get(format!("https://{host}/v2/{name}/manifests/{image}"));
            let reply = net.send(request.header(AUTHORIZATION, token).header(ACCEPT, MANIFESTS)).await?;
            expect(&reply, 200)?;
            let is = format!("sha256:{}", digest::of_bytes(&reply.body));
            if is != image {
                return Err(Missed::Said(format!("what came for {image} has the digest {is}")));
            }
            Ok(format!("the manifest of the newest image, {}, is what its digest says", short(image)))
        };
        outcome(pull.await, "look whether ecr:BatchGetImage is allowed, and what the repository policy says")
    }

    /// A layer can be uploaded.
    pub(super) async fn push(&self, aws: &Aws, net: &Net, host: &str, name: &str) -> Outcome {
        let push = async {
            let token = self.token(aws).await?;
            let client = net.client(None)?;
            let begun = format!("https://{host}/v2/{name}/blobs/uploads/");
            let request = client.post(&begun).header(AUTHORIZATION, token.clone()).header(CONTENT_LENGTH, 0);
            let reply = net.send(request).await?;
            expect(&reply, 202)?;
            let at = reply.header("location").and_then(|at| Url::parse(&begun).ok()?.join(at).ok());
            let at = at.ok_or_else(|| Missed::Said("it did not say where to upload to".to_owned()))?;
            upload(net, &client, at, host, token).await
        };
        let help =
            "look whether ecr:InitiateLayerUpload, UploadLayerPart and CompleteLayerUpload are allowed";
        outcome(push.await, help)
    }

    async fn token(&self, aws: &Aws) -> Result<HeaderValue, Missed> {
        let token = self.token.get_or_init(|| async { ask(aws).await }).await;
        token.as_ref().map(|token| token.0.clone()).map_err(|error| Missed::Call(error.clone()))
    }
}

/// Uploads the layer in one piece to where the registry said.
async fn upload(
    net: &Net,
    client: &Client,
    mut at: Url,
    host: &str,
    token: HeaderValue,
) -> Result<String, Missed> {
    // The token is for this host, and for no other.
    if at.scheme() != "https" || authority(&at) != host {
        return Err(Missed::Said(format!("it sends uploads to {}", authority(&at))));
    }
    let layer = format!("sha256:{}", digest::of_bytes(LAYER));
    at.query_pairs_mut().append_pair("digest", &layer);
    let request =
        client.put(at).header(AUTHORIZATION, token).header(CONTENT_TYPE, "application/octet-stream");
    let reply = net.send(request.body(LAYER)).await?;
    expect(&reply, 201)?;
    let stays = "no image names it, and it stays until ECR clears it: there is no call that deletes a layer";
    Ok(format!("a layer of {} bytes was taken, {}; {stays}", LAYER.len(), short(&layer)))
}

async fn ask(aws: &Aws) -> Result<Token, CallError> {
    let answer = aws.ecr.get_authorization_token().send().await.about(TOKEN, ACCOUNT)?;
    let token = answer.authorization_data().first().and_then(|data| data.authorization_token());
    let token = token.ok_or_else(|| CallError::unusable(TOKEN, ACCOUNT, "the answer holds no token"))?;
    // The answer is base64 of `user:password`, as the header wants it (API `AuthorizationData`).
    let mut header = HeaderValue::from_str(&format!("Basic {token}"))
        .map_err(|_| CallError::unusable(TOKEN, ACCOUNT, "the token is of no use"))?;
    header.set_sensitive(true);
    Ok(Token(header))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn expect(reply: &Reply, status: u16) -> Result<(), Missed> {
    if reply.status == status {
        return Ok(());
    }
    // A registry says what is wrong in `errors` (OCI distribution specification, "Error codes").
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let code = body["errors"][0]["code"].as_str().map(|code| format!(" {code}")).unwrap_or_default();
    Err(Missed::Said(format!("it answers {}{code}, and {status} was to come", reply.status)))
}

fn outcome(made: Result<String, Missed>, help: &str) -> Outcome {
    match made {
        Ok(seen) => Outcome::passed(seen),
        Err(Missed::Call(error)) => Outcome::unread(&error),
        Err(Missed::Trouble(trouble)) => Outcome::failed(trouble.seen(), trouble.help()),
        Err(Missed::Said(seen)) => Outcome::failed(seen, help),
    }
}

/// The beginning of a digest, as Docker shows it.
fn short(digest: &str) -> &str {
    digest.get(.."sha256:".len() + 12).unwrap_or(digest)
}
