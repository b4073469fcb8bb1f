//! `EventBridge`.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:name";

fn daily() -> Value {
    json!({ "Name": "name", "ScheduleExpression": "rate(1 day)" })
}

fn with(more: &Value) -> Value {
    let mut body = daily();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn rule(account: &Account) -> Value {
    account.events("DescribeRule", &json!({ "Name": "name" })).json()
}

fn put(account: &Account, target: &Value) -> Value {
    account.events("PutTargets", &json!({ "Rule": "name", "Targets": [target] })).json()
}

fn targets(account: &Account) -> Value {
    account.events("ListTargetsByRule", &json!({ "Rule": "name" })).json()["Targets"].clone()
}

#[test]
fn a_rule_is_put_as_a_whole_but_for_its_tags() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let tag = |value| json!([{ "Key": "Team", "Value": value }]);
        let full = json!({
            "Description": "x",
            "State": "DISABLED",
            "RoleArn": "arn:aws:iam::111122223333:role/x",
            "Tags": tag("web"),
        });
        let arn = account.events("PutRule", &with(&full)).json()["RuleArn"].clone();
        assert_eq!(arn, format!("arn:aws:events:us-west-2:{}:rule/name", account.number()));
        let made = rule(&account);
        assert_eq!(
            (&made["Arn"], &made["State"], &made["Description"]),
            (&arn, &json!("DISABLED"), &json!("x"))
        );

        account.events("PutRule", &with(&json!({ "Tags": tag("ops") }))).json();
        let bare = rule(&account);
        assert_eq!(
            (&bare["State"], bare.get("Description"), bare.get("RoleArn")),
            (&json!("ENABLED"), None, None)
        );
        let tags = account.events("ListTagsForResource", &json!({ "ResourceARN": arn })).json();
        assert_eq!(tags["Tags"], tag("web"));

        let nothing = account.events("PutRule", &json!({ "Name": "name" }));
        assert_eq!(nothing.code(), "ValidationException", "neither a schedule nor a pattern");
    }
}

#[test]
fn rates_are_checked() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let put = |schedule: &str| {
            account.events("PutRule", &json!({ "Name": "name", "ScheduleExpression": schedule })).code()
        };
        for schedule in ["rate(1 day)", "rate(2 hours)", "rate(10 minutes)", "cron(0 3 * * ? *)"] {
            assert_eq!(put(schedule), "", "{schedule}");
        }
        for schedule in ["rate(1 days)", "rate(2 day)", "rate(0 days)", "rate(1 week)", "daily"] {
            assert_eq!(put(schedule), "ValidationException", "{schedule}");
        }
    }
}

#[test]
fn a_rule_that_calls_something_stays() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        account.events("PutRule", &daily()).json();
        assert_eq!(
            put(&account, &json!({ "Id": "1", "Arn": FUNCTION, "Input": "{}" }))["FailedEntryCount"],
            0
        );
        // By its id, as a whole.
        let retry = json!({ "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60 });
        let other = json!({ "Id": "1", "Arn": FUNCTION, "RetryPolicy": retry });
        put(&account, &other);
        assert_eq!(targets(&account), json!([other]));

        let delete = || account.events("DeleteRule", &json!({ "Name": "name" })).error();
        let (code, message) = delete().unwrap();
        assert_eq!(code, "ValidationException");
        assert!(message.contains("has targets"), "{message}");
        let gone = account.events("RemoveTargets", &json!({ "Rule": "name", "Ids": ["1", "2"] })).json();
        assert_eq!((gone["FailedEntryCount"].clone(), targets(&account)), (json!(0), json!([])));
        // A second time it is a success all the same.
        assert_eq!((delete(), delete()), (None, None));
    }
}

#[test]
fn a_rule_that_is_not_there_is_not_found() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let arn = format!("arn:aws:events:us-west-2:{}:rule/name", account.number());
        for (operation, body) in [
            ("DescribeRule", json!({ "Name": "name" })),
            ("ListTargetsByRule", json!({ "Rule": "name" })),
            ("ListTagsForResource", json!({ "ResourceARN": arn })),
            ("TagResource", json!({ "ResourceARN": arn, "Tags": [{ "Key": "Team", "Value": "web" }] })),
            ("PutTargets", json!({ "Rule": "name", "Targets": [{ "Id": "1", "Arn": FUNCTION }] })),
            ("RemoveTargets", json!({ "Rule": "name", "Ids": ["1"] })),
        ] {
            assert_eq!(account.events(operation, &body).code(), "ResourceNotFoundException", "{operation}");
        }
    }
}

#[test]
fn rules_are_listed_in_pages() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        for at in 0..3 {
            let body = json!({ "Name": format!("name-{at}"), "ScheduleExpression": "rate(1 day)" });
            account.events("PutRule", &body).json();
        }
        let first = account.events("ListRules", &json!({ "Limit": 2 })).json();
        assert_eq!(first["Rules"].as_array().unwrap().len(), 2);
        let rest =
            account.events("ListRules", &json!({ "Limit": 2, "NextToken": first["NextToken"] })).json();
        assert_eq!(rest["Rules"].as_array().unwrap().len(), 1);
        assert!(rest["NextToken"].is_null(), "{rest}");
    }
}
