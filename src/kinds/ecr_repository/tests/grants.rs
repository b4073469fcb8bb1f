//! Who may pull.

use insta::assert_snapshot;

use super::*;

const ROLES: &str = "pull-from = ['build', 'arn:aws:iam::444455556666:role/team/run']";

fn access(toml: &str) -> Access {
    entry::<EcrRepository>(&with(toml)).state.access
}

#[test]
fn roles_are_let_in_beside_the_other_statements() {
    assert_snapshot!(World::<EcrRepository>::absent(entry(&with(ROLES))).plan(), @"
    create ecr.repository.site (team/site)
      ecr:CreateRepository: name none -> team/site; scan-on-push none -> false; tag-mutability none -> mutable; encryption none -> AES256; tag Project none -> site; tag infra:address none -> ecr.repository.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      ecr:SetRepositoryPolicy: pull-from none -> role/build, arn:aws:iam::444455556666:role/team/run
        so allows ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer to arn:aws:iam::111122223333:role/build, arn:aws:iam::444455556666:role/team/run
        risk Exposes
    ");
    let both = format!("{ROLES}\n{PULL}");
    assert_snapshot!(plan(&with(&both), |live| live.state.access = access(PULL)), @"
    update ecr.repository.site (team/site)
      ecr:SetRepositoryPolicy: pull-from none -> role/build, arn:aws:iam::444455556666:role/team/run
        so allows ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer to arn:aws:iam::111122223333:role/build, arn:aws:iam::444455556666:role/team/run
        risk Exposes
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.access = access(ROLES)), @"
    update ecr.repository.site (team/site)
      ecr:DeleteRepositoryPolicy: pull-from role/build, arn:aws:iam::444455556666:role/team/run -> none
    ");
    assert_snapshot!(spec::PULL.document(&access(&both)).unwrap().pretty(), @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "InfraPullFrom",
          "Effect": "Allow",
          "Principal": {
            "AWS": [
              "arn:aws:iam::111122223333:role/build",
              "arn:aws:iam::444455556666:role/team/run"
            ]
          },
          "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer"
          ]
        },
        {
          "Sid": "Pull",
          "Effect": "Allow",
          "Principal": {
            "AWS": [
              "444455556666"
            ]
          },
          "Action": [
            "ecr:BatchGetImage"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_role_that_is_gone_is_put_back_by_its_name() {
    let text = spec::PULL.document(&access("pull-from = ['build']")).unwrap();
    let gone = text.text().replace("arn:aws:iam::111122223333:role/build", "AROAJQABLZS4A3QDU576Q");
    assert_snapshot!(plan(&with("pull-from = ['build']"), |live| {
        live.state.access = spec::PULL.access(Policy::parse(&gone).ok(), "111122223333");
    }), @"
    update ecr.repository.site (team/site)
      ecr:SetRepositoryPolicy: pull-from a principal that is gone (AROAJQABLZS4A3QDU576Q) -> role/build
        so allows ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer to arn:aws:iam::111122223333:role/build
        risk Exposes
    ");
}
