//! ACM.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::Account;

#[test]
fn a_certificate_is_issued_at_once_and_listed_with_its_names() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let more = json!({ "SubjectAlternativeNames": ["*.example.com"] });
        let arn = account.certify_with("example.com", &more);
        let with = |statuses: &[&str]| {
            let includes = json!({ "keyTypes": ["RSA_2048", "EC_prime256v1"] });
            let body = json!({ "CertificateStatuses": statuses, "Includes": includes });
            account.acm("ListCertificates", &body).json()["CertificateSummaryList"].clone()
        };
        let listed = with(&["ISSUED"]);
        let certificate = &listed[0];
        assert_eq!(certificate["CertificateArn"], arn.as_str(), "{listed}");
        assert_eq!(certificate["DomainName"], "example.com");
        let mut names: Vec<&str> = certificate["SubjectAlternativeNameSummaries"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["*.example.com", "example.com"]);
        assert_eq!(certificate["Status"], "ISSUED");
        assert!(certificate["NotBefore"].as_f64() < certificate["NotAfter"].as_f64(), "{certificate}");
        assert_eq!(with(&["EXPIRED", "REVOKED"]), json!([]));
    }
}

/// moto has keys of one kind only.
#[test]
fn ministack_lists_certificates_of_other_keys_only_when_asked() {
    let Some(emulator) = ministack() else { return };
    let account = Account::fresh(emulator);
    let common = account.certify_with("common.example", &json!({ "KeyAlgorithm": "RSA_2048" }));
    let other = account.certify_with("other.example", &json!({ "KeyAlgorithm": "EC_prime256v1" }));
    let list = |body: &Value| {
        let answer = account.acm("ListCertificates", body).json();
        let listed = answer["CertificateSummaryList"].as_array().unwrap().clone();
        listed.iter().map(|it| it["CertificateArn"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&json!({})), [common.as_str()]);
    assert_eq!(list(&json!({ "Includes": { "keyTypes": ["EC_prime256v1"] } })), [other.as_str()]);
    let both = json!({ "Includes": { "keyTypes": ["RSA_2048", "EC_prime256v1"] } });
    assert_eq!(list(&both), [common, other]);
}
