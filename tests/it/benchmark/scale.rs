//! How what a plan costs grows with the number of entries, kind by kind.
//!
//! Calls are counted, and the longest chain of them that waited for one another; both are asserted. The time of the
//! processor and the memory are those of the real program, and depend on the machine: they are shown.
//!
//! ```sh
//! cargo test --test it benchmark::scale -- --ignored --nocapture
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use infra::cli::exit::Exit;
use infra::kinds::KINDS;

use super::ROUND_TRIP;
use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::emulators::Backend;

/// One kind, and what a plan of many entries of it costs.
struct Case {
    kind: &'static str,
    /// Other entries, that so many of these name.
    with: fn(usize) -> String,
    /// The entry of this number.
    entry: fn(usize) -> String,
    /// How many calls a plan makes for so many entries that are there, beside those of an empty manifest.
    calls: fn(usize) -> usize,
}

const VPC: &str = "[lookup.vpc.main]\ndefault = true\n";
const GROUP: &str = "[ec2.security-group.front]\nname = \"front\"\nvpc = \"main\"\ndescription = \"front\"\n";

/// Listeners of one load balancer (Elastic Load Balancing, quotas).
const LISTENERS: usize = 50;
/// Resources of one `DescribeTags` of Elastic Load Balancing.
const TAGGED: usize = 20;

fn balancer(number: usize) -> String {
    format!(
        "[elbv2.load-balancer.b{number}]\nname = \"b{number}\"\nscheme = \"internal\"\nvpc = \"main\"\nsecurity-groups = [\"front\"]\n"
    )
}

/// What functions run as.
const RUNS: &str = "[iam.role.runs]\nname = \"runs\"\ntrust = [{ effect = \"allow\", principal = { service = [\"lambda.amazonaws.com\"] }, action = [\"sts:AssumeRole\"] }]\n";

fn function(number: usize) -> String {
    format!(
        "[lambda.function.f{number}]\nname = \"f{number}\"\nsource = \"code\"\nhandler = \"handler.handler\"\nruntime = \"python3.13\"\nrole = \"runs\"\n"
    )
}

/// What follows a page of a list that holds so many.
fn pages(count: usize, page: usize) -> usize {
    count.div_ceil(page).max(1) - 1
}

const CASES: &[Case] = &[
    Case {
        kind: "ecr.repository",
        with: |_| String::new(),
        entry: |number| format!("[ecr.repository.r{number}]\nname = \"team/r{number}\"\n"),
        // Tags, rules and policy of each; the list is paged by 1,000.
        calls: |count| 3 * count + pages(count, 1_000),
    },
    Case {
        kind: "secretsmanager.secret",
        with: |_| String::new(),
        entry: |number| format!("[secretsmanager.secret.s{number}]\nname = \"team/s{number}\"\n"),
        // Each secret and its policy.
        calls: |count| 2 * count + pages(count, 100),
    },
    Case {
        kind: "ec2.security-group",
        with: |_| VPC.to_owned(),
        entry: |number| {
            format!(
                "[ec2.security-group.g{number}]\nname = \"g{number}\"\nvpc = \"main\"\ndescription = \"g\"\n"
            )
        },
        // The network and its subnets; the list has it all. AWS sends it in pages of 1,000; the emulator sends it whole.
        calls: |_| 2,
    },
    Case {
        kind: "efs.file-system",
        with: |_| String::new(),
        entry: |number| format!("[efs.file-system.f{number}]\nname = \"f{number}\"\n"),
        // Lifecycle, backups, policy and mount targets of each.
        calls: |count| 4 * count + pages(count, 100),
    },
    Case {
        kind: "efs.access-point",
        with: |_| "[efs.file-system.whole]\nname = \"whole\"\n".to_owned(),
        entry: |number| {
            format!("[efs.access-point.p{number}]\nfile-system = \"whole\"\npath = \"/p{number}\"\n")
        },
        // The file system's four; the list has it all.
        calls: |count| 4 + pages(count, 100),
    },
    Case {
        kind: "elbv2.load-balancer",
        with: |_| format!("{VPC}{GROUP}"),
        entry: balancer,
        // The network and its subnets; attributes and listeners of each; tags of twenty at a time.
        calls: |count| 2 + 2 * count + count.div_ceil(TAGGED) + pages(count, 400),
    },
    Case {
        kind: "elbv2.listener",
        with: |count| {
            let balancers = (0..count.div_ceil(LISTENERS)).map(balancer);
            format!("{VPC}{GROUP}{}", balancers.collect::<String>())
        },
        entry: |number| {
            let (balancer, port) = (number / LISTENERS, 8000 + number % LISTENERS);
            format!(
                "[elbv2.listener.l{number}]\nload-balancer = \"b{balancer}\"\nport = {port}\nprotocol = \"http\"\nfixed-response = {{ status = 200 }}\n"
            )
        },
        // The load balancers; rules of each, tags of twenty at a time.
        calls: |count| {
            let balancers = count.div_ceil(LISTENERS);
            2 + 2 * balancers + balancers.div_ceil(TAGGED) + count + count.div_ceil(TAGGED)
        },
    },
    Case {
        kind: "logs.log-group",
        with: |_| String::new(),
        entry: |number| format!("[logs.log-group.g{number}]\nname = \"g{number}\"\nretention-days = 30\n"),
        // Each group and its tags. AWS sends what carries the mark in pages of 100; the emulator sends it whole.
        calls: |count| 2 * count,
    },
    Case {
        kind: "iam.role",
        with: |_| String::new(),
        entry: |number| {
            let trust = "[{ effect = \"allow\", principal = { service = [\"lambda.amazonaws.com\"] }, action = [\"sts:AssumeRole\"] }]";
            format!(
                "[iam.role.r{number}]\nname = \"r{number}\"\ntrust = {trust}\npolicies.one = [{{ effect = \"allow\", action = [\"s3:Get*\"], resource = [\"*\"] }}]\n"
            )
        },
        // Each role, its policies' names, its policy, and what is attached.
        calls: |count| 4 * count,
    },
    Case {
        kind: "lambda.function",
        with: |_| RUNS.to_owned(),
        entry: function,
        // The role's three, for it has no policy; each function and its policy; the list is paged by 50.
        calls: |count| 3 + 2 * count + pages(count, 50),
    },
    Case {
        kind: "events.rule",
        with: |_| format!("{RUNS}{}", function(0)),
        entry: |number| {
            format!(
                "[events.rule.r{number}]\nname = \"r{number}\"\nschedule = \"rate(1 day)\"\nfunction = \"f0\"\n"
            )
        },
        // The role's three and the function's two; each rule, its targets and its tags. The policy is the function's.
        calls: |count| 5 + 3 * count + pages(count, 100),
    },
];

