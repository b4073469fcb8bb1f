//! A kind without AWS, over an account that is a map: for what is generic. Its resources name others of their kind
//! in their parts, as security groups do; one belongs to one of another kind, as an access point does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{denied, place};
use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, ChangeView, Delta, Describe, Entry, Field, Found, Kind, Live, Observation, Phase, Place, Raised,
    Raising, Run, Stage, Survey, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{
    Address, FieldChange, KindName, Link, Location, OnDelete, Outputs, Owner, Setting, Shown, Tags, tags,
};

/// The kind that others belong to, and the kind of those.
pub(crate) const WHOLE: u8 = 0;
pub(crate) const PART: u8 = 1;

pub(crate) struct Toy<const N: u8>;

/// What there is, by id; and what was written, by the names of resources.
#[derive(Default)]
pub(crate) struct Account {
    pub things: BTreeMap<String, Thing>,
    pub writes: Vec<(String, &'static str)>,
    /// Names whose resources cannot be read.
    pub unreadable: BTreeSet<String>,
    /// Calls that fail, by the names of resources.
    pub failing: BTreeSet<(String, &'static str)>,
    /// What was tried and failed.
    pub refused: Vec<(String, &'static str)>,
    /// What happens beside the run once such a call is made.
    pub then: BTreeMap<&'static str, fn(&mut Account)>,
    /// How many milliseconds each call about a resource takes, by its name.
    pub pace: BTreeMap<String, u64>,
    /// Calls that take an hour.
    pub slow: BTreeSet<&'static str>,
    /// Whether what left the manifest cannot be looked for.
    pub blind: bool,
    made: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    pub kind: u8,
    pub name: String,
    pub tags: Tags,
    pub peers: BTreeSet<String>,
    pub whole: Option<String>,
}

#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Account>>);

impl Shared {
    pub(crate) fn get(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub(crate) struct State {
    pub name: String,
    pub peers: Vec<Link>,
    pub whole: Option<Link>,
    pub account: Shared,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.peers, &self.whole) == (&other.name, &other.peers, &other.whole)
    }
}

#[derive(Debug)]
pub(crate) enum Change {
    Make(State, Tags),
    Tag(State, Tags),
    Add(State, Vec<Link>),
    Drop(State, BTreeSet<String>),
    Delete(State, Permit),
}

impl Change {
    fn state(&self) -> &State {
        let (Self::Make(state, _)
        | Self::Tag(state, _)
        | Self::Add(state, _)
        | Self::Drop(state, _)
        | Self::Delete(state, _)) = self;
        state
    }
}

pub(crate) const MAKE: &str = "toy:Make";
pub(crate) const TAG: &str = "toy:Tag";
pub(crate) const ADD: &str = "toy:Add";
pub(crate) const DROP: &str = "toy:Drop";
pub(crate) const DELETE: &str = "toy:Delete";

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        let field = |name: &str, after| FieldChange::set(name, after);
        match self {
            Self::Make(state, _) => {
                let whole = state.whole.iter().map(|link| field("whole", Shown::link(link)));
                ChangeView::new(MAKE, whole.collect())
            }
            Self::Tag(..) => ChangeView::new(TAG, Vec::new()),
            Self::Add(_, links) => {
                ChangeView::new(ADD, links.iter().map(|link| field("peer", Shown::link(link))).collect())
            }
            Self::Drop(_, ids) => {
                ChangeView::new(DROP, ids.iter().map(|id| field("peer", Shown::text(id))).collect())
            }
            Self::Delete(..) => ChangeView::new(DELETE, Vec::new()),
        }
    }
}

/// The entry of this key, whose resource is called the same.
pub(crate) fn entry<const N: u8>(
    account: &Shared,
    key: &str,
    peers: &[&str],
    whole: Option<&str>,
) -> Entry<Toy<N>> {
    let address = Address::new(Toy::<N>::NAME, key);
    let link = |kind, key: &str| Link::to(Address::new(kind, key), Outputs::ID);
    let state = State {
        name: key.to_owned(),
        peers: peers.iter().map(|key| link(Toy::<N>::NAME, key)).collect(),
        whole: whole.map(|key| link(Toy::<WHOLE>::NAME, key)),
        account: account.clone(),
    };
    let location = Location { file: "m.toml".to_owned(), line: 1 };
    let tags = marks(&address, "prereqs", OnDelete::Delete);
    Entry { address, location, was: None, tags, ignore: Vec::new(), state, place: place() }
}

/// The marks of ownership.
pub(crate) fn marks(address: &Address, manifest: &str, on_delete: OnDelete) -> Tags {
    let address = address.to_string();
    Tags::from_iter([
        (tags::MANIFEST, manifest),
        (tags::ADDRESS, address.as_str()),
        (tags::ON_DELETE, on_delete.word()),
    ])
}

/// Everything of a kind that is ours and that nothing in `entries` names.
pub(crate) fn observation<const N: u8>(account: &Shared, entries: &[Entry<Toy<N>>]) -> Observation<Toy<N>> {
    let found = entries.iter().map(|entry| find(account, &entry.state.name)).collect();
    let named = |thing: &Thing| entries.iter().any(|entry| entry.state.name == thing.name);
    let held = account.get();
    let ours = |thing: &&Thing| {
        thing.kind == N && thing.tags.owner("prereqs") == Owner::Us && !named(thing) && !held.blind
    };
    let others: Vec<_> = held.things.values().filter(ours).map(|thing| thing.name.clone()).collect();
    let gaps = if held.blind { vec![denied("toy:List")] } else { Vec::new() };
    drop(held);
    let leftovers = others.iter().filter_map(|name| find::<N>(account, name).live().cloned()).collect();
    Observation { found, leftovers, gaps }
}

fn find<const N: u8>(account: &Shared, name: &str) -> Found<Toy<N>> {
    let held = account.get();
    if held.unreadable.contains(name) {
        return Found::Unknown(denied("toy:Read"));
    }
    let Some((id, thing)) = held.things.iter().find(|(_, it)| it.kind == N && it.name == name) else {
        return Found::Absent;
    };
    let users = held.things.iter().filter(|(other, it)| *other != id && it.peers.contains(id));
    Found::Present(Box::new(Live {
        tags: thing.tags.clone(),
        phase: Phase::Active,
        service: None,
        state: State {
            name: name.to_owned(),
            peers: thing.peers.iter().map(Link::live).collect(),
            whole: thing.whole.as_ref().map(Link::live),
            account: account.clone(),
        },
        created: None,
        detail: users.map(|(id, _)| id.clone()).collect(),
        outputs: Outputs::default().with(Outputs::ID, id),
    }))
}

impl<const N: u8> Kind for Toy<N> {
    const NAME: KindName = KindName { service: "toy", resource: if N == WHOLE { "whole" } else { "part" } };
    const ABOUT: &'static str = "a toy";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] =
        &[Field { name: "peers", keep: |want, live| want.peers.clone_from(&live.peers) }];

