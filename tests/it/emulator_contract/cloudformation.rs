//! CloudFormation: stacks of outputs, their exports, and who imports them.

use serde_json::{Value, json};

use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

/// A template of nothing, with these outputs.
fn template(outputs: &Value) -> String {
    let nothing = json!({ "Nothing": { "Type": "AWS::CloudFormation::WaitConditionHandle" } });
    json!({ "Resources": nothing, "Outputs": outputs }).to_string()
}

fn exported(value: &str) -> String {
    template(&json!({ "Out": { "Value": value, "Export": { "Name": "Name" } } }))
}

fn call(account: &Account, operation: &str, stack: &str, template: Option<&str>) -> Answer {
    let mut parameters = vec![("StackName", stack), ("ClientRequestToken", "token")];
    parameters.extend(template.map(|template| ("TemplateBody", template)));
    account.cloudformation(operation, &parameters)
}

/// The stack, once nothing is under way on it.
fn settled(account: &Account, stack: &str) -> Answer {
    loop {
        let described = account.cloudformation("DescribeStacks", &[("StackName", stack)]).xml();
        if !described.element("StackStatus").ends_with("_IN_PROGRESS") {
            return described;
        }
    }
}

fn put(account: &Account, operation: &str, stack: &str, template: &str) -> Answer {
    let _ = call(account, operation, stack, Some(template)).xml();
    settled(account, stack)
}

fn importers(account: &Account) -> Answer {
    account.cloudformation("ListImports", &[("ExportName", "Name")])
}

#[test]
fn an_output_has_the_name_of_its_own_export_and_only_what_it_says() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let made = put(
            &account,
            "CreateStack",
            "name",
            &template(&json!({
                "A": { "Value": "same", "Export": { "Name": "a" } },
                "B": { "Value": "same", "Description": "x", "Export": { "Name": "b" } },
                "C": { "Value": "same" },
            })),
        );
        assert_eq!(made.elements("ExportName").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(made.elements("Description").collect::<Vec<_>>(), ["x"]);
        assert_eq!(made.elements("LastUpdatedTime").count(), 0);
        let held = account.cloudformation("DescribeStackResources", &[("StackName", "name")]).xml();
        assert_eq!(held.element("LogicalResourceId"), "Nothing");
        assert_eq!(held.element("ResourceType"), "AWS::CloudFormation::WaitConditionHandle");
    }
}

#[test]
fn exports_follow_an_update_of_their_stack() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        put(&account, "CreateStack", "name", &exported("one"));
        let other = template(&json!({ "Out": { "Value": "two", "Export": { "Name": "Other" } } }));
        let updated = put(&account, "UpdateStack", "name", &other);
        assert_eq!(updated.element("StackStatus"), "UPDATE_COMPLETE");
        assert_eq!(updated.elements("LastUpdatedTime").count(), 1);
        let listed = account.exports().xml();
        assert_eq!(listed.elements("Name").collect::<Vec<_>>(), ["Other"]);
    }
}

#[test]
fn who_imports_an_export_is_told_and_holds_it() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        put(&account, "CreateStack", "name", &exported("one"));
        let none = importers(&account);
        assert!(none.status == 400 && none.body.contains("<Code>ValidationError</Code>"), "{}", none.body);
        assert!(none.body.contains("is not imported by any stack"), "{}", none.body);

        let taken = json!({ "Taken": { "Value": { "Fn::ImportValue": "Name" } } });
        put(&account, "CreateStack", "consumer", &template(&taken));
        assert_eq!(importers(&account).xml().elements("member").collect::<Vec<_>>(), ["consumer"]);
        // An update that changes it, or takes it away, begins, and is taken back.
        for (other, how) in [(exported("two"), "updated"), (template(&json!({})), "deleted")] {
            let refused = put(&account, "UpdateStack", "name", &other);
            assert_eq!(refused.element("StackStatus"), "UPDATE_ROLLBACK_COMPLETE");
            assert_eq!(
                (refused.element("OutputValue"), account.exports().xml().element("Value")),
                ("one".into(), "one".into())
            );
            let events = account.cloudformation("DescribeStackEvents", &[("StackName", "name")]);
            let why = format!("Export Name cannot be {how} as it is in use by consumer");
            assert!(events.body.contains(&why), "{}", events.body);
            assert!(events.body.contains("<ClientRequestToken>token<"), "{}", events.body);
        }
        assert_eq!(call(&account, "DeleteStack", "name", None).status, 400);

        let _ = call(&account, "DeleteStack", "consumer", None).xml();
        assert_eq!(importers(&account).status, 400);
        let updated = put(&account, "UpdateStack", "name", &exported("two"));
        assert_eq!(updated.element("StackStatus"), "UPDATE_COMPLETE");
        let _ = call(&account, "DeleteStack", "name", None).xml();
        let described = || account.cloudformation("DescribeStacks", &[("StackName", "name")]);
        let gone = loop {
            let answer = described();
            if answer.status != 200 {
                break answer;
            }
        };
        assert!(gone.body.contains("does not exist"), "{}", gone.body);
    }
}
