//! Files that cannot be read, or hardly.

use insta::assert_snapshot;

use super::{Folder, HEADER, bytes, check};
use crate::support::cli::infra;

#[test]
fn a_path_that_is_no_file() {
    let folder = Folder::new();
    let at = |name: &str| {
        let path = folder.0.path().join(name);
        // On lines of their own, so that the length of the folder's name breaks no line.
        let said = folder.said(&infra(&["check", path.to_str().unwrap()]).run());
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(at("none.toml"), @r"exit 65 manifest::unreadable × none.toml: there is no such file help: name the manifest's file error: 1 problem in none.toml; no AWS call was made");
    assert_snapshot!(at(""), @r"exit 65 manifest::unreadable × : it is a folder help: name one file in it error: 1 problem in ; no AWS call was made");
    assert_snapshot!(at("none/\u{1b}[31m\u{202e}.toml"), @r"exit 65 manifest::unreadable × none/\u{1b}[31m\u{202e}.toml: there is no such file help: name the manifest's file error: 1 problem in none/\u{1b}[31m\u{202e}.toml; no AWS call was made");
}

#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let path = folder.write("m.toml", b"");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        return; // The superuser reads everything.
    }
    let said = folder.said(&infra(&["check", path.to_str().unwrap()]).run());
    assert!(said.contains("it may not be read"), "{said}");
}

#[test]
fn a_device_that_never_ends() {
    let said = infra(&["check", "/dev/zero"]).run();
    assert!(said.err.contains("it is larger than 4 MiB"), "{said}");
}

#[test]
fn a_huge_file() {
    assert!(bytes(&vec![b'#'; 4 * 1024 * 1024 + 1]).contains("it is larger than 4 MiB"));
    // One fault for each of its lines.
    let said = check(&"x\n".repeat(20_000));
    let end = said.lines().last().unwrap();
    assert_snapshot!(end, @r"error: 20000 problems in m.toml, of which the first 100 are shown; no AWS call was made");
}

#[test]
fn a_file_in_another_encoding() {
    let said = bytes(b"[manifest]\nname = \"caf\xe9\"\n");
    assert!(said.contains("line 2 is not UTF-8") && said.contains("save the file as UTF-8"), "{said}");
    let utf16: Vec<u8> = "\u{feff}[manifest]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(bytes(&utf16).contains("line 1 is not UTF-8"));
}

#[test]
fn a_byte_order_mark_and_windows_lines_are_fine() {
    let windows = HEADER.replace('\n', "\r\n");
    assert_snapshot!(check(&format!("\u{feff}{windows}")), @r"
        exit 0
        m.toml is valid: 0 entries for account 111122223333, us-west-2, with 0 tags for all
        ");
    assert_snapshot!(check(&format!("\u{feff}{}", windows.replace("111122223333", "1"))), @r#"
        exit 65
        manifest::invalid-value

          × manifest: an account number has 12 digits
           ╭─[m.toml:3:11]
         3 │ account = "1"
           ·           ─┬─
           ·            ╰── invalid value
           ╰────
          help: `aws sts get-caller-identity` prints yours

        error: 1 problem in m.toml; no AWS call was made
        "#);
}

#[test]
fn an_empty_file() {
    assert_snapshot!(check(""), @r"
        exit 65
        manifest::missing-key

          × the table `[manifest]` is missing
           ╭─[m.toml:1:1]
           ╰────
          help: begin with [manifest] and its keys name, account and region

        error: 1 problem in m.toml; no AWS call was made
        ");
}

#[test]
fn a_truncated_file() {
    let whole = format!("{HEADER}\n[ecr.repository.site]\nname = \"team/site\"\n");
    for end in 0..whole.len() {
        let said = check(&whole[..end]);
        assert!(said.starts_with("exit 65") || said.starts_with("exit 0"), "{end}: {said}");
    }
    assert_snapshot!(check(&whole[..whole.len() - 4]), @r#"
        exit 65
        manifest::syntax

          × this text is never closed
           ╭─[m.toml:7:16]
         7 │ name = ***
           ·        ─┬─
           ·         ╰── no closing quote
           ╰────
          help: close it on the same line, with "

        error: 1 problem in m.toml; no AWS call was made
        "#);
}

#[test]
fn a_deeply_nested_file() {
    for depth in [200, 100_000] {
        for text in [
            format!("a = {}", "[".repeat(depth)),
            format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("a = {}", "{ b = ".repeat(depth)),
            format!("{} = 1", vec!["a"; depth].join(".")),
            format!("[{}]", vec!["a"; depth].join(".")),
        ] {
            let said = check(&text);
            assert!(said.starts_with("exit 65"), "{said}");
            assert!(said.len() < 100_000, "{}", said.len());
        }
    }
    assert_snapshot!(check(&format!("a = {}1{}", "[".repeat(200), "]".repeat(200))), @r"
        exit 65
        manifest::syntax

          × this is nested too deeply
           ╭─[m.toml:1:85]
         1 │ …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[***]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]…
           ·                                          ┬
           ·                                          ╰── the parser gave up here
           ╰────
          help: no manifest needs more than a few levels

        error: 1 problem in m.toml; no AWS call was made
        ");
}
