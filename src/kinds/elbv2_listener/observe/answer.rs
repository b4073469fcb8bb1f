//! How AWS's answers become the normal form. Pure.

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, ForwardActionConfig, Listener, MutualAuthenticationAttributes,
    ProtocolEnum, RedirectActionConfig, RedirectActionStatusCodeEnum, TargetGroupTuple,
};

use super::super::Elbv2Listener;
use super::super::action::{Action, FixedResponse, PLAIN, Redirect, same};
use super::super::state::{Detail, Mutual, State, Tls};
use super::{LISTENERS, Parts, brings};
use crate::aws::CallError;
use crate::kind::reading::holds_no;
use crate::kind::{Live, Phase};
use crate::model::{Arn, Link, Tags};

/// The listener that AWS describes so, with its tags and what hangs on it.
pub(super) fn live(listener: &Listener, tags: Tags, parts: Parts) -> Result<Live<Elbv2Listener>, CallError> {
    let arn = listener.listener_arn().ok_or_else(|| holds_no(LISTENERS, "a listener", "ARN"))?;
    let none = |what| holds_no(LISTENERS, arn, what);
    let Parts { extra, rules } = parts;
    let balancer = listener.load_balancer_arn().ok_or_else(|| none("load balancer"))?;
    let port = listener.port().and_then(|port| port.try_into().ok()).ok_or_else(|| none("port"))?;
    let tls = match listener.protocol().ok_or_else(|| none("protocol"))? {
        ProtocolEnum::Http => None,
        ProtocolEnum::Https => Some(tls(listener, arn, &extra)?),
        other => return Err(CallError::unusable(LISTENERS, arn, format!("its protocol is {other}"))),
    };
    let action = action(listener.default_actions(), arn)?;
    Ok(Live {
        tags,
        phase: Phase::Active,
        service: None,
        state: State::live(balancer, port, tls, action),
        // `DescribeListeners` does not tell.
        created: None,
        detail: Detail { rules },
        outputs: brings(arn),
    })
}

fn tls(listener: &Listener, arn: &str, extra: &[String]) -> Result<Tls, CallError> {
    let none = |what| holds_no(LISTENERS, arn, what);
    // Here AWS tells the default one alone (API `DescribeListeners`).
    let certificate = listener.certificates().first().and_then(|it| it.certificate_arn());
    Ok(Tls {
        policy: listener.ssl_policy().ok_or_else(|| none("TLS policy"))?.to_owned(),
        certificate: Link::live(certificate.ok_or_else(|| none("certificate"))?),
        extra: extra.iter().map(Link::live).collect(),
        mutual: listener.mutual_authentication().and_then(mutual),
    })
}

/// None where nothing is asked of clients: `off`, or not a word (API `MutualAuthenticationAttributes`).
fn mutual(sdk: &MutualAuthenticationAttributes) -> Option<Mutual> {
    let mode = sdk.mode().filter(|mode| *mode != "off")?;
    let store = sdk.trust_store_arn().map(|arn| format!(", trust store {}", named(arn)));
    Some(Mutual { verifies: mode == "verify", words: format!("{mode}{}", store.unwrap_or_default()) })
}

fn action(actions: &[SdkAction], arn: &str) -> Result<Action, CallError> {
    let none = |what| holds_no(LISTENERS, arn, what);
    let of = |action: &SdkAction| action.r#type().cloned().ok_or_else(|| none("type of its action"));
    let [action] = actions else {
        let mut actions: Vec<_> = actions.iter().collect();
        // Without an order, the only one.
        actions.sort_by_key(|action| action.order());
        let words: Result<Vec<_>, _> = actions.iter().map(|it| of(it).map(|is| words(it, &is))).collect();
        let words = words?.join(", then ");
        return if words.is_empty() { Err(none("default action")) } else { Ok(Action::Other(words)) };
    };
    match of(action)? {
        ActionTypeEnum::FixedResponse => {
            let config = action.fixed_response_config().ok_or_else(|| none("fixed response"))?;
            let status = config.status_code().and_then(|status| status.parse().ok());
            Ok(Action::FixedResponse(FixedResponse {
                status: status.ok_or_else(|| none("status of its response"))?,
                content_type: config.content_type().unwrap_or(PLAIN).to_owned(),
                body: config.message_body().unwrap_or_default().to_owned(),
            }))
        }
        ActionTypeEnum::Redirect => {
            let config = action.redirect_config().ok_or_else(|| none("redirect"))?;
            redirect(config, arn).map(Action::Redirect)
        }
        is => Ok(Action::Other(words(action, &is))),
    }
}

/// What AWS leaves out is as in the request (API `RedirectActionConfig`).
fn redirect(config: &RedirectActionConfig, arn: &str) -> Result<Redirect, CallError> {
    let or = |text: Option<&str>, same: &str| text.unwrap_or(same).to_owned();
    Ok(Redirect {
        protocol: or(config.protocol(), same::PROTOCOL),
        port: or(config.port(), same::PORT),
        host: or(config.host(), same::HOST),
        path: or(config.path(), same::PATH),
        query: or(config.query(), same::QUERY),
        permanent: match config.status_code() {
            Some(RedirectActionStatusCodeEnum::Http301) => true,
            Some(RedirectActionStatusCodeEnum::Http302) => false,
            _ => return Err(holds_no(LISTENERS, arn, "status of its redirect")),
        },
    })
}

/// An action that cannot be declared.
fn words(action: &SdkAction, is: &ActionTypeEnum) -> String {
    match is {
        ActionTypeEnum::Forward => format!("forward to {}", targets(action)),
        ActionTypeEnum::AuthenticateOidc => {
            let issuer = action.authenticate_oidc_config().map(|config| config.issuer());
            format!("authenticate by OpenID Connect with {}", issuer.flatten().unwrap_or("an unknown issuer"))
        }
        ActionTypeEnum::AuthenticateCognito => {
            let pool = action.authenticate_cognito_config().and_then(|config| config.user_pool_arn());
            format!("authenticate by Cognito with {}", pool.map_or("an unknown pool", named))
        }
        other => other.as_str().replace('-', " "),
    }
}

/// The target groups, with their weights where there are several. Of a single one AWS may say it in either way, or both
/// (API `Action`).
fn targets(action: &SdkAction) -> String {
    let listed = action.forward_config().map(ForwardActionConfig::target_groups).unwrap_or_default();
    let one = || action.target_group_arn().map_or("nothing", named).to_owned();
    match listed {
        [] => one(),
        [only] => only.target_group_arn().map_or_else(one, |arn| named(arn).to_owned()),
        several => {
            let group = |it: &TargetGroupTuple| {
                let name = it.target_group_arn().map_or("nothing", named);
                it.weight().map_or_else(|| name.to_owned(), |weight| format!("{name} (weight {weight})"))
            };
            several.iter().map(group).collect::<Vec<_>>().join(" and ")
        }
    }
}

/// The name in an ARN: `targetgroup/NAME/ID`, `truststore/NAME/ID`, `userpool/ID`.
fn named(arn: &str) -> &str {
    Arn::parse(arn).and_then(|arn| arn.resource.split('/').nth(1)).unwrap_or(arn)
}
