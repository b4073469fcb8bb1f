"""CloudWatch Logs."""

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from .common import adds, replaces


@replaces(LogsBackend, "list_tags_for_resource")
def list_tags_for_resource(original, backend, resource_arn):
    """AWS: what is not there has no tags to list."""
    if not any(group.arn == resource_arn for group in backend.groups.values()):
        raise ResourceNotFoundException()
    return original(backend, resource_arn)


@replaces(LogsResponse, "create_log_group")
def create_log_group(original, response):
    """AWS: a group has a class, and may be protected."""
    original(response)
    group = named(response, "logGroupName")
    group.log_class = response._get_param("logGroupClass") or "STANDARD"
    group.is_protected = bool(response._get_param("deletionProtectionEnabled"))
    return ""


@replaces(LogGroup, "to_describe_dict")
def to_describe_dict(original, group):
    # Lambda's own groups are not made by a request.
    more = {
        "logGroupClass": getattr(group, "log_class", "STANDARD"),
        "deletionProtectionEnabled": getattr(group, "is_protected", False),
    }
    return {**original(group), **more}


def named(response, parameter):
    """The group that the request names."""
    group = response.logs_backend.groups.get(response._get_param(parameter))
    if not group:
        raise ResourceNotFoundException()
    return group


@adds(LogsResponse)
def associate_kms_key(response):
    named(response, "logGroupName").kms_key_id = response._get_param("kmsKeyId")
    return ""


@adds(LogsResponse)
def disassociate_kms_key(response):
    named(response, "logGroupName").kms_key_id = None
    return ""


@adds(LogsResponse)
def put_log_group_deletion_protection(response):
    named(response, "logGroupIdentifier").is_protected = response._get_param("deletionProtectionEnabled")
    return ""
