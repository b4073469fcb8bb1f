//! What a plan costs, for machines: stable and versioned, like the plan that it stands in.

use serde::Serialize;

use crate::cost::{Cost, Line, Price, When};
use crate::kind::usage::Amount;

/// The version of the form.
const FORMAT: &str = "infra.cost/1";

/// What a plan costs a month. Money is text, for no float has its decimals.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CostJson<'a> {
    format: &'static str,
    currency: &'static str,
    region: &'a str,
    /// Whether there is any price for the region.
    has_prices: bool,
    now: String,
    then: String,
    /// How many things could not be read, and are in no sum.
    unread: usize,
    lines: Vec<LineJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LineJson<'a> {
    address: String,
    name: &'a str,
    meter: &'static str,
    unit: &'static str,
    price: Option<PriceJson<'a>>,
    now: Option<AmountJson>,
    then: Option<AmountJson>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct PriceJson<'a> {
    usd: String,
    date: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct AmountJson {
    /// Where the count is from.
    basis: &'static str,
    /// Bytes, or things.
    count: Option<u64>,
    /// What it costs a month, with all its decimals.
    usd: Option<String>,
}

/// The form for machines.
#[must_use]
pub fn document<'a>(cost: &'a Cost<'a>) -> CostJson<'a> {
    CostJson {
        format: FORMAT,
        currency: "USD",
        region: cost.prices.region,
        has_prices: !cost.prices.is_empty(),
        now: cost.sum(When::Now).to_string(),
        then: cost.sum(When::Then).to_string(),
        unread: cost.unread,
        lines: cost.lines.iter().map(line).collect(),
    }
}

fn line<'a>(line: &'a Line<'a>) -> LineJson<'a> {
    let price =
        |price: &'a Price| PriceJson { usd: price.usd.to_string(), date: &price.date, source: &price.source };
    LineJson {
        address: line.address.to_string(),
        name: line.name,
        meter: line.meter.name(),
        unit: line.meter.unit(),
        price: line.price.map(price),
        now: amount(line, When::Now),
        then: amount(line, When::Then),
        note: line.note,
    }
}

fn amount(line: &Line<'_>, when: When) -> Option<AmountJson> {
    let amount = line.amount(when)?;
    let basis = match amount {
        Amount::Fixed(_) => "fixed",
        Amount::Measured(_) => "measured",
        Amount::NotMeasured => "not-measured",
    };
    Some(AmountJson { basis, count: amount.count(), usd: line.usd(when).map(|usd| usd.to_string()) })
}
