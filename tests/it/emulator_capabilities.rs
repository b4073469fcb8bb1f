//! Whether the table of what the emulators lack is true: every row is probed on both, so that an
//! upgrade that changes one is noticed, and the tests passed over for it can be had back.

use serde_json::{Value, json};

use crate::emulator_contract::functions;
use crate::support::capabilities::{Capability, lacks};
use crate::support::emulators::{Emulator, ministack, moto};
use crate::support::wire::{Account, Answer};

#[test]
fn the_table_is_true_of_ministack() {
    the_table_is_true_of(ministack());
}

#[test]
fn the_table_is_true_of_moto() {
    the_table_is_true_of(moto());
}

fn the_table_is_true_of(emulator: Option<&Emulator>) {
    let Some(emulator) = emulator else { return };
    let backend = emulator.backend;
    let wrong: Vec<String> = Capability::ALL
        .into_iter()
        .filter(|&row| has(&Account::fresh(emulator), row) == lacks(backend, row).is_some())
        .map(|row| format!("{row:?}, of which the table says {:?}", lacks(backend, row)))
        .collect();
    assert!(wrong.is_empty(), "{backend:?} has changed: {wrong:#?}");
}

/// Asks a fresh account whether it behaves as AWS does.
fn has(account: &Account, capability: Capability) -> bool {
    match capability {
        Capability::EcrPages => ecr_pages(account),
        Capability::EcrLifecycleRules => ecr_lifecycle_rules(account),
        Capability::EcrLifecyclePreview => ecr_lifecycle_preview(account),
        Capability::EcrImageAlreadyExists => ecr_image_already_exists(account),
        Capability::EcrEffectiveScanning => ecr_effective_scanning(account),
        Capability::SecretUnlabelledHidden => secret_unlabelled_hidden(account),
        Capability::SecretNameScheduled => secret_name_scheduled(account),
        Capability::SecretScheduledReadOnly => secret_scheduled_read_only(account),
        Capability::SecretUpdateTokenUsed => secret_update_token_used(account),
        Capability::SecretDescriptionCleared => secret_description_cleared(account),
        Capability::SecretCancelRotation => secret_cancel_rotation(account),
        Capability::SecretRotationFunction => secret_rotation_function(account),
        Capability::StackExportsUnique => stack_exports_unique(account),
        Capability::StackNoUpdates => stack_no_updates(account),
        Capability::EfsTakesTime => efs_takes_time(account),
        Capability::EfsThroughputOnceADay => efs_throughput_once_a_day(account),
        Capability::EfsAccessPointPages => efs_access_point_pages(account),
        Capability::SecurityGroupPages => security_group_pages(account),
        Capability::SecurityGroupRulesTogether => security_group_rules_together(account),
        Capability::SecurityGroupRuleDescribedUnknown => security_group_rule_described_unknown(account),
        Capability::CertificateKeyTypes => certificate_key_types(account),
        Capability::LoadBalancerTakesTime => load_balancer_takes_time(account),
        Capability::LoadBalancerDualstackSubnets => load_balancer_dualstack_subnets(account),
        Capability::LoadBalancerLogsBucket => load_balancer_logs_bucket(account),
        Capability::FunctionCodeDownloaded => function_code_downloaded(account),
        Capability::FunctionMountNeedsNetwork => function_mount_needs_network(account),
        Capability::RuleCronChecked => rule(account, "cron(0 3 * * * *)").code() == "ValidationException",
        Capability::RuleTargetsLimited => rule_targets_limited(account),
        Capability::RuleInputChecked => rule_input_checked(account),
    }
}

fn repository(account: &Account, name: &str) {
    account.ecr("CreateRepository", &json!({ "repositoryName": name })).json();
}

fn secret_description_cleared(account: &Account) -> bool {
    account.secrets("CreateSecret", &json!({ "Name": "name", "Description": "old" })).json();
    account.secrets("UpdateSecret", &json!({ "SecretId": "name", "Description": "" })).json();
    let secret = account.secrets("DescribeSecret", &json!({ "SecretId": "name" })).json();
    secret["Description"].as_str().unwrap_or_default().is_empty()
}

