//! A plan, for people.

use std::fmt::Write as _;

use super::cost;
use super::field::{self, Columns, INDENT};
use super::style::{self, DANGER, FAINT, STRONG};
use crate::cost::Cost;
use crate::kind::view::{ChangeView, Risk, StepView, Verb};
use crate::model::escape::Line;
use crate::plan::{Group, PlanView};

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// What is in sync, all of the documents that are new, and the marks of ownership on what is made.
    pub all: bool,
    /// The API call of each change.
    pub calls: bool,
}

/// The whole plan, with what it costs if that is asked for.
#[must_use]
pub fn text(plan: &PlanView<'_>, cost: Option<&Cost<'_>>, extent: Extent) -> String {
    let mut out = header(plan);
    let shown = |view: &&StepView| extent.all || view.verb != Verb::InSync || !view.notes.is_empty();
    let steps: Vec<_> = plan.steps.iter().copied().filter(shown).collect();
    for group in steps.chunk_by(|one, other| Group::of(one) == Group::of(other)) {
        self::group(&mut out, group, extent);
    }
    gaps(&mut out, plan);
    if plan.summary.is_settled() {
        let so = if plan.destroys { "all that is left is kept" } else { "everything is as declared" };
        let _ = writeln!(out, "\nNothing to do: {so}.");
    }
    if let Some(cost) = cost {
        out.push_str(&cost::text(cost, plan.destroys, extent.all));
    }
    let _ = writeln!(out, "\n{}", summary_line(plan));
    out
}

/// The last line, the same in every mode: no style is in it.
fn summary_line(plan: &PlanView<'_>) -> String {
    format!("plan: {}; digest {}", plan.summary, plan.digest)
}

fn header(plan: &PlanView<'_>) -> String {
    let header = plan.header;
    let destroys = if plan.destroys { format!("{DANGER}Destroy{DANGER:#} ") } else { String::new() };
    format!(
        "{destroys}{STRONG}{}{STRONG:#} in account {STRONG}{}{STRONG:#}, {STRONG}{}{STRONG:#}\n  manifest  {} (revision {})\n  identity  {}\n",
        Line(&header.manifest),
        Line(&header.account),
        Line(&header.region),
        Line(&header.file),
        Line(&header.revision),
        Line(&header.identity),
    )
}

/// A step of more lines than this stands apart from its neighbours.
const SHORT: usize = 2;

/// One group.
fn group(out: &mut String, steps: &[&StepView], extent: Extent) {
    let Some(first) = steps.first() else { return };
    let heading = match Group::of(first) {
        Group::InSync if !extent.all => "In sync, with notes",
        group => group.heading(),
    };
    let _ = writeln!(out, "\n{STRONG}{heading}{STRONG:#} ({})", steps.len());
    let mut tall = false;
    for (at, view) in steps.iter().enumerate() {
        let step = step(view, extent);
        let grows = step.lines().count() > SHORT;
        if at > 0 && (tall || grows) {
            out.push('\n');
        }
        out.push_str(&step);
        tall = grows;
    }
}

fn step(view: &StepView, extent: Extent) -> String {
    let verb = view.verb;
    let color = style::of(verb);
    let mut out = format!(
        "  {color}{} {verb}{color:#} {STRONG}{}{STRONG:#}",
        style::glyph(verb),
        Line(&view.address.to_string()),
    );
    // A look-up that found nothing has none.
    if !view.name.is_empty() {
        let _ = write!(out, "  {}", Line(&view.called()));
    }
    if let Some(location) = &view.location {
        let _ = write!(out, "  {FAINT}{}{FAINT:#}", Line(&location.to_string()));
    }
    out.push('\n');
    if let Some(reason) = &view.reason {
        let _ = writeln!(out, "{INDENT}{}", Line(reason));
    }
    let columns = Columns::of(view);
    field::write(&mut out, &view.immutable, columns, extent.all);
    if let Some(help) = &view.help {
        let _ = writeln!(out, "{INDENT}help: {}", Line(help));
    }
    for change in &view.changes {
        self::change(&mut out, view, change, columns, extent);
    }
    for need in view.needs() {
        let address = view.address.to_string();
        let _ = writeln!(out, "{INDENT}{DANGER}needs{DANGER:#} {} {}", need.option(), Line(&address));
    }
    for note in &view.notes {
        let _ = writeln!(out, "{INDENT}note: {}", Line(note));
    }
    for remark in &view.remarks {
        let _ = writeln!(out, "{INDENT}{FAINT}{}{FAINT:#}", Line(remark));
    }
    out
}

fn change(out: &mut String, view: &StepView, change: &ChangeView, columns: Columns, extent: Extent) {
    if extent.calls {
        let _ = writeln!(out, "{INDENT}{FAINT}{}{FAINT:#}", change.call);
    }
    if view.verb == Verb::Create {
        field::write_new(out, &change.fields, &view.name, columns, extent.all);
    } else {
        field::write(out, &change.fields, columns, extent.all);
    }
    let (mark, color) = match change.risk {
        Some(Risk::DestroysData) => ("destroys: ", DANGER),
        Some(Risk::Exposes) => ("exposes: ", DANGER),
        Some(Risk::CutsOff) => ("cuts off: ", DANGER),
        None => ("", FAINT),
    };
    for consequence in &change.consequences {
        let _ = writeln!(out, "{INDENT}{color}{mark}{color:#}{}", Line(consequence));
    }
    for kept_out in &change.locks_out {
        let _ = writeln!(out, "{INDENT}{DANGER}locks out: {DANGER:#}{}", Line(kept_out));
    }
}

fn gaps(out: &mut String, plan: &PlanView<'_>) {
    if plan.gaps.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{STRONG}Gaps: could not look everywhere for what has left the manifest{STRONG:#} ({})",
        plan.gaps.len()
    );
    for gap in plan.gaps {
        let _ = writeln!(out, "  {DANGER}?{DANGER:#} {}", Line(&gap.to_string()));
        if let Some(help) = gap.class.help() {
            let _ = writeln!(out, "{INDENT}help: {help}");
        }
    }
}
