//! What the tests rely on in the emulators: accounts that are apart, and AWS's behaviour where
//! `launch.py` corrects ministack and moto has it from the start.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::emulators::{fresh_account, ministack, moto};
use crate::support::wire::Account;

#[test]
fn accounts_are_fresh() {
    let accounts: HashSet<String> = (0..100).map(|_| fresh_account()).collect();
    assert_eq!(accounts.len(), 100);
    assert!(accounts.iter().all(|account| account.len() == 12));
}

#[test]
fn accounts_are_apart() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let number = fresh_account();
        let credentials = emulator.credentials(&number);
        assert!(!credentials.secret_access_key.is_empty());
        let one = Account { endpoint_url: &emulator.endpoint_url, credentials };
        assert_eq!(one.number(), number);
        one.ecr("CreateRepository", &json!({ "repositoryName": "name" })).json();
        let other = Account::fresh(emulator);
        assert_eq!(other.ecr("DescribeRepositories", &json!({})).json()["repositories"], json!([]));
    }
}

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

#[test]
fn mutability_has_exceptions() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let with = |mutability: &str, filter: &str| {
            json!({
                "repositoryName": "name",
                "imageTagMutability": mutability,
                "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": filter }],
            })
        };
        let live = || {
            let answer = account.ecr("DescribeRepositories", &json!({ "repositoryNames": ["name"] }));
            let repository = answer.json()["repositories"][0].clone();
            let filters = &repository["imageTagMutabilityExclusionFilters"];
            (repository["imageTagMutability"].clone(), filters[0]["filter"].clone())
        };
        account.ecr("CreateRepository", &with("IMMUTABLE_WITH_EXCLUSION", "first*")).json();
        assert_eq!(live(), ("IMMUTABLE_WITH_EXCLUSION".into(), "first*".into()));
        account.ecr("PutImageTagMutability", &with("MUTABLE_WITH_EXCLUSION", "second*")).json();
        assert_eq!(live(), ("MUTABLE_WITH_EXCLUSION".into(), "second*".into()));
        let plain = json!({ "repositoryName": "name", "imageTagMutability": "MUTABLE" });
        account.ecr("PutImageTagMutability", &plain).json();
        assert_eq!(live().0, "MUTABLE");
    }
}

#[test]
fn repositories_are_checked() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let bad = account.ecr("CreateRepository", &json!({ "repositoryName": "Name" }));
        assert_eq!(bad.code(), "InvalidParameterException");
        let encryption = json!({ "encryptionType": "KMS" });
        let made = json!({ "repositoryName": "name", "encryptionConfiguration": encryption });
        let made = account.ecr("CreateRepository", &made).json();
        let key = &made["repository"]["encryptionConfiguration"]["kmsKey"];
        assert!(key.as_str().is_some_and(|key| key.starts_with("arn:aws:kms:")), "{made}");
        let policy = json!({ "repositoryName": "name", "lifecyclePolicyText": "no JSON" });
        assert_eq!(account.ecr("PutLifecyclePolicy", &policy).code(), "InvalidParameterException");
        let images = json!({ "repositoryName": "name", "imageIds": [{ "imageTag": "none" }] });
        assert_eq!(account.ecr("DescribeImages", &images).code(), "ImageNotFoundException");
    }
}

/// moto takes an image's configuration for all of it, and does not page.
#[test]
fn ministack_measures_images_and_lists_them_in_pages() {
    let Some(emulator) = ministack() else { return };
    let account = Account::fresh(emulator);
    account.ecr("CreateRepository", &json!({ "repositoryName": "name" })).json();
    for size in [5000, 6000, 7000] {
        let manifest = json!({ "config": { "size": 1000 }, "layers": [{ "size": size }] });
        let image = json!({ "repositoryName": "name", "imageManifest": manifest.to_string() });
        account.ecr("PutImage", &image).json();
    }
    let mut request = json!({ "repositoryName": "name", "maxResults": 2 });
    let first = account.ecr("DescribeImages", &request).json();
    request["nextToken"] = first["nextToken"].clone();
    let second = account.ecr("DescribeImages", &request).json();
    let images = [&first, &second].into_iter().filter_map(|page| page["imageDetails"].as_array());
    let sizes: Vec<&Value> = images.flatten().map(|image| &image["imageSizeInBytes"]).collect();
    assert_eq!(sizes, [6000, 7000, 8000]);
    assert!(second["nextToken"].is_null());
}

#[test]
fn scanning_left_out_is_scanning_switched_off() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let on = json!({ "repositoryName": "name", "imageScanningConfiguration": { "scanOnPush": true } });
        account.ecr("CreateRepository", &on).json();
        let left_out = json!({ "repositoryName": "name", "imageScanningConfiguration": {} });
        account.ecr("PutImageScanningConfiguration", &left_out).json();
        let answer = account.ecr("DescribeRepositories", &json!({})).json();
        let scanning = &answer["repositories"][0]["imageScanningConfiguration"]["scanOnPush"];
        assert!(!scanning.as_bool().unwrap_or_default(), "{answer}");
    }
}
