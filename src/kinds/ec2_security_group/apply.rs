//! The calls that write, one per change.

use std::time::Duration;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, Tag, TagSpecification, UserIdGroupPair,
};
use ipnet::IpNet;

use super::holders::Holders;
use super::observe::{brings, holders, knows};
use super::rules::{Direction, Peer, Rule};
use super::state::{Change, State};
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::holds_no;
use crate::kind::{Describe, Run};
use crate::model::{Link, Outputs, Tags};

/// How long EC2 may not know a group that it has just made (EC2 error codes, `InvalidGroup.NotFound`).
const UNTIL_KNOWN: Duration = Duration::from_mins(1);
/// How long what used a group may take to let go of it.
const UNTIL_FREE: Duration = Duration::from_mins(15);
/// The same where Lambda is among it: some 35 minutes at its slowest, says its team (Terraform's AWS provider,
/// `vpc_network_interface.go`).
const UNTIL_FREE_OF_LAMBDA: Duration = Duration::from_mins(45);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let ec2 = &run.aws.ec2;
    let call = change.describe().call;
    match change {
        Change::CreateSecurityGroup { state, tags } => {
            *outputs = create(run, call, state, tags).await?;
            until_known(run, id(call, outputs)?).await
        }
        Change::CreateTags { tags, .. } => {
            let id = id(call, outputs)?;
            let request = ec2.create_tags().resources(id).set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, id).map(drop)
        }
        Change::Authorize(direction, rules) => {
            let (id, rules) = (id(call, outputs)?, Some(permissions(call, rules)?));
            let made = || async {
                match direction {
                    Direction::Ingress => {
                        let request = ec2.authorize_security_group_ingress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                    Direction::Egress => {
                        let request = ec2.authorize_security_group_egress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                }
            };
            patiently(run, id, made).await
        }
        // The description that is not there is the one that is taken away (API
        // `UpdateSecurityGroupRuleDescriptionsIngress`).
        Change::UpdateDescriptions(direction, rules) => {
            let id = id(call, outputs)?;
            let rules = Some(permissions(call, rules.iter().map(|(_, after)| after))?);
            let made = || async {
                match direction {
                    Direction::Ingress => {
                        let request = ec2.update_security_group_rule_descriptions_ingress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                    Direction::Egress => {
                        let request = ec2.update_security_group_rule_descriptions_egress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                }
            };
            patiently(run, id, made).await
        }
        // In a default VPC a rule that is not there is passed over with a success (API
        // `RevokeSecurityGroupIngress`): that is what was to come about.
        Change::Revoke(direction, rules, _) => {
            let id = id(call, outputs)?;
            let several = rules.len() > 1;
            let rules = Some(permissions(call, rules)?);
            let made = || async {
                match direction {
                    Direction::Ingress => {
                        let request = ec2.revoke_security_group_ingress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                    Direction::Egress => {
                        let request = ec2.revoke_security_group_egress().group_id(id);
                        request.set_ip_permissions(rules.clone()).send().await.about(call, id).map(drop)
                    }
                }
            };
            match patiently(run, id, made).await {
                // Elsewhere it is an error, and none of the others is revoked (same place). Of one rule that
                // says that it is gone; of several it says nothing, and only another look can tell.
                Err(error) if !several && error.is("InvalidPermission.NotFound") => Ok(()),
                answer => answer,
            }
        }
        Change::DeleteSecurityGroup { permit: _, .. } => delete(run, call, id(call, outputs)?).await,
    }
}

/// The group's id: what is live, or what the creating call brought.
fn id<'a>(call: &str, outputs: &'a Outputs) -> Result<&'a str, CallError> {
    outputs.get(Outputs::ID).ok_or_else(|| not_known(call, "the group"))
}

/// A value that an earlier step had to bring.
fn not_known(call: &str, what: &str) -> CallError {
    CallError::unusable(call, what, "its id is not known although it should be by now: a defect of infra")
}

fn value<'a>(call: &str, link: &'a Link) -> Result<&'a str, CallError> {
    link.value().ok_or_else(|| not_known(call, &link.to_string()))
}

