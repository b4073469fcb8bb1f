//! EFS: file systems, mount targets and access points.

use serde_json::{Value, json};

use super::ec2::{self, NO_GROUP};
use crate::support::emulators::{ministack, moto};
use crate::support::wire::{Account, Answer};

/// A file system that nobody has made.
const NO_FILE_SYSTEM: &str = "fs-0f0f0f0f0f0f0f0f1";

fn get(account: &Account, path: &str) -> Answer {
    account.efs(&format!("GET {path}"), &Value::Null)
}

fn create(account: &Account, body: &Value) -> String {
    let made = account.efs("POST file-systems", body).json();
    made["FileSystemId"].as_str().unwrap().to_owned()
}

fn file_system(account: &Account) -> String {
    create(account, &json!({ "CreationToken": "token" }))
}

fn describe(account: &Account, id: &str) -> Value {
    get(account, &format!("file-systems?FileSystemId={id}")).json()["FileSystems"][0].clone()
}

fn default_subnets(account: &Account) -> Vec<String> {
    let filter = [("Filter.1.Name", "default-for-az"), ("Filter.1.Value.1", "true")];
    let answer = account.ec2("DescribeSubnets", &filter).xml();
    answer.elements("subnetId").map(str::to_owned).collect()
}

fn mount_target(account: &Account, id: &str, subnet: &str, groups: &[&str]) -> Answer {
    let mut body = json!({ "FileSystemId": id, "SubnetId": subnet });
    if !groups.is_empty() {
        body["SecurityGroups"] = groups.into();
    }
    account.efs("POST mount-targets", &body)
}

#[test]
fn a_creation_token_is_used_once() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let tags = json!([{ "Key": "Name", "Value": "name" }]);
        let body = json!({ "CreationToken": "token", "Tags": tags });
        let id = create(&account, &body);
        let again = account.efs("POST file-systems", &body);
        assert_eq!((again.status, again.code().as_str()), (409, "FileSystemAlreadyExists"));
        let error: Value = serde_json::from_str(&again.body).unwrap();
        assert_eq!(
            (&error["FileSystemId"], &error["ErrorCode"]),
            (&id.into(), &"FileSystemAlreadyExists".into())
        );
        let found = get(&account, "file-systems?CreationToken=token").json();
        assert_eq!(found["FileSystems"][0]["Tags"], tags);
        assert_eq!(found["FileSystems"][0]["LifeCycleState"], "available");
        assert_eq!(get(&account, "file-systems?CreationToken=other").json()["FileSystems"], json!([]));
    }
}

#[test]
fn what_a_file_system_is_made_with_is_read_back() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let plain = describe(&account, &file_system(&account));
        assert_eq!(plain["PerformanceMode"], "generalPurpose");
        assert_eq!(plain["ThroughputMode"], "bursting");
        assert_eq!(plain["Encrypted"], false);
        assert_eq!(plain["FileSystemProtection"], json!({ "ReplicationOverwriteProtection": "ENABLED" }));
        for absent in ["KmsKeyId", "ProvisionedThroughputInMibps", "AvailabilityZoneName"] {
            assert!(plain[absent].is_null(), "{plain}");
        }
        let encrypted = json!({ "CreationToken": "encrypted", "Encrypted": true });
        let key = describe(&account, &create(&account, &encrypted))["KmsKeyId"].clone();
        let prefix = format!("arn:aws:kms:us-west-2:{}:key/", account.number());
        assert!(key.as_str().is_some_and(|key| key.starts_with(&prefix)), "{key}");
        let given = json!({ "CreationToken": "given", "Encrypted": true, "KmsKeyId": key });
        assert_eq!(describe(&account, &create(&account, &given))["KmsKeyId"], key);
    }
}

#[test]
fn throughput_and_protection_are_changed() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = file_system(&account);
        let update = |body: Value| account.efs(&format!("PUT file-systems/{id}"), &body).json();
        update(json!({ "ThroughputMode": "provisioned", "ProvisionedThroughputInMibps": 5 }));
        let live = describe(&account, &id);
        assert_eq!(live["ThroughputMode"], "provisioned");
        assert_eq!(live["ProvisionedThroughputInMibps"].as_f64(), Some(5.0));
        update(json!({ "ThroughputMode": "elastic" }));
        let live = describe(&account, &id);
        assert_eq!(live["ThroughputMode"], "elastic");
        assert!(live["ProvisionedThroughputInMibps"].is_null(), "{live}");
        let off = json!({ "ReplicationOverwriteProtection": "DISABLED" });
        account.efs(&format!("PUT file-systems/{id}/protection"), &off).json();
        assert_eq!(describe(&account, &id)["FileSystemProtection"], off);
        let tags = json!({ "Tags": [{ "Key": "k", "Value": "v" }] });
        account.efs(&format!("POST resource-tags/{id}"), &tags).json();
        assert_eq!(describe(&account, &id)["Tags"], tags["Tags"]);
    }
}

