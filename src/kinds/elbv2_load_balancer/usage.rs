//! What a load balancer is billed for. Pure.

use super::{AddressType, Scheme, State};
use crate::kind::Usage;
use crate::model::Meter;

/// In the internet it has a public IPv4 address in each zone, and more where it grows: as many as it takes to handle
/// what comes in (Elastic Load Balancing user guide, “How Elastic Load Balancing works”). So these are the fewest.
pub(super) fn usage(state: &State) -> Vec<Usage> {
    let mut all = vec![Usage::fixed(Meter::LoadBalancer, 1)];
    let has_public = state.scheme == Scheme::InternetFacing
        && match state.address_type {
            AddressType::Ipv4 | AddressType::Dualstack => true,
            AddressType::DualstackWithoutPublicIpv4 => false,
        };
    if has_public {
        let zones = u64::try_from(state.subnets().len()).unwrap_or_default();
        all.push(match zones {
            0 => Usage::used(Meter::PublicIpv4)
                .note("one for each zone of its network, which is not known yet"),
            zones => {
                Usage::fixed(Meter::PublicIpv4, zones).note("one for each zone, and more while it grows")
            }
        });
    }
    all.push(Usage::used(Meter::LoadBalancerCapacity));
    all
}
