//! Networks and subnets, and which of them a query means.

use insta::assert_snapshot;

use super::LookUpVpc;
use super::choose::{Subnet, Vpc, choose};
use super::spec::{Query, Which};
use crate::kind::lookup::{Choice, NoChoice};
use crate::kind::testing::{self, try_query};
use crate::model::Tags;

fn lower(toml: &str) -> (Option<Query>, Vec<String>) {
    try_query::<LookUpVpc>(toml)
}

#[track_caller]
fn query(toml: &str) -> Query {
    testing::query::<LookUpVpc>(toml)
}

#[test]
fn one_way_says_which_is_meant() {
    let none = Tags::default();
    let private = Tags::from_iter([("Tier", "private")]);
    assert_eq!(query("default = true"), Query { which: Which::Default, subnet_tags: none.clone() });
    let by_id = Query { which: Which::Id("vpc-0a1b2c3d".to_owned()), subnet_tags: private };
    assert_eq!(query("id = 'vpc-0a1b2c3d'\nsubnet-tags = { Tier = 'private' }"), by_id);
    let main = Tags::from_iter([("Name", "main"), ("aws:cloudformation:stack-name", "net")]);
    let by_tags = Query { which: Which::Tags(main), subnet_tags: none };
    assert_eq!(query("tags = { 'aws:cloudformation:stack-name' = 'net', Name = 'main' }"), by_tags);
    let _ = query("id = 'vpc-0a1b2c3d4e5f60718'");
}

#[test]
fn every_fault_has_its_place() {
    for (toml, problems) in [
        ("", &[": this does not say which VPC is meant"][..]),
        ("default = false\ntags = {}", &[": this does not say which VPC is meant"]),
        ("subnet-tags = { Tier = 'private' }", &[": this does not say which VPC is meant"]),
        ("default = true\nid = 'vpc-0a1b2c3d'", &["id: this says once more which VPC is meant"]),
        (
            "default = true\nid = 'vpc-1'\ntags = { Name = 'main' }",
            &[
                "id: this says once more which VPC is meant",
                "tags: this says once more which VPC is meant",
                "id: this is no id of a VPC",
            ],
        ),
        ("id = 'vpc-0A1B2C3D'", &["id: this is no id of a VPC"]),
        ("id = 'subnet-0a1b2c3d'", &["id: this is no id of a VPC"]),
        ("id = ''", &["id: this is no id of a VPC"]),
    ] {
        assert_eq!(lower(toml).1, problems, "{toml}");
    }
}

fn vpc(id: &str, cidr: &str, tags: &[(&str, &str)]) -> Vpc {
    let (id, cidr) = (id.to_owned(), cidr.to_owned());
    Vpc { id, cidr, is_default: false, tags: tags.iter().copied().collect() }
}

fn subnet(vpc: &str, zone: &str, id: &str) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc: vpc.to_owned(),
        zone: zone.to_owned(),
        is_default: false,
        is_available: true,
        on_outpost: false,
        tags: Tags::default(),
    }
}

/// A default VPC with three zones, and one of a person's own with two.
fn account() -> (Vec<Vpc>, Vec<Subnet>) {
    let default = Vpc { is_default: true, ..vpc("vpc-d", "172.31.0.0/16", &[]) };
    let own = vpc("vpc-m", "10.0.0.0/16", &[("Name", "main"), ("Stage", "live")]);
    let of_default = |zone, id| Subnet { is_default: true, ..subnet("vpc-d", zone, id) };
    let subnets = vec![
        of_default("us-west-2c", "subnet-3"),
        of_default("us-west-2a", "subnet-1"),
        of_default("us-west-2b", "subnet-2"),
        subnet("vpc-m", "us-west-2b", "subnet-m2"),
        subnet("vpc-m", "us-west-2a", "subnet-m1"),
    ];
    (vec![own, default], subnets)
}

fn chosen(toml: &str, edit: impl FnOnce(&mut Vec<Vpc>, &mut Vec<Subnet>)) -> Result<Choice, NoChoice> {
    let (mut vpcs, mut subnets) = account();
    edit(&mut vpcs, &mut subnets);
    choose(&query(toml), &vpcs, &subnets)
}

