"""Elastic Load Balancing: load balancers."""

import re

from ministack.services import alb, ec2

from .common import replaces
from .elb import Refused, all_of, elb, members, pages, text

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")

# Those of an application load balancer, and what they are from the start.
ATTRIBUTES = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "ipv6.deny_all_igw_traffic": "false",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}

ADDRESSES = ("ipv4", "dualstack", "dualstack-without-public-ipv4")


def load_balancer(parameters):
    """The one that a request is about."""
    arn = text(parameters, "LoadBalancerArn")
    if arn not in alb._lbs:
        raise Refused("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
    return alb._lbs[arn]


def checked_name(parameters):
    name = text(parameters, "Name")
    if len(name) > 32:
        message = f"The load balancer name '{name}' cannot be longer than '32' characters"
        raise Refused("ValidationError", message)
    if not NAME.fullmatch(name):
        message = f"The load balancer name '{name}' is not made of letters and digits, with hyphens between them"
        raise Refused("ValidationError", message)
    if name.startswith("internal-"):
        raise Refused("ValidationError", "The load balancer name cannot begin with 'internal-'")
    return name


def checked_subnets(parameters):
    """AWS: subnets have to exist, one in each of two zones at least."""
    mapped = [text(parameters, f"SubnetMappings.member.{n}.SubnetId") for n in range(1, 100)]
    named = members(parameters, "Subnets") or [name for name in mapped if name]
    for name in named:
        if name not in ec2._subnets:
            raise Refused("SubnetNotFound", f"The subnet ID '{name}' does not exist")
    zones = {ec2._subnets[name]["AvailabilityZone"] for name in named}
    if len(zones) < len(set(named)):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise Refused("InvalidConfigurationRequest", message)
    if len(zones) < 2:
        message = "At least two subnets in two different Availability Zones must be specified"
        raise Refused("ValidationError", message)
    return list(dict.fromkeys(named))


def checked_groups(parameters, vpc):
    """AWS: security groups have to exist, in the same network; where none are named it is the default one."""
    in_vpc = {name: group for name, group in ec2._security_groups.items() if group["VpcId"] == vpc}
    named = members(parameters, "SecurityGroups")
    if not all(name in in_vpc for name in named):
        raise Refused("InvalidSecurityGroup", "One or more security groups are invalid")
    return named or [name for name, group in in_vpc.items() if group["GroupName"] == "default"]


def zones_xml(balancer):
    """AWS: a subnet is shown with its zone."""
    shown = ((ec2._subnets.get(name, {}).get("AvailabilityZone", ""), name) for name in balancer["Subnets"])
    return "".join(
        f"<member><ZoneName>{zone}</ZoneName><SubnetId>{name}</SubnetId><LoadBalancerAddresses/></member>"
        for zone, name in shown
    )


@replaces(alb, "_lb_xml")
def load_balancer_xml(original, balancer):
    zones = f"<AvailabilityZones>{zones_xml(balancer)}</AvailabilityZones>"
    return re.sub("<AvailabilityZones>.*</AvailabilityZones>", zones, original(balancer))


def settings(balancer):
    sets = ("SecurityGroups", "Subnets")
    plain = {key: balancer[key] for key in ("IpAddressType", "Scheme", "Type")}
    return {**plain, **{key: set(balancer[key]) for key in sets}}


@elb("CreateLoadBalancer")
def create_load_balancer(original, parameters):
    """AWS: an exact repeat is answered with what is there, as it is, tags and all; names are used once."""
    name = checked_name(parameters)
    subnets = checked_subnets(parameters)
    vpc = ec2._subnets[subnets[0]]["VpcId"]
    wanted = {
        "IpAddressType": text(parameters, "IpAddressType") or "ipv4",
        "Scheme": text(parameters, "Scheme") or "internet-facing",
        "SecurityGroups": checked_groups(parameters, vpc),
        "Subnets": subnets,
        "Type": text(parameters, "Type") or "application",
    }
    if wanted["IpAddressType"] not in ADDRESSES:
        raise Refused("ValidationError", f"'{wanted['IpAddressType']}' is none of {', '.join(ADDRESSES)}")
    for known in alb._lbs.values():
        if known["LoadBalancerName"] == name:
            if settings(known) == settings(wanted):
                return alb._xml(200, "CreateLoadBalancer", f"<LoadBalancers>{alb._lb_xml(known)}</LoadBalancers>")
            message = f"A load balancer with the same name '{name}' exists, but with different settings"
            raise Refused("DuplicateLoadBalancerName", message)
    original(parameters)
    (made,) = (it for it in alb._lbs.values() if it["LoadBalancerName"] == name)
    made.update(wanted, VpcId=vpc)
    attributes = dict(ATTRIBUTES)
    if made["Scheme"] == "internal":
        attributes["ipv6.deny_all_igw_traffic"] = "true"
    alb._lb_attrs[made["LoadBalancerArn"]] = [{"Key": key, "Value": it} for key, it in attributes.items()]
    return alb._xml(200, "CreateLoadBalancer", f"<LoadBalancers>{alb._lb_xml(made)}</LoadBalancers>")


@elb("DescribeLoadBalancers")
def describe_load_balancers(original, parameters):
    missing = "LoadBalancerNotFound"
    by_arn = all_of(alb._lbs, "LoadBalancerArn", members(parameters, "LoadBalancerArns"), missing)
    by_name = all_of(alb._lbs, "LoadBalancerName", members(parameters, "Names"), missing)
    shown = [alb._lb_xml(it) for it in by_arn if it in by_name]
    return pages(parameters, "DescribeLoadBalancers", "LoadBalancers", shown)


@elb("ModifyLoadBalancerAttributes")
def modify_load_balancer_attributes(original, parameters):
    """AWS: an attribute that there is not is refused."""
    load_balancer(parameters)
    keys = [text(parameters, name) for name in parameters if re.fullmatch(r"Attributes\.member\.\d+\.Key", name)]
    for key in keys:
        if key not in ATTRIBUTES:
            raise Refused("ValidationError", f"Load balancer attribute key '{key}' is not recognized")
    return original(parameters)


@elb("SetSubnets")
def set_subnets(original, parameters):
    balancer = load_balancer(parameters)
    balancer["Subnets"] = checked_subnets(parameters)
    balancer["IpAddressType"] = text(parameters, "IpAddressType") or balancer["IpAddressType"]
    kind = f"<IpAddressType>{balancer['IpAddressType']}</IpAddressType>"
    zones = f"<AvailabilityZones>{zones_xml(balancer)}</AvailabilityZones>"
    return alb._xml(200, "SetSubnets", zones + kind)


@elb("SetSecurityGroups")
def set_security_groups(original, parameters):
    checked_groups(parameters, load_balancer(parameters)["VpcId"])
    return original(parameters)


@elb("DeleteLoadBalancer")
def delete_load_balancer(original, parameters):
    """AWS: one that is protected stays; listeners go with the load balancer, and rules with their listeners."""
    arn = text(parameters, "LoadBalancerArn")
    if {"Key": "deletion_protection.enabled", "Value": "true"} in alb._lb_attrs.get(arn, []):
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise Refused("OperationNotPermitted", message)
    for listener in [name for name, it in alb._listeners.items() if it["LoadBalancerArn"] == arn]:
        alb._delete_listener({"ListenerArn": listener})
    return original(parameters)
