use super::*;
use crate::model::KindName;

const REGION: &str = "us-west-2";

fn price(usd: &str, date: &str) -> Price {
    Price { usd: Usd::parse(usd).unwrap(), date: date.to_owned(), source: "a page".to_owned() }
}

fn prices() -> Prices {
    let mut prices = Prices::default();
    for (meter, usd, date) in [
        (Meter::Secret, "0.40", "2026-11-23"),
        (Meter::SecretRequests, "0.05", "2026-11-24"),
        (Meter::LoadBalancer, "0.0225", "2026-11-23"),
        (Meter::EcrStorage, "0.10", "2026-11-22"),
    ] {
        assert_eq!(prices.set(REGION, meter, price(usd, date)), None);
    }
    prices
}

fn step(key: &str, verb: Verb, now: Vec<Usage>, then: Vec<Usage>) -> StepView {
    let mut view = StepView::new(Address::new(KindName::SECRET, key), key, verb);
    view.uses.now = now;
    view.uses.then = then;
    view
}

fn secret() -> Vec<Usage> {
    vec![Usage::fixed(Meter::Secret, 1), Usage::used(Meter::SecretRequests)]
}

fn brief(cost: &Cost<'_>, when: When) -> Vec<String> {
    let row = |row: Row<'_>| {
        let usd = row.usd().map_or_else(|| "?".to_owned(), |usd| usd.to_string());
        let open = if row.open { " and more" } else { "" };
        format!("{} {:?} {usd}{open}", row.meter.name(), row.count)
    };
    cost.rows(when).into_iter().map(row).collect()
}

#[test]
fn what_comes_costs_then_what_goes_costs_now_and_what_stays_costs_both() {
    let steps = [
        step("comes", Verb::Create, Vec::new(), secret()),
        step("stays", Verb::InSync, secret(), secret()),
        step("goes", Verb::Delete, secret(), Vec::new()),
        step("goes-too", Verb::Delete, secret(), Vec::new()),
        step("free", Verb::Create, Vec::new(), Vec::new()),
    ];
    let (steps, prices) = (steps.iter().collect::<Vec<_>>(), prices());
    let cost = Cost::of(&steps, prices.of(REGION));
    assert_eq!(
        (cost.sum(When::Now).to_string(), cost.sum(When::Then).to_string()),
        ("1.20".into(), "0.80".into())
    );
    assert_eq!(brief(&cost, When::Now), ["secret Some(3) 1.20", "secret-requests None ? and more"]);
    assert_eq!(brief(&cost, When::Then), ["secret Some(2) 0.80", "secret-requests None ? and more"]);
    assert!(cost.changes() && !cost.is_free());
    assert_eq!(cost.days(), Some(("2026-11-23", "2026-11-24")));
    let same = Cost::of(&steps[1..2], prices.of(REGION));
    assert!(!same.changes());
    assert!(Cost::of(&steps[4..], prices.of(REGION)).is_free());
}

/// Each in its own way: a price for a month, for an hour, for a GB.
#[test]
fn amounts_come_to_months_by_what_they_count() {
    let uses = vec![
        Usage::fixed(Meter::Secret, 3),
        Usage::fixed(Meter::LoadBalancer, 2),
        Usage::measured(Meter::EcrStorage, Some(12_670_153_524)),
    ];
    let steps = [step("all", Verb::InSync, uses.clone(), uses)];
    let (steps, prices) = (steps.iter().collect::<Vec<_>>(), prices());
    let cost = Cost::of(&steps, prices.of(REGION));
    // 2 × 730 × 0.0225; 3 × 0.40; 12670153524 / 2^30 × 0.10, and what is below the twelfth decimal is dropped.
    let rows = [
        "load-balancer Some(2) 32.85",
        "secret Some(3) 1.20",
        "ecr-storage Some(12670153524) 1.180000000074",
    ];
    assert_eq!(brief(&cost, When::Then), rows);
    assert_eq!(cost.sum(When::Then).to_string(), "35.230000000074");
}

#[test]
fn what_was_not_measured_is_not_nothing() {
    let of = |bytes| vec![Usage::measured(Meter::EcrStorage, bytes)];
    let steps = [
        step("empty", Verb::InSync, of(Some(0)), of(Some(0))),
        step("unmeasured", Verb::InSync, of(None), of(None)),
        step("full", Verb::InSync, of(Some(1 << 30)), of(Some(1 << 30))),
    ];
    let (steps, prices) = (steps.iter().collect::<Vec<_>>(), prices());
    let rows = |steps: &[&StepView]| brief(&Cost::of(steps, prices.of(REGION)), When::Then);
    assert_eq!(rows(&steps[..1]), ["ecr-storage Some(0) 0.00"]);
    assert_eq!(rows(&steps[1..2]), ["ecr-storage None ? and more"]);
    assert_eq!(rows(&steps[1..]), ["ecr-storage Some(1073741824) 0.10 and more"]);
    // To be measured is a change of what is known, and none of what is billed.
    assert!(!Cost::of(&steps, prices.of(REGION)).changes());
}

#[test]
fn what_has_no_price_or_could_not_be_read_is_told_and_not_free() {
    let mut unread = step("dark", Verb::Unknown, Vec::new(), Vec::new());
    let uses = vec![Usage::fixed(Meter::PublicIpv4, 4), Usage::fixed(Meter::Secret, 1)];
    let steps = [step("edit", Verb::Create, Vec::new(), uses), unread.clone()];
    let (steps, prices) = (steps.iter().collect::<Vec<_>>(), prices());
    let cost = Cost::of(&steps, prices.of(REGION));
    assert_eq!(cost.unpriced(), [Meter::PublicIpv4]);
    assert_eq!(brief(&cost, When::Then), ["public-ipv4 Some(4) ?", "secret Some(1) 0.40"]);
    assert_eq!(cost.unread, 1);
    // What it names could not be read; it could.
    unread.seen = Some(Box::default());
    assert_eq!(Cost::of(&[&unread], prices.of(REGION)).unread, 0);

    let elsewhere = Cost::of(&steps, prices.of("eu-south-9"));
    assert!(elsewhere.prices.is_empty() && !elsewhere.is_free());
    assert_eq!(elsewhere.sum(When::Then), Usd::default());
    assert_eq!((elsewhere.unpriced().len(), elsewhere.days()), (2, None));
}

#[test]
fn prices_of_ones_own_take_the_place_of_others_or_stand_beside_them() {
    let mut own = Prices::default();
    own.set(REGION, Meter::Secret, price("0.30", "2027-01-01"));
    own.set("eu-south-9", Meter::Secret, price("0.50", "2027-01-01"));
    let all = prices().overridden_by(own);
    let usd = |region, meter| all.of(region).of(meter).map(|price| price.usd.to_string());
    assert_eq!(usd(REGION, Meter::Secret).as_deref(), Some("0.30"));
    assert_eq!(usd(REGION, Meter::LoadBalancer).as_deref(), Some("0.0225"));
    assert_eq!(usd("eu-south-9", Meter::Secret).as_deref(), Some("0.50"));
    assert_eq!(usd("eu-south-9", Meter::LoadBalancer), None);
}
