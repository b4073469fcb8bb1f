//! What the entries are called. Pure.

use std::collections::BTreeSet;

use crate::kind::raise::Called;
use crate::model::Address;

/// Keys from names: kebab-case, without the words that all of them begin with, and each but once for its kind.
pub(super) fn keys(all: &[Called]) -> Vec<String> {
    let names: Vec<_> = all.iter().filter(|it| it.is_name).map(|it| words(&it.word)).collect();
    let common = common(&names);
    let mut taken = BTreeSet::new();
    let mut keys = Vec::new();
    for Called { kind, word, is_name } in all {
        let words = words(word);
        let own = words.get(if *is_name { common } else { 0 }..).unwrap_or_default();
        let base: String = own.join("-").chars().take(MAX_KEY).collect();
        let base = match base.trim_end_matches('-') {
            "" => kind.resource,
            base => base,
        };
        let mut key = base.to_owned();
        let mut number = 1;
        while !taken.insert(Address::new(*kind, key.clone())) {
            number += 1;
            key = format!("{base}-{number}");
        }
        keys.push(key);
    }
    keys
}

/// Longest key. The longest name has 512 letters, and a tag holds 256 of an address.
const MAX_KEY: usize = 80;

fn words(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// How many words all of them begin with. One at least is left of each.
fn common(all: &[Vec<String>]) -> usize {
    let Some((first, rest)) = all.split_first() else { return 0 };
    if rest.is_empty() {
        return 0;
    }
    let most = all.iter().map(|words| words.len().saturating_sub(1)).min().unwrap_or_default();
    (0..most).take_while(|at| rest.iter().all(|words| words.get(*at) == first.get(*at))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KindName;

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
}
