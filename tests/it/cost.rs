//! What things cost: in plans, in `destroy`, and for machines. The emulators charge nothing; the prices are AWS's.

use std::fmt::Write as _;

use infra::cli::exit::Exit;
use insta::assert_snapshot;
use serde_json::Value;

use crate::support::cli::{Output, World};
use crate::support::connector::Wire;
use crate::support::emulators::Backend;

/// A secret that goes, one that stays, and a repository.
const ENTRIES: &str = r#"
[ecr.repository.site]
name = "team/site"

[secretsmanager.secret.key]
name = "team/key"

[secretsmanager.secret.token]
name = "team/token"
on-delete = "delete"
"#;

/// What a plan says of costs, without what comes after.
fn said(output: &Output) -> String {
    let (_, cost) = output.out.split_once("\nCost a month").unwrap_or_else(|| panic!("{output}"));
    let (cost, _) = cost.split_once("\n\nplan: ").unwrap();
    format!("Cost a month{cost}")
}

fn last_line(output: &Output) -> &str {
    output.out.lines().last().unwrap()
}

/// The rows of the requirement that cost anything, with what is known before anything is there. By hand, from the prices
/// of us-west-2, for a default network of three zones as the sandbox has it:
///
/// | row | by hand | USD a month |
/// |---|---|---|
/// | 1 repository | 0.10 for each GB-month of images | not known |
/// | 2, 3, 4 secrets | 3 × 0.40 | 1.20 |
/// | 5 file system | 0.30 for each GB-month, 0.025 once idle for 30 days, 0.05 for backups | not known |
/// | 6 access point | free | |
/// | 7 load balancer | 730 × 0.0225 = 16.425 | 16.43 |
/// | 7 its public addresses | 3 × 730 × 0.005 = 3 × 3.65 (with four zones, as us-west-2 has them, 14.60) | 10.95 |
/// | 8, 9 listeners | with the load balancer | |
/// | 10 function | 0.20 for a million calls, 0.0000166667 for a GB-second | not known |
/// | 10 log group | 0.50 for each GB in, 0.03 for each GB-month | not known |
/// | 10 role, group, schedule, permission; 11 exports | free | |
/// | | 16.425 + 10.95 + 1.20 | 28.575 |
#[test]
fn the_table_of_the_requirement() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let plan = world.infra(&["plan", "--format", "json"], &world.prereqs()).run().expect(Exit::Done);
    let plan: Value = serde_json::from_str(&plan.out).unwrap();
    let cost = &plan["cost"];
    let mut table = String::new();
    for line in cost["lines"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let then = &line["then"];
        let count = then["count"].as_u64().map_or_else(|| "-".to_owned(), |count| count.to_string());
        let _ = writeln!(
            table,
            "{:<45} {:<23} {count:>2} {:>12} per {:<13} {}",
            text(&line["address"]),
            text(&line["meter"]),
            text(&line["price"]["usd"]),
            text(&line["unit"]),
            text(&then["usd"])
        );
        assert_eq!(line["now"], Value::Null, "nothing is there yet");
        assert_eq!(line["price"]["date"], "2026-11-23");
    }
    let _ = writeln!(table, "{} {} {}", cost["format"], cost["region"], cost["then"]);
    assert_snapshot!(table, @r#"
    elbv2.load-balancer.edit                      load-balancer            1       0.0225 per hour          16.425
    elbv2.load-balancer.edit                      load-balancer-capacity   -        0.008 per LCU-hour      -
    elbv2.load-balancer.edit                      public-ipv4              3        0.005 per hour          10.95
    ecr.repository.claude-code-astro              ecr-storage              -         0.10 per GB-month      -
    secretsmanager.secret.anthropic-api-key       secret                   1         0.40 per secret-month  0.40
    secretsmanager.secret.anthropic-api-key       secret-requests          -         0.05 per 10,000 calls  -
    secretsmanager.secret.github-token            secret                   1         0.40 per secret-month  0.40
    secretsmanager.secret.github-token            secret-requests          -         0.05 per 10,000 calls  -
    secretsmanager.secret.aws-credentials         secret                   1         0.40 per secret-month  0.40
    secretsmanager.secret.aws-credentials         secret-requests          -         0.05 per 10,000 calls  -
    efs.file-system.workspaces                    efs-standard             -         0.30 per GB-month      -
    efs.file-system.workspaces                    efs-infrequent-access    -        0.025 per GB-month      -
    efs.file-system.workspaces                    efs-backup               -         0.05 per GB-month      -
    logs.log-group.cleanup                        log-ingestion            -         0.50 per GB            -
    logs.log-group.cleanup                        log-storage              -         0.03 per GB-month      -
    lambda.function.cleanup                       function-requests        -         0.20 per million calls -
    lambda.function.cleanup                       function-x86-64          - 0.0000166667 per GB-second     -
    "infra.cost/1" "us-west-2" "28.575"
    "#);
    assert_eq!((&cost["now"], &cost["unread"]), (&Value::from("0.00"), &Value::from(0)));
}

