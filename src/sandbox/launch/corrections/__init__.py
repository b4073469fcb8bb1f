"""What AWS does otherwise than the emulator, service by service.

A part that a correction replaces and does not find is an error: the corrections are written for one release of the
emulator, and have to be looked at again for the next.
"""

from . import acm, cloudformation, ec2, ecr, efs, events, iam, lambda_, listeners, load_balancers, logs, secretsmanager  # noqa: F401
