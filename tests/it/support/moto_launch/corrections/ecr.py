"""ECR."""

from moto.ecr.models import ECRBackend

from .common import replaces


@replaces(ECRBackend, "put_image_scanning_configuration")
def scanning(original, backend, registry_id, repository_name, image_scan_config):
    """SDKs leave `scanOnPush` out where it is false, its default in AWS's model. moto takes nothing for no change."""
    return original(backend, registry_id, repository_name, image_scan_config or {"scanOnPush": False})
