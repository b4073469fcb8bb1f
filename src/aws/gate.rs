//! What every call passes on its way out: a closed table, and a record.
//!
//! The gate is an SDK interceptor. It refuses whatever is not in [`super::calls::CALLS`], and of what is there
//! the forms that `infra` must never send, before anything is sent. It also names each request for
//! the connector below, and keeps the record that `--calls` shows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudformation::operation::create_stack::CreateStackInput;
use aws_sdk_cloudformation::operation::delete_stack::DeleteStackInput;
use aws_sdk_cloudformation::operation::update_stack::UpdateStackInput;
use aws_sdk_ec2::operation::delete_security_group::DeleteSecurityGroupInput;
use aws_sdk_ecr::operation::delete_repository::DeleteRepositoryInput;
use aws_sdk_efs::operation::create_access_point::CreateAccessPointInput;
use aws_sdk_efs::operation::create_file_system::CreateFileSystemInput;
use aws_sdk_efs::operation::delete_access_point::DeleteAccessPointInput;
use aws_sdk_efs::operation::delete_mount_target::DeleteMountTargetInput;
use aws_sdk_efs::operation::put_file_system_policy::PutFileSystemPolicyInput;
use aws_sdk_elasticloadbalancingv2::operation::delete_listener::DeleteListenerInput;
use aws_sdk_elasticloadbalancingv2::operation::delete_load_balancer::DeleteLoadBalancerInput;
use aws_sdk_eventbridge::operation::delete_rule::DeleteRuleInput;
use aws_sdk_eventbridge::operation::remove_targets::RemoveTargetsInput;
use aws_sdk_iam::operation::delete_role::DeleteRoleInput;
use aws_sdk_lambda::operation::add_permission::AddPermissionInput;
use aws_sdk_lambda::operation::delete_function::DeleteFunctionInput;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretInput;
use aws_sdk_secretsmanager::operation::delete_secret::DeleteSecretInput;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueInput;
use aws_sdk_secretsmanager::operation::rotate_secret::RotateSecretInput;
use aws_sdk_secretsmanager::operation::update_secret::UpdateSecretInput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut, Input,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::calls::{self, Call, Effect};
use super::stack;

/// How the tokens of what we create begin.
const TOKEN: &str = "infra-";

/// The name of the call that a request belongs to, put on the request for the connector to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallName(pub &'static Call);

/// The calls made so far, by name. Clones share one record.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<(&'static str, &'static str), u32>>>);

impl Ledger {
    fn note(&self, call: &'static Call) {
        // A panic elsewhere cannot leave a map of counters half-written.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((call.service, call.operation)).or_default() += 1;
    }

    /// Each call with how often it was sent, retries included, ordered by name.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, u32)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((service, operation), count)| (format!("{service}:{operation}"), *count))
            .collect()
    }
}

/// The interceptor. See the module.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    ledger: Ledger,
    destroys: bool,
}

impl Gate {
    /// `destroys` lets pass what only `infra destroy` may do.
    pub(super) fn new(ledger: Ledger, destroys: bool) -> Self {
        Self { ledger, destroys }
    }
}

/// A call that `infra` must never make was about to be made.
#[derive(Debug, thiserror::Error)]
pub(super) struct Refused {
    call: String,
    why: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`infra` refuses to send {}: {}", self.call, self.why)
    }
}

fn call_of(cfg: &ConfigBag) -> Result<&'static Call, Refused> {
    let metadata = cfg
        .load::<Metadata>()
        .ok_or_else(|| Refused { call: "a call without a name".to_owned(), why: "it cannot be checked" })?;
    calls::permitted(metadata.service(), metadata.name()).ok_or_else(|| Refused {
        call: format!("{} {}", metadata.service(), metadata.name()),
        why: "it is not in the table of permitted calls",
    })
}

/// Whether a token is one of those that are the same in every run, so that AWS knows a second creation for the
/// first. Where a kind gives none, the SDK has filled in a random one by now.
fn is_ours(token: Option<&str>) -> bool {
    token.is_some_and(|token| token.starts_with(TOKEN))
}