#[test]
fn a_plan_says_what_comes_and_what_goes() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let comes = "\
            Cost a month: 0.80 USD when applied, 0.00 USD now, and by use; prices of 2026-11-23, without free tiers\n  \
            secrets  0.80  2 × 0.40\n  \
            by use, not measured: calls about secrets 0.05 per 10,000 calls, images 0.10 per GB-month";
        assert_eq!(said(&plan), comes);
        assert_eq!(said(&world.apply(&manifest)), comes);
        // Nothing changes, and a line is enough.
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let same = "Cost a month: 0.80 USD, as now, and by use; prices of 2026-11-23, without free tiers";
        assert_eq!(said(&plan), same);
        // What leaves costs no more, and what is kept costs as before. Its images are measured now.
        let manifest = world.manifest("[secretsmanager.secret.new]\nname = \"team/new\"\n");
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let goes = "\
            Cost a month: 0.80 USD when applied, 0.80 USD now, and by use; prices of 2026-11-23, without free tiers\n  \
            secrets  0.80  2 × 0.40\n  \
            by use, not measured: calls about secrets 0.05 per 10,000 calls";
        assert_eq!(said(&plan), goes);
        // The check of CI is about drift.
        let drift = world.drift(&manifest).expect(Exit::Pending);
        assert!(!drift.out.contains("Cost a month"), "{drift}");
    }
}

#[test]
fn destroy_says_what_stops_and_what_goes_on() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let output = world.infra(&["destroy"], &manifest).answers(&["test"]).run().expect(Exit::Done);
        let sums = "Cost a month: 0.40 USD goes on, and by use; 0.40 USD stops; prices of 2026-11-23, without free tiers\n  \
            secrets  0.40  1 × 0.40\n  \
            by use, not measured: calls about secrets 0.05 per 10,000 calls";
        assert_eq!(said(&output), sums);
        let (_, stays) = output.out.split_once("Stays (2); to remove it by hand:\n\n").unwrap();
        let lines: Vec<_> = stays.lines().map(str::trim).collect();
        // Beside each thing, between what holds it and how it goes.
        let at = |text: &str| {
            lines.iter().position(|line| line.starts_with(text)).unwrap_or_else(|| panic!("{text}\n{output}"))
        };
        let (key, site) = (at("= secretsmanager.secret.key"), at("= ecr.repository.site"));
        assert!(key < site);
        assert_eq!(&lines[key + 1..key + 3], ["it is retained", "costs 0.40 USD a month"]);
        assert!(lines[key + 3].starts_with("aws secretsmanager delete-secret"), "{output}");
        assert_eq!(&lines[site + 1..site + 3], ["it is retained", "costs 0.00 USD a month"]);
        let together =
            "All 2 together: 0.40 USD a month, and by use; prices of 2026-11-23, without free tiers";
        assert_eq!(last_line(&output), together);
    }
}

const OWN: &str = r#"
[[price]]
meter   = "secret"
usd     = "0.36"
unit    = "secret-month"
regions = ["us-west-2", "eu-central-1"]
date    = "2026-12-01"
source  = "our agreement"
"#;

#[test]
fn prices_of_ones_own_change_sums_and_no_plan() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(ENTRIES);
    world.file("own/prices.toml", OWN);
    let prices = manifest.with_file_name("own/prices.toml");
    let own = ["plan", "--prices", prices.to_str().unwrap()];
    let (listed, priced) = (world.infra(&["plan"], &manifest).run(), world.infra(&own, &manifest).run());
    let text = said(&priced);
    assert!(text.contains("0.72 USD when applied") && text.contains("secrets  0.72  2 × 0.36"), "{text}");
    assert!(text.contains("prices of 2026-11-23 to 2026-12-01"), "{text}");
    assert!(text.contains("images 0.10 per GB-month"), "{text}");
    assert_eq!(last_line(&priced), last_line(&listed));
    // Nor is it part of what is reviewed.
    let file = manifest.with_file_name("plan.json");
    let out = [&own[..], &["--out", file.to_str().unwrap()]].concat();
    let _ = world.infra(&out, &manifest).run().expect(Exit::Done);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("\"digest\"") && !kept.contains("\"cost\""), "{kept}");

    // In a region of which nobody has told the prices there is no sum; with a list of one's own there is what it says.
    let text = std::fs::read_to_string(&manifest).unwrap().replace("us-west-2", "eu-central-1");
    std::fs::write(&manifest, text).unwrap();
    let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
    assert_eq!(said(&plan), "Cost a month: no prices for eu-central-1; --prices FILE takes yours");
    let text = said(&world.infra(&own, &manifest).run().expect(Exit::Done));
    assert!(text.contains("0.72 USD when applied"), "{text}");
    assert!(text.contains("not in it: calls about secrets, images: no price in eu-central-1"), "{text}");
}

#[test]
fn faults_in_a_list_of_prices_stop_all_before_a_call() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(ENTRIES);
    world.file("own/prices.toml", &OWN.replace("\"0.36\"", "0.36").replace("date ", "day "));
    let prices = manifest.with_file_name("own/prices.toml");
    for command in ["plan", "apply", "destroy"] {
        let wire = Wire::new();
        let args = [command, "--prices", prices.to_str().unwrap()];
        let output = world.infra(&args, &manifest).wire(&wire).run().expect(Exit::Invalid);
        let output = output.tells("prices::wrong-type").tells("prices.toml:4:11");
        let _ = output.tells("put it in quotes").tells("prices::unknown-key").tells("`date` is missing");
        assert_eq!(wire.seen().len(), 0);
        let none = [command, "--prices", "no/such/list.toml"];
        let none = world.infra(&none, &manifest).wire(&wire).run().expect(Exit::Invalid);
        let _ = none.tells("there is no such file").tells("name the price list's file");
        assert_eq!(wire.seen().len(), 0);
    }
}
