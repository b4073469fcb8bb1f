//! What an account holds, without what AWS makes up: by raw calls, not by the tool's own reader.

mod clean_up;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::wire::Account;

/// Everything of every kind, in an order of its own.
pub(crate) fn holdings(account: &Account<'_>) -> Value {
    let mut all = repositories(account);
    all.extend(secrets(account));
    let groups = group_names(account);
    all.extend(groups.iter().map(|(id, name)| group(account, id, name, &groups)));
    all.extend(file_systems(account, &groups));
    all.extend(load_balancers(account, &groups));
    all.extend(stacks(account));
    all.extend(clean_up::holdings(account, &named(account, groups)));
    sorted(&Value::Array(all))
}

/// Words for the ids that AWS makes up: of the security groups, and of the access points by their paths.
fn named(account: &Account<'_>, mut groups: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for system in listed_file_systems(account) {
        let points = access_points(account, system["FileSystemId"].as_str().unwrap());
        groups.extend(points.iter().map(|point| {
            let id = point["AccessPointId"].as_str().unwrap().to_owned();
            (id, format!("the access point to {}", point["RootDirectory"]["Path"].as_str().unwrap()))
        }));
    }
    groups
}

/// The stacks, with the names of what they export: the values are those of the rest, and another in each account.
fn stacks(account: &Account<'_>) -> Vec<Value> {
    let listed = account.cloudformation("DescribeStacks", &[]).xml();
    let stack = |name: &str| {
        let live = account.cloudformation("DescribeStacks", &[("StackName", name)]).xml();
        let mut exports: Vec<_> = live.elements("ExportName").collect();
        exports.sort_unstable();
        json!({ "name": name, "exports": exports, "tags": live.pairs() })
    };
    listed.elements("StackName").map(stack).collect()
}

fn repositories(account: &Account<'_>) -> Vec<Value> {
    let listed = account.ecr("DescribeRepositories", &json!({})).json();
    let repository = |repository: &Value| {
        let name = json!({"repositoryName": repository["repositoryName"]});
        let tags = json!({"resourceArn": repository["repositoryArn"]});
        let tags = account.ecr("ListTagsForResource", &tags).json();
        let text = |operation: &str, key: &str| {
            let answer = account.ecr(operation, &name);
            (answer.status == 200).then(|| answer.json()[key].clone())
        };
        json!({
            "name": repository["repositoryName"],
            "scanning": repository["imageScanningConfiguration"],
            "mutability": repository["imageTagMutability"],
            "lifecycle": text("GetLifecyclePolicy", "lifecyclePolicyText"),
            "policy": text("GetRepositoryPolicy", "policyText"),
            "tags": sorted(&tags["tags"]),
        })
    };
    listed["repositories"].as_array().unwrap().iter().map(repository).collect()
}

fn secrets(account: &Account<'_>) -> Vec<Value> {
    let listed = account.secrets("ListSecrets", &json!({"IncludePlannedDeletion": true})).json();
    let secret = |secret: &Value| {
        let id = json!({"SecretId": secret["Name"]});
        let secret = account.secrets("DescribeSecret", &id).json();
        json!({
            "name": secret["Name"],
            "description": secret["Description"],
            "deleted": !secret["DeletedDate"].is_null(),
            "versions": secret["VersionIdsToStages"].as_object().map(serde_json::Map::len),
            "policy": account.secrets("GetResourcePolicy", &id).json()["ResourcePolicy"],
            "tags": sorted(&secret["Tags"]),
        })
    };
    listed["SecretList"].as_array().unwrap().iter().map(secret).collect()
}

/// The name of each security group by its id, but for AWS's own.
pub(crate) fn group_names(account: &Account<'_>) -> BTreeMap<String, String> {
    let listed = account.ec2("DescribeSecurityGroups", &[]).xml();
    let mut ids: Vec<_> = listed.elements("groupId").map(str::to_owned).collect();
    ids.sort();
    ids.dedup();
    let named = ids.into_iter().map(|id| {
        let one = account.ec2("DescribeSecurityGroups", &[("GroupId.1", &id)]).xml();
        (id, one.element("groupName"))
    });
    named.filter(|(_, name)| name != "default").collect()
}

