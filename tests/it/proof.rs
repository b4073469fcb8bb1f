//! The scanner of `support::leaks` finds what it looks for: in each form, and wherever a run can leave something.

mod values;

use std::process::Command as Process;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use infra::cli::exit::Exit;
use toml_writer::{ToTomlValue as _, TomlStringBuilder};

use crate::support::cli::{Command, World, infra};
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;
use crate::support::leaks::forms::{Form, PART};
use crate::support::leaks::program::{output, watched};
use crate::support::leaks::{
    CHARACTERS, Leak, asks_for_a_value, canaries, canary, in_folder, in_request, scan,
};

#[test]
fn each_form_is_found_and_so_is_each_part() {
    for canary in canaries() {
        let found = |form: Form, text: &[u8]| {
            let leak = scan("test", &[b"before ", text, b" behind"].concat());
            assert_eq!(leak.as_ref().map(|leak| leak.canary), Some(canary.name), "{form:?} {leak:?}");
        };
        for form in Form::ALL {
            for text in form.of(&canary.text) {
                found(*form, &text);
            }
            if matches!(form, Form::Sha256 | Form::Sha1) {
                continue;
            }
            for (from, to) in
                [(0, PART), (9, 9 + PART), (CHARACTERS - PART, CHARACTERS), (0, 11), (5, CHARACTERS)]
            {
                for text in form.of(&canary.text[from..to]) {
                    found(*form, &text);
                }
                // In the midst of what is encoded with it.
                for around in ["-", "--", "---", "a longer text"] {
                    for text in form.of(&format!("{around}{}{around}", &canary.text[from..to])) {
                        found(*form, &text);
                    }
                }
            }
            let part = &canary.text[3..3 + PART - 2];
            assert!(form.of(part).iter().all(|text| scan("test", text).is_none()), "{form:?} {part:?}");
        }
    }
    let innocent =
        "arn:aws:secretsmanager:us-west-2:111122223333:secret:team/key-QXZJKV sha256:9f86d081884c7d659a2f";
    assert_eq!(scan("test", innocent.as_bytes()), None);
}

/// Demands a leak of a canary in a sink.
#[track_caller]
fn leaks(leaks: &[Leak], sink: &str, name: &str) {
    let is_it = |leak: &Leak| leak.sink.starts_with(sink) && leak.canary == name;
    assert!(leaks.iter().any(is_it), "{sink} {name} {leaks:#?}");
}