/// Refuses what must never be sent of a call that is permitted. A deletion passes only in the form that can be
/// undone, or that AWS refuses where something is in use.
fn check_form(call: &Call, input: &Input, destroys: bool) -> Result<(), Refused> {
    let refused = if call.effect == Effect::Destroy && !destroys {
        Some("only `infra destroy` may")
    } else if let Some(input) = input.downcast_ref::<DeleteRepositoryInput>() {
        (input.force() == Some(true)).then_some("with `force` it deletes images")
    } else if let Some(input) = input.downcast_ref::<DeleteSecretInput>() {
        (input.force_delete_without_recovery() == Some(true) || input.recovery_window_in_days().is_none())
            .then_some("without a recovery window it cannot be undone")
    } else if let Some(input) = input.downcast_ref::<CreateSecretInput>() {
        (input.secret_string().is_some() || input.secret_binary().is_some()).then_some(ONE_WAY)
    } else if let Some(input) = input.downcast_ref::<UpdateSecretInput>() {
        (input.secret_string().is_some() || input.secret_binary().is_some()).then_some(ONE_WAY)
    } else if let Some(input) = input.downcast_ref::<PutSecretValueInput>() {
        // Where none is given, the SDK has filled in a random one by now.
        let is_made = |token: &str| token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
        (!input.client_request_token().is_some_and(is_made) || input.secret_string().is_none())
            .then_some("without an id of ours nobody could tell which value the version holds")
    } else if let Some(input) = input.downcast_ref::<RotateSecretInput>() {
        (input.rotate_immediately() != Some(false)).then_some("it would replace the value at once")
    } else if let Some(input) = input.downcast_ref::<CreateStackInput>() {
        refuse_stack(
            input.stack_name(),
            input.template_body(),
            input.template_url().is_some()
                || input.role_arn().is_some()
                || !input.capabilities().is_empty()
                || !input.parameters().is_empty(),
        )
    } else if let Some(input) = input.downcast_ref::<UpdateStackInput>() {
        // The template that it has is one that was sent so.
        let previous = (input.use_previous_template() == Some(true)).then_some(NO_CHANGE);
        refuse_stack(
            input.stack_name(),
            input.template_body().or(previous),
            input.template_url().is_some()
                || input.role_arn().is_some()
                || !input.capabilities().is_empty()
                || !input.parameters().is_empty(),
        )
    } else if let Some(input) = input.downcast_ref::<DeleteStackInput>() {
        (!stack::is_ours(input.stack_name())
            || input.role_arn().is_some()
            || !input.retain_resources().is_empty()
            || input.deletion_mode().is_some())
        .then_some("it may be a stack that holds more than outputs")
    } else if let Some(input) = input.downcast_ref::<DeleteSecurityGroupInput>() {
        (input.group_id().is_none_or(str::is_empty) || input.group_name().is_some())
            .then_some("by its name it may be another group than was looked at")
    } else if let Some(input) = input.downcast_ref::<DeleteFunctionInput>() {
        input.qualifier().map(|_| "of one version nobody was asked")
    } else if input.downcast_ref::<DeleteAccessPointInput>().is_some() {
        // It takes a way in, and no file.
        None
    } else if input.downcast_ref::<DeleteMountTargetInput>().is_some() {
        // The same, in a whole zone; there is one form of it.
        None
    } else if input.downcast_ref::<DeleteListenerInput>().is_some()
        || input.downcast_ref::<DeleteLoadBalancerInput>().is_some()
    {
        // There is one form of each, by ARN; neither holds data. What hangs on them is the guards' affair.
        None
    } else if input.downcast_ref::<DeleteRoleInput>().is_some() {
        // AWS refuses it while anything is attached (API `DeleteRole`).
        None
    } else if let Some(input) = input.downcast_ref::<DeleteRuleInput>() {
        (input.force() == Some(true)).then_some("with `force` it deletes what an AWS service manages")
    } else if let Some(input) = input.downcast_ref::<RemoveTargetsInput>() {
        (input.force() == Some(true)).then_some("with `force` it changes what an AWS service manages")
    } else if let Some(input) = input.downcast_ref::<AddPermissionInput>() {
        input
            .source_arn()
            .is_none_or(str::is_empty)
            .then_some("without a source the service may be used by every account")
    } else if let Some(input) = input.downcast_ref::<CreateFileSystemInput>() {
        (!is_ours(input.creation_token())).then_some("without a token of ours it is made twice")
    } else if let Some(input) = input.downcast_ref::<CreateAccessPointInput>() {
        (!is_ours(input.client_token())).then_some("without a token of ours it is made twice")
    } else if let Some(input) = input.downcast_ref::<PutFileSystemPolicyInput>() {
        (input.bypass_policy_lockout_safety_check() == Some(true))
            .then_some("past AWS's check of it nobody may be left who can change it")
    } else {
        matches!(call.effect, Effect::Delete | Effect::Destroy)
            .then_some("no rule says which form of it is safe")
    };
    match refused {
        Some(why) => Err(Refused { call: format!("{}:{}", call.service, call.operation), why }),
        None => Ok(()),
    }
}

/// Why no other call may carry a value (API `UpdateSecret` fails where the token is known, equal or not).
const ONE_WAY: &str = "a value goes by PutSecretValue alone, which knows an equal one";

/// The form of a template that holds outputs alone, for one that stays as it is.
const NO_CHANGE: &str = r#"{"Resources":{}}"#;

/// A stack makes whatever its template says, past the table of calls. So it may say nothing but outputs, and `more` of
/// what could make it something else is refused.
fn refuse_stack(name: Option<&str>, template: Option<&str>, more: bool) -> Option<&'static str> {
    let is_safe = stack::is_ours(name) && template.is_some_and(stack::holds_outputs_alone) && !more;
    (!is_safe).then_some("a stack could make anything: only outputs of a manifest's own may be sent")
}

#[dyn_dispatch_hint]
impl Intercept for Gate {
    fn name(&self) -> &'static str {
        "PermittedCalls"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(check_form(call_of(cfg)?, context.input(), self.destroys)?)
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = call_of(cfg)?;
        self.ledger.note(call);
        tracing::debug!("{}:{}", call.service, call.operation);
        context.request_mut().add_extension(CallName(call));
        Ok(())
    }
}
