//! The normal form and the diff. Pure.

use super::EventsRule;
use super::change::Change;
use super::target::{Other, Target, function_arn, function_name};
use crate::guard::Permit;
use crate::kind::{ByHand, Delta, Entry, Live, Outcome};
use crate::model::{FieldChange, Setting, Shown};

/// A rule's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Its ARN, which follows from the name.
    pub arn: String,
    /// What the rule itself says.
    pub rule: Rule,
    /// What it calls; none where it calls nothing.
    pub target: Option<Target>,
    /// What else it calls. None is ever declared.
    pub others: Vec<Other>,
    /// Whether it may invoke the function that is declared.
    pub permission: Permission,
}

/// How a person removes a rule: AWS refuses while it calls anything (API `DeleteRule`).
pub(super) fn by_hand(state: &State) -> Vec<ByHand> {
    let State { name, target, others, .. } = state;
    let target = target.iter().filter_map(|target| target.id.clone());
    let ids: Vec<_> = target.chain(others.iter().map(|other| other.id.clone())).collect();
    let mut lines = Vec::new();
    if !ids.is_empty() {
        let words = ["events", "remove-targets", "--rule", name, "--ids"].map(str::to_owned);
        lines.push(ByHand::Run(words.into_iter().chain(ids).collect()));
    }
    lines.push(ByHand::run(["events", "delete-rule", "--name", name]));
    lines
}

/// Whether the rule calls its function at its time, as far as settings tell.
pub(super) fn scheduled(live: &State, want: &State) -> Outcome {
    const HELP: &str = "`infra apply` repairs it; until then nothing calls the function";
    let State { rule, target, permission, .. } = live;
    if want.rule.switch != Switch::On {
        return Outcome::unchecked("it is switched off, as declared");
    }
    if rule.switch != Switch::On {
        return Outcome::failed("it is switched off", HELP);
    }
    let Some(target) = target else { return Outcome::failed("it calls nothing", HELP) };
    if *permission != want.permission {
        return Outcome::failed("its function does not let it in as declared", HELP);
    }
    let when = rule.schedule.as_deref().unwrap_or("no schedule");
    Outcome::passed(format!("{when}, calls {}, which lets it in", target.function))
}

/// What `PutRule` sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is for. AWS leaves an empty one out.
    pub description: Option<String>,
    /// When it acts.
    pub schedule: Option<String>,
    /// The events on which it acts. None is ever declared.
    pub pattern: Option<String>,
    /// Whether it acts at all.
    pub switch: Switch,
    /// The role that it assumes. None is ever declared: a function needs none.
    pub role: Option<String>,
}

/// Whether a rule acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It does.
    On,
    /// It does not.
    Off,
    /// In a way that cannot be declared.
    Other(String),
}

/// Whether the function's policy lets the rule invoke it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It does.
    Given,
    /// It does not.
    Missing,
    /// It was not asked: the rule left the manifest.
    Unread,
}

/// What is seen of a rule besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Whether the function's policy holds statements of ours for this rule beside the one that is needed.
    pub stale: bool,
}

