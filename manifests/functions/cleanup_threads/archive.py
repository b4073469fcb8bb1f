"""Putting away what an inactive user left in `.claude/`. Off unless it is switched on.

Inactive is who has touched nothing below `.claude/`, nor `metadata.json`, for the days that are set. What is archived
is every regular file below `.claude/`, but for the records that stay. Folders stay too: they cost nothing, and whoever
comes back finds them.
"""

import hashlib
import os
import stat
import tarfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone

from deadline import Deadline
from files import (
    DAY,
    NEVER_ENTERED,
    Aside,
    Damaged,
    aside,
    digest_of,
    directory,
    directory_below,
    entries,
    identity,
    is_temporary,
    reading,
    remove_unchanged,
)
from packing import packed_into, pieces, unpacked
from run import Run
from threads import Fate, fate

_FOLDER = "_archive"
_RECORDS = frozenset({"user.json", "metadata.json"})


class _Changed(Exception):
    """Somebody is at work in the folder: its user is not inactive after all."""


@dataclass
class _Member:
    parts: tuple[str, ...]
    status: os.stat_result
    digest: str = ""

    @property
    def path(self) -> str:
        return "/".join(self.parts)


@dataclass
class _Found:
    """What is below `.claude/`."""

    members: list[_Member] = field(default_factory=list)
    last_touched: float = 0.0


def archive(client: int, name: str, user: int, claude: int, where: str, run: Run) -> None:
    """Archives one user's `.claude/` if nothing there was touched for long enough.

    The archive is written aside, read back, and only then given its name in `_archive/`; after that, what it holds is
    removed, each file only if it is still what was archived. A run that is killed in between leaves files in both
    places, never in none.
    """
    days = run.settings.archive_after_days
    found = _find(claude, run)
    with suppress(FileNotFoundError):
        record = os.stat("metadata.json", dir_fd=user, follow_symlinks=False)
        found.last_touched = max(found.last_touched, record.st_mtime)
    if days is None or not found.members or run.now - found.last_touched < days * DAY:
        return
    size = sum(member.status.st_size for member in found.members)
    if run.settings.dry_run:
        run.report.count(run.report.archived, users=1, files=len(found.members), bytes=size)
        return
    try:
        bytes_after = _write(client, name, claude, found, run)
    except _Changed:
        run.report.left.changed += 1
        return
    run.report.count(run.report.archived, users=1, bytes_after=bytes_after)
    _remove(claude, found.members, f"{where}/.claude", run)


def _find(claude: int, run: Run) -> _Found:
    """All regular files that may be archived, in a fixed order, and when anything was last touched.

    Whatever cannot be listed is an error of the whole: who cannot be seen to be inactive is not.
    """
    found = _Found()
    folders: list[tuple[str, ...]] = [()]
    while folders:
        folder = folders.pop()
        with directory_below(claude, folder) as opened:
            for entry in entries(opened, run.deadline):
                run.deadline.check()
                parts = (*folder, entry.name)
                if entry.is_dir(follow_symlinks=False) and entry.name not in NEVER_ENTERED:
                    folders.append(parts)
                elif entry.is_file(follow_symlinks=False) and not is_temporary(entry.name):
                    status = os.stat(entry.name, dir_fd=opened, follow_symlinks=False)
                    found.last_touched = max(found.last_touched, status.st_mtime)
                    if stat.S_ISREG(status.st_mode) and _is_archived(parts, status, run):
                        found.members.append(_Member(parts, status))
    found.members.sort(key=lambda member: member.parts)
    return found


def _is_archived(parts: tuple[str, ...], status: os.stat_result, run: Run) -> bool:
    if len(parts) == 1 and parts[0] in _RECORDS:
        return False
    # What is to be deleted for its age, and could not be yet, must not live on in the archive.
    is_thread = len(parts) == 2 and parts[0] == "threads"
    return not (is_thread and fate(parts[1], status.st_mtime, run.now, run.settings) is Fate.DELETED)


