"""Secrets Manager."""

import json

from ministack.core.responses import error_response_json as error, json_response, new_uuid
from ministack.services import secretsmanager

from .common import drop_empty, edited, replaces

VALUE = ("SecretString", "SecretBinary")


def known_version(secret, data):
    """The version of `secret` that a request's token names: the token is the version's id."""
    return secret["Versions"].get(data.get("ClientRequestToken")) if secret else None


def same_value(version, data):
    return all(version.get(key) == data.get(key) for key in VALUE)


def token_in_use(secret, data):
    return error(
        "ResourceExistsException",
        f"You can't use ClientRequestToken {data['ClientRequestToken']} because that value is already in use "
        f"for a version of secret {secret['ARN']}.",
    )


@replaces(secretsmanager, "_create_secret")
def create_secret(original, data):
    """AWS: no value, no version; the token is the version's id; an exact repeat is a success."""
    name = data.get("Name")
    secret = secretsmanager._secrets.get(name)
    if secret and secret.get("DeletedDate"):
        return error(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )
    repeated = known_version(secret, data)
    if repeated and same_value(repeated, data):
        return json_response({"ARN": secret["ARN"], "Name": name, "VersionId": data["ClientRequestToken"]})
    response = original(data)
    if response[0] != 200:
        return response
    secret = secretsmanager._secrets[name]
    if not any(key in data for key in VALUE):
        secret["Versions"] = {}
        return json_response({"ARN": secret["ARN"], "Name": name})
    ((made, content),) = secret["Versions"].items()
    made = data.get("ClientRequestToken") or made
    secret["Versions"] = {made: content}
    return json_response({"ARN": secret["ARN"], "Name": name, "VersionId": made})


def label(secret, answer, labels):
    """AWS: a new version gets every label that is asked for, and each is on one version alone."""
    made = answer["VersionId"]
    for name in labels:
        secretsmanager._remove_stage_everywhere(secret, name, made)
        secretsmanager._add_stage(secret, made, name)
    answer["VersionStages"] = list(secret["Versions"][made]["Stages"])


@replaces(secretsmanager, "_put_secret_value")
def put_secret_value(original, data):
    """AWS: a known token with the same value changes nothing, not even the labels; with another it is refused."""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    repeated = known_version(secret, data)
    if not repeated or secret.get("DeletedDate"):
        response = original(data)
        if response[0] != 200:
            return response
        return edited(response, lambda answer: label(secret, answer, data.get("VersionStages") or []))
    if not same_value(repeated, data):
        return token_in_use(secret, data)
    return json_response({
        "ARN": secret["ARN"],
        "Name": secret["Name"],
        "VersionId": data["ClientRequestToken"],
        "VersionStages": list(repeated["Stages"]),
    })


@replaces(secretsmanager, "_update_secret")
def update_secret(original, data):
    """AWS: the token is the new version's id, and a known one is refused whatever the value."""
    value = {key: data[key] for key in VALUE if key in data}
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    if value and known_version(secret, data):
        return token_in_use(secret, data)
    response = original({key: data[key] for key in data if key not in VALUE})
    if response[0] != 200 or not value:
        return response
    token = data.get("ClientRequestToken") or new_uuid()
    written = secretsmanager._put_secret_value({"SecretId": data["SecretId"], "ClientRequestToken": token, **value})
    return edited(written, lambda answer: answer.pop("VersionStages"))


@replaces(secretsmanager, "_apply_current_promotion")
def apply_current_promotion(original, secret, version_id):
    """AWS: a version that lost its last label stays for a day, so that its token still counts as used."""
    before = dict(secret["Versions"])
    original(secret, version_id)
    secret["Versions"] = {**before, **secret["Versions"]}


@replaces(secretsmanager, "_list_secret_version_ids")
def list_secret_version_ids(original, data):
    """AWS: versions without a label are listed only when asked for."""

    def edit(answer):
        if not data.get("IncludeDeprecated"):
            answer["Versions"] = [version for version in answer["Versions"] if version["VersionStages"]]

    return edited(original(data), edit)


NO_FUNCTION = (
    "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured and you didn't "
    "include such an ARN as a parameter in this call."
)


@replaces(secretsmanager, "_rotate_secret")
def rotate_secret(original, data):
    """AWS: there has to be a function; and where it is not to rotate at once, the value stays."""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    if not secret or secret.get("DeletedDate"):
        return original(data)
    if not (data.get("RotationLambdaARN") or secret.get("RotationLambdaARN")):
        return error("InvalidRequestException", NO_FUNCTION)
    versions = {version: {**content, "Stages": list(content["Stages"])} for version, content in secret["Versions"].items()}
    response = original(data)
    if response[0] == 200 and data.get("RotateImmediately") is False:
        secret["Versions"] = versions
    return response


def cancel_rotate_secret(data):
    """AWS: what was set stays, and is off."""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    if not secret:
        return secretsmanager._rotate_secret(data)
    if not secret.get("RotationLambdaARN"):
        return error("InvalidRequestException", NO_FUNCTION)
    secret["RotationEnabled"] = False
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"]})


OFTEN_EMPTY = ("Description", "LastAccessedDate")


@replaces(secretsmanager, "_describe_secret")
def describe_secret(original, data):
    return edited(original(data), lambda answer: drop_empty(answer, "VersionIdsToStages", *OFTEN_EMPTY))


@replaces(secretsmanager, "_list_secrets")
def list_secrets(original, data):
    def edit(answer):
        for secret in answer["SecretList"]:
            drop_empty(secret, "SecretVersionsToStages", *OFTEN_EMPTY)

    return edited(original(data), edit)


@replaces(secretsmanager, "handle_request")
async def handle_request(original, method, path, headers, body, query_params):
    """It knows no CancelRotateSecret."""
    if headers.get("x-amz-target", "").endswith(".CancelRotateSecret"):
        return cancel_rotate_secret(json.loads(body))
    return await original(method, path, headers, body, query_params)
