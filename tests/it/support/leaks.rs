//! The scanner around the whole suite: secrets are planted wherever a run could come by one, and nothing that a run leaves
//! behind may hold a part of one, in any form.
//!
//! Every run of the command line inside a test goes through it (`support::cli`), every request (`support::connector`), and
//! every run of the real binary ([`program`]). That it finds what it looks for is shown for each form and each place in
//! `proof`.

pub(crate) mod forms;
pub(crate) mod program;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use infra::cli::host::Env;
use serde_json::Value;

use self::forms::{Form, LENGTH};

/// A secret that is nobody's, new in each test process.
pub(crate) struct Canary {
    /// Where it is planted.
    pub name: &'static str,
    /// Its 24 characters. What is planted may hold more around them.
    pub text: String,
    /// What is planted, as a whole.
    pub whole: String,
}

/// The file in which one is planted, beside every manifest.
pub(crate) const FILE: &str = "canary.secret";

/// What a value may look like around its secret.
type Around = fn(&str) -> String;

const PLANTED: &[(&str, Around)] = &[
    ("ANTHROPIC_API_KEY", str::to_owned),
    ("WEBORDINARY_GITHUB_TOKEN", str::to_owned),
    // A JSON text of several lines, with the secrets of the two.
    ("of the JSON, first", str::to_owned),
    ("of the JSON, second", str::to_owned),
    ("TLS_PRIVATE_KEY", |text| format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")),
    // Which no manifest names.
    ("GITHUB_TOKEN", str::to_owned),
    ("AWS_SECRET_ACCESS_KEY", str::to_owned),
    ("AWS_SESSION_TOKEN", str::to_owned),
    ("file", |text| format!("{text}\n")),
    ("standard input", |text| format!("{text}\n")),
];

static CANARIES: LazyLock<Vec<Canary>> = LazyLock::new(|| {
    let make = |(at, (name, around)): (usize, &(&'static str, Around))| {
        let text = forms::drawn(at);
        Canary { name, whole: around(&text), text }
    };
    PLANTED.iter().enumerate().map(make).collect()
});

/// The canary that is planted under a name.
pub(crate) fn canary(name: &str) -> &'static Canary {
    CANARIES.iter().find(|canary| canary.name == name).unwrap()
}

pub(crate) fn canaries() -> &'static [Canary] {
    &CANARIES
}

