"""CloudFormation."""

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import clean_json
from moto.cloudformation.responses import CloudFormationResponse, StackResourceDTO
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from .common import adds, replaces


def outputs(stack):
    """AWS: an output has the name of its own export. moto gives it that of any export with the same value."""

    def export(key):
        named = stack.template_dict["Outputs"][key].get("Export")
        return clean_json(named["Name"], stack.resource_map) if named else None

    parsed = [output for output in stack.output_map.values() if output]
    return [
        {
            "OutputKey": output.key,
            "OutputValue": output.value,
            "Description": output.description,
            "ExportName": export(output.key),
        }
        for output in parsed
    ] or None


if not isinstance(getattr(Stack, "outputs", None), property):
    raise SystemExit("this moto has no Stack.outputs to correct")
Stack.outputs = property(outputs)


def imported(node, resources):
    """The names of all exports that a part of a template takes values from."""
    if isinstance(node, list):
        return {name for item in node for name in imported(item, resources)}
    if not isinstance(node, dict):
        return set()
    if list(node) == ["Fn::ImportValue"]:
        return {clean_json(node["Fn::ImportValue"], resources)}
    return {name for item in node.values() for name in imported(item, resources)}


def importers(backend, export):
    """The names of the stacks that take the value of an export."""
    stacks = backend.stacks.values()
    return sorted(it.name for it in stacks if export in imported(it.template_dict, it.resource_map))


@adds(CloudFormationResponse)
def list_imports(response):
    """AWS tells who imports an export. That nobody does is an error, which has no code of its own."""
    export = response._get_param("ExportName")
    names = importers(response.cloudformation_backend, export)
    if not names:
        raise ValidationError(message=f"Export '{export}' is not imported by any stack.")
    return ActionResult({"Imports": names})


def wanted(template):
    """The values of what a template of literals exports, by name."""
    declared = Stack.parse_template(template).get("Outputs", {}).values()
    return {output["Export"]["Name"]: output["Value"] for output in declared if "Export" in output}


@replaces(CloudFormationResponse, "update_stack")
def update(original, response):
    """AWS: the events of an update carry the token that it was asked for with."""
    stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
    before = len(stack.events)
    try:
        return original(response)
    finally:
        for event in stack.events[before:]:
            event.client_request_token = response._get_param("ClientRequestToken")


@replaces(CloudFormationBackend, "update_stack")
def update_stack(original, backend, name, template, *args, **kwargs):
    """AWS: exports follow an update of their stack, and it is told when that was. One that would change or remove an
    export that is imported begins, and is taken back."""
    stack = backend.get_stack(name)
    before = {export.name: export.value for export in stack.exports}
    after = wanted(template)
    for export, value in before.items():
        users = importers(backend, export)
        if users and after.get(export) != value:
            how = "updated" if export in after else "deleted"
            stack._add_stack_event("UPDATE_IN_PROGRESS", "User Initiated")
            reason = f"Export {export} cannot be {how} as it is in use by {', '.join(users)}"
            stack._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
            stack._add_stack_event("UPDATE_ROLLBACK_COMPLETE")
            stack.status, stack.last_updated_time = "UPDATE_ROLLBACK_COMPLETE", utcnow()
            return stack
    updated = original(backend, name, template, *args, **kwargs)
    for export in before:
        backend.exports.pop(export, None)
    backend.exports.update({export.name: export for export in updated.exports})
    updated.last_updated_time = utcnow()
    return updated


@replaces(CloudFormationBackend, "delete_stack")
def delete_stack(original, backend, name_or_stack_id):
    """AWS: a stack stays for as long as another one imports from it."""
    for stack in backend.stacks.values():
        if name_or_stack_id in (stack.name, stack.stack_id):
            for export in stack.exports:
                users = importers(backend, export.name)
                if users:
                    raise ValidationError(message=f"Export {export.name} is imported by stack {users[0]}")
    return original(backend, name_or_stack_id)


@replaces(StackResourceDTO, "__init__")
def described(original, shown, stack, resource):
    """AWS: every resource has its name in the template and its type. moto knows neither of a wait condition's handle."""
    original(shown, stack, resource)
    for name, known in stack.resource_map.items():
        if known is resource:
            shown.logical_resource_id = name
            shown.resource_type = stack.template_dict["Resources"][name]["Type"]