/// A file called by a canary, in a folder of its own, with this text.
fn called(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{}.toml", canary(name).text));
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// A description that holds a canary, as TOML.
fn described(name: &str) -> String {
    let text = TomlStringBuilder::new(&canary(name).text).as_basic().to_toml_value();
    format!("[secretsmanager.secret.key]\nname = \"team/key\"\ndescription = {text}\n")
}

#[test]
fn what_is_printed_is_searched() {
    let header = "[manifest]\nname = \"a\"\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
    for canary in canaries() {
        let (_folder, path) = called(canary.name, header);
        let (_, found) = infra(&["check", &path]).scanned();
        leaks(&found, "output", canary.name);
        let (_folder, path) = called(canary.name, "x");
        let (_, found) = infra(&["check", &path]).scanned();
        leaks(&found, "talk", canary.name);
        let (_, found) = infra(&["check", &path, "--quiet"]).scanned();
        leaks(&found, "talk --quiet", canary.name);
        let (_, found) = infra(&["check", &path, "--color=always"]).scanned();
        leaks(&found, "talk --color=always", canary.name);
    }
    // That a leak is a failure.
    let (_folder, path) = called("GITHUB_TOKEN", header);
    let run = std::panic::catch_unwind(|| infra(&["check", &path]).run());
    let said = *run.err().unwrap().downcast::<String>().unwrap();
    assert!(said.contains("secrets came to light") && said.contains("GITHUB_TOKEN"), "{said}");
}

#[test]
fn what_is_planned_and_sent_and_written_is_searched() {
    for world in World::each() {
        let manifest = world.manifest(&described("ANTHROPIC_API_KEY"));
        let name = "ANTHROPIC_API_KEY";
        let scanned = |command: Command, exit: Exit| {
            let (output, leaks) = command.scanned();
            assert_eq!(output.exit, Some(exit), "{output}");
            leaks
        };
        leaks(&scanned(world.infra(&["plan"], &manifest), Exit::Done), "output", name);
        let found = scanned(world.infra(&["plan", "--format=json"], &manifest), Exit::Done);
        leaks(&found, "output --format=json", name);
        let plan = manifest.with_file_name("reviewed.plan");
        let out = ["plan", "--out", plan.to_str().unwrap()];
        let found = scanned(world.infra(&out, &manifest), Exit::Done);
        leaks(&found, &format!("files: {}", plan.display()), name);
        std::fs::remove_file(&plan).unwrap();
        let found = scanned(world.infra(&["apply", "--yes"], &manifest), Exit::Done);
        leaks(&found, "body of a request", name);
        let gone = format!("GET/{}", canary("file").text);
        let fault = Fault::Says(400, "InvalidRequestException", gone.leak());
        let wire = Wire::with_faults(vec![(Which::Named("secretsmanager:DescribeSecret"), fault)]);
        let found = scanned(world.infra(&["drift", "--quiet"], &manifest).wire(&wire), Exit::Incomplete);
        leaks(&found, "output --quiet", "file");
    }
}

#[test]
fn what_a_request_carries_beside_its_body_is_searched() {
    for canary in canaries() {
        let coded = String::from_utf8(Form::Url.of(&canary.text).remove(0)).unwrap();
        let mut request = HttpRequest::empty();
        request.set_uri(format!("https://aws.invalid/{coded}")).unwrap();
        leaks(&in_request(&request), "address of a request", canary.name);
        let mut request = HttpRequest::empty();
        request.headers_mut().insert("x-amz-meta", canary.text.clone());
        leaks(&in_request(&request), "header x-amz-meta of a request", canary.name);
        // The one header in which the session belongs.
        let mut request = HttpRequest::empty();
        request.headers_mut().insert("x-amz-security-token", canary.text.clone());
        assert_eq!(in_request(&request), []);
    }
}

/// The log: what a crate of the SDK says at debug, and `infra` at trace. What the SDK says at trace is never let out.
#[test]
fn what_is_logged_is_searched() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest("[ecr.repository.site]\nname = \"team/site\"\n");
    let logged = |log: fn()| {
        world.infra(&["apply"], &manifest).answers(&["no"]).meanwhile(log).at_its_loudest().scanned().1
    };
    let found =
        logged(|| tracing::debug!(target: "aws_smithy_runtime", "{}", canary("AWS_SESSION_TOKEN").text));
    leaks(&found, "log", "AWS_SESSION_TOKEN");
    let found = logged(|| tracing::trace!(target: "infra::test", text = ?canary("AWS_SESSION_TOKEN").text));
    leaks(&found, "log", "AWS_SESSION_TOKEN");
    let found =
        logged(|| tracing::trace!(target: "aws_smithy_runtime", "{}", canary("AWS_SESSION_TOKEN").text));
    assert_eq!(found, []);
}

#[test]
fn what_asks_for_a_value_is_known() {
    assert!(
        asks_for_a_value("secretsmanager.GetSecretValue")
            && asks_for_a_value("secretsmanager.BatchGetSecretValue")
    );
    assert!(!asks_for_a_value("secretsmanager.PutSecretValue") && !asks_for_a_value(""));
}