/// The id of the security group of this name.
pub(crate) fn group_id(account: &Account<'_>, name: &str) -> String {
    let names = group_names(account);
    let mut found = names.into_iter().filter(|(_, it)| it == name);
    let (id, _) = found.next().unwrap_or_else(|| panic!("there is no group {name}"));
    assert!(found.next().is_none(), "there are two groups {name}");
    id
}

/// A group with its rules and tags. Other groups stand in it by their names, not by the ids that AWS makes up.
fn group(account: &Account<'_>, id: &str, name: &str, names: &BTreeMap<String, String>) -> Value {
    let described = account.ec2("DescribeSecurityGroups", &[("GroupId.1", id)]).xml();
    let owner = described.element("ownerId");
    let mut text = described.element("securityGroupInfo").replace(&owner, "the account");
    for (id, name) in names {
        text = text.replace(id, name);
    }
    // What stands in lists comes in any order.
    let mut items: Vec<_> = text.split("<item>").map(str::trim).collect();
    items.sort_unstable();
    json!({ "name": name, "group": items })
}

/// The raw list of file systems.
pub(crate) fn listed_file_systems(account: &Account<'_>) -> Vec<Value> {
    let listed = account.efs("GET file-systems", &Value::Null).json();
    listed["FileSystems"].as_array().unwrap().clone()
}

/// The mount targets of a file system, with their groups under `groups`.
pub(crate) fn mount_targets(account: &Account<'_>, file_system: &str) -> Vec<Value> {
    let path = format!("GET mount-targets?FileSystemId={file_system}");
    let listed = account.efs(&path, &Value::Null).json();
    let with_groups = |target: &Value| {
        let id = target["MountTargetId"].as_str().unwrap();
        let groups = account.efs(&format!("GET mount-targets/{id}/security-groups"), &Value::Null).json();
        let mut target = target.clone();
        target["groups"] = groups["SecurityGroups"].clone();
        target
    };
    listed["MountTargets"].as_array().unwrap().iter().map(with_groups).collect()
}

/// The access points of a file system.
pub(crate) fn access_points(account: &Account<'_>, file_system: &str) -> Vec<Value> {
    let listed = account.efs(&format!("GET access-points?FileSystemId={file_system}"), &Value::Null).json();
    listed["AccessPoints"].as_array().unwrap().clone()
}

fn file_systems(account: &Account<'_>, groups: &BTreeMap<String, String>) -> Vec<Value> {
    let file_system = |it: &Value| {
        let id = it["FileSystemId"].as_str().unwrap();
        let get = |what: &str| account.efs(&format!("GET file-systems/{id}/{what}"), &Value::Null);
        let part = |what: &str, key: &str| {
            let answer = get(what);
            (answer.status == 200).then(|| answer.json()[key].clone())
        };
        let target = |target: &Value| {
            let named = |id: &Value| groups.get(id.as_str().unwrap()).cloned();
            let named: Vec<_> = target["groups"].as_array().unwrap().iter().map(named).collect();
            json!({ "subnet": target["SubnetId"], "groups": named })
        };
        let point = |point: &Value| {
            json!({
                // It is made from the account's number, too.
                "made by us": point["ClientToken"].as_str().unwrap().starts_with("infra-"),
                "root": point["RootDirectory"],
                "user": point["PosixUser"],
                "tags": sorted(&point["Tags"]),
            })
        };
        let owner = it["OwnerId"].as_str().unwrap();
        let policy = part("policy", "Policy");
        let policy = policy.map(|text| {
            let mut policy: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            for statement in policy["Statement"].as_array_mut().unwrap() {
                // AWS makes one up where there is none.
                statement.as_object_mut().unwrap().remove("Sid");
            }
            policy.to_string().replace(id, "its id").replace(owner, "the account")
        });
        json!({
            "made by us": it["CreationToken"].as_str().unwrap().starts_with("infra-"),
            "encrypted": it["Encrypted"],
            "performance": it["PerformanceMode"],
            "throughput": it["ThroughputMode"],
            "protection": it["FileSystemProtection"],
            "lifecycle": part("lifecycle-configuration", "LifecyclePolicies").map(|it| sorted(&it)),
            "backup": part("backup-policy", "BackupPolicy"),
            "policy": policy,
            "tags": sorted(&it["Tags"]),
            "mount targets": sorted(&mount_targets(account, id).iter().map(target).collect()),
            "access points": sorted(&access_points(account, id).iter().map(point).collect()),
        })
    };
    listed_file_systems(account).iter().map(file_system).collect()
}

