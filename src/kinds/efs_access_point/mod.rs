//! `efs.access-point`: a way into a file system, as one user below one directory.
//!
//! **Identity.** AWS picks the id. The client token, made of account, region, manifest and name, is kept by AWS
//! and told in every answer; a second creation with it is refused. One that was made elsewhere has another
//! token and is found by its `Name` tag and its path, or by the `id` in its entry; see [`crate::kind::named`].
//! **Changed in place**: tags. Everything else is for ever, and the id is what others mount by, so a difference
//! is blocked and not a replacement.
//! **Leftovers**: `DescribeAccessPoints` lists every access point of the region with its tags.
//! **Deleted**: it holds no data. One of a file system that is kept is kept with it.

mod apply;
mod observe;
mod spec;
mod state;
#[cfg(test)]
mod tests;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use spec::Spec;
pub use state::{Change, Directory, State, User};

/// The kind `efs.access-point`.
pub struct EfsAccessPoint;

impl Kind for EfsAccessPoint {
    const NAME: KindName = KindName::ACCESS_POINT;
    const ABOUT: &'static str = "a way into a file system, as one user below one directory";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] =
        &[Field { name: "create", keep: |want, live| want.create.clone_from(&live.create) }];

    type Spec = Spec;
    type State = State;
    type Detail = ();
    type Change = Change;

    fn lower(spec: &Spec, key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, key, place, problems))
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        spec::raise(live, raising)
    }

    fn stand_in(state: &State) -> Option<&str> {
        state.name.is_empty().then_some(state.path.as_str())
    }

    fn name(state: &State) -> &str {
        state.called()
    }

    fn tags(state: &State) -> Tags {
        state.tags()
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        visit(Stage::Itself, &mut state.file_system);
    }

    async fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> Observation<Self> {
        observe::observe(aws, wanted, survey).await
    }

    fn create(entry: &Entry<Self>) -> Vec<Change> {
        vec![Change::CreateAccessPoint { state: Box::new(entry.state.clone()), tags: entry.tags.clone() }]
    }

    fn settings(state: &State) -> Vec<Setting> {
        state::settings(state)
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        state::diff(&live.state, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagResource { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        vec![Change::DeleteAccessPoint { path: live.state.path.clone(), permit }]
    }

    fn holds(_live: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(_live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        // The files are the file system's, and what is mounted stays mounted.
        None
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        let id = live.outputs.get(Outputs::ID).unwrap_or_default();
        vec![ByHand::run(["efs", "delete-access-point", "--access-point-id", id])]
    }

    fn part_of(live: &Live<Self>) -> Option<(KindName, &str)> {
        Some((KindName::FILE_SYSTEM, live.state.file_system.value()?))
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        state::notes(live.is_some(), want)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("AccessPointAlreadyExists")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
