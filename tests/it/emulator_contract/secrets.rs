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
