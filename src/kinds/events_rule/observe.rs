//! The calls that read, and how AWS's answers become the normal form.

use std::collections::BTreeSet;

use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleOutput;
use aws_sdk_eventbridge::types::{RuleState, Tag, Target as SdkTarget};

use super::EventsRule;
use super::permission::Granted;
use super::schedule;
use super::state::{Detail, Permission, Rule, State, Switch};
use super::target::{AGE, Input, Other, RETRIES, Target, function_arn, function_name};
use crate::aws::{Answer as _, Aws, CallError, FunctionPolicy, function_policy};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Link, Outputs, Tags};

/// So many reads at once: what the client lets through anyway.
const AT_ONCE: usize = 10;
/// Largest page (API `ListRules`, `ListTargetsByRule`).
const PAGE: i32 = 100;
/// How often the calls about one rule are made before they must agree.
const LOOKS: usize = 3;

const DESCRIBE: &str = "events:DescribeRule";
const TARGETS: &str = "events:ListTargetsByRule";
const TAGS: &str = "events:ListTagsForResource";
const RULES: &str = "events:ListRules";
const POLICY: &str = "lambda:GetPolicy";
/// What a call about every rule is about.
const BUS: &str = "the default event bus";

/// What `EventBridge` says of a rule that is not there, and Lambda of a function or a policy.
pub(super) const NOT_FOUND: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, EventsRule>],
    survey: Option<Survey<'_>>,
) -> Observation<EventsRule> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = buffered(AT_ONCE, wanted.iter().map(|wanted| find_wanted(aws, wanted.state, survey)));
    let (found, others) = tokio::join!(found, others(aws, &named, survey));
    Observation::new(found, others)
}

/// What is found of a rule that an entry declares, or that left the manifest: then nobody needs to know whether it may
/// invoke what it calls.
async fn find_wanted(aws: &Aws, state: &State, survey: Option<Survey<'_>>) -> Found<EventsRule> {
    let function = state.target.as_ref().map(|target| &target.function);
    let function = function.filter(|function| function.name().is_some());
    let function = function.and_then(|function| function_arn(&state.arn, function));
    find(aws, &state.name, &state.arn, function.as_deref(), survey).await
}

/// What is found of the rule, with its permission to invoke `function`.
async fn find(
    aws: &Aws,
    name: &str,
    arn: &str,
    function: Option<&str>,
    survey: Option<Survey<'_>>,
) -> Found<EventsRule> {
    let granted = async {
        match function {
            Some(function) => granted(aws, arn, function, survey).await.map(Some),
            None => Ok(None),
        }
    };
    let (seen, granted) = tokio::join!(look(aws, name, arn), granted);
    let live = || -> Result<Option<Live<EventsRule>>, CallError> {
        let Some(seen) = seen? else { return Ok(None) };
        live(seen, function, granted?).map(Some)
    };
    match live() {
        Ok(Some(live)) => Found::Present(Box::new(live)),
        Ok(None) => Found::Absent,
        Err(error) => Found::Unknown(error),
    }
}

/// What the calls about one rule said.
struct Seen {
    rule: DescribeRuleOutput,
    targets: Vec<SdkTarget>,
    tags: Tags,
}

