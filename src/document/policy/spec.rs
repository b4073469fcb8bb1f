//! How a manifest spells a resource policy, and what is checked before AWS sees it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Policy, VERSION, exposure::is_public, principal::PrincipalSpec};
use crate::model::Arn;
use crate::model::problem::Problems;

/// One statement of a resource policy: who may, or may not, do what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StatementSpec {
    /// A name for the statement, unique in the policy: letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether the statement allows or denies. A denial wins over every permission.
    pub effect: Effect,
    /// Whom the statement is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PrincipalSpec>,
    /// Everybody but these. With `effect = "allow"` that includes callers without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_principal: Option<PrincipalSpec>,
    /// The actions meant, such as `ecr:BatchGetImage`; `*` and `?` are wildcards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub action: Vec<String>,
    /// Every action but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_action: Vec<String>,
    /// The ARNs meant. Left out, it is what the policy is attached to. Policies of repositories and file systems have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Every resource but these. Policies of repositories and file systems have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_resource: Vec<String>,
    /// When the statement applies: operator, then condition key, then the values of which one must match.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Must be `true` on a statement that lets in anyone at all, and on no other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Permits the actions.
    Allow,
    /// Forbids the actions, whatever else permits them.
    Deny,
}

/// What stands in for a `Resource` that the manifest leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceElement {
    /// There is none, and may be none: an ECR repository policy is about its repository
    /// (ECR user guide, "Private repository policies"). EFS adds the file system's own ARN, which
    /// [`Policy::without_filled_in`] takes out again.
    None,
    /// `*`, which in a secret's policy is the secret (Secrets Manager user guide, "Resource-based policies").
    Star,
}

/// Makes the policy that `statements` spell, of at most `max_len` characters.
///
/// `None` if there is anything to report, or nothing to say: no statements are no policy.
pub fn lower(
    statements: &[StatementSpec],
    resource: ResourceElement,
    max_len: usize,
    problems: &mut Problems,
) -> Option<Policy> {
    let sound = problems.passes(|problems| {
        let mut sids = BTreeSet::new();
        for (index, statement) in statements.iter().enumerate() {
            problems.within(index, |problems| {
                if statement.sid().is_some_and(|sid| !sids.insert(sid)) {
                    problems.report("sid", "another statement has this sid", "sids are unique in a policy");
                }
                statement.check(resource, problems);
            });
        }
    });
    if !sound || statements.is_empty() {
        return None;
    }
    let documents: Vec<_> = statements.iter().map(|statement| statement.document(resource)).collect();
    let text = json!({ "Version": VERSION, "Statement": documents }).to_string();
    let length = text.chars().count();
    if length > max_len {
        let message = format!("the policy is {length} characters long, and AWS takes {max_len}");
        problems.report_here(message, "use wildcards in actions, or name accounts instead of their roles");
        return None;
    }
    Policy::parse(&text).ok()
}

impl StatementSpec {
    fn sid(&self) -> Option<&str> {
        self.sid.as_deref().filter(|sid| !sid.is_empty())
    }

    /// Whether it allows an action.
    pub(super) fn lets(&self, action: &str) -> bool {
        let is_among =
            |patterns: &[String]| patterns.iter().any(|it| is_like(it.as_bytes(), action.as_bytes()));
        self.effect == Effect::Allow
            && if self.action.is_empty() { !is_among(&self.not_action) } else { is_among(&self.action) }
    }

    fn check(&self, resource: ResourceElement, problems: &mut Problems) {
        let clear = problems.passes(|problems| {
            self.check_principals(problems);
            self.check_condition(problems);
        });
        // Who is let in can only be judged once it is clear who is meant.
        if clear {
            self.check_public(resource, problems);
        }
        self.check_sid(problems);
        self.check_actions(problems);
        self.check_resources(resource, problems);
    }

    /// IAM user guide, "Sid": ASCII letters and digits.
    pub(super) fn check_sid(&self, problems: &mut Problems) {
        if self.sid().is_some_and(|sid| !sid.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            problems.report(
                "sid",
                "a sid is made of letters and digits only",
                "such as \"PullFromProduction\"",
            );
        }
    }

    pub(super) fn check_actions(&self, problems: &mut Problems) {
        match (self.action.is_empty(), self.not_action.is_empty()) {
            (true, true) => {
                problems.report_here("the statement names no action", "add action = [\"service:Name\"]");
            }
            (false, false) => problems.report(
                "not-action",
                "a statement has either action or not-action",
                "remove one of them",
            ),
            _ => {}
        }
        let help = "write it as service:Name, such as \"ecr:BatchGetImage\" or \"ecr:Get*\"";
        let message = "this is not the name of an action";
        each("action", &self.action, is_action, message, help, problems);
        each("not-action", &self.not_action, is_action, message, help, problems);
    }

