use std::collections::BTreeMap;

use proptest::prelude::*;

use super::traffic::any_traffic;
use super::*;

/// Rules as AWS can have them: no two with the same traffic and peer. Few peers and descriptions, and the same traffic
/// often, so that two lists have something in common.
fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    let traffic = prop_oneof![
        3 => prop::sample::select(vec![Traffic::All, tcp(443, 443), tcp(0, 65_535)]),
        1 => any_traffic()
    ];
    let peer = prop_oneof![
        prop::sample::select(vec!["0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.0/16"]).prop_map(range),
        prop::sample::select(vec!["1", "2"]).prop_map(|it| group(it, Some(&format!("sg-{it}")))),
        prop::sample::select(vec!["sg-1", "sg-2", "sg-3"]).prop_map(Peer::group),
        Just(Peer::PrefixList("pl-1".to_owned())),
    ];
    let description = prop::sample::select(vec!["", "a", "b"]);
    let one = (traffic, peer, description).prop_map(|(traffic, peer, text)| Rule {
        traffic,
        peer,
        description: description_of(text),
    });
    prop::collection::vec(one, 0..8).prop_map(|rules| {
        let unique: BTreeMap<_, _> = rules.into_iter().map(|rule| (identity(&rule), rule)).collect();
        unique.into_values().collect::<Vec<_>>()
    })
}

/// What AWS tells a rule by.
fn identity(rule: &Rule) -> (Traffic, String) {
    let peer = match &rule.peer {
        Peer::Group(link) => link.value().unwrap().to_owned(),
        peer => peer.to_string(),
    };
    (rule.traffic, peer)
}

/// What AWS would show of `rules`.
fn seen(rules: &[Rule]) -> BTreeMap<(Traffic, String), Option<String>> {
    rules.iter().map(|rule| (identity(rule), rule.description.clone())).collect()
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(rules in any_rules()) {
        prop_assert_eq!(diff(&rules, &rules), RuleDiff::default());
    }

    /// Done call by call, as AWS would: each call must find what it says, and leave what is declared.
    #[test]
    fn what_is_done_is_what_was_declared(live in any_rules(), want in any_rules()) {
        let RuleDiff { add, remove, describe } = diff(&live, &want);
        let mut is = seen(&live);
        for rule in &add {
            prop_assert_eq!(is.insert(identity(rule), rule.description.clone()), None);
        }
        for (before, after) in &describe {
            prop_assert_eq!(identity(before), identity(after));
            let was = is.insert(identity(after), after.description.clone());
            prop_assert_eq!(was, Some(before.description.clone()));
            prop_assert_ne!(&before.description, &after.description);
        }
        for rule in &remove {
            prop_assert_eq!(is.remove(&identity(rule)), Some(rule.description.clone()));
        }
        prop_assert_eq!(is, seen(&want));
    }

    #[test]
    fn the_order_of_either_side_says_nothing(
        (live, mixed_live) in any_rules().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
        (want, mixed_want) in any_rules().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
    ) {
        prop_assert_eq!(diff(&live, &want), diff(&mixed_live, &mixed_want));
    }

    /// Names are for people: what is done is the same.
    #[test]
    fn names_change_nothing(live in any_rules(), want in any_rules()) {
        let known: Vec<_> = known(&want).collect();
        let mut called = live.clone();
        named(&mut called, &known);
        let (plain, called) = (diff(&live, &want), diff(&called, &want));
        prop_assert_eq!(seen(&plain.add), seen(&called.add));
        prop_assert_eq!(seen(&plain.remove), seen(&called.remove));
        prop_assert_eq!(plain.describe.len(), called.describe.len());
    }
}

#[test]
fn what_is_not_known_yet_is_added() {
    let want = [rule(tcp(2049, 2049), group("clients", None))];
    let live = [rule(tcp(2049, 2049), Peer::group("sg-1"))];
    let RuleDiff { add, remove, describe } = diff(&live, &want);
    assert_eq!((add.len(), remove, describe), (1, live.to_vec(), vec![]));

    let mut want = want;
    for link in links_mut(&mut want) {
        link.resolve(Some(Outputs::default().with(Outputs::ID, "sg-1")));
    }
    assert_eq!(diff(&live, &want), RuleDiff::default());
}

#[test]
fn groups_are_called_by_their_entries() {
    let declared = [rule(Traffic::All, group("clients", Some("sg-1"))), rule(tcp(1, 1), group("new", None))];
    let own = entry("nfs");
    let known: Vec<_> = known(&declared).chain([("sg-2", &own)]).collect();
    let mut live = ["sg-1", "sg-2", "sg-3"].map(|id| rule(tcp(22, 22), Peer::group(id)));
    named(&mut live, &known);
    assert_eq!(
        live.each_ref().map(|rule| rule.peer.to_string()),
        ["ec2.security-group.clients", "ec2.security-group.nfs", "sg-3"]
    );
    let ids: Vec<_> = links(&live).filter_map(Link::value).collect();
    assert_eq!(ids, ["sg-1", "sg-2", "sg-3"]);
}
