"""Runs moto's server, corrected, on a free loopback port, which it writes to standard output, until standard input
ends."""

import logging
import os
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for the sandbox: whoever started it ends it
announcement = os.dup(1)
os.dup2(2, 1)

sys.dont_write_bytecode = True  # beside the sources, that is: moto's own is there since it was installed
import corrections  # noqa: E402, F401
from moto.server import ThreadedMotoServer  # noqa: E402

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
