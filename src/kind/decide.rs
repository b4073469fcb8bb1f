//! What happens to an entry, given what was seen: pure, typed, and the same for every kind.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::is_key;
use super::known::Fate;
use super::{Delta, Destroying, Entry, Found, Kind, Known, Live, Phase, Place};
use crate::aws::CallError;
use crate::aws::stack::Standing;
use crate::guard::{self, Refusal};
use crate::model::{Address, FieldChange, OnDelete, Outputs, Owner, StackMark, tags};

/// Whether the CloudFormation stacks that tags name still own what carries the tags.
pub type Stacks = BTreeMap<StackMark, Result<Standing, CallError>>;

/// What happens to one entry, or to one resource that left the manifest.
pub enum Decision<K: Kind> {
    /// Nothing: it is as declared.
    InSync,
    /// It is acted on, by calls in this order.
    Act(Act, Vec<K::Change>),
    /// It left the manifest, and stays.
    Keep(String),
    /// A guard refuses.
    Blocked(Block),
    /// It could not be read.
    Unknown(CallError),
    /// This one, which it names, could not be read: what it is to be cannot be told.
    NamesUnknown(Address, CallError),
}

/// The ways of acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Create what is absent.
    Create,
    /// Change what is ours.
    Update,
    /// Take over what exists and has no owner.
    Adopt,
    /// Cancel the scheduled deletion of what is ours.
    Restore,
    /// Delete what left the manifest.
    Delete,
}

/// Why a guard refuses, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Why.
    pub reason: String,
    /// What to do.
    pub help: String,
    /// The fields that cannot be changed, if that is why.
    pub immutable: Vec<FieldChange>,
}

impl Block {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), immutable: Vec::new() }
    }
}

/// What was seen of a kind besides the entry in question.
pub struct Around<'a, K: Kind> {
    /// Resources with our mark that no entry names.
    pub leftovers: &'a [Live<K>],
    /// What could not be read while looking for them.
    pub gaps: &'a [CallError],
    /// Whether the stacks that tags name still own what carries them.
    pub stacks: &'a Stacks,
}

/// Decides what happens to `entry`, whose links are resolved as far as `known` says.
pub fn entry<K: Kind>(
    entry: &Entry<K>,
    found: &Found<K>,
    around: &Around<'_, K>,
    known: &Known,
) -> Decision<K> {
    if let Found::Unknown(error) = found {
        return Decision::Unknown(error.clone());
    }
    let mut names = entry.names();
    names.retain(|(_, address)| *address != entry.address);
    let fates = || names.iter().filter_map(|(_, address)| Some((address, known.fate(address)?)));
    // What it is to be cannot be told, nor, where it is found by what it names, whether it is there.
    if let Some((address, Fate::Unknown(error))) = fates().find(|(_, fate)| matches!(fate, Fate::Unknown(_)))
    {
        return Decision::NamesUnknown(address.clone(), error.clone());
    }
    let waits = |address: &Address| {
        let reason = format!("it names {address}, which is blocked");
        Decision::Blocked(Block::new(reason, "see there; once that is settled, this one follows"))
    };
    // Without it nothing can be compared. Among its own kind, what stands in its own way says more.
    if let Some((address, _)) =
        fates().find(|(address, fate)| matches!(fate, Fate::Blocked(None)) && address.kind != K::NAME)
    {
        return waits(address);
    }
    let decision = match found {
        Found::Unknown(error) => Decision::Unknown(error.clone()),
        Found::Absent => absent(entry, around),
        Found::Unclear { reason, help } => Decision::Blocked(Block::new(reason, help)),
        Found::Present(live) => present(entry, live, around.stacks),
    };
    match (fates().find(|(_, fate)| matches!(fate, Fate::Blocked(_))), &decision) {
        (Some((address, _)), Decision::Act(..)) => waits(address),
        _ => decision,
    }
}

/// What an entry has come to by this decision, for those that name it.
pub fn fate<K: Kind>(found: &Found<K>, decision: &Decision<K>) -> Fate {
    let outputs = || found.live().map(|live| live.outputs.clone());
    match decision {
        Decision::Unknown(error) | Decision::NamesUnknown(_, error) => Fate::Unknown(error.clone()),
        Decision::Blocked(_) | Decision::Keep(_) => Fate::Blocked(outputs()),
        Decision::InSync | Decision::Act(..) => outputs().map_or(Fate::Coming, Fate::Live),
    }
}

