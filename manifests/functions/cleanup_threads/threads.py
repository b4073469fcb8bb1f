"""Thread contexts: which are deleted, which are compressed, and how."""

import gzip
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum

from deadline import Deadline
from files import (
    DAY,
    Damaged,
    aside,
    chunks,
    digest_of,
    entries,
    identity,
    in_turn,
    is_there,
    look_again,
    reading,
    remove_unchanged,
)
from packing import packed_into, pieces, unpacked
from run import Run
from settings import Settings

_CONTEXT = re.compile(r"thread-.*\.json(\.gz)?", re.DOTALL)
_LONGEST_NAME = 255


class Fate(Enum):
    """What becomes of a thread context."""

    STAYS = "stays"
    COMPRESSED = "compressed"
    DELETED = "deleted"


def fate(name: str, modified: float, now: float, settings: Settings) -> Fate:
    """Decides by name and age alone."""
    if _CONTEXT.fullmatch(name) is None:
        return Fate.STAYS
    age = now - modified
    if age >= settings.delete_after_days * DAY:
        return Fate.DELETED
    idle = settings.compress_after_days is not None and age >= settings.compress_after_days * DAY
    # With a longer name there is no room for the suffix.
    can_be = not name.endswith(".gz") and len(os.fsencode(name)) + len(".gz") <= _LONGEST_NAME
    return Fate.COMPRESSED if idle and can_be else Fate.STAYS


def clean_threads(parent: int, where: str, run: Run) -> None:
    """Cleans up one user's folder of threads."""
    contexts = [entry.name for entry in entries(parent, run.deadline) if _CONTEXT.fullmatch(entry.name)]
    for name in in_turn(contexts, run.day, where):
        run.deadline.check()
        with run.report.surviving(f"{where}/{name}"):
            _clean_thread(parent, name, run)


def _clean_thread(parent: int, name: str, run: Run) -> None:
    status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        run.report.left.not_followed += 1
        return
    run.report.threads += 1
    what = fate(name, status.st_mtime, run.now, run.settings)
    if what is Fate.DELETED:
        _delete(parent, name, status, run)
    elif what is Fate.COMPRESSED:
        _compress(parent, name, status, run)


def _delete(parent: int, name: str, seen: os.stat_result, run: Run) -> None:
    if not run.settings.dry_run and not remove_unchanged(name, parent, identity(seen)):
        run.report.left.changed += 1
        return
    run.report.count(run.report.deleted, files=1, bytes=seen.st_size)


def _compress(parent: int, name: str, seen: os.stat_result, run: Run) -> None:
    """Puts `name.gz` in the place of `name`.

    At every moment one of the two is there and whole. A run that was killed between the two steps leaves both; the next
    one finds that they hold the same and removes the first. Where they do not, somebody else wrote one of them, and
    both stay until they are old.
    """
    packed = name + ".gz"
    was_there = is_there(packed, parent)
    if was_there and not _stands_for(parent, packed, name, run.deadline):
        run.report.left.conflicting += 1
        return
    if run.settings.dry_run:
        run.report.count(run.report.compressed, files=1, bytes=seen.st_size)
        return
    published = None if was_there else _pack(parent, name, packed, seen, run.deadline)
    if (was_there or published is not None) and remove_unchanged(name, parent, identity(seen)):
        after = published or os.stat(packed, dir_fd=parent, follow_symlinks=False)
        run.report.count(run.report.compressed, files=1, bytes=seen.st_size, bytes_after=after.st_size)
        return
    # What was just published stays even so: another run may have seen it, and removed `name`.
    run.report.left.changed += 1


def _pack(parent: int, name: str, packed: str, seen: os.stat_result, deadline: Deadline) -> os.stat_result | None:
    """Writes `packed` aside and publishes it; `None` if `name` is not what was seen or `packed` has appeared."""
    with aside(parent) as written:
        with reading(name, parent) as source:
            if identity(os.fstat(source)) != identity(seen):
                return None
            digest = _write_packed(source, written.descriptor, deadline)
        if _digest_in(written.descriptor, deadline) != digest:
            raise Damaged("not what was compressed")
        # First the content: written back later, it would make the file one of today again.
        os.fsync(written.descriptor)
        _take_over(written.descriptor, seen)
        if look_again(name, parent) != identity(seen):
            return None
        try:
            written.publish(packed, parent)
        except FileExistsError:
            return None
        return os.fstat(written.descriptor)


def _write_packed(source: int, target: int, deadline: Deadline) -> bytes:
    """Compresses from one descriptor to the other; gives the digest of what was read."""

    def passed_on(into: gzip.GzipFile) -> Iterator[bytes]:
        for chunk in chunks(source, deadline):
            into.write(chunk)
            yield chunk

    with packed_into(target) as packed:
        return digest_of(passed_on(packed))


def _digest_in(descriptor: int, deadline: Deadline) -> bytes:
    """The digest of what a compressed file holds. Raises `Damaged`."""
    with unpacked(descriptor) as packed:
        return digest_of(pieces(packed, deadline))


def _stands_for(parent: int, packed: str, name: str, deadline: Deadline) -> bool:
    """Whether nothing is lost with `name`: `packed` holds the same, and is not older, so that it stays as long."""
    with reading(name, parent) as source, reading(packed, parent) as other:
        status = os.fstat(other)
        if not stat.S_ISREG(status.st_mode) or status.st_mtime_ns < os.fstat(source).st_mtime_ns:
            return False
        try:
            return _digest_in(other, deadline) == digest_of(chunks(source, deadline))
        except Damaged:
            return False


def _take_over(descriptor: int, original: os.stat_result) -> None:
    """Gives the file the owner, mode and times of the original."""
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (original.st_uid, original.st_gid):
        # Only root may; and an access point makes every file its own user's anyway.
        with suppress(PermissionError):
            os.fchown(descriptor, original.st_uid, original.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(original.st_mode))
    os.utime(descriptor, ns=(original.st_atime_ns, original.st_mtime_ns))
