//! A world in step with an entry, for the tests of kinds: edit one thing, decide, look at the decision.
//! And [`laws`], which hold for every manifest and every world.

pub(crate) mod laws;
pub(crate) mod toy;

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use super::check::{Answer, Check, Outcome};
use super::decide::{self, Around, Stacks};
use super::erase::AnySighting as _;
use super::erase_parting::Parting;
use super::usage::{Amount, Usage};
use super::view::StepView;
use super::{
    Common, Describe as _, Draft, Entry, Files, Found, Kind, Known, Live, LookUp, NoFiles, Phase, Place,
    SourceFile, Unreadable, show,
};
use crate::aws::stack::Standing;
use crate::aws::{CallError, Class};
use crate::model::problem::{Problem, Problems};
use crate::model::{FieldChange, Location, Outputs, Shown, StackMark, Tags};
use crate::value::NoValues;

/// The account of every test.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The stack of [`World::stack`].
const STACK: &str = "arn:aws:cloudformation:us-west-2:111122223333:stack/legacy/5f2a";

/// A folder `code` beside the manifest, with one file.
#[derive(Debug)]
struct Handler;

impl Files for Handler {
    fn folder(&self, path: &str) -> Result<Vec<SourceFile>, Unreadable> {
        let bytes = b"def handler(event, context):\n    return {}\n".to_vec();
        let file = SourceFile { path: "handler.py".to_owned(), bytes, is_executable: false };
        if path == "code" { Ok(vec![file]) } else { NoFiles.folder(path) }
    }

    fn file(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        NoFiles.file(path, most)
    }
}

/// The manifest that entries stand in.
pub(crate) fn place() -> Arc<Place> {
    Arc::new(Place {
        manifest: "prereqs".to_owned(),
        account: ACCOUNT.to_owned(),
        region: "us-west-2".to_owned(),
        tags: Tags::from_iter([("Project", "site")]),
        files: Arc::new(Handler),
        values: Arc::new(NoValues),
    })
}

/// The entry `site`, written in TOML.
pub(crate) fn entry<K: Kind>(toml: &str) -> Entry<K> {
    try_entry(toml).unwrap_or_else(|problems| panic!("{toml}\n{problems:#?}"))
}

/// The entry `site`, or what is wrong with it.
pub(crate) fn try_entry<K: Kind>(toml: &str) -> Result<Entry<K>, Vec<Problem>> {
    entry_at("site", toml)
}

fn entry_at<K: Kind>(key: &str, toml: &str) -> Result<Entry<K>, Vec<Problem>> {
    entry_in(&place(), key, toml)
}

/// The entry `key` of the manifest `place`, or what is wrong with it.
pub(crate) fn entry_in<K: Kind>(place: &Arc<Place>, key: &str, toml: &str) -> Result<Entry<K>, Vec<Problem>> {
    const COMMON: [&str; 4] = ["on-delete", "tags", "ignore", "was"];
    let mut body: Value = toml::from_str(toml).unwrap();
    let members = body.as_object_mut().unwrap();
    let common = COMMON.iter().filter_map(|key| Some(((*key).to_owned(), members.remove(*key)?))).collect();
    let location = Location { file: "m.toml".to_owned(), line: 7 };
    let common = Common::deserialize(Value::Object(common)).unwrap();
    let (entry, findings) = Entry::from_draft(&Draft { key: key.to_owned(), location, common, body }, place);
    entry.ok_or(findings.problems)
}

/// What is looked up by an entry that is written in TOML.
#[track_caller]
pub(crate) fn query<L: LookUp>(toml: &str) -> L::Query {
    let (query, problems) = try_query::<L>(toml);
    assert_eq!(problems, [""; 0], "{toml}");
    query.unwrap()
}

/// What is looked up, and what is wrong with the entry.
pub(crate) fn try_query<L: LookUp>(toml: &str) -> (Option<L::Query>, Vec<String>) {
    let mut problems = Problems::default();
    let query = L::lower(&toml::from_str(toml).unwrap(), &mut problems);
    (query, problems.into_found().iter().map(ToString::to_string).collect())
}

