//! A group in step with its entry, one thing edited, and what is decided.

mod leaving;

use insta::assert_snapshot;

use super::rules::{Icmp, Peer, Rule, Traffic};
use super::*;
use crate::kind::Known;
use crate::kind::known::Fate;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, deltas, denied, entry, in_step, try_entry};
use crate::model::Address;

const PLAIN: &str = "name = 'site-nfs'\nvpc = 'main'\ndescription = 'NFS of the site'";
const NFS: &str =
    "ingress = [{ protocol = 'tcp', port = 2049, security-groups = ['clients'], description = 'NFS' }]";
const WEB: &str = "ingress = [{ protocol = 'tcp', port = 443, cidr = ['0.0.0.0/0', '::/0'], public = true }]";
const OUT: &str = "egress = [{ protocol = 'all', cidr = ['0.0.0.0/0'], public = true }]";

const IN_SYNC: &str = "in sync ec2.security-group.site (site-nfs) sg-1";

type Group = Live<Ec2SecurityGroup>;

fn with(more: &str) -> String {
    format!("{PLAIN}\n{more}")
}

fn address(key: &str) -> Address {
    Address::new(KindName::SECURITY_GROUP, key)
}

fn id(id: &str) -> Outputs {
    Outputs::default().with(Outputs::ID, id)
}

/// Where the network was found, and the group itself and `clients` are there.
fn known() -> Known {
    let mut known = Known::default();
    known.note(Address::new(KindName::VPC, "main"), Fate::Live(id("vpc-1")));
    known.note(address("site"), Fate::Live(id("sg-1")));
    known.note(address("clients"), Fate::Live(id("sg-2")));
    known
}

/// The live group that `toml` declares: as AWS shows it, by ids.
fn live(toml: &str) -> Group {
    let entry = entry::<Ec2SecurityGroup>(toml).resolved(&known());
    let mut live = in_step(&entry, Detail::default());
    live.outputs = id("sg-1");
    live.state.links(&mut |_, link| *link = Link::live(link.value().unwrap()));
    live
}

/// What is in step with `toml`, then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Group)) -> World<Ec2SecurityGroup> {
    let mut live = live(toml);
    edit(&mut live);
    let mut world = World::present(entry(toml), live);
    world.known = known();
    world
}

fn plan(toml: &str, edit: impl FnOnce(&mut Group)) -> String {
    world(toml, edit).plan()
}

/// Where the group is not there, and what it names has come to this.
fn absent(toml: &str, known: Known) -> String {
    let mut world = World::<Ec2SecurityGroup>::absent(entry(toml));
    world.known = known;
    world.plan()
}

