//! IAM.

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
const ROLE: (&str, &str) = ("RoleName", "site");

fn made(account: &Account) {
    let parameters = [
        ROLE,
        ("AssumeRolePolicyDocument", TRUST),
        ("Description", "The site"),
        ("Tags.member.1.Key", "infra:manifest"),
        ("Tags.member.1.Value", "test"),
    ];
    account.iam("CreateRole", &parameters).xml();
    assert_eq!(account.iam("CreateRole", &parameters).code(), "EntityAlreadyExists");
}

#[test]
fn documents_come_back_percent_encoded() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account);
        let role = account.iam("GetRole", &[ROLE]).xml();
        assert!(role.element("AssumeRolePolicyDocument").starts_with("%7B%22Version%22"), "{}", role.body);
        let policy = [ROLE, ("PolicyName", "one")];
        assert_eq!(account.iam("GetRolePolicy", &policy).code(), "NoSuchEntity");
        account.iam("PutRolePolicy", &[ROLE, ("PolicyName", "one"), ("PolicyDocument", POLICY)]).xml();
        let policy = account.iam("GetRolePolicy", &policy).xml();
        assert!(policy.element("PolicyDocument").starts_with("%7B%22Version%22"), "{}", policy.body);
    }
}

#[test]
fn the_details_of_the_account_tell_the_tags_of_its_roles() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account);
        let details = account.iam("GetAccountAuthorizationDetails", &[("Filter.member.1", "Role")]).xml();
        assert_eq!(details.element("RoleName"), "site");
        assert_eq!(details.pairs(), [("infra:manifest".to_owned(), "test".to_owned())]);
    }
}

#[test]
fn a_description_that_is_set_to_nothing_is_cleared() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account);
        account.iam("UpdateRole", &[ROLE, ("Description", ""), ("MaxSessionDuration", "7200")]).xml();
        let role = account.iam("GetRole", &[ROLE]).xml();
        assert_eq!(role.elements("Description").collect::<String>(), "");
        assert_eq!(role.element("MaxSessionDuration"), "7200");
    }
}

#[test]
fn a_role_is_deleted_once_nothing_is_attached() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        made(&account);
        let policy = [ROLE, ("PolicyName", "one"), ("PolicyDocument", POLICY)];
        account.iam("PutRolePolicy", &policy).xml();
        assert_eq!(account.iam("DeleteRole", &[ROLE]).code(), "DeleteConflict");
        account.iam("DeleteRolePolicy", &policy[..2]).xml();
        account.iam("CreateInstanceProfile", &[("InstanceProfileName", "p")]).xml();
        account.iam("AddRoleToInstanceProfile", &[ROLE, ("InstanceProfileName", "p")]).xml();
        assert_eq!(account.iam("DeleteRole", &[ROLE]).code(), "DeleteConflict");
        account.iam("RemoveRoleFromInstanceProfile", &[ROLE, ("InstanceProfileName", "p")]).xml();
        account.iam("DeleteRole", &[ROLE]).xml();
        assert_eq!(account.iam("GetRole", &[ROLE]).code(), "NoSuchEntity");
    }
}
