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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KindName, Tags};

    fn vpc(id: &str, is_default: bool) -> Vpc {
        Vpc { id: id.to_owned(), cidr: "10.0.0.0/16".to_owned(), is_default, tags: Tags::default() }
    }

    fn subnet(id: &str, vpc: &str, zone: &str, is_default: bool, tier: Option<&str>) -> Subnet {
        Subnet {
            id: id.to_owned(),
            vpc: vpc.to_owned(),
            zone: format!("us-west-2{zone}"),
            is_default,
            is_available: true,
            on_outpost: false,
            tags: tier.map(|tier| Tags::from_iter([("Tier", tier)])).unwrap_or_default(),
        }
    }

    fn located(vpc_id: &str, subnets: Subnets) -> Result<String, String> {
        let vpcs = [vpc("vpc-d", true), vpc("vpc-o", false), vpc("vpc-x", false)];
        let all = [
            subnet("d1", "vpc-d", "a", true, None),
            subnet("d2", "vpc-d", "b", true, Some("file")),
            subnet("o1", "vpc-o", "a", false, Some("private")),
            subnet("o2", "vpc-o", "a", false, Some("public")),
            subnet("o3", "vpc-o", "b", false, Some("private")),
            subnet("x1", "vpc-x", "a", false, None),
            subnet("x2", "vpc-x", "a", false, None),
        ];
        let ask = Ask { kind: KindName::VPC, id: vpc_id.to_owned(), subnets };
        let found = locate(&ask, &vpcs, &all)?;
        Ok(serde_json::to_string(&found.spec).unwrap())
    }

    fn some(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(zone, id)| (format!("us-west-2{zone}"), (*id).to_owned())).collect()
    }

    #[test]
    fn the_plainest_entry_that_finds_just_that_is_taken() {
        let id = |spec: &str| Ok(spec.to_owned());
        assert_eq!(located("vpc-d", Subnets::Any), id(r#"{"default":true}"#));
        assert_eq!(
            located("vpc-d", Subnets::Exactly(some(&[("a", "d1"), ("b", "d2")]))),
            id(r#"{"default":true}"#)
        );
        assert_eq!(located("vpc-d", Subnets::Among(some(&[("a", "d1")]))), id(r#"{"default":true}"#));
        // One alone would be made another in the other zone.
        assert_eq!(
            located("vpc-d", Subnets::Exactly(some(&[("b", "d2")]))),
            id(r#"{"default":true,"subnet-tags":{"Tier":"file"}}"#)
        );
        let private = r#"{"id":"vpc-o","subnet-tags":{"Tier":"private"}}"#;
        assert_eq!(located("vpc-o", Subnets::Exactly(some(&[("a", "o1"), ("b", "o3")]))), id(private));
        assert_eq!(located("vpc-o", Subnets::Any), id(private));
    }

    #[test]
    fn what_no_entry_finds_is_said() {
        let why = located("vpc-d", Subnets::Exactly(some(&[("a", "d1")]))).unwrap_err();
        assert_eq!(
            why,
            "no look-up finds vpc-d with just these subnets; a tag that only those have would help"
        );
        let why = located("vpc-x", Subnets::Any).unwrap_err();
        assert_eq!(
            why,
            "no look-up finds vpc-x with one subnet in each zone; a tag that only those have would help"
        );
        assert!(located("vpc-none", Subnets::Any).is_err());
    }
}
