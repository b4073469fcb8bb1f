"""Runs the emulator behind `infra --sandbox`, corrected where AWS behaves otherwise (`corrections`).

It serves on a free loopback port, and writes the number to standard output once it answers. It stops,
with its state persisted, on SIGTERM and when standard input ends: infra holds the other end of that
pipe, so the emulator stops whatever happens to infra. Ctrl-C is infra's to handle: SIGINT is ignored.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
from importlib.metadata import version

RELEASE = "1.5.33"

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.umask(0o077)  # the state holds secret values, in the clear

# The pipe that tells infra the port; whatever else prints to standard output joins standard error, the log.
announcement = os.dup(1)
os.dup2(2, 1)

if version("ministack") != RELEASE:
    sys.exit(f"this launcher is written for ministack {RELEASE}, and found {version('ministack')}")

# A predecessor whose infra was killed may still be writing the state that this one is about to read.
os.makedirs(os.environ["STATE_DIR"], exist_ok=True)
state_lock = open(os.path.join(os.environ["STATE_DIR"], ".lock"), "w")
fcntl.flock(state_lock, fcntl.LOCK_EX)

# Bound before the import: the emulator reads its port when it is loaded. Listening already, so that whoever
# reads the announcement can connect.
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
os.environ["GATEWAY_PORT"] = str(port)

from corrections.acm import provide_certificates  # noqa: E402
from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import _build_persistence_save_dict as states, app, save_all  # noqa: E402


class Failures(logging.Handler):
    """What the emulator only logs, and infra must not take for success: state that was not loaded or saved."""

    seen = False

    def emit(self, record):
        self.seen = self.seen or "persist" in record.getMessage().lower()


failures = Failures(logging.ERROR)
for name in ("persistence", "ministack"):
    logging.getLogger(name).addHandler(failures)


async def application(scope, receive, send):
    """The emulator, and a word to infra once it has started."""

    async def told(message):
        if message["type"] == "lifespan.startup.complete":
            if failures.seen:
                # Going on would end in empty state written over what could not be read.
                print("the state that was kept could not be read", file=sys.stderr, flush=True)
                os._exit(1)
            provide_certificates()
            with contextlib.suppress(OSError):  # infra is gone: standard input tells as much
                os.write(announcement, f"{port}\n".encode())
            os.close(announcement)
        await send(message)

    await app(scope, receive, told if scope["type"] == "lifespan" else send)


def leave():
    """Saves the state and ends without more ado."""
    save_all(states())
    os._exit(exit_status())


def exit_status():
    if failures.seen:
        print("the state could not be saved", file=sys.stderr, flush=True)
    return int(failures.seen)


async def until_told():
    """Returns on SIGTERM or at the end of standard input."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(0, lambda: os.read(0, 4096) or stop.set())
    await stop.wait()
    loop.remove_reader(0)
    # From Python 3.12 on the server would wait without limit for a client in the middle of its request.
    loop.call_later(2, leave)


config = Config()
config.bind = [f"fd://{listener.fileno()}"]
config.keep_alive_timeout = 75
config.graceful_timeout = 1
config.loglevel = "WARNING"
asyncio.run(serve(application, config, shutdown_trigger=until_told))
sys.exit(exit_status())
