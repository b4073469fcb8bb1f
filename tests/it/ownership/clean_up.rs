//! The same of what runs by a schedule: log group, role, function and rule, all in one account.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use super::writes_nothing;
use crate::interruption::clean_up;
use crate::support::cli::{Output, World};
use crate::support::connector::Wire;

const ADDRESSES: [&str; 4] =
    ["logs.log-group.cleanup", "iam.role.cleanup", "lambda.function.cleanup", "events.rule.cleanup"];
const MARKS: [&str; 3] = ["infra:manifest", "infra:address", "infra:on-delete"];
const ROLE: (&str, &str) = ("RoleName", "cleanup");

fn arn(world: &World, service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:us-west-2:{}:{resource}", world.number)
}

fn tags_of_function(world: &World) -> String {
    format!("2017-03-31/tags/{}", arn(world, "lambda", "function:cleanup").replace(':', "%3A"))
}

/// Puts tags on each of the four.
fn tag(world: &World, tags: &[(&str, &str)]) {
    let account = &world.account;
    let map: Value = tags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let list: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let group = arn(world, "logs", "log-group:/aws/lambda/cleanup");
    assert_eq!(account.logs("TagResource", &json!({ "resourceArn": group, "tags": map })).code(), "");
    for (key, value) in tags {
        let pair = [ROLE, ("Tags.member.1.Key", *key), ("Tags.member.1.Value", *value)];
        assert_eq!(account.iam("TagRole", &pair).code(), "");
    }
    let line = format!("POST {}", tags_of_function(world));
    assert_eq!(account.lambda(&line, &json!({ "Tags": map })).code(), "");
    let rule = arn(world, "events", "rule/cleanup");
    assert_eq!(account.events("TagResource", &json!({ "ResourceARN": rule, "Tags": list })).code(), "");
}

/// Takes tags off each of the four.
fn untag(world: &World, keys: &[&str]) {
    let account = &world.account;
    let group = arn(world, "logs", "log-group:/aws/lambda/cleanup");
    assert_eq!(account.logs("UntagResource", &json!({ "resourceArn": group, "tagKeys": keys })).code(), "");
    for key in keys {
        assert_eq!(account.iam("UntagRole", &[ROLE, ("TagKeys.member.1", key)]).code(), "");
    }
    let query: Vec<_> = keys.iter().map(|key| format!("tagKeys={}", key.replace(':', "%3A"))).collect();
    let line = format!("DELETE {}?{}", tags_of_function(world), query.join("&"));
    assert_eq!(account.lambda(&line, &Value::Null).code(), "");
    let rule = arn(world, "events", "rule/cleanup");
    assert_eq!(account.events("UntagResource", &json!({ "ResourceARN": rule, "TagKeys": keys })).code(), "");
}

/// Demands that standard output says `text` once for each of the four.
#[track_caller]
fn says_of_all(output: &Output, text: &str) {
    assert_eq!(output.out.matches(text).count(), ADDRESSES.len(), "`{text}`\n{output}");
}

