//! ECR.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

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
