//! Which certificate is meant. Pure.

use super::spec::Query;
use crate::aws::CallError;
use crate::kind::lookup::{Choice, NoChoice};
use crate::kind::{Check, Outcome};
use crate::model::{Outputs, size};

/// What the list says of a certificate.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) arn: String,
    pub(super) domain: String,
    /// Every name in it, if the list has them all.
    pub(super) names: Vec<String>,
    /// Whether it has more names than the list shows: 100 are shown (API `ListCertificates`).
    pub(super) has_more_names: bool,
    /// Its key (`RSA 2048`), if the list says it.
    pub(super) key: Option<String>,
    /// Whether something uses it, if the list says it.
    pub(super) in_use: Option<bool>,
    /// How it is; what is missing for that in the list.
    pub(super) status: Result<Status, CallError>,
}

/// How a certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is issued, for a time.
    Issued(Valid),
    /// It is not, or not any more, in the words of ACM (`PENDING_VALIDATION`).
    Other(String),
}

/// When a certificate is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Valid {
    /// From then on, in seconds since 1970.
    pub(super) from: i64,
    /// Until then.
    pub(super) until: i64,
    /// The day of that, for people.
    pub(super) day: String,
}

/// ACM renews its own certificates 45 days or more before their end (ACM User Guide, "Managed certificate
/// renewal"). Whatever has less time left will not be renewed by itself.
const NEAR_ITS_END: i64 = 30 * DAY;

/// Whatever has less time left than this is no longer taken for valid by `verify`: there is still time to act.
const TOO_NEAR: i64 = 14 * DAY;

const DAY: i64 = 24 * 60 * 60;

/// The choice among all certificates of an account in a region.
pub(super) fn choose(query: &Query, all: &[Certificate], now: i64) -> Result<Choice, NoChoice> {
    let candidates: Vec<_> = all.iter().filter(|certificate| is_meant(certificate, query)).collect();
    let fit = eligible(&candidates, now)?;
    match fit[..] {
        [(certificate, valid)] => Ok(chosen(query, certificate, valid, now)),
        [] => Err(none(query, &candidates, all)),
        _ => match preferred(&fit) {
            Some((certificate, valid)) => {
                let mut choice = chosen(query, certificate, valid, now);
                choice.notes.push(beside(certificate, &fit));
                Ok(choice)
            }
            None => Err(several(query, &fit)),
        },
    }
}

/// The only one of several that something uses: another that was issued for the same domain neither takes its place nor
/// puts it in doubt. None where the list does not say of each whether it is used.
fn preferred<'a>(fit: &[(&'a Certificate, &'a Valid)]) -> Option<(&'a Certificate, &'a Valid)> {
    let is_told = fit.iter().all(|(certificate, _)| certificate.in_use.is_some());
    let mut used = fit.iter().filter(|(certificate, _)| certificate.in_use == Some(true));
    let only = used.next().filter(|_| is_told)?;
    used.next().is_none().then_some(*only)
}

/// That there are others beside the one that is chosen. No part of the plan's digest, for it is the same choice without
/// them.
fn beside(chosen: &Certificate, fit: &[(&Certificate, &Valid)]) -> String {
    let others = fit.iter().map(|(certificate, _)| certificate.arn.as_str()).filter(|arn| *arn != chosen.arn);
    let mut others: Vec<_> = others.collect();
    others.sort_unstable();
    format!("it is the one in use; beside it, but unused, there is {}", others.join(", "))
}

fn is_meant(certificate: &Certificate, query: &Query) -> bool {
    match query {
        Query::Arn(arn) => certificate.arn == *arn,
        Query::Domain(domain) => names(certificate).any(|name| name.eq_ignore_ascii_case(domain)),
    }
}

/// Every name that is known to stand in it.
fn names(certificate: &Certificate) -> impl Iterator<Item = &str> {
    std::iter::once(&certificate.domain).chain(&certificate.names).map(String::as_str)
}

/// Those of `candidates` that can be used now.
fn eligible<'a>(
    candidates: &[&'a Certificate],
    now: i64,
) -> Result<Vec<(&'a Certificate, &'a Valid)>, NoChoice> {
    let mut fit = Vec::new();
    for certificate in candidates {
        match &certificate.status {
            Ok(Status::Issued(valid)) if (valid.from..valid.until).contains(&now) => {
                fit.push((*certificate, valid));
            }
            Ok(_) => {}
            Err(error) => return Err(NoChoice::Unknown(error.clone())),
        }
    }
    Ok(fit)
}

