"""Elastic Load Balancing: what load balancers and listeners share, and tags."""

import base64

from ministack.services import alb, ec2

from .common import answers, replaces

MOST_TAGGED = 20


class Refused(Exception):
    """What a request is refused with: a code and a message."""


def elb(name, known=True):
    """As `answers`, of this service: what the decorated function raises as `Refused` is the answer."""

    def put(function):
        @answers(alb, name, known)
        def answer(*arguments):
            ec2._ensure_defaults_initialized()
            try:
                return function(*arguments)
            except Refused as refused:
                return alb._error(*refused.args)

        return function

    return put


def text(parameters, name):
    return alb._p(parameters, name)


def members(parameters, name):
    return alb._parse_member_list(parameters, name)


def all_of(store, key, wanted, code):
    """The resources of `store` whose `key` is one of `wanted`, or all. AWS: each that is named has to exist."""
    found = list(store.values())
    for name in wanted:
        if not any(it[key] == name for it in found):
            raise Refused(code, f"'{name}' not found")
    return [it for it in found if it[key] in wanted or not wanted]


def pages(parameters, action, key, items):
    """AWS: at most `PageSize` (else 400) at a time, and a marker for the rest."""
    marker, most = text(parameters, "Marker"), int(text(parameters, "PageSize") or 400)
    start = int(base64.b64decode(marker)) if marker else 0
    following = base64.b64encode(str(start + most).encode()).decode()
    more = f"<NextMarker>{following}</NextMarker>" if start + most < len(items) else ""
    return alb._xml(200, action, f"<{key}>{''.join(items[start : start + most])}</{key}>{more}")


@replaces(alb, "_attrs_xml")
def pairs_xml(original, pairs):
    """AWS: a value may hold an ampersand."""
    return original([{key: alb._esc(pair[key]) for key in ("Key", "Value")} for pair in pairs])


@elb("DescribeTags")
def describe_tags(original, parameters):
    """AWS: at most 20 resources at a time."""
    arns = members(parameters, "ResourceArns")
    if len(arns) > MOST_TAGGED:
        raise Refused("ValidationError", f"The maximum number of resource ARNs is '{MOST_TAGGED}'")
    response = original(parameters)
    if response[0] != 200:
        return response
    tags = ((arn, alb._attrs_xml(alb._tags.get(arn, []))) for arn in arns)
    shown = (f"<member><ResourceArn>{arn}</ResourceArn><Tags>{pairs}</Tags></member>" for arn, pairs in tags)
    return alb._xml(200, "DescribeTags", f"<TagDescriptions>{''.join(shown)}</TagDescriptions>")
