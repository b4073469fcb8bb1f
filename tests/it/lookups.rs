//! Look-ups, end to end on each emulator: what is found, what is refused, what could not be read.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::capabilities::{Capability, lacks};
use crate::support::cli::{Output, World};
use crate::support::connector::{Fault, Which, Wire};

const BOTH: &str =
    "[lookup.vpc.main]\ndefault = true\n[lookup.certificate.site]\ndomain = \"*.example.com\"\n";

/// A VPC of this name, with a subnet for each zone and tier; gives their ids.
fn network(world: &World, name: &str, subnets: &[(&str, &str)]) -> (String, Vec<String>) {
    let ec2 = |operation: &str, parameters: &[(&str, &str)]| world.account.ec2(operation, parameters).xml();
    let tag = |id: &str, key: &str, value: &str| {
        ec2("CreateTags", &[("ResourceId.1", id), ("Tag.1.Key", key), ("Tag.1.Value", value)]);
    };
    let vpc = ec2("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]).element("vpcId");
    tag(&vpc, "Name", name);
    let subnet = |(at, (zone, tier)): (usize, &(&str, &str))| {
        let cidr = format!("10.9.{at}.0/24");
        let place = [("VpcId", vpc.as_str()), ("CidrBlock", &cidr), ("AvailabilityZone", zone)];
        let id = ec2("CreateSubnet", &place).element("subnetId");
        tag(&id, "Tier", tier);
        id
    };
    let subnets = subnets.iter().enumerate().map(subnet).collect();
    (vpc, subnets)
}

fn plan(world: &World, entries: &str) -> Output {
    world.infra(&["plan", "--exit-code"], &world.manifest(entries)).run()
}

#[test]
fn what_is_looked_up_is_found_and_never_written() {
    for world in World::each() {
        let arn = world
            .account
            .certify_with("example.com", &json!({ "SubjectAlternativeNames": ["*.example.com"] }));
        let default = world.account.ec2("DescribeVpcs", &[]).xml().element("vpcId");
        let manifest = world.manifest(BOTH);
        let wire = Wire::new();
        let _ = world
            .infra(&["plan", "--exit-code"], &manifest)
            .wire(&wire)
            .run()
            .expect(Exit::Done)
            .says(&format!("> found lookup.vpc.main  {default}  "))
            .says("the default VPC, 172.31.0.0/16; us-west-2a subnet-")
            .says(&format!("> found lookup.certificate.site  {arn}  "))
            .says("issued for example.com and *.example.com, RSA 2048")
            .says("of 0;");
        let counts: Vec<_> =
            wire.counts().into_iter().map(|(name, count)| format!("{name} {count}")).collect();
        let expected = ["acm:ListCertificates 1", "ec2:DescribeSubnets 1", "ec2:DescribeVpcs 1"];
        assert!(expected.iter().all(|line| counts.iter().any(|it| it == line)), "{counts:?}");
        let wire = Wire::new();
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [""; 0]);
        let shown = world.infra(&["plan", "--format", "json"], &manifest).run().expect(Exit::Done);
        let shown: Value = serde_json::from_str(&shown.out).unwrap();
        let verbs: Vec<_> = shown["steps"].as_array().unwrap().iter().map(|it| &it["verb"]).collect();
        assert_eq!(verbs, ["found", "found"]);
    }
}

/// However many entries there are.
#[test]
fn each_list_is_read_once() {
    for world in World::each() {
        let (vpc, _) = network(&world, "own", &[("us-west-2a", "public")]);
        world.account.certify("*.example.com");
        let entries = format!(
            "{BOTH}[lookup.vpc.own]\ntags = {{ Name = \"own\" }}\n[lookup.vpc.id]\nid = \"{vpc}\"\n[lookup.certificate.again]\ndomain = \"*.example.com\"\n"
        );
        let wire = Wire::new();
        let _ = world.infra(&["plan"], &world.manifest(&entries)).wire(&wire).run().says("Looked up (5)");
        for name in ["acm:ListCertificates", "ec2:DescribeSubnets", "ec2:DescribeVpcs"] {
            assert_eq!(wire.counts()[name], 1, "{name}");
        }
    }
}

