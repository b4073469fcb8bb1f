//! A log group in step with its entry, one thing edited, and what is decided.

use insta::assert_snapshot;

use super::*;
use crate::kind::Found;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, deltas, denied, entry, in_step, left, try_entry};
use crate::model::{Tags, tags};

const PLAIN: &str = "name = '/team/site'\nretention-days = 30";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const IN_SYNC: &str = "in sync logs.log-group.site (/team/site)";

fn with(more: &str) -> String {
    format!("name = '/team/site'\n{more}")
}

fn live(toml: &str, edit: impl FnOnce(&mut Live<LogsLogGroup>)) -> Live<LogsLogGroup> {
    let mut live = in_step(&entry::<LogsLogGroup>(toml), Detail { bytes: Some(3 << 30) });
    edit(&mut live);
    live
}

fn plan(toml: &str, edit: impl FnOnce(&mut Live<LogsLogGroup>)) -> String {
    World::present(entry(toml), live(toml, edit)).plan()
}

fn problems(toml: &str) -> String {
    let problems = try_entry::<LogsLogGroup>(toml).err().unwrap_or_default();
    problems.iter().flat_map(|problem| [problem.to_string(), "\n".to_owned()]).collect()
}

#[test]
fn what_is_absent_is_created_and_its_retention_set() {
    assert_snapshot!(World::<LogsLogGroup>::absent(entry(PLAIN)).plan(), @"
    create logs.log-group.site (/team/site)
      logs:CreateLogGroup: name none -> /team/site; kms-key none -> AWS's own; class none -> STANDARD; deletion-protection none -> false; tag Project none -> site; tag infra:address none -> logs.log-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      logs:PutRetentionPolicy: retention-days for ever -> 30
    ");
    let forever = World::<LogsLogGroup>::absent(entry(&with("keep-for-ever = true"))).view();
    assert_eq!(forever.changes.len(), 1, "what is just made keeps logs for ever");
}

#[test]
fn what_is_in_step_is_left_alone() {
    for toml in
        [PLAIN, &with("keep-for-ever = true"), &with(&format!("retention-days = 1\nkms-key = '{KEY}'"))]
    {
        assert_eq!(plan(toml, |_| ()), IN_SYNC, "{toml}");
    }
}

#[test]
fn how_long_logs_are_kept_has_to_be_said() {
    assert_snapshot!(problems("name = '/team/site'"), @": it does not say how long logs are kept");
    assert_snapshot!(problems(&with("retention-days = 30\nkeep-for-ever = true")), @"keep-for-ever: logs are kept for ever, or for `retention-days`");
    assert_snapshot!(problems(&with("retention-days = 31")), @"retention-days: AWS does not keep logs for so many days");
    assert_snapshot!(problems("name = 'aws/site'\nretention-days = 30"), @"name: a log group's name must not begin with `aws/`");
    assert_snapshot!(problems("name = 'the site'\nretention-days = 30"), @"name: this is no valid name of a log group");
    for key in [
        "alias/site",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:us-west-2:111122223333:alias/site",
    ] {
        let found = problems(&with(&format!("retention-days = 30\nkms-key = '{key}'")));
        assert_eq!(found, "kms-key: this is no ARN of a KMS key\n", "{key}");
    }
}

/// The closed list of API `PutRetentionPolicy`.
#[test]
fn aws_keeps_logs_for_some_days_and_no_others() {
    let taken = (0..=4000_u16).filter(|days| problems(&with(&format!("retention-days = {days}"))).is_empty());
    let expected = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
    ];
    assert_eq!(taken.collect::<Vec<_>>(), expected);
}

