//! Certificates, and which of them a query means.

use insta::assert_snapshot;

use super::choose::{Certificate, Status, Valid, choose};
use super::{LookUpCertificate, Query};
use crate::kind::LookUp as _;
use crate::kind::lookup::{Choice, NoChoice};
use crate::kind::reading::holds_no;
use crate::kind::testing::{self, brief_check, try_query};
use crate::model::Outputs;

const DAY: i64 = 24 * 60 * 60;
/// The moment of every test: day 1000.
const NOW: i64 = 1000 * DAY;

const ARN: &str = "arn:aws:acm:us-west-2:111122223333:certificate/one";

fn lower(toml: &str) -> (Option<Query>, Vec<String>) {
    try_query::<LookUpCertificate>(toml)
}

#[track_caller]
fn query(toml: &str) -> Query {
    testing::query::<LookUpCertificate>(toml)
}

#[test]
fn a_domain_or_an_arn_says_which_is_meant() {
    for domain in ["example.com", "*.example.com", "a-b.c1.example", "xn--bcher-kva.example"] {
        let found = query(&format!("domain = '{domain}'"));
        assert_eq!(found, Query::Domain(domain.to_owned()));
        assert_eq!(LookUpCertificate::domain(&found), Some(domain));
    }
    assert_eq!(query("domain = '*.Example.COM'"), Query::Domain("*.example.com".to_owned()));
    let found = query(&format!("arn = '{ARN}'"));
    assert_eq!(found, Query::Arn(ARN.to_owned()));
    assert_eq!(LookUpCertificate::domain(&found), None);
}

#[test]
fn every_fault_has_its_place() {
    assert_eq!(lower("").1, [": this does not say which certificate is meant"]);
    let both = format!("domain = 'example.com'\narn = '{ARN}'");
    assert_eq!(lower(&both).1, ["arn: this says once more which certificate is meant"]);
    let long = format!("{}.example.com", "a".repeat(64));
    let longer = format!("{}example.com", "a.".repeat(122));
    for domain in [
        "",
        "com",
        "*",
        "*.com",
        "example.com.",
        ".example.com",
        "a..b",
        "-a.example",
        "a-.example",
        "a_b.example",
        "www.*.example.com",
        "https://example.com",
        "bücher.example",
        " example.com",
        &long,
        &longer,
    ] {
        let (query, problems) = lower(&format!("domain = '{domain}'"));
        assert_eq!(problems, ["domain: this is no domain"], "{domain} {query:?}");
    }
    for arn in [
        "",
        "one",
        "arn:aws:iam::111122223333:server-certificate/one",
        "arn:aws:acm:us-west-2:111122223333:one",
        "arn:aws:acm-pca:us-west-2:111122223333:certificate/one",
    ] {
        assert_eq!(lower(&format!("arn = '{arn}'")).1, ["arn: this is no ARN of a certificate"], "{arn}");
    }
}

/// The certificate `id`, issued for `domain` and valid for a hundred days before and after now.
fn issued(id: &str, domain: &str) -> Certificate {
    Certificate {
        arn: format!("arn:aws:acm:us-west-2:111122223333:certificate/{id}"),
        domain: domain.to_owned(),
        names: vec![domain.to_owned()],
        has_more_names: false,
        key: Some("RSA 2048".to_owned()),
        in_use: Some(false),
        status: Ok(Status::Issued(valid(-100, 100))),
    }
}

/// Valid from so many days from now until so many.
fn valid(from: i64, until: i64) -> Valid {
    Valid { from: NOW + from * DAY, until: NOW + until * DAY, day: format!("day {}", 1000 + until) }
}

fn other(certificate: Certificate, status: &str) -> Certificate {
    Certificate { status: Ok(Status::Other(status.to_owned())), ..certificate }
}

fn within(certificate: Certificate, from: i64, until: i64) -> Certificate {
    Certificate { status: Ok(Status::Issued(valid(from, until))), ..certificate }
}

fn said(toml: &str, all: &[Certificate]) -> String {
    match choose(&query(toml), all, NOW) {
        Ok(Choice { name, why, notes, outputs, checks: _ }) => {
            let domain = outputs.get("domain").unwrap_or_default().to_owned();
            let expected = Outputs::default().with("id", &name).with("arn", &name).with("domain", domain);
            assert_eq!(outputs, expected);
            std::iter::once(format!("{name}: {why}")).chain(notes).collect::<Vec<_>>().join("\nnote: ")
        }
        Err(NoChoice::Refused { reason, help }) => format!("refused: {reason}\nhelp: {help}"),
        Err(NoChoice::Unknown(error)) => format!("unknown: {error}"),
    }
}

