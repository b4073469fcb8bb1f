//! Turns at what only one may write to at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Who writes to what. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>>);

/// A turn, which ends when it is dropped.
#[must_use]
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held, and dropped")] OwnedMutexGuard<()>);

impl Turns {
    /// Waits for the turn at `what`.
    pub(super) async fn take(&self, what: &str) -> Turn {
        let one = {
            // A panic elsewhere cannot leave the map half-written.
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(what.to_owned()).or_default())
        };
        Turn(one.lock_owned().await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_writes_to_the_same() {
        let turns = Turns::default();
        let first = turns.take("a").await;
        let _other = turns.take("b").await;
        let again = turns.clone();
        let second = tokio::spawn(async move { again.take("a").await });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        let _ = second.await.unwrap();
    }
}