/// A live resource as the entry declares it, tags included.
pub(crate) fn in_step<K: Kind>(entry: &Entry<K>, detail: K::Detail) -> Live<K> {
    let (tags, state) = (entry.tags.clone(), entry.state.clone());
    Live {
        tags,
        phase: Phase::Active,
        service: None,
        state,
        created: None,
        detail,
        outputs: Outputs::default(),
    }
}

/// A call that failed.
pub(crate) fn denied(call: &str) -> CallError {
    CallError {
        call: call.to_owned(),
        subject: "team/site".to_owned(),
        code: Some("AccessDeniedException".to_owned()),
        message: "not authorized".to_owned(),
        class: Class::Denied,
    }
}

/// An entry, and what was seen.
pub(crate) struct World<K: Kind> {
    pub entry: Entry<K>,
    pub found: Found<K>,
    pub leftovers: Vec<Live<K>>,
    pub gaps: Vec<CallError>,
    pub stacks: Stacks,
    /// What those have come to that the entry names.
    pub known: Known,
}

impl<K: Kind> World<K> {
    /// Where the entry's resource is not there.
    pub(crate) fn absent(entry: Entry<K>) -> Self {
        let (leftovers, gaps, stacks) = (Vec::new(), Vec::new(), Stacks::new());
        Self { entry, found: Found::Absent, leftovers, gaps, stacks, known: Known::default() }
    }

    /// Where the entry's resource is `live`.
    pub(crate) fn present(entry: Entry<K>, live: Live<K>) -> Self {
        Self { found: Found::Present(Box::new(live)), ..Self::absent(entry) }
    }

    /// The tags of a CloudFormation stack are on `live`, and CloudFormation gives this answer about it.
    pub(crate) fn stack(mut self, answer: Result<Standing, CallError>) -> Self {
        let Found::Present(live) = &mut self.found else { panic!("there is nothing to put tags on") };
        live.tags.set("aws:cloudformation:stack-id", STACK);
        live.tags.set("aws:cloudformation:stack-name", "legacy");
        live.tags.set("aws:cloudformation:logical-id", "Site");
        let mark = StackMark {
            id: STACK.to_owned(),
            name: "legacy".to_owned(),
            logical_id: Some("Site".to_owned()),
        };
        self.stacks.insert(mark, answer);
        self
    }

    /// The decision about the entry.
    pub(crate) fn view(&self) -> StepView {
        let Self { entry, found, leftovers, gaps, stacks, known } = self;
        let entry = entry.resolved(known);
        let decision = decide::entry(&entry, found, &Around { leftovers, gaps, stacks }, known);
        show::entry(&entry, found, &decision)
    }

    /// What can be verified of the entry, one line a check.
    pub(crate) fn checks(&self) -> String {
        self.view().checks.iter().map(brief_check).collect::<Vec<_>>().join("\n")
    }

    /// The decision about the entry, in few words.
    pub(crate) fn plan(&self) -> String {
        brief(&self.view())
    }
}

/// The decision about a resource that left the manifest, in few words.
pub(crate) fn left<K: Kind>(live: &Live<K>) -> String {
    let decision =
        decide::leftover(live, &Stacks::new(), &place(), &decide::leaving(vec![live]), &Known::default());
    let address = decide::leftover_addresses(std::slice::from_ref(live), std::iter::empty()).remove(0);
    brief(&show::leftover(address, live, &decision))
}

/// The decision about a resource where all is destroyed, in few words.
pub(crate) fn destroyed<K: Kind>(live: Live<K>) -> String {
    let mut known = Known::of_destruction();
    let parting = Parting::new([], vec![live], Vec::new(), Stacks::new(), place());
    parting.tell(&mut known);
    let steps = Box::new(parting).decide(&mut known);
    steps.iter().map(|step| brief(step.view())).collect()
}

