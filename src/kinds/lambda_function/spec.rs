//! What may be written in an entry, and its normal form.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::{Code, handler_files};
use super::state::{Architecture, DEFAULT, Mount, Network, State, Tracing, default_log_group};
use crate::kind::Place;
use crate::kind::raise::is_default;
use crate::model::problem::Problems;
use crate::model::{KindName, Link, Outputs};

/// A function, with the code that it is made of.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The function's name. Cannot be changed later.
    name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    /// The folder of its code, from the manifest's folder: every file in it.
    source: String,
    /// What is called: a file of the folder without its extension, and the function in it, such as `handler.handler`.
    handler: String,
    /// What it runs on: an identifier of AWS's, such as `python3.13`.
    runtime: String,
    /// The processors that it runs on.
    #[serde(default, skip_serializing_if = "is_default")]
    architecture: Architecture,
    /// After how many seconds AWS ends a run: 1 to 900.
    #[serde(default = "timeout", skip_serializing_if = "is_timeout")]
    timeout: u32,
    /// How much memory it has, in MB: 128 to 10,240. Processors come with it.
    #[serde(default = "memory", skip_serializing_if = "is_memory")]
    memory: u32,
    /// How much it can store in `/tmp`, in MB: 512 to 10,240.
    #[serde(default = "ephemeral_storage", skip_serializing_if = "is_ephemeral_storage")]
    ephemeral_storage: u32,
    /// Variables of its environment, exclusive. Not for secrets: whoever may read the function reads them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    environment: BTreeMap<String, String>,
    /// What it may do: the key of an `iam.role`, which Lambda must be allowed to take on.
    role: String,
    /// The network that it runs in. Left out, none: it reaches the internet, and nothing private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vpc: Option<NetworkSpec>,
    /// A file system that it has mounted. Needs `vpc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file_system: Option<MountSpec>,
    /// Where it logs: the key of a `logs.log-group`. Left out, `/aws/lambda/NAME`, which Lambda makes itself and keeps for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_group: Option<String>,
    /// Whether its runs are traced by X-Ray.
    #[serde(default, skip_serializing_if = "is_default")]
    tracing: Tracing,
    /// How many of it may run at once, and are kept free for it. Left out, as many as the account has left; 0, none at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reserved_concurrency: Option<u32>,
    /// Layers, in their order: ARNs with their version. At most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layers: Vec<String>,
}

/// The network that a function runs in.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct NetworkSpec {
    /// The key of a `lookup.vpc`: the function is in all of its subnets.
    vpc: String,
    /// What it may reach: the keys of `ec2.security-group` entries, 1 to 5. Exclusive.
    security_groups: Vec<String>,
}

/// A file system that a function has mounted.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct MountSpec {
    /// The way in: the key of an `efs.access-point`.
    access_point: String,
    /// Where the function finds it: `/mnt/` and a name.
    path: String,
}

fn timeout() -> u32 {
    DEFAULT.timeout
}

fn memory() -> u32 {
    DEFAULT.memory
}

