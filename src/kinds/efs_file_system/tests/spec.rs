//! What may be written.

use super::{KEY, MOUNTED, PLAIN, entry, with};
use crate::kind::testing::try_entry;
use crate::kinds::efs_file_system::EfsFileSystem;
use crate::model::Address;

pub(super) fn problems(toml: &str) -> Vec<String> {
    let problems = try_entry::<EfsFileSystem>(toml).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn each_fault_is_reported_at_its_place() {
    const MANY: &str = "['a', 'b', 'c', 'd', 'e', 'f']";
    for (more, expected) in [
        ("id = 'fs-1'", "id: this is no id of a file system"),
        ("id = 'fs-0123456G'", "id: this is no id of a file system"),
        ("kms-key = 'alias/site'", "kms-key: this is no id or ARN of a KMS key"),
        ("kms-key = 'site'", "kms-key: this is no id or ARN of a KMS key"),
        ("availability-zone = 'us-east-1a'", "availability-zone: this is no zone of the manifest's region"),
        (
            "availability-zone = 'us-west-2-lax-1a'",
            "availability-zone: this is no zone of the manifest's region",
        ),
        ("availability-zone = 'us-west-2'", "availability-zone: this is no zone of the manifest's region"),
        (
            "availability-zone = 'us-west-2a'\nperformance-mode = 'max-io'",
            "performance-mode: in one zone there is no `max-io`",
        ),
        (
            "throughput-mode = 'elastic'\nperformance-mode = 'max-io'",
            "throughput-mode: with `max-io` throughput cannot be elastic",
        ),
        ("throughput-mode = 'provisioned'", "throughput-mode: how much throughput is not said"),
        ("provisioned-mibps = 8", "provisioned-mibps: this is for provisioned throughput only"),
        ("throughput-mode = 'provisioned'\nprovisioned-mibps = 0", "provisioned-mibps: this is out of range"),
        (
            "throughput-mode = 'provisioned'\nprovisioned-mibps = 3415",
            "provisioned-mibps: this is out of range",
        ),
        (
            "lifecycle = { infrequent-access-after-days = 31 }",
            "lifecycle.infrequent-access-after-days: AWS does not take this number of days",
        ),
        (
            "lifecycle = { archive-after-days = 90 }",
            "lifecycle.archive-after-days: only with elastic throughput files move to Archive",
        ),
        (
            "throughput-mode = 'elastic'\nlifecycle = { archive-after-days = 30, infrequent-access-after-days = 30 }",
            "lifecycle.archive-after-days: files move to Archive later than to Infrequent Access",
        ),
        (
            "mount-targets = { vpc = 'main', security-groups = [] }",
            "mount-targets.security-groups: a mount target has one to five security groups",
        ),
        (
            &format!("mount-targets = {{ vpc = 'main', security-groups = {MANY} }}"),
            "mount-targets.security-groups: a mount target has one to five security groups",
        ),
        (
            "mount-targets = { vpc = 'main', security-groups = ['a', 'b', 'a'] }",
            "mount-targets.security-groups.2: this group is named twice",
        ),
        ("on-delete = 'delete'", "on-delete: efs.file-system can only be retained"),
        (
            "policy = [{ effect = 'allow', principal = { anyone = true }, action = ['elasticfilesystem:ClientMount'] }]",
            "policy.0: this statement lets in anyone at all",
        ),
        (
            "policy = [{ effect = 'allow', principal = { aws = ['111122223333'] }, action = ['elasticfilesystem:ClientMount'], resource = ['*'] }]",
            "policy.0.resource: a policy of this kind has no resource: it is about what it is attached to",
        ),
    ] {
        assert_eq!(problems(&with(more)), [expected], "{more}");
    }
    assert_eq!(
        problems(&with(&format!("encrypted = false\nkms-key = '{KEY}'"))),
        ["kms-key: without encryption there is no key"]
    );
    for name in ["", " ", "a,b", &"x".repeat(257)] {
        assert_eq!(
            problems(&format!("name = '{name}'")),
            ["name: this is no valid name: the tag `Name` holds it"],
            "{name}"
        );
    }
}

#[test]
fn what_is_good_is_taken() {
    for more in [
        "id = 'fs-0123456789abcdef0'",
        "id = 'fs-01234567'",
        &format!("kms-key = '{KEY}'"),
        "availability-zone = 'us-west-2a'",
        "lifecycle = { primary-after-access = true }",
        // Through a mount target comes only whom the network lets in.
        "policy = [{ effect = 'allow', principal = { anyone = true }, action = ['elasticfilesystem:ClientMount'], condition = { Bool = { 'elasticfilesystem:AccessedViaMountTarget' = ['true'] } } }]",
    ] {
        assert_eq!(problems(&with(more)), [""; 0], "{more}");
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let plain = entry::<EfsFileSystem>(PLAIN).state;
    let spelled = "encrypted = true\nkms-key = 'alias/aws/elasticfilesystem'\nperformance-mode = 'general-purpose'\nthroughput-mode = 'bursting'\nbackups = true\nreplication-overwrite-protection = true\nlifecycle = {}\npolicy = []";
    assert_eq!(plain, entry::<EfsFileSystem>(&with(spelled)).state);
}

#[test]
fn links_are_those_that_are_named() {
    let names = entry::<EfsFileSystem>(MOUNTED).names();
    let names: Vec<_> =
        names.iter().map(|(stage, address): &(_, Address)| format!("{stage:?} {address}")).collect();
    assert_eq!(names, ["Parts lookup.vpc.main", "Parts ec2.security-group.nfs"]);
}
