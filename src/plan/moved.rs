//! What has moved since a plan was reviewed. Pure.

use std::collections::BTreeMap;

use super::reviewed::{SeenPart, StepPart};
use crate::kind::view::{Seen, StepView, Verb};
use crate::model::Shown;

/// A resource that is not as it was when the plan was reviewed, or of which something else would be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its address.
    pub address: String,
    /// Its name in AWS.
    pub name: String,
    /// What differs.
    pub rows: Vec<MovedRow>,
    /// Whether it cannot be read now.
    pub unknown: bool,
}

/// One thing that differs: as it was reviewed, as it was live then, and as it is live now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRow {
    /// What it is about.
    pub field: String,
    /// What the reviewed plan would make of it; none, it would leave it as it was.
    pub reviewed: Option<Vec<Shown>>,
    /// What was live then; none, it is about what is to be done.
    pub then: Option<Vec<Shown>>,
    /// What is live now, or to be done now.
    pub now: Vec<Shown>,
}

/// One resource as it was reviewed, beside what it is now.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What was to be done.
    pub(super) then: Option<&'a StepPart>,
    /// What was seen then.
    pub(super) seen: Option<&'a SeenPart>,
    /// What is to be done, and what is seen, now.
    pub(super) now: Option<&'a StepView>,
}

impl Beside<'_> {
    /// What has moved of it: nothing if the same is to be done, to what is as it was. Of what the plan does not
    /// touch only the former counts.
    pub(super) fn moved(&self, address: String) -> Option<Moved> {
        let Self { then, seen, now } = *self;
        let (was, is) = (seen.map(|part| &part.seen), now.and_then(|view| view.seen.as_deref()));
        let same_step = match (then, now) {
            (Some(then), Some(now)) => then.is(now),
            (Some(StepPart { verb, .. }), None) | (None, Some(StepView { verb, .. })) => {
                *verb == Verb::InSync
            }
            (None, None) => true,
        };
        let same_seen = seen.map(|part| part.fingerprint.as_str()) == is.map(Seen::fingerprint).as_deref();
        let touched = then.is_some_and(|then| then.verb.acts());
        if same_step && (same_seen || !touched) {
            return None;
        }
        let mut rows = rows(then, was, is);
        // What was to be made and is there has moved; that it need not be made any more goes without saying.
        let plain = now.is_none_or(|now| matches!(now.verb, Verb::InSync | Verb::Update | Verb::Create));
        if rows.is_empty() || !plain {
            rows.extend(to_do(then, now));
        }
        if rows.is_empty() {
            rows.extend(consequences(then, now));
        }
        let name = now.map(|now| now.name.as_str()).or(then.map(|then| then.name.as_str()));
        let unknown = now.is_some_and(|view| view.verb == Verb::Unknown);
        Some(Moved { address, name: name.unwrap_or_default().to_owned(), rows, unknown })
    }
}

/// Each setting and tag that is not as it was.
fn rows(then: Option<&StepPart>, was: Option<&Seen>, is: Option<&Seen>) -> Vec<MovedRow> {
    let there = |seen: Option<&Seen>| {
        vec![Shown::text(match seen {
            None => "not there".to_owned(),
            Some(Seen { created: Some(day), .. }) => format!("there, made on {day}"),
            Some(_) => "there".to_owned(),
        })]
    };
    let (Some(before), Some(after)) = (was, is) else {
        if was.is_none() && is.is_none() {
            return Vec::new();
        }
        let reviewed = match then.map(|then| then.verb) {
            Some(Verb::Create) => Some(vec![Shown::text("to be created")]),
            Some(Verb::Delete) => Some(vec![Shown::text("to be deleted")]),
            _ => None,
        };
        return vec![MovedRow {
            field: "resource".to_owned(),
            reviewed,
            then: Some(there(was)),
            now: there(is),
        }];
    };
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let row = |name: &String| {
        let of = |side: &BTreeMap<String, Vec<Shown>>| side.get(name).cloned().unwrap_or_default();
        let (then_was, now) = (of(&before), of(&after));
        let reviewed = then.and_then(|then| then.sets(name));
        (then_was != now).then(|| MovedRow { field: name.clone(), reviewed, then: Some(then_was), now })
    };
    names.into_iter().filter_map(row).collect()
}

/// All that a fingerprint is made of, by what people call it. A field may have several values.
fn fields(seen: &Seen) -> BTreeMap<String, Vec<Shown>> {
    // Destructured whole, so that a new field is not forgotten here.
    let Seen { created, leaving, settings, tags, outputs, holds: _ } = seen;
    let mut fields: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for setting in settings.iter().filter(|it| it.value != Shown::Absent) {
        fields.entry(setting.field.clone()).or_default().push(setting.value.clone());
    }
    let texts = [("made on", created), ("deletion", leaving)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.as_deref()?)));
    let tags = tags.iter().map(|(key, value)| (format!("tag {key}"), value));
    let outputs = outputs.iter().map(|(name, value)| (name.to_owned(), value));
    for (name, value) in texts.chain(tags).chain(outputs) {
        fields.entry(name).or_default().push(Shown::text(value));
    }
    fields
}

/// That something else would be done.
fn to_do(then: Option<&StepPart>, now: Option<&StepView>) -> Option<MovedRow> {
    let word = |verb: Verb, reason: Option<&str>| match reason {
        Some(reason) => vec![Shown::text(format!("{verb}: {reason}"))],
        None => vec![Shown::text(verb.word())],
    };
    let none = || vec![Shown::text("nothing")];
    let was = then.map_or_else(none, |then| word(then.verb, then.reason.as_deref()));
    let is = now.map_or_else(none, |now| word(now.verb, now.reason.as_deref()));
    let differs = then.map(|then| then.verb) != now.map(|now| now.verb) || was != is;
    let silent = |verb: Option<Verb>| matches!(verb, None | Some(Verb::InSync));
    let said = differs && !(silent(then.map(|it| it.verb)) && silent(now.map(|it| it.verb)));
    said.then(|| MovedRow { field: "to do".to_owned(), reviewed: Some(was), then: None, now: is })
}

/// That the same is to be done, and something else would follow from it, or be set by it.
fn consequences(then: Option<&StepPart>, now: Option<&StepView>) -> Option<MovedRow> {
    let texts = |lines: &mut dyn Iterator<Item = &String>| lines.map(Shown::text).collect::<Vec<_>>();
    let was = texts(&mut then?.changes.iter().flat_map(|it| it.consequences.iter().chain(&it.locks_out)));
    let is = texts(&mut now?.changes.iter().flat_map(|it| it.consequences.iter().chain(&it.locks_out)));
    let field = "what follows".to_owned();
    Some(if was == is {
        let calls = |names: Vec<String>| vec![Shown::text(names.join(", "))];
        let was = then?.changes.iter().map(|change| change.call.clone()).collect();
        let is = now?.changes.iter().map(|change| change.call.to_owned()).collect();
        MovedRow { field: "calls".to_owned(), reviewed: Some(calls(was)), then: None, now: calls(is) }
    } else {
        MovedRow { field, reviewed: Some(was), then: None, now: is }
    })
}
