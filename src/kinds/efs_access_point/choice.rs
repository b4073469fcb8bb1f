//! Which of the account's access points an entry means. Pure.
//!
//! AWS picks the ids, and a `Name` tag is not unique. So everything that could be meant is looked at, and where
//! that is more than one, none is chosen.

use crate::model::{Owner, Tags};

/// The tag that holds an access point's name.
pub(super) const NAME: &str = "Name";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The id that it had when it was last seen.
    pub(super) seen: Option<&'a str>,
    /// The id that its entry names.
    pub(super) id: Option<&'a str>,
    pub(super) token: &'a str,
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    /// The manifest that it is to belong to, if that is known.
    pub(super) manifest: Option<&'a str>,
}

/// An access point of the account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) id: &'a str,
    pub(super) token: &'a str,
    pub(super) path: Option<&'a str>,
    pub(super) tags: &'a Tags,
    /// Whether AWS is deleting it.
    pub(super) leaving: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
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

/// Chooses among all the access points of the account and region.
pub(super) fn choose(asked: &Asked<'_>, all: &[Candidate<'_>]) -> Choice {
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
    let named = |(_, it): &(usize, &Candidate<'_>)| !it.leaving && it.tags.get(NAME) == Some(asked.name);
    let named: Vec<_> = all.iter().enumerate().filter(named).collect();
    let ours: Vec<_> = named.iter().filter(|(_, it)| owner(it) == Some(Owner::Us)).copied().collect();
    if !ours.is_empty() {
        return only(asked.name, &ours);
    }
    // Another directory is not meant by a name alone: a second access point beside it harms nothing.
    let free = |(_, it): &(usize, &Candidate<'_>)| {
        it.path == Some(asked.path) && !matches!(owner(it), Some(Owner::Manifest(_)))
    };
    only(asked.name, &named.into_iter().filter(free).collect::<Vec<_>>())
}

fn only(name: &str, some: &[(usize, &Candidate<'_>)]) -> Choice {
    match some {
        [] => Choice::None,
        [(at, _)] => Choice::Is(*at),
        [..] => {
            let mut ids: Vec<_> = some.iter().map(|(_, it)| it.id).collect();
            ids.sort_unstable();
            Choice::Unclear {
                reason: format!("{} access points are called `{name}`: {}", some.len(), ids.join(", ")),
                help: "write the `id` of the one that is meant, or choose another `name`".to_owned(),
            }
        }
    }
}

fn no_such(id: &str) -> Choice {
    Choice::Unclear {
        reason: format!("there is no access point {id}"),
        help: "put the right id, or take `id` out to have one found by its name and path, or made".to_owned(),
    }
}
