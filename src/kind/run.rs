//! What a change is performed with: the clients, somebody who listens, and patience.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::sync::watch;

use crate::aws::wait::Patience;
use crate::aws::{Aws, CallError, Class};
use crate::document::policy::Policy;

/// What a step says while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It makes this call.
    Calling(&'static str),
    /// It waits for this.
    Waiting(String),
}

/// What changes are performed with.
pub struct Run<'a> {
    /// The clients.
    pub aws: &'a Aws,
    /// Who listens.
    tell: &'a (dyn Fn(Said) + Sync),
    /// Whether to stop waiting.
    stop: watch::Receiver<bool>,
}

impl<'a> Run<'a> {
    /// Over `aws`, told to `tell`. Once `stop` is true, nothing is waited for any more: what AWS has begun
    /// it ends by itself.
    pub fn new(aws: &'a Aws, tell: &'a (dyn Fn(Said) + Sync), stop: watch::Receiver<bool>) -> Self {
        Self { aws, tell, stop }
    }

    /// Says that a call is made.
    pub(super) fn calling(&self, call: &'static str) {
        (self.tell)(Said::Calling(call));
    }

    /// Patience to wait for `what`, at most for `deadline`.
    #[must_use]
    pub fn patience(&self, what: impl Into<String>, deadline: Duration) -> Waiting<'_> {
        let patience = Patience::new(what, deadline);
        Waiting { patience, tell: self.tell, told: false, stop: self.stop.clone() }
    }
}

/// How long IAM may take to make a new principal known to other services (terraform-provider-aws: `iam/wait.go`).
const UNTIL_KNOWN: Duration = Duration::from_mins(2);

impl Run<'_> {
    /// Puts `policy`, again and again while AWS says that it does not know a principal of it (`is_unknown`): a
    /// role that was made a moment ago, or that this run makes beside it.
    ///
    /// # Errors
    ///
    /// Any other error of the call; or the last one, with the principals, when IAM has had its time.
    pub async fn until_principals_are_known<T, F>(
        &self,
        policy: &Policy,
        is_unknown: impl Fn(&CallError) -> bool,
        put: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let mut patience = self.patience("AWS to know the principals of the policy", UNTIL_KNOWN);
        loop {
            match put().await {
                Err(error) if is_unknown(&error) => {
                    patience.pause_after(error).await.map_err(|error| naming(policy, error))?;
                }
                answer => return answer,
            }
        }
    }
}

/// AWS does not say which principal it does not know: then all are, with what to do.
fn naming(policy: &Policy, mut error: CallError) -> CallError {
    if error.class != Class::Stopped {
        let _ = write!(
            error.message,
            " After {} minutes AWS still does not know one of the principals that the policy names: {}. Make the role \
             that is missing, or take it out of the entry; then run the same command again.",
            UNTIL_KNOWN.as_secs() / 60,
            policy.principals(),
        );
    }
    error
}

/// Patience that says what it waits for.
pub struct Waiting<'a> {
    patience: Patience,
    tell: &'a (dyn Fn(Said) + Sync),
    told: bool,
    stop: watch::Receiver<bool>,
}

impl Waiting<'_> {
    /// Pauses after an answer that is not the one that is waited for.
    ///
    /// # Errors
    ///
    /// The deadline has passed, or whoever runs this was asked to stop.
    pub async fn pause(&mut self) -> Result<(), CallError> {
        if !std::mem::replace(&mut self.told, true) {
            (self.tell)(Said::Waiting(self.patience.what().to_owned()));
        }
        let stopped = CallError::stopped(self.patience.what());
        tokio::select! {
            // Nobody who could ask it to stop: it waits on.
            Ok(_) = self.stop.wait_for(|stop| *stop) => Err(stopped),
            paused = self.patience.pause() => paused,
        }
    }

    /// Pauses after an error that passes by itself.
    ///
    /// # Errors
    ///
    /// That error, once the deadline has passed; or that whoever runs this was asked to stop.
    pub async fn pause_after(&mut self, error: CallError) -> Result<(), CallError> {
        self.pause().await.map_err(|ended| if ended.class == Class::Stopped { ended } else { error })
    }
}
