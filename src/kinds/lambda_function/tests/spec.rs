//! What may be written, and what is said of what may not.

use super::*;
use crate::kind::testing::try_entry;

fn said(toml: &str) -> Vec<String> {
    let problems = try_entry::<LambdaFunction>(toml).map(|_| ()).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn defaults_are_awss() {
    let state = entry::<LambdaFunction>(PLAIN).state;
    assert_eq!((state.timeout, state.memory, state.ephemeral_storage), (3, 128, 512));
    assert_eq!(
        state.log_group.value(),
        Some("arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/site")
    );
    assert_eq!(state.reserved, None);
}

#[test]
fn what_aws_would_refuse_is_said() {
    for (from, to, problem) in [
        ("name = 'site'", "name = 'my site'", "name: this is no valid name of a function"),
        ("name = 'site'", "name = ''", "name: this is no valid name of a function"),
        ("source = 'code'", "source = 'none'", "source: there are no files here"),
        ("'handler.handler'", "'other.handler'", "handler: there is no such file in the folder of the code"),
        ("'handler.handler'", "'a b'", "handler: this names nothing that could be called"),
        ("'python3.13'", "''", "runtime: this is no identifier of a runtime"),
        ("timeout = 900", "timeout = 901", "timeout: AWS takes no such number"),
        ("timeout = 900", "timeout = 0", "timeout: AWS takes no such number"),
        ("memory = 512", "memory = 127", "memory: AWS takes no such number"),
        ("storage = 1024", "storage = 511", "ephemeral-storage: AWS takes no such number"),
        ("DAYS", "AWS_REGION", "environment.AWS_REGION: this variable is reserved by Lambda"),
        ("DAYS", "_DAYS", "environment._DAYS: this is no valid name of a variable"),
        ("DAYS", "D", "environment.D: this is no valid name of a variable"),
        ("['site']", "[]", "vpc.security-groups: there is no such number of security groups"),
        ("['site']", "['site', 'site']", "vpc.security-groups.1: this security group is named twice"),
        ("'/mnt/site'", "'/data'", "file-system.path: a function can mount nothing there"),
        ("'/mnt/site'", "'/mnt/a/b'", "file-system.path: a function can mount nothing there"),
        (
            "vpc = { vpc = 'main', security-groups = ['site'] }\n",
            "",
            "file-system: a function outside of a network can mount nothing",
        ),
        ("tracing", "layers = ['x']\ntracing", "layers.0: this is no ARN of a layer with its version"),
    ] {
        assert!(FULL.contains(from), "{from}");
        assert_eq!(said(&FULL.replace(from, to)), [problem], "{to}");
    }
    let long = format!("DAYS = '{}'", "x".repeat(4096));
    assert_eq!(
        said(&FULL.replace("DAYS = '30'", &long)),
        ["environment: this is too much for an environment"]
    );
    let handler = FULL.replace("'handler.handler'", &format!("'handler.{}'", "x".repeat(128)));
    assert_eq!(said(&handler), ["handler: this names nothing that could be called"]);
}

#[test]
fn what_is_not_known_here_passes() {
    let runtime = "layers = ['arn:aws:lambda:us-west-2:111122223333:layer:x:1']\nruntime = 'python9.9'";
    let state = entry::<LambdaFunction>(&PLAIN.replace("runtime = 'python3.13'", runtime)).state;
    assert_eq!((state.runtime.as_str(), state.layers.len()), ("python9.9", 1));
    // Neither does anybody but AWS know what is called there.
    let custom = PLAIN.replace("handler.handler", "bootstrap").replace("python3.13", "provided.al2023");
    assert_eq!(entry::<LambdaFunction>(&custom).state.handler, "bootstrap");
}

#[test]
fn values_of_the_environment_are_not_shown() {
    let settings = LambdaFunction::settings(&entry::<LambdaFunction>(FULL).state);
    let days = settings.iter().find(|it| it.field == "environment DAYS").unwrap();
    assert_eq!(days.value, crate::model::Shown::text("a value"));
}
