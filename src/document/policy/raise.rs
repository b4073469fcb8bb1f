//! How a policy that is live would be written in a manifest.

use serde_json::{Map, Value};

use super::exposure::is_public;
use super::{Effect, Policy, PrincipalSpec, ResourceElement, StatementSpec, VERSION};
use crate::document::listed;

impl Policy {
    /// The statements that would spell this policy.
    ///
    /// # Errors
    /// What of it no manifest can say.
    pub fn raise(&self, resource: ResourceElement) -> Result<Vec<StatementSpec>, String> {
        let document = self.shown.as_object().into_iter().flatten();
        for (key, value) in document {
            match key.as_str() {
                "Statement" => {}
                "Version" if value == VERSION => {}
                "Version" => return Err(format!("the policy is not of the version {VERSION}")),
                key => return Err(format!("the policy has an element {key}")),
            }
        }
        let statements = self.shown.get("Statement").and_then(Value::as_array);
        let statements = statements.into_iter().flatten().filter_map(Value::as_object);
        statements.map(|it| statement(it, resource)).collect()
    }
}

fn statement(document: &Map<String, Value>, resource: ResourceElement) -> Result<StatementSpec, String> {
    let mut spec = StatementSpec {
        sid: None,
        effect: Effect::Allow,
        principal: None,
        not_principal: None,
        action: Vec::new(),
        not_action: Vec::new(),
        resource: Vec::new(),
        not_resource: Vec::new(),
        condition: std::collections::BTreeMap::new(),
        public: false,
    };
    for (key, value) in document {
        match key.as_str() {
            "Sid" => spec.sid = Some(text(value)?),
            "Effect" => {
                spec.effect = match text(value)?.as_str() {
                    "Allow" => Effect::Allow,
                    "Deny" => Effect::Deny,
                    _ => return Err("a statement has an effect that is not known here".to_owned()),
                }
            }
            "Principal" => spec.principal = Some(principal(value)?),
            "NotPrincipal" => spec.not_principal = Some(principal(value)?),
            "Action" => spec.action = texts(value)?,
            "NotAction" => spec.not_action = texts(value)?,
            // What is left out means it.
            "Resource" if resource == ResourceElement::Star && texts(value)? == ["*"] => {}
            "Resource" => spec.resource = texts(value)?,
            "NotResource" => spec.not_resource = texts(value)?,
            "Condition" => {
                for (operator, keys) in members(value)? {
                    let keys = members(keys)?.iter().map(|(key, values)| Ok((key.clone(), texts(values)?)));
                    spec.condition.insert(operator.clone(), keys.collect::<Result<_, String>>()?);
                }
            }
            other => return Err(format!("a statement has an element {other}")),
        }
    }
    spec.public = is_public(&spec.document(resource));
    Ok(spec)
}

fn principal(value: &Value) -> Result<PrincipalSpec, String> {
    let mut spec = PrincipalSpec::default();
    if value == "*" {
        spec.anyone = true;
        return Ok(spec);
    }
    for (kind, who) in members(value)? {
        let list = match kind.as_str() {
            "AWS" => &mut spec.aws,
            "Service" => &mut spec.service,
            "Federated" => &mut spec.federated,
            "CanonicalUser" => &mut spec.canonical_user,
            other => return Err(format!("a principal is of the kind {other}")),
        };
        *list = texts(who)?;
    }
    Ok(spec)
}

fn members(value: &Value) -> Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| "the policy has a form that is not known here".to_owned())
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    listed(value).iter().map(text).collect()
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "the policy has a value that is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::policy::lower;
    use crate::model::problem::Problems;

    fn policy(statement: &Value) -> Policy {
        Policy::parse(&json!({"Version": VERSION, "Statement": statement}).to_string()).unwrap()
    }

    #[test]
    fn what_is_raised_means_the_same() {
        let both = [ResourceElement::None, ResourceElement::Star];
        for (resource, statement) in [
            (
                None,
                json!({"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "ecr:BatchGetImage"}),
            ),
            (
                None,
                json!([
                    {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                    {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "NotAction": ["ecr:Delete*"]},
                    {"Effect": "Allow", "Principal": "*", "Action": "ecr:Get*"},
                ]),
            ),
            (
                Some("*"),
                json!({"Effect": "Allow", "Principal": {"AWS": ["111122223333"]}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}),
            ),
            (
                Some("*"),
                json!({"Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333"]}, "Action": "*", "NotResource": "arn:aws:secretsmanager:us-west-2:111122223333:secret:x"}),
            ),
        ] {
            let element = both[usize::from(resource.is_some())];
            let live = policy(&statement);
            let raised = live.raise(element).unwrap();
            let mut problems = Problems::default();
            let again = lower(&raised, element, 10_000, &mut problems);
            assert_eq!(problems.into_found(), [], "{statement}");
            assert_eq!(again, Some(live), "{statement}");
        }
    }

    #[test]
    fn what_no_manifest_can_say_is_said() {
        let old = Policy::parse(r#"{"Version": "2008-10-17", "Statement": []}"#).unwrap();
        assert!(old.raise(ResourceElement::None).unwrap_err().contains("version"));
        let id = Policy::parse(r#"{"Version": "2012-10-17", "Id": "x", "Statement": []}"#).unwrap();
        assert_eq!(id.raise(ResourceElement::None).unwrap_err(), "the policy has an element Id");
        let odd = policy(&json!({"Effect": "Allow", "Principal": {"Robot": "x"}, "Action": "*"}));
        assert_eq!(odd.raise(ResourceElement::None).unwrap_err(), "a principal is of the kind Robot");
    }
}
