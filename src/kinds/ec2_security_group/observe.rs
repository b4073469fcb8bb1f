//! The calls that read, and how AWS's answers become the normal form.

use aws_sdk_ec2::types::{Filter, IpPermission, NetworkInterface, NetworkInterfaceType, SecurityGroup, Tag};

use super::Ec2SecurityGroup;
use super::holders::{Holders, Interface, Naming};
use super::rules::{Peer, Rule};
use super::state::{Detail, State};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::reading::holds_no;
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Link, Outputs, Tags};

/// Largest page (API `DescribeSecurityGroups` and `DescribeNetworkInterfaces`).
const PAGE: i32 = 1000;
/// Most values of a filter (EC2 user guide, "Filtering").
const VALUES: usize = 200;

const GROUPS: &str = "ec2:DescribeSecurityGroups";
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";

/// What a call about every group is about.
const REGION: &str = "the region";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, Ec2SecurityGroup>],
    survey: Option<Survey<'_>>,
) -> Observation<Ec2SecurityGroup> {
    let listed = match survey {
        Some(_) => groups(aws, REGION, None).await,
        None => named(aws, wanted).await,
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            return Observation::new(found, survey.map(|_| Err(error)));
        }
    };
    let mut found = Vec::new();
    for want in wanted {
        found.push(find(aws, want, wanted, &listed).await.unwrap_or_else(Found::Unknown));
    }
    Observation::new(found, others(aws, wanted, &listed, survey).await)
}

/// The groups that are wanted, and perhaps some more.
async fn named(aws: &Aws, wanted: &[Wanted<'_, Ec2SecurityGroup>]) -> Result<Vec<SecurityGroup>, CallError> {
    let (mut ids, mut vpcs, mut shapes) = (Vec::new(), Vec::new(), Vec::new());
    for want in wanted {
        match (id_of(want), want.state.vpc.value()) {
            (Some(id), _) => ids.push(id.to_owned()),
            (None, Some(vpc)) => {
                vpcs.push(vpc.to_owned());
                shapes.push(shape(&want.state.name));
            }
            (None, None) => {}
        }
    }
    let mut listed = Vec::new();
    if !ids.is_empty() {
        // As a filter, for then one that is gone is left out; named as ids, it would fail the call.
        listed.extend(groups(aws, &ids.join(", "), Some(vec![filter("group-id", ids.clone())])).await?);
    }
    if !vpcs.is_empty() {
        let names: Vec<_> = wanted.iter().map(|want| want.state.name.as_str()).collect();
        let filters = vec![filter("vpc-id", vpcs), filter("group-name", shapes)];
        listed.extend(groups(aws, &names.join(", "), Some(filters)).await?);
    }
    Ok(listed)
}

/// What a filter takes for the name, whatever the case of its letters: filters tell it apart, and names do not
/// (EC2 user guide, "Filtering"; API `CreateSecurityGroup`). Some other names have the same shape.
fn shape(name: &str) -> String {
    name.replace(|c: char| c.is_ascii_alphabetic() || c == '*', "?")
}

fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// Every group that the filters let through; without filters, every group of the region.
async fn groups(
    aws: &Aws,
    subject: &str,
    filters: Option<Vec<Filter>>,
) -> Result<Vec<SecurityGroup>, CallError> {
    let request = aws.ec2.describe_security_groups().set_filters(filters);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(GROUPS, subject)?;
        groups.extend(page.security_groups.ok_or_else(|| holds_no(GROUPS, subject, "list"))?);
    }
    // What has none could be any group, and one that is wanted would not be found.
    if groups.iter().any(|group| group.group_id().is_none() || group.group_name().is_none()) {
        return Err(holds_no(GROUPS, subject, "id or name of a group"));
    }
    Ok(groups)
}

fn id_of<'a>(wanted: &'a Wanted<'_, Ec2SecurityGroup>) -> Option<&'a str> {
    wanted.seen?.get(Outputs::ID)
}

/// Whether `group` is the one that is wanted.
fn is(wanted: &Wanted<'_, Ec2SecurityGroup>, group: &SecurityGroup) -> bool {
    if let Some(id) = id_of(wanted) {
        return group.group_id() == Some(id);
    }
    let State { name, vpc, .. } = wanted.state;
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    vpc.value().is_some() && group.vpc_id() == vpc.value() && group.group_name().is_some_and(same)
}

