"""EC2."""

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule

from .common import replaces


@replaces(SecurityGroupRule, "__eq__")
def same_rule(original, rule, other):
    """AWS: a rule is told by protocol, ports and peer, whatever is said of the peer besides."""

    def identity(it):
        peer = (it.cidr_ipv4, it.cidr_ipv6, it.prefix_list_id, it.source_group.get("GroupId"))
        return it.ip_protocol, it.from_port, it.to_port, peer

    return identity(rule) == identity(other)


@replaces(EC2Backend, "_sg_update_description")
def update_description(original, backend, wanted, rule):
    """AWS: a rule's description is replaced, or goes where none is given."""
    rule.ip_range, rule.source_group = wanted.ip_range, wanted.source_group


@replaces(EC2Backend, "delete_security_group")
def delete_security_group(original, backend, name=None, group_id=None):
    """AWS: a group stays for as long as an interface has it, or a rule of another group names it."""
    attached = any(group.id == group_id for interface in backend.enis.values() for group in interface.group_set)
    others = [group for group in backend.describe_security_groups() if group.id != group_id]
    rules = [rule for group in others for rule in group.ingress_rules + group.egress_rules]
    if attached or any(rule.source_group.get("GroupId") == group_id for rule in rules if group_id):
        raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
    return original(backend, name, group_id)
