//! The calls that write, one per change, and what is waited for.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerTypeEnum, Tag,
};

use super::change::Change;
use super::observe::{By, NOT_FOUND, brings, condition, described, tags as tags_of};
use super::state::{AddressType, Condition, Scheme, State};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Describe, Run};
use crate::model::{Link, Outputs, Tags, tags};

/// How long a load balancer may take to come, and to go: forty questions in ten minutes (waiters
/// `LoadBalancerAvailable` and `LoadBalancersDeleted` of the API model).
const UNTIL_ACTIVE: Duration = Duration::from_mins(10);
const UNTIL_GONE: Duration = Duration::from_mins(10);
/// How long AWS may take to show the tags of what it has just made.
const UNTIL_TAGGED: Duration = Duration::from_mins(1);

/// What AWS says where the name is taken by one with other settings.
pub(super) const TAKEN: &str = "DuplicateLoadBalancerName";

/// Makes the call that `change` stands for, and waits until what it began is done.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let elb = &run.aws.elb;
    let call = change.describe().call;
    if let Change::CreateLoadBalancer { state, tags } = change {
        return create(run, call, state, tags, outputs).await;
    }
    let arn =
        outputs.get(Outputs::ID).ok_or_else(|| CallError::unusable(call, "", "its ARN is not known"))?;
    match change {
        Change::CreateLoadBalancer { .. } => Ok(()),
        Change::AddTags { tags, .. } => {
            let request = elb.add_tags().resource_arns(arn).set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, arn).map(drop)
        }
        Change::SetSubnets { after, .. } => {
            let subnets = after.values().cloned().collect();
            let request = elb.set_subnets().load_balancer_arn(arn).set_subnets(Some(subnets));
            request.send().await.about(call, arn)?;
            until_active(run, arn).await
        }
        Change::SetSecurityGroups { after, .. } => {
            let groups = group_ids(after, call, arn)?;
            let request = elb.set_security_groups().load_balancer_arn(arn).set_security_groups(Some(groups));
            request.send().await.about(call, arn).map(drop)
        }
        Change::SetIpAddressType { after, .. } => {
            let request =
                elb.set_ip_address_type().load_balancer_arn(arn).ip_address_type(address_type(*after));
            request.send().await.about(call, arn)?;
            until_active(run, arn).await
        }
        Change::ModifyLoadBalancerAttributes(edits) => {
            let sent = edits.iter().flat_map(|edit| &edit.after.sent);
            let attribute = |(key, value): &(String, String)| {
                LoadBalancerAttribute::builder().key(key).value(value).build()
            };
            let request = elb
                .modify_load_balancer_attributes()
                .load_balancer_arn(arn)
                .set_attributes(Some(sent.map(attribute).collect()));
            request.send().await.about(call, arn).map(drop)
        }
        Change::DeleteLoadBalancer { permit: _, .. } => {
            // That it is gone already is what was to come about.
            let answer = elb.delete_load_balancer().load_balancer_arn(arn).send().await.about(call, arn);
            absent_if(NOT_FOUND, answer)?;
            until_gone(run, arn).await
        }
    }
}

async fn create(
    run: &Run<'_>,
    call: &str,
    state: &State,
    tags: &Tags,
    outputs: &mut Outputs,
) -> Result<(), CallError> {
    let State { name, scheme, vpc: _, security_groups, address_type: addresses, attributes: _ } = state;
    // AWS would say so too, in words about an argument.
    if let Some(why) = state.too_few_zones() {
        return Err(CallError::unusable(call, name, why));
    }
    let request = run
        .aws
        .elb
        .create_load_balancer()
        .name(name)
        .r#type(LoadBalancerTypeEnum::Application)
        .scheme(match scheme {
            Scheme::InternetFacing => LoadBalancerSchemeEnum::InternetFacing,
            Scheme::Internal => LoadBalancerSchemeEnum::Internal,
        })
        .set_subnets(Some(state.subnets().into_values().collect()))
        .set_security_groups(Some(group_ids(security_groups, call, name)?))
        .ip_address_type(address_type(*addresses))
        .set_tags(Some(sdk_tags(tags)));
    let made = request.send().await.about(call, name)?.load_balancers.unwrap_or_default();
    let made = made.first().ok_or_else(|| holds_no(call, name, "load balancer"))?;
    let arn = made.load_balancer_arn().ok_or_else(|| holds_no(call, name, "ARN"))?;
    check_owner(run, call, name, arn, tags).await?;
    *outputs = brings(made).ok_or_else(|| holds_no(call, name, "DNS name or hosted zone"))?;
    until_active(run, arn).await
}

/// Makes sure that AWS has made a load balancer with these `tags`. Where there was one with the same settings, it
/// hands that back as if it had made it (API `CreateLoadBalancer`), and says nothing of its tags: then the answer is
/// that the name is taken, as it is with other settings.
async fn check_owner(run: &Run<'_>, call: &str, name: &str, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let taken = || CallError {
        code: Some(TAKEN.to_owned()),
        ..CallError::unusable(
            call,
            name,
            "one with the same settings was there already, and has not these tags",
        )
    };
    let mut patience = run.patience(format!("AWS to show the tags of {name}"), UNTIL_TAGGED);
    loop {
        let live = tags_of(run.aws, arn, None).await?.unwrap_or_default();
        if tags.missing_from(&live).is_empty() {
            return Ok(());
        }
        // Somebody's, or ours from an earlier attempt: that will not change.
        if live.get(tags::MANIFEST).is_some() {
            return Err(taken());
        }
        patience.pause_after(taken()).await?;
    }
}

/// Waits until a load balancer routes traffic.
async fn until_active(run: &Run<'_>, arn: &str) -> Result<(), CallError> {
    let mut patience = run.patience("the load balancer to be active", UNTIL_ACTIVE);
    loop {
        let described = described(run.aws, By::Arn(arn)).await?;
        let condition = described.map(|it| condition(arn, it.state())).transpose()?;
        match condition {
            Some(Condition::Active | Condition::Impaired) => return Ok(()),
            // Reads may lag behind.
            None | Some(Condition::Coming) => patience.pause().await?,
        }
    }
}

/// Waits until a load balancer is gone. Its network interfaces go later; the security groups that they are in wait for
/// that.
async fn until_gone(run: &Run<'_>, arn: &str) -> Result<(), CallError> {
    let mut patience = run.patience("the load balancer to be gone", UNTIL_GONE);
    while is_there(run.aws, arn).await? {
        patience.pause().await?;
    }
    Ok(())
}

async fn is_there(aws: &Aws, arn: &str) -> Result<bool, CallError> {
    Ok(described(aws, By::Arn(arn)).await?.is_some())
}

fn address_type(state: AddressType) -> IpAddressType {
    match state {
        AddressType::Ipv4 => IpAddressType::Ipv4,
        AddressType::Dualstack => IpAddressType::Dualstack,
        AddressType::DualstackWithoutPublicIpv4 => IpAddressType::DualstackWithoutPublicIpv4,
    }
}

/// The ids of security groups, which are known by now.
fn group_ids(groups: &[Link], call: &str, subject: &str) -> Result<Vec<String>, CallError> {
    let id = |link: &Link| {
        let id = link.value().map(str::to_owned);
        id.ok_or_else(|| CallError::unusable(call, subject, format!("the id of {link} is not known")))
    };
    groups.iter().map(id).collect()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
