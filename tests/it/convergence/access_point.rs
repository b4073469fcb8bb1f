//! `efs.access-point`.

use super::Case;

pub(super) const CASE: Case = Case {
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
};
