//! A rule in step with its entry, one thing edited, and what is decided.

mod permission;
mod raise;
mod spec;

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::*;
use crate::kind::known::Fate;
use crate::kind::testing::laws::{Naming, guards_hold_for};
use crate::kind::testing::{World, denied, in_step, left};
use crate::kind::{Found, Known};
use crate::model::{Address, tags};

pub(super) const RULE: &str = "arn:aws:events:us-west-2:111122223333:rule/site-cleanup";
pub(super) const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:site-cleanup";
const OTHER: &str = "arn:aws:lambda:us-west-2:111122223333:function:other";

const DAILY: &str = "name = 'site-cleanup'\nschedule = 'rate(1 day)'\nfunction = 'site'";

/// The entry `site`, which has been told what its function is called.
fn entry(toml: &str) -> Entry<EventsRule> {
    let mut entry = crate::kind::testing::entry::<EventsRule>(toml);
    let names = BTreeMap::from([(function(), "site-cleanup".to_owned())]);
    EventsRule::links(&mut entry.state, &mut |_, link| link.introduce(&names));
    entry
}

fn function() -> Address {
    Address::new(KindName::FUNCTION, "site")
}

/// Its function has come to this.
fn known(fate: Fate) -> Known {
    let mut known = Known::default();
    known.note(function(), fate);
    known
}

fn there() -> Known {
    known(Fate::Live(Outputs::default().with(Outputs::ARN, FUNCTION)))
}

fn live(toml: &str, edit: impl FnOnce(&mut Live<EventsRule>)) -> Live<EventsRule> {
    let mut live = in_step(&entry(toml).resolved(&there()), Detail::default());
    if let Some(target) = &mut live.state.target {
        target.id = Some("function".to_owned());
        target.function = Link::live(FUNCTION);
    }
    live.outputs = observe::brings(RULE);
    edit(&mut live);
    live
}

/// What is in step with `toml`, with a function that is there; then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Live<EventsRule>)) -> World<EventsRule> {
    World { known: there(), ..World::present(entry(toml), live(toml, edit)) }
}

fn plan(toml: &str, edit: impl FnOnce(&mut Live<EventsRule>)) -> String {
    world(toml, edit).plan()
}

fn with(more: &str) -> String {
    format!("{DAILY}\n{more}")
}

fn own(live: &mut Live<EventsRule>) -> &mut Target {
    live.state.target.as_mut().unwrap()
}

#[test]
fn what_is_absent_is_created_with_its_permission_and_its_target() {
    let absent = |known| World::<EventsRule> { known, ..World::absent(entry(DAILY)) };
    assert_snapshot!(absent(there()).plan(), @"
    create events.rule.site (site-cleanup)
      events:PutRule: name none -> site-cleanup; schedule none -> rate(1 day); enabled none -> true; tag Project none -> site; tag infra:address none -> events.rule.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      lambda:AddPermission: permission none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup)
      events:PutTargets: function none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup); retry-attempts none -> 185; maximum-event-age-seconds none -> 86400
    ");
    // Its function is made before it.
    assert!(absent(known(Fate::Coming)).plan().contains("permission none -> lambda.function.site (later)"));
    let full = with(
        "description = 'Cleans'\nenabled = false\ninput = '{\"a\": 1}'\nretry-attempts = 2\nmaximum-event-age-seconds = 3600",
    );
    assert_snapshot!(World { known: there(), ..World::absent(entry(&full)) }.plan(), @r#"
    create events.rule.site (site-cleanup)
      events:PutRule: name none -> site-cleanup; description none -> Cleans; schedule none -> rate(1 day); enabled none -> false; tag Project none -> site; tag infra:address none -> events.rule.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      lambda:AddPermission: permission none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup)
      events:PutTargets: function none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup); input none -> {"a":1}; retry-attempts none -> 2; maximum-event-age-seconds none -> 3600
      note: it is disabled: its function is not called
    "#);
}

#[test]
fn what_is_in_step_stays() {
    assert_eq!(plan(DAILY, |_| ()), "in sync events.rule.site (site-cleanup)");
    // What a target is called in its rule is nobody's affair.
    assert_eq!(plan(DAILY, |live| own(live).id = Some("Id0".to_owned())), plan(DAILY, |_| ()));
    let input = with("input = '{\"a\": 1, \"b\": [2]}'");
    let respelt = plan(&input, |live| own(live).input = Some(Input::new("{\"b\":[2],\"a\":1}")));
    assert_eq!(respelt, plan(DAILY, |_| ()));
    assert_eq!(
        plan("name = 'site-cleanup'\nschedule = ' rate( 1  day ) '\nfunction = 'site'", |_| ()),
        respelt
    );
    assert_eq!(plan(&with("description = ''"), |_| ()), respelt);
}