#[test]
fn logs_that_would_go_are_said_and_asked_for() {
    assert_snapshot!(plan(PLAIN, |live| live.state.retention = None), @"
    update logs.log-group.site (/team/site)
      logs:PutRetentionPolicy: retention-days for ever -> 30
        so what is older than 30 days of 3.0 GiB of logs, within three days; that cannot be undone
        risk DestroysData
      needs --allow-expire
    ");
    assert_snapshot!(plan(PLAIN, |live| {
        live.state.retention = Some(90);
        live.detail.bytes = None;
    }), @"
    update logs.log-group.site (/team/site)
      logs:PutRetentionPolicy: retention-days 90 -> 30
        so what is older than 30 days of logs that were not counted, within three days; that cannot be undone
        risk DestroysData
      needs --allow-expire
    ");
    // Nothing is there to lose, or it is kept for longer.
    assert_snapshot!(plan(PLAIN, |live| {
        live.state.retention = None;
        live.detail.bytes = Some(0);
    }), @"
    update logs.log-group.site (/team/site)
      logs:PutRetentionPolicy: retention-days for ever -> 30
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.retention = Some(7)), @"
    update logs.log-group.site (/team/site)
      logs:PutRetentionPolicy: retention-days 7 -> 30
    ");
    assert_snapshot!(plan(&with("keep-for-ever = true"), |live| live.state.retention = Some(7)), @"
    update logs.log-group.site (/team/site)
      logs:DeleteRetentionPolicy: retention-days 7 -> for ever
    ");
}

#[test]
fn a_key_is_put_and_taken_away() {
    assert_snapshot!(plan(&with(&format!("retention-days = 30\nkms-key = '{KEY}'")), |live| live.state.kms_key = None), @"
    update logs.log-group.site (/team/site)
      logs:AssociateKmsKey: kms-key AWS's own -> arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
        so the key's policy must let CloudWatch Logs use it; what is written from now on can be read with the key alone
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.kms_key = Some(KEY.to_owned())), @"
    update logs.log-group.site (/team/site)
      logs:DisassociateKmsKey: kms-key arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -> AWS's own
        so what was written before can still be read with the old key alone
    ");
}

#[test]
fn its_class_is_for_ever() {
    assert_snapshot!(plan(PLAIN, |live| live.state.class = "DELIVERY".to_owned()), @"
    blocked logs.log-group.site (/team/site)
      because `class` cannot be changed on a live resource, only by replacing it
      cannot change class DELIVERY -> STANDARD
      help: put back what is live, or give the new one a name and an entry of its own; the logs stay in this one
    ");
}

#[test]
fn the_one_that_lambda_made_is_adopted() {
    assert_snapshot!(plan(PLAIN, |live| {
        live.tags = Tags::default();
        live.state.retention = None;
    }), @"
    adopt logs.log-group.site (/team/site)
      logs:TagResource: tag Project none -> site; tag infra:address none -> logs.log-group.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      logs:PutRetentionPolicy: retention-days for ever -> 30
        so what is older than 30 days of 3.0 GiB of logs, within three days; that cannot be undone
        risk DestroysData
      needs --adopt
      needs --allow-expire
      (it holds 3.0 GiB of logs)
    ");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked logs.log-group.site (/team/site)
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
}

#[test]
fn what_leaves_the_manifest_is_kept_whatever_its_tag_says() {
    assert_snapshot!(left(&live(PLAIN, |_| ())), @"
    keep logs.log-group.site (/team/site) not in the manifest
      because it left the manifest and is retained, with 3.0 GiB of logs
    ");
    assert_snapshot!(left(&live(PLAIN, |live| live.tags.set(tags::ON_DELETE, "delete"))), @"
    keep logs.log-group.site (/team/site) not in the manifest
      because it left the manifest; a log group is never deleted by infra
    ");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World::<LogsLogGroup>::absent(entry(PLAIN));
    world.found = Found::Unknown(denied("logs:ListTagsForResource"));
    assert!(world.plan().starts_with("unknown "), "{}", world.plan());
    let mut world = World::<LogsLogGroup>::absent(entry(PLAIN));
    world.gaps.push(denied("logs:DescribeLogGroups"));
    assert!(world.plan().starts_with("unknown "), "{}", world.plan());
}

#[test]
fn every_field_can_differ_and_be_left_alone() {
    let base = live(PLAIN, |_| ());
    // Destructured whole: a new field needs its line here.
    let State { name: _, arn: _, retention: _, kms_key: _, class: _, is_protected: _ } = &base.state;
    for (more, call, field) in [
        ("retention-days = 90".to_owned(), "logs:PutRetentionPolicy", "retention-days"),
        ("keep-for-ever = true".to_owned(), "logs:DeleteRetentionPolicy", "retention-days"),
        (format!("retention-days = 30\nkms-key = '{KEY}'"), "logs:AssociateKmsKey", "kms-key"),
        (
            "retention-days = 30\ndeletion-protection = true".to_owned(),
            "logs:PutLogGroupDeletionProtection",
            "deletion-protection",
        ),
    ] {
        assert_eq!(deltas(&base, &entry::<LogsLogGroup>(&with(&more)).state), [call], "{more}");
        let ignoring = entry::<LogsLogGroup>(&with(&format!("ignore = ['{field}']\n{more}")));
        assert_eq!(deltas(&base, &ignoring.wanted_beside(&base.state)), [""; 0], "{more}");
    }
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<LogsLogGroup>("retention-days = 30", |full| Detail { bytes: full.then_some(1) }, false);
}
