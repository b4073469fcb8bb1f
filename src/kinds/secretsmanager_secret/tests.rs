//! A secret in step with its entry, one thing edited, and what is decided.

mod age;
mod checks;
mod given;
mod readers;
mod rotation;
mod value;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::spec::READ;
use super::*;
use crate::aws::stack::Standing;
use crate::document::policy::{Access, Policy};
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, deltas, denied, entry, in_step, left, place};
use crate::kind::{Describe as _, Found};
use crate::model::tags;

const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const PLAIN: &str = "name = 'site/token'";
const READ_POLICY: &str = "policy = [{ sid = 'Read', effect = 'allow', principal = { aws = ['444455556666'] }, action = ['secretsmanager:GetSecretValue'] }]";

const IN_SYNC: &str = "in sync secretsmanager.secret.site (site/token)";

type Secret = Live<SecretsManagerSecret>;

fn with(more: &str) -> String {
    format!("{PLAIN}\n{more}")
}

/// A value that somebody put.
fn full() -> Detail {
    let labels = [("v1".to_owned(), ["AWSCURRENT".to_owned()].into())].into();
    Detail { versions: Versions { labels, written: None }, ..Detail::default() }
}

/// What is in step with `toml` and has a value, then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Secret)) -> World<SecretsManagerSecret> {
    let entry = entry(toml);
    let mut live = in_step(&entry, full());
    edit(&mut live);
    World::present(entry, live)
}

fn plan(toml: &str, edit: impl FnOnce(&mut Secret)) -> String {
    world(toml, edit).plan()
}

fn leftover(toml: &str, edit: impl FnOnce(&mut Secret)) -> String {
    let mut live = in_step(&entry(toml), full());
    edit(&mut live);
    left(&live)
}

fn pending(live: &mut Secret) {
    live.phase = Phase::PendingDeletion { date: "2026-12-01".to_owned() };
}

/// As AWS answers about a secret whose deletion is scheduled.
fn unread(live: &mut Secret) {
    pending(live);
    live.detail.policy_unread = true;
    live.state.access.policy = None;
}

#[test]
fn what_is_absent_is_created_without_a_value() {
    assert_snapshot!(World::<SecretsManagerSecret>::absent(entry(PLAIN)).plan(), @"
    create secretsmanager.secret.site (site/token)
      secretsmanager:CreateSecret: name none -> site/token; kms-key none -> aws/secretsmanager; tag Project none -> site; tag infra:address none -> secretsmanager.secret.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      note: it is created without a value; readers get an error until one is put
    ");
    let full =
        "description = 'For the site'\nkms-key = 'alias/site'\ntags = { Team = 'web' }\non-delete = 'delete'";
    assert_snapshot!(World::<SecretsManagerSecret>::absent(entry(&with(&format!("{full}\n{READ_POLICY}")))).plan(), @r#"
    create secretsmanager.secret.site (site/token)
      secretsmanager:CreateSecret: name none -> site/token; description none -> For the site; kms-key none -> alias/site; tag Project none -> site; tag Team none -> web; tag infra:address none -> secretsmanager.secret.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      secretsmanager:PutResourcePolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] }
        so allows secretsmanager:GetSecretValue to 444455556666
        risk Exposes
      note: it is created without a value; readers get an error until one is put
    "#);
}

#[test]
fn the_token_of_a_creation_stays_the_same_and_is_its_own() {
    let token = |toml: &str, manifest: &str| {
        let mut entry = entry::<SecretsManagerSecret>(toml);
        entry.place = std::sync::Arc::new(Place { manifest: manifest.to_owned(), ..(*place()).clone() });
        let Some(Change::CreateSecret { token, .. }) = state::create(&entry).into_iter().next() else {
            panic!("a creation begins with CreateSecret")
        };
        token
    };
    let first = token(PLAIN, "prereqs");
    assert!(first.len() == 64 && first.bytes().all(|b| b.is_ascii_hexdigit()), "{first}");
    assert_eq!(first, token(&with("description = 'other'"), "prereqs"));
    assert_ne!(first, token("name = 'site/other'", "prereqs"));
    assert_ne!(first, token(PLAIN, "other"));
}

