//! The contract of a look-up: something that the manifest names and never writes.
//!
//! A look-up is found by what the manifest says of it. What was chosen, and why, stands in the plan and is
//! part of its digest.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::check::Check;
use super::raise::Ask;
use crate::aws::{Aws, CallError};
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs};

/// One kind of look-up.
pub trait LookUp: Sized + Send + Sync + 'static {
    /// Its name in manifests.
    const NAME: KindName;
    /// What it finds, in a few words for people.
    const ABOUT: &'static str;

    /// What may be written in an entry.
    type Spec: DeserializeOwned + Serialize + JsonSchema;
    /// What is looked for.
    type Query: Clone + Debug + Send + Sync;

    /// Turns an entry into a query. Pure; reports every problem at once.
    fn lower(spec: &Self::Spec, problems: &mut Problems) -> Option<Self::Query>;

    /// Looks: one answer for each query, in their order.
    fn look<'a>(
        aws: &'a Aws,
        queries: &'a [&'a Self::Query],
    ) -> impl Future<Output = Vec<Result<Choice, NoChoice>>> + Send + 'a;

    /// Finds look-ups: for each of `asks`, the entry that finds it. Only reads.
    fn locate<'a>(
        aws: &'a Aws,
        asks: &'a [Ask],
    ) -> impl Future<Output = Vec<Result<Located<Self::Spec>, NotLocated>>> + Send + 'a;

    /// The domain that must have an issued certificate before a sandbox can be looked at, if it is one's.
    fn domain(_query: &Self::Query) -> Option<&str> {
        None
    }
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What AWS calls it: its id or ARN.
    pub name: String,
    /// Why this one, and what of it matters. Part of the plan's digest, as is the name.
    pub why: String,
    /// What people must be told of it that makes no other plan.
    pub notes: Vec<String>,
    /// What it brings.
    pub outputs: Outputs,
    /// What can be verified of it.
    pub checks: Vec<Check>,
}

/// Why nothing was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoChoice {
    /// There is none, or more than one could be meant.
    Refused {
        /// Why.
        reason: String,
        /// What to do.
        help: String,
    },
    /// It could not be read.
    Unknown(CallError),
}

/// A look-up that finds what is asked for.
#[derive(Clone, Debug)]
pub struct Located<S> {
    /// What stands in its entry.
    pub spec: S,
    /// A word for its key.
    pub word: String,
    /// What it brings.
    pub outputs: Outputs,
}

/// Why there is no look-up.
#[derive(Clone, Debug)]
pub enum NotLocated {
    /// None finds it.
    None(String),
    /// It could not be read.
    Unknown(CallError),
}
