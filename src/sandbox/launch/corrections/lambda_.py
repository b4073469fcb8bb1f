"""Lambda."""

from ministack.core.responses import error_response_json as error
from ministack.services import lambda_svc

from .common import replaces


@replaces(lambda_svc, "_get_policy")
def get_policy(original, func_name, query_params=None, path_qualifier=None):
    """AWS: without a statement there is no policy."""
    function = lambda_svc._functions.get(func_name)
    if function and not function["policy"]["Statement"]:
        return error("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return original(func_name, query_params, path_qualifier)
