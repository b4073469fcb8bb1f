//! The HTTP seam: a connector below the real SDK that counts and names every call, and can break one.
//!
//! The name of a call is the one that the product's own gate puts on each request; what is counted is
//! what really left, retries included.
//!
//! # Depth
//!
//! A run is as slow as its longest chain of calls of which each waited for the one before. From outside one
//! does not see who waited for whom, but only what had ended when a call began: its depth is 1 more than the
//! largest depth among the calls that had ended by then. That is never less than the length of the chain that the
//! call ends. It is more if a call that has nothing to do with it happened to end a moment earlier.
//!
//! So depth is measured where nothing happens to end earlier: each call takes equally long
//! ([`Wire::with_latency`]), answers come from memory ([`Wire::answering_as`]), and the clock stands still
//! while there is work ([`tokio::time::pause`]). Then calls run in waves, the depth is the number of waves, and the
//! run takes as long as so many round trips. A call that waited for a place among those in flight
//! (`src/aws/limits.rs`) counts as having waited for the one that left the place: it did, and a person waits as long.

mod answers;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
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
use infra::aws::{Call, CallName, Effect};
use infra::cli::exit::Exit;
use tokio::sync::{Notify, watch};

use self::answers::{Answered, answer, cut, edited, response, whole};
use super::leaks::{self, Leak};

pub(crate) use self::answers::xml;

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
    /// The answer comes with the second text wherever the first one is in it.
    Reads(&'static str, &'static str),
    /// The same, and the process is asked to stop.
    ReadsAndSignal(&'static str, &'static str, Exit),
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
    /// The first ones of the first name once one of the second has left, so many of them.
    Behind(usize, &'static str, &'static str),
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
    /// How long every call takes before it goes out.
    latency: Duration,
    seen: Mutex<Vec<Seen>>,
    /// The depth of each call that left, in the same order.
    depths: Mutex<Vec<usize>>,
    /// The largest depth among the calls that have ended.
    ended: AtomicUsize,
    crashed: Notify,
    signals: watch::Sender<Option<Exit>>,
    /// What each read was answered.
    memory: Mutex<Memory>,
    /// What reads were answered long ago, to be answered again so many times.
    stale: Mutex<BTreeMap<Question, (Answered, usize)>>,
    /// What becomes of the body of each answer that is remembered.
    retold: Option<Retold>,
    /// Secrets that came to light in a request.
    leaks: Mutex<Vec<Leak>>,
}

/// Gives a body, told the call that it answers and the body as it was.
#[derive(Clone)]
struct Retold(Arc<Tell>);

type Tell = dyn Fn(&str, &str) -> String + Send + Sync;

impl fmt::Debug for Retold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Retold")
    }
}

/// A read: its name, method, address and body. Where REST is spoken the address has it all.
type Question = (String, String, String, Vec<u8>);
type Memory = BTreeMap<Question, Answered>;

impl Inner {
    /// Over plain HTTP.
    fn plain() -> Self {
        Self {
            below: aws_smithy_http_client::Builder::new().build_http(),
            faults: Vec::new(),
            seed: None,
            latency: Duration::ZERO,
            seen: Mutex::default(),
            depths: Mutex::default(),
            ended: AtomicUsize::new(0),
            crashed: Notify::new(),
            signals: watch::channel(None).0,
            memory: Mutex::default(),
            stale: Mutex::default(),
            retold: None,
            leaks: Mutex::default(),
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

    /// Over plain HTTP, and every call takes so long before it goes out.
    pub(crate) fn with_latency(latency: Duration) -> Self {
        Self(Arc::new(Inner { latency, ..Inner::plain() }))
    }

    /// Over plain HTTP, but each read that `earlier` made is answered as it was then, `times` times.
    pub(crate) fn stale(earlier: &Self, times: usize) -> Self {
        Self(Arc::new(Inner { stale: Mutex::new(earlier.remembered(times)), ..Inner::plain() }))
    }

    /// Every read that `earlier` made is answered as it was then, after so long. Nothing else comes about: it
    /// is for runs that only read.
    pub(crate) fn answering_as(earlier: &Self, latency: Duration) -> Self {
        let stale = Mutex::new(earlier.remembered(usize::MAX));
        let nowhere = SharedHttpClient::new(Nowhere);
        Self(Arc::new(Inner { below: nowhere, stale, latency, ..Inner::plain() }))
    }

    /// As [`Wire::answering_as`], with each body as `retold` gives it, and at once. What was never asked is answered with
    /// an error.
    pub(crate) fn retelling(
        earlier: &Self,
        retold: impl Fn(&str, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        let stale = Mutex::new(earlier.remembered(usize::MAX));
        let retold = Some(Retold(Arc::new(retold)));
        Self(Arc::new(Inner { below: SharedHttpClient::new(Nowhere), stale, retold, ..Inner::plain() }))
    }

    /// What was asked and answered: each call's name, its address with its body, and the answer's body.
    pub(crate) fn heard(&self) -> Vec<(String, String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let memory = self.0.memory.lock().unwrap();
        let heard = memory.iter().map(|((name, _, uri, body), (_, _, answer))| {
            (name.clone(), format!("{uri} {}", text(body)), text(answer))
        });
        heard.collect()
    }

    /// What each read was answered, to be answered again so many times.
    fn remembered(&self, times: usize) -> BTreeMap<Question, (Answered, usize)> {
        let memory = self.0.memory.lock().unwrap().clone();
        memory.into_iter().map(|(question, answer)| (question, (answer, times))).collect()
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
        let Some(seed) = self.0.seed else { return self.0.latency };
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

    /// The secrets that came to light in requests since this was asked.
    pub(crate) fn leaks(&self) -> Vec<Leak> {
        std::mem::take(&mut self.0.leaks.lock().unwrap())
    }

    /// How often each call left.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.seen().into_iter().fold(BTreeMap::new(), |mut counts, seen| {
            *counts.entry(seen.name).or_default() += 1;
            counts
        })
    }

    /// The largest depth of a call that left; see the module.
    pub(crate) fn depth(&self) -> usize {
        self.0.depths.lock().unwrap().iter().copied().max().unwrap_or_default()
    }

    /// Each depth with the calls that left at it, by name.
    pub(crate) fn waves(&self) -> BTreeMap<usize, Vec<String>> {
        let (seen, depths) = (self.seen(), self.0.depths.lock().unwrap());
        let mut waves = BTreeMap::<_, Vec<_>>::new();
        for (seen, depth) in seen.into_iter().zip(depths.iter()) {
            waves.entry(*depth).or_default().push(seen.name);
        }
        for names in waves.values_mut() {
            names.sort();
        }
        waves
    }

    /// How many different reads were answered.
    pub(crate) fn questions(&self) -> usize {
        self.0.memory.lock().unwrap().len()
    }

    /// Where the signals come from that [`Fault::Signal`] sends.
    pub(crate) fn signals(&self) -> watch::Receiver<Option<Exit>> {
        self.0.signals.subscribe()
    }

    /// Waits until the process is to be gone.
    pub(crate) async fn crashed(&self) {
        self.0.crashed.notified().await;
    }

    /// Notes the call, and gives what becomes of it.
    fn note(&self, request: &HttpRequest) -> Noted {
        let CallName(call) = *request.extension::<CallName>().expect("the gate names every request");
        self.0.leaks.lock().unwrap().extend(leaks::in_request(request));
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
            Which::Behind(most, behind, front) => {
                let begin = seen.iter().position(|seen| seen.name == *front);
                *behind == name
                    && begin.is_some_and(|begin| {
                        seen[begin..].iter().filter(|seen| seen.name == name).count() < *most
                    })
            }
        };
        let fault = self.0.faults.iter().find(|(which, _)| befalls(which)).map(|(_, fault)| *fault);
        seen.push(Seen { name, effect: call.effect });
        let depth = 1 + self.0.ended.load(Ordering::Relaxed);
        self.0.depths.lock().unwrap().push(depth);
        drop(seen);
        Noted { call, fault, pause: self.pause(at), under_way: UnderWay { wire: self.clone(), depth } }
    }
}

