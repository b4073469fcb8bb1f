//! How a lifecycle policy that is live would be written in a manifest.

use serde_json::{Map, Value};

use super::{Lifecycle, RuleSpec, TagStatus};

impl Lifecycle {
    /// The rules that would spell this policy. What in them cannot be said shows when they are compared with it.
    ///
    /// # Errors
    /// If a rule is not of a kind that a manifest can say: one that moves images to the archive, for one.
    pub fn raise(&self) -> Result<Vec<RuleSpec>, String> {
        let rules = self.canonical["rules"].as_array();
        let rules = (1..).zip(rules.into_iter().flatten()).map(|(place, rule)| {
            let spec = rule.as_object().and_then(|rule| of_rule(rule, place));
            spec.ok_or_else(|| format!("rule {place} is of a kind that a manifest cannot say"))
        });
        rules.collect()
    }
}

/// The rule in its place, from 1.
fn of_rule(rule: &Map<String, Value>, place: u32) -> Option<RuleSpec> {
    let selection = rule.get("selection")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |key: &str| {
        let list = selection.get(key).and_then(Value::as_array).into_iter().flatten();
        list.map(text).collect::<Option<Vec<_>>>()
    };
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let count = Some(number(selection.get("countNumber")?)?);
    let (keep_last, expire_after_days) = match selection.get("countType")?.as_str()? {
        "imageCountMoreThan" => (count, None),
        "sinceImagePushed" => (None, count),
        _ => return None,
    };
    if rule.get("action")?.get("type")? != "expire" {
        return None;
    }
    let priority = number(rule.get("rulePriority")?)?;
    Some(RuleSpec {
        description: rule.get("description").and_then(text),
        keep_last,
        expire_after_days,
        // The others follow from what is left out.
        tag_status: (selection.get("tagStatus")? == "untagged").then_some(TagStatus::Untagged),
        tag_prefixes: texts("tagPrefixList")?,
        tag_patterns: texts("tagPatternList")?,
        priority: (priority != place).then_some(priority),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::ecr_repository::lifecycle::lower;
    use crate::model::problem::Problems;

    #[test]
    fn what_is_raised_means_the_same() {
        let expire = json!({"type": "expire"});
        let rules = json!({"rules": [
            {"rulePriority": 7, "description": "Old", "action": expire, "selection": {
                "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}},
            {"rulePriority": 3, "action": expire, "selection": {
                "tagStatus": "tagged", "tagPatternList": ["v*"], "countType": "imageCountMoreThan", "countNumber": 30}},
            {"rulePriority": 9, "action": expire, "selection": {
                "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100}},
        ]});
        let live = Lifecycle::parse(&rules.to_string()).unwrap();
        let mut problems = Problems::default();
        assert_eq!(lower(&live.raise().unwrap(), &mut problems), Some(live));
        assert_eq!(problems.into_found(), []);
    }

    #[test]
    fn a_rule_that_moves_images_to_the_archive_is_said() {
        let rules = json!({"rules": [{"rulePriority": 1, "action": {"type": "transition", "targetStorageClass": "archive"},
            "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}}]});
        let live = Lifecycle::parse(&rules.to_string()).unwrap();
        assert_eq!(live.raise().unwrap_err(), "rule 1 is of a kind that a manifest cannot say");
    }
}
