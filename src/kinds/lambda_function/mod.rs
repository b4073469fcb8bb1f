//! `lambda.function`: a function, with the code that it is made of.
//!
//! **Identity.** The name, unique per account and region; the ARN follows from it. **Changed in place**: all but the name. Configuration and
//! code are two calls, and each ends only after the call has: AWS refuses another one meanwhile (API `UpdateFunctionConfiguration`).
//! **Code**: the files of a folder, packed so that the same files come to the same bytes everywhere; `CodeSha256` is compared.
//! **Read**: `GetFunction` has configuration, tags and reserved concurrency, and an address to download the code from, which is a
//! credential: it is never looked at. `GetPolicy` says who may invoke.
//! **Its role**: to AWS, a role that was deleted and made again is another one, although it has the same ARN. The configuration is written
//! again then.
//! **Leftovers**: `ListFunctions` has no tags, so each that no entry names is read (`GetFunction` may be called 100 times a second, `ListTags`
//! shares 15 with all else: Lambda developer guide, “Quotas”).
//! **Deleted** with its versions, aliases and permissions. Nothing is lost that the manifest does not say.

mod apply;
mod change;
mod code;
mod edit;
mod observe;
mod permissions;
mod runtime;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod usage;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Probe, Raised, Raising, Run, Stage,
    Survey, Usage, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use change::Change;
pub use code::Code;
pub use edit::Edit;
pub use permissions::Permission;
pub use spec::Spec;
pub use state::{Architecture, Condition, Detail, Mount, Network, State, Tracing};

/// The kind `lambda.function`.
pub struct LambdaFunction;

impl Kind for LambdaFunction {
    const NAME: KindName = KindName::FUNCTION;
    const ABOUT: &'static str = "a function, with the code that it is made of";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "description", keep: |want, live| want.description.clone_from(&live.description) },
        Field {
            name: "source",
            keep: |want, live| {
                want.code.clone_from(&live.code);
                want.architecture = live.architecture;
            },
        },
        Field { name: "timeout", keep: |want, live| want.timeout = live.timeout },
        Field { name: "memory", keep: |want, live| want.memory = live.memory },
        Field { name: "environment", keep: |want, live| want.environment.clone_from(&live.environment) },
        Field { name: "layers", keep: |want, live| want.layers.clone_from(&live.layers) },
        Field { name: "reserved-concurrency", keep: |want, live| want.reserved = live.reserved },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        spec::lower(spec, place, problems)
    }

    fn raise(_live: &Live<Self>, _raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        // What is live could be downloaded, but not what it was made from, and nothing shows that the two are the same.
        Err("its source code is not at hand: put it into a folder beside the manifest, and write the entry by hand".to_owned())
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        state.links(visit);
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
        Change::TagResource { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        let State { name, network, .. } = &live.state;
        vec![Change::DeleteFunction { name: name.clone(), is_in_network: network.is_some(), permit }]
    }

    fn holds(_live: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        permissions::others(&live.state.name, &live.state.permissions)
    }

    fn grips(live: &Live<Self>) -> Vec<String> {
        // How Lambda describes the network interfaces that it makes for a function.
        vec![format!("AWS Lambda VPC ENI-{}-", live.state.name)]
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        vec![ByHand::run(["lambda", "delete-function", "--function-name", &live.state.name])]
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        state::notes(live, want)
    }

    fn checks(_live: &Live<Self>, want: &State) -> Vec<Check> {
        let Some(group) = state::log_group_name(&want.log_group) else { return Vec::new() };
        let log_group = group.to_owned();
        vec![Check::probe("last report", Probe::LastReport { log_group, function: want.name.clone() })]
    }

    fn usage(_live: Option<&Live<Self>>, state: &State) -> Vec<Usage> {
        usage::usage(state)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is(apply::CONFLICT)
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