#[test]
fn what_is_in_step_stays() {
    assert_snapshot!(plan(PLAIN, |_| ()), @"in sync secretsmanager.secret.site (site/token)");
    assert_snapshot!(plan(PLAIN, |live| live.detail = Detail::default()), @"
    in sync secretsmanager.secret.site (site/token)
      note: it has no value yet; readers get an error until one is put
    ");
    assert_snapshot!(plan(PLAIN, |live| live.tags.set("aws:secretsmanager:x", "1")), @"in sync secretsmanager.secret.site (site/token)");
    assert_snapshot!(plan(&with("description = ''"), |_| ()), @"in sync secretsmanager.secret.site (site/token)");
}

#[test]
fn what_can_be_changed_is() {
    assert_snapshot!(plan(&with("description = 'For the site'"), |live| live.state.description = None), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecret: description none -> For the site
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.description = Some("For the site".to_owned())), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecret: description For the site -> none
    ");
    assert_snapshot!(plan(&with("tags = { Team = 'web' }"), |live| live.tags.set("Team", "ops")), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:TagResource: tag Team ops -> web
    ");
    assert_snapshot!(plan(&with("description = 'a'\nkms-key = 'alias/site'"), |live| {
        live.state.description = Some("b".to_owned());
        live.state.kms_key = None;
    }), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecret: description b -> a; kms-key aws/secretsmanager -> alias/site
        so whoever reads the secret needs kms:Decrypt on the new key
    ");
}

#[test]
fn a_key_has_several_names() {
    let key = |declared: &str, live: Option<&str>| {
        let declared = if declared.is_empty() { String::new() } else { format!("kms-key = '{declared}'") };
        plan(&with(&declared), |it| it.state.kms_key = live.map(str::to_owned))
    };
    for (declared, live) in
        [(KEY_ID, KEY), (KEY, KEY_ID), ("alias/site", "arn:aws:kms:us-west-2:111122223333:alias/site")]
    {
        assert_eq!(key(declared, Some(live)), IN_SYNC, "{declared} {live}");
    }
    // What an alias points at is not known here.
    assert_snapshot!(key("alias/site", Some(KEY)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecret: kms-key arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -> alias/site
        so whoever reads the secret needs kms:Decrypt on the new key
    ");
    assert_snapshot!(key("", Some(KEY)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecret: kms-key arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -> aws/secretsmanager
        so nobody in another account can read it: AWS's own key is not for them
    ");
    for default in
        ["", "alias/aws/secretsmanager", "arn:aws:kms:us-west-2:111122223333:alias/aws/secretsmanager"]
    {
        assert_eq!(key(default, None), IN_SYNC, "{default}");
    }
}

#[test]
fn a_policy_shows_what_it_opens() {
    assert_snapshot!(plan(&with(READ_POLICY), |live| live.state.access.policy = None), @r#"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] }
        so allows secretsmanager:GetSecretValue to 444455556666
        risk Exposes
    "#);
    let two = READ_POLICY.replace("'444455556666'", "'444455556666', '777788889999'");
    assert_snapshot!(plan(&with(&two), |live| live.state.access.policy = entry::<SecretsManagerSecret>(&with(READ_POLICY)).state.access.policy), @r#"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutResourcePolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] } -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666", "777788889999" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] }
        so allows secretsmanager:GetSecretValue to 444455556666, 777788889999
        risk Exposes
    "#);
    assert_snapshot!(plan(PLAIN, |live| live.state.access.policy = entry::<SecretsManagerSecret>(&with(READ_POLICY)).state.access.policy), @r#"
    update secretsmanager.secret.site (site/token)
      secretsmanager:DeleteResourcePolicy: policy { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] } -> none
    "#);
}

#[test]
fn the_owner_decides_who_may_change_it() {
    assert_snapshot!(plan(PLAIN, |live| live.tags.set(tags::MANIFEST, "other")), @"
    blocked secretsmanager.secret.site (site/token)
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
    assert_snapshot!(plan(PLAIN, |live| live.service = Some("the AWS service events".to_owned())), @"
    blocked secretsmanager.secret.site (site/token)
      because it is managed by the AWS service events
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
    assert_snapshot!(plan(PLAIN, |live| live.service = Some("Secrets Manager, which copies it from us-east-1".to_owned())), @"
    blocked secretsmanager.secret.site (site/token)
      because it is managed by Secrets Manager, which copies it from us-east-1
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
    assert_snapshot!(world(PLAIN, |_| ()).stack(Ok(Standing::Owns)).plan(), @"
    blocked secretsmanager.secret.site (site/token)
      because it belongs to the CloudFormation stack `legacy`, which is live
      help: give it DeletionPolicy Retain there, deploy, take it out of the template or delete the stack, then plan again
    ");
    assert_snapshot!(world(PLAIN, |_| ()).stack(Ok(Standing::Released)).plan(), @"
    in sync secretsmanager.secret.site (site/token)
      (the CloudFormation stack `legacy` made it and has released it)
    ");
    assert_snapshot!(world(PLAIN, |_| ()).stack(Err(denied("cloudformation:DescribeStacks"))).plan(), @"
    unknown secretsmanager.secret.site (site/token)
      because cloudformation:DescribeStacks on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
}

#[test]
fn what_belongs_to_nobody_is_adopted_with_its_differences() {
    assert_snapshot!(plan(&with(READ_POLICY), |live| {
        live.tags = Tags::from_iter([("Team", "web"), ("Cost", "1")]);
        live.state.description = Some("by hand".to_owned());
        live.state.access.policy = None;
    }), @r#"
    adopt secretsmanager.secret.site (site/token)
      secretsmanager:TagResource: tag Project none -> site; tag infra:address none -> secretsmanager.secret.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      secretsmanager:UpdateSecret: description by hand -> none
      secretsmanager:PutResourcePolicy: policy none -> { "Version": "2012-10-17", "Statement": [ { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "secretsmanager:GetSecretValue" ], "Resource": [ "*" ] } ] }
        so allows secretsmanager:GetSecretValue to 444455556666
        risk Exposes
      needs --adopt
      (2 other tags are left alone)
      (it holds a value)
    "#);
}

#[test]
fn a_scheduled_deletion_is_taken_back() {
    assert_snapshot!(plan(PLAIN, pending), @"
    restore secretsmanager.secret.site (site/token)
      secretsmanager:RestoreSecret: deletion scheduled on 2026-12-01 -> taken back
    ");
    assert_snapshot!(plan(&with("description = 'a'"), |live| {
        pending(live);
        live.state.description = None;
        live.tags.set("Project", "other");
    }), @"
    restore secretsmanager.secret.site (site/token)
      secretsmanager:RestoreSecret: deletion scheduled on 2026-12-01 -> taken back
      secretsmanager:TagResource: tag Project other -> site
      secretsmanager:UpdateSecret: description none -> a
    ");
    // What stands in the policy is not known, so nothing is concluded from it.
    assert_snapshot!(plan(&with(READ_POLICY), unread), @"
    restore secretsmanager.secret.site (site/token)
      secretsmanager:RestoreSecret: deletion scheduled on 2026-12-01 -> taken back
      note: its resource policy can be read once it is restored; plan again then
    ");
    assert_snapshot!(plan(PLAIN, unread), @"
    restore secretsmanager.secret.site (site/token)
      secretsmanager:RestoreSecret: deletion scheduled on 2026-12-01 -> taken back
      note: its resource policy can be read once it is restored; plan again then
    ");
    assert_snapshot!(plan(PLAIN, |live| {
        pending(live);
        live.tags = Tags::default();
    }), @"
    adopt secretsmanager.secret.site (site/token)
      secretsmanager:RestoreSecret: deletion scheduled on 2026-12-01 -> taken back
      secretsmanager:TagResource: tag Project none -> site; tag infra:address none -> secretsmanager.secret.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> retain
      needs --adopt
      (it holds a value)
    ");
    assert_snapshot!(plan(PLAIN, |live| {
        pending(live);
        live.tags.set(tags::MANIFEST, "other");
    }), @"
    blocked secretsmanager.secret.site (site/token)
      because it belongs to the manifest `other` (tag infra:manifest)
      help: take it out of one of the two manifests, or name this one `other` if they are the same
    ");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World::<SecretsManagerSecret>::absent(entry(PLAIN));
    world.found = Found::Unknown(denied("secretsmanager:GetResourcePolicy"));
    assert_snapshot!(world.plan(), @"
    unknown secretsmanager.secret.site (site/token)
      because secretsmanager:GetResourcePolicy on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
    let mut world = World::<SecretsManagerSecret>::absent(entry(PLAIN));
    world.gaps.push(denied("secretsmanager:ListSecrets"));
    assert_snapshot!(world.plan(), @"
    unknown secretsmanager.secret.site (site/token)
      because secretsmanager:ListSecrets on team/site failed: AccessDeniedException: not authorized
      help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
    ");
}

#[test]
fn a_changed_key_and_a_changed_name() {
    assert_snapshot!(plan(&with("was = 'blog'"), |live| live.tags.set(tags::ADDRESS, "secretsmanager.secret.blog")), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:TagResource: tag infra:address secretsmanager.secret.blog -> secretsmanager.secret.site
    ");
    let mut world = World::<SecretsManagerSecret>::absent(entry(PLAIN));
    world.leftovers.push(in_step(&entry("name = 'site/old'"), full()));
    assert_snapshot!(world.plan(), @"
    blocked secretsmanager.secret.site (site/token)
      because its name changed from `site/old`, which is live and ours, to `site/token`; AWS cannot rename it
      help: put the name back, or, to have both, give the new one an entry of its own and leave this one as it was (`site/old` holds a value)
    ");
}

#[test]
fn what_left_the_manifest_is_kept_or_scheduled_for_deletion() {
    assert_snapshot!(leftover(PLAIN, |_| ()), @"
    keep secretsmanager.secret.site (site/token) not in the manifest
      because it left the manifest and is retained, with a value
    ");
    assert_snapshot!(leftover(PLAIN, |live| live.detail = Detail::default()), @"
    keep secretsmanager.secret.site (site/token) not in the manifest
      because it left the manifest and is retained
    ");
    assert_snapshot!(leftover(&with("on-delete = 'delete'"), |_| ()), @"
    delete secretsmanager.secret.site (site/token) not in the manifest
      secretsmanager:DeleteSecret: secret readable -> deleted after 30 days
        so nobody can read it from now on; for 30 days putting the entry back restores it
      needs --delete
    ");
    assert_snapshot!(leftover(&with("on-delete = 'delete'"), pending), @"
    keep secretsmanager.secret.site (site/token) not in the manifest
      because its deletion was scheduled on 2026-12-01; until that is carried out, putting its entry back restores it
    ");
    assert_snapshot!(leftover(&with("on-delete = 'delete'"), |live| live.service = Some("the AWS service events".to_owned())), @"
    keep secretsmanager.secret.site (site/token) not in the manifest
      because it is managed by the AWS service events
    ");
}

#[test]
fn what_is_ignored_is_left_alone() {
    assert_snapshot!(plan(&with(&format!("ignore = ['description', 'kms-key', 'policy']\nkms-key = 'alias/site'\n{READ_POLICY}")), |live| {
        live.state.description = Some("by hand".to_owned());
        live.state.kms_key = None;
        live.state.access.policy = None;
    }), @"in sync secretsmanager.secret.site (site/token)");
}

/// A state as AWS hands it back: documents in another order, and keys by their ARN.
fn read_back(state: &State) -> State {
    let policy = READ.document(&state.access).map(|policy| {
        let mut document: serde_json::Value = serde_json::from_str(policy.text()).unwrap();
        document["Statement"].as_array_mut().unwrap().reverse();
        Policy::parse(&serde_json::to_string_pretty(&document).unwrap()).unwrap()
    });
    let arn = |key: &String| match key.strip_prefix("alias/") {
        Some(alias) => format!("arn:aws:kms:us-west-2:111122223333:alias/{alias}"),
        None => KEY.to_owned(),
    };
    let access = READ.access(policy, "111122223333");
    State { access, kms_key: state.kms_key.as_ref().map(arn), ..state.clone() }
}

fn any_entry() -> impl Strategy<Value = String> {
    let description = prop::sample::select(vec!["", "a", "b c"]);
    let key = prop::sample::select(vec!["alias/aws/secretsmanager", "alias/site", KEY_ID, KEY]);
    let statements = prop::sample::subsequence(
        vec![
            "{ sid = 'A', effect = 'allow', principal = { aws = ['444455556666', 'arn:aws:iam::111122223333:role/x'] }, action = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] }",
            "{ effect = 'deny', principal = { anyone = true }, action = ['secretsmanager:*'], condition = { Bool = { 'aws:SecureTransport' = ['false'] } } }",
        ],
        0..=2,
    );
    let readers =
        prop::sample::select(vec!["", "readers = ['a']", "readers = ['b', 'a']\nonly-readers = true"]);
    let rotation = prop::sample::select(vec![
        "",
        "rotation = { schedule = 'rate(1 day)', function = 'a' }",
        "rotation = { schedule = 'cron(0 3 1 * ? *)', window = '2h', function = 'a' }",
    ]);
    let all = (description, key, readers, rotation, statements);
    all.prop_map(|(description, key, readers, rotation, mut statements)| {
        // It would let in whom `only-readers` keeps out.
        if readers.contains("only") {
            statements.retain(|statement| !statement.contains("allow"));
        }
        with(&format!(
            "description = '{description}'\nkms-key = '{key}'\n{readers}\n{rotation}\npolicy = [{}]",
            statements.join(", ")
        ))
    })
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<SecretsManagerSecret>("", |is_full| if is_full { full() } else { Detail::default() }, true);
}

proptest! {
    /// What was declared and read back is what is declared.
    #[test]
    fn nothing_differs_from_itself(toml in any_entry()) {
        let entry = entry::<SecretsManagerSecret>(&toml);
        let mut live = in_step(&entry, Detail::default());
        live.state = read_back(&entry.state);
        prop_assert_eq!(deltas(&live, &entry.state), [""; 0]);
    }

    /// A difference is seen, whichever fields it is in.
    #[test]
    fn what_differs_is_seen(one in any_entry(), other in any_entry()) {
        let (one, other) = (entry::<SecretsManagerSecret>(&one), entry::<SecretsManagerSecret>(&other));
        let (mut live, mut want) = (in_step(&one, Detail::default()), other.state);
        // Two names of one key are no difference.
        for state in [&mut live.state, &mut want] {
            *state = read_back(state);
        }
        prop_assert_eq!(deltas(&live, &want).is_empty(), live.state == want);
    }
}

#[test]
fn every_field_can_differ() {
    let base = entry::<SecretsManagerSecret>(PLAIN);
    let live = in_step(&base, Detail::default());
    // Destructured whole: a new field needs its line here.
    // A value is not among them: what is live does not tell where it comes from.
    let State { name: _, description: _, kms_key: _, access: _, rotation: _, value: _ } = &base.state;
    for (more, field) in [
        ("description = 'a'", "description"),
        ("kms-key = 'alias/site'", "kms-key"),
        ("readers = ['a']", "readers"),
        (READ_POLICY, "policy"),
        ("rotation = { schedule = 'rate(1 day)', function = 'a' }", "rotation.schedule"),
    ] {
        let want = entry::<SecretsManagerSecret>(&with(more)).state;
        let deltas = state::diff(&live, &want);
        let [Delta::Change(change)] = deltas.as_slice() else { panic!("{more}: {deltas:?}") };
        assert_eq!(change.describe().fields[0].field, field);
    }
}
