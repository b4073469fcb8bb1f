//! The entries of what was found. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::keys::keys;
use super::search::{Find, LookUps};
use crate::kind::Known;
use crate::kind::entry::Place;
use crate::kind::known::Fate;
use crate::kind::raise::{self, Keys, Sketch};
use crate::manifest::write;
use crate::model::{Address, Tags};

/// A manifest's parts.
pub(super) struct Composed {
    /// Its header, with the tags that all resources have.
    pub(super) place: Arc<Place>,
    /// Its look-ups, as they are written.
    pub(super) lookups: Vec<String>,
    /// Its entries, as they are written.
    pub(super) entries: Vec<String>,
    /// What has no entry, and why.
    pub(super) left_out: Vec<(String, String)>,
}

/// Makes the entries, again and again while one is lost: those that name it may be lost with it, and keys and tags
/// in common are made from those that are there.
pub(super) fn compose(finds: &[Find], lookups: &LookUps, place: &Place) -> Composed {
    let mut out: BTreeMap<usize, String> = BTreeMap::new();
    for (at, find) in finds.iter().enumerate() {
        let why = find.it.refused().map(str::to_owned).or_else(|| twin(find, finds));
        out.extend(why.map(|why| (at, why)));
    }
    loop {
        let attempt = Attempt::new(finds, lookups, place, &out);
        let (entries, lost) = attempt.entries();
        if lost.is_empty() {
            let left_out = out.iter().filter_map(|(at, why)| Some((finds.get(*at)?.words(), why.clone())));
            let left_out = left_out.collect();
            return Composed { lookups: attempt.lookups(), entries, left_out, place: attempt.place };
        }
        out.extend(lost);
    }
}

/// Why it cannot be told which of several is meant, if it cannot: one manifest names each name once, and nobody but a
/// person can choose.
fn twin(find: &Find, finds: &[Find]) -> Option<String> {
    let claim = (find.it.kind(), find.it.claim());
    let is_other = |other: &&Find| !std::ptr::eq(*other, find) && other.it.refused().is_none();
    let mut others = finds.iter().filter(is_other);
    let other = others.find(|other| (other.it.kind(), other.it.claim()) == claim)?;
    Some(format!("{} has the same name, and a manifest declares one of a name", other.words()))
}

/// The entries of all that is not out.
struct Attempt<'a> {
    finds: &'a [Find],
    lookups: &'a LookUps,
    place: Arc<Place>,
    /// What there is an entry of, in order, with its address.
    included: Vec<(usize, &'a Find, Address)>,
    keys: Keys,
    known: Known,
}

impl<'a> Attempt<'a> {
    fn new(finds: &'a [Find], lookups: &'a LookUps, place: &Place, out: &BTreeMap<usize, String>) -> Self {
        let there: Vec<_> = finds.iter().enumerate().filter(|(at, _)| !out.contains_key(at)).collect();
        let tags = raise::shared(there.iter().map(|(_, find)| find.it.tags()));
        let called: Vec<_> = there.iter().map(|(_, find)| find.it.called()).collect();
        let keys = called.iter().zip(keys(&called)).map(|(it, key)| Address::new(it.kind, key));
        let included = there.into_iter().zip(keys).map(|((at, find), address)| (at, find, address)).collect();
        let place = Arc::new(Place { tags, ..place.clone() });
        let mut attempt =
            Self { finds, lookups, place, included, keys: Keys::new(), known: Known::default() };
        attempt.introduce();
        attempt
    }

    /// Notes by which key each can be named, and what it brings to those that do.
    fn introduce(&mut self) {
        let Self { finds, lookups, included, keys, known, .. } = self;
        for (_, find, address) in included.iter() {
            known.note(address.clone(), Fate::Live(find.it.outputs().clone()));
        }
        for (address, located) in &lookups.found {
            known.note(address.clone(), Fate::Live(located.outputs.clone()));
        }
        for ask in included.iter().flat_map(|(_, find, _)| &find.asks) {
            let looked_up = lookups.answers.get(ask).map(|answer| match answer {
                Ok(at) => {
                    Ok(lookups.found.get(*at).map(|(address, _)| address.key.clone()).unwrap_or_default())
                }
                Err(why) => Err(why.clone()),
            });
            let entry = included.iter().find(|(_, find, _)| find.is(ask));
            let entry = entry.map(|(_, _, address)| Ok(address.key.clone()));
            let out = || finds.iter().find(|find| find.is(ask)).map(Find::words);
            let left_out = || out().map(|words| Err(format!("it names {words}, which is left out")));
            if let Some(answer) = looked_up.or(entry).or_else(left_out) {
                keys.insert(ask.clone(), answer);
            }
        }
    }

    /// The entries, and those that cannot be made.
    fn entries(&self) -> (Vec<String>, Vec<(usize, String)>) {
        let (mut entries, mut lost) = (Vec::new(), Vec::new());
        for (at, find, address) in &self.included {
            match self.entry(find, address) {
                Ok(text) => entries.push(text),
                Err(why) => lost.push((*at, why)),
            }
        }
        (entries, lost)
    }

    fn entry(&self, find: &Find, address: &Address) -> Result<String, String> {
        let same = |other: &&Find| (other.it.kind(), other.it.name()) == (find.it.kind(), find.it.name());
        // Of what is there because it is named, others of the same name were not looked for.
        let alone = !find.named && self.finds.iter().filter(same).count() == 1;
        let mut sketch = find.it.sketch(&address.key, alone, &self.keys, &self.place, &self.known)?;
        if find.named {
            let names = |(_, other, _): &&(usize, &Find, Address)| other.asks.iter().any(|ask| find.is(ask));
            let by = self.included.iter().filter(names).map(|(_, _, address)| address.to_string());
            sketch.comments.insert(0, format!("named by {}", by.collect::<Vec<_>>().join(", ")));
        }
        write::entry(address, &sketch)
    }

    /// The look-ups that an entry names.
    fn lookups(&self) -> Vec<String> {
        let asks = self.included.iter().flat_map(|(_, find, _)| &find.asks);
        let used = asks.filter_map(|ask| self.lookups.answers.get(ask)?.as_ref().ok().copied());
        let used: BTreeSet<usize> = used.collect();
        let text = |(address, located): &(Address, crate::kind::erase::Located)| {
            let fields = located.fields.clone();
            let tags = Tags::default();
            let bare = Sketch { fields, tags, on_delete: None, ignore: Vec::new(), comments: Vec::new() };
            write::entry(address, &bare).ok()
        };
        used.into_iter().filter_map(|at| text(self.lookups.found.get(at)?)).collect()
    }
}
