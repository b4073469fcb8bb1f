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
from ministack.services import acm, ec2, ecr, efs, secretsmanager  # noqa: E402


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


def drop_empty(document, *keys):
    """AWS: a member that has nothing to say is left out."""
    for key in keys:
        if not document.get(key):
            document.pop(key, None)


def page(answer, key, token, size, following):
    """Leaves at most `size` items under `key`, from where `token` says, and a token for the rest as `following`."""
    start = int(base64.b64decode(token)) if token else 0
    end = start + size
    if end < len(answer[key]):
        answer[following] = base64.b64encode(str(end).encode()).decode()
    answer[key] = answer[key][start:end]


def kms_key():
    """The ARN of the key that AWS manages for a service, where a request names none."""
    return f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{new_uuid()}"


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


# --- EFS ---------------------------------------------------------------------------------------------------


def refused(code, **members):
    """AWS: what is there already is a conflict, and the error names it."""
    status, headers, body = efs._error(409, code, "It exists already.")
    return status, headers, json.dumps({**json.loads(body), **members}).encode()


def no_file_system(name):
    return efs._error(404, "FileSystemNotFound", f"File system '{name}' does not exist.")


@replaces(efs, "_create_file_system")
def create_file_system(original, body):
    """AWS: a known token is refused; encryption without a key means the account's own; the backup is a policy."""
    for known in efs._file_systems.values():
        if known["CreationToken"] == body.get("CreationToken"):
            return refused("FileSystemAlreadyExists", FileSystemId=known["FileSystemId"])
    if body.get("Encrypted") and not body.get("KmsKeyId"):
        body = {**body, "KmsKeyId": kms_key()}
    response = original(body)
    if response[0] == 201 and body.get("Backup", "AvailabilityZoneName" in body):
        efs._backup_policies[json.loads(response[2])["FileSystemId"]] = {"Status": "ENABLED"}
    return response


@replaces(efs, "_fs_response")
def fs_response(original, fs):
    """AWS: provisioned throughput belongs to its mode."""
    shape = original(fs)
    drop_empty(shape, "KmsKeyId", "Name")
    if shape["ThroughputMode"] != "provisioned":
        shape.pop("ProvisionedThroughputInMibps", None)
    return shape


@replaces(efs, "_delete_file_system")
def delete_file_system(original, fs_id):
    """AWS: access points go with their file system."""
    response = original(fs_id)
    if response[0] == 204:
        for name in [name for name, point in efs._access_points.items() if point["FileSystemId"] == fs_id]:
            del efs._access_points[name]
    return response


@replaces(efs, "_put_lifecycle_configuration")
def put_lifecycle_configuration(original, fs_id, body):
    """AWS: an object for each transition."""
    if any(len(policy) != 1 for policy in body.get("LifecyclePolicies", [])):
        return efs._error(400, "BadRequest", "One or more LifecyclePolicy objects specified are malformed.")
    return original(fs_id, body)


@replaces(efs, "_describe_backup_policy")
def describe_backup_policy(original, fs_id):
    """AWS: what was never backed up has no policy, as opposed to one that says so."""
    if fs_id in efs._file_systems and fs_id not in efs._backup_policies:
        return efs._error(404, "PolicyNotFound", None)
    return original(fs_id)


def listed(original, key, query, size="MaxItems", token="Marker", following="NextMarker"):
    """AWS: a file system that is named has to exist; lists come in pages, with a token for the next."""
    if query.get("FileSystemId") and query["FileSystemId"] not in efs._file_systems:
        return no_file_system(query["FileSystemId"])
    response = original({**query, size: sys.maxsize})
    most = int(query.get(size) or 100)
    return edited(response, lambda answer: page(answer, key, query.get(token), most, following))


@replaces(efs, "_describe_file_systems")
def describe_file_systems(original, query):
    return listed(original, "FileSystems", query)


