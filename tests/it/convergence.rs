//! Every kind, on every emulator: create, change each field, and each time nothing is left to do.
//!
//! The table must name every field that the kind's own schema has, so that a new field, or a new kind,
//! cannot go without.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use infra::cli::exit::Exit;
use infra::kinds::KINDS;

use crate::support::capabilities::{Capability, lacks};
use crate::support::cli::World;
use crate::support::connector::Wire;

/// What to try of one kind. Entries are written whole, and all are of one key.
struct Case {
    kind: &'static str,
    /// As first applied.
    base: &'static str,
    /// A field, and the entry with that field changed in place.
    changes: &'static [(&'static str, &'static str)],
    /// A field, and the entry with that field changed although AWS cannot.
    immutable: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        kind: "ecr.repository",
        base: r#"
            [ecr.repository.site]
            name = "team/site"
        "#,
        changes: &[
            (
                "scan-on-push",
                r#"
                [ecr.repository.site]
                name = "team/site"
                scan-on-push = true
                "#,
            ),
            (
                "tag-mutability",
                r#"
                [ecr.repository.site]
                name = "team/site"
                tag-mutability = "immutable"
                "#,
            ),
            (
                "tag-mutability-exclusions",
                r#"
                [ecr.repository.site]
                name = "team/site"
                tag-mutability = "immutable"
                tag-mutability-exclusions = ["latest", "dev-*"]
                "#,
            ),
            (
                "lifecycle",
                r#"
                [ecr.repository.site]
                name = "team/site"
                lifecycle = [
                    { description = "Untagged for a week", tag-status = "untagged", expire-after-days = 7 },
                    { tag-prefixes = ["v", "release"], keep-last = 30 },
                    { keep-last = 100 },
                ]
                "#,
            ),
            (
                "policy",
                r#"
                [ecr.repository.site]
                name = "team/site"
                policy = [
                    { sid = "Pull", effect = "allow", principal = { aws = ["111122223333"] }, action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] },
                ]
                "#,
            ),
        ],
        immutable: &[
            (
                "encryption",
                r#"
                [ecr.repository.site]
                name = "team/site"
                encryption = "kms"
                "#,
            ),
            (
                "kms-key",
                r#"
                [ecr.repository.site]
                name = "team/site"
                encryption = "kms"
                kms-key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                "#,
            ),
            (
                "name",
                r#"
                [ecr.repository.site]
                name = "team/another-site"
                "#,
            ),
        ],
    },
    Case {
        kind: "secretsmanager.secret",
        base: r#"
            [secretsmanager.secret.key]
            name = "team/key"
            description = "A key"
        "#,
        changes: &[
            (
                "description",
                r#"
                [secretsmanager.secret.key]
                name = "team/key"
                description = "Another key"
                "#,
            ),
            (
                "kms-key",
                r#"
                [secretsmanager.secret.key]
                name = "team/key"
                description = "A key"
                kms-key = "alias/site"
                "#,
            ),
            (
                "policy",
                r#"
                [secretsmanager.secret.key]
                name = "team/key"
                description = "A key"
                policy = [
                    { effect = "allow", principal = { aws = ["111122223333"] }, action = ["secretsmanager:GetSecretValue"] },
                    { sid = "Not", effect = "deny", principal = { aws = ["444455556666"] }, action = ["secretsmanager:*"] },
                ]
                "#,
            ),
        ],
        immutable: &[(
            "name",
            r#"
            [secretsmanager.secret.key]
            name = "team/another-key"
            "#,
        )],
    },
];

#[test]
fn every_field_of_every_kind_is_tried() {
    for kind in KINDS.iter().filter(|kind| !kind.is_lookup()) {
        let name = kind.name().to_string();
        let case =
            CASES.iter().find(|case| case.kind == name).unwrap_or_else(|| panic!("no case for {name}"));
        let schema = kind.schema();
        let fields: BTreeSet<_> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let tried: BTreeSet<_> = case.changes.iter().chain(case.immutable).map(|(field, _)| *field).collect();
        assert_eq!(fields, tried, "{name}");
    }
}

#[test]
fn every_kind_converges_and_stays() {
    for case in CASES {
        for world in World::each() {
            let base = world.manifest(case.base);
            let _ = world.apply(&base);
            settled(&world, case.base);
            for (_, entry) in case.changes {
                let changed = world.manifest(entry);
                let _ = world.infra(&["drift"], &changed).run().expect(Exit::Pending).says(" 1 to update,");
                let _ = world.apply(&changed).tells("verified");
                settled(&world, entry);
                let _ = world.apply(&world.manifest(case.base));
                settled(&world, case.base);
            }
        }
    }
}

/// Nothing is left to do, and doing it makes no call that could change anything.
fn settled(world: &World, entry: &str) {
    let manifest = world.manifest(entry);
    let _ = world.drift(&manifest).expect(Exit::Done).says(" 1 in sync, of 1;");
    let wire = Wire::new();
    let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
    assert_eq!(wire.writes(), [""; 0], "{entry}");
}

#[test]
fn what_cannot_be_changed_is_blocked() {
    for case in CASES {
        for world in World::each() {
            let _ = world.apply(&world.manifest(case.base));
            for (field, entry) in case.immutable {
                let manifest = world.manifest(entry);
                let _ = world.infra(&["drift"], &manifest).run().expect(Exit::Refused).says("! blocked");
                let wire = Wire::new();
                let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
                assert_eq!(wire.writes(), [""; 0], "{field}");
            }
            let _ = world.drift(&world.manifest(case.base)).expect(Exit::Done);
        }
    }
}

#[test]
fn what_leaves_the_manifest_stays_and_comes_back_without_a_word() {
    for case in CASES {
        for world in World::each() {
            let _ = world.apply(&world.manifest(case.base));
            let empty = world.manifest("");
            let _ = world.drift(&empty).expect(Exit::Done).says("= keep").says("retained");
            let wire = Wire::new();
            let _ = world.infra(&["apply", "--yes"], &empty).wire(&wire).run().expect(Exit::Done);
            assert_eq!(wire.writes(), [""; 0]);
            settled(&world, case.base);
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
                ("ecr:DescribeRepositories", 1),
                ("ecr:GetLifecyclePolicy", 3),
                ("ecr:GetRepositoryPolicy", 3),
                ("ecr:ListTagsForResource", 3),
                ("secretsmanager:DescribeSecret", 3),
                ("secretsmanager:GetResourcePolicy", 3),
                ("secretsmanager:ListSecrets", 1),
                ("sts:GetCallerIdentity", 1),
            ];
            assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)));
            let _ = world.apply(&manifest);
        }
    }
}
