"""Elastic Load Balancing: listeners, their certificates and their rules."""

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ELBClientError, ListenerNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeAction, FakeListener
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from .common import replaces
from .load_balancers import load_balancer

DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"

# What a redirect does where it says nothing.
SAME = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}", "Query": "#{query}"}


@replaces(FakeAction, "__init__")
def new_action(original, action, data):
    """AWS: a redirect is read back with all its parts."""
    if "RedirectConfig" in data:
        data = {**data, "RedirectConfig": {**SAME, **data["RedirectConfig"]}}
    original(action, data)


@replaces(FakeListener, "__init__")
def new_listener(original, listener, *args, **kwargs):
    """AWS: without HTTPS there are no certificates, and no policy; further certificates are a list of their own."""
    original(listener, *args, **kwargs)
    listener.extra = []
    if listener.protocol == "HTTP":
        listener.certificate, listener.certificates, listener.ssl_policy = None, [], None


def checked_certificates(backend, named):
    """AWS: certificates have to exist."""
    for arn in named:
        if not backend._certificate_exists(arn):
            raise ELBClientError("CertificateNotFound", f"Certificate ARN '{arn}' not found")


def is_loop(redirect, protocol, port):
    """Whether a redirect leads to where the request came to."""
    return (
        redirect["Protocol"] in ("#{protocol}", protocol)
        and redirect["Port"] in ("#{port}", str(port))
        and (redirect["Host"], redirect["Path"]) == (SAME["Host"], SAME["Path"])
    )


def checked(backend, protocol, port, certificates, policy, actions):
    redirects = [it.data["RedirectConfig"] for it in actions if "RedirectConfig" in it.data]
    if any(is_loop(it, protocol, port) for it in redirects):
        message = "The redirect configuration is not valid because it creates a loop."
        raise ELBClientError("InvalidLoadBalancerAction", message)
    if protocol == "HTTPS":
        if not certificates:
            raise ELBClientError("ValidationError", "A certificate must be specified for HTTPS listeners")
        checked_certificates(backend, certificates)
        if policy not in SSL_POLICIES:
            raise ELBClientError("SSLPolicyNotFound", f"SSL policy '{policy}' not found")


def on_port(balancer, port):
    """The listener there, if there is one."""
    return next((it for it in balancer.listeners.values() if int(it.port) == int(port)), None)


def duplicate(balancer):
    message = f"A listener already exists on this port for this load balancer '{balancer.arn}'"
    return ELBClientError("DuplicateListener", message)


@replaces(ELBv2Backend, "create_listener")
def create_listener(original, backend, load_balancer_arn, **wanted):
    """AWS: an exact repeat is answered with what is there, as it is, tags and all; a port has one listener."""
    balancer = load_balancer(backend, load_balancer_arn)
    protocol, certificate, policy = wanted["protocol"], wanted["certificate"], wanted["ssl_policy"]
    actions = [FakeAction(action) for action in wanted["actions"]]
    checked(backend, protocol, wanted["port"], [certificate] if certificate else [], policy, actions)
    known = on_port(balancer, wanted["port"])
    if not known:
        return original(backend, load_balancer_arn, **wanted)
    same = [it.data for it in known.default_actions] == [it.data for it in actions]
    tls = (certificate, policy) if protocol == "HTTPS" else (None, None)
    if not same or (known.protocol, known.certificate, known.ssl_policy) != (protocol, *tls):
        raise duplicate(balancer)
    return known


def listener(backend, arn):
    for balancer in backend.load_balancers.values():
        if arn in balancer.listeners:
            return balancer.listeners[arn]
    raise ListenerNotFoundError()


@replaces(ELBv2Backend, "modify_listener")
def modify_listener(original, backend, arn, port, protocol, ssl_policy, certificates, actions):
    """AWS: what is sent is checked together with what is there; without HTTPS there are no certificates at all."""
    live = listener(backend, arn)
    balancer = backend.load_balancers[live.load_balancer_arn]
    protocol, port = protocol or live.protocol, port or live.port
    backend._validate_port_and_protocol(balancer.type, port, protocol)
    if on_port(balancer, port) not in (None, live):
        raise duplicate(balancer)
    named = [it["CertificateArn"] for it in certificates] or live.certificates
    policy = ssl_policy or live.ssl_policy or DEFAULT_POLICY
    actions = [FakeAction(action) for action in actions] or live.default_actions
    checked(backend, protocol, port, named, policy, actions)
    backend._validate_actions(actions)
    live.port, live.protocol, live.default_actions = port, protocol, actions
    live._default_rule[0].actions = actions
    if protocol == "HTTPS":
        live.certificate, live.certificates, live.ssl_policy = named[0], named[:1], policy
    else:
        live.certificate, live.certificates, live.ssl_policy, live.extra = None, [], None, []
    return live


@replaces(ELBv2Backend, "describe_listeners")
def describe_listeners(original, backend, load_balancer_arn, listener_arns):
    """AWS: each that is named has to exist."""
    for arn in listener_arns or []:
        listener(backend, arn)
    return original(backend, load_balancer_arn, listener_arns)


@replaces(ELBV2Response, "describe_listeners")
def show_listeners(original, response):
    """AWS: at most `PageSize` (else 400) at a time, and a marker for the rest."""
    found = original(response).result["Listeners"]
    start, most = int(response._get_param("Marker") or 0), response._get_param("PageSize") or 400
    following = str(start + most) if start + most < len(found) else None
    return ActionResult({"Listeners": found[start : start + most], "NextMarker": following})


@replaces(ELBV2Response, "describe_listener_certificates")
def describe_listener_certificates(original, response):
    """AWS: a certificate that is both the default one and in the list appears twice."""
    live = listener(response.elbv2_backend, response._get_param("ListenerArn"))
    shown = [(arn, True) for arn in live.certificates] + [(arn, False) for arn in live.extra]
    return ActionResult({"Certificates": [{"CertificateArn": arn, "IsDefault": default} for arn, default in shown]})


@replaces(ELBv2Backend, "add_listener_certificates")
def add_listener_certificates(original, backend, arn, certificates):
    """AWS: what is in the list already is not added again."""
    live = listener(backend, arn)
    named = [it["CertificateArn"] for it in certificates]
    checked_certificates(backend, named)
    live.extra = list(dict.fromkeys(live.extra + named))
    return live.extra


@replaces(ELBv2Backend, "remove_listener_certificates")
def remove_listener_certificates(original, backend, arn, certificates):
    """AWS: the default certificate can be replaced, and not removed."""
    live = listener(backend, arn)
    gone = [it["CertificateArn"] for it in certificates]
    if any(it in live.certificates and it not in live.extra for it in gone):
        raise ELBClientError("OperationNotPermitted", "The default certificate cannot be removed")
    live.extra = [it for it in live.extra if it not in gone]


@replaces(ELBv2Backend, "describe_rules")
def describe_rules(original, backend, listener_arn, rule_arns):
    """AWS: in the order in which they apply, hence the default one last."""
    found = original(backend, listener_arn, rule_arns)
    return sorted(found, key=lambda it: (it.priority == "default", it.priority != "default" and int(it.priority)))
