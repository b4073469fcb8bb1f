//! The normal form, and the diff. Pure.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::change::Change;
use super::{Elbv2LoadBalancer, listening, listening::Listening};
use crate::kind::view::tag_fields;
use crate::kind::{Delta, Entry, Live, Outcome};
use crate::model::{FieldChange, Link, Outputs, Setting, Shown, Tags, size, tags};

/// The fewest zones (API `CreateLoadBalancer`).
const MIN_ZONES: usize = 2;

/// The output that is its DNS name.
pub(super) const DNS_NAME: &str = "dns-name";
/// The output that is the hosted zone of its DNS name, which an alias record names.
pub(super) const ZONE_ID: &str = "zone-id";

/// A load balancer's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Who can reach it at all.
    pub scheme: Scheme,
    /// The network, and in its outputs the subnet of each zone: as it was looked up, or as the load balancer is in it.
    pub vpc: Link,
    /// Who in that reach may talk to it.
    pub security_groups: Vec<Link>,
    /// The addresses that it has.
    pub address_type: AddressType,
    /// What else is set.
    pub attributes: Attributes,
}

impl State {
    /// The subnet in each zone.
    #[must_use]
    pub fn subnets(&self) -> BTreeMap<String, String> {
        let all = self.vpc.outputs().into_iter().flat_map(|vpc| vpc.under(Outputs::SUBNET));
        all.map(|(zone, subnet)| (zone.to_owned(), subnet.to_owned())).collect()
    }

    /// Why AWS would not have it in its subnets.
    pub(super) fn too_few_zones(&self) -> Option<String> {
        let zones: Vec<_> = self.subnets().into_keys().collect();
        (zones.len() < MIN_ZONES && self.vpc.value().is_some()).then(|| {
            let of =
                if zones.is_empty() { "no zone".to_owned() } else { format!("{} alone", zones.join(", ")) };
            format!("its network has a subnet in {of}, and a load balancer needs two zones")
        })
    }
}

/// The network of a live load balancer, with its subnet in each zone.
pub(super) fn network(vpc: &str, subnets: impl IntoIterator<Item = (String, String)>) -> Link {
    let mut outputs = Outputs::default().with(Outputs::ID, vpc);
    for (zone, subnet) in subnets {
        outputs.set(format!("{}{zone}", Outputs::SUBNET), subnet);
    }
    let mut link = Link::live(vpc);
    link.resolve(Some(outputs));
    link
}

/// Who can reach a load balancer at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The internet: it has public addresses.
    InternetFacing,
    /// The network that it is in, and what is connected to that.
    Internal,
}

impl Scheme {
    fn shown(self) -> Shown {
        Shown::text(match self {
            Self::InternetFacing => "internet-facing",
            Self::Internal => "internal",
        })
    }
}

/// The addresses that a load balancer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AddressType {
    /// Of IPv4.
    #[default]
    Ipv4,
    /// Of IPv4 and of IPv6.
    Dualstack,
    /// Of both, but in the internet only of IPv6.
    DualstackWithoutPublicIpv4,
}

impl AddressType {
    pub(super) fn shown(self) -> Shown {
        Shown::text(match self {
            Self::Ipv4 => "ipv4",
            Self::Dualstack => "dualstack",
            Self::DualstackWithoutPublicIpv4 => "dualstack-without-public-ipv4",
        })
    }
}

/// What is seen of a load balancer besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// How it is.
    pub condition: Condition,
    /// What listens on it, if that was read.
    pub listeners: Option<Vec<Listening>>,
}

/// How a load balancer is (API `LoadBalancerState`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// It routes traffic.
    #[default]
    Active,
    /// AWS is still setting it up.
    Coming,
    /// It routes traffic, and has not what it needs to grow.
    Impaired,
}

