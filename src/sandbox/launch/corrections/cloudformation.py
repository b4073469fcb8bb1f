"""CloudFormation."""

import json
import re
import sys

from ministack.services.cloudformation import _exports, _stacks, handlers, stacks
from ministack.services.cloudformation.helpers import _p

from .common import replaces

# What AWS leaves out where there is nothing to say.
EMPTY = re.compile(rb"<(Description|LastUpdatedTime)></\1>")


def handles(action):
    """Has the decorated function answer an action; it is given the original first."""
    original = handlers._ACTION_HANDLERS.get(action)
    if not callable(original):
        sys.exit(f"this ministack has no {action} of CloudFormation to correct")

    def put(function):
        handlers._ACTION_HANDLERS[action] = lambda params: function(original, params)
        return function

    return put


@handles("DescribeStacks")
def describe_stacks(original, params):
    """AWS: an output without a description has none, and a stack that was never updated no such time."""
    status, headers, body = original(params)
    return status, headers, EMPTY.sub(b"", body)


@handles("CreateStack")
def create_stack(original, params):
    response = original(params)
    if response[0] == 200:
        _stacks[_p(params, "StackName")]["LastUpdatedTime"] = ""
    return response


def exported(stack):
    return {output["ExportName"]: output["OutputValue"] for output in stack["Outputs"] if output.get("ExportName")}


@replaces(handlers, "_deploy_stack_async")
async def deploy(original, stack_name, stack_id, *args, **kwargs):
    """AWS: an export that an update takes out of its stack is gone."""
    before = exported(_stacks[stack_name])
    await original(stack_name, stack_id, *args, **kwargs)
    for name in before.keys() - exported(_stacks[stack_name]).keys():
        _exports.pop(name, None)


def importers(export):
    return sorted(
        name for name, stack in _stacks.items()
        if not stack["StackStatus"].startswith("DELETE") and export in handlers._imported_export_names(stack, name)
    )


def wanted(params):
    """The exports of a template of literals; none where it is no such template."""
    try:
        outputs = json.loads(_p(params, "TemplateBody")).get("Outputs", {}).values()
        return {output["Export"]["Name"]: output["Value"] for output in outputs if "Export" in output}
    except (ValueError, TypeError, KeyError):
        return None


@handles("UpdateStack")
def update_stack(original, params):
    """AWS: an update that would change or remove an export that is imported begins, and is taken back."""
    stack = handlers._resolve_stack(_p(params, "StackName"))
    after = wanted(params)
    if stack is None or after is None or not stack["StackStatus"].endswith("_COMPLETE"):
        return original(params)
    for name, value in exported(stack).items():
        users = importers(name)
        if users and after.get(name) != value:
            how = "updated" if name in after else "deleted"
            reason = f"Export {name} cannot be {how} as it is in use by {', '.join(users)}"
            stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"
            stack["LastUpdatedTime"] = stacks.now_iso()
            for status, why in [
                ("UPDATE_IN_PROGRESS", "User Initiated"),
                ("UPDATE_ROLLBACK_IN_PROGRESS", reason),
                ("UPDATE_ROLLBACK_COMPLETE", ""),
            ]:
                called, own = stack["StackName"], stack["StackId"]
                stacks._add_event(own, called, called, "AWS::CloudFormation::Stack", status, why, own)
            return handlers._xml(
                200, "UpdateStackResponse", f"<UpdateStackResult><StackId>{stack['StackId']}</StackId></UpdateStackResult>"
            )
    return original(params)
