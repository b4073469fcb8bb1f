//! What holds of every decision, whatever a manifest says and whatever an account holds.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::{denied, entry_at, place};
use crate::aws::stack::Standing;
use crate::kind::decide::Stacks;
use crate::kind::erase;
use crate::kind::view::{Need, StepView, Verb};
use crate::kind::{Entry, Found, Kind, Live, Observation, Phase};
use crate::model::{OnDelete, Outputs, Owner, StackMark, tags};

const KEYS: [&str; 3] = ["x", "y", "z"];
const NAMES: [&str; 4] = ["team-a", "team-b", "team-c", "team-d"];
const CASES: u32 = 2_000;

/// What a manifest says under one key.
#[derive(Clone, Debug)]
struct Wish {
    name: &'static str,
    delete: bool,
    was: Option<&'static str>,
}

/// What an account holds under one name.
#[derive(Clone, Debug)]
struct Resident {
    manifest: Option<&'static str>,
    address: Option<&'static str>,
    on_delete: Option<&'static str>,
    mark: Mark,
    pending: bool,
    full: bool,
}

/// Who else has a mark on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Nobody,
    Service,
    Controller,
    LiveStack,
    StackThatLetGo,
    StackNobodyCouldAsk,
}

/// What the resources of a kind are called, and what an entry says to mean one of them.
#[derive(Clone, Copy)]
pub(crate) struct Naming {
    /// Four names.
    pub names: [&'static str; 4],
    /// The part of an entry that means the one of this name.
    pub says: fn(&str) -> String,
}

/// Most are called by a field of their own.
const BY_NAME: Naming = Naming { names: NAMES, says: |name| format!("name = '{name}'") };

fn wish(naming: Naming) -> impl Strategy<Value = Wish> {
    let was = prop::option::of(select(&KEYS[..]));
    (select(naming.names.to_vec()), any::<bool>(), was).prop_map(|(name, delete, was)| Wish {
        name,
        delete,
        was,
    })
}

fn resident() -> impl Strategy<Value = Resident> {
    let manifest = select(vec![
        Some("prereqs"),
        Some("prereqs"),
        Some("prereqs"),
        Some("other"),
        Some("Prereqs"),
        Some(""),
        None,
    ]);
    let address = select(vec![Some("x"), Some("y"), Some("z"), Some("gone"), Some("Not a key"), None]);
    let on_delete = select(vec![Some("retain"), Some("delete"), Some("delete"), Some("Delete"), None]);
    let mark = prop_oneof![
        6 => Just(Mark::Nobody),
        1 => Just(Mark::Service),
        1 => Just(Mark::Controller),
        1 => Just(Mark::LiveStack),
        1 => Just(Mark::StackThatLetGo),
        1 => Just(Mark::StackNobodyCouldAsk),
    ];
    (manifest, address, on_delete, mark, prop::bool::weighted(0.2), any::<bool>()).prop_map(
        |(manifest, address, on_delete, mark, pending, full)| Resident {
            manifest,
            address,
            on_delete,
            mark,
            pending,
            full,
        },
    )
}

/// Whether resources of the kind are deleted at all.
fn deletes<K: Kind>() -> bool {
    K::ON_DELETE.contains(&OnDelete::Delete)
}

/// The entries that a manifest with these wishes would have: what would be a clash is left out.
fn entries<K: Kind>(wishes: &[Option<Wish>], naming: Naming, also: &str) -> Vec<Entry<K>> {
    let present: BTreeSet<_> =
        KEYS.iter().zip(wishes).filter(|(_, wish)| wish.is_some()).map(|(key, _)| *key).collect();
    let (mut names, mut renamed) = (BTreeSet::new(), BTreeSet::new());
    let mut entries = Vec::new();
    for (key, wish) in KEYS.iter().zip(wishes) {
        let Some(Wish { name, delete, was }) = wish else { continue };
        if !names.insert(*name) {
            continue;
        }
        let was = was.filter(|was| !present.contains(was) && renamed.insert(*was));
        let was = was.map(|was| format!("was = '{was}'")).unwrap_or_default();
        let on_delete = if *delete && deletes::<K>() { "delete" } else { "retain" };
        let toml = format!("{}\non-delete = '{on_delete}'\n{was}\n{also}", (naming.says)(name));
        entries.push(entry_at(key, &toml).unwrap_or_else(|problems| panic!("{problems:#?}")));
    }
    entries
}

/// The live resource of that name, as an entry of it would be, and then as `resident` says.
fn live<K: Kind>(
    name: &str,
    resident: &Resident,
    naming: Naming,
    also: &str,
    detail: fn(bool) -> K::Detail,
    stacks: &mut Stacks,
) -> Live<K> {
    let Resident { manifest, address, on_delete, mark, pending, full } = resident;
    let state = entry_at::<K>("x", &format!("{}\n{also}", (naming.says)(name)))
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
        .state;
    let mut all = K::tags(&state);
    all.set("Project", "site");
    for (key, value) in [(tags::MANIFEST, manifest), (tags::ON_DELETE, on_delete)] {
        if let Some(value) = value {
            all.set(key, *value);
        }
    }
    if let Some(key) = address {
        all.set(tags::ADDRESS, format!("{}.{key}", K::NAME));
    }
    let answer = match mark {
        Mark::Nobody | Mark::Service => None,
        Mark::Controller => {
            all.set("services.k8s.aws/namespace", "prod");
            None
        }
        Mark::LiveStack => Some(Ok(Standing::Owns)),
        Mark::StackThatLetGo => Some(Ok(Standing::Released)),
        Mark::StackNobodyCouldAsk => Some(Err(denied("cloudformation:DescribeStacks"))),
    };
    if let Some(answer) = answer {
        all.set("aws:cloudformation:stack-id", name);
        stacks.insert(StackMark { id: name.to_owned(), name: name.to_owned(), logical_id: None }, answer);
    }
    let phase =
        if *pending { Phase::PendingDeletion { date: "2026-12-01".to_owned() } } else { Phase::Active };
    let service = (*mark == Mark::Service).then(|| "the AWS service example".to_owned());
    Live {
        tags: all,
        phase,
        service,
        state,
        created: None,
        detail: detail(*full),
        outputs: Outputs::default(),
    }
}

/// What `observe` would answer if this were all that there is.
fn observation<K: Kind>(entries: &[Entry<K>], all: &[Live<K>]) -> Observation<K> {
    let is = |entry: &Entry<K>, live: &&Live<K>| K::name(&live.state) == K::name(&entry.state);
    let find = |entry: &Entry<K>| match all.iter().find(|live| is(entry, live)) {
        Some(live) => Found::Present(Box::new(live.clone())),
        None => Found::Absent,
    };
    let ours = |live: &&Live<K>| {
        live.tags.owner("prereqs") == Owner::Us && !entries.iter().any(|entry| is(entry, live))
    };
    Observation {
        found: entries.iter().map(find).collect(),
        leftovers: all.iter().filter(ours).cloned().collect(),
        gaps: Vec::new(),
    }
}

/// Nothing is deleted but what is ours, says so, holds nothing and has left the manifest; nothing of
/// anybody's is touched; what is nobody's becomes ours only with a word; and each word is for one thing.
///
/// `also` is what an entry must say besides its name. `detail` makes what a resource holds: something, or nothing.
/// `pends` is whether a deletion can be scheduled.
pub(crate) fn guards_hold<K: Kind>(also: &str, detail: fn(bool) -> K::Detail, pends: bool) {
    guards_hold_for::<K>(BY_NAME, also, detail, pends);
}

/// The same of a kind whose resources are called otherwise.
pub(crate) fn guards_hold_for<K: Kind>(
    naming: Naming,
    also: &str,
    detail: fn(bool) -> K::Detail,
    pends: bool,
) {
    let wishes = prop::collection::vec(prop::option::weighted(0.7, wish(naming)), KEYS.len());
    let residents = prop::collection::vec(prop::option::weighted(0.8, resident()), naming.names.len());
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let deleted = Cell::new(0);
    let law = |(wishes, mut residents): (Vec<Option<Wish>>, Vec<Option<Resident>>)| {
        residents.iter_mut().flatten().for_each(|resident| resident.pending &= pends);
        let mut stacks = Stacks::new();
        let entries = entries::<K>(&wishes, naming, also);
        let named = naming.names.iter().zip(&residents);
        let all: Vec<_> = named
            .clone()
            .filter_map(|(name, resident)| {
                Some(live(name, resident.as_ref()?, naming, also, detail, &mut stacks))
            })
            .collect();
        let views = erase::decided(entries.clone(), observation(&entries, &all), stacks, place());
        let addresses: BTreeSet<_> = views.iter().map(|view| view.address.to_string()).collect();
        prop_assert_eq!(addresses.len(), views.len(), "one address for two things");
        prop_assert!(views.len() >= entries.len());
        for view in views.iter().filter(|view| view.verb.acts()) {
            let resident =
                named.clone().find(|(name, _)| **name == view.name).and_then(|(_, it)| it.as_ref());
            acts_lawfully(view, resident, &entries, &all)?;
        }
        Ok(views.iter().filter(|view| view.verb == Verb::Delete).count())
    };
    let counted =
        runner.run(&(wishes, residents), |case| law(case).map(|count| deleted.set(deleted.get() + count)));
    counted.unwrap_or_else(|failure| panic!("{failure}"));
    if deletes::<K>() {
        assert!(deleted.get() > 50, "a law about deletions that saw {} of them", deleted.get());
    } else {
        assert_eq!(deleted.get(), 0, "deletions of what is never deleted");
    }
}

fn acts_lawfully<K: Kind>(
    view: &StepView,
    resident: Option<&Resident>,
    entries: &[Entry<K>],
    all: &[Live<K>],
) -> Result<(), TestCaseError> {
    let Some(resident) = resident else {
        prop_assert_eq!(view.verb, Verb::Create);
        return Ok(());
    };
    prop_assert!(matches!(resident.mark, Mark::Nobody | Mark::StackThatLetGo), "{view:?}");
    match view.verb {
        Verb::Adopt => {
            prop_assert_eq!(resident.manifest, None);
            prop_assert!(view.needs().contains(&Need::Adopt));
        }
        verb => {
            prop_assert!(verb != Verb::Create, "a second one: {view:?}");
            prop_assert_eq!(resident.manifest, Some("prereqs"));
        }
    }
    if view.verb != Verb::Delete {
        prop_assert!(entries.iter().any(|entry| entry.address == view.address));
        return Ok(());
    }
    prop_assert!(view.needs().contains(&Need::Delete));
    prop_assert_eq!((resident.on_delete, resident.pending), (Some("delete"), false));
    prop_assert!(!entries.iter().any(|entry| K::name(&entry.state) == view.name), "an entry names it");
    let of = |name: &str| all.iter().find(|live| K::name(&live.state) == name);
    prop_assert!(of(&view.name).is_some_and(|live| K::blocks_deletion(live, &[]).is_none()));
    // An entry that had it before has found its new one, and that one is its own.
    for entry in entries {
        let called = [Some(&entry.address), entry.was.as_ref()]
            .into_iter()
            .flatten()
            .any(|address| address.key == resident.address.unwrap_or_default());
        let own = of(K::name(&entry.state)).is_some_and(|live| {
            live.tags.owner("prereqs") == Owner::Us
                && live.tags.get(tags::ADDRESS) == Some(&entry.address.to_string())
        });
        prop_assert!(!called || own, "it is {}'s before its name changed", entry.address);
    }
    Ok(())
}
