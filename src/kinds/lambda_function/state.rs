//! The normal form, and the diff. Pure.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::code::Code;
use super::edit::{Edit, creation_fields};
use super::permissions::Permission;
use super::{LambdaFunction, runtime};
use crate::document::policy::Policy;
use crate::kind::view::policy_shown;
use crate::kind::{Delta, Entry, Live, Stage};
use crate::model::{Arn, FieldChange, Link, Outputs, Setting, Shown, Tags};

/// The output that is the name.
pub(super) const NAME: &str = "name";
/// The output of a role that is the time of its creation (RFC 3339, to the second).
const CREATED: &str = "created";

/// A function's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its code.
    pub code: Code,
    /// What of it is called.
    pub handler: String,
    /// What it runs on.
    pub runtime: String,
    /// The processors that it runs on.
    pub architecture: Architecture,
    /// After how many seconds a run is ended.
    pub timeout: u32,
    /// Memory, in MB.
    pub memory: u32,
    /// What it can store in `/tmp`, in MB.
    pub ephemeral_storage: u32,
    /// Variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// What it may do.
    pub role: Link,
    /// The network that it runs in.
    pub network: Option<Network>,
    /// The file system that it has mounted.
    pub mount: Option<Mount>,
    /// Where it logs.
    pub log_group: Link,
    /// Whether its runs are traced.
    pub tracing: Tracing,
    /// Layers, in their order.
    pub layers: Vec<String>,
    /// How many may run at once, and are kept free for it.
    pub reserved: Option<u32>,
    /// What else is set that no entry can say, by the name of the setting: none of it is declared.
    pub others: BTreeMap<&'static str, String>,
    /// What no change can make of it that is declared here: a function of files (`a container image`).
    pub kept_from: Option<String>,
    /// Who may invoke it beside the rules of `events.rule`: nobody is declared here.
    pub permissions: Vec<Permission>,
}

/// What is not declared.
pub(super) struct Default {
    pub(super) timeout: u32,
    pub(super) memory: u32,
    pub(super) ephemeral_storage: u32,
}

/// AWS's own (API `CreateFunction`).
pub(super) const DEFAULT: Default = Default { timeout: 3, memory: 128, ephemeral_storage: 512 };

/// The log group that Lambda makes for a function of this name, as the end of an ARN (API `LoggingConfig`).
pub(super) fn default_log_group(function: &str) -> String {
    format!("log-group:/aws/lambda/{function}")
}

/// What a log group is called: the name of an ARN that ends in it, or that of its entry.
pub(super) fn log_group_name(group: &Link) -> Option<&str> {
    let of_arn = || Arn::parse(group.value()?)?.resource.strip_prefix("log-group:");
    group.name().or_else(of_arn)
}

/// The network that a function runs in.
#[derive(Clone, Debug)]
pub struct Network {
    /// The network, and in its outputs the subnets: as it was looked up, or as the function is in it.
    pub vpc: Link,
    /// What the function may reach.
    pub groups: Vec<Link>,
    /// Whether it talks over IPv6 too.
    pub allows_ipv6: bool,
}

impl Network {
    /// The subnets.
    #[must_use]
    pub fn subnets(&self) -> BTreeSet<&str> {
        let all = self.vpc.outputs().into_iter().flat_map(|vpc| vpc.under(Outputs::SUBNET));
        all.map(|(_, subnet)| subnet).collect()
    }

    /// The ids of the security groups, as far as they are known.
    #[must_use]
    pub fn group_ids(&self) -> BTreeSet<Option<&str>> {
        self.groups.iter().map(Link::value).collect()
    }
}

/// A group whose id is not known yet equals none.
impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        let Self { vpc, groups: _, allows_ipv6 } = self;
        let groups = self.group_ids();
        *vpc == other.vpc
            && *allows_ipv6 == other.allows_ipv6
            && self.subnets() == other.subnets()
            && !groups.contains(&None)
            && groups == other.group_ids()
    }
}

/// The network of a live function, with its subnets. Their zones are not told.
pub(super) fn live_vpc(vpc: &str, subnets: &[String]) -> Link {
    let subnets = subnets.iter().map(|subnet| (format!("{}{subnet}", Outputs::SUBNET), subnet.clone()));
    let outputs = subnets.chain([(Outputs::ID.to_owned(), vpc.to_owned())]).collect();
    let mut link = Link::live(vpc);
    link.resolve(Some(outputs));
    link
}

/// A file system that a function has mounted.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// The way in.
    pub access_point: Link,
    /// Where the function finds it.
    pub path: String,
}

/// The processors that a function runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Architecture {
    /// Of 64 bits, by Intel and AMD.
    #[default]
    #[serde(rename = "x86-64")]
    X86,
    /// AWS's own, which cost less.
    #[serde(rename = "arm64")]
    Arm,
}

impl Architecture {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::X86 => "x86-64",
            Self::Arm => "arm64",
        }
    }
}

/// Whether the runs of a function are traced by X-Ray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tracing {
    /// Those whose caller says so.
    #[default]
    PassThrough,
    /// Those, and a sample of all others. The role needs permission to send what was traced.
    Active,
}

impl Tracing {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PassThrough => "pass-through",
            Self::Active => "active",
        }
    }
}

