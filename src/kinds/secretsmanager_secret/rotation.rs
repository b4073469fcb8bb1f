//! Rotation: what puts new values by itself, and when. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::{ChangeView, Place};
use crate::model::problem::Problems;
use crate::model::{Arn, FieldChange, Setting, Shown};

/// When the value is rotated, and by which function.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RotationSpec {
    /// When, in UTC: `rate(30 days)`, or `cron(0 3 1 * ? *)`. Not more often than every four hours.
    schedule: String,
    /// How many hours after that it may begin, such as `3h`. Left out, to the end of the day; of a rate in hours, one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    /// The function that does it, by name or ARN, in this account and region. It must let Secrets Manager invoke it.
    function: String,
}

/// What puts new values, in the normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// When; none where AWS does not tell.
    pub schedule: Option<String>,
    /// For how long it may begin; none is AWS's default.
    pub window: Option<String>,
    /// The ARN of the function; none where AWS does it without.
    pub function: Option<String>,
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedule, window, function } = self;
        f.write_str(schedule.as_deref().unwrap_or("at a time that AWS does not tell"))?;
        if let Some(window) = window {
            write!(f, " within {window}")?;
        }
        write!(f, " by {}", function.as_deref().unwrap_or("Secrets Manager"))
    }
}

impl Rotation {
    /// What AWS tells of a rotation that is switched on. A number of days stands beside every schedule, and alone where
    /// it was all that was said (API `DescribeSecret`).
    pub(super) fn live(
        schedule: Option<&str>,
        days: Option<i64>,
        window: Option<&str>,
        function: Option<&str>,
    ) -> Self {
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let days = days.filter(|days| *days > 0).map(|days| format!("rate({days} days)"));
        Self {
            schedule: text(schedule).or(days).map(|schedule| normal(&schedule)),
            window: text(window),
            function: text(function),
        }
    }

    /// The entry that says so, if one can.
    pub(super) fn raise(&self) -> Result<RotationSpec, String> {
        let (Some(schedule), Some(function)) = (&self.schedule, &self.function) else {
            return Err(format!("it is rotated {self}, which no entry can say"));
        };
        Ok(RotationSpec {
            schedule: schedule.clone(),
            window: self.window.clone(),
            function: function.clone(),
        })
    }
}

/// Fewest hours and most days between two rotations (Secrets Manager user guide, "Rotation schedules").
const LEAST_HOURS: u32 = 4;
const MOST_DAYS: u32 = 999;

pub(super) fn lower(spec: &RotationSpec, place: &Place, problems: &mut Problems) -> Rotation {
    problems.within("rotation", |problems| {
        let schedule = normal(&spec.schedule);
        if let Err((message, help)) = check(&schedule) {
            problems.report("schedule", message, help);
        }
        if let Some(window) = &spec.window {
            let hours = window.strip_suffix('h').and_then(number);
            // A window must not reach into the next one, or into the next day.
            let most =
                rate(&schedule).filter(|(_, unit)| *unit == "hour").map_or(24, |(hours, _)| hours.min(24));
            if !hours.is_some_and(|hours| (1..=most).contains(&hours)) {
                let help = "whole hours such as `3h`, to the next rotation or the end of the day at most";
                problems.report("window", "this is no length of a rotation window", help);
            }
        }
        let function = function(&spec.function, place);
        if function.is_none() {
            let help = "write its name, or its ARN; it must be in this account and region";
            problems.report("function", "this is no function of this account and region", help);
        }
        Rotation { schedule: Some(schedule), window: spec.window.clone(), function }
    })
}

