//! The calls that read, and what is found by them.

mod answer;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Listener, LoadBalancer, LoadBalancerTypeEnum, ProtocolEnum, Rule,
};

use self::answer::live;
use super::Elbv2Listener;
use super::state::{State, called_on as called};
use crate::aws::{Answer as _, Aws, CallError, elb_tags};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Survey, Wanted};
use crate::model::{Link, Outputs, Tags};

/// Largest page (API `DescribeListeners`, `DescribeRules`, `DescribeListenerCertificates`).
const PAGE: i32 = 400;
/// So many reads at once: what the client lets through anyway.
const AT_ONCE: usize = 8;

const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const CERTIFICATES: &str = "elasticloadbalancing:DescribeListenerCertificates";
const RULES: &str = "elasticloadbalancing:DescribeRules";
const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";

const NO_BALANCER: &str = "LoadBalancerNotFound";
pub(super) const NO_LISTENER: &str = "ListenerNotFound";

type Leftovers = Vec<Result<Option<Live<Elbv2Listener>>, CallError>>;

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, Elbv2Listener>],
    survey: Option<Survey<'_>>,
) -> Observation<Elbv2Listener> {
    let Some(survey) = survey else {
        let again = wanted.iter().map(|wanted| again(aws, wanted));
        let found = buffered(AT_ONCE, again).await.into_iter();
        let found = found.map(|found| found.unwrap_or_else(Found::Unknown));
        return Observation::new(found.collect(), []);
    };
    let balancers = match survey.listings().load_balancers(aws).await {
        Ok(balancers) => balancers,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            return Observation::new(found, [Err(error)]);
        }
    };
    let homes: Vec<_> = wanted.iter().map(|wanted| home(wanted, balancers)).collect();
    let mut named: Vec<_> = homes.iter().filter_map(Home::arn).collect();
    named.sort_unstable();
    named.dedup();
    let ((found, mut others), elsewhere) = tokio::join!(
        on_named(aws, wanted, &homes, &named, survey),
        on_marked(aws, balancers, &named, survey)
    );
    others.extend(elsewhere);
    Observation::new(found, others)
}

/// Where a listener that is wanted would be.
enum Home<'a> {
    /// On this load balancer.
    On(&'a str),
    /// On none: it is not there.
    Nowhere,
    /// On something that is no application load balancer.
    Foreign(String),
    /// Nobody can say.
    Unknown(CallError),
}

impl<'a> Home<'a> {
    fn arn(&self) -> Option<&'a str> {
        match self {
            Self::On(arn) => Some(arn),
            Self::Nowhere | Self::Foreign(_) | Self::Unknown(_) => None,
        }
    }
}

/// The load balancer that an entry's link means: by its name, which is one of a kind in a region (API
/// `CreateLoadBalancer`).
fn home<'a>(wanted: &Wanted<'_, Elbv2Listener>, balancers: &'a [LoadBalancer]) -> Home<'a> {
    let link = &wanted.state.load_balancer;
    let Some(name) = link.name() else { return Home::Unknown(unnamed(link)) };
    let Some(balancer) = balancers.iter().find(|it| it.load_balancer_name() == Some(name)) else {
        return Home::Nowhere;
    };
    match (balancer.load_balancer_arn(), balancer.r#type()) {
        (Some(arn), Some(LoadBalancerTypeEnum::Application)) => Home::On(arn),
        (Some(_), Some(other)) => Home::Foreign(format!("`{name}` is a load balancer of the type {other}")),
        (arn, _) => Home::Unknown(holds_no(BALANCERS, name, if arn.is_none() { "ARN" } else { "type" })),
    }
}

fn unnamed(link: &Link) -> CallError {
    CallError::unusable(LISTENERS, &link.to_string(), "what its load balancer is called is not known")
}

/// The listeners of a load balancer, or why they are not known; none where the load balancer is gone.
type Listing = Result<Option<Vec<Listener>>, CallError>;
/// Those of several, by ARN.
type Lists = BTreeMap<String, Listing>;

