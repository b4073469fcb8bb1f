//! Days, as AWS's moments fall on them in UTC.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

const SECONDS: i64 = 24 * 60 * 60;

/// The day of a moment (`2026-12-01`), in UTC; none where it is out of all bounds.
#[must_use]
pub fn day(at: &DateTime) -> Option<String> {
    let text = at.fmt(Format::DateTime).ok()?;
    text.split('T').next().map(str::to_owned)
}

/// How many days lie between `day` (`2026-12-01`) and `now`, in UTC: 0 on the same day, less before it. None where it is
/// no day.
#[must_use]
pub fn days_since(day: &str, now: SystemTime) -> Option<i64> {
    let began = DateTime::from_str(&format!("{day}T00:00:00Z"), Format::DateTime).ok()?;
    Some((DateTime::from(now).secs() - began.secs()).div_euclid(SECONDS))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_are_counted_in_utc() {
        // 2024-02-29T23:59:59Z.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_251_199);
        let counted = [("2024-02-29", Some(0)), ("2024-02-28", Some(1)), ("2023-03-01", Some(365))];
        for (day, days) in counted.into_iter().chain([("2024-03-01", Some(-1)), ("yesterday", None)]) {
            assert_eq!(days_since(day, now), days, "{day}");
        }
        assert_eq!(day(&DateTime::from(now)).as_deref(), Some("2024-02-29"));
    }
}
