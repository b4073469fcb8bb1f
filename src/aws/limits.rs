//! How fast and how often we ask: calls in flight per service, and what is worth asking again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
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
    // Buckets of 100 describing calls, refilled with 20 a second.
    ("ec2", 16),
    ("ecr", 16),
    ("elasticfilesystem", 8),
    // A bucket of 40 describing calls, refilled with 10 a second.
    ("elasticloadbalancing", 8),
    // No rate is published; IAM is shared by all regions of the account.
    ("iam", 5),
    // GetPolicy 15 a second, and all calls but GetFunction 15 a second together.
    ("lambda", 8),
    // 50 a second for every call.
    ("events", 10),
    ("cloudformation", 4),
    // ListCertificates was once limited to one a second.
    ("acm", 1),
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
        let is_quota = context.response().and_then(code).is_some_and(|code| Class::of(&code) == Class::Quota);
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

/// The error code of an answer, wherever its protocol puts it. What the SDK parsed has a type of its own in each
/// operation, so that no classifier can ask it.
fn code(response: &HttpResponse) -> Option<String> {
    if response.status().is_success() {
        return None;
    }
    // REST JSON: EFS.
    if let Some(code) = response.headers().get("x-amzn-errortype") {
        return Some(bare(code).to_owned());
    }
    let body = std::str::from_utf8(response.body().bytes()?).ok()?;
    // JSON: ACM, ECR, Secrets Manager.
    if let Ok(body) = serde_json::from_str::<Value>(body) {
        let code = ["code", "__type", "ErrorCode"].iter().find_map(|key| body.get(key)?.as_str());
        return code.map(|code| bare(code).to_owned());
    }
    // XML: CloudFormation, EC2, Elastic Load Balancing, STS.
    let (code, _) = body.split_once("<Code>")?.1.split_once("</Code>")?;
    Some(code.trim().to_owned())
}

/// The code in an error's name as a protocol may write it: `com.amazonaws.ecr#LimitExceededException:http://…`.
fn bare(name: &str) -> &str {
    let name = name.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::aws::{Answer as _, Aws, CallError, Connection};

    /// A service that answers calls with the same error, and at last with one that nobody repeats a call for.
    #[derive(Clone, Debug)]
    struct Answering {
        status: u16,
        answers: [(Option<&'static str>, String); 2],
        calls: Arc<AtomicUsize>,
    }

    impl HttpConnector for Answering {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let is_last = self.calls.fetch_add(1, Ordering::Relaxed) + 1 >= AGAIN;
            let (header, body) = self.answers[usize::from(is_last)].clone();
            let status = if is_last { 400 } else { self.status };
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            if let Some(code) = header {
                response.headers_mut().insert("x-amzn-errortype", code);
            }
            HttpConnectorFuture::ready(Ok(response))
        }
    }

    impl HttpClient for Answering {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    const ONCE: usize = 1;
    /// Not all attempts: pauses are drawn by lot, and the deadline may end them before.
    const AGAIN: usize = 4;
    const LAST: &str = "ValidationError";

    /// Checks, for each status and code that a service answers a call with, what that means and whether the
    /// call is made again. The clock stands still, so that pauses take no time.
    async fn check(
        answer: impl Fn(&'static str) -> (Option<&'static str>, String),
        call: impl AsyncFn(&Aws) -> CallError,
        cases: &[(u16, &'static str, Class, usize)],
    ) {
        tokio::time::pause();
        for (status, code, class, calls) in cases {
            let answers = [answer(code), answer(LAST)];
            let service = Answering { status: *status, answers, calls: Arc::default() };
            let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
            let aws = Aws::connect(&Connection {
                region: "us-west-2".to_owned(),
                credentials: Some(SharedCredentialsProvider::new(keys)),
                http: Some(SharedHttpClient::new(service.clone())),
                ..Connection::default()
            })
            .await;
            let error = call(&aws).await;
            let made = service.calls.load(Ordering::Relaxed);
            let ended = if *calls == ONCE { *code } else { LAST };
            assert_eq!((error.code.as_deref(), made, Class::of(code)), (Some(ended), *calls, *class));
        }
    }

    #[tokio::test]
    async fn a_quota_of_a_query_service_ends_a_call_at_once() {
        let answer =
            |code| (None, format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"));
        let call =
            async |aws: &Aws| aws.cloudformation.describe_stacks().send().await.about("", "").unwrap_err();
        let cases = [
            (400, "LimitExceededException", Class::Quota, ONCE),
            (400, "Throttling", Class::Throttled, AGAIN),
        ];
        check(answer, call, &cases).await;
    }

    #[tokio::test]
    async fn a_quota_of_ec2_ends_a_call_at_once() {
        let answer = |code| {
            let error = format!("<Errors><Error><Code>{code}</Code></Error></Errors>");
            (None, format!("<Response>{error}<RequestID>x</RequestID></Response>"))
        };
        let call =
            async |aws: &Aws| aws.ec2.describe_security_groups().send().await.about("", "").unwrap_err();
        let cases = [
            (400, "SecurityGroupLimitExceeded", Class::Quota, ONCE),
            (503, "RulesPerSecurityGroupLimitExceeded", Class::Quota, ONCE),
            (400, "SecurityGroupsPerInterfaceLimitExceeded", Class::Quota, ONCE),
            (503, "RequestLimitExceeded", Class::Throttled, AGAIN),
        ];
        check(answer, call, &cases).await;
    }

    #[tokio::test]
    async fn a_quota_of_a_json_service_ends_a_call_at_once() {
        let answer = |code| (None, format!(r#"{{"__type": "com.amazonaws.acm#{code}"}}"#));
        let call = async |aws: &Aws| aws.acm.list_certificates().send().await.about("", "").unwrap_err();
        let cases = [
            (400, "LimitExceededException", Class::Quota, ONCE),
            (400, "ThrottlingException", Class::Throttled, AGAIN),
        ];
        check(answer, call, &cases).await;
    }

    #[tokio::test]
    async fn a_quota_of_efs_ends_a_call_at_once() {
        let answer = |code| (Some(code), format!(r#"{{"ErrorCode": "{code}"}}"#));
        let call = async |aws: &Aws| aws.efs.describe_file_systems().send().await.about("", "").unwrap_err();
        let cases = [
            (429, "TooManyRequests", Class::Quota, ONCE),
            (403, "FileSystemLimitExceeded", Class::Quota, ONCE),
            (503, "ThroughputLimitExceeded", Class::Quota, ONCE),
            (400, "ThrottlingException", Class::Throttled, AGAIN),
            // Of the moment: EFS has none to give just now.
            (503, "InsufficientThroughputCapacity", Class::Other, AGAIN),
        ];
        check(answer, call, &cases).await;
    }
}
