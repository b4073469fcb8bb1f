"""ACM."""

from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.core.exceptions import JsonRESTError
from moto.elbv2.models import elbv2_backends

from .common import replaces


@replaces(CertBundle, "describe")
def describe_certificate(original, certificate):
    """AWS: the names of a certificate are listed too, and which load balancers use it, for any of their listeners."""
    described = original(certificate)
    shown = described["Certificate"]
    shown["SubjectAlternativeNameSummaries"] = shown["SubjectAlternativeNames"]
    _, _, _, region, account, _ = certificate.arn.split(":", 5)
    shown["InUseBy"] = [
        balancer.arn
        for balancer in elbv2_backends[account][region].load_balancers.values()
        if any(certificate.arn in it.certificates + it.extra for it in balancer.listeners.values())
    ]
    return described


@replaces(AWSCertificateManagerBackend, "delete_certificate")
def delete_certificate(original, backend, arn):
    """AWS: a certificate that is in use stays."""
    if backend.get_certificate(arn).describe()["Certificate"]["InUseBy"]:
        raise JsonRESTError("ResourceInUseException", f"Certificate {arn} is in use.")
    original(backend, arn)
