//! Which access point is meant.

use crate::kinds::efs_access_point::choice::{Asked, Candidate, Choice, choose};
use crate::model::{Tags, tags};

const ASKED: Asked<'_> = Asked {
    seen: None,
    id: None,
    token: "infra-1",
    name: "clients",
    path: "/clients",
    manifest: Some("prereqs"),
};

/// What an account holds: id, token, path, the `Name` tag, and the manifest that owns it.
type Point = (&'static str, &'static str, &'static str, &'static str, &'static str);

const OTHER: Point = ("fsap-0", "random-0", "/", "", "");
const BY_HAND: Point = ("fsap-1", "random-1", "/clients", "clients", "");
const AS_WELL: Point = ("fsap-2", "random-2", "/clients", "clients", "");
const ELSEWHERE: Point = ("fsap-3", "random-3", "/other", "clients", "");
const THEIRS: Point = ("fsap-4", "random-4", "/clients", "clients", "other");
const OURS: Point = ("fsap-5", "random-5", "/other", "clients", "prereqs");
const OURS_TOO: Point = ("fsap-6", "random-6", "/clients", "clients", "prereqs");
const MADE: Point = ("fsap-7", "infra-1", "/", "", "");

/// The id of what is meant, `none`, or why it is unclear.
fn meant(asked: Asked<'_>, all: &[Point], leaving: &[&str]) -> String {
    let tagged: Vec<Tags> = all
        .iter()
        .map(|(.., name, manifest)| {
            let pairs = [("Name", *name), (tags::MANIFEST, *manifest)];
            pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
        })
        .collect();
    let candidate = |((id, token, path, ..), tags): (&Point, _)| {
        let leaving = leaving.contains(id);
        Candidate { id, token, path: Some(path), tags, leaving }
    };
    let candidates: Vec<_> = all.iter().zip(&tagged).map(|(point, tags)| candidate((point, tags))).collect();
    match choose(&asked, &candidates) {
        Choice::Is(at) => all[at].0.to_owned(),
        Choice::None => "none".to_owned(),
        Choice::Unclear { reason, .. } => reason,
    }
}

#[test]
fn the_surest_sign_comes_first() {
    let two = "2 access points are called `clients`: fsap-1, fsap-2";
    let ours = "2 access points are called `clients`: fsap-5, fsap-6";
    for (all, expected) in [
        (&[][..], "none"),
        (&[OTHER], "none"),
        (&[OTHER, BY_HAND], "fsap-1"),
        (&[AS_WELL, BY_HAND], two),
        (&[AS_WELL, BY_HAND, THEIRS, ELSEWHERE], two),
        // Another directory, or another's, is not meant by a name.
        (&[ELSEWHERE, THEIRS], "none"),
        (&[ELSEWHERE, THEIRS, BY_HAND], "fsap-1"),
        (&[BY_HAND, AS_WELL, OURS], "fsap-5"),
        (&[BY_HAND, OURS_TOO, OURS], ours),
        (&[BY_HAND, OURS_TOO, OURS, MADE], "fsap-7"),
    ] {
        assert_eq!(meant(ASKED, all, &[]), expected, "{all:?}");
    }
}

#[test]
fn an_id_is_meant_alone() {
    let id = |id| Asked { id: Some(id), ..ASKED };
    assert_eq!(meant(id("fsap-3"), &[BY_HAND, MADE, ELSEWHERE], &[]), "fsap-3");
    assert_eq!(meant(id("fsap-9"), &[BY_HAND, MADE], &[]), "there is no access point fsap-9");
    // What was seen is looked at again, and nothing else in its place.
    let seen = |id| Asked { seen: Some(id), id: Some("fsap-3"), ..ASKED };
    assert_eq!(meant(seen("fsap-1"), &[BY_HAND, MADE, ELSEWHERE], &[]), "fsap-1");
    assert_eq!(meant(seen("fsap-9"), &[BY_HAND, MADE, ELSEWHERE], &[]), "none");
}

#[test]
fn what_goes_counts_only_by_its_token() {
    assert_eq!(meant(ASKED, &[BY_HAND, AS_WELL], &["fsap-1"]), "fsap-2");
    assert_eq!(meant(ASKED, &[BY_HAND], &["fsap-1"]), "none");
    assert_eq!(meant(ASKED, &[BY_HAND, MADE], &["fsap-7"]), "fsap-7");
}
