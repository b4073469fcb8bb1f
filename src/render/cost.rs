//! What a plan costs, for people. It is no part of the plan's digest: prices change nothing that would happen.

pub mod json;

use std::fmt::Write as _;

use super::field::{pad, width};
use super::style::STRONG;
use crate::cost::{Cost, HOURS, Row, When};
use crate::kind::view::StepView;
use crate::model::{Counted, Meter, size};

/// All that there is to say; nothing where nothing costs anything.
#[must_use]
pub fn text(cost: &Cost<'_>, destroys: bool, all: bool) -> String {
    let mut out = String::new();
    if cost.is_free() {
        return out;
    }
    let _ = write!(out, "\n{STRONG}Cost a month{STRONG:#}: ");
    if cost.prices.is_empty() {
        let _ = writeln!(out, "no prices for {}; --prices FILE takes yours", cost.prices.region);
        return out;
    }
    let _ = writeln!(out, "{}{}", sums(cost, destroys), basis(cost));
    if all || destroys || cost.changes() {
        let rows = cost.rows(When::Then);
        table(&mut out, &rows, all);
        if let Some(rates) = rates(&rows) {
            let _ = writeln!(out, "  by use, not measured: {rates}");
        }
    }
    left_out(&mut out, cost);
    out
}

/// What one thing that stays goes on costing, as far as that is known; none if it costs nothing. What is billed as it is
/// used is not told: who uses it knows.
#[must_use]
pub fn of_one(cost: &Cost<'_>) -> Option<String> {
    if cost.is_free() {
        return None;
    }
    if cost.prices.is_empty() {
        return Some(format!("what it costs is not known: no prices for {}", cost.prices.region));
    }
    let rows = cost.rows(When::Then);
    let rows: Vec<_> = rows.iter().filter(|row| row.meter.counted() != Counted::Use).collect();
    let sum = rows.iter().any(|row| row.usd().is_some());
    let sum = sum.then(|| format!("{} a month", about(cost, When::Then)));
    let rates = rows.iter().filter(|row| row.open).filter_map(|row| {
        let (about, unit) = (row.meter.about(), row.meter.unit());
        Some(format!("{} USD per {unit} of {about}, not measured", row.price?.usd))
    });
    let known: Vec<_> = sum.into_iter().chain(rates).collect();
    let known = (!known.is_empty()).then(|| format!("costs {}", known.join("; and ")));
    let unpriced = rows.iter().filter(|row| row.price.is_none());
    let unpriced = unpriced.map(|row| format!("no price for {}", row.meter.about()));
    let parts: Vec<_> = known.into_iter().chain(unpriced).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What all that stays goes on costing.
#[must_use]
pub fn of_all(stays: &[&StepView], cost: &Cost<'_>) -> String {
    // Where nothing has a price, that is said of each.
    if !has_sum(cost, When::Then) {
        return String::new();
    }
    let (count, sum) = (stays.len(), about(cost, When::Then));
    let mut out = format!("\nAll {count} together: {sum} a month{}{}\n", and_by_use(cost), basis(cost));
    left_out(&mut out, cost);
    out
}

/// The sums.
fn sums(cost: &Cost<'_>, destroys: bool) -> String {
    if !has_sum(cost, When::Now) && !has_sum(cost, When::Then) {
        let has_rate = cost.lines.iter().any(|line| line.price.is_some());
        return if has_rate { "by use" } else { "not known" }.to_owned();
    }
    let (now, then) = (about(cost, When::Now), about(cost, When::Then));
    let sums = if destroys {
        let stops = cost.sum(When::Now).without(cost.sum(When::Then));
        return format!("{then} goes on{}; {} USD stops", and_by_use(cost), stops.cents());
    } else if cost.changes() {
        format!("{then} when applied, {now} now")
    } else {
        format!("{then}, as now")
    };
    sums + and_by_use(cost)
}

/// Whether there is anything to add up.
fn has_sum(cost: &Cost<'_>, when: When) -> bool {
    cost.lines.iter().any(|line| line.usd(when).is_some())
}

fn about(cost: &Cost<'_>, when: When) -> String {
    format!("{} USD", cost.sum(when).cents())
}

fn and_by_use(cost: &Cost<'_>) -> &'static str {
    let is_open = cost.rows(When::Then).iter().any(|row| row.open);
    if is_open { ", and by use" } else { "" }
}

/// What the sums rest on.
fn basis(cost: &Cost<'_>) -> String {
    let days = match cost.days() {
        Some((first, last)) if first == last => format!("prices of {first}"),
        Some((first, last)) => format!("prices of {first} to {last}"),
        None => return String::new(),
    };
    format!("; {days}, without free tiers")
}

/// What has an amount: what it is, what it costs, and how that comes about. What there is none of is shown with `all`.
fn table(out: &mut String, rows: &[Row<'_>], all: bool) {
    let rows = rows.iter().filter(|row| all || row.open || row.count != Some(0));
    let rows = rows.filter_map(|row| Some((row, row.price?, row.usd()?, row.count?)));
    let rows: Vec<_> = rows
        .map(|(row, price, usd, count)| {
            let times = match row.meter.counted() {
                Counted::Hours => format!("{count} × {HOURS} hours"),
                Counted::Bytes => size::bytes(count),
                Counted::Things | Counted::Use => count.to_string(),
            };
            let more = if row.open { ", and more that is not measured" } else { "" };
            (row.meter.about(), usd.cents(), format!("{times} × {}{more}", price.usd))
        })
        .collect();
    let names = rows.iter().map(|(name, ..)| width(name)).max().unwrap_or_default();
    let sums = rows.iter().map(|(_, usd, _)| width(usd)).max().unwrap_or_default();
    for (name, usd, how) in rows {
        let _ = writeln!(out, "  {}  {usd:>sums$}  {how}", pad(name, names));
    }
}

/// What is billed by use, and what of the rest was not measured: what one unit costs.
fn rates(rows: &[Row<'_>]) -> Option<String> {
    let rows = rows.iter().filter(|row| row.count.is_none());
    let rates: Vec<_> = rows
        .filter_map(|row| Some(format!("{} {} per {}", row.meter.about(), row.price?.usd, row.meter.unit())))
        .collect();
    (!rates.is_empty()).then(|| rates.join(", "))
}

/// What is in no sum, and should be known not to be.
fn left_out(out: &mut String, cost: &Cost<'_>) {
    let unpriced: Vec<_> = cost.unpriced().into_iter().map(Meter::about).collect();
    if !unpriced.is_empty() {
        let _ = writeln!(out, "  not in it: {}: no price in {}", unpriced.join(", "), cost.prices.region);
    }
    if cost.unread > 0 {
        let _ = writeln!(out, "  not in it: {} that could not be read", size::count(cost.unread, "resource"));
    }
}