/// What people would miss: its DNS name cannot be had again.
pub(super) fn holds(live: &Live<Elbv2LoadBalancer>) -> Option<String> {
    let name = live.outputs.get(DNS_NAME).map(|name| format!("the DNS name {name}"));
    let listeners = live.detail.listeners.as_ref().filter(|listeners| !listeners.is_empty());
    let listeners = listeners.map(|listeners| size::count(listeners.len(), "listener"));
    let parts: Vec<_> = name.into_iter().chain(listeners).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

pub(super) fn blocks_deletion(live: &Live<Elbv2LoadBalancer>) -> Option<String> {
    if live.state.attributes.deletion_protection {
        // Its entry, which could say so, is gone.
        let arn = live.outputs.get(Outputs::ARN).unwrap_or_default();
        return Some(format!(
            "its deletion protection is on: put its entry back with deletion-protection = false and apply that first, or run aws elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} --attributes Key=deletion_protection.enabled,Value=false"
        ));
    }
    let Some(listeners) = &live.detail.listeners else {
        return Some("what listens on it was not read".to_owned());
    };
    listening::others(listeners, live.tags.get(tags::MANIFEST).unwrap_or_default())
}

/// What people must be told of a load balancer that is there, or is not yet.
pub(super) fn notes(live: Option<&Live<Elbv2LoadBalancer>>, want: &State) -> Vec<String> {
    let Some(live) = live else {
        return want.too_few_zones().map(|why| format!("it cannot be made: {why}")).into_iter().collect();
    };
    let note = match live.detail.condition {
        Condition::Active => None,
        Condition::Coming => Some("AWS is still setting it up"),
        Condition::Impaired => Some("AWS says that it has not what it needs to grow (active_impaired)"),
    };
    note.map(str::to_owned).into_iter().collect()
}

/// Whether it routes traffic.
pub(super) fn condition(live: &Live<Elbv2LoadBalancer>) -> Outcome {
    match live.detail.condition {
        Condition::Active => Outcome::passed("active"),
        Condition::Coming => {
            Outcome::failed("AWS is still setting it up", "that takes some minutes; verify again")
        }
        Condition::Impaired => Outcome::failed(
            "AWS says that it has not what it needs to grow (active_impaired)",
            "look for free addresses in its subnets: AWS wants eight in each",
        ),
    }
}

pub(super) fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. Attributes are a call of their own.
    let State { name, scheme, vpc, security_groups, address_type, attributes: _ } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("scheme", scheme.shown()),
        FieldChange::set("vpc", Shown::link(vpc)),
    ];
    fields.extend(subnet_fields(&BTreeMap::new(), &state.subnets()));
    let groups = security_groups.iter();
    fields.extend(groups.map(|group| FieldChange::set("security-group", Shown::link(group))));
    fields.push(FieldChange::set("ip-address-type", address_type.shown()));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

/// The zones in which the subnet differs.
pub(super) fn subnet_fields(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<FieldChange> {
    let zones: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differs = zones.into_iter().filter(|zone| before.get(*zone) != after.get(*zone));
    let shown = |subnets: &BTreeMap<String, String>, zone: &str| Shown::optional(subnets.get(zone));
    differs
        .map(|zone| FieldChange::new(format!("subnet {zone}"), shown(before, zone), shown(after, zone)))
        .collect()
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let creation = creation_fields(state, &Tags::default()).into_iter().map(Setting::from);
    let attributes = state.attributes.shown().map(|it| Setting::new(it.field, Shown::text(it.value)));
    creation.chain(attributes).collect()
}

pub(super) fn create(entry: &Entry<Elbv2LoadBalancer>) -> Vec<Change> {
    let state = &entry.state;
    let made = Change::CreateLoadBalancer { state: Box::new(state.clone()), tags: entry.tags.clone() };
    let edits = Attributes::default().edits(&state.attributes);
    [made].into_iter().chain(edits.into_iter().map(Change::ModifyLoadBalancerAttributes)).collect()
}

const BESIDE: &str = "put back what is live, or give the new one an entry and a name of its own, point to it whatever names this one's \
     DNS name, and then take this entry out: the DNS name of this one cannot be had again";
const MORE_ZONES: &str = "look up a network with subnets in two zones or more, or widen the look-up's `subnet-tags`: AWS demands two (API SetSubnets)";

pub(super) fn diff(is: &State, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found it.
    let State { name: _, scheme, vpc, security_groups, address_type, attributes } = want;
    let mut deltas = Vec::new();
    let mut fixed = |field: &str, before: Shown, after: Shown, instead: &'static str| {
        deltas.push(Delta::Immutable { field: FieldChange::new(field, before, after), instead });
    };
    if *scheme != is.scheme {
        fixed("scheme", is.scheme.shown(), scheme.shown(), BESIDE);
    }
    let (live_subnets, subnets) = (is.subnets(), want.subnets());
    let mut moved = None;
    if *vpc != is.vpc {
        fixed("vpc", Shown::link(&is.vpc), Shown::link(vpc), BESIDE);
    } else if want.too_few_zones().is_some() {
        let zones = |subnets: BTreeMap<String, String>| {
            Shown::text(subnets.into_keys().collect::<Vec<_>>().join(", "))
        };
        fixed("zones", zones(live_subnets), zones(subnets), MORE_ZONES);
    } else if live_subnets != subnets {
        moved = Some(Change::SetSubnets { before: live_subnets, after: subnets });
    }
    let before: BTreeSet<_> = is.security_groups.iter().filter_map(Link::value).collect();
    let after: BTreeSet<_> = security_groups.iter().map(Link::value).collect();
    let regrouped = (before.iter().copied().map(Some).collect::<BTreeSet<_>>() != after).then(|| {
        let before = before.into_iter().map(str::to_owned).collect();
        Change::SetSecurityGroups { before, after: security_groups.clone() }
    });
    let (scheme, before, after) = (*scheme, is.address_type, *address_type);
    let readdressed = (before != after).then_some(Change::SetIpAddressType { scheme, before, after });
    // Addresses of IPv6 need subnets that have such: they come after those, and go before.
    let places = if after == AddressType::Ipv4 { [readdressed, moved] } else { [moved, readdressed] };
    let edits = is.attributes.edits(attributes).into_iter().map(Change::ModifyLoadBalancerAttributes);
    deltas.extend(places.into_iter().flatten().chain(regrouped).chain(edits).map(Delta::Change));
    deltas
}