async fn look(aws: &Aws, name: &str, arn: &str) -> Result<Option<Seen>, CallError> {
    for _ in 0..LOOKS {
        let (rule, targets, tags) = tokio::join!(describe(aws, name), targets(aws, name), tags(aws, arn));
        match (rule?, targets, tags) {
            (None, Ok(None), Ok(None)) | (None, Err(_), _) | (None, _, Err(_)) => return Ok(None),
            (Some(rule), targets, tags) => {
                if let (Some(targets), Some(tags)) = (targets?, tags?) {
                    return Ok(Some(Seen { rule, targets, tags }));
                }
            }
            // Somebody creates or deletes it at this moment: the calls are made again.
            (None, Ok(_), Ok(_)) => {}
        }
    }
    Err(CallError::unusable(DESCRIBE, name, "it appeared or vanished while it was read"))
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<DescribeRuleOutput>, CallError> {
    let answer = aws.events.describe_rule().name(name).send().await;
    match absent_if(NOT_FOUND, answer.about(DESCRIBE, name))? {
        Some(rule) if rule.name() != Some(name) => {
            Err(CallError::unusable(DESCRIBE, name, "the answer is about something else"))
        }
        rule => Ok(rule),
    }
}

async fn targets(aws: &Aws, name: &str) -> Result<Option<Vec<SdkTarget>>, CallError> {
    let mut targets = Vec::new();
    let mut next = None;
    loop {
        let request = aws.events.list_targets_by_rule().rule(name).limit(PAGE).set_next_token(next);
        let Some(page) = absent_if(NOT_FOUND, request.send().await.about(TARGETS, name))? else {
            return Ok(None);
        };
        targets.extend(page.targets.ok_or_else(|| holds_no(TARGETS, name, "list"))?);
        next = page.next_token;
        if next.is_none() {
            return Ok(Some(targets));
        }
    }
}

pub(super) async fn tags(aws: &Aws, arn: &str) -> Result<Option<Tags>, CallError> {
    let answer = aws.events.list_tags_for_resource().resource_arn(arn).send().await;
    let Some(answer) = absent_if(NOT_FOUND, answer.about(TAGS, arn))? else { return Ok(None) };
    let tags: Vec<Tag> = answer.tags.ok_or_else(|| holds_no(TAGS, arn, "list"))?;
    Ok(Some(tags.iter().map(|tag| (tag.key(), tag.value())).collect()))
}

/// What the function's policy says of the rule now. The revision is the policy's, where it has one.
pub(super) async fn policy(
    aws: &Aws,
    rule: &str,
    function: &str,
) -> Result<(Granted, Option<String>), CallError> {
    let policy = function_policy(aws, asked_of(rule, function)).await?;
    let granted = said(policy.as_ref(), rule, function)?;
    Ok((granted, policy.and_then(|policy| policy.revision)))
}

/// The same in a look: at the whole account, the function itself and other rules of it have the same question.
async fn granted(
    aws: &Aws,
    rule: &str,
    function: &str,
    survey: Option<Survey<'_>>,
) -> Result<Granted, CallError> {
    let name = asked_of(rule, function);
    let policy = match survey {
        Some(survey) => survey.listings().function_policy(aws, name).await?,
        None => function_policy(aws, name).await?,
    };
    said(policy.as_ref(), rule, function)
}

/// What Lambda is asked by for a function: its name, or the ARN of one elsewhere.
fn asked_of<'a>(rule: &str, function: &'a str) -> &'a str {
    function_name(rule, function).unwrap_or(function)
}

fn said(policy: Option<&FunctionPolicy>, rule: &str, function: &str) -> Result<Granted, CallError> {
    let Some(policy) = policy else { return Ok(Granted::default()) };
    let granted = Granted::read(&policy.text, rule, function);
    granted.map_err(|error| CallError::unusable(POLICY, asked_of(rule, function), error.to_string()))
}

/// The rule that AWS describes so. `function` is the one that is declared: its target is the one that counts.
fn live(seen: Seen, function: Option<&str>, granted: Option<Granted>) -> Result<Live<EventsRule>, CallError> {
    let Seen { rule, mut targets, tags } = seen;
    let name = rule.name.ok_or_else(|| holds_no(DESCRIBE, "a rule", "name"))?;
    let none = |what| holds_no(DESCRIBE, &name, what);
    let arn = rule.arn.ok_or_else(|| none("ARN"))?;
    let switch = match rule.state.ok_or_else(|| none("state"))? {
        RuleState::Enabled => Switch::On,
        RuleState::Disabled => Switch::Off,
        other => Switch::Other(other.as_str().to_owned()),
    };
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    targets.sort_by(|one, other| one.id().cmp(other.id()));
    // The one that calls what is declared; else any, to be overwritten.
    let own = targets.iter().position(|target| Some(target.arn()) == function);
    let own = own.or_else(|| (!targets.is_empty()).then_some(0));
    let own = own.map(|at| targets.remove(at));
    Ok(Live {
        tags,
        phase: Phase::Active,
        service: said(rule.managed_by).map(|service| format!("the AWS service {service}")),
        state: State {
            rule: Rule {
                description: said(rule.description),
                schedule: said(rule.schedule_expression).map(|text| schedule::normal(&text)),
                pattern: said(rule.event_pattern),
                switch,
                role: said(rule.role_arn),
            },
            target: own.as_ref().map(target),
            others: targets
                .iter()
                .map(|it| Other { id: it.id().to_owned(), arn: it.arn().to_owned() })
                .collect(),
            permission: match &granted {
                Some(granted) if granted.sound.is_empty() => Permission::Missing,
                Some(_) => Permission::Given,
                None => Permission::Unread,
            },
            name,
            arn: arn.clone(),
        },
        // `DescribeRule` does not tell.
        created: None,
        detail: Detail { stale: granted.is_some_and(|granted| granted.stale().next().is_some()) },
        outputs: brings(&arn),
    })
}

