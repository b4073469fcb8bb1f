//! `events.rule`: a schedule, and the function that it calls.
//!
//! **Identity.** The name, unique on the default event bus, which is the only one for schedules; the ARN follows from
//! it. `PutRule` overwrites a rule of the same name without a word, tags aside (API `PutRule`): so it is read before,
//! by the step itself too, and whose it is is read once more after a creation.
//! **Changed in place**: everything. `PutRule` and `PutTargets` replace all that they set, so both always say all of it.
//! **Read**: `DescribeRule`, `ListTargetsByRule`, `ListTagsForResource`, and the function's resource policy, at once.
//! **Targets** are exclusive: the function is the only one. Its permission is a statement in the function's policy, and is
//! part of the rule: whoever may not invoke the function is a schedule in vain. See `permission`.
//! **Leftovers**: `ListRules`, and the tags of each that no AWS service manages. There is no list by tags; a bus has at
//! most 300 rules (`EventBridge` user guide, "Quotas"), and so many short calls at most.
//! **Deleted**: permission, targets, rule, in this order: what leads to the next goes last, so that a deletion that was
//! cut off is found again and goes on. It holds no data.

mod apply;
mod change;
mod observe;
mod permission;
mod schedule;
mod spec;
mod state;
mod target;
#[cfg(test)]
mod tests;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey,
    Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use change::Change;
pub use spec::Spec;
pub use state::{Detail, Permission, Rule, State, Switch};
pub use target::{Input, Other, Target};

/// The kind `events.rule`.
pub struct EventsRule;

impl Kind for EventsRule {
    const NAME: KindName = KindName::RULE;
    const ABOUT: &'static str = "a schedule, and the function that it calls";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "description",
            keep: |want, live| want.rule.description.clone_from(&live.rule.description),
        },
        Field { name: "schedule", keep: |want, live| want.rule.schedule.clone_from(&live.rule.schedule) },
        Field { name: "enabled", keep: |want, live| want.rule.switch.clone_from(&live.rule.switch) },
        Field {
            name: "input",
            keep: |want, live| both(want, live, |want, live| want.input.clone_from(&live.input)),
        },
        Field {
            name: "retry-attempts",
            keep: |want, live| both(want, live, |want, live| want.retries = live.retries),
        },
        Field {
            name: "maximum-event-age-seconds",
            keep: |want, live| both(want, live, |want, live| want.age = live.age),
        },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, place, problems))
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        spec::raise(live, raising)
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        if let Some(target) = &mut state.target {
            visit(Stage::Itself, &mut target.function);
        }
    }

    async fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> Observation<Self> {
        observe::observe(aws, wanted, survey).await
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        state::create(entry)
    }

    fn settings(state: &State) -> Vec<Setting> {
        state::settings(state)
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        state::diff(live, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagResource { arn: live.state.arn.clone(), before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        state::delete(&live.state, permit)
    }

    fn holds(_live: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(_live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        None
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        state::by_hand(&live.state)
    }

    fn notes(_live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        state::notes(want)
    }

    fn checks(live: &Live<Self>, want: &State) -> Vec<Check> {
        vec![Check::known("scheduled", state::scheduled(&live.state, want))]
    }

    fn already_exists(_error: &CallError) -> bool {
        // `PutRule` never says so.
        false
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}

/// Keeps something of the target, where both have one.
fn both(want: &mut State, live: &State, keep: fn(&mut Target, &Target)) {
    if let (Some(want), Some(live)) = (&mut want.target, &live.target) {
        keep(want, live);
    }
}