/// Which of `leftovers`, that left the manifest and say that they are to be deleted, go together: nothing is
/// in the way of any of them but others of them.
#[must_use]
pub fn leaving<K: Kind>(mut leftovers: Vec<&Live<K>>) -> Vec<&Live<K>> {
    loop {
        let free: Vec<_> =
            leftovers.iter().copied().filter(|live| K::blocks_deletion(live, &leftovers).is_none()).collect();
        if free.len() == leftovers.len() {
            return free;
        }
        leftovers = free;
    }
}

/// Which others of `leaving` have to go if `live` is to.
#[must_use]
pub fn held_by<'a, K: Kind>(live: &Live<K>, leaving: &[&'a Live<K>]) -> Vec<&'a Live<K>> {
    // Alone, as most can.
    if K::blocks_deletion(live, &[]).is_none() || K::blocks_deletion(live, leaving).is_some() {
        return Vec::new();
    }
    let is_needed = |other: &&Live<K>| {
        let without: Vec<_> = leaving.iter().copied().filter(|it| !std::ptr::eq(*it, *other)).collect();
        !std::ptr::eq(live, *other) && K::blocks_deletion(live, &without).is_some()
    };
    leaving.iter().copied().filter(is_needed).collect()
}

/// Whether the marks of a resource that no entry names say that it is to be deleted, and nothing that it belongs
/// to keeps it.
pub fn says_delete<K: Kind>(live: &Live<K>, stacks: &Stacks, place: &Place, known: &Known) -> bool {
    live.tags.owner(&place.manifest) == Owner::Us
        && matches!(foreign(live, &place.manifest, stacks), Ok(None))
        && live.phase == Phase::Active
        && OnDelete::from_tag(live.tags.get(tags::ON_DELETE)) == OnDelete::Delete
        && stays_with(live, known).is_none()
}

/// Decides what happens to a resource of `place`'s manifest that no entry names. It may be deleted together
/// with `leaving`.
pub fn leftover<K: Kind>(
    live: &Live<K>,
    stacks: &Stacks,
    place: &Place,
    leaving: &[&Live<K>],
    known: &Known,
) -> Decision<K> {
    // Whoever took the mark off has released it, whatever else is left on it.
    if live.tags.owner(&place.manifest) == Owner::Nobody {
        return Decision::Keep(format!("it no longer carries this manifest's mark (tag {})", tags::MANIFEST));
    }
    match foreign(live, &place.manifest, stacks) {
        Ok(None) => {}
        Ok(Some(block)) => return Decision::Keep(block.reason),
        Err(error) => return Decision::Unknown(error),
    }
    match &live.phase {
        Phase::Active => {}
        Phase::Deleting => return Decision::Keep("AWS is deleting it".to_owned()),
        Phase::PendingDeletion { date } => {
            return Decision::Keep(format!(
                "its deletion was scheduled on {date}; until that is carried out, putting its entry back restores it"
            ));
        }
    }
    if let Some(decision) = stays_with(live, known) {
        return decision;
    }
    let blocks = K::blocks_deletion(live, leaving);
    let refusal = match guard::judge(OnDelete::from_tag(live.tags.get(tags::ON_DELETE)), blocks) {
        Ok(permit) => return Decision::Act(Act::Delete, K::delete(live, permit)),
        Err(refusal) => refusal,
    };
    if let Some(destroying) = known.destroying() {
        return stays(live, refusal, destroying);
    }
    match refusal {
        Refusal::Retained => Decision::Keep(match K::holds(live) {
            Some(held) => format!("it left the manifest and is retained, with {held}"),
            None => "it left the manifest and is retained".to_owned(),
        }),
        Refusal::Blocked(why) => Decision::Keep(format!("it left the manifest; {why}")),
    }
}

/// What becomes of a resource that may not be deleted where all is destroyed.
fn stays<K: Kind>(live: &Live<K>, refusal: Refusal, destroying: &Destroying) -> Decision<K> {
    let stripped = K::strip(live, destroying.strips());
    if !stripped.is_empty() {
        return Decision::Act(Act::Update, stripped);
    }
    match refusal {
        // A kind of which nothing is ever deleted says so of each.
        Refusal::Blocked(why) if K::ON_DELETE.contains(&OnDelete::Delete) => {
            Decision::Blocked(Block::new(why, "settle that, then run the same command again"))
        }
        Refusal::Retained | Refusal::Blocked(_) => Decision::Keep(match K::holds(live) {
            Some(held) => format!("it is retained, with {held}"),
            None => "it is retained".to_owned(),
        }),
    }
}

