//! Keys and tables that nobody knows.

use insta::assert_snapshot;

use super::entries;

#[test]
fn nobody_knows_this_table() {
    assert_snapshot!(entries(r#"
[tag]
Project = "x"

[repository.site]
name = "team/site"

[ecr.repositry.site]
name = "team/site"

[s3.bucket.site]
name = "team-site"

[secretsmanager.parameter]
name = "x"
"#), @r"
        exit 65
        manifest::unknown-key

          × there is no table `tag`
           ╭─[m.toml:5:2]
         5 │ [tag]
           ·  ─┬─
           ·   ╰── unknown table
           ╰────
          help: did you mean `tags`?

        manifest::unknown-key

          × there is no table `repository`
           ╭─[m.toml:8:2]
         8 │ [repository.site]
           ·  ─────┬────
           ·       ╰── unknown table
           ╰────
          help: write it as [ecr.repository.KEY]

        manifest::unknown-key

          × `ecr` has no kind `repositry`
            ╭─[m.toml:11:6]
         11 │ [ecr.repositry.site]
            ·      ────┬────
            ·          ╰── unknown kind
            ╰────
          help: did you mean `repository`?

        manifest::unknown-key

          × there is no table `s3`
            ╭─[m.toml:14:2]
         14 │ [s3.bucket.site]
            ·  ─┬
            ·   ╰── unknown table
            ╰────
          help: known here: manifest, tags, lookup, ecr, secretsmanager, ec2, efs, elbv2, logs, iam,
                lambda, events, export

        manifest::unknown-key

          × `secretsmanager` has no kind `parameter`
            ╭─[m.toml:17:17]
         17 │ [secretsmanager.parameter]
            ·                 ────┬────
            ·                     ╰── unknown kind
            ╰────
          help: known here: secret

        error: 5 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn nobody_knows_this_key() {
    assert_snapshot!(entries(r#"
[ecr.repository.site]
name = "team/site"
scan_on_push = true
lifecycel = []
mutability = "mutable"
versioning = true

[[ecr.repository.site.policy]]
effect = "allow"
actions = ["ecr:GetImage"]
principal = { AWS = ["111122223333"], accounts = [] }
"#), @r"
        exit 65
        manifest::unknown-key

          × ecr.repository.site: there is no key `scan_on_push` here
           ╭─[m.toml:7:1]
         7 │ scan_on_push = ***
           · ──────┬─────
           ·       ╰── unknown key
           ╰────
          help: did you mean `scan-on-push`?

        manifest::unknown-key

          × ecr.repository.site: there is no key `lifecycel` here
           ╭─[m.toml:8:1]
         8 │ lifecycel = []
           · ────┬────
           ·     ╰── unknown key
           ╰────
          help: did you mean `lifecycle`?

        manifest::unknown-key

          × ecr.repository.site: there is no key `mutability` here
           ╭─[m.toml:9:1]
         9 │ mutability = ***
           · ─────┬────
           ·      ╰── unknown key
           ╰────
          help: did you mean `tag-mutability`?

        manifest::unknown-key

          × ecr.repository.site: there is no key `versioning` here
            ╭─[m.toml:10:1]
         10 │ versioning = ***
            · ─────┬────
            ·      ╰── unknown key
            ╰────
          help: known here: encryption, ignore, kms-key, lifecycle, name, on-delete, policy, pull-from,
                scan-on-push, tag-mutability, tag-mutability-exclusions, tags, was

        manifest::unknown-key

          × ecr.repository.site: there is no key `actions` here
            ╭─[m.toml:14:1]
         14 │ actions = [***]
            · ───┬───
            ·    ╰── unknown key
            ╰────
          help: did you mean `action`?

        manifest::unknown-key

          × ecr.repository.site: there is no key `AWS` here
            ╭─[m.toml:15:15]
         15 │ principal = { AWS = [***], accounts = [] }
            ·               ─┬─
            ·                ╰── unknown key
            ╰────
          help: did you mean `aws`?

        manifest::unknown-key

          × ecr.repository.site: there is no key `accounts` here
            ╭─[m.toml:15:39]
         15 │ principal = { AWS = [***], accounts = [] }
            ·                            ────┬───
            ·                                ╰── unknown key
            ╰────
          help: known here: anyone, aws, canonical-user, federated, service

        error: 7 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn a_slip_does_not_hide_other_faults_nor_seem_to_be_two() {
    assert_snapshot!(entries(r#"
[ecr.repository.site]
name = "Team"
encription = "kms"
kms-key = "1234abcd-12ab-34cd-56ef-1234567890ab"
scan-on-push = "yes"
ignore = ["colour"]
"#), @r#"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: this is no valid repository name
           ╭─[m.toml:6:8]
         6 │ name = "Team"
           ·        ───┬──
           ·           ╰── invalid value
           ╰────
          help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them

        manifest::unknown-key

          × ecr.repository.site: there is no key `encription` here
           ╭─[m.toml:7:1]
         7 │ encription = ***
           · ─────┬────
           ·      ╰── unknown key
           ╰────
          help: did you mean `encryption`?

        manifest::wrong-type

          × ecr.repository.site: `scan-on-push` must be true or false
           ╭─[m.toml:9:16]
         9 │ scan-on-push = ***
           ·                ─┬─
           ·                 ╰── this is text
           ╰────
          help: write true or false, without quotes

        manifest::invalid-value

          × ecr.repository.site: there is no such field to ignore
            ╭─[m.toml:10:11]
         10 │ ignore = ["colour"]
            ·           ────┬───
            ·               ╰── invalid value
            ╰────
          help: fields of ecr.repository that can be left alone: scan-on-push, tag-mutability, lifecycle,
                pull-from, policy, encryption

        error: 4 problems in m.toml; no AWS call was made
        "#);
}
