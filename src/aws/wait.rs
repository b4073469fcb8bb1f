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

    /// Pauses, unless the deadline has passed.
    ///
    /// # Errors
    ///
    /// The deadline has passed.
    pub async fn pause(&mut self) -> Result<(), CallError> {
        match self.next(self.began.elapsed()) {
            Some(pause) => sleep(pause).await,
            None => return Err(CallError::overdue(&self.what, self.deadline)),
        }
        Ok(())
    }

    /// The next pause, so long after the beginning. The last question is asked at the deadline itself.
    fn next(&mut self, elapsed: Duration) -> Option<Duration> {
        let left = self.deadline.checked_sub(elapsed).filter(|left| !left.is_zero())?;
        let pause = self.pause.min(left);
        self.pause = self.pause.mul_f32(GROWTH).min(LONGEST);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_mins(10);

    /// How often it is asked, and how late, for something that is there after so long; none if never seen.
    fn ask(after: Duration) -> Option<(u32, Duration)> {
        let mut patience = Patience::new("fs-1 to be available", DEADLINE);
        let (mut asked, mut elapsed) = (1, Duration::ZERO);
        while elapsed < after {
            elapsed += patience.next(elapsed)?;
            asked += 1;
        }
        Some((asked, elapsed))
    }

    #[test]
    fn what_comes_soon_is_seen_soon_and_what_takes_long_is_not_asked_for_all_the_time() {
        assert_eq!(ask(Duration::ZERO), Some((1, Duration::ZERO)));
        let (asked, elapsed) = ask(Duration::from_secs(1)).unwrap();
        assert!(asked <= 5 && elapsed < Duration::from_secs(2), "{asked} {elapsed:?}");
        let (asked, elapsed) = ask(Duration::from_mins(2)).unwrap();
        assert!(asked <= 25 && elapsed < Duration::from_secs(131), "{asked} {elapsed:?}");
    }

    #[test]
    fn the_deadline_ends_it_after_one_last_question() {
        assert_eq!(ask(DEADLINE).unwrap().1, DEADLINE);
        assert_eq!(ask(DEADLINE + Duration::from_millis(1)), None);
    }

    #[tokio::test]
    async fn what_does_not_come_is_said() {
        let error = Patience::new("fs-1 to be available", Duration::ZERO).pause().await.unwrap_err();
        let words = "waited for fs-1 to be available: it did not come within 0 minutes";
        assert_eq!(error.to_string(), words);
    }
}
