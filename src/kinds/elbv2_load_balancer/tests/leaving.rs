//! What becomes of one that left the manifest.

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{destroyed, left};
use crate::model::tags;

fn listening(port: i32, tags: &[(&str, &str)], rules: usize) -> Listening {
    Listening { port, tags: tags.iter().copied().collect(), rules }
}

const OURS: &[(&str, &str)] = &[(tags::MANIFEST, "prereqs"), (tags::ON_DELETE, "delete")];
const KEPT: &[(&str, &str)] = &[(tags::MANIFEST, "prereqs"), (tags::ON_DELETE, "retain")];
const ANOTHERS: &[(&str, &str)] = &[(tags::MANIFEST, "other"), (tags::ON_DELETE, "delete")];

fn with_listeners(listeners: Option<Vec<Listening>>) -> String {
    let mut live = live(PUBLIC);
    live.detail.listeners = listeners;
    left(&live)
}

#[test]
fn it_is_deleted_with_the_listeners_that_are_ours() {
    let all = vec![listening(80, OURS, 0), listening(443, OURS, 0)];
    let deleted = with_listeners(Some(all));
    assert_snapshot!(deleted, @"
    delete elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      elasticloadbalancing:DeleteLoadBalancer: load-balancer site -> none
        so what listens on it goes with it; target groups stay
        so site-1234567890.us-west-2.elb.amazonaws.com is gone for good: no other one can have it
      needs --delete
    ");
    // Those go before it: what was shown must not change by that.
    assert_eq!(with_listeners(Some(Vec::new())), deleted);
}

#[test]
fn what_others_have_on_it_stays() {
    assert_snapshot!(with_listeners(None), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; what listens on it was not read
    ");
    assert_snapshot!(with_listeners(Some(vec![listening(80, OURS, 0), listening(443, &[], 0)])), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; AWS would delete with it 1 listener on port 443, which does not carry this manifest's mark
    ");
    assert_snapshot!(with_listeners(Some(vec![listening(80, ANOTHERS, 0), listening(443, ANOTHERS, 0)])), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; AWS would delete with it 2 listeners on ports 80, 443, which do not carry this manifest's mark
    ");
    assert_snapshot!(with_listeners(Some(vec![listening(443, OURS, 2)])), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; AWS would delete with it 2 rules on port 443, which no manifest declares
    ");
    assert_snapshot!(with_listeners(Some(vec![listening(80, KEPT, 1), listening(443, KEPT, 0), listening(8080, &[], 0)])), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; AWS would delete with it 1 listener on port 8080, which does not carry this manifest's mark; 2 listeners on ports 80, 443, which are to be retained; 1 rule on port 80, which no manifest declares
    ");
}

#[test]
fn deletion_protection_holds() {
    let mut live = live(&with("deletion-protection = true"));
    assert_snapshot!(left(&live), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest; its deletion protection is on: put its entry back with deletion-protection = false and apply that first, or run aws elbv2 modify-load-balancer-attributes --load-balancer-arn arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 --attributes Key=deletion_protection.enabled,Value=false
    ");
    live.tags.set(tags::ON_DELETE, "retain");
    assert_snapshot!(left(&live), @"
    keep elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because it left the manifest and is retained, with the DNS name site-1234567890.us-west-2.elb.amazonaws.com
    ");
}

#[test]
fn the_laws() {
    let also = PUBLIC.strip_prefix("name = 'site'\n").unwrap();
    let detail = |full: bool| Detail { listeners: (!full).then(Vec::new), ..Detail::default() };
    guards_hold::<Elbv2LoadBalancer>(also, detail, false);
}

#[test]
fn one_that_is_protected_is_not_destroyed() {
    let mut protected = live(PUBLIC);
    protected.state.attributes.deletion_protection = true;
    assert_snapshot!(destroyed(protected), @"
    blocked elbv2.load-balancer.site (site) arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 not in the manifest
      because its deletion protection is on: put its entry back with deletion-protection = false and apply that first, or run aws elbv2 modify-load-balancer-attributes --load-balancer-arn arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 --attributes Key=deletion_protection.enabled,Value=false
      help: settle that, then run the same command again
      $ aws elbv2 modify-load-balancer-attributes --load-balancer-arn arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 --attributes Key=deletion_protection.enabled,Value=false --region us-west-2
      $ # what listens on it goes with it
      $ aws elbv2 delete-load-balancer --load-balancer-arn arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site/50dc6c495c0c9188 --region us-west-2
    ");
}
