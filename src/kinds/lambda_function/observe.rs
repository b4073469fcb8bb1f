//! The calls that read, and how AWS's answers become the normal form.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    Architecture as SdkArchitecture, EphemeralStorage, FunctionConfiguration, LastUpdateStatus, LogFormat,
    PackageType, SnapStartApplyOn, State as SdkState, TracingMode,
};

use super::LambdaFunction;
use super::code::Code;
use super::edit::{DEAD_LETTER, KMS_KEY, LOG_FORMAT, SNAP_START};
use super::permissions::{self, Permission};
use super::state::{Architecture, Condition, Detail, Mount, NAME, Network, State, Tracing, live_vpc};
use crate::aws::{Answer as _, Aws, CallError, FunctionPolicy, function_policy};
use crate::kind::reading::{absent_if, buffered, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Arn, Link, Outputs, Tags};

/// Functions read at once: what the client lets through anyway.
const AT_ONCE: usize = 8;
/// Largest page (API `ListFunctions`).
const PAGE: i32 = 50;

const GET: &str = "lambda:GetFunction";
const POLICY: &str = "lambda:GetPolicy";
const LIST: &str = "lambda:ListFunctions";

/// What a call about every function is about.
const REGION: &str = "the region";

pub(super) const NO_FUNCTION: &str = "ResourceNotFoundException";

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, LambdaFunction>],
    survey: Option<Survey<'_>>,
) -> Observation<LambdaFunction> {
    let named: BTreeSet<_> = wanted.iter().map(|wanted| wanted.state.name.as_str()).collect();
    let found = buffered(AT_ONCE, wanted.iter().map(|wanted| find(aws, &wanted.state.name, survey)));
    let (found, others) = tokio::join!(found, others(aws, &named, survey));
    Observation::new(found, others)
}

async fn find(aws: &Aws, name: &str, survey: Option<Survey<'_>>) -> Found<LambdaFunction> {
    let (function, policy) = tokio::join!(function(aws, name), policy(aws, name, survey));
    let live = || -> Result<Option<Live<LambdaFunction>>, CallError> {
        let Some(function) = function? else { return Ok(None) };
        live(&function, policy?.as_ref()).map(Some)
    };
    match live() {
        Ok(Some(live)) => Found::Present(Box::new(live)),
        Ok(None) => Found::Absent,
        Err(error) => Found::Unknown(error),
    }
}

/// A function as AWS tells of it, without the address of its code: whoever has that can download the code.
pub(super) struct Function {
    pub(super) about: FunctionConfiguration,
    tags: Tags,
    reserved: Option<u32>,
}

/// The function of this name, if it is there.
pub(super) async fn function(aws: &Aws, name: &str) -> Result<Option<Function>, CallError> {
    let answer = aws.lambda.get_function().function_name(name).send().await;
    let Some(answer) = absent_if(NO_FUNCTION, answer.about(GET, name))? else { return Ok(None) };
    let GetFunctionOutput { configuration, tags, tags_error, concurrency, .. } = answer;
    let about = configuration.ok_or_else(|| holds_no(GET, name, "configuration"))?;
    if about.function_name() != Some(name) {
        return Err(CallError::unusable(GET, name, "the answer is about something else"));
    }
    // Without permission to list tags the answer is a success that has none (API `GetFunction`).
    if let Some(error) = tags_error {
        let (code, message) = (error.error_code().to_owned(), error.message());
        let why = format!("its tags could not be read: {message}");
        return Err(CallError { code: Some(code), ..CallError::unusable(GET, name, why) });
    }
    let reserved = concurrency.and_then(|it| it.reserved_concurrent_executions);
    let reserved = reserved.map(|it| number(Some(it), name, "reserved concurrency")).transpose()?;
    Ok(Some(Function { about, tags: tags.unwrap_or_default().into_iter().collect(), reserved }))
}

/// Who may invoke it: in a look at the whole account its rules have the same question.
async fn policy(
    aws: &Aws,
    name: &str,
    survey: Option<Survey<'_>>,
) -> Result<Option<FunctionPolicy>, CallError> {
    match survey {
        Some(survey) => survey.listings().function_policy(aws, name).await,
        None => function_policy(aws, name).await,
    }
}

fn live(function: &Function, policy: Option<&FunctionPolicy>) -> Result<Live<LambdaFunction>, CallError> {
    let Function { about, tags, reserved } = function;
    let name = about.function_name().unwrap_or_default();
    let arn = about.function_arn().ok_or_else(|| holds_no(GET, name, "ARN"))?;
    let permissions = permissions(policy, name, arn)?;
    let modified = about.last_modified().and_then(second);
    Ok(Live {
        tags: tags.clone(),
        phase: if about.state() == Some(&SdkState::Deleting) { Phase::Deleting } else { Phase::Active },
        // A copy that CloudFront keeps at its edges (API `FunctionConfiguration`).
        service: about.master_arn().map(|_| "the AWS service cloudfront".to_owned()),
        state: State { reserved: *reserved, permissions, ..settings(about)? },
        // AWS tells the last change alone.
        created: None,
        detail: Detail {
            condition: condition(about)?,
            failed_update: failed_update(about),
            modified: modified.ok_or_else(|| holds_no(GET, name, "time that can be read"))?,
        },
        outputs: brings(name, arn),
    })
}

