//! What holds of plans and runs whatever names what, over a toy account: nothing is written that nobody agreed
//! to, or that names what is not there; every step that would act is run or accounted for.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::aws::Connection;
use crate::kind::erase::{self, AnyStep};
use crate::kind::testing::place;
use crate::kind::testing::toy::{self, ADD, DELETE, DROP, MAKE, PART, Shared, TAG, Thing, Toy, WHOLE};
use crate::kind::view::Need;
use crate::kind::{Entry, Kind as _};
use crate::model::{KindName, OnDelete};
use crate::plan::{Consent, Held, Why};

const WHOLE_KEYS: [&str; 2] = ["m", "n"];
const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
const KINDS: [KindName; 2] = [Toy::<WHOLE>::NAME, Toy::<PART>::NAME];

/// What stands under one key, and what is there under the name of the same letter.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Case {
    declared: bool,
    peers: Vec<Index>,
    whole: Option<Index>,
    there: There,
    live_peers: Vec<Index>,
    whole_live: Option<Index>,
    unreadable: bool,
    failing: Option<&'static str>,
    pace: u64,
    agreed: bool,
    only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum There {
    Nothing,
    Ours,
    OursWithoutTag,
    Retained,
    Nobodys,
    Others,
}

fn case() -> impl Strategy<Value = Case> {
    use There::{Nobodys, Nothing, Others, Ours, OursWithoutTag, Retained};
    let there = select(vec![Nothing, Nothing, Ours, Ours, Ours, OursWithoutTag, Retained, Nobodys, Others]);
    let indices = || prop::collection::vec(any::<Index>(), 0..3);
    let index = || prop::option::weighted(0.3, any::<Index>());
    let failing = prop::option::weighted(0.15, select(vec![MAKE, TAG, ADD, DROP, DELETE]));
    let rare = prop::bool::weighted;
    (
        (rare(0.7), indices(), index(), there, indices(), index()),
        (rare(0.06), failing, 0..9_u64, rare(0.7), rare(0.6)),
    )
        .prop_map(
            |(
                (declared, peers, whole, there, live_peers, whole_live),
                (unreadable, failing, pace, agreed, only),
            )| {
                Case {
                    declared,
                    peers,
                    whole,
                    there,
                    live_peers,
                    whole_live,
                    unreadable,
                    failing,
                    pace,
                    agreed,
                    only,
                }
            },
        )
}

/// A manifest and an account.
struct World {
    account: Shared,
    wholes: Vec<Entry<Toy<WHOLE>>>,
    parts: Vec<Entry<Toy<PART>>>,
}

