use serde_json::json;

use super::super::*;
use crate::model::problem::{Problem, Problems};

#[derive(serde::Deserialize)]
struct Manifest {
    #[serde(default)]
    policy: Vec<StatementSpec>,
}

fn lowered(toml: &str, resource: ResourceElement) -> (Option<Policy>, Vec<Problem>) {
    let manifest: Manifest = toml::from_str(toml).unwrap();
    let mut problems = Problems::default();
    let policy = lower(&manifest.policy, resource, 400, &mut problems);
    (policy, problems.into_found())
}

/// Each problem as `path: message`.
fn complaints(toml: &str, resource: ResourceElement) -> Vec<String> {
    let (policy, problems) = lowered(toml, resource);
    assert_eq!(policy.is_none(), !problems.is_empty(), "none if and only if something is wrong");
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn a_repository_policy_is_lowered() {
    let toml = r#"
        [[policy]]
        sid = "Pull"
        effect = "allow"
        principal = { aws = ["123456789012"], service = ["lambda.amazonaws.com"] }
        action = ["ecr:BatchGetImage", "ecr:Get*"]
        condition = { StringEquals = { "aws:SourceAccount" = ["123456789012"] } }
    "#;
    let (found, problems) = lowered(toml, ResourceElement::None);
    assert_eq!(problems, []);
    let expected = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Pull",
            "Effect": "Allow",
            "Principal": { "AWS": ["123456789012"], "Service": ["lambda.amazonaws.com"] },
            "Action": ["ecr:BatchGetImage", "ecr:Get*"],
            "Condition": { "StringEquals": { "aws:SourceAccount": ["123456789012"] } },
        }],
    });
    assert_eq!(found.unwrap().text(), expected.to_string());
}

