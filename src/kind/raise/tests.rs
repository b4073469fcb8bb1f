use super::*;

const GROUP: KindName = KindName::SECURITY_GROUP;
const REPOSITORY: KindName = KindName { service: "ecr", resource: "repository" };

fn keys_of(names: &[(KindName, &str)]) -> Vec<String> {
    let called =
        names.iter().map(|(kind, name)| Called { kind: *kind, word: (*name).to_owned(), is_name: true });
    keys(&called.collect::<Vec<_>>())
}

#[test]
fn keys_are_names_without_what_all_begin_with() {
    let names = [
        (REPOSITORY, "webordinary/claude-code-astro"),
        (GROUP, "webordinary-workspaces"),
        (GROUP, "webordinary-workspaces-clients"),
    ];
    assert_eq!(keys_of(&names), ["claude-code-astro", "workspaces", "workspaces-clients"]);
    // Something is left of each, and half a word is no word.
    assert_eq!(keys_of(&[(GROUP, "team"), (GROUP, "team-nfs")]), ["team", "team-nfs"]);
    assert_eq!(keys_of(&[(GROUP, "team-a"), (GROUP, "teams-b")]), ["team-a", "teams-b"]);
    assert_eq!(keys_of(&[(GROUP, "team-nfs")]), ["team-nfs"]);
}

#[test]
fn every_key_is_one_and_stands_once() {
    let long = "x-".repeat(300);
    let names = [
        (GROUP, "Team NFS"),
        (GROUP, "team_nfs"),
        (GROUP, "team-nfs-2"),
        (GROUP, "日本"),
        (GROUP, "--"),
        (REPOSITORY, "Team NFS"),
        (GROUP, long.as_str()),
    ];
    let keys = keys_of(&names);
    assert!(keys.iter().all(|key| crate::kind::entry::is_key(key) && key.len() <= MAX_KEY), "{keys:?}");
    let all: BTreeSet<_> = names.iter().zip(&keys).map(|((kind, _), key)| (kind, key)).collect();
    assert_eq!(all.len(), names.len(), "{keys:?}");
    assert_eq!(
        keys.iter().take(6).map(String::as_str).collect::<Vec<_>>(),
        ["team-nfs", "team-nfs-2", "team-nfs-2-2", "security-group", "security-group-2", "team-nfs"],
    );
}

#[test]
fn tags_of_all_are_those_that_each_has_with_one_value() {
    let tags = |pairs: &[(&str, &str)]| -> Tags { pairs.iter().copied().collect() };
    let one =
        tags(&[("Project", "site"), ("Team", "a"), ("Name", "x"), ("aws:x", "1"), ("infra:manifest", "m")]);
    let other =
        tags(&[("Project", "site"), ("Team", "b"), ("Name", "x"), ("aws:x", "1"), ("infra:manifest", "m")]);
    assert_eq!(shared([&one, &other].into_iter()), tags(&[("Project", "site")]));
    // One alone says nothing of others.
    assert_eq!(shared([&one].into_iter()), Tags::default());
    assert_eq!(shared(std::iter::empty()), Tags::default());
    // What AWS itself would not take back, and what nobody may declare.
    let odd = tags(&[("Infra:x", "1"), ("AWS:x", "1"), ("a\nb", "1"), ("Good", "1"), ("Bad", "a;b")]);
    assert_eq!(declarable(&odd), tags(&[("Good", "1")]));
}

#[test]
fn subnets_are_some_or_all_of_a_networks() {
    let network = Outputs::from_iter([("id", "vpc-1"), ("subnet.a", "subnet-1"), ("subnet.b", "subnet-2")]);
    let some = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(zone, subnet)| ((*zone).to_owned(), (*subnet).to_owned())).collect()
    };
    let both = [("a", "subnet-1"), ("b", "subnet-2")];
    assert!(Subnets::Any.fit(&network) && Subnets::Any.fit(&Outputs::default()));
    assert!(Subnets::Exactly(some(&both)).fit(&network) && Subnets::Among(some(&both)).fit(&network));
    assert!(Subnets::Among(some(&both[..1])).fit(&network));
    assert!(!Subnets::Exactly(some(&both[..1])).fit(&network));
    assert!(!Subnets::Among(some(&[("a", "subnet-2")])).fit(&network));
    assert!(!Subnets::Exactly(some(&[("a", "subnet-1"), ("b", "subnet-3")])).fit(&network));
}
