//! What stands in the way of a group's deletion, in words.

use std::collections::BTreeMap;

use crate::model::size;

/// What uses a group. AWS does not delete it before all of that is gone (API `DeleteSecurityGroup`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// The network interfaces that are in it.
    pub interfaces: Vec<Interface>,
    /// The other groups whose rules name it.
    pub groups: Vec<Naming>,
}

/// A network interface that is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What it is for, as whoever made it says (`EFS mount target for fs-0ab1 (fsmt-0ab1)`).
    pub what: String,
    /// Whether it is one that Lambda keeps for functions.
    pub is_of_lambda: bool,
}

/// A group whose rules name another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// How many of each sort are told by name.
const TOLD: usize = 3;

impl Holders {
    /// The same without the groups that `goes` says will be gone.
    #[must_use]
    pub fn without(&self, goes: impl Fn(&str) -> bool) -> Self {
        let groups = self.groups.iter().filter(|group| !goes(&group.id)).cloned().collect();
        Self { interfaces: self.interfaces.clone(), groups }
    }

    /// What uses the group; none if nothing does.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let Self { interfaces, groups } = self;
        let interfaces = (!interfaces.is_empty()).then(|| {
            let count = size::count(interfaces.len(), "network interface");
            // Several of one purpose are told once.
            let mut purposes: BTreeMap<&str, usize> = BTreeMap::new();
            for interface in interfaces {
                *purposes.entry(&interface.what).or_default() += 1;
            }
            let alone = purposes.len() == 1;
            let told = purposes.into_iter().map(|(what, count)| {
                if alone || count == 1 { what.to_owned() } else { format!("{count} of {what}") }
            });
            format!("{count} ({})", some(told.collect()))
        });
        let groups = (!groups.is_empty()).then(|| {
            let told = groups.iter().map(|Naming { id, name }| format!("{id} ({name})"));
            format!("rules of {}", some(told.collect()))
        });
        let all: Vec<_> = interfaces.into_iter().chain(groups).collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }

    /// Whether Lambda is among them: it lets go of its interfaces long after the last function is gone.
    #[must_use]
    pub fn are_of_lambda(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.is_of_lambda)
    }
}

/// The first of `names`, and how many more there are.
fn some(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(TOLD);
    let told = names.into_iter().take(TOLD).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{told} and {more} more") } else { told }
}
