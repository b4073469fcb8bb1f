//! What one writing of a function's configuration sets, and how its settings are shown. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Mount, Network, State, log_group_name};
use crate::kind::view::tag_fields;
use crate::model::{FieldChange, Link, Shown, Tags};

/// Settings that no entry can say.
pub(super) const DEAD_LETTER: &str = "dead-letter-queue";
pub(super) const KMS_KEY: &str = "kms-key";
pub(super) const LOG_FORMAT: &str = "log-format";
pub(super) const SNAP_START: &str = "snap-start";

/// A change of a function's configuration: of what differs, and nothing else.
#[derive(Debug)]
pub struct Edit {
    /// What is live.
    pub before: State,
    /// What is declared.
    pub after: State,
    /// Whether its role is written although it is the same, and with it the environment, which Lambda has encrypted for the role.
    pub is_renewal: bool,
}

impl Edit {
    /// The change of configuration between two states, if there is one.
    pub(super) fn between(before: &State, after: &State, is_renewal: bool) -> Option<Self> {
        let edit = Self { before: before.clone(), after: after.clone(), is_renewal };
        (!edit.fields().is_empty()).then_some(edit)
    }

    /// Whether `part` differs.
    pub(super) fn differs<T: PartialEq>(&self, part: impl Fn(&State) -> &T) -> bool {
        part(&self.before) != part(&self.after)
    }

    /// Whether the role is written.
    pub(super) fn sets_role(&self) -> bool {
        self.is_renewal || self.differs(|it| &it.role)
    }

    /// Whether the environment is written.
    pub(super) fn sets_environment(&self) -> bool {
        self.is_renewal || self.differs(|it| &it.environment)
    }

    /// Whether the place and the form of the log are written.
    pub(super) fn sets_logging(&self) -> bool {
        let name = |state: &State| log_group_name(&state.log_group).map(str::to_owned);
        let (before, after) = (name(&self.before), name(&self.after));
        after.is_none() || before != after || self.ends(LOG_FORMAT)
    }

    /// Whether a setting ends that no entry can say.
    pub(super) fn ends(&self, setting: &str) -> bool {
        self.before.others.contains_key(setting) && !self.after.others.contains_key(setting)
    }

    /// What is set.
    pub(super) fn fields(&self) -> Vec<FieldChange> {
        let Self { before, after, is_renewal: _ } = self;
        // Destructured whole: a new field that nobody compares does not compile. The name found the function; code and architecture,
        // concurrency and permissions are calls of their own.
        let State {
            name: _,
            description,
            code: _,
            handler,
            runtime,
            architecture: _,
            timeout,
            memory,
            ephemeral_storage,
            environment,
            role,
            network,
            mount,
            log_group,
            tracing,
            layers,
            reserved: _,
            others,
            kept_from: _,
            permissions: _,
        } = after;
        let mut fields = Vec::new();
        let mut set = |field: &str, before: Shown, after: Shown| {
            if before != after {
                fields.push(FieldChange::new(field, before, after));
            }
        };
        set("description", text(&before.description), text(description));
        set("handler", text(&before.handler), text(handler));
        set("runtime", text(&before.runtime), text(runtime));
        set("timeout", seconds(before.timeout), seconds(*timeout));
        set("memory", megabytes(before.memory), megabytes(*memory));
        let storage = before.ephemeral_storage;
        set("ephemeral-storage", megabytes(storage), megabytes(*ephemeral_storage));
        if self.sets_role() {
            set("role", Shown::link(&before.role), Shown::link(role));
        }
        if self.differs(|it| &it.mount) {
            set("file-system", mounted(before.mount.as_ref()), mounted(mount.as_ref()));
        }
        if self.sets_logging() {
            set("log-group", logged(&before.log_group), logged(log_group));
        }
        set("tracing", Shown::text(before.tracing.word()), Shown::text(tracing.word()));
        set("layers", listed(&before.layers), listed(layers));
        fields.extend(variables(&before.environment, environment));
        fields.extend(network_fields(before.network.as_ref(), network.as_ref()));
        let ending = before.others.iter().filter(|(setting, _)| !others.contains_key(*setting));
        fields.extend(
            ending.map(|(setting, words)| FieldChange::new(*setting, Shown::text(words), Shown::Absent)),
        );
        fields
    }
}

