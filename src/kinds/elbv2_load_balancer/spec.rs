//! What may be written in an entry, and its normal form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attributes::{Attributes, Desync, ForwardedFor, Logs};
use super::state::{AddressType, Scheme, State};
use crate::kind::raise::is_default;
use crate::model::problem::Problems;
use crate::model::{KindName, Outputs};

/// An application load balancer, which answers requests in a network.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in AWS")]
pub struct Spec {
    /// The load balancer's name. Cannot be changed later.
    pub(super) name: String,
    /// Who can reach it at all: the internet, or only the network that it is in. AWS takes the internet where
    /// nobody says; here it is always said. Cannot be changed later.
    pub(super) scheme: Scheme,
    /// The network: the key of a `lookup.vpc`, with a subnet in at least two zones. The load balancer is in all of
    /// them. Another network cannot be chosen later; other subnets can.
    pub(super) vpc: String,
    /// Who in that reach may talk to it: the keys of `ec2.security-group` entries. Exclusive, and at least one.
    pub(super) security_groups: Vec<String>,
    /// The addresses that it has.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) ip_address_type: AddressType,
    /// Whether AWS refuses to delete it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deletion_protection: bool,
    /// After how many seconds a connection on which nothing is sent is closed: 1 to 4,000.
    #[serde(default = "idle_timeout", skip_serializing_if = "is_idle_timeout")]
    pub(super) idle_timeout_seconds: u32,
    /// After how many seconds a client's connection is closed whatever is sent: 60 to 604,800.
    #[serde(default = "client_keep_alive", skip_serializing_if = "is_client_keep_alive")]
    pub(super) client_keep_alive_seconds: u32,
    /// Whether clients may use HTTP/2.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub(super) http2: bool,
    /// What becomes of requests that others could be smuggled in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) desync_mitigation: Desync,
    /// Whether headers with invalid names are taken off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) drop_invalid_headers: bool,
    /// What becomes of the header `X-Forwarded-For`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) forwarded_for: ForwardedFor,
    /// Whether that header has the client's port too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) forwarded_for_client_port: bool,
    /// Whether targets get the header `Host` as it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) preserve_host_header: bool,
    /// Whether targets are told the TLS version and cipher, in the headers `x-amzn-tls-version` and
    /// `x-amzn-tls-cipher-suite`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) tls_headers: bool,
    /// Whether requests go through that AWS WAF could not judge.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) waf_fail_open: bool,
    /// Whether traffic can be shifted away from a zone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) zonal_shift: bool,
    /// Where requests are logged. Left out, nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_logs: Option<LogsSpec>,
    /// Where connections are logged. Left out, nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) connection_logs: Option<LogsSpec>,
    /// Where health checks are logged. Left out, nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) health_check_logs: Option<LogsSpec>,
}

/// Where log files go.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LogsSpec {
    /// The S3 bucket, in the same region. Its policy must let AWS write to it.
    pub(super) bucket: String,
    /// What the keys of the files begin with. Left out, nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) prefix: String,
}

fn idle_timeout() -> u32 {
    Attributes::default().idle_timeout
}

