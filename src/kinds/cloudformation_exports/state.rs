//! The normal form, the changes, and the diff. Pure.

use std::collections::BTreeMap;

use super::CloudFormationExports;
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Delta, Describe, Live, Outcome};
use crate::model::{FieldChange, Public, Setting, Shown, Tags, size};

/// What is exported.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The stack's name.
    pub stack: String,
    /// The exports, by name.
    pub exports: BTreeMap<String, Export>,
    /// The outputs of a live stack that export nothing. None is ever declared.
    pub outputs: Vec<String>,
}

/// One export.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Its value.
    pub value: Value,
    /// What it is, for people.
    pub description: Option<String>,
}

/// The value of an export. What is sent comes from [`Value::Declared`] alone, and that holds no secret.
#[derive(Clone, Debug)]
pub enum Value {
    /// What an entry brings.
    Declared(Public),
    /// What is live.
    Live(String),
}

impl Value {
    /// The value, once it is known.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Declared(public) => public.value(),
            Self::Live(text) => Some(text),
        }
    }

    fn shown(&self) -> Shown {
        match self {
            Self::Declared(public) => {
                Shown::Entry { address: public.to_string(), id: public.value().map(str::to_owned) }
            }
            Self::Live(text) => Shown::text(text),
        }
    }
}

/// Two are the same if they are known and equal.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.text().is_some_and(|text| other.text() == Some(text))
    }
}

/// Whether others can import what is declared.
pub(super) fn exported(live: &State, want: &State) -> Outcome {
    let missing: Vec<_> = want.exports.keys().filter(|name| !live.exports.contains_key(*name)).collect();
    if let Some(name) = missing.first() {
        let seen = format!("{} not exported, {name} for one", size::count(missing.len(), "name"));
        return Outcome::failed(seen, "`infra apply` exports it");
    }
    Outcome::passed(format!("{}, for Fn::ImportValue", size::count(want.exports.len(), "export")))
}

/// What else is observed of a stack.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// What it holds beside outputs, each with its type.
    pub resources: Vec<String>,
    /// The stacks that import, by export, of those exports whose importers were asked for.
    pub importers: BTreeMap<String, Vec<String>>,
    /// Why nobody can say who imports.
    pub unread: Option<String>,
    /// Whether CloudFormation refuses to delete it.
    pub protected: bool,
    /// When it was last written to: what makes the token of one update another than that of the next.
    pub version: String,
}

/// One change of the stack: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateStack {
        /// What to create.
        state: Box<State>,
        /// Its tags.
        tags: Tags,
        /// What makes a repeat known for one.
        token: String,
    },
    /// Sets the outputs.
    UpdateStack {
        /// What is to be exported.
        state: Box<State>,
        /// What differs.
        fields: Vec<FieldChange>,
        /// When it was last written to.
        version: String,
    },
    /// Sets tags, and leaves the rest as it is.
    TagStack {
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
        /// When it was last written to.
        version: String,
    },
    /// Deletes it.
    DeleteStack {
        /// What is exported.
        state: Box<State>,
        /// The guard's permission.
        permit: Permit,
    },
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateStack { state, tags, token: _ } => {
                let mut fields = creation_fields(state);
                fields.extend(tag_fields(&Tags::default(), tags));
                ChangeView::new("cloudformation:CreateStack", fields)
            }
            Self::UpdateStack { state: _, fields, version: _ } => {
                ChangeView::new("cloudformation:UpdateStack", fields.clone())
            }
            Self::TagStack { before, tags, version: _ } => {
                ChangeView::new("cloudformation:UpdateStack", tag_fields(before, tags))
            }
            Self::DeleteStack { state, permit: _ } => {
                let gone = |field: FieldChange| FieldChange::new(field.field, field.after, Shown::Absent);
                let fields = creation_fields(state).into_iter().map(gone).collect();
                ChangeView::new("cloudformation:DeleteStack", fields)
            }
        }
    }
}

fn named(name: &str) -> String {
    format!("export {name}")
}

