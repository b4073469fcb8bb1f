//! Lambda.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra::kind::SourceFile;
use infra::kinds::lambda_function::Code;
use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer, query};

const CONFIGURATION: &str = "PUT 2015-03-31/functions/site/configuration";
const CODE: &str = "PUT 2015-03-31/functions/site/code";
const POLICY: &str = "2015-03-31/functions/site/policy";

/// An archive with one file.
pub(crate) fn packed(text: &str) -> Vec<u8> {
    let (path, bytes) = ("handler.py".to_owned(), text.as_bytes().to_vec());
    let code = Code::of(&[SourceFile { path, bytes, is_executable: false }]).unwrap();
    code.packed.unwrap().zip
}

/// Creates the function `site` with its role; gives the answer, and the code.
pub(crate) fn create(account: &Account, more: &Value) -> (Answer, Vec<u8>) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" } },
    ] });
    let role = [("RoleName", "site"), ("AssumeRolePolicyDocument", &trust.to_string())];
    let role = query(account.endpoint_url, &account.credentials, "iam", "CreateRole", &role).element("Arn");
    let zip = packed("def handler(event, context):\n    return {}\n");
    let mut body = json!({
        "FunctionName": "site",
        "Role": role,
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": { "ZipFile": STANDARD.encode(&zip) },
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (account.lambda("POST 2015-03-31/functions", &body), zip)
}

/// The code of the function `site`, once that can be changed.
pub(crate) fn made(account: &Account, more: &Value) -> Vec<u8> {
    let (answer, zip) = create(account, more);
    answer.json();
    zip
}

fn about(account: &Account) -> Value {
    account.lambda("GET 2015-03-31/functions/site", &Value::Null).json()
}

#[test]
fn without_a_statement_there_is_no_policy() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account, &json!({}));
        let get = || account.lambda(&format!("GET {POLICY}"), &Value::Null);
        assert_eq!(get().code(), "ResourceNotFoundException");
        let statement = json!({ "StatementId": "s3", "Principal": "s3.amazonaws.com", "Action": "lambda:InvokeFunction" });
        account.lambda(&format!("POST {POLICY}"), &statement).json();
        let policy: Value = serde_json::from_str(get().json()["Policy"].as_str().unwrap()).unwrap();
        assert_eq!(policy["Statement"][0]["Sid"], "s3");
        assert_eq!(account.lambda(&format!("DELETE {POLICY}/s3"), &Value::Null).code(), "");
        assert_eq!(get().code(), "ResourceNotFoundException");
    }
}

#[test]
fn what_a_function_is_set_to_can_be_changed_and_read() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account, &json!({}));
        let plain = about(&account)["Configuration"].clone();
        let group = json!({ "LogFormat": "Text", "LogGroup": "/aws/lambda/site" });
        assert_eq!(plain["LoggingConfig"], group);
        let subnets = account.ec2("DescribeSubnets", &[]);
        let network = json!({ "SubnetIds": [subnets.element("subnetId")], "SecurityGroupIds": ["sg-0ab1"] });
        let arn = "arn:aws:elasticfilesystem:us-west-2:111122223333:access-point/fsap-0ab1";
        let changed = json!({
            "TracingConfig": { "Mode": "Active" },
            "EphemeralStorage": { "Size": 1024 },
            "LoggingConfig": { "LogFormat": "Text", "LogGroup": "site" },
            "FileSystemConfigs": [{ "Arn": arn, "LocalMountPath": "/mnt/site" }],
            "VpcConfig": network,
        });
        account.lambda(CONFIGURATION, &changed).json();
        let live = about(&account)["Configuration"].clone();
        for member in ["TracingConfig", "EphemeralStorage", "LoggingConfig", "FileSystemConfigs"] {
            assert_eq!(live[member], changed[member], "{member}");
        }
        assert_eq!(live["VpcConfig"]["VpcId"].as_str(), Some(subnets.element("vpcId").as_str()));
        account.lambda(CONFIGURATION, &json!({ "FileSystemConfigs": [] })).json();
        assert!(about(&account)["Configuration"]["FileSystemConfigs"].as_array().is_none_or(Vec::is_empty));
    }
}

#[test]
fn an_update_of_another_revision_is_refused() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account, &json!({}));
        let revision = || about(&account)["Configuration"]["RevisionId"].clone();
        let old = revision();
        account.lambda(CONFIGURATION, &json!({ "Timeout": 9, "RevisionId": old })).json();
        let late = account.lambda(CONFIGURATION, &json!({ "Timeout": 10, "RevisionId": old }));
        assert_eq!(late.code(), "PreconditionFailedException");
        let zip = packed("def handler(event, context):\n    return 1\n");
        let mut code =
            json!({ "ZipFile": STANDARD.encode(zip), "Architectures": ["arm64"], "RevisionId": old });
        assert_eq!(account.lambda(CODE, &code).code(), "PreconditionFailedException");
        code["RevisionId"] = revision();
        account.lambda(CODE, &code).json();
        assert_eq!(about(&account)["Configuration"]["Architectures"], json!(["arm64"]));
    }
}

#[test]
fn none_reserved_is_not_zero_reserved() {
    const CONCURRENCY: &str = "2017-10-31/functions/site/concurrency";
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account, &json!({}));
        assert_eq!(about(&account)["Concurrency"], Value::Null);
        let zero = json!({ "ReservedConcurrentExecutions": 0 });
        account.lambda(&format!("PUT {CONCURRENCY}"), &zero).json();
        assert_eq!(about(&account)["Concurrency"], zero);
        assert_eq!(account.lambda(&format!("DELETE {CONCURRENCY}"), &Value::Null).code(), "");
        assert_eq!(about(&account)["Concurrency"], Value::Null);
    }
}
