//! What the entries of a manifest have come to, for those that name them.

use std::collections::BTreeMap;

use crate::aws::CallError;
use crate::model::{Address, Outputs};

/// What an entry has come to.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is there.
    Live(Outputs),
    /// It will be made: what it brings is known only after apply.
    Coming,
    /// A guard refuses it. It may be there all the same.
    Blocked(Option<Outputs>),
    /// It could not be read.
    Unknown(CallError),
}

/// What has been decided so far, in the order of the registry: that of those who are named first.
#[derive(Clone, Debug, Default)]
pub struct Known {
    fates: BTreeMap<Address, Fate>,
    kept: BTreeMap<String, Address>,
}

impl Known {
    /// Notes what the entry at `address` has come to.
    pub fn note(&mut self, address: Address, fate: Fate) {
        self.fates.insert(address, fate);
    }

    /// Notes that the resource with these outputs left the manifest and stays.
    pub fn keep(&mut self, outputs: &Outputs, address: &Address) {
        if let Some(id) = outputs.get(Outputs::ID) {
            self.kept.insert(id.to_owned(), address.clone());
        }
    }

    /// What the entry at `address` has come to.
    #[must_use]
    pub fn fate(&self, address: &Address) -> Option<&Fate> {
        self.fates.get(address)
    }

    /// What the entry at `address` brings, if that is known.
    #[must_use]
    pub fn outputs(&self, address: &Address) -> Option<&Outputs> {
        match self.fates.get(address)? {
            Fate::Live(outputs) | Fate::Blocked(Some(outputs)) => Some(outputs),
            Fate::Coming | Fate::Blocked(None) | Fate::Unknown(_) => None,
        }
    }

    /// What is known of these alone.
    #[must_use]
    pub fn of(&self, names: &[Address]) -> Self {
        let fates = names.iter().filter_map(|name| Some((name.clone(), self.fates.get(name)?.clone())));
        Self { fates: fates.collect(), kept: BTreeMap::new() }
    }

    /// The address of a resource that left the manifest and stays, by its id.
    #[must_use]
    pub fn kept(&self, id: &str) -> Option<&Address> {
        self.kept.get(id)
    }
}
