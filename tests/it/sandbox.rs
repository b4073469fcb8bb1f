//! The emulated account behind `--sandbox`: how it is provided, started, kept and ended.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use infra::sandbox::{Sandbox, SandboxError, Setup, Tools, venv};
use serde_json::json;
use tempfile::TempDir;

use crate::support::emulators::{Credentials, REGION, cache, fresh_account, ministack, tools};
use crate::support::holdings::holdings;
use crate::support::wire::Account;

/// A sandbox's setup in a folder of its own, where the machine can run one.
struct Ground {
    folder: TempDir,
    setup: Setup,
    account: String,
}

impl Ground {
    fn new() -> Option<Self> {
        ministack()?;
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup { dir: folder.path().join("parent/sandbox"), cache: cache(), tools: tools() };
        Some(Self { folder, setup, account: fresh_account() })
    }

    async fn start(&self) -> Result<Sandbox, SandboxError> {
        self.start_with(&[]).await
    }

    async fn start_with(&self, domains: &[&str]) -> Result<Sandbox, SandboxError> {
        let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
        Sandbox::start(&self.setup, &self.account, REGION, &domains, &mut |_| {}).await
    }

    /// The account that the sandbox was started for.
    fn account<'a>(&self, sandbox: &'a Sandbox) -> Account<'a> {
        let credentials = Credentials::in_ministack(&self.account);
        Account { endpoint_url: sandbox.endpoint_url(), credentials }
    }
}

fn answers(endpoint_url: &str) -> bool {
    TcpStream::connect(endpoint_url.trim_start_matches("http://")).is_ok()
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(10), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn the_account_is_the_one_asked_for() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start().await.unwrap();
    assert_eq!(ground.account(&sandbox).number(), ground.account);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_made_is_there_the_next_time() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start().await.unwrap();
    ground.account(&sandbox).secrets("CreateSecret", &json!({ "Name": "empty" })).json();
    let first = sandbox.endpoint_url().to_owned();
    sandbox.stop().await.unwrap();
    assert!(!answers(&first));

    let sandbox = ground.start().await.unwrap();
    let live = ground.account(&sandbox).secrets("DescribeSecret", &json!({ "SecretId": "empty" })).json();
    assert!(live.get("VersionIdsToStages").is_none(), "no value, no version, as before: {live}");
    let token = "t".repeat(32);
    let value = json!({ "SecretId": "empty", "SecretString": "value", "ClientRequestToken": token });
    ground.account(&sandbox).secrets("PutSecretValue", &value).json();
    let live = ground.account(&sandbox).secrets("DescribeSecret", &json!({ "SecretId": "empty" })).json();
    assert_eq!(live["VersionIdsToStages"], json!({ token: ["AWSCURRENT"] }));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_listener_is_there_the_next_time_with_all_its_certificates() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start_with(&["first.example", "second.example"]).await.unwrap();
    let account = ground.account(&sandbox);
    let listed = account.acm("ListCertificates", &json!({})).json();
    let [first, second] =
        [0, 1].map(|n| listed["CertificateSummaryList"][n]["CertificateArn"].as_str().unwrap().to_owned());
    let subnets = account.ec2("DescribeSubnets", &[]).xml();
    let mut parameters: Vec<_> =
        ["Subnets.member.1", "Subnets.member.2"].into_iter().zip(subnets.elements("subnetId")).collect();
    parameters.push(("Name", "name"));
    let balancer = account.elb("CreateLoadBalancer", &parameters).xml().element("LoadBalancerArn");
    let parameters = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Protocol", "HTTPS"),
        ("Port", "443"),
        ("Certificates.member.1.CertificateArn", &first),
        ("DefaultActions.member.1.Type", "fixed-response"),
        ("DefaultActions.member.1.FixedResponseConfig.StatusCode", "404"),
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "v"),
    ];
    let listener = account.elb("CreateListener", &parameters).xml().element("ListenerArn");
    let extra = [("ListenerArn", listener.as_str()), ("Certificates.member.1.CertificateArn", &second)];
    account.elb("AddListenerCertificates", &extra).xml();
    let before = holdings(&account);
    assert!(before.to_string().contains("second.example"), "{before}");
    sandbox.stop().await.unwrap();

    let sandbox = ground.start().await.unwrap();
    assert_eq!(holdings(&ground.account(&sandbox)), before);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn each_domain_has_one_certificate() {
    let Some(ground) = Ground::new() else { return };
    let certificates = async |domains: &[&str]| {
        let sandbox = ground.start_with(domains).await.unwrap();
        let issued = json!({ "CertificateStatuses": ["ISSUED"] });
        let answer = ground.account(&sandbox).acm("ListCertificates", &issued).json();
        sandbox.stop().await.unwrap();
        let listed = answer["CertificateSummaryList"].as_array().unwrap().clone();
        let mut found: Vec<(String, String)> = listed
            .iter()
            .map(|it| ["DomainName", "CertificateArn"].map(|key| it[key].as_str().unwrap().to_owned()).into())
            .collect();
        found.sort();
        found
    };
    let first = certificates(&["example.com", "*.example.com", "example.com"]).await;
    let domains: Vec<&str> = first.iter().map(|(domain, _)| domain.as_str()).collect();
    assert_eq!(domains, ["*.example.com", "example.com"]);
    assert_eq!(certificates(&["*.example.com", "example.com"]).await, first, "the same ones");
    assert_eq!(certificates(&[]).await, first, "nothing is taken away");
    let third = certificates(&["example.com", "other.example"]).await;
    assert_eq!(third.len(), 3, "{third:?}");
}