def _write(client: int, name: str, claude: int, found: _Found, run: Run) -> int:
    """Writes the archive and publishes it; gives its size. Raises `_Changed`."""
    with suppress(FileExistsError):
        os.mkdir(_FOLDER, 0o755, dir_fd=client)
    # Aside in `.claude/`: what is in `_archive/` is whole, always.
    with directory(_FOLDER, client) as folder, aside(claude) as written:
        with (
            packed_into(written.descriptor) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for member in found.members:
                _add(tar, claude, member, run.deadline)
        _verify(written.descriptor, found.members, run.deadline)
        os.fsync(written.descriptor)
        return _publish(written, _archive_name(name, found), folder, found.members, run)


def _publish(written: Aside, name: str, folder: int, members: list[_Member], run: Run) -> int:
    try:
        written.publish(name, folder)
    except FileExistsError:
        # The same files were archived before, and could not be removed. The name says so; better to be sure.
        with reading(name, folder) as existing:
            _verify(existing, members, run.deadline)
        return 0
    return os.fstat(written.descriptor).st_size


def _archive_name(user: str, found: _Found) -> str:
    """A name that depends on what is archived: to archive the same twice makes one archive, not two."""
    digest = hashlib.sha256()
    for member in found.members:
        line = f"{member.digest} {member.status.st_mtime_ns} {member.path}\0"
        digest.update(line.encode("utf-8", "surrogateescape"))
    last = datetime.fromtimestamp(found.last_touched, timezone.utc)
    return f"{user}-{last:%Y-%m-%d}-{digest.hexdigest()[:16]}.tar.gz"


class _Source:
    """A file as `tarfile` reads it, which keeps the digest of what went through and stops in time."""

    def __init__(self, descriptor: int, deadline: Deadline) -> None:
        self._descriptor = descriptor
        self._deadline = deadline
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        self._deadline.check()
        chunk = os.read(self._descriptor, size)
        self.digest.update(chunk)
        return chunk


def _add(tar: tarfile.TarFile, claude: int, member: _Member, deadline: Deadline) -> None:
    with directory_below(claude, member.parts[:-1]) as folder, reading(member.parts[-1], folder) as file:
        if identity(os.fstat(file)) != identity(member.status):
            raise _Changed
        info = tarfile.TarInfo(member.path)
        info.size = member.status.st_size
        info.mtime = member.status.st_mtime
        info.mode = stat.S_IMODE(member.status.st_mode)
        info.uid, info.gid = member.status.st_uid, member.status.st_gid
        source = _Source(file, deadline)
        try:
            tar.addfile(info, source)  # type: ignore[arg-type]  # it calls `read` alone
        except OSError:
            if os.fstat(file).st_size < info.size:
                raise _Changed from None  # it has become shorter
            raise
        if identity(os.fstat(file)) != identity(member.status):
            raise _Changed
        member.digest = source.digest.hexdigest()


def _verify(descriptor: int, members: list[_Member], deadline: Deadline) -> None:
    """Reads the archive from its beginning. Raises `Damaged` if it does not hold just these files."""
    wanted = {member.path: member.digest for member in members}
    held = {}
    with unpacked(descriptor) as packed:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info)
                held[info.name] = "" if content is None else digest_of(pieces(content, deadline)).hex()
        # The last of it is the check sum, which the reader of the archive has no need to look at.
        digest_of(pieces(packed, deadline))
    if held != wanted:
        raise Damaged("not what was archived")


def _remove(claude: int, members: list[_Member], where: str, run: Run) -> None:
    for member in members:
        run.deadline.check()
        with (
            run.report.surviving(f"{where}/{member.path}"),
            directory_below(claude, member.parts[:-1]) as folder,
        ):
            if remove_unchanged(member.parts[-1], folder, identity(member.status)):
                run.report.count(run.report.archived, files=1, bytes=member.status.st_size)
            else:
                run.report.left.changed += 1
