//! What must wait for what: from names to edges between tasks.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Stage;
use crate::kind::erase::AnyTask;
use crate::kind::view::{StepView, Verb};
use crate::model::{Address, KindName};

/// One task, and what it waits for: positions in the list that it is in.
pub struct Node {
    /// What runs.
    pub task: Box<dyn AnyTask>,
    /// The step that it belongs to: its position among the steps.
    pub step: usize,
    /// The entries whose outputs it takes; its own, where a stage of the step has run before it.
    pub names: Vec<Address>,
    /// What must have gone well before it begins.
    pub needs: BTreeSet<usize>,
    /// What must have ended before it begins, whichever way.
    pub after: BTreeSet<usize>,
}

/// A step that may run: what is shown of it, what it names, and its tasks in order.
pub(super) struct Ready {
    pub(super) view: StepView,
    pub(super) names: Vec<(Stage, Address)>,
    /// What still hands on values that it brings, and has to let go of them before it is deleted.
    pub(super) handed: Vec<Address>,
    pub(super) tasks: Vec<(Stage, Box<dyn AnyTask>)>,
}

/// Whether an entry that names one with this verb must wait for it: it is not there, or not ours, before.
pub(super) fn is_awaited(verb: Verb) -> bool {
    matches!(verb, Verb::Create | Verb::Adopt | Verb::Restore)
}

