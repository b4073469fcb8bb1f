"""Files by descriptor: nothing here follows a symbolic link, at any level, whenever it was put there.

A directory is opened by its name in a directory that is open already, and files are named relative to it. So a path
that is checked and a path that is used cannot be two different ones.
"""

import hashlib
import os
import random
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deadline import Deadline

DAY = 86_400
CHUNK = 1 << 20

# The user's repository, and what was archived: neither is ever cleaned, so neither is ever entered.
NEVER_ENTERED = frozenset({"project", "_archive"})

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking: in the place of a file there may by now be a pipe that nobody writes to.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TEMPORARY = re.compile(r"\.cleanup-[0-9a-f]{32}\.tmp")
# Lambda ends an invocation after 15 minutes at most: what is older than this nobody writes any more.
_STALE_SECONDS = 3600


class Damaged(OSError):
    """What was written does not read back as what it was written from."""


@contextmanager
def directory(name: str, parent: int | None = None) -> Iterator[int]:
    """A directory, open for the time of the block."""
    descriptor = os.open(name, _DIRECTORY, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def directory_if_there(name: str, parent: int) -> Iterator[int | None]:
    """A directory, or `None` if there is nothing of this name."""
    descriptor = None
    with suppress(FileNotFoundError):
        descriptor = os.open(name, _DIRECTORY, dir_fd=parent)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def directory_below(parent: int, parts: Sequence[str]) -> Iterator[int]:
    """A directory some levels down, each opened without following."""
    current = os.dup(parent)
    try:
        for part in parts:
            below = os.open(part, _DIRECTORY, dir_fd=current)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


@contextmanager
def reading(name: str, parent: int) -> Iterator[int]:
    """A file, open for reading for the time of the block."""
    descriptor = os.open(name, _FILE, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_there(name: str, parent: int) -> bool:
    """Whether there is anything of this name."""
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def entries(parent: int, deadline: Deadline) -> list[os.DirEntry[str]]:
    """What is in a directory, read to the end before anything is changed in it. `parent` must stay open."""
    found: list[os.DirEntry[str]] = []
    with os.scandir(parent) as listing:
        for entry in listing:
            if len(found) % 1024 == 0:
                deadline.check()
            found.append(entry)
    return found


def in_turn(names: list[str], day: int, where: str) -> list[str]:
    """The names in an order that each day shuffles anew, and that is the same all day.

    A run that stops at its deadline has done the first of them. With a fixed order, what comes behind something that
    takes all the time there is would never be reached; like this it is in front of it every other day.
    """
    shuffled = sorted(names)
    random.Random(os.fsencode(f"{day}/{where}")).shuffle(shuffled)
    return shuffled


Identity = tuple[int, int, int, int, int]


def identity(status: os.stat_result) -> Identity:
    """What tells that a file is the same one and has not been written to."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def look_again(name: str, parent: int) -> Identity:
    """The file as it is now, for every machine that mounts the file system.

    It is opened, because NFS asks the server on each open, while a mere `stat` may be answered from a cache that is up
    to a minute old (nfs(5), `acregmax` and close-to-open consistency).
    """
    try:
        with reading(name, parent) as descriptor:
            return identity(os.fstat(descriptor))
    except PermissionError:
        return identity(os.stat(name, dir_fd=parent, follow_symlinks=False))


def remove_unchanged(name: str, parent: int, seen: Identity) -> bool:
    """Removes a file if it is still what was seen; says whether it was."""
    if look_again(name, parent) != seen:
        return False
    os.unlink(name, dir_fd=parent)
    return True


def chunks(descriptor: int, deadline: Deadline) -> Iterator[bytes]:
    """The rest of a file."""
    while True:
        deadline.check()
        chunk = os.read(descriptor, CHUNK)
        if not chunk:
            return
        yield chunk


def digest_of(parts: Iterator[bytes]) -> bytes:
    """What tells that two contents are the same."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


@dataclass
class Aside:
    """A file that is being written, under a name that means nothing to anybody else."""

    name: str
    parent: int
    descriptor: int

    def publish(self, name: str, parent: int) -> None:
        """Gives the file its real name. Raises `FileExistsError` if somebody else has it.

        It is a second name for the file, and the first goes when the file is done with: like `rename`, but `rename`
        would silently replace what has appeared under the name since it was looked at.
        """
        os.link(self.name, name, src_dir_fd=self.parent, dst_dir_fd=parent, follow_symlinks=False)


@contextmanager
def aside(parent: int) -> Iterator[Aside]:
    """A new file, readable by its owner only, that goes when the block ends unless it was published."""
    name = f".cleanup-{secrets.token_hex(16)}.tmp"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o600, dir_fd=parent)
    try:
        yield Aside(name, parent, descriptor)
    finally:
        # Closed first: NFS keeps what is removed while it is open, under another name.
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)


def is_temporary(name: str) -> bool:
    """Whether a file of this name is one that `aside` made."""
    return _TEMPORARY.fullmatch(name) is not None


def is_stale(status: os.stat_result, now: float) -> bool:
    """Whether the run that wrote this temporary file must be over. By the time of the last change of any kind: the time
    of modification is that of the original."""
    return now - status.st_ctime > _STALE_SECONDS
