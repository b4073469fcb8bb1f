//! `efs.file-system`.

use super::Case;

pub(super) const CASE: Case = Case {
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
};
