"""Secrets Manager."""

import json

from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException, SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from .common import replaces

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


@replaces(FakeSecret, "reset_default_version")
def reset_default_version(original, secret, version, version_id):
    """AWS: a label is on one version alone, and what is no longer current keeps its other ones."""
    gone = {CURRENT, PREVIOUS, *version["version_stages"]}
    kept = {known: [label for label in it["version_stages"] if label not in gone] for known, it in secret.versions.items()}
    original(secret, version, version_id)
    for known, labels in kept.items():
        if known != version_id:
            of_aws = [label for label in secret.versions[known]["version_stages"] if label == PREVIOUS]
            secret.versions[known]["version_stages"] = of_aws + labels


@replaces(SecretsManagerBackend, "update_secret_version_stage")
def update_secret_version_stage(
    original, backend, secret_id, version_stage, remove_from_version_id, move_to_version_id
):
    """AWS: a label is moved only from the version that is named and has it; and AWSPREVIOUS goes where AWSCURRENT was."""
    if secret_id not in backend.secrets:
        raise SecretNotFoundException()
    secret = backend.secrets[secret_id]
    for version in filter(None, [remove_from_version_id, move_to_version_id]):
        if version not in secret.versions:
            raise InvalidParameterException(f"Not a valid version: {version}")
    holds = [known for known, it in secret.versions.items() if version_stage in it["version_stages"]]
    if holds != [remove_from_version_id] and holds not in ([], [move_to_version_id]):
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} is currently attached to "
            f"version {holds[0]}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if remove_from_version_id and holds != [remove_from_version_id]:
        raise InvalidParameterException(f"{version_stage} is not attached to version {remove_from_version_id}")
    take(secret, version_stage)
    if move_to_version_id:
        secret.versions[move_to_version_id]["version_stages"].append(version_stage)
    if version_stage == CURRENT and holds and move_to_version_id not in holds:
        take(secret, PREVIOUS)
        secret.versions[holds[0]]["version_stages"].append(PREVIOUS)
        secret.default_version_id = move_to_version_id
    return secret.arn, secret.name


def take(secret, label):
    for version in secret.versions.values():
        version["version_stages"] = [it for it in version["version_stages"] if it != label]


@replaces(FakeSecret, "_form_version_ids_to_stages")
def form_version_ids_to_stages(original, secret):
    """AWS: a version without a label is not described."""
    return {version: labels for version, labels in original(secret).items() if labels}


@replaces(SecretsManagerResponse, "list_secret_version_ids")
def list_secret_version_ids(original, response):
    """AWS: the day of each is that on which it was written; those without a label are listed only when asked for."""
    secret_id = response._get_param("SecretId")
    if secret_id not in response.backend.secrets:
        raise SecretNotFoundException()
    secret = response.backend.secrets[secret_id]
    answer = json.loads(original(response))
    for version in answer["Versions"]:
        version["CreatedDate"] = secret.versions[version["VersionId"]]["createdate"]
    if not response._get_param("IncludeDeprecated"):
        answer["Versions"] = [version for version in answer["Versions"] if version["VersionStages"]]
    return json.dumps({key: value for key, value in answer.items() if value != ""})


@replaces(SecretsManagerBackend, "rotate_secret")
def rotate_secret(
    original,
    backend,
    secret_id,
    client_request_token=None,
    rotation_lambda_arn=None,
    rotation_rules=None,
    rotate_immediately=True,
):
    """AWS: there has to be a function, rules are told as they were set, and without rotating at once the value stays."""
    secret = backend.secrets[secret_id] if secret_id in backend.secrets else None
    if secret and not secret.is_deleted():
        function = rotation_lambda_arn or secret.rotation_lambda_arn
        if not function:
            raise InvalidRequestException(
                "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured "
                "and you didn't include such an ARN as a parameter in this call."
            )
        if not rotate_immediately:
            secret.rotation_requested = secret.rotation_enabled = True
            secret.rotation_lambda_arn = function
            secret.rotation_rules = rotation_rules or getattr(secret, "rotation_rules", {})
            return secret.to_short_dict()
    return original(backend, secret_id, client_request_token, rotation_lambda_arn, rotation_rules, rotate_immediately)


@replaces(FakeSecret, "to_dict")
def to_dict(original, secret):
    answer = original(secret)
    if getattr(secret, "rotation_rules", None):
        answer["RotationRules"] = dict(secret.rotation_rules)
    return answer
