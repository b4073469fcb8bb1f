//! What several entries, or several manifests, claim together.

use insta::assert_snapshot;

use super::{Folder, HEADER, brief, entries};
use crate::support::cli::infra;

#[test]
fn what_every_entry_may_say() {
    assert_snapshot!(brief(r#"
[ecr.repository.site]
name = "team/site"
ignore = ["name", "lifecycel", "policy"]
was = "old"
[ecr.repository.old]
name = "team/old"
[ecr.repository.new]
name = "team/new"
was = "gone"
[ecr.repository.newer]
name = "team/newer"
was = "gone"
[ecr.repository.newest]
name = "team/newest"
was = "Not A Key"
"#), @r"
        7:11 invalid-value: ecr.repository.site: there is no such field to ignore
            help: fields of ecr.repository that can be left alone: scan-on-push, tag-mutability, lifecycle, pull-from, policy, encryption
        7:19 invalid-value: ecr.repository.site: there is no such field to ignore
            help: fields of ecr.repository that can be left alone: scan-on-push, tag-mutability, lifecycle, pull-from, policy, encryption
        16:7 clash: ecr.repository.newer: ecr.repository.new (line 11) had this key, too
            help: `was` is the key that this entry had before; leave it out if it was not renamed
        19:7 invalid-value: ecr.repository.newest: this is no key of an entry
            help: write the last part of the old address only
        ");
}

/// A listener has no name: it is the port of a load balancer.
#[test]
fn two_entries_for_one_port() {
    assert_snapshot!(entries(r#"
[lookup.vpc.main]
default = true
[ec2.security-group.site]
name = "site"
vpc = "main"
description = "Who reaches it"
[elbv2.load-balancer.site]
name = "site"
scheme = "internal"
vpc = "main"
security-groups = ["site"]
[elbv2.listener.one]
load-balancer = "site"
port = 80
protocol = "http"
fixed-response = { status = 404 }
[elbv2.listener.two]
load-balancer = "site"
port = 80
protocol = "http"
redirect = { port = 8080 }
"#), @"
    exit 65
    manifest::clash

      × elbv2.listener.two: elbv2.listener.one (line 16) names the same resource
        ╭─[m.toml:21:1]
     21 │ [elbv2.listener.two]
        · ──────────┬─────────
        ·           ╰── the same resource again
        ╰────
      help: one resource has one entry; remove one of the two

    error: 1 problem in m.toml; no AWS call was made
    ");
}

#[test]
fn two_entries_for_one_resource() {
    assert_snapshot!(entries(r#"
[ecr.repository.site]
name = "team/site"

[ecr.repository.twin]
name = "team/site"

[secretsmanager.secret.b]
name = "team/site"

[secretsmanager.secret.a]
name = "team/site"
"#), @r#"
        exit 65
        manifest::clash

          × ecr.repository.twin: ecr.repository.site (line 5) names the same resource
           ╭─[m.toml:9:8]
         9 │ name = "team/site"
           ·        ─────┬─────
           ·             ╰── the same name again
           ╰────
          help: one resource has one entry; remove one of the two

        manifest::clash

          × secretsmanager.secret.a: secretsmanager.secret.b (line 11) names the same resource
            ╭─[m.toml:15:8]
         15 │ name = ***
            ·        ─┬─
            ·         ╰── the same name again
            ╰────
          help: one resource has one entry; remove one of the two

        error: 2 problems in m.toml; no AWS call was made
        "#);
}

#[test]
fn two_manifests_of_one_name_in_a_folder() {
    let folder = Folder::new();
    let path = folder.write("m.toml", HEADER.as_bytes());
    folder.write("a.toml", HEADER.replace("111122223333", "444455556666").as_bytes());
    folder.write("broken.toml", b"[manifest");
    folder.write("site.txt", HEADER.as_bytes());
    let said = || folder.said(&infra(&["check", path.to_str().unwrap()]).run());
    assert!(said().starts_with("exit 0"), "{}", said());
    folder.write("z\u{1b}[0m.toml", HEADER.as_bytes());
    assert_snapshot!(said(), @r#"
        exit 65
        manifest::clash

          × manifest: z\u{1b}[0m.toml, beside this file, has the same name, account and region
           ╭─[m.toml:2:8]
         2 │ name = "site"
           ·        ───┬──
           ·           ╰── the same name
           ╰────
          help: give one of them another name, or move it away: each would take the other's resources for
                its own leftovers

        error: 1 problem in m.toml; no AWS call was made
        "#);
}
