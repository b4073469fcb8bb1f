//! Mount targets: where a file system can be reached. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use crate::kind::{Check, Delta, Outcome, Stage};
use crate::model::{FieldChange, Link, Outputs, Setting, Shown};

const MOVED: &str = "AWS cannot move a mount target, and a file system is in one network at a time: when nobody has it \
                     mounted there any more, delete that mount target by hand, then plan again";

/// The mount targets of a file system: what is declared of them, or what is live.
#[derive(Clone, Debug, PartialEq)]
pub enum Mounts {
    /// Nothing is declared of them.
    Undeclared,
    /// As they are declared: one in each zone of a network.
    Declared(Reach),
    /// As they are live, by zone. Those that AWS is deleting are not among them.
    Live(BTreeMap<String, MountTarget>),
}

/// From where a file system can be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The network.
    pub vpc: Link,
    /// The security groups, which say who in it.
    pub groups: Vec<Link>,
}

/// A live mount target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountTarget {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its network.
    pub vpc: String,
    /// Its security groups.
    pub groups: BTreeSet<String>,
    /// Whether AWS is still making it.
    pub coming: bool,
}

impl Reach {
    /// The zones to have a mount target in, with the subnet of each: those of the network, or the one zone that
    /// the file system itself is in (API `CreateMountTarget`: One Zone).
    fn subnets<'a>(&'a self, zone: Option<&str>) -> BTreeMap<&'a str, &'a str> {
        let all = self.vpc.outputs().into_iter().flat_map(|vpc| vpc.under(Outputs::SUBNET));
        all.filter(|(name, _)| zone.is_none_or(|zone| zone == *name)).collect()
    }
}

impl Mounts {
    /// Shows what of it names other entries.
    pub(super) fn links(&mut self, visit: &mut dyn FnMut(Stage, &mut Link)) {
        let Self::Declared(Reach { vpc, groups }) = self else { return };
        visit(Stage::Parts, vpc);
        for group in groups {
            visit(Stage::Parts, group);
        }
    }

    /// Those that are live, by zone.
    #[must_use]
    pub fn live(&self) -> Option<&BTreeMap<String, MountTarget>> {
        match self {
            Self::Live(live) => Some(live),
            Self::Undeclared | Self::Declared(_) => None,
        }
    }

    /// What is set of them, as people read it.
    pub(super) fn settings(&self) -> Vec<Setting> {
        match self {
            Self::Undeclared => Vec::new(),
            Self::Declared(Reach { vpc, groups }) => {
                let groups = groups.iter().map(|group| Setting::new("security-group", Shown::link(group)));
                [Setting::new("vpc", Shown::link(vpc))].into_iter().chain(groups).collect()
            }
            Self::Live(targets) => {
                let setting = |(zone, target): (&String, &MountTarget)| {
                    let MountTarget { id, subnet, vpc, groups, coming: _ } = target;
                    let groups = groups.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                    let value = format!("{id} in {subnet} of {vpc}, behind {groups}");
                    Setting::new(format!("mount target {zone}"), Shown::text(value))
                };
                targets.iter().map(setting).collect()
            }
        }
    }

    /// What differs from what is `live`. `zone` is that of a One Zone file system.
    pub(super) fn diff(&self, live: &Self, zone: Option<&str>) -> Vec<Delta<Change>> {
        let Self::Declared(reach) = self else { return Vec::new() };
        let none = BTreeMap::new();
        let live = live.live().unwrap_or(&none);
        let subnets = reach.subnets(zone);
        let here = live.iter().filter_map(|(zone, target)| {
            reach.misplaced(zone, target, subnets.get(zone.as_str()).copied()).or_else(|| {
                let declared = subnets.contains_key(zone.as_str());
                declared.then(|| reach.regroup(zone, target)).flatten()
            })
        });
        let mut deltas: Vec<_> = here.collect();
        let missing: Vec<_> = subnets.into_iter().filter(|(zone, _)| !live.contains_key(*zone)).collect();
        deltas.extend(reach.create(&missing).into_iter().map(Delta::Change));
        deltas
    }

    /// The mount targets of a new file system.
    pub(super) fn create(&self, zone: Option<&str>) -> Vec<Change> {
        let Self::Declared(reach) = self else { return Vec::new() };
        reach.create(&reach.subnets(zone).into_iter().collect::<Vec<_>>())
    }

