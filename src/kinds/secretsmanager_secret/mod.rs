//! `secretsmanager.secret`: a secret, who may read it, and where its value comes from.
//!
//! **Identity.** The name, unique per account and Region. The ARN ends in six characters that AWS picks,
//! so the name is used in every call. **Changed in place**: description, KMS key, resource policy,
//! rotation, tags.
//! **Pending deletion**: `DescribeSecret` still answers; the entry *restores* it.
//! **Leftovers**: `ListSecrets` with the manifest's mark as filter, secrets pending deletion included.
//! The list may lag by five minutes (API `ListSecrets`), so each hit is described before it counts.
//! **Deleted** only with a recovery window of 30 days.
//!
//! `GetSecretValue` is never called; it is not in the table of permitted calls.

mod age;
mod apply;
mod change;
mod checks;
mod notes;
mod observe;
mod rotate;
mod rotation;
mod spec;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod value;
mod versions;
mod write;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, ChangeView, Check, Delta, Entry, Field, Kind, Live, Observation, Phase, Place, Raised, Raising,
    Run, SecretView, Survey, Usage, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Meter, OnDelete, Outputs, Setting, Tags};
use crate::value::Source;

pub use change::Change;
pub use rotation::{Rotation, RotationSpec};
pub use spec::Spec;
pub use state::{Detail, State};
pub use value::{Elsewhere, Format, ValueSpec, Wish};
pub use versions::Versions;

/// The kind `secretsmanager.secret`.
pub struct SecretsManagerSecret;

impl Kind for SecretsManagerSecret {
    const NAME: KindName = KindName::SECRET;
    const ABOUT: &'static str = "a secret, who may read it, and where its value comes from";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Retain, OnDelete::Delete];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "description", keep: |want, live| want.description.clone_from(&live.description) },
        Field { name: "kms-key", keep: |want, live| want.kms_key.clone_from(&live.kms_key) },
        // Both fields: with only one of them kept, the denial could leave out other roles than are let in.
        Field { name: "readers", keep: |want, live| want.access.granted.clone_from(&live.access.granted) },
        Field { name: "policy", keep: |want, live| want.access.policy.clone_from(&live.access.policy) },
        Field { name: "rotation", keep: |want, live| want.rotation.clone_from(&live.rotation) },
    ];
    const CONFIDENTIAL: bool = true;

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, key, place, problems))
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
        state::create(entry)
    }

    fn settings(state: &State) -> Vec<Setting> {
        state::settings(state)
    }

    fn diff(live: &Live<Self>, want: &State) -> Vec<Delta<Change>> {
        state::diff(live, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::TagResource { name: live.state.name.clone(), before: live.tags.clone(), tags }
    }

    fn restore(live: &Live<Self>) -> Option<Change> {
        match &live.phase {
            Phase::Active | Phase::Deleting => None,
            Phase::PendingDeletion { date } => {
                Some(Change::RestoreSecret { name: live.state.name.clone(), scheduled: date.clone() })
            }
        }
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        vec![Change::DeleteSecret { name: live.state.name.clone(), permit }]
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        live.detail.holds()
    }

    fn blocks_deletion(_live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        // A scheduled deletion can be undone for 30 days, so a value does not stand in its way.
        None
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        // By its ARN: a name may be another secret's by then.
        let secret = live.outputs.get(Outputs::ARN).unwrap_or(&live.state.name);
        vec![ByHand::run([
            "secretsmanager",
            "delete-secret",
            "--secret-id",
            secret,
            "--recovery-window-in-days",
            "30",
        ])]
    }

    fn notes(live: Option<&Live<Self>>, want: &State) -> Vec<String> {
        notes::notes(live, want)
    }

    fn checks(live: &Live<Self>, want: &State) -> Vec<Check> {
        checks::checks(live, want)
    }

    fn usage(_live: Option<&Live<Self>>, _state: &State) -> Vec<Usage> {
        vec![Usage::fixed(Meter::Secret, 1), Usage::used(Meter::SecretRequests)]
    }

    fn asks(live: Option<&Live<Self>>, want: &State) -> bool {
        want.value.source == Some(Source::Prompt) && !live.is_some_and(|live| live.detail.has_value())
    }

    fn is_one_thing(want: &State) -> bool {
        want.value.is_given()
    }

    fn secret(live: Option<&Live<Self>>, want: &State) -> Option<SecretView> {
        Some(status::of(live, want))
    }

    fn gives_way(shown: &[ChangeView], live: &Live<Self>, want: &State) -> bool {
        state::gives_way(shown, live, want)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("ResourceExistsException")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
