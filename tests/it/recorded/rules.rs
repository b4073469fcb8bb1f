//! Rules, their targets and the policies of their functions.

use std::collections::BTreeMap;

use infra::aws::Class;
use infra::kind::{Entry, Found, Kind as _, Live};
use infra::kinds::events_rule::{EventsRule, Permission, Switch};
use infra::model::{Address, KindName, Outputs};
use serde_json::{Value, json};

use super::{entry, look, present, recordings, survey, unknown};
use crate::support::recorded::{Answer, Recording};

const DESCRIBE: &str = "events:DescribeRule";
const TARGETS: &str = "events:ListTargetsByRule";
const TAGS: &str = "events:ListTagsForResource";
const RULES: &str = "events:ListRules";
const POLICY: &str = "lambda:GetPolicy";

const ARN: &str = "arn:aws:events:us-east-1:111122223333:rule/site";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:site-cleanup";

/// The entry of the rule of this name, which knows what its function is called.
fn rule(name: &str, function: &str) -> Entry<EventsRule> {
    let mut entry =
        entry::<EventsRule>(json!({ "name": name, "schedule": "rate(1 day)", "function": "site" }));
    let names = BTreeMap::from([(Address::new(KindName::FUNCTION, "site"), function.to_owned())]);
    EventsRule::links(&mut entry.state, &mut |_, link| link.introduce(&names));
    entry
}

fn described() -> Value {
    json!({
        "Name": "site",
        "Arn": ARN,
        "ScheduleExpression": "rate(1 day)",
        "State": "ENABLED",
        "EventBusName": "default",
        "CreatedBy": "111122223333",
    })
}

fn targets() -> Value {
    json!({ "Targets": [{ "Id": "Id1", "Arn": FUNCTION }] })
}

fn tags() -> Answer {
    Answer::ok(json!({ "Tags": [{ "Key": "infra:manifest", "Value": "prereqs" }] }))
}

fn gone() -> Answer {
    Answer::error("ResourceNotFoundException", "Rule site does not exist on EventBus default.")
}

fn policy() -> Answer {
    let statement = json!({
        "Sid": "infra-1",
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": { "ArnLike": { "AWS:SourceArn": ARN } },
    });
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": [statement] });
    Answer::ok(json!({ "Policy": policy.to_string(), "RevisionId": "1" }))
}

/// What is found of the rule `site` by these answers; those that are not given are as they should be.
fn found(given: Vec<(&'static str, Answer)>) -> Found<EventsRule> {
    let usual = [
        (DESCRIBE, Answer::ok(described())),
        (TARGETS, Answer::ok(targets())),
        (TAGS, tags()),
        (POLICY, policy()),
    ];
    let mut answers: BTreeMap<_, _> = usual.into_iter().collect();
    answers.extend(given);
    look(&rule("site", "site-cleanup").state, answers.into_iter().collect())
}

#[test]
fn every_rule_is_understood() {
    let mut states = Vec::new();
    for Recording { name, answer, .. } in recordings("events", "DescribeRule") {
        let described = answer.data["Name"].as_str().unwrap_or("rule").to_owned();
        let state = rule(&described, "site-cleanup").state;
        let bare = Answer::ok(json!({ "Targets": [] }));
        let none = Answer::error("ResourceNotFoundException", "The resource you requested does not exist.");
        let is_there = answer.code().is_none();
        let answers = vec![(DESCRIBE, answer), (TARGETS, bare), (TAGS, tags()), (POLICY, none.clone())];
        if !is_there {
            let answers =
                vec![(DESCRIBE, answers[0].1.clone()), (TARGETS, gone()), (TAGS, gone()), (POLICY, none)];
            assert!(matches!(look::<EventsRule>(&state, answers), Found::Absent), "{name}");
            continue;
        }
        let live = present(look::<EventsRule>(&state, answers), &name);
        assert!(live.state.rule.pattern.is_some() && live.state.rule.schedule.is_none(), "{name}");
        assert_eq!(
            (live.state.target.is_none(), live.state.permission),
            (true, Permission::Missing),
            "{name}"
        );
        states.push(live.state.rule.switch);
    }
    assert!(states.is_empty() || states.contains(&Switch::Off) && states.contains(&Switch::On));
}

#[test]
fn every_target_is_understood() {
    for Recording { name, answer, .. } in recordings("events", "ListTargetsByRule") {
        let listed = answer.data["Targets"].as_array().unwrap().clone();
        let live = present(found(vec![(TARGETS, answer)]), &name);
        assert_eq!(
            usize::from(live.state.target.is_some()) + live.state.others.len(),
            listed.len(),
            "{name}"
        );
        for target in listed {
            let arn = target["Arn"].as_str().unwrap();
            let own = live.state.target.as_ref().unwrap();
            let is_own = own.function.value() == Some(arn);
            assert!(is_own || live.state.others.iter().any(|other| other.arn == arn), "{name}");
            if is_own {
                let more = target.get("RoleArn").is_some() || target.get("EcsParameters").is_some();
                assert_eq!(
                    (own.input.is_some(), !own.more.is_empty()),
                    (target.get("Input").is_some(), more)
                );
            }
        }
    }
}

#[test]
fn every_policy_is_understood() {
    for Recording { name, answer, .. } in recordings("lambda", "GetPolicy") {
        // None of them is ours.
        let live = present(found(vec![(POLICY, answer)]), &name);
        assert_eq!((live.state.permission, live.detail.stale), (Permission::Missing, false), "{name}");
    }
}

#[test]
fn every_list_is_understood() {
    for Recording { name, answer, .. } in recordings("events", "ListRules") {
        let listed = answer.data["Rules"].as_array().unwrap();
        let managed = listed.iter().filter(|rule| rule.get("ManagedBy").is_some()).count();
        let others = listed.len() - managed;
        // What a service manages is not asked for.
        let mut answers = vec![(RULES, answer.clone())];
        if others > 0 {
            answers.push((TAGS, Answer::ok(json!({ "Tags": [{ "Key": "App", "Value": "Custodian" }] }))));
        }
        let seen = survey::<EventsRule>(answers);
        assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]), "{name}");
        let denied = Answer::error("AccessDeniedException", "no");
        let gaps = survey::<EventsRule>(vec![(RULES, answer), (TAGS, denied)]).gaps;
        assert_eq!(gaps.len(), others, "{name}");
    }
}