impl Rule {
    fn shown(&self) -> [(&'static str, Shown); 5] {
        let Self { description, schedule, pattern, switch, role } = self;
        let enabled = match switch {
            Switch::On => "true",
            Switch::Off => "false",
            Switch::Other(word) => word,
        };
        [
            ("description", Shown::optional(description.as_deref())),
            ("schedule", Shown::optional(schedule.as_deref())),
            ("event pattern", Shown::optional(pattern.as_deref())),
            ("enabled", Shown::text(enabled)),
            ("role", Shown::optional(role.as_deref())),
        ]
    }

    /// The fields that differ from `before`, or all that is set where there was none.
    pub(super) fn fields(&self, before: Option<&Self>) -> Vec<FieldChange> {
        let before = before.map(Self::shown);
        let fields = self.shown().into_iter().enumerate().map(|(at, (name, after))| {
            let before = before.as_ref().map_or(Shown::Absent, |before| before[at].1.clone());
            FieldChange::new(name, before, after)
        });
        fields.filter(|field| field.before != field.after).collect()
    }
}

impl Permission {
    fn shown(self) -> Option<Shown> {
        match self {
            Self::Given => Some(Shown::text("given")),
            Self::Missing => Some(Shown::Absent),
            Self::Unread => None,
        }
    }
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let State { name, arn: _, rule, target, others, permission } = state;
    let mut settings = vec![Setting::new("name", Shown::text(name))];
    settings.extend(rule.fields(None).into_iter().map(Setting::from));
    match target {
        Some(target) => settings.extend(target.fields(None).into_iter().map(Setting::from)),
        None => settings.push(Setting::new("function", Shown::Absent)),
    }
    settings.extend(others.iter().map(|other| Setting::new(other.field(), Shown::text(&other.arn))));
    settings.extend(permission.shown().map(|shown| Setting::new("permission", shown)));
    settings
}

impl Other {
    /// What people call it.
    pub(super) fn field(&self) -> String {
        format!("target {}", self.id)
    }
}

pub(super) fn create(entry: &Entry<EventsRule>) -> Vec<Change> {
    let State { name, arn, rule, target, others: _, permission: _ } = &entry.state;
    let mut changes = vec![Change::PutRule {
        name: name.clone(),
        arn: arn.clone(),
        before: None,
        rule: rule.clone(),
        tags: Some(entry.tags.clone()),
    }];
    if let Some(target) = target {
        changes.push(Change::AddPermission { arn: arn.clone(), function: target.function.clone() });
        changes.push(Change::PutTargets {
            name: name.clone(),
            arn: arn.clone(),
            before: None,
            target: Box::new(target.clone()),
        });
    }
    changes
}

/// What takes something away comes after what is put, but for the permission on another function: while the target still
/// names that function, a run that was cut off finds it again.
pub(super) fn diff(live: &Live<EventsRule>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found the rule, and its ARN follows
    // from that.
    let State { name, arn, rule, target, others, permission } = want;
    let is = &live.state;
    let mut changes = Vec::new();
    if *rule != is.rule {
        changes.push(Change::PutRule {
            name: name.clone(),
            arn: arn.clone(),
            before: Some(is.rule.clone()),
            rule: rule.clone(),
            tags: None,
        });
    }
    if let Some(target) = target {
        if *permission != is.permission {
            changes.push(Change::AddPermission { arn: arn.clone(), function: target.function.clone() });
        }
        let function = function_arn(arn, &target.function);
        let before = is.target.as_ref();
        let former = before.and_then(|before| before.function.value());
        if let Some(former) = former.filter(|former| function.as_deref() != Some(*former)) {
            changes.extend(withdrawal(arn, former, false));
        }
        // What its function will be called is known before the function is made again.
        let mut wanted = target.clone();
        if let (Some(before), true) = (before, former.is_some() && former == function.as_deref()) {
            wanted.function = before.function.clone();
        }
        if before != Some(&wanted) {
            changes.push(Change::PutTargets {
                name: name.clone(),
                arn: arn.clone(),
                before: before.cloned().map(Box::new),
                target: Box::new(wanted),
            });
        }
        if live.detail.stale {
            changes.extend(function.and_then(|function| withdrawal(arn, &function, true)));
        }
    }
    let gone: Vec<_> = is.others.iter().filter(|other| !others.contains(other)).cloned().collect();
    if !gone.is_empty() {
        changes.push(Change::RemoveTargets { name: name.clone(), targets: gone });
    }
    changes.into_iter().map(Delta::Change).collect()
}

/// That the rule `arn` may no longer invoke `function`, but for the one statement that it needs where it `keeps` that.
fn withdrawal(arn: &str, function: &str, keeps: bool) -> Option<Change> {
    let function = function_name(arn, function)?.to_owned();
    Some(Change::RemovePermission { arn: arn.to_owned(), function, keeps })
}

pub(super) fn delete(state: &State, permit: Permit) -> Vec<Change> {
    let State { name, arn, target, others, .. } = state;
    let function = target.as_ref().and_then(|target| target.function.value());
    let mut changes: Vec<_> =
        function.and_then(|function| withdrawal(arn, function, false)).into_iter().collect();
    let own = target.as_ref().and_then(|target| {
        Some(Other { id: target.id.clone()?, arn: target.function.value().unwrap_or_default().to_owned() })
    });
    let targets: Vec<_> = own.into_iter().chain(others.iter().cloned()).collect();
    if !targets.is_empty() {
        changes.push(Change::RemoveTargets { name: name.clone(), targets });
    }
    changes.push(Change::DeleteRule { name: name.clone(), permit });
    changes
}

pub(super) fn notes(want: &State) -> Vec<String> {
    let off = want.rule.switch == Switch::Off;
    off.then(|| "it is disabled: its function is not called".to_owned()).into_iter().collect()
}