#[test]
fn a_lifecycle_has_an_object_for_each_transition() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let path = format!("file-systems/{}/lifecycle-configuration", file_system(&account));
        let put =
            |policies: &Value| account.efs(&format!("PUT {path}"), &json!({ "LifecyclePolicies": policies }));
        let live = || get(&account, &path).json()["LifecyclePolicies"].clone();
        assert_eq!(live(), json!([]));
        let policies = json!([
            { "TransitionToIA": "AFTER_30_DAYS" },
            { "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS" },
            { "TransitionToArchive": "AFTER_90_DAYS" },
        ]);
        put(&policies).json();
        assert_eq!(live(), policies);
        let merged = json!([{ "TransitionToIA": "AFTER_7_DAYS", "TransitionToArchive": "AFTER_90_DAYS" }]);
        assert_eq!(put(&merged).code(), "BadRequest");
        assert_eq!(live(), policies);
        put(&json!([])).json();
        assert_eq!(live(), json!([]));
    }
}

#[test]
fn backup_is_a_policy_that_may_not_be_there() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let path = |id: &str| format!("file-systems/{id}/backup-policy");
        let status = |id: &str| get(&account, &path(id)).json()["BackupPolicy"]["Status"].clone();
        let on = create(&account, &json!({ "CreationToken": "on", "Backup": true }));
        assert_eq!(status(&on), "ENABLED");
        let zonal = json!({ "CreationToken": "zonal", "AvailabilityZoneName": "us-west-2a" });
        assert_eq!(status(&create(&account, &zonal)), "ENABLED");
        let id = file_system(&account);
        let none = get(&account, &path(&id));
        assert_eq!((none.status, none.code().as_str()), (404, "PolicyNotFound"));
        for wanted in ["ENABLED", "DISABLED"] {
            let body = json!({ "BackupPolicy": { "Status": wanted } });
            account.efs(&format!("PUT {}", path(&id)), &body).json();
            assert_eq!(status(&id), wanted);
        }
    }
}

#[test]
fn what_a_policy_leaves_out_is_filled_in() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = file_system(&account);
        let path = format!("file-systems/{id}/policy");
        let none = get(&account, &path);
        assert_eq!((none.status, none.code().as_str()), (404, "PolicyNotFound"));
        let action = "elasticfilesystem:ClientMount";
        let statement = json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": action });
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        account.efs(&format!("PUT {path}"), &json!({ "Policy": policy.to_string() })).json();
        let live = get(&account, &path).json();
        let live: Value = serde_json::from_str(live["Policy"].as_str().unwrap()).unwrap();
        assert_eq!(live["Statement"][0]["Action"], action);
        assert_eq!(live["Statement"][0]["Resource"], describe(&account, &id)["FileSystemArn"]);
        let sid = live["Statement"][0]["Sid"].as_str().unwrap();
        assert!(live["Id"].is_string() && sid.starts_with("efs-statement-"), "{live}");
        account.efs(&format!("DELETE {path}"), &Value::Null).json();
        assert_eq!(get(&account, &path).code(), "PolicyNotFound");
    }
}

#[test]
fn a_file_system_that_is_not_there_is_named_as_such() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = NO_FILE_SYSTEM;
        for path in [
            format!("file-systems?FileSystemId={id}"),
            format!("file-systems/{id}/lifecycle-configuration"),
            format!("file-systems/{id}/backup-policy"),
            format!("file-systems/{id}/policy"),
            format!("mount-targets?FileSystemId={id}"),
            format!("access-points?FileSystemId={id}"),
        ] {
            let answer = get(&account, &path);
            assert_eq!((answer.status, answer.code().as_str()), (404, "FileSystemNotFound"), "{path}");
        }
        let subnet = &default_subnets(&account)[0];
        assert_eq!(mount_target(&account, id, subnet, &[]).code(), "FileSystemNotFound");
        let point = json!({ "FileSystemId": id, "ClientToken": "token" });
        assert_eq!(account.efs("POST access-points", &point).code(), "FileSystemNotFound");
        let point = get(&account, "access-points?AccessPointId=fsap-0f0f0f0f0f0f0f0f1");
        assert_eq!((point.status, point.code().as_str()), (404, "AccessPointNotFound"));
    }
}