/// What becomes of a part of something that is kept, or that may be.
fn stays_with<K: Kind>(live: &Live<K>, known: &Known) -> Option<Decision<K>> {
    let (kind, id) = K::part_of(live)?;
    if let Some(whole) = known.kept(id) {
        let left = if known.destroying().is_some() { "it" } else { "it left the manifest, and" };
        return Some(Decision::Keep(format!("{left} belongs to {whole}, which is kept")));
    }
    // What could not be read may have left the manifest too, and stay.
    known.unseen(kind, id).map(|gap| Decision::Unknown(gap.clone()))
}

/// Why a resource that no entry names is nevertheless not one that left the manifest: an entry named it
/// before, and what that entry names now is not there, or not that entry's yet (deleting it would make a
/// changed name a replacement); or an entry may name it, and nobody could say where to find what that one names.
pub fn claimed<'a, K: Kind>(
    live: &Live<K>,
    mut entries: impl Iterator<Item = (&'a Entry<K>, &'a Found<K>)> + Clone,
) -> Option<String> {
    if let Some((entry, _)) =
        entries.clone().find(|(entry, found)| !settled(entry, found) && was_of(live, entry))
    {
        return Some(format!(
            "{} named it before, and what it names now is not there, or not its own yet; it stays until that is settled",
            entry.address
        ));
    }
    // Names in which the case of letters counts are kept too often by this, and never deleted by mistake.
    let called = |entry: &Entry<K>| K::name(&entry.state).eq_ignore_ascii_case(K::name(&live.state));
    let (entry, _) = entries.find(|(entry, _)| entry.is_lost() && called(entry))?;
    Some(format!(
        "{} names one that is called so, and could not be looked for; it stays until that is settled",
        entry.address
    ))
}

/// Whether what an entry names is there and carries the entry's own mark.
fn settled<K: Kind>(entry: &Entry<K>, found: &Found<K>) -> bool {
    let Found::Present(live) = found else { return false };
    live.tags.owner(&entry.place.manifest) == Owner::Us
        && live.tags.get(tags::ADDRESS) == Some(entry.address.to_string().as_str())
}

/// What each leftover is called, so that a word that is given for it is given for it alone: the address on
/// its mark if that is an address and nothing else has it, else its name in AWS (`ecr.repository.name=site`).
/// No entry can have such a key.
pub fn leftover_addresses<'a, K: Kind>(
    leftovers: &[Live<K>],
    entries: impl Iterator<Item = &'a Entry<K>>,
) -> Vec<Address> {
    let prefix = format!("{}.", K::NAME);
    let taken: BTreeSet<_> = entries.map(|entry| entry.address.key.as_str()).collect();
    let keys: Vec<_> = leftovers
        .iter()
        .map(|live| live.tags.get(tags::ADDRESS).and_then(|address| address.strip_prefix(&prefix)))
        .collect();
    let own = |key: &&str| {
        is_key(key) && !taken.contains(key) && keys.iter().filter(|it| **it == Some(*key)).count() == 1
    };
    let called = leftovers.iter().zip(&keys).map(|(live, key)| {
        let name = || match live.outputs.get(Outputs::ID) {
            Some(id) => format!("id={id}"),
            None => format!("name={}", K::name(&live.state)),
        };
        let key = key.filter(own).map_or_else(name, str::to_owned);
        Address::new(K::NAME, key)
    });
    called.collect()
}

/// Whether the mark on `live` is that of `entry`, under its key of now or of before.
#[must_use]
pub fn was_of<K: Kind>(live: &Live<K>, entry: &Entry<K>) -> bool {
    let mark = live.tags.get(tags::ADDRESS);
    let is = |address: &Address| mark == Some(address.to_string().as_str());
    is(&entry.address) || entry.was.as_ref().is_some_and(is)
}

fn absent<K: Kind>(entry: &Entry<K>, around: &Around<'_, K>) -> Decision<K> {
    if let Some(live) = around.leftovers.iter().find(|live| was_of(live, entry)) {
        let (old, new) = (K::claim(&live.state), K::claim(&entry.state));
        return Decision::Blocked(Block::new(
            format!(
                "its name changed from `{old}`, which is live and ours, to `{new}`; AWS cannot rename it"
            ),
            format!(
                "put the name back, or, to have both, give the new one an entry of its own and leave this one as it was{}",
                K::holds(live).map(|held| format!(" (`{old}` holds {held})")).unwrap_or_default(),
            ),
        ));
    }
    // Without the whole list nobody can say that it does not live on under an earlier name.
    if let Some(gap) = around.gaps.first() {
        return Decision::Unknown(gap.clone());
    }
    Decision::Act(Act::Create, K::create(entry))
}

