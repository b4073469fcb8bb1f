//! A plan, for machines: stable and versioned. A field is added freely; one that changes its meaning or
//! goes away makes a new version.

use serde::Serialize;

use super::cost::json::{self as cost, CostJson};
use crate::cost::Cost;
use crate::kind::view::{ChangeView, Need, StepView, Verb};
use crate::model::escape;
use crate::model::{FieldChange, Location};
use crate::plan::{FILE_FORMAT, Header, Origin, PlanView, SeenPart, Summary};

/// The version of the form.
const FORMAT: &str = "infra.plan/1";

/// What a document about an account begins with.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    format: &'static str,
    manifest: &'a str,
    file: &'a str,
    account: &'a str,
    region: &'a str,
}

impl<'a> Head<'a> {
    /// Of a document of this form.
    pub(super) fn of(format: &'static str, header: &'a Header) -> Self {
        let Header { manifest, file, account, region, .. } = header;
        Self { format, manifest, file, account, region }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PlanJson<'a> {
    format: &'static str,
    manifest: &'a str,
    file: &'a str,
    revision: &'a str,
    account: &'a str,
    region: &'a str,
    identity: &'a str,
    steps: Vec<StepJson<'a>>,
    gaps: Vec<GapJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostJson<'a>>,
    summary: Summary,
    digest: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct StepJson<'a> {
    address: String,
    name: &'a str,
    id: Option<&'a str>,
    verb: Verb,
    location: Option<&'a Location>,
    reason: Option<&'a str>,
    help: Option<&'a str>,
    immutable: &'a [FieldChange],
    changes: &'a [ChangeView],
    needs: Vec<Need>,
    notes: &'a [String],
    remarks: &'a [String],
}

#[derive(Serialize)]
struct GapJson<'a> {
    call: &'a str,
    subject: &'a str,
    code: Option<&'a str>,
    message: &'a str,
}

/// The plan as one JSON document, every step included, with what it costs if that is asked for.
///
/// # Errors
///
/// None that a plan can cause: its parts are text, numbers and lists.
pub fn plan(plan: &PlanView<'_>, cost: Option<&Cost<'_>>) -> Result<String, serde_json::Error> {
    let cost = cost.map(cost::document);
    written(&PlanJson { cost, ..document(plan) })
}

/// A document of ours, in which nothing can drive the terminal that it may be shown on.
///
/// # Errors
///
/// None that text, numbers and lists can cause.
pub(super) fn written(document: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = escape::json(&serde_json::to_string_pretty(document)?);
    text.push('\n');
    Ok(text)
}

fn document<'a>(plan: &'a PlanView<'_>) -> PlanJson<'a> {
    let header = plan.header;
    let gaps = plan.gaps.iter().map(|gap| GapJson {
        call: &gap.call,
        subject: &gap.subject,
        code: gap.code.as_deref(),
        message: &gap.message,
    });
    PlanJson {
        format: FORMAT,
        manifest: &header.manifest,
        file: &header.file,
        revision: &header.revision,
        account: &header.account,
        region: &header.region,
        identity: &header.identity,
        steps: plan.steps.iter().map(|view| step(view)).collect(),
        gaps: gaps.collect(),
        cost: None,
        summary: plan.summary,
        digest: &plan.digest,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FileJson<'a> {
    format: &'static str,
    infra: &'static str,
    #[serde(flatten)]
    origin: &'a Origin,
    plan: PlanJson<'a>,
    seen: Vec<SeenPart>,
}

/// The plan as a file that can be reviewed and then applied: with what was seen of each resource.
///
/// # Errors
///
/// None that a plan can cause: its parts are text, numbers and lists.
pub fn file(plan: &PlanView<'_>, origin: &Origin) -> Result<String, serde_json::Error> {
    written(&FileJson {
        format: FILE_FORMAT,
        infra: env!("CARGO_PKG_VERSION"),
        origin,
        plan: document(plan),
        seen: plan.steps.iter().filter_map(|view| SeenPart::of(view)).collect(),
    })
}

fn step(view: &StepView) -> StepJson<'_> {
    StepJson {
        address: view.address.to_string(),
        name: &view.name,
        id: view.id.as_deref(),
        verb: view.verb,
        location: view.location.as_ref(),
        reason: view.reason.as_deref(),
        help: view.help.as_deref(),
        immutable: &view.immutable,
        changes: &view.changes,
        needs: view.needs(),
        notes: &view.notes,
        remarks: &view.remarks,
    }
}
