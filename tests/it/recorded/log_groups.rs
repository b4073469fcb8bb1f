//! Log groups that the tagging API names, each of which is then read itself.

use infra::kind::Observation;
use infra::kinds::logs_log_group::LogsLogGroup;
use serde_json::{Value, json};

use super::survey;
use crate::support::recorded::{self, Answer, Recording};

const TAGGED: &str = "tag:GetResources";
const DESCRIBE: &str = "logs:DescribeLogGroups";
const TAGS: &str = "logs:ListTagsForResource";

const ARN: &str = "arn:aws:logs:us-east-1:111122223333:log-group:/site";

fn named(arns: &[&str]) -> Answer {
    let list: Vec<_> = arns.iter().map(|arn| json!({ "ResourceARN": arn, "Tags": [] })).collect();
    Answer::ok(json!({ "PaginationToken": "", "ResourceTagMappingList": list }))
}

fn described(names: &[&str]) -> Answer {
    let group = |name: &&str| {
        let arn = format!("arn:aws:logs:us-east-1:111122223333:log-group:{name}");
        json!({
            "logGroupName": name, "logGroupArn": arn, "arn": format!("{arn}:*"), "creationTime": 1_790_000_000_000_u64,
            "metricFilterCount": 0, "storedBytes": 0, "logGroupClass": "STANDARD",
        })
    };
    Answer::ok(json!({ "logGroups": names.iter().map(group).collect::<Vec<_>>() }))
}

fn tags(manifest: &str) -> Answer {
    Answer::ok(json!({ "tags": { "infra:manifest": manifest, "infra:address": "logs.log-group.site" } }))
}

fn seen(named: Answer, described: Answer, tags: Answer) -> Observation<LogsLogGroup> {
    survey(vec![(TAGGED, named), (DESCRIBE, described), (TAGS, tags)])
}

#[test]
fn only_what_a_group_itself_says_counts() {
    let gone = || Answer::error("ResourceNotFoundException", "The specified resource does not exist.");
    for arn in [ARN.to_owned(), format!("{ARN}:*")] {
        let ours = seen(named(&[&arn]), described(&["/site/longer", "/site"]), tags("prereqs"));
        let names: Vec<_> = ours.leftovers.iter().map(|live| live.state.name.as_str()).collect();
        assert_eq!((names, ours.gaps), (vec!["/site"], vec![]), "{arn}");
    }
    // What carried the mark minutes ago may be somebody else's by now, or gone.
    let others = seen(named(&[ARN]), described(&["/site"]), tags("other"));
    let deleted = seen(named(&[ARN]), described(&[]), gone());
    let destination = "arn:aws:logs:us-east-1:111122223333:destination:site";
    let another = seen(named(&[destination]), described(&[]), gone());
    for seen in [others, deleted, another] {
        assert!(seen.leftovers.is_empty() && seen.gaps.is_empty(), "{:?}", seen.gaps);
    }
}

#[test]
fn what_cannot_be_asked_is_a_gap() {
    let denied = || Answer { status: 403, ..Answer::error("AccessDeniedException", "no") };
    let list = |list: Value| Answer::ok(json!({ "ResourceTagMappingList": list }));
    for (named, call) in [
        (denied(), TAGGED),
        (Answer::ok(json!({ "PaginationToken": "" })), TAGGED),
        (list(json!([{ "Tags": [] }])), TAGGED),
    ] {
        let seen = seen(named, described(&[]), tags("prereqs"));
        assert_eq!((seen.leftovers.len(), seen.gaps.len()), (0, 1));
        assert_eq!(seen.gaps[0].call, call);
    }
    let unread = seen(named(&[ARN]), described(&["/site"]), denied());
    assert_eq!((unread.leftovers.len(), unread.gaps[0].call.as_str()), (0, TAGS));
}

/// None of these is a log group: each is passed over.
#[test]
fn every_answer_of_the_tagging_api_is_understood() {
    let Some(folder) = recorded::folder() else { return };
    for Recording { name, answer, .. } in recorded::of(&folder, "tagging", "GetResources") {
        let failed = answer.code().is_some();
        let seen = seen(answer, described(&[]), tags("prereqs"));
        assert!(seen.leftovers.is_empty() && seen.gaps.is_empty() != failed, "{name}: {:?}", seen.gaps);
    }
}
