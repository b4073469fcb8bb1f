//! What a function that runs every day last reported: one line of JSON in its log.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::check::Outcome;

const FILTER: &str = "logs:FilterLogEvents";
const NO_GROUP: &str = "ResourceNotFoundException";

/// Twice the time from one run to the next.
const BACK: Duration = Duration::from_hours(48);
/// Pages that are read; some may hold nothing (API `FilterLogEvents`).
const PAGES: usize = 50;

/// The last report in `log_group` of the function that AWS calls `function`.
pub(super) async fn last(aws: &Aws, log_group: &str, function: &str, now: SystemTime) -> Outcome {
    let run = format!(
        "it runs once a day; to run it now: aws lambda invoke --function-name {function} /dev/stdout; its log: aws logs tail {log_group}"
    );
    match reports(aws, log_group, now).await {
        Err(error) if error.is(NO_GROUP) => {
            Outcome::failed(format!("there is no log group {log_group}: it has never run"), run)
        }
        Err(error) => Outcome::unread(&error),
        Ok(reports) => match reports.into_iter().max_by_key(|(at, _)| *at) {
            // Most functions report nothing, and that is no fault.
            None => Outcome::unchecked(
                "its log of the last 48 hours holds no report, a line of JSON with the key `report`",
            ),
            Some((_, report)) => judge(&report, &run),
        },
    }
}

/// The reports of the last two days, each with its moment in milliseconds.
async fn reports(aws: &Aws, log_group: &str, now: SystemTime) -> Result<Vec<(i64, Value)>, CallError> {
    let since = now.checked_sub(BACK).and_then(|since| since.duration_since(UNIX_EPOCH).ok());
    let since = i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or_default();
    let request = aws.logs.filter_log_events().log_group_name(log_group).start_time(since);
    let mut pages = request.into_paginator().send();
    let mut reports = Vec::new();
    for _ in 0..PAGES {
        let Some(page) = pages.next().await else { return Ok(reports) };
        let page = page.about(FILTER, log_group)?;
        for event in page.events() {
            let report = event.message().and_then(|line| serde_json::from_str::<Value>(line).ok());
            // What Lambda itself writes, and what libraries do, is no report.
            reports.extend(event.timestamp().zip(report.filter(|it| it["report"].is_string())));
        }
    }
    Err(CallError::unusable(FILTER, log_group, "there is no end to the log of two days"))
}

fn judge(report: &Value, help: &str) -> Outcome {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let started = report["started"].as_str().unwrap_or("an unknown time");
    if let Some(failure) = report["failure"].as_str() {
        return Outcome::failed(format!("the run of {started} failed: {failure}"), help);
    }
    let errors = number(&report["errors"]);
    if errors > 0 {
        let first = &report["first_errors"][0];
        let (path, error) = (first["path"].as_str(), first["error"].as_str());
        let first = path.zip(error).map(|(path, error)| format!("; the first: {path}, {error}"));
        let seen = format!("the run of {started} had {errors} errors{}", first.unwrap_or_default());
        return Outcome::failed(seen, help);
    }
    let Some(finished) = report["finished"].as_bool() else {
        return Outcome::failed(format!("the report of {started} does not say whether it finished"), help);
    };
    let [deleted, compressed] = ["deleted", "compressed"].map(|group| number(&report[group]["files"]));
    let dry = if report["dry_run"] == true { " (a dry run: nothing was done)" } else { "" };
    let end = if finished { "" } else { "; it ran out of time, and goes on the next day" };
    Outcome::passed(format!(
        "the run of {started}: {deleted} files deleted, {compressed} compressed{dry}{end}"
    ))
}