@replaces(efs, "_describe_mount_targets")
def describe_mount_targets(original, query):
    return listed(original, "MountTargets", query)


@replaces(efs, "_describe_access_points")
def describe_access_points(original, query):
    """AWS: an access point that is named has to exist."""
    name = query.get("AccessPointId")
    if name and name not in efs._access_points:
        return efs._error(404, "AccessPointNotFound", f"Access point '{name}' does not exist.")
    return listed(original, "AccessPoints", query, "MaxResults", "NextToken", "NextToken")


@replaces(efs, "_create_access_point")
def create_access_point(original, body):
    """AWS: a known token is refused; nobody in particular is no user."""
    for known in efs._access_points.values():
        if known["ClientToken"] == body.get("ClientToken"):
            return refused("AccessPointAlreadyExists", AccessPointId=known["AccessPointId"])
    response = original(body)
    if response[0] != 200:
        return response
    point = efs._access_points[json.loads(response[2])["AccessPointId"]]
    drop_empty(point, "PosixUser", "Name")
    return json_response(point)


# --- EC2 ---------------------------------------------------------------------------------------------------

PEERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
DIRECTIONS = {"Ingress": "IpPermissions", "Egress": "IpPermissionsEgress"}


def answers(name, known=True):
    """Has EC2 answer the action `name` with the decorated function, which is given the original first, if known."""
    original = ec2._ACTION_MAP.get(name)
    if callable(original) != known:
        sys.exit(f"ministack {RELEASE} has {'no' if known else 'an'} action {name} of EC2 to correct")

    def put(function):
        ec2._ACTION_MAP[name] = functools.partial(function, original) if known else function
        return function

    return put


@replaces(ec2, "_parse_ip_permissions")
def parse_ip_permissions(original, parameters, prefix):
    """AWS: each peer makes a rule of its own, and a rule for all protocols has no ports."""
    rules = []
    for permission in original(parameters, prefix):
        if permission["IpProtocol"] == "-1":
            permission = {key: permission[key] for key in permission if key not in ("FromPort", "ToPort")}
        nobody = {key: [] for key in PEERS}
        rules += [{**permission, **nobody, key: [peer]} for key in PEERS for peer in permission[key]]
    return rules


@replaces(ec2, "_rules_match")
def rules_match(original, one, other):
    """AWS: a rule is told by protocol, ports and peer, whatever is said of the peer besides."""

    def identity(rule):
        peers = [(key, peer.get(name)) for key, name in PEERS.items() for peer in rule[key]]
        return rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), peers

    return identity(one) == identity(other)


def live_rules(parameters, direction):
    """For each rule that a request names the one that its group has, if it has it."""
    group = ec2._security_groups.get(ec2._p(parameters, "GroupId"), {})
    known = group.get(DIRECTIONS[direction], [])
    for rule in ec2._parse_ip_permissions(parameters, "IpPermissions"):
        yield rule, next((live for live in known if ec2._rules_match(rule, live)), None)


def no_rule():
    message = "The specified rule does not exist in this security group."
    return ec2._error("InvalidPermission.NotFound", message, 400)


def correct_rules(direction):
    @answers(f"AuthorizeSecurityGroup{direction}")
    def authorize(original, parameters):
        """AWS: a rule that is there already is refused, and all others with it."""
        if any(live for _, live in live_rules(parameters, direction)):
            message = "the specified rule already exists"
            return ec2._error("InvalidPermission.Duplicate", message, 400)
        return original(parameters)

    @answers(f"RevokeSecurityGroup{direction}")
    def revoke(original, parameters):
        """AWS: a rule that is not there is refused, and all others with it."""
        if ec2._p(parameters, "GroupId") in ec2._security_groups:
            if not all(live for _, live in live_rules(parameters, direction)):
                return no_rule()
        return original(parameters)

    @answers(f"UpdateSecurityGroupRuleDescriptions{direction}", known=False)
    def update_descriptions(parameters):
        """AWS: a rule's description is replaced, or goes where none is given."""
        name = ec2._p(parameters, "GroupId")
        if name not in ec2._security_groups:
            return ec2._error("InvalidGroup.NotFound", f"The security group '{name}' does not exist", 400)
        rules = list(live_rules(parameters, direction))
        if not all(live for _, live in rules):
            return no_rule()
        for rule, live in rules:
            live.update(rule)
        response = f"UpdateSecurityGroupRuleDescriptions{direction}Response"
        return ec2._xml(200, response, "<return>true</return>")


