//! What every call passes on its way out: a closed table, and a record.
//!
//! The gate is an SDK interceptor. It refuses whatever is not in [`super::calls::CALLS`], and the
//! destructive forms of the deletions that are, before anything is sent. It also names each request for
//! the connector below, and keeps the record that `--calls` shows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecr::operation::delete_repository::DeleteRepositoryInput;
use aws_sdk_secretsmanager::operation::delete_secret::DeleteSecretInput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut, Input,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::calls::{self, Call, Effect};

/// The name of the call that a request belongs to, put on the request for the connector to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallName(pub &'static Call);

/// The calls made so far, by name. Clones share one record.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<(&'static str, &'static str), u32>>>);

impl Ledger {
    fn note(&self, call: &'static Call) {
        // A panic elsewhere cannot leave a map of counters half-written.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((call.service, call.operation)).or_default() += 1;
    }

    /// Each call with how often it was sent, retries included, ordered by name.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, u32)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((service, operation), count)| (format!("{service}:{operation}"), *count))
            .collect()
    }
}

/// The interceptor. See the module.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    ledger: Ledger,
}

impl Gate {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

/// A call that `infra` must never make was about to be made.
#[derive(Debug, thiserror::Error)]
pub(super) struct Refused {
    call: String,
    why: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`infra` refuses to send {}: {}", self.call, self.why)
    }
}

fn call_of(cfg: &ConfigBag) -> Result<&'static Call, Refused> {
    let metadata = cfg
        .load::<Metadata>()
        .ok_or_else(|| Refused { call: "a call without a name".to_owned(), why: "it cannot be checked" })?;
    calls::permitted(metadata.service(), metadata.name()).ok_or_else(|| Refused {
        call: format!("{} {}", metadata.service(), metadata.name()),
        why: "it is not in the table of permitted calls",
    })
}

/// The deletions that are permitted only in the form that can be undone, or that AWS refuses where data is.
fn check_form(call: &Call, input: &Input) -> Result<(), Refused> {
    let refuse = |why| Err(Refused { call: format!("{}:{}", call.service, call.operation), why });
    if let Some(input) = input.downcast_ref::<DeleteRepositoryInput>() {
        if input.force() == Some(true) {
            return refuse("with `force` it deletes images");
        }
    } else if let Some(input) = input.downcast_ref::<DeleteSecretInput>() {
        if input.force_delete_without_recovery() == Some(true) || input.recovery_window_in_days().is_none() {
            return refuse("without a recovery window it cannot be undone");
        }
    } else if call.effect == Effect::Delete {
        return refuse("no rule says which form of it is safe");
    }
    Ok(())
}

#[dyn_dispatch_hint]
impl Intercept for Gate {
    fn name(&self) -> &'static str {
        "PermittedCalls"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(check_form(call_of(cfg)?, context.input())?)
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = call_of(cfg)?;
        self.ledger.note(call);
        tracing::debug!("{}:{}", call.service, call.operation);
        context.request_mut().add_extension(CallName(call));
        Ok(())
    }
}
