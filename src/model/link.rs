//! What one entry takes from another: the value of a link, and what makes one step wait for another.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Address;

/// What a resource brings that others can use: its id, its ARN, a look-up's subnets. Text by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// The output most resources have: what AWS calls them.
    pub const ID: &'static str = "id";
    /// The Amazon Resource Name.
    pub const ARN: &'static str = "arn";
    /// What the outputs of a network that are its subnets begin with; the rest is the zone.
    pub const SUBNET: &'static str = "subnet.";

    /// The value of an output.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets an output.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// The same with one more output.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The outputs whose names begin with `prefix`, by the rest of their names, in order.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// Every output, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Outputs {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// A value that stands for another resource: named by its entry in what is declared, by its id in what is live.
///
/// That of an entry is filled in when the entry's resource has been seen or made. Until then it is known
/// only after apply, and equals nothing.
#[derive(Clone, Debug)]
pub struct Link {
    to: Option<Address>,
    output: &'static str,
    name: Option<String>,
    known: Option<Outputs>,
}

impl Link {
    /// The `output` of the entry at `address`.
    #[must_use]
    pub fn to(address: Address, output: &'static str) -> Self {
        Self { to: Some(address), output, name: None, known: None }
    }

    /// The id of a live resource.
    #[must_use]
    pub fn live(id: impl Into<String>) -> Self {
        let known = Outputs::default().with(Outputs::ID, id);
        Self { to: None, output: Outputs::ID, name: None, known: Some(known) }
    }

    /// The entry that it names.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        self.to.as_ref()
    }

    /// What the entry that it names is called in AWS, where the manifest says so: known before anything is read.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Fills in what the entry that it names is called.
    pub fn introduce(&mut self, names: &BTreeMap<Address, String>) {
        self.name = self.to.as_ref().and_then(|address| names.get(address)).cloned();
    }

    /// The value, once it is known.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.known.as_ref()?.get(self.output)
    }

    /// All that the other brings, once it is known.
    #[must_use]
    pub fn outputs(&self) -> Option<&Outputs> {
        self.known.as_ref()
    }

    /// Fills in what the other brings; none where it is not known any more.
    pub fn resolve(&mut self, outputs: Option<Outputs>) {
        self.known = outputs;
    }
}

/// Two links are the same if their values are known and equal.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.value().is_some_and(|value| other.value() == Some(value))
    }
}

/// The entry that it names, else the id: the same words before and after the value is known.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(address) => address.fmt(f),
            None => f.write_str(self.value().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KindName;

    #[test]
    fn what_is_not_known_yet_equals_nothing() {
        let address = Address::new(KindName::SECURITY_GROUP, "nfs");
        let mut link = Link::to(address, Outputs::ID);
        assert!(link != link.clone());
        assert!(link != Link::live("sg-1"));
        link.resolve(Some(Outputs::default().with("id", "sg-1")));
        assert!(link == Link::live("sg-1") && link != Link::live("sg-2"));
        assert_eq!(link.to_string(), "ec2.security-group.nfs");
    }
}
