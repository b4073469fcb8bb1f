//! The attributes of a load balancer: their names in AWS, their defaults, and what follows from a change of one. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The attributes that fields of an entry set. Their defaults are AWS's (API `LoadBalancerAttribute`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in AWS")]
pub struct Attributes {
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// After how many seconds a connection on which nothing is sent is closed.
    pub idle_timeout: u32,
    /// After how many seconds a client's connection is closed whatever is sent.
    pub client_keep_alive: u32,
    /// Whether clients may use HTTP/2.
    pub http2: bool,
    /// What becomes of requests that others could be smuggled in.
    pub desync_mitigation: Desync,
    /// Whether headers with invalid names are taken off.
    pub drop_invalid_headers: bool,
    /// What becomes of the header `X-Forwarded-For`.
    pub forwarded_for: ForwardedFor,
    /// Whether that header has the client's port too.
    pub forwarded_for_client_port: bool,
    /// Whether targets get the header `Host` as it came.
    pub preserve_host_header: bool,
    /// Whether targets are told the TLS version and cipher.
    pub tls_headers: bool,
    /// Whether requests that WAF could not judge go through.
    pub waf_fail_open: bool,
    /// Whether traffic can be shifted away from a zone.
    pub zonal_shift: bool,
    /// Where requests are logged.
    pub access_logs: Option<Logs>,
    /// Where connections are logged.
    pub connection_logs: Option<Logs>,
    /// Where health checks are logged.
    pub health_check_logs: Option<Logs>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            deletion_protection: false,
            idle_timeout: 60,
            client_keep_alive: 3_600,
            http2: true,
            desync_mitigation: Desync::default(),
            drop_invalid_headers: false,
            forwarded_for: ForwardedFor::default(),
            forwarded_for_client_port: false,
            preserve_host_header: false,
            tls_headers: false,
            waf_fail_open: false,
            zonal_shift: false,
            access_logs: None,
            connection_logs: None,
            health_check_logs: None,
        }
    }
}

/// What becomes of requests that others could be smuggled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Desync {
    /// Those that are known to be harmless and safe go through, and some of the others on a connection of their own.
    #[default]
    Defensive,
    /// Only those that follow RFC 7230 go through.
    Strictest,
    /// All go through, and are counted.
    Monitor,
}

impl Desync {
    fn word(self) -> &'static str {
        match self {
            Self::Defensive => "defensive",
            Self::Strictest => "strictest",
            Self::Monitor => "monitor",
        }
    }
}

impl FromStr for Desync {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Defensive, Self::Strictest, Self::Monitor].into_iter().find(|it| it.word() == text).ok_or(())
    }
}

impl fmt::Display for Desync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What becomes of the header `X-Forwarded-For`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedFor {
    /// The client's address is added.
    #[default]
    Append,
    /// It stays as it came.
    Preserve,
    /// It is taken off.
    Remove,
}

impl ForwardedFor {
    fn word(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Preserve => "preserve",
            Self::Remove => "remove",
        }
    }
}

impl FromStr for ForwardedFor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Append, Self::Preserve, Self::Remove].into_iter().find(|it| it.word() == text).ok_or(())
    }
}

impl fmt::Display for ForwardedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Where log files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// The S3 bucket.
    pub bucket: String,
    /// What their keys begin with; empty, nothing.
    pub prefix: String,
}

impl fmt::Display for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix } = self;
        if prefix.is_empty() { write!(f, "{bucket}") } else { write!(f, "{bucket}/{prefix}") }
    }
}

/// One field, as people read it and as AWS takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its key in the manifest.
    pub field: &'static str,
    /// What it is set to.
    pub value: String,
    /// AWS's attributes that it stands for.
    pub sent: Vec<(String, String)>,
}

impl Attribute {
    fn one(field: &'static str, key: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        Self { field, sent: vec![(key.to_owned(), value.clone())], value }
    }

    /// Where they are switched off, bucket and prefix stay as they were and say nothing.
    fn logs(field: &'static str, of: &str, logs: Option<&Logs>) -> Self {
        let mut sent = vec![(format!("{of}.enabled"), logs.is_some().to_string())];
        if let Some(Logs { bucket, prefix }) = logs {
            sent.push((format!("{of}.bucket"), bucket.clone()));
            sent.push((format!("{of}.prefix"), prefix.clone()));
        }
        Self { field, value: logs.map_or_else(|| "off".to_owned(), ToString::to_string), sent }
    }
}

/// One field that is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it is set to before.
    pub before: String,
    /// What it becomes.
    pub after: Attribute,
}

impl Edit {
    /// What follows from it that the words alone do not say.
    pub(super) fn so(&self) -> Option<&'static str> {
        match (self.after.field, self.after.value.as_str()) {
            ("deletion-protection", "false") => Some("AWS no longer refuses to delete it"),
            ("desync-mitigation", "monitor") => {
                Some("requests that others can be smuggled in reach the targets")
            }
            ("waf-fail-open", "true") => Some("requests that WAF could not judge reach the targets"),
            ("access-logs" | "connection-logs" | "health-check-logs", "off") => {
                Some("no more log files are written; those that are there stay")
            }
            _ => None,
        }
    }

    /// Whether it lets more requests through than before.
    pub(super) fn exposes(&self) -> bool {
        matches!(
            (self.after.field, self.after.value.as_str()),
            ("desync-mitigation", "monitor") | ("waf-fail-open", "true")
        )
    }
}

