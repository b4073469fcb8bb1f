//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::types::{Output, Stack, StackResource};
use futures_util::future::{join, join_all};

use super::CloudFormationExports;
use super::spec::stack_name;
use super::state::{Detail, Export, State, Value};
use crate::aws::stack::{HANDLE, gone, is_busy};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::kind::reading::{holds_no, until_settled};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Outputs, Tags};

pub(super) const DESCRIBE: &str = "cloudformation:DescribeStacks";
const RESOURCES: &str = "cloudformation:DescribeStackResources";
const EXPORTS: &str = "cloudformation:ListExports";
const IMPORTS: &str = "cloudformation:ListImports";

/// How long a look waits for an operation on the stack that is under way: that of another run takes seconds. Until then
/// nobody can say what is exported.
const UNTIL_IDLE: Duration = Duration::from_mins(1);

const TORN: &str = "it appeared or vanished while it was read";

/// The output that is the stack's ARN. No export can be called so.
pub(super) const STACK: &str = "stack.arn";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, CloudFormationExports>],
    survey: Option<Survey<'_>>,
) -> Observation<CloudFormationExports> {
    let mut found = Vec::new();
    for wanted in wanted {
        found.push(find(aws, wanted).await.unwrap_or_else(Found::Unknown));
    }
    let Some(survey) = survey else { return Observation::new(found, None) };
    // There is one name that a stack of ours can have.
    let name = stack_name(survey.manifest());
    if !survey.may_take(&[&name]) || wanted.iter().any(|wanted| wanted.state.stack == name) {
        return Observation::new(found, None);
    }
    let left = match read(aws, &name).await {
        Ok(Some(Stood { mut live, .. })) if survey.takes(&live.tags) => {
            if survey.measures() {
                measure(aws, &mut live).await;
            }
            Ok(Some(live))
        }
        Ok(_) => Ok(None),
        Err(error) => Err(error),
    };
    Observation::new(found, [left])
}

async fn find(
    aws: &Aws,
    wanted: &Wanted<'_, CloudFormationExports>,
) -> Result<Found<CloudFormationExports>, CallError> {
    // A second look at what left the manifest: at that very stack, and not at one that took its name since.
    if let Some(arn) = wanted.seen.and_then(|seen| seen.get(STACK)) {
        let Some(Stood { mut live, .. }) = read(aws, arn).await? else { return Ok(Found::Absent) };
        measure(aws, &mut live).await;
        return Ok(Found::Present(Box::new(live)));
    }
    let is_torn = |seen: &Result<_, CallError>| matches!(seen, Ok(None));
    let torn = || CallError::unusable(EXPORTS, &wanted.state.stack, TORN);
    until_settled(UNTIL_IDLE, || find_named(aws, wanted), is_torn).await?.ok_or_else(torn)
}

/// What is found of the stack by its name; none where it was made or deleted between two calls.
async fn find_named(
    aws: &Aws,
    wanted: &Wanted<'_, CloudFormationExports>,
) -> Result<Option<Found<CloudFormationExports>>, CallError> {
    let stood = read(aws, &wanted.state.stack).await?;
    if let Some(Stood { stuck: Some(Stuck { reason, help }), .. }) = stood {
        return Ok(Some(Found::Unclear { reason, help }));
    }
    let mut live = stood.map(|stood| stood.live);
    if let (Some(live), true) = (&mut live, wanted.measure) {
        measure(aws, live).await;
    }
    if let Some(live) = live.as_ref().filter(|live| !live.detail.resources.is_empty()) {
        return Ok(Some(Found::Unclear {
            reason: format!(
                "the stack holds {}, which an update would delete",
                live.detail.resources.join(", ")
            ),
            help: "move them to a stack of their own: this one is for outputs alone".to_owned(),
        }));
    }
    let has = |name: &&String| live.as_ref().is_some_and(|live| live.state.exports.contains_key(*name));
    let new: Vec<_> = wanted.state.exports.keys().filter(|name| !has(name)).collect();
    if !new.is_empty()
        && live.as_ref().is_none_or(|live| live.phase == Phase::Active)
        && let Some(taken) = taken(aws, &new, wanted.state, live.as_ref()).await?
    {
        return Ok(taken.found());
    }
    Ok(Some(live.map_or(Found::Absent, |live| Found::Present(Box::new(live)))))
}

