//! What went wrong with a call, in a form that can be kept, shown and classified.

use std::error::Error;
use std::fmt::{self, Write as _};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::gate::Refused;
use crate::model::size;

/// What a failed call means for what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The credentials may not do this.
    Denied,
    /// There are no credentials, or they are expired or unknown.
    Credentials,
    /// AWS asked to slow down, and went on asking.
    Throttled,
    /// A limit of the account or the resource is reached.
    Quota,
    /// The call never got an answer.
    Network,
    /// `infra` itself refused to send it.
    Refused,
    /// What was waited for did not come in time.
    Timeout,
    /// It was waited for when the run was asked to stop.
    Stopped,
    /// Anything else that AWS said.
    Other,
}

impl Class {
    /// What AWS means by an error code: the first row that fits. Each service has codes of its own, so what is
    /// not told by the whole code is told by how it ends.
    pub(super) fn of(code: &str) -> Self {
        match code {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" => {
                Self::Denied
            }
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "RequestExpired"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "AuthFailure" => Self::Credentials,
            // Rates, two of them with a name like a quota's (`aws-runtime`'s table of throttling codes).
            "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "TooManyRequestsException"
            | "ProvisionedThroughputExceededException"
            | "PriorRequestNotComplete"
            | "SlowDown" => Self::Throttled,
            _ if code.contains("Throttl") => Self::Throttled,
            // Of EC2 and EFS each quota has its name: `SecurityGroupLimitExceeded`.
            _ if code.ends_with("LimitExceeded") || code.ends_with("LimitExceededException") => Self::Quota,
            // Of Elastic Load Balancing: `TooManyLoadBalancers`; and of EFS, with status 429, `TooManyRequests`: the
            // throughput can be changed once in 24 hours.
            _ if code.starts_with("TooMany") => Self::Quota,
            _ if code.ends_with("QuotaExceeded") || code.ends_with("QuotaExceededException") => Self::Quota,
            // Of Lambda: all versions of all functions of a region together (API `CreateFunction`).
            "CodeStorageExceededException" => Self::Quota,
            _ => Self::Other,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn help(self) -> Option<&'static str> {
        match self {
            Self::Denied => Some(
                "allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed",
            ),
            Self::Credentials => Some(
                "log in (`aws sso login`, `aws configure`), or name another --profile; --sandbox needs no credentials",
            ),
            Self::Throttled => Some("run the same command again in a minute"),
            Self::Quota => Some(
                "raise the quota or remove what is not needed, or wait the 24 hours of EFS; retrying does not help",
            ),
            Self::Network => Some(
                "check the network, the region and any AWS_ENDPOINT_URL; then run the same command again",
            ),
            Self::Timeout => {
                Some("AWS may still be at it; nothing is rolled back: run the same command again in a while")
            }
            Self::Refused | Self::Stopped | Self::Other => None,
        }
    }
}

/// A call that failed, on what, and what AWS said.
///
/// It holds text instead of the SDK's error, so that it can be kept in a plan and compared. Requests are
/// not part of it, and AWS does not repeat secret values in its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// The call, as in IAM actions (`ecr:DescribeRepositories`).
    pub call: String,
    /// What it was about: the resource's name in AWS.
    pub subject: String,
    /// AWS's error code, when there was an answer with one.
    pub code: Option<String>,
    /// What AWS said, or the whole chain of causes when it said nothing.
    pub message: String,
    /// What it means.
    pub class: Class,
}

