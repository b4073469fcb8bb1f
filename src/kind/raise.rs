//! From what is live to the entry that would declare it: the way back of [`Kind::lower`]. Pure.
//!
//! A kind says how it would be written ([`Kind::raise`]). Whether that is right is not left to it: the entry is
//! understood again, as if somebody had written it, and compared with what is live. What of it cannot be written, or
//! comes out otherwise, is left alone (`ignore`) where an entry can say so; else there is no entry.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::decide::{self, Stacks};
use super::named::NAME;
use super::{Common, Delta, Describe, Draft, Entry, Kind, Known, Live, Phase, Place};
use crate::aws::CallError;
use crate::model::problem::{Problem, Segment};
use crate::model::{KindName, Location, OnDelete, Outputs, Owner, Tags, tags};

/// An entry as a kind would write it.
#[derive(Debug)]
pub struct Raised<S> {
    /// What stands in it. What is at its default is left out.
    pub spec: S,
    /// Fields that cannot be written and are left alone, each with why: they are among [`Kind::FIELDS`].
    pub ignore: Vec<(&'static str, String)>,
    /// What people must be told of it.
    pub remarks: Vec<String>,
}

impl<S> Raised<S> {
    /// An entry that says all.
    #[must_use]
    pub fn new(spec: S) -> Self {
        Self { spec, ignore: Vec::new(), remarks: Vec::new() }
    }

    /// Leaves a field alone, and says why.
    #[must_use]
    pub fn without(mut self, field: &'static str, why: impl Into<String>) -> Self {
        self.ignore.push((field, why.into()));
        self
    }

    /// Says something of it.
    #[must_use]
    pub fn with_remark(mut self, remark: impl Into<String>) -> Self {
        self.remarks.push(remark.into());
        self
    }
}

/// Whether a field is at the default of its type, and so need not be written.
#[must_use]
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What an entry has to name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// The kind of what it names.
    pub kind: KindName,
    /// Its id; the ARN of what has none.
    pub id: String,
    /// The subnets that a network has to come with.
    pub subnets: Subnets,
}

/// The subnets that a network has to come with, by zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subnets {
    /// Whichever: they are of no account.
    #[default]
    Any,
    /// In these zones these, and whichever in others.
    Among(BTreeMap<String, String>),
    /// These and no others.
    Exactly(BTreeMap<String, String>),
}

impl Subnets {
    /// Whether a network with these outputs has them.
    #[must_use]
    pub fn fit(&self, network: &Outputs) -> bool {
        let has: BTreeMap<_, _> = network.under(Outputs::SUBNET).collect();
        let is_in = |(zone, subnet): (&String, &String)| has.get(zone.as_str()) == Some(&subnet.as_str());
        match self {
            Self::Any => true,
            Self::Among(wanted) => wanted.iter().all(is_in),
            Self::Exactly(wanted) => wanted.len() == has.len() && wanted.iter().all(is_in),
        }
    }
}

/// What can be named: the key of the entry of each, or why there is none.
pub type Keys = BTreeMap<Ask, Result<String, String>>;

/// What a kind may ask while it writes an entry.
pub struct Raising<'a> {
    keys: &'a Keys,
    alone: bool,
    asked: RefCell<BTreeSet<Ask>>,
}

impl<'a> Raising<'a> {
    /// For a resource; `alone` is whether no other of its kind has its name.
    #[must_use]
    pub fn new(keys: &'a Keys, alone: bool) -> Self {
        Self { keys, alone, asked: RefCell::default() }
    }

    /// The key of the entry of this kind whose resource has this id.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn key(&self, kind: KindName, id: &str) -> Result<String, String> {
        self.ask(Ask { kind, id: id.to_owned(), subnets: Subnets::Any })
    }

    /// The key of the look-up that finds this network with these subnets.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn network(&self, vpc: &str, subnets: Subnets) -> Result<String, String> {
        self.ask(Ask { kind: KindName::VPC, id: vpc.to_owned(), subnets })
    }

    /// Whether its name is enough to find it.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    fn ask(&self, ask: Ask) -> Result<String, String> {
        let answer = self.keys.get(&ask).cloned();
        let unknown = || Err(format!("it names {}, which is not in this manifest", ask.id));
        let answer = answer.unwrap_or_else(unknown);
        self.asked.borrow_mut().insert(ask);
        answer
    }
}