    fn check_principals(&self, problems: &mut Problems) {
        match (&self.principal, &self.not_principal) {
            (None, None) => {
                let help = "add principal = { aws = [\"123456789012\"] }, or another principal";
                problems.report_here("the statement does not say whom it is about", help);
            }
            (Some(_), Some(_)) => {
                let message = "a statement has either principal or not-principal";
                problems.report("not-principal", message, "remove one of them");
            }
            (Some(who), None) => problems.within("principal", |problems| who.check(problems)),
            (None, Some(who)) => problems.within("not-principal", |problems| {
                if who.anyone {
                    let help = "name those to leave out, or use principal";
                    problems.report("anyone", "everybody but anyone is nobody", help);
                }
                who.check(problems);
            }),
        }
    }

    fn check_resources(&self, element: ResourceElement, problems: &mut Problems) {
        let given = [("resource", &self.resource), ("not-resource", &self.not_resource)];
        for (key, arns) in given {
            if element == ResourceElement::None && !arns.is_empty() {
                let message = "a policy of this kind has no resource: it is about what it is attached to";
                problems.report(key, message, "remove the key");
            } else {
                let message = "this is not a resource";
                each(key, arns, is_resource, message, "write an ARN, or \"*\"", problems);
            }
        }
        if element == ResourceElement::Star && given.iter().all(|(_, arns)| !arns.is_empty()) {
            problems.report(
                "not-resource",
                "a statement has either resource or not-resource",
                "remove one of them",
            );
        }
    }

    /// An operator without keys and a key without values hold always or never: a trap in either case.
    pub(super) fn check_condition(&self, problems: &mut Problems) {
        problems.within("condition", |problems| {
            for (operator, keys) in &self.condition {
                if keys.is_empty() {
                    problems.report(
                        operator.as_str(),
                        "the operator has no condition key",
                        "add a key, or remove it",
                    );
                }
                for key in keys.iter().filter(|(_, values)| values.is_empty()).map(|(key, _)| key.as_str()) {
                    problems.within(operator.as_str(), |problems| {
                        problems.report(
                            key,
                            "the condition key has no value",
                            "list the values of which one must match",
                        );
                    });
                }
            }
        });
    }

    /// Nothing opens access that does not say so.
    fn check_public(&self, resource: ResourceElement, problems: &mut Problems) {
        match (is_public(&self.document(resource)), self.public) {
            (true, false) => {
                let help = match resource {
                    ResourceElement::None => {
                        "name the principals, add a condition on who or where they are \
                         (such as StringEquals aws:PrincipalOrgID), or say public = true if you mean it"
                    }
                    // That of a secret, which may not be public whatever it says.
                    ResourceElement::Star => {
                        "name the principals, or add a condition on who or where they are \
                         (such as StringEquals aws:PrincipalOrgID)"
                    }
                };
                problems.report_here("this statement lets in anyone at all", help);
            }
            (false, true) => problems.report("public", "this statement is not public", "remove the key"),
            _ => {}
        }
    }

    pub(super) fn document(&self, resource: ResourceElement) -> Map<String, Value> {
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| {
            document.insert(key.to_owned(), value);
        };
        if let Some(sid) = self.sid() {
            put("Sid", sid.into());
        }
        put("Effect", json!(if self.effect == Effect::Allow { "Allow" } else { "Deny" }));
        for (key, who) in [("Principal", &self.principal), ("NotPrincipal", &self.not_principal)] {
            if let Some(who) = who {
                put(key, who.document());
            }
        }
        let star = ["*".to_owned()];
        let implied = match resource {
            ResourceElement::Star if self.resource.is_empty() && self.not_resource.is_empty() => &star[..],
            _ => &self.resource,
        };
        let lists = [
            ("Action", &self.action[..]),
            ("NotAction", &self.not_action),
            ("Resource", implied),
            ("NotResource", &self.not_resource),
        ];
        for (key, list) in lists {
            if !list.is_empty() {
                put(key, list.into());
            }
        }
        if !self.condition.is_empty() {
            put("Condition", json!(self.condition));
        }
        document
    }
}

/// Checks each of a list's texts.
pub(super) fn each(
    key: &str,
    list: &[String],
    is_sound: impl Fn(&str) -> bool,
    message: &str,
    help: &str,
    problems: &mut Problems,
) {
    for (index, _) in list.iter().enumerate().filter(|(_, text)| !is_sound(text)) {
        problems.within(key, |problems| problems.report(index, message, help));
    }
}

/// Whether an action is of a pattern, in which `*` stands for any text and `?` for any letter, whatever the case (IAM user
/// guide, "Action").
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|at| is_like(rest, &text[at..])),
        ([one, rest @ ..], [letter, more @ ..]) => {
            (*one == b'?' || one.eq_ignore_ascii_case(letter)) && is_like(rest, more)
        }
        _ => pattern.is_empty() && text.is_empty(),
    }
}

/// `service:Name` with wildcards in the name only, or `*` (IAM user guide, "Action").
fn is_action(text: &str) -> bool {
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    text == "*"
        || text.split_once(':').is_some_and(|(service, name)| word(service, b"-") && word(name, b"*?"))
}

pub(super) fn is_resource(text: &str) -> bool {
    text == "*" || (Arn::parse(text).is_some() && !text.contains(' '))
}
