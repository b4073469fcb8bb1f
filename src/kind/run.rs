//! What a change is performed with: the clients, somebody who listens, and patience.

use std::time::Duration;

use crate::aws::wait::Patience;
use crate::aws::{Aws, CallError};

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
}

impl<'a> Run<'a> {
    /// Over `aws`, told to `tell`.
    pub fn new(aws: &'a Aws, tell: &'a (dyn Fn(Said) + Sync)) -> Self {
        Self { aws, tell }
    }

    /// Says that a call is made.
    pub(super) fn calling(&self, call: &'static str) {
        (self.tell)(Said::Calling(call));
    }

    /// Patience to wait for `what`, at most for `deadline`.
    #[must_use]
    pub fn patience(&self, what: impl Into<String>, deadline: Duration) -> Waiting<'_> {
        Waiting { patience: Patience::new(what, deadline), tell: self.tell, told: false }
    }
}

/// Patience that says what it waits for.
pub struct Waiting<'a> {
    patience: Patience,
    tell: &'a (dyn Fn(Said) + Sync),
    told: bool,
}

impl Waiting<'_> {
    /// Pauses after an answer that is not the one that is waited for.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub async fn pause(&mut self) -> Result<(), CallError> {
        if !std::mem::replace(&mut self.told, true) {
            (self.tell)(Said::Waiting(self.patience.what().to_owned()));
        }
        self.patience.pause().await
    }

    /// Pauses after an error that passes by itself.
    ///
    /// # Errors
    ///
    /// That error, once the deadline has passed.
    pub async fn pause_after(&mut self, error: CallError) -> Result<(), CallError> {
        self.pause().await.map_err(|_| error)
    }
}
