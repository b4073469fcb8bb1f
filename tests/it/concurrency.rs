//! Several `apply` at the same time, without a lock: nothing twice, and the end state of one.

use std::path::{Path, PathBuf};
use std::thread;

use infra::cli::exit::Exit;

use crate::interruption::{BEGINNINGS, begin};
use crate::support::cli::{Output, World};
use crate::support::connector::Wire;
use crate::support::emulators::Backend;
use crate::support::holdings::holdings;

/// Ways in which runs meet, for each beginning and number of runs.
const SEEDS: u64 = 12;

/// Runs `args` on each of the manifests at the same time, each in a thread with a runtime of its own.
fn together(world: &World, args: &[&str], manifests: &[PathBuf], seed: u64) -> Vec<Output> {
    let run = |(at, manifest): (u64, &PathBuf)| {
        let wire = Wire::unsteady(seed << 4 | at);
        let command = world.infra(args, Path::new(manifest)).wire(&wire);
        move || command.run()
    };
    thread::scope(|scope| {
        let runs: Vec<_> = (0..).zip(manifests).map(|it| scope.spawn(run(it))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

#[test]
fn applies_of_one_manifest_at_the_same_time_end_as_one_does() {
    let (mut moved, mut runs) = (0, 0);
    for beginning in BEGINNINGS {
        let Some((world, manifest)) = begin(beginning) else { return };
        let _ = world.infra(beginning.args, &manifest).run().expect(Exit::Done);
        let expected = holdings(&world.account);
        for seed in 0..SEEDS {
            for count in [2, 3] {
                let Some((world, manifest)) = begin(beginning) else { return };
                let case = format!("{}, {count} runs, seed {seed}", beginning.what);
                let manifests = vec![manifest; count];
                for output in together(&world, beginning.args, &manifests, seed) {
                    runs += 1;
                    moved += usize::from(output.exit == Some(Exit::Moved));
                    let clean = matches!(output.exit, Some(Exit::Done | Exit::Moved));
                    assert!(clean, "{case}\n{output}");
                }
                assert_eq!(holdings(&world.account), expected, "{case}");
                let _ = world.drift(&manifests[0]).expect(Exit::Done);
            }
        }
    }
    println!("{runs} runs, of which {moved} stopped because the world had moved");
}

#[test]
fn applies_of_two_manifests_at_the_same_time_bring_about_both() {
    const ONE: &str = "[ecr.repository.a]\nname = \"team/a\"\nlifecycle = [{ keep-last = 3 }]\n[secretsmanager.secret.a]\nname = \"team/a\"\n";
    const TWO: &str = "[ecr.repository.b]\nname = \"team/b\"\nscan-on-push = true\n[secretsmanager.secret.a]\nname = \"team/b\"\ndescription = \"b\"\n";
    let fresh = || {
        let world = World::on(Backend::Ministack)?;
        let manifests = [world.named_manifest("one", ONE), world.named_manifest("two", TWO)];
        Some((world, manifests))
    };
    let Some((world, manifests)) = fresh() else { return };
    let _ = manifests.each_ref().map(|manifest| world.apply(manifest));
    let expected = holdings(&world.account);
    for seed in 0..SEEDS {
        let Some((world, manifests)) = fresh() else { return };
        for output in together(&world, &["apply", "--yes"], &manifests, seed) {
            let _ = output.expect(Exit::Done);
        }
        assert_eq!(holdings(&world.account), expected, "seed {seed}");
    }
}

#[test]
fn what_two_runs_delete_is_deleted_once() {
    const BOTH: &str = "[ecr.repository.a]\nname = \"team/a\"\non-delete = \"delete\"\n[secretsmanager.secret.a]\nname = \"team/a\"\non-delete = \"delete\"\n";
    const WORDS: &[&str] =
        &["apply", "--yes", "--delete", "ecr.repository.a", "--delete", "secretsmanager.secret.a"];
    for seed in 0..SEEDS / 2 {
        let Some(world) = World::on(Backend::Ministack) else { return };
        let _ = world.apply(&world.manifest(BOTH));
        let empty = world.manifest("");
        for output in together(&world, WORDS, &[empty.clone(), empty.clone()], seed) {
            let clean = matches!(output.exit, Some(Exit::Done | Exit::Moved));
            assert!(clean, "seed {seed}\n{output}");
        }
        let _ = world.drift(&empty).expect(Exit::Done).says("1 kept, 0 blocked, 0 unknown, 0 in sync, of 1;");
    }
}
