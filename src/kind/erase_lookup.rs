//! Makes typed look-ups uniform, beside the kinds that are written.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Deserialize as _;
use serde_json::Value;

use super::check;
use super::erase::{
    AnyFinder, AnyGroup, AnyKind, AnyLocator, AnySighting, AnyStep, AnyTask, EntryName, Look,
};
use super::known::Fate;
use super::lookup::{Choice, NoChoice};
use super::view::{Seen, StepView, Verb};
use super::{Draft, Known, LookUp, Place, Stage};
use crate::aws::{Aws, CallError};
use crate::model::problem::{Findings, Problems};
use crate::model::{Address, KindName, Location, OnDelete};

/// The registry's entry for `L`.
#[must_use]
pub const fn lookup<L: LookUp>() -> ErasedLookUp<L> {
    ErasedLookUp(PhantomData)
}

/// A look-up without its types. Made by [`lookup`].
pub struct ErasedLookUp<L>(PhantomData<fn() -> L>);

impl<L: LookUp> AnyKind for ErasedLookUp<L> {
    fn name(&self) -> KindName {
        L::NAME
    }

    fn about(&self) -> &'static str {
        L::ABOUT
    }

    fn is_lookup(&self) -> bool {
        true
    }

    fn on_delete(&self) -> &'static [OnDelete] {
        &[]
    }

    fn fields(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn gathered(&self) -> Option<&'static str> {
        None
    }

    fn is_confidential(&self) -> bool {
        false
    }

    fn schema(&self) -> Value {
        schemars::schema_for!(L::Spec).to_value()
    }

    fn group(&self) -> Box<dyn AnyGroup> {
        Box::new(Group::<L> { entries: Vec::new() })
    }

    fn finder(&self) -> Option<&dyn AnyFinder> {
        None
    }

    fn locator(&self) -> Option<&dyn AnyLocator> {
        Some(self)
    }
}

#[derive(Clone)]
struct Entry<L: LookUp> {
    address: Address,
    location: Location,
    query: L::Query,
}

struct Group<L: LookUp> {
    entries: Vec<Entry<L>>,
}

impl<L: LookUp> AnyGroup for Group<L> {
    fn add(&mut self, draft: &Draft, _place: &Arc<Place>) -> Findings {
        let mut problems = Problems::default();
        // As in entries of kinds, serde's own message is withheld: it repeats the value.
        let spec = L::Spec::deserialize(&draft.body).map_err(|_| {
            let message = format!("this is not what {} needs", L::NAME);
            problems.report_here(message, "see docs/manifest.md for its fields");
        });
        let query = spec.ok().and_then(|spec| L::lower(&spec, &mut problems));
        let findings = problems.into_findings();
        self.entries.extend(query.filter(|_| findings.problems.is_empty()).map(|query| {
            let address = Address::new(L::NAME, draft.key.clone());
            Entry { address, location: draft.location.clone(), query }
        }));
        findings
    }

    fn entries(&self) -> Vec<EntryName> {
        let name = |entry: &Entry<L>| EntryName {
            address: entry.address.clone(),
            was: None,
            location: entry.location.clone(),
            claim: None,
            name: None,
        };
        self.entries.iter().map(name).collect()
    }

    fn kind(&self) -> KindName {
        L::NAME
    }

    fn is_lookup(&self) -> bool {
        true
    }

    fn domains(&self) -> Vec<String> {
        self.entries.iter().filter_map(|entry| L::domain(&entry.query)).map(str::to_owned).collect()
    }

    fn introduce(&mut self, _names: &BTreeMap<Address, String>) {}

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Box<dyn AnySighting>> {
        Box::pin(async move {
            let queries: Vec<_> = self.entries.iter().map(|entry| &entry.query).collect();
            let mut answers = if queries.is_empty() { Vec::new() } else { L::look(look.aws, &queries).await };
            answers.resize_with(queries.len(), || {
                let subject = L::NAME.to_string();
                let why = "nothing was answered about it";
                Err(NoChoice::Unknown(CallError::unusable(&subject, &subject, why)))
            });
            let found = self.entries.iter().zip(answers);
            let found = found.map(|(entry, answer)| Step { view: view(entry, &answer), answer }).collect();
            let sighting: Box<dyn AnySighting> = Box::new(Sighting { found });
            sighting
        })
    }
}

/// Shows what was found.
fn view<L: LookUp>(entry: &Entry<L>, answer: &Result<Choice, NoChoice>) -> StepView {
    let mut view = StepView::new(entry.address.clone(), "", Verb::Found);
    view.location = Some(entry.location.clone());
    view.checks = check::looked_up(answer);
    match answer {
        // Destructured whole, so that a new field is not forgotten here. Checks are among those of the view.
        Ok(Choice { name, why, notes, outputs, checks: _ }) => {
            view.seen = Some(Box::new(Seen { outputs: outputs.clone(), ..Seen::default() }));
            view.name.clone_from(name);
            view.reason = Some(why.clone());
            view.notes.clone_from(notes);
        }
        Err(NoChoice::Refused { reason, help }) => {
            view.verb = Verb::Blocked;
            view.reason = Some(reason.clone());
            view.help = Some(help.clone());
        }
        Err(NoChoice::Unknown(error)) => {
            view.verb = Verb::Unknown;
            view.reason = Some(error.to_string());
            view.help = error.class.help().map(str::to_owned);
        }
    }
    view
}

struct Sighting {
    found: Vec<Step>,
}

impl AnySighting for Sighting {
    fn gaps(&self) -> &[CallError] {
        &[]
    }

    fn tell(&self, known: &mut Known) {
        for Step { view, answer } in &self.found {
            let fate = match answer {
                Ok(choice) => Fate::Live(choice.outputs.clone()),
                Err(NoChoice::Refused { .. }) => Fate::Blocked(None),
                Err(NoChoice::Unknown(error)) => Fate::Unknown(error.clone()),
            };
            known.note(view.address.clone(), fate);
        }
    }

    fn consult<'a>(&'a mut self, _aws: &'a Aws, _known: &'a Known) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn leave(self: Box<Self>) -> Box<dyn AnySighting> {
        Box::new(Self { found: Vec::new() })
    }

    fn decide(self: Box<Self>, known: &mut Known) -> Vec<Box<dyn AnyStep>> {
        self.tell(known);
        self.found.into_iter().map(|step| Box::new(step) as Box<dyn AnyStep>).collect()
    }
}

struct Step {
    view: StepView,
    answer: Result<Choice, NoChoice>,
}

impl AnyStep for Step {
    fn view(&self) -> &StepView {
        &self.view
    }

    fn names(&self) -> Vec<(Stage, Address)> {
        Vec::new()
    }

    fn part_of(&self) -> Option<(KindName, &str)> {
        None
    }

    fn hands_on(&self) -> bool {
        false
    }

    fn tasks(self: Box<Self>) -> Vec<(Stage, Box<dyn AnyTask>)> {
        Vec::new()
    }
}
