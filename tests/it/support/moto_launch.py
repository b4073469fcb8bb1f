"""Runs moto's server on a free loopback port, which it writes to standard output, until standard input ends.

It is corrected where the tests need what AWS does otherwise: a part that is replaced and not found is an error, as is
one that is added and there already.
"""

import copy
import json
import logging
import os
import signal
import sys
import uuid

signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for the sandbox: whoever started it ends it
announcement = os.dup(1)
os.dup2(2, 1)

from moto.acm.models import CertBundle  # noqa: E402
from moto.core.exceptions import JsonRESTError  # noqa: E402
from moto.ec2.exceptions import EC2ClientError  # noqa: E402
from moto.ec2.models import EC2Backend  # noqa: E402
from moto.ec2.models.security_groups import SecurityGroupRule  # noqa: E402
from moto.ecr.models import ECRBackend  # noqa: E402
from moto.efs.exceptions import FileSystemNotFound, SecurityGroupNotFound  # noqa: E402
from moto.efs.models import EFSBackend  # noqa: E402
from moto.efs.responses import EFSResponse  # noqa: E402
from moto.efs.urls import response as efs_response  # noqa: E402
from moto.efs.urls import url_paths as efs_paths  # noqa: E402
from moto.iam.models import IAMBackend  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


def replaces(owner, name):
    """Puts the decorated function in the place of the method `owner.name`, which it is given as its first argument."""
    original = getattr(owner, name, None)
    if not callable(original):
        sys.exit(f"this moto has no {owner.__name__}.{name} to correct")

    def put(function):
        setattr(owner, name, lambda *args, **kwargs: function(original, *args, **kwargs))
        return function

    return put


def adds(owner):
    """Makes the decorated function a method of `owner`."""

    def put(function):
        if hasattr(owner, function.__name__):
            sys.exit(f"this moto has {owner.__name__}.{function.__name__} already")
        setattr(owner, function.__name__, function)
        return function

    return put


# --- IAM ---------------------------------------------------------------------------------------------------

of_aws = []


@replaces(IAMBackend, "_init_aws_policies")
def policies(original, backend):
    """With AWS's own policies loaded, moto reads them anew for every account, and in every partition of it: 0.6 s for
    each account that a test takes. Read once, and copied for the partition that the tests are in, it is 0.01 s."""
    if backend.region_name != "aws":
        return []
    if not of_aws:
        of_aws.extend(original(backend))
    return [copy.copy(policy) for policy in of_aws]


# --- ECR ---------------------------------------------------------------------------------------------------


@replaces(ECRBackend, "put_image_scanning_configuration")
def scanning(original, backend, registry_id, repository_name, image_scan_config):
    """SDKs leave `scanOnPush` out where it is false, its default in AWS's model. moto takes nothing for no change."""
    return original(backend, registry_id, repository_name, image_scan_config or {"scanOnPush": False})


# --- EFS ---------------------------------------------------------------------------------------------------


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


# --- EC2 ---------------------------------------------------------------------------------------------------


@replaces(SecurityGroupRule, "__eq__")
def same_rule(original, rule, other):
    """AWS: a rule is told by protocol, ports and peer, whatever is said of the peer besides."""

    def identity(it):
        peer = (it.cidr_ipv4, it.cidr_ipv6, it.prefix_list_id, it.source_group.get("GroupId"))
        return it.ip_protocol, it.from_port, it.to_port, peer

    return identity(rule) == identity(other)


@replaces(EC2Backend, "_sg_update_description")
def update_description(original, backend, wanted, rule):
    """AWS: a rule's description is replaced, or goes where none is given."""
    rule.ip_range, rule.source_group = wanted.ip_range, wanted.source_group


@replaces(EC2Backend, "delete_security_group")
def delete_security_group(original, backend, name=None, group_id=None):
    """AWS: a group stays for as long as an interface has it, or a rule of another group names it."""
    attached = any(group.id == group_id for interface in backend.enis.values() for group in interface.group_set)
    others = [group for group in backend.describe_security_groups() if group.id != group_id]
    rules = [rule for group in others for rule in group.ingress_rules + group.egress_rules]
    if attached or any(rule.source_group.get("GroupId") == group_id for rule in rules if group_id):
        raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
    return original(backend, name, group_id)


# --- ACM ---------------------------------------------------------------------------------------------------


@replaces(CertBundle, "describe")
def describe_certificate(original, certificate):
    """AWS: the names of a certificate are listed too."""
    described = original(certificate)
    names = described["Certificate"]["SubjectAlternativeNames"]
    described["Certificate"]["SubjectAlternativeNameSummaries"] = names
    return described


# --- Serving -----------------------------------------------------------------------------------------------

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
os.write(announcement, f"{port}\n".encode())
os.close(announcement)
while os.read(0, 4096):
    pass
sys.stderr.flush()
os._exit(0)  # nothing is kept, and requests may still be under way in other threads
