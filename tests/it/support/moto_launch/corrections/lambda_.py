"""Lambda."""

import datetime
import uuid

from moto.awslambda.exceptions import PreconditionFailedException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.ec2.models import ec2_backends

from .common import replaces

# What moto does not keep.
KEPT = ("DeadLetterConfig", "FileSystemConfigs", "LoggingConfig", "SnapStart")


def keep(function, request):
    function.kept.update({name: request[name] for name in KEPT if name in request})
    function.revision = str(uuid.uuid4())
    now = datetime.datetime.now(datetime.timezone.utc)
    function.last_modified = now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def check(function, request):
    """AWS: an update of another revision than that which is there is refused."""
    if request.get("RevisionId", function.revision) != function.revision:
        raise PreconditionFailedException("The RevisionId provided does not match the latest RevisionId.")


@replaces(LambdaFunction, "__init__")
def init(original, function, account_id, spec, region, version=1):
    original(function, account_id, spec, region, version)
    function.kept = {"LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}}
    keep(function, spec)


@replaces(LambdaFunction, "get_configuration")
def get_configuration(original, function, on_create=False):
    """AWS: what was set is told, with a revision; the network is that of the subnets."""
    kept = {name: value for name, value in function.kept.items() if value}
    config = {**original(function, on_create), **kept, "RevisionId": function.revision}
    subnets = (config["VpcConfig"] or {}).get("SubnetIds")
    if subnets:
        network = ec2_backends[function.account_id][function.region].get_subnet(subnets[0]).vpc_id
        config["VpcConfig"] = {**config["VpcConfig"], "VpcId": network}
    return config


@replaces(LambdaFunction, "get_code")
def get_code(original, function):
    """AWS: none reserved is not zero reserved."""
    answer = original(function)
    if function.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": int(function.reserved_concurrency)}
    return answer


@replaces(LambdaBackend, "update_function_configuration")
def update_function_configuration(original, backend, function_name, qualifier, body):
    """AWS: all of the configuration can be changed."""
    function = backend.get_function(function_name, qualifier)
    check(function, body)
    original(backend, function_name, qualifier, body)
    if "TracingConfig" in body:
        function.tracing_config = body["TracingConfig"]
    if "EphemeralStorage" in body:
        function.ephemeral_storage = body["EphemeralStorage"]["Size"]
    if "KMSKeyArn" in body:
        function.kms_key_arn = body["KMSKeyArn"]
    keep(function, body)
    return function.get_configuration()


@replaces(LambdaBackend, "update_function_code")
def update_function_code(original, backend, function_name, qualifier, body):
    """AWS: what the code is for can be changed with it."""
    function = backend.get_function(function_name, qualifier)
    check(function, body)
    original(backend, function_name, qualifier, body)
    if "Architectures" in body:
        function.architectures = body["Architectures"]
    keep(function, {})
    return function.get_configuration()
