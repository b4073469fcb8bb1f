//! Every kind, on every emulator: create, change each field, and each time nothing is left to do.
//!
//! The table must name every field that the kind's own schema has, so that a new field, or a new kind,
//! cannot go without.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use infra::cli::exit::Exit;
use infra::kinds::KINDS;
use infra::model::OnDelete;

use crate::support::capabilities::{Capability, lacks};
use crate::support::cli::World;
use crate::support::connector::Wire;

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
    fn world(&self, world: World) -> World {
        (self.before)(&world);
        world
    }

    /// One of the entries, with what it names.
    fn manifest(&self, world: &World, entry: &str) -> PathBuf {
        world.manifest(&format!("{}\n{entry}", self.with))
    }

    /// Whether what leaves the manifest is deleted where the entry says nothing of it.
    fn is_deleted(&self) -> bool {
        let kind = KINDS.iter().find(|kind| kind.name().to_string() == self.kind).unwrap();
        kind.on_delete()[0] == OnDelete::Delete
    }
}

/// A second VPC, with a subnet, that the tag `Name` calls `other`.
fn another_vpc(world: &World) {
    let vpc = world.account.ec2("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]).xml().element("vpcId");
    let subnet = [("VpcId", vpc.as_str()), ("CidrBlock", "10.9.0.0/24"), ("AvailabilityZone", "us-west-2a")];
    world.account.ec2("CreateSubnet", &subnet).xml();
    let tag = [("ResourceId.1", vpc.as_str()), ("Tag.1.Key", "Name"), ("Tag.1.Value", "other")];
    world.account.ec2("CreateTags", &tag).xml();
}

const CASES: &[Case] = &[
    Case {
        kind: "ecr.repository",
        before: |_| (),
        with: "",
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
        before: |_| (),
        with: "",
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
    Case {
        kind: "ec2.security-group",
        before: another_vpc,
        with: r#"
            [lookup.vpc.main]
            default = true
            [lookup.vpc.other]
            tags = { Name = "other" }
        "#,
        base: r#"
            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "main"
            description = "NFS of the team"
        "#,
        changes: &[
            (
                "ingress",
                r#"
                [ec2.security-group.nfs]
                name = "team-nfs"
                vpc = "main"
                description = "NFS of the team"
                ingress = [
                    { protocol = "tcp", port = 2049, security-groups = ["nfs"], description = "NFS" },
                    { protocol = "tcp", ports = { from = 8000, to = 8010 }, cidr = ["10.0.0.0/8", "2001:db8::/32"] },
                    { protocol = "udp", port = 53, cidr = ["10.0.0.0/8"] },
                    { protocol = "icmp", icmp = { type = 8 }, cidr = ["0.0.0.0/0"], public = true },
                    { protocol = "icmpv6", cidr = ["::/0"], public = true },
                ]
                "#,
            ),
            (
                "egress",
                r#"
                [ec2.security-group.nfs]
                name = "team-nfs"
                vpc = "main"
                description = "NFS of the team"
                egress = [{ protocol = "all", cidr = ["0.0.0.0/0"], public = true, description = "Anything" }]
                "#,
            ),
        ],
        immutable: &[
            (
                "description",
                r#"
                [ec2.security-group.nfs]
                name = "team-nfs"
                vpc = "main"
                description = "NFS of another team"
                "#,
            ),
            (
                "name",
                r#"
                [ec2.security-group.nfs]
                name = "another-nfs"
                vpc = "main"
                description = "NFS of the team"
                "#,
            ),
            (
                "vpc",
                r#"
                [ec2.security-group.nfs]
                name = "team-nfs"
                vpc = "other"
                description = "NFS of the team"
                "#,
            ),
        ],
    },
    Case {
        kind: "efs.file-system",
        before: |_| (),
        with: r#"
            [lookup.vpc.main]
            default = true

            [ec2.security-group.nfs]
            name = "team-nfs"
            vpc = "main"
            description = "Mounts"

            [ec2.security-group.other]
            name = "team-other"
            vpc = "main"
            description = "Others"
        "#,
        base: r#"
            [efs.file-system.data]
            name = "team-data"
            mount-targets = { vpc = "main", security-groups = ["nfs"] }
        "#,
        changes: &[
            (
                "throughput-mode",
                r#"
                [efs.file-system.data]
                name = "team-data"
                throughput-mode = "elastic"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "provisioned-mibps",
                r#"
                [efs.file-system.data]
                name = "team-data"
                throughput-mode = "provisioned"
                provisioned-mibps = 8
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "backups",
                r#"
                [efs.file-system.data]
                name = "team-data"
                backups = false
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "replication-overwrite-protection",
                r#"
                [efs.file-system.data]
                name = "team-data"
                replication-overwrite-protection = false
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "lifecycle",
                r#"
                [efs.file-system.data]
                name = "team-data"
                throughput-mode = "elastic"
                lifecycle = { infrequent-access-after-days = 30, archive-after-days = 90, primary-after-access = true }
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "policy",
                r#"
                [efs.file-system.data]
                name = "team-data"
                policy = [
                    { sid = "Mount", effect = "allow", principal = { aws = ["111122223333"] }, action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"] },
                    { effect = "deny", principal = { anyone = true }, action = ["*"], condition = { Bool = { "aws:SecureTransport" = ["false"] } } },
                ]
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "mount-targets",
                r#"
                [efs.file-system.data]
                name = "team-data"
                mount-targets = { vpc = "main", security-groups = ["other", "nfs"] }
                "#,
            ),
        ],
        immutable: &[
            (
                "encrypted",
                r#"
                [efs.file-system.data]
                name = "team-data"
                encrypted = false
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "kms-key",
                r#"
                [efs.file-system.data]
                name = "team-data"
                kms-key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "performance-mode",
                r#"
                [efs.file-system.data]
                name = "team-data"
                performance-mode = "max-io"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "availability-zone",
                r#"
                [efs.file-system.data]
                name = "team-data"
                availability-zone = "us-west-2a"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "id",
                r#"
                [efs.file-system.data]
                name = "team-data"
                id = "fs-0f0f0f0f0f0f0f0f1"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
            (
                "name",
                r#"
                [efs.file-system.data]
                name = "team-other-data"
                mount-targets = { vpc = "main", security-groups = ["nfs"] }
                "#,
            ),
        ],
    },
    Case {
        kind: "efs.access-point",
        before: |_| (),
        with: r#"
            [efs.file-system.workspaces]
            name = "workspaces"
            [efs.file-system.other]
            name = "other"
        "#,
        base: r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "clients"
                path = "/clients"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                "#,
        changes: &[],
        immutable: &[
            (
                "file-system",
                r#"
                [efs.access-point.clients]
                file-system = "other"
                name = "clients"
                path = "/clients"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                "#,
            ),
            (
                "name",
                r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "renamed"
                path = "/clients"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                "#,
            ),
            (
                "id",
                r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "clients"
                path = "/clients"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                id = "fsap-0f0f0f0f0f0f0f0f1"
                "#,
            ),
            (
                "path",
                r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "clients"
                path = "/others"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                "#,
            ),
            (
                "user",
                r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "clients"
                path = "/clients"
                user = { uid = 1001, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "755" }
                "#,
            ),
            (
                "create",
                r#"
                [efs.access-point.clients]
                file-system = "workspaces"
                name = "clients"
                path = "/clients"
                user = { uid = 1000, gid = 1000 }
                create = { uid = 1000, gid = 1000, mode = "750" }
                "#,
            ),
        ],
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
        for world in World::each().map(|world| case.world(world)) {
            let base = case.manifest(&world, case.base);
            let _ = world.apply(&base);
            settled(&world, &base);
            for (_, entry) in case.changes {
                let changed = case.manifest(&world, entry);
                let _ = world.infra(&["drift"], &changed).run().expect(Exit::Pending).says(" 1 to update,");
                let _ = world.apply(&changed).tells("verified");
                settled(&world, &changed);
                let base = case.manifest(&world, case.base);
                let _ = world.apply(&base);
                settled(&world, &base);
            }
        }
    }
}

/// Nothing is left to do, and doing it makes no call that could change anything.
fn settled(world: &World, manifest: &Path) {
    let text = fs::read_to_string(manifest).unwrap();
    let tables = text.lines().map(str::trim).filter(|line| line.starts_with('[') && line.contains('.'));
    let count = tables.filter(|table| !table.starts_with("[lookup.")).count();
    let _ = world.drift(manifest).expect(Exit::Done).says(&format!(" {count} in sync, of {count};"));
    let wire = Wire::new();
    let output = world.infra(&["apply", "--yes"], manifest).wire(&wire).run().expect(Exit::Done);
    assert_eq!(wire.writes(), [""; 0], "{output}");
}

#[test]
fn what_cannot_be_changed_is_blocked() {
    for case in CASES {
        for world in World::each().map(|world| case.world(world)) {
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
        for world in World::each().map(|world| case.world(world)) {
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
                ("ec2:DescribeSecurityGroups", 1),
                ("ecr:DescribeRepositories", 1),
                ("ecr:GetLifecyclePolicy", 3),
                ("ecr:GetRepositoryPolicy", 3),
                ("ecr:ListTagsForResource", 3),
                ("elasticfilesystem:DescribeAccessPoints", 1),
                ("elasticfilesystem:DescribeFileSystems", 1),
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
