//! What becomes of a group that left the manifest.

use super::*;
use crate::kind::decide::Stacks;
use crate::kind::testing::{left, place};
use crate::kind::view::Verb;
use crate::kind::{Describe as _, Found, decide, erase};
use crate::model::tags;

fn naming(id: &str, name: &str) -> Naming {
    Naming { id: id.to_owned(), name: name.to_owned() }
}

fn mount_target(number: usize) -> Interface {
    Interface { what: format!("EFS mount target for fs-1 (fsmt-{number})"), is_of_lambda: false }
}

fn of_lambda() -> Interface {
    Interface { what: "AWS Lambda VPC ENI-clean-up".to_owned(), is_of_lambda: true }
}

/// A group that left the manifest and that this uses.
fn leftover(toml: &str, interfaces: Vec<Interface>, groups: Vec<Naming>) -> Group {
    let mut live = live(toml);
    live.detail.holders = Some(Holders { interfaces, groups });
    live
}

#[test]
fn what_nothing_uses_is_deleted() {
    assert_snapshot!(left(&leftover(PLAIN, vec![], vec![])), @"
    delete ec2.security-group.site (site-nfs) sg-1 not in the manifest
      ec2:DeleteSecurityGroup: security-group site-nfs -> none
        so nothing uses it; AWS refuses should anything do so in the meantime
      needs --delete
    ");
    // Its rules go before it, where they name others.
    let toml = with(&format!(
        "{}\negress = [{{ protocol = 'all', security-groups = ['clients'] }}]",
        NFS.replace("'clients'", "'clients', 'site'")
    ));
    assert_snapshot!(left(&leftover(&toml, vec![], vec![])), @"
    delete ec2.security-group.site (site-nfs) sg-1 not in the manifest
      ec2:RevokeSecurityGroupIngress: ingress tcp 2049 from sg-2 allowed: NFS -> none
        so the groups that it names can be deleted too
      ec2:RevokeSecurityGroupEgress: egress all traffic to sg-2 allowed -> none
        so the groups that it names can be deleted too
      ec2:DeleteSecurityGroup: security-group site-nfs -> none
        so nothing uses it; AWS refuses should anything do so in the meantime
      needs --delete
    ");
}

#[test]
fn what_is_in_use_is_kept() {
    let kept = |interfaces, groups| left(&leftover(PLAIN, interfaces, groups));
    assert_snapshot!(kept(vec![mount_target(1)], vec![]), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest; it is in use by 1 network interface (EFS mount target for fs-1 (fsmt-1))
    ");
    assert_snapshot!(kept((1..=5).map(mount_target).collect(), vec![]), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest; it is in use by 5 network interfaces (EFS mount target for fs-1 (fsmt-1), EFS mount target for fs-1 (fsmt-2), EFS mount target for fs-1 (fsmt-3) and 2 more)
    ");
    assert_snapshot!(kept(vec![of_lambda(), mount_target(1), of_lambda()], vec![naming("sg-7", "web")]), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest; it is in use by 3 network interfaces (2 of AWS Lambda VPC ENI-clean-up, EFS mount target for fs-1 (fsmt-1)) and rules of sg-7 (web)
    ");
    assert_snapshot!(kept(vec![], vec![naming("sg-7", "web"), naming("sg-8", "jobs")]), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest; it is in use by rules of sg-7 (web), sg-8 (jobs)
    ");
    // Nobody looked.
    assert_snapshot!(left(&live(PLAIN)), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest; what uses it was not measured
    ");
    assert_snapshot!(left(&{
        let mut live = leftover(PLAIN, vec![], vec![]);
        live.state.name = "default".to_owned();
        live
    }), @"
    keep ec2.security-group.site (default) sg-1 not in the manifest
      because it left the manifest; it is its VPC's own group, which AWS keeps
    ");
    assert_snapshot!(left(&leftover(&with("on-delete = 'retain'"), vec![], vec![])), @"
    keep ec2.security-group.site (site-nfs) sg-1 not in the manifest
      because it left the manifest and is retained
    ");
}

#[test]
fn those_that_only_name_each_other_leave_together() {
    let group = |id: &str, named_by: &[&str]| {
        let mut live = leftover(PLAIN, vec![], named_by.iter().map(|id| naming(id, "x")).collect());
        live.outputs = super::id(id);
        live
    };
    let ids = |groups: &[Group]| {
        let leaving = decide::leaving(groups.iter().collect());
        leaving.iter().map(|live| live.outputs.get(Outputs::ID).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[group("sg-1", &["sg-2"]), group("sg-2", &["sg-1"])]), ["sg-1", "sg-2"]);
    // One that stays keeps what it names, and what is named by that.
    let chain = [group("sg-1", &["sg-2"]), group("sg-2", &["sg-3"]), group("sg-3", &["sg-9"])];
    assert_eq!(ids(&chain), [""; 0]);
    assert_eq!(ids(&chain[..2]), [""; 0]);
}

#[test]
fn lambda_takes_its_time() {
    assert!(Holders { interfaces: vec![mount_target(1), of_lambda()], groups: vec![] }.are_of_lambda());
    assert!(
        !Holders { interfaces: vec![mount_target(1)], groups: vec![naming("sg-7", "web")] }.are_of_lambda()
    );
}

#[test]
fn the_rules_of_a_group_hang_on_it() {
    let changes = state::create(&entry(&with(NFS)));
    let stages: Vec<_> = changes.iter().map(|change| (change.describe().call, change.stage())).collect();
    assert_eq!(
        stages,
        [
            ("ec2:CreateSecurityGroup", Stage::Itself),
            ("ec2:AuthorizeSecurityGroupIngress", Stage::Parts),
            ("ec2:RevokeSecurityGroupEgress", Stage::Parts)
        ]
    );
}

/// Where nobody could say which network is meant, an entry under another key may mean this very group.
#[test]
fn what_an_entry_may_mean_is_kept_while_its_network_is_not_known() {
    let mut live = leftover(PLAIN, vec![], vec![]);
    live.tags.set(tags::ADDRESS, "ec2.security-group.before");
    live.state.name = "SITE-nfs".to_owned();
    let verb = |known: &mut Known, leftover: &Group| {
        let entries = vec![entry(PLAIN).resolved(known)];
        let (found, leftovers) = (vec![Found::Absent], vec![leftover.clone()]);
        let seen = Observation { found, leftovers, gaps: Vec::new() };
        let steps = erase::steps(entries, seen, Stacks::new(), place(), known);
        steps.last().unwrap().view().verb
    };
    let mut lost = Known::default();
    lost.note(Address::new(KindName::VPC, "main"), Fate::Unknown(denied("ec2:DescribeVpcs")));
    assert_eq!(verb(&mut lost.clone(), &live), Verb::Keep);
    // That of another network, and one of another name, are no entry's.
    assert_eq!(verb(&mut known(), &live), Verb::Delete);
    live.state.name = "other".to_owned();
    assert_eq!(verb(&mut lost, &live), Verb::Delete);
}