/// The tasks of `steps` with their edges.
///
/// A stage waits for the stage before it, and for the entries that it names until they are there and ours.
/// What leaves is deleted in the reverse order of the kinds: those that name others come first, and whether
/// that went well AWS itself will tell, for it refuses to delete what is in use. Within a kind the parts of all
/// go first, for parts may name one another's resources; what can only go with others needs them to be gone that come
/// before it, such as their parts. What others hand on goes only once they have let go of it: AWS would not refuse.
pub(super) fn connect(steps: Vec<Ready>, kinds: &[KindName]) -> Vec<Node> {
    let rank = |view: &StepView| kinds.iter().position(|kind| *kind == view.address.kind);
    let mut nodes: Vec<Node> = Vec::new();
    let (mut first, mut deletes) = (BTreeMap::new(), Vec::new());
    let handed: Vec<_> = steps.iter().map(|step| step.handed.clone()).collect();
    let addresses: Vec<_> = steps.iter().map(|step| step.view.address.clone()).collect();
    for (step, ready) in steps.into_iter().enumerate() {
        let Ready { view, names, handed: _, tasks } = ready;
        let mut before = None;
        for (stage, task) in tasks {
            let at = nodes.len();
            if view.takes_away() {
                deletes.push((at, (rank(&view), stage)));
            } else if is_awaited(view.verb) && before.is_none() {
                first.insert(view.address.clone(), at);
            }
            let names = names.iter().filter(|(from, _)| *from <= stage).map(|(_, address)| address.clone());
            let own = before.map(|_| view.address.clone());
            let (names, needs) = (names.chain(own).collect(), before.into_iter().collect());
            nodes.push(Node { task, step, names, needs, after: BTreeSet::new() });
            before = Some(at);
        }
    }
    for (at, node) in nodes.iter_mut().enumerate() {
        let needs = node.names.iter().filter_map(|address| first.get(address).copied());
        node.needs.extend(needs.filter(|need| *need != at));
    }
    for (at, turn) in deletes.iter().filter(|(_, (_, stage))| *stage == Stage::Itself) {
        let before = deletes.iter().filter(|(_, other)| other > turn).map(|(other, _)| *other);
        let with = |other: &usize| nodes[*at].names.contains(&addresses[nodes[*other].step]);
        let with: Vec<_> = before.filter(with).collect();
        nodes[*at].needs.extend(with);
    }
    let letting_go: Vec<BTreeSet<_>> = nodes
        .iter()
        .map(|node| {
            let is_one = |other: &&Node| handed[node.step].contains(&addresses[other.step]);
            let places = nodes.iter().enumerate().filter(|(_, other)| is_one(other));
            places.map(|(at, _)| at).collect()
        })
        .collect();
    for (node, needs) in nodes.iter_mut().zip(letting_go) {
        node.needs.extend(needs);
    }
    for (at, turn) in &deletes {
        let later = deletes.iter().filter(|(_, other)| other > turn).map(|(other, _)| *other);
        nodes[*at].after.extend(later);
    }
    nodes
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::kind::task::{Done, StepError};
    use crate::kind::{ChangeView, Known, Risk, Run};

    const KINDS: [KindName; 3] = [KindName::VPC, KindName::SECURITY_GROUP, KindName::FILE_SYSTEM];

    struct Idle;

    impl AnyTask for Idle {
        fn run<'a>(
            self: Box<Self>,
            _run: &'a Run<'a>,
            _known: &'a Known,
        ) -> BoxFuture<'a, Result<Done, StepError>> {
            unreachable!("nothing runs here")
        }
    }

    fn step(verb: Verb, kind: KindName, key: &str, names: &[(Stage, &str)], stages: &[Stage]) -> Ready {
        let view = StepView::new(Address::new(kind, key), key, verb);
        let named = |(stage, key): &(Stage, &str)| (*stage, Address::new(KindName::SECURITY_GROUP, *key));
        let tasks = stages.iter().map(|stage| (*stage, Box::new(Idle) as Box<dyn AnyTask>)).collect();
        Ready { view, names: names.iter().map(named).collect(), handed: Vec::new(), tasks }
    }

    fn edges(nodes: &[Node]) -> Vec<(Vec<usize>, Vec<usize>)> {
        let list = |ids: &BTreeSet<usize>| ids.iter().copied().collect();
        nodes.iter().map(|node| (list(&node.needs), list(&node.after))).collect()
    }

    use Stage::{Itself, Parts};

    #[test]
    fn two_whose_parts_name_each_other_are_no_cycle() {
        let group = |key, other| {
            step(
                Verb::Create,
                KindName::SECURITY_GROUP,
                key,
                &[(Parts, other), (Parts, key)],
                &[Itself, Parts],
            )
        };
        let nodes = connect(vec![group("a", "b"), group("b", "a")], &KINDS);
        let none = || (vec![], vec![]);
        assert_eq!(edges(&nodes), [none(), (vec![0, 2], vec![]), none(), (vec![0, 2], vec![])]);
        assert_eq!(nodes.iter().map(|node| node.step).collect::<Vec<_>>(), [0, 0, 1, 1]);
    }

    #[test]
    fn only_what_is_not_there_or_not_ours_is_waited_for() {
        for (verb, waits) in
            [(Verb::Create, true), (Verb::Adopt, true), (Verb::Restore, true), (Verb::Update, false)]
        {
            let named = step(verb, KindName::SECURITY_GROUP, "a", &[], &[Itself, Parts]);
            let names = step(Verb::Update, KindName::FILE_SYSTEM, "f", &[(Parts, "a")], &[Itself, Parts]);
            let needs = if waits { vec![0, 2] } else { vec![2] };
            assert_eq!(edges(&connect(vec![named, names], &KINDS))[3], (needs, vec![]), "{verb}");
        }
    }

    #[test]
    fn what_is_taken_over_by_its_parts_alone_is_waited_for_all_the_same() {
        let named = step(Verb::Adopt, KindName::SECURITY_GROUP, "a", &[], &[Parts]);
        let names = step(Verb::Create, KindName::FILE_SYSTEM, "f", &[(Itself, "a")], &[Itself]);
        assert_eq!(edges(&connect(vec![named, names], &KINDS))[1], (vec![0], vec![]));
    }

    /// Should the rules of one stay, AWS would refuse the other for as long as anybody waited.
    #[test]
    fn what_can_only_go_with_another_needs_its_parts_to_be_gone() {
        let gone = |key, other| {
            step(Verb::Delete, KindName::SECURITY_GROUP, key, &[(Itself, other)], &[Parts, Itself])
        };
        let nodes = connect(vec![gone("a", "b"), gone("b", "a")], &KINDS);
        let (first, last) = ((vec![], vec![]), (vec![0, 2], vec![0, 2]));
        assert_eq!(edges(&nodes), [first.clone(), last.clone(), first, last]);
    }

    /// Others may still take its value for what is there.
    #[test]
    fn what_others_hand_on_needs_them_to_let_go_of_it() {
        let group = |key| step(Verb::Delete, KindName::SECURITY_GROUP, key, &[], &[Parts, Itself]);
        let exports = step(Verb::Update, KindName::FILE_SYSTEM, "exports", &[], &[Itself]);
        let mut handed = group("handed");
        handed.handed = vec![exports.view.address.clone()];
        let nodes = connect(vec![handed, group("other"), exports], &KINDS);
        let needs: Vec<_> = nodes.iter().map(|node| node.needs.iter().copied().collect::<Vec<_>>()).collect();
        assert_eq!(needs, [vec![4], vec![0, 4], vec![], vec![2], vec![]]);
    }

    /// Where all is destroyed, a group goes once the file system's mount targets and the load balancer are gone.
    #[test]
    fn what_is_held_by_another_kind_needs_that_to_be_gone() {
        let mut group = step(Verb::Delete, KindName::SECURITY_GROUP, "g", &[], &[Parts, Itself]);
        let mut files = step(Verb::Update, KindName::FILE_SYSTEM, "f", &[], &[Parts]);
        let mut change = ChangeView::new("elasticfilesystem:DeleteMountTarget", Vec::new());
        change.risk = Some(Risk::CutsOff);
        files.view.changes.push(change);
        group.names = vec![(Itself, files.view.address.clone())];
        let nodes = connect(vec![group, files], &KINDS);
        assert_eq!(edges(&nodes), [(vec![], vec![2]), (vec![0, 2], vec![0, 2]), (vec![], vec![])]);
    }

    #[test]
    fn what_leaves_goes_in_the_reverse_order_of_the_kinds() {
        let gone = |kind, key| step(Verb::Delete, kind, key, &[], &[Itself]);
        let group = |key| gone(KindName::SECURITY_GROUP, key);
        let nodes = connect(vec![group("a"), group("b"), gone(KindName::FILE_SYSTEM, "f")], &KINDS);
        assert_eq!(edges(&nodes), [(vec![], vec![2]), (vec![], vec![2]), (vec![], vec![])]);
    }
}
