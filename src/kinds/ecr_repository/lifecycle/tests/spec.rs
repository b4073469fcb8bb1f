use serde_json::json;

use super::super::*;
use super::{lifecycle, lowered};
use crate::model::problem::Problem;

/// Each problem as `path: message`.
fn complaints(toml: &str) -> Vec<String> {
    let (lifecycle, problems) = lowered(toml);
    assert_eq!(lifecycle.is_none(), !problems.is_empty(), "none if and only if something is wrong");
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn rules_are_lowered() {
    let policy = lifecycle(
        r#"
        [[lifecycle]]
        description = "Keep last 10 images"
        keep-last = 10
    "#,
    );
    let expected = json!({ "rules": [{
        "rulePriority": 1,
        "description": "Keep last 10 images",
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 },
        "action": { "type": "expire" },
    }] });
    assert_eq!(policy.text(), expected.to_string());
    assert_eq!(policy.summary(), "1 rule: keep last 10 (any)");

    let policy = lifecycle(
        r#"
        [[lifecycle]]
        expire-after-days = 14
        tag-prefixes = ["v", "w"]
        [[lifecycle]]
        expire-after-days = 1
        tag-status = "untagged"
        priority = 7
        [[lifecycle]]
        keep-last = 5
        tag-patterns = ["*-rc*"]
    "#,
    );
    assert_eq!(
        policy.summary(),
        "3 rules: expire after 14 days (tagged v* and w*), keep last 5 (tagged *-rc*), expire after 1 day (untagged)"
    );
    assert!(lowered("") == (None, vec![]));
}

#[test]
fn every_problem_is_reported_at_its_place() {
    let toml = r#"
        [[lifecycle]]
        tag-status = "any"
        [[lifecycle]]
        keep-last = 0
        expire-after-days = 1
        tag-status = "tagged"
        priority = 0
        [[lifecycle]]
        keep-last = 1
        tag-prefixes = ["v*", ""]
        tag-patterns = ["*a*b*c*d*"]
        priority = 9
        [[lifecycle]]
        keep-last = 1
        tag-status = "untagged"
        tag-prefixes = ["v"]
        priority = 9
        [[lifecycle]]
        keep-last = 1
        [[lifecycle]]
        keep-last = 1
        tag-status = "untagged"
        [[lifecycle]]
        keep-last = 2
        tag-status = "untagged"
    "#;
    assert_eq!(
        complaints(toml),
        [
            "0: a rule has either keep-last or expire-after-days",
            "0.tag-status: a rule for any image comes after all others",
            "1.tag-status: a rule for tagged images says which tags",
            "1.keep-last: the number is at least 1",
            "1: a rule has either keep-last or expire-after-days",
            "1.priority: a priority is at least 1",
            "2.tag-prefixes: a rule has either tag-prefixes or tag-patterns",
            "2.tag-prefixes.0: a prefix has no wildcards",
            "2.tag-prefixes.1: this selects nothing in particular",
            "2.tag-patterns.0: a pattern has at most four wildcards",
            "3.tag-status: only a rule for tagged images names tags",
            "3.priority: another rule has this priority",
            "4.tag-status: another rule selects the same images",
            "4.tag-status: a rule for any image comes after all others",
            "6.tag-status: another rule selects the same images",
        ]
    );
}

#[test]
fn limits_of_the_whole() {
    let rule = |index: usize, description: &str| {
        format!(
            "[[lifecycle]]\nkeep-last = 1\ntag-prefixes = [\"v{index}-\"]\ndescription = \"{description}\"\n"
        )
    };
    let rules = |count: usize, description: &str| {
        (0..count).map(|index| rule(index, description)).collect::<String>()
    };
    assert_eq!(complaints(&rules(50, "")), [""; 0]);
    assert_eq!(complaints(&rules(51, "")), [": a lifecycle policy has at most 50 rules"]);
    let long = "d".repeat(1_000);
    assert_eq!(
        complaints(&rules(30, &long)),
        [": the lifecycle policy is longer than the 30720 characters that ECR takes"]
    );
}

#[test]
fn the_schema_describes_every_key() {
    let schema = schemars::schema_for!(RuleSpec).to_value();
    for (key, property) in schema["properties"].as_object().unwrap() {
        assert!(property.get("description").is_some(), "{key}");
    }
}
