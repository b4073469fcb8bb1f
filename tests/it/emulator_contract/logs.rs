//! `CloudWatch` Logs.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

fn described(account: &Account, name: &str) -> Value {
    account.logs("DescribeLogGroups", &json!({ "logGroupNamePrefix": name })).json()["logGroups"].clone()
}

#[test]
fn a_prefix_finds_longer_names_too_in_their_order() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        for name in ["/site/b", "/site", "/other"] {
            account.logs("CreateLogGroup", &json!({ "logGroupName": name })).json();
        }
        let names: Vec<_> = described(&account, "/site")
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["logGroupName"].clone())
            .collect();
        assert_eq!(names, ["/site", "/site/b"]);
    }
}

#[test]
fn what_a_log_group_is_set_to_can_be_changed_and_read() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let named = json!({ "logGroupName": "/site" });
        account.logs("CreateLogGroup", &named).json();
        assert_eq!(account.logs("CreateLogGroup", &named).code(), "ResourceAlreadyExistsException");
        let live = &described(&account, "/site")[0];
        assert_eq!((&live["logGroupClass"], &live["storedBytes"]), (&json!("STANDARD"), &json!(0)));
        assert_eq!((&live["retentionInDays"], &live["kmsKeyId"]), (&Value::Null, &Value::Null));
        assert_eq!(live["deletionProtectionEnabled"], json!(false));

        let with = |key: &str, value: Value| {
            let mut body = named.clone();
            body[key] = value;
            body
        };
        account.logs("PutRetentionPolicy", &with("retentionInDays", json!(30))).json();
        account.logs("AssociateKmsKey", &with("kmsKeyId", json!("arn:key"))).json();
        let body = json!({ "logGroupIdentifier": "/site", "deletionProtectionEnabled": true });
        account.logs("PutLogGroupDeletionProtection", &body).json();
        let live = &described(&account, "/site")[0];
        assert_eq!((&live["retentionInDays"], &live["kmsKeyId"]), (&json!(30), &json!("arn:key")));
        assert_eq!(live["deletionProtectionEnabled"], json!(true));
        account.logs("DisassociateKmsKey", &named).json();
        assert_eq!(described(&account, "/site")[0]["kmsKeyId"], Value::Null);
    }
}

#[test]
fn the_tags_of_a_log_group_go_by_its_arn_without_its_streams() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        account.logs("CreateLogGroup", &json!({ "logGroupName": "/site", "tags": { "a": "1" } })).json();
        let arn = described(&account, "/site")[0]["arn"].as_str().unwrap().to_owned();
        let bare = arn.strip_suffix(":*").unwrap();
        assert_eq!(
            account.logs("ListTagsForResource", &json!({ "resourceArn": bare })).json()["tags"],
            json!({ "a": "1" })
        );
        let missing = account.logs("ListTagsForResource", &json!({ "resourceArn": format!("{bare}s") }));
        assert_eq!(missing.code(), "ResourceNotFoundException");
    }
}

#[test]
fn what_carries_a_tag_is_told_by_its_arn_without_its_streams() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        for (name, team) in [("/site", "web"), ("/shop", "web"), ("/other", "ops")] {
            let body = json!({ "logGroupName": name, "tags": { "Team": team } });
            account.logs("CreateLogGroup", &body).json();
        }
        account.logs("CreateLogGroup", &json!({ "logGroupName": "/bare" })).json();
        let filter = json!({ "Key": "Team", "Values": ["web"] });
        let body = json!({ "TagFilters": [filter], "ResourceTypeFilters": ["logs"] });
        let found = account.tagging("GetResources", &body).json();
        let arns: Vec<_> = found["ResourceTagMappingList"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["ResourceARN"].as_str().unwrap().to_owned())
            .collect();
        let of = |name: &str| format!("arn:aws:logs:us-west-2:{}:log-group:{name}", account.number());
        assert_eq!(arns, ["/site", "/shop"].map(of));
    }
}
