//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, Listener, LoadBalancer, LoadBalancerSchemeEnum, LoadBalancerState, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};
use futures_util::future::join_all;

use super::Elbv2LoadBalancer;
use super::attributes::Attributes;
use super::listening::Listening;
use super::state::{AddressType, Condition, DNS_NAME, Detail, Scheme, State, ZONE_ID, network};
use crate::aws::{Answer as _, Aws, CallError, Listings, day, elb_tags};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Link, Outputs, Tags};

/// Load balancers read at once.
const AT_ONCE: usize = 4;
/// Largest page (API `DescribeListeners` and `DescribeRules`).
const PAGE: i32 = 400;
/// How often the calls about one load balancer are made before they must agree.
const LOOKS: usize = 3;

pub(super) const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";
const ATTRIBUTES: &str = "elasticloadbalancing:DescribeLoadBalancerAttributes";
const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const RULES: &str = "elasticloadbalancing:DescribeRules";

pub(super) const NOT_FOUND: &str = "LoadBalancerNotFound";
const NO_LISTENER: &str = "ListenerNotFound";

/// By what a load balancer is asked for.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    Name(&'a str),
    Arn(&'a str),
}

impl By<'_> {
    fn is(self, described: &LoadBalancer) -> bool {
        match self {
            Self::Name(name) => described.load_balancer_name() == Some(name),
            Self::Arn(arn) => described.load_balancer_arn() == Some(arn),
        }
    }
}

/// Another one of the same name is not what was seen.
fn by<'a>(wanted: &'a Wanted<'_, Elbv2LoadBalancer>) -> By<'a> {
    let seen = wanted.seen.and_then(|seen| seen.get(Outputs::ID));
    seen.map_or(By::Name(&wanted.state.name), By::Arn)
}

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, Elbv2LoadBalancer>],
    survey: Option<Survey<'_>>,
) -> Observation<Elbv2LoadBalancer> {
    let listings = survey.map(|survey| survey.listings());
    let found = buffered(AT_ONCE, wanted.iter().map(|wanted| find(aws, wanted, listings)));
    let (found, others) = tokio::join!(found, others(aws, wanted, survey));
    Observation::new(found, others)
}

/// Finds what is wanted, and reads it. If it vanishes meanwhile, it is asked for again.
async fn find(
    aws: &Aws,
    wanted: &Wanted<'_, Elbv2LoadBalancer>,
    listings: Option<&Listings>,
) -> Found<Elbv2LoadBalancer> {
    let mut listings = listings;
    for _ in 0..LOOKS {
        match look(aws, wanted, listings).await {
            Ok(Some(found)) => return found,
            // What was listed is no longer so.
            Ok(None) => listings = None,
            Err(error) => return Found::Unknown(error),
        }
    }
    let why = "it appeared or vanished while it was read; run the same command again";
    Found::Unknown(CallError::unusable(DESCRIBE, &wanted.state.name, why))
}

/// What is found; none if the calls contradict each other.
async fn look(
    aws: &Aws,
    wanted: &Wanted<'_, Elbv2LoadBalancer>,
    listings: Option<&Listings>,
) -> Result<Option<Found<Elbv2LoadBalancer>>, CallError> {
    let by = by(wanted);
    let described = match listings {
        Some(listings) => listings.load_balancers(aws).await?.iter().find(|it| by.is(it)).cloned(),
        None => described(aws, by).await?,
    };
    let Some(described) = described else { return Ok(Some(Found::Absent)) };
    if let Some(other) = other_type(&described) {
        let name = &wanted.state.name;
        return Ok(Some(Found::Unclear {
            reason: format!(
                "`{name}` is the name of a {other} load balancer, and this kind is about application load balancers"
            ),
            help: "give this entry another name: load balancers of all types share theirs".to_owned(),
        }));
    }
    let live = live(aws, &described, listings, wanted.measure).await?;
    Ok(live.map(|live| Found::Present(Box::new(live))))
}

/// The type of a load balancer that is none of ours.
fn other_type(described: &LoadBalancer) -> Option<&'static str> {
    match described.r#type()? {
        LoadBalancerTypeEnum::Network => Some("network"),
        LoadBalancerTypeEnum::Gateway => Some("gateway"),
        _ => None,
    }
}