/// Who exports what is to be exported.
enum Taken {
    /// Other stacks, in words.
    ByOthers(Vec<String>),
    /// The stack itself, which was another one, or none, a moment ago.
    ByItself,
}

impl Taken {
    fn found(self) -> Option<Found<CloudFormationExports>> {
        match self {
            Self::ByItself => None,
            Self::ByOthers(taken) => Some(Found::Unclear {
                reason: taken.join("; "),
                help: "take the export out of that stack first (CloudFormation refuses while it is imported), or choose \
                       another name"
                    .to_owned(),
            }),
        }
    }
}

/// Whether another stack exports one of these names: they are unique in an account and region.
async fn taken(
    aws: &Aws,
    new: &[&String],
    want: &State,
    live: Option<&Live<CloudFormationExports>>,
) -> Result<Option<Taken>, CallError> {
    let own = live.and_then(|live| live.outputs.get(STACK));
    let mut pages = aws.cloudformation.list_exports().into_paginator().send();
    let mut taken = Vec::new();
    while let Some(page) = pages.next().await {
        // A region without exports has an empty list.
        for export in page.about(EXPORTS, "the region")?.exports.unwrap_or_default() {
            let none = |what| holds_no(EXPORTS, "the region", what);
            let name = export.name.ok_or_else(|| none("name"))?;
            let stack = export.exporting_stack_id.ok_or_else(|| none("stack"))?;
            if !new.contains(&&name) || own == Some(stack.as_str()) {
                continue;
            }
            // Two stacks that are there have two names.
            if called(&stack) == want.stack {
                return Ok(Some(Taken::ByItself));
            }
            taken.push(format!("`{name}` is exported by the stack {}", called(&stack)));
        }
    }
    Ok((!taken.is_empty()).then_some(Taken::ByOthers(taken)))
}

/// The name in a stack's ARN (`arn:…:stack/NAME/UUID`).
fn called(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

/// The stacks that import each of these exports.
pub(super) async fn importers(
    aws: &Aws,
    names: Vec<String>,
) -> Result<BTreeMap<String, Vec<String>>, CallError> {
    let asked = names.into_iter().map(|name| async move {
        let mut pages = aws.cloudformation.list_imports().export_name(&name).into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            match page.about(IMPORTS, &name) {
                Ok(page) => stacks.extend(page.imports.ok_or_else(|| holds_no(IMPORTS, &name, "list"))?),
                // That is how AWS says that there are none; there is no code of its own.
                Err(error) if is_unused(&error) => break,
                Err(error) => return Err(error),
            }
        }
        stacks.sort();
        Ok((name, stacks))
    });
    join_all(asked).await.into_iter().collect()
}

fn is_unused(error: &CallError) -> bool {
    error.is("ValidationError") && error.message.contains("is not imported by any stack")
}

/// Who imports from what is to be deleted.
async fn measure(aws: &Aws, live: &mut Live<CloudFormationExports>) {
    match importers(aws, live.state.exports.keys().cloned().collect()).await {
        Ok(importers) => live.detail.importers = importers,
        Err(error) => live.detail.unread = Some(error.to_string()),
    }
}

/// A stack, and why nothing can be made of it, if so.
struct Stood {
    live: Live<CloudFormationExports>,
    stuck: Option<Stuck>,
}

/// Why CloudFormation takes no update.
pub(super) struct Stuck {
    pub(super) reason: String,
    pub(super) help: String,
}