/// The deltas between a live resource and what is declared, in few words.
pub(crate) fn deltas<K: Kind>(live: &Live<K>, want: &K::State) -> Vec<String> {
    let brief = |delta: &super::Delta<K::Change>| match delta {
        super::Delta::Change(change) => change.describe().call.to_owned(),
        super::Delta::Immutable { field, .. } => format!("immutable {}", field.field),
        super::Delta::InUse { field, by, .. } => format!("{} {by}", field.field),
    };
    K::diff(live, want).iter().map(brief).collect()
}

/// A decision as a test wants to see it: everything that is in it, and nothing of how it looks.
pub(crate) fn brief(view: &StepView) -> String {
    // Destructured whole, so that a new field is not forgotten here.
    let StepView {
        address,
        name,
        id,
        location,
        verb,
        reason,
        help,
        immutable,
        changes,
        notes,
        remarks,
        asks: _,
        secret: _,
        seen: _,
        checks: _,
        by_hand,
        uses: _,
    } = view;
    let mut out = format!("{verb} {address} ({name})");
    if let Some(id) = id {
        let _ = write!(out, " {id}");
    }
    if location.is_none() {
        out.push_str(" not in the manifest");
    }
    let mut line = |text: String| {
        let _ = write!(out, "\n  {text}");
    };
    if let Some(reason) = reason {
        line(format!("because {reason}"));
    }
    for field in immutable {
        line(format!("cannot change {}", difference(field)));
    }
    if let Some(help) = help {
        line(format!("help: {help}"));
    }
    for change in changes {
        let fields: Vec<_> = change.fields.iter().map(difference).collect();
        line(format!("{}: {}", change.call, fields.join("; ")));
        for consequence in &change.consequences {
            line(format!("  so {consequence}"));
        }
        for kept_out in &change.locks_out {
            line(format!("  locks out: {kept_out}"));
        }
        if let Some(risk) = change.risk {
            line(format!("  risk {risk:?}"));
        }
    }
    for need in view.needs() {
        line(format!("needs {}", need.option()));
    }
    for note in notes {
        line(format!("note: {note}"));
    }
    for remark in remarks {
        line(format!("({remark})"));
    }
    for command in by_hand {
        line(format!("$ {command}"));
    }
    out
}

/// What something is billed for, as a test wants to see it.
pub(crate) fn brief_uses(uses: &[Usage]) -> String {
    let one = |usage: &Usage| {
        let name = usage.meter.name();
        match usage.amount {
            Amount::Fixed(count) => format!("{name} {count}"),
            Amount::Measured(count) => format!("{name} measured {count}"),
            Amount::NotMeasured => name.to_owned(),
        }
    };
    uses.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A check as a test wants to see it.
pub(crate) fn brief_check(check: &Check) -> String {
    let Check { what, answer } = check;
    match answer {
        Answer::Known(Outcome::Passed { seen }) => format!("passed {what}: {seen}"),
        Answer::Known(Outcome::Failed { seen, help }) => format!("failed {what}: {seen}\n  help: {help}"),
        Answer::Known(Outcome::Unread { why, help: _ }) => format!("unread {what}: {why}"),
        Answer::Known(Outcome::Unchecked { why }) => format!("unchecked {what}: {why}"),
        Answer::Probe(probe) => format!("probe {what}: {probe:?}"),
    }
}

fn difference(field: &FieldChange) -> String {
    let shown = |shown: &Shown| match shown {
        Shown::Absent => "none".to_owned(),
        Shown::Text(text) => text.clone(),
        Shown::Entry { address, id } => format!("{address} ({})", id.as_deref().unwrap_or("later")),
        Shown::Document { summary: _, text } => text.lines().map(str::trim).collect::<Vec<_>>().join(" "),
    };
    format!("{} {} -> {}", field.field, shown(&field.before), shown(&field.after))
}