/// What each load balancer is that nothing wanted names: one with the manifest's mark, or none of ours.
async fn others(
    aws: &Aws,
    wanted: &[Wanted<'_, Elbv2LoadBalancer>],
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<Elbv2LoadBalancer>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let listings = survey.listings();
    let (listed, tags) = match tokio::join!(listings.load_balancers(aws), listings.load_balancer_tags(aws)) {
        (Ok(listed), Ok(tags)) => (listed, tags),
        (Err(error), _) | (_, Err(error)) => return vec![Err(error)],
    };
    let is_ours = |it: &&LoadBalancer| {
        let tags = it.load_balancer_arn().and_then(|arn| tags.get(arn));
        let is_named = wanted.iter().any(|wanted| by(wanted).is(it));
        let words = [it.load_balancer_name().unwrap_or_default(), it.load_balancer_arn().unwrap_or_default()];
        survey.may_take(&words)
            && tags.is_some_and(|tags| survey.takes(tags))
            && !is_named
            && other_type(it).is_none()
    };
    let ours = listed.iter().filter(is_ours);
    // One that is gone since it was listed is none of ours any more.
    buffered(AT_ONCE, ours.map(|it| live(aws, it, Some(listings), survey.measures()))).await
}

/// The load balancer of this name or ARN, if it is there.
pub(super) async fn described(aws: &Aws, by: By<'_>) -> Result<Option<LoadBalancer>, CallError> {
    let request = aws.elb.describe_load_balancers();
    let (request, subject) = match by {
        By::Name(name) => (request.names(name), name),
        By::Arn(arn) => (request.load_balancer_arns(arn), arn),
    };
    let answer = absent_if(NOT_FOUND, request.send().await.about(DESCRIBE, subject))?;
    let Some(answer) = answer else { return Ok(None) };
    // One that is not there is an error, so an answer without it says nothing.
    let found = answer.load_balancers.unwrap_or_default().into_iter().find(|it| by.is(it));
    found.map(Some).ok_or_else(|| holds_no(DESCRIBE, subject, "load balancer of this name or ARN"))
}

/// The live load balancer, with `measure` what listens on it too; none if it is gone.
async fn live(
    aws: &Aws,
    described: &LoadBalancer,
    listings: Option<&Listings>,
    measure: bool,
) -> Result<Option<Live<Elbv2LoadBalancer>>, CallError> {
    let name = described.load_balancer_name().unwrap_or_default();
    let lacks = |what| holds_no(DESCRIBE, name, what);
    let arn = described.load_balancer_arn().ok_or_else(|| lacks("ARN"))?;
    let listeners =
        async { if measure { listeners(aws, arn).await.map(|it| it.map(Some)) } else { Ok(Some(None)) } };
    let (attributes, tags, listeners) =
        tokio::join!(attributes(aws, arn), tags(aws, arn, listings), listeners);
    let (Some(attributes), Some(tags), Some(listeners)) = (attributes?, tags?, listeners?) else {
        return Ok(None);
    };
    if described.r#type() != Some(&LoadBalancerTypeEnum::Application) {
        return Err(lacks("type that is known here"));
    }
    let mut groups = described.security_groups.clone().ok_or_else(|| lacks("list of security groups"))?;
    // AWS promises no order, and the same groups are the same settings.
    groups.sort_unstable();
    Ok(Some(Live {
        tags,
        phase: Phase::Active,
        service: None,
        state: State {
            name: name.to_owned(),
            scheme: match described.scheme() {
                Some(LoadBalancerSchemeEnum::InternetFacing) => Scheme::InternetFacing,
                Some(LoadBalancerSchemeEnum::Internal) => Scheme::Internal,
                _ => return Err(lacks("scheme that is known here")),
            },
            vpc: network(described.vpc_id().ok_or_else(|| lacks("VPC"))?, subnets(described)?),
            security_groups: groups.into_iter().map(Link::live).collect(),
            address_type: match described.ip_address_type() {
                Some(IpAddressType::Ipv4) => AddressType::Ipv4,
                Some(IpAddressType::Dualstack) => AddressType::Dualstack,
                Some(IpAddressType::DualstackWithoutPublicIpv4) => AddressType::DualstackWithoutPublicIpv4,
                _ => return Err(lacks("address type that is known here")),
            },
            attributes,
        },
        created: described.created_time().and_then(day),
        detail: Detail { condition: condition(name, described.state())?, listeners },
        outputs: brings(described).ok_or_else(|| lacks("DNS name or hosted zone"))?,
    }))
}

/// What a load balancer brings to others.
pub(super) fn brings(described: &LoadBalancer) -> Option<Outputs> {
    let arn = described.load_balancer_arn()?;
    Some(
        Outputs::default()
            .with(Outputs::ID, arn)
            .with(Outputs::ARN, arn)
            .with(DNS_NAME, described.dns_name()?)
            .with(ZONE_ID, described.canonical_hosted_zone_id()?),
    )
}

