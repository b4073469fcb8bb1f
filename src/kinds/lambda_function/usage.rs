//! What a function is billed for. Pure.

use super::{Architecture, State};
use crate::kind::Usage;
use crate::model::Meter;

/// How often it runs, and for how long, nobody can tell beforehand: only what a second of it counts.
pub(super) fn usage(state: &State) -> Vec<Usage> {
    let runs = match state.architecture {
        Architecture::X86 => Meter::FunctionX86,
        Architecture::Arm => Meter::FunctionArm,
    };
    // In thousandths: 128 MB, the least, are 0.125 GB.
    let thousandths = u64::from(state.memory) * 1000 / 1024;
    let note = format!(
        "with {} MB, a second of a run is {}.{:03} GB-seconds",
        state.memory,
        thousandths / 1000,
        thousandths % 1000
    );
    vec![Usage::used(Meter::FunctionRequests), Usage::used(runs).note(note)]
}
