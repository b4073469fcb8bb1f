//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::LogGroup;
use aws_smithy_types::DateTime;

use super::LogsLogGroup;
use super::state::{Detail, State};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Outputs, Tags};

/// Log groups read at once; two calls each. `DescribeLogGroups` may be called 10 times a second.
const AT_ONCE: usize = 4;
/// Largest page (API `DescribeLogGroups`).
const PAGE: i32 = 50;
/// How often the two calls about one group are made before they must agree.
const LOOKS: usize = 3;

const DESCRIBE: &str = "logs:DescribeLogGroups";
const TAGS: &str = "logs:ListTagsForResource";

/// What a call about every log group is about.
const REGION: &str = "the region";

const NO_GROUP: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, LogsLogGroup>],
    survey: Option<Survey<'_>>,
) -> Observation<LogsLogGroup> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = buffered(AT_ONCE, wanted.iter().map(|wanted| find(aws, wanted.state)));
    let (found, others) = tokio::join!(found, others(aws, &named, survey));
    let found = found.into_iter().map(|it| it.unwrap_or_else(Found::Unknown)).collect();
    Observation::new(found, others)
}

async fn find(aws: &Aws, state: &State) -> Result<Found<LogsLogGroup>, CallError> {
    for _ in 0..LOOKS {
        let (group, tags) = tokio::join!(describe(aws, &state.name), tags(aws, &state.arn));
        match (group?, tags?) {
            (None, None) => return Ok(Found::Absent),
            (Some(group), Some(tags)) => return Ok(Found::Present(Box::new(live(&group, tags)?))),
            // Somebody creates or deletes it at this moment: the two calls are made again.
            _ => {}
        }
    }
    Err(CallError::unusable(DESCRIBE, &state.name, "it appeared or vanished while it was read"))
}

/// The group of this very name: as a prefix it finds longer ones too, after it (API `DescribeLogGroups`).
async fn describe(aws: &Aws, name: &str) -> Result<Option<LogGroup>, CallError> {
    let request = aws.logs.describe_log_groups().log_group_name_prefix(name);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    while let Some(page) = pages.next().await {
        let groups =
            page.about(DESCRIBE, name)?.log_groups.ok_or_else(|| holds_no(DESCRIBE, name, "list"))?;
        if let Some(group) = groups.into_iter().find(|group| group.log_group_name() == Some(name)) {
            return Ok(Some(group));
        }
    }
    Ok(None)
}

/// The tags of the group of this ARN, if there is such a group.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<Tags>, CallError> {
    let answer = aws.logs.list_tags_for_resource().resource_arn(arn).send().await.about(TAGS, arn);
    let Some(answer) = absent_if(NO_GROUP, answer)? else { return Ok(None) };
    // Without the list nobody can say whose it is.
    let tags = answer.tags.ok_or_else(|| holds_no(TAGS, arn, "tags"))?;
    Ok(Some(tags.into_iter().collect()))
}

fn live(group: &LogGroup, tags: Tags) -> Result<Live<LogsLogGroup>, CallError> {
    let name = group.log_group_name().ok_or_else(|| holds_no(DESCRIBE, REGION, "name of a log group"))?;
    let none = |what| holds_no(DESCRIBE, name, what);
    let arn = arn_of(group).ok_or_else(|| none("ARN"))?;
    let retention = group.retention_in_days().map(u16::try_from).transpose();
    let created = group.creation_time().ok_or_else(|| none("time of creation"))?;
    Ok(Live {
        tags,
        phase: Phase::Active,
        service: None,
        state: State {
            name: name.to_owned(),
            arn: arn.to_owned(),
            retention: retention.map_err(|_| none("retention that can be read"))?,
            kms_key: group.kms_key_id().map(str::to_owned),
            class: group.log_group_class().ok_or_else(|| none("class"))?.as_str().to_owned(),
            is_protected: group.deletion_protection_enabled() == Some(true),
        },
        created: day(&DateTime::from_millis(created)),
        detail: Detail { bytes: group.stored_bytes().and_then(|bytes| bytes.try_into().ok()) },
        outputs: brings(arn),
    })
}

/// The ARN without the `:*` that stands for the streams: the one that policies of tags take. `arn` has it.
fn arn_of(group: &LogGroup) -> Option<&str> {
    group.log_group_arn().or_else(|| group.arn()?.strip_suffix(":*"))
}

/// What a log group brings to others.
pub(super) fn brings(arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ARN, arn)
}

/// What each group is that the list names and nothing wanted does: one that the survey takes, or none of ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<LogsLogGroup>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let groups = match listed(aws).await {
        Ok(groups) => groups,
        Err(error) => return vec![Err(error)],
    };
    let may_be = |group: &LogGroup| {
        let name = group.log_group_name().unwrap_or_default();
        !named.contains(name) && survey.may_take(&[name])
    };
    let others = groups.into_iter().filter(may_be);
    buffered(AT_ONCE, others.map(|group| leftover(aws, group, survey))).await
}

async fn leftover(
    aws: &Aws,
    group: LogGroup,
    survey: Survey<'_>,
) -> Result<Option<Live<LogsLogGroup>>, CallError> {
    let arn = arn_of(&group).ok_or_else(|| holds_no(DESCRIBE, REGION, "ARN of a log group"))?;
    match tags(aws, arn).await? {
        Some(tags) if survey.takes(&tags) => live(&group, tags).map(Some),
        // Of somebody else, or gone since it was listed.
        Some(_) | None => Ok(None),
    }
}

/// Every log group of the account and region.
async fn listed(aws: &Aws) -> Result<Vec<LogGroup>, CallError> {
    let mut pages = aws.logs.describe_log_groups().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(DESCRIBE, REGION)?;
        all.extend(page.log_groups.ok_or_else(|| holds_no(DESCRIBE, REGION, "list"))?);
    }
    Ok(all)
}
