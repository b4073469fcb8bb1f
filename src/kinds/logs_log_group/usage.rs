//! What a log group is billed for. Pure.

use super::spec::Class;
use super::{LogsLogGroup, State};
use crate::kind::{Live, Usage};
use crate::model::Meter;

/// What is kept is compressed, to 15 % as the AWS Pricing Calculator reckons, and AWS tells the size without saying which
/// (API `LogGroup`): what is measured is the most that it can be.
pub(super) fn usage(live: Option<&Live<LogsLogGroup>>, state: &State) -> Vec<Usage> {
    let is = |class: Class| state.class == class.name();
    let mut all = Vec::new();
    if is(Class::Standard) {
        all.push(Usage::used(Meter::LogIngestion));
    } else if is(Class::InfrequentAccess) {
        all.push(Usage::used(Meter::LogIngestionInfrequentAccess));
    }
    all.push(Usage::measured(Meter::LogStorage, live.and_then(|live| live.detail.bytes)));
    all
}
