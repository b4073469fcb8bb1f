//! The calls that write, one per change.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, Certificate, FixedResponseActionConfig,
    MutualAuthenticationAttributes, ProtocolEnum, RedirectActionConfig, RedirectActionStatusCodeEnum, Tag,
};

use super::action::{Action, FixedResponse, Redirect};
use super::observe::{NO_LISTENER, brings};
use super::spec::Protocol;
use super::state::{Change, State};
use crate::aws::{Answer as _, CallError, elb_tags};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Describe, Run};
use crate::model::{Link, Outputs, Tags, tags};

/// AWS's word for another listener on the same port.
pub(super) const DUPLICATE: &str = "DuplicateListener";
/// AWS's word for a certificate that it does not know, or not yet.
const NO_CERTIFICATE: &str = "CertificateNotFound";

/// How long a certificate that was just issued may take to be known to load balancers (terraform-provider-aws:
/// `elbv2/listener.go`).
const UNTIL_KNOWN: Duration = Duration::from_mins(5);
/// How long AWS may take to show the tags of what it has just made.
const UNTIL_TAGGED: Duration = Duration::from_mins(1);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let elb = &run.aws.elb;
    let call = change.describe().call;
    let arn = outputs.get(Outputs::ID).unwrap_or_default().to_owned();
    let unusable = |why: String| CallError::unusable(call, &arn, why);
    match change {
        Change::CreateListener { state, tags } => *outputs = create(run, call, state, tags).await?,
        Change::AddTags { tags, .. } => {
            let request = elb.add_tags().resource_arns(&arn).set_tags(Some(sdk_tags(tags)));
            request.send().await.about(call, &arn)?;
        }
        Change::AddListenerCertificates(certificate) => {
            let certificate = sdk_certificate(certificate).map_err(unusable)?;
            let request = elb.add_listener_certificates().listener_arn(&arn).certificates(certificate);
            until_known(run, || async { request.clone().send().await.about(call, &arn) }).await?;
        }
        Change::ModifyListener(edit) => {
            let mut request = elb.modify_listener().listener_arn(&arn);
            request = request.set_protocol(edit.protocol().map(sdk_protocol));
            request = request.set_ssl_policy(edit.policy().map(str::to_owned));
            if let Some(certificate) = edit.certificate() {
                request = request.certificates(sdk_certificate(certificate).map_err(unusable)?);
            }
            if edit.mutual().is_some() {
                let off = MutualAuthenticationAttributes::builder().mode("off").build();
                request = request.mutual_authentication(off);
            }
            if let Some(action) = edit.action() {
                request = request.default_actions(sdk_action(action).map_err(unusable)?);
            }
            until_known(run, || async { request.clone().send().await.about(call, &arn) }).await?;
        }
        Change::RemoveListenerCertificates(certificate) => {
            let certificate = sdk_certificate(certificate).map_err(unusable)?;
            let request = elb.remove_listener_certificates().listener_arn(&arn).certificates(certificate);
            request.send().await.about(call, &arn)?;
        }
        Change::DeleteListener { permit: _, .. } => {
            let answer = elb.delete_listener().listener_arn(&arn).send().await.about(call, &arn);
            absent_if(NO_LISTENER, answer)?;
        }
    }
    Ok(())
}

/// Creates a listener, and makes sure that it is the one that was created.
async fn create(run: &Run<'_>, call: &str, state: &State, tags: &Tags) -> Result<Outputs, CallError> {
    let name = state.called();
    let unusable = |why: String| CallError::unusable(call, name, why);
    let load_balancer = state.load_balancer.value();
    let load_balancer = load_balancer.ok_or_else(|| unusable(unknown(&state.load_balancer)))?;
    let action = sdk_action(&state.action).map_err(unusable)?;
    let protocol = if state.tls.is_some() { Protocol::Https } else { Protocol::Http };
    let mut request = run
        .aws
        .elb
        .create_listener()
        .load_balancer_arn(load_balancer)
        .port(state.port.into())
        .protocol(sdk_protocol(protocol))
        .default_actions(action)
        .set_tags(Some(sdk_tags(tags)));
    if let Some(tls) = &state.tls {
        let certificate = sdk_certificate(&tls.certificate).map_err(unusable)?;
        request = request.ssl_policy(&tls.policy).certificates(certificate);
    }
    let made = until_known(run, || async { request.clone().send().await.about(call, name) }).await?;
    let arn = made.listeners().first().and_then(|listener| listener.listener_arn());
    let arn = arn.ok_or_else(|| holds_no(call, name, "ARN"))?;
    check_owner(run, call, name, arn, tags).await?;
    Ok(brings(arn))
}

/// Makes sure that AWS has made a listener with these `tags`. Of one that was there and has the same settings AWS says
/// nothing else (API `CreateListener`): only its tags tell.
async fn check_owner(run: &Run<'_>, call: &str, name: &str, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let taken = || CallError {
        code: Some(DUPLICATE.to_owned()),
        ..CallError::unusable(
            call,
            name,
            "there is one with the same settings, and it is not the one that was made",
        )
    };
    let mut patience = run.patience(format!("AWS to show the tags of {name}"), UNTIL_TAGGED);
    loop {
        // Of what has just been made, reads may say that it is not there.
        let live = elb_tags(run.aws, &[arn]).await?.remove(arn).unwrap_or_default();
        if tags.missing_from(&live).is_empty() {
            return Ok(());
        }
        // Somebody's, or ours from an earlier attempt: that will not change.
        if live.get(tags::MANIFEST).is_some() {
            return Err(taken());
        }
        patience.pause_after(taken()).await?;
    }
}

/// Sends again and again while load balancers do not know a certificate.
async fn until_known<T, F: Future<Output = Result<T, CallError>>>(
    run: &Run<'_>,
    send: impl Fn() -> F,
) -> Result<T, CallError> {
    let mut patience = run.patience("load balancers to know the certificate", UNTIL_KNOWN);
    loop {
        match send().await {
            Err(error) if error.is(NO_CERTIFICATE) => patience.pause_after(error).await?,
            answer => return answer,
        }
    }
}

fn unknown(link: &Link) -> String {
    format!("the ARN of {link} is not known")
}

fn sdk_protocol(protocol: Protocol) -> ProtocolEnum {
    match protocol {
        Protocol::Http => ProtocolEnum::Http,
        Protocol::Https => ProtocolEnum::Https,
    }
}

fn sdk_certificate(link: &Link) -> Result<Certificate, String> {
    let arn = link.value().ok_or_else(|| unknown(link))?;
    Ok(Certificate::builder().certificate_arn(arn).build())
}

fn sdk_action(action: &Action) -> Result<SdkAction, String> {
    let builder = SdkAction::builder();
    let builder = match action {
        Action::FixedResponse(FixedResponse { status, content_type, body }) => {
            let config = FixedResponseActionConfig::builder()
                .status_code(status.to_string())
                .content_type(content_type)
                .message_body(body)
                .build();
            builder.r#type(ActionTypeEnum::FixedResponse).fixed_response_config(config)
        }
        Action::Redirect(Redirect { protocol, port, host, path, query, permanent }) => {
            let status = if *permanent {
                RedirectActionStatusCodeEnum::Http301
            } else {
                RedirectActionStatusCodeEnum::Http302
            };
            let config = RedirectActionConfig::builder()
                .protocol(protocol)
                .port(port)
                .host(host)
                .path(path)
                .query(query)
                .status_code(status)
                .build();
            builder.r#type(ActionTypeEnum::Redirect).redirect_config(config)
        }
        Action::Other(words) => return Err(format!("it cannot be set to: {words}")),
    };
    Ok(builder.build())
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
