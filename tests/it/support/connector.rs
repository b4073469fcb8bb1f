//! The HTTP seam: a connector below the real SDK that counts and names every call, and can break one.
//!
//! The name of a call is the one that the product's own gate puts on each request; what is counted is
//! what really left, retries included.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use infra::aws::{Call, CallName, Effect};
use infra::cli::exit::Exit;
use tokio::sync::{Notify, watch};

/// What happens to the call at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is gone before the request leaves.
    CrashBefore,
    /// The process is gone after the request had its effect.
    CrashAfter,
    /// The request has its effect, and its answer is lost.
    LostReply,
    /// The request has its effect, and its answer comes cut in half.
    CutReply,
    /// The process is asked to stop, so, while the request is under way.
    Signal(Exit),
    /// AWS answers with this status and error code, and the request has no effect.
    Answer(u16, &'static str),
    /// The same, in these words.
    Says(u16, &'static str, &'static str),
}

/// Which calls a fault befalls.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// The one at this position, from 0.
    Nth(usize),
    /// The first ones of this name, so many of them.
    First(usize, String),
    /// Every one of the first name before one of the second has left.
    Until(&'static str, &'static str),
    /// Every one of this name but the first.
    Again(&'static str),
    /// Every one of this name (`ecr:DescribeRepositories`).
    Named(&'static str),
}

/// A call that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// As in IAM actions.
    pub name: String,
    pub effect: Effect,
}

/// The connector. Clones share what they saw.
#[derive(Clone, Debug)]
pub(crate) struct Wire(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    below: SharedHttpClient,
    faults: Vec<(Which, Fault)>,
    /// What the pauses before calls are drawn from; none, and there are none.
    seed: Option<u64>,
    seen: Mutex<Vec<Seen>>,
    crashed: Notify,
    signals: watch::Sender<Option<Exit>>,
    /// What each read was answered, by its name and body.
    memory: Mutex<Memory>,
    /// What reads were answered long ago, to be answered again so many times.
    stale: Mutex<BTreeMap<Question, (Answered, usize)>>,
}

/// A read: its name and its body.
type Question = (String, Vec<u8>);
/// An answer: status, content type and body.
type Answered = (u16, String, Vec<u8>);
type Memory = BTreeMap<Question, Answered>;

impl Inner {
    /// Over plain HTTP.
    fn plain() -> Self {
        Self {
            below: aws_smithy_http_client::Builder::new().build_http(),
            faults: Vec::new(),
            seed: None,
            seen: Mutex::default(),
            crashed: Notify::new(),
            signals: watch::channel(None).0,
            memory: Mutex::default(),
            stale: Mutex::default(),
        }
    }
}

impl Wire {
    /// Over plain HTTP to an emulator, with nothing broken.
    pub(crate) fn new() -> Self {
        Self::with_faults(Vec::new())
    }

    pub(crate) fn with_faults(faults: Vec<(Which, Fault)>) -> Self {
        Self(Arc::new(Inner { faults, ..Inner::plain() }))
    }

    /// With a pause of up to some milliseconds before each call, drawn from `seed`, so that runs beside each
    /// other meet in many ways.
    pub(crate) fn unsteady(seed: u64) -> Self {
        Self(Arc::new(Inner { seed: Some(seed), ..Inner::plain() }))
    }

    /// Over plain HTTP, but each read that `earlier` made is answered as it was then, `times` times.
    pub(crate) fn stale(earlier: &Self, times: usize) -> Self {
        let memory = earlier.0.memory.lock().unwrap().clone();
        let stale = memory.into_iter().map(|(question, answer)| (question, (answer, times))).collect();
        Self(Arc::new(Inner { stale: Mutex::new(stale), ..Inner::plain() }))
    }

    /// What a read was answered long ago, if it is to be answered so again.
    fn recall(&self, question: &Question) -> Option<Answered> {
        let mut stale = self.0.stale.lock().unwrap();
        let (answer, left) = stale.get_mut(question)?;
        *left = left.checked_sub(1)?;
        Some(answer.clone())
    }

    /// How long the call at a position waits.
    fn pause(&self, at: usize) -> Duration {
        const LONGEST: u64 = 6_000;
        let Some(seed) = self.0.seed else { return Duration::ZERO };
        // Two rounds of xorshift, from a start that is never 0.
        let mut drawn = (seed << 20 | at as u64) + 1;
        for _ in 0..2 {
            drawn ^= drawn << 13;
            drawn ^= drawn >> 7;
            drawn ^= drawn << 17;
        }
        Duration::from_micros(drawn % LONGEST)
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Every call that left, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    /// The names of the calls that could change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.seen().into_iter().filter(|seen| seen.effect != Effect::Read).map(|seen| seen.name).collect()
    }