/// The ARNs of a load balancer's listeners.
pub(crate) fn listeners(account: &Account<'_>, load_balancer: &str) -> Vec<String> {
    let listed = account.elb("DescribeListeners", &[("LoadBalancerArn", load_balancer)]).xml();
    listed.elements("ListenerArn").map(str::to_owned).collect()
}

/// The tags of a load balancer or a listener.
pub(crate) fn elb_tags(account: &Account<'_>, arn: &str) -> Vec<(String, String)> {
    account.elb("DescribeTags", &[("ResourceArns.member.1", arn)]).xml().pairs()
}

fn load_balancers(account: &Account<'_>, groups: &BTreeMap<String, String>) -> Vec<Value> {
    let load_balancer = |arn: &str| {
        let live = account.elb("DescribeLoadBalancers", &[("LoadBalancerArns.member.1", arn)]).xml();
        let attributes = account.elb("DescribeLoadBalancerAttributes", &[("LoadBalancerArn", arn)]).xml();
        let of = live.element("SecurityGroups");
        let named = groups.iter().filter(|(id, _)| of.contains(id.as_str()));
        let mut named: Vec<_> = named.map(|(_, name)| name).collect();
        named.sort_unstable();
        let mut subnets: Vec<_> = live.elements("SubnetId").collect();
        subnets.sort_unstable();
        let listeners = listeners(account, arn);
        json!({
            "name": live.element("LoadBalancerName"),
            "scheme": live.element("Scheme"),
            "addresses": live.element("IpAddressType"),
            "subnets": subnets,
            "groups": named,
            "attributes": attributes.pairs(),
            "tags": elb_tags(account, arn),
            "listeners": sorted(&listeners.iter().map(|arn| listener(account, arn)).collect()),
        })
    };
    let listed = account.elb("DescribeLoadBalancers", &[]).xml();
    listed.elements("LoadBalancerArn").map(load_balancer).collect()
}

/// A listener with its certificates, which stand in it by their domains.
fn listener(account: &Account<'_>, arn: &str) -> Value {
    let live = account.elb("DescribeListeners", &[("ListenerArns.member.1", arn)]).xml();
    let certificates = account.elb("DescribeListenerCertificates", &[("ListenerArn", arn)]).xml();
    let domain = |certificate: &str| {
        let body = json!({ "CertificateArn": certificate });
        account.acm("DescribeCertificate", &body).json()["Certificate"]["DomainName"].clone()
    };
    let defaults = certificates.elements("IsDefault");
    let certificates = certificates.elements("CertificateArn").zip(defaults);
    json!({
        "port": live.element("Port"),
        "protocol": live.element("Protocol"),
        "policy": live.elements("SslPolicy").next(),
        "certificates": sorted(&certificates.map(|(arn, default)| json!([domain(arn), default])).collect()),
        "actions": live.element("DefaultActions"),
        "tags": elb_tags(account, arn),
    })
}

fn sorted(list: &Value) -> Value {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}
