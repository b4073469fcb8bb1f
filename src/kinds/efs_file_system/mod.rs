//! `efs.file-system`: a network file system and its mount targets.
//!
//! **Identity.** AWS picks the id. The creation token, made of account, region, manifest and name, is unique as
//! long as the file system lives, so a second creation is refused. One that was made elsewhere has another
//! token and is found by its `Name` tag, or by the `id` in its entry; see [`crate::kind::named`].
//! **Changed in place**: throughput, lifecycle, backups, replication overwrite protection, policy, tags, the
//! security groups of mount targets. **Never changed**: encryption and its key, performance mode, zone.
//! **Mount targets** have no tags and no entries of their own: there is one in each zone of the network that
//! the entry names. Missing ones are made; others are left alone.
//! **Leftovers**: `DescribeFileSystems` lists every file system with its tags.
//! **Deleted** never: there is no call for it in this program, whatever a tag says. Only `infra destroy` takes its
//! mount targets away; the files stay.

mod apply;
mod change;
mod leaving;
pub mod lifecycle;
pub mod mounts;
mod observe;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod usage;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey,
    Usage, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use change::Change;
pub use spec::Spec;
pub use state::{Detail, State, Stored};

/// The kind `efs.file-system`.
pub struct EfsFileSystem;

impl Kind for EfsFileSystem {
    const NAME: KindName = KindName::FILE_SYSTEM;
    const ABOUT: &'static str = "a network file system and its mount targets";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "throughput-mode", keep: |want, live| want.throughput = live.throughput },
        Field { name: "lifecycle", keep: |want, live| want.lifecycle = live.lifecycle },
        Field { name: "backups", keep: |want, live| want.backups = live.backups },
        Field {
            name: "replication-overwrite-protection",
            keep: |want, live| want.overwrite_protection = live.overwrite_protection,
        },
        Field { name: "policy", keep: |want, live| want.policy.clone_from(&live.policy) },
        Field { name: "mount-targets", keep: |want, live| want.mounts.clone_from(&live.mounts) },
    ];

    const STRIPPED: bool = true;

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, place, problems))
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        Ok(spec::raise(live, raising))
    }

    fn stand_in(state: &State) -> Option<&str> {
        state.name.is_empty().then_some("")
    }

    fn name(state: &State) -> &str {
        state.called()
    }

    fn tags(state: &State) -> Tags {
        state.tags()
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        state.mounts.links(visit);
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
        state::diff(&live.state, want)
    }

    fn stage(change: &Change) -> Stage {
        change.stage()
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagResource { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(_live: &Live<Self>, _permit: Permit) -> Vec<Change> {
        Vec::new()
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        Some(state::holds(live))
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        Some(format!("a file system is never deleted by infra, and this one holds {}", state::holds(live)))
    }

    fn strip(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        leaving::strip(&live.state.mounts, permit)
    }

    fn grips(live: &Live<Self>) -> Vec<String> {
        leaving::grips(live)
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        leaving::by_hand(live)
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        let is = live.map(|live| &live.state.mounts);
        want.mounts.notes(is, want.availability_zone.as_deref())
    }

    fn checks(live: &Live<Self>, want: &State) -> Vec<Check> {
        want.mounts.checks(&live.state.mounts, want.availability_zone.as_deref())
    }

    fn usage(live: Option<&Live<Self>>, state: &State) -> Vec<Usage> {
        usage::usage(live, state)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("FileSystemAlreadyExists")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
