//! Lists of prices: read from TOML like a manifest, with every fault at its place.

use std::ops::Range;
use std::path::Path;

use schemars::JsonSchema;
use serde_json::json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Fault, Invalid};
use super::header::is_region;
use super::names::unknown_help;
use super::source::{Source, Trust};
use super::structure::{self, Schema, Sifted};
use super::{file, syntax};
use crate::cost::{BUILT_IN, Price, Prices};
use crate::model::problem::Problems;
use crate::model::{Meter, Usd};

/// What a list of prices says of one.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: each key is checked even when another is missing")]
struct Line {
    /// What is counted, such as "secret": docs/cost.md lists them.
    meter: String,
    /// The price of one unit in US dollars, as a decimal number in quotes.
    usd: String,
    /// What the price is for, such as "GB-month".
    unit: String,
    /// The regions in which it holds.
    regions: Vec<String>,
    /// The day on which it was looked up, such as "2026-12-01".
    date: String,
    /// Where it was looked up.
    source: String,
}

/// What a file of prices is called in messages.
const WHAT: &str = "price list";

/// The prices to reckon with: those that `infra` comes with and, in place of them or beside them, those of a file.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn prices(own: Option<&Path>) -> Result<Prices, Invalid> {
    let built_in = parse(&Source::new("src/cost/prices.toml".to_owned(), BUILT_IN.to_owned()))?;
    let Some(path) = own else { return Ok(built_in) };
    let own = file::read(path, WHAT).and_then(|source| parse(&source)).map_err(|mut invalid| {
        invalid.faults.iter_mut().for_each(|fault| fault.sort = "prices");
        invalid
    })?;
    Ok(built_in.overridden_by(own))
}

fn parse(source: &Source) -> Result<Prices, Invalid> {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    let schema = schemars::schema_for!(Line).to_value();
    let schema = Schema::new(&schema);
    let mut faults = super::secrets(&source.text);
    if !errors.is_empty() {
        faults.extend(syntax::faults(&errors));
        return Err(source.invalid(faults, Trust::Broken(&schema.keys())));
    }
    // What is in the list is checked line by line, so that a fault in one does not hide those of others.
    let whole = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["price"],
        "properties": { "price": { "type": "array", "description": "the prices, each headed [[price]]" } },
    });
    let sifted = structure::sift("", document.get_ref(), 0..0, Schema::new(&whole));
    let mut prices = Prices::default();
    let items = sifted.get("price").and_then(|value| value.get_ref().as_array());
    for (at, item) in items.into_iter().flatten().enumerate() {
        let name = format!("price {}", at + 1);
        let DeValue::Table(body) = item.get_ref() else {
            let fault = Fault::new(Code::WrongType, item.span(), "a price is a table").within(&name);
            faults.push(fault.help("head it with [[price]]").concealed(true));
            continue;
        };
        let sifted = structure::sift(&name, body, item.span(), schema);
        faults.extend(line(&name, item, &sifted, &mut prices));
        faults.extend(sifted.faults);
    }
    faults.extend(sifted.faults);
    if faults.is_empty() { Ok(prices) } else { Err(source.invalid(faults, Trust::Parsed)) }
}

/// Understands one line, as far as its structure is right, and adds it.
fn line(name: &str, item: &Spanned<DeValue<'_>>, sifted: &Sifted<'_, '_>, prices: &mut Prices) -> Vec<Fault> {
    let mut problems = Problems::default();
    let text = |key| sifted.get(key).and_then(|value| value.get_ref().as_str());
    let meter = text("meter").and_then(|meter| meter_of(meter, &mut problems));
    let usd = text("usd").and_then(|usd| usd_of(usd, &mut problems));
    if let (Some(unit), Some(meter)) = (text("unit"), meter)
        && unit != meter.unit()
    {
        let help = format!("that of {} is for \"{}\"", meter.name(), meter.unit());
        problems.report("unit", "this is not what the price of this meter is for", &help);
    }
    if text("date").is_some_and(|date| !is_day(date)) {
        problems.report("date", "this is no day", "write year, month and day: \"2026-12-01\"");
    }
    if text("source").is_some_and(|source| source.trim().is_empty()) {
        problems.report("source", "this says nothing", "say where the price is from");
    }
    let regions = sifted.get("regions").and_then(|value| value.get_ref().as_array());
    let regions: Vec<_> =
        regions.into_iter().flatten().filter_map(|region| region.get_ref().as_str()).collect();
    if regions.is_empty() && sifted.get("regions").is_some() {
        problems.report("regions", "there is no region in it", "name at least one");
    }
    for (at, region) in regions.iter().enumerate().filter(|(_, region)| !is_region(region)) {
        let help = format!("a region looks like us-west-2, and {} is none", super::names::shown(region));
        problems.within("regions", |problems| problems.report(at, "this is no region", &help));
    }
    if problems.is_sound()
        && sifted.faults.is_empty()
        && let (Some(meter), Some(usd), Some(date), Some(source)) = (meter, usd, text("date"), text("source"))
    {
        for (at, region) in regions.iter().enumerate() {
            let price = Price { usd, date: date.to_owned(), source: source.to_owned() };
            if prices.set(region, meter, price).is_some() {
                problems.within("regions", |problems| {
                    problems.report(
                        at,
                        "this meter has a price in this region already",
                        "remove one of the two",
                    );
                });
            }
        }
    }
    let span: Range<usize> = item.span();
    let fault = |problem| Fault::of_problem(name, problem, item, span.clone());
    problems.into_found().into_iter().map(fault).collect()
}

fn meter_of(text: &str, problems: &mut Problems) -> Option<Meter> {
    let meter = Meter::named(text);
    if meter.is_none() {
        let known: Vec<_> = Meter::ALL.iter().map(|meter| meter.name()).collect();
        problems.report("meter", "there is no such meter", &unknown_help(text, known.iter().copied()));
    }
    meter
}

fn usd_of(text: &str, problems: &mut Problems) -> Option<Usd> {
    let usd = Usd::parse(text);
    if usd.is_none() {
        let help = "write it like \"0.0225\": digits and a point, at most 12 decimals";
        problems.report("usd", "this is no price", help);
    }
    usd
}

/// Whether a text is a day of the calendar, as far as its numbers go.
fn is_day(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let within = |part: &str, digits: usize, range: Range<u32>| {
        part.len() == digits
            && part.bytes().all(|digit| digit.is_ascii_digit())
            && part.parse().is_ok_and(|number| range.contains(&number))
    };
    within(year, 4, 2006..10_000) && within(month, 2, 1..13) && within(day, 2, 1..32)
}

#[cfg(test)]
mod tests;
