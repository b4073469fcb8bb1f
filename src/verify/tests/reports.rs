//! What a function last reported, from its log.

use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::verify::report::last;

fn report(started: &str) -> Value {
    json!({"report": "cleanup_threads/1", "finished": true, "dry_run": false, "failure": null, "started": started,
        "deleted": {"files": 12, "bytes": 1000}, "compressed": {"files": 3, "bytes": 1000, "bytes_after": 100},
        "errors": 0, "first_errors": []})
}

fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut report = report("2026-11-23T03:00:00Z");
    change(&mut report);
    vec![report.to_string()]
}

/// What is said of a log with these lines, later ones later.
async fn said_of(lines: Vec<String>) -> String {
    let event = |(at, line): (usize, &String)| json!({"timestamp": at, "message": line});
    let events: Vec<_> = lines.iter().enumerate().map(event).rev().collect();
    said_of_answer(200, json!({ "events": events })).await
}

async fn said_of_answer(status: u16, answer: Value) -> String {
    let aws =
        account(Script::from([("FilterLogEvents", vec![("\"startTime\":1700000000000", status, answer)])]))
            .await;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 48 * 60 * 60);
    said(&last(&aws, "/aws/lambda/clean-up", "clean-up", now).await, 0)
}

#[tokio::test]
async fn the_last_report_counts() {
    let failed = changed(|report| report["failure"] = json!("OSError: no mount")).remove(0);
    let lines = [
        "START RequestId: 1",
        &failed,
        "START RequestId: 2",
        &report("2026-11-24T03:00:00Z").to_string(),
        "REPORT RequestId: 2",
        r#"{"level": "INFO"}"#,
    ];
    assert_snapshot!(said_of(lines.map(str::to_owned).to_vec()).await, @"passed: the run of 2026-11-24T03:00:00Z: 12 files deleted, 3 compressed");
    assert_snapshot!(said_of(vec![failed]).await, @"failed: the run of 2026-11-23T03:00:00Z failed: OSError: no mount");
}

#[tokio::test]
async fn what_was_not_done_is_said() {
    assert_snapshot!(said_of(changed(|report| report["finished"] = json!(false))).await, @"passed: the run of 2026-11-23T03:00:00Z: 12 files deleted, 3 compressed; it ran out of time, and goes on the next day");
    assert_snapshot!(said_of(changed(|report| report["dry_run"] = json!(true))).await, @"passed: the run of 2026-11-23T03:00:00Z: 12 files deleted, 3 compressed (a dry run: nothing was done)");
    let errors = |report: &mut Value| {
        report["errors"] = json!(2);
        report["first_errors"] = json!([{"path": "a/b", "error": "EACCES"}]);
    };
    assert_snapshot!(said_of(changed(errors)).await, @"failed: the run of 2026-11-23T03:00:00Z had 2 errors; the first: a/b, EACCES");
    let unfinished = |report: &mut Value| {
        let _ = report.as_object_mut().unwrap().remove("finished");
    };
    assert_snapshot!(said_of(changed(unfinished)).await, @"failed: the report of 2026-11-23T03:00:00Z does not say whether it finished");
}

#[tokio::test]
async fn without_a_report_nobody_can_say_and_without_a_log_it_has_failed() {
    assert_snapshot!(said_of(vec!["START RequestId: 1".to_owned()]).await, @"unchecked: it has run, and its log of the last 48 hours holds no report, a line of JSON with the key `report`");
    assert_snapshot!(said_of(vec![]).await, @"unchecked: its log of the last 48 hours is empty: it has not run, or its role may not log; to run it now: aws lambda invoke --function-name clean-up /dev/stdout; its log: aws logs tail /aws/lambda/clean-up");
    let none = json!({"__type": "ResourceNotFoundException", "message": "none"});
    assert_snapshot!(said_of_answer(400, none).await, @"failed: there is no log group /aws/lambda/clean-up: it has never run");
    let denied = json!({"__type": "AccessDeniedException", "message": "no"});
    assert_snapshot!(said_of_answer(400, denied).await, @"unread: logs:FilterLogEvents on /aws/lambda/clean-up failed: AccessDeniedException: no");
}
