//! A value that a person puts by hand: over whatever is current, and alone.

use std::sync::Arc;

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::entry_in;
use crate::value::{AtHand, Given};

/// What is decided where a value is given by hand; `t` is its version.
fn given(more: &str, labels: &[(&str, &[&str])], edit: impl FnOnce(&mut Secret)) -> String {
    let given = Arc::new(Given::default());
    let place = Arc::new(Place { values: given.clone(), ..(*place()).clone() });
    let read = || entry_in::<SecretsManagerSecret>(&place, "site", &with(more)).unwrap();
    let _ = read();
    given.choose("site");
    // Nothing is done before it is at hand.
    let waiting = read();
    let live = in_step(&waiting, full());
    assert_eq!(World::present(waiting, live).plan(), IN_SYNC);
    given.take("canary".to_owned()).unwrap();
    let entry = read();
    let AtHand::Here(held) = entry.state.value.at_hand.clone() else { panic!("it is at hand") };
    let id = held.version_id().as_str();
    let named = |version: &str| if version == "t" { id.to_owned() } else { version.to_owned() };
    let labels = labels
        .iter()
        .map(|(version, labels)| (named(version), labels.iter().map(|label| (*label).to_owned()).collect()));
    let versions = Versions { labels: labels.collect(), written: Some("2026-11-01".to_owned()) };
    let mut live = in_step(&entry, Detail { versions, ..Detail::default() });
    edit(&mut live);
    let said = World::present(entry, live).plan();
    assert!(!said.contains("canary") && !said.contains(&id[..8]), "{said}");
    said
}

#[test]
fn it_is_put_whatever_is_current_and_whatever_the_entry_says() {
    for more in ["", "value = { external = true }", "value = { generate = 32 }", "value = { prompt = true }"]
    {
        insta::allow_duplicates!(assert_snapshot!(given(more, &[("x", &["AWSCURRENT"])], |_| ()), @"
        update secretsmanager.secret.site (site/token)
          secretsmanager:PutSecretValue: value written elsewhere on 2026-11-01 -> as it was given
            so whether it is another value than the present one cannot be told; that one stays as AWSPREVIOUS
        "));
    }
    assert_snapshot!(given("", &[], |_| ()), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value none -> as it was given
    ");
    assert_snapshot!(given("", &[("t", &["AWSPREVIOUS"]), ("x", &["AWSCURRENT", "infra"])], |_| ()), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecretVersionStage: value another version -> as it was given, which an earlier version holds
    ");
    assert_eq!(given("", &[("t", &["AWSCURRENT"])], |_| ()), IN_SYNC);
}

#[test]
fn nothing_else_of_the_secret_is_touched() {
    let edit = |live: &mut Secret| {
        live.state.description = Some("other".to_owned());
        live.state.kms_key = Some("alias/other".to_owned());
        live.tags.set("Project", "other");
    };
    assert_snapshot!(given("", &[("x", &["AWSCURRENT", "infra"])], edit), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value another version -> as it was given
    ");
}

#[test]
fn what_is_rotated_gets_none() {
    let edit = |live: &mut Secret| live.detail.rotated_by = Some("Secrets Manager".to_owned());
    assert_snapshot!(given("", &[("x", &["AWSCURRENT"])], edit), @"
    blocked secretsmanager.secret.site (site/token)
      because `value` is rotated by Secrets Manager
      cannot change value rotated by Secrets Manager -> as it was given
      help: have it rotated, or switch the rotation off first
    ");
}