#[test]
fn lists_come_in_pages() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let ids = ["first", "second", "third"].map(|it| create(&account, &json!({ "CreationToken": it })));
        for subnet in &default_subnets(&account)[..3] {
            mount_target(&account, &ids[0], subnet, &[]).json();
        }
        let mount_targets = format!("mount-targets?FileSystemId={}&", ids[0]);
        for (path, key, id) in [
            ("file-systems?", "FileSystems", "FileSystemId"),
            (&mount_targets, "MountTargets", "MountTargetId"),
        ] {
            let first = get(&account, &format!("{path}MaxItems=2")).json();
            let marker = first["NextMarker"].as_str().unwrap().replace('=', "%3D");
            let second = get(&account, &format!("{path}MaxItems=2&Marker={marker}")).json();
            assert!(second["NextMarker"].is_null(), "{second}");
            let pages = [&first, &second].map(|page| page[key].as_array().unwrap());
            assert_eq!(pages.map(Vec::len), [2, 1]);
            assert!(pages[0].iter().all(|it| it[id] != pages[1][0][id]), "{first} {second}");
        }
    }
}

#[test]
fn a_zone_has_one_mount_target() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = file_system(&account);
        let subnets = default_subnets(&account);
        let made = mount_target(&account, &id, &subnets[0], &[]).json();
        assert_eq!(made["LifeCycleState"], "available");
        let again = mount_target(&account, &id, &subnets[0], &[]);
        assert_eq!((again.status, again.code().as_str()), (409, "MountTargetConflict"));
        let wrong = mount_target(&account, &id, &subnets[1], &[NO_GROUP]);
        assert_eq!(wrong.code(), "SecurityGroupNotFound");
        let wrong = mount_target(&account, &id, "subnet-0f0f0f0f0f0f0f0f1", &[]);
        assert_eq!(wrong.code(), "SubnetNotFound");
        let live = get(&account, &format!("mount-targets?FileSystemId={id}")).json()["MountTargets"].clone();
        assert_eq!(live.as_array().map(Vec::len), Some(1));
        for key in ["MountTargetId", "SubnetId", "VpcId", "NetworkInterfaceId", "IpAddress"] {
            assert_eq!(live[0][key], made[key], "{key}");
        }
        assert_eq!(live[0]["AvailabilityZoneName"], "us-west-2a");
        assert_eq!(describe(&account, &id)["NumberOfMountTargets"], 1);
        let delete = format!("DELETE file-systems/{id}");
        assert_eq!(account.efs(&delete, &Value::Null).code(), "FileSystemInUse");
        let target = made["MountTargetId"].as_str().unwrap();
        account.efs(&format!("DELETE mount-targets/{target}"), &Value::Null).json();
        account.efs(&delete, &Value::Null).json();
    }
}

#[test]
fn the_interface_of_a_mount_target_has_its_groups() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = file_system(&account);
        let [first, second] = ["first", "second"].map(|name| ec2::group(&account, name));
        let target = mount_target(&account, &id, &default_subnets(&account)[0], &[&first]).json();
        let name = target["MountTargetId"].as_str().unwrap();
        let path = format!("mount-targets/{name}/security-groups");
        let groups = || get(&account, &path).json()["SecurityGroups"].clone();
        let interfaces = |group: &str| {
            let filter = [("Filter.1.Name", "group-id"), ("Filter.1.Value.1", group)];
            account.ec2("DescribeNetworkInterfaces", &filter).xml()
        };
        let delete = |group: &str| account.ec2("DeleteSecurityGroup", &[("GroupId", group)]);

        assert_eq!(groups(), json!([first]));
        let interface = interfaces(&first);
        assert_eq!(interface.element("networkInterfaceId"), target["NetworkInterfaceId"].as_str().unwrap());
        assert_eq!(interface.element("description"), format!("EFS mount target for {id} ({name})"));
        assert_eq!(interface.elements("requesterManaged").collect::<Vec<_>>(), ["true"]);
        assert_eq!(delete(&first).code(), "DependencyViolation");

        let put = |group: &str| account.efs(&format!("PUT {path}"), &json!({ "SecurityGroups": [group] }));
        assert_eq!(put(NO_GROUP).code(), "SecurityGroupNotFound");
        put(&second).json();
        assert_eq!(groups(), json!([second]));
        assert_eq!(interfaces(&first).elements("networkInterfaceId").count(), 0);
        assert_eq!(interfaces(&second).elements("networkInterfaceId").count(), 1);
        delete(&first).xml();
        assert_eq!(delete(&second).code(), "DependencyViolation");
        account.efs(&format!("DELETE mount-targets/{name}"), &Value::Null).json();
        delete(&second).xml();
        let id = target["NetworkInterfaceId"].as_str().unwrap();
        let gone = account.ec2("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", id)]);
        assert_eq!(gone.code(), "InvalidNetworkInterfaceID.NotFound");
    }
}

