use insta::assert_snapshot;

use super::fixture::{repository, secret, step, with};
use super::plain;
use crate::cost::{Cost, Price, Prices};
use crate::kind::usage::{Usage, Uses};
use crate::kind::view::{StepView, Verb};
use crate::model::{KindName, Meter, Usd};
use crate::render::plan::{Extent, text};
use crate::render::{fold, json, stays};

const REGION: &str = "us-west-2";

fn prices() -> Prices {
    let mut prices = Prices::default();
    for (meter, usd, date) in [
        (Meter::LoadBalancer, "0.0225", "2026-11-23"),
        (Meter::LoadBalancerCapacity, "0.008", "2026-11-23"),
        (Meter::PublicIpv4, "0.005", "2026-11-23"),
        (Meter::Secret, "0.40", "2026-11-23"),
        (Meter::EcrStorage, "0.10", "2026-11-20"),
    ] {
        let price = Price {
            usd: Usd::parse(usd).unwrap(),
            date: date.to_owned(),
            source: "a page of AWS".to_owned(),
        };
        prices.set(REGION, meter, price);
    }
    prices
}

fn billed(mut view: StepView, now: &[Usage], then: &[Usage]) -> StepView {
    (view.uses.now, view.uses.then) = (now.to_vec(), then.to_vec());
    view
}

fn images(bytes: Option<u64>) -> [Usage; 1] {
    [Usage::measured(Meter::EcrStorage, bytes)]
}

fn one_secret() -> [Usage; 1] {
    [Usage::fixed(Meter::Secret, 1)]
}

fn balancer() -> [Usage; 3] {
    [
        Usage::fixed(Meter::LoadBalancer, 1),
        Usage::fixed(Meter::PublicIpv4, 4).note("one for each zone"),
        Usage::used(Meter::LoadBalancerCapacity),
    ]
}

/// Something comes, something goes, something stays; one thing is measured and another is not.
fn steps() -> Vec<StepView> {
    vec![
        billed(step(Verb::Create, KindName::LOAD_BALANCER, "edit", 40), &[], &balancer()),
        billed(repository(Verb::InSync, "site", 12), &images(None), &images(None)),
        billed(repository(Verb::Keep, "attic", 0), &images(Some(12 << 30)), &images(Some(12 << 30))),
        billed(secret(Verb::Delete, "gone", 0), &one_secret(), &[]),
        billed(secret(Verb::InSync, "token", 30), &one_secret(), &one_secret()),
    ]
}

/// The last part of the plan, from what it costs on.
fn shown(steps: &[StepView], prices: &Prices, region: &str, extent: Extent, destroys: bool) -> String {
    let views: Vec<_> = steps.iter().collect();
    let cost = Cost::of(&views, prices.of(region));
    let text = with(steps, &[], |plan| {
        let mut plan = plan.clone();
        plan.destroys = destroys;
        text(&plan, Some(&cost), extent)
    });
    let text = plain(&text);
    let at = text.find("\nCost a month").map_or(text.len(), |at| at + 1);
    text.split_at(at).1.to_owned()
}