const WILD: &str = "domain = '*.example.com'";

#[test]
fn the_domain_stands_in_it_letter_by_letter() {
    let wild = issued("one", "*.example.com");
    let plain = issued("two", "example.com");
    let www = issued("three", "www.example.com");
    let all = [plain.clone(), wild.clone(), www.clone()];
    assert_snapshot!(said(WILD, &all), @"arn:aws:acm:us-west-2:111122223333:certificate/one: issued for *.example.com, RSA 2048");
    assert_eq!(said("domain = '*.EXAMPLE.com'", &all), said(WILD, &all));
    assert_snapshot!(said("domain = 'example.com'", &all), @"arn:aws:acm:us-west-2:111122223333:certificate/two: issued for example.com, RSA 2048");
    assert_snapshot!(said("domain = 'api.example.com'", &all), @"
    refused: there is no certificate for api.example.com in this account and region
    help: request one in ACM in this region and validate it; the domain must stand in it letter by letter
    ");
    // As one of several names.
    let names = vec!["example.com".to_owned(), "*.example.com".to_owned()];
    let both = Certificate { names, key: None, ..plain };
    assert_snapshot!(said(WILD, &[both, www]), @"arn:aws:acm:us-west-2:111122223333:certificate/two: issued for example.com and *.example.com");
}

#[test]
fn only_what_is_issued_and_valid_now_is_chosen() {
    let one = || issued("one", "*.example.com");
    let two = || issued("two", "*.example.com");
    let chosen = said(WILD, &[one()]);
    for unfit in [other(two(), "PENDING_VALIDATION"), within(two(), -100, 0), within(two(), 1, 100)] {
        assert_eq!(said(WILD, &[unfit, one()]), chosen);
    }
    assert_eq!(said(WILD, &[within(one(), 0, 100)]), chosen);
    let pending = [other(one(), "PENDING_VALIDATION"), other(two(), "EXPIRED")];
    assert_snapshot!(said(WILD, &pending), @"
    refused: no valid certificate is issued for *.example.com: there is arn:aws:acm:us-west-2:111122223333:certificate/one (pending validation), arn:aws:acm:us-west-2:111122223333:certificate/two (expired)
    help: validate it (ACM shows the DNS record), renew it, or request a new one; then plan again
    ");
    assert_snapshot!(said(WILD, &[within(one(), 1, 100)]), @"
    refused: no valid certificate is issued for *.example.com: there is arn:aws:acm:us-west-2:111122223333:certificate/one (not valid at this moment, until day 1100)
    help: validate it (ACM shows the DNS record), renew it, or request a new one; then plan again
    ");
    assert_snapshot!(said(&format!("arn = '{ARN}'"), &[other(one(), "REVOKED")]), @"
    refused: no valid certificate is issued for this ARN: there is arn:aws:acm:us-west-2:111122223333:certificate/one (revoked)
    help: validate it (ACM shows the DNS record), renew it, or request a new one; then plan again
    ");
    assert_snapshot!(said(WILD, &[]), @"
    refused: there is no certificate for *.example.com in this account and region
    help: request one in ACM in this region and validate it; the domain must stand in it letter by letter
    ");
    assert_snapshot!(said(&format!("arn = '{ARN}'"), &[two()]), @"
    refused: there is no certificate arn:aws:acm:us-west-2:111122223333:certificate/one in this account and region
    help: check the ARN; the certificate must be in the manifest's account and region
    ");
}

#[test]
fn more_than_one_is_refused_and_the_arn_chooses() {
    let ecdsa = Some("ECDSA P-256".to_owned());
    let all = [Certificate { key: ecdsa, ..issued("two", "*.example.com") }, issued("one", "*.example.com")];
    assert_snapshot!(said(WILD, &all), @"
    refused: more than one certificate is issued for *.example.com: arn:aws:acm:us-west-2:111122223333:certificate/one (for *.example.com, RSA 2048, until day 1100); arn:aws:acm:us-west-2:111122223333:certificate/two (for *.example.com, ECDSA P-256, until day 1100)
    help: name the one that is meant by `arn` instead of `domain`, or delete those that nobody needs
    ");
    assert_snapshot!(said(&format!("arn = '{ARN}'"), &all), @"arn:aws:acm:us-west-2:111122223333:certificate/one: issued for *.example.com, RSA 2048");
}

#[test]
fn of_several_the_only_one_in_use_is_chosen() {
    let of = |id, in_use| Certificate { in_use, ..issued(id, "*.example.com") };
    let (used, free) = (of("one", Some(true)), of("two", Some(false)));
    let alone = choose(&query(WILD), std::slice::from_ref(&used), NOW).unwrap();
    assert_eq!(alone.notes, [""; 0]);
    for all in [[used.clone(), free.clone()], [free.clone(), used.clone()]] {
        let choice = choose(&query(WILD), &all, NOW).unwrap();
        // To the digest it is the same choice.
        assert_eq!((&choice.name, &choice.why, &choice.outputs), (&alone.name, &alone.why, &alone.outputs));
        let note = format!("it is the one in use; beside it, but unused, there is {}", free.arn);
        assert_eq!(choice.notes, [note]);
    }
    // One that is unfit does not count, whoever uses it.
    let expired = within(of("two", Some(true)), -100, 0);
    assert_eq!(choose(&query(WILD), &[expired, free.clone()], NOW).unwrap().name, free.arn);
    // None, several, or nobody knows.
    for all in [
        [of("one", Some(false)), free.clone()],
        [used.clone(), of("two", Some(true))],
        [used, of("two", None)],
        [of("one", None), free],
    ] {
        assert!(said(WILD, &all).starts_with("refused: more than one certificate"), "{all:?}");
    }
}

/// A renewal changes the dates and keeps the ARN: neither it nor the passing of time is another plan.
#[test]
fn dates_are_said_near_the_end_and_beside_the_plan() {
    let of = |from, until| {
        let certificate = within(issued("one", "*.example.com"), from, until);
        // What is verified is of the moment, and no part of a plan.
        Choice { checks: Vec::new(), ..choose(&query(WILD), &[certificate], NOW).unwrap() }
    };
    let usual = of(-100, 100);
    assert_eq!(of(-10, 380), usual);
    assert_eq!(of(-100, 30), usual);
    let near = of(-100, 29);
    assert_eq!((&near.name, &near.why), (&usual.name, &usual.why));
    assert_eq!(near.notes, ["it is valid until day 1029, and nothing has renewed it"]);
}

#[test]
fn what_the_list_leaves_out_is_never_none() {
    // Names that are not listed may be the one that is looked for.
    let large = Certificate { has_more_names: true, ..issued("large", "example.com") };
    assert_snapshot!(said(WILD, std::slice::from_ref(&large)), @"
    refused: no certificate is known to be for *.example.com, but not every name in arn:aws:acm:us-west-2:111122223333:certificate/large is listed
    help: if that is the one, name it by `arn` instead of `domain`
    ");
    let found = said(WILD, &[issued("one", "*.example.com")]);
    assert_eq!(said(WILD, &[large, issued("one", "*.example.com")]), found);
    // Without a status nobody can say that it is not issued. That of another does not matter.
    let dark = |id, domain| Certificate {
        status: Err(holds_no("acm:ListCertificates", id, "status")),
        ..issued(id, domain)
    };
    assert_snapshot!(said(WILD, &[dark("dark", "*.example.com")]), @"unknown: acm:ListCertificates on dark failed: the answer holds no status");
    assert_snapshot!(said(WILD, &[issued("one", "*.example.com"), dark("dark", "*.example.com")]), @"unknown: acm:ListCertificates on dark failed: the answer holds no status");
    assert_eq!(said(WILD, &[issued("one", "*.example.com"), dark("dark", "www.example.com")]), found);
}

#[test]
fn it_is_verified_to_stay_valid_for_a_while() {
    let validity = |until| {
        let one = within(issued("one", "*.example.com"), -100, until);
        let checks = choose(&query(WILD), &[one], NOW).unwrap().checks;
        checks.iter().map(brief_check).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(validity(14), @"passed validity: valid until day 1014, 14 days left");
    assert_snapshot!(validity(13), @"
    failed validity: valid until day 1013, 13 days left
      help: ACM has not renewed it: see there whether its DNS record for validation still stands; what was imported must be imported again
    ");
}