fn chosen(query: &Query, certificate: &Certificate, valid: &Valid, now: i64) -> Choice {
    let Certificate { arn, domain, .. } = certificate;
    let also = match query {
        Query::Domain(wanted) if !wanted.eq_ignore_ascii_case(domain) => format!(" and {wanted}"),
        _ => String::new(),
    };
    let key = certificate.key.as_ref().map(|key| format!(", {key}")).unwrap_or_default();
    // The domain that was asked for, of those that it is for.
    let used = match query {
        Query::Domain(wanted) => wanted,
        Query::Arn(_) => domain,
    };
    // Not part of the plan's digest, so that time alone makes no other plan of it.
    let ends = (valid.until - now < NEAR_ITS_END)
        .then(|| format!("it is valid until {}, and nothing has renewed it", valid.day));
    Choice {
        name: arn.clone(),
        why: format!("issued for {domain}{also}{key}"),
        notes: ends.into_iter().collect(),
        outputs: Outputs::default().with(Outputs::ID, arn).with(Outputs::ARN, arn).with("domain", used),
        checks: vec![Check::known("validity", validity(valid, now))],
    }
}

/// Whether it stays valid for a while.
fn validity(valid: &Valid, now: i64) -> Outcome {
    let left = valid.until - now;
    let days = size::count(usize::try_from(left / DAY).unwrap_or_default(), "day");
    let seen = format!("valid until {}, {days} left", valid.day);
    if left < TOO_NEAR {
        return Outcome::failed(
            seen,
            "ACM has not renewed it: see there whether its DNS record for validation still stands; what was imported must be imported again",
        );
    }
    Outcome::passed(seen)
}

fn several(query: &Query, fit: &[(&Certificate, &Valid)]) -> NoChoice {
    let describe = |(certificate, valid): &(&Certificate, &Valid)| {
        let Certificate { arn, domain, key, .. } = certificate;
        let key = key.as_ref().map(|key| format!(", {key}")).unwrap_or_default();
        format!("{arn} (for {domain}{key}, until {})", valid.day)
    };
    let mut them: Vec<_> = fit.iter().map(describe).collect();
    them.sort();
    NoChoice::Refused {
        reason: format!("more than one certificate is issued for {}: {}", wanted(query), them.join("; ")),
        help: "name the one that is meant by `arn` instead of `domain`, or delete those that nobody needs"
            .to_owned(),
    }
}

fn none(query: &Query, candidates: &[&Certificate], all: &[Certificate]) -> NoChoice {
    let mut unfit: Vec<_> = candidates
        .iter()
        .filter_map(|certificate| {
            let status = match certificate.status.as_ref().ok()? {
                Status::Other(status) => status.to_lowercase().replace('_', " "),
                Status::Issued(valid) => format!("not valid at this moment, until {}", valid.day),
            };
            Some(format!("{} ({status})", certificate.arn))
        })
        .collect();
    unfit.sort();
    let mut hidden: Vec<_> =
        all.iter().filter(|certificate| certificate.has_more_names).map(|it| it.arn.as_str()).collect();
    hidden.sort_unstable();
    let (reason, help) = match query {
        _ if !unfit.is_empty() => (
            format!("no valid certificate is issued for {}: there is {}", wanted(query), unfit.join(", ")),
            "validate it (ACM shows the DNS record), renew it, or request a new one; then plan again",
        ),
        Query::Arn(arn) => (
            format!("there is no certificate {arn} in this account and region"),
            "check the ARN; the certificate must be in the manifest's account and region",
        ),
        // Nobody can say that none of them is for this domain.
        Query::Domain(domain) if !hidden.is_empty() => (
            format!(
                "no certificate is known to be for {domain}, but not every name in {} is listed",
                hidden.join(", ")
            ),
            "if that is the one, name it by `arn` instead of `domain`",
        ),
        Query::Domain(domain) => (
            format!("there is no certificate for {domain} in this account and region"),
            "request one in ACM in this region and validate it; the domain must stand in it letter by letter",
        ),
    };
    NoChoice::Refused { reason, help: help.to_owned() }
}

fn wanted(query: &Query) -> &str {
    match query {
        Query::Domain(domain) => domain,
        Query::Arn(_) => "this ARN",
    }
}
