//! `elbv2.load-balancer`: an application load balancer, which answers requests in a network.
//!
//! **Identity.** The name, unique per account and region among load balancers of every type (API
//! `CreateLoadBalancer`); ARN and DNS name have random parts. A second creation with other settings is refused; one
//! with the same settings hands back what is there, whoever's it is, so whose it is is read after the call.
//! **Changed in place**: subnets, security groups, address type, attributes, tags. **Never changed**: name, scheme
//! and network, for that would be another DNS name.
//! **Read**: `DescribeLoadBalancers` and `DescribeTags`, which this kind shares with that of listeners, and the
//! attributes of each. An attribute that AWS does not tell is at its default; one that no field names is left alone.
//! **Leftovers**: those of the list with the manifest's mark, and what listens on them.
//! **Deleted** only while nobody else has listeners or rules on it and deletion protection is off. AWS deletes its
//! listeners with it and lets go of its network interfaces minutes later: whoever deletes its security groups waits
//! for that.

mod apply;
pub mod attributes;
mod change;
mod leaving;
mod listening;
mod observe;
mod raise;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod usage;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey,
    Usage, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use change::Change;
pub use listening::Listening;
pub use spec::Spec;
pub use state::{AddressType, Condition, Detail, Scheme, State};

/// The kind `elbv2.load-balancer`.
pub struct Elbv2LoadBalancer;

/// A field of the attributes, and how it is copied.
macro_rules! attribute {
    ($name:literal, $field:ident) => {
        Field {
            name: $name,
            keep: |want: &mut State, live: &State| {
                want.attributes.$field.clone_from(&live.attributes.$field);
            },
        }
    };
}

impl Kind for Elbv2LoadBalancer {
    const NAME: KindName = KindName::LOAD_BALANCER;
    const ABOUT: &'static str = "an application load balancer, which answers requests in a network";
    // It holds no data.
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "security-groups",
            keep: |want, live| want.security_groups.clone_from(&live.security_groups),
        },
        Field { name: "ip-address-type", keep: |want, live| want.address_type = live.address_type },
        attribute!("deletion-protection", deletion_protection),
        attribute!("idle-timeout-seconds", idle_timeout),
        attribute!("client-keep-alive-seconds", client_keep_alive),
        attribute!("http2", http2),
        attribute!("desync-mitigation", desync_mitigation),
        attribute!("drop-invalid-headers", drop_invalid_headers),
        attribute!("forwarded-for", forwarded_for),
        attribute!("forwarded-for-client-port", forwarded_for_client_port),
        attribute!("preserve-host-header", preserve_host_header),
        attribute!("tls-headers", tls_headers),
        attribute!("waf-fail-open", waf_fail_open),
        attribute!("zonal-shift", zonal_shift),
        attribute!("access-logs", access_logs),
        attribute!("connection-logs", connection_logs),
        attribute!("health-check-logs", health_check_logs),
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, _place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, problems))
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        raise::raise(live, raising)
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        visit(Stage::Itself, &mut state.vpc);
        state.security_groups.iter_mut().for_each(|group| visit(Stage::Itself, group));
    }

    async fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> Observation<Self> {
        observe::observe(aws, wanted, survey).await
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        state::create(entry)
    }

    fn settings(state: &State) -> Vec<Setting> {
        state::settings(state)
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        state::diff(&live.state, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::AddTags { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        let dns_name = live.outputs.get(state::DNS_NAME).map(str::to_owned);
        vec![Change::DeleteLoadBalancer { name: live.state.name.clone(), dns_name, permit }]
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        state::holds(live)
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        state::blocks_deletion(live)
    }

    fn grips(live: &Live<Self>) -> Vec<String> {
        leaving::grips(live)
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        leaving::by_hand(live)
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        state::notes(live, want)
    }

    fn checks(live: &Live<Self>, _want: &State) -> Vec<Check> {
        vec![Check::known("state", state::condition(live))]
    }

    fn usage(_live: Option<&Live<Self>>, state: &State) -> Vec<Usage> {
        usage::usage(state)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is(apply::TAKEN)
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
