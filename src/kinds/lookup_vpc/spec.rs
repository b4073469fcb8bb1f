//! What may be written in an entry, and what is looked for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Tags;
use crate::model::problem::Problems;

/// A network. Exactly one of `default`, `id` and `tags` says which.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The default VPC of the account in the region.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) default: bool,
    /// The VPC of this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// The only VPC that has all these tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// Only subnets that have all these tags. Left out, the default subnets of the default VPC, and all
    /// subnets of any other.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) subnet_tags: BTreeMap<String, String>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which VPC.
    pub which: Which,
    /// What its subnets must carry.
    pub subnet_tags: Tags,
}

/// How a VPC is told from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// It is the default one.
    Default,
    /// By its id.
    Id(String),
    /// By its tags: at least one.
    Tags(Tags),
}

const ONE_OF: &str = "write one of `default = true`, `id = \"vpc-…\"` and `tags = { Name = \"…\" }`";

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> Option<Query> {
    let by_id = spec.id.as_ref().map(|id| ("id", Which::Id(id.clone())));
    let by_tags = (!spec.tags.is_empty()).then(|| ("tags", Which::Tags(of(&spec.tags))));
    let ways = [spec.default.then_some(("default", Which::Default)), by_id, by_tags];
    let mut ways = ways.into_iter().flatten();
    let first = ways.next();
    if first.is_none() {
        problems.report_here("this does not say which VPC is meant", ONE_OF);
    }
    for (key, _) in ways {
        problems.report_key(key, "this says once more which VPC is meant", ONE_OF);
    }
    if spec.id.as_deref().is_some_and(|id| !is_id(id)) {
        problems.report("id", "this is no id of a VPC", "write `vpc-` and its 8 or 17 hexadecimal digits");
    }
    first.map(|(_, which)| Query { which, subnet_tags: of(&spec.subnet_tags) })
}

fn of(tags: &BTreeMap<String, String>) -> Tags {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// Ids have 17 digits, those from before 2018 have 8 (EC2 User Guide, "Resource IDs").
fn is_id(text: &str) -> bool {
    let hex = |digits: &str| digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    text.strip_prefix("vpc-").is_some_and(|digits| matches!(digits.len(), 8 | 17) && hex(digits))
}
