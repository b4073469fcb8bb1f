mod expiry;
mod spec;

use serde_json::{Value, json};

use super::*;
use crate::model::problem::{Problem, Problems};

#[derive(serde::Deserialize)]
struct Manifest {
    #[serde(default)]
    lifecycle: Vec<RuleSpec>,
}

fn lowered(toml: &str) -> (Option<Lifecycle>, Vec<Problem>) {
    let manifest: Manifest = toml::from_str(toml).unwrap();
    let mut problems = Problems::default();
    let lifecycle = lower(&manifest.lifecycle, &mut problems);
    (lifecycle, problems.into_found())
}

fn lifecycle(toml: &str) -> Lifecycle {
    let (lifecycle, problems) = lowered(toml);
    assert_eq!(problems, []);
    lifecycle.unwrap()
}

fn document(rules: &Value) -> Lifecycle {
    Lifecycle::parse(&json!({ "rules": rules }).to_string()).unwrap()
}

fn rule(change: impl FnOnce(&mut Value)) -> Value {
    let mut rule = json!({
        "rulePriority": 1,
        "selection": {
            "tagStatus": "tagged", "tagPrefixList": ["a", "b"], "countType": "imageCountMoreThan", "countNumber": 3,
        },
        "action": { "type": "expire" },
    });
    change(&mut rule);
    rule
}

#[test]
fn structure_decides() {
    let plain = document(&json!([rule(|_| ())]));
    let same: [fn(&mut Value); 4] = [
        |rule| rule["selection"]["storageClass"] = json!("standard"),
        |rule| rule["selection"]["tagPrefixList"] = json!(["b", "a", "b"]),
        |rule| rule["selection"]["tagPatternList"] = json!([]),
        |rule| rule["description"] = json!(""),
    ];
    for change in same {
        assert_eq!(plain, document(&json!([rule(change)])));
    }
    let other: [fn(&mut Value); 9] = [
        |rule| rule["selection"]["tagPrefixList"] = json!(["a"]),
        |rule| rule["selection"]["tagPrefixList"] = json!("a"),
        |rule| rule["selection"]["tagPatternList"] = json!(["a"]),
        |rule| rule["selection"]["countNumber"] = json!(4),
        |rule| rule["selection"]["storageClass"] = json!("archive"),
        |rule| rule["description"] = json!("x"),
        |rule| rule["rulePriority"] = json!(2),
        |rule| rule["action"]["type"] = json!("transition"),
        |rule| rule["new"] = json!(null),
    ];
    for change in other {
        assert_ne!(plain, document(&json!([rule(change)])));
    }
    let second = rule(|rule| rule["rulePriority"] = json!(10));
    let (first, second) = (rule(|rule| rule["rulePriority"] = json!(9)), second);
    assert_eq!(document(&json!([first, second])), document(&json!([second, first])));
    assert_ne!(document(&json!([first, second])), document(&json!([first])));
    let more = Lifecycle::parse(&json!({ "rules": [rule(|_| ())], "new": 1 }).to_string()).unwrap();
    assert_ne!(plain, more);
    assert_eq!(more.expiring(&[], 0), Err(Unpredictable));
}

#[test]
fn what_is_no_policy_is_refused() {
    assert_eq!(Lifecycle::parse("{").unwrap_err(), LifecycleError::Json { line: 1, column: 1 });
    for text in ["[]", "{}", "{\"rules\": {}}", "{\"rules\": [1]}"] {
        assert_eq!(Lifecycle::parse(text).unwrap_err(), LifecycleError::Rules, "{text}");
    }
}

#[test]
fn pretty_reads_like_a_policy() {
    let lines = lifecycle("[[lifecycle]]\nkeep-last = 10\ndescription = \"d\"").pretty();
    let keys: Vec<&str> = lines.lines().filter_map(|line| line.trim().split('"').nth(1)).collect();
    assert_eq!(
        keys,
        [
            "rules",
            "rulePriority",
            "description",
            "selection",
            "tagStatus",
            "countType",
            "countNumber",
            "action",
            "type"
        ]
    );
}