/// What a function brings to others.
pub(super) fn brings(name: &str, arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ARN, arn).with(NAME, name)
}

fn permissions(policy: Option<&FunctionPolicy>, name: &str, arn: &str) -> Result<Vec<Permission>, CallError> {
    let Some(policy) = policy else { return Ok(Vec::new()) };
    permissions::of_others(&policy.text, arn).map_err(|why| CallError::unusable(POLICY, name, why))
}

/// The settings that stand in a configuration.
pub(super) fn settings(about: &FunctionConfiguration) -> Result<State, CallError> {
    let name = about.function_name().unwrap_or_default();
    let none = |what| holds_no(GET, name, what);
    let kept_from = kept_from(about);
    // A container image says both for itself.
    let text = |text: Option<&str>, what| match text {
        Some(text) => Ok(text.to_owned()),
        None if kept_from.is_some() => Ok(String::new()),
        None => Err(none(what)),
    };
    Ok(State {
        name: name.to_owned(),
        description: about.description().unwrap_or_default().to_owned(),
        code: code(about)?,
        handler: text(about.handler(), "handler")?,
        runtime: text(about.runtime().map(aws_sdk_lambda::types::Runtime::as_str), "runtime")?,
        architecture: match about.architectures() {
            [SdkArchitecture::X8664] => Architecture::X86,
            [SdkArchitecture::Arm64] => Architecture::Arm,
            _ => return Err(none("architecture that is known here")),
        },
        timeout: number(about.timeout(), name, "timeout")?,
        memory: number(about.memory_size(), name, "memory")?,
        ephemeral_storage: number(
            about.ephemeral_storage().map(EphemeralStorage::size),
            name,
            "ephemeral storage",
        )?,
        environment: environment(about)?,
        role: Link::live(about.role().ok_or_else(|| none("role"))?),
        network: network(about),
        mount: match about.file_system_configs() {
            [] => None,
            [it] => {
                Some(Mount { access_point: Link::live(it.arn()), path: it.local_mount_path().to_owned() })
            }
            _ => return Err(none("single file system")),
        },
        log_group: log_group(about)?,
        tracing: match about.tracing_config().and_then(|it| it.mode()) {
            Some(TracingMode::PassThrough) => Tracing::PassThrough,
            Some(TracingMode::Active) => Tracing::Active,
            _ => return Err(none("way of tracing that is known here")),
        },
        layers: about.layers().iter().filter_map(|it| it.arn().map(str::to_owned)).collect(),
        reserved: None,
        others: others_set(about),
        kept_from,
        permissions: Vec::new(),
    })
}

fn code(about: &FunctionConfiguration) -> Result<Code, CallError> {
    let name = about.function_name().unwrap_or_default();
    let sha256 = about.code_sha256().ok_or_else(|| holds_no(GET, name, "hash of the code"))?;
    Ok(Code::live(sha256, about.code_size().try_into().unwrap_or_default()))
}

fn number(sdk: Option<i32>, name: &str, what: &str) -> Result<u32, CallError> {
    sdk.and_then(|it| it.try_into().ok()).ok_or_else(|| holds_no(GET, name, what))
}

/// What it is instead of a function of files, if so: settings with which it was created, and that last.
fn kept_from(about: &FunctionConfiguration) -> Option<String> {
    let words = if about.package_type().is_some_and(|it| *it != PackageType::Zip) {
        "a container image"
    } else if about.durable_config().is_some() {
        "files, as a durable function"
    } else if about.tenancy_config().is_some() {
        "files, with tenants kept apart"
    } else if about.capacity_provider_config().is_some() {
        "files, on instances of its own"
    } else {
        return None;
    };
    Some(words.to_owned())
}

/// Variables that AWS may not decrypt are left out, and it says so in the same answer (API `EnvironmentResponse`).
fn environment(about: &FunctionConfiguration) -> Result<BTreeMap<String, String>, CallError> {
    let Some(environment) = about.environment() else { return Ok(BTreeMap::new()) };
    if let Some(error) = environment.error() {
        let name = about.function_name().unwrap_or_default();
        let why = format!("its environment could not be read: {}", error.message().unwrap_or_default());
        return Err(CallError {
            code: error.error_code().map(str::to_owned),
            ..CallError::unusable(GET, name, why)
        });
    }
    Ok(environment
        .variables()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect())
}

/// A function in no network may have empty lists here.
fn network(about: &FunctionConfiguration) -> Option<Network> {
    let config = about.vpc_config()?;
    let vpc = config.vpc_id().filter(|id| !id.is_empty())?;
    let mut groups = config.security_group_ids().to_vec();
    groups.sort();
    let allows_ipv6 = config.ipv6_allowed_for_dual_stack() == Some(true);
    Some(Network {
        vpc: live_vpc(vpc, config.subnet_ids()),
        groups: groups.into_iter().map(Link::live).collect(),
        allows_ipv6,
    })
}

