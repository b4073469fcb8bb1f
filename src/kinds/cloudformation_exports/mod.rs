//! `cloudformation.exports`: all that a manifest exports for other stacks to import.
//!
//! Written as `[export.NAME]`, and one stack for all of them, which holds outputs and nothing else.
//!
//! **Identity.** The stack's name, made of the manifest's: unique per account and Region among stacks that are not
//! deleted. **Changed in place**: everything, by one `UpdateStack`; but an export that another stack imports can neither
//! change its value nor go, and CloudFormation says so only after it has begun. So whoever imports it is read before.
//! **Leftovers**: there is one name that the stack can have, so it is asked for by that.
//! **Deleted**: it holds no data; not while a stack imports from it. See docs/decisions/018.

mod apply;
mod observe;
mod spec;
mod state;
mod template;
#[cfg(test)]
mod tests;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey,
    Wanted, named,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use spec::Spec;
pub use state::{Change, Detail, Export, State, Value};

/// The kind `cloudformation.exports`.
pub struct CloudFormationExports;

impl Kind for CloudFormationExports {
    const NAME: KindName = KindName::EXPORTS;
    const ABOUT: &'static str = "all that a manifest exports for other stacks to import";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete];
    const FIELDS: &'static [Field<Self>] = &[];
    // A value that is no address may be anything.
    const CONFIDENTIAL: bool = true;
    const GATHERED: Option<&'static str> = Some("export");
    const HANDS_ON: bool = true;

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, place, problems))
    }

    fn raise(_live: &Live<Self>, _raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        Err("a stack does not tell what its values are taken from".to_owned())
    }

    fn name(state: &State) -> &str {
        &state.stack
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        for export in state.exports.values_mut() {
            if let Value::Declared(public) = &mut export.value {
                public.visit(|link| visit(Stage::Itself, link));
            }
        }
    }

    async fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> Observation<Self> {
        observe::observe(aws, wanted, survey).await
    }

    async fn consult<'a>(aws: &'a Aws, live: &'a mut Live<Self>, want: &'a State) -> Result<(), CallError> {
        let mut names = state::going(&live.state, want);
        names.retain(|name| !live.detail.importers.contains_key(name));
        live.detail.importers.extend(observe::importers(aws, names).await?);
        Ok(())
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        let token = named::token("create-stack 1", &entry.place, &entry.state.stack);
        let (state, tags) = (Box::new(entry.state.clone()), entry.tags.clone());
        vec![Change::CreateStack { state, tags, token }]
    }

    fn settings(state: &State) -> Vec<Setting> {
        state::settings(state)
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        state::diff(live, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagStack { before: live.tags.clone(), tags, version: live.detail.version.clone() }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        vec![Change::DeleteStack { state: Box::new(live.state.clone()), permit }]
    }

    fn holds(_live: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        state::blocks_deletion(live)
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        vec![
            ByHand::know("AWS refuses it while another stack imports one of its exports"),
            ByHand::run(["cloudformation", "delete-stack", "--stack-name", &live.state.stack]),
        ]
    }

    fn notes(_live: Option<&Live<Self>>, _want: &State) -> Vec<String> {
        Vec::new()
    }

    fn checks(live: &Live<Self>, want: &State) -> Vec<Check> {
        vec![Check::known("exported", state::exported(&live.state, want))]
    }

    fn already_exists(error: &CallError) -> bool {
        apply::already_exists(error)
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