#[tokio::test]
async fn a_second_command_is_refused_at_once() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start().await.unwrap();
    let error = ground.start().await.unwrap_err();
    assert!(matches!(error, SandboxError::InUse { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
    sandbox.stop().await.unwrap();
    ground.start().await.unwrap().stop().await.unwrap();
}

/// Which is also what happens when infra is killed: nobody holds the pipe any more.
#[tokio::test]
async fn without_its_owner_it_ends_and_keeps_its_state() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start().await.unwrap();
    ground.account(&sandbox).secrets("CreateSecret", &json!({ "Name": "name" })).json();
    let endpoint_url = sandbox.endpoint_url().to_owned();
    // A client that never finishes its request must not keep it.
    let stuck = TcpStream::connect(endpoint_url.trim_start_matches("http://")).unwrap();
    std::io::Write::write_all(&mut &stuck, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n").unwrap();
    drop(sandbox);
    // The next one starts at once, and sees what its predecessor has yet to write.
    let sandbox = ground.start().await.unwrap();
    ground.account(&sandbox).secrets("DescribeSecret", &json!({ "SecretId": "name" })).json();
    until("the port is closed", || !answers(&endpoint_url));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn state_that_cannot_be_read_is_left_alone() {
    let Some(ground) = Ground::new() else { return };
    ground.start().await.unwrap().stop().await.unwrap();
    let state = ground.setup.dir.join("state/secretsmanager.json");
    fs::write(&state, "{").unwrap();
    let error = ground.start().await.unwrap_err();
    assert!(matches!(error, SandboxError::Ended { .. }), "{error:?}");
    assert!(error.to_string().contains("failed to load secretsmanager"), "{error}");
    assert_eq!(fs::read_to_string(&state).unwrap(), "{");
}

#[tokio::test]
async fn all_files_are_in_the_folder_and_private() {
    let Some(ground) = Ground::new() else { return };
    let sandbox = ground.start().await.unwrap();
    ground
        .account(&sandbox)
        .secrets("CreateSecret", &json!({ "Name": "name", "SecretString": "value" }))
        .json();
    sandbox.stop().await.unwrap();
    let dir = &ground.setup.dir;
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "*\n");
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".gitignore", "emulator.log", "launch", "lock", "state", "tmp"]);
    for private in [dir.join("state"), dir.join("state/secretsmanager.json")] {
        let mode = fs::metadata(&private).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", private.display());
    }
}

#[tokio::test]
async fn a_folder_with_other_things_is_no_sandbox() {
    let Some(mut ground) = Ground::new() else {
        return;
    };
    ground.setup.dir = ground.folder.path().to_owned();
    fs::write(ground.folder.path().join("infra.toml"), "").unwrap();
    let error = ground.start().await.unwrap_err();
    assert!(matches!(error, SandboxError::NotASandbox { .. }), "{error:?}");
    assert_eq!(fs::read_dir(ground.folder.path()).unwrap().count(), 1, "nothing was written");
}