/// An entry that is ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The kind's fields: an object in JSON, in the order in which people write them.
    pub fields: String,
    /// Its own tags.
    pub tags: Tags,
    /// What is to become of it when its entry leaves, if that is not the default of its kind.
    pub on_delete: Option<OnDelete>,
    /// The fields that are left alone: whatever [`Self::fields`] says of them is not to be written.
    pub ignore: Vec<String>,
    /// What is to be said of it, one line each.
    pub comments: Vec<String>,
}

/// Everything that the entry of `live` would name.
#[must_use]
pub fn asks<K: Kind>(live: &Live<K>) -> BTreeSet<Ask> {
    // Nothing is known by any name, so a kind that stops at the first it misses would have to be asked again.
    let mut keys = Keys::new();
    loop {
        let raising = Raising::new(&keys, true);
        let _ = K::raise(live, &raising);
        let asked = raising.asked.into_inner();
        if asked.iter().all(|ask| keys.contains_key(ask)) {
            return asked;
        }
        keys = asked.into_iter().map(|ask| (ask, Ok("asked".to_owned()))).collect();
    }
}

/// Why nothing can be declared of `live` by the manifest called so; none if it can.
///
/// # Errors
///
/// Nobody could say whose it is.
pub fn refused<K: Kind>(
    live: &Live<K>,
    manifest: &str,
    stacks: &Stacks,
) -> Result<Option<String>, CallError> {
    if let Some(block) = decide::foreign(live, manifest, stacks)? {
        return Ok(Some(block.reason));
    }
    Ok(match &live.phase {
        Phase::Active => None,
        Phase::Deleting => Some("AWS is deleting it".to_owned()),
        Phase::PendingDeletion { date } => Some(format!("its deletion was scheduled on {date}")),
    })
}

/// The entry `key` of `live`, given what the others have come to.
///
/// # Errors
///
/// Why it cannot be declared as it is.
pub fn sketch<K: Kind>(
    live: &Live<K>,
    key: &str,
    raising: &Raising<'_>,
    place: &Arc<Place>,
    known: &Known,
) -> Result<Sketch, String> {
    let Raised { spec, ignore, remarks } = K::raise(live, raising)?;
    let fields = serde_json::to_string(&spec).map_err(|error| format!("it cannot be written: {error}"))?;
    let body: Value =
        serde_json::from_str(&fields).map_err(|error| format!("it cannot be written: {error}"))?;
    let on_delete = marked_on_delete(live, place);
    let mut left = ignore;
    loop {
        let ignore: Vec<_> = left.iter().map(|(field, _)| (*field).to_owned()).collect();
        let read = |tags: &Tags| {
            let tags = tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            understood::<K>(key, &body, Common { on_delete, ignore: ignore.clone(), tags, was: None }, place)
        };
        let entry = read(&Tags::default()).and_then(|bare| {
            let own = own_tags(live, place, &bare);
            Ok((read(&own)?, own))
        });
        let wrong = match entry {
            Err(wrong) => wrong,
            Ok((entry, tags)) => {
                let Some(wrong) = differing(live, &entry.resolved(known)) else {
                    let comments = left.iter().map(|(field, why)| format!("{field} is left alone: {why}"));
                    let comments = remarks.into_iter().chain(comments).collect();
                    return Ok(Sketch { fields, tags, on_delete, ignore, comments });
                };
                wrong
            }
        };
        match wrong {
            (Some(field), why) if !left.iter().any(|(known, _)| *known == field) => left.push((field, why)),
            (_, why) => return Err(why),
        }
    }
}

/// What the mark says that is to become of it, where that is not the default of its kind: a manifest that was lost and
/// is written again takes nothing back of what it kept. Of what is nobody's any more, an old mark may keep it, and no
/// more than that.
fn marked_on_delete<K: Kind>(live: &Live<K>, place: &Place) -> Option<OnDelete> {
    let mark = live.tags.get(tags::ON_DELETE)?;
    let said = *K::ON_DELETE.iter().find(|it| it.word() == mark)?;
    let is_ours = live.tags.owner(&place.manifest) == Owner::Us;
    (K::ON_DELETE.first() != Some(&said) && (is_ours || said == OnDelete::Retain)).then_some(said)
}

