//! What is verified of a secret: a value, and who reads it.

use insta::assert_snapshot;

use super::{PLAIN, READ_POLICY, Secret, pending, unread, with, world};
use crate::document::policy::Policy;
use crate::model::Outputs;

const ARN: &str = "arn:aws:secretsmanager:us-west-2:111122223333:secret:site/token-AbCdEf";

fn checks(toml: &str, edit: impl FnOnce(&mut Secret)) -> String {
    let world = world(toml, |live| {
        live.outputs = Outputs::default().with(Outputs::ARN, ARN);
        edit(live);
    });
    world.checks()
}

fn allowing(principal: &str) -> impl FnOnce(&mut Secret) {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Sid": "Read", "Effect": "Allow", "Principal": {principal}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}]}}"#
    );
    let policy = Policy::parse(&text).unwrap();
    move |live| live.state.access.policy = Some(policy)
}

#[test]
fn a_value_and_no_readers_of_elsewhere() {
    assert_snapshot!(checks(PLAIN, |_| ()), @"
    passed there: as declared
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    passed readers: no resource policy: IAM of this account alone says who
    probe trail: Trail
    ");
    assert_snapshot!(checks(PLAIN, |live| live.detail = super::Detail::default()), @"
    passed there: as declared
    passed tags: 4 tags as declared
    failed value: it has no value: readers get an error
      help: put one: `infra secret set` with this address
    passed readers: no resource policy: IAM of this account alone says who
    probe trail: Trail
    ");
}

#[test]
fn readers_of_other_accounts_must_be_declared() {
    assert_snapshot!(checks(&with(READ_POLICY), |_| ()), @"
    passed there: as declared
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    passed readers: nobody of another account but as declared; 1 statement: Read
    probe trail: Trail
    ");
    let own = allowing(r#"{"AWS": "arn:aws:iam::111122223333:role/site"}"#);
    assert_snapshot!(checks(PLAIN, own), @"
    failed there: it differs from the manifest: 1 change to make
      help: `infra plan` shows them
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    passed readers: nobody of another account but as declared; 1 statement: Read
    probe trail: Trail
    ");
    assert_snapshot!(checks(PLAIN, allowing(r#"{"AWS": "arn:aws:iam::999988887777:root"}"#)), @"
    failed there: it differs from the manifest: 1 change to make
      help: `infra plan` shows them
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    failed readers: its resource policy lets in 999988887777, which is not declared
      help: `infra apply` puts the declared policy in its place; look in CloudTrail for what was read
    probe trail: Trail
    ");
    assert_snapshot!(checks(PLAIN, allowing(r#""*""#)), @"
    failed there: it differs from the manifest: 1 change to make
      help: `infra plan` shows them
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    failed readers: its resource policy lets in everybody
      help: take that out, here or where it was set; then look in CloudTrail for who has read it, and put another value
    probe trail: Trail
    ");
}

#[test]
fn what_leaves_has_failed_and_what_was_not_read_is_said() {
    assert_snapshot!(checks(PLAIN, pending), @"
    failed there: it is scheduled for deletion since 2026-12-01
      help: `infra apply` restores it
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    passed readers: no resource policy: IAM of this account alone says who
    probe trail: Trail
    ");
    assert_snapshot!(checks(PLAIN, unread), @"
    failed there: it is scheduled for deletion since 2026-12-01
      help: `infra apply` restores it
    passed tags: 4 tags as declared
    passed value: a version is current (AWSCURRENT); it was not read
    unread readers: its resource policy can be read only once it is restored
    probe trail: Trail
    ");
}