fn log_group(about: &FunctionConfiguration) -> Result<Link, CallError> {
    let name = about.function_name().unwrap_or_default();
    let none = |what| holds_no(GET, name, what);
    let group = about.logging_config().and_then(|it| it.log_group()).ok_or_else(|| none("log group"))?;
    let arn = about.function_arn().and_then(Arn::parse).ok_or_else(|| none("ARN"))?;
    let resource = format!("log-group:{group}");
    Ok(Link::live(Arn { service: "logs", resource: &resource, ..arn }.to_string()))
}

/// What else is set that no entry can say.
fn others_set(about: &FunctionConfiguration) -> BTreeMap<&'static str, String> {
    let mut others = BTreeMap::new();
    let mut set = |setting, words: Option<&str>| {
        others.extend(words.filter(|words| !words.is_empty()).map(|words| (setting, words.to_owned())));
    };
    set(DEAD_LETTER, about.dead_letter_config().and_then(|it| it.target_arn()));
    set(KMS_KEY, about.kms_key_arn());
    let snap_start = about.snap_start().and_then(|it| it.apply_on());
    set(SNAP_START, snap_start.filter(|it| **it != SnapStartApplyOn::None).map(SnapStartApplyOn::as_str));
    let format = about.logging_config().and_then(|it| it.log_format());
    set(LOG_FORMAT, format.filter(|it| **it != LogFormat::Text).map(LogFormat::as_str));
    others
}

pub(super) fn condition(about: &FunctionConfiguration) -> Result<Condition, CallError> {
    let name = about.function_name().unwrap_or_default();
    let reason = || {
        let code = about.state_reason_code().map_or("no code", |it| it.as_str());
        format!("{} ({code})", about.state_reason().unwrap_or("AWS gives no reason"))
    };
    match about.state().ok_or_else(|| holds_no(GET, name, "state"))? {
        // Nobody has invoked it for weeks: AWS sets it up again when somebody does.
        SdkState::Active | SdkState::Inactive => Ok(Condition::Ready),
        SdkState::Pending => Ok(Condition::Coming),
        SdkState::Failed => Ok(Condition::Failed(reason())),
        other => Ok(Condition::Failed(format!("AWS says that it is {other}: {}", reason()))),
    }
}

/// Why the last update failed, if it did.
pub(super) fn failed_update(about: &FunctionConfiguration) -> Option<String> {
    about.last_update_status().filter(|it| **it == LastUpdateStatus::Failed)?;
    let code = about.last_update_status_reason_code().map_or("no code", |it| it.as_str());
    Some(format!("{} ({code})", about.last_update_status_reason().unwrap_or("AWS gives no reason")))
}

/// A time as Lambda writes it (`2026-12-01T08:30:00.585+0000`), to the second and as RFC 3339 has it; none where it is not in UTC.
pub(super) fn second(text: &str) -> Option<String> {
    let (second, rest) = text.split_at_checked("2026-12-01T08:30:00".len())?;
    let zone = rest.trim_start_matches(|it: char| it == '.' || it.is_ascii_digit());
    let is_time = second
        .bytes()
        .zip("0000-00-00T00:00:00".bytes())
        .all(|(it, form)| if form == b'0' { it.is_ascii_digit() } else { it == form });
    (is_time && ["Z", "+0000", "+00:00"].contains(&zone)).then(|| format!("{second}Z"))
}

/// What each function is that nothing wanted names: one with the manifest's mark, or none of ours.
async fn others(
    aws: &Aws,
    named: &BTreeSet<&str>,
    survey: Option<Survey<'_>>,
) -> Vec<Result<Option<Live<LambdaFunction>>, CallError>> {
    let Some(survey) = survey else { return Vec::new() };
    let names = match list(aws).await {
        Ok(names) => names,
        Err(error) => return vec![Err(error)],
    };
    let others = names.iter().filter(|name| !named.contains(name.as_str()) && survey.may_take(&[name]));
    buffered(AT_ONCE, others.map(|name| other(aws, name, survey))).await
}

async fn other(aws: &Aws, name: &str, survey: Survey<'_>) -> Result<Option<Live<LambdaFunction>>, CallError> {
    // One that is gone since it was listed is none of ours any more.
    let Some(function) = function(aws, name).await?.filter(|it| survey.takes(&it.tags)) else {
        return Ok(None);
    };
    let policy = policy(aws, name, Some(survey)).await?;
    live(&function, policy.as_ref()).map(Some)
}

async fn list(aws: &Aws) -> Result<Vec<String>, CallError> {
    let mut pages = aws.lambda.list_functions().into_paginator().page_size(PAGE).send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        for function in page.about(LIST, REGION)?.functions.ok_or_else(|| holds_no(LIST, REGION, "list"))? {
            names.push(function.function_name.ok_or_else(|| holds_no(LIST, REGION, "name of a function"))?);
        }
    }
    Ok(names)
}