#[test]
fn without_groups_a_mount_target_has_the_default_one() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let target =
            mount_target(&account, &file_system(&account), &default_subnets(&account)[0], &[]).json();
        let name = target["MountTargetId"].as_str().unwrap();
        let groups = get(&account, &format!("mount-targets/{name}/security-groups")).json();
        let group = groups["SecurityGroups"][0].as_str().unwrap();
        let group = account.ec2("DescribeSecurityGroups", &[("GroupId.1", group)]).xml();
        assert_eq!(group.element("groupName"), "default");
    }
}

#[test]
fn an_access_point_is_told_by_its_token() {
    for emulator in [ministack(), moto()].into_iter().flatten() {
        let account = Account::fresh(emulator);
        let id = file_system(&account);
        let body = json!({
            "ClientToken": "token",
            "FileSystemId": id,
            "PosixUser": { "Uid": 1000, "Gid": 1000 },
            "RootDirectory": {
                "Path": "/data",
                "CreationInfo": { "OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0755" },
            },
            "Tags": [{ "Key": "k", "Value": "v" }],
        });
        let made = account.efs("POST access-points", &body).json();
        let again = account.efs("POST access-points", &body);
        assert_eq!((again.status, again.code().as_str()), (409, "AccessPointAlreadyExists"));
        let error: Value = serde_json::from_str(&again.body).unwrap();
        assert_eq!(error["AccessPointId"], made["AccessPointId"]);

        let bare = json!({ "ClientToken": "bare", "FileSystemId": id });
        account.efs("POST access-points", &bare).json();
        let live = get(&account, &format!("access-points?FileSystemId={id}")).json()["AccessPoints"].clone();
        let members: Value =
            body.as_object().unwrap().keys().map(|key| (key.clone(), live[0][key].clone())).collect();
        assert_eq!(members, body);
        assert_eq!(live[0]["LifeCycleState"], "available");
        assert_eq!(live[1]["RootDirectory"], json!({ "Path": "/" }));
        assert!(live[1]["PosixUser"].is_null(), "nobody in particular is no user: {live}");

        let name = made["AccessPointId"].as_str().unwrap();
        account.efs(&format!("DELETE access-points/{name}"), &Value::Null).json();
        assert_eq!(
            get(&account, &format!("access-points?AccessPointId={name}")).code(),
            "AccessPointNotFound"
        );
        // The token is free again, and what is left goes with its file system.
        account.efs("POST access-points", &body).json();
        account.efs(&format!("DELETE file-systems/{id}"), &Value::Null).json();
        assert_eq!(get(&account, "access-points").json()["AccessPoints"], json!([]));
    }
}

/// moto does not page them.
#[test]
fn ministack_lists_access_points_in_pages() {
    let Some(emulator) = ministack() else { return };
    let account = Account::fresh(emulator);
    let id = file_system(&account);
    for token in ["first", "second", "third"] {
        account.efs("POST access-points", &json!({ "ClientToken": token, "FileSystemId": id })).json();
    }
    let path = format!("access-points?FileSystemId={id}&MaxResults=2");
    let first = get(&account, &path).json();
    let next = first["NextToken"].as_str().unwrap().replace('=', "%3D");
    let second = get(&account, &format!("{path}&NextToken={next}")).json();
    assert!(second["NextToken"].is_null());
    let points = [&first, &second].into_iter().filter_map(|page| page["AccessPoints"].as_array()).flatten();
    let tokens: Vec<&Value> = points.map(|point| &point["ClientToken"]).collect();
    assert_eq!(tokens, ["first", "second", "third"]);
}
