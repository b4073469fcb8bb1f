"""EFS."""

import json
import uuid

from moto.core.exceptions import JsonRESTError
from moto.efs.exceptions import FileSystemNotFound, SecurityGroupNotFound
from moto.efs.models import EFSBackend
from moto.efs.responses import EFSResponse
from moto.efs.urls import response as efs_response
from moto.efs.urls import url_paths as efs_paths

from .common import adds, replaces


def refused(code, **members):
    """AWS: what is there already is a conflict, and the error names it."""
    error = JsonRESTError(code, "It exists already.")
    error.code = 409
    error.description = json.dumps({**json.loads(error.description), "ErrorCode": code, **members})
    return error


@replaces(EFSBackend, "create_file_system")
def create_file_system(original, backend, creation_token, **parameters):
    """AWS: a known token is refused; encryption without a key means the account's own; a new file system is protected."""
    for known in backend.file_systems_by_id.values():
        if known.creation_token == creation_token:
            raise refused("FileSystemAlreadyExists", FileSystemId=known.file_system_id)
    if parameters["encrypted"] and not parameters["kms_key_id"]:
        key = f"arn:aws:kms:{backend.region_name}:{backend.account_id}:key/{uuid.uuid4()}"
        parameters["kms_key_id"] = key
    made = original(backend, creation_token, **parameters)
    made.file_system_protection = {"ReplicationOverwriteProtection": "ENABLED"}
    return made


@replaces(EFSBackend, "delete_file_system")
def delete_file_system(original, backend, file_system_id):
    """AWS: access points go with their file system."""
    original(backend, file_system_id)
    for point in backend.describe_access_points(None, None):
        if point.file_system_id == file_system_id:
            backend.delete_access_point(point.access_point_id)


def file_system(response):
    """The one that the request is about."""
    name = response._get_param("FileSystemId")
    if name not in response.efs_backend.file_systems_by_id:
        raise FileSystemNotFound(name)
    return response.efs_backend.file_systems_by_id[name]


def answer(document, status=200):
    return json.dumps(document), {"status": status, "Content-Type": "application/json"}


@adds(EFSResponse)
def update_file_system(response):
    """AWS: provisioned throughput belongs to its mode."""
    found = file_system(response)
    found.throughput_mode = response._get_param("ThroughputMode") or found.throughput_mode
    throughput = response._get_param("ProvisionedThroughputInMibps") or found.provisioned_throughput_in_mibps
    found.provisioned_throughput_in_mibps = throughput if found.throughput_mode == "provisioned" else None
    return answer(found.info_json(), 202)


@adds(EFSResponse)
def update_file_system_protection(response):
    protection = {"ReplicationOverwriteProtection": response._get_param("ReplicationOverwriteProtection")}
    file_system(response).file_system_protection = protection
    return answer(protection)


efs_paths["/2015-02-01/file-systems/<file_system_id>/protection"] = efs_response.dispatch


@adds(EFSResponse)
def put_backup_policy(response):
    policy = response._get_param("BackupPolicy")
    file_system(response)._backup_status = policy["Status"]
    return answer({"BackupPolicy": policy})


@replaces(EFSResponse, "describe_backup_policy")
def describe_backup_policy(original, response):
    status = getattr(file_system(response), "_backup_status", None)
    return answer({"BackupPolicy": {"Status": status}}) if status else original(response)


@replaces(EFSResponse, "put_lifecycle_configuration")
def put_lifecycle_configuration(original, response):
    """AWS: an object for each transition."""
    if any(len(policy) != 1 for policy in response._get_param("LifecyclePolicies")):
        raise JsonRESTError("BadRequest", "One or more LifecyclePolicy objects specified are malformed.")
    return original(response)


@replaces(EFSResponse, "put_file_system_policy")
def put_file_system_policy(original, response):
    """AWS: what a policy leaves out is filled in."""
    found = file_system(response)
    policy = json.loads(response._get_param("Policy"))
    policy.setdefault("Id", "1")
    for statement in policy["Statement"]:
        statement.setdefault("Sid", f"efs-statement-{uuid.uuid4()}")
        statement.setdefault("Resource", found.file_system_arn)
    found.file_system_policy = json.dumps(policy)
    return answer({"FileSystemId": found.file_system_id, "Policy": found.file_system_policy})


@replaces(EFSResponse, "describe_file_system_policy")
def describe_file_system_policy(original, response):
    file_system(response)
    return original(response)


@adds(EFSResponse)
def delete_file_system_policy(response):
    file_system(response).file_system_policy = None
    return answer({})


def checked_groups(backend, vpc_id, groups):
    """AWS: security groups have to exist; where none are named it is the default one."""
    ec2 = backend.ec2_backend
    for group in groups or []:
        if not ec2.get_security_group_from_id(group):
            raise SecurityGroupNotFound(group)
    return groups or [ec2.get_default_security_group(vpc_id).id]


@replaces(EFSBackend, "create_mount_target")
def create_mount_target(original, backend, security_groups=None, **parameters):
    """AWS: the network interface says what it is for."""
    made = original(backend, security_groups=security_groups, **parameters)
    made.security_groups = checked_groups(backend, made.vpc_id, security_groups)
    interface = backend.ec2_backend.get_network_interface(made.network_interface_id)
    interface.description = f"EFS mount target for {made.file_system_id} ({made.mount_target_id})"
    interface.requester_managed = True
    return made


@replaces(EFSBackend, "modify_mount_target_security_groups")
def modify_mount_target_security_groups(original, backend, mount_target_id, security_groups):
    target = backend.mount_targets_by_id.get(mount_target_id)
    if target:
        security_groups = checked_groups(backend, target.vpc_id, security_groups)
    original(backend, mount_target_id, security_groups)


@replaces(EFSBackend, "create_access_point")
def create_access_point(original, backend, client_token, file_system_id, **parameters):
    """AWS: a known token is refused, as is a file system that is not there."""
    if file_system_id not in backend.file_systems_by_id:
        raise FileSystemNotFound(file_system_id)
    for known in backend.access_points.values():
        if known.client_token == client_token:
            raise refused("AccessPointAlreadyExists", AccessPointId=known.access_point_id)
    return original(backend, client_token, file_system_id=file_system_id, **parameters)


@replaces(EFSBackend, "describe_access_points")
def describe_access_points(original, backend, access_point_id, file_system_id):
    """AWS: a file system that is named has to exist."""
    if file_system_id and file_system_id not in backend.file_systems_by_id:
        raise FileSystemNotFound(file_system_id)
    return original(backend, access_point_id, file_system_id)
