"""CloudWatch Logs."""

import json

from ministack.core.responses import error_response_json as error, get_account_id, get_region, json_response
from ministack.services import cloudwatch_logs as logs, tagging

from .common import edited, replaces


def associate(group, data):
    group["kmsKeyId"] = data["kmsKeyId"]


def disassociate(group, _):
    group["kmsKeyId"] = None


def protect(group, data):
    group["deletionProtectionEnabled"] = data["deletionProtectionEnabled"]


MISSING = {
    "AssociateKmsKey": associate,
    "DisassociateKmsKey": disassociate,
    "PutLogGroupDeletionProtection": protect,
}


@replaces(logs, "handle_request")
async def handle_request(original, method, path, headers, body, query_params):
    """AWS: the key and the protection of a group can be changed."""
    change = MISSING.get(headers.get("x-amz-target", "").rpartition(".")[2])
    if not change:
        return await original(method, path, headers, body, query_params)
    data = json.loads(body)
    group = logs._log_groups.get(data.get("logGroupName") or data.get("logGroupIdentifier"))
    if group is None:
        return error("ResourceNotFoundException", "The specified log group does not exist.")
    change(group, data)
    return json_response({})


@replaces(logs, "_create_log_group")
def create_log_group(original, data):
    response = original(data)
    if response[0] == 200:
        protect(logs._log_groups[data["logGroupName"]], {"deletionProtectionEnabled": False, **data})
    return response


@replaces(logs, "_describe_log_groups")
def describe_log_groups(original, data):
    """AWS: whether a group is protected is always said."""

    def edit(answer):
        for group in answer["logGroups"]:
            live = logs._log_groups[group["logGroupName"]]
            group["deletionProtectionEnabled"] = live.get("deletionProtectionEnabled", False)

    return edited(original(data), edit)


def tagged():
    """AWS: the tagging API knows log groups too."""
    for name, group in logs._log_groups.items():
        arn = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}"
        yield arn, [{"Key": key, "Value": value} for key, value in group["tags"].items()]


if tagging._COLLECTORS.setdefault("logs", tagged) is not tagged:
    raise SystemExit("this ministack's tagging API knows log groups already")
