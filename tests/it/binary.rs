//! The real binary, as a process: what only a process can show.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::emulators::{cache, ministack};
use crate::support::leaks::program::output;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/prereqs.toml");

/// The binary with an environment in which nothing of the user's is.
fn binary(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", home).env("XDG_CACHE_HOME", cache());
    command.current_dir(home).stdin(Stdio::null());
    command
}

/// Starts `infra sandbox`, and gives what it says is to be set in another terminal.
fn start(home: &Path) -> (Child, Vec<(String, String)>) {
    let mut child = binary(home)
        .args(["sandbox", MANIFEST])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
    let variables = lines.flat_map(|line| {
        let line = line.unwrap();
        let pairs =
            line.strip_prefix("export ").unwrap().split(' ').map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    });
    let variables = variables.collect();
    (child, variables)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_sandbox_that_is_kept_running_serves_other_commands_and_keeps_its_state() {
    if ministack().is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    for name in ["INT", "TERM", "KILL"] {
        let (mut sandbox, variables) = start(home.path());
        let applied = output(binary(home.path()).envs(variables).args(["apply", "--yes", MANIFEST]));
        let talk = String::from_utf8(applied.stderr).unwrap();
        assert_eq!(applied.status.code(), Some(0), "{talk}");
        assert!(talk.starts_with("endpoint: http://127.0.0.1:"), "{talk}");
        // A second command on the same folder would take the state from under it.
        let refused = output(binary(home.path()).args(["--sandbox", "plan", MANIFEST]));
        assert_eq!(refused.status.code(), Some(1));
        signal(&sandbox, name);
        let code = sandbox.wait().unwrap().code();
        assert_eq!(code, (name != "KILL").then_some(0), "{name}");
    }
    // Also what the killed one left: the emulator outlives it just long enough to write its state.
    let drift = output(binary(home.path()).args(["--sandbox", "drift", MANIFEST]));
    assert_eq!(drift.status.code(), Some(0), "{}", String::from_utf8_lossy(&drift.stderr));
}

#[test]
fn output_that_nobody_reads_any_more_ends_it_without_a_word() {
    let home = tempfile::tempdir().unwrap();
    let mut child =
        binary(home.path()).arg("--help").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn it_describes_itself() {
    let home = tempfile::tempdir().unwrap();
    let says = |args: &[&str]| {
        let output = output(binary(home.path()).args(args));
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let codes = says(&["help", "exit-codes"]);
    assert!(codes.starts_with("Exit codes:\n    0  in sync, or done\n"), "{codes}");
    assert_eq!(codes, says(&["exit-codes"]));
    for shell in ["bash", "zsh", "fish"] {
        let script = says(&["completions", shell]);
        assert!(script.contains("allow-expire") && script.contains("drift"), "{script}");
    }
}

/// A crash writes nothing of the memory to a disk.
#[test]
#[cfg(target_os = "linux")]
fn no_core_file_is_left() {
    if ministack().is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (mut sandbox, _) = start(home.path());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", sandbox.id())).unwrap();
    let cores = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().collect::<Vec<_>>(), ["0", "0", "bytes"]);
    signal(&sandbox, "INT");
    let _ = sandbox.wait().unwrap();
}
