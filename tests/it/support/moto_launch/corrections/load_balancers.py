"""Elastic Load Balancing: load balancers, and tags."""

import re

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ELBClientError, ListenerNotFoundError, LoadBalancerNotFoundError, RuleNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response

from .common import replaces

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


def wrong_addresses(kind):
    return ELBClientError("ValidationError", f"'{kind}' is none of {', '.join(ADDRESSES)}")


@replaces(FakeLoadBalancer, "__init__")
def new_load_balancer(original, balancer, *args, **kwargs):
    """AWS: all attributes have a value from the start."""
    original(balancer, *args, **kwargs)
    balancer.attrs = dict(ATTRIBUTES)
    if balancer.scheme == "internal":
        balancer.attrs["ipv6.deny_all_igw_traffic"] = "true"


def checked_name(name):
    allowed = len(name) <= 32 and NAME.fullmatch(name) and not name.startswith("internal-")
    if not allowed:
        raise ELBClientError("ValidationError", f"The load balancer name '{name}' is not one that can be had")


def checked_subnets(backend, named):
    """AWS: subnets have to exist, one in each of two zones at least."""
    known = {subnet.id: subnet for subnet in backend.ec2_backend.describe_subnets()}
    for name in named:
        if name not in known:
            raise ELBClientError("SubnetNotFound", f"The subnet ID '{name}' does not exist")
    zones = {known[name].availability_zone for name in named}
    if len(zones) < len(set(named)):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise ELBClientError("InvalidConfigurationRequest", message)
    if len(zones) < 2:
        message = "At least two subnets in two different Availability Zones must be specified"
        raise ELBClientError("ValidationError", message)
    return [known[name] for name in dict.fromkeys(named)]


def checked_groups(backend, vpc, named):
    """AWS: security groups have to exist, in the same network; where none are named it is the default one."""
    for name in named:
        group = backend.ec2_backend.get_security_group_from_id(name)
        if not group or group.vpc_id != vpc:
            raise ELBClientError("InvalidSecurityGroup", "One or more security groups are invalid")
    return named or [backend.ec2_backend.get_default_security_group(vpc).id]


def set_interfaces(backend, balancer, subnets):
    """AWS: a load balancer has a network interface in each subnet, with its groups."""
    ec2 = backend.ec2_backend
    description = f"ELB {balancer.arn.partition(':loadbalancer/')[2]}"
    there = {it.subnet.id: it for it in ec2.enis.values() if it.description == description}
    for name in there.keys() - {subnet.id for subnet in subnets}:
        ec2.delete_network_interface(there[name].id)
    for subnet in subnets:
        interface = there.get(subnet.id) or ec2.create_network_interface(subnet, "", description=description)
        interface.requester_managed, interface.status = True, "in-use"
        interface._group_set = [ec2.get_security_group_from_id(group) for group in balancer.security_groups]


@replaces(ELBv2Backend, "create_load_balancer")
def create_load_balancer(original, backend, **wanted):
    """AWS: an exact repeat is answered with what is there, as it is, tags and all; names are used once."""
    name = wanted["name"]
    checked_name(name)
    mapped = [mapping["SubnetId"] for mapping in wanted["subnet_mappings"]]
    subnets = checked_subnets(backend, wanted["subnet_ids"] or mapped)
    wanted["security_groups"] = checked_groups(backend, subnets[0].vpc_id, wanted["security_groups"])
    wanted["scheme"] = wanted["scheme"] or "internet-facing"
    wanted["loadbalancer_type"] = wanted["loadbalancer_type"] or "application"

    def settings(groups, subnets, *plain):
        return set(groups), {subnet.id for subnet in subnets}, plain

    if wanted["ip_address_type"] not in ADDRESSES:
        raise wrong_addresses(wanted["ip_address_type"])
    asked = (wanted["scheme"], wanted["loadbalancer_type"], wanted["ip_address_type"])
    for it in backend.load_balancers.values():
        if it.name == name:
            same = settings(it.security_groups, it.subnets, it.scheme, it.type, it.ip_address_type)
            if same != settings(wanted["security_groups"], subnets, *asked):
                message = f"A load balancer with the same name '{name}' exists, but with different settings"
                raise ELBClientError("DuplicateLoadBalancerName", message)
            return it
    made = original(backend, **{**wanted, "ip_address_type": "ipv4"})
    made.ip_address_type = wanted["ip_address_type"]
    set_interfaces(backend, made, subnets)
    return made