for each in DIRECTIONS:
    correct_rules(each)


def interfaces():
    """AWS: a mount target has a network interface, which is seen in EC2 too."""
    for target in efs._mount_targets.values():
        name = target["NetworkInterfaceId"]
        groups = [ec2._security_groups.get(group, {"GroupId": group}) for group in target["SecurityGroups"]]
        yield {
            "NetworkInterfaceId": name,
            "SubnetId": target["SubnetId"],
            "VpcId": target["VpcId"],
            "AvailabilityZone": target["AvailabilityZoneName"],
            "Description": f"EFS mount target for {target['FileSystemId']} ({target['MountTargetId']})",
            "OwnerId": target["OwnerId"],
            "RequesterManaged": True,
            "Status": "in-use",
            "PrivateIpAddress": target.get("IpAddress", ""),
            "MacAddress": ":".join(["02", *re.findall("..", name[-10:])]),
            "Groups": [{"GroupId": group["GroupId"], "GroupName": group.get("GroupName", "")} for group in groups],
        }
    yield from ec2._network_interfaces.values()


@replaces(ec2, "_eni_fields_xml")
def eni_fields_xml(original, interface, tag="item"):
    """AWS: it is said whose doing an interface is."""
    managed = str(interface.get("RequesterManaged", False)).lower()
    fields, end, _ = original(interface, tag).rpartition(f"</{tag}>")
    return f"{fields}<requesterManaged>{managed}</requesterManaged>{end}"


def matches(parameters, name, facts):
    """AWS: the values of a filter may hold `*` and `?`. Filters that `facts` do not have are not known here."""
    filters = ec2._parse_filters(parameters)
    return ec2._resource_matches_tag_filters(name, filters) and all(
        any(ec2._glob_match(pattern, fact) for pattern in patterns for fact in facts[key])
        for key, patterns in filters.items()
        if not key.startswith("tag")
    )


@answers("DescribeNetworkInterfaces")
def describe_network_interfaces(original, parameters):
    """AWS: interfaces can be filtered, and one that is named has to exist."""
    named = ec2._parse_member_list(parameters, "NetworkInterfaceId")
    found = {interface["NetworkInterfaceId"]: interface for interface in interfaces()}
    for name in named:
        if name not in found:
            message = f"The networkInterface ID '{name}' does not exist"
            return ec2._error("InvalidNetworkInterfaceID.NotFound", message, 400)

    def facts(interface):
        return {
            "description": [interface["Description"]],
            "group-id": [group["GroupId"] for group in interface["Groups"]],
            "network-interface-id": [interface["NetworkInterfaceId"]],
            "subnet-id": [interface["SubnetId"]],
            "vpc-id": [interface["VpcId"]],
        }

    shown = [found[name] for name in named or found if matches(parameters, name, facts(found[name]))]
    items = "".join(map(ec2._eni_fields_xml, shown))
    response = "DescribeNetworkInterfacesResponse"
    return ec2._xml(200, response, f"<networkInterfaceSet>{items}</networkInterfaceSet>")


def peers(group, direction):
    """The groups that the rules of `group` name."""
    return [pair.get("GroupId") for rule in group[DIRECTIONS[direction]] for pair in rule["UserIdGroupPairs"]]


@replaces(ec2, "_sg_xml")
def sg_xml(original, group):
    """AWS: a name and a description may hold an ampersand."""
    return original({**group, **{key: ec2._esc(group[key]) for key in ("GroupName", "Description")}})


