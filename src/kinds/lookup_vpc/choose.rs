//! Which VPC and which subnets are meant. Pure.

use std::collections::BTreeMap;

use super::spec::{Query, Which};
use crate::kind::lookup::{Choice, NoChoice};
use crate::model::{Outputs, Tags};

/// What is seen of a VPC.
#[derive(Clone, Debug)]
pub(super) struct Vpc {
    pub(super) id: String,
    /// Its first range of IPv4 addresses, which stays the same as long as it lives.
    pub(super) cidr: String,
    pub(super) is_default: bool,
    pub(super) tags: Tags,
}

/// What is seen of a subnet.
#[derive(Clone, Debug)]
pub(super) struct Subnet {
    pub(super) id: String,
    pub(super) vpc: String,
    pub(super) zone: String,
    /// Whether it is the default one of its zone. Only the default VPC has such.
    pub(super) is_default: bool,
    /// Whether it is ready for use.
    pub(super) is_available: bool,
    pub(super) on_outpost: bool,
    pub(super) tags: Tags,
}

/// The choice among all VPCs and all subnets of an account in a region.
pub(super) fn choose(query: &Query, vpcs: &[Vpc], subnets: &[Subnet]) -> Result<Choice, NoChoice> {
    let vpc = vpc(&query.which, vpcs)?;
    let zones = zones(vpc, &query.subnet_tags, subnets)?;
    let how = match &query.which {
        Which::Default => "the default VPC".to_owned(),
        Which::Id(_) => "the VPC of this id".to_owned(),
        Which::Tags(tags) => format!("the only VPC with {}", words(tags)),
    };
    // Each subnet by its id: what is looked up is part of the plan's digest through these words.
    let with: Vec<_> = zones.iter().map(|(zone, subnet)| format!("{zone} {subnet}")).collect();
    let mut outputs = Outputs::default().with(Outputs::ID, &vpc.id).with("cidr", &vpc.cidr);
    for (zone, subnet) in zones {
        outputs.set(format!("{}{zone}", Outputs::SUBNET), subnet);
    }
    Ok(Choice {
        name: vpc.id.clone(),
        why: format!("{how}, {}; {}", vpc.cidr, with.join(", ")),
        notes: Vec::new(),
        outputs,
        checks: Vec::new(),
    })
}

fn vpc<'a>(which: &Which, vpcs: &'a [Vpc]) -> Result<&'a Vpc, NoChoice> {
    let is_meant = |vpc: &&Vpc| match which {
        Which::Default => vpc.is_default,
        Which::Id(id) => vpc.id == *id,
        Which::Tags(tags) => tags.missing_from(&vpc.tags).is_empty(),
    };
    let meant: Vec<_> = vpcs.iter().filter(is_meant).collect();
    if let [vpc] = meant[..] {
        return Ok(vpc);
    }
    let (of, help) = match which {
        Which::Default => (
            "default VPC".to_owned(),
            "name another VPC by `id` or `tags`; `aws ec2 create-default-vpc` makes a new default one, which is for you to decide",
        ),
        Which::Id(id) => {
            (format!("VPC {id}"), "check the id, and that the VPC is in this account and region")
        }
        Which::Tags(tags) => (
            format!("VPC with {}", words(tags)),
            "name it by `id`, or by tags that one VPC and no other has; keys and values count in upper and lower case",
        ),
    };
    Err(if meant.is_empty() {
        refused(format!("there is no {of} in this account and region"), help)
    } else {
        let mut them: Vec<_> = meant.iter().map(|vpc| format!("{} ({})", vpc.id, vpc.cidr)).collect();
        them.sort();
        refused(format!("there is more than one {of}: {}", them.join(", ")), help)
    })
}

/// The one subnet of each zone in which `vpc` has any that is meant.
fn zones<'a>(vpc: &Vpc, tags: &Tags, subnets: &'a [Subnet]) -> Result<BTreeMap<&'a str, &'a str>, NoChoice> {
    let is_meant = |subnet: &&Subnet| {
        // AWS itself picks the default subnet of a zone where nobody names one.
        let wanted = if tags.is_empty() { !vpc.is_default || subnet.is_default } else { true };
        wanted
            && subnet.vpc == vpc.id
            && subnet.is_available
            && !subnet.on_outpost
            && is_ordinary(&subnet.zone)
            && tags.missing_from(&subnet.tags).is_empty()
    };
    let mut zones: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for subnet in subnets.iter().filter(is_meant) {
        zones.entry(&subnet.zone).or_default().push(&subnet.id);
    }
    if zones.is_empty() {
        let (of, help) = if !tags.is_empty() {
            (format!("available subnet with {}", words(tags)), "check `subnet-tags`")
        } else if vpc.is_default {
            (
                "available default subnet".to_owned(),
                "choose among its other subnets by `subnet-tags`; `aws ec2 create-default-subnet` makes a new default one, which is for you to decide",
            )
        } else {
            ("available subnet".to_owned(), "name another VPC, or make a subnet in an ordinary zone")
        };
        return Err(refused(format!("{} has no {of} in any availability zone", vpc.id), help));
    }
    let mut several = Vec::new();
    for (zone, subnets) in &mut zones {
        subnets.sort_unstable();
        if subnets.len() > 1 {
            several.push(format!("{zone} ({})", subnets.join(", ")));
        }
    }
    if !several.is_empty() {
        return Err(refused(
            format!("{} has more than one subnet that could be meant in {}", vpc.id, several.join(", ")),
            "narrow them to one for each zone with `subnet-tags`, such as { Tier = \"private\" }; tag the subnets first if nothing tells them apart",
        ));
    }
    Ok(zones.into_iter().filter_map(|(zone, subnets)| Some((zone, *subnets.first()?))).collect())
}

/// `us-west-2a`, and not `us-west-2-lax-1a` or `us-east-1-wl1-bos-wlz-1`: names of zones that are not
/// ordinary go on after the number of the Region (EC2 User Guide, "Local Zones", "Wavelength Zones").
fn is_ordinary(zone: &str) -> bool {
    let mut parts = zone.split('-').rev();
    let last = parts.next().unwrap_or_default();
    let number = last.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
    is_number && parts.all(|part| part.bytes().all(|c| c.is_ascii_lowercase()))
}

fn words(tags: &Tags) -> String {
    let words: Vec<_> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{} {}", if words.len() == 1 { "the tag" } else { "the tags" }, words.join(" and "))
}

fn refused(reason: String, help: &str) -> NoChoice {
    NoChoice::Refused { reason, help: help.to_owned() }
}