@replaces(ELBv2Backend, "describe_load_balancers")
def describe_load_balancers(original, backend, arns, names):
    """AWS: each that is named has to exist."""
    known = list(backend.load_balancers.values())
    for wanted, there in ((arns, {it.arn for it in known}), (names, {it.name for it in known})):
        for name in wanted or []:
            if name not in there:
                raise ELBClientError("LoadBalancerNotFound", f"'{name}' not found")
    return original(backend, arns, names)


def load_balancer(backend, arn):
    if arn not in backend.load_balancers:
        raise LoadBalancerNotFoundError()
    return backend.load_balancers[arn]


@replaces(ELBv2Backend, "modify_load_balancer_attributes")
def modify_load_balancer_attributes(original, backend, arn, attrs):
    """AWS: an attribute that there is not is refused."""
    balancer = load_balancer(backend, arn)
    for key in attrs:
        if key not in ATTRIBUTES:
            raise ELBClientError("ValidationError", f"Load balancer attribute key '{key}' is not recognized")
    balancer.attrs.update(attrs)
    return balancer.attrs


@replaces(ELBv2Backend, "set_ip_address_type")
def set_ip_address_type(original, backend, arn, ip_type):
    """AWS: there are three types; moto knows two."""
    balancer = load_balancer(backend, arn)
    if ip_type not in ADDRESSES:
        raise wrong_addresses(ip_type)
    balancer.ip_address_type = ip_type


@replaces(ELBv2Backend, "set_subnets")
def set_subnets(original, backend, arn, subnets, subnet_mappings):
    balancer = load_balancer(backend, arn)
    found = checked_subnets(backend, subnets or [mapping["SubnetId"] for mapping in subnet_mappings])
    balancer.subnets = found
    set_interfaces(backend, balancer, found)
    return balancer.availability_zones


@replaces(ELBV2Response, "set_security_groups")
def set_security_groups(original, response):
    """AWS: the answer holds the groups."""
    backend = response.elbv2_backend
    balancer = load_balancer(backend, response._get_param("LoadBalancerArn"))
    balancer.security_groups = checked_groups(backend, balancer.vpc_id, response._get_param("SecurityGroups", []))
    set_interfaces(backend, balancer, balancer.subnets)
    return ActionResult({"SecurityGroupIds": balancer.security_groups})


@replaces(ELBv2Backend, "delete_load_balancer")
def delete_load_balancer(original, backend, arn):
    """AWS: one that is protected stays."""
    balancer = backend.load_balancers.get(arn)
    if not balancer:
        return
    if balancer.attrs["deletion_protection.enabled"] == "true":
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise ELBClientError("OperationNotPermitted", message)
    set_interfaces(backend, balancer, [])
    original(backend, arn)


@replaces(ELBv2Backend, "_get_resource_by_arn")
def resource_by_arn(original, backend, arn):
    """AWS: a listener whose load balancer is gone is a listener that is not there; the default rule is one too."""
    listeners = {name: it for balancer in backend.load_balancers.values() for name, it in balancer.listeners.items()}
    if ":listener/" in arn:
        if arn not in listeners:
            raise ListenerNotFoundError()
        return listeners[arn]
    if ":listener-rule/" in arn:
        rules = {rule.arn: rule for it in listeners.values() for rule in it.rules.values()}
        if arn not in rules:
            raise RuleNotFoundError()
        return rules[arn]
    return original(backend, arn)


@replaces(ELBv2Backend, "describe_tags")
def describe_tags(original, backend, resource_arns):
    """AWS: at most 20 resources at a time, and each has to exist."""
    if len(resource_arns) > 20:
        raise ELBClientError("ValidationError", "The maximum number of resource ARNs is '20'")
    for arn in resource_arns:
        backend._get_resource_by_arn(arn)
    return original(backend, resource_arns)