impl World {
    fn new(wholes: &[Case], parts: &[Case]) -> Self {
        let account = Shared::default();
        let declared = |keys: &[&'static str], cases: &[Case]| -> Vec<&'static str> {
            keys.iter().zip(cases).filter(|(_, case)| case.declared).map(|(key, _)| *key).collect()
        };
        let of_whole = declared(&WHOLE_KEYS, wholes);
        let of_part = declared(&KEYS, parts);
        put::<WHOLE>(&account, &WHOLE_KEYS, wholes);
        put::<PART>(&account, &KEYS, parts);
        let pick = |at: &Index, keys: &[&'static str]| (!keys.is_empty()).then(|| keys[at.index(keys.len())]);
        let picks = |case: &Case, keys: &[&'static str]| {
            let peers: BTreeSet<_> = case.peers.iter().filter_map(|at| pick(at, keys)).collect();
            peers.into_iter().collect::<Vec<_>>()
        };
        let named = |keys: &[&'static str], cases: &[Case]| -> Vec<(&'static str, Case)> {
            keys.iter().copied().zip(cases.iter().cloned()).filter(|(_, case)| case.declared).collect()
        };
        let wholes = named(&WHOLE_KEYS, wholes)
            .into_iter()
            .map(|(key, case)| toy::entry(&account, key, &picks(&case, &of_whole), None))
            .collect();
        let parts = named(&KEYS, parts)
            .into_iter()
            .map(|(key, case)| {
                let whole = case.whole.and_then(|at| pick(&at, &of_whole));
                toy::entry(&account, key, &picks(&case, &of_part), whole)
            })
            .collect();
        Self { account, wholes, parts }
    }

    fn plan(&self, known: &mut Known) -> Vec<Box<dyn AnyStep>> {
        let (account, stacks) = (&self.account, crate::kind::decide::Stacks::new);
        let wholes = toy::observation(account, &self.wholes);
        let mut steps = erase::steps(self.wholes.clone(), wholes, stacks(), place(), known);
        let parts = toy::observation(account, &self.parts);
        steps.extend(erase::steps(self.parts.clone(), parts, stacks(), place(), known));
        steps
    }

    fn views(&self) -> Vec<StepView> {
        let mut views: Vec<_> =
            self.plan(&mut Known::default()).iter().map(|step| step.view().clone()).collect();
        views.sort_by(|a, b| a.address.cmp(&b.address));
        views
    }
}

fn put<const N: u8>(account: &Shared, keys: &[&str], cases: &[Case]) {
    let there: Vec<_> = keys
        .iter()
        .zip(cases)
        .filter(|(_, case)| case.there != There::Nothing)
        .map(|(key, _)| *key)
        .collect();
    let mut held = account.get();
    for (key, case) in keys.iter().zip(cases) {
        if case.unreadable {
            held.unreadable.insert((*key).to_owned());
        }
        held.pace.insert((*key).to_owned(), case.pace);
        held.failing.extend(case.failing.map(|call| ((*key).to_owned(), call)));
        let address = Address::new(Toy::<N>::NAME, *key);
        let mut tags = match case.there {
            There::Nothing => continue,
            There::Nobodys => crate::model::Tags::default(),
            There::Others => toy::marks(&address, "other", OnDelete::Delete),
            There::Retained => toy::marks(&address, "prereqs", OnDelete::Retain),
            There::Ours | There::OursWithoutTag => toy::marks(&address, "prereqs", OnDelete::Delete),
        };
        if case.there == There::OursWithoutTag {
            tags.set(crate::model::tags::ON_DELETE, "Delete");
        }
        let peers = case.live_peers.iter().map(|at| id(there[at.index(there.len())])).collect();
        let whole =
            case.whole_live.filter(|_| N == PART).map(|at| id(WHOLE_KEYS[at.index(WHOLE_KEYS.len())]));
        let whole = whole.filter(|id| held.things.contains_key(id));
        held.things.insert(id(key), Thing { kind: N, name: (*key).to_owned(), tags, peers, whole });
    }
}

fn id(key: &str) -> String {
    format!("id-{key}")
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn aws(runtime: &Runtime) -> Aws {
    let connection = Connection { region: "us-west-2".to_owned(), ..Connection::default() };
    runtime.block_on(Aws::connect(&connection))
}

fn run_all(runtime: &Runtime, aws: &Aws, ready: ReadyPlan) -> Report {
    runtime.block_on(apply(aws, ready, std::future::pending(), &mut |_| {}))
}

/// Everything that is agreed to.
fn all_agreed(views: &[StepView]) -> Consent {
    let mut consent = Consent::default();
    for view in views {
        view.needs().into_iter().for_each(|need| consent.give(need, view.address.to_string()));
    }
    consent
}

fn cases() -> impl Strategy<Value = (Vec<Case>, Vec<Case>)> {
    (prop::collection::vec(case(), WHOLE_KEYS.len()), prop::collection::vec(case(), KEYS.len()))
}

/// Any order of a manifest's entries.
fn turned<T: Clone>(all: &[T], by: Index) -> Vec<T> {
    let mut all = all.to_vec();
    if !all.is_empty() {
        let at = by.index(all.len());
        all.rotate_left(at);
        if by.index(2) == 1 {
            all.reverse();
        }
    }
    all
}

#[test]
fn a_run_does_what_was_agreed_to_and_accounts_for_the_rest() {
    let runtime = runtime();
    let aws = aws(&runtime);
    let config = ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((wholes, parts) in cases(), some in any::<bool>(), turn in any::<Index>())| {
        let mut world = World::new(&wholes, &parts);
        let views = world.views();
        let before = world.account.get().things.clone();

        // Whatever the order of the entries.
        let (first, second) = (world.wholes.clone(), world.parts.clone());
        world.wholes = turned(&first, turn);
        world.parts = turned(&second, turn);
        prop_assert_eq!(&world.views(), &views);

        let of_key: BTreeMap<_, _> =
            WHOLE_KEYS.iter().zip(&wholes).chain(KEYS.iter().zip(&parts)).map(|(key, case)| (*key, case)).collect();
        let mut consent = Consent::default();
        for view in views.iter().filter(|view| of_key[view.name.as_str()].agreed) {
            for need in [Need::Adopt, Need::Delete] {
                consent.give(need, view.address.to_string());
            }
        }
        let only: Vec<_> = views
            .iter()
            .filter(|view| some && of_key[view.name.as_str()].only)
            .map(|view| view.address.to_string())
            .collect();
        let mut known = Known::default();
        let steps = world.plan(&mut known);
        let ready = ReadyPlan::of(steps, known, &KINDS, &consent, &only);
        let held: Vec<Held> = ready.held().to_vec();
        let report = run_all(&runtime, &aws, ready);
        let account = world.account.get();
        let ended: BTreeMap<_, _> = report.steps.iter().map(|(view, outcome)| (&view.address, outcome)).collect();
        prop_assert_eq!(ended.len(), report.steps.len());
        let by_address: BTreeMap<_, _> = views.iter().map(|view| (&view.address, view)).collect();
        let is_wanted = |view: &StepView| only.is_empty() || only.contains(&view.address.to_string());

        for view in &views {
            let is_held = held.iter().any(|held| held.view.address == view.address);
            let runs = ended.contains_key(&view.address);
            // Either it is run, or it is said why not.
            let acts = view.verb.acts() && is_wanted(view);
            prop_assert!(!(is_held && runs) && (!acts || is_held || runs), "{view:?}");
            prop_assert!(!runs || (acts && consent.missing(view).is_empty()), "{view:?}");
            let wrote = account.writes.iter().any(|(name, _)| *name == view.name);
            prop_assert!(!wrote || runs, "nobody agreed to it: {view:?}");
        }
        for Held { view, why } in &held {
            let Why::Names(of) = why else { continue };
            let of = by_address[of];
            // A part that is kept keeps what it belongs to.
            let kept = of.verb == Verb::Keep && view.verb == Verb::Delete;
            let stays = kept || held.iter().any(|held| held.view.address == of.address) || !is_wanted(of);
            prop_assert!(stays && *of.address.to_string() != view.address.to_string(), "{view:?}");
        }
        for (address, outcome) in &ended {
            match outcome {
                Outcome::Left { because: Some(because), begun } => {
                    let cause = ended.get(because);
                    prop_assert!(cause.is_some_and(|it| !it.is_well()), "{address} for {because}: {cause:?}");
                    let wrote = account.writes.iter().any(|(name, _)| *name == by_address[address].name);
                    prop_assert!(!wrote || *begun, "it is said not to be begun: {address}");
                }
                Outcome::Failed(StepError::Call(error)) => {
                    let name = by_address[address].name.clone();
                    prop_assert!(account.failing.iter().any(|(of, call)| *of == name && *call == error.call));
                }
                Outcome::Changed => {}
                other => prop_assert!(false, "{address}: {other:?}"),
            }
        }
        // A call that fails is told, whatever else became of the step.
        for (name, call) in &account.refused {
            let outcome = report.steps.iter().find(|(view, _)| view.name == *name).map(|(_, outcome)| outcome);
            prop_assert!(matches!(outcome, Some(Outcome::Failed(_))), "{call} of {name}: {outcome:?}");
        }
        for (name, thing) in before.values().map(|thing| (&thing.name, thing)) {
            let after = account.things.values().find(|it| it.name == *name && it.kind == thing.kind);
            if of_key[name.as_str()].there == There::Others {
                prop_assert_eq!(after, Some(thing));
            }
        }
        drop(account);

        // Without failures, and with every word, a second run comes to rest, but for what a part keeps.
        world.account.get().failing.clear();
        let mut stays = Vec::new();
        for _ in 0..3 {
            let mut known = Known::default();
            let steps = world.plan(&mut known);
            let views: Vec<_> = steps.iter().map(|step| step.view().clone()).collect();
            let ready = ReadyPlan::of(steps, known, &KINDS, &all_agreed(&views), &[]);
            let held: Vec<_> = ready.held().to_vec();
            let is_kept = |held: &&Held| is_kept(held, &views);
            stays = held.iter().filter(is_kept).map(|held| held.view.address.clone()).collect();
            prop_assert!(held.iter().all(|held| held.why == Why::Stuck || is_kept(&held)), "{held:?}");
            let report = run_all(&runtime, &aws, ready);
            prop_assert_eq!(report.count(Outcome::is_well), report.steps.len(), "{:?}", report);
        }
        let at_rest = |view: &StepView| !view.verb.acts() || stays.contains(&view.address);
        prop_assert!(world.views().iter().all(at_rest), "{:?}", world.views());
    });
}

/// Whether it stays because a part of it does, or because another one stays with which alone it can go.
fn is_kept(held: &Held, views: &[StepView]) -> bool {
    let Why::Names(of) = &held.why else { return false };
    let keeps = |view: &StepView| matches!(view.verb, Verb::Keep | Verb::Delete);
    held.view.verb == Verb::Delete && views.iter().any(|view| view.address == *of && keeps(view))
}

/// Plans for these entries, lets `meanwhile` happen, and runs what may run without a word.
fn run_after(world: &World, meanwhile: impl FnOnce(&mut toy::Account)) -> Vec<String> {
    let runtime = runtime();
    let aws = aws(&runtime);
    let mut known = Known::default();
    let steps = world.plan(&mut known);
    meanwhile(&mut world.account.get());
    let ready = ReadyPlan::of(steps, known, &KINDS, &Consent::default(), &[]);
    let report = run_all(&runtime, &aws, ready);
    let told = |(view, outcome): &(StepView, Outcome)| match outcome {
        Outcome::Failed(error) => format!("{} {}: {error}", view.verb, view.address),
        other => format!("{} {}: {other:?}", view.verb, view.address),
    };
    report.steps.iter().map(told).collect()
}

fn empty() -> World {
    World { account: Shared::default(), wholes: Vec::new(), parts: Vec::new() }
}

fn thing(key: &str, manifest: Option<&str>) -> Thing {
    let address = Address::new(Toy::<PART>::NAME, key);
    let tags = manifest.map(|manifest| toy::marks(&address, manifest, OnDelete::Delete)).unwrap_or_default();
    Thing { kind: PART, name: key.to_owned(), tags, peers: BTreeSet::new(), whole: None }
}

/// A stage may begin long after the one before it.
#[test]
fn what_took_the_place_of_a_resource_between_two_stages_is_let_be() {
    let mut world = empty();
    world.parts = vec![toy::entry(&world.account, "a", &["a"], None)];
    let mut was = thing("a", Some("prereqs"));
    was.tags.set("infra:on-delete", "retain");
    world.account.get().things.insert("id-a".to_owned(), was);
    world.account.get().then.insert(TAG, |account| {
        account.things = BTreeMap::from([("id-other".to_owned(), thing("a", None))]);
    });
    let told = run_after(&world, |_| ());
    assert_eq!(
        told,
        [
            "update toy.part.a: it is no longer what the plan saw: planned to update, now it would be adopt, and it is id-other"
        ]
    );
    assert_eq!(world.account.get().writes, [("a".to_owned(), TAG)]);
}

#[test]
fn what_lost_its_mark_between_two_stages_is_let_be() {
    let mut world = empty();
    world.parts = vec![toy::entry(&world.account, "a", &["a"], None)];
    let mut was = thing("a", Some("prereqs"));
    was.tags.set("infra:on-delete", "retain");
    world.account.get().things.insert("id-a".to_owned(), was);
    world.account.get().then.insert(TAG, |account| {
        account.things = BTreeMap::from([("id-a".to_owned(), thing("a", None))]);
    });
    let told = run_after(&world, |_| ());
    assert_eq!(
        told,
        ["update toy.part.a: it is no longer what the plan saw: planned to update, now it would be adopt"]
    );
    assert_eq!(world.account.get().writes, [("a".to_owned(), TAG)]);
}

/// What is ignored is set by whoever makes the resource, and by nobody else.
#[test]
fn what_another_run_has_made_keeps_what_is_ignored() {
    let mut world = empty();
    let mut entry = toy::entry(&world.account, "a", &["a"], None);
    entry.ignore = vec![0];
    world.parts = vec![entry];
    let told = run_after(&world, |account| {
        account.things.insert("id-a".to_owned(), thing("a", Some("prereqs")));
    });
    assert_eq!(told, ["create toy.part.a: AlreadySo"]);
    assert!(world.account.get().writes.is_empty());
}

/// It may have left the manifest and stay, and then what belongs to it stays too.
#[test]
fn what_belongs_to_something_that_could_not_be_read_is_not_deleted() {
    let world = empty();
    let mut account = world.account.get();
    account.things.insert("id-m".to_owned(), Thing { kind: WHOLE, ..thing("m", None) });
    account
        .things
        .insert("id-a".to_owned(), Thing { whole: Some("id-m".to_owned()), ..thing("a", Some("prereqs")) });
    drop(account);
    let part = |known: &mut Known| {
        let seen = toy::observation::<PART>(&world.account, &[]);
        let steps = erase::steps(Vec::new(), seen, crate::kind::decide::Stacks::new(), place(), known);
        steps[0].view().verb
    };
    assert_eq!(part(&mut Known::default()), Verb::Delete);
    let mut known = Known::default();
    let error = crate::kind::testing::denied("toy:List");
    known.gap(KINDS[0], &error);
    assert_eq!(part(&mut known), Verb::Unknown);
    // An entry's is no leftover, whatever else there is.
    let outputs = crate::model::Outputs::default().with("id", "id-m");
    known.note(Address::new(KINDS[0], "m"), Fate::Live(outputs));
    assert_eq!(part(&mut known), Verb::Delete);
}

/// Even one that comes while something else is told.
#[test]
fn who_waits_hears_of_a_stop() {
    let runtime = runtime();
    let aws = aws(&runtime);
    let mut world = empty();
    world.parts = vec![toy::entry(&world.account, "a", &[], None)];
    world.account.get().slow.insert(MAKE);
    let mut known = Known::default();
    let steps = world.plan(&mut known);
    let ready = ReadyPlan::of(steps, known, &KINDS, &Consent::default(), &[]);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let mut told = Vec::new();
    let stopped = async {
        let _ = stopped.await;
    };
    let report = runtime.block_on(apply(&aws, ready, stopped, &mut |event| {
        told.push(matches!(event, Event::Stopping(1)));
        if let (Event::Waiting(..), Some(stop)) = (event, stop.take_if(|_| true)) {
            let _ = stop.send(());
        }
    }));
    assert!(matches!(report.steps[..], [(_, Outcome::Stopped(_))]), "{report:?}");
    assert!(told.contains(&true));
}

/// A later stage may be left because of another before the first one has failed by itself.
#[test]
fn a_failure_is_told_although_a_later_stage_was_left_before() {
    let mut world = empty();
    world.parts =
        vec![toy::entry(&world.account, "a", &["b"], None), toy::entry(&world.account, "b", &[], None)];
    let told = run_after(&world, |account| {
        for (key, pace) in [("a", 5), ("b", 1)] {
            account.pace.insert(key.to_owned(), pace);
            account.failing.insert((key.to_owned(), MAKE));
        }
    });
    let failed = |key| format!("create toy.part.{key}: {}", crate::kind::testing::denied(MAKE));
    assert_eq!(told, [failed("b"), failed("a")]);
}