#[test]
fn a_network_that_is_not_clear_is_refused_until_it_is() {
    for world in World::each() {
        let zones = [("us-west-2a", "public"), ("us-west-2a", "private"), ("us-west-2b", "private")];
        let (vpc, subnets) = network(&world, "own", &zones);
        let own = "[lookup.vpc.own]\ntags = { Name = \"own\" }\n";
        let mut both = [subnets[0].as_str(), &subnets[1]];
        both.sort_unstable();
        let _ = plan(&world, own).expect(Exit::Refused).says(&format!(
            "{vpc} has more than one subnet that could be meant in us-west-2a ({})",
            both.join(", ")
        ));
        let _ = plan(&world, &format!("{own}subnet-tags = {{ Tier = \"private\" }}\n"))
            .expect(Exit::Done)
            .says(&format!("us-west-2a {}, us-west-2b {}", subnets[1], subnets[2]));
        network(&world, "own", &[]);
        let _ =
            plan(&world, own).expect(Exit::Refused).says("there is more than one VPC with the tag Name=own");
    }
}

#[test]
fn a_certificate_that_is_not_clear_is_refused_until_it_is() {
    for world in World::each() {
        let site = "[lookup.certificate.site]\ndomain = \"*.example.com\"\n";
        world.account.certify("www.example.com");
        let none = "there is no certificate for *.example.com in this account and region";
        let _ = plan(&world, site).expect(Exit::Refused).says(none);
        let first = world.account.certify_with("*.example.com", &json!({ "IdempotencyToken": "one" }));
        let _ = plan(&world, site).expect(Exit::Done).says(&first);
        // A second one changes nothing silently.
        let second = world.account.certify_with("*.example.com", &json!({ "IdempotencyToken": "two" }));
        let _ = plan(&world, site)
            .expect(Exit::Refused)
            .says("more than one certificate is issued for *.example.com")
            .says(&first)
            .says(&second);
        let by_arn = format!("[lookup.certificate.site]\narn = \"{second}\"\n");
        let _ = plan(&world, &by_arn)
            .expect(Exit::Done)
            .says(&format!("found lookup.certificate.site  {second}"));
    }
}

/// AWS lists them only when it is asked for them.
#[test]
fn a_certificate_with_another_key_is_found() {
    for world in World::each() {
        if let Some(why) = lacks(world.emulator.backend, Capability::CertificateKeyTypes) {
            eprintln!("passed over on {:?}, which {why}", world.emulator.backend);
            continue;
        }
        for (key, words) in
            [("EC_prime256v1", "ECDSA P-256"), ("EC_secp384r1", "ECDSA P-384"), ("RSA_4096", "RSA 4096")]
        {
            let domain = format!("{}.example.com", key.to_lowercase().replace('_', "-"));
            world.account.certify_with(&domain, &json!({ "KeyAlgorithm": key }));
            let entry = format!("[lookup.certificate.site]\ndomain = \"{domain}\"\n");
            let _ = plan(&world, &entry).expect(Exit::Done).says(&format!("issued for {domain}, {words}"));
        }
    }
}

#[test]
fn what_could_not_be_read_is_unknown() {
    for world in World::each() {
        world.account.certify("*.example.com");
        for (call, entry) in [
            ("ec2:DescribeVpcs", "lookup.vpc.main"),
            ("ec2:DescribeSubnets", "lookup.vpc.main"),
            ("acm:ListCertificates", "lookup.certificate.site"),
        ] {
            let wire =
                Wire::with_faults(vec![(Which::Named(call), Fault::Answer(400, "UnauthorizedOperation"))]);
            let manifest = world.manifest(BOTH);
            let plan =
                world.infra(&["plan", "--exit-code"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
            let _ = plan.says(&format!("? unknown {entry}  ")).says(&format!("{call} on the account failed"));
        }
    }
}
