//! What reading comes to in every kind: so many reads at once, and what is to be made of an answer.

use futures_util::stream::{self, StreamExt as _};

use crate::aws::CallError;

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
