//! What AWS gives an id and people a tag `Name`: which of an account's resources an entry means. Pure.
//!
//! AWS picks the ids, and the tag is not unique. So everything that could be meant is looked at, and where that is more
//! than one, none is chosen: beside a resource with data nothing is made by mistake.

use super::{Found, Kind, Place, Wanted};
use crate::model::problem::Problems;
use crate::model::{Outputs, Owner, Tags, digest, tags};

/// The tag that holds a resource's name.
pub const NAME: &str = "Name";

/// How a kind calls what it finds so.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What it is.
    pub what: &'static str,
    /// By what it is found where its entry names no id.
    pub by: &'static str,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The id that it had when it was last seen.
    pub seen: Option<&'a str>,
    /// The id that its entry names.
    pub id: Option<&'a str>,
    /// The token of its entry.
    pub token: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The manifest that it is to belong to, if that is known.
    pub manifest: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// What is `wanted`, whose state has this id, token and name.
    #[must_use]
    pub fn of<K: Kind>(wanted: &Wanted<'a, K>, id: Option<&'a str>, token: &'a str, name: &'a str) -> Self {
        let seen = wanted.seen.and_then(|seen| seen.get(Outputs::ID));
        Self { seen, id, token, name, manifest: wanted.tags.get(tags::MANIFEST) }
    }
}

/// A resource of the account.
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
    /// Whether it is what is asked for if it has the name and is nobody's.
    pub fits: bool,
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

/// Chooses among all of the account and region.
#[must_use]
pub fn choose(words: Words, asked: &Asked<'_>, all: &[Candidate<'_>]) -> Choice {
    let at = |is: &dyn Fn(&Candidate<'_>) -> bool| all.iter().position(is);
    if let Some(id) = asked.seen {
        return at(&|it| it.id == id).map_or(Choice::None, Choice::Is);
    }
    if let Some(id) = asked.id {
        return at(&|it| it.id == id).map_or_else(|| words.no_such(id), Choice::Is);
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
        return words.only(asked.name, &ours);
    }
    let free = |(_, it): &(usize, &Candidate<'_>)| it.fits && !matches!(owner(it), Some(Owner::Manifest(_)));
    words.only(asked.name, &named.into_iter().filter(free).collect::<Vec<_>>())
}

impl Words {
    fn only(self, name: &str, some: &[(usize, &Candidate<'_>)]) -> Choice {
        match some {
            [] => Choice::None,
            [(at, _)] => Choice::Is(*at),
            [(_, first), ..] => {
                let mut ids: Vec<_> = some.iter().map(|(_, it)| it.id).collect();
                ids.sort_unstable();
                let (count, what) = (some.len(), self.what);
                Choice::Unclear {
                    reason: format!("{count} {what}s are called `{name}`: {}", ids.join(", ")),
                    help: format!("write the id of the one that is meant, such as id = \"{}\"", first.id),
                }
            }
        }
    }

    fn no_such(self, id: &str) -> Choice {
        let Self { what, by } = self;
        Choice::Unclear {
            reason: format!("there is no {what} {id}"),
            help: format!("put the right id, or take `id` out to have one found by {by}, or made"),
        }
    }
}

/// What two entries mean belongs to neither.
#[must_use]
pub fn alone<K: Kind>(mut found: Vec<Found<K>>) -> Vec<Found<K>> {
    let id = |it: &Found<K>| it.live().and_then(|live| live.outputs.get(Outputs::ID).map(str::to_owned));
    let ids: Vec<_> = found.iter().filter_map(id).collect();
    for it in &mut found {
        let Some(id) = id(it).filter(|id| ids.iter().filter(|it| *it == id).count() > 1) else { continue };
        *it = Found::Unclear {
            reason: format!("another entry means {id} too"),
            help: "give each its own `id`, or take one of the two out".to_owned(),
        };
    }
    found
}

/// Checks a name, which is the value of a tag.
pub fn check_name(name: &str, problems: &mut Problems) {
    if name.trim().is_empty() || !tags::is_value(name) {
        problems.report(
            "name",
            "this is no valid name: the tag `Name` holds it",
            "1 to 256 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)",
        );
    }
}

/// The same token whenever `what` of this name is made for the same manifest: as many characters as EFS takes, the
/// least of all (API `CreateFileSystem`, `CreateAccessPoint`).
#[must_use]
pub fn token(what: &str, place: &Place, name: &str) -> String {
    const MAX: usize = 64;
    let Place { account, region, manifest, .. } = place;
    let digest = digest::of_parts([what, account, region, manifest, name]);
    format!("infra-{digest}").chars().take(MAX).collect()
}

#[cfg(test)]
mod tests;
