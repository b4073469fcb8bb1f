//! Prices: what one unit of a meter costs in a region, and who said so when.

use std::collections::BTreeMap;

use crate::model::{Meter, Usd};

/// The list that `infra` comes with, to be read as any other. What is in it is AWS's list prices.
pub const BUILT_IN: &str = include_str!("prices.toml");

/// What one unit of a meter costs in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// That, of a [`Meter::unit`].
    pub usd: Usd,
    /// The day on which it was looked up (`2026-11-23`).
    pub date: String,
    /// Where.
    pub source: String,
}

/// Prices by region and meter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices(BTreeMap<String, BTreeMap<Meter, Price>>);

impl Prices {
    /// Sets a price. Gives the one that it takes the place of.
    pub fn set(&mut self, region: &str, meter: Meter, price: Price) -> Option<Price> {
        self.0.entry(region.to_owned()).or_default().insert(meter, price)
    }

    /// These, with those of `others` in place of or beside them.
    #[must_use]
    pub fn overridden_by(mut self, others: Self) -> Self {
        for (region, prices) in others.0 {
            self.0.entry(region).or_default().extend(prices);
        }
        self
    }

    /// Those of one region.
    #[must_use]
    pub fn of<'a>(&'a self, region: &'a str) -> InRegion<'a> {
        InRegion { region, prices: self.0.get(region) }
    }
}

/// The prices of one region.
#[derive(Clone, Copy, Debug)]
pub struct InRegion<'a> {
    /// The region.
    pub region: &'a str,
    prices: Option<&'a BTreeMap<Meter, Price>>,
}

impl<'a> InRegion<'a> {
    /// That of a meter, if there is one.
    #[must_use]
    pub fn of(self, meter: Meter) -> Option<&'a Price> {
        self.prices?.get(&meter)
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.prices.is_none_or(BTreeMap::is_empty)
    }
}
