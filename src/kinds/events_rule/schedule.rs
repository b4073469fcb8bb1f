//! When a rule acts: `rate(…)` and `cron(…)` (`EventBridge` user guide, "Setting a schedule pattern for scheduled
//! rules"). Times are UTC. Pure.

/// One spelling of a schedule: single spaces, none at the ends.
pub(super) fn normal(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}

/// What is wrong with a schedule in the normal spelling, and what to do.
pub(super) type Wrong = (String, &'static str);

/// Longest expression (API `PutRule`).
const LONGEST: usize = 256;

/// Checks a schedule in the normal spelling.
pub(super) fn check(text: &str) -> Result<(), Wrong> {
    let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    match (inside("rate"), inside("cron")) {
        _ if text.len() > LONGEST => {
            Err(("this schedule is too long".to_owned(), "AWS takes 256 characters"))
        }
        (Some(rate), _) => check_rate(rate),
        (_, Some(cron)) => check_cron(cron),
        _ => Err((
            "this is no schedule".to_owned(),
            "write rate(1 day), or cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) in UTC",
        )),
    }
}

fn check_rate(rate: &str) -> Result<(), Wrong> {
    let form = "write a whole number from 1 on and a unit: rate(1 day), rate(12 hours), rate(5 minutes)";
    let wrong = |message: &str| Err((message.to_owned(), form));
    let Some((value, unit)) = rate.split_once(' ') else { return wrong("this rate has no unit") };
    let value = value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<u32>().ok()).flatten();
    let Some(value @ 1..) = value else { return wrong("this rate is no whole number from 1 on") };
    match (unit, value) {
        ("minute" | "hour" | "day", 1) | ("minutes" | "hours" | "days", 2..) => Ok(()),
        ("minutes" | "hours" | "days", _) => wrong("the unit after 1 is singular"),
        ("minute" | "hour" | "day", _) => wrong("the unit after more than 1 is plural"),
        _ => wrong("the unit of a rate is minutes, hours or days"),
    }
}

/// A field of `cron(…)`: its name, its range, the names of its values, and what else may stand for one.
struct Part {
    name: &'static str,
    least: u16,
    most: u16,
    names: &'static [&'static str],
    wildcards: &'static str,
    help: &'static str,
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const PARTS: [Part; 6] = [
    Part { name: "minutes", least: 0, most: 59, names: &[], wildcards: "*/", help: "0 to 59, and , - * /" },
    Part { name: "hours", least: 0, most: 23, names: &[], wildcards: "*/", help: "0 to 23, and , - * /" },
    Part {
        name: "day of the month",
        least: 1,
        most: 31,
        names: &[],
        wildcards: "*/?LW",
        help: "1 to 31, and , - * ? / L W",
    },
    Part {
        name: "month",
        least: 1,
        most: 12,
        names: MONTHS,
        wildcards: "*/",
        help: "1 to 12 or JAN to DEC, and , - * /",
    },
    Part {
        name: "day of the week",
        least: 1,
        most: 7,
        names: DAYS,
        wildcards: "*?L#",
        help: "1 to 7 or SUN to SAT, and , - * ? L #",
    },
    Part {
        name: "year",
        least: 1970,
        most: 2199,
        names: &[],
        wildcards: "*/",
        help: "1970 to 2199, and , - * /",
    },
];

fn check_cron(cron: &str) -> Result<(), Wrong> {
    let fields: Vec<_> = cron.split(' ').collect();
    if fields.len() != PARTS.len() {
        let help = "minutes, hours, day of the month, month, day of the week, year: cron(0 3 * * ? *)";
        return Err((format!("this cron has {} fields instead of 6", fields.len()), help));
    }
    for (field, part) in fields.iter().zip(&PARTS) {
        if !part.takes(field) {
            return Err((format!("the {} of this cron is not what AWS takes", part.name), part.help));
        }
    }
    if (fields[2] == "?") == (fields[4] == "?") {
        return Err((
            "one of the days of this cron, and only one, is ?".to_owned(),
            "say the day of the month or the day of the week, and ? for the other",
        ));
    }
    Ok(())
}

impl Part {
    fn takes(&self, field: &str) -> bool {
        let has = |wildcard| self.wildcards.contains(wildcard);
        match field {
            "?" => has('?'),
            "L" => has('L'),
            // The last weekday of the month.
            "LW" => has('L') && has('W'),
            _ => field.split(',').all(|item| self.takes_item(item)),
        }
    }

    fn takes_item(&self, item: &str) -> bool {
        let has = |wildcard| self.wildcards.contains(wildcard);
        if let Some((from, step)) = item.split_once('/') {
            let step: Option<u16> = step.parse().ok();
            return has('/') && self.takes_range(from) && step.is_some_and(|step| step >= 1);
        }
        // The third Tuesday: 3#3.
        if let Some((day, which)) = item.split_once('#') {
            return has('#') && self.value(day).is_some() && matches!(which, "1" | "2" | "3" | "4" | "5");
        }
        // The last Friday: 6L. The weekday that is nearest to the third: 3W.
        let nearest = |end| has(end) && item.strip_suffix(end).is_some_and(|day| self.value(day).is_some());
        self.takes_range(item) || nearest('L') && self.names == DAYS || nearest('W')
    }

    fn takes_range(&self, item: &str) -> bool {
        match item.split_once('-') {
            Some((from, to)) => self.value(from).is_some() && self.value(to).is_some(),
            None => item == "*" || self.value(item).is_some(),
        }
    }

    fn value(&self, text: &str) -> Option<u16> {
        let named =
            self.names.iter().zip(self.least..).find(|(name, _)| **name == text).map(|(_, value)| value);
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = || is_number.then(|| text.parse().ok()).flatten();
        named.or_else(number).filter(|value| (self.least..=self.most).contains(value))
    }
}
