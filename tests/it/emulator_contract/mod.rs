//! What the tests rely on in the emulators: accounts that are apart, and AWS's behaviour where
//! `src/sandbox/launch` and `moto_launch` correct it, or an emulator has it from the start.

mod acm;
mod cloudformation;
mod ec2;
mod ecr;
mod efs;
mod elb;
mod events;
pub(crate) mod functions;
mod iam;
mod logs;
mod secrets;

use std::collections::HashSet;

use serde_json::json;

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