    type Spec = ();
    type State = State;
    /// The ids of those that name it.
    type Detail = Vec<String>;
    type Change = Change;

    fn lower((): &(), _: &str, _: &Place, _: &mut Problems) -> Option<State> {
        None
    }

    fn raise(_: &Live<Self>, _: &Raising<'_>) -> Result<Raised<()>, String> {
        Err("a toy is in no manifest".to_owned())
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        state.whole.iter_mut().for_each(|link| visit(Stage::Itself, link));
        state.peers.iter_mut().for_each(|link| visit(Stage::Parts, link));
    }

    async fn observe<'a>(
        _: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        _: Option<Survey<'a>>,
    ) -> Observation<Self> {
        let found = wanted.iter().map(|want| find(&want.state.account, &want.state.name)).collect();
        Observation { found, leftovers: Vec::new(), gaps: Vec::new() }
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        let state = &entry.state;
        let add = (!state.peers.is_empty()).then(|| Change::Add(state.clone(), state.peers.clone()));
        [Change::Make(state.clone(), entry.tags.clone())].into_iter().chain(add).collect()
    }

    fn settings(state: &State) -> Vec<Setting> {
        vec![Setting::new("name", Shown::text(&state.name))]
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        let is = &live.state;
        let (new, old) = (|link: &&Link| !is.peers.contains(link), |link: &&Link| !want.peers.contains(link));
        let add: Vec<_> = want.peers.iter().filter(new).cloned().collect();
        let gone: BTreeSet<_> =
            is.peers.iter().filter(old).filter_map(|it| it.value().map(str::to_owned)).collect();
        let mut deltas = Vec::new();
        if want.whole != is.whole {
            let field = FieldChange::new("whole", Shown::Absent, Shown::Absent);
            deltas.push(Delta::Immutable { field, instead: "leave it" });
        }
        deltas.extend((!add.is_empty()).then(|| Delta::Change(Change::Add(want.clone(), add))));
        deltas.extend((!gone.is_empty()).then(|| Delta::Change(Change::Drop(want.clone(), gone))));
        deltas
    }

