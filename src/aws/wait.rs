//! Patience: growing pauses between questions, until a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::CallError;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);
const GROWTH: f32 = 1.6;

/// How long something may take, and how often it is asked for.
///
/// Whoever waits asks in a loop of their own, with a pause after each answer that is not the one. What has
/// not come by the deadline is left as it is: the next run sees it as it then is.
#[derive(Debug)]
pub struct Patience {
    what: String,
    began: Instant,
    deadline: Duration,
    pause: Duration,
}

impl Patience {
    /// To wait for `what`, at most for `deadline`.
    #[must_use]
    pub fn new(what: impl Into<String>, deadline: Duration) -> Self {
        Self { what: what.into(), began: Instant::now(), deadline, pause: FIRST }
    }

    /// What is waited for.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Pauses, unless the deadline comes first.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub async fn pause(&mut self) -> Result<(), CallError> {
        if self.began.elapsed() + self.pause > self.deadline {
            return Err(CallError::overdue(&self.what, self.deadline));
        }
        sleep(self.pause).await;
        self.pause = self.pause.mul_f32(GROWTH).min(LONGEST);
        Ok(())
    }
}