@answers("DescribeSecurityGroups")
def describe_security_groups(original, parameters):
    """AWS: groups can be filtered by more than the emulator knows."""
    response = original({key: parameters[key] for key in parameters if not key.startswith("Filter.")})
    if response[0] != 200:
        return response

    def facts(group):
        return {
            "description": [group["Description"]],
            "egress.ip-permission.group-id": peers(group, "Egress"),
            "group-id": [group["GroupId"]],
            "group-name": [group["GroupName"]],
            "ip-permission.group-id": peers(group, "Ingress"),
            "vpc-id": [group["VpcId"]],
        }

    named = ec2._parse_member_list(parameters, "GroupId")
    found = [(name, group) for name, group in ec2._security_groups.items() if name in named or not named]
    shown = [group for name, group in found if matches(parameters, name, facts(group))]
    items = "".join(map(ec2._sg_xml, shown))
    return ec2._xml(200, "DescribeSecurityGroupsResponse", f"<securityGroupInfo>{items}</securityGroupInfo>")


@answers("DeleteSecurityGroup")
def delete_security_group(original, parameters):
    """AWS: a group stays for as long as an interface has it, or a rule of another group names it."""
    name = ec2._p(parameters, "GroupId")
    attached = any(group["GroupId"] == name for interface in interfaces() for group in interface["Groups"])
    others = [group for group in ec2._security_groups.values() if group["GroupId"] != name]
    if attached or any(name in peers(group, direction) for group in others for direction in DIRECTIONS):
        return ec2._error("DependencyViolation", f"resource {name} has a dependent object", 400)
    return original(parameters)


# --- ACM ---------------------------------------------------------------------------------------------------


RSA = ("RSA_1024", "RSA_2048")


@replaces(acm, "_request_certificate")
def request_certificate(original, data):
    """AWS: a certificate's key is of the kind that was asked for."""
    response = original(data)
    if response[0] == 200:
        arn = json.loads(response[2])["CertificateArn"]
        acm._certificates[arn]["KeyAlgorithm"] = data.get("KeyAlgorithm", "RSA_2048")
    return response


@replaces(acm, "_cert_shape")
def cert_shape(original, certificate):
    return {**original(certificate), "KeyAlgorithm": certificate.get("KeyAlgorithm", "RSA_2048")}


@replaces(acm, "_list_certificates")
def list_certificates(original, data):
    """AWS: only these kinds of key are listed, unless others are asked for; names and dates are listed too."""
    kinds = data.get("Includes", {}).get("keyTypes") or RSA

    def summary(listed):
        shape = acm._cert_shape(acm._certificates[listed["CertificateArn"]])
        also = ("Type", "KeyAlgorithm", "CreatedAt", "IssuedAt", "NotBefore", "NotAfter")
        names = {"SubjectAlternativeNameSummaries": shape["SubjectAlternativeNames"]}
        return {**listed, **{key: shape[key] for key in also}, **names}

    def edit(answer):
        summaries = map(summary, answer["CertificateSummaryList"])
        answer["CertificateSummaryList"] = [it for it in summaries if it["KeyAlgorithm"] in kinds]

    return edited(original(data), edit)


def provide_certificates():
    """Sees to it that each of `INFRA_CERTIFICATES`, domains between spaces, has an issued certificate.

    In the account and region that requests mean which name none.
    """
    (_, _, body) = acm._list_certificates({"CertificateStatuses": ["ISSUED"]})
    issued = [summary["SubjectAlternativeNameSummaries"] for summary in json.loads(body)["CertificateSummaryList"]]
    known = set().union(*issued)
    for domain in os.environ.get("INFRA_CERTIFICATES", "").split():
        if domain not in known:
            acm._request_certificate({"DomainName": domain})
            known.add(domain)


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
            provide_certificates()
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
