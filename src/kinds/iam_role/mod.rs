//! `iam.role`: what a service or a person may take on, and what that allows.
//!
//! **Identity.** The name, unique per account whatever its case, and for all regions; the path is part of the ARN alone.
//! **Changed in place**: description, length of sessions, trust, policies, boundary, tags. **Never changed**: name and path.
//! **Exclusive.** Policies of its own and attached ones that nobody declared are drift, and go: else a right that somebody
//! added by hand would never be seen.
//! **Read** in four calls at once, and one for each policy of its own: of those that are declared at the same time, of
//! others after the list that told of them.
//! **Leftovers.** The tagging API does not know roles, and `ListRoles` leaves their tags out (API `ListRoles`). Asking
//! `ListRoleTags` of each would be hundreds of calls at rates that the whole account shares; looking below one path
//! alone would miss what was made elsewhere or taken over. `GetAccountAuthorizationDetails` tells the tags of 1,000 roles
//! a call. It also tells all policies, so it needs a permission that reads them; what it tells of roles that are not ours
//! is not kept.
//! **Deleted** once nothing is attached, and not while it is in an instance profile. It holds no data; a forgotten one is
//! a right that nobody needs. What names it by its ARN does not know the next one of its name.
//!
//! Tag keys that differ in case alone are one key to IAM (IAM user guide, "Tags for IAM resources").

mod apply;
mod change;
mod inline;
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

pub use change::{Change, Edit};
pub use inline::Inline;
pub use spec::Spec;
pub use state::{Detail, State};

/// The kind `iam.role`.
pub struct IamRole;

impl Kind for IamRole {
    const NAME: KindName = KindName::ROLE;
    const ABOUT: &'static str = "what a service or a person may take on, and what that allows";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "description", keep: |want, live| want.description.clone_from(&live.description) },
        Field { name: "max-session-seconds", keep: |want, live| want.max_session = live.max_session },
        Field { name: "trust", keep: |want, live| want.trust = live.trust.clone() },
        Field { name: "policies", keep: |want, live| want.policies.clone_from(&live.policies) },
        Field { name: "managed-policies", keep: |want, live| want.managed.clone_from(&live.managed) },
        Field { name: "permissions-boundary", keep: |want, live| want.boundary.clone_from(&live.boundary) },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        spec::lower(spec, place, problems)
    }

    fn raise(live: &Live<Self>, _raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        Ok(spec::raise(live))
    }

    fn name(state: &State) -> &str {
        &state.name
    }

    fn claim(state: &State) -> String {
        state.name.to_lowercase()
    }

    fn links(state: &mut State, visit: &mut dyn FnMut(Stage, &mut Link)) {
        for policy in state.policies.values_mut() {
            policy.links(&mut |link| visit(Stage::Itself, link));
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
        state::diff(&live.state, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagRole { role: live.state.name.clone(), before: live.tags.clone(), tags }
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

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        live.detail.blocks_deletion()
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        state::by_hand(&live.state)
    }

    fn notes(_live: Option<&Live<Self>>, _want: &State) -> Vec<String> {
        Vec::new()
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("EntityAlreadyExists")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
