//! How a load balancer that is live would be written in a manifest. Pure.

use super::Elbv2LoadBalancer;
use super::attributes::{Attributes, Logs};
use super::spec::{LogsSpec, Spec};
use super::state::State;
use crate::kind::raise::Subnets;
use crate::kind::{Live, Raised, Raising};
use crate::model::{KindName, Link};

/// The way back of [`super::spec::lower`].
pub(super) fn raise(live: &Live<Elbv2LoadBalancer>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
    let State { name, scheme, vpc, security_groups, address_type, attributes } = &live.state;
    // Each is asked for before one of them ends it.
    let network = raising.network(vpc.value().unwrap_or_default(), Subnets::Exactly(live.state.subnets()));
    let key = |link: &Link| raising.key(KindName::SECURITY_GROUP, link.value().unwrap_or_default());
    let groups: Vec<_> = security_groups.iter().map(key).collect();
    let Attributes {
        deletion_protection,
        idle_timeout,
        client_keep_alive,
        http2,
        desync_mitigation,
        drop_invalid_headers,
        forwarded_for,
        forwarded_for_client_port,
        preserve_host_header,
        tls_headers,
        waf_fail_open,
        zonal_shift,
        access_logs,
        connection_logs,
        health_check_logs,
    } = attributes.clone();
    Ok(Raised::new(Spec {
        name: name.clone(),
        scheme: *scheme,
        vpc: network?,
        security_groups: groups.into_iter().collect::<Result<_, _>>()?,
        ip_address_type: *address_type,
        deletion_protection,
        idle_timeout_seconds: idle_timeout,
        client_keep_alive_seconds: client_keep_alive,
        http2,
        desync_mitigation,
        drop_invalid_headers,
        forwarded_for,
        forwarded_for_client_port,
        preserve_host_header,
        tls_headers,
        waf_fail_open,
        zonal_shift,
        access_logs: access_logs.map(logs),
        connection_logs: connection_logs.map(logs),
        health_check_logs: health_check_logs.map(logs),
    }))
}

fn logs(Logs { bucket, prefix }: Logs) -> LogsSpec {
    LogsSpec { bucket, prefix }
}
