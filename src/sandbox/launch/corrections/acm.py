"""ACM."""

import json
import os

from ministack.core.responses import error_response_json as error
from ministack.services import acm, alb

from .common import edited, replaces
from .listeners import EXTRA

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
    """AWS: it is told which load balancers use a certificate, for any of their listeners."""
    shape = original(certificate)
    shape["KeyAlgorithm"] = certificate.get("KeyAlgorithm", "RSA_2048")
    users = {
        listener["LoadBalancerArn"]
        for listener in alb._listeners.values()
        if shape["CertificateArn"] in listener.get("Certificates", []) + listener.get(EXTRA, [])
    }
    shape["InUseBy"] = shape["InUseBy"] + sorted(users)
    return shape


@replaces(acm, "_delete_certificate")
def delete_certificate(original, data):
    """AWS: a certificate that is in use stays."""
    certificate = acm._certificates.get(data.get("CertificateArn"))
    if certificate and acm._cert_shape(certificate)["InUseBy"]:
        return error("ResourceInUseException", f"Certificate {certificate['CertificateArn']} is in use.")
    return original(data)


@replaces(acm, "_list_certificates")
def list_certificates(original, data):
    """AWS: only these kinds of key are listed, unless others are asked for; names, dates and use are listed too."""
    kinds = data.get("Includes", {}).get("keyTypes") or RSA

    def summary(listed):
        shape = acm._cert_shape(acm._certificates[listed["CertificateArn"]])
        also = ("Type", "KeyAlgorithm", "CreatedAt", "IssuedAt", "NotBefore", "NotAfter")
        names = {"SubjectAlternativeNameSummaries": shape["SubjectAlternativeNames"]}
        return {**listed, **{key: shape[key] for key in also}, **names, "InUse": bool(shape["InUseBy"])}

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
