//! `elbv2.listener`: a port of a load balancer, and what it answers.
//!
//! **Identity.** The load balancer and the port: a load balancer has one listener on each port. AWS would move a
//! listener to another port; here that is another listener. A creation with the settings of a listener that is there
//! succeeds and gives that one (API `CreateListener`), so whose it is is read once more after it.
//! **Changed in place**: protocol, TLS, certificates, the default action, tags.
//! **Read**: `DescribeListeners` has no tags, no further certificates and no rules; each is a call of its own.
//! **Rules** are never ours: they are told of, and keep a listener that left the manifest.
//! **Leftovers**: listeners with the manifest's mark on the load balancers that entries name, and on those that carry
//! the mark themselves.
//! **Deleted**: it holds no data. One of a load balancer that is kept is kept with it.

mod action;
mod apply;
mod checks;
mod observe;
mod raise;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod tls;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::kind::{
    ByHand, Check, Delta, Entry, Field, Kind, Live, Observation, Place, Raised, Raising, Run, Stage, Survey,
    Wanted,
};
use crate::model::problem::Problems;
use crate::model::{KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use action::{Action, FixedResponse, Redirect};
pub use spec::Spec;
pub use state::{Change, Detail, Edit, Mutual, State, Tls};

/// The kind `elbv2.listener`.
pub struct Elbv2Listener;

impl Kind for Elbv2Listener {
    const NAME: KindName = KindName::LISTENER;
    const ABOUT: &'static str = "a port of a load balancer, and what it answers";
    const ON_DELETE: &'static [OnDelete] = &[OnDelete::Delete, OnDelete::Retain];
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "certificate",
            keep: |want, live| {
                both(want, live, |want, live| want.certificate.clone_from(&live.certificate));
            },
        },
        Field {
            name: "extra-certificates",
            keep: |want, live| both(want, live, |want, live| want.extra.clone_from(&live.extra)),
        },
        Field {
            name: "tls-policy",
            keep: |want, live| both(want, live, |want, live| want.policy.clone_from(&live.policy)),
        },
        Field { name: "fixed-response", keep: |want, live| want.action.clone_from(&live.action) },
        Field { name: "redirect", keep: |want, live| want.action.clone_from(&live.action) },
    ];

    type Spec = Spec;
    type State = State;
    type Detail = Detail;
    type Change = Change;

    fn lower(spec: &Spec, _key: &str, _place: &Place, problems: &mut Problems) -> Option<State> {
        spec::lower(spec, problems)
    }

    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Spec>, String> {
        raise::raise(live, raising)
    }

    fn name(state: &State) -> &str {
        state.called()
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
        state::diff(&live.state, want)
    }

    fn retag(live: &Live<Self>, tags: Tags) -> Change {
        Change::AddTags { before: live.tags.clone(), tags }
    }

    fn restore(_live: &Live<Self>) -> Option<Change> {
        None
    }

    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Change> {
        let State { port, .. } = live.state;
        vec![Change::DeleteListener { called: live.state.called().to_owned(), port, permit }]
    }

    fn holds(live: &Live<Self>) -> Option<String> {
        live.detail.words()
    }

    fn blocks_deletion(live: &Live<Self>, _leaving: &[&Live<Self>]) -> Option<String> {
        live.detail.words().map(|rules| format!("it has {rules} of others"))
    }

    fn by_hand(live: &Live<Self>) -> Vec<ByHand> {
        let arn = live.outputs.get(Outputs::ARN).unwrap_or_default();
        vec![ByHand::run(["elbv2", "delete-listener", "--listener-arn", arn])]
    }

    fn part_of(live: &Live<Self>) -> Option<(KindName, &str)> {
        Some((KindName::LOAD_BALANCER, live.state.load_balancer.value()?))
    }

    fn notes(live: Option<&Live<Self>>, _want: &State) -> Vec<String> {
        state::notes(live)
    }

    fn checks(live: &Live<Self>, want: &State) -> Vec<Check> {
        checks::checks(live, want)
    }

    fn already_exists(error: &CallError) -> bool {
        error.is(apply::DUPLICATE)
    }

    async fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Change,
        outputs: &'a mut Outputs,
    ) -> Result<(), CallError> {
        apply::perform(run, change, outputs).await
    }
}

/// Keeps something of TLS, where both speak it.
fn both(want: &mut State, live: &State, keep: fn(&mut Tls, &Tls)) {
    if let (Some(want), Some(live)) = (&mut want.tls, &live.tls) {
        keep(want, live);
    }
}
