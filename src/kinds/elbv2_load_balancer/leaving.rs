//! What lets go of others when a load balancer goes, and how a person removes one for good. Pure.

use super::Elbv2LoadBalancer;
use crate::kind::{ByHand, Live};
use crate::model::Outputs;

/// How ELB describes its network interfaces: `ELB app/edit/50dc6c495c0c9188`, the end of its ARN (ELB user guide,
/// "Application Load Balancer IP addresses").
pub(super) fn grips(live: &Live<Elbv2LoadBalancer>) -> Vec<String> {
    let arn = live.outputs.get(Outputs::ARN);
    let end = arn.and_then(|arn| Some(arn.split_once(":loadbalancer/")?.1));
    end.map(|end| format!("ELB {end}")).into_iter().collect()
}

/// While it is protected AWS refuses to delete it; what listens on it goes with it (API `DeleteLoadBalancer`).
pub(super) fn by_hand(live: &Live<Elbv2LoadBalancer>) -> Vec<ByHand> {
    let arn = live.outputs.get(Outputs::ARN).unwrap_or_default();
    let unprotect = live.state.attributes.deletion_protection.then(|| {
        ByHand::run([
            "elbv2",
            "modify-load-balancer-attributes",
            "--load-balancer-arn",
            arn,
            "--attributes",
            "Key=deletion_protection.enabled,Value=false",
        ])
    });
    let delete = [
        ByHand::know("what listens on it goes with it"),
        ByHand::run(["elbv2", "delete-load-balancer", "--load-balancer-arn", arn]),
    ];
    unprotect.into_iter().chain(delete).collect()
}
