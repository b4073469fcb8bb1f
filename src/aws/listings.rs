//! Lists that several kinds need of one look at the account, read once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_elasticloadbalancingv2::types::LoadBalancer;
use futures_util::future::join_all;
use tokio::sync::OnceCell;

use super::{Answer as _, Aws, CallError};
use crate::model::Tags;

/// Largest page (API `DescribeLoadBalancers`).
const PAGE: i32 = 400;
/// Most resources of one call (API `DescribeTags` of Elastic Load Balancing).
const TAGGED: usize = 20;

const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const TAGS: &str = "elasticloadbalancing:DescribeTags";
const POLICY: &str = "lambda:GetPolicy";
/// What a call about every load balancer is about.
const REGION: &str = "the region";

/// What has been listed in one look at the account. A second look has listings of its own: what was listed is not
/// read again.
#[derive(Debug, Default)]
pub struct Listings {
    balancers: OnceCell<Result<Vec<LoadBalancer>, CallError>>,
    balancer_tags: OnceCell<Result<BTreeMap<String, Tags>, CallError>>,
    function_policies: Mutex<BTreeMap<String, Arc<OnceCell<AskedPolicy>>>>,
}

/// What AWS said of a function's policy.
type AskedPolicy = Result<Option<FunctionPolicy>, CallError>;

/// The resource policy of a function.
#[derive(Clone, Debug)]
pub struct FunctionPolicy {
    /// The document.
    pub text: String,
    /// Which one it is, for a write that is to follow no other.
    pub revision: Option<String>,
}

impl Listings {
    /// Every load balancer of the region, of whatever type, each with its ARN and its name.
    ///
    /// # Errors
    ///
    /// [`CallError`] of `DescribeLoadBalancers`.
    pub async fn load_balancers(&self, aws: &Aws) -> Result<&[LoadBalancer], CallError> {
        let balancers = self.balancers.get_or_init(|| load_balancers(aws)).await;
        balancers.as_deref().map_err(CallError::clone)
    }

    /// The tags of every load balancer of the region, by its ARN.
    ///
    /// # Errors
    ///
    /// [`CallError`] of `DescribeLoadBalancers` or `DescribeTags`.
    pub async fn load_balancer_tags(&self, aws: &Aws) -> Result<&BTreeMap<String, Tags>, CallError> {
        let tags = async {
            let balancers = self.load_balancers(aws).await?;
            let arns: Vec<_> = balancers.iter().filter_map(LoadBalancer::load_balancer_arn).collect();
            elb_tags(aws, &arns).await
        };
        self.balancer_tags.get_or_init(|| tags).await.as_ref().map_err(CallError::clone)
    }

    /// The resource policy of the function of this name; none where nobody may invoke it.
    ///
    /// # Errors
    ///
    /// [`CallError`] of `GetPolicy`.
    pub async fn function_policy(&self, aws: &Aws, name: &str) -> Result<Option<FunctionPolicy>, CallError> {
        let asked = {
            let mut policies = self.function_policies.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(policies.entry(name.to_owned()).or_default())
        };
        asked.get_or_init(|| function_policy(aws, name)).await.clone()
    }
}

/// The resource policy of the function of this name; none where nobody may invoke it, and where there is no function, which
/// AWS says with the same code.
///
/// # Errors
///
/// [`CallError`] of `GetPolicy`.
pub async fn function_policy(aws: &Aws, name: &str) -> Result<Option<FunctionPolicy>, CallError> {
    let answer = match aws.lambda.get_policy().function_name(name).send().await.about(POLICY, name) {
        Err(error) if error.is("ResourceNotFoundException") => return Ok(None),
        answer => answer?,
    };
    let lacks = || CallError::unusable(POLICY, name, "the answer holds no policy");
    let text = answer.policy.ok_or_else(lacks)?;
    Ok(Some(FunctionPolicy { text, revision: answer.revision_id }))
}

async fn load_balancers(aws: &Aws) -> Result<Vec<LoadBalancer>, CallError> {
    let mut pages = aws.elb.describe_load_balancers().page_size(PAGE).into_paginator().send();
    let mut balancers = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(BALANCERS, REGION)?;
        let lacks = |what| CallError::unusable(BALANCERS, REGION, format!("the answer holds no {what}"));
        let page = page.load_balancers.ok_or_else(|| lacks("list"))?;
        // What has none could be any of them, and one that is wanted would not be found.
        if page.iter().any(|it| it.load_balancer_arn().is_none() || it.load_balancer_name().is_none()) {
            return Err(lacks("ARN or name of a load balancer"));
        }
        balancers.extend(page);
    }
    Ok(balancers)
}

/// The tags of load balancers and listeners, by their ARNs. What is not there any more has no answer.
///
/// # Errors
///
/// [`CallError`] of `DescribeTags`.
pub async fn elb_tags(aws: &Aws, arns: &[&str]) -> Result<BTreeMap<String, Tags>, CallError> {
    let calls = arns.chunks(TAGGED).map(|arns| async move {
        match tags_of(aws, arns).await {
            // One that is gone fails the call for all of them.
            Err(error) if is_gone(&error) => {
                let alone = arns.iter().map(|arn| async move {
                    match tags_of(aws, &[*arn]).await {
                        Err(error) if is_gone(&error) => Ok(BTreeMap::new()),
                        answer => answer,
                    }
                });
                let alone: Vec<BTreeMap<_, _>> =
                    join_all(alone).await.into_iter().collect::<Result<_, _>>()?;
                Ok(alone.into_iter().flatten().collect())
            }
            answer => answer,
        }
    });
    let answers: Vec<BTreeMap<_, _>> = join_all(calls).await.into_iter().collect::<Result<_, _>>()?;
    Ok(answers.into_iter().flatten().collect())
}

fn is_gone(error: &CallError) -> bool {
    error.is("LoadBalancerNotFound") || error.is("ListenerNotFound")
}

async fn tags_of(aws: &Aws, arns: &[&str]) -> Result<BTreeMap<String, Tags>, CallError> {
    let subject = arns.join(", ");
    let lacks = |what| CallError::unusable(TAGS, &subject, format!("the answer holds no {what}"));
    let asked = arns.iter().map(|arn| (*arn).to_owned()).collect();
    let answer = aws.elb.describe_tags().set_resource_arns(Some(asked)).send().await.about(TAGS, &subject)?;
    let mut all = BTreeMap::new();
    for described in answer.tag_descriptions.ok_or_else(|| lacks("list"))? {
        let tags = described.tags.ok_or_else(|| lacks("tags of one of them"))?;
        let tags = tags.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())));
        all.insert(described.resource_arn.ok_or_else(|| lacks("ARN"))?, tags.collect());
    }
    if arns.iter().any(|arn| !all.contains_key(*arn)) {
        return Err(lacks("tags of one of them"));
    }
    Ok(all)
}