/// The stack of this name or ARN, if it is there, once nobody is at it.
async fn read(aws: &Aws, name: &str) -> Result<Option<Stood>, CallError> {
    let is_passing = |seen: &Result<Seen, CallError>| match seen {
        Ok(Seen::There(stack, _)) => stack.stack_status().is_some_and(|status| is_busy(status.as_str())),
        Ok(Seen::Torn) => true,
        Ok(Seen::Gone) | Err(_) => false,
    };
    let (stack, resources) = match until_settled(UNTIL_IDLE, || look(aws, name), is_passing).await? {
        Seen::There(stack, resources) => (stack, resources),
        Seen::Gone => return Ok(None),
        Seen::Torn => return Err(CallError::unusable(DESCRIBE, name, TORN)),
    };
    let none = |what| holds_no(RESOURCES, name, what);
    let mut more = Vec::new();
    for resource in &resources {
        let kind = resource.resource_type().ok_or_else(|| none("type"))?;
        let id = resource.logical_resource_id().ok_or_else(|| none("logical id"))?;
        let status = resource.resource_status().ok_or_else(|| none("status of a resource"))?.as_str();
        // What is gone is listed for a while, and so is what was retained.
        if kind != HANDLE && !matches!(status, "DELETE_COMPLETE" | "DELETE_SKIPPED") {
            more.push(format!("{id} ({kind})"));
        }
    }
    let (phase, stuck) = standing(&stack, name)?;
    let mut live = live(&stack, name, phase)?;
    live.detail.resources = more;
    Ok(Some(Stood { live, stuck }))
}

/// What the two calls about one stack say.
enum Seen {
    There(Box<Stack>, Vec<StackResource>),
    Gone,
    /// One that it is there, and one that it is not: somebody creates or deletes it at this moment.
    Torn,
}

async fn look(aws: &Aws, name: &str) -> Result<Seen, CallError> {
    let (stack, resources) = join(described(aws, name), resources(aws, name)).await;
    Ok(match (stack?, resources) {
        (Some(stack), resources) => {
            resources?.map_or(Seen::Torn, |resources| Seen::There(Box::new(stack), resources))
        }
        // By its ARN, what a deleted stack had is listed for 90 days too (API `DescribeStackResources`).
        (None, Ok(Some(resources))) if !resources.iter().all(is_deleted) => Seen::Torn,
        (None, _) => Seen::Gone,
    })
}

fn is_deleted(resource: &StackResource) -> bool {
    resource.resource_status().is_some_and(|status| status.as_str() == "DELETE_COMPLETE")
}

/// What the stack holds, if it is there.
async fn resources(aws: &Aws, name: &str) -> Result<Option<Vec<StackResource>>, CallError> {
    let answer = aws.cloudformation.describe_stack_resources().stack_name(name).send().await;
    match answer.about(RESOURCES, name) {
        Err(error) if gone(&error) => Ok(None),
        answer => answer?.stack_resources.ok_or_else(|| holds_no(RESOURCES, name, "resources")).map(Some),
    }
}

/// What AWS says of the stack of this name or ARN. One that is deleted is found by its ARN for 90 days (API
/// `DescribeStacks`), and is not there.
pub(super) async fn described(aws: &Aws, name: &str) -> Result<Option<Stack>, CallError> {
    let answer = aws.cloudformation.describe_stacks().stack_name(name).send().await.about(DESCRIBE, name);
    let answer = match answer {
        Err(error) if gone(&error) => return Ok(None),
        answer => answer?,
    };
    let stack = answer.stacks.unwrap_or_default().pop().ok_or_else(|| holds_no(DESCRIBE, name, "stack"))?;
    let status = stack.stack_status().ok_or_else(|| holds_no(DESCRIBE, name, "status"))?;
    if ![stack.stack_name(), stack.stack_id()].contains(&Some(name)) {
        return Err(CallError::unusable(DESCRIBE, name, "the answer is about something else"));
    }
    Ok((status.as_str() != "DELETE_COMPLETE").then_some(stack))
}

