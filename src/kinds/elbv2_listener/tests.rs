//! A listener in step with its entry, one thing edited, and what is decided.

mod checks;
mod spec;

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::*;
use crate::aws::stack::Standing;
use crate::kind::known::Fate;
use crate::kind::testing::laws::{Naming, guards_hold_for};
use crate::kind::testing::{World, denied, in_step, left};
use crate::kind::{Found, Known};
use crate::model::{Address, Shown, tags};

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site-alb/50dc6c495c0c9188";
const LISTENER: &str = "arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2";

const HTTPS: &str = "load-balancer = 'site'\nport = 443\nprotocol = 'https'\ncertificate = 'site'\n\
    fixed-response = { status = 200, body = 'No target configured' }";
const HTTP: &str = "load-balancer = 'site'\nport = 80\nprotocol = 'http'\n\
    redirect = { protocol = 'https', port = 443, permanent = true }";

type Port = Live<Elbv2Listener>;

fn certificate(key: &str) -> String {
    format!("arn:aws:acm:us-west-2:111122223333:certificate/{key}")
}

/// The entry `site`, which has been told what its load balancer is called.
fn entry(toml: &str) -> Entry<Elbv2Listener> {
    let mut entry = crate::kind::testing::entry::<Elbv2Listener>(toml);
    let names = BTreeMap::from([(balancer(), "site-alb".to_owned())]);
    Elbv2Listener::links(&mut entry.state, &mut |_, link| link.introduce(&names));
    entry
}

fn balancer() -> Address {
    Address::new(KindName::LOAD_BALANCER, "site")
}

/// Its load balancer has come to this, and every certificate is found.
fn known(fate: Fate) -> Known {
    let mut known = Known::default();
    known.note(balancer(), fate);
    for key in ["site", "other", "third"] {
        let outputs = Outputs::default().with(Outputs::ARN, certificate(key));
        known.note(Address::new(KindName::CERTIFICATE, key), Fate::Live(outputs));
    }
    known
}

fn there() -> Known {
    known(Fate::Live(Outputs::default().with(Outputs::ARN, BALANCER)))
}

fn live(toml: &str, edit: impl FnOnce(&mut Port)) -> Port {
    let mut live = in_step(&entry(toml).resolved(&there()), Detail::default());
    let State { port, tls, action, .. } = live.state;
    let tls = tls.map(|tls| Tls {
        certificate: Link::live(tls.certificate.value().unwrap()),
        extra: tls.extra.iter().map(|link| Link::live(link.value().unwrap())).collect(),
        ..tls
    });
    live.state = State::live(BALANCER, port, tls, action);
    live.outputs = observe::brings(LISTENER);
    edit(&mut live);
    live
}

/// What is in step with `toml`, on a load balancer that is there; then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Port)) -> World<Elbv2Listener> {
    World { known: there(), ..World::present(entry(toml), live(toml, edit)) }
}

fn plan(toml: &str, edit: impl FnOnce(&mut Port)) -> String {
    world(toml, edit).plan()
}

fn tls(live: &mut Port) -> &mut Tls {
    live.state.tls.as_mut().unwrap()
}

