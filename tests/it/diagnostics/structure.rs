//! Keys that are missing, and values of the wrong type.

use insta::assert_snapshot;

use super::{HEADER, brief, check, entries};

#[test]
fn the_header_is_missing() {
    assert_snapshot!(check("# nothing but\n[tags]\nProject = 1\n"), @r"
        exit 65
        manifest::missing-key

          × the table `[manifest]` is missing
           ╭─[m.toml:1:1]
         1 │ ***
           · ─┬─
           ·  ╰── it belongs here
           ╰────
          help: begin with [manifest] and its keys name, account and region

        manifest::wrong-type

          × tags: `Project` must be text in quotes
           ╭─[m.toml:3:11]
         3 │ Project = 1
           ·           ┬
           ·           ╰── this is a whole number
           ╰────
          help: put it in quotes

        error: 2 problems in m.toml; no AWS call was made
        ");
    assert_snapshot!(check("[manifest]\n"), @r"
        exit 65
        manifest::missing-key

          × manifest: `name` is missing
           ╭─[m.toml:1:2]
         1 │ [manifest]
           ·  ────┬───
           ·      ╰── it belongs in this table
           ╰────
          help: The manifest's name: the mark of ownership on every resource.

        manifest::missing-key

          × manifest: `account` is missing
           ╭─[m.toml:1:2]
         1 │ [manifest]
           ·  ────┬───
           ·      ╰── it belongs in this table
           ╰────
          help: The only account that it may be applied to, 12 digits in quotes.

        manifest::missing-key

          × manifest: `region` is missing
           ╭─[m.toml:1:2]
         1 │ [manifest]
           ·  ────┬───
           ·      ╰── it belongs in this table
           ╰────
          help: The only region that it may be applied to.

        error: 3 problems in m.toml; no AWS call was made
        ");
    assert_snapshot!(check("manifest = \"site\"\ntags = []\n"), @r"
        exit 65
        manifest::wrong-type

          × `manifest` must be a table
           ╭─[m.toml:1:12]
         1 │ manifest = ***
           ·            ─┬─
           ·             ╰── not a table
           ╰────
          help: write it as [manifest]

        manifest::wrong-type

          × `tags` must be a table
           ╭─[m.toml:2:8]
         2 │ tags = []
           ·        ─┬
           ·         ╰── not a table
           ╰────
          help: write it as [tags]

        error: 2 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn each_key_of_the_header_is_checked() {
    assert_snapshot!(check(r#"
[manifest]
name = "My Site"
account = 111122223333
region = "us-west"
regoin = "us-west-2"
"#), @r#"
        exit 65
        manifest::invalid-value

          × manifest: this is no valid name for a manifest
           ╭─[m.toml:3:8]
         3 │ name = "My Site"
           ·        ────┬────
           ·            ╰── invalid value
           ╰────
          help: at most 63 lower-case letters, digits and single hyphens, beginning with a letter or digit

        manifest::wrong-type

          × manifest: `account` must be text in quotes
           ╭─[m.toml:4:11]
         4 │ account = 111122223333
           ·           ──────┬─────
           ·                 ╰── this is a whole number
           ╰────
          help: put it in quotes

        manifest::invalid-value

          × manifest: this is no region
           ╭─[m.toml:5:10]
         5 │ region = "us-west"
           ·          ────┬────
           ·              ╰── invalid value
           ╰────
          help: a region looks like us-west-2

        manifest::unknown-key

          × manifest: there is no key `regoin` here
           ╭─[m.toml:6:1]
         6 │ regoin = ***
           · ───┬──
           ·    ╰── unknown key
           ╰────
          help: did you mean `region`?

        error: 4 problems in m.toml; no AWS call was made
        "#);
    assert_snapshot!(check("manifest.name = \"a--b\"\nmanifest.account = \"11112222333\"\nmanifest.region = 1.5\n"), @r#"
        exit 65
        manifest::invalid-value

          × manifest: this is no valid name for a manifest
           ╭─[m.toml:1:17]
         1 │ manifest.name = "a--b"
           ·                 ───┬──
           ·                    ╰── invalid value
           ╰────
          help: at most 63 lower-case letters, digits and single hyphens, beginning with a letter or digit

        manifest::invalid-value

          × manifest: an account number has 12 digits
           ╭─[m.toml:2:20]
         2 │ manifest.account = "11112222333"
           ·                    ──────┬──────
           ·                          ╰── invalid value
           ╰────
          help: `aws sts get-caller-identity` prints yours

        manifest::wrong-type

          × manifest: `region` must be text in quotes
           ╭─[m.toml:3:19]
         3 │ manifest.region = 1.5
           ·                   ─┬─
           ·                    ╰── this is a number with a fraction
           ╰────
          help: put it in quotes

        error: 3 problems in m.toml; no AWS call was made
        "#);
}

#[test]
fn every_type() {
    assert_snapshot!(brief(r#"
[ecr.repository]
one = "team/site"

[ecr.repository.two]
name = 1
scan-on-push = "true"
tag-mutability = true
tag-mutability-exclusions = "v*"
lifecycle = { keep-last = 10 }
tags = ["Project"]
ignore = "lifecycle"

[ecr.repository.three]
name = 2026-01-01
scan-on-push = 1
tag-mutability-exclusions = ["v*", 2]
lifecycle = [{ keep-last = "10" }, { keep-last = 1.5 }, { keep-last = 5000000000 }, { keep-last = -1 }, 7]
tags = { Stage = true }
"#), @r#"
        6:7 wrong-type: `ecr.repository.one` must be a table
            help: write it as [ecr.repository.one]
        9:8 wrong-type: ecr.repository.two: `name` must be text in quotes
            help: put it in quotes
        10:16 wrong-type: ecr.repository.two: `scan-on-push` must be true or false
            help: write true or false, without quotes
        11:18 wrong-type: ecr.repository.two: `tag-mutability` must be one of "mutable", "immutable"
        12:29 wrong-type: ecr.repository.two: `tag-mutability-exclusions` must be a list of texts
            help: put it in brackets: ["…"]
        13:13 wrong-type: ecr.repository.two: `lifecycle` must be a list of tables
            help: put it in brackets: [{ … }]; or head its table with [[…]]
        14:8 wrong-type: ecr.repository.two: `tags` must be a table
            help: write { KEY = VALUE }, or give it a header of its own
        15:10 wrong-type: ecr.repository.two: `ignore` must be a list of texts
            help: put it in brackets: ["…"]
        18:8 wrong-type: ecr.repository.three: `name` must be text in quotes
            help: put it in quotes
        19:16 wrong-type: ecr.repository.three: `scan-on-push` must be true or false
        20:36 wrong-type: ecr.repository.three: each of `tag-mutability-exclusions` must be text in quotes
            help: put it in quotes
        21:28 wrong-type: ecr.repository.three: `keep-last` must be a whole number
            help: write it without quotes
        21:50 wrong-type: ecr.repository.three: `keep-last` must be a whole number
        21:71 invalid-value: ecr.repository.three: `keep-last` must be between 0 and 4294967295
        21:99 invalid-value: ecr.repository.three: `keep-last` must be between 0 and 4294967295
        21:105 wrong-type: ecr.repository.three: each of `lifecycle` must be a table
            help: write { KEY = VALUE }, or give it a header of its own
        22:18 wrong-type: ecr.repository.three: `Stage` must be text in quotes
            help: put it in quotes
        "#);
    assert_snapshot!(check(&format!("ecr = 1\nsecretsmanager.secret = []\n{HEADER}")), @r"
        exit 65
        manifest::wrong-type

          × `ecr` must be a table
           ╭─[m.toml:1:7]
         1 │ ecr = ***
           ·       ─┬─
           ·        ╰── not a table
           ╰────
          help: write it as [ecr]

        manifest::wrong-type

          × `secretsmanager.secret.KEY` must be a table
           ╭─[m.toml:2:25]
         2 │ secretsmanager.secret = []
           ·                         ─┬
           ·                          ╰── not a table
           ╰────
          help: write it as [secretsmanager.secret.KEY]

        error: 2 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn numbers_in_other_bases_are_numbers() {
    assert_snapshot!(entries("
[ecr.repository.site]
name = \"team/site\"
lifecycle = [{ keep-last = 0x1F }]
"), @r"
        exit 0
        m.toml is valid: 1 entry for account 111122223333, us-west-2, with 0 tags for all
        ");
    assert_snapshot!(entries("
[ecr.repository.site]
name = \"team/site\"
lifecycle = [{ keep-last = 0xFFFFFFFFFF }, { keep-last = 5_000_000_000 }]
"), @r"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: `keep-last` must be between 0 and 4294967295
           ╭─[m.toml:7:28]
         7 │ lifecycle = [{ keep-last = 0xFFFFFFFFFF }, { keep-last = *** }]
           ·                            ──────┬─────
           ·                                  ╰── out of range
           ╰────

        manifest::invalid-value

          × ecr.repository.site: `keep-last` must be between 0 and 4294967295
           ╭─[m.toml:7:58]
         7 │ …cle = [{ keep-last = *** }, { keep-last = 5_000_000_000 }]
           ·                                            ──────┬──────
           ·                                                  ╰── out of range
           ╰────

        error: 2 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn a_word_that_is_not_in_the_list() {
    assert_snapshot!(entries(r#"
[ecr.repository.site]
name = "team/site"
tag-mutability = "imutable"
encryption = "AES256"
on-delete = "destroy"
policy = [{ effect = "Allow", action = ["ecr:*"], principal = { anyone = true } }]
lifecycle = [{ tag-status = "all", keep-last = 3 }]
"#), @r#"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: `tag-mutability` must be one of "mutable", "immutable"
           ╭─[m.toml:7:18]
         7 │ tag-mutability = "imutable"
           ·                  ─────┬────
           ·                       ╰── none of these
           ╰────
          help: did you mean "immutable"?

        manifest::invalid-value

          × ecr.repository.site: `encryption` must be one of "aes256", "kms", "kms-dsse"
           ╭─[m.toml:8:14]
         8 │ encryption = "AES256"
           ·              ────┬───
           ·                  ╰── none of these
           ╰────
          help: did you mean "aes256"?

        manifest::invalid-value

          × ecr.repository.site: `on-delete` must be one of "retain", "delete"
           ╭─[m.toml:9:13]
         9 │ on-delete = "destroy"
           ·             ────┬────
           ·                 ╰── none of these
           ╰────

        manifest::invalid-value

          × ecr.repository.site: `effect` must be one of "allow", "deny"
            ╭─[m.toml:10:22]
         10 │ policy = [{ effect = "Allow", action = [***], principal = { anyone = *** } }]
            ·                      ───┬───
            ·                         ╰── none of these
            ╰────
          help: did you mean "allow"?

        manifest::invalid-value

          × ecr.repository.site: `tag-status` must be one of "any", "tagged", "untagged"
            ╭─[m.toml:11:29]
         11 │ lifecycle = [{ tag-status = "all", keep-last = *** }]
            ·                             ──┬──
            ·                               ╰── none of these
            ╰────

        error: 5 problems in m.toml; no AWS call was made
        "#);
}

#[test]
fn a_long_line_is_cut() {
    let long = "x".repeat(3000);
    assert_snapshot!(check(&format!("ecr.repository.site = {{ name = \"{long}\", scan-on-push = 1 }}
{HEADER}")), @r#"
        exit 65
        manifest::invalid-value

          × ecr.repository.site: this is no valid repository name
           ╭─[m.toml:1:32]
         1 │ ecr.repository.site = { name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
           ·                                ──────────────────────────────┬──────────────────────────────
           ·                                                              ╰── invalid value
           ╰────
          help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them

        manifest::wrong-type

          × ecr.repository.site: `scan-on-push` must be true or false
           ╭─[m.toml:1:3051]
         1 │ ***, scan-on-push = 1 }
           ·                     ┬
           ·                     ╰── this is a whole number
           ╰────

        error: 2 problems in m.toml; no AWS call was made
        "#);
}