#[test]
fn what_comes_and_goes_is_reckoned_up() {
    assert_snapshot!(shown(&steps(), &prices(), REGION, Extent::default(), false), @"
    Cost a month: 32.63 USD when applied, 2.00 USD now, and by use; prices of 2026-11-20 to 2026-11-23, without free tiers
      load balancers         16.43  1 × 730 hours × 0.0225
      public IPv4 addresses  14.60  4 × 730 hours × 0.005
      secrets                 0.40  1 × 0.40
      images                  1.20  12.0 GiB × 0.10, and more that is not measured
      by use, not measured: load balancer capacity 0.008 per LCU-hour

    plan: 1 to create, 0 to update, 0 to adopt, 0 to restore, 1 to delete, 1 kept, 0 blocked, 0 unknown, 2 in sync, of 5; digest afcd1a0c8114
    ");
}

#[test]
fn narrow_terminals_break_it_at_its_spaces() {
    let text = shown(&steps(), &prices(), REGION, Extent::default(), false);
    assert_snapshot!(fold::fold(&text, 60), @"
    Cost a month: 32.63 USD when applied, 2.00 USD now, and by
        use; prices of 2026-11-20 to 2026-11-23, without free
        tiers
      load balancers         16.43  1 × 730 hours × 0.0225
      public IPv4 addresses  14.60  4 × 730 hours × 0.005
      secrets                 0.40  1 × 0.40
      images                  1.20  12.0 GiB × 0.10, and more
          that is not measured
      by use, not measured: load balancer capacity 0.008 per
          LCU-hour

    plan: 1 to create, 0 to update, 0 to adopt, 0 to restore, 1
        to delete, 1 kept, 0 blocked, 0 unknown, 2 in sync, of
        5; digest afcd1a0c8114
    ");
}

#[test]
fn where_nothing_changes_a_line_is_enough() {
    let steps = &steps()[4..];
    assert_snapshot!(shown(steps, &prices(), REGION, Extent::default(), false), @"
    Cost a month: 0.40 USD, as now; prices of 2026-11-23, without free tiers

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 1 in sync, of 1; digest 7998418cfdd4
    ");
    assert_snapshot!(shown(steps, &prices(), REGION, Extent { all: true, calls: false }, false), @"
    Cost a month: 0.40 USD, as now; prices of 2026-11-23, without free tiers
      secrets  0.40  1 × 0.40

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 1 in sync, of 1; digest 7998418cfdd4
    ");
}

#[test]
fn where_all_goes_it_says_what_stops() {
    assert_snapshot!(shown(&steps()[2..4], &prices(), REGION, Extent::default(), true), @"
    Cost a month: 1.20 USD goes on; 0.40 USD stops; prices of 2026-11-20 to 2026-11-23, without free tiers
      images  1.20  12.0 GiB × 0.10

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 1 to delete, 1 kept, 0 blocked, 0 unknown, 0 in sync, of 2; digest 22f7d910a106
    ");
}

#[test]
fn what_is_in_no_sum_is_said() {
    let mut steps = steps();
    steps.push(secret(Verb::Unknown, "dark", 34));
    steps.push(billed(
        step(Verb::Create, KindName::LOG_GROUP, "cleanup", 50),
        &[],
        &[Usage::measured(Meter::LogStorage, Some(1))],
    ));
    assert_snapshot!(shown(&steps, &prices(), REGION, Extent::default(), false), @"
    Cost a month: 32.63 USD when applied, 2.00 USD now, and by use; prices of 2026-11-20 to 2026-11-23, without free tiers
      load balancers         16.43  1 × 730 hours × 0.0225
      public IPv4 addresses  14.60  4 × 730 hours × 0.005
      secrets                 0.40  1 × 0.40
      images                  1.20  12.0 GiB × 0.10, and more that is not measured
      by use, not measured: load balancer capacity 0.008 per LCU-hour
      not in it: logs that are kept: no price in us-west-2
      not in it: 1 resource that could not be read

    plan: 2 to create, 0 to update, 0 to adopt, 0 to restore, 1 to delete, 1 kept, 0 blocked, 1 unknown, 2 in sync, of 7; digest 3006cb9b17c6
    ");
    assert_snapshot!(shown(&steps, &prices(), "eu-south-9", Extent::default(), false), @"
    Cost a month: no prices for eu-south-9; --prices FILE takes yours

    plan: 2 to create, 0 to update, 0 to adopt, 0 to restore, 1 to delete, 1 kept, 0 blocked, 1 unknown, 2 in sync, of 7; digest 3006cb9b17c6
    ");
    // By use alone: nothing is summed up.
    assert_snapshot!(shown(&steps[1..2], &prices(), REGION, Extent { all: true, calls: false }, false), @"
    Cost a month: by use; prices of 2026-11-20, without free tiers
      by use, not measured: images 0.10 per GB-month

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 1 in sync, of 1; digest 7998418cfdd4
    ");
    // And without any price that fits, not even that.
    assert_snapshot!(shown(&steps[6..], &prices(), REGION, Extent::default(), false), @"
    Cost a month: not known
      not in it: logs that are kept: no price in us-west-2

    plan: 1 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 0 in sync, of 1; digest 6b8289b51368
    ");
    let free = [step(Verb::Create, KindName::SECURITY_GROUP, "edit", 1)];
    assert_eq!(shown(&free, &prices(), REGION, Extent::default(), false), "");
}

#[test]
fn what_stays_says_what_it_goes_on_costing() {
    let by_hand = |mut view: StepView| {
        view.by_hand = vec![format!("aws remove {}", view.name)];
        view
    };
    let free = step(Verb::Keep, KindName::ROLE, "cleanup", 0);
    let one = [
        by_hand(billed(secret(Verb::Keep, "token", 0), &one_secret(), &one_secret())),
        by_hand(billed(repository(Verb::Keep, "site", 0), &images(None), &images(None))),
        by_hand(billed(repository(Verb::Keep, "attic", 0), &images(Some(12 << 30)), &images(Some(12 << 30)))),
        by_hand(free),
        // It is somebody else's, and in no sum.
        billed(secret(Verb::Keep, "other", 0), &one_secret(), &one_secret()),
    ];
    let prices = prices();
    let steps: Vec<_> = one.iter().collect();
    assert_snapshot!(plain(&stays::text(&steps, prices.of(REGION))), @"
    Stays (4); to remove it by hand:

      = iam.role.cleanup  team/cleanup
          aws remove team/cleanup

      = ecr.repository.attic  team/attic
          costs 1.20 USD a month
          aws remove team/attic

      = ecr.repository.site  team/site
          costs 0.10 USD per GB-month of images, not measured
          aws remove team/site

      = secretsmanager.secret.token  team/token
          costs 0.40 USD a month
          aws remove team/token

    All 4 together: 1.60 USD a month, and by use; prices of 2026-11-20 to 2026-11-23, without free tiers
    ");
    assert_snapshot!(plain(&stays::text(&steps[..1], prices.of("eu-south-9"))), @"
    Stays (1); to remove it by hand:

      = secretsmanager.secret.token  team/token
          what it costs is not known: no prices for eu-south-9
          aws remove team/token
    ");
    let unpriced = [Usage::measured(Meter::LogStorage, Some(1))];
    let logs = by_hand(billed(step(Verb::Keep, KindName::LOG_GROUP, "cleanup", 0), &unpriced, &unpriced));
    assert_snapshot!(plain(&stays::text(&[&logs], prices.of(REGION))), @"
    Stays (1); to remove it by hand:

      = logs.log-group.cleanup  team/cleanup
          no price for logs that are kept
          aws remove team/cleanup
    ");
    assert!(!stays::text(&steps[3..4], prices.of(REGION)).contains("month"));
}

/// The form that machines read. What changes here in meaning, or goes away, makes a new version of it.
#[test]
fn the_form_is_stable() {
    let (steps, prices) = (steps(), prices());
    let views: Vec<_> = steps[..2].iter().collect();
    let cost = Cost::of(&views, prices.of(REGION));
    let text = with(&steps[..2], &[], |plan| json::plan(plan, Some(&cost)).unwrap());
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&plan["cost"]).unwrap(), @r#"
    {
      "currency": "USD",
      "format": "infra.cost/1",
      "has-prices": true,
      "lines": [
        {
          "address": "elbv2.load-balancer.edit",
          "meter": "load-balancer",
          "name": "team/edit",
          "note": null,
          "now": null,
          "price": {
            "date": "2026-11-23",
            "source": "a page of AWS",
            "usd": "0.0225"
          },
          "then": {
            "basis": "fixed",
            "count": 1,
            "usd": "16.425"
          },
          "unit": "hour"
        },
        {
          "address": "elbv2.load-balancer.edit",
          "meter": "load-balancer-capacity",
          "name": "team/edit",
          "note": null,
          "now": null,
          "price": {
            "date": "2026-11-23",
            "source": "a page of AWS",
            "usd": "0.008"
          },
          "then": {
            "basis": "not-measured",
            "count": null,
            "usd": null
          },
          "unit": "LCU-hour"
        },
        {
          "address": "elbv2.load-balancer.edit",
          "meter": "public-ipv4",
          "name": "team/edit",
          "note": "one for each zone",
          "now": null,
          "price": {
            "date": "2026-11-23",
            "source": "a page of AWS",
            "usd": "0.005"
          },
          "then": {
            "basis": "fixed",
            "count": 4,
            "usd": "14.60"
          },
          "unit": "hour"
        },
        {
          "address": "ecr.repository.site",
          "meter": "ecr-storage",
          "name": "team/site",
          "note": null,
          "now": {
            "basis": "not-measured",
            "count": null,
            "usd": null
          },
          "price": {
            "date": "2026-11-20",
            "source": "a page of AWS",
            "usd": "0.10"
          },
          "then": {
            "basis": "not-measured",
            "count": null,
            "usd": null
          },
          "unit": "GB-month"
        }
      ],
      "now": "0.00",
      "region": "us-west-2",
      "then": "31.025",
      "unread": 0
    }
    "#);
}

#[test]
fn the_digest_has_nothing_of_it() {
    let (priced, mut bare) = (steps(), steps());
    for view in &mut bare {
        view.uses = Uses::default();
    }
    let digest = |steps: &[StepView]| with(steps, &[], |plan| plan.digest.clone());
    assert_eq!(digest(&priced), digest(&bare));
}
