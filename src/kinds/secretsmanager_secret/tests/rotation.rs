//! Rotation: what may be said, what AWS tells of it, and what is done.

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::try_entry;

const DECLARED: &str = "rotation = { schedule = 'rate(30 days)', window = '3h', function = 'rotate' }";
const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:rotate";

fn live(schedule: Option<&str>, days: Option<i64>, window: Option<&str>) -> Rotation {
    Rotation::live(schedule, days, window, Some(FUNCTION))
}

fn rotated(more: &str, rotation: impl Into<Option<Rotation>>) -> String {
    let rotation = rotation.into();
    plan(&with(more), |live| {
        live.detail.rotated_by = rotation.as_ref().map(|_| FUNCTION.to_owned());
        live.state.rotation = rotation;
    })
}

#[test]
fn what_is_declared_and_live_is_compared_by_what_it_means() {
    for rotation in [
        live(Some("rate(30 days)"), Some(30), Some("3h")),
        live(None, Some(30), Some("3h")),
        live(Some("rate(30  days)"), Some(12), Some("3h")),
    ] {
        assert_eq!(rotated(DECLARED, rotation), IN_SYNC);
    }
    let day = "rotation = { schedule = 'rate(1 day)', function = 'rotate' }";
    assert_eq!(rotated(day, live(None, Some(1), None)), IN_SYNC);
    assert_eq!(rotated("", None), IN_SYNC);
}

#[test]
fn rotation_is_set_and_switched_off_and_never_begun() {
    assert_snapshot!(rotated(DECLARED, None), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:RotateSecret: rotation.schedule none -> rate(30 days); rotation.window none -> 3h; rotation.function none -> arn:aws:lambda:us-west-2:111122223333:function:rotate
        so from then on the function puts new values; now AWS only has it test that it can (step `testSecret`)
    ");
    assert_snapshot!(rotated(DECLARED, live(Some("rate(7 days)"), Some(7), None)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:RotateSecret: rotation.schedule rate(7 days) -> rate(30 days); rotation.window none -> 3h
        so from then on the function puts new values; now AWS only has it test that it can (step `testSecret`)
        so a rotation that was due by the schedule of before may still come
    ");
    assert_snapshot!(rotated("", live(Some("rate(7 days)"), Some(7), None)), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:CancelRotateSecret: rotation.schedule rate(7 days) -> none; rotation.function arn:aws:lambda:us-west-2:111122223333:function:rotate -> none
        so nothing puts new values from now on; the present one and the function stay
    ");
    assert_eq!(rotated("ignore = ['rotation']", live(Some("rate(7 days)"), Some(7), None)), IN_SYNC);
    let made = World::<SecretsManagerSecret>::absent(entry(&with(DECLARED))).plan();
    assert!(made.contains("secretsmanager:RotateSecret: rotation.schedule none -> rate(30 days)"), "{made}");
}

#[test]
fn a_value_from_here_and_rotation_exclude_each_other() {
    for value in ["env = 'A'", "file = 'a'", "prompt = true", "generate = 32"] {
        let said = try_entry::<SecretsManagerSecret>(&with(&format!("{DECLARED}\nvalue = {{ {value} }}")));
        let said: Vec<_> = said.err().unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["rotation: a value that is rotated is not put from here"], "{value}");
    }
    let external = with(&format!("{DECLARED}\nvalue = {{ external = true }}"));
    assert!(try_entry::<SecretsManagerSecret>(&external).is_ok());
    // What is rotated without being declared keeps a value out, and is not switched off for it.
    let blocked = rotated("value = { env = 'A' }", live(Some("rate(7 days)"), None, None));
    assert!(blocked.starts_with("blocked") && !blocked.contains("CancelRotateSecret"), "{blocked}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let said = |schedule: &str, window: &str, function: &str| {
        let more =
            format!("rotation = {{ schedule = '{schedule}', window = '{window}', function = '{function}' }}");
        let said = try_entry::<SecretsManagerSecret>(&with(&more)).err().unwrap_or_default();
        said.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for (schedule, is) in [
        ("rate(4 hours)", ""),
        ("rate(1 day)", ""),
        ("rate(999 days)", ""),
        ("cron(0 16 1,15 * ? *)", ""),
        ("cron(0 8 ? 1/3 SUN#2 *)", ""),
        ("cron(0 4/12 * * ? *)", ""),
        ("rate(3 hours)", "rotation.schedule: this is too often"),
        ("rate(1 hour)", "rotation.schedule: this is too often"),
        ("rate(0 days)", "rotation.schedule: this is no rate"),
        ("rate(1000 days)", "rotation.schedule: this is too seldom"),
        ("rate(30 minutes)", "rotation.schedule: this is no schedule"),
        ("rate(+3 days)", "rotation.schedule: this is no schedule"),
        ("daily", "rotation.schedule: this is no schedule"),
        ("cron(0 3 * * ?)", "rotation.schedule: a cron schedule has six fields"),
        ("cron(30 3 * * ? *)", "rotation.schedule: the minutes of a rotation are 0"),
        ("cron(0 3 * * ? 2027)", "rotation.schedule: the year of a rotation is `*`"),
        ("cron(0 3 * * * *)", "rotation.schedule: one of the two days is `?`, and the other is not"),
        ("cron(0 3 ? * ? *)", "rotation.schedule: one of the two days is `?`, and the other is not"),
    ] {
        assert_eq!(said(schedule, "1h", "rotate"), is, "{schedule}");
    }
    for (schedule, window, is_right) in [
        ("rate(1 day)", "1h", true),
        ("rate(1 day)", "24h", true),
        ("rate(1 day)", "25h", false),
        ("rate(1 day)", "0h", false),
        ("rate(1 day)", "3", false),
        ("rate(1 day)", "3 h", false),
        ("rate(4 hours)", "4h", true),
        ("rate(4 hours)", "5h", false),
        ("rate(48 hours)", "25h", false),
    ] {
        let is = if is_right { "" } else { "rotation.window: this is no length of a rotation window" };
        assert_eq!(said(schedule, window, "rotate"), is, "{schedule} {window}");
    }
    for (function, is_right) in [
        ("rotate", true),
        (FUNCTION, true),
        ("arn:aws:lambda:us-west-2:111122223333:function:rotate:live", true),
        ("arn:aws:lambda:eu-west-1:111122223333:function:rotate", false),
        ("arn:aws:lambda:us-west-2:444455556666:function:rotate", false),
        ("arn:aws:iam::111122223333:role/rotate", false),
        ("a b", false),
        ("", false),
    ] {
        let is =
            if is_right { "" } else { "rotation.function: this is no function of this account and region" };
        assert_eq!(said("rate(1 day)", "1h", function), is, "{function}");
    }
}

#[test]
fn what_is_live_is_written_into_a_manifest() {
    let raised =
        Rotation::live(Some("cron(0 3 1 * ? *)"), Some(31), Some("2h"), Some(FUNCTION)).raise().unwrap();
    let written = serde_json::to_value(raised).unwrap();
    let is = serde_json::json!({ "schedule": "cron(0 3 1 * ? *)", "window": "2h", "function": FUNCTION });
    assert_eq!(written, is);
    for (function, days) in [(None, Some(3)), (Some(FUNCTION), None)] {
        assert!(Rotation::live(None, days, None, function).raise().is_err());
    }
}
