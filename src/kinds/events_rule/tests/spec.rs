//! What may be written, and what may not.

use crate::kind::testing::{entry, try_entry};
use crate::kinds::events_rule::target::{function_arn, function_name};
use crate::kinds::events_rule::{EventsRule, State, Switch, schedule};
use crate::model::Link;

use super::{FUNCTION, RULE};

const BASE: &str = "function = 'site'";

fn state(toml: &str) -> State {
    entry::<EventsRule>(toml).state
}

fn problems(toml: &str) -> Vec<String> {
    let problems = try_entry::<EventsRule>(toml).err().unwrap();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_left_out_has_its_default() {
    let State { arn, rule, target, others, .. } =
        state(&format!("{BASE}\nname = 'site-cleanup'\nschedule = 'rate(1 day)'"));
    let target = target.unwrap();
    assert_eq!((arn.as_str(), rule.description, rule.switch), (RULE, None, Switch::On));
    assert_eq!((target.input, target.retries, target.age, others.len()), (None, 185, 86_400, 0));
    assert_eq!(target.function.to_string(), "lambda.function.site");
}

#[test]
fn schedules_that_aws_takes() {
    for text in [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(1 day)",
        "rate(90 days)",
        // EventBridge user guide, "Setting a schedule pattern": its own examples.
        "cron(0 10 * * ? *)",
        "cron(15 12 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(15 10 ? * 6L 2019-2022)",
        "cron(0 0 3W * ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 ? JAN,FEB,12 FRIL *)",
        "cron(1,2,3 */2 1-15/3 * ? 1970-2199)",
    ] {
        assert_eq!(schedule::check(text), Ok(()), "{text}");
    }
    assert_eq!(schedule::normal("  cron( 0  3 * * ?   * ) "), "cron(0 3 * * ? *)");
}

#[test]
fn schedules_that_it_does_not() {
    let table: &[(&str, &[&str])] = &[
        (
            "this is no schedule",
            &["", "daily", "every 1 day", "rate 1 day", "rate(1 day", "at(2030-01-01T00:00:00)"],
        ),
        ("this rate has no unit", &["rate()", "rate(1)", "rate(1day)"]),
        (
            "this rate is no whole number from 1 on",
            &["rate(0 days)", "rate(-1 day)", "rate(1.5 days)", "rate(+1 day)", "rate(99999999999 days)"],
        ),
        ("the unit after 1 is singular", &["rate(1 days)", "rate(1 hours)", "rate(01 minutes)"]),
        ("the unit after more than 1 is plural", &["rate(2 day)", "rate(24 hour)"]),
        (
            "the unit of a rate is minutes, hours or days",
            &["rate(1 week)", "rate(10 seconds)", "rate(1 Day)", "rate(1 day 2)"],
        ),
        ("this cron has 5 fields instead of 6", &["cron(0 3 * * ?)"]),
        ("this cron has 1 fields instead of 6", &["cron()"]),
        (
            "the minutes of this cron is not what AWS takes",
            &[
                "cron(60 3 * * ? *)",
                "cron(? 3 * * ? *)",
                "cron(1- 3 * * ? *)",
                "cron(0/0 3 * * ? *)",
                "cron(, 3 * * ? *)",
            ],
        ),
        ("the hours of this cron is not what AWS takes", &["cron(0 24 * * ? *)", "cron(0 L * * ? *)"]),
        (
            "the day of the month of this cron is not what AWS takes",
            &["cron(0 3 0 * ? *)", "cron(0 3 32 * ? *)", "cron(0 3 3#1 * ? *)", "cron(0 3 3L * ? *)"],
        ),
        (
            "the month of this cron is not what AWS takes",
            &["cron(0 3 * 13 ? *)", "cron(0 3 * jan ? *)", "cron(0 3 * ? ? *)"],
        ),
        (
            "the day of the week of this cron is not what AWS takes",
            &[
                "cron(0 3 ? * 0 *)",
                "cron(0 3 ? * 8 *)",
                "cron(0 3 ? * 2#6 *)",
                "cron(0 3 ? * MON/2 *)",
                "cron(0 3 ? * 3W *)",
            ],
        ),
        (
            "the year of this cron is not what AWS takes",
            &["cron(0 3 * * ? 1969)", "cron(0 3 * * ? 2200)", "cron(0 3 * * ? ?)"],
        ),
        (
            "one of the days of this cron, and only one, is ?",
            &["cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "cron(0 3 1 * MON *)"],
        ),
    ];
    for (message, texts) in table {
        for text in *texts {
            assert_eq!(schedule::check(text).unwrap_err().0, *message, "{text}");
        }
    }
    let long = format!("cron({} 3 * * ? *)", vec!["0"; 200].join(","));
    assert_eq!(schedule::check(&long).unwrap_err().0, "this schedule is too long");
}

#[test]
fn every_fault_has_its_place() {
    let base = |name: &str, more: &str| format!("{BASE}\nname = '{name}'\n{more}");
    let long = "a".repeat(65);
    for name in ["", "a b", "a/b", "ä", &long] {
        assert_eq!(
            problems(&base(name, "schedule = 'rate(1 day)'")),
            ["name: this is no valid name of a rule"]
        );
    }
    let more = format!("schedule = 'rate(1 days)'\ndescription = '{}'\ninput = '{{a = 1}}'", "a".repeat(513));
    assert_eq!(
        problems(&base("a", &more)),
        [
            "description: this description is too long",
            "schedule: the unit after 1 is singular",
            "input: this is not JSON",
        ]
    );
    let input = format!("schedule = 'rate(1 day)'\ninput = '\"{}\"'", "a".repeat(8191));
    assert_eq!(problems(&base("a", &input)), ["input: this input is too long"]);
}

#[test]
fn a_function_is_known_by_its_name_before_it_is_made() {
    assert_eq!(function_arn(RULE, &Link::live(FUNCTION)).as_deref(), Some(FUNCTION));
    assert_eq!(function_name(RULE, FUNCTION), Some("site-cleanup"));
    for other in [
        "arn:aws:lambda:us-west-2:111122223333:function:site-cleanup:live",
        "arn:aws:lambda:us-east-1:111122223333:function:site-cleanup",
        "arn:aws:lambda:us-west-2:444455556666:function:site-cleanup",
        "arn:aws:sqs:us-west-2:111122223333:site-cleanup",
        "site-cleanup",
    ] {
        assert_eq!(function_name(RULE, other), None, "{other}");
    }
}
