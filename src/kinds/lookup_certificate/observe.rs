//! The call that reads, once for all entries.

use std::time::SystemTime;

use aws_sdk_acm::types::{CertificateStatus, CertificateSummary, Filters, KeyAlgorithm};
use aws_smithy_types::DateTime;

use super::choose::{self, Certificate, Status, Valid};
use super::locate;
use super::spec::{Query, Spec};
use crate::aws::{Answer as _, Aws, CallError, day};
use crate::kind::lookup::{Choice, Located, NoChoice, NotLocated};
use crate::kind::raise::Ask;
use crate::kind::reading::holds_no;

/// Largest page (API `ListCertificates`).
const PAGE: i32 = 1000;

const LIST: &str = "acm:ListCertificates";

/// What a call about every certificate is about.
const ACCOUNT: &str = "the account";

pub(super) async fn look(aws: &Aws, queries: &[&Query]) -> Vec<Result<Choice, NoChoice>> {
    let all = certificates(aws).await;
    let now = DateTime::from(SystemTime::now()).secs();
    let choose = |query: &&Query| match &all {
        Ok(all) => choose::choose(query, all, now),
        Err(error) => Err(NoChoice::Unknown(error.clone())),
    };
    queries.iter().map(choose).collect()
}

pub(super) async fn locate(aws: &Aws, asks: &[Ask]) -> Vec<Result<Located<Spec>, NotLocated>> {
    let all = certificates(aws).await;
    let now = DateTime::from(SystemTime::now()).secs();
    let locate = |ask: &Ask| match &all {
        Ok(all) => locate::locate(&ask.id, all, now).map_err(NotLocated::None),
        Err(error) => Err(NotLocated::Unknown(error.clone())),
    };
    asks.iter().map(locate).collect()
}

/// Those of every status: that the right one waits for its validation is worth saying.
async fn certificates(aws: &Aws) -> Result<Vec<Certificate>, CallError> {
    let keys = KeyAlgorithm::values().iter().map(|key| KeyAlgorithm::from(*key)).collect();
    let mut pages = aws
        .acm
        .list_certificates()
        .includes(Filters::builder().set_key_types(Some(keys)).build())
        .into_paginator()
        .page_size(PAGE)
        .send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(LIST, ACCOUNT)?;
        let list = page.certificate_summary_list.ok_or_else(|| holds_no(LIST, ACCOUNT, "list"))?;
        for summary in &list {
            all.push(certificate(summary)?);
        }
    }
    Ok(all)
}

fn certificate(summary: &CertificateSummary) -> Result<Certificate, CallError> {
    let none = |what| holds_no(LIST, ACCOUNT, what);
    let arn = summary.certificate_arn().ok_or_else(|| none("ARN of a certificate"))?;
    let names = summary.subject_alternative_name_summaries.as_ref();
    Ok(Certificate {
        domain: summary.domain_name().ok_or_else(|| none("domain of a certificate"))?.to_owned(),
        // Without a list of its names, that of another domain may be among them.
        has_more_names: names.is_none() || summary.has_additional_subject_alternative_names() == Some(true),
        names: names.cloned().unwrap_or_default(),
        in_use: summary.in_use(),
        key: summary.key_algorithm().map(|key| words(key.as_str())),
        status: status(summary, arn),
        arn: arn.to_owned(),
    })
}

/// What the list leaves out matters only if this is the one that is meant.
fn status(summary: &CertificateSummary, arn: &str) -> Result<Status, CallError> {
    let none = |what| holds_no(LIST, arn, what);
    match summary.status().ok_or_else(|| none("status"))? {
        CertificateStatus::Issued => {
            let until = summary.not_after().ok_or_else(|| none("end of its validity"))?;
            let day = day(until).ok_or_else(|| none("date that can be read"))?;
            Ok(Status::Issued(Valid {
                from: summary.not_before().ok_or_else(|| none("beginning of its validity"))?.secs(),
                until: until.secs(),
                day,
            }))
        }
        other => Ok(Status::Other(other.as_str().to_owned())),
    }
}

/// `RSA 2048`, `ECDSA P-256`. ACM spells a key in two ways (`RSA_2048`, `RSA-2048`).
fn words(key: &str) -> String {
    match key {
        "EC_prime256v1" => "ECDSA P-256".to_owned(),
        "EC_secp384r1" => "ECDSA P-384".to_owned(),
        "EC_secp521r1" => "ECDSA P-521".to_owned(),
        other => other.replace(['_', '-'], " "),
    }
}
