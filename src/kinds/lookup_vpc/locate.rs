//! Which entry finds a network with its subnets. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::choose::{self, Subnet, Vpc};
use super::spec::{self, Spec};
use crate::kind::lookup::Located;
use crate::kind::raise::{Ask, Subnets};
use crate::model::problem::Problems;

/// What the look-up of the default network is called.
const MAIN: &str = "main";

/// The plainest entry of which the look-up itself says that it finds what is asked for.
///
/// # Errors
///
/// That there is none.
pub(super) fn locate(ask: &Ask, vpcs: &[Vpc], subnets: &[Subnet]) -> Result<Located<Spec>, String> {
    let Some(vpc) = vpcs.iter().find(|vpc| vpc.id == ask.id) else {
        return Err(format!("there is no network {} in this account and region", ask.id));
    };
    let plain = if vpc.is_default {
        Spec { default: true, ..Spec::default() }
    } else {
        Spec { id: Some(vpc.id.clone()), ..Spec::default() }
    };
    let narrowed = tags(ask, subnets).into_iter().map(|(key, value)| Spec {
        subnet_tags: BTreeMap::from([(key.to_owned(), value.to_owned())]),
        ..plain.clone()
    });
    let specs = std::iter::once(plain.clone()).chain(narrowed);
    let mut found = specs.filter_map(|spec| {
        let query = spec::lower(&spec, &mut Problems::default())?;
        let outputs = choose::choose(&query, vpcs, subnets).ok()?.outputs;
        let word = if vpc.is_default { MAIN } else { vpc.tags.get("Name").unwrap_or("network") };
        ask.subnets.fit(&outputs).then(|| Located { spec, word: word.to_owned(), outputs })
    });
    found.next().ok_or_else(|| {
        let which = match ask.subnets {
            Subnets::Any => "one subnet in each zone",
            Subnets::Among(_) | Subnets::Exactly(_) => "just these subnets",
        };
        format!("no look-up finds {} with {which}; a tag that only those have would help", ask.id)
    })
}

/// The tags that the subnets have which are asked for; where any will do, all tags of the network's.
fn tags<'a>(ask: &Ask, subnets: &'a [Subnet]) -> BTreeSet<(&'a str, &'a str)> {
    let of_network = subnets.iter().filter(|subnet| subnet.vpc == ask.id);
    match &ask.subnets {
        Subnets::Any => of_network.flat_map(|subnet| subnet.tags.iter()).collect(),
        Subnets::Among(wanted) | Subnets::Exactly(wanted) => {
            let mut all = of_network.filter(|subnet| wanted.values().any(|id| *id == subnet.id));
            let Some(first) = all.next() else { return BTreeSet::new() };
            let rest: Vec<_> = all.collect();
            let on_all = |(key, value): &(&str, &str)| rest.iter().all(|it| it.tags.get(key) == Some(value));
            first.tags.iter().filter(on_all).collect()
        }
    }
}