fn described(name: &str) -> String {
    format!("description of {name}")
}

fn creation_fields(state: &State) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here.
    let State { stack, exports, outputs } = state;
    let mut fields = vec![FieldChange::set("name", Shown::text(stack))];
    for (name, Export { value, description }) in exports {
        fields.push(FieldChange::set(named(name), value.shown()));
        let description = description.as_ref().map(|it| FieldChange::set(described(name), Shown::text(it)));
        fields.extend(description);
    }
    fields.extend(outputs.iter().map(|it| FieldChange::set("output that exports nothing", Shown::text(it))));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    creation_fields(state).into_iter().map(Setting::from).collect()
}

/// The live exports that would have another value, or none: what CloudFormation refuses as long as they are imported.
pub(super) fn going(is: &State, want: &State) -> Vec<String> {
    let stays = |(name, export): &(&String, &Export)| {
        want.exports.get(*name).is_some_and(|wanted| wanted.value == export.value)
    };
    is.exports.iter().filter(|it| !stays(it)).map(|(name, _)| name.clone()).collect()
}

const IMPORTED: &str = "put back what is exported; or let those stacks go without it first, for they hold what they have imported";

pub(super) fn diff(live: &Live<CloudFormationExports>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The name found it.
    let State { stack: _, exports, outputs } = want;
    let is = &live.state;
    let (mut deltas, mut fields) = (Vec::new(), Vec::new());
    let mut names: Vec<_> = is.exports.keys().chain(exports.keys()).collect();
    names.sort();
    names.dedup();
    let going = going(is, want);
    for name in names {
        let (before, after) = (is.exports.get(name), exports.get(name));
        let value = |it: Option<&Export>| it.map_or(Shown::Absent, |it| it.value.shown());
        let is_same = before.is_some() && after.is_some() && !going.contains(name);
        if !is_same {
            let field = FieldChange::new(named(name), value(before), value(after));
            match imported(live, name).filter(|_| before.is_some()) {
                Some(by) => deltas.push(Delta::InUse { field, by, instead: IMPORTED }),
                None => fields.push(field),
            }
        }
        let description = |it: Option<&Export>| it.and_then(|it| it.description.clone());
        let (before, after) = (description(before), description(after));
        if before != after {
            fields.push(FieldChange::new(described(name), Shown::optional(before), Shown::optional(after)));
        }
    }
    for output in is.outputs.iter().filter(|it| !outputs.contains(it)) {
        fields.push(FieldChange::new("output that exports nothing", Shown::text(output), Shown::Absent));
    }
    if !fields.is_empty() {
        let (state, version) = (Box::new(want.clone()), live.detail.version.clone());
        deltas.push(Delta::Change(Change::UpdateStack { state, fields, version }));
    }
    deltas
}

/// Who imports an export, in words, if anybody does.
fn imported(live: &Live<CloudFormationExports>, name: &str) -> Option<String> {
    let importers = live.detail.importers.get(name).filter(|it| !it.is_empty())?;
    let stacks = if importers.len() == 1 { "stack" } else { "stacks" };
    Some(format!("imported by the {stacks} {}", importers.join(", ")))
}

pub(super) fn blocks_deletion(live: &Live<CloudFormationExports>) -> Option<String> {
    let Detail { resources, importers, unread, protected, version: _ } = &live.detail;
    if !resources.is_empty() {
        return Some(format!("it holds {}, which would go with it", resources.join(", ")));
    }
    if let Some(why) = unread {
        return Some(format!("who imports from it could not be read: {why}"));
    }
    // What was not asked for counts as in use.
    if live.state.exports.keys().any(|name| !importers.contains_key(name)) {
        return Some("who imports from it was not read".to_owned());
    }
    let imported =
        live.state.exports.keys().filter_map(|name| Some(format!("{name} is {}", imported(live, name)?)));
    let imported: Vec<_> = imported.collect();
    if !imported.is_empty() {
        return Some(imported.join("; "));
    }
    protected.then(|| "its termination protection is on".to_owned())
}