    /// What can be verified of them: that there is one in each zone, ready to be used.
    pub(super) fn checks(&self, live: &Self, zone: Option<&str>) -> Vec<Check> {
        let Self::Declared(reach) = self else { return Vec::new() };
        let none = BTreeMap::new();
        let live = live.live().unwrap_or(&none);
        let subnets = reach.subnets(zone);
        if subnets.is_empty() {
            let outcome = match reach.vpc.value() {
                None => Outcome::Unread { why: "its network could not be looked up".to_owned(), help: None },
                Some(vpc) => Outcome::failed(
                    format!("{vpc} has no subnet where the file system is"),
                    "look up another network, or make a subnet there",
                ),
            };
            return vec![Check::known("mount targets", outcome)];
        }
        let check = |zone: &str| {
            let outcome = match live.get(zone) {
                None => Outcome::failed("there is none", "`infra apply` makes it"),
                Some(target) if target.coming => Outcome::failed(
                    format!("AWS is still making {}", target.id),
                    "that takes a minute or two; verify again",
                ),
                Some(target) => Outcome::passed(format!("{} is up in {}", target.id, target.subnet)),
            };
            Check::known(format!("mount target {zone}"), outcome)
        };
        subnets.into_keys().map(check).collect()
    }

    /// What people must be told of them. `zone` is that of a One Zone file system.
    pub(super) fn notes(&self, live: Option<&Self>, zone: Option<&str>) -> Vec<String> {
        let none = BTreeMap::new();
        let live = live.and_then(Self::live).unwrap_or(&none);
        let list = |zones: Vec<&str>| (!zones.is_empty()).then(|| zones.join(", "));
        let subnets = match self {
            Self::Declared(reach) => reach.subnets(zone),
            Self::Undeclared | Self::Live(_) => BTreeMap::new(),
        };
        let alone = live.keys().map(String::as_str).filter(|zone| !subnets.contains_key(zone)).collect();
        let coming = live.iter().filter(|(_, it)| it.coming).map(|(zone, _)| zone.as_str()).collect();
        let mut notes = Vec::new();
        notes.extend(
            list(alone).map(|zones| format!("mount targets that are not declared are left alone: {zones}")),
        );
        notes.extend(list(coming).map(|zones| format!("AWS is still making its mount targets: {zones}")));
        if live.is_empty() && subnets.is_empty() {
            notes.push(match (self, zone) {
                (Self::Declared(_), Some(zone)) => {
                    format!("nobody can mount it: its network has no subnet in {zone}, where it is")
                }
                _ => "nobody can mount it: it has no mount targets".to_owned(),
            });
        }
        notes
    }
}

impl Reach {
    /// A live mount target that is not where it is declared, or in another network than the others would be.
    fn misplaced(&self, zone: &str, target: &MountTarget, subnet: Option<&str>) -> Option<Delta<Change>> {
        let MountTarget { subnet: is, vpc, .. } = target;
        let network = self.vpc.value()?;
        if subnet.is_none_or(|subnet| subnet == is) && vpc == network {
            return None;
        }
        let after = subnet.map(|subnet| format!("{subnet} in {network}"));
        let field = FieldChange::new(
            format!("mount target {zone}"),
            Shown::text(format!("{is} in {vpc}")),
            Shown::optional(after),
        );
        Some(Delta::Immutable { field, instead: MOVED })
    }

    /// Other security groups for a live mount target.
    fn regroup(&self, zone: &str, target: &MountTarget) -> Option<Delta<Change>> {
        let want: BTreeSet<_> = self.groups.iter().map(Link::value).collect();
        let live = target.groups.iter().map(|group| Some(group.as_str())).collect();
        (want != live).then(|| {
            Delta::Change(Change::ModifyMountTargetSecurityGroups {
                zone: zone.to_owned(),
                id: target.id.clone(),
                before: target.groups.clone(),
                after: self.groups.clone(),
            })
        })
    }

    /// A creation for each of these zones. AWS takes a minute or two for one, so the last alone waits, for all.
    fn create(&self, missing: &[(&str, &str)]) -> Vec<Change> {
        let zones: Vec<_> = missing.iter().map(|(zone, _)| (*zone).to_owned()).collect();
        let create = |(at, (zone, subnet)): (usize, &(&str, &str))| Change::CreateMountTarget {
            zone: (*zone).to_owned(),
            subnet: (*subnet).to_owned(),
            groups: self.groups.clone(),
            awaits: if at + 1 == zones.len() { zones.clone() } else { Vec::new() },
        };
        missing.iter().enumerate().map(create).collect()
    }
}

/// The fields of a change of security groups, each called `name`: what is added, then what is taken off.
pub(super) fn group_fields(name: &str, before: &BTreeSet<String>, after: &[Link]) -> Vec<FieldChange> {
    let added = after.iter().filter(|link| link.value().is_none_or(|id| !before.contains(id)));
    let added = added.map(|link| FieldChange::set(name, Shown::link(link)));
    let gone = removed(before, after).map(|id| FieldChange::new(name, Shown::text(id), Shown::Absent));
    added.chain(gone).collect()
}

/// The groups that a mount target loses.
pub(super) fn removed<'a>(before: &'a BTreeSet<String>, after: &'a [Link]) -> impl Iterator<Item = &'a str> {
    let stays = |id: &str| after.iter().any(|link| link.value() == Some(id));
    before.iter().map(String::as_str).filter(move |id| !stays(id))
}
