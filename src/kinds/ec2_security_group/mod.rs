//! `ec2.security-group`: who may reach what is in it, and what that may reach.
//!
//! **Identity.** The VPC and the name, in which the case of letters does not count; AWS picks the id. There is no
//! token: a second creation is refused. **Changed in place**: rules, their descriptions, tags. **Never changed**:
//! name, VPC and description, for whatever is in the group would have to move over.
//! **Read**: `DescribeSecurityGroups` has it all, tags included; a survey lists every group of the region.
//! **Leftovers**: those of the list with the manifest's mark; network interfaces, and rules of other groups, tell
//! what uses them.
//! **Deleted** only while nothing uses it: AWS refuses otherwise. Rules that name other groups go before, so that
//! groups that name each other can leave together.

mod apply;
mod holders;
mod observe;
pub mod rules;
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

pub use holders::{Holders, Interface, Naming};
pub use spec::Spec;
pub use state::{Because, Change, Detail, State};

/// The kind `ec2.security-group`.
pub struct Ec2SecurityGroup;

impl Kind for Ec2SecurityGroup {
    const NAME: KindName = KindName::SECURITY_GROUP;
    const ABOUT: &'static str = "who may reach what is in it, and what that may reach";
    // It holds nothing, and AWS keeps one that is in use.
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "ingress", keep: |want, live| want.ingress.clone_from(&live.ingress) },
        Field { name: "egress", keep: |want, live| want.egress.clone_from(&live.egress) },
    ];
    const FOUND_BY_LINKS: bool = true;

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, _place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, problems))
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        spec::raise(live, raising)
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn claim(state: &State) -> String {
        state.claim()
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

    fn stage(change: &Change) -> Stage {
        change.stage()
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::CreateTags { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        state::delete(live, permit)
    }

    fn holds(_live: &Live<Self>) -> Option<String> {
        None
    }

    fn blocks_deletion(live: &Live<Self>, leaving: &[&Live<Self>]) -> Option<String> {
        state::blocks_deletion(live, leaving)
    }

    fn release(live: &mut Live<Self>, goes: &mut dyn FnMut(&str) -> bool) {
        if let Some(holders) = &mut live.detail.holders {
            holders.interfaces.retain(|interface| !goes(&interface.what));
        }
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        let id = live.outputs.get(Outputs::ID).unwrap_or_default();
        vec![ByHand::run(["ec2", "delete-security-group", "--group-id", id])]
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        state::notes(live.map(|live| &live.state), want)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("InvalidGroup.Duplicate")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