/// `apply --yes`, with `word` and each of these addresses.
fn words<'a>(word: &'a str, addresses: &[&'a str]) -> Vec<&'a str> {
    let words = addresses.iter().flat_map(|address| [word, address]);
    ["apply", "--yes"].into_iter().chain(words).collect()
}

fn made() -> impl Iterator<Item = (World, std::path::PathBuf)> {
    World::each().map(|world| {
        clean_up::code(&world);
        let manifest = world.manifest(clean_up::ENTRIES);
        let _ = world.apply(&manifest);
        (world, manifest)
    })
}

#[test]
fn what_is_nobodys_is_adopted_one_by_one_and_what_is_anothers_never() {
    for (world, manifest) in made() {
        let other = world.named_manifest("other", clean_up::ENTRIES);
        let adopt = words("--adopt", &ADDRESSES);
        let plan = world.drift(&other).expect(Exit::Refused);
        says_of_all(&plan, "it belongs to the manifest `test`");
        writes_nothing(&world, &adopt, &other, Exit::Refused);
        untag(&world, &MARKS);
        let _ = world.drift(&manifest).expect(Exit::Pending).says(" 4 to adopt,");
        writes_nothing(&world, &["apply", "--yes"], &manifest, Exit::Refused);
        // A word for one is none for the others.
        for (at, address) in ADDRESSES.iter().enumerate() {
            let wire = Wire::new();
            let exit = if at + 1 < ADDRESSES.len() { Exit::Refused } else { Exit::Done };
            let _ = world.infra(&words("--adopt", &[address]), &manifest).wire(&wire).run().expect(exit);
            let service = address.split_once('.').unwrap().0;
            let writes = wire.writes();
            assert!(writes.len() == 1 && writes[0].starts_with(service), "{address}: {writes:?}");
        }
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_a_stack_or_a_controller_made_is_theirs_until_they_let_go() {
    for (world, manifest) in made() {
        let adopt = words("--adopt", &ADDRESSES);
        untag(&world, &MARKS);
        tag(&world, &[("services.k8s.aws/namespace", "prod")]);
        let plan = world.drift(&manifest).expect(Exit::Refused);
        says_of_all(&plan, "AWS Controllers for Kubernetes");
        writes_nothing(&world, &adopt, &manifest, Exit::Refused);
        untag(&world, &["services.k8s.aws/namespace"]);

        let id = world.account.stack("CreateStack", "old-cdk", "1").element("StackId");
        tag(&world, &[("aws:cloudformation:stack-id", &id), ("aws:cloudformation:stack-name", "old-cdk")]);
        let plan = world.drift(&manifest).expect(Exit::Refused);
        says_of_all(&plan, "it belongs to the CloudFormation stack `old-cdk`, which is live");
        writes_nothing(&world, &adopt, &manifest, Exit::Refused);
        assert_eq!(world.account.stack("DeleteStack", "old-cdk", "1").status, 200);
        says_of_all(&world.drift(&manifest).expect(Exit::Pending), "`old-cdk` made it and has released it");
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn what_left_is_kept_where_it_says_so_and_deleted_only_by_its_word_while_it_is_ours() {
    for (world, _) in made() {
        let empty = world.manifest("");
        let plan = world.drift(&empty).expect(Exit::Pending).says(" 3 to delete, 1 kept,");
        let _ = plan.says("= keep logs.log-group.cleanup");
        writes_nothing(&world, &["apply", "--yes"], &empty, Exit::Refused);
        let kept = clean_up::ENTRIES.replace("\nname =", "\non-delete = \"retain\"\nname =");
        let _ = world.apply(&world.manifest(&kept));
        let _ = world.drift(&world.manifest("")).expect(Exit::Done).says(" 0 to delete, 4 kept,");
        writes_nothing(&world, &words("--delete", &ADDRESSES), &empty, Exit::Done);

        // It says so no longer; but somebody takes the marks off at the very question.
        let _ = world.apply(&world.manifest(clean_up::ENTRIES));
        let empty = world.manifest("");
        let (world, wire) = (std::sync::Arc::new(world), Wire::new());
        let behind = std::sync::Arc::clone(&world);
        let mut asked = 0;
        let output = world
            .infra(&["apply"], &empty)
            .answers(&["y", "y", "y", "y"])
            .meanwhile(move || {
                asked += 1;
                if asked == 4 {
                    untag(&behind, &["infra:manifest"]);
                }
            })
            .wire(&wire)
            .run();
        let _ = output.expect(Exit::Moved).tells("it no longer carries this manifest's mark");
        assert_eq!(wire.writes(), [""; 0]);
        tag(&world, &[("infra:manifest", "test")]);
        let _ = world.infra(&words("--delete", &ADDRESSES[1..]), &empty).run().expect(Exit::Done);
        let _ = world.drift(&empty).expect(Exit::Done).says(" 0 to delete, 1 kept,");
    }
}
