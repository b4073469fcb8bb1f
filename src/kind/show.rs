//! Shows decisions as plain data.

use super::check;
use super::decide::{Act, Decision};
use super::usage::{Usage, Uses};
use super::view::{Seen, StepView, Verb};
use super::{Describe, Entry, Found, Kind, Live, Phase};
use crate::model::{Address, Outputs, size};

/// Shows a decision about `entry` as plain data.
pub fn entry<K: Kind>(entry: &Entry<K>, found: &Found<K>, decision: &Decision<K>) -> StepView {
    let live = found.live();
    let decided =
        !matches!(decision, Decision::Unknown(_) | Decision::NamesUnknown(..) | Decision::Blocked(_));
    let mut view = view(entry.address.clone(), K::name(&entry.state), decision);
    view.location = Some(entry.location.clone());
    view.id = id(live);
    view.seen = live.map(|live| Box::new(seen(live)));
    view.checks = check::of(entry, found, decision);
    view.secret = K::secret(live, &entry.state);
    view.uses = uses(live, decision, || match live {
        Some(there) => K::usage(live, &entry.wanted_beside(&there.state)),
        None => K::usage(None, &entry.state),
    });
    if decided {
        view.notes = K::notes(live, &entry.state);
        view.asks = K::asks(live, &entry.state);
    }
    let Some(live) = live else { return view };
    let others = live.tags.unmanaged(&entry.tags);
    if others > 0 {
        let are = if others == 1 { "is" } else { "are" };
        view.remarks.push(format!("{} {are} left alone", size::count(others, "other tag")));
    }
    if let (Decision::Act(Act::Adopt, _), Some(held)) = (decision, K::holds(live)) {
        view.remarks.push(format!("it holds {held}"));
    }
    if let Some(mark) = live.tags.stack().filter(|_| decided) {
        view.remarks.push(format!("the CloudFormation stack `{}` made it and has released it", mark.name));
    }
    view
}

/// Shows a decision about a resource that left the manifest and is called `address`.
pub fn leftover<K: Kind>(address: Address, live: &Live<K>, decision: &Decision<K>) -> StepView {
    let mut view = view(address, K::name(&live.state), decision);
    view.id = id(Some(live));
    view.seen = Some(Box::new(seen(live)));
    // It becomes nothing that is declared.
    view.uses = uses(Some(live), decision, || K::usage(Some(live), &live.state));
    view
}

/// What a resource is billed for. What is on its way out is not: there is no charge for a secret that is scheduled for
/// deletion (Secrets Manager user guide, “Delete a secret”), and what is being deleted ends any moment.
fn uses<K: Kind>(
    live: Option<&Live<K>>,
    decision: &Decision<K>,
    wanted: impl FnOnce() -> Vec<Usage>,
) -> Uses {
    let active = live.filter(|live| live.phase == Phase::Active);
    let now = active.map(|live| K::usage(Some(live), &live.state)).unwrap_or_default();
    let then = match decision {
        Decision::Act(Act::Delete, _) => Vec::new(),
        Decision::Act(Act::Create | Act::Update | Act::Adopt | Act::Restore, _) | Decision::InSync => {
            wanted()
        }
        // It stays as it is.
        Decision::Keep(_) | Decision::Blocked(_) | Decision::Unknown(_) | Decision::NamesUnknown(..) => {
            now.clone()
        }
    };
    Uses { now, then }
}

fn seen<K: Kind>(live: &Live<K>) -> Seen {
    Seen {
        created: live.created.clone(),
        leaving: match &live.phase {
            Phase::Active => None,
            Phase::PendingDeletion { date } => Some(format!("scheduled for deletion since {date}")),
            Phase::Deleting => Some("being deleted".to_owned()),
        },
        settings: K::settings(&live.state),
        tags: live.tags.clone(),
        outputs: live.outputs.clone(),
        holds: K::holds(live),
    }
}

fn id<K: Kind>(live: Option<&Live<K>>) -> Option<String> {
    live.and_then(|live| live.outputs.get(Outputs::ID)).map(str::to_owned)
}

fn view<K: Kind>(address: Address, name: &str, decision: &Decision<K>) -> StepView {
    let mut view = StepView::new(address, name, Verb::InSync);
    match decision {
        Decision::InSync => {}
        Decision::Act(act, changes) => {
            view.verb = match act {
                Act::Create => Verb::Create,
                Act::Update => Verb::Update,
                Act::Adopt => Verb::Adopt,
                Act::Restore => Verb::Restore,
                Act::Delete => Verb::Delete,
            };
            view.changes = changes.iter().map(Describe::describe).collect();
        }
        Decision::Keep(why) => {
            view.verb = Verb::Keep;
            view.reason = Some(why.clone());
        }
        Decision::Blocked(block) => {
            view.verb = Verb::Blocked;
            view.reason = Some(block.reason.clone());
            view.help = Some(block.help.clone());
            view.immutable.clone_from(&block.immutable);
        }
        Decision::NamesUnknown(address, _) => {
            view.verb = Verb::Unknown;
            view.reason = Some(format!("it names {address}, which could not be read"));
        }
        Decision::Unknown(error) => {
            view.verb = Verb::Unknown;
            view.reason = Some(error.to_string());
            view.help = error.class.help().map(str::to_owned);
        }
    }
    view
}
