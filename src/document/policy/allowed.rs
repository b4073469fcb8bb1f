//! Whom a policy lets in, whatever for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Policy;
use super::exposure::{denies, is_public};
use crate::model::Arn;
use crate::model::arn::is_account;

impl Policy {
    /// Whether a statement lets in people whom nobody named.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.statements().any(is_public)
    }

    /// The accounts, and the principals of accounts, that statements allow something; `*` for whomever a condition
    /// lets in. Services are not among them, nor what is left of principals that were deleted (`AROA…`).
    #[must_use]
    pub fn allowed(&self) -> BTreeSet<String> {
        let mut allowed = BTreeSet::new();
        for statement in self.statements().filter(|statement| !denies(statement)) {
            let Some(Value::Object(kinds)) = statement.get("Principal") else {
                // Everybody, or everybody but some.
                allowed.insert("*".to_owned());
                continue;
            };
            let named = ["AWS", "CanonicalUser"].iter().filter_map(|kind| kinds.get(*kind));
            let named = named.flat_map(super::listed).filter_map(|who| who.as_str().map(str::to_owned));
            allowed.extend(named.filter(|who| {
                who == "*" || is_account(who) || Arn::parse(who).is_some() || who.len() == CANONICAL
            }));
        }
        allowed
    }

    fn statements(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.shown["Statement"].as_array().into_iter().flatten().filter_map(Value::as_object)
    }
}

/// Digits of a canonical user id.
const CANONICAL: usize = 64;