fn client_keep_alive() -> u32 {
    Attributes::default().client_keep_alive
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_idle_timeout(seconds: &u32) -> bool {
    *seconds == idle_timeout()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_client_keep_alive(seconds: &u32) -> bool {
    *seconds == client_keep_alive()
}

fn yes() -> bool {
    true
}

/// Longest name (API `CreateLoadBalancer`).
const MAX_NAME: usize = 32;
/// Seconds (API `LoadBalancerAttribute`).
const IDLE: std::ops::RangeInclusive<u32> = 1..=4_000;
const KEEP_ALIVE: std::ops::RangeInclusive<u32> = 60..=604_800;

pub(super) fn lower(spec: &Spec, problems: &mut Problems) -> State {
    check_name(&spec.name, problems);
    // Networking & Content Delivery blog, “Introducing dual-stack without public IPv4 Application Load Balancer”. That
    // internal ones must have IPv4 alone (API `CreateLoadBalancer`) is older than dual-stack ones (whitepaper “IPv6 on
    // AWS”).
    if (spec.scheme, spec.ip_address_type) == (Scheme::Internal, AddressType::DualstackWithoutPublicIpv4) {
        problems.report(
            "ip-address-type",
            "an internal load balancer has no public addresses that it could be without",
            "write \"dualstack\"",
        );
    }
    let vpc = problems.link("vpc", KindName::VPC, &spec.vpc, Outputs::ID);
    if spec.security_groups.is_empty() {
        problems.report(
            "security-groups",
            "there is no security group",
            "name at least one: without any, AWS takes the network's own, which nobody declared",
        );
    }
    let security_groups = problems.within("security-groups", |problems| {
        let link = |(at, key): (usize, &String)| {
            if spec.security_groups[..at].contains(key) {
                problems.report(at, "this security group is named twice", "take one of the two out");
            }
            problems.link(at, KindName::SECURITY_GROUP, key, Outputs::ID)
        };
        spec.security_groups.iter().enumerate().map(link).collect()
    });
    State {
        name: spec.name.clone(),
        scheme: spec.scheme,
        vpc,
        security_groups,
        address_type: spec.ip_address_type,
        attributes: attributes(spec, problems),
    }
}

/// The rule of API `CreateLoadBalancer`.
fn check_name(name: &str, problems: &mut Problems) {
    let is_made_of = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let has_ends = !name.starts_with('-') && !name.ends_with('-');
    if !(1..=MAX_NAME).contains(&name.len()) || !is_made_of || !has_ends {
        problems.report(
            "name",
            "this is no valid name of a load balancer",
            "1 to 32 letters of English, digits and hyphens, with no hyphen at either end",
        );
    } else if name.starts_with("internal-") {
        problems.report(
            "name",
            "the name of a load balancer must not begin with `internal-`",
            "so begin the DNS names of internal ones; `scheme` says what it is",
        );
    }
}

fn attributes(spec: &Spec, problems: &mut Problems) -> Attributes {
    if !IDLE.contains(&spec.idle_timeout_seconds) {
        problems.report("idle-timeout-seconds", "AWS takes no such time", "1 to 4000 seconds");
    }
    if !KEEP_ALIVE.contains(&spec.client_keep_alive_seconds) {
        problems.report("client-keep-alive-seconds", "AWS takes no such time", "60 to 604800 seconds");
    }
    let mut logs = |key: &str, spec: Option<&LogsSpec>| {
        spec.map(|spec| problems.within(key, |problems| lower_logs(spec, problems)))
    };
    Attributes {
        deletion_protection: spec.deletion_protection,
        idle_timeout: spec.idle_timeout_seconds,
        client_keep_alive: spec.client_keep_alive_seconds,
        http2: spec.http2,
        desync_mitigation: spec.desync_mitigation,
        drop_invalid_headers: spec.drop_invalid_headers,
        forwarded_for: spec.forwarded_for,
        forwarded_for_client_port: spec.forwarded_for_client_port,
        preserve_host_header: spec.preserve_host_header,
        tls_headers: spec.tls_headers,
        waf_fail_open: spec.waf_fail_open,
        zonal_shift: spec.zonal_shift,
        access_logs: logs("access-logs", spec.access_logs.as_ref()),
        connection_logs: logs("connection-logs", spec.connection_logs.as_ref()),
        health_check_logs: logs("health-check-logs", spec.health_check_logs.as_ref()),
    }
}

fn lower_logs(spec: &LogsSpec, problems: &mut Problems) -> Logs {
    let LogsSpec { bucket, prefix } = spec;
    // S3 user guide, "Bucket naming rules".
    let is_made_of = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_made_of) {
        problems.report(
            "bucket",
            "this is no name of an S3 bucket",
            "3 to 63 small letters, digits, dots and hyphens",
        );
    }
    // ALB user guide, "Enable access logs": AWS puts a slash and `AWSLogs/` behind it.
    if prefix.contains("AWSLogs") || prefix.starts_with('/') || prefix.ends_with('/') {
        problems.report(
            "prefix",
            "this is no prefix that AWS takes",
            "no slash at either end, and not `AWSLogs`, which AWS adds itself",
        );
    }
    Logs { bucket: bucket.clone(), prefix: prefix.clone() }
}