/// A program in `folder` that is a shell script.
fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn tools_in(folder: &Path) -> Tools {
    Tools { path: folder.into(), settings: Vec::new() }
}

#[tokio::test]
async fn an_old_python_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    let provided = venv::provide("", &environment, &tools_in(folder.path()), &mut |_| {}).await;
    let text = provided.unwrap_err().to_string();
    assert!(text.contains("3.10 or newer, but there is no python3 on PATH"), "{text}");

    program(folder.path(), "python3", "echo 3.8.10");
    program(folder.path(), "python3.12", "exit 127");
    let provided = venv::provide("", &environment, &tools_in(folder.path()), &mut |_| {}).await;
    let text = provided.unwrap_err().to_string();
    assert!(text.contains("python3 is 3.8.10, python3.12 does not run"), "{text}");
}

#[tokio::test]
async fn an_installer_that_fails_is_quoted_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    program(folder.path(), "uv", "echo no such index >&2; exit 2");
    let provided = venv::provide("", &environment, &tools_in(folder.path()), &mut |_| {}).await;
    let text = provided.unwrap_err().to_string();
    assert!(text.contains("uv ended with:\nno such index"), "{text}");

    // A stand-in that makes what the check for wholeness runs: `bin/python`.
    let made = r#"[ "$1" = pip ] || { /bin/mkdir -p "$4/bin"; echo > "$4/bin/python"; /bin/chmod +x "$4/bin/python"; }"#;
    program(folder.path(), "uv", &made.replace("echo >", "echo '#!/bin/sh' >"));
    let mut said = Vec::new();
    for _ in 0..2 {
        let mut say = |line: &str| said.push(line.to_owned());
        venv::provide("", &environment, &tools_in(folder.path()), &mut say).await.unwrap();
    }
    assert_eq!(said.len(), 1, "installed once: {said:?}");
}

#[tokio::test]
async fn two_at_once_install_once() {
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("environment");
    let log = folder.path().join("log");
    let script = format!(
        r#"echo "$1" >> {}; [ "$1" = pip ] && exec /bin/sleep 0.3
        /bin/mkdir -p "$4/bin"; echo '#!/bin/sh' > "$4/bin/python"; /bin/chmod +x "$4/bin/python""#,
        log.display()
    );
    program(folder.path(), "uv", &script);
    let tools = tools_in(folder.path());
    let (mut first_said, mut second_said) = (Vec::new(), Vec::new());
    let mut first = |line: &str| first_said.push(line.to_owned());
    let mut second = |line: &str| second_said.push(line.to_owned());
    let (one, other) = tokio::join!(
        venv::provide("", &environment, &tools, &mut first),
        venv::provide("", &environment, &tools, &mut second),
    );
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(fs::read_to_string(&log).unwrap(), "venv\npip\n");
    assert!(second_said.concat().starts_with("waiting for another process"), "{second_said:?}");
}

#[tokio::test]
async fn a_ministack_of_another_release_is_passed_over() {
    let Some(ground) = Ground::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    program(folder.path(), "python", "echo 1.0.0");
    let command = folder.path().join("ministack");
    fs::write(&command, format!("#!{}/python\n", folder.path().display())).unwrap();
    fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).unwrap();
    let mut setup = ground.setup.clone();
    let paths = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&setup.tools.path));
    setup.tools.path = std::env::join_paths(paths).unwrap();
    let mut said = Vec::new();
    let mut say = |line: &str| said.push(line.to_owned());
    let sandbox = Sandbox::start(&setup, &ground.account, REGION, &[], &mut say).await.unwrap();
    sandbox.stop().await.unwrap();
    assert!(said[0].contains("is passed over: it is 1.0.0"), "{said:?}");
}

#[test]
fn credentials_are_not_handed_to_installers() {
    let variables = [
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("GITHUB_TOKEN", "secret"),
        ("PATH", "/bin"),
        ("PIP_CERT", "/certificates"),
        ("PIP_TARGET", "/elsewhere"),
        ("https_proxy", "http://proxy"),
    ];
    let tools = Tools::from_variables(variables.map(|(name, value)| (name.into(), value.into())));
    assert_eq!(tools.path, "/bin");
    let names: Vec<_> = tools.settings.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["PIP_CERT", "https_proxy"]);
}