#[test]
fn one_declared_as_it_is_live_has_nothing_to_do() {
    let live: Live<EventsRule> = present(found(vec![]), "site");
    assert_eq!(live.outputs.get(Outputs::ARN), Some(ARN));
    let mut want = rule("site", "site-cleanup").state;
    EventsRule::links(&mut want, &mut |_, link| {
        link.resolve(Some(Outputs::default().with(Outputs::ARN, FUNCTION)));
    });
    assert!(EventsRule::diff(&live, &want).is_empty());
    // Of several targets the one that calls the function counts.
    let two =
        json!({ "Targets": [{ "Id": "A", "Arn": format!("{FUNCTION}-2") }, { "Id": "B", "Arn": FUNCTION }] });
    let live = present(found(vec![(TARGETS, Answer::ok(two))]), "two");
    assert_eq!(live.state.target.unwrap().id.as_deref(), Some("B"));
}

#[test]
fn one_with_our_mark_is_found_by_its_tags() {
    let listed = || Answer::ok(json!({ "Rules": [described()] }));
    let more = || vec![(DESCRIBE, Answer::ok(described())), (TARGETS, Answer::ok(targets()))];
    let answers = |listed, tags| [vec![(RULES, listed), (TAGS, tags)], more()].concat();
    let seen = survey::<EventsRule>(answers(listed(), tags()));
    assert_eq!((seen.leftovers.len(), seen.gaps), (1, vec![]));
    // Whether it may invoke what it calls is of no account any more.
    assert_eq!(seen.leftovers[0].state.permission, Permission::Unread);
    // Deleted since it was listed.
    let seen = survey::<EventsRule>(answers(listed(), gone()));
    assert_eq!((seen.leftovers.len(), seen.gaps), (0, vec![]));
    for list in [json!({}), json!({ "Rules": [{ "Arn": ARN }] }), json!({ "Rules": [{ "Name": "site" }] })] {
        let seen = survey::<EventsRule>(answers(Answer::ok(list.clone()), tags()));
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1), "{list}");
    }
}

#[test]
fn only_one_error_means_that_it_is_not_there() {
    let absent = found(vec![(DESCRIBE, gone()), (TARGETS, gone()), (TAGS, gone())]);
    assert!(matches!(absent, Found::Absent));
    for call in [DESCRIBE, TARGETS, TAGS, POLICY] {
        let error = unknown(found(vec![(call, Answer::error("AccessDeniedException", "no"))]), call);
        assert_eq!((error.call.as_str(), error.class), (call, Class::Denied));
    }
    // Calls that contradict each other for good.
    for call in [DESCRIBE, TARGETS, TAGS] {
        let error = unknown(found(vec![(call, gone())]), call);
        assert!(error.message.contains("appeared or vanished"), "{error}");
    }
    // No policy is no permission.
    let live = present(found(vec![(POLICY, gone())]), "no policy");
    assert_eq!(live.state.permission, Permission::Missing);
}

/// A success without what AWS always sends: never absent, never another.
#[test]
fn an_answer_that_says_too_little_of_one_is_unknown() {
    for key in ["Name", "Arn", "State"] {
        let mut bare = described();
        bare.as_object_mut().unwrap().remove(key);
        let _ = unknown(found(vec![(DESCRIBE, Answer::ok(bare))]), key);
    }
    for call in [DESCRIBE, TARGETS, TAGS, POLICY] {
        let _ = unknown(found(vec![(call, Answer::ok(json!({})))]), call);
    }
    let other = Answer::ok(json!({ "Name": "other", "Arn": ARN, "State": "ENABLED" }));
    let _ = unknown(found(vec![(DESCRIBE, other)]), "another");
    let _ = unknown(found(vec![(POLICY, Answer::ok(json!({ "Policy": "{}" })))]), "no policy");
}
