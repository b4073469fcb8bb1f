//! `ecr.repository`: a private repository of container images.
//!
//! **Identity.** The name, unique per account and Region; the ARN follows from it, so everything is read
//! at once. **Changed in place**: tag mutability, scan on push, lifecycle policy, repository policy, tags.
//! **Never changed**: name and encryption, for a replacement would lose the images.
//! **Leftovers**: `DescribeRepositories` lists every repository; `ListTagsForResource` of each that no
//! entry names tells whether it is ours. Neither lags, and neither needs the tagging API.
//! **Deleted** only while empty: `DeleteRepository` without `force` is refused by AWS otherwise.

mod apply;
mod checks;
pub mod lifecycle;
mod observe;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod usage;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Survey, Usage,
    Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, OnDelete, Outputs, Setting, Tags};

pub use spec::Spec;
pub use state::{Change, Detail, State};

/// The kind `ecr.repository`.
pub struct EcrRepository;

impl Kind for EcrRepository {
    const NAME: KindName = KindName::REPOSITORY;
    const ABOUT: &'static str = "a private repository of container images";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Retain, OnDelete::Delete];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "scan-on-push", keep: |want, live| want.scan_on_push = live.scan_on_push },
        Field { name: "tag-mutability", keep: |want, live| want.mutability = live.mutability.clone() },
        Field { name: "lifecycle", keep: |want, live| want.lifecycle.clone_from(&live.lifecycle) },
        Field { name: "pull-from", keep: |want, live| want.access.granted.clone_from(&live.access.granted) },
        Field { name: "policy", keep: |want, live| want.access.policy.clone_from(&live.access.policy) },
        Field { name: "encryption", keep: |want, live| want.encryption = live.encryption.clone() },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, place, problems))
    }

    fn raise(live: &Live<Self>, _raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        Ok(spec::raise(live))
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    async fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> Observation<Self> {
        observe::observe(aws, wanted, survey).await
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        state::create(&entry.state, &entry.tags)
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
        vec![Change::DeleteRepository { name: live.state.name.clone(), permit }]
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        live.detail.holds()
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        let held = live.detail.blocks_deletion()?;
        Some(format!("`delete` means only while empty, and it holds {held}"))
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        let name = live.state.name.as_str();
        let delete = ["ecr", "delete-repository", "--repository-name", name];
        if live.detail.is_empty() {
            return vec![ByHand::run(delete)];
        }
        let [service, command, option, name] = delete;
        vec![
            ByHand::know("this deletes every image in it, for good"),
            ByHand::run([service, command, option, name, "--force"]),
        ]
    }

    fn notes(_live: Option<&Live<Self>>, _want: &State) -> Vec<String> {
        Vec::new()
    }

    fn checks(live: &Live<Self>, _want: &State) -> Vec<Check> {
        checks::checks(live)
    }

    fn usage(live: Option<&Live<Self>>, _state: &State) -> Vec<Usage> {
        usage::usage(live)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("RepositoryAlreadyExistsException")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
