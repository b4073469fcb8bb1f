//! What a plan costs: facts of the kinds, and a list of prices. Pure.
//!
//! What is not measured is not nothing, and what has no price is never counted as free: both are said beside the sum.

mod prices;

use std::collections::BTreeMap;

use crate::kind::usage::{Amount, Usage};
use crate::kind::view::{StepView, Verb};
use crate::model::{Address, Counted, Meter, Usd};

pub use prices::{BUILT_IN, InRegion, Price, Prices};

/// The hours of a month: what the AWS Pricing Calculator counts with, a twelfth of a year of 365 days.
pub const HOURS: u64 = 730;

/// The bytes of a GB: 2^30, as the Amazon S3 FAQ counts in its examples, where 10 TB are 10,995,116,277,760 bytes.
pub const GB: u64 = 1 << 30;

/// What the steps of a plan cost a month.
#[derive(Debug)]
pub struct Cost<'a> {
    /// The prices that it is reckoned with.
    pub prices: InRegion<'a>,
    /// What is billed: in the order of the steps.
    pub lines: Vec<Line<'a>>,
    /// How many things could not be read, so that nobody knows what they cost.
    pub unread: usize,
}

/// One thing that one resource is billed for.
#[derive(Debug)]
pub struct Line<'a> {
    /// The resource.
    pub address: &'a Address,
    /// What it is called in AWS.
    pub name: &'a str,
    /// What AWS counts.
    pub meter: Meter,
    /// What it costs, if that is known.
    pub price: Option<&'a Price>,
    /// How much of it there is; none if it is not billed.
    pub now: Option<Amount>,
    /// How much of it there will be once its step is done.
    pub then: Option<Amount>,
    /// What is worth knowing of the amount.
    pub note: Option<&'a str>,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As things are.
    Now,
    /// Once the steps are done.
    Then,
}

/// All that there is of one meter.
#[derive(Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// What AWS counts.
    pub meter: Meter,
    /// What it costs, if that is known.
    pub price: Option<&'a Price>,
    /// How much of it there is, as far as that is known; none if of nothing.
    pub count: Option<u64>,
    /// Whether there is some of which nobody knows how much.
    pub open: bool,
}

impl Row<'_> {
    /// What it costs a month, as far as that is known.
    #[must_use]
    pub fn usd(&self) -> Option<Usd> {
        Some(usd(self.price?, self.meter, self.count?))
    }
}

impl<'a> Cost<'a> {
    /// Of these steps.
    #[must_use]
    pub fn of(steps: &[&'a StepView], prices: InRegion<'a>) -> Self {
        let lines = steps.iter().flat_map(|view| lines(view, prices)).collect();
        let is_unread = |view: &&&StepView| view.verb == Verb::Unknown && view.seen.is_none();
        Self { prices, lines, unread: steps.iter().filter(is_unread).count() }
    }

    /// Whether nothing is billed, as far as is known.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether the steps change what is billed.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.lines.iter().any(|line| line.now != line.then)
    }

    /// What it costs a month, as far as is known.
    #[must_use]
    pub fn sum(&self, when: When) -> Usd {
        self.lines.iter().filter_map(|line| line.usd(when)).sum()
    }

    /// What is billed, meter by meter.
    #[must_use]
    pub fn rows(&self, when: When) -> Vec<Row<'a>> {
        let mut rows = BTreeMap::<Meter, Row<'a>>::new();
        for line in &self.lines {
            let Some(amount) = line.amount(when) else { continue };
            let Line { meter, price, .. } = *line;
            let row = rows.entry(meter).or_insert(Row { meter, price, count: None, open: false });
            match amount.count() {
                Some(count) => row.count = Some(row.count.unwrap_or_default().saturating_add(count)),
                None => row.open = true,
            }
        }
        rows.into_values().collect()
    }

    /// What is billed and has no price here.
    #[must_use]
    pub fn unpriced(&self) -> Vec<Meter> {
        let mut meters: Vec<_> =
            self.lines.iter().filter(|line| line.price.is_none()).map(|line| line.meter).collect();
        meters.sort_unstable();
        meters.dedup();
        meters
    }

    /// The first and the last day on which the prices that it is reckoned with were looked up.
    #[must_use]
    pub fn days(&self) -> Option<(&'a str, &'a str)> {
        let days = || self.lines.iter().filter_map(|line| line.price).map(|price| price.date.as_str());
        Some((days().min()?, days().max()?))
    }
}

impl Line<'_> {
    /// How much of it there is; none if it is not billed.
    #[must_use]
    pub fn amount(&self, when: When) -> Option<Amount> {
        match when {
            When::Now => self.now,
            When::Then => self.then,
        }
    }

    /// What it costs a month, if that is known.
    #[must_use]
    pub fn usd(&self, when: When) -> Option<Usd> {
        Some(usd(self.price?, self.meter, self.amount(when)?.count()?))
    }
}

fn usd(price: &Price, meter: Meter, count: u64) -> Usd {
    match meter.counted() {
        Counted::Things => price.usd.times(count, 1),
        Counted::Hours => price.usd.times(count.saturating_mul(HOURS), 1),
        Counted::Bytes => price.usd.times(count, GB),
        Counted::Use => Usd::default(),
    }
}

/// What one step's resource is billed for: each meter once.
fn lines<'a>(view: &'a StepView, prices: InRegion<'a>) -> Vec<Line<'a>> {
    let of = |uses: &'a [Usage], meter: Meter| uses.iter().find(|usage| usage.meter == meter);
    let line = |meter: Meter| {
        let (now, then) = (of(&view.uses.now, meter), of(&view.uses.then, meter));
        let note = then.or(now)?.note.as_deref();
        Some(Line {
            address: &view.address,
            name: &view.name,
            meter,
            price: prices.of(meter),
            now: now.map(|usage| usage.amount),
            then: then.map(|usage| usage.amount),
            note,
        })
    };
    Meter::ALL.into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests;
