"""What AWS does otherwise than moto, where the tests need it, service by service.

A part that is replaced and not found is an error, as is one that is added and there already.
"""

from . import (  # noqa: F401
    acm,
    cloudformation,
    ec2,
    ecr,
    efs,
    events,
    iam,
    lambda_,
    listeners,
    load_balancers,
    logs,
    secretsmanager,
)
