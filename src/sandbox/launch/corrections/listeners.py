"""Elastic Load Balancing: listeners, their certificates and their rules."""

from ministack.services import acm, alb

from .common import replaces
from .elb import Refused, all_of, elb, members, pages, text
from .load_balancers import load_balancer

# Those for application load balancers, by the guide's page on security policies.
POLICIES = {
    "ELBSecurityPolicy-2016-08",
    *(f"ELBSecurityPolicy-TLS-1-{minor}" for minor in ("0-2015-04", "1-2017-01", "2-2017-01", "2-Ext-2018-06")),
    *(f"ELBSecurityPolicy-FS-{kind}" for kind in ("2018-06", "1-1-2019-08", "1-2-2019-08")),
    *(f"ELBSecurityPolicy-FS-1-2-Res-20{date}" for date in ("19-08", "20-10")),
    *(f"ELBSecurityPolicy-TLS13-1-{minor}-2021-06" for minor in ("0", "1", "2", "3", "2-Res", "2-Ext1", "2-Ext2")),
    *(f"ELBSecurityPolicy-TLS13-1-{minor}-PQ-2025-09" for minor in ("0", "2", "3", "2-Res", "2-Ext1", "2-Ext2")),
}

EXTRA = "ExtraCertificates"


def listener(parameters):
    """The one that a request is about."""
    arn = text(parameters, "ListenerArn")
    if arn not in alb._listeners:
        raise Refused("ListenerNotFound", f"Listener '{arn}' not found")
    return alb._listeners[arn]


def checked_certificates(parameters):
    """AWS: certificates have to exist."""
    named = alb._parse_certificate_arns(parameters)
    for arn in named:
        if arn not in acm._certificates:
            raise Refused("CertificateNotFound", f"Certificate ARN '{arn}' not found")
    return named


def is_loop(redirect, protocol, port):
    """Whether a redirect leads to where the request came to."""
    return (
        redirect["Protocol"] in ("#{protocol}", protocol)
        and redirect["Port"] in ("#{port}", str(port))
        and (redirect["Host"], redirect["Path"]) == ("#{host}", "/#{path}")
    )


