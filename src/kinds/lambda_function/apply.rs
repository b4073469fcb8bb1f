//! The calls that write, one per change; and the waiting, for Lambda takes its time after each.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture as SdkArchitecture, DeadLetterConfig, Environment, EphemeralStorage, FileSystemConfig,
    FunctionCode, FunctionConfiguration, LastUpdateStatus, LogFormat, LoggingConfig, Runtime, SnapStart,
    SnapStartApplyOn, TracingConfig, TracingMode, VpcConfig,
};

use super::change::Change;
use super::code::Code;
use super::edit::{DEAD_LETTER, Edit, KMS_KEY, SNAP_START};
use super::observe::{NO_FUNCTION, brings, condition, failed_update, function, settings};
use super::state::{Architecture, Condition, Mount, NAME, Network, State, Tracing, log_group_name};
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::run::Waiting;
use crate::kind::{Describe, Run};
use crate::model::{Link, Outputs, Tags};

/// AWS's word for a name that is taken, and for another update that is not over.
pub(super) const CONFLICT: &str = "ResourceConflictException";
const INVALID: &str = "InvalidParameterValueException";
/// AWS's word for what is not any more as it was read (API `UpdateFunctionConfiguration`, `RevisionId`).
const CHANGED: &str = "PreconditionFailedException";

/// A function in a network is set up after a minute or two; terraform-provider-aws waits this long (`lambda/function.go`).
const UNTIL_READY: Duration = Duration::from_mins(10);

/// What Lambda refuses only for a while: a part of what it says, what is waited for, and for how long
/// (terraform-provider-aws: `lambda/function.go`, `lambda/consts.go`; aws/aws-cdk#8835 for mount targets).
const PASSING: &[(&str, &str, Duration)] = &[
    ("cannot be assumed by Lambda", ROLE, Duration::from_mins(15)),
    ("does not have permissions", ROLE, Duration::from_mins(15)),
    ("KMS key is invalid for CreateGrant", ROLE, Duration::from_mins(15)),
    ("mount target", "the mount targets of its file system", Duration::from_mins(15)),
    ("throttled by EC2", "EC2 to let Lambda make network interfaces", Duration::from_mins(9)),
];
const ROLE: &str = "IAM to make its role known to Lambda, with what it may do";

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let lambda = &run.aws.lambda;
    let call = change.describe().call;
    let get = |output| outputs.get(output).unwrap_or_default().to_owned();
    let (name, arn) = (get(NAME), get(Outputs::ARN));
    let name = name.as_str();
    match change {
        Change::CreateFunction { state, tags } => *outputs = create(run, call, state, tags).await?,
        Change::TagResource { tags, .. } => {
            let request = lambda.tag_resource().resource(arn).set_tags(Some(sdk_tags(tags)));
            let send = || async { request.clone().send().await.about(call, name) };
            until_let(run, Busy::Waits, send).await?;
        }
        Change::UpdateFunctionConfiguration(edit) => {
            let now = at_rest(run, name).await?;
            let left = Edit::between(&settings(&now)?, &edit.after, edit.is_renewal);
            if left.is_none_or(|left| left.fields() != edit.fields()) {
                return Err(changed(call, name));
            }
            let request = lambda.update_function_configuration().function_name(name);
            let request = request.set_revision_id(now.revision_id().map(str::to_owned));
            let request = edited(request, edit).map_err(|why| CallError::unusable(call, name, why))?;
            let send = || async { request.clone().send().await.about(call, name) };
            until_let(run, Busy::Waits, send).await?;
            until_updated(run, call, name).await?;
        }
        Change::UpdateFunctionCode { before, after: (code, architecture) } => {
            let now = at_rest(run, name).await?;
            let state = settings(&now)?;
            if (state.code, state.architecture) != *before {
                return Err(changed(call, name));
            }
            let request = lambda
                .update_function_code()
                .function_name(name)
                .set_revision_id(now.revision_id().map(str::to_owned))
                .architectures(sdk_architecture(*architecture))
                .zip_file(blob(code, call, name)?);
            let send = || async { request.clone().send().await.about(call, name) };
            until_let(run, Busy::Waits, send).await?;
            until_updated(run, call, name).await?;
        }
        Change::PutFunctionConcurrency { after, .. } => {
            let reserved = (*after).try_into().unwrap_or(i32::MAX);
            let request = lambda.put_function_concurrency().function_name(name);
            let request = request.reserved_concurrent_executions(reserved);
            let send = || async { request.clone().send().await.about(call, name) };
            until_let(run, Busy::Waits, send).await?;
        }
        Change::DeleteFunctionConcurrency { .. } => {
            let request = lambda.delete_function_concurrency().function_name(name);
            let send = || async { request.clone().send().await.about(call, name) };
            until_let(run, Busy::Waits, send).await?;
        }
        Change::RemovePermission(permission) => {
            let request = lambda.remove_permission().function_name(name).statement_id(&permission.sid);
            let send = || async { request.clone().send().await.about(call, name) };
            absent_if(NO_FUNCTION, until_let(run, Busy::Waits, send).await)?;
        }
        Change::DeleteFunction { name, permit: _, .. } => {
            let request = lambda.delete_function().function_name(name);
            let send = || async { request.clone().send().await.about(call, name) };
            absent_if(NO_FUNCTION, until_let(run, Busy::Waits, send).await)?;
        }
    }
    Ok(())
}