impl CallError {
    /// Takes over the SDK's error of `call` about `subject`.
    pub fn new<E, R>(call: &str, subject: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug,
    {
        let code = error.code().map(str::to_owned);
        let message = match error {
            SdkError::ServiceError(context) => {
                context.err().message().map_or_else(|| chain(context.err()), str::to_owned)
            }
            _ => said(error.source().map_or_else(|| error.to_string(), chain)),
        };
        let class = classify(error, code.as_deref());
        Self { call: call.to_owned(), subject: subject.to_owned(), code, message: cut(message), class }
    }

    /// A call that was answered, but not with what the API promises.
    pub fn unusable(call: &str, subject: &str, message: impl Into<String>) -> Self {
        Self {
            call: call.to_owned(),
            subject: subject.to_owned(),
            code: None,
            message: message.into(),
            class: Class::Other,
        }
    }

    /// Nobody waits any longer for `what`: the run was asked to stop.
    #[must_use]
    pub fn stopped(what: &str) -> Self {
        Self {
            call: "waiting".to_owned(),
            subject: what.to_owned(),
            code: None,
            message: "the run was stopped".to_owned(),
            class: Class::Stopped,
        }
    }

    /// Something that did not come within `deadline`.
    #[must_use]
    pub fn overdue(what: &str, deadline: std::time::Duration) -> Self {
        let minutes =
            size::count(usize::try_from(deadline.as_secs().div_ceil(60)).unwrap_or(usize::MAX), "minute");
        Self {
            call: "waiting".to_owned(),
            subject: what.to_owned(),
            code: None,
            message: format!("it did not come within {minutes}"),
            class: Class::Timeout,
        }
    }

    /// Whether AWS answered with this error code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

/// The answer to a call, told what it was about.
pub trait Answer<T> {
    /// The answer, or else the error of `call` about `subject`.
    ///
    /// # Errors
    ///
    /// The SDK's error, as a [`CallError`].
    fn about(self, call: &str, subject: &str) -> Result<T, CallError>;
}

impl<T, E, R> Answer<T> for Result<T, SdkError<E, R>>
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug,
{
    fn about(self, call: &str, subject: &str) -> Result<T, CallError> {
        self.map_err(|error| CallError::new(call, subject, &error))
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Class::Timeout | Class::Stopped => write!(f, "waited for {}: ", self.subject)?,
            _ => write!(f, "{} on {} failed: ", self.call, self.subject)?,
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl Error for CallError {}

/// The SDK lists each place where it looked for credentials, over many lines; that there are none is enough.
fn said(message: String) -> String {
    if message.contains("no credentials found in chain") {
        return "there are no credentials, neither in the environment nor in a profile".to_owned();
    }
    // Without a chain it is the one provider that was asked: that of a profile.
    if message.contains("the credential provider was not enabled") {
        return "there is no such profile, or it holds no credentials".to_owned();
    }
    // The SDK's word for a failure that is neither of time nor of the network.
    message.strip_prefix("other: ").map(str::to_owned).unwrap_or(message)
}

/// A longer message is not repeated whole. What AWS says has some hundred characters; what answers in its place, a proxy
/// for instance, may send a page.
const MOST: usize = 2000;

fn cut(mut message: String) -> String {
    if let Some((at, _)) = message.char_indices().nth(MOST) {
        let more = message.get(at..).map_or(0, |rest| rest.chars().count());
        message.truncate(at);
        let _ = write!(message, "… and {} more", size::count(more, "character"));
    }
    message
}

/// Whether an error of type `T` is among the causes.
fn caused_by<T: Error + 'static>(error: &dyn Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<T>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The message of an error and of all its causes. The SDK's own messages hide their causes.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

fn classify<E, R>(error: &SdkError<E, R>, code: Option<&str>) -> Class
where
    E: Error + 'static,
    R: fmt::Debug,
{
    match (code, error) {
        (Some(code), _) => Class::of(code),
        (None, SdkError::DispatchFailure(failure)) if failure.is_io() || failure.is_timeout() => {
            Class::Network
        }
        (None, SdkError::TimeoutError(_)) => Class::Network,
        _ if caused_by::<Refused>(error) => Class::Refused,
        _ if caused_by::<CredentialsError>(error) => Class::Credentials,
        (None, SdkError::DispatchFailure(_)) => Class::Network,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_means() {
        for (class, codes) in [
            (Class::Denied, &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"][..]),
            (Class::Credentials, &["ExpiredToken", "InvalidClientTokenId", "AuthFailure"]),
            (
                Class::Throttled,
                &[
                    "Throttling",
                    "ThrottlingException",
                    "RequestThrottled",
                    "RequestThrottledException",
                    "EC2ThrottledException",
                    "RequestLimitExceeded",
                    "BandwidthLimitExceeded",
                    "TooManyRequestsException",
                    "SlowDown",
                ],
            ),
            (
                Class::Quota,
                &[
                    "LimitExceeded",
                    "LimitExceededException",
                    "ServiceQuotaExceededException",
                    "CodeStorageExceededException",
                    "TooManyRequests",
                    "TooManyLoadBalancers",
                    "TooManyListeners",
                    "TooManyCertificates",
                    "TooManyTags",
                    "FileSystemLimitExceeded",
                    "AccessPointLimitExceeded",
                    "NetworkInterfaceLimitExceeded",
                    "SecurityGroupLimitExceeded",
                    "ThroughputLimitExceeded",
                    "RulesPerSecurityGroupLimitExceeded",
                    "SecurityGroupsPerInterfaceLimitExceeded",
                ],
            ),
            // The third is of the moment, and its status says so: 503.
            (Class::Other, &["ValidationException", "BadRequest", "InsufficientThroughputCapacity"]),
        ] {
            for code in codes {
                assert_eq!(Class::of(code), class, "{code}");
            }
        }
    }
}
