//! Secrets Manager.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

fn token(value: &str) -> String {
    value.repeat(32)
}

fn value_of(name: &str, value: &str) -> Value {
    json!({ "SecretId": name, "SecretString": value, "ClientRequestToken": token(value) })
}

fn put(account: &Account, name: &str, values: &[&str]) {
    for value in values {
        account.secrets("PutSecretValue", &value_of(name, value)).json();
    }
}

fn describe(account: &Account, name: &str) -> Value {
    account.secrets("DescribeSecret", &json!({ "SecretId": name })).json()
}

#[test]
fn a_secret_without_a_value_has_no_version() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let made = account.secrets("CreateSecret", &json!({ "Name": "name" })).json();
        assert!(made.get("VersionId").is_none(), "{made}");
        assert!(describe(&account, "name").get("VersionIdsToStages").is_none());
        let read = account.secrets("GetSecretValue", &json!({ "SecretId": "name" }));
        assert_eq!(read.code(), "ResourceNotFoundException");
        put(&account, "name", &["a"]);
        let stages = json!({ token("a"): ["AWSCURRENT"] });
        assert_eq!(describe(&account, "name")["VersionIdsToStages"], stages);
    }
}

#[test]
fn a_token_is_used_once() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        account.secrets("CreateSecret", &json!({ "Name": "name" })).json();
        put(&account, "name", &["a", "a", "b", "a"]);
        let stages = json!({ token("a"): ["AWSPREVIOUS"], token("b"): ["AWSCURRENT"] });
        let live = describe(&account, "name");
        assert_eq!(live["VersionIdsToStages"], stages, "a repeat changes nothing, not even the labels");
        let mut other = value_of("name", "a");
        other["SecretString"] = "x".into();
        assert_eq!(account.secrets("PutSecretValue", &other).code(), "ResourceExistsException");

        put(&account, "name", &["c", "a"]);
        let live = describe(&account, "name");
        let current = &live["VersionIdsToStages"][token("c")];
        assert_eq!(current, &json!(["AWSCURRENT"]), "a version without a label still has its token");
        let body = json!({
            "SecretId": "name",
            "VersionStage": "AWSCURRENT",
            "MoveToVersionId": token("a"),
            "RemoveFromVersionId": token("c"),
        });
        account.secrets("UpdateSecretVersionStage", &body).json();
        assert_eq!(describe(&account, "name")["VersionIdsToStages"][token("a")], json!(["AWSCURRENT"]));
    }
}

/// A label is on one version; it comes with a new one or is moved from the one that has it. AWSPREVIOUS goes where
/// AWSCURRENT was.
#[test]
fn labels_are_moved_from_who_has_them() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        account.secrets("CreateSecret", &json!({ "Name": "name" })).json();
        let labelled = |value: &str| {
            let mut body = value_of("name", value);
            body["VersionStages"] = json!(["AWSCURRENT", "mine"]);
            let stages = account.secrets("PutSecretValue", &body).json()["VersionStages"].clone();
            sorted(&stages)
        };
        let stages = |value: &str| sorted(&describe(&account, "name")["VersionIdsToStages"][token(value)]);
        assert_eq!(labelled("a"), ["AWSCURRENT", "mine"]);
        assert_eq!(labelled("b"), ["AWSCURRENT", "mine"]);
        assert_eq!(
            (stages("a"), stages("b")),
            (vec!["AWSPREVIOUS".into()], vec!["AWSCURRENT".into(), "mine".into()])
        );
        let moves = |stage: &str, to: &str, from: Option<&str>| {
            let mut body = json!({ "SecretId": "name", "VersionStage": stage, "MoveToVersionId": token(to) });
            if let Some(from) = from {
                body["RemoveFromVersionId"] = token(from).into();
            }
            account.secrets("UpdateSecretVersionStage", &body).code()
        };
        // A new label is on nothing yet, and the other ones of what loses AWSCURRENT stay.
        assert_eq!(moves("other", "a", None), "");
        assert_eq!(moves("AWSCURRENT", "a", None), "InvalidParameterException");
        assert_eq!(moves("mine", "a", None), "InvalidParameterException");
        put(&account, "name", &["c"]);
        assert_eq!(moves("AWSCURRENT", "a", Some("b")), "InvalidParameterException", "c has it by now");
        assert_eq!(moves("AWSCURRENT", "a", Some("c")), "");
        assert_eq!(stages("a"), ["AWSCURRENT", "other"]);
        assert_eq!((stages("b"), stages("c")), (vec!["mine".into()], vec!["AWSPREVIOUS".into()]));
        // Put again, a version is as it was.
        assert_eq!(labelled("c"), ["AWSPREVIOUS"]);
        assert_eq!(stages("a"), ["AWSCURRENT", "other"]);
        // Those without a label are listed when they are asked for.
        put(&account, "name", &["d", "e"]);
        let listed = |more: bool| {
            let body = json!({ "SecretId": "name", "IncludeDeprecated": more });
            let versions = account.secrets("ListSecretVersionIds", &body).json()["Versions"].clone();
            let versions = versions.as_array().unwrap().clone();
            assert!(versions.iter().all(|version| version["CreatedDate"].is_number()), "{versions:?}");
            versions.len()
        };
        assert_eq!((listed(false), listed(true)), (4, 5));
    }
}

