//! Tables over `lower`, the template and the diff; and what stacks come to.

use aws_sdk_cloudformation::types::{Stack, StackStatus};

use super::state::{Detail, going};
use super::{CloudFormationExports, State, Value, observe, template};
use crate::kind::testing::{World, deltas, entry, in_step, left, try_entry};
use crate::kind::{Entry, Kind as _, Live, Phase};
use crate::model::Outputs;

const SITE: &str = r#"
SiteUri = { value = "ecr.repository.site.uri", description = "Where images go" }
KeyArn = { value = "secretsmanager.secret.key.arn" }
"#;

fn site() -> Entry<CloudFormationExports> {
    known(entry(SITE))
}

/// With what it names known by its own address.
fn known(mut entry: Entry<CloudFormationExports>) -> Entry<CloudFormationExports> {
    CloudFormationExports::links(&mut entry.state, &mut |_, link| {
        let address = link.to_string();
        link.resolve(Some(Outputs::from_iter([("uri", &address), ("arn", &address)])));
    });
    entry
}

/// The stack as the entry declares it, as it would be seen.
fn live(entry: &Entry<CloudFormationExports>) -> Live<CloudFormationExports> {
    let mut live = in_step(entry, Detail::default());
    for export in live.state.exports.values_mut() {
        if let Value::Declared(public) = &export.value {
            export.value = Value::Live(public.value().unwrap().to_owned());
        }
    }
    live.outputs.set(observe::STACK, "arn:aws:cloudformation:us-west-2:1:stack/infra-test-exports/1");
    live
}