#[test]
fn what_the_rule_says_is_put_as_a_whole() {
    assert_snapshot!(plan(DAILY, |live| live.state.rule.schedule = Some("rate(7 days)".to_owned())), @"
    update events.rule.site (site-cleanup)
      events:PutRule: schedule rate(7 days) -> rate(1 day)
    ");
    assert_snapshot!(plan(DAILY, |live| live.state.rule.switch = Switch::Off), @"
    update events.rule.site (site-cleanup)
      events:PutRule: enabled false -> true
    ");
    assert_snapshot!(plan(&with("enabled = false"), |live| live.state.rule.switch = Switch::On), @"
    update events.rule.site (site-cleanup)
      events:PutRule: enabled true -> false
        so its function is not called any more
      note: it is disabled: its function is not called
    ");
    assert_snapshot!(plan(DAILY, |live| {
        live.state.rule.description = Some("of others".to_owned());
        live.state.rule.pattern = Some("{\"source\":[\"aws.ec2\"]}".to_owned());
        live.state.rule.role = Some("arn:aws:iam::111122223333:role/x".to_owned());
        live.state.rule.switch = Switch::Other("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS".to_owned());
    }), @r#"
    update events.rule.site (site-cleanup)
      events:PutRule: description of others -> none; event pattern {"source":["aws.ec2"]} -> none; enabled ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS -> true; role arn:aws:iam::111122223333:role/x -> none
    "#);
}

#[test]
fn targets_are_exclusive() {
    assert_snapshot!(plan(DAILY, |live| live.state.target = None), @"
    update events.rule.site (site-cleanup)
      events:PutTargets: function none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup); retry-attempts none -> 185; maximum-event-age-seconds none -> 86400
    ");
    assert_snapshot!(plan(DAILY, |live| {
        let target = own(live);
        target.input = Some(Input::new("{}"));
        target.retries = 0;
        target.age = 60;
        target.more = vec!["a dead-letter queue"];
    }), @"
    update events.rule.site (site-cleanup)
      events:PutTargets: input {} -> none; retry-attempts 0 -> 185; maximum-event-age-seconds 60 -> 86400; what else the target has a dead-letter queue -> none
    ");
    let queue = Other { id: "q".to_owned(), arn: "arn:aws:sqs:us-west-2:111122223333:q".to_owned() };
    assert_snapshot!(plan(DAILY, |live| live.state.others = vec![queue.clone()]), @"
    update events.rule.site (site-cleanup)
      events:RemoveTargets: target q arn:aws:sqs:us-west-2:111122223333:q -> none
    ");
    // Another function: its permission goes while the target still names it.
    assert_snapshot!(plan(DAILY, |live| {
        own(live).function = Link::live(OTHER);
        live.state.permission = Permission::Missing;
    }), @"
    update events.rule.site (site-cleanup)
      lambda:AddPermission: permission none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup)
      lambda:RemovePermission: permission other -> none
      events:PutTargets: function arn:aws:lambda:us-west-2:111122223333:function:other -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup)
    ");
    // An alias has a policy of its own, and a queue has none of ours.
    let others = [&format!("{FUNCTION}:live"), &queue.arn, &OTHER.replace("111122223333", "444455556666")];
    for arn in others {
        let plan = plan(DAILY, |live| own(live).function = Link::live(arn));
        assert!(plan.contains("events:PutTargets") && !plan.contains("RemovePermission"), "{plan}");
    }
}

#[test]
fn a_permission_that_is_gone_or_changed_is_drift() {
    assert_snapshot!(plan(DAILY, |live| live.state.permission = Permission::Missing), @"
    update events.rule.site (site-cleanup)
      lambda:AddPermission: permission none -> lambda.function.site (arn:aws:lambda:us-west-2:111122223333:function:site-cleanup)
    ");
    assert_snapshot!(plan(DAILY, |live| live.detail.stale = true), @"
    update events.rule.site (site-cleanup)
      lambda:RemovePermission: permission site-cleanup, what is too much -> none
    ");
    // One that is not as it should be stays until a right one is there.
    let both = plan(DAILY, |live| {
        live.state.permission = Permission::Missing;
        live.detail.stale = true;
    });
    assert!(both.find("AddPermission").unwrap() < both.find("RemovePermission").unwrap(), "{both}");
}

#[test]
fn a_function_that_is_made_again_keeps_its_name_and_so_its_target() {
    let gone =
        |edit: fn(&mut Live<EventsRule>)| World { known: known(Fate::Coming), ..world(DAILY, edit) }.plan();
    assert_snapshot!(gone(|live| live.state.permission = Permission::Missing), @"
    update events.rule.site (site-cleanup)
      lambda:AddPermission: permission none -> lambda.function.site (later)
    ");
    // What is shown while the function is away is what is done once it is there.
    let retries: fn(&mut Live<EventsRule>) = |live| own(live).retries = 3;
    assert_eq!(gone(retries), plan(DAILY, retries));
}

#[test]
fn what_the_entry_leaves_alone_stays() {
    let ignoring = with(
        "ignore = ['description', 'schedule', 'enabled', 'input', 'retry-attempts', 'maximum-event-age-seconds']",
    );
    let edited = plan(&ignoring, |live| {
        live.state.rule.description = Some("by hand".to_owned());
        live.state.rule.schedule = Some("rate(2 days)".to_owned());
        live.state.rule.switch = Switch::Off;
        let target = own(live);
        target.input = Some(Input::new("[]"));
        target.retries = 1;
        target.age = 61;
    });
    assert_eq!(edited, plan(DAILY, |_| ()));
}

#[test]
fn whose_it_is_decides() {
    assert_snapshot!(plan(DAILY, |live| live.tags = Tags::from_iter([("Project", "site")])), @"
    adopt events.rule.site (site-cleanup)
      events:TagResource: tag infra:address none -> events.rule.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      needs --adopt
    ");
    assert_snapshot!(plan(DAILY, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked events.rule.site (site-cleanup)
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(plan(DAILY, |live| {
        live.tags = Tags::default();
        live.service = Some("the AWS service autoscaling.amazonaws.com".to_owned());
    }), @"
    blocked events.rule.site (site-cleanup)
      because it is managed by the AWS service autoscaling.amazonaws.com
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
    assert_snapshot!(World { found: Found::Unknown(denied("events:DescribeRule")), ..world(DAILY, |_| ()) }.plan(), @"
    unknown events.rule.site (site-cleanup)
      because events:DescribeRule on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
}

#[test]
fn what_left_goes_with_its_permission_first() {
    let left = |toml: &str, edit: fn(&mut Live<EventsRule>)| {
        left(&live(toml, |live| {
            live.state.permission = Permission::Unread;
            edit(live);
        }))
    };
    assert_snapshot!(left(DAILY, |_| ()), @"
    delete events.rule.site (site-cleanup) not in the manifest
      lambda:RemovePermission: permission site-cleanup -> none
      events:RemoveTargets: target function arn:aws:lambda:us-west-2:111122223333:function:site-cleanup -> none
      events:DeleteRule: rule site-cleanup -> none
        so nothing calls its function at that time any more
      needs --delete
    ");
    // Cut off: what is left of it.
    assert_snapshot!(left(DAILY, |live| live.state.target = None), @"
    delete events.rule.site (site-cleanup) not in the manifest
      events:DeleteRule: rule site-cleanup -> none
        so nothing calls its function at that time any more
      needs --delete
    ");
    let kept = left(&with("on-delete = 'retain'"), |_| ());
    assert!(kept.starts_with("keep events.rule.site"), "{kept}");
    // Of another service there is nothing but the target to take off.
    let queue = left(DAILY, |live| own(live).function = Link::live("arn:aws:sqs:us-west-2:111122223333:q"));
    assert!(queue.contains("RemoveTargets") && !queue.contains("RemovePermission"), "{queue}");
}

#[test]
fn settings_are_all_that_is_set() {
    let words = |state: &State| {
        let settings = state::settings(state).into_iter();
        settings.map(|it| format!("{}: {:?}", it.field, it.value)).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(words(&live(DAILY, |_| ()).state), @r#"
    name: Text("site-cleanup")
    schedule: Text("rate(1 day)")
    enabled: Text("true")
    function: Text("arn:aws:lambda:us-west-2:111122223333:function:site-cleanup")
    retry-attempts: Text("185")
    maximum-event-age-seconds: Text("86400")
    permission: Text("given")
    "#);
    let bare = live(DAILY, |live| {
        live.state.target = None;
        live.state.permission = Permission::Missing;
    });
    assert_snapshot!(words(&bare.state), @r#"
    name: Text("site-cleanup")
    schedule: Text("rate(1 day)")
    enabled: Text("true")
    function: Absent
    permission: Absent
    "#);
}

#[test]
fn nothing_is_done_without_a_word_for_it() {
    let also = "schedule = 'rate(1 day)'\nfunction = 'site'";
    let naming =
        Naming { names: ["team-a", "team-b", "team-c", "team-d"], says: |name| format!("name = '{name}'") };
    guards_hold_for::<EventsRule>(naming, also, |_| Detail::default(), false);
}
