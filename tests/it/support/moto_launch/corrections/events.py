"""EventBridge, and the permission that a rule needs."""

import json
import re

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend

from .common import replaces

RATE = re.compile(r"rate\((1 (minute|hour|day)|0*([2-9]|[1-9]\d+) (minutes|hours|days))\)")


@replaces(EventsBackend, "put_rule")
def put_rule(original, backend, name, **said):
    """AWS: the unit of a rate is singular after 1; tags are those of the creation."""
    schedule = said.get("scheduled_expression") or ""
    if schedule.startswith("rate") and not RATE.fullmatch(schedule):
        raise ValidationException("Parameter ScheduleExpression is not valid.")
    bus = backend._get_event_bus(backend._normalize_event_bus_arn(said.get("event_bus_arn")))
    if name in bus.rules:
        said["tags"] = None
    return original(backend, name, **said)


@replaces(LambdaBackend, "remove_permission")
def remove_permission(original, backend, function_name, sid, revision=""):
    """AWS: the revision that a request names is compared, and not the list that moto has it in."""
    return original(backend, function_name, sid, revision[0] if isinstance(revision, list) else revision)


@replaces(LambdaBackend, "add_permission")
def add_permission(original, backend, function_name, qualifier, raw):
    """AWS: a statement id is there once."""
    sid = json.loads(raw)["StatementId"]
    if any(statement.get("Sid") == sid for statement in backend.get_function(function_name, qualifier).policy.statements):
        error = LambdaClientError("ResourceConflictException", f"The statement id ({sid}) provided already exists.")
        error.code = 409
        raise error
    return original(backend, function_name, qualifier, raw)