/// A shell stands in for a program that is careless with what it was handed.
#[test]
fn what_a_process_leaves_is_searched() {
    let name = "WEBORDINARY_GITHUB_TOKEN";
    let careless = |script: &str| watched(Process::new("sh").args(["-c", script, "sh"])).1;
    let secret = "$WEBORDINARY_GITHUB_TOKEN";
    leaks(&careless(&format!("printf %s \"{secret}\"")), "output of a process", name);
    leaks(&careless(&format!("printf %s \"{secret}\" >&2")), "talk of a process", name);
    leaks(&careless(&format!("printf %s \"{secret}\" > $TMPDIR/left")), "temporary files", name);
    for file in ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_STATE"] {
        leaks(&careless(&format!("printf %s \"{secret}\" | base64 > ${file}")), "temporary files", name);
    }
    let found = careless(&format!("sh -c 'sleep 1; :' sh \"{secret}\"; :"));
    leaks(&found, "command line of a process", name);
    leaks(&careless("sh -c 'sleep 1; :'; :"), "environment of a child", "GITHUB_TOKEN");
    let text = &canary(name).text;
    let (_, found) = watched(Process::new("sh").args(["-c", "sleep 1; :", "sh", text]));
    leaks(&found, "command line of a process", name);
    let home = tempfile::tempdir().unwrap();
    let mut command = Process::new("sh");
    command.args(["-c", "printf %s \"$GITHUB_TOKEN\" > left"]).current_dir(home.path());
    leaks(&watched(&mut command).1, "working folder", "GITHUB_TOKEN");
    leaks(&in_folder("state", home.path(), &[]), "state", "GITHUB_TOKEN");
    assert_eq!(in_folder("state", home.path(), &[home.path().join("left")]), []);
    assert_eq!(careless("printf harmless"), []);
}

/// A panic, with all that Rust says of one: this very program stands in for one that has a defect.
#[test]
fn what_a_panic_says_is_searched() {
    let panics = |name: &str| {
        let mut command = Process::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--ignored", "--nocapture"]);
        watched(&mut command)
    };
    let (output, found) = panics("proof::with_a_secret_in_its_panic");
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("stack backtrace"));
    leaks(&found, "talk of a process", "TLS_PRIVATE_KEY");
}

#[test]
#[ignore = "it panics on purpose, for the test above"]
fn with_a_secret_in_its_panic() {
    panic!("{:?}", std::env::var("TLS_PRIVATE_KEY"));
}

/// The real binary, with each secret in its environment, at its loudest.
#[test]
fn the_real_binary_keeps_what_it_was_handed_to_itself() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.prereqs();
    let home = tempfile::tempdir().unwrap();
    for args in [
        &["plan", "--format=json"][..],
        &["apply", "--yes", "--quiet"],
        &["drift", "--color=always"],
        &["show"],
        &["output"],
    ] {
        let mut command = Process::new(env!("CARGO_BIN_EXE_infra"));
        command.args(args).arg(&manifest).args(["--endpoint-url", &world.emulator.endpoint_url]);
        command.env_clear().current_dir(home.path()).env("HOME", home.path());
        command.env("AWS_ACCESS_KEY_ID", &world.number).env("RUST_LOG", "trace");
        let output = output(&mut command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stderr).contains("DEBUG"));
    }
}

/// How much is looked for. How many runs it was looked for in stands in `target/tmp/scanned.txt` when the suite is over.
#[test]
fn numbers() {
    let sinks = [
        "output, as text, JSON, quiet, in colour, and for GitHub",
        "talk, the same",
        "log",
        "plan files and whatever else is written beside the manifest",
        "addresses, headers and bodies of requests",
        "output and talk of the real binary, with panics",
        "its command line and those of its children",
        "the environment of its children",
        "its temporary files",
        "its working folder, with the state of a sandbox",
        "the files of a CI job",
    ];
    println!("{} canaries, {} forms, {} sinks:", canaries().len(), Form::ALL.len(), sinks.len());
    println!("  {}", sinks.join("\n  "));
    assert!(canaries().len() >= 10 && Form::ALL.len() >= 12);
}