/// What it means that AWS answers with a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    /// Another update is not over: that passes.
    Waits,
    /// The name is taken: that does not.
    Ends,
}

/// Sends again and again while Lambda refuses what passes by itself.
async fn until_let<T, F: Future<Output = Result<T, CallError>>>(
    run: &Run<'_>,
    busy: Busy,
    send: impl Fn() -> F,
) -> Result<T, CallError> {
    // Each has its own deadline: when the role is known, the mount targets may not be there yet.
    let mut waiting: BTreeMap<&str, Waiting<'_>> = BTreeMap::new();
    loop {
        let error = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let passing = PASSING.iter().find(|(part, ..)| error.is(INVALID) && error.message.contains(part));
        let (what, deadline) = match passing {
            Some((_, what, deadline)) => (*what, *deadline),
            None if error.is(CONFLICT) && busy == Busy::Waits => ("another update of it to end", UNTIL_READY),
            None => return Err(error),
        };
        waiting.entry(what).or_insert_with(|| run.patience(what, deadline)).pause_after(error).await?;
    }
}

async fn create(run: &Run<'_>, call: &str, state: &State, tags: &Tags) -> Result<Outputs, CallError> {
    let name = state.name.as_str();
    let request = run.aws.lambda.create_function().set_tags(Some(sdk_tags(tags)));
    let request = request.code(FunctionCode::builder().zip_file(blob(&state.code, call, name)?).build());
    let request = created(request, state).map_err(|why| CallError::unusable(call, name, why))?;
    let send = || async { request.clone().send().await.about(call, name) };
    let made = until_let(run, Busy::Ends, send).await?;
    let arn = made.function_arn().ok_or_else(|| holds_no(call, name, "ARN"))?;
    at_rest(run, name).await.and_then(|now| usable(call, &now))?;
    Ok(brings(name, arn))
}

/// Waits until AWS is done with a function, and gives what it then is. What has just been made may not be shown at first.
async fn at_rest(run: &Run<'_>, name: &str) -> Result<FunctionConfiguration, CallError> {
    let mut patience = run.patience(format!("{name} to be set up"), UNTIL_READY);
    loop {
        let now = function(run.aws, name).await?.map(|it| it.about);
        let is_at_rest = |now: &FunctionConfiguration| -> Result<bool, CallError> {
            let is_updating = now.last_update_status() == Some(&LastUpdateStatus::InProgress);
            Ok(!is_updating && condition(now)? != Condition::Coming)
        };
        match now {
            Some(now) if is_at_rest(&now)? => return Ok(now),
            _ => patience.pause().await?,
        }
    }
}

/// Waits until an update is over.
async fn until_updated(run: &Run<'_>, call: &str, name: &str) -> Result<(), CallError> {
    let now = at_rest(run, name).await?;
    match failed_update(&now) {
        Some(why) => Err(CallError::unusable(call, name, format!("the update failed: {why}"))),
        None => usable(call, &now),
    }
}

/// Whether it can be invoked.
fn usable(call: &str, now: &FunctionConfiguration) -> Result<(), CallError> {
    let name = now.function_name().unwrap_or_default();
    match condition(now)? {
        Condition::Ready | Condition::Coming => Ok(()),
        Condition::Failed(why) => {
            Err(CallError::unusable(call, name, format!("it cannot be invoked: {why}")))
        }
    }
}

fn changed(call: &str, name: &str) -> CallError {
    let why = "somebody has changed it since it was looked at; plan again";
    CallError { code: Some(CHANGED.to_owned()), ..CallError::unusable(call, name, why) }
}

/// A request that sets everything. All that is named is known by now.
fn created(
    request: CreateFunctionFluentBuilder,
    state: &State,
) -> Result<CreateFunctionFluentBuilder, String> {
    // Destructured whole, so that a new field cannot be forgotten here. What no entry can say is not set.
    let State {
        name,
        description,
        code: _,
        handler,
        runtime,
        architecture,
        timeout,
        memory,
        ephemeral_storage,
        environment,
        role,
        network,
        mount,
        log_group: _,
        tracing,
        layers,
        reserved: _,
        others: _,
        kept_from: _,
        permissions: _,
    } = state;
    let variables = environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(request
        .function_name(name)
        .description(description)
        .handler(handler)
        .runtime(Runtime::from(runtime.as_str()))
        .architectures(sdk_architecture(*architecture))
        .timeout(sdk_number(*timeout)?)
        .memory_size(sdk_number(*memory)?)
        .ephemeral_storage(sdk_storage(*ephemeral_storage)?)
        .environment(Environment::builder().set_variables(Some(variables)).build())
        .role(known(role)?)
        .set_vpc_config(network.as_ref().map(sdk_network).transpose()?)
        .set_file_system_configs(Some(sdk_mounts(mount.as_ref())?))
        .logging_config(sdk_logging(state)?)
        .tracing_config(sdk_tracing(*tracing))
        .set_layers(Some(layers.clone())))
}

