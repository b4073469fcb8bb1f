//! How it stands with the values of secrets, for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use super::field::INDENT;
use super::json::{Head, written};
use super::style::{FAINT, STRONG};
use crate::kind::secret::{CurrentValue, SecretView, Writer};
use crate::kind::view::{StepView, Verb};
use crate::model::escape::Line;
use crate::model::size;
use crate::plan::Header;

/// The version of the form for machines.
const FORMAT: &str = "infra.secrets/1";

/// Everything, for people.
#[must_use]
pub fn text(header: &Header, views: &[&StepView]) -> String {
    let mut out = format!(
        "{STRONG}{}{STRONG:#} in account {STRONG}{}{STRONG:#}, {STRONG}{}{STRONG:#}\n",
        Line(&header.manifest),
        Line(&header.account),
        Line(&header.region),
    );
    for view in views {
        row(&mut out, view);
    }
    let none: Vec<_> = views.iter().filter(|view| has_none(view)).map(|view| &view.address).collect();
    match none.as_slice() {
        [] if views.is_empty() => out.push_str("\nno secrets\n"),
        [] => {}
        some => {
            let _ = writeln!(out, "\nwithout a value, so readers get an error; put one:");
            for address in some {
                let _ = writeln!(out, "{INDENT}infra secret set {}", Line(&address.to_string()));
            }
        }
    }
    out
}

fn row(out: &mut String, view: &StepView) {
    let Some(SecretView { source, max_age_days, current, rotation }) = &view.secret else { return };
    let _ = write!(out, "\n{STRONG}{}{STRONG:#}  {}", Line(&view.address.to_string()), Line(&view.name));
    if let Some(location) = &view.location {
        let _ = write!(out, "  {FAINT}{}{FAINT:#}", Line(&location.to_string()));
    }
    out.push('\n');
    let reason = view.reason.as_deref().unwrap_or_default();
    let value = match (view.verb, current) {
        (Verb::Unknown, _) => format!("could not be read: {reason}"),
        (_, Some(current)) => said(current),
        (_, None) if view.seen.is_none() => "none: the secret is not there yet".to_owned(),
        (_, None) => "none yet".to_owned(),
    };
    let limit = max_age_days.map(|days| {
        let days = size::count(usize::try_from(days).unwrap_or_default(), "day");
        let is_over = current.as_ref().is_some_and(|current| current.too_old);
        format!("{days}{}", if is_over { ": it is over it, and time for another one" } else { "" })
    });
    let blocked = (view.verb == Verb::Blocked).then_some(reason);
    let leaving = view.seen.as_ref().and_then(|seen| seen.leaving.as_deref());
    let rows = [
        ("value", Some(value.as_str())),
        ("source", source.as_deref().or(Some("nothing is said of it"))),
        ("limit", limit.as_deref()),
        ("rotation", rotation.as_deref()),
        ("deletion", leaving),
        ("blocked", blocked),
    ];
    for (name, text) in rows.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        let _ = writeln!(out, "{INDENT}{name:<8}  {}", Line(text));
    }
}

fn said(CurrentValue { by, written, age_days, too_old: _ }: &CurrentValue) -> String {
    let by = match by {
        Writer::Infra => "put by infra",
        Writer::Elsewhere => "written elsewhere",
    };
    match (written, age_days) {
        (None, _) => by.to_owned(),
        (Some(day), Some(days @ 1..)) => {
            let days = size::count(usize::try_from(*days).unwrap_or_default(), "day");
            format!("{by} on {day}, {days} ago")
        }
        (Some(day), Some(0)) => format!("{by} on {day}, today"),
        (Some(day), _) => format!("{by} on {day}"),
    }
}

/// Whether it is known that there is no value.
fn has_none(view: &StepView) -> bool {
    view.verb != Verb::Unknown && view.secret.as_ref().is_some_and(|secret| secret.current.is_none())
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    secrets: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct JsonRow<'a> {
    address: String,
    name: &'a str,
    verb: Verb,
    reason: Option<&'a str>,
    deletion: Option<&'a str>,
    #[serde(flatten)]
    secret: Option<&'a SecretView>,
}

/// Everything, for machines: stable and versioned, as plans are.
///
/// # Errors
///
/// None that an account can cause: the parts are text and lists.
pub fn json(header: &Header, views: &[&StepView]) -> Result<String, serde_json::Error> {
    written(&Json {
        head: Head::of(FORMAT, header),
        secrets: views.iter().map(|view| json_row(view)).collect(),
    })
}

fn json_row(view: &StepView) -> JsonRow<'_> {
    JsonRow {
        address: view.address.to_string(),
        name: &view.name,
        verb: view.verb,
        reason: view.reason.as_deref(),
        deletion: view.seen.as_ref().and_then(|seen| seen.leaving.as_deref()),
        secret: view.secret.as_ref(),
    }
}
