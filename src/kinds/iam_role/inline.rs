//! A policy of a role's own, which may name what other entries bring.
//!
//! It is shown as it is written, before and after what it names is known: so what a plan showed can be compared with
//! what a later look gives. What is live is shown in the same words, where it says the same.

use crate::document::policy::{PermissionSpec, Policy, PolicyError, Text, lower_permissions};
use crate::model::brought::bringing;
use crate::model::problem::Problems;
use crate::model::{KindName, Link};

/// A policy.
#[derive(Clone, Debug)]
pub struct Inline {
    policy: Policy,
    brought: Vec<Brought>,
}

/// A text that names what an entry brings.
#[derive(Clone, Debug)]
struct Brought {
    /// As it is written: `logs.log-group.cleanup.arn:*`.
    text: String,
    link: Link,
    /// What follows the name: `:*`.
    rest: String,
}

impl Brought {
    /// What it stands for, once that is known.
    fn value(&self) -> Option<String> {
        Some(format!("{}{}", self.link.value()?, self.rest))
    }
}

/// Two are the same if all that they name is known, and they mean the same.
impl PartialEq for Inline {
    fn eq(&self, other: &Self) -> bool {
        self.filled().is_some_and(|policy| other.filled() == Some(policy))
    }
}

impl Inline {
    /// One that is live.
    ///
    /// # Errors
    ///
    /// If the text cannot be understood as a policy.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Ok(Self { policy: Policy::parse(text)?, brought: Vec::new() })
    }

    /// The policy as it is written.
    #[must_use]
    pub fn written(&self) -> &Policy {
        &self.policy
    }

    /// The policy as it is sent, once all that it names is known.
    #[must_use]
    pub fn filled(&self) -> Option<Policy> {
        let values: Option<Vec<_>> = self.brought.iter().map(|it| Some((&it.text, it.value()?))).collect();
        let values = values?;
        let value = |text: &str| values.iter().find(|(of, _)| *of == text).map(|(_, value)| value.clone());
        self.policy.with_texts(value).ok()
    }

    /// A live policy in the words of this one.
    pub(super) fn retold(&self, live: &Self) -> Policy {
        let word = |text: &str| {
            let is = self.brought.iter().find(|it| it.value().as_deref() == Some(text));
            is.map(|it| it.text.clone())
        };
        live.policy.with_texts(word).unwrap_or_else(|_| live.policy.clone())
    }

    /// Shows each link to `visit`.
    pub(super) fn links(&mut self, visit: &mut dyn FnMut(&mut Link)) {
        self.brought.iter_mut().for_each(|it| visit(&mut it.link));
    }
}

/// The policy that `statements` spell.
pub(super) fn lower(statements: &[PermissionSpec], problems: &mut Problems) -> Option<Inline> {
    let mut all = Vec::new();
    let mut understand = |Text { text, at, is_value }: Text<'_>, problems: &mut Problems| {
        let (name, rest) = split(text);
        // Of a condition, what does not look like an address is a value of its own; of resources nothing is.
        if is_value && !looks_like_address(name) {
            return;
        }
        if text.starts_with("arn:") {
            problems.report(at, "this is no ARN", "write all six parts of it, without blanks");
            return;
        }
        let Some(link) = problems.link_to(at, name) else { return };
        if !all.iter().any(|it: &Brought| it.text == text) {
            all.push(Brought { text: text.to_owned(), link, rest: rest.to_owned() });
        }
    };
    let policy = lower_permissions(statements, &mut understand, problems)?;
    Some(Inline { policy, brought: all })
}

/// The address at the beginning of a text, and what follows it.
fn split(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}

/// Whether a text begins with the name of a kind whose entries bring something.
fn looks_like_address(text: &str) -> bool {
    let mut parts = text.splitn(3, '.');
    let (service, resource) = (parts.next(), parts.next());
    let is = |kind: &KindName| Some(kind.service) == service && Some(kind.resource) == resource;
    parts.next().is_some() && bringing().any(|kind| is(&kind))
}