#[test]
fn every_kind_has_its_row() {
    // A manifest has one entry of what is gathered.
    let kinds = KINDS.iter().filter(|kind| !kind.is_lookup() && kind.gathered().is_none());
    let kinds = kinds.map(|kind| kind.name().to_string());
    let rows: Vec<_> = CASES.iter().map(|case| case.kind.to_owned()).collect();
    assert_eq!(rows, kinds.collect::<Vec<_>>());
}

#[test]
fn ten_entries_of_each_kind_cost_what_the_table_says() {
    for case in CASES {
        let Some(world) = World::on(Backend::Ministack) else { return };
        let _ = measure(case, &world, 10);
    }
}

#[test]
#[ignore = "it takes minutes, and its times mean something only where nothing else runs"]
fn a_thousand_entries_of_each_kind() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    println!("the shipped manifest: {}", program(&world, &applied(&world, &world.prereqs())));
    for case in CASES {
        for count in [10, 100, 1_000] {
            let Some(world) = World::on(Backend::Ministack) else { return };
            println!("{} × {count}: {}", case.kind, measure(case, &world, count));
        }
    }
}

fn applied(world: &World, manifest: &Path) -> std::path::PathBuf {
    let _ = world.apply(manifest);
    manifest.to_owned()
}

/// Makes so many, checks the calls that a plan of them takes, and says what else it takes.
fn measure(case: &Case, world: &World, count: usize) -> String {
    world.file("code/handler.py", "def handler(event, context):\n    return {}\n");
    let empty = calls(world, &world.manifest(""));
    let entries: String = (0..count).map(case.entry).collect();
    let manifest = applied(world, &world.manifest(&format!("{}{entries}", (case.with)(count))));
    let wire = Wire::with_latency(ROUND_TRIP);
    let plan = world.infra(&["plan"], &manifest).wire(&wire).run().expect(Exit::Done);
    let planned = wire.seen().len();
    assert_eq!(planned - empty, (case.calls)(count), "{}: {:#?}", case.kind, wire.counts());
    assert_eq!(wire.questions(), planned, "a question was asked twice: {:#?}", wire.counts());
    let replay = Wire::answering_as(&wire, ROUND_TRIP);
    let again = world.infra(&["plan"], &manifest).wire(&replay).with_stopped_clock().run().expect(Exit::Done);
    assert_eq!(again.out, plan.out);
    let wire = Wire::new();
    let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
    assert_eq!((wire.writes(), wire.seen().len()), (Vec::new(), planned), "an apply with nothing to do");
    format!("{planned} calls, depth {}; {}", replay.depth(), program(world, &manifest))
}

fn calls(world: &World, manifest: &Path) -> usize {
    let wire = Wire::new();
    let _ = world.infra(&["plan"], manifest).wire(&wire).run().expect(Exit::Done);
    wire.seen().len()
}

/// What the real program takes for a plan, and for an apply that has nothing to do.
fn program(world: &World, manifest: &Path) -> String {
    let mut text = String::new();
    for args in [["plan", "--quiet"], ["apply", "--yes"]] {
        let keys = &world.account.credentials;
        let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
        command.args(args).arg(manifest).args(["--endpoint-url", &world.emulator.endpoint_url]);
        command.env_clear().env("AWS_ACCESS_KEY_ID", &keys.access_key_id);
        command.env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (ticks, peak) = watch(child);
        let _ = write!(text, "{} {} ms of CPU, {peak} KiB; ", args[0], ticks * 10);
    }
    text
}

/// The time of the processor in hundredths of a second, and the most memory in KiB, that a process has taken when it ends
/// (Linux, `proc(5)`).
fn watch(mut child: Child) -> (u64, u64) {
    let (mut ticks, mut peak) = (0, 0);
    let folder = format!("/proc/{}", child.id());
    while child.try_wait().unwrap().is_none() {
        let read = |file: &str| fs::read_to_string(format!("{folder}/{file}")).unwrap_or_default();
        let (stat, status) = (read("stat"), read("status"));
        // The program's name, in parentheses, may hold spaces; behind it, user and system time are the 12th and 13th.
        let times = stat.rsplit(')').next().unwrap_or_default().split(' ').skip(12).take(2);
        ticks = times.filter_map(|time| time.parse::<u64>().ok()).sum::<u64>().max(ticks);
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        peak = high.unwrap_or_default().max(peak);
        thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    (ticks, peak)
}
