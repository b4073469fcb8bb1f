//! The registry of kinds: complete, without doubles, and each kind laid out like the others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use infra::kinds::KINDS;
use infra::model::{KindName, OnDelete};

use crate::support::markdown;

/// What every kind's folder has in it.
const FILES: [&str; 6] = ["apply.rs", "mod.rs", "observe.rs", "spec.rs", "state.rs", "tests.rs"];
/// And that of every look-up.
const LOOKUP_FILES: [&str; 5] = ["choose.rs", "mod.rs", "observe.rs", "spec.rs", "tests.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds")
}

fn folder(name: KindName) -> String {
    name.to_string().replace(['.', '-'], "_")
}

#[test]
fn every_folder_is_in_the_registry() {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let named: BTreeSet<_> = KINDS.iter().map(|kind| folder(kind.name())).collect();
    assert_eq!(folders, named);
    assert_eq!(named.len(), KINDS.len(), "two kinds have one name");
}

#[test]
fn every_kind_is_laid_out_like_the_others() {
    for kind in KINDS {
        let folder = root().join(folder(kind.name()));
        let files = if kind.is_lookup() { &LOOKUP_FILES[..] } else { &FILES[..] };
        for file in files {
            let is_there = folder.join(file).exists() || folder.join(file.trim_end_matches(".rs")).is_dir();
            assert!(is_there, "{} has no {file}", folder.display());
        }
        let text = fs::read_to_string(folder.join("mod.rs")).unwrap();
        assert!(text.starts_with(&format!("//! `{}`: {}.", kind.name(), kind.about())), "{}", kind.name());
    }
}

#[test]
fn every_kind_can_be_kept() {
    for kind in KINDS.iter().filter(|kind| !kind.is_lookup() && kind.gathered().is_none()) {
        assert!(kind.on_delete().contains(&OnDelete::Retain), "{}", kind.name());
    }
}

/// What is only read has nothing to keep, to ignore or to own.
#[test]
fn look_ups_come_first_and_are_never_written() {
    let lookups: Vec<_> = KINDS.iter().take_while(|kind| kind.is_lookup()).collect();
    assert_eq!(lookups.len(), KINDS.iter().filter(|kind| kind.name().service == "lookup").count());
    for kind in lookups {
        let folder = root().join(folder(kind.name()));
        assert_eq!((kind.on_delete(), kind.fields().len()), (&[][..], 0), "{}", kind.name());
        assert!(!folder.join("apply.rs").exists() && !folder.join("state.rs").exists(), "{}", kind.name());
    }
}

#[test]
fn every_kind_is_in_the_documentation() {
    for page in ["README.md", "docs/manifest.md"] {
        let text = markdown::read(page);
        for kind in KINDS {
            assert!(text.contains(&format!("`{}`", kind.name())), "{page} does not name {}", kind.name());
        }
    }
}
