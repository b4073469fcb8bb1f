//! What stays where all is destroyed, and how a person removes it.

use std::fmt::Write as _;

use super::cost;
use super::field::INDENT;
use super::style::{self, STRONG};
use crate::cost::{Cost, InRegion};
use crate::kind::view::StepView;
use crate::model::escape::Line;

/// What there is to remove by hand, in the order in which it can go: what names others first, with what
/// it goes on costing. Empty if nothing is.
#[must_use]
pub fn text(steps: &[&StepView], prices: InRegion<'_>) -> String {
    let stays: Vec<_> = steps.iter().rev().copied().filter(|view| !view.by_hand.is_empty()).collect();
    let mut out = String::new();
    if stays.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{STRONG}Stays{STRONG:#} ({}); to remove it by hand:", stays.len());
    for view in &stays {
        let (color, glyph) = (style::of(view.verb), style::glyph(view.verb));
        let address = view.address.to_string();
        let _ = writeln!(
            out,
            "\n  {color}{glyph}{color:#} {STRONG}{}{STRONG:#}  {}",
            Line(&address),
            Line(&view.called())
        );
        if let Some(reason) = &view.reason {
            let _ = writeln!(out, "{INDENT}{}", Line(reason));
        }
        if let Some(costs) = cost::of_one(&Cost::of(&[*view], prices)) {
            let _ = writeln!(out, "{INDENT}{costs}");
        }
        for line in &view.by_hand {
            let _ = writeln!(out, "{INDENT}{}", Line(line));
        }
    }
    out.push_str(&cost::of_all(&stays, &Cost::of(&stays, prices)));
    out
}