fn present<K: Kind>(entry: &Entry<K>, live: &Live<K>, stacks: &Stacks) -> Decision<K> {
    match foreign(live, &entry.place.manifest, stacks) {
        Ok(None) => {}
        Ok(Some(block)) => return Decision::Blocked(block),
        Err(error) => return Decision::Unknown(error),
    }
    if live.phase == Phase::Deleting {
        return Decision::Blocked(Block::new(
            "AWS is deleting it",
            "plan again when it is gone; if nobody deletes it on purpose, find out who does",
        ));
    }
    // First, for everything else is refused by AWS while the deletion is scheduled.
    let mut changes: Vec<_> = K::restore(live).into_iter().collect();
    // The mark of ownership first: if the run ends here, the rest is an ordinary update.
    let missing = entry.tags.missing_from(&live.tags);
    if !missing.is_empty() && !K::is_one_thing(&entry.state) {
        changes.push(K::retag(live, missing));
    }
    let mut fixed = Fixed::default();
    for delta in K::diff(live, &entry.wanted_beside(&live.state)) {
        match delta {
            Delta::Change(change) => changes.push(change),
            Delta::Immutable { field, instead } => fixed.add(field, None, instead),
            Delta::InUse { field, by, instead } => fixed.add(field, Some(by), instead),
        }
    }
    if let Some(block) = fixed.block() {
        return Decision::Blocked(block);
    }
    match live.tags.owner(&entry.place.manifest) {
        Owner::Us if live.phase != Phase::Active => Decision::Act(Act::Restore, changes),
        Owner::Us if changes.is_empty() => Decision::InSync,
        Owner::Us => Decision::Act(Act::Update, changes),
        _ => Decision::Act(Act::Adopt, changes),
    }
}

/// The fields that cannot be changed.
#[derive(Default)]
struct Fixed {
    immutable: Vec<String>,
    in_use: Vec<String>,
    fields: Vec<FieldChange>,
    /// What to do instead, and the fields that it is about.
    instead: Vec<(&'static str, Vec<String>)>,
}

impl Fixed {
    fn add(&mut self, field: FieldChange, by: Option<String>, advice: &'static str) {
        let name = format!("`{}`", field.field);
        match by {
            Some(by) => self.in_use.push(format!("{name} is {by}")),
            None => self.immutable.push(name.clone()),
        }
        self.fields.push(field);
        match self.instead.iter_mut().find(|(known, _)| *known == advice) {
            Some((_, fields)) => fields.push(name),
            None => self.instead.push((advice, vec![name])),
        }
    }

    fn block(self) -> Option<Block> {
        let mut reasons = self.in_use;
        if !self.immutable.is_empty() {
            let names = self.immutable.join(", ");
            reasons.push(format!("{names} cannot be changed on a live resource, only by replacing it"));
        }
        let help = match self.instead.as_slice() {
            [] => return None,
            [(advice, _)] => (*advice).to_owned(),
            several => {
                let each = several.iter().map(|(advice, fields)| format!("{}: {advice}", fields.join(", ")));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        Some(Block { reason: reasons.join("; "), help, immutable: self.fields })
    }
}

/// Why the resource is somebody else's, if it is. `Err` when that could not be found out.
/// Whose it is, if that stands in the way of the manifest called so.
pub(super) fn foreign<K: Kind>(
    live: &Live<K>,
    manifest: &str,
    stacks: &Stacks,
) -> Result<Option<Block>, CallError> {
    if let Some(service) = &live.service {
        return Ok(Some(Block::new(
            format!("it is managed by {service}"),
            "take the entry out of the manifest; what a service manages is changed through that service",
        )));
    }
    match live.tags.owner(manifest) {
        Owner::Manifest(other) => {
            return Ok(Some(Block::new(
                format!("it belongs to the manifest `{other}` (tag {})", tags::MANIFEST),
                format!(
                    "take it out of one of the two manifests, or name this one `{other}` if they are the same"
                ),
            )));
        }
        Owner::Controller(controller) => {
            return Ok(Some(Block::new(
                format!("its tags say that {controller} manages it"),
                "release it there first: two reconcilers on one resource undo each other",
            )));
        }
        Owner::Us | Owner::Nobody => {}
    }
    let Some(mark) = live.tags.stack() else { return Ok(None) };
    match stacks.get(&mark) {
        Some(Ok(Standing::Released)) => Ok(None),
        Some(Err(error)) => Err(error.clone()),
        Some(Ok(Standing::Owns)) | None => Ok(Some(Block::new(
            format!("it belongs to the CloudFormation stack `{}`, which is live", mark.name),
            "give it DeletionPolicy Retain there, deploy, take it out of the template or delete the stack, then plan again",
        ))),
    }
}
