//! Every kind, on every emulator: create, change each field, and each time nothing is left to do.
//!
//! The table must name every field that the kind's own schema has, so that a new field, or a new kind,
//! cannot go without.

mod access_point;
mod exports;
mod file_system;
mod function;
mod listener;
mod load_balancer;
mod log_group;
mod repository;
mod role;
mod rule;
mod secret;
mod security_group;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use infra::kinds::KINDS;
use infra::model::OnDelete;
use serde_json::Value;

use crate::support::capabilities::{Capability, lacks};
use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::emulators::REGION;

/// What to try of one kind. Entries are written whole, and all are of one key.
struct Case {
    kind: &'static str,
    /// What is in the account before.
    before: fn(&World),
    /// Other entries, that these name.
    with: &'static str,
    /// As first applied.
    base: &'static str,
    /// A field, and the entry with that field changed in place.
    changes: &'static [(&'static str, &'static str)],
    /// A field, and the entry with that field changed although AWS cannot.
    immutable: &'static [(&'static str, &'static str)],
}

impl Case {
    /// A fresh account on each emulator.
    fn worlds(&self) -> impl Iterator<Item = World> {
        World::each().inspect(|world| (self.before)(world))
    }

    /// One of the entries, with what it names. `ACCOUNT` stands for the account's number.
    fn manifest(&self, world: &World, entry: &str) -> PathBuf {
        world.manifest(&format!("{}\n{entry}", self.with).replace("ACCOUNT", &world.number))
    }

    /// Whether what leaves the manifest is deleted where the entry says nothing of it.
    fn is_deleted(&self) -> bool {
        let kind = KINDS.iter().find(|kind| kind.name().to_string() == self.kind).unwrap();
        kind.on_delete()[0] == OnDelete::Delete
    }
}

const CASES: &[Case] = &[
    repository::CASE,
    secret::CASE,
    security_group::CASE,
    file_system::CASE,
    access_point::CASE,
    load_balancer::CASE,
    listener::CASE,
    log_group::CASE,
    role::CASE,
    function::CASE,
    rule::CASE,
    exports::CASE,
];

#[test]
fn every_field_of_every_kind_is_tried() {
    for kind in KINDS.iter().filter(|kind| !kind.is_lookup()) {
        let name = kind.name().to_string();
        let case =
            CASES.iter().find(|case| case.kind == name).unwrap_or_else(|| panic!("no case for {name}"));
        let schema = match kind.gathered() {
            Some(_) => kind.schema()["$defs"]["ExportSpec"].clone(),
            None => kind.schema(),
        };
        let fields: BTreeSet<_> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut tried: BTreeSet<_> =
            case.changes.iter().chain(case.immutable).map(|(field, _)| *field).collect();
        // Nothing live has where a value comes from, and how old it may get: `secret_values` and `secret_set` try them.
        if name == "secretsmanager.secret" {
            tried.extend(["value", "max-age-days"]);
        }
        assert_eq!(fields, tried, "{name}");
    }
}

#[test]
fn every_kind_converges_and_stays() {
    for case in CASES {
        for world in case.worlds() {
            let base = case.manifest(&world, case.base);
            let _ = world.apply(&base);
            settled(&world, &base);
            let as_made = fingerprint(&world, &base, case.kind);
            for (field, entry) in case.changes {
                let changed = case.manifest(&world, entry);
                let _ = world.infra(&["drift"], &changed).run().expect(Exit::Pending).says(" 1 to update,");
                let _ = world.apply(&changed).tells("verified");
                settled(&world, &changed);
                // So a reviewed plan is not applied where the field has changed since.
                assert_ne!(fingerprint(&world, &changed, case.kind), as_made, "{} {field}", case.kind);
                let base = case.manifest(&world, case.base);
                let _ = world.apply(&base);
                settled(&world, &base);
            }
        }
    }
}

/// What a plan's file takes for all that is seen of the entry of this kind.
fn fingerprint(world: &World, manifest: &Path, kind: &str) -> String {
    let file = manifest.with_extension("plan");
    let args = ["plan", "--out", file.to_str().unwrap()];
    let _ = world.infra(&args, manifest).run().expect(Exit::Done);
    let plan: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let is_case = |part: &&Value| part["address"].as_str().unwrap().starts_with(&format!("{kind}."));
    // Of several entries of the kind, all.
    let seen = plan["seen"].as_array().unwrap().iter().filter(is_case);
    let prints: Vec<_> = seen.map(|part| part["fingerprint"].as_str().unwrap()).collect();
    assert!(!prints.is_empty(), "{kind} {plan}");
    prints.join(" ")
}

/// Nothing is left to do, and doing it makes no call that could change anything.
fn settled(world: &World, manifest: &Path) {
    let text = fs::read_to_string(manifest).unwrap();
    let tables = text.lines().map(str::trim).filter(|line| line.starts_with('[') && line.contains('.'));
    let declared = tables.filter(|table| !table.starts_with("[lookup."));
    // All exports are one entry.
    let mut entries: Vec<_> =
        declared.map(|table| if table.starts_with("[export.") { "[export." } else { table }).collect();
    entries.dedup();
    let count = entries.len();
    let _ = world.drift(manifest).expect(Exit::Done).says(&format!(" {count} in sync, of {count};"));
    let wire = Wire::new();
    let output = world.infra(&["apply", "--yes"], manifest).wire(&wire).run().expect(Exit::Done);
    assert_eq!(wire.writes(), [""; 0], "{output}");
}

