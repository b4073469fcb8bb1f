//! What files come to, and what a handler names.

use std::io::Read as _;

use super::super::code::handler_files;
use super::*;
use crate::kind::SourceFile;

fn file(path: &str, text: &str, is_executable: bool) -> SourceFile {
    SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_vec(), is_executable }
}

fn files() -> Vec<SourceFile> {
    vec![
        file("handler.py", "import lib.a\n", false),
        file("lib/a.py", "", false),
        file("run", "#!/bin/sh\n", true),
    ]
}

fn archive(code: &Code) -> zip::ZipArchive<std::io::Cursor<Vec<u8>>> {
    let zip = code.packed.as_ref().unwrap().zip.clone();
    zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap()
}

/// Pinned: another release of the packing library, or another machine, must come to the same.
#[test]
fn the_same_files_come_to_the_same_hash() {
    let code = Code::of(&files()).unwrap();
    assert_snapshot!(code.sha256, @"BW7DJ+qVKI3z7DlrV2HYb0IB7u7O9erK1MluYbErLXw=");
    let mut turned = files();
    turned.reverse();
    assert_eq!(Code::of(&turned).unwrap(), code);
}

#[test]
fn whatever_differs_in_the_files_differs_in_the_hash() {
    let code = Code::of(&files()).unwrap();
    let edits: [fn(&mut Vec<SourceFile>); 4] = [
        |files| files[0].bytes.push(b'\n'),
        |files| files[1].path = "lib/b.py".to_owned(),
        |files| files[2].is_executable = false,
        |files| drop(files.remove(1)),
    ];
    for edit in edits {
        let mut files = files();
        edit(&mut files);
        assert_ne!(Code::of(&files).unwrap(), code);
    }
}

#[test]
fn it_can_be_unpacked_again() {
    let mut archive = archive(&Code::of(&files()).unwrap());
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push((entry.name().unwrap().into_owned(), text, entry.unix_mode().unwrap() & 0o777));
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
    }
    let wanted = files().into_iter().map(|it| {
        let mode = if it.is_executable { 0o755 } else { 0o644 };
        (it.path, String::from_utf8(it.bytes).unwrap(), mode)
    });
    assert_eq!(found, wanted.collect::<Vec<_>>());
}

#[test]
fn it_is_shown_short() {
    let code = Code::of(&files()).unwrap();
    let head = &code.sha256[..12];
    assert_eq!(code.to_string(), format!("sha256 {head}… (3 files, {} B)", code.size));
    assert_eq!(Code::live(&code.sha256, 2048).to_string(), format!("sha256 {head}… (2.0 KiB)"));
}

#[test]
fn a_handler_names_a_file() {
    for (runtime, handler, files) in [
        ("python3.13", "handler.handler", Some("handler.py handler/__init__.py")),
        ("python3.13", "app/main.run", Some("app/main.py app/main/__init__.py")),
        ("python3.13", "app.main.run", Some("app/main.py app/main/__init__.py")),
        ("nodejs24.x", "index.handler", Some("index.js index.mjs index.cjs")),
        ("nodejs24.x", "src/index.a.b", Some("src/index.js src/index.mjs src/index.cjs")),
        ("provided.al2023", "bootstrap", None),
        ("java25", "example.Handler::handle", None),
        // What AWS would refuse, it shall say.
        ("python3.13", "handler", None),
    ] {
        assert_eq!(handler_files(runtime, handler).map(|it| it.join(" ")).as_deref(), files, "{handler}");
    }
}