fn ecr_pages(account: &Account) -> bool {
    repository(account, "first");
    repository(account, "second");
    let page = account.ecr("DescribeRepositories", &json!({ "maxResults": 1 })).json();
    count(&page["repositories"]) == 1 && page["nextToken"].is_string()
}

fn ecr_lifecycle_rules(account: &Account) -> bool {
    repository(account, "name");
    let body = json!({ "repositoryName": "name", "lifecyclePolicyText": r#"{"rules":[{}]}"# });
    account.ecr("PutLifecyclePolicy", &body).code() == "InvalidParameterException"
}

fn ecr_lifecycle_preview(account: &Account) -> bool {
    repository(account, "name");
    let selection = json!({ "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1 });
    let rule = json!({ "rulePriority": 1, "selection": selection, "action": { "type": "expire" } });
    let text = json!({ "rules": [rule] }).to_string();
    let body = json!({ "repositoryName": "name", "lifecyclePolicyText": text });
    account.ecr("StartLifecyclePolicyPreview", &body).error().is_none()
}

fn ecr_image_already_exists(account: &Account) -> bool {
    repository(account, "name");
    let blob = |digit: &str| json!({ "size": 1, "digest": format!("sha256:{}", digit.repeat(64)) });
    let manifest = json!({ "schemaVersion": 2, "config": blob("1"), "layers": [blob("2")] });
    let image = json!({
        "repositoryName": "name",
        "imageTag": "tag",
        "imageManifest": manifest.to_string(),
        "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json",
    });
    account.ecr("PutImage", &image).json();
    account.ecr("PutImage", &image).code() == "ImageAlreadyExistsException"
}

fn ecr_effective_scanning(account: &Account) -> bool {
    repository(account, "name");
    let body = json!({ "repositoryNames": ["name"] });
    account.ecr("BatchGetRepositoryScanningConfiguration", &body).error().is_none()
}

fn secret(account: &Account) {
    account.secrets("CreateSecret", &json!({ "Name": "name" })).json();
}

fn scheduled_secret(account: &Account) {
    secret(account);
    account.secrets("DeleteSecret", &json!({ "SecretId": "name" })).json();
}

/// A value for the secret, with a token of its own.
fn value(value: &str) -> Value {
    json!({ "SecretId": "name", "SecretString": value, "ClientRequestToken": value.repeat(32) })
}

fn secret_unlabelled_hidden(account: &Account) -> bool {
    secret(account);
    for text in ["a", "b", "c"] {
        account.secrets("PutSecretValue", &value(text)).json();
    }
    let id = json!({ "SecretId": "name" });
    let described = account.secrets("DescribeSecret", &id).json();
    let listed = account.secrets("ListSecretVersionIds", &id).json();
    count(&described["VersionIdsToStages"]) == 2 && count(&listed["Versions"]) == 2
}

fn secret_name_scheduled(account: &Account) -> bool {
    scheduled_secret(account);
    let text =
        "You can't create this secret because a secret with this name is already scheduled for deletion.";
    let error = account.secrets("CreateSecret", &json!({ "Name": "name" })).error();
    error == Some(("InvalidRequestException".to_owned(), text.to_owned()))
}

fn secret_scheduled_read_only(account: &Account) -> bool {
    scheduled_secret(account);
    let tags = json!({ "SecretId": "name", "Tags": [{ "Key": "key", "Value": "value" }] });
    let written = account.secrets("PutSecretValue", &value("a")).code();
    let tagged = account.secrets("TagResource", &tags).code();
    [written, tagged] == ["InvalidRequestException"; 2]
}

fn secret_update_token_used(account: &Account) -> bool {
    secret(account);
    account.secrets("PutSecretValue", &value("a")).json();
    account.secrets("UpdateSecret", &value("a")).code() == "ResourceExistsException"
}

fn secret_cancel_rotation(account: &Account) -> bool {
    secret(account);
    let answer = account.secrets("CancelRotateSecret", &json!({ "SecretId": "name" }));
    !answer.error().is_some_and(|(_, message)| message.contains("Unknown action"))
}

fn secret_rotation_function(account: &Account) -> bool {
    secret(account);
    account.secrets("PutSecretValue", &value("a")).json();
    let body = json!({ "SecretId": "name", "ClientRequestToken": "r".repeat(32) });
    account.secrets("RotateSecret", &body).code() == "InvalidRequestException"
}

fn stack_exports_unique(account: &Account) -> bool {
    assert_eq!(account.stack("CreateStack", "first", "a").status, 200);
    account.stack("CreateStack", "second", "a").status != 200
}

fn stack_no_updates(account: &Account) -> bool {
    assert_eq!(account.stack("CreateStack", "name", "a").status, 200);
    account.stack("UpdateStack", "name", "a").body.contains("No updates are to be performed")
}

fn file_system(account: &Account) -> Value {
    account.efs("POST file-systems", &json!({ "CreationToken": "token" })).json()
}

fn efs_takes_time(account: &Account) -> bool {
    file_system(account)["LifeCycleState"] == "creating"
}

fn efs_throughput_once_a_day(account: &Account) -> bool {
    let made = file_system(account);
    let path = format!("PUT file-systems/{}", made["FileSystemId"].as_str().unwrap());
    let change = |mode: &str| account.efs(&path, &json!({ "ThroughputMode": mode }));
    change("elastic").json();
    change("bursting").code() == "TooManyRequests"
}

fn efs_access_point_pages(account: &Account) -> bool {
    let id = &file_system(account)["FileSystemId"];
    for token in ["first", "second"] {
        account.efs("POST access-points", &json!({ "ClientToken": token, "FileSystemId": id })).json();
    }
    let page = account.efs("GET access-points?MaxResults=1", &Value::Null).json();
    count(&page["AccessPoints"]) == 1 && page["NextToken"].is_string()
}

fn security_group(account: &Account, name: &str) -> String {
    let parameters = [("GroupName", name), ("GroupDescription", "of a test")];
    account.ec2("CreateSecurityGroup", &parameters).xml().element("groupId")
}

fn security_group_pages(account: &Account) -> bool {
    for name in ["a", "b", "c", "d", "e"] {
        security_group(account, name);
    }
    // The default one is the sixth; AWS allows no smaller page.
    let page = account.ec2("DescribeSecurityGroups", &[("MaxResults", "5")]).xml();
    page.elements("nextToken").count() == 1
}

/// Calls with a rule that admits each of these, from any port to any port.
fn admitting(account: &Account, operation: &str, group: &str, addresses: &[&str]) -> Answer {
    let mut parameters = vec![
        ("GroupId", group),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "0"),
        ("IpPermissions.1.ToPort", "65535"),
    ];
    let names = ["IpPermissions.1.IpRanges.1.CidrIp", "IpPermissions.1.IpRanges.2.CidrIp"];
    parameters.extend(names.into_iter().zip(addresses.iter().copied()));
    account.ec2(operation, &parameters)
}

fn security_group_rules_together(account: &Account) -> bool {
    let group = &security_group(account, "name");
    admitting(account, "AuthorizeSecurityGroupIngress", group, &["10.0.0.0/8"]).xml();
    let both = admitting(account, "AuthorizeSecurityGroupIngress", group, &["172.16.0.0/12", "10.0.0.0/8"]);
    let live = account.ec2("DescribeSecurityGroups", &[("GroupId.1", group)]).xml();
    both.code() == "InvalidPermission.Duplicate" && !live.body.contains("172.16.0.0/12")
}

fn security_group_rule_described_unknown(account: &Account) -> bool {
    let group = &security_group(account, "name");
    let operation = "UpdateSecurityGroupRuleDescriptionsIngress";
    admitting(account, operation, group, &["10.0.0.0/8"]).code() == "InvalidPermission.NotFound"
}

fn certificate_key_types(account: &Account) -> bool {
    account.certify_with("example.com", &json!({ "KeyAlgorithm": "EC_prime256v1" }));
    count(&account.acm("ListCertificates", &json!({})).json()["CertificateSummaryList"]) == 0
}

/// Makes one in the default VPC, which has no IPv6; gives its ARN.
fn load_balancer(account: &Account) -> String {
    let subnets = account.ec2("DescribeSubnets", &[]).xml();
    let names = ["Subnets.member.1", "Subnets.member.2"];
    let mut parameters: Vec<_> = names.into_iter().zip(subnets.elements("subnetId")).collect();
    parameters.push(("Name", "name"));
    account.elb("CreateLoadBalancer", &parameters).xml().element("LoadBalancerArn")
}

fn load_balancer_takes_time(account: &Account) -> bool {
    let arn = load_balancer(account);
    let live = account.elb("DescribeLoadBalancers", &[]).xml();
    account.elb("DeleteLoadBalancer", &[("LoadBalancerArn", &arn)]).xml();
    let filter = [("Filter.1.Name", "description"), ("Filter.1.Value.1", "ELB app/name/*")];
    let lingering = account.ec2("DescribeNetworkInterfaces", &filter).xml();
    live.element("Code") == "provisioning" || lingering.elements("subnetId").count() > 0
}

fn load_balancer_dualstack_subnets(account: &Account) -> bool {
    let arn = load_balancer(account);
    let parameters = [("LoadBalancerArn", arn.as_str()), ("IpAddressType", "dualstack")];
    account.elb("SetIpAddressType", &parameters).error().is_some()
}

fn load_balancer_logs_bucket(account: &Account) -> bool {
    let arn = load_balancer(account);
    let parameters = [
        ("LoadBalancerArn", arn.as_str()),
        ("Attributes.member.1.Key", "access_logs.s3.bucket"),
        ("Attributes.member.1.Value", "a-bucket-that-nobody-has"),
        ("Attributes.member.2.Key", "access_logs.s3.enabled"),
        ("Attributes.member.2.Value", "true"),
    ];
    account.elb("ModifyLoadBalancerAttributes", &parameters).error().is_some()
}

fn count(collection: &Value) -> usize {
    collection.as_array().map_or_else(|| collection.as_object().map_or(0, serde_json::Map::len), Vec::len)
}

fn function_code_downloaded(account: &Account) -> bool {
    let function = functions::made(account, &json!({}));
    let about = account.lambda("GET 2015-03-31/functions/site", &Value::Null).json();
    let location = about["Code"]["Location"].as_str().unwrap();
    !location.contains("amazonaws.com") && account.deployed("site") == function
}

fn function_mount_needs_network(account: &Account) -> bool {
    let arn = "arn:aws:elasticfilesystem:us-west-2:111122223333:access-point/fsap-0ab1";
    let mounts = json!({ "FileSystemConfigs": [{ "Arn": arn, "LocalMountPath": "/mnt/site" }] });
    !functions::create(account, &mounts).0.code().is_empty()
}

fn rule(account: &Account, schedule: &str) -> Answer {
    account.events("PutRule", &json!({ "Name": "name", "ScheduleExpression": schedule }))
}

/// Lets a rule call so many functions, with this input.
fn rule_with_targets(account: &Account, count: usize, input: &str) -> Answer {
    rule(account, "rate(1 day)").json();
    let arn = "arn:aws:lambda:us-west-2:111122223333:function:name";
    let target = |at: usize| json!({ "Id": at.to_string(), "Arn": arn, "Input": input });
    let targets: Vec<_> = (0..count).map(target).collect();
    account.events("PutTargets", &json!({ "Rule": "name", "Targets": targets }))
}

/// `EventBridge` user guide, "Quotas": targets for each rule.
fn rule_targets_limited(account: &Account) -> bool {
    rule_with_targets(account, 6, "{}").code() == "LimitExceededException"
}

fn rule_input_checked(account: &Account) -> bool {
    rule_with_targets(account, 1, "no JSON").code() == "ValidationException"
}
