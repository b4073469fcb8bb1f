"""CloudFormation."""

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import clean_json
from moto.cloudformation.responses import StackResourceDTO
from moto.core.utils import utcnow

from .common import replaces


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


@replaces(CloudFormationBackend, "update_stack")
def update_stack(original, backend, name, *args, **kwargs):
    """AWS: exports follow an update of their stack, and it is told when that was."""
    stack = backend.get_stack(name)
    before = [export.name for export in stack.exports]
    updated = original(backend, name, *args, **kwargs)
    for export in before:
        backend.exports.pop(export, None)
    backend.exports.update({export.name: export for export in updated.exports})
    updated.last_updated_time = utcnow()
    return updated


@replaces(StackResourceDTO, "__init__")
def described(original, shown, stack, resource):
    """AWS: every resource has its name in the template and its type. moto knows neither of a wait condition's handle."""
    original(shown, stack, resource)
    for name, known in stack.resource_map.items():
        if known is resource:
            shown.logical_resource_id = name
            shown.resource_type = stack.template_dict["Resources"][name]["Type"]
