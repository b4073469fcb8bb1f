//! Files that are not TOML.

use insta::assert_snapshot;

use super::entries;

#[test]
fn what_is_not_toml_is_told_all_at_once() {
    assert_snapshot!(entries("
[ecr.repository.site]
name = team/site
scan-on-push = yes
lifecycle = [{ keep-last = 10 }

[ecr.repository.two
name = \"two\"
"), @r#"
        exit 65
        manifest::syntax

          × this is neither text in quotes, nor a number, nor true or false
           ╭─[m.toml:6:8]
         6 │ name = ***
           ·        ─┬─
           ·         ╰── not a value
           ╰────
          help: text is put in quotes: "…"

        manifest::syntax

          × this is neither text in quotes, nor a number, nor true or false
           ╭─[m.toml:7:16]
         7 │ scan-on-push = ***
           ·                ─┬─
           ·                 ╰── not a value
           ╰────
          help: text is put in quotes: "…"

        manifest::syntax

          × a comma is missing
            ╭─[m.toml:10:1]
         10 │ [***
            · ┬
            · ╰── before this
            ╰────
          help: write a comma, or close what is open

        manifest::syntax

          × a list is never closed
            ╭─[m.toml:11:13]
         11 │ *** *** ***
            ·         ─┬─
            ·          ╰── it should have ended before
            ╰────
          help: close it with ]

        error: 4 problems in m.toml; no AWS call was made
        "#);
}

#[test]
fn a_text_without_its_end() {
    assert_snapshot!(entries("
[secretsmanager.secret.token]
name = \"team/token
description = 'what it is for\"
"), @r#"
        exit 65
        manifest::syntax

          × this text is never closed
           ╭─[m.toml:6:19]
         6 │ name = ***
           ·        ─┬─
           ·         ╰── no closing quote
           ╰────
          help: close it on the same line, with "

        manifest::syntax

          × this text is never closed
           ╭─[m.toml:7:31]
         7 │ description = ***
           ·               ─┬─
           ·                ╰── no closing quote
           ╰────
          help: close it on the same line, with '

        error: 2 problems in m.toml; no AWS call was made
        "#);
    assert_snapshot!(entries("
[secretsmanager.secret.token]
name = \"\"\"
team/token
"), @r"
        exit 65
        manifest::syntax

          × this text of several lines is never closed
           ╭─[m.toml:7:11]
         7 │ ***
           · ─┬─
           ·  ╰── no end
           ╰────
          help: close it with the same three quotes

        error: 1 problem in m.toml; no AWS call was made
        ");
    assert_snapshot!(entries(r#"
[secretsmanager.secret.token]
description = "C:\Users\me"
"#), @r"
        exit 65
        manifest::syntax

          × this backslash begins no escape
           ╭─[m.toml:6:20]
         6 │ description = ***
           ·               ─┬─
           ·                ╰── an unknown escape
           ╰────
          help: write it twice, or put the text in single quotes, in which nothing is an escape

        manifest::syntax

          × this backslash begins no escape
           ╭─[m.toml:6:25]
         6 │ description = ***
           ·               ─┬─
           ·                ╰── an unknown escape
           ╰────
          help: write it twice, or put the text in single quotes, in which nothing is an escape

        error: 2 problems in m.toml; no AWS call was made
        ");
}

#[test]
fn a_key_twice() {
    assert_snapshot!(entries("
[ecr.repository.site]
name = \"team/site\"
name = \"team/other\"

[ecr.repository.site]
name = \"team/site\"
"), @r"
        exit 65
        manifest::syntax

          × this stands here for the second time
           ╭─[m.toml:7:1]
         7 │ name = ***
           · ──┬─
           ·   ╰── the second one
           ╰────
          help: a key stands once in its table, and a table's header once in the file; remove one of the
                two

        manifest::syntax

          × this stands here for the second time
           ╭─[m.toml:9:17]
         9 │ [ecr.repository.site]
           ·                 ──┬─
           ·                   ╰── the second one
           ╰────
          help: a key stands once in its table, and a table's header once in the file; remove one of the
                two

        manifest::syntax

          × this stands here for the second time
            ╭─[m.toml:10:1]
         10 │ name = ***
            · ──┬─
            ·   ╰── the second one
            ╰────
          help: a key stands once in its table, and a table's header once in the file; remove one of the
                two

        error: 3 problems in m.toml; no AWS call was made
        ");
}
