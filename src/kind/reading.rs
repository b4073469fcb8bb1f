//! What reading comes to in every kind: so many reads at once, and what is to be made of an answer.

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};

use crate::aws::CallError;
use crate::aws::wait::Patience;

/// Runs `reads`, at most `at_once` at a time, and gives their answers in the same order.
pub fn buffered<F: Future>(
    at_once: usize,
    reads: impl IntoIterator<Item = F>,
) -> impl Future<Output = Vec<F::Output>> {
    // Collected first: the closure of a lazy iterator would be a part of the future, which would then not be
    // general enough to be `Send`.
    let reads: Vec<F> = reads.into_iter().collect();
    stream::iter(reads).buffered(at_once).collect()
}

/// Reads again, with growing pauses, for as long as what is read is `passing`: somebody is at it, and what it will be is
/// not told yet. What it is at the deadline is the answer.
pub async fn until_settled<T, F: Future<Output = T>>(
    deadline: Duration,
    read: impl Fn() -> F,
    passing: impl Fn(&T) -> bool,
) -> T {
    let mut patience = Patience::new("it to settle", deadline);
    loop {
        let seen = read().await;
        if !passing(&seen) || patience.pause().await.is_err() {
            return seen;
        }
    }
}

/// An answer, or none where AWS's error code is the one that says that there is nothing.
///
/// # Errors
///
/// Every other error: it does not say that there is nothing.
pub fn absent_if<T>(code: &str, answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is(code) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An answer that leaves out what AWS always sends. It is not read as nothing being there.
#[must_use]
pub fn holds_no(call: &str, subject: &str, what: &str) -> CallError {
    CallError::unusable(call, subject, format!("the answer holds no {what}"))
}
