"""The network interfaces that other services have in EC2."""

import hashlib
import re

from ministack.services import alb, ec2, efs


def interface(name, subnet, description, groups, **also):
    """One that a service has made, and only that service may change."""
    place = ec2._subnets.get(subnet, {})
    known = [ec2._security_groups.get(group, {"GroupId": group}) for group in groups]
    return {
        "NetworkInterfaceId": name,
        "SubnetId": subnet,
        "VpcId": place.get("VpcId", ""),
        "AvailabilityZone": place.get("AvailabilityZone", ""),
        "Description": description,
        "OwnerId": place.get("OwnerId", ""),
        "RequesterManaged": True,
        "Status": "in-use",
        "PrivateIpAddress": "",
        "MacAddress": ":".join(["02", *re.findall("..", name[-10:])]),
        "Groups": [{"GroupId": group["GroupId"], "GroupName": group.get("GroupName", "")} for group in known],
        **also,
    }


def interfaces():
    """AWS: a mount target has a network interface, and a load balancer one in each subnet; EC2 shows them."""
    for target in efs._mount_targets.values():
        yield interface(
            target["NetworkInterfaceId"],
            target["SubnetId"],
            f"EFS mount target for {target['FileSystemId']} ({target['MountTargetId']})",
            target["SecurityGroups"],
            PrivateIpAddress=target.get("IpAddress", ""),
        )
    for arn, balancer in alb._lbs.items():
        description = f"ELB {arn.partition(':loadbalancer/')[2]}"
        for subnet in balancer["Subnets"]:
            name = "eni-" + hashlib.sha256(f"{arn} {subnet}".encode()).hexdigest()[:17]
            yield interface(name, subnet, description, balancer["SecurityGroups"])
    yield from ec2._network_interfaces.values()