/// A call that was noted, and what becomes of it.
struct Noted {
    call: &'static Call,
    fault: Option<Fault>,
    pause: Duration,
    under_way: UnderWay,
}

/// A call of a depth, which ends when this is dropped.
struct UnderWay {
    wire: Wire,
    depth: usize,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.wire.0.ended.fetch_max(self.depth, Ordering::Relaxed);
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
        let Noted { call, fault, pause, under_way } = self.wire.note(&request);
        let (wire, below) = (self.wire.clone(), self.below.clone());
        HttpConnectorFuture::new(async move {
            let _under_way = under_way;
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
                Some(Fault::Reads(is, as_if)) => Ok(edited(below.call(request).await?, is, as_if).await),
                Some(Fault::ReadsAndSignal(is, as_if, exit)) => {
                    wire.0.signals.send_replace(Some(exit));
                    Ok(edited(below.call(request).await?, is, as_if).await)
                }
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
    let name = format!("{}:{}", call.service, call.operation);
    let body = request.body().bytes().unwrap_or_default().to_vec();
    let question = (name, request.method().to_owned(), request.uri().to_owned(), body);
    if let Some(mut answered) = wire.recall(&question) {
        if let Some(Retold(retold)) = &wire.0.retold {
            answered.1.retain(|(name, _)| name != "content-length");
            answered.2 = retold(&question.0, std::str::from_utf8(&answered.2).unwrap()).into_bytes();
        }
        return Ok(response(answered));
    }
    if wire.0.retold.is_some() {
        return Ok(answer(call, 400, "NotRecorded", "nobody asked this before"));
    }
    let answered = whole(below.call(request).await?).await;
    wire.0.memory.lock().unwrap().insert(question, answered.clone());
    Ok(response(answered))
}

async fn gone(wire: &Wire) -> Result<HttpResponse, ConnectorError> {
    wire.0.crashed.notify_one();
    std::future::pending().await
}

/// Where no call arrives.
#[derive(Debug)]
struct Nowhere;

impl HttpClient for Nowhere {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self)
    }
}

impl HttpConnector for Nowhere {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let what = format!("nobody made this call before: {} {}", request.method(), request.uri());
        HttpConnectorFuture::ready(Err(ConnectorError::user(what.into())))
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_as_deep_as_the_chain_that_they_end() {
    let name = CallName(infra::aws::calls::permitted("ECR", "DescribeImages").unwrap());
    let wire = Wire::with_latency(Duration::from_millis(50));
    let call = async |millis| {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.add_extension(name);
        let noted = wire.note(&request);
        tokio::time::sleep(noted.pause + Duration::from_millis(millis)).await;
        noted.under_way.depth
    };
    // Two chains beside each other, and one call that is as long as both of them.
    let chain = async || (call(0).await, call(0).await, call(0).await);
    let (one, other, long) = tokio::join!(chain(), chain(), call(100));
    assert_eq!((one, other, long, wire.depth()), ((1, 2, 3), (1, 2, 3), 1, 3));
    assert_eq!(wire.waves().values().map(Vec::len).collect::<Vec<_>>(), [3, 2, 2]);
    // What begins now begins behind all of them.
    assert_eq!(call(0).await, 4);
}