def settings(parameters, live):
    """What the listener `live` would be with what a request says, defaults filled in."""
    protocol = text(parameters, "Protocol") or live.get("Protocol")
    if protocol not in ("HTTP", "HTTPS"):
        raise Refused("ValidationError", f"Protocol '{protocol}' must be one of 'HTTPS, HTTP'")
    port = int(text(parameters, "Port") or live.get("Port", 0))
    if not 1 <= port <= 65535:
        raise Refused("ValidationError", "A listener port must be specified")
    actions = alb._parse_actions(parameters) or live.get("DefaultActions", [])
    if any(is_loop(it["RedirectConfig"], protocol, port) for it in actions if "RedirectConfig" in it):
        message = "The redirect configuration is not valid because it creates a loop."
        raise Refused("InvalidLoadBalancerAction", message)
    wanted = {"Protocol": protocol, "Port": port, "DefaultActions": actions}
    if protocol == "HTTP":
        return wanted
    certificates = checked_certificates(parameters) or live.get("Certificates")
    if not certificates:
        raise Refused("ValidationError", "A certificate must be specified for HTTPS listeners")
    policy = text(parameters, "SslPolicy") or live.get("SslPolicy", alb._DEFAULT_SSL_POLICY)
    if policy not in POLICIES:
        raise Refused("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    return {**wanted, "Certificates": certificates, "SslPolicy": policy}


def on_port(balancer, port):
    """The listener there, if there is one."""
    there = (it for it in alb._listeners.values() if (it["LoadBalancerArn"], it["Port"]) == (balancer, port))
    return next(there, None)


def duplicate(balancer):
    return Refused("DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer}'")


@elb("CreateListener")
def create_listener(original, parameters):
    """AWS: an exact repeat is answered with what is there, as it is, tags and all; a port has one listener."""
    balancer = load_balancer(parameters)["LoadBalancerArn"]
    wanted = settings(parameters, {})
    known = on_port(balancer, wanted["Port"])
    if not known:
        return original(parameters)
    if wanted != {key: known[key] for key in known if key in (*wanted, "Certificates", "SslPolicy")}:
        raise duplicate(balancer)
    return alb._xml(200, "CreateListener", f"<Listeners>{alb._listener_xml(known)}</Listeners>")


@elb("ModifyListener")
def modify_listener(original, parameters):
    """AWS: what is sent is checked together with what is there; without HTTPS there are no certificates at all."""
    live = listener(parameters)
    wanted = settings(parameters, live)
    if on_port(live["LoadBalancerArn"], wanted["Port"]) not in (None, live):
        raise duplicate(live["LoadBalancerArn"])
    if wanted["Protocol"] == "HTTP":
        live.pop(EXTRA, None)
    return original(parameters)


@elb("DescribeListeners")
def describe_listeners(original, parameters):
    arns = members(parameters, "ListenerArns")
    found = all_of(alb._listeners, "ListenerArn", arns, "ListenerNotFound")
    if text(parameters, "LoadBalancerArn"):
        balancer = load_balancer(parameters)["LoadBalancerArn"]
        found = [it for it in found if it["LoadBalancerArn"] == balancer]
    elif not arns:
        raise Refused("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
    return pages(parameters, "DescribeListeners", "Listeners", list(map(alb._listener_xml, found)))


@replaces(alb, "_action_xml")
def action_xml(original, action):
    """AWS: a path and a body may hold an ampersand. (The emulator escapes queries itself.)"""
    configs = {key: action[key] for key in action if key in ("FixedResponseConfig", "RedirectConfig")}
    for key, config in configs.items():
        configs[key] = {name: it if name == "Query" else alb._esc(it) for name, it in config.items()}
    return original({**action, **configs})


def certificates_xml(live):
    """AWS: a certificate that is both the default one and in the list appears twice."""
    shown = [(arn, "true") for arn in live.get("Certificates", [])] + [(arn, "false") for arn in live.get(EXTRA, [])]
    return [
        f"<member><CertificateArn>{arn}</CertificateArn><IsDefault>{default}</IsDefault></member>"
        for arn, default in shown
    ]


@elb("DescribeListenerCertificates", known=False)
def describe_listener_certificates(parameters):
    shown = certificates_xml(listener(parameters))
    return pages(parameters, "DescribeListenerCertificates", "Certificates", shown)


@elb("AddListenerCertificates", known=False)
def add_listener_certificates(parameters):
    """AWS: what is in the list already is not added again."""
    live = listener(parameters)
    together = list(dict.fromkeys(live.get(EXTRA, []) + checked_certificates(parameters)))
    live[EXTRA] = together
    shown = certificates_xml({EXTRA: together})
    return alb._xml(200, "AddListenerCertificates", f"<Certificates>{''.join(shown)}</Certificates>")


@elb("RemoveListenerCertificates", known=False)
def remove_listener_certificates(parameters):
    """AWS: the default certificate can be replaced, and not removed."""
    live = listener(parameters)
    extra, gone = live.get(EXTRA, []), alb._parse_certificate_arns(parameters)
    for arn in gone:
        if arn in live.get("Certificates", []) and arn not in extra:
            raise Refused("OperationNotPermitted", "The default certificate cannot be removed")
    live[EXTRA] = [arn for arn in extra if arn not in gone]
    return alb._empty("RemoveListenerCertificates")


@elb("CreateRule")
def create_rule(original, parameters):
    """AWS: a priority is used once."""
    priority = text(parameters, "Priority")
    siblings = (it for it in alb._rules.values() if it["ListenerArn"] == listener(parameters)["ListenerArn"])
    if any(it["Priority"] == priority for it in siblings):
        raise Refused("PriorityInUse", f"Priority '{priority}' is currently in use")
    return original(parameters)


@elb("DescribeRules")
def describe_rules(original, parameters):
    """AWS: in the order in which they apply, hence the default one last."""
    arns = members(parameters, "RuleArns")
    found = all_of(alb._rules, "RuleArn", arns, "RuleNotFound")
    if not arns:
        of = listener(parameters)["ListenerArn"]
        found = [it for it in found if it["ListenerArn"] == of]
    found.sort(key=lambda it: (it["IsDefault"], it["IsDefault"] or int(it["Priority"])))
    return pages(parameters, "DescribeRules", "Rules", list(map(alb._rule_xml, found)))