/// The environment variables that hold canaries.
pub(crate) fn variables() -> Vec<(&'static str, String)> {
    let alone =
        CANARIES.iter().filter(|canary| canary.name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    let mut all: Vec<_> = alone.map(|canary| (canary.name, canary.whole.clone())).collect();
    let [first, second] = ["of the JSON, first", "of the JSON, second"].map(|name| &canary(name).text);
    let json = serde_json::json!({"accessKeyId": first, "secretAccessKey": second});
    all.push(("WEBORDINARY_AWS_CREDENTIALS", format!("{json:#}\n")));
    all
}

/// For runs in which the values of the manifest in this repository are not set.
pub(crate) const WITHOUT_VALUES: &[(&str, &str)] =
    &[("ANTHROPIC_API_KEY", ""), ("WEBORDINARY_GITHUB_TOKEN", ""), ("WEBORDINARY_AWS_CREDENTIALS", "")];

/// An environment with canaries, and with these variables, and with this filter for a log. A canary whose variable is set
/// to nothing is not planted.
pub(crate) fn environment(env: &Env, log: Option<&'static str>) -> Env {
    let planted = variables().into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let log = log.map(|filter| (OsString::from("RUST_LOG"), OsString::from(filter)));
    let own = env.iter().map(|(name, value)| (name.clone(), value.clone()));
    let all: Env = planted.chain(log).chain(own).collect();
    all.iter()
        .filter(|(name, value)| {
            !value.is_empty() || !WITHOUT_VALUES.iter().any(|(planted, _)| name == planted)
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What a run logs, for the scanner alone: each fourth everything of every crate, which takes as long as the run itself,
/// and the others everything of `infra`.
pub(crate) fn loudness(is_loud: bool) -> &'static str {
    const EACH: u64 = 4;
    if is_loud || RUNS.load(Ordering::Relaxed).is_multiple_of(EACH) { "trace" } else { "infra=trace" }
}

struct Scanner {
    patterns: AhoCorasick,
    /// Whose each pattern is, and in which form.
    of: Vec<(&'static str, Form)>,
}

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let (mut all, mut of) = (BTreeSet::new(), Vec::new());
    for canary in canaries() {
        for form in Form::ALL {
            for pattern in form.patterns(canary) {
                if all.insert(pattern.clone()) {
                    of.push((pattern, (canary.name, *form)));
                }
            }
        }
    }
    let patterns = of.iter().map(|(pattern, _)| pattern);
    let patterns = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(patterns).unwrap();
    Scanner { patterns, of: of.into_iter().map(|(_, of)| of).collect() }
});

/// A part of a canary, where none may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    pub sink: String,
    pub canary: &'static str,
    pub form: Form,
    /// What stands around it.
    pub around: String,
}

static RUNS: AtomicU64 = AtomicU64::new(0);
static REQUESTS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// The first leak in what a sink got.
pub(crate) fn scan(sink: &str, bytes: &[u8]) -> Option<Leak> {
    BYTES.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    let found = SCANNER.patterns.find(bytes)?;
    let (canary, form) = SCANNER.of[found.pattern().as_usize()];
    let around = bytes[found.start().saturating_sub(60)..(found.end() + 40).min(bytes.len())].to_vec();
    let around = String::from_utf8_lossy(&around).into_owned();
    Some(Leak { sink: sink.to_owned(), canary, form, around })
}

/// Where a sandbox keeps the values of secrets, as AWS would.
pub(crate) const STORE: &str = ".infra/sandbox/state/secretsmanager.json";

/// The leaks in the files below a folder, and in their names. The file that a canary was planted in is none, nor is the
/// sandbox's store of secrets.
pub(crate) fn in_folder(sink: &str, folder: &Path, but: &[PathBuf]) -> Vec<Leak> {
    let (mut folders, mut leaks) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap();
            if name == FILE || path.ends_with(STORE) || but.contains(&path) {
                continue;
            }
            let sink = format!("{sink}: {}", path.display());
            leaks.extend(scan(&sink, name.as_encoded_bytes()));
            // What is behind a link was not left here.
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                leaks.extend(scan(&sink, &fs::read(path).unwrap_or_default()));
            }
        }
    }
    leaks
}

/// A request that is about to leave: its address, its headers and its body. A canary may be in the header that carries
/// the session, and in the one field that a value is put by; and nothing may ask for a value.
pub(crate) fn in_request(request: &HttpRequest) -> Vec<Leak> {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    assert!(!asks_for_a_value(target), "{target} left");
    let mut leaks: Vec<_> = scan("address of a request", request.uri().as_bytes()).into_iter().collect();
    for (name, value) in request.headers() {
        if !name.eq_ignore_ascii_case("x-amz-security-token") {
            leaks.extend(scan(&format!("header {name} of a request"), value.as_bytes()));
        }
    }
    let body = request.body().bytes().unwrap_or_default();
    leaks.extend(scan(&format!("body of a request {target}"), &without_the_value(target, body)));
    leaks
}

pub(crate) fn asks_for_a_value(target: &str) -> bool {
    target.ends_with(".GetSecretValue") || target.ends_with(".BatchGetSecretValue")
}

/// A body without the field that a value is put by.
fn without_the_value(target: &str, body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut fields)) if target == "secretsmanager.PutSecretValue" => {
            fields.remove("SecretString");
            Value::Object(fields).to_string().into_bytes()
        }
        _ => body.to_vec(),
    }
}

/// A run is over: it is counted, and what has been counted so far is kept beside the build for whoever wants to know.
/// Tests end in any order, so none of them knows that it is the last.
pub(crate) fn count_a_run() {
    let runs = RUNS.fetch_add(1, Ordering::Relaxed) + 1;
    let (requests, bytes) = (REQUESTS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
    let text = format!("runs {runs}\nrequests {requests}\nbytes {bytes}\npatterns {}\n", SCANNER.of.len());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scanned.txt");
    fs::write(path, text).unwrap();
}

/// How long a canary is, in characters.
pub(crate) const CHARACTERS: usize = LENGTH;
