//! The calls that read, once for all entries.

use aws_sdk_ec2::types::{self, SubnetState};

use super::choose::{self, Subnet, Vpc};
use super::locate;
use super::spec::{Query, Spec};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::lookup::{Choice, Located, NoChoice, NotLocated};
use crate::kind::raise::Ask;
use crate::kind::reading::holds_no;
use crate::model::Tags;

/// Largest page (API `DescribeVpcs`, `DescribeSubnets`).
const PAGE: i32 = 1000;

const VPCS: &str = "ec2:DescribeVpcs";
const SUBNETS: &str = "ec2:DescribeSubnets";

/// What a call about every network is about.
const ACCOUNT: &str = "the account";

pub(super) async fn look(aws: &Aws, queries: &[&Query]) -> Vec<Result<Choice, NoChoice>> {
    let read = networks(aws).await;
    let choose = |query: &&Query| match &read {
        Ok((vpcs, subnets)) => choose::choose(query, vpcs, subnets),
        Err(error) => Err(NoChoice::Unknown(error.clone())),
    };
    queries.iter().map(choose).collect()
}

pub(super) async fn locate(aws: &Aws, asks: &[Ask]) -> Vec<Result<Located<Spec>, NotLocated>> {
    let read = networks(aws).await;
    let locate = |ask: &Ask| match &read {
        Ok((vpcs, subnets)) => locate::locate(ask, vpcs, subnets).map_err(NotLocated::None),
        Err(error) => Err(NotLocated::Unknown(error.clone())),
    };
    asks.iter().map(locate).collect()
}

async fn networks(aws: &Aws) -> Result<(Vec<Vpc>, Vec<Subnet>), CallError> {
    let (vpcs, subnets) = tokio::join!(vpcs(aws), subnets(aws));
    Ok((vpcs?, subnets?))
}

async fn vpcs(aws: &Aws) -> Result<Vec<Vpc>, CallError> {
    let mut pages = aws.ec2.describe_vpcs().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let vpcs = page.about(VPCS, ACCOUNT)?.vpcs.ok_or_else(|| holds_no(VPCS, ACCOUNT, "list"))?;
        for vpc in vpcs {
            all.push(Vpc {
                id: vpc.vpc_id.ok_or_else(|| holds_no(VPCS, ACCOUNT, "id of a VPC"))?,
                cidr: vpc.cidr_block.ok_or_else(|| holds_no(VPCS, ACCOUNT, "address range of a VPC"))?,
                is_default: vpc
                    .is_default
                    .ok_or_else(|| holds_no(VPCS, ACCOUNT, "word on whether a VPC is the default one"))?,
                tags: tags_of(vpc.tags.as_deref()),
            });
        }
    }
    Ok(all)
}

async fn subnets(aws: &Aws) -> Result<Vec<Subnet>, CallError> {
    let mut pages = aws.ec2.describe_subnets().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let none = |what| holds_no(SUBNETS, ACCOUNT, what);
        let subnets = page.about(SUBNETS, ACCOUNT)?.subnets.ok_or_else(|| none("list"))?;
        for subnet in subnets {
            all.push(Subnet {
                id: subnet.subnet_id.ok_or_else(|| none("id of a subnet"))?,
                vpc: subnet.vpc_id.ok_or_else(|| none("VPC of a subnet"))?,
                zone: subnet.availability_zone.ok_or_else(|| none("zone of a subnet"))?,
                is_default: subnet
                    .default_for_az
                    .ok_or_else(|| none("word on whether a subnet is its zone's default"))?,
                is_available: subnet.state.ok_or_else(|| none("state of a subnet"))?
                    == SubnetState::Available,
                on_outpost: subnet.outpost_arn.is_some(),
                tags: tags_of(subnet.tags.as_deref()),
            });
        }
    }
    Ok(all)
}

fn tags_of(sdk: Option<&[types::Tag]>) -> Tags {
    let all = sdk.unwrap_or_default().iter();
    all.filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}