/// What is found of one that is wanted. Where its VPC is not known, nothing: then what its entry names has the
/// last word, and this answer is never used.
async fn find(
    aws: &Aws,
    wanted: &Wanted<'_, Ec2SecurityGroup>,
    all: &[Wanted<'_, Ec2SecurityGroup>],
    listed: &[SecurityGroup],
) -> Result<Found<Ec2SecurityGroup>, CallError> {
    let claim = |it: &Wanted<'_, Ec2SecurityGroup>| it.state.vpc.value().map(|_| it.state.claim());
    let twins = all.iter().filter(|other| claim(wanted).is_some() && claim(other) == claim(wanted));
    if twins.count() > 1 {
        return Ok(Found::Unclear {
            reason: "another entry names the same group: both look-ups found one VPC".to_owned(),
            help: "take one of the two entries out".to_owned(),
        });
    }
    let mut same = listed.iter().filter(|group| is(wanted, group));
    let Some(group) = same.next() else { return Ok(Found::Absent) };
    if let Some(other) = same.next() {
        let of = |group: &SecurityGroup| {
            format!("{} ({})", group.group_id().unwrap_or_default(), group.group_name().unwrap_or_default())
        };
        return Ok(Found::Unclear {
            reason: format!("{} and {} both have this name", of(group), of(other)),
            help: "rename or delete one of them".to_owned(),
        });
    }
    let mut live = live(group)?;
    if wanted.measure {
        let id = group.group_id().unwrap_or_default();
        live.detail.holders = Some(holders(aws, id).await?);
    }
    Ok(Found::Present(Box::new(live)))
}

/// What each group is that nothing wanted names: one with the manifest's mark, or none of ours.
async fn others(
    aws: &Aws,
    wanted: &[Wanted<'_, Ec2SecurityGroup>],
    listed: &[SecurityGroup],
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<Ec2SecurityGroup>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let is_ours = |group: &&SecurityGroup| {
        let words = [group.group_name().unwrap_or_default(), group.group_id().unwrap_or_default()];
        survey.may_take(&words)
            && survey.takes(&tags_of(group.tags()))
            && !wanted.iter().any(|want| is(want, group))
    };
    let ours: Vec<_> = listed.iter().filter(is_ours).collect();
    if !survey.measures() {
        return ours.into_iter().map(|group| live(group).map(Some)).collect();
    }
    let ids: Vec<_> = ours.iter().filter_map(|group| group.group_id()).collect();
    let interfaces = match interfaces(aws, &ids).await {
        Ok(interfaces) => interfaces,
        Err(error) => return vec![Err(error)],
    };
    let leftover = |group: &SecurityGroup| {
        let mut live = live(group)?;
        let id = group.group_id().unwrap_or_default();
        live.detail.holders = Some(holders_of(id, &interfaces, listed));
        Ok(Some(live))
    };
    ours.into_iter().map(leftover).collect()
}

/// Whether EC2 knows the group with this id.
pub(super) async fn knows(aws: &Aws, id: &str) -> Result<bool, CallError> {
    let groups = groups(aws, id, Some(vec![filter("group-id", vec![id.to_owned()])])).await?;
    Ok(groups.iter().any(|group| group.group_id() == Some(id)))
}

/// What uses the group with this id.
pub(super) async fn holders(aws: &Aws, id: &str) -> Result<Holders, CallError> {
    let naming = |name| groups(aws, id, Some(vec![filter(name, vec![id.to_owned()])]));
    let ids = [id];
    let (interfaces, inward, outward) = tokio::join!(
        interfaces(aws, &ids),
        naming("ip-permission.group-id"),
        naming("egress.ip-permission.group-id"),
    );
    let (interfaces, inward) = (interfaces?, inward?);
    let outward = outward?.into_iter().filter(|group| !inward.iter().any(|it| it.group_id == group.group_id));
    let groups: Vec<_> = inward.iter().cloned().chain(outward).collect();
    Ok(holders_of(id, &interfaces, &groups))
}

/// The network interfaces that are in any of these groups.
async fn interfaces(aws: &Aws, ids: &[&str]) -> Result<Vec<NetworkInterface>, CallError> {
    let mut interfaces = Vec::new();
    for ids in ids.chunks(VALUES) {
        let subject = ids.join(", ");
        let values = ids.iter().map(|id| (*id).to_owned()).collect();
        let request = aws.ec2.describe_network_interfaces().filters(filter("group-id", values));
        let mut pages = request.into_paginator().page_size(PAGE).send();
        while let Some(page) = pages.next().await {
            let page = page.about(INTERFACES, &subject)?;
            // No list is not a list of none: what is deleted hangs on it.
            let page = page.network_interfaces.ok_or_else(|| holds_no(INTERFACES, &subject, "list"))?;
            if page.iter().any(|interface| interface.groups.is_none()) {
                return Err(holds_no(INTERFACES, &subject, "groups of an interface"));
            }
            interfaces.extend(page);
        }
    }
    Ok(interfaces)
}

/// What of all this uses the group with this id.
fn holders_of(id: &str, interfaces: &[NetworkInterface], groups: &[SecurityGroup]) -> Holders {
    let is_in = |it: &&NetworkInterface| it.groups().iter().any(|group| group.group_id() == Some(id));
    let names = |group: &&SecurityGroup| {
        let rules = group.ip_permissions().iter().chain(group.ip_permissions_egress());
        let mut peers = rules.flat_map(IpPermission::user_id_group_pairs);
        group.group_id() != Some(id) && peers.any(|peer| peer.group_id() == Some(id))
    };
    let naming = |group: &SecurityGroup| Naming {
        id: group.group_id().unwrap_or_default().to_owned(),
        name: group.group_name().unwrap_or_default().to_owned(),
    };
    Holders {
        interfaces: interfaces.iter().filter(is_in).map(interface).collect(),
        groups: groups.iter().filter(names).map(naming).collect(),
    }
}

/// An interface. A service describes those that it makes; those of instances often have no description.
fn interface(interface: &NetworkInterface) -> Interface {
    let id = interface.network_interface_id().unwrap_or("one without an id");
    let instance = interface.attachment().and_then(|it| it.instance_id());
    let what = match (interface.description().filter(|text| !text.is_empty()), instance) {
        (Some(text), _) => text.to_owned(),
        (None, Some(instance)) => format!("{id} of {instance}"),
        (None, None) => id.to_owned(),
    };
    // Terraform's AWS provider knows them by the same words (`vpc_network_interface.go`).
    let is_of_lambda = interface.interface_type() == Some(&NetworkInterfaceType::Lambda)
        || what.starts_with("AWS Lambda VPC ENI");
    Interface { what, is_of_lambda }
}

/// The live group, without what uses it.
fn live(group: &SecurityGroup) -> Result<Live<Ec2SecurityGroup>, CallError> {
    let name = group.group_name().unwrap_or_default().to_owned();
    let lacks = |what| holds_no(GROUPS, &name, what);
    let id = group.group_id().ok_or_else(|| lacks("id"))?;
    let rules = |permissions: Option<&[IpPermission]>| {
        let permissions = permissions.ok_or_else(|| lacks("list of rules"))?;
        let why = "it has a rule of a kind that is not known here";
        expanded(permissions).ok_or_else(|| CallError::unusable(GROUPS, &name, why))
    };
    Ok(Live {
        tags: tags_of(group.tags()),
        phase: Phase::Active,
        service: None,
        state: State {
            vpc: Link::live(group.vpc_id().ok_or_else(|| lacks("VPC"))?),
            description: group.description().ok_or_else(|| lacks("description"))?.to_owned(),
            ingress: rules(group.ip_permissions.as_deref())?,
            egress: rules(group.ip_permissions_egress.as_deref())?,
            name: name.clone(),
        },
        created: None,
        detail: Detail::default(),
        outputs: brings(id, group.security_group_arn()),
    })
}

/// What a group brings to others: its id, and its ARN where AWS tells it.
pub(super) fn brings(id: &str, arn: Option<&str>) -> Outputs {
    [(Outputs::ID, Some(id)), (Outputs::ARN, arn)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// One rule for each peer of each permission; none if one of them cannot be understood.
fn expanded(permissions: &[IpPermission]) -> Option<Vec<Rule>> {
    let mut rules = Vec::new();
    for permission in permissions {
        let ranges =
            permission.ip_ranges().iter().map(|it| (it.cidr_ip().and_then(Peer::range), it.description()));
        let ranges6 = permission
            .ipv6_ranges()
            .iter()
            .map(|it| (it.cidr_ipv6().and_then(Peer::range), it.description()));
        let groups = permission.user_id_group_pairs().iter();
        let groups = groups.map(|it| (it.group_id().map(Peer::group), it.description()));
        let lists = permission.prefix_list_ids().iter();
        let list = |id: &str| Peer::PrefixList(id.to_owned());
        let lists = lists.map(|it| (it.prefix_list_id().map(list), it.description()));
        for (peer, description) in ranges.chain(ranges6).chain(groups).chain(lists) {
            let (protocol, from, to) =
                (permission.ip_protocol()?, permission.from_port(), permission.to_port());
            rules.push(Rule::live(protocol, from, to, peer?, description)?);
        }
    }
    Some(rules)
}

/// AWS leaves the list out where there are no tags.
fn tags_of(sdk: &[Tag]) -> Tags {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}