pub(super) fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. Concurrency and permissions are calls of their own.
    let State {
        name,
        description,
        code,
        handler,
        runtime,
        architecture,
        timeout,
        memory,
        ephemeral_storage,
        environment,
        role,
        network,
        mount,
        log_group,
        tracing,
        layers,
        reserved: _,
        others,
        kept_from,
        permissions: _,
    } = state;
    let fields = [
        ("name", Shown::text(name)),
        ("description", text(description)),
        ("code", Shown::text(code.to_string())),
        ("package", Shown::optional(kept_from.as_ref())),
        ("handler", Shown::text(handler)),
        ("runtime", Shown::text(runtime)),
        ("architecture", Shown::text(architecture.word())),
        ("timeout", seconds(*timeout)),
        ("memory", megabytes(*memory)),
        ("ephemeral-storage", megabytes(*ephemeral_storage)),
        ("role", Shown::link(role)),
        ("file-system", mounted(mount.as_ref())),
        ("log-group", logged(log_group)),
        ("tracing", Shown::text(tracing.word())),
        ("layers", listed(layers)),
    ];
    let fields = fields.into_iter().filter(|(_, after)| *after != Shown::Absent);
    let mut fields: Vec<_> = fields.map(|(field, after)| FieldChange::set(field, after)).collect();
    fields.extend(variables(&BTreeMap::new(), environment));
    fields.extend(network_fields(None, network.as_ref()));
    fields.extend(others.iter().map(|(setting, words)| FieldChange::set(*setting, Shown::text(words))));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

fn text(text: &str) -> Shown {
    Shown::optional((!text.is_empty()).then_some(text))
}

fn seconds(count: u32) -> Shown {
    Shown::text(format!("{count} s"))
}

fn megabytes(count: u32) -> Shown {
    Shown::text(format!("{count} MB"))
}

fn listed(all: &[String]) -> Shown {
    Shown::optional((!all.is_empty()).then(|| all.join(", ")))
}

fn mounted(mount: Option<&Mount>) -> Shown {
    Shown::optional(mount.map(|Mount { access_point, path }| format!("{access_point} at {path}")))
}

/// The entry, or the name of what no entry names.
fn logged(group: &Link) -> Shown {
    match group.address() {
        Some(_) => Shown::link(group),
        None => Shown::optional(log_group_name(group)),
    }
}

/// The variables that differ. What stands in them is not shown: people put secrets there.
fn variables(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differs = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let field = |name: &String| {
        let (was, is) = match (before.contains_key(name), after.contains_key(name)) {
            (true, true) => (Shown::text("another value"), Shown::text("the declared value")),
            (was, is) => {
                let shown = |is: bool| Shown::optional(is.then_some("a value"));
                (shown(was), shown(is))
            }
        };
        FieldChange::new(format!("environment {name}"), was, is)
    };
    differs.map(field).collect()
}

/// What differs in the network: first what is added, then what goes.
fn network_fields(before: Option<&Network>, after: Option<&Network>) -> Vec<FieldChange> {
    if before == after {
        return Vec::new();
    }
    let mut fields = Vec::new();
    let vpc = |network: Option<&Network>| network.map_or(Shown::Absent, |it| Shown::link(&it.vpc));
    if before.map(|it| &it.vpc) != after.map(|it| &it.vpc) {
        fields.push(FieldChange::new("vpc", vpc(before), vpc(after)));
    }
    let subnets = |network: Option<&Network>| -> BTreeSet<String> {
        network.map(|it| it.subnets().into_iter().map(str::to_owned).collect()).unwrap_or_default()
    };
    let (was, is) = (subnets(before), subnets(after));
    fields.extend(is.difference(&was).map(|it| FieldChange::set("subnet", Shown::text(it))));
    fields.extend(was.difference(&is).map(|it| FieldChange::new("subnet", Shown::text(it), Shown::Absent)));
    let groups = |network: Option<&Network>| network.map(|it| it.groups.clone()).unwrap_or_default();
    let (was, is) = (groups(before), groups(after));
    let added = is.iter().filter(|link| !was.contains(link));
    fields.extend(added.map(|link| FieldChange::set("security-group", Shown::link(link))));
    let gone = was.iter().filter(|link| !is.contains(link));
    fields.extend(gone.map(|link| FieldChange::new("security-group", Shown::link(link), Shown::Absent)));
    let ipv6 =
        |network: Option<&Network>| Shown::optional(network.filter(|it| it.allows_ipv6).map(|_| "allowed"));
    if ipv6(before) != ipv6(after) {
        fields.push(FieldChange::new("ipv6", ipv6(before), ipv6(after)));
    }
    fields
}
