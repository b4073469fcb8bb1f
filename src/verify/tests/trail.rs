//! A trail that records who reads secrets: there, stopped, deaf to reads, not there, not to be read.

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::verify::trail::ask;

const MAIN: &str = "arn:aws:cloudtrail:us-west-2:111122223333:trail/main";
const OTHER: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/other";

fn everything() -> Value {
    json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]})
}

fn logging(is: bool) -> Value {
    json!({"IsLogging": is})
}

/// What is said of the trails, each with its status and its selectors.
async fn said_of(trails: &[(&'static str, Value, Value)]) -> String {
    let list: Vec<_> = trails.iter().map(|(arn, ..)| json!({"TrailARN": arn, "Name": "x"})).collect();
    let script = Script::from([
        ("DescribeTrails", vec![("\"includeShadowTrails\":true", 200, json!({"trailList": list}))]),
        ("GetTrailStatus", trails.iter().map(|(arn, status, _)| (*arn, 200, status.clone())).collect()),
        ("GetEventSelectors", trails.iter().map(|(arn, _, takes)| (*arn, 200, takes.clone())).collect()),
    ]);
    said(&ask(&account(script).await).await, 0)
}

async fn said_of_one(status: Value, takes: Value) -> String {
    said_of(&[(MAIN, status, takes)]).await
}

#[tokio::test]
async fn one_that_logs_reads_is_enough() {
    assert_snapshot!(said_of_one(logging(true), everything()).await, @"passed: arn:aws:cloudtrail:us-west-2:111122223333:trail/main is logging, and takes events that read");
    let two = [(MAIN, logging(false), everything()), (OTHER, logging(true), everything())];
    assert_snapshot!(said_of(&two).await, @"passed: arn:aws:cloudtrail:us-east-1:111122223333:trail/other is logging, and takes events that read");
}

#[tokio::test]
async fn one_that_is_stopped_or_deaf_has_failed() {
    assert_snapshot!(said_of(&[]).await, @"failed: there is no trail in this region, nor one of all regions");
    assert_snapshot!(said_of_one(logging(false), everything()).await, @"failed: arn:aws:cloudtrail:us-west-2:111122223333:trail/main is stopped");
    let writes = json!({"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]});
    assert_snapshot!(said_of_one(logging(true), writes).await, @"failed: arn:aws:cloudtrail:us-west-2:111122223333:trail/main takes no management events that read");
    let data = json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": false}]});
    assert!(said_of_one(logging(true), data).await.starts_with("failed: "));
}

#[tokio::test]
async fn advanced_selectors_are_understood() {
    let takes = async |fields: Value| {
        said_of_one(logging(true), json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})).await
    };
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    for (more, expected) in [
        (None, "passed"),
        (Some(json!({"Field": "readOnly", "Equals": ["true"]})), "passed"),
        (Some(json!({"Field": "readOnly", "Equals": ["false"]})), "failed"),
        // What is the most of it, and nobody's secret.
        (Some(json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]})), "passed"),
        (Some(json!({"Field": "eventSource", "NotEquals": ["secretsmanager.amazonaws.com"]})), "failed"),
        (Some(json!({"Field": "eventName", "Equals": ["RunInstances"]})), "failed"),
    ] {
        let fields: Vec<_> = std::iter::once(management.clone()).chain(more.clone()).collect();
        let said = takes(json!(fields)).await;
        assert!(said.starts_with(expected), "{more:?}: {said}");
    }
    let said = takes(json!([{"Field": "eventCategory", "Equals": ["Data"]}])).await;
    assert!(said.starts_with("failed"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_read_is_not_passed_and_not_failed() {
    let denied = || (400, json!({"__type": "AccessDeniedException", "message": "no"}));
    let (status, answer) = denied();
    let script = Script::from([("DescribeTrails", vec![("", status, answer)])]);
    assert_snapshot!(said(&ask(&account(script).await).await, 0), @"unread: cloudtrail:DescribeTrails on the account failed: AccessDeniedException: no");
    // The one that cannot be read may be the one that records.
    let (status, answer) = denied();
    let list = json!({"trailList": [{"TrailARN": MAIN}, {"TrailARN": OTHER}]});
    let script = Script::from([
        ("DescribeTrails", vec![("", 200, list)]),
        ("GetTrailStatus", vec![(MAIN, 200, logging(false)), (OTHER, status, answer)]),
        ("GetEventSelectors", vec![("", 200, everything())]),
    ]);
    assert_snapshot!(said(&ask(&account(script).await).await, 0), @"unread: cloudtrail:GetTrailStatus on arn:aws:cloudtrail:us-east-1:111122223333:trail/other failed: AccessDeniedException: no");
    for (status, answer) in [(json!({}), everything()), (logging(true), json!({}))] {
        let said = said_of_one(status, answer).await;
        assert!(
            said.starts_with("unread: ") && said.contains("holds no ") || said.contains("does not say"),
            "{said}"
        );
    }
}
