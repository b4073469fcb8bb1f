//! Networks and certificates.

use infra::kind::LookUp;
use infra::kind::lookup::{Choice, NoChoice};
use infra::kinds::lookup_certificate::{self, LookUpCertificate};
use infra::kinds::lookup_vpc::{LookUpVpc, Query, Which};
use infra::model::Tags;
use serde_json::{Value, json};

use super::recordings;
use crate::support::recorded::{self, Answer, Recording};

const VPCS: &str = "ec2:DescribeVpcs";
const SUBNETS: &str = "ec2:DescribeSubnets";
const CERTIFICATES: &str = "acm:ListCertificates";

#[tokio::main(flavor = "current_thread")]
async fn look<L: LookUp>(query: &L::Query, answers: Vec<(&'static str, Answer)>) -> Result<Choice, NoChoice> {
    let aws = recorded::aws(answers).await;
    let mut answers = L::look(&aws, &[query]).await;
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

fn vpc(which: Which, vpcs: &Answer, subnets: &Answer) -> Result<Choice, NoChoice> {
    let query = Query { which, subnet_tags: Tags::default() };
    look::<LookUpVpc>(&query, vec![(VPCS, vpcs.clone()), (SUBNETS, subnets.clone())])
}

fn items<'a>(answer: &'a Answer, list: &str) -> &'a [Value] {
    answer.data[list].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// One default subnet in each of two zones.
fn two_subnets(vpc: &Value) -> Answer {
    let subnet = |zone: &str| json!({ "SubnetId": format!("subnet-{zone}"), "VpcId": vpc, "AvailabilityZone": zone, "DefaultForAz": true, "State": "available" });
    Answer::ok(json!({ "Subnets": [subnet("us-east-1a"), subnet("us-east-1b")] }))
}

#[test]
fn every_network_is_found_by_its_id() {
    let mut defaults = 0;
    for Recording { name, answer, .. } in recordings("ec2", "DescribeVpcs") {
        for it in items(&answer, "Vpcs") {
            let (id, cidr) = (it["VpcId"].as_str().unwrap(), it["CidrBlock"].as_str().unwrap());
            let subnets = two_subnets(&it["VpcId"]);
            let choice = vpc(Which::Id(id.to_owned()), &answer, &subnets).unwrap();
            assert_eq!((choice.name.as_str(), choice.outputs.get("cidr")), (id, Some(cidr)), "{name}");
            if it["IsDefault"] == true {
                defaults += 1;
                assert_eq!(vpc(Which::Default, &answer, &subnets).unwrap().name, id, "{name}");
            }
        }
    }
    assert!(defaults > 0 || recorded::folder().is_none());
}

/// Each subnet of the recordings is one that is meant, unless it shares its zone with another.
#[test]
fn every_subnet_has_its_zone() {
    let mut seen = 0;
    for Recording { name, answer, .. } in recordings("ec2", "DescribeSubnets") {
        let all = items(&answer, "Subnets");
        for it in all {
            let vpcs = Answer::ok(
                json!({ "Vpcs": [{ "VpcId": it["VpcId"], "CidrBlock": "10.0.0.0/8", "IsDefault": it["DefaultForAz"] }] }),
            );
            let id = it["VpcId"].as_str().unwrap().to_owned();
            let beside = |other: &&Value| {
                ["VpcId", "AvailabilityZone", "DefaultForAz"].iter().all(|key| other[key] == it[key])
            };
            match vpc(Which::Id(id), &vpcs, &answer) {
                Ok(choice) => {
                    let zone = format!("subnet.{}", it["AvailabilityZone"].as_str().unwrap());
                    assert_eq!(choice.outputs.get(&zone), it["SubnetId"].as_str(), "{name}");
                    seen += 1;
                }
                Err(NoChoice::Refused { reason, .. }) => {
                    assert!(reason.contains("more than one subnet"), "{name}: {reason}");
                    let zones: Vec<_> = all.iter().filter(beside).collect();
                    assert!(zones.len() > 1 || reason.contains("subnet-"), "{name}: {reason}");
                }
                Err(NoChoice::Unknown(error)) => panic!("{name}: {error}"),
            }
        }
    }
    assert!(seen > 5 || recorded::folder().is_none());
}

/// Without what AWS always sends, nobody can say that there is none, or that there is one.
#[test]
fn an_answer_that_says_too_little_of_a_network_is_unknown() {
    let whole = json!({ "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8", "IsDefault": true });
    let subnets = two_subnets(&json!("vpc-1"));
    let without = |item: &Value, key: &str| {
        let mut item = item.clone();
        item.as_object_mut().unwrap().remove(key);
        item
    };
    let unknown = |vpcs: Value, subnets: Value| match vpc(
        Which::Default,
        &Answer::ok(vpcs.clone()),
        &Answer::ok(subnets.clone()),
    ) {
        Err(NoChoice::Unknown(error)) => assert!(error.message.starts_with("the answer holds no"), "{error}"),
        other => panic!("{vpcs} {subnets}: {other:?}"),
    };
    unknown(json!({}), subnets.data.clone());
    unknown(json!({ "Vpcs": [whole] }), json!({}));
    for key in ["VpcId", "CidrBlock", "IsDefault"] {
        unknown(json!({ "Vpcs": [without(&whole, key)] }), subnets.data.clone());
    }
    for key in ["SubnetId", "VpcId", "AvailabilityZone", "DefaultForAz", "State"] {
        let bare = without(&subnets.data["Subnets"][0], key);
        unknown(json!({ "Vpcs": [whole] }), json!({ "Subnets": [bare] }));
    }
}

fn certificate(domain: &str, answer: &Answer) -> Result<Choice, NoChoice> {
    let query = lookup_certificate::Query::Domain(domain.to_owned());
    look::<LookUpCertificate>(&query, vec![(CERTIFICATES, answer.clone())])
}

/// The recordings are of a time when the list held ARNs and domains alone: nobody can say from them whether a
/// certificate is issued, nor that one has no other names.
#[test]
fn a_list_without_states_and_names_is_not_relied_on() {
    for Recording { name, answer, .. } in recordings("acm", "ListCertificates") {
        for it in items(&answer, "CertificateSummaryList") {
            match certificate(it["DomainName"].as_str().unwrap(), &answer) {
                Err(NoChoice::Unknown(error)) => {
                    assert_eq!(error.message, "the answer holds no status", "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
            match certificate("nobody.example", &answer) {
                Err(NoChoice::Refused { reason, .. }) => {
                    assert!(reason.contains("not every name in"), "{name}: {reason}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn an_answer_that_says_too_little_of_a_certificate_is_unknown() {
    let whole = json!({
        "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/one",
        "DomainName": "example.com",
        "SubjectAlternativeNameSummaries": ["example.com", "*.example.com"],
        "Status": "ISSUED",
        "NotBefore": 0,
        "NotAfter": 32_503_680_000_u64,
    });
    let list = |item: &Value| Answer::ok(json!({ "CertificateSummaryList": [item] }));
    let choice = certificate("*.example.com", &list(&whole)).unwrap();
    assert_eq!((choice.why.as_str(), choice.notes.len()), ("issued for example.com and *.example.com", 0));
    for key in ["CertificateArn", "DomainName", "Status", "NotBefore", "NotAfter"] {
        let mut bare = whole.clone();
        bare.as_object_mut().unwrap().remove(key);
        let answer = certificate("*.example.com", &list(&bare));
        assert!(matches!(answer, Err(NoChoice::Unknown(_))), "{key}: {answer:?}");
    }
    let answer = certificate("*.example.com", &Answer::ok(json!({})));
    assert!(matches!(answer, Err(NoChoice::Unknown(_))), "{answer:?}");
}