#[test]
fn what_is_absent_is_created() {
    let absent = |toml, known| World { known, ..World::absent(entry(toml)) }.plan();
    assert_snapshot!(absent(HTTP, known(Fate::Coming)), @"
    create elbv2.listener.site (site-alb:80)
      elasticloadbalancing:CreateListener: load-balancer none -> elbv2.load-balancer.site (later); port none -> 80; protocol none -> http; default action none -> redirect to https://#{host}:443/#{path}?#{query}, permanent (301); tag Project none -> site; tag infra:address none -> elbv2.listener.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so port 80 answers whomever the load balancer's security groups let in
    ");
    assert_snapshot!(absent(HTTPS, there()), @r#"
    create elbv2.listener.site (site-alb:443)
      elasticloadbalancing:CreateListener: load-balancer none -> elbv2.load-balancer.site (arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site-alb/50dc6c495c0c9188); port none -> 443; protocol none -> https; tls-policy none -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; certificate none -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site); default action none -> fixed response 200 text/plain "No target configured"; tag Project none -> site; tag infra:address none -> elbv2.listener.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so port 443 answers whomever the load balancer's security groups let in
    "#);
    // Each certificate is a call (API `AddListenerCertificates`).
    let more = format!("{HTTPS}\nextra-certificates = ['other', 'third']");
    assert_snapshot!(absent(&more, there()), @r#"
    create elbv2.listener.site (site-alb:443)
      elasticloadbalancing:CreateListener: load-balancer none -> elbv2.load-balancer.site (arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site-alb/50dc6c495c0c9188); port none -> 443; protocol none -> https; tls-policy none -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; certificate none -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site); default action none -> fixed response 200 text/plain "No target configured"; tag Project none -> site; tag infra:address none -> elbv2.listener.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so port 443 answers whomever the load balancer's security groups let in
      elasticloadbalancing:AddListenerCertificates: extra-certificates none -> lookup.certificate.other (arn:aws:acm:us-west-2:111122223333:certificate/other)
      elasticloadbalancing:AddListenerCertificates: extra-certificates none -> lookup.certificate.third (arn:aws:acm:us-west-2:111122223333:certificate/third)
    "#);
}

#[test]
fn without_what_it_names_nothing_is_made() {
    let absent = |known| World { known, ..World::absent(entry(HTTPS)) }.plan();
    assert_snapshot!(absent(known(Fate::Blocked(None))), @"
    blocked elbv2.listener.site (site-alb:443)
      because it names elbv2.load-balancer.site, which is blocked
      help: see there; once that is settled, this one follows
    ");
    let unread = Fate::Unknown(denied("elasticloadbalancing:DescribeLoadBalancers"));
    assert_snapshot!(absent(known(unread)), @"
    unknown elbv2.listener.site (site-alb:443)
      because it names elbv2.load-balancer.site, which could not be read
    ");
    let mut ambiguous = there();
    ambiguous.note(Address::new(KindName::CERTIFICATE, "site"), Fate::Blocked(None));
    assert_snapshot!(absent(ambiguous), @"
    blocked elbv2.listener.site (site-alb:443)
      because it names lookup.certificate.site, which is blocked
      help: see there; once that is settled, this one follows
    ");
}

#[test]
fn what_is_in_step_stays() {
    for toml in [HTTP, HTTPS, &format!("{HTTPS}\nextra-certificates = ['third', 'other']")] {
        let plan = plan(toml, |_| ());
        assert!(plan.starts_with("in sync elbv2.listener.site (site-alb:") && !plan.contains('\n'), "{plan}");
    }
    // Whether the default certificate stands among the others too makes no difference.
    let twice = |live: &mut Port| tls(live).extra.push(Link::live(certificate("site")));
    assert_eq!(plan(HTTPS, twice), plan(HTTPS, |_| ()));
    let by_another_key = format!("{HTTPS}\nextra-certificates = ['same']");
    let mut world = world(HTTPS, |_| ());
    world.entry = entry(&by_another_key);
    let same = Outputs::default().with(Outputs::ARN, certificate("site"));
    world.known.note(Address::new(KindName::CERTIFICATE, "same"), Fate::Live(same));
    assert_eq!(world.plan(), plan(HTTPS, |_| ()));
}

#[test]
fn whatever_differs_is_set_by_one_call() {
    let forward = |live: &mut Port| live.state.action = Action::Other("forward to site-blue".to_owned());
    assert_snapshot!(plan(HTTPS, forward), @r#"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: default action forward to site-blue -> fixed response 200 text/plain "No target configured"
        so requests that no rule takes no longer reach what answers them now
    "#);
    assert_snapshot!(plan(HTTPS, |live| {
        tls(live).policy = "ELBSecurityPolicy-2016-08".to_owned();
        tls(live).certificate = Link::live(certificate("other"));
        forward(live);
        live.tags.set("Project", "other");
    }), @r#"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:AddTags: tag Project other -> site
      elasticloadbalancing:ModifyListener: tls-policy ELBSecurityPolicy-2016-08 -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; certificate arn:aws:acm:us-west-2:111122223333:certificate/other -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site); default action forward to site-blue -> fixed response 200 text/plain "No target configured"
        so requests that no rule takes no longer reach what answers them now
    "#);
    assert_snapshot!(plan(HTTP, |live| {
        let Action::Redirect(redirect) = &mut live.state.action else { unreachable!() };
        redirect.permanent = false;
        redirect.query = String::new();
        redirect.protocol = "#{protocol}".to_owned();
        redirect.port = "8443".to_owned();
    }), @"
    update elbv2.listener.site (site-alb:80) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: default action redirect to #{protocol}://#{host}:8443/#{path}, temporary (302) -> redirect to https://#{host}:443/#{path}?#{query}, permanent (301)
    ");
    let none = |live: &mut Port| {
        let Action::FixedResponse(response) = &mut live.state.action else { unreachable!() };
        response.body.clear();
    };
    assert_snapshot!(plan(HTTPS, none), @r#"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: default action fixed response 200 text/plain, no body -> fixed response 200 text/plain "No target configured"
    "#);
}

#[test]
fn a_long_body_is_a_document() {
    let page = "load-balancer = 'site'\nport = 80\nprotocol = 'http'\n\
        fixed-response = { status = 503, content-type = 'text/html', body = \"<h1>\\nBack soon\\n</h1>\" }";
    let view = world(page, |live| live.state.action = Action::Other("forward to blue".to_owned())).view();
    let action = &view.changes[0].fields[0];
    let summary = "fixed response 503 text/html, 20 characters";
    assert_eq!(action.after, Shown::document(summary, "<h1>\nBack soon\n</h1>"));
}

#[test]
fn what_weakens_tls_is_exposure() {
    let old = format!("{HTTPS}\ntls-policy = 'ELBSecurityPolicy-TLS13-1-0-2021-06'");
    let strong = |live: &mut Port| tls(live).policy = tls::DEFAULT.to_owned();
    assert_snapshot!(plan(&old, strong), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: tls-policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 -> ELBSecurityPolicy-TLS13-1-0-2021-06
        so clients that speak no better than TLS 1.0 are let in again
        risk Exposes
    ");
    // The other way it is not.
    assert_snapshot!(plan(HTTPS, |live| tls(live).policy = "ELBSecurityPolicy-TLS13-1-0-2021-06".to_owned()), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: tls-policy ELBSecurityPolicy-TLS13-1-0-2021-06 -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09
    ");
    let asked = |verifies, words: &str| Some(Mutual { verifies, words: words.to_owned() });
    assert_snapshot!(plan(HTTPS, |live| tls(live).mutual = asked(true, "verify, trust store staff")), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: mutual authentication verify, trust store staff -> none
        so clients without a certificate of their own are let in
        risk Exposes
    ");
    assert_snapshot!(plan(HTTPS, |live| tls(live).mutual = asked(false, "passthrough")), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: mutual authentication passthrough -> none
        so what answers is no longer told the certificates of clients
    ");
}

#[test]
fn tls_comes_and_goes_with_the_protocol() {
    let more = format!("{HTTPS}\nextra-certificates = ['other']");
    // First TLS, then what needs it.
    assert_snapshot!(plan(&more, |live| live.state.tls = None), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: protocol http -> https; tls-policy none -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; certificate none -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site)
        so whoever speaks plain HTTP on port 443 is turned away
      elasticloadbalancing:AddListenerCertificates: extra-certificates none -> lookup.certificate.other (arn:aws:acm:us-west-2:111122223333:certificate/other)
    ");
    let plain = more.replace("'https'", "'http'").replace("certificate = 'site'\n", "");
    let plain = plain.replace("\nextra-certificates = ['other']", "");
    let mut world = world(&more, |live| tls(live).mutual = None);
    world.entry = entry(&plain);
    assert_snapshot!(world.plan(), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: protocol https -> http; tls-policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 -> none; certificate arn:aws:acm:us-west-2:111122223333:certificate/site -> none; extra-certificates arn:aws:acm:us-west-2:111122223333:certificate/other -> none
        so what passes is no longer encrypted: whoever is on the way can read it
        risk Exposes
    ");
}

#[test]
fn certificates_are_added_before_one_goes() {
    let more = format!("{HTTPS}\nextra-certificates = ['other']");
    assert_snapshot!(plan(&more, |live| {
        tls(live).certificate = Link::live(certificate("third"));
        tls(live).extra = vec![Link::live(certificate("foreign"))];
    }), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:AddListenerCertificates: extra-certificates none -> lookup.certificate.other (arn:aws:acm:us-west-2:111122223333:certificate/other)
      elasticloadbalancing:ModifyListener: certificate arn:aws:acm:us-west-2:111122223333:certificate/third -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site)
      elasticloadbalancing:RemoveListenerCertificates: extra-certificates arn:aws:acm:us-west-2:111122223333:certificate/foreign -> none
        so clients that ask for its domains are shown another certificate
    ");
    // What becomes the default need not be taken from the others; AWS would refuse it.
    assert_snapshot!(plan(HTTPS, |live| {
        tls(live).certificate = Link::live(certificate("third"));
        tls(live).extra = vec![Link::live(certificate("site"))];
    }), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:ModifyListener: certificate arn:aws:acm:us-west-2:111122223333:certificate/third -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site)
    ");
}

#[test]
fn what_is_ignored_is_left_alone() {
    let ignored = |fields: &str| format!("{HTTPS}\nextra-certificates = ['other']\nignore = [{fields}]");
    let drifted = |live: &mut Port| {
        live.state.action = Action::Other("forward to site-blue".to_owned());
        *tls(live) = Tls {
            policy: "ELBSecurityPolicy-2016-08".to_owned(),
            certificate: Link::live(certificate("third")),
            extra: Vec::new(),
            mutual: None,
        };
    };
    let all = "'certificate', 'extra-certificates', 'tls-policy', 'fixed-response'";
    let plan = plan(&ignored(all), drifted);
    assert!(plan.starts_with("in sync"), "{plan}");
    // Either name of the action means it.
    let other = super::tests::plan(&ignored(&all.replace("fixed-response", "redirect")), drifted);
    assert_eq!(other, plan);
    assert_snapshot!(super::tests::plan(&ignored("'fixed-response'"), drifted), @"
    update elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:AddListenerCertificates: extra-certificates none -> lookup.certificate.other (arn:aws:acm:us-west-2:111122223333:certificate/other)
      elasticloadbalancing:ModifyListener: tls-policy ELBSecurityPolicy-2016-08 -> ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; certificate arn:aws:acm:us-west-2:111122223333:certificate/third -> lookup.certificate.site (arn:aws:acm:us-west-2:111122223333:certificate/site)
    ");
}

#[test]
fn rules_of_others_are_told_and_keep_it() {
    let ruled = |live: &mut Port| live.detail.rules = vec!["1".to_owned(), "20".to_owned()];
    assert_snapshot!(plan(HTTPS, ruled), @"
    in sync elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      note: it also has 2 rules (priority 1, 20) of others: asked first, and left alone
    ");
    assert_snapshot!(left(&live(HTTPS, ruled)), @"
    keep elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2 not in the manifest
      because it left the manifest; it has 2 rules (priority 1, 20) of others
    ");
    assert_snapshot!(left(&live(&format!("{HTTPS}\non-delete = 'retain'"), ruled)), @"
    keep elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2 not in the manifest
      because it left the manifest and is retained, with 2 rules (priority 1, 20)
    ");
    assert_snapshot!(left(&live(HTTPS, |_| ())), @"
    delete elbv2.listener.site (site-alb:443) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2 not in the manifest
      elasticloadbalancing:DeleteListener: listener site-alb:443 -> none
        so nothing answers on port 443 from now on
      needs --delete
    ");
    assert_eq!(Elbv2Listener::part_of(&live(HTTPS, |_| ())), Some((KindName::LOAD_BALANCER, BALANCER)));
}

#[test]
fn another_port_is_another_listener() {
    let mut world = World { known: there(), ..World::absent(entry(&HTTPS.replace("443", "8443"))) };
    world.leftovers.push(live(HTTPS, |_| ()));
    assert_snapshot!(world.plan(), @"
    blocked elbv2.listener.site (site-alb:8443)
      because its name changed from `site-alb:443`, which is live and ours, to `site-alb:8443`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was
    ");
}

#[test]
fn the_owner_decides_who_may_change_it() {
    assert_snapshot!(plan(HTTP, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked elbv2.listener.site (site-alb:80) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(world(HTTP, |_| ()).stack(Ok(Standing::Owns)).plan(), @"
    blocked elbv2.listener.site (site-alb:80) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      because it belongs to the CloudFormation stack `legacy`, which is live
      help: give it DeletionPolicy Retain there, deploy, take it out of the template or delete the stack, then plan again
    ");
    assert_snapshot!(plan(HTTP, |live| live.tags = Tags::from_iter([("Team", "web")])), @"
    adopt elbv2.listener.site (site-alb:80) arn:aws:elasticloadbalancing:us-west-2:111122223333:listener/app/site-alb/50dc6c495c0c9188/f2f7dc8efc522ab2
      elasticloadbalancing:AddTags: tag Project none -> site; tag infra:address none -> elbv2.listener.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      needs --adopt
      (1 other tag is left alone)
    ");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World { known: there(), ..World::absent(entry(HTTP)) };
    world.found = Found::Unknown(denied("elasticloadbalancing:DescribeListeners"));
    assert_snapshot!(world.plan(), @"
    unknown elbv2.listener.site (site-alb:80)
      because elasticloadbalancing:DescribeListeners on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
}

#[test]
fn every_setting_is_shown() {
    let more = format!("{HTTPS}\nextra-certificates = ['other']");
    let live = live(&more, |live| {
        tls(live).mutual = Some(Mutual { verifies: false, words: "passthrough".to_owned() });
    });
    let settings = Elbv2Listener::settings(&live.state).into_iter();
    let lines: Vec<_> = settings.map(|it| format!("{}: {:?}", it.field, it.value)).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    load-balancer: Text("arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/site-alb/50dc6c495c0c9188")
    port: Text("443")
    protocol: Text("https")
    tls-policy: Text("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    certificate: Text("arn:aws:acm:us-west-2:111122223333:certificate/site")
    mutual authentication: Text("passthrough")
    default action: Text("fixed response 200 text/plain \"No target configured\"")
    extra-certificates: Text("arn:aws:acm:us-west-2:111122223333:certificate/other")
    "#);
}

#[test]
fn live_and_declared_are_called_alike() {
    assert_eq!(Elbv2Listener::name(&entry(HTTP).state), "site-alb:80");
    assert_eq!(Elbv2Listener::name(&live(HTTP, |_| ()).state), "site-alb:80");
    // Two entries for one port clash before anybody knows what the load balancer is called.
    let unnamed = crate::kind::testing::entry::<Elbv2Listener>(HTTP);
    assert_eq!(Elbv2Listener::claim(&unnamed.state), "elbv2.load-balancer.site:80");
}

#[test]
fn the_laws() {
    let naming = Naming {
        names: [
            "elbv2.load-balancer.site:80",
            "elbv2.load-balancer.site:81",
            "elbv2.load-balancer.site:82",
            "elbv2.load-balancer.site:83",
        ],
        says: |name| format!("port = {}", name.rsplit(':').next().unwrap()),
    };
    let also = "load-balancer = 'site'\nprotocol = 'http'\nfixed-response = { status = 404 }";
    let detail = |full| Detail { rules: if full { vec!["1".to_owned()] } else { Vec::new() } };
    guards_hold_for::<Elbv2Listener>(naming, also, detail, false);
}
