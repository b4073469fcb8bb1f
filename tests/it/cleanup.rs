//! The clean-up function passes its own tests, which are in Python as it is.
//!
//! Where there is no Python that can run them they are passed over, and that is said; with
//! `INFRA_REQUIRE_EMULATORS=1`, which asks for Python too, it is a failure.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::cli::World;
use crate::support::emulators::{Backend, tools};
use crate::support::markdown::{code, read, table};

const FUNCTION: &str = "manifests/functions/cleanup_threads";
const TESTS: &str = "tests/functions/cleanup_threads";

/// There are more. A run that finds fewer has not found them all.
const FEWEST: usize = 60;

/// The oldest Python that the function is written for is that of the sandbox too.
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const IS_NEW_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

#[test]
fn the_function_passes_its_tests() {
    assert_passes(&Path::new(env!("CARGO_MANIFEST_DIR")).join(FUNCTION));
}

/// What runs is what was deployed.
#[test]
fn what_is_deployed_passes_them_too() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let _ = world.apply(&world.prereqs());
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("function.zip");
    fs::write(&zip, world.account.deployed("webordinary-cleanup-threads")).unwrap();
    assert_passes(&zip);
}

#[test]
fn its_page_has_every_setting_and_every_field_of_the_report() {
    let page = read("docs/clean-up.md");
    let names = |heading: &[&str]| -> BTreeSet<String> {
        table(&page, heading).iter().flat_map(|row| code(&row[0])).collect()
    };
    let settings = read(&format!("{FUNCTION}/settings.py"));
    let is_variable =
        |text: &&str| text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let variables = settings.split('"').filter(is_variable).map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(variables.len() > 4, "{variables:?}");
    assert_eq!(names(&["variable", "default", "meaning"]), variables);

    let report = read(&format!("{FUNCTION}/report.py"));
    let (_, facts) = report.split_once("        return {\n").unwrap();
    let (facts, _) = facts.split_once("        }\n").unwrap();
    let fields = facts.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next());
    let fields = fields.map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(fields.len() > 15, "{fields:?}");
    assert_eq!(names(&["field", "meaning"]), fields);
}

/// Runs the tests of the function against a folder, or a zip, that holds it.
#[track_caller]
pub(crate) fn assert_passes(function: &Path) {
    let Some(python) = python() else { return };
    // Isolated: neither the folder that the tests are started in nor the user's packages are looked into. And
    // nothing is written beside the sources.
    let output = Command::new(&python)
        .args(["-I", "-B", "-m", "unittest", "discover", "-s"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(TESTS))
        .env("FUNCTION", function)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let all = format!("{}, {}:\n{told}", python.display(), function.display());
    // Nothing passed over either: that would be “OK (skipped=1)”.
    assert!(output.status.success() && told.lines().last() == Some("OK"), "{all}");
    let ran =
        told.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<usize>().ok());
    assert!(ran.is_some_and(|ran| ran >= FEWEST), "{all}");
}

fn python() -> Option<PathBuf> {
    let tools = tools();
    let runs = |program: &PathBuf| {
        let mut command = Command::new(program);
        let status =
            command.args(["-I", "-c", IS_NEW_ENOUGH]).stdin(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let found = PYTHONS.iter().filter_map(|name| tools.find(name)).find(runs);
    if found.is_none() {
        let required = std::env::var_os("INFRA_REQUIRE_EMULATORS").is_some_and(|value| value == "1");
        assert!(!required, "INFRA_REQUIRE_EMULATORS=1, and there is no Python 3.10 or newer");
        // Past the capture of output, as for the emulators.
        let _ = writeln!(io::stderr(), "tests of the clean-up function passed over: no Python 3.10 or newer");
    }
    found
}
