"""EventBridge: rules and what they call."""

import re

from ministack.core.responses import error_response_json as error
from ministack.services import eventbridge

from .common import replaces

RATE = re.compile(r"rate\((1 (minute|hour|day)|0*([2-9]|[1-9]\d+) (minutes|hours|days))\)")


def key_of(data, name):
    return eventbridge._rule_key(data.get(name), data.get("EventBusName", "default"))


def unknown(data):
    return error("ResourceNotFoundException", f"Rule {data.get('Rule')} does not exist on EventBus default.", 400)


@replaces(eventbridge, "_put_rule")
def put_rule(original, data):
    """AWS: what a request leaves out is taken off; tags are those of the creation."""
    schedule = data.get("ScheduleExpression", "")
    if schedule.startswith("rate") and not RATE.fullmatch(schedule):
        return error("ValidationException", "Parameter ScheduleExpression is not valid.", 400)
    if not schedule and not data.get("EventPattern"):
        message = "Parameter(s) EventPattern or ScheduleExpression must be specified."
        return error("ValidationException", message, 400)
    whole = {"State": "ENABLED", "Description": "", "RoleArn": "", **data}
    if key_of(data, "Name") in eventbridge._rules:
        whole.pop("Tags", None)
    return original(whole)


@replaces(eventbridge, "_delete_rule")
def delete_rule(original, data):
    """AWS: a rule that calls something stays."""
    if eventbridge._targets.get(key_of(data, "Name")):
        return error("ValidationException", "Rule can't be deleted since it has targets.", 400)
    return original(data)


@replaces(eventbridge, "_list_targets_by_rule")
def list_targets_by_rule(original, data):
    """AWS: a rule that is not there is not one that calls nothing."""
    return original(data) if key_of(data, "Rule") in eventbridge._rules else unknown(data)


@replaces(eventbridge, "_remove_targets")
def remove_targets(original, data):
    """AWS: the same."""
    return original(data) if key_of(data, "Rule") in eventbridge._rules else unknown(data)