fn said(toml: &str, edit: impl FnOnce(&mut Vec<Vpc>, &mut Vec<Subnet>)) -> String {
    match chosen(toml, edit) {
        Ok(Choice { name, why, notes, outputs: _, checks: _ }) => {
            assert!(notes.is_empty());
            format!("{name}: {why}")
        }
        Err(NoChoice::Refused { reason, help }) => format!("refused: {reason}\nhelp: {help}"),
        Err(NoChoice::Unknown(error)) => panic!("{error}"),
    }
}

#[test]
fn each_way_finds_its_network() {
    assert_snapshot!(said("default = true", |_, _| ()), @"vpc-d: the default VPC, 172.31.0.0/16; us-west-2a subnet-1, us-west-2b subnet-2, us-west-2c subnet-3");
    assert_snapshot!(said("tags = { Name = 'main' }", |_, _| ()), @"vpc-m: the only VPC with the tag Name=main, 10.0.0.0/16; us-west-2a subnet-m1, us-west-2b subnet-m2");
    assert_snapshot!(said("tags = { Name = 'main', Stage = 'live' }", |_, _| ()), @"vpc-m: the only VPC with the tags Name=main and Stage=live, 10.0.0.0/16; us-west-2a subnet-m1, us-west-2b subnet-m2");
    let by_id = said("id = 'vpc-0a1b2c3d'", |vpcs, subnets| {
        vpcs[0].id = "vpc-0a1b2c3d".to_owned();
        subnets.iter_mut().skip(3).for_each(|subnet| subnet.vpc = "vpc-0a1b2c3d".to_owned());
    });
    assert_snapshot!(by_id, @"vpc-0a1b2c3d: the VPC of this id, 10.0.0.0/16; us-west-2a subnet-m1, us-west-2b subnet-m2");
}

#[test]
fn it_brings_its_id_its_addresses_and_its_subnets() {
    let outputs = chosen("default = true", |_, _| ()).unwrap().outputs;
    let all: Vec<_> = outputs.iter().collect();
    let expected = [
        ("cidr", "172.31.0.0/16"),
        ("id", "vpc-d"),
        ("subnet.us-west-2a", "subnet-1"),
        ("subnet.us-west-2b", "subnet-2"),
        ("subnet.us-west-2c", "subnet-3"),
    ];
    assert_eq!(all, expected);
}

/// The order of AWS's answer is nobody's choice.
#[test]
fn the_order_of_a_list_changes_nothing() {
    for toml in ["default = true", "tags = { Name = 'main' }"] {
        let turned = chosen(toml, |vpcs, subnets| {
            vpcs.reverse();
            subnets.reverse();
        });
        assert_eq!(turned, chosen(toml, |_, _| ()));
    }
}

