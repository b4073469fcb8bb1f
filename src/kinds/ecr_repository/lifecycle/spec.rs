//! How a manifest spells a lifecycle policy, and what is checked before ECR sees it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Lifecycle;
use crate::model::problem::Problems;

/// One rule: which images it looks at, and how many or how old of them stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSpec {
    /// What the rule is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Keeps this many of the youngest images, by the time of their push, and expires the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<u32>,
    /// Expires images this many days after their push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_after_days: Option<u32>,
    /// Which images the rule looks at: `any` if left out, or `tagged` if there are prefixes or patterns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_status: Option<TagStatus>,
    /// Only images that have, for each of these prefixes, a tag that begins with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_prefixes: Vec<String>,
    /// Only images that have, for each of these patterns, a tag that matches it; `*` is a wildcard,
    /// at most four in a pattern.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_patterns: Vec<String>,
    /// Rules act in this order, from 1; an image belongs to the first rule that selects it.
    /// Left out, it is the rule's place in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
}

/// Whether an image has tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagStatus {
    /// With tags or without. Such a rule has the highest priority number.
    Any,
    /// With tags; the rule must say which, by prefixes or patterns.
    Tagged,
    /// Without a tag.
    Untagged,
}

impl TagStatus {
    /// The name in the manifest and in AWS's JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Tagged => "tagged",
            Self::Untagged => "untagged",
        }
    }
}

const MAX_RULES: usize = 50;
const MAX_CHARACTERS: usize = 30_720;
const MAX_WILDCARDS: usize = 4;

/// Makes the lifecycle policy that `rules` spell.
///
/// `None` if there is anything to report, or nothing to say: no rules are no policy.
pub fn lower(rules: &[RuleSpec], problems: &mut Problems) -> Option<Lifecycle> {
    let priorities: Vec<u32> = (1..).zip(rules).map(|(place, rule)| rule.priority.unwrap_or(place)).collect();
    let last = priorities.iter().max().copied().unwrap_or_default();
    let sound = problems.passes(|problems| {
        let (mut taken, mut selections) = (BTreeSet::new(), BTreeSet::new());
        for (index, (rule, &priority)) in rules.iter().zip(&priorities).enumerate() {
            problems.within(index, |problems| {
                rule.check(problems);
                if priority == 0 {
                    problems.report(
                        "priority",
                        "a priority is at least 1",
                        "number the rules 1, 2, and so on",
                    );
                }
                if !taken.insert(priority) {
                    let help = "give every rule its own, or none";
                    problems.report("priority", "another rule has this priority", help);
                }
                // The first rule that selects an image decides alone, so a second would never act. That
                // ECR refuses a second rule for untagged images, and one after `any`, are cases of this.
                if !selections.insert(rule.selection()) {
                    let help = "make one rule of the two";
                    problems.report("tag-status", "another rule selects the same images", help);
                }
                if rule.status() == TagStatus::Any && priority < last {
                    let help = "put it last, or give it the highest priority number";
                    problems.report("tag-status", "a rule for any image comes after all others", help);
                }
            });
        }
        if rules.len() > MAX_RULES {
            let message = format!("a lifecycle policy has at most {MAX_RULES} rules");
            problems.report_here(message, "merge some of them");
        }
    });
    if !sound || rules.is_empty() {
        return None;
    }
    let documents: Vec<_> =
        rules.iter().zip(priorities).map(|(rule, priority)| rule.document(priority)).collect();
    let text = json!({ "rules": documents }).to_string();
    if text.chars().count() > MAX_CHARACTERS {
        let message =
            format!("the lifecycle policy is longer than the {MAX_CHARACTERS} characters that ECR takes");
        problems.report_here(message, "shorten descriptions, or use patterns");
        return None;
    }
    Lifecycle::parse(&text).ok()
}

impl RuleSpec {
    fn status(&self) -> TagStatus {
        let listed = !self.tag_prefixes.is_empty() || !self.tag_patterns.is_empty();
        self.tag_status.unwrap_or(if listed { TagStatus::Tagged } else { TagStatus::Any })
    }

    fn selection(&self) -> (TagStatus, BTreeSet<&String>, BTreeSet<&String>) {
        (self.status(), self.tag_prefixes.iter().collect(), self.tag_patterns.iter().collect())
    }

    fn check(&self, problems: &mut Problems) {
        self.check_tags(problems);
        let limits = [("keep-last", self.keep_last), ("expire-after-days", self.expire_after_days)];
        for (key, _) in limits.iter().filter(|(_, limit)| *limit == Some(0)) {
            problems.report(*key, "the number is at least 1", "leave the rule out to keep every image");
        }
        if limits.iter().filter(|(_, limit)| limit.is_some()).count() != 1 {
            let message = "a rule has either keep-last or expire-after-days";
            problems.report_here(message, "say how many images stay, or for how long");
        }
    }

    fn check_tags(&self, problems: &mut Problems) {
        match (self.status(), self.tag_prefixes.is_empty(), self.tag_patterns.is_empty()) {
            (_, false, false) => {
                let message = "a rule has either tag-prefixes or tag-patterns";
                problems.report("tag-prefixes", message, "write the prefix \"v\" as the pattern \"v*\"");
            }
            (TagStatus::Tagged, true, true) => {
                let help = "add tag-patterns; [\"*\"] means every tag";
                problems.report("tag-status", "a rule for tagged images says which tags", help);
            }
            (TagStatus::Tagged, ..) | (_, true, true) => {}
            _ => {
                let help = "remove tag-status, or the tags";
                problems.report("tag-status", "only a rule for tagged images names tags", help);
            }
        }
        // A tag cannot contain `*`, so a prefix with one would select nothing.
        let lists =
            [("tag-prefixes", &self.tag_prefixes, 0), ("tag-patterns", &self.tag_patterns, MAX_WILDCARDS)];
        for (key, list, wildcards) in lists {
            for (index, text) in list.iter().enumerate() {
                let message = match text.matches('*').count() {
                    _ if text.is_empty() => "this selects nothing in particular",
                    found if found > wildcards && wildcards == 0 => "a prefix has no wildcards",
                    found if found > wildcards => "a pattern has at most four wildcards",
                    _ => continue,
                };
                problems.within(key, |problems| {
                    problems.report(index, message, "use tag-patterns, such as \"v*\"");
                });
            }
        }
    }

    /// The rule as ECR spells it.
    fn document(&self, priority: u32) -> Value {
        let mut selection = Map::new();
        let mut select = |key: &str, value: Value| {
            selection.insert(key.to_owned(), value);
        };
        select("tagStatus", self.status().name().into());
        for (key, list) in [("tagPrefixList", &self.tag_prefixes), ("tagPatternList", &self.tag_patterns)] {
            if !list.is_empty() {
                select(key, list.as_slice().into());
            }
        }
        if let Some(days) = self.expire_after_days {
            select("countType", "sinceImagePushed".into());
            select("countUnit", "days".into());
            select("countNumber", days.into());
        } else {
            select("countType", "imageCountMoreThan".into());
            select("countNumber", self.keep_last.into());
        }
        let mut rule =
            json!({ "rulePriority": priority, "selection": selection, "action": { "type": "expire" } });
        if let Some(description) = self.description.as_deref().filter(|text| !text.is_empty()) {
            rule["description"] = description.into();
        }
        rule
    }
}