impl State {
    /// One of which nothing is said.
    pub(super) fn plain() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            code: Code::live("", 0),
            handler: String::new(),
            runtime: String::new(),
            architecture: Architecture::default(),
            timeout: DEFAULT.timeout,
            memory: DEFAULT.memory,
            ephemeral_storage: DEFAULT.ephemeral_storage,
            environment: BTreeMap::new(),
            role: Link::live(""),
            network: None,
            mount: None,
            log_group: Link::live(""),
            tracing: Tracing::default(),
            layers: Vec::new(),
            reserved: None,
            others: BTreeMap::new(),
            kept_from: None,
            permissions: Vec::new(),
        }
    }

    pub(super) fn links(&mut self, visit: &mut dyn FnMut(Stage, &mut Link)) {
        visit(Stage::Itself, &mut self.role);
        if let Some(Network { vpc, groups, .. }) = &mut self.network {
            visit(Stage::Itself, vpc);
            for group in groups {
                visit(Stage::Itself, group);
            }
        }
        if let Some(Mount { access_point, .. }) = &mut self.mount {
            visit(Stage::Itself, access_point);
        }
        visit(Stage::Itself, &mut self.log_group);
    }
}

/// What is seen of a function besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// How it is.
    pub condition: Condition,
    /// Why its last update failed, if it did.
    pub failed_update: Option<String>,
    /// When it was last written, to the second in UTC (`2026-12-01T08:30:00Z`).
    pub modified: String,
}

/// How a function is (API `State`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// It can be invoked, at once or, where nobody has for long, after a while.
    #[default]
    Ready,
    /// AWS is still setting it up.
    Coming,
    /// It cannot be invoked, and why.
    Failed(String),
}

/// When the role of a function was made, where that is after the function was last written.
fn role_made_again<'a>(live: &Live<LambdaFunction>, want: &'a State) -> Option<&'a str> {
    let created = want.role.outputs()?.get(CREATED)?;
    // Both in UTC and to the second: as texts they come in the order of time.
    (want.role == live.state.role && created > live.detail.modified.as_str()).then_some(created)
}

/// What people must be told of a function.
pub(super) fn notes(live: Option<&Live<LambdaFunction>>, want: &State) -> Vec<String> {
    let mut notes: Vec<_> = runtime::note(&want.runtime).into_iter().collect();
    if want.network.is_some() && live.is_none_or(|live| live.state.network.is_none()) {
        notes.push("in a network it reaches neither the internet nor the APIs of AWS, unless that has a NAT gateway or VPC endpoints".to_owned());
    }
    if want.reserved == Some(0) {
        notes.push("reserved-concurrency = 0: it never runs".to_owned());
    }
    let Some(live) = live else { return notes };
    match &live.detail.condition {
        Condition::Ready => {}
        Condition::Coming => notes.push("AWS is still setting it up".to_owned()),
        Condition::Failed(why) => notes.push(format!("it cannot be invoked: {why}")),
    }
    if let Some(why) = &live.detail.failed_update {
        notes.push(format!("its last update failed, so its configuration is written again: {why}"));
    }
    if let Some(created) = role_made_again(live, want) {
        let modified = &live.detail.modified;
        notes.push(format!(
            "its role was made on {created}, after the function was last written ({modified}): its configuration is written again"
        ));
    }
    notes
}

pub(super) fn create(entry: &Entry<LambdaFunction>) -> Vec<Change> {
    let state = &entry.state;
    let made = Change::CreateFunction { state: Box::new(state.clone()), tags: entry.tags.clone() };
    let reserved = state.reserved.map(|after| Change::PutFunctionConcurrency { before: None, after });
    [made].into_iter().chain(reserved).collect()
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let creation = creation_fields(state, &Tags::default()).into_iter().map(Setting::from);
    let reserved = state.reserved.map(|it| Setting::new("reserved-concurrency", Shown::text(it.to_string())));
    let permission = |it: &Permission| Setting::new(permission_field(&it.sid), permission_shown(&it.policy));
    creation.chain(reserved).chain(state.permissions.iter().map(permission)).collect()
}

pub(super) fn permission_field(sid: &str) -> String {
    format!("permission {sid}")
}

pub(super) fn permission_shown(policy: &Policy) -> Shown {
    policy_shown(Some(policy))
}

const FILES: &str = "give this entry a name of its own, have whatever calls the old function call the new one, and then delete the old one by hand";

pub(super) fn diff(live: &Live<LambdaFunction>, want: &State) -> Vec<Delta<Change>> {
    let is = &live.state;
    if let Some(words) = &is.kept_from {
        let field = FieldChange::new("package", Shown::text(words), Shown::text("files"));
        return vec![Delta::Immutable { field, instead: FILES }];
    }
    let is_renewed = role_made_again(live, want).is_some() || live.detail.failed_update.is_some();
    let edit =
        Edit::between(is, want, is_renewed).map(|edit| Change::UpdateFunctionConfiguration(Box::new(edit)));
    // Architecture belongs to the code (API `UpdateFunctionCode`).
    let is_same = want.code == is.code && want.architecture == is.architecture;
    let code = (!is_same).then(|| Change::UpdateFunctionCode {
        before: (is.code.clone(), is.architecture),
        after: (want.code.clone(), want.architecture),
    });
    let reserved = match (is.reserved, want.reserved) {
        (before, Some(after)) if before != Some(after) => {
            Some(Change::PutFunctionConcurrency { before, after })
        }
        (Some(before), None) => Some(Change::DeleteFunctionConcurrency { before }),
        _ => None,
    };
    let stays = |permission: &&Permission| want.permissions.contains(permission);
    let removed = is.permissions.iter().filter(|it| !stays(it)).cloned().map(Change::RemovePermission);
    // What lets others in goes first: nothing else waits for it.
    removed.chain(edit).chain(code).chain(reserved).map(Delta::Change).collect()
}