/// What is found of each that is wanted, and what else is ours on the load balancers that entries name.
async fn on_named(
    aws: &Aws,
    wanted: &[Wanted<'_, Elbv2Listener>],
    homes: &[Home<'_>],
    named: &[&str],
    survey: Survey<'_>,
) -> (Vec<Found<Elbv2Listener>>, Leftovers) {
    let lists = buffered(AT_ONCE, named.iter().map(|arn| on(aws, arn))).await;
    let lists: Lists = named.iter().map(|arn| (*arn).to_owned()).zip(lists).collect();
    let all: Vec<&Listener> =
        lists.values().filter_map(|list| list.as_ref().ok()?.as_ref()).flatten().collect();
    let places: Vec<_> =
        wanted.iter().zip(homes).map(|(wanted, home)| place(wanted.state.port, home, &lists)).collect();
    let is_wanted = |listener: &Listener| {
        places.iter().any(|it| matches!(it, Place::Is(is) if is.listener_arn() == listener.listener_arn()))
    };
    let arns: Vec<_> = all.iter().filter_map(|listener| listener.listener_arn()).collect();
    // What hangs on those that are wanted is read beside the tags of all.
    let parts = places.iter().map(|place| async move {
        match place {
            Place::Is(listener) => Some(Parts::of(aws, listener).await),
            Place::None | Place::Said(_) => None,
        }
    });
    let (tags, parts) = tokio::join!(elb_tags(aws, &arns), buffered(AT_ONCE, parts));
    let of_lists = lists.values().filter_map(|list| list.as_ref().err().cloned().map(Err));
    let mut others: Leftovers = of_lists.collect();
    match &tags {
        Ok(tags) => {
            let unnamed = all.iter().copied().filter(|listener| !is_wanted(listener)).collect();
            others.extend(leftovers(aws, unnamed, tags, survey).await);
        }
        Err(error) => others.push(Err(error.clone())),
    }
    let found = places.into_iter().zip(parts).map(|(place, parts)| match (place, parts) {
        (Place::Is(listener), Some(parts)) => found(listener, &tags, parts),
        (Place::Said(said), _) => said,
        (Place::Is(_) | Place::None, _) => Found::Absent,
    });
    (found.collect(), others)
}

/// What the lists say of one that is wanted.
enum Place<'a> {
    Is(&'a Listener),
    None,
    Said(Found<Elbv2Listener>),
}

fn place<'a>(port: u16, home: &Home<'_>, lists: &'a Lists) -> Place<'a> {
    let list = match home {
        Home::On(arn) => lists.get(*arn),
        Home::Nowhere => None,
        Home::Foreign(reason) => {
            let help = "name an application load balancer, or give this entry's another name".to_owned();
            return Place::Said(Found::Unclear { reason: reason.clone(), help });
        }
        Home::Unknown(error) => return Place::Said(Found::Unknown(error.clone())),
    };
    match list {
        Some(Ok(Some(list))) => {
            list.iter().find(|it| it.port() == Some(port.into())).map_or(Place::None, Place::Is)
        }
        Some(Ok(None)) | None => Place::None,
        Some(Err(error)) => Place::Said(Found::Unknown(error.clone())),
    }
}

/// What is found of a listener, given the tags of all and what hangs on it.
fn found(
    listener: &Listener,
    tags: &Result<BTreeMap<String, Tags>, CallError>,
    parts: Result<Option<Parts>, CallError>,
) -> Found<Elbv2Listener> {
    let live = || -> Result<Option<Live<Elbv2Listener>>, CallError> {
        let tags = tags.as_ref().map_err(CallError::clone)?;
        let tags = listener.listener_arn().and_then(|arn| tags.get(arn));
        // What has no tags any more, or no rules, has gone in between.
        let (Some(tags), Some(parts)) = (tags, parts?) else { return Ok(None) };
        live(listener, tags.clone(), parts).map(Some)
    };
    match live() {
        Ok(Some(live)) => Found::Present(Box::new(live)),
        Ok(None) => Found::Absent,
        Err(error) => Found::Unknown(error),
    }
}

/// What is ours on load balancers that carry the manifest's mark and that no entry names.
async fn on_marked(aws: &Aws, balancers: &[LoadBalancer], named: &[&str], survey: Survey<'_>) -> Leftovers {
    let tags = match survey.listings().load_balancer_tags(aws).await {
        Ok(tags) => tags,
        Err(error) => return vec![Err(error)],
    };
    let is_other = |it: &&LoadBalancer| it.r#type() != Some(&LoadBalancerTypeEnum::Application);
    let marked = balancers.iter().filter(|it| !is_other(it)).filter_map(LoadBalancer::load_balancer_arn);
    let is_marked = |arn: &&str| tags.get(*arn).is_some_and(|tags| survey.takes(tags));
    let marked: Vec<_> = marked.filter(|arn| !named.contains(arn)).filter(is_marked).collect();
    let mut others = Leftovers::new();
    let mut all = Vec::new();
    for list in buffered(AT_ONCE, marked.iter().map(|arn| on(aws, arn))).await {
        match list {
            Ok(list) => all.extend(list.into_iter().flatten()),
            Err(error) => others.push(Err(error)),
        }
    }
    let arns: Vec<_> = all.iter().filter_map(Listener::listener_arn).collect();
    match elb_tags(aws, &arns).await {
        Ok(tags) => others.extend(leftovers(aws, all.iter().collect(), &tags, survey).await),
        Err(error) => others.push(Err(error)),
    }
    others
}

/// What each of these turns out to be that carries the manifest's mark.
async fn leftovers(
    aws: &Aws,
    listeners: Vec<&Listener>,
    tags: &BTreeMap<String, Tags>,
    survey: Survey<'_>,
) -> Leftovers {
    let ours = listeners.into_iter().filter_map(|listener| {
        let arn = listener.listener_arn()?;
        let tags = tags.get(arn)?;
        let called = called(listener.load_balancer_arn()?, listener.port().unwrap_or_default());
        (survey.may_take(&[&called, arn]) && survey.takes(tags)).then_some((listener, tags))
    });
    let read = ours.map(|(listener, tags)| async move {
        let Some(parts) = Parts::of(aws, listener).await? else { return Ok(None) };
        live(listener, tags.clone(), parts).map(Some)
    });
    buffered(AT_ONCE, read).await
}

/// A second look at one: by its ARN where it has been seen, else by its load balancer and port.
async fn again(aws: &Aws, wanted: &Wanted<'_, Elbv2Listener>) -> Result<Found<Elbv2Listener>, CallError> {
    let State { load_balancer, port, .. } = wanted.state;
    let seen = wanted.seen.and_then(|seen| seen.get(Outputs::ARN));
    let listed = match (seen, load_balancer.value()) {
        (Some(arn), _) => one(aws, arn).await?,
        (None, Some(balancer)) => {
            let list = on(aws, balancer).await?;
            list.into_iter().flatten().find(|it| it.port() == Some((*port).into()))
        }
        (None, None) => return Err(unnamed(load_balancer)),
    };
    let Some(listener) = listed else { return Ok(Found::Absent) };
    let arns: Vec<_> = listener.listener_arn().into_iter().collect();
    let (tags, parts) = tokio::join!(elb_tags(aws, &arns), Parts::of(aws, &listener));
    Ok(found(&listener, &tags, parts))
}

/// The listeners of a load balancer; none where that is gone.
async fn on(aws: &Aws, balancer: &str) -> Listing {
    let request = aws.elb.describe_listeners().load_balancer_arn(balancer);
    let mut pages = request.page_size(PAGE).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_if(NO_BALANCER, page.about(LISTENERS, balancer))? else { return Ok(None) };
        all.extend(page.listeners.ok_or_else(|| holds_no(LISTENERS, balancer, "list"))?);
    }
    // What has no port could be on any, and one that is wanted would not be found.
    if all.iter().any(|it| it.listener_arn().is_none() || it.port().is_none()) {
        return Err(holds_no(LISTENERS, balancer, "ARN or port of a listener"));
    }
    Ok(Some(all))
}

/// The listener with this ARN, if it is there.
async fn one(aws: &Aws, arn: &str) -> Result<Option<Listener>, CallError> {
    let answer = aws.elb.describe_listeners().listener_arns(arn).send().await;
    let Some(answer) = absent_if(NO_LISTENER, answer.about(LISTENERS, arn))? else { return Ok(None) };
    // One that is not there is an error, so an answer without it says nothing.
    let mut all = answer.listeners.unwrap_or_default().into_iter();
    let this = all.find(|it| it.listener_arn() == Some(arn));
    this.map(Some).ok_or_else(|| holds_no(LISTENERS, arn, "listener of this ARN"))
}

/// What hangs on a listener and is read by calls of its own.
struct Parts {
    /// The certificates for clients that ask for a domain of theirs, by ARN.
    extra: Vec<String>,
    /// The priorities of the rules, without the default action.
    rules: Vec<String>,
}

impl Parts {
    /// Of this listener; none where it is gone.
    async fn of(aws: &Aws, listener: &Listener) -> Result<Option<Self>, CallError> {
        let arn = listener.listener_arn().unwrap_or_default();
        let is_https = listener.protocol() == Some(&ProtocolEnum::Https);
        let extra = async { if is_https { extra(aws, arn).await } else { Ok(Vec::new()) } };
        let read = async {
            let (extra, rules) = tokio::join!(extra, rules(aws, arn));
            Ok(Self { extra: extra?, rules: rules? })
        };
        absent_if(NO_LISTENER, read.await)
    }
}

async fn extra(aws: &Aws, arn: &str) -> Result<Vec<String>, CallError> {
    let request = aws.elb.describe_listener_certificates().listener_arn(arn);
    let mut pages = request.page_size(PAGE).into_paginator().send();
    let mut extra = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(CERTIFICATES, arn)?;
        for it in page.certificates.ok_or_else(|| holds_no(CERTIFICATES, arn, "list"))? {
            let is_default =
                it.is_default().ok_or_else(|| holds_no(CERTIFICATES, arn, "word on the default"))?;
            let certificate = it.certificate_arn.ok_or_else(|| holds_no(CERTIFICATES, arn, "ARN"))?;
            extra.extend((!is_default).then_some(certificate));
        }
    }
    extra.sort();
    Ok(extra)
}

async fn rules(aws: &Aws, arn: &str) -> Result<Vec<String>, CallError> {
    let mut pages = aws.elb.describe_rules().listener_arn(arn).page_size(PAGE).into_paginator().send();
    let mut rules = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(RULES, arn)?;
        rules.extend(page.rules.ok_or_else(|| holds_no(RULES, arn, "list"))?);
    }
    // A rule of which AWS does not say that it is the default one counts as another's.
    let others = rules.into_iter().filter(|rule| rule.is_default() != Some(true));
    let mut priorities: Vec<_> = others.map(|Rule { priority, .. }| priority.unwrap_or_default()).collect();
    priorities.sort_by_key(|priority| (priority.len(), priority.clone()));
    Ok(priorities)
}

/// What a listener brings to others. AWS gives it no id but its ARN.
pub(super) fn brings(arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ID, arn).with(Outputs::ARN, arn)
}
