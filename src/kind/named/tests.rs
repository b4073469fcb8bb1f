//! Which of several file systems is meant.

use super::*;

const WORDS: Words = Words { what: "file system", by: "its name" };

const TOKEN: &str = "infra-token";

/// `ID[=TOKEN] [NAME] [@MANIFEST] [leaving] [unlike]`.
fn candidate(text: &str) -> (String, String, Tags, [bool; 2]) {
    let mut words = text.split(' ');
    let (id, token) = words.next().map(|it| it.split_once('=').unwrap_or((it, "elsewhere"))).unwrap();
    let (mut tags, mut leaving, mut fits) = (Tags::default(), false, true);
    for word in words {
        match word.strip_prefix('@') {
            Some(manifest) => tags.set("infra:manifest", manifest),
            None if word == "leaving" => leaving = true,
            None if word == "unlike" => fits = false,
            None => tags.set("Name", word),
        }
    }
    (id.to_owned(), token.to_owned(), tags, [leaving, fits])
}

/// Which of `all` is chosen, or why none.
fn chosen(seen: Option<&str>, id: Option<&str>, all: &[&str]) -> String {
    let all: Vec<_> = all.iter().map(|text| candidate(text)).collect();
    let candidates: Vec<_> = all
        .iter()
        .map(|(id, token, tags, [leaving, fits])| Candidate {
            id,
            token,
            tags,
            leaving: *leaving,
            fits: *fits,
        })
        .collect();
    let asked = Asked { seen, id, token: TOKEN, name: "site", manifest: Some("prereqs") };
    match choose(WORDS, &asked, &candidates) {
        Choice::Is(at) => candidates[at].id.to_owned(),
        Choice::None => "none".to_owned(),
        Choice::Unclear { reason, help } => format!("{reason} ({help})"),
    }
}

#[test]
fn it_is_found_by_what_it_was_made_with_then_by_its_tags() {
    for (all, expected) in [
        (&[][..], "none"),
        // By its token, whatever it is called by now.
        (&["fs-1 site @prereqs", "fs-2=infra-token other"], "fs-2"),
        (&["fs-1=infra-token", "fs-2 site"], "fs-1"),
        // Until it is gone, its token is not free.
        (&["fs-1=infra-token site @prereqs leaving"], "fs-1"),
        // One that was adopted.
        (&["fs-1 site", "fs-2 site @prereqs"], "fs-2"),
        // One that can be adopted.
        (&["fs-1 site", "fs-2 other", "fs-3 site @another"], "fs-1"),
        // What goes is nothing to adopt; what is another manifest's is not meant.
        (&["fs-1 site leaving", "fs-2 site @another", "fs-3 other @prereqs", "fs-4"], "none"),
        (&["fs-1 site @prereqs leaving", "fs-2 site"], "fs-2"),
        // What differs in more than its name is not meant by it, unless it is ours.
        (&["fs-1 site unlike"], "none"),
        (&["fs-1 site unlike", "fs-2 site"], "fs-2"),
        (&["fs-1 site @prereqs unlike", "fs-2 site"], "fs-1"),
    ] {
        assert_eq!(chosen(None, None, all), expected, "{all:?}");
    }
}

#[test]
fn of_two_that_could_be_meant_none_is() {
    assert_eq!(
        chosen(None, None, &["fs-2 site", "fs-1 site", "fs-3 other"]),
        "2 file systems are called `site`: fs-1, fs-2 (write the id of the one that is meant, such as id = \"fs-2\")"
    );
    assert_eq!(
        chosen(None, None, &["fs-1 site @prereqs", "fs-2 site @prereqs", "fs-3 site"]),
        "2 file systems are called `site`: fs-1, fs-2 (write the id of the one that is meant, such as id = \"fs-1\")"
    );
}

#[test]
fn an_id_means_exactly_that_one() {
    let all = ["fs-1 site @prereqs", "fs-2=infra-token site", "fs-3 other"];
    assert_eq!(chosen(None, Some("fs-3"), &all), "fs-3");
    assert_eq!(
        chosen(None, Some("fs-4"), &all),
        "there is no file system fs-4 (put the right id, or take `id` out to have one found by its name, or made)"
    );
    // What was seen before is looked at again, and nothing in its place.
    assert_eq!(chosen(Some("fs-3"), Some("fs-1"), &all), "fs-3");
    assert_eq!(chosen(Some("fs-4"), Some("fs-1"), &all), "none");
}

/// Without a manifest's name nothing can be told to be ours, and what is marked is left out.
#[test]
fn without_marks_the_name_decides() {
    let tags = Tags::from_iter([("Name", "site")]);
    let all = [Candidate { id: "fs-1", token: "elsewhere", tags: &tags, leaving: false, fits: true }];
    let asked = Asked { seen: None, id: None, token: TOKEN, name: "site", manifest: None };
    assert_eq!(choose(WORDS, &asked, &all), Choice::Is(0));
}