/// The ARN of the function that is meant.
fn function(text: &str, place: &Place) -> Option<String> {
    let is_name = |name: &str| {
        (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    if is_name(text) {
        return Some(place.arn("lambda", &format!("function:{text}")));
    }
    let arn = Arn::parse(text)?;
    let resource = arn.resource.strip_prefix("function:")?;
    let here = place.arn("lambda", arn.resource);
    // A version or an alias may stand behind the name.
    (here == text && resource.split(':').count() <= 2 && resource.split(':').all(is_name)).then_some(here)
}

/// A schedule with single spaces, and its unit in the plural where there are several.
fn normal(schedule: &str) -> String {
    let schedule = schedule.split_whitespace().collect::<Vec<_>>().join(" ");
    match rate(&schedule) {
        Some((1, unit)) => format!("rate(1 {unit})"),
        Some((value, unit)) => format!("rate({value} {unit}s)"),
        None => schedule,
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The number and the unit, in the singular, of a rate.
fn rate(schedule: &str) -> Option<(u32, &'static str)> {
    let (value, unit) = schedule.strip_prefix("rate(")?.strip_suffix(')')?.trim().split_once(' ')?;
    let unit = match unit {
        "hour" | "hours" => "hour",
        "day" | "days" => "day",
        _ => return None,
    };
    Some((number(value)?, unit))
}

type Wrong = (&'static str, &'static str);

/// The rules of the user guide, "Rotation schedules".
fn check(schedule: &str) -> Result<(), Wrong> {
    match rate(schedule) {
        Some((hours, "hour")) if hours < LEAST_HOURS => {
            Err(("this is too often", "every four hours at most: rate(4 hours)"))
        }
        Some((hours, "hour")) if hours > MOST_DAYS * 24 => Err(TOO_SELDOM),
        Some((0, _)) => Err(("this is no rate", "write a number from 1: rate(30 days)")),
        Some((days, "day")) if days > MOST_DAYS => Err(TOO_SELDOM),
        Some(_) => Ok(()),
        None => check_cron(schedule),
    }
}

const TOO_SELDOM: Wrong = ("this is too seldom", "every 999 days at least");

fn check_cron(schedule: &str) -> Result<(), Wrong> {
    const HELP: &str =
        "rate(30 days), or cron(0 3 1 * ? *): minutes, hours, day of the month, month, day of the week, year";
    let Some(inner) = schedule.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) else {
        return Err(("this is no schedule", HELP));
    };
    let fields: Vec<_> = inner.split(' ').collect();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "#?*-/,".contains(c);
    let &[minutes, _, day, _, weekday, year] = fields.as_slice() else {
        return Err(("a cron schedule has six fields", HELP));
    };
    if fields.iter().any(|field| field.is_empty() || !field.chars().all(allowed)) {
        Err(("this is no schedule", HELP))
    } else if minutes != "0" {
        Err(("the minutes of a rotation are 0", "windows open on the hour: cron(0 3 1 * ? *)"))
    } else if year != "*" {
        Err(("the year of a rotation is `*`", "rotations are no more than a year apart: cron(0 3 1 * ? *)"))
    } else if (day == "?") == (weekday == "?") {
        Err(("one of the two days is `?`, and the other is not", HELP))
    } else {
        Ok(())
    }
}

/// The three settings, each with what it is.
fn parts(rotation: Option<&Rotation>) -> [(&'static str, Shown); 3] {
    let part = |text: fn(&Rotation) -> Option<&str>| Shown::optional(rotation.and_then(text));
    [
        ("rotation.schedule", part(|it| it.schedule.as_deref())),
        ("rotation.window", part(|it| it.window.as_deref())),
        ("rotation.function", part(|it| it.function.as_deref())),
    ]
}

/// The settings of a rotation, if there is one.
pub(super) fn settings(rotation: Option<&Rotation>) -> Vec<Setting> {
    let is_there = |(_, shown): &(&str, Shown)| *shown != Shown::Absent;
    parts(rotation).into_iter().filter(is_there).map(|(name, shown)| Setting::new(name, shown)).collect()
}

fn fields(before: Option<&Rotation>, after: Option<&Rotation>) -> Vec<FieldChange> {
    let both = parts(before).into_iter().zip(parts(after));
    both.filter(|((_, is), (_, to))| is != to)
        .map(|((name, is), (_, to))| FieldChange::new(name, is, to))
        .collect()
}

/// Rotation as it is to be.
pub(super) fn set_view(before: Option<&Rotation>, after: &Rotation) -> ChangeView {
    let mut view = ChangeView::new("secretsmanager:RotateSecret", fields(before, Some(after)));
    view.consequences.push(
        "from then on the function puts new values; now AWS only has it test that it can (step `testSecret`)"
            .to_owned(),
    );
    // API `RotateSecret`, `RotateImmediately`.
    if before.is_some_and(|before| before.schedule != after.schedule) {
        view.consequences.push("a rotation that was due by the schedule of before may still come".to_owned());
    }
    view
}

/// Rotation switched off.
pub(super) fn cancel_view(before: &Rotation) -> ChangeView {
    let mut view = ChangeView::new("secretsmanager:CancelRotateSecret", fields(Some(before), None));
    view.consequences
        .push("nothing puts new values from now on; the present one and the function stay".to_owned());
    view
}