/// The entry as it would be understood, or the first thing that is wrong with it: in which field that can be left
/// alone, and what.
fn understood<K: Kind>(
    key: &str,
    body: &Value,
    common: Common,
    place: &Arc<Place>,
) -> Result<Entry<K>, Wrong> {
    let mut body = body.clone();
    if let Some(body) = body.as_object_mut() {
        body.retain(|field, _| !common.ignore.contains(field));
    }
    let location = Location { file: String::new(), line: 0 };
    let (entry, findings) = Entry::from_draft(&Draft { key: key.to_owned(), location, common, body }, place);
    match findings.problems.into_iter().next() {
        Some(problem) => Err(worded::<K>(problem)),
        None => entry.ok_or_else(|| (None, format!("this is not what {} takes", K::NAME))),
    }
}

/// The field that could be left alone for it, if there is one, and what is wrong.
type Wrong = (Option<&'static str>, String);

fn worded<K: Kind>(problem: Problem) -> Wrong {
    let Problem { path, message, .. } = problem;
    let Some(Segment::Key(first)) = path.first() else { return (None, message) };
    let field = K::FIELDS.iter().map(|field| field.name).find(|field| field == first);
    let step = |segment: &Segment| match segment {
        Segment::Key(key) => key.clone(),
        Segment::Index(at) => (at + 1).to_string(),
    };
    let path: Vec<_> = path.iter().map(step).collect();
    (field, format!("{message} ({})", path.join(" ")))
}

/// What a plan would change of `live`, if anything: in which field that can be left alone, and in words.
fn differing<K: Kind>(live: &Live<K>, entry: &Entry<K>) -> Option<Wrong> {
    let count = |entry: &Entry<K>| K::diff(live, &entry.wanted_beside(&live.state)).len();
    let deltas = K::diff(live, &entry.wanted_beside(&live.state));
    let all = deltas.len();
    let fields = deltas.iter().flat_map(|delta| match delta {
        Delta::Change(change) => change.describe().fields.into_iter().map(|field| field.field).collect(),
        Delta::Immutable { field, .. } | Delta::InUse { field, .. } => vec![field.field.clone()],
    });
    let fields: BTreeSet<_> = fields.collect();
    let fields: Vec<_> = fields.into_iter().collect();
    deltas.first()?;
    let left_alone = (0..K::FIELDS.len()).filter(|at| !entry.ignore.contains(at)).find(|at| {
        let mut without = entry.clone();
        without.ignore.push(*at);
        count(&without) < all
    });
    let field = left_alone.and_then(|at| K::FIELDS.get(at)).map(|field| field.name);
    Some((field, format!("an entry would change it ({})", fields.join(", "))))
}

/// The tags that the entry has to declare so that all of them are declared: neither those of the whole manifest nor
/// those that its fields set.
fn own_tags<K: Kind>(live: &Live<K>, place: &Place, entry: &Entry<K>) -> Tags {
    let set = K::tags(&entry.state);
    let is_own = |(key, value): &(&str, &str)| set.get(key).is_none() && place.tags.get(key) != Some(value);
    declarable(&live.tags).iter().filter(is_own).collect()
}

/// The tags that a manifest may declare.
#[must_use]
pub fn declarable(all: &Tags) -> Tags {
    let is_free = |(key, value): &(&str, &str)| {
        let folded = key.to_ascii_lowercase();
        let reserved = [tags::RESERVED, tags::AWS_RESERVED].iter().any(|mark| folded.starts_with(mark));
        !reserved && tags::is_key(key) && tags::is_value(value)
    };
    all.iter().filter(is_free).collect()
}

/// The tags that all of these have, with the same values. A name is never one for all.
#[must_use]
pub fn shared<'a>(mut all: impl Iterator<Item = &'a Tags>) -> Tags {
    let Some(first) = all.next() else { return Tags::default() };
    let mut shared = declarable(first);
    let mut count = 1;
    for other in all {
        count += 1;
        shared = shared.iter().filter(|(key, value)| other.get(key) == Some(value)).collect();
    }
    // Of one alone nobody can say what is for all.
    if count < 2 {
        return Tags::default();
    }
    shared.iter().filter(|(key, _)| *key != NAME).collect()
}

/// What an entry is to be called after.
#[derive(Clone, Debug)]
pub struct Called {
    /// The kind.
    pub kind: KindName,
    /// A name, or what stands for one.
    pub word: String,
    /// Whether it is the resource's name.
    pub is_name: bool,
}

#[cfg(test)]
mod tests;
