"""ECR."""

import contextlib
import json
import re
import sys

from ministack.core.responses import error_response_json as error, json_response
from ministack.services import ecr

from .common import edited, kms_key, page, replaces

REPOSITORY_NAME = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
EXCLUSIONS = "imageTagMutabilityExclusionFilters"


def invalid(parameter, reason):
    return error(
        "InvalidParameterException",
        f"Invalid parameter at '{parameter}' failed to satisfy constraint: '{reason}'",
    )


@replaces(ecr, "_create_repository")
def create_repository(original, data):
    """AWS: a malformed name is refused; KMS without a key means the account's `aws/ecr` key, by its ARN."""
    name = data.get("repositoryName", "")
    if not 2 <= len(name) <= 256 or not REPOSITORY_NAME.fullmatch(name):
        return invalid("repositoryName", f"must satisfy regular expression '{REPOSITORY_NAME.pattern}'")
    response = original(data)
    if response[0] != 200:
        return response
    repository = ecr._repositories[name]
    encryption = repository["encryptionConfiguration"]
    if encryption.get("encryptionType", "AES256") != "AES256" and not encryption.get("kmsKey"):
        encryption["kmsKey"] = kms_key()
    if data.get(EXCLUSIONS):
        repository[EXCLUSIONS] = data[EXCLUSIONS]
    return json_response({"repository": ecr._repo_shape(repository)})


@replaces(ecr, "_repo_shape")
def repo_shape(original, repository):
    """AWS: the tags that a mutability setting excepts are part of it."""
    shape = original(repository)
    if repository.get(EXCLUSIONS):
        shape[EXCLUSIONS] = repository[EXCLUSIONS]
    return shape


@replaces(ecr, "_put_image_tag_mutability")
def put_image_tag_mutability(original, data):
    """AWS: the exceptions are replaced together with the setting."""

    def edit(answer):
        repository = ecr._repositories[data["repositoryName"]]
        repository.pop(EXCLUSIONS, None)
        if data.get(EXCLUSIONS):
            answer[EXCLUSIONS] = repository[EXCLUSIONS] = data[EXCLUSIONS]

    return edited(original(data), edit)


@replaces(ecr, "_put_lifecycle_policy")
def put_lifecycle_policy(original, data):
    """AWS: a policy that is no JSON document with rules is refused."""
    try:
        rules = json.loads(data.get("lifecyclePolicyText", ""))["rules"]
    except (ValueError, KeyError, TypeError):
        rules = None
    if not isinstance(rules, list) or not rules:
        return invalid("LifecyclePolicyText", "Lifecycle policy validation failure: no rules in it")
    return original(data)


def paged(original, key, named, data):
    """AWS: at most `maxResults` (else 100) at a time, and a token for the rest; everything where ids are given."""
    response = original({**data, "maxResults": sys.maxsize})
    if data.get(named):
        return response

    size = data.get("maxResults") or 100
    return edited(response, lambda answer: page(answer, key, data.get("nextToken"), size, "nextToken"))


@replaces(ecr, "_describe_repositories")
def describe_repositories(original, data):
    return paged(original, "repositories", "repositoryNames", data)


@replaces(ecr, "_list_images")
def list_images(original, data):
    return paged(original, "imageIds", None, data)


@replaces(ecr, "_describe_images")
def describe_images(original, data):
    """AWS: an image that is not there is an error, and an image is as large as its layers."""
    name = data.get("repositoryName", "")
    for image in data.get("imageIds") or []:
        if name in ecr._repositories and not ecr._find_image(name, image):
            return error("ImageNotFoundException", f"The image with imageId {image} does not exist in {name}")

    def edit(answer):
        for detail in answer["imageDetails"]:
            image = ecr._find_image(name, detail)
            with contextlib.suppress(ValueError, KeyError, TypeError):
                manifest = json.loads(image["imageManifest"])
                detail["imageSizeInBytes"] = sum(part["size"] for part in [manifest["config"], *manifest["layers"]])

    return edited(paged(original, "imageDetails", "imageIds", data), edit)