fn problems(toml: &str) -> Vec<String> {
    let problems = try_entry::<Ec2SecurityGroup>(toml).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

fn all_traffic(range: &str) -> Rule {
    Rule { traffic: Traffic::All, peer: Peer::range(range).unwrap(), description: None }
}

#[test]
fn what_is_absent_is_created_and_what_aws_adds_goes() {
    let mut known = Known::default();
    known.note(Address::new(KindName::VPC, "main"), Fate::Live(id("vpc-1")));
    known.note(address("clients"), Fate::Coming);
    assert_snapshot!(absent(&with(NFS), known.clone()), @"
    create ec2.security-group.site (site-nfs)
      ec2:CreateSecurityGroup: name none -> site-nfs; vpc none -> lookup.vpc.main (vpc-1); description none -> NFS of the site; tag Project none -> site; tag infra:address none -> ec2.security-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      ec2:AuthorizeSecurityGroupIngress: ingress tcp 2049 from ec2.security-group.clients none -> allowed: NFS
        so whatever is in ec2.security-group.clients can reach tcp 2049
        risk Exposes
      ec2:RevokeSecurityGroupEgress: egress all traffic to 0.0.0.0/0 allowed -> none
        so AWS puts this rule into every new group
    ");
    // What AWS adds is what is declared: nothing goes.
    assert_snapshot!(absent(&with(OUT), known.clone()), @"
    create ec2.security-group.site (site-nfs)
      ec2:CreateSecurityGroup: name none -> site-nfs; vpc none -> lookup.vpc.main (vpc-1); description none -> NFS of the site; tag Project none -> site; tag infra:address none -> ec2.security-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete; egress all traffic to 0.0.0.0/0 none -> allowed
        so what is in the group can reach anything on the internet
        risk Exposes
    ");
    // Even then its description is set.
    let described = OUT.replace("public", "description = 'anything', public");
    assert_snapshot!(absent(&with(&described), known), @"
    create ec2.security-group.site (site-nfs)
      ec2:CreateSecurityGroup: name none -> site-nfs; vpc none -> lookup.vpc.main (vpc-1); description none -> NFS of the site; tag Project none -> site; tag infra:address none -> ec2.security-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete; egress all traffic to 0.0.0.0/0 none -> allowed
        so what is in the group can reach anything on the internet
        risk Exposes
      ec2:UpdateSecurityGroupRuleDescriptionsEgress: egress all traffic to 0.0.0.0/0 allowed -> allowed: anything
    ");
}

/// The quota of an account that has so many already was raised: nothing is said of it.
#[test]
fn more_rules_than_most_accounts_may_have_are_said() {
    let ranges = |count| (0..count).map(|at| format!("'10.0.{at}.0/24'")).collect::<Vec<_>>().join(", ");
    let toml = |count| with(&format!("ingress = [{{ protocol = 'all', cidr = [{}] }}]", ranges(count)));
    let note = "ingress has 61 rules for IPv4, and AWS takes 60 unless it has raised the account's quota";
    let of = |count| entry::<Ec2SecurityGroup>(&toml(count)).state;
    let notes = |is: Option<usize>, want| {
        let is = is.map(|count| live(&toml(count)));
        Ec2SecurityGroup::notes(is.as_ref(), &of(want))
    };
    assert_eq!(notes(None, 60), [""; 0]);
    assert_eq!(notes(None, 61), [note]);
    assert_eq!(notes(Some(60), 61), [note]);
    assert_eq!(notes(Some(61), 61), [""; 0]);
}

#[test]
fn what_it_names_has_the_last_word() {
    let vpc = Address::new(KindName::VPC, "main");
    let mut known = known();
    known.note(vpc.clone(), Fate::Blocked(None));
    assert_snapshot!(absent(PLAIN, known.clone()), @"
    blocked ec2.security-group.site (site-nfs)
      because it names lookup.vpc.main, which is blocked
      help: see there; once that is settled, this one follows
    ");
    known.note(vpc.clone(), Fate::Unknown(denied("ec2:DescribeVpcs")));
    assert_snapshot!(absent(PLAIN, known.clone()), @"
    unknown ec2.security-group.site (site-nfs)
      because it names lookup.vpc.main, which could not be read
    ");
    known.note(vpc, Fate::Live(id("vpc-1")));
    known.note(address("clients"), Fate::Blocked(None));
    assert_snapshot!(absent(&with(NFS), known), @"
    blocked ec2.security-group.site (site-nfs)
      because it names ec2.security-group.clients, which is blocked
      help: see there; once that is settled, this one follows
    ");
}

#[test]
fn what_is_in_step_stays() {
    for toml in [PLAIN, &with(NFS), &with(WEB), &with(OUT)] {
        assert_eq!(plan(toml, |_| ()), IN_SYNC);
    }
    // Itself, by its own key.
    let itself = with("ingress = [{ protocol = 'all', security-groups = ['site'] }]");
    assert_eq!(plan(&itself, |_| ()), IN_SYNC);
    // AWS tells no case in names.
    assert_eq!(plan(PLAIN, |live| live.state.name = "Site-NFS".to_owned()), IN_SYNC);
    let shuffled = with(
        "ingress = [{ protocol = 'tcp', port = 22, cidr = ['10.0.0.0/8', '2001:db8::/32'] }, { protocol = 'icmp', cidr = ['10.0.0.0/8'] }]",
    );
    assert_eq!(plan(&shuffled, |live| live.state.ingress.reverse()), IN_SYNC);
}

#[test]
fn rules_are_added_before_others_are_taken_away() {
    let toml = with(&format!("{NFS}\n{OUT}"));
    assert_snapshot!(plan(&toml, |live| {
        live.state.ingress = vec![all_traffic("10.0.0.0/8")];
        live.state.egress = vec![all_traffic("::/0")];
    }), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:AuthorizeSecurityGroupIngress: ingress tcp 2049 from ec2.security-group.clients none -> allowed: NFS
        so whatever is in ec2.security-group.clients can reach tcp 2049
        risk Exposes
      ec2:AuthorizeSecurityGroupEgress: egress all traffic to 0.0.0.0/0 none -> allowed
        so what is in the group can reach anything on the internet
        risk Exposes
      ec2:RevokeSecurityGroupIngress: ingress all traffic from 10.0.0.0/8 allowed -> none
        so traffic that no other rule allows is cut off
      ec2:RevokeSecurityGroupEgress: egress all traffic to ::/0 allowed -> none
        so traffic that no other rule allows is cut off
    ");
    assert_snapshot!(plan(&with(NFS), |live| live.state.ingress[0].description = Some("by hand".to_owned())), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:UpdateSecurityGroupRuleDescriptionsIngress: ingress tcp 2049 from ec2.security-group.clients allowed: by hand -> allowed: NFS
    ");
    // The group that is live is called by its entry, where there is one.
    assert_snapshot!(plan(&with(NFS), |live| {
        let ping = |peer| Rule { traffic: Traffic::Icmp(Icmp::Type(8)), peer, description: None };
        live.state.ingress.extend([ping(Peer::group("sg-2")), ping(Peer::group("sg-9"))]);
    }), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:RevokeSecurityGroupIngress: ingress icmp type 8 from ec2.security-group.clients allowed -> none; ingress icmp type 8 from sg-9 allowed -> none
        so traffic that no other rule allows is cut off
    ");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set("Project", "other")), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:CreateTags: tag Project other -> site
    ");
}

#[test]
fn what_lets_more_in_deserves_a_second_look_and_what_lets_anything_out() {
    assert_snapshot!(plan(&with(WEB), |live| live.state.ingress.clear()), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:AuthorizeSecurityGroupIngress: ingress tcp 443 from 0.0.0.0/0 none -> allowed; ingress tcp 443 from ::/0 none -> allowed
        so anybody on the internet can reach tcp 443
        risk Exposes
    ");
    let inside = with("egress = [{ protocol = 'tcp', port = 2049, cidr = ['10.0.0.0/8'] }]");
    assert_snapshot!(plan(&inside, |live| live.state.egress.clear()), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:AuthorizeSecurityGroupEgress: egress tcp 2049 to 10.0.0.0/8 none -> allowed
        so what is in the group can reach tcp 2049 in 10.0.0.0/8
    ");
    assert_snapshot!(plan(&with(OUT), |live| live.state.egress.clear()), @"
    update ec2.security-group.site (site-nfs) sg-1
      ec2:AuthorizeSecurityGroupEgress: egress all traffic to 0.0.0.0/0 none -> allowed
        so what is in the group can reach anything on the internet
        risk Exposes
    ");
}

#[test]
fn the_description_is_never_changed() {
    assert_snapshot!(plan(PLAIN, |live| live.state.description = "by hand".to_owned()), @"
    blocked ec2.security-group.site (site-nfs) sg-1
      because `description` cannot be changed on a live resource, only by replacing it
      cannot change description by hand -> NFS of the site
      help: declare the description that is live, or make a group of another name and move over what uses this one
    ");
}

#[test]
fn another_name_or_another_network_is_another_group() {
    let mut there = live(PLAIN);
    there.state.name = "old-nfs".to_owned();
    let mut world = World::absent(entry(PLAIN));
    world.known = known();
    world.leftovers.push(there);
    assert_snapshot!(world.plan(), @"
    blocked ec2.security-group.site (site-nfs)
      because its name changed from `old-nfs in vpc-1`, which is live and ours, to `site-nfs in vpc-1`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was
    ");
    world.leftovers[0].state.name = "site-nfs".to_owned();
    world.leftovers[0].state.vpc = Link::live("vpc-0");
    assert_snapshot!(world.plan(), @"
    blocked ec2.security-group.site (site-nfs)
      because its name changed from `site-nfs in vpc-0`, which is live and ours, to `site-nfs in vpc-1`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was
    ");
}

#[test]
fn what_nobody_owns_is_adopted_with_the_rules_that_go() {
    assert_snapshot!(plan(&with(NFS), |live| {
        live.tags = Tags::from_iter([("Keep", "me")]);
        live.state.egress = vec![all_traffic("0.0.0.0/0")];
    }), @"
    adopt ec2.security-group.site (site-nfs) sg-1
      ec2:CreateTags: tag Project none -> site; tag infra:address none -> ec2.security-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      ec2:RevokeSecurityGroupEgress: egress all traffic to 0.0.0.0/0 allowed -> none
        so traffic that no other rule allows is cut off
      needs --adopt
      (1 other tag is left alone)
    ");
}

#[test]
fn what_is_ignored_is_left_alone() {
    let toml = with(&format!("{NFS}\nignore = ['ingress', 'egress']"));
    let edited = plan(&toml, |live| {
        live.state.ingress.clear();
        live.state.egress = vec![all_traffic("0.0.0.0/0")];
    });
    assert_eq!(edited, IN_SYNC);
}

#[test]
fn two_entries_claim_one_group_whatever_the_case_of_its_name() {
    let claim = |toml: &str, known: &Known| {
        Ec2SecurityGroup::claim(&entry::<Ec2SecurityGroup>(toml).resolved(known).state)
    };
    let none = Known::default();
    assert_eq!(claim(PLAIN, &none), "site-nfs in lookup.vpc.main");
    assert_eq!(claim(&PLAIN.replace("site-nfs", "Site-NFS"), &none), claim(PLAIN, &none));
    assert_ne!(claim(&PLAIN.replace("main", "other"), &none), claim(PLAIN, &none));
    // What was found says more than what looked for it.
    assert_eq!(claim(PLAIN, &known()), Ec2SecurityGroup::claim(&live(PLAIN).state));
}

#[test]
fn what_ec2_would_refuse_is_refused() {
    let name = |name: &str| problems(&PLAIN.replace("site-nfs", name));
    assert_eq!(problems(PLAIN), [""; 0]);
    assert_eq!(name(&"x".repeat(255)), [""; 0]);
    assert_eq!(name("my_sg-1.2:3/(#,@[]+=&;{}!$*) x"), [""; 0]);
    for bad in ["", "Größe", "a|b", "ends in a space ", &"x".repeat(256)] {
        assert_eq!(name(bad), ["name: this is no valid name of a security group"], "{bad}");
    }
    for id in ["sg-nfs", "SG-1"] {
        assert_eq!(name(id), ["name: the name of a group must not begin with `sg-`"], "{id}");
    }
    for own in ["default", "Default"] {
        assert_eq!(name(own), ["name: this is the name of each VPC's own group"], "{own}");
    }
    let vpc = |vpc: &str| problems(&PLAIN.replace("'main'", &format!("'{vpc}'")));
    assert_eq!(vpc("vpc-main"), [""; 0]);
    assert_eq!(vpc("vpc-0123abcd"), ["vpc: a VPC is named by its look-up, and not by its id"]);
    let description = |text: &str| problems(&PLAIN.replace("NFS of the site", text));
    assert_eq!(description(""), ["description: this description is empty"]);
    assert_eq!(description(&"x".repeat(256)), ["description: this description is too long"]);
    assert_eq!(
        description("für NFS"),
        ["description: EC2 does not take every character of this description"]
    );
    assert_eq!(
        problems(&with(
            "ingress = [{ protocol = 'tcp', port = 22, cidr = ['0.0.0.0/0'] }]\negress = [{ protocol = 'all', cidr = ['::/0'] }]"
        )),
        [
            "ingress.0.cidr.0: this range is the whole internet",
            "egress.0.cidr.0: this range is the whole internet"
        ]
    );
}

#[test]
fn every_field_is_compared() {
    let want = entry::<Ec2SecurityGroup>(&with(&format!("{NFS}\n{OUT}"))).resolved(&known()).state;
    let toml = with(&format!("{NFS}\n{OUT}"));
    let differs = |edit: fn(&mut State)| {
        let mut live = live(&toml);
        edit(&mut live.state);
        deltas(&live, &want)
    };
    assert_eq!(differs(|_| ()), [""; 0]);
    assert_eq!(differs(|is| is.description.push('x')), ["immutable description"]);
    assert_eq!(differs(|is| is.ingress.clear()), ["ec2:AuthorizeSecurityGroupIngress"]);
    assert_eq!(differs(|is| is.egress.clear()), ["ec2:AuthorizeSecurityGroupEgress"]);
    assert_eq!(
        differs(|is| is.egress[0].description = Some("x".to_owned())),
        ["ec2:UpdateSecurityGroupRuleDescriptionsEgress"]
    );
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<Ec2SecurityGroup>(
        "vpc = 'main'\ndescription = 'x'",
        |used| {
            let interface = Interface { what: "a mount target".to_owned(), is_of_lambda: false };
            let interfaces = used.then_some(interface).into_iter().collect();
            Detail { holders: Some(Holders { interfaces, groups: Vec::new() }) }
        },
        false,
    );
}
