//! What holds for every state of a repository.

use proptest::prelude::*;

use super::spec::PULL as PULLING;
use super::*;
use crate::kind::testing::deltas;
use crate::kind::testing::laws::guards_hold;

/// A state as AWS hands it back: documents in another order, and what AWS chooses filled in.
fn read_back(state: &State) -> State {
    let turned = |text: &str, list: &str| {
        let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
        document[list].as_array_mut().unwrap().reverse();
        serde_json::to_string_pretty(&document).unwrap()
    };
    let mut read = state.clone();
    let policy = PULLING.document(&state.access);
    let policy = policy.map(|it| Policy::parse(&turned(it.text(), "Statement")).unwrap());
    read.access = PULLING.access(policy, "111122223333");
    read.lifecycle =
        state.lifecycle.as_ref().map(|it| Lifecycle::parse(&turned(it.text(), "rules")).unwrap());
    if state.encryption.algorithm != "AES256" {
        read.encryption.key = Some(KEY.to_owned());
    }
    read
}

fn any_entry() -> impl Strategy<Value = String> {
    let mutability = prop::sample::select(vec![
        "",
        "tag-mutability = 'immutable'",
        "tag-mutability-exclusions = ['b*', 'a']",
    ]);
    let encryption = prop::sample::select(vec![
        "",
        "encryption = 'kms'",
        "encryption = 'kms-dsse'\nkms-key = '1234abcd-12ab-34cd-56ef-1234567890ab'",
    ]);
    let rules = prop::sample::subsequence(
        vec![
            "{ tag-prefixes = ['b', 'a'], keep-last = 3 }",
            "{ tag-status = 'untagged', expire-after-days = 7 }",
            "{ keep-last = 10, description = 'rest' }",
        ],
        0..=3,
    );
    let statements = prop::sample::subsequence(
        vec![
            "{ sid = 'A', effect = 'allow', principal = { aws = ['444455556666', '111122223333'] }, action = ['ecr:PutImage', 'ecr:BatchGetImage'] }",
            "{ effect = 'deny', principal = { anyone = true }, action = ['ecr:*'], condition = { Bool = { 'aws:SecureTransport' = ['false'] } } }",
        ],
        0..=2,
    );
    let roles = prop::sample::select(vec!["", "pull-from = ['b', 'a']", "pull-from = ['a']"]);
    (any::<bool>(), mutability, encryption, rules, roles, statements).prop_map(|(scan, mutability, encryption, rules, roles, statements)| {
        let (rules, statements) = (rules.join(", "), statements.join(", "));
        with(&format!("scan-on-push = {scan}\n{mutability}\n{encryption}\n{roles}\nlifecycle = [{rules}]\npolicy = [{statements}]"))
    })
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<EcrRepository>(
        "",
        |full| Detail { images: full.then(|| images(3, 0)).or_else(|| Some(Images::default())) },
        false,
    );
}

proptest! {
    /// What was declared and read back is what is declared.
    #[test]
    fn nothing_differs_from_itself(toml in any_entry()) {
        let entry = entry::<EcrRepository>(&toml);
        let mut live = in_step(&entry, Detail::default());
        live.state = read_back(&entry.state);
        prop_assert_eq!(deltas(&live, &entry.state), [""; 0]);
    }

    /// A difference is seen from both sides, whichever fields it is in.
    #[test]
    fn what_differs_is_seen(one in any_entry(), other in any_entry()) {
        let (one, other) = (entry::<EcrRepository>(&one), entry::<EcrRepository>(&other));
        let live = in_step(&one, Detail::default());
        prop_assert_eq!(deltas(&live, &other.state).is_empty(), one.state == other.state);
    }
}

#[test]
fn every_field_can_differ() {
    let base = entry::<EcrRepository>(PLAIN);
    let live = in_step(&base, Detail::default());
    // Destructured whole: a new field needs its line here.
    let State { name: _, arn: _, scan_on_push: _, mutability: _, encryption: _, lifecycle: _, access: _ } =
        &base.state;
    for (more, call) in [
        ("scan-on-push = true", "ecr:PutImageScanningConfiguration"),
        ("tag-mutability = 'immutable'", "ecr:PutImageTagMutability"),
        ("tag-mutability-exclusions = ['a']", "ecr:PutImageTagMutability"),
        ("encryption = 'kms'", "immutable encryption"),
        ("lifecycle = [{ keep-last = 1 }]", "ecr:PutLifecyclePolicy"),
        ("pull-from = ['a']", "ecr:SetRepositoryPolicy"),
        (PULL, "ecr:SetRepositoryPolicy"),
    ] {
        assert_eq!(deltas(&live, &entry::<EcrRepository>(&with(more)).state), [call], "{more}");
    }
}
