//! Which images a lifecycle policy would expire.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::{Lifecycle, TagStatus};
use crate::model::{Pattern, size};

/// An image as far as a lifecycle policy looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What identifies the image.
    pub digest: String,
    /// Its tags, of which there may be none.
    pub tags: Vec<String>,
    /// Its size in the repository, if it is known.
    pub bytes: Option<u64>,
    /// When it was pushed, in Unix seconds; when it was activated, if it has been in the archive.
    pub pushed_at: i64,
}

/// A policy with a rule that is not of the kind whose effect is computed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lifecycle policy has a rule whose effect cannot be computed")]
pub struct Unpredictable;

impl Lifecycle {
    /// The images that the policy would expire, oldest first, if ECR evaluated it at `now` (Unix seconds).
    ///
    /// Every rule looks at all images it selects, as if nothing had been expired. An image belongs to
    /// the first rule that selects it, and no later rule may expire it. So that the answer is rather
    /// too long than too short, an image is counted although a manifest list refers to it (ECR
    /// then keeps it), and on the very day on which it reaches its age. What refers to an expired
    /// image, such as a signature, goes with it and is not counted.
    ///
    /// # Errors
    /// If a rule does something else than to expire images by their number or age.
    pub fn expiring<'a>(&self, images: &'a [Image], now: i64) -> Result<Vec<&'a Image>, Unpredictable> {
        let rules = rules(&self.canonical)?;
        // Claimed by no rule yet, from young to old; the digest decides between images of the same second.
        let mut images: Vec<(&Image, bool)> = images.iter().map(|image| (image, false)).collect();
        images.sort_by(|(a, _), (b, _)| (b.pushed_at, &b.digest).cmp(&(a.pushed_at, &a.digest)));
        let mut expiring = Vec::new();
        for rule in &rules {
            let mut younger = 0;
            for (image, claimed) in &mut images {
                if !rule.selects(image) {
                    continue;
                }
                if !*claimed && rule.expires(younger, now.saturating_sub(image.pushed_at)) {
                    expiring.push(*image);
                }
                younger += 1;
                *claimed = true;
            }
        }
        expiring.sort_by(|a, b| (a.pushed_at, &a.digest).cmp(&(b.pushed_at, &b.digest)));
        Ok(expiring)
    }
}

/// The rules of a canonical policy, in the order in which they act.
pub(super) fn rules(canonical: &Value) -> Result<Vec<Rule>, Unpredictable> {
    Rules::deserialize(canonical).map(|policy| policy.rules).map_err(|_| Unpredictable)
}

/// A rule that expires images by their number or age. What is not exactly that cannot be read as one.
#[derive(Deserialize)]
#[serde(try_from = "RuleDocument")]
pub(super) struct Rule {
    selector: Selector,
    limit: Limit,
}

enum Selector {
    Any,
    Untagged,
    Prefixes(Vec<String>),
    Patterns(Vec<String>),
}

enum Limit {
    KeepLast(u32),
    ExpireAfterDays(u32),
}

impl Rule {
    fn selects(&self, image: &Image) -> bool {
        let all = |wanted: &[String], matches: fn(&str, &str) -> bool| {
            wanted.iter().all(|wanted| image.tags.iter().any(|tag| matches(wanted, tag)))
        };
        match &self.selector {
            Selector::Any => true,
            Selector::Untagged => image.tags.is_empty(),
            Selector::Prefixes(prefixes) => all(prefixes, |prefix, tag| tag.starts_with(prefix)),
            Selector::Patterns(patterns) => all(patterns, |pattern, tag| Pattern::new(pattern).matches(tag)),
        }
    }

    /// Whether an image goes that is `age` seconds old and has so many selected images before it.
    fn expires(&self, younger: usize, age: i64) -> bool {
        const DAY: i64 = 86_400;
        match self.limit {
            Limit::KeepLast(count) => usize::try_from(count).is_ok_and(|count| younger >= count),
            Limit::ExpireAfterDays(days) => age >= i64::from(days) * DAY,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Limit::KeepLast(count) => write!(out, "keep last {count} ")?,
            Limit::ExpireAfterDays(days) => write!(out, "expire after {} ", size::count(days, "day"))?,
        }
        match &self.selector {
            Selector::Any => write!(out, "(any)"),
            Selector::Untagged => write!(out, "(untagged)"),
            Selector::Prefixes(prefixes) => write!(out, "(tagged {}*)", prefixes.join("* and ")),
            Selector::Patterns(patterns) => write!(out, "(tagged {})", patterns.join(" and ")),
        }
    }
}

// A policy as ECR spells it, so far as it is understood here. Everything else is refused.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RuleDocument {
    #[serde(rename = "rulePriority")]
    _priority: u32,
    #[serde(default, rename = "description")]
    _description: String,
    selection: Selection,
    #[serde(rename = "action")]
    _action: Action,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Selection {
    tag_status: TagStatus,
    #[serde(default)]
    tag_prefix_list: Vec<String>,
    #[serde(default)]
    tag_pattern_list: Vec<String>,
    #[serde(default, rename = "storageClass")]
    _storage_class: StorageClass,
    count_type: CountType,
    count_unit: Option<CountUnit>,
    count_number: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    #[serde(rename = "type")]
    _kind: ActionKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ActionKind {
    Expire,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StorageClass {
    #[default]
    Standard,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum CountType {
    ImageCountMoreThan,
    SinceImagePushed,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum CountUnit {
    Days,
}

impl TryFrom<RuleDocument> for Rule {
    type Error = Unpredictable;

    fn try_from(RuleDocument { selection, .. }: RuleDocument) -> Result<Self, Unpredictable> {
        let (prefixes, patterns) = (selection.tag_prefix_list, selection.tag_pattern_list);
        let selector = match (selection.tag_status, prefixes.is_empty(), patterns.is_empty()) {
            (TagStatus::Any, true, true) => Selector::Any,
            (TagStatus::Untagged, true, true) => Selector::Untagged,
            (TagStatus::Tagged, false, true) => Selector::Prefixes(prefixes),
            (TagStatus::Tagged, true, false) => Selector::Patterns(patterns),
            _ => return Err(Unpredictable),
        };
        let limit = match (selection.count_type, selection.count_unit) {
            (CountType::ImageCountMoreThan, None) => Limit::KeepLast(selection.count_number),
            (CountType::SinceImagePushed, Some(CountUnit::Days)) => {
                Limit::ExpireAfterDays(selection.count_number)
            }
            _ => return Err(Unpredictable),
        };
        Ok(Self { selector, limit })
    }
}