fn ephemeral_storage() -> u32 {
    DEFAULT.ephemeral_storage
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_timeout(seconds: &u32) -> bool {
    *seconds == timeout()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_memory(size: &u32) -> bool {
    *size == memory()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_ephemeral_storage(size: &u32) -> bool {
    *size == ephemeral_storage()
}

/// Limits of API `CreateFunction`.
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION: usize = 256;
const MAX_HANDLER: usize = 128;
const TIMEOUT: std::ops::RangeInclusive<u32> = 1..=900;
const MEMORY: std::ops::RangeInclusive<u32> = 128..=10_240;
const STORAGE: std::ops::RangeInclusive<u32> = 512..=10_240;
const MAX_GROUPS: usize = 5;
const MAX_MOUNT: usize = 160;
/// Lambda developer guide, “Quotas”: layers, the archive of the code in a request, and names and values of the environment together.
const MAX_LAYERS: usize = 5;
const MAX_ZIP: u64 = 50 * 1024 * 1024;
const MAX_ENVIRONMENT: usize = 4 * 1024;

pub(super) fn lower(spec: &Spec, place: &Place, problems: &mut Problems) -> Option<State> {
    // Destructured whole, so that a new field cannot be forgotten here.
    let Spec {
        name,
        description,
        source,
        handler,
        runtime,
        architecture,
        timeout,
        memory,
        ephemeral_storage,
        environment,
        role,
        vpc,
        file_system,
        log_group,
        tracing,
        reserved_concurrency,
        layers,
    } = spec;
    check_texts(spec, problems);
    let mut check_range = |key: &str, value: u32, range: std::ops::RangeInclusive<u32>, unit: &str| {
        if !range.contains(&value) {
            let help = format!("{} to {} {unit}", range.start(), range.end());
            problems.report(key, "AWS takes no such number", &help);
        }
    };
    check_range("timeout", *timeout, TIMEOUT, "seconds");
    check_range("memory", *memory, MEMORY, "MB");
    check_range("ephemeral-storage", *ephemeral_storage, STORAGE, "MB");
    check_environment(environment, problems);
    check_layers(layers, problems);
    if file_system.is_some() && vpc.is_none() {
        let help = "add vpc = { vpc = \"KEY\", security-groups = [\"KEY\"] }: a file system is reached through its network";
        problems.report_key("file-system", "a function outside of a network can mount nothing", help);
    }
    let role = problems.link("role", KindName::ROLE, role, Outputs::ARN);
    let network = vpc.as_ref().map(|vpc| problems.within("vpc", |problems| lower_network(vpc, problems)));
    let mount = file_system.as_ref();
    let mount = mount.map(|it| problems.within("file-system", |problems| lower_mount(it, problems)));
    let log_group = match log_group {
        Some(key) => problems.link("log-group", KindName::LOG_GROUP, key, Outputs::ARN),
        None => Link::live(place.arn("logs", &default_log_group(name))),
    };
    Some(State {
        name: name.clone(),
        description: description.clone(),
        code: lower_code(source, runtime, handler, place, problems)?,
        handler: handler.clone(),
        runtime: runtime.clone(),
        architecture: *architecture,
        timeout: *timeout,
        memory: *memory,
        ephemeral_storage: *ephemeral_storage,
        environment: environment.clone(),
        role,
        network,
        mount,
        log_group,
        tracing: *tracing,
        layers: layers.clone(),
        reserved: *reserved_concurrency,
        ..State::plain()
    })
}

fn check_texts(spec: &Spec, problems: &mut Problems) {
    let is_made_of =
        |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    if !(1..=MAX_NAME).contains(&spec.name.len()) || !is_made_of(&spec.name) {
        let help = "1 to 64 letters of English, digits, hyphens and underscores";
        problems.report("name", "this is no valid name of a function", help);
    }
    if spec.description.chars().count() > MAX_DESCRIPTION {
        problems.report("description", "this description is too long", "at most 256 characters");
    }
    let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    if !is_word(&spec.handler) || spec.handler.len() > MAX_HANDLER {
        let help = "such as \"handler.handler\", at most 128 characters and no space";
        problems.report("handler", "this names nothing that could be called", help);
    }
    if !is_word(&spec.runtime) {
        let help = "such as \"python3.13\"; the Lambda developer guide lists them under “Runtimes”";
        problems.report("runtime", "this is no identifier of a runtime", help);
    }
}

/// The code in `source`, in which there is what `handler` names.
fn lower_code(
    source: &str,
    runtime: &str,
    handler: &str,
    place: &Place,
    problems: &mut Problems,
) -> Option<Code> {
    let files = match place.files.folder(source) {
        Ok(files) => files,
        Err(unreadable) => {
            problems.report("source", unreadable.message, &unreadable.help);
            return None;
        }
    };
    let named = handler_files(runtime, handler);
    if let Some(named) = named.filter(|named| !files.iter().any(|file| named.contains(&file.path))) {
        let help = format!("the folder needs one of: {}", named.join(", "));
        problems.report("handler", "there is no such file in the folder of the code", &help);
    }
    match Code::of(&files) {
        Ok(code) if code.size > MAX_ZIP => {
            let help = "AWS takes 50 MiB in a request; leave out what the function does not need";
            problems.report("source", "the code is too large", help);
            None
        }
        Ok(code) => Some(code),
        Err(why) => {
            problems.report("source", format!("the code cannot be packed: {why}"), "");
            None
        }
    }
}

/// Names that Lambda sets itself (Lambda developer guide, “Defined runtime environment variables”: the reserved ones).
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

fn check_environment(environment: &BTreeMap<String, String>, problems: &mut Problems) {
    problems.within("environment", |problems| {
        for name in environment.keys() {
            // API `Environment`: a letter first, and two at least.
            let is_made_of = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
            if RESERVED.contains(&name.as_str()) {
                let help = "choose another name, or leave it out: Lambda sets it";
                problems.report_key(name, "this variable is reserved by Lambda", help);
            } else if name.len() < 2 || !is_made_of || !begins {
                let help =
                    "a letter of English, then letters, digits and underscores: two characters at least";
                problems.report_key(name, "this is no valid name of a variable", help);
            }
        }
    });
    let size: usize = environment.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MAX_ENVIRONMENT {
        let help = "names and values together: at most 4 KB; put more into a file of the code";
        problems.report("environment", "this is too much for an environment", help);
    }
}

fn check_layers(layers: &[String], problems: &mut Problems) {
    if layers.len() > MAX_LAYERS {
        problems.report("layers", "there are more than 5 layers", "put some of them together");
    }
    problems.within("layers", |problems| {
        for (at, layer) in layers.iter().enumerate() {
            // arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION
            let parts: Vec<_> = layer.split(':').collect();
            let version = parts.get(7).map(|it| it.parse::<u64>());
            let is_layer =
                parts.len() == 8 && parts[..1] == ["arn"] && parts[2] == "lambda" && parts[5] == "layer";
            if !is_layer || !matches!(version, Some(Ok(_))) {
                let help = "such as arn:aws:lambda:us-west-2:111122223333:layer:NAME:1";
                problems.report(at, "this is no ARN of a layer with its version", help);
            }
        }
    });
}

fn lower_network(spec: &NetworkSpec, problems: &mut Problems) -> Network {
    let NetworkSpec { vpc, security_groups } = spec;
    if !(1..=MAX_GROUPS).contains(&security_groups.len()) {
        let help = "name 1 to 5: without any, AWS takes none, and with more it refuses";
        problems.report("security-groups", "there is no such number of security groups", help);
    }
    let vpc = problems.link("vpc", KindName::VPC, vpc, Outputs::ID);
    let groups = problems.within("security-groups", |problems| {
        let link = |(at, key): (usize, &String)| {
            if security_groups[..at].contains(key) {
                problems.report(at, "this security group is named twice", "take one of the two out");
            }
            problems.link(at, KindName::SECURITY_GROUP, key, Outputs::ID)
        };
        security_groups.iter().enumerate().map(link).collect()
    });
    Network { vpc, groups, allows_ipv6: false }
}

/// API `FileSystemConfig`.
fn lower_mount(spec: &MountSpec, problems: &mut Problems) -> Mount {
    let MountSpec { access_point, path } = spec;
    let name = path.strip_prefix("/mnt/").unwrap_or_default();
    let is_made_of = name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'));
    if name.is_empty() || !is_made_of || path.len() > MAX_MOUNT {
        let help = "/mnt/ and then letters of English, digits, hyphens, underscores and dots";
        problems.report("path", "a function can mount nothing there", help);
    }
    let access_point = problems.link("access-point", KindName::ACCESS_POINT, access_point, Outputs::ARN);
    Mount { access_point, path: path.clone() }
}
