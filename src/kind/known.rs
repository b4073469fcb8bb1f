//! What the entries of a manifest have come to, for those that name them.

use std::collections::{BTreeMap, BTreeSet};

use super::Destroying;
use crate::aws::CallError;
use crate::guard::Destruction;
use crate::model::{Address, KindName, Outputs};

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
    gaps: BTreeMap<KindName, CallError>,
    made: BTreeSet<Address>,
    destroying: Option<Destroying>,
}

impl Known {
    /// Where all that the manifest owns is to go.
    #[must_use]
    pub fn of_destruction() -> Self {
        Self { destroying: Some(Destroying::new(Destruction::of_all())), ..Self::default() }
    }

    /// Nothing but this, where it is so that all is to go.
    #[must_use]
    pub(super) fn with_destroying(destroying: Option<Destroying>) -> Self {
        Self { destroying, ..Self::default() }
    }

    /// What is known where all is to go.
    #[must_use]
    pub fn destroying(&self) -> Option<&Destroying> {
        self.destroying.as_ref()
    }

    /// The same, to be added to.
    pub(super) fn destroying_mut(&mut self) -> Option<&mut Destroying> {
        self.destroying.as_mut()
    }

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

    /// Notes that resources of this kind that left the manifest may not all have been seen.
    pub fn gap(&mut self, kind: KindName, error: &CallError) {
        self.gaps.entry(kind).or_insert_with(|| error.clone());
    }

    /// Notes that this run has made the entry's resource.
    pub fn made(&mut self, address: Address) {
        self.made.insert(address);
    }

    /// Whether this run has made the entry's resource.
    #[must_use]
    pub fn is_made(&self, address: &Address) -> bool {
        self.made.contains(address)
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
        let made = names.iter().filter(|name| self.made.contains(name)).cloned();
        Self { fates: fates.collect(), made: made.collect(), ..Self::default() }
    }

    /// The address of a resource that left the manifest and stays, by its id.
    #[must_use]
    pub fn kept(&self, id: &str) -> Option<&Address> {
        self.kept.get(id)
    }

    /// Why nobody can say whether the resource of this kind with this id left the manifest and stays: it is no
    /// entry's, and not all that left was seen.
    #[must_use]
    pub fn unseen(&self, kind: KindName, id: &str) -> Option<&CallError> {
        let is = |fate: &Fate| match fate {
            Fate::Live(outputs) | Fate::Blocked(Some(outputs)) => outputs.get(Outputs::ID) == Some(id),
            Fate::Coming | Fate::Blocked(None) | Fate::Unknown(_) => false,
        };
        let is_entrys = self.fates.iter().any(|(address, fate)| address.kind == kind && is(fate));
        self.gaps.get(&kind).filter(|_| !is_entrys)
    }
}