    fn stage(change: &Change) -> Stage {
        if matches!(change, Change::Add(..) | Change::Drop(..)) { Stage::Parts } else { Stage::Itself }
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::Tag(live.state.clone(), tags)
    }

    fn restore(_: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        let own = live.outputs.get(Outputs::ID);
        let peers = live.state.peers.iter().filter_map(Link::value).filter(|id| Some(*id) != own);
        let peers: BTreeSet<_> = peers.map(str::to_owned).collect();
        let drop = (!peers.is_empty()).then(|| Change::Drop(live.state.clone(), peers));
        drop.into_iter().chain([Change::Delete(live.state.clone(), permit)]).collect()
    }

    fn holds(_: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(live: &Live<Self>, leaving: &[&Live<Self>]) -> Option<String> {
        let goes = |id: &&String| leaving.iter().any(|it| it.outputs.get(Outputs::ID) == Some(id));
        live.detail.iter().find(|id| !goes(id)).map(|id| format!("{id} names it"))
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        vec![ByHand::run(["toy", "delete", "--name", &live.state.name])]
    }

    fn part_of(live: &Live<Self>) -> Option<(KindName, &str)> {
        Some((Toy::<WHOLE>::NAME, live.state.whole.as_ref()?.value()?))
    }

    fn notes(_: Option<&Live<Self>>, _: &State) -> Vec<String> {
        Vec::new()
    }

    fn already_exists(_: &CallError) -> bool {
        false
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        let call = change.describe().call;
        if change.state().account.get().slow.contains(call) {
            let mut patience = run.patience("the toy", Duration::from_hours(1));
            loop {
                patience.pause().await?;
            }
        }
        let pace = change.state().account.get().pace.get(&change.state().name).copied();
        tokio::time::sleep(Duration::from_millis(pace.unwrap_or_default())).await;
        let mut held = change.state().account.get();
        written::<N>(&mut held, change, outputs)?;
        if let Some(then) = held.then.remove(call) {
            then(&mut held);
        }
        Ok(())
    }
}

fn written<const N: u8>(held: &mut Account, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let call = change.describe().call;
    let name = change.state().name.clone();
    if held.failing.contains(&(name.clone(), call)) {
        held.refused.push((name, call));
        return Err(denied(call));
    }
    held.writes.push((name.clone(), call));
    if let Change::Make(state, tags) = change {
        let whole = state.whole.as_ref().map(|link| link.value().expect("its whole is known").to_owned());
        let id = format!("new-{}", held.made);
        held.made += 1;
        outputs.set(Outputs::ID, &id);
        let thing = Thing { kind: N, name, tags: tags.clone(), peers: BTreeSet::new(), whole };
        assert!(held.things.insert(id, thing).is_none());
        return Ok(());
    }
    let id = outputs.get(Outputs::ID).expect("its id is known").to_owned();
    if let Change::Delete(..) = change {
        let used = held.things.iter().any(|(other, it)| *other != id && it.peers.contains(&id));
        assert!(!used, "it is in use: AWS would refuse, and somebody would wait");
        held.things.remove(&id).expect("it is there");
        return Ok(());
    }
    let all: BTreeSet<_> = held.things.keys().cloned().collect();
    let thing = held.things.get_mut(&id).expect("it is there");
    match change {
        Change::Tag(_, tags) => tags.iter().for_each(|(key, value)| thing.tags.set(key, value)),
        Change::Add(_, links) => {
            let ids = links.iter().map(|link| link.value().expect("it is known by now").to_owned());
            let ids: BTreeSet<_> = ids.collect();
            assert!(ids.is_subset(&all), "it names what is not there");
            thing.peers.extend(ids);
        }
        Change::Drop(_, ids) => thing.peers.retain(|id| !ids.contains(id)),
        Change::Make(..) | Change::Delete(..) => {}
    }
    Ok(())
}