async fn create(run: &Run<'_>, call: &str, state: &State, tags: &Tags) -> Result<Outputs, CallError> {
    let State { name, vpc, description, .. } = state;
    let tags = TagSpecification::builder()
        .resource_type(ResourceType::SecurityGroup)
        .set_tags(Some(sdk_tags(tags)))
        .build();
    let request = run
        .aws
        .ec2
        .create_security_group()
        .group_name(name)
        .vpc_id(value(call, vpc)?)
        .description(description)
        .tag_specifications(tags);
    let made = request.send().await.about(call, name)?;
    let id = made.group_id().ok_or_else(|| holds_no(call, name, "id"))?;
    Ok(brings(id, made.security_group_arn()))
}

/// Waits until EC2 shows a group that it has just made.
async fn until_known(run: &Run<'_>, id: &str) -> Result<(), CallError> {
    let mut patience = run.patience(format!("EC2 to know {id}"), UNTIL_KNOWN);
    while !knows(run.aws, id).await? {
        patience.pause().await?;
    }
    Ok(())
}

/// Makes a call until EC2 knows the group in every place: what one place shows, another may not know yet.
async fn patiently<F>(run: &Run<'_>, id: &str, call: impl Fn() -> F) -> Result<(), CallError>
where
    F: Future<Output = Result<(), CallError>>,
{
    let mut patience = run.patience(format!("EC2 to know {id}"), UNTIL_KNOWN);
    loop {
        match call().await {
            Err(error) if error.is("InvalidGroup.NotFound") => patience.pause_after(error).await?,
            answer => return answer,
        }
    }
}

/// Deletes the group, and waits for what stands in the way and is about to go: a service's interfaces, or rules of
/// groups that are deleted beside it.
async fn delete(run: &Run<'_>, call: &str, id: &str) -> Result<(), CallError> {
    let mut waiting = None;
    loop {
        let request = run.aws.ec2.delete_security_group().group_id(id);
        let error = match request.send().await.about(call, id) {
            Ok(_) => return Ok(()),
            Err(error) if error.is("DependencyViolation") || error.is("InvalidGroup.InUse") => error,
            Err(error) => return Err(error),
        };
        if waiting.is_none() {
            // Asked once, for the words; who may not ask waits all the same.
            let holders = holders(run.aws, id).await.unwrap_or_default();
            let deadline = if holders.are_of_lambda() { UNTIL_FREE_OF_LAMBDA } else { UNTIL_FREE };
            waiting = Some(run.patience(format!("{id} to be free of {}", named(&holders)), deadline));
        }
        if let Some(patience) = &mut waiting {
            patience.pause_after(error).await?;
        }
    }
}

fn named(holders: &Holders) -> String {
    holders.words().unwrap_or_else(|| "what uses it".to_owned())
}

/// One permission for each rule: AWS merges them.
fn permissions<'a>(
    call: &str,
    rules: impl IntoIterator<Item = &'a Rule>,
) -> Result<Vec<IpPermission>, CallError> {
    let permission = |rule: &Rule| {
        let Rule { traffic, peer, description } = rule;
        let (protocol, from, to) = traffic.to_aws();
        let about = || description.clone();
        let permission = IpPermission::builder().ip_protocol(protocol).set_from_port(from).set_to_port(to);
        let permission = match peer {
            Peer::Range(IpNet::V4(range)) => {
                let range = IpRange::builder().cidr_ip(range.to_string()).set_description(about());
                permission.ip_ranges(range.build())
            }
            Peer::Range(IpNet::V6(range)) => {
                let range = Ipv6Range::builder().cidr_ipv6(range.to_string()).set_description(about());
                permission.ipv6_ranges(range.build())
            }
            Peer::Group(link) => {
                let group = UserIdGroupPair::builder().group_id(value(call, link)?).set_description(about());
                permission.user_id_group_pairs(group.build())
            }
            Peer::PrefixList(id) => {
                let list = PrefixListId::builder().prefix_list_id(id).set_description(about());
                permission.prefix_list_ids(list.build())
            }
        };
        Ok(permission.build())
    };
    rules.into_iter().map(permission).collect()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
