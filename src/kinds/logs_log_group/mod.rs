//! `logs.log-group`: where logs are kept, and for how long.
//!
//! **Identity.** The name, unique per account and Region; the ARN follows from it, so both calls about a group are
//! made at once. **Changed in place**: retention, KMS key, deletion protection, tags. **Never changed**: name and class.
//! **Leftovers**: no call of the service filters by tags, and `ListTagsForResource` of each group of the Region would take a
//! second for five of them (AWS General Reference, "Amazon `CloudWatch` Logs endpoints and quotas"). So `GetResources` of the
//! tagging API says which to look at, and each is then read like one that an entry names. It lags by minutes; as nothing here
//! is ever deleted, a group that it does not name yet is only not listed yet. See docs/decisions/003.
//! **Deleted**: never. Logs are data; `DeleteLogGroup` is not in the table of permitted calls.
//!
//! `DescribeLogGroups` takes a prefix, which finds longer names too. Lambda makes a group without tags where there is
//! none, to be kept for ever: that one is nobody's, and can be adopted.
//!
//! Subscription and metric filters, index and data protection policies are not read and not touched.

mod apply;
mod observe;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod usage;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Survey, Usage, Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, OnDelete, Outputs, Setting, Tags};

pub use spec::Spec;
pub use state::{Change, Detail, State};

/// The kind `logs.log-group`.
pub struct LogsLogGroup;

impl Kind for LogsLogGroup {
    const NAME: KindName = KindName::LOG_GROUP;
    const ABOUT: &'static str = "where logs are kept, and for how long";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field { name: "retention-days", keep: |want, live| want.retention = live.retention },
        Field { name: "kms-key", keep: |want, live| want.kms_key.clone_from(&live.kms_key) },
        Field { name: "deletion-protection", keep: |want, live| want.is_protected = live.is_protected },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, place: &Place, problems: &mut Problems) -> Option<State> {
        Some(spec::lower(spec, place, problems))
    }

    fn raise(live: &Live<Self>, _raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        spec::raise(&live.state)
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

    fn delete(_live: &Live<Self>, _permit: Permit) -> Vec<Change> {
        Vec::new()
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        live.detail.holds()
    }

    fn blocks_deletion(_live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        Some("a log group is never deleted by infra".to_owned())
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        let mut lines = vec![ByHand::know("its logs are gone for good then")];
        if live.state.is_protected {
            let off =
                ["logs", "put-log-group-deletion-protection", "--log-group-identifier", &live.state.name];
            let off = off.into_iter().chain(["--no-deletion-protection-enabled"]);
            lines.push(ByHand::Run(off.map(str::to_owned).collect()));
        }
        lines.push(ByHand::run(["logs", "delete-log-group", "--log-group-name", &live.state.name]));
        lines
    }

    fn notes(_live: Option<&Live<Self>>, _want: &State) -> Vec<String> {
        Vec::new()
    }

    fn usage(live: Option<&Live<Self>>, state: &State) -> Vec<Usage> {
        usage::usage(live, state)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is("ResourceAlreadyExistsException")
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}
