//! Tags, and what they say about whose a resource is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The tag that names the manifest that owns a resource.
pub const MANIFEST: &str = "infra:manifest";
/// The tag that holds the address of the entry that a resource belongs to.
pub const ADDRESS: &str = "infra:address";
/// The tag that mirrors the entry's `on-delete`.
pub const ON_DELETE: &str = "infra:on-delete";
/// What the tags of `infra` itself begin with; a manifest may not declare such keys.
pub const RESERVED: &str = "infra:";
/// What the tags of AWS begin with: returned on read, never to be written (AWS tagging rules).
pub const AWS_RESERVED: &str = "aws:";

const STACK_ID: &str = "aws:cloudformation:stack-id";
const STACK_NAME: &str = "aws:cloudformation:stack-name";
const STACK_RESOURCE: &str = "aws:cloudformation:logical-id";

/// Marks of Kubernetes controllers that reconcile a resource themselves and would undo our changes.
const CONTROLLERS: &[(&str, &str)] = &[
    ("services.k8s.aws/", "AWS Controllers for Kubernetes"),
    ("crossplane-", "Crossplane"),
    ("elbv2.k8s.aws/", "the AWS Load Balancer Controller"),
];

/// The controller whose mark a tag of this key is, if it is one.
#[must_use]
pub fn controller_of(key: &str) -> Option<&'static str> {
    CONTROLLERS.iter().find(|(mark, _)| key.starts_with(mark)).map(|(_, controller)| *controller)
}

/// What tags may consist of, beside letters and digits (AWS tagging rules).
const PUNCTUATION: &str = " _.:/=+-@";
const MAX_KEY: usize = 128;
/// Longest value, in characters (AWS tagging rules).
pub const MAX_VALUE: usize = 256;

/// Whether AWS takes this as a tag's key. Some are reserved all the same.
#[must_use]
pub fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_KEY && text.chars().all(is_taken)
}

/// Whether AWS takes this as a tag's value.
#[must_use]
pub fn is_value(text: &str) -> bool {
    text.chars().count() <= MAX_VALUE && text.chars().all(is_taken)
}

fn is_taken(c: char) -> bool {
    c.is_alphanumeric() || PUNCTUATION.contains(c)
}

/// The tags of one resource, ordered by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets `key` to `value`.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Every key and value, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tags of `self` that `live` has not, or has with another value.
    #[must_use]
    pub fn missing_from(&self, live: &Self) -> Self {
        self.iter().filter(|(key, value)| live.get(key) != Some(value)).collect()
    }

    /// How many tags of `self` neither `declared` nor AWS owns: they are left alone.
    #[must_use]
    pub fn unmanaged(&self, declared: &Self) -> usize {
        self.iter().filter(|(key, _)| declared.get(key).is_none() && !key.starts_with(AWS_RESERVED)).count()
    }

    /// The CloudFormation stack that made the resource, if its tags name one.
    ///
    /// The tags stay behind on what a stack retained, so they alone do not say that the stack still owns it.
    #[must_use]
    pub fn stack(&self) -> Option<StackMark> {
        let id = self.get(STACK_ID)?;
        Some(StackMark {
            id: id.to_owned(),
            name: self.get(STACK_NAME).unwrap_or(id).to_owned(),
            logical_id: self.get(STACK_RESOURCE).map(str::to_owned),
        })
    }

    /// The owner that the tags name, seen from the manifest called `manifest`.
    #[must_use]
    pub fn owner(&self, manifest: &str) -> Owner {
        if let Some(controller) = self.iter().find_map(|(key, _)| controller_of(key)) {
            return Owner::Controller(controller.to_owned());
        }
        match self.get(MANIFEST) {
            Some(name) if name == manifest => Owner::Us,
            Some(name) => Owner::Manifest(name.to_owned()),
            None => Owner::Nobody,
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// What the tags say about the CloudFormation stack that made a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackMark {
    /// The stack's ARN.
    pub id: String,
    /// The stack's name.
    pub name: String,
    /// The resource's name in the stack's template.
    pub logical_id: Option<String>,
}

/// Who owns a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This manifest.
    Us,
    /// Another manifest.
    Manifest(String),
    /// A Kubernetes controller.
    Controller(String),
    /// Nobody that the tags name.
    Nobody,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().copied().collect()
    }

    #[test]
    fn the_owner_is_read_from_the_tags() {
        for (pairs, owner) in [
            (vec![], Owner::Nobody),
            (vec![("Project", "x")], Owner::Nobody),
            (vec![(MANIFEST, "prereqs")], Owner::Us),
            (vec![(MANIFEST, "other")], Owner::Manifest("other".into())),
            (vec![(MANIFEST, "prereqs"), ("crossplane-kind", "x")], Owner::Controller("Crossplane".into())),
        ] {
            assert_eq!(tags(&pairs).owner("prereqs"), owner, "{pairs:?}");
        }
    }

    #[test]
    fn only_declared_tags_are_managed() {
        let declared = tags(&[("Project", "x"), ("Team", "a")]);
        let live = tags(&[("Project", "y"), ("Team", "a"), ("Cost", "1"), ("aws:x", "1")]);
        assert_eq!(declared.missing_from(&live), tags(&[("Project", "x")]));
        assert_eq!(live.unmanaged(&declared), 1);
    }
}
