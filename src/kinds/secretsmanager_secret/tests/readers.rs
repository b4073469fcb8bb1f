//! Who may read a secret, and that nobody else may.

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::try_entry;

const ONE: &str = "readers = ['app-runner']";
const ONLY: &str = "readers = ['app-runner']\nonly-readers = true";
const GONE: &str = "AROAJQABLZS4A3QDU576Q";

/// What is live of the entry `toml`, once its document says something else.
fn rewritten(toml: &str, from: &str, to: &str) -> Access {
    let text = READ.document(&entry::<SecretsManagerSecret>(&with(toml)).state.access).unwrap();
    assert!(text.text().contains(from), "{}", text.text());
    READ.access(Policy::parse(&text.text().replace(from, to)).ok(), "111122223333")
}

fn access(toml: &str) -> Access {
    entry::<SecretsManagerSecret>(&with(toml)).state.access
}

#[test]
fn readers_are_let_in() {
    assert_snapshot!(World::<SecretsManagerSecret>::absent(entry(&with(ONE))).plan(), @"
    create secretsmanager.secret.site (site/token)
      secretsmanager:CreateSecret: name none -> site/token; kms-key none -> aws/secretsmanager; tag Project none -> site; tag infra:address none -> secretsmanager.secret.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      secretsmanager:PutResourcePolicy: readers none -> role/app-runner
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner
        risk Exposes
      note: it is created without a value; readers get an error until one is put
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.access = access(ONE)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:DeleteResourcePolicy: readers role/app-runner -> none
    ");
    let other = "readers = ['app-runner', 'arn:aws:iam::444455556666:role/app']";
    assert_snapshot!(plan(&with(other), |live| live.state.access = access(ONE)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: readers role/app-runner -> role/app-runner, arn:aws:iam::444455556666:role/app
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner, arn:aws:iam::444455556666:role/app
        risk Exposes
      note: arn:aws:iam::444455556666:role/app cannot read it: AWS's own key is not for other accounts; choose a `kms-key`
    ");
    let own_key = format!("kms-key = 'alias/site'\n{other}");
    assert_eq!(plan(&with(&own_key), |_| ()), IN_SYNC);
}

#[test]
fn all_others_are_kept_out_and_the_plan_says_so() {
    assert_snapshot!(plan(&with(ONLY), |live| live.state.access = Access::default()), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: readers none -> role/app-runner; only-readers false -> true
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner
        locks out: nobody but role/app-runner can read its value from then on: no administrator, not the account's root user, no AWS service; the policy itself can still be changed
        risk Exposes
    ");
    assert_snapshot!(plan(&with(ONLY), |live| live.state.access = access(ONE)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: only-readers false -> true
        locks out: nobody but role/app-runner can read its value from then on: no administrator, not the account's root user, no AWS service; the policy itself can still be changed
    ");
    assert_snapshot!(plan(&with(ONE), |live| live.state.access = access(ONLY)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: only-readers true -> false
        so all whom their own permissions let can read its value again
        risk Exposes
    ");
}

#[test]
fn they_stand_beside_the_other_statements() {
    let both = format!("{ONE}\n{READ_POLICY}");
    assert_snapshot!(plan(&with(&both), |live| live.state.access = access(READ_POLICY)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: readers none -> role/app-runner
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner
        risk Exposes
    ");
    let text = READ.document(&access(&both)).unwrap();
    assert_snapshot!(text.pretty(), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "InfraReaders",
          "Effect": "Allow",
          "Principal": {
            "AWS": [
              "arn:aws:iam::111122223333:role/app-runner"
            ]
          },
          "Action": [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue"
          ],
          "Resource": [
            "*"
          ]
        },
        {
          "Sid": "Read",
          "Effect": "Allow",
          "Principal": {
            "AWS": [
              "444455556666"
            ]
          },
          "Action": [
            "secretsmanager:GetSecretValue"
          ],
          "Resource": [
            "*"
          ]
        }
      ]
    }
    "#);
    for ignored in ["readers", "policy"] {
        let toml = with(&format!("ignore = ['{ignored}']\n{both}"));
        let other = "readers = ['other']\nonly-readers = true\npolicy = [{ effect = 'deny', principal = { anyone = true }, action = ['secretsmanager:PutSecretValue'] }]";
        let planned = world(&toml, |live| live.state.access = access(other)).view();
        let fields: Vec<_> = planned.changes[0].fields.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields.contains(&"policy"), ignored == "readers", "{fields:?}");
        assert_eq!(fields.contains(&"readers"), ignored == "policy", "{fields:?}");
    }
}

#[test]
fn what_was_changed_from_outside_is_put_back() {
    assert_snapshot!(plan(&with(ONLY), |live| live.state.access = rewritten(ONLY, "\"arn:aws:iam::111122223333:role/app-runner\"]},\"Resource\"", &format!("\"{GONE}\"]}},\"Resource\""))), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: readers a principal that is gone (AROAJQABLZS4A3QDU576Q) -> role/app-runner
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner
        risk Exposes
    ");
    assert_snapshot!(plan(&with(ONLY), |live| live.state.access = rewritten(ONLY, "ArnNotEquals", "ArnNotLike")), @r#"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: only-readers false -> true; policy { "Version": "2012-10-17", "Statement": [ { "Sid": "InfraOnlyReaders", "Effect": "Deny", "Principal": "*", "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ], "Condition": { "ArnNotLike": { "aws:PrincipalArn": [ "arn:aws:iam::111122223333:role/app-runner" ] } } } ] } -> none
        so no longer denies secretsmanager:GetSecretValue to anyone, if ArnNotLike aws:PrincipalArn = arn:aws:iam::111122223333:role/app-runner
        locks out: nobody but role/app-runner can read its value from then on: no administrator, not the account's root user, no AWS service; the policy itself can still be changed
        risk Exposes
    "#);
    assert_snapshot!(plan(&with(ONE), |live| live.state.access = rewritten(ONE, "secretsmanager:DescribeSecret", "secretsmanager:*")), @r#"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: readers none -> role/app-runner; policy { "Version": "2012-10-17", "Statement": [ { "Sid": "InfraReaders", "Effect": "Allow", "Principal": { "AWS": [ "arn:aws:iam::111122223333:role/app-runner" ] }, "Action": [ "secretsmanager:*", "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] } -> none
        so allows secretsmanager:DescribeSecret, secretsmanager:GetSecretValue to arn:aws:iam::111122223333:role/app-runner
        risk Exposes
    "#);
}

#[test]
fn what_would_keep_out_everybody_or_contradicts_itself_is_refused() {
    let refused = |toml: &str| {
        let problems = try_entry::<SecretsManagerSecret>(&with(toml)).err().unwrap();
        problems.iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(refused("only-readers = true"), "with no readers, nobody at all could read the secret");
    assert_eq!(refused("readers = ['role/a']"), "a role is named without `role/`");
    assert_eq!(
        refused(&format!("{ONLY}\n{READ_POLICY}")),
        "`only-readers` denies what this statement allows"
    );
    assert_eq!(
        refused(&READ_POLICY.replace("sid = 'Read'", "sid = 'InfraReaders'")),
        "this sid is that of the statement which `readers` makes"
    );
}
