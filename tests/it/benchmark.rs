//! What a plan of the whole manifest costs: its calls, how many of them wait for one another, and its time.
//!
//! The two that are the same on every machine are asserted. The third is shown:
//!
//! ```sh
//! cargo test --test it benchmark -- --nocapture
//! ```

mod scale;

use std::path::Path;
use std::time::Duration;

use infra::cli::exit::Exit;

use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::emulators::Backend;
use crate::support::leaks::WITHOUT_VALUES;

/// What each call takes longer than the emulator needs: a round trip to AWS.
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// How many round trips a plan may take, one after the other, and how long all else of it.
const ROUND_TRIPS: u32 = 3;
const ALL_ELSE: Duration = Duration::from_millis(150);

#[test]
fn a_plan_of_the_whole_manifest_takes_three_round_trips_at_most() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.prereqs();
    // The emulator loads each service at its first call. That is not what is measured.
    let _ = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
    println!("before anything exists: {}", measure(&world, &manifest));
    let _ = world.apply(&manifest);
    println!("after apply: {}", measure(&world, &manifest));
}

/// Checks what a plan costs, and says it.
fn measure(world: &World, manifest: &Path) -> String {
    let wire = Wire::with_latency(ROUND_TRIP);
    let plan = world.infra(&["plan"], manifest).env(WITHOUT_VALUES).wire(&wire).run().expect(Exit::Done);
    // Once more without the emulator, which takes its time: see the connector on depth.
    let replay = Wire::answering_as(&wire, ROUND_TRIP);
    let again = world
        .infra(&["plan"], manifest)
        .env(WITHOUT_VALUES)
        .wire(&replay)
        .with_stopped_clock()
        .run()
        .expect(Exit::Done);
    assert_eq!((&again.out, replay.counts()), (&plan.out, wire.counts()));

    let (calls, depth) = (wire.seen().len(), u32::try_from(replay.depth()).unwrap());
    assert_eq!(wire.writes(), [""; 0]);
    assert_eq!(wire.questions(), calls, "a question was asked twice: {:#?}", wire.counts());
    assert!(depth <= ROUND_TRIPS, "{:#?}", replay.waves());
    // The depth is what one waits for, and nothing is waited for beside it. Timers go by milliseconds.
    let beside = again.took.checked_sub(ROUND_TRIP * depth).unwrap();
    assert!(beside < Duration::from_millis(10), "{beside:?}");

    let (took, most) = (plan.took.as_millis(), (ROUND_TRIP * ROUND_TRIPS + ALL_ELSE).as_millis());
    let waves = replay.waves().into_iter().map(|(depth, names)| format!("\n  {depth}: {}", names.join(", ")));
    let waves: String = waves.collect();
    format!("{calls} calls, depth {depth} (at most {ROUND_TRIPS}), {took} ms (at most {most} ms){waves}")
}