const DELETION_PROTECTION: &str = "deletion_protection.enabled";
const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
const KEEP_ALIVE: &str = "client_keep_alive.seconds";
const HTTP2: &str = "routing.http2.enabled";
const DESYNC: &str = "routing.http.desync_mitigation_mode";
const DROP_INVALID: &str = "routing.http.drop_invalid_header_fields.enabled";
const FORWARDED_FOR: &str = "routing.http.xff_header_processing.mode";
const CLIENT_PORT: &str = "routing.http.xff_client_port.enabled";
const HOST_HEADER: &str = "routing.http.preserve_host_header.enabled";
const TLS_HEADERS: &str = "routing.http.x_amzn_tls_version_and_cipher_suite.enabled";
const FAIL_OPEN: &str = "waf.fail_open.enabled";
const ZONAL_SHIFT: &str = "zonal_shift.config.enabled";
const ACCESS_LOGS: &str = "access_logs.s3";
const CONNECTION_LOGS: &str = "connection_logs.s3";
const HEALTH_CHECK_LOGS: &str = "health_check_logs.s3";

impl Attributes {
    /// What AWS tells, by its own names; or the name of what cannot be understood. What it does not tell, because
    /// the region has it not, is at its default.
    pub(super) fn read(live: &BTreeMap<String, String>) -> Result<Self, String> {
        fn get<T: FromStr>(live: &BTreeMap<String, String>, key: &str, default: T) -> Result<T, String> {
            live.get(key).map_or(Ok(default), |text| text.parse().map_err(|_| key.to_owned()))
        }
        let logs = |of: &str| {
            let part = |name: &str| live.get(&format!("{of}.{name}")).cloned().unwrap_or_default();
            let on = get(live, &format!("{of}.enabled"), false)?;
            Ok::<_, String>(on.then(|| Logs { bucket: part("bucket"), prefix: part("prefix") }))
        };
        let default = Self::default();
        Ok(Self {
            deletion_protection: get(live, DELETION_PROTECTION, default.deletion_protection)?,
            idle_timeout: get(live, IDLE_TIMEOUT, default.idle_timeout)?,
            client_keep_alive: get(live, KEEP_ALIVE, default.client_keep_alive)?,
            http2: get(live, HTTP2, default.http2)?,
            desync_mitigation: get(live, DESYNC, default.desync_mitigation)?,
            drop_invalid_headers: get(live, DROP_INVALID, default.drop_invalid_headers)?,
            forwarded_for: get(live, FORWARDED_FOR, default.forwarded_for)?,
            forwarded_for_client_port: get(live, CLIENT_PORT, default.forwarded_for_client_port)?,
            preserve_host_header: get(live, HOST_HEADER, default.preserve_host_header)?,
            tls_headers: get(live, TLS_HEADERS, default.tls_headers)?,
            waf_fail_open: get(live, FAIL_OPEN, default.waf_fail_open)?,
            zonal_shift: get(live, ZONAL_SHIFT, default.zonal_shift)?,
            access_logs: logs(ACCESS_LOGS)?,
            connection_logs: logs(CONNECTION_LOGS)?,
            health_check_logs: logs(HEALTH_CHECK_LOGS)?,
        })
    }

    /// Each field: first what is set by one attribute each, then the logs.
    fn all(&self) -> (Vec<Attribute>, Vec<Attribute>) {
        // Destructured whole, so that a new field cannot be forgotten here.
        let Self {
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
        } = self;
        let single = vec![
            Attribute::one("deletion-protection", DELETION_PROTECTION, deletion_protection),
            Attribute::one("idle-timeout-seconds", IDLE_TIMEOUT, idle_timeout),
            Attribute::one("client-keep-alive-seconds", KEEP_ALIVE, client_keep_alive),
            Attribute::one("http2", HTTP2, http2),
            Attribute::one("desync-mitigation", DESYNC, desync_mitigation),
            Attribute::one("drop-invalid-headers", DROP_INVALID, drop_invalid_headers),
            Attribute::one("forwarded-for", FORWARDED_FOR, forwarded_for),
            Attribute::one("forwarded-for-client-port", CLIENT_PORT, forwarded_for_client_port),
            Attribute::one("preserve-host-header", HOST_HEADER, preserve_host_header),
            Attribute::one("tls-headers", TLS_HEADERS, tls_headers),
            Attribute::one("waf-fail-open", FAIL_OPEN, waf_fail_open),
            Attribute::one("zonal-shift", ZONAL_SHIFT, zonal_shift),
        ];
        let logs = vec![
            Attribute::logs("access-logs", ACCESS_LOGS, access_logs.as_ref()),
            Attribute::logs("connection-logs", CONNECTION_LOGS, connection_logs.as_ref()),
            Attribute::logs("health-check-logs", HEALTH_CHECK_LOGS, health_check_logs.as_ref()),
        ];
        (single, logs)
    }

    /// Each field, in the order of the documentation.
    pub(super) fn shown(&self) -> impl Iterator<Item = Attribute> {
        let (single, logs) = self.all();
        single.into_iter().chain(logs)
    }

    /// What leads from `self` to `want`, in as few calls as do: AWS takes twenty attributes in one (API
    /// `ModifyLoadBalancerAttributes`). The logs are a call of their own, for a bucket that AWS may not write to fails
    /// all of it.
    pub(super) fn edits(&self, want: &Self) -> Vec<Vec<Edit>> {
        let edits = |before: Vec<Attribute>, after: Vec<Attribute>| {
            let pairs = before.into_iter().zip(after).filter(|(before, after)| before != after);
            pairs.map(|(before, after)| Edit { before: before.value, after }).collect::<Vec<_>>()
        };
        let ((single, logs), (want_single, want_logs)) = (self.all(), want.all());
        let calls = [edits(single, want_single), edits(logs, want_logs)];
        calls.into_iter().filter(|edits| !edits.is_empty()).collect()
    }
}