/// Whatever an entry says, what is live of it can be written as one that says the same.
#[test]
fn what_is_live_can_be_written_again() {
    // But for functions, whose source is not at hand, for rules, which call them, and for exports: what they are taken from
    // is not told.
    let untold = ["lambda.function", "events.rule", exports::CASE.kind];
    let told = |case: &&Case| !untold.contains(&case.kind);
    for case in CASES.iter().filter(told) {
        for world in case.worlds() {
            for entry in std::iter::once(case.base).chain(case.changes.iter().map(|(_, entry)| *entry)) {
                let _ = world.apply(&case.manifest(&world, entry));
                // Of the same name, so in another folder.
                let folder = tempfile::tempdir().unwrap();
                let again = folder.path().join("test.toml");
                let args = ["init", "--region", REGION, "--out", again.to_str().unwrap()];
                let _ = world.command(&args).run().expect(Exit::Done);
                let text = fs::read_to_string(&again).unwrap();
                assert!(!text.contains("left alone"), "{text}");
                let wire = Wire::new();
                let applied = world.infra(&["apply", "--yes"], &again).wire(&wire).run().expect(Exit::Done);
                let tags = |call: &String| {
                    ["TagResource", "CreateTags", "AddTags"].iter().any(|it| call.ends_with(it))
                };
                assert!(wire.writes().iter().all(tags), "{text}\n{applied}");
                let _ = world.drift(&again).expect(Exit::Done);
                let _ = world.apply(&case.manifest(&world, case.base));
            }
        }
    }
}

#[test]
fn what_cannot_be_changed_is_blocked() {
    for case in CASES {
        for world in case.worlds() {
            let _ = world.apply(&case.manifest(&world, case.base));
            for (field, entry) in case.immutable {
                let manifest = case.manifest(&world, entry);
                let _ = world.infra(&["drift"], &manifest).run().expect(Exit::Refused).says("! blocked");
                let wire = Wire::new();
                let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
                assert_eq!(wire.writes(), [""; 0], "{field}");
            }
            let _ = world.drift(&case.manifest(&world, case.base)).expect(Exit::Done);
        }
    }
}

#[test]
fn what_leaves_the_manifest_stays_and_comes_back_without_a_word() {
    for case in CASES {
        for world in case.worlds() {
            let _ = world.apply(&case.manifest(&world, case.base));
            let without = world.manifest(case.with);
            let wire = Wire::new();
            let applied = world.infra(&["apply", "--yes"], &without).wire(&wire);
            if case.is_deleted() {
                let _ = world.drift(&without).expect(Exit::Pending).says("- delete");
                let _ = applied.run().expect(Exit::Refused);
            } else {
                let _ = world.drift(&without).expect(Exit::Done).says("= keep").says("retained");
                let _ = applied.run().expect(Exit::Done);
            }
            assert_eq!(wire.writes(), [""; 0]);
            settled(&world, &case.manifest(&world, case.base));
        }
    }
}

#[test]
fn a_description_that_is_left_out_is_cleared() {
    for world in World::each() {
        if let Some(why) = lacks(world.emulator.backend, Capability::SecretDescriptionCleared) {
            eprintln!("passed over on {:?}, which {why}", world.emulator.backend);
            continue;
        }
        let entry = "[secretsmanager.secret.key]\nname = \"team/key\"\n";
        let _ = world.apply(&world.manifest(&format!("{entry}description = \"A key\"\n")));
        let manifest = world.manifest(entry);
        let _ = world.drift(&manifest).expect(Exit::Pending).says("A key → (none)");
        let _ = world.apply(&manifest);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn an_ignored_field_is_left_alone() {
    for world in World::each() {
        let entry = "[secretsmanager.secret.key]\nname = \"team/key\"\ndescription = \"A key\"\nignore = [\"description\"]\n";
        let _ = world.apply(&world.manifest(entry));
        let body = serde_json::json!({"SecretId": "team/key", "Description": "Another"});
        world.account.secrets("UpdateSecret", &body).json();
        let _ = world.drift(&world.manifest(entry)).expect(Exit::Done);
        let strict = world.manifest(&entry.replace("ignore = [\"description\"]\n", ""));
        let _ = world.drift(&strict).expect(Exit::Pending);
    }
}

/// What reading costs, whatever is found: a bound for each kind, and nothing is read twice.
#[test]
fn reading_costs_what_the_table_says() {
    for world in World::each() {
        let mut entries = String::new();
        for number in 0..3 {
            writeln!(entries, "[ecr.repository.r{number}]\nname = \"team/r{number}\"").unwrap();
            writeln!(entries, "[secretsmanager.secret.s{number}]\nname = \"team/s{number}\"").unwrap();
        }
        let manifest = world.manifest(&entries);
        for _ in 0..2 {
            let wire = Wire::new();
            let _ = world.infra(&["plan"], &manifest).wire(&wire).run().expect(Exit::Done);
            let counts: Vec<_> = wire.counts().into_iter().collect();
            let expected = [
                ("cloudformation:DescribeStackResources", 1),
                ("cloudformation:DescribeStacks", 1),
                ("ec2:DescribeSecurityGroups", 1),
                ("ecr:DescribeRepositories", 1),
                ("ecr:GetLifecyclePolicy", 3),
                ("ecr:GetRepositoryPolicy", 3),
                ("ecr:ListTagsForResource", 3),
                ("elasticfilesystem:DescribeAccessPoints", 1),
                ("elasticfilesystem:DescribeFileSystems", 1),
                ("elasticloadbalancing:DescribeLoadBalancers", 1),
                ("events:ListRules", 1),
                ("iam:GetAccountAuthorizationDetails", 1),
                ("lambda:ListFunctions", 1),
                ("secretsmanager:DescribeSecret", 3),
                ("secretsmanager:GetResourcePolicy", 3),
                ("secretsmanager:ListSecrets", 1),
                ("sts:GetCallerIdentity", 1),
                ("tag:GetResources", 1),
            ];
            assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)));
            let _ = world.apply(&manifest);
        }
    }
}