    /// How often each call left.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.seen().into_iter().fold(BTreeMap::new(), |mut counts, seen| {
            *counts.entry(seen.name).or_default() += 1;
            counts
        })
    }

    /// Where the signals come from that [`Fault::Signal`] sends.
    pub(crate) fn signals(&self) -> watch::Receiver<Option<Exit>> {
        self.0.signals.subscribe()
    }

    /// Waits until the process is to be gone.
    pub(crate) async fn crashed(&self) {
        self.0.crashed.notified().await;
    }

    /// Notes the call, and gives the fault that befalls it.
    fn note(&self, request: &HttpRequest) -> (&'static Call, Option<Fault>, Duration) {
        let CallName(call) = *request.extension::<CallName>().expect("the gate names every request");
        let mut seen = self.0.seen.lock().unwrap();
        let (at, name) = (seen.len(), format!("{}:{}", call.service, call.operation));
        let befalls = |which: &Which| match which {
            Which::Nth(nth) => *nth == at,
            Which::First(most, first) => {
                *first == name && seen.iter().filter(|seen| seen.name == name).count() < *most
            }
            Which::Until(until, end) => *until == name && seen.iter().all(|seen| seen.name != *end),
            Which::Again(again) => *again == name && seen.iter().any(|seen| seen.name == name),
            Which::Named(named) => *named == name,
        };
        let fault = self.0.faults.iter().find(|(which, _)| befalls(which)).map(|(_, fault)| *fault);
        seen.push(Seen { name, effect: call.effect });
        drop(seen);
        (call, fault, self.pause(at))
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let below = self.0.below.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), below })
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    below: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (call, fault, pause) = self.wire.note(&request);
        let (wire, below) = (self.wire.clone(), self.below.clone());
        HttpConnectorFuture::new(async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            match fault {
                None if call.effect == Effect::Read => read(&wire, call, &below, request).await,
                None => below.call(request).await,
                Some(Fault::CrashBefore) => gone(&wire).await,
                Some(Fault::CrashAfter) => {
                    below.call(request).await?;
                    gone(&wire).await
                }
                Some(Fault::LostReply) => {
                    below.call(request).await?;
                    Err(ConnectorError::io("the answer was lost".into()))
                }
                Some(Fault::Signal(exit)) => {
                    wire.0.signals.send_replace(Some(exit));
                    below.call(request).await
                }
                Some(Fault::CutReply) => Ok(cut(below.call(request).await?).await),
                Some(Fault::Answer(status, code)) => Ok(answer(call, status, code, "injected")),
                Some(Fault::Says(status, code, message)) => Ok(answer(call, status, code, message)),
            }
        })
    }
}

/// Asks, and remembers the answer; or answers as it was long ago.
async fn read(
    wire: &Wire,
    call: &Call,
    below: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let body = request.body().bytes().unwrap_or_default().to_vec();
    let question = (format!("{}:{}", call.service, call.operation), body);
    if let Some((status, kind, body)) = wire.recall(&question) {
        return Ok(response(status, &kind, body));
    }
    let (status, kind, body) = whole(below.call(request).await?).await;
    wire.0.memory.lock().unwrap().insert(question, (status, kind.clone(), body.clone()));
    Ok(response(status, &kind, body))
}

async fn whole(answer: HttpResponse) -> Answered {
    let kind = answer.headers().get("content-type").unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let body = ByteStream::new(answer.into_body()).collect().await.unwrap().to_vec();
    (status, kind, body)
}

async fn cut(answer: HttpResponse) -> HttpResponse {
    let (status, kind, mut body) = whole(answer).await;
    body.truncate(body.len() / 2);
    response(status, &kind, body)
}

fn response(status: u16, kind: &str, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", kind.to_owned());
    response
}

async fn gone(wire: &Wire) -> Result<HttpResponse, ConnectorError> {
    wire.0.crashed.notify_one();
    std::future::pending().await
}

/// An error as the call's own protocol has it: XML for the query services, JSON for the others.
fn answer(call: &Call, status: u16, code: &str, message: &str) -> HttpResponse {
    let xml = ["sts", "cloudformation"].contains(&call.service);
    let body = if xml {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        )
    } else {
        serde_json::json!({ "__type": code, "message": message }).to_string()
    };
    response(status, if xml { "text/xml" } else { "application/x-amz-json-1.1" }, body.into_bytes())
}
