use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fixture::{error, header};
use super::{marked, plain};
use crate::aws::Class;
use crate::kind::Outcome;
use crate::model::{Address, KindName};
use crate::render::verify::{json, text};
use crate::verify::{Row, Tally};

fn row(key: Option<&str>, what: &str, outcome: Outcome) -> Row {
    Row {
        address: key.map(|key| Address::new(KindName::SECRET, key)),
        name: key.map(|key| format!("team/{key}")).unwrap_or_default(),
        what: what.to_owned(),
        outcome,
    }
}

/// One of each; and a text that would drive a terminal.
fn rows() -> Vec<Row> {
    let denied = error("secretsmanager:DescribeSecret", Class::Denied, Some("AccessDenied"));
    vec![
        row(Some("key"), "there", Outcome::passed("as declared")),
        row(Some("key"), "value", Outcome::failed("it has no value", "put one")),
        row(Some("dark"), "there", Outcome::unread(&denied)),
        row(None, "registry", Outcome::unchecked("nothing\n\u{1b}[31manswers")),
    ]
}

#[test]
fn one_line_a_check() {
    assert_snapshot!(plain(&text(&header(), &rows())), @r#"
    prereqs in account 111122223333, us-west-2

    secretsmanager.secret.key  team/key
          passed     there     as declared
          failed     value     it has no value
                     help: put one

    secretsmanager.secret.dark  team/dark
          unchecked  there     secretsmanager:DescribeSecret on team/dark failed: AccessDenied: User is not authorized to perform this
                     help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed

    the account
          unchecked  registry  nothing\n\u{1b}[31manswers
    "#);
    let colored = marked(&text(&header(), &rows()));
    let words = ["‹green›passed   ‹›", "‹bold›‹red›failed   ‹›", "‹faint›unchecked‹›"];
    assert!(words.iter().all(|word| colored.contains(word)), "{colored}");
    assert_eq!(Tally::of(&rows()).to_string(), "verify: 1 passed, 1 failed, 2 unchecked");
}

#[test]
fn for_machines_the_two_kinds_of_unchecked_are_told_apart() {
    let rows = rows();
    let told: Value = serde_json::from_str(&json(&header(), &rows, Tally::of(&rows)).unwrap()).unwrap();
    let brief = |check: &Value| json!([check["outcome"], check["unread"], check["help"].is_string()]);
    let checks: Vec<_> = told["checks"].as_array().unwrap().iter().map(brief).collect();
    assert_eq!(
        json!(checks),
        json!([
            ["passed", false, false],
            ["failed", false, true],
            ["unchecked", true, true],
            ["unchecked", false, false]
        ])
    );
    assert_eq!(told["summary"], json!({"passed": 1, "failed": 1, "unchecked": 2}));
}
