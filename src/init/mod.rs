//! From what is live in an account to a manifest that declares it as it is.
//!
//! What is called as asked is found, and what that names, and so on (`search`). Every entry is read again and compared
//! with its resource before it is written ([`crate::kind::raise`]). One that cannot be written takes others with it that
//! name it, so all of them are made again until none is lost any more (`compose`). Their keys come from their names
//! (`keys`).

mod compose;
mod keys;
mod search;

use crate::aws::{Aws, CallError};
use crate::kind::entry::Place;
use crate::kind::erase::AnyKind;
use crate::manifest::write::{self, Sheet};
use crate::model::{KindName, Pattern};

use compose::{Composed, compose};
use search::Account;

/// What was asked for.
pub struct Request<'a> {
    /// Where to look.
    pub aws: &'a Aws,
    /// Every kind that there is.
    pub kinds: &'static [&'static dyn AnyKind],
    /// Those whose resources are looked for.
    pub chosen: &'a [KindName],
    /// What they are called.
    pub patterns: Vec<Pattern>,
    /// The manifest's name, account and region.
    pub place: Place,
    /// What the manifest says of itself in its first lines.
    pub head: Vec<String>,
}

/// What came of it.
pub struct Drawn {
    /// The manifest.
    pub text: String,
    /// How many entries it has, look-ups apart.
    pub entries: usize,
    /// What has no entry: what it is, and why.
    pub left_out: Vec<(String, String)>,
    /// What could not be read.
    pub gaps: Vec<CallError>,
}

/// Reads the account and draws up the manifest. Only reads.
pub async fn draw(request: Request<'_>) -> Drawn {
    let Request { aws, kinds, chosen, patterns, place, head } = request;
    let mut account = Account::default();
    account.find(aws, kinds, chosen, patterns, &place).await;
    let lookups = account.locate(aws, kinds).await;
    let Composed { place, lookups, entries, left_out } = compose(&account.finds, &lookups, &place);
    let Account { gaps, .. } = account;
    let mut tail = Vec::new();
    if !left_out.is_empty() {
        tail.push("Left out, each for its reason:".to_owned());
        tail.extend(left_out.iter().map(|(what, why)| format!("- {what}: {why}")));
    }
    if !gaps.is_empty() {
        tail.push("Could not be read, so there may be more:".to_owned());
        tail.extend(gaps.iter().map(|gap| format!("- {gap}")));
    }
    let count = entries.len();
    let entries = lookups.into_iter().chain(entries).collect();
    let text = write::text(&Sheet { head, place: &place, entries, tail });
    Drawn { text, entries: count, left_out, gaps }
}