/// A request that sets what an edit does, and nothing else. Structures are replaced whole; an empty one clears (API
/// `UpdateFunctionConfiguration`).
fn edited(
    mut request: UpdateFunctionConfigurationFluentBuilder,
    edit: &Edit,
) -> Result<UpdateFunctionConfigurationFluentBuilder, String> {
    let after = &edit.after;
    if edit.differs(|it| &it.description) {
        request = request.description(&after.description);
    }
    if edit.differs(|it| &it.handler) {
        request = request.handler(&after.handler);
    }
    if edit.differs(|it| &it.runtime) {
        request = request.runtime(Runtime::from(after.runtime.as_str()));
    }
    if edit.differs(|it| &it.timeout) {
        request = request.timeout(sdk_number(after.timeout)?);
    }
    if edit.differs(|it| &it.memory) {
        request = request.memory_size(sdk_number(after.memory)?);
    }
    if edit.differs(|it| &it.ephemeral_storage) {
        request = request.ephemeral_storage(sdk_storage(after.ephemeral_storage)?);
    }
    if edit.sets_environment() {
        let variables = after.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        request = request.environment(Environment::builder().set_variables(Some(variables)).build());
    }
    if edit.sets_role() {
        request = request.role(known(&after.role)?);
    }
    if edit.differs(|it| &it.network) {
        let none =
            || VpcConfig::builder().set_subnet_ids(Some(vec![])).set_security_group_ids(Some(vec![])).build();
        request = request.vpc_config(after.network.as_ref().map_or_else(|| Ok(none()), sdk_network)?);
    }
    if edit.differs(|it| &it.mount) {
        request = request.set_file_system_configs(Some(sdk_mounts(after.mount.as_ref())?));
    }
    if edit.sets_logging() {
        request = request.logging_config(sdk_logging(after)?);
    }
    if edit.differs(|it| &it.tracing) {
        request = request.tracing_config(sdk_tracing(after.tracing));
    }
    if edit.differs(|it| &it.layers) {
        request = request.set_layers(Some(after.layers.clone()));
    }
    if edit.ends(DEAD_LETTER) {
        request = request.dead_letter_config(DeadLetterConfig::builder().target_arn("").build());
    }
    if edit.ends(KMS_KEY) {
        request = request.kms_key_arn("");
    }
    if edit.ends(SNAP_START) {
        request = request.snap_start(SnapStart::builder().apply_on(SnapStartApplyOn::None).build());
    }
    Ok(request)
}

fn known(link: &Link) -> Result<&str, String> {
    link.value().ok_or_else(|| format!("what {link} brings is not known"))
}

fn blob(code: &Code, call: &str, name: &str) -> Result<Blob, CallError> {
    let packed = code.packed.as_ref();
    let packed = packed.ok_or_else(|| CallError::unusable(call, name, "its code is not at hand"))?;
    Ok(Blob::new(packed.zip.clone()))
}

fn sdk_number(number: u32) -> Result<i32, String> {
    number.try_into().map_err(|_| format!("{number} is too large"))
}

fn sdk_storage(size: u32) -> Result<EphemeralStorage, String> {
    EphemeralStorage::builder().size(sdk_number(size)?).build().map_err(|error| error.to_string())
}

fn sdk_architecture(architecture: Architecture) -> SdkArchitecture {
    match architecture {
        Architecture::X86 => SdkArchitecture::X8664,
        Architecture::Arm => SdkArchitecture::Arm64,
    }
}

fn sdk_tracing(tracing: Tracing) -> TracingConfig {
    let mode = match tracing {
        Tracing::PassThrough => TracingMode::PassThrough,
        Tracing::Active => TracingMode::Active,
    };
    TracingConfig::builder().mode(mode).build()
}

fn sdk_network(network: &Network) -> Result<VpcConfig, String> {
    let groups: Result<Vec<_>, _> = network.groups.iter().map(|it| known(it).map(str::to_owned)).collect();
    let subnets = network.subnets().into_iter().map(str::to_owned).collect();
    Ok(VpcConfig::builder()
        .set_subnet_ids(Some(subnets))
        .set_security_group_ids(Some(groups?))
        .ipv6_allowed_for_dual_stack(network.allows_ipv6)
        .build())
}

fn sdk_mounts(mount: Option<&Mount>) -> Result<Vec<FileSystemConfig>, String> {
    let Some(Mount { access_point, path }) = mount else { return Ok(Vec::new()) };
    let config = FileSystemConfig::builder().arn(known(access_point)?).local_mount_path(path).build();
    config.map(|it| vec![it]).map_err(|error| error.to_string())
}

fn sdk_logging(state: &State) -> Result<LoggingConfig, String> {
    let group = &state.log_group;
    let name = log_group_name(group).ok_or_else(|| format!("the name of {group} is not known"))?;
    Ok(LoggingConfig::builder().log_format(LogFormat::Text).log_group(name).build())
}

fn sdk_tags(tags: &Tags) -> std::collections::HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
