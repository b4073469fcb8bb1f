//! How old a value may be, and that it is said and no more.

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::try_entry;

/// What is said where the value has been there for so long.
fn aged(more: &str, age: Option<i64>) -> String {
    plan(&with(more), |live| {
        live.detail.age = age;
        live.detail.versions.written = Some("2026-08-01".to_owned());
    })
}

#[test]
fn a_value_over_its_limit_is_a_note_and_no_change() {
    for age in [None, Some(-1), Some(0), Some(90)] {
        assert_eq!(aged("max-age-days = 90", age), IN_SYNC, "{age:?}");
    }
    assert_eq!(aged("", Some(10_000)), IN_SYNC);
    let over = aged("max-age-days = 90", Some(91));
    assert_snapshot!(over, @"
    in sync secretsmanager.secret.site (site/token)
      note: its value is of 2026-08-01, older than 90 days (`max-age-days`): it is time for another one
    ");
    // The same every day.
    assert_eq!(over, aged("max-age-days = 90", Some(400)));
}

#[test]
fn what_is_no_age_is_refused() {
    for (days, is_age) in [(0, false), (1, true), (3650, true), (3651, false)] {
        let read = try_entry::<SecretsManagerSecret>(&with(&format!("max-age-days = {days}")));
        assert_eq!(read.is_ok(), is_age, "{days}");
    }
}

#[test]
fn what_a_secret_holds_tells_its_age() {
    let detail = |written: Option<&str>, age| {
        let mut detail = full();
        detail.versions.written = written.map(str::to_owned);
        Detail { age, ..detail }
    };
    let held = |written, age| detail(written, age).holds().unwrap();
    assert_eq!(held(None, None), "a value");
    assert_eq!(held(Some("2026-08-01"), Some(0)), "a value of 2026-08-01");
    assert_eq!(held(Some("2026-08-01"), Some(1)), "a value of 2026-08-01, 1 day old");
    assert_eq!(held(Some("2026-08-01"), Some(91)), "a value of 2026-08-01, 91 days old");
    assert_eq!(Detail { age: Some(3), ..Detail::default() }.holds(), None);
}
