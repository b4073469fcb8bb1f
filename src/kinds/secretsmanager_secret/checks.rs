//! What can be verified of a secret: that there is something to read, and for whom. Never what it is. Pure.

use super::spec::READ;
use super::{Detail, SecretsManagerSecret, State};
use crate::document::policy::Policy;
use crate::kind::{Check, Live, Outcome, Probe};
use crate::model::{Arn, Outputs};

pub(super) fn checks(live: &Live<SecretsManagerSecret>, want: &State) -> Vec<Check> {
    vec![
        Check::known("value", value(live)),
        Check::known("readers", readers(live, want)),
        Check::probe("trail", Probe::Trail),
    ]
}

fn value(live: &Live<SecretsManagerSecret>) -> Outcome {
    if live.detail.has_value() {
        return Outcome::passed("a version is current (AWSCURRENT); it was not read");
    }
    Outcome::failed("it has no value: readers get an error", "put one: `infra secret set` with this address")
}

/// Whether its resource policy lets in nobody but those of this account, and those that are declared.
fn readers(live: &Live<SecretsManagerSecret>, want: &State) -> Outcome {
    let Detail { versions: _, age: _, rotated_by: _, policy_unread } = live.detail;
    if policy_unread {
        return Outcome::Unread {
            why: "its resource policy can be read only once it is restored".to_owned(),
            help: None,
        };
    }
    let Some(policy) = READ.document(&live.state.access) else {
        return Outcome::passed("no resource policy: IAM of this account alone says who");
    };
    if policy.is_public() {
        return Outcome::failed(
            "its resource policy lets in everybody",
            "take that out, here or where it was set; then look in CloudTrail for who has read it, and put another value",
        );
    }
    let own = live.outputs.get(Outputs::ARN).and_then(Arn::parse).map(|arn| arn.account);
    let wanted = READ.document(&want.access);
    let declared = wanted.as_ref().map(Policy::allowed).unwrap_or_default();
    let account = |principal: &str| Arn::parse(principal).map_or(principal, |arn| arn.account).to_owned();
    let strangers: Vec<_> = policy
        .allowed()
        .into_iter()
        .filter(|principal| Some(account(principal).as_str()) != own && !declared.contains(principal))
        .collect();
    if strangers.is_empty() {
        return Outcome::passed(format!("nobody of another account but as declared; {}", policy.summary()));
    }
    Outcome::failed(
        format!("its resource policy lets in {}, which is not declared", strangers.join(", ")),
        "`infra apply` puts the declared policy in its place; look in CloudTrail for what was read",
    )
}
