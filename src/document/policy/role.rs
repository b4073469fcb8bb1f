//! Roles by which a grant says whom it lets in.

use std::collections::BTreeSet;

use crate::model::Arn;
use crate::model::arn::{is_account, partition};
use crate::model::problem::Problems;

/// The account that a manifest is about: what a role is that is named without an ARN.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The account, 12 digits.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
}

/// A role, as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// One of this account, by its ARN.
    Own(String),
    /// One of another account, by its ARN.
    Other(String),
    /// One that was deleted: a policy that named it shows its unique id ever after, and lets in nobody, not even a new
    /// role of the same name (IAM user guide, "IAM JSON policy elements: Principal").
    Gone(String),
}

/// Longest name of a role (API `CreateRole`).
const MAX_NAME: usize = 64;

impl Role {
    /// The role that a live policy names, if it names one.
    pub(super) fn live(text: &str, account: &str) -> Option<Self> {
        if is_gone(text) && text.starts_with("AROA") {
            return Some(Self::Gone(text.to_owned()));
        }
        let arn = Arn::parse(text).filter(|arn| arn.service == "iam" && arn.region.is_empty())?;
        let known = is_account(arn.account) && arn.resource.strip_prefix("role/").is_some_and(is_path);
        let own = arn.account == account;
        known.then(|| if own { Self::Own(text.to_owned()) } else { Self::Other(text.to_owned()) })
    }

    /// The role that a manifest names.
    fn declared(text: &str, home: Home<'_>) -> Result<Self, (&'static str, &'static str)> {
        let here = partition(home.region);
        if !text.starts_with("arn:") {
            return match text.strip_prefix("role/") {
                Some(_) => Err(("a role is named without `role/`", "write what follows it")),
                None if is_gone(text) => {
                    Err(("this is the id of a principal, not the name of a role", BY_NAME))
                }
                None if is_path(text) => {
                    Ok(Self::Own(format!("arn:{here}:iam::{}:role/{text}", home.account)))
                }
                None => Err(("this is no name of a role", BY_NAME)),
            };
        }
        match Arn::parse(text) {
            Some(Arn { service: "sts", .. }) => {
                Err(("this is a session, not a role", "write the role's own ARN, or its name"))
            }
            Some(arn) if arn.partition != here => {
                Err(("this role is in another partition of AWS", "a policy can only name roles of its own"))
            }
            _ => Self::live(text, home.account).ok_or(("this is no ARN of a role", BY_NAME)),
        }
    }

    /// As the policy names it.
    pub(super) fn principal(&self) -> &str {
        match self {
            Self::Own(text) | Self::Other(text) | Self::Gone(text) => text,
        }
    }

    /// As a manifest names it; none for one that is gone.
    pub(super) fn spelled(&self) -> Option<String> {
        match self {
            Self::Own(arn) => {
                let name = Arn::parse(arn)?.resource.strip_prefix("role/")?;
                // A path may be called so too.
                Some(if name.starts_with("role/") { arn.clone() } else { name.to_owned() })
            }
            Self::Other(arn) => Some(arn.clone()),
            Self::Gone(_) => None,
        }
    }

    /// As people read it.
    fn shown(&self) -> String {
        match self {
            Self::Own(arn) => Arn::parse(arn).map_or(arn.as_str(), |arn| arn.resource).to_owned(),
            Self::Other(arn) => arn.clone(),
            Self::Gone(id) => told(id),
        }
    }
}

const BY_NAME: &str = "write the name of a role of this account, with its path if it has one (`team/site`), or a role's ARN, \
                       without wildcards";

/// The roles that `names` name, each problem at its index.
pub(super) fn declared(names: &[String], home: Home<'_>, problems: &mut Problems) -> BTreeSet<Role> {
    let mut roles = BTreeSet::new();
    for (at, name) in names.iter().enumerate() {
        match Role::declared(name, home) {
            Ok(role) => drop(roles.insert(role)),
            Err((message, help)) => problems.report(at, message, help),
        }
    }
    roles
}

/// Roles in one line.
pub(super) fn listed<'a>(roles: impl IntoIterator<Item = &'a Role>) -> String {
    roles.into_iter().map(Role::shown).collect::<Vec<_>>().join(", ")
}

/// Whether it is the unique id of a role or user, which a policy shows of one that was deleted (IAM user guide, "IAM
/// identifiers").
fn is_gone(text: &str) -> bool {
    let is_id = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    ["AROA", "AIDA"].iter().any(|mark| text.starts_with(mark)) && text.chars().all(is_id)
}

/// A principal as people read it.
pub(super) fn told(principal: &str) -> String {
    if is_gone(principal) { format!("a principal that is gone ({principal})") } else { principal.to_owned() }
}

/// A role's name behind its path (API `CreateRole`; of the characters of a path only those that a name may have).
fn is_path(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
    };
    text.split('/').all(is_word) && text.rsplit('/').next().is_some_and(|name| name.len() <= MAX_NAME)
}
