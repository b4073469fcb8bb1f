//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::LogGroup;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use aws_smithy_types::DateTime;

use super::LogsLogGroup;
use super::state::{Detail, State};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Arn, Outputs, Tags, tags as marks};

/// Log groups read at once; two calls each. `DescribeLogGroups` may be called 10 times a second.
const AT_ONCE: usize = 4;
/// Largest page (API `DescribeLogGroups`).
const PAGE: i32 = 50;
/// Largest page (API `GetResources`).
const TAGGED_PAGE: i32 = 100;
/// How often the two calls about one group are made before they must agree.
const LOOKS: usize = 3;

const DESCRIBE: &str = "logs:DescribeLogGroups";
const TAGS: &str = "logs:ListTagsForResource";
const TAGGED: &str = "tag:GetResources";

/// What a call about every log group is about.
const REGION: &str = "the region";

const NO_GROUP: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, LogsLogGroup>],
    survey: Option<Survey<'_>>,
) -> Observation<LogsLogGroup> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = wanted.iter().map(|wanted| look(aws, &wanted.state.name, &wanted.state.arn));
    let (found, others) = tokio::join!(buffered(AT_ONCE, found), others(aws, &named, survey));
    let found = found.into_iter().map(|answer| match answer {
        Ok(Some(live)) => Found::Present(Box::new(live)),
        Ok(None) => Found::Absent,
        Err(error) => Found::Unknown(error),
    });
    Observation::new(found.collect(), others)
}

/// The group of this name and ARN, if it is there.
async fn look(aws: &Aws, name: &str, arn: &str) -> Result<Option<Live<LogsLogGroup>>, CallError> {
    for _ in 0..LOOKS {
        let (group, tags) = tokio::join!(describe(aws, name), tags(aws, arn));
        match (group?, tags?) {
            (None, None) => return Ok(None),
            (Some(group), Some(tags)) => return live(&group, tags).map(Some),
            // Somebody creates or deletes it at this moment: the two calls are made again.
            _ => {}
        }
    }
    Err(CallError::unusable(DESCRIBE, name, "it appeared or vanished while it was read"))
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

/// What each group is that nothing wanted names: one that the survey takes, or none of ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<LogsLogGroup>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let groups = match survey.mark() {
        Some(manifest) => marked(aws, manifest).await,
        None => listed(aws).await,
    };
    let groups = match groups {
        Ok(groups) => groups,
        Err(error) => return vec![Err(error)],
    };
    let others = groups.iter().filter(|(name, _)| !named.contains(name.as_str()) && survey.may_take(&[name]));
    buffered(AT_ONCE, others.map(|(name, arn)| other(aws, name, arn, survey))).await
}

/// Where a group was found counts for nothing: it is looked at like one that an entry names.
async fn other(
    aws: &Aws,
    name: &str,
    arn: &str,
    survey: Survey<'_>,
) -> Result<Option<Live<LogsLogGroup>>, CallError> {
    Ok(look(aws, name, arn).await?.filter(|live| survey.takes(&live.tags)))
}

/// The names and ARNs of the log groups that carried the mark of a manifest some minutes ago.
async fn marked(aws: &Aws, manifest: &str) -> Result<Vec<(String, String)>, CallError> {
    let mark = TagFilter::builder().key(marks::MANIFEST).values(manifest).build();
    let request = aws.tagging.get_resources().tag_filters(mark).resource_type_filters("logs");
    let mut pages = request.into_paginator().page_size(TAGGED_PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(TAGGED, manifest)?;
        for tagged in page.resource_tag_mapping_list.ok_or_else(|| holds_no(TAGGED, manifest, "list"))? {
            let arn = tagged.resource_arn.ok_or_else(|| holds_no(TAGGED, manifest, "ARN"))?;
            let arn = arn.strip_suffix(":*").unwrap_or(&arn);
            // A destination can have tags too.
            let name = Arn::parse(arn).and_then(|arn| arn.resource.strip_prefix("log-group:"));
            all.extend(name.map(|name| (name.to_owned(), arn.to_owned())));
        }
    }
    Ok(all)
}

/// The names and ARNs of all log groups of the account and region.
async fn listed(aws: &Aws) -> Result<Vec<(String, String)>, CallError> {
    let mut pages = aws.logs.describe_log_groups().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(DESCRIBE, REGION)?;
        for group in page.log_groups.ok_or_else(|| holds_no(DESCRIBE, REGION, "list"))? {
            let none = |what| holds_no(DESCRIBE, REGION, what);
            let name = group.log_group_name().ok_or_else(|| none("name of a log group"))?;
            let arn = arn_of(&group).ok_or_else(|| none("ARN of a log group"))?;
            all.push((name.to_owned(), arn.to_owned()));
        }
    }
    Ok(all)
}