#[test]
fn what_is_not_there_or_there_twice_is_refused() {
    assert_snapshot!(said("default = true", |vpcs, _| vpcs[1].is_default = false), @"
    refused: there is no default VPC in this account and region
    help: name another VPC by `id` or `tags`; `aws ec2 create-default-vpc` makes a new default one, which is for you to decide
    ");
    assert_snapshot!(said("id = 'vpc-0a1b2c3d'", |_, _| ()), @"
    refused: there is no VPC vpc-0a1b2c3d in this account and region
    help: check the id, and that the VPC is in this account and region
    ");
    assert_snapshot!(said("tags = { Name = 'Main' }", |_, _| ()), @"
    refused: there is no VPC with the tag Name=Main in this account and region
    help: name it by `id`, or by tags that one VPC and no other has; keys and values count in upper and lower case
    ");
    assert_snapshot!(said("tags = { Name = 'main', Stage = 'test' }", |_, _| ()), @"
    refused: there is no VPC with the tags Name=main and Stage=test in this account and region
    help: name it by `id`, or by tags that one VPC and no other has; keys and values count in upper and lower case
    ");
    let twice = said("tags = { Name = 'main' }", |vpcs, _| vpcs[1].tags.set("Name", "main"));
    assert_snapshot!(twice, @"
    refused: there is more than one VPC with the tag Name=main: vpc-d (172.31.0.0/16), vpc-m (10.0.0.0/16)
    help: name it by `id`, or by tags that one VPC and no other has; keys and values count in upper and lower case
    ");
}

/// In the default VPC AWS itself takes the default subnet of a zone; elsewhere nobody can know which.
#[test]
fn a_zone_has_one_subnet() {
    let beside = said("default = true", |_, subnets| subnets.push(subnet("vpc-d", "us-west-2a", "subnet-x")));
    assert_eq!(beside, said("default = true", |_, _| ()));
    let two = said("tags = { Name = 'main' }", |_, subnets| {
        subnets.push(subnet("vpc-m", "us-west-2b", "subnet-m4"));
        subnets.push(subnet("vpc-m", "us-west-2b", "subnet-m3"));
    });
    assert_snapshot!(two, @r#"
    refused: vpc-m has more than one subnet that could be meant in us-west-2b (subnet-m2, subnet-m3, subnet-m4)
    help: narrow them to one for each zone with `subnet-tags`, such as { Tier = "private" }; tag the subnets first if nothing tells them apart
    "#);
}

#[test]
fn tags_narrow_the_subnets() {
    let tiers = |_: &mut Vec<Vpc>, subnets: &mut Vec<Subnet>| {
        for (zone, id) in [("us-west-2a", "subnet-p1"), ("us-west-2b", "subnet-p2")] {
            for vpc in ["vpc-m", "vpc-d"] {
                let tags = Tags::from_iter([("Tier", "private")]);
                subnets.push(Subnet { tags, ..subnet(vpc, zone, &format!("{id}-{vpc}")) });
            }
        }
    };
    assert_snapshot!(said("tags = { Name = 'main' }\nsubnet-tags = { Tier = 'private' }", tiers), @"vpc-m: the only VPC with the tag Name=main, 10.0.0.0/16; us-west-2a subnet-p1-vpc-m, us-west-2b subnet-p2-vpc-m");
    // Who says which subnets does not mean the default ones.
    assert_snapshot!(said("default = true\nsubnet-tags = { Tier = 'private' }", tiers), @"vpc-d: the default VPC, 172.31.0.0/16; us-west-2a subnet-p1-vpc-d, us-west-2b subnet-p2-vpc-d");
    assert_snapshot!(said("default = true\nsubnet-tags = { Tier = 'public' }", tiers), @"
    refused: vpc-d has no available subnet with the tag Tier=public in any availability zone
    help: check `subnet-tags`
    ");
}

#[test]
fn only_what_is_ready_in_an_ordinary_zone_counts() {
    let usual = said("tags = { Name = 'main' }", |_, _| ());
    let zones = ["us-west-2-lax-1a", "us-east-1-wl1-bos-wlz-1", "us-west-2", "", "a"];
    let odd = said("tags = { Name = 'main' }", |_, subnets| {
        subnets.extend(zones.iter().map(|zone| subnet("vpc-m", zone, "subnet-x")));
        subnets.push(Subnet { is_available: false, ..subnet("vpc-m", "us-west-2c", "subnet-x") });
        subnets.push(Subnet { on_outpost: true, ..subnet("vpc-m", "us-west-2d", "subnet-x") });
    });
    assert_eq!(odd, usual);
    for zone in ["us-gov-west-1a", "us-iso-east-1b", "ap-southeast-2c", "eusc-de-east-1a", "us-east-10f"] {
        let choice =
            chosen("tags = { Name = 'main' }", |_, subnets| subnets.push(subnet("vpc-m", zone, "subnet-x")));
        assert_eq!(choice.unwrap().outputs.get(&format!("subnet.{zone}")), Some("subnet-x"));
    }
}

/// Nothing could be reached in it, and what names it would be made without a way in.
#[test]
fn a_network_without_subnets_is_refused() {
    assert_snapshot!(said("tags = { Name = 'main' }", |_, subnets| subnets.truncate(3)), @"
    refused: vpc-m has no available subnet in any availability zone
    help: name another VPC, or make a subnet in an ordinary zone
    ");
    let gone =
        said("default = true", |_, subnets| subnets.iter_mut().for_each(|subnet| subnet.is_default = false));
    assert_snapshot!(gone, @"
    refused: vpc-d has no available default subnet in any availability zone
    help: choose among its other subnets by `subnet-tags`; `aws ec2 create-default-subnet` makes a new default one, which is for you to decide
    ");
}
