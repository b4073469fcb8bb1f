//! Real processes, watched: what they print, how they are called, what they hand to others, and what they leave behind.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use super::{Leak, count_a_run, environment, in_folder, scan, variables};

/// Files that a CI job hands to each of its steps.
const OF_THE_JOB: &[&str] =
    &["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_STATE"];

/// Runs a program to its end with canaries in its environment, and demands that none comes to light.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Output {
    let (output, leaks) = watched(command);
    assert_eq!(leaks, [], "secrets came to light");
    output
}

/// The same, with what came to light.
pub(crate) fn watched(command: &mut Command) -> (Output, Vec<Leak>) {
    let own = tempfile::tempdir().unwrap();
    for (name, value) in variables() {
        // What the test itself sets stays.
        if command.get_envs().all(|(set, _)| set != name) {
            command.env(name, value);
        }
    }
    for file in OF_THE_JOB {
        let path = own.path().join(file);
        fs::write(&path, "").unwrap();
        command.env(file, path);
    }
    command.env("TMPDIR", own.path()).env("RUST_BACKTRACE", "full").env("LOG_SENSITIVE_BODIES", "true");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = |mut stream: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let (out, err) =
        (read(Box::new(child.stdout.take().unwrap())), read(Box::new(child.stderr.take().unwrap())));
    let mut seen = BTreeMap::new();
    let status = loop {
        look(child.id(), true, &mut seen);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(3));
    };
    let output = Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() };
    let mut leaks: Vec<_> = [("output of a process", &output.stdout), ("talk of a process", &output.stderr)]
        .into_iter()
        .filter_map(|(sink, bytes)| scan(sink, bytes))
        .collect();
    leaks.extend(seen.iter().filter_map(|((sink, _), bytes)| scan(sink, bytes)));
    leaks.extend(in_folder("temporary files", own.path(), &[]));
    if let Some(folder) = command.get_current_dir() {
        leaks.extend(in_folder("working folder", folder, &[]));
    }
    count_a_run();
    (output, leaks)
}

type Seen = BTreeMap<(&'static str, u32), Vec<u8>>;

/// Looks at a process and those that it started: how each is called, and what those have been handed (Linux, `proc(5)`).
fn look(id: u32, is_first: bool, seen: &mut Seen) {
    let read = |file: &str| fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
    let called = read("cmdline");
    let children = String::from_utf8(read(&format!("task/{id}/children"))).unwrap();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        // Between its start and its own program a child is a copy of its parent, in everything.
        if fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default() != called {
            look(child, false, seen);
        }
    }
    if !is_first {
        keep(seen, ("environment of a child", id), read("environ"));
    }
    keep(seen, ("command line of a process", id), called);
}

/// A process that is ending has neither any more.
fn keep(seen: &mut Seen, what: (&'static str, u32), bytes: Vec<u8>) {
    if !bytes.is_empty() {
        seen.insert(what, bytes);
    }
}

/// The environment of a run inside a test is put together in the same place.
#[test]
fn both_have_the_same_canaries() {
    let env = environment(&infra::cli::host::Env::default(), None);
    assert!(variables().iter().all(|(name, value)| env.get(name) == Some(value)));
    assert!(variables().len() >= 7);
}
