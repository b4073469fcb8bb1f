//! Log groups, roles, functions and rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sorted;
use crate::support::wire::Account;

/// All of them. Neither the account's number stands in it nor an id that `names` has a word for.
pub(super) fn holdings(account: &Account<'_>, names: &BTreeMap<String, String>) -> Vec<Value> {
    let all = [log_groups(account), roles(account), functions(account), rules(account)].concat();
    let mut text = Value::Array(all).to_string().replace(&account.number(), "the account");
    for (id, name) in names {
        text = text.replace(id, name);
    }
    serde_json::from_str(&text).unwrap()
}

fn log_groups(account: &Account<'_>) -> Vec<Value> {
    let group = |group: &Value| {
        let tags = json!({ "resourceArn": group["logGroupArn"] });
        json!({
            "name": group["logGroupName"],
            "retention": group["retentionInDays"],
            "class": group["logGroupClass"],
            "tags": account.logs("ListTagsForResource", &tags).json()["tags"],
        })
    };
    let listed = account.logs("DescribeLogGroups", &json!({})).json();
    listed["logGroups"].as_array().unwrap().iter().map(group).collect()
}

fn roles(account: &Account<'_>) -> Vec<Value> {
    let role = |name: &str| {
        let name = ("RoleName", name);
        let live = account.iam("GetRole", &[name]).xml();
        let own = account.iam("ListRolePolicies", &[name]).xml();
        let own = own.elements("member").map(|policy| {
            let live = account.iam("GetRolePolicy", &[name, ("PolicyName", policy)]).xml();
            json!([policy, live.element("PolicyDocument")])
        });
        let attached = account.iam("ListAttachedRolePolicies", &[name]).xml();
        json!({
            "name": name.1,
            "trust": live.element("AssumeRolePolicyDocument"),
            "session": live.element("MaxSessionDuration"),
            "policies": sorted(&own.collect()),
            "attached": sorted(&attached.elements("PolicyArn").map(Value::from).collect()),
            "tags": live.pairs(),
        })
    };
    account.iam("ListRoles", &[]).xml().elements("RoleName").map(role).collect()
}

fn functions(account: &Account<'_>) -> Vec<Value> {
    let function = |listed: &Value| {
        let name = listed["FunctionName"].as_str().unwrap();
        let live = account.lambda(&format!("GET 2015-03-31/functions/{name}"), &Value::Null).json();
        let mut settings = live["Configuration"].clone();
        // But for what AWS makes up, or is at: a run that was cut off has not waited for it.
        settings.as_object_mut().unwrap().retain(|key, _| {
            !["LastModified", "RevisionId", "Version"].contains(&key.as_str())
                && !["State", "LastUpdateStatus"].iter().any(|start| key.starts_with(start))
        });
        let policy = account.lambda(&format!("GET 2015-03-31/functions/{name}/policy"), &Value::Null);
        let statements = (policy.code() != "ResourceNotFoundException").then(|| {
            let text = policy.json()["Policy"].as_str().unwrap().to_owned();
            let mut statements = serde_json::from_str::<Value>(&text).unwrap()["Statement"].clone();
            for statement in statements.as_array_mut().unwrap() {
                // It is made from the rule's ARN, and so from the account's number.
                statement.as_object_mut().unwrap().remove("Sid");
            }
            statements
        });
        json!({
            "function": settings,
            "concurrency": live["Concurrency"],
            "tags": live["Tags"],
            "statements": statements.map(|it| sorted(&it)),
        })
    };
    let listed = account.lambda("GET 2015-03-31/functions", &Value::Null).json();
    listed["Functions"].as_array().unwrap().iter().map(function).collect()
}

fn rules(account: &Account<'_>) -> Vec<Value> {
    let rule = |listed: &Value| {
        let name = &listed["Name"];
        let targets = account.events("ListTargetsByRule", &json!({ "Rule": name })).json();
        let tags = account.events("ListTagsForResource", &json!({ "ResourceARN": listed["Arn"] })).json();
        json!({ "rule": listed, "targets": sorted(&targets["Targets"]), "tags": sorted(&tags["Tags"]) })
    };
    let listed = account.events("ListRules", &json!({})).json();
    listed["Rules"].as_array().unwrap().iter().map(rule).collect()
}