#[test]
fn a_secret_policy_is_about_its_secret() {
    let toml = r#"
        [[policy]]
        effect = "deny"
        not-principal = { aws = ["arn:aws:iam::123456789012:role/app"] }
        not-action = ["secretsmanager:DescribeSecret"]
    "#;
    let (found, problems) = lowered(toml, ResourceElement::Star);
    assert_eq!(problems, []);
    assert!(found.unwrap().text().contains(r#""Resource":["*"]"#));
}

#[test]
fn every_problem_is_reported_at_its_place() {
    let toml = r#"
        [[policy]]
        sid = "no spaces"
        effect = "allow"
        action = ["BatchGetImage", "ecr:*", "*", "ecr*:Get", "ecr:Get Image"]
        not-action = ["ecr:*"]
        resource = ["*"]
        principal = { aws = ["*", "123", "arn:aws:iam::123456789012:role/*", "AROAEXAMPLE"], service = ["Lambda"] }
        [[policy]]
        sid = "A"
        effect = "allow"
        [[policy]]
        sid = "A"
        effect = "deny"
        action = ["ecr:*"]
        principal = {}
        not-principal = {}
        condition = { Bool = {}, StringEquals = { "aws:SourceVpc" = [] } }
        [[policy]]
        effect = "deny"
        action = ["ecr:*"]
        not-principal = { anyone = true }
        [[policy]]
        effect = "deny"
        action = ["ecr:*"]
        principal = { anyone = true, federated = ["*"], canonical-user = ["x"] }
    "#;
    assert_eq!(
        complaints(toml, ResourceElement::None),
        [
            "0.principal.aws.0: everybody is not written \"*\"",
            "0.principal.aws.1: this is neither an account nor the ARN of a principal",
            "0.principal.aws.2: this is neither an account nor the ARN of a principal",
            "0.principal.aws.3: this is neither an account nor the ARN of a principal",
            "0.principal.service.0: this is not the name of a service principal",
            "0.sid: a sid is made of letters and digits only",
            "0.not-action: a statement has either action or not-action",
            "0.action.0: this is not the name of an action",
            "0.action.3: this is not the name of an action",
            "0.action.4: this is not the name of an action",
            "0.resource: a policy of this kind has no resource: it is about what it is attached to",
            "1: the statement does not say whom it is about",
            "1: the statement names no action",
            "2.sid: another statement has this sid",
            "2.not-principal: a statement has either principal or not-principal",
            "2.condition.Bool: the operator has no condition key",
            "2.condition.StringEquals.aws:SourceVpc: the condition key has no value",
            "3.not-principal.anyone: everybody but anyone is nobody",
            "4.principal.anyone: anyone already includes those who are named",
            "4.principal.federated.0: this is not an identity provider",
            "4.principal.canonical-user.0: this is not a canonical user id",
        ]
    );
}

#[test]
fn an_empty_principal_a_wrong_resource_and_a_long_policy_are_problems() {
    let one = |rest: &str| format!("[[policy]]\neffect = \"deny\"\naction = [\"ecr:*\"]\n{rest}");
    let says = |rest: &str, expected: &str| {
        assert_eq!(complaints(&one(rest), ResourceElement::Star), [expected]);
    };
    says("principal = {}", "0.principal: the principal is empty");
    let anyone = "principal = { anyone = true }";
    says(&format!("{anyone}\nresource = [\"secret\"]"), "0.resource.0: this is not a resource");
    says(
        &format!("{anyone}\nresource = [\"*\"]\nnot-resource = [\"*\"]"),
        "0.not-resource: a statement has either resource or not-resource",
    );
    let accounts = vec!["\"123456789012\""; 30].join(", ");
    says(
        &format!("principal = {{ aws = [{accounts}] }}"),
        ": the policy is 564 characters long, and AWS takes 400",
    );
    assert_eq!(lowered("", ResourceElement::None), (None, vec![]));
}

#[test]
fn nothing_opens_access_unsaid() {
    let statement = |principal: &str, rest: &str| {
        let toml = format!("[[policy]]\neffect = \"allow\"\naction = [\"ecr:Get*\"]\n{principal}\n{rest}");
        complaints(&toml, ResourceElement::None)
    };
    let anyone = "principal = { anyone = true }";
    let others = "not-principal = { aws = [\"123456789012\"] }";
    let named = "principal = { aws = [\"123456789012\"] }";
    let when = |operator: &str, key: &str, value: &str| {
        format!("condition = {{ {operator} = {{ \"{key}\" = [\"{value}\"] }} }}")
    };
    let open = ["0: this statement lets in anyone at all"];
    assert_eq!(statement(anyone, ""), open);
    assert_eq!(statement(others, ""), open);
    assert_eq!(statement(anyone, "public = true"), [""; 0]);
    assert_eq!(statement(named, ""), [""; 0]);
    assert_eq!(statement(named, "public = true"), ["0.public: this statement is not public"]);
    for (operator, key, value) in [
        ("StringEquals", "aws:PrincipalOrgID", "o-abc"),
        ("StringEquals", "AWS:sourceaccount", "123456789012"),
        ("\"ForAnyValue:StringLike\"", "aws:PrincipalOrgPaths", "o-abc/*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/ci-*"),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::bucket"),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32"),
    ] {
        let condition = when(operator, key, value);
        assert_eq!(statement(anyone, &condition), [""; 0], "{condition}");
        let said = statement(anyone, &format!("{condition}\npublic = true"));
        assert_eq!(said, ["0.public: this statement is not public"], "{condition}");
    }
    for (operator, key, value) in [
        ("Bool", "aws:SecureTransport", "true"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-abc"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abc"),
        ("\"ForAllValues:StringEquals\"", "aws:PrincipalOrgPaths", "o-abc/r-1"),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringEquals", "aws:PrincipalArn", "${aws:PrincipalArn}"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ci"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", "128.0.0.0/1"),
        ("IpAddress", "aws:SourceIp", "::/0"),
        ("StringEquals", "aws:UserAgent", "mine"),
    ] {
        let condition = when(operator, key, value);
        assert_eq!(statement(anyone, &condition), open, "{condition}");
    }
}

#[test]
fn the_schema_describes_every_key() {
    let schema = schemars::schema_for!(StatementSpec).to_value();
    for properties in [&schema["properties"], &schema["$defs"]["PrincipalSpec"]["properties"]] {
        for (key, property) in properties.as_object().unwrap() {
            assert!(property.get("description").is_some(), "{key}");
        }
    }
}