fn subnets(described: &LoadBalancer) -> Result<Vec<(String, String)>, CallError> {
    let lacks = |what| holds_no(DESCRIBE, described.load_balancer_name().unwrap_or_default(), what);
    let zones = described.availability_zones.as_ref().ok_or_else(|| lacks("list of zones"))?;
    let subnet = |zone: &aws_sdk_elasticloadbalancingv2::types::AvailabilityZone| {
        let name = zone.zone_name().ok_or_else(|| lacks("name of a zone"))?;
        let subnet = zone.subnet_id().ok_or_else(|| lacks("subnet of a zone"))?;
        Ok((name.to_owned(), subnet.to_owned()))
    };
    zones.iter().map(subnet).collect()
}

/// How it is; an error where AWS says that it could not be set up, for then it is of no use.
pub(super) fn condition(name: &str, state: Option<&LoadBalancerState>) -> Result<Condition, CallError> {
    match state.and_then(LoadBalancerState::code) {
        Some(LoadBalancerStateEnum::Active) => Ok(Condition::Active),
        Some(LoadBalancerStateEnum::ActiveImpaired) => Ok(Condition::Impaired),
        Some(LoadBalancerStateEnum::Provisioning) => Ok(Condition::Coming),
        Some(other) => {
            let reason = state.and_then(LoadBalancerState::reason).unwrap_or("it gives no reason");
            let why = format!("AWS says that it is in the state `{other}`: {reason}");
            Err(CallError::unusable(DESCRIBE, name, why))
        }
        None => Err(holds_no(DESCRIBE, name, "state")),
    }
}

/// The attributes; none if the load balancer is gone.
async fn attributes(aws: &Aws, arn: &str) -> Result<Option<Attributes>, CallError> {
    let request = aws.elb.describe_load_balancer_attributes().load_balancer_arn(arn);
    let answer = absent_if(NOT_FOUND, request.send().await.about(ATTRIBUTES, arn))?;
    let Some(answer) = answer else { return Ok(None) };
    let mut live = BTreeMap::new();
    for attribute in answer.attributes.ok_or_else(|| holds_no(ATTRIBUTES, arn, "list"))? {
        let key = attribute.key.ok_or_else(|| holds_no(ATTRIBUTES, arn, "name of an attribute"))?;
        live.insert(key, attribute.value.unwrap_or_default());
    }
    let read = Attributes::read(&live).map_err(|key| {
        CallError::unusable(ATTRIBUTES, arn, format!("its attribute {key} cannot be understood"))
    });
    read.map(Some)
}

/// The tags; none if the load balancer is gone.
pub(super) async fn tags(
    aws: &Aws,
    arn: &str,
    listings: Option<&Listings>,
) -> Result<Option<Tags>, CallError> {
    match listings {
        Some(listings) => Ok(listings.load_balancer_tags(aws).await?.get(arn).cloned()),
        None => Ok(elb_tags(aws, &[arn]).await?.remove(arn)),
    }
}

/// What listens on a load balancer; none if that is gone.
async fn listeners(aws: &Aws, arn: &str) -> Result<Option<Vec<Listening>>, CallError> {
    let request = aws.elb.describe_listeners().load_balancer_arn(arn).page_size(PAGE);
    let mut pages = request.into_paginator().send();
    let mut listed: Vec<Listener> = Vec::new();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NOT_FOUND, page.about(LISTENERS, arn))? else { return Ok(None) };
        listed.extend(page.listeners.ok_or_else(|| holds_no(LISTENERS, arn, "list"))?);
    }
    let arns: Vec<_> = listed.iter().filter_map(Listener::listener_arn).collect();
    let rules = join_all(arns.iter().map(|listener| rules(aws, listener)));
    let (tags, rules) = tokio::join!(elb_tags(aws, &arns), rules);
    let (mut tags, rules) = (tags?, rules.into_iter().collect::<Result<Vec<_>, _>>()?);
    if arns.len() < listed.len() {
        return Err(holds_no(LISTENERS, arn, "ARN of a listener"));
    }
    let mut all = Vec::new();
    for (listener, rules) in listed.iter().zip(rules) {
        // One without either is gone in the meantime.
        let (Some(rules), Some(tags)) = (rules, listener.listener_arn().and_then(|arn| tags.remove(arn)))
        else {
            continue;
        };
        let port = listener.port().ok_or_else(|| holds_no(LISTENERS, arn, "port of a listener"))?;
        all.push(Listening { port, tags, rules });
    }
    all.sort_by_key(|it| it.port);
    Ok(Some(all))
}

/// How many rules a listener has beside its default one; none if it is gone.
async fn rules(aws: &Aws, listener: &str) -> Result<Option<usize>, CallError> {
    let mut pages = aws.elb.describe_rules().listener_arn(listener).page_size(PAGE).into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NO_LISTENER, page.about(RULES, listener))? else { return Ok(None) };
        let rules = page.rules.ok_or_else(|| holds_no(RULES, listener, "list"))?;
        count += rules.iter().filter(|rule| rule.is_default() != Some(true)).count();
    }
    Ok(Some(count))
}
