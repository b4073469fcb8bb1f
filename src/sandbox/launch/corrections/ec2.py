"""EC2: security groups, and network interfaces."""

from ministack.services import ec2

from .common import answers, replaces
from .interfaces import interfaces

PEERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
DIRECTIONS = {"Ingress": "IpPermissions", "Egress": "IpPermissionsEgress"}


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
    @answers(ec2, f"AuthorizeSecurityGroup{direction}")
    def authorize(original, parameters):
        """AWS: a rule that is there already is refused, and all others with it."""
        if any(live for _, live in live_rules(parameters, direction)):
            message = "the specified rule already exists"
            return ec2._error("InvalidPermission.Duplicate", message, 400)
        return original(parameters)

    @answers(ec2, f"RevokeSecurityGroup{direction}")
    def revoke(original, parameters):
        """AWS: a rule that is not there is refused, and all others with it."""
        if ec2._p(parameters, "GroupId") in ec2._security_groups:
            if not all(live for _, live in live_rules(parameters, direction)):
                return no_rule()
        return original(parameters)

    @answers(ec2, f"UpdateSecurityGroupRuleDescriptions{direction}", known=False)
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


@answers(ec2, "DescribeNetworkInterfaces")
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


@answers(ec2, "DescribeSecurityGroups")
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


@answers(ec2, "DeleteSecurityGroup")
def delete_security_group(original, parameters):
    """AWS: a group stays for as long as an interface has it, or a rule of another group names it."""
    name = ec2._p(parameters, "GroupId")
    attached = any(group["GroupId"] == name for interface in interfaces() for group in interface["Groups"])
    others = [group for group in ec2._security_groups.values() if group["GroupId"] != name]
    if attached or any(name in peers(group, direction) for group in others for direction in DIRECTIONS):
        return ec2._error("DependencyViolation", f"resource {name} has a dependent object", 400)
    return original(parameters)
