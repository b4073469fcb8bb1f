//! What a function that runs every day last reported: one line of JSON in its log.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::check::Outcome;

const FILTER: &str = "logs:FilterLogEvents";
const SILENT: &str = "its log of the last 48 hours is empty: it has not run, or its role may not log";
const NO_GROUP: &str = "ResourceNotFoundException";

/// Twice the time from one run to the next.
const BACK: Duration = Duration::from_hours(48);
/// Pages that are read; some may hold nothing (API `FilterLogEvents`).
const PAGES: usize = 50;

/// The last report in `log_group` of the function that AWS calls `function`.
pub(super) async fn last(aws: &Aws, log_group: &str, function: &str, now: SystemTime) -> Outcome {
    let run = format!(
        "to run it now: aws lambda invoke --function-name {function} /dev/stdout; its log: aws logs tail {log_group}"
    );
    match log(aws, log_group, now).await {
        Err(error) if error.is(NO_GROUP) => {
            Outcome::failed(format!("there is no log group {log_group}: it has never run"), run)
        }
        Err(error) => Outcome::unread(&error),
        // Lambda itself logs each run (developer guide, "Sending Lambda function logs to CloudWatch Logs"). That there was
        // none need be no fault: `EventBridge` does not tell since when a rule is there.
        Ok(Log { is_empty: true, .. }) => Outcome::unchecked(format!("{SILENT}; {run}")),
        Ok(Log { reports, .. }) => match reports.into_iter().max_by_key(|(at, _)| *at) {
            // Most functions report nothing, and that is no fault.
            None => Outcome::unchecked(
                "it has run, and its log of the last 48 hours holds no report, a line of JSON with the key `report`",
            ),
            Some((_, report)) => judge(&report, &run),
        },
    }
}

/// What was logged in the last two days.
struct Log {
    is_empty: bool,
    /// The reports, each with its moment in milliseconds.
    reports: Vec<(i64, Value)>,
}

async fn log(aws: &Aws, log_group: &str, now: SystemTime) -> Result<Log, CallError> {
    let since = now.checked_sub(BACK).and_then(|since| since.duration_since(UNIX_EPOCH).ok());
    let since = i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or_default();
    let request = aws.logs.filter_log_events().log_group_name(log_group).start_time(since);
    let mut pages = request.into_paginator().send();
    let mut log = Log { is_empty: true, reports: Vec::new() };
    for _ in 0..PAGES {
        let Some(page) = pages.next().await else { return Ok(log) };
        let page = page.about(FILTER, log_group)?;
        log.is_empty &= page.events().is_empty();
        for event in page.events() {
            let report = event.message().and_then(|line| serde_json::from_str::<Value>(line).ok());
            // What Lambda itself writes, and what libraries do, is no report.
            log.reports.extend(event.timestamp().zip(report.filter(|it| it["report"].is_string())));
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
