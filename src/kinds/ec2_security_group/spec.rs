//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Ec2SecurityGroup;
use super::rules::{self, RuleSpec};
use super::state::{DEFAULT, State};
use crate::kind::raise::Subnets;
use crate::kind::{Live, Raised, Raising};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, Outputs};

/// A security group: who may reach what is in it, and what that may reach.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The group's name, unique in its VPC whatever the case of its letters. Cannot be changed later.
    name: String,
    /// The VPC that it is in: an entry of `lookup.vpc`, by its key. Cannot be changed later.
    vpc: String,
    /// What the group is for. Cannot be changed later.
    description: String,
    /// Who may reach what is in the group. Left out, nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ingress: Vec<RuleSpec>,
    /// What may be reached from what is in the group. Left out, nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    egress: Vec<RuleSpec>,
}

/// Longest name, in characters (API `CreateSecurityGroup`).
const MAX_NAME: usize = 255;

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> State {
    let Spec { name, vpc, description, ingress, egress } = spec;
    check_name(name, problems);
    if description.is_empty() {
        let help = "say what the group is for: AWS demands it, and it cannot be changed later";
        problems.report("description", "this description is empty", help);
    }
    rules::check_description("description", description, problems);
    State {
        name: name.clone(),
        vpc: network(vpc, problems),
        description: description.clone(),
        ingress: problems.within("ingress", |problems| rules::lower(ingress, problems)),
        egress: problems.within("egress", |problems| rules::lower(egress, problems)),
    }
}

/// The rule of API `CreateSecurityGroup`. A space at the end would be cut off (VPC user guide, "Security
/// groups").
fn check_name(name: &str, problems: &mut Problems) {
    let is_short = (1..=MAX_NAME).contains(&name.chars().count());
    if !is_short || !rules::is_text(name) || name.ends_with(' ') {
        let help = format!(
            "1 to {MAX_NAME} letters of English, digits, spaces and any of {}, with no space at the end",
            rules::PUNCTUATION
        );
        problems.report("name", "this is no valid name of a security group", &help);
    } else if name.to_ascii_lowercase().starts_with("sg-") {
        problems.report(
            "name",
            "the name of a group must not begin with `sg-`",
            "so begin the ids of groups",
        );
    } else if name.eq_ignore_ascii_case(DEFAULT) {
        let help = "AWS makes it with the VPC and keeps it; declare a group of another name";
        problems.report("name", "this is the name of each VPC's own group", help);
    }
}

fn network(key: &str, problems: &mut Problems) -> Link {
    if rules::is_id("vpc-", key) {
        let help = "look it up, with id = \"vpc-…\" under [lookup.vpc.KEY], and write that key";
        problems.report("vpc", "a VPC is named by its look-up, and not by its id", help);
        // What is given beside a problem is not used.
        return Link::live(key);
    }
    problems.link("vpc", KindName::VPC, key, Outputs::ID)
}

/// The way back of [`lower`].
pub(super) fn raise(live: &Live<Ec2SecurityGroup>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
    let State { name, vpc, description, ingress, egress } = &live.state;
    if name == DEFAULT {
        return Err("AWS makes it with its VPC, and keeps it".to_owned());
    }
    let mut raised = Raised::new(Spec {
        name: name.clone(),
        vpc: raising.network(vpc.value().unwrap_or_default(), Subnets::Any)?,
        description: description.clone(),
        ingress: Vec::new(),
        egress: Vec::new(),
    });
    match rules::raise(ingress, raising) {
        Ok(rules) => raised.spec.ingress = rules,
        Err(why) => raised = raised.without("ingress", why),
    }
    match rules::raise(egress, raising) {
        Ok(rules) => raised.spec.egress = rules,
        Err(why) => raised = raised.without("egress", why),
    }
    Ok(raised)
}
