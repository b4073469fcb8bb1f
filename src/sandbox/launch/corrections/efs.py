"""EFS."""

import json
import sys

from ministack.core.responses import json_response
from ministack.services import efs

from .common import drop_empty, edited, kms_key, page, replaces


def refused(code, **members):
    """AWS: what is there already is a conflict, and the error names it."""
    status, headers, body = efs._error(409, code, "It exists already.")
    return status, headers, json.dumps({**json.loads(body), **members}).encode()


def no_file_system(name):
    return efs._error(404, "FileSystemNotFound", f"File system '{name}' does not exist.")


@replaces(efs, "_create_file_system")
def create_file_system(original, body):
    """AWS: a known token is refused; encryption without a key means the account's own; the backup is a policy."""
    for known in efs._file_systems.values():
        if known["CreationToken"] == body.get("CreationToken"):
            return refused("FileSystemAlreadyExists", FileSystemId=known["FileSystemId"])
    if body.get("Encrypted") and not body.get("KmsKeyId"):
        body = {**body, "KmsKeyId": kms_key()}
    response = original(body)
    if response[0] == 201 and body.get("Backup", "AvailabilityZoneName" in body):
        efs._backup_policies[json.loads(response[2])["FileSystemId"]] = {"Status": "ENABLED"}
    return response


@replaces(efs, "_fs_response")
def fs_response(original, fs):
    """AWS: provisioned throughput belongs to its mode."""
    shape = original(fs)
    drop_empty(shape, "KmsKeyId", "Name")
    if shape["ThroughputMode"] != "provisioned":
        shape.pop("ProvisionedThroughputInMibps", None)
    return shape


@replaces(efs, "_delete_file_system")
def delete_file_system(original, fs_id):
    """AWS: access points go with their file system."""
    response = original(fs_id)
    if response[0] == 204:
        for name in [name for name, point in efs._access_points.items() if point["FileSystemId"] == fs_id]:
            del efs._access_points[name]
    return response


@replaces(efs, "_put_lifecycle_configuration")
def put_lifecycle_configuration(original, fs_id, body):
    """AWS: an object for each transition."""
    if any(len(policy) != 1 for policy in body.get("LifecyclePolicies", [])):
        return efs._error(400, "BadRequest", "One or more LifecyclePolicy objects specified are malformed.")
    return original(fs_id, body)


@replaces(efs, "_describe_backup_policy")
def describe_backup_policy(original, fs_id):
    """AWS: what was never backed up has no policy, as opposed to one that says so."""
    if fs_id in efs._file_systems and fs_id not in efs._backup_policies:
        return efs._error(404, "PolicyNotFound", None)
    return original(fs_id)


def listed(original, key, query, size="MaxItems", token="Marker", following="NextMarker"):
    """AWS: a file system that is named has to exist; lists come in pages, with a token for the next."""
    if query.get("FileSystemId") and query["FileSystemId"] not in efs._file_systems:
        return no_file_system(query["FileSystemId"])
    response = original({**query, size: sys.maxsize})
    most = int(query.get(size) or 100)
    return edited(response, lambda answer: page(answer, key, query.get(token), most, following))


@replaces(efs, "_describe_file_systems")
def describe_file_systems(original, query):
    return listed(original, "FileSystems", query)


@replaces(efs, "_describe_mount_targets")
def describe_mount_targets(original, query):
    return listed(original, "MountTargets", query)


@replaces(efs, "_describe_access_points")
def describe_access_points(original, query):
    """AWS: an access point that is named has to exist."""
    name = query.get("AccessPointId")
    if name and name not in efs._access_points:
        return efs._error(404, "AccessPointNotFound", f"Access point '{name}' does not exist.")
    return listed(original, "AccessPoints", query, "MaxResults", "NextToken", "NextToken")


@replaces(efs, "_create_access_point")
def create_access_point(original, body):
    """AWS: a known token is refused; nobody in particular is no user."""
    for known in efs._access_points.values():
        if known["ClientToken"] == body.get("ClientToken"):
            return refused("AccessPointAlreadyExists", AccessPointId=known["AccessPointId"])
    response = original(body)
    if response[0] != 200:
        return response
    point = efs._access_points[json.loads(response[2])["AccessPointId"]]
    drop_empty(point, "PosixUser", "Name")
    return json_response(point)