fn target(sdk: &SdkTarget) -> Target {
    let retry = sdk.retry_policy();
    let or = |value: Option<i32>, default| value.and_then(|value| value.try_into().ok()).unwrap_or(default);
    let more = [
        (sdk.role_arn().is_some(), "a role"),
        (sdk.input_path().is_some(), "a part of the event as input"),
        (sdk.input_transformer().is_some(), "a transformed input"),
        (sdk.dead_letter_config().is_some(), "a dead-letter queue"),
        (is_of_another_service(sdk), "settings of another service"),
    ];
    Target {
        id: Some(sdk.id().to_owned()),
        function: Link::live(sdk.arn()),
        input: sdk.input().map(Input::new),
        retries: or(retry.and_then(aws_sdk_eventbridge::types::RetryPolicy::maximum_retry_attempts), RETRIES),
        age: or(retry.and_then(aws_sdk_eventbridge::types::RetryPolicy::maximum_event_age_in_seconds), AGE),
        more: more.into_iter().filter_map(|(is_set, word)| is_set.then_some(word)).collect(),
    }
}

fn is_of_another_service(sdk: &SdkTarget) -> bool {
    sdk.kinesis_parameters().is_some()
        || sdk.run_command_parameters().is_some()
        || sdk.ecs_parameters().is_some()
        || sdk.batch_parameters().is_some()
        || sdk.sqs_parameters().is_some()
        || sdk.http_parameters().is_some()
        || sdk.redshift_data_parameters().is_some()
        || sdk.sage_maker_pipeline_parameters().is_some()
        || sdk.app_sync_parameters().is_some()
}

/// What a rule brings to others.
pub(super) fn brings(arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ARN, arn)
}

/// What each rule of the bus is that nothing wanted names: one that the survey takes, or none of ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<EventsRule>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let rules = match listed(aws, survey).await {
        Ok(rules) => rules,
        Err(error) => return vec![Err(error)],
    };
    let others = rules.iter().filter(|(name, _)| !named.contains(name.as_str()));
    buffered(AT_ONCE, others.map(|(name, arn)| leftover(aws, name, arn, survey))).await
}

async fn leftover(
    aws: &Aws,
    name: &str,
    arn: &str,
    survey: Survey<'_>,
) -> Result<Option<Live<EventsRule>>, CallError> {
    if !tags(aws, arn).await?.is_some_and(|tags| survey.takes(&tags)) {
        return Ok(None);
    }
    let found = find(aws, name, arn, None, Some(survey)).await;
    // One that an entry is to be made of is compared with it, permission and all.
    let function =
        found.live().and_then(|live| live.state.target.as_ref()?.function.value().map(str::to_owned));
    let found = match function.filter(|function| function_name(arn, function).is_some()) {
        Some(function) if survey.mark().is_none() => {
            find(aws, name, arn, Some(&function), Some(survey)).await
        }
        _ => found,
    };
    match found {
        // What counts is what its own tags say now.
        Found::Present(live) if survey.takes(&live.tags) => Ok(Some(*live)),
        Found::Present(_) | Found::Absent | Found::Unclear { .. } => Ok(None),
        Found::Unknown(error) => Err(error),
    }
}

/// The names and the ARNs of the rules that the survey may take. One that an AWS service manages is its own.
async fn listed(aws: &Aws, survey: Survey<'_>) -> Result<Vec<(String, String)>, CallError> {
    let mut rules = Vec::new();
    let mut next = None;
    loop {
        let request = aws.events.list_rules().limit(PAGE).set_next_token(next);
        let page = request.send().await.about(RULES, BUS)?;
        for rule in page.rules.ok_or_else(|| holds_no(RULES, BUS, "list"))? {
            let name = rule.name.ok_or_else(|| holds_no(RULES, BUS, "name of a rule"))?;
            let arn = rule.arn.ok_or_else(|| holds_no(RULES, &name, "ARN"))?;
            if rule.managed_by.is_none() && survey.may_take(&[&name, &arn]) {
                rules.push((name, arn));
            }
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(rules);
        }
    }
}
