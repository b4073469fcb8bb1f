//! Which of the account's file systems an entry means. Pure.
//!
//! AWS picks the ids, and a `Name` tag is not unique. So everything that could be meant is looked at, and where
//! that is more than one, none is chosen: beside a file system with data nothing is made by mistake.

use crate::model::{Owner, Tags};

/// The tag that holds a file system's name.
pub const NAME: &str = "Name";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The id that it had when it was last seen.
    pub seen: Option<&'a str>,
    /// The id that its entry names.
    pub id: Option<&'a str>,
    /// The creation token of its entry.
    pub token: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The manifest that it is to belong to, if that is known.
    pub manifest: Option<&'a str>,
}

/// A file system of the account.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: &'a str,
    /// The token that it was created with.
    pub token: &'a str,
    /// Its tags.
    pub tags: &'a Tags,
    /// Whether AWS is deleting it.
    pub leaving: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The candidate at this place in the list.
    Is(usize),
    /// There is none.
    None,
    /// It cannot be told.
    Unclear {
        /// Why.
        reason: String,
        /// What to do.
        help: String,
    },
}

/// Chooses among all the file systems of the account and region.
#[must_use]
pub fn choose(asked: &Asked<'_>, all: &[Candidate<'_>]) -> Choice {
    let at = |fits: &dyn Fn(&Candidate<'_>) -> bool| all.iter().position(fits);
    if let Some(id) = asked.seen {
        return at(&|it| it.id == id).map_or(Choice::None, Choice::Is);
    }
    if let Some(id) = asked.id {
        return at(&|it| it.id == id).map_or_else(|| no_such(id), Choice::Is);
    }
    // Even one that is being deleted: until it is gone, AWS refuses another with its token.
    if let Some(at) = at(&|it| it.token == asked.token) {
        return Choice::Is(at);
    }
    let owner = |it: &Candidate<'_>| asked.manifest.map(|manifest| it.tags.owner(manifest));
    let named: Vec<_> =
        (0..).zip(all).filter(|(_, it)| !it.leaving && it.tags.get(NAME) == Some(asked.name)).collect();
    let ours: Vec<_> = named.iter().filter(|(_, it)| owner(it) == Some(Owner::Us)).copied().collect();
    if !ours.is_empty() {
        return only(asked.name, &ours);
    }
    let free: Vec<_> =
        named.into_iter().filter(|(_, it)| !matches!(owner(it), Some(Owner::Manifest(_)))).collect();
    only(asked.name, &free)
}

fn only(name: &str, some: &[(usize, &Candidate<'_>)]) -> Choice {
    match some {
        [] => Choice::None,
        [(at, _)] => Choice::Is(*at),
        [(_, first), ..] => {
            let mut ids: Vec<_> = some.iter().map(|(_, it)| it.id).collect();
            ids.sort_unstable();
            Choice::Unclear {
                reason: format!("{} file systems are called `{name}`: {}", some.len(), ids.join(", ")),
                help: format!("write the id of the one that is meant, such as id = \"{}\"", first.id),
            }
        }
    }
}

fn no_such(id: &str) -> Choice {
    Choice::Unclear {
        reason: format!("there is no file system {id}"),
        help: "put the right id, or take `id` out to have one found by its name, or made".to_owned(),
    }
}