/// What a status means (CloudFormation user guide, "Stack status codes").
pub(super) fn standing(stack: &Stack, name: &str) -> Result<(Phase, Option<Stuck>), CallError> {
    let status = stack.stack_status().ok_or_else(|| holds_no(DESCRIBE, name, "status"))?.as_str();
    let stuck = |reason: &str, command: &str| {
        let reason = format!("{reason} ({status})");
        let help = format!("`aws cloudformation {command} --stack-name {name}`, then plan again");
        Ok((Phase::Active, Some(Stuck { reason, help })))
    };
    match status {
        "CREATE_COMPLETE"
        | "UPDATE_COMPLETE"
        | "UPDATE_ROLLBACK_COMPLETE"
        | "IMPORT_COMPLETE"
        | "IMPORT_ROLLBACK_COMPLETE" => Ok((Phase::Active, None)),
        "DELETE_IN_PROGRESS" => Ok((Phase::Deleting, None)),
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => {
            stuck("its creation failed, and CloudFormation can only delete it", "delete-stack")
        }
        "REVIEW_IN_PROGRESS" => stuck("somebody began to create it and has not gone on", "delete-stack"),
        "DELETE_FAILED" => stuck("its deletion failed, and it can only be deleted", "delete-stack"),
        "UPDATE_ROLLBACK_FAILED" => {
            stuck("an update failed, and taking it back failed too", "continue-update-rollback")
        }
        "UPDATE_FAILED" => stuck("an update failed and was not taken back", "rollback-stack"),
        // What it exports is not told, or not to be relied on.
        _ if status.ends_with("_IN_PROGRESS") => {
            let why = format!("CloudFormation is at it ({status}); plan again when that is done");
            Err(CallError::unusable(DESCRIBE, name, why))
        }
        _ => {
            Err(CallError::unusable(DESCRIBE, name, format!("its status is `{status}`, which says nothing")))
        }
    }
}

fn live(stack: &Stack, name: &str, phase: Phase) -> Result<Live<CloudFormationExports>, CallError> {
    let none = |what| holds_no(DESCRIBE, name, what);
    let tags = stack.tags.as_ref().ok_or_else(|| none("tags"))?;
    let tags: Tags = tags.iter().filter_map(|tag| Some((tag.key()?, tag.value()?))).collect();
    let (mut exports, mut others) = (BTreeMap::new(), Vec::new());
    for output in stack.outputs() {
        let value = output.output_value().ok_or_else(|| none("value of an output"))?;
        let key = output.output_key().ok_or_else(|| none("name of an output"))?;
        let Some(name) = output.export_name() else {
            others.push(key.to_owned());
            continue;
        };
        let description = output.description().map(str::to_owned);
        exports.insert(name.to_owned(), Export { value: Value::Live(value.to_owned()), description });
    }
    others.sort();
    let created = stack.creation_time().ok_or_else(|| none("time of creation"))?;
    Ok(Live {
        tags,
        phase,
        service: None,
        state: State {
            stack: stack.stack_name().ok_or_else(|| none("name"))?.to_owned(),
            exports,
            outputs: others,
        },
        created: day(created),
        detail: Detail {
            protected: stack.enable_termination_protection() == Some(true),
            version: version(stack).ok_or_else(|| none("time of creation"))?,
            ..Detail::default()
        },
        outputs: brings(stack, name)?,
    })
}

/// When a stack was last written to.
pub(super) fn version(stack: &Stack) -> Option<String> {
    let at = stack.last_updated_time().or(stack.creation_time())?;
    Some(format!("{}.{:09}", at.secs(), at.subsec_nanos()))
}

/// What a stack brings: its ARN, and what it exports.
pub(super) fn brings(stack: &Stack, name: &str) -> Result<Outputs, CallError> {
    let arn = stack.stack_id().ok_or_else(|| holds_no(DESCRIBE, name, "ARN"))?;
    let pair = |output: &Output| Some((output.export_name()?.to_owned(), output.output_value()?.to_owned()));
    let mut outputs: Outputs = stack.outputs().iter().filter_map(pair).collect();
    outputs.set(STACK, arn);
    Ok(outputs)
}
