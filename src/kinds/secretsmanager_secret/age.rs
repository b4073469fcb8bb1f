//! How old the current value is, and how old it may be. Pure: how many days there are was counted where it was observed.

use super::Detail;
use super::value::Wish;
use crate::model::problem::Problems;

/// Ten years: more is a slip of the hand.
const MOST: u32 = 3650;

/// Checks what an entry says.
pub(super) fn check(days: Option<u32>, problems: &mut Problems) {
    if days.is_some_and(|days| !(1..=MOST).contains(&days)) {
        problems.report("max-age-days", "this is no age for a value", "1 to 3,650 days");
    }
}

/// Whether the current value is older than it may be.
pub(super) fn is_over(detail: &Detail, wish: &Wish) -> bool {
    matches!((detail.age, wish.max_age_days), (Some(age), Some(most)) if age > i64::from(most))
}

/// What is said of a value that is too old. The day, not its age: so it is the same every day.
pub(super) fn note(detail: &Detail, wish: &Wish) -> Option<String> {
    let (day, most) = (detail.versions.written.as_ref()?, wish.max_age_days?);
    is_over(detail, wish).then(|| {
        format!("its value is of {day}, older than {most} days (`max-age-days`): it is time for another one")
    })
}
