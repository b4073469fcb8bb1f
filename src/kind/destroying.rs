//! What is known where all that a manifest owns is to go. Pure.

use std::collections::BTreeMap;

use crate::guard::{Destruction, Permit};
use crate::model::Address;

/// That everything goes, and what lets go of others as it does.
#[derive(Clone, Debug)]
pub struct Destroying {
    destruction: Destruction,
    /// How the descriptions of network interfaces begin that AWS makes for what goes, and whose they are.
    grips: BTreeMap<String, Address>,
}

impl Destroying {
    /// Where nothing is known to go yet.
    #[must_use]
    pub fn new(destruction: Destruction) -> Self {
        Self { destruction, grips: BTreeMap::new() }
    }

    /// Permission to take from what stays that which holds no data.
    #[must_use]
    pub fn strips(&self) -> Permit {
        self.destruction.strips()
    }

    /// Notes that the network interfaces whose descriptions begin with `grip` go with the one at `address`.
    pub(super) fn goes(&mut self, grip: String, address: &Address) {
        self.grips.insert(grip, address.clone());
    }

    /// What has the network interface of this description, if that goes.
    #[must_use]
    pub fn owner(&self, interface: &str) -> Option<&Address> {
        let mut grips = self.grips.iter();
        grips.find(|(grip, _)| interface.starts_with(*grip)).map(|(_, address)| address)
    }
}
