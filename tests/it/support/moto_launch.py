"""Runs moto's server on a free loopback port, which it writes to standard output, until standard input ends."""

import copy
import logging
import os
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for the sandbox: whoever started it ends it
announcement = os.dup(1)
os.dup2(2, 1)

from moto.ecr.models import ECRBackend  # noqa: E402
from moto.iam.models import IAMBackend  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

# With AWS's own policies loaded, moto reads them anew for every account, and in every partition of it: 0.6 s for
# each account that a test takes. Read once, and copied for the partition that the tests are in, it is 0.01 s.
of_aws = []
read_policies = IAMBackend._init_aws_policies


def policies(backend):
    if backend.region_name != "aws":
        return []
    if not of_aws:
        of_aws.extend(read_policies(backend))
    return [copy.copy(policy) for policy in of_aws]


IAMBackend._init_aws_policies = policies

# SDKs leave `scanOnPush` out where it is false, its default in AWS's model. moto takes nothing for no change.
put_scanning = ECRBackend.put_image_scanning_configuration


def scanning(backend, registry_id, repository_name, image_scan_config):
    return put_scanning(backend, registry_id, repository_name, image_scan_config or {"scanOnPush": False})


ECRBackend.put_image_scanning_configuration = scanning

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
os.write(announcement, f"{port}\n".encode())
os.close(announcement)
while os.read(0, 4096):
    pass
sys.stderr.flush()
os._exit(0)  # nothing is kept, and requests may still be under way in other threads