fn problems(toml: &str) -> Vec<String> {
    let found = try_entry::<CloudFormationExports>(toml).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

fn asked(mut live: Live<CloudFormationExports>, importers: &[&str]) -> Live<CloudFormationExports> {
    let importers: Vec<_> = importers.iter().map(|it| (*it).to_owned()).collect();
    live.detail.importers = live.state.exports.keys().map(|name| (name.clone(), importers.clone())).collect();
    live
}

#[test]
fn what_is_wrong_is_said_of_the_export() {
    for (toml, problem) in [
        ("A = { value = \"hunter2\" }", "A.value: this is not what an entry brings"),
        ("A = { value = \"secretsmanager.secret.key.value\" }", "A.value: this is not what an entry brings"),
        ("A = { value = \"ecr.repository.site.id\" }", "A.value: this is not what an entry brings"),
        ("a_b = { value = \"ecr.repository.site.uri\" }", "a_b: this is no valid name of an export"),
        ("\"\" = { value = \"ecr.repository.site.uri\" }", ": this is no valid name of an export"),
        (
            "A = { value = \"ecr.repository.site.uri\", description = \"\" }",
            "A.description: CloudFormation takes no such description",
        ),
    ] {
        assert_eq!(problems(toml), [problem], "{toml}");
    }
    let long = format!("{} = {{ value = \"ecr.repository.site.uri\" }}", "Z".repeat(128));
    let found = problems(&long);
    assert!(found[0].ends_with(": this name is too long for an export"), "{found:?}");
    let many = (0..201).map(|at| format!("A{at} = {{ value = \"ecr.repository.site.uri\" }}\n"));
    assert_eq!(problems(&many.collect::<String>()), [": these are too many exports"]);
}

#[test]
fn the_template_is_the_same_for_the_same_exports_and_holds_nothing_else() {
    let exports = template::of(&site().state).unwrap();
    let turned: String = SITE.lines().rev().collect::<Vec<_>>().join("\n");
    assert_eq!(template::of(&known(entry(&turned)).state).unwrap(), exports);
    let read: serde_json::Value = serde_json::from_str(&exports).unwrap();
    insta::assert_snapshot!(format!("{read:#}"), @r#"
    {
      "Description": "Exports for other stacks. Made by infra; what is changed by hand is changed back.",
      "Outputs": {
        "KeyArn": {
          "Export": {
            "Name": "KeyArn"
          },
          "Value": "secretsmanager.secret.key"
        },
        "SiteUri": {
          "Description": "Where images go",
          "Export": {
            "Name": "SiteUri"
          },
          "Value": "ecr.repository.site"
        }
      },
      "Resources": {
        "Nothing": {
          "Type": "AWS::CloudFormation::WaitConditionHandle"
        }
      }
    }
    "#);
}

/// Left out, an export would be deleted.
#[test]
fn there_is_no_template_without_every_value_and_none_of_what_is_live() {
    assert_eq!(template::of(&entry::<CloudFormationExports>(SITE).state), None);
    assert_eq!(template::of(&live(&site()).state), None);
}

#[test]
fn each_name_has_a_logical_id_of_its_own() {
    let names = ["a", "a-b", "a:b", "aZb", "ab", "aZhb", "aZZhb", "a--b", "a-:b", "Z-", "-Z", "ZZ", "Z"];
    let ids: std::collections::BTreeSet<_> = names.iter().map(|name| template::logical_id(name)).collect();
    assert_eq!(ids.len(), names.len());
    assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
}

#[test]
fn what_differs_is_one_update() {
    let entry = site();
    let is = live(&entry);
    assert_eq!(deltas(&is, &entry.state), [""; 0]);
    let differs = |change: fn(&mut State)| {
        let mut is = asked(live(&entry), &[]);
        change(&mut is.state);
        let plan = World::present(entry.clone(), is).plan();
        let (head, rest) = plan.split_once("\n  cloudformation:UpdateStack: ").unwrap();
        assert_eq!(head, "update cloudformation.exports.site (infra-prereqs-exports)");
        rest.to_owned()
    };
    assert_eq!(
        differs(|is| is.exports.get_mut("KeyArn").unwrap().value = Value::Live("another".to_owned())),
        "export KeyArn another -> secretsmanager.secret.key.arn (secretsmanager.secret.key)"
    );
    assert_eq!(
        differs(|is| {
            let export = is.exports.remove("SiteUri").unwrap();
            is.exports.insert("Else".to_owned(), export);
            is.outputs.push("Out".to_owned());
        }),
        "export Else ecr.repository.site -> none; description of Else Where images go -> none; \
         export SiteUri none -> ecr.repository.site.uri (ecr.repository.site); \
         description of SiteUri none -> Where images go; output that exports nothing Out -> none"
    );
    assert_eq!(
        differs(|is| is.exports.get_mut("SiteUri").unwrap().description = None),
        "description of SiteUri none -> Where images go"
    );
}

#[test]
fn what_is_imported_neither_changes_nor_goes() {
    let entry = site();
    let mut is = asked(live(&entry), &["shop", "site"]);
    is.state.exports.get_mut("KeyArn").unwrap().value = Value::Live("another".to_owned());
    let more = is.state.exports["KeyArn"].clone();
    is.state.exports.insert("Else".to_owned(), more);
    assert_eq!(going(&is.state, &entry.state), ["Else", "KeyArn"]);
    insta::assert_snapshot!(World::present(entry, is).plan(), @"
    blocked cloudformation.exports.site (infra-prereqs-exports)
      because `export KeyArn` is imported by the stacks shop, site
      cannot change export KeyArn another -> secretsmanager.secret.key.arn (secretsmanager.secret.key)
      help: put back what is exported; or let those stacks go without it first, for they hold what they have imported
    ");
    // What is said of an export, and another one beside it, are no change of its value.
    let entry = known(self::entry(&format!(
        "{}More = {{ value = \"ecr.repository.site.arn\" }}",
        SITE.replace("Where images go", "Where they go")
    )));
    let is = asked(live(&site()), &["shop"]);
    assert_eq!(deltas(&is, &entry.state), ["cloudformation:UpdateStack"]);
}

/// What will be made again has no value yet: the one that is imported would change.
#[test]
fn a_value_that_is_not_known_is_another() {
    let is = asked(live(&site()), &["shop"]);
    let want = entry::<CloudFormationExports>(SITE).state;
    assert_eq!(going(&is.state, &want), ["KeyArn", "SiteUri"]);
    let held = "imported by the stack shop";
    assert_eq!(deltas(&is, &want), [format!("export KeyArn {held}"), format!("export SiteUri {held}")]);
}

#[test]
fn it_goes_only_when_nobody_imports_and_it_holds_nothing_else() {
    let is = || asked(live(&site()), &[]);
    assert!(left(&is()).starts_with("delete cloudformation.exports."), "{}", left(&is()));
    let stays = |is: Live<CloudFormationExports>| {
        let why = left(&is);
        assert!(why.starts_with("keep "), "{why}");
        why
    };
    assert!(stays(live(&site())).contains("who imports from it was not read"));
    let shop = asked(live(&site()), &["shop"]);
    let why = "KeyArn is imported by the stack shop; SiteUri is imported by the stack shop";
    assert!(stays(shop).contains(why));
    let mut unread = is();
    unread.detail.unread = Some("AccessDenied".to_owned());
    assert!(stays(unread).contains("who imports from it could not be read: AccessDenied"));
    let mut bucket = is();
    bucket.detail.resources = vec!["Logs (AWS::S3::Bucket)".to_owned()];
    assert!(stays(bucket).contains("it holds Logs (AWS::S3::Bucket), which would go with it"));
    let mut protected = is();
    protected.detail.protected = true;
    assert!(stays(protected).contains("its termination protection is on"));
}

#[test]
fn what_a_status_means() {
    let of = |status: &str| {
        let stack = Stack::builder().stack_status(StackStatus::from(status)).build();
        observe::standing(&stack, "infra-test-exports")
    };
    for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"] {
        let (phase, stuck) = of(status).unwrap();
        assert!(phase == Phase::Active && stuck.is_none(), "{status}");
    }
    assert_eq!(of("DELETE_IN_PROGRESS").unwrap().0, Phase::Deleting);
    for (status, command) in [
        ("ROLLBACK_COMPLETE", "delete-stack"),
        ("CREATE_FAILED", "delete-stack"),
        ("REVIEW_IN_PROGRESS", "delete-stack"),
        ("DELETE_FAILED", "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_FAILED", "rollback-stack"),
    ] {
        let stuck = of(status).unwrap().1.unwrap();
        assert!(stuck.reason.contains(status), "{}", stuck.reason);
        assert!(
            stuck.help.contains(&format!(" {command} --stack-name infra-test-exports`")),
            "{}",
            stuck.help
        );
    }
    for status in [
        "CREATE_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "SOMETHING_NEW",
    ] {
        assert!(of(status).is_err_and(|error| error.message.contains(status)), "{status}");
    }
}
