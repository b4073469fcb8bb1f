"""Runs the emulator behind `infra --sandbox`, corrected where AWS behaves otherwise.

It serves on a free loopback port, and writes the number to standard output once it answers. It stops,
with its state persisted, on SIGTERM and when standard input ends: infra holds the other end of that
pipe, so the emulator stops whatever happens to infra. Ctrl-C is infra's to handle: SIGINT is ignored.

Each correction below says what AWS does. A part that it replaces and does not find is an error: the
corrections are written for one release of the emulator, and have to be looked at again for the next.
"""

import asyncio
import base64
import contextlib
import fcntl
import functools
import json
import logging
import os
import re
import signal
import socket
import sys
from importlib.metadata import version

RELEASE = "1.5.33"

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.umask(0o077)  # the state holds secret values, in the clear

# The pipe that tells infra the port; whatever else prints to standard output joins standard error, the log.
announcement = os.dup(1)
os.dup2(2, 1)

if version("ministack") != RELEASE:
    sys.exit(f"this launcher is written for ministack {RELEASE}, and found {version('ministack')}")

# A predecessor whose infra was killed may still be writing the state that this one is about to read.
os.makedirs(os.environ["STATE_DIR"], exist_ok=True)
state_lock = open(os.path.join(os.environ["STATE_DIR"], ".lock"), "w")
fcntl.flock(state_lock, fcntl.LOCK_EX)

# Bound before the import: the emulator reads its port when it is loaded. Listening already, so that whoever
# reads the announcement can connect.
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
os.environ["GATEWAY_PORT"] = str(port)

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import _build_persistence_save_dict as states, app, save_all  # noqa: E402
from ministack.core.responses import (  # noqa: E402
    error_response_json as error,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
)
from ministack.services import ecr, secretsmanager  # noqa: E402


def replaces(module, name):
    """Puts the decorated function in the place of `module.name`, which it is given as its first argument."""
    original = getattr(module, name, None)
    if not callable(original):
        sys.exit(f"ministack {RELEASE} has no {module.__name__}.{name} to correct")

    def put(function):
        setattr(module, name, functools.partial(function, original))
        return function

    return put


def edited(response, edit):
    """`response` with its JSON body passed through `edit`; an error as it is."""
    status, _, body = response
    if status != 200:
        return response
    document = json.loads(body)
    edit(document)
    return json_response(document)


# --- Secrets Manager ---------------------------------------------------------------------------------------

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


@replaces(secretsmanager, "_put_secret_value")
def put_secret_value(original, data):
    """AWS: a known token with the same value changes nothing, not even the labels; with another it is refused."""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    repeated = known_version(secret, data)
    if not repeated or secret.get("DeletedDate"):
        return original(data)
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


def drop_empty(secret, versions):
    """AWS: a member that has nothing to say is left out."""
    for key in (versions, "Description", "LastAccessedDate"):
        if not secret.get(key):
            secret.pop(key, None)


@replaces(secretsmanager, "_describe_secret")
def describe_secret(original, data):
    return edited(original(data), lambda answer: drop_empty(answer, "VersionIdsToStages"))


@replaces(secretsmanager, "_list_secrets")
def list_secrets(original, data):
    def edit(answer):
        for secret in answer["SecretList"]:
            drop_empty(secret, "SecretVersionsToStages")

    return edited(original(data), edit)


# --- ECR ---------------------------------------------------------------------------------------------------

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
        encryption["kmsKey"] = f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{new_uuid()}"
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

    def edit(answer):
        start = int(base64.b64decode(data["nextToken"])) if data.get("nextToken") else 0
        end = start + (data.get("maxResults") or 100)
        if end < len(answer[key]):
            answer["nextToken"] = base64.b64encode(str(end).encode()).decode()
        answer[key] = answer[key][start:end]

    return edited(response, edit)


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


# --- Serving -----------------------------------------------------------------------------------------------


class Failures(logging.Handler):
    """What the emulator only logs, and infra must not take for success: state that was not loaded or saved."""

    seen = False

    def emit(self, record):
        self.seen = self.seen or "persist" in record.getMessage().lower()


failures = Failures(logging.ERROR)
for name in ("persistence", "ministack"):
    logging.getLogger(name).addHandler(failures)


async def application(scope, receive, send):
    """The emulator, and a word to infra once it has started."""

    async def told(message):
        if message["type"] == "lifespan.startup.complete":
            if failures.seen:
                # Going on would end in empty state written over what could not be read.
                print("the state that was kept could not be read", file=sys.stderr, flush=True)
                os._exit(1)
            with contextlib.suppress(OSError):  # infra is gone: standard input tells as much
                os.write(announcement, f"{port}\n".encode())
            os.close(announcement)
        await send(message)

    await app(scope, receive, told if scope["type"] == "lifespan" else send)


def leave():
    """Saves the state and ends without more ado."""
    save_all(states())
    os._exit(exit_status())


def exit_status():
    if failures.seen:
        print("the state could not be saved", file=sys.stderr, flush=True)
    return int(failures.seen)


async def until_told():
    """Returns on SIGTERM or at the end of standard input."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(0, lambda: os.read(0, 4096) or stop.set())
    await stop.wait()
    loop.remove_reader(0)
    # From Python 3.12 on the server would wait without limit for a client in the middle of its request.
    loop.call_later(2, leave)


config = Config()
config.bind = [f"fd://{listener.fileno()}"]
config.keep_alive_timeout = 75
config.graceful_timeout = 1
config.loglevel = "WARNING"
asyncio.run(serve(application, config, shutdown_trigger=until_told))
sys.exit(exit_status())
