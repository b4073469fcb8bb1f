//! How fast and how often we ask: calls in flight per service, and what is worth asking again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::Class;
use super::gate::CallName;

/// Calls in flight at once, by service: below the rates that AWS publishes, with some 60 ms a call. Where it
/// publishes none, few.
const IN_FLIGHT: &[(&str, usize)] = &[
    // DescribeSecret 10,000 a second; calls on resource policies 50 a second.
    ("secretsmanager", 32),
    ("ecr", 16),
    ("cloudformation", 4),
];

/// Any other service.
const ELSEWHERE: usize = 4;

/// Attempts of one call, the first included: enough for the deadline to be what ends them.
const ATTEMPTS: u32 = 12;

/// How long one call may take with all its attempts. A throttled one ends here, and says so.
const DEADLINE: Duration = Duration::from_mins(2);

/// How the SDK repeats calls: throttled and lost ones, with growing pauses, until the deadline. What somebody
/// has set in the environment or the profile goes before.
pub(super) fn retries(set: Option<&RetryConfig>) -> RetryConfig {
    match set {
        Some(set) if *set != RetryConfig::standard() => set.clone(),
        _ => RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(Duration::from_secs(20)),
    }
}

/// When the SDK gives up on a call. A time that somebody has set goes before.
pub(super) fn timeouts(set: Option<&TimeoutConfig>) -> TimeoutConfig {
    let set = set.map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder).build();
    let deadline = set.operation_timeout().unwrap_or(DEADLINE);
    set.to_builder().operation_timeout(deadline).build()
}

/// Tells a quota from throttling: the SDK takes `LimitExceededException` for the latter and waits for what
/// no waiting brings (`aws-runtime`, retry classifiers).
#[derive(Debug)]
pub(super) struct Quotas;

impl ClassifyRetry for Quotas {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        // The JSON protocols name the error in a header or in the body; no query service has such quotas.
        let header = response.headers().get("x-amzn-errortype");
        let body = response.body().bytes().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let typed = body.as_ref().and_then(|body| body.get("__type")).and_then(Value::as_str);
        let is_quota = header.into_iter().chain(typed).any(names_quota);
        if is_quota { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "Quotas"
    }

    /// Last, so that it has the last word.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether an error's name, as a protocol writes it (`com.amazonaws.ecr#LimitExceededException:http://…`), is
/// that of a quota.
fn names_quota(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or_default();
    Class::is_quota(name.rsplit('#').next().unwrap_or_default())
}

/// An HTTP client that lets only so many calls of a service be under way.
#[derive(Clone, Debug)]
pub(super) struct Capped {
    below: SharedHttpClient,
    caps: Arc<BTreeMap<&'static str, Arc<Semaphore>>>,
    elsewhere: Arc<Semaphore>,
}

impl Capped {
    pub(super) fn new(below: SharedHttpClient) -> Self {
        let caps =
            IN_FLIGHT.iter().map(|(service, most)| (*service, Arc::new(Semaphore::new(*most)))).collect();
        Self { below, caps: Arc::new(caps), elsewhere: Arc::new(Semaphore::new(ELSEWHERE)) }
    }

    fn cap(&self, request: &HttpRequest) -> Arc<Semaphore> {
        let service = request.extension::<CallName>().map(|name| name.0.service);
        let cap = service.and_then(|service| self.caps.get(service)).unwrap_or(&self.elsewhere);
        Arc::clone(cap)
    }
}

impl HttpClient for Capped {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let below = self.below.http_connector(settings, components);
        SharedHttpConnector::new(CappedConnector { client: self.clone(), below })
    }
}

#[derive(Debug)]
struct CappedConnector {
    client: Capped,
    below: SharedHttpConnector,
}

impl HttpConnector for CappedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (cap, below) = (self.client.cap(&request), self.below.clone());
        HttpConnectorFuture::new(async move {
            let _place = cap.acquire().await.map_err(|error| ConnectorError::other(error.into(), None))?;
            below.call(request).await
        })
    }
}
