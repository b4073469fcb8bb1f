use insta::assert_snapshot;

use super::*;

const GOOD: &str = r#"
[[price]]
meter   = "secret"
usd     = "0.30"
unit    = "secret-month"
regions = ["us-west-2", "eu-south-9"]
date    = "2026-12-01"
source  = "our agreement with AWS"
"#;

fn read(text: &str) -> Result<Prices, Invalid> {
    parse(&Source::new("prices.toml".to_owned(), text.to_owned()))
}

/// Each fault with its line.
fn faults(text: &str) -> String {
    let invalid = read(text).unwrap_err();
    let source = Source::new(String::new(), text.to_owned());
    let line = |fault: &Fault| {
        let help = fault.help.as_deref().unwrap_or_default();
        format!("{}: {fault} ({help})\n", source.line(fault.span.start))
    };
    invalid.faults.iter().map(line).collect()
}

#[test]
fn the_list_that_comes_with_infra_is_sound() {
    let prices = prices(None).unwrap();
    for region in ["us-east-1", "us-east-2", "us-west-2"] {
        let unpriced = Meter::ALL.into_iter().filter(|meter| prices.of(region).of(*meter).is_none());
        // Of these no page that was read has a price.
        assert_eq!(
            unpriced.collect::<Vec<_>>(),
            [Meter::EcrArchive, Meter::EfsOneZoneInfrequentAccess],
            "{region}"
        );
    }
    assert!(prices.of("eu-central-1").is_empty());
    let price = prices.of("us-west-2").of(Meter::LoadBalancer).unwrap();
    assert_eq!(price.usd.to_string(), "0.0225");
    assert!(price.source.starts_with("Elastic Load Balancing pricing"), "{price:?}");
}

#[test]
fn a_line_is_understood() {
    let prices = read(GOOD).unwrap();
    let price = prices.of("eu-south-9").of(Meter::Secret).unwrap();
    assert_eq!((price.usd.to_string().as_str(), price.date.as_str()), ("0.30", "2026-12-01"));
    assert_eq!(price.source, "our agreement with AWS");
    assert_eq!(prices.of("us-west-2").of(Meter::Secret), Some(price));
    assert!(prices.of("us-east-1").is_empty());
}

#[test]
fn every_fault_is_told_at_its_line() {
    let text = r#"
price-list = 1

[[price]]
meter   = "secrets"
usd     = "0,40"
unit    = "secret-month"
regions = ["us-west-2", "Oregon"]
date    = "1st of December"
source  = " "

[[price]]
meter   = "load-balancer"
usd     = 0.0225
unit    = "month"
regions = []
date    = "2026-13-01"
currency = "EUR"
"#;
    assert_snapshot!(faults(text), @r#"
    2: there is no key `price-list` here (did you mean `price`?)
    5: price 1: there is no such meter (did you mean `secret`?)
    6: price 1: this is no price (write it like "0.0225": digits and a point, at most 12 decimals)
    8: price 1: this is no region (a region looks like us-west-2, and Oregon is none)
    9: price 1: this is no day (write year, month and day: "2026-12-01")
    10: price 1: this says nothing (say where the price is from)
    12: price 2: `source` is missing (Where it was looked up.)
    14: price 2: `usd` must be text in quotes (put it in quotes)
    15: price 2: this is not what the price of this meter is for (that of load-balancer is for "hour")
    16: price 2: there is no region in it (name at least one)
    17: price 2: this is no day (write year, month and day: "2026-12-01")
    18: price 2: there is no key `currency` here (known here: date, meter, regions, source, unit, usd)
    "#);
}

#[test]
fn a_price_stands_once() {
    assert_snapshot!(faults(&format!("{GOOD}{GOOD}")), @"
    14: price 2: this meter has a price in this region already (remove one of the two)
    14: price 2: this meter has a price in this region already (remove one of the two)
    ");
    assert_snapshot!(faults("price = 1"), @"1: `price` must be a list ()");
    assert_snapshot!(faults("price = [1]"), @"1: price 1: a price is a table (head it with [[price]])");
    assert_snapshot!(faults(""), @"1: `price` is missing (the prices, each headed [[price]])");
    assert_snapshot!(faults("[[price]\n"), @"1: this header is never closed (close it with ]])");
}