fn sorted(labels: &Value) -> Vec<String> {
    let labels = labels.as_array().into_iter().flatten();
    let mut labels: Vec<_> = labels.map(|label| label.as_str().unwrap().to_owned()).collect();
    labels.sort();
    labels
}

#[test]
fn creating_and_updating_a_secret_take_tokens_too() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let mut made = value_of("name", "a");
        made["Name"] = "name".into();
        account.secrets("CreateSecret", &made).json();
        account.secrets("CreateSecret", &made).json();
        let stages = json!({ token("a"): ["AWSCURRENT"] });
        assert_eq!(describe(&account, "name")["VersionIdsToStages"], stages);
        made["SecretString"] = "b".into();
        assert_eq!(account.secrets("CreateSecret", &made).code(), "ResourceExistsException");

        let mut update = value_of("name", "b");
        update["Description"] = "described".into();
        account.secrets("UpdateSecret", &update).json();
        let live = describe(&account, "name");
        assert_eq!(live["Description"], "described");
        assert_eq!(live["VersionIdsToStages"][token("b")], json!(["AWSCURRENT"]));
    }
}

/// Rules stay where rotation is switched off, and nothing is rotated that is not to be rotated at once.
#[test]
fn rotation_is_switched_on_and_off_without_a_new_value() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        account.secrets("CreateSecret", &json!({ "Name": "name" })).json();
        put(&account, "name", &["a"]);
        let rules = json!({ "ScheduleExpression": "rate(30 days)", "Duration": "3h" });
        let rotate = |more: Value| {
            let mut body = json!({ "SecretId": "name", "RotationRules": rules, "RotateImmediately": false });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            account.secrets("RotateSecret", &body)
        };
        assert_eq!(rotate(json!({})).code(), "InvalidRequestException", "there is no function");
        let cancel = || account.secrets("CancelRotateSecret", &json!({ "SecretId": "name" }));
        assert_eq!(cancel().code(), "InvalidRequestException");
        rotate(json!({ "RotationLambdaARN": "arn:aws:lambda:us-west-2:111122223333:function:rotate" }))
            .json();
        let live = describe(&account, "name");
        assert_eq!((&live["RotationEnabled"], &live["RotationRules"]), (&json!(true), &rules));
        cancel().json();
        let live = describe(&account, "name");
        assert_eq!((&live["RotationEnabled"], &live["RotationRules"]), (&json!(false), &rules));
        assert_eq!(live["VersionIdsToStages"], json!({ token("a"): ["AWSCURRENT"] }));
        // The function is remembered.
        rotate(json!({})).json();
        assert_eq!(describe(&account, "name")["RotationEnabled"], true);
    }
}
