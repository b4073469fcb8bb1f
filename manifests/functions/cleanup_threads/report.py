"""What was done, as one line of JSON."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from settings import Settings

FORMAT = "cleanup_threads/1"
ERRORS_TOLD = 20
LONGEST_PATH = 300


@dataclass
class Left:
    """What was left alone, by reason."""

    changed: int = 0
    """Changed while it was worked on, or another run was faster."""
    conflicting: int = 0
    """A thread context and its `.gz` that hold different things."""
    not_followed: int = 0
    """A symbolic link, or something else that is not what its name promises."""
    vanished: int = 0
    """Gone between being seen and being worked on."""


@dataclass
class Report:
    """Counts, as they grow during a run."""

    started: float
    settings: Settings | None = None
    finished: bool = False
    failure: str | None = None
    seconds: float = 0.0
    clients: int = 0
    users: int = 0
    threads: int = 0
    deleted: dict[str, int] = field(default_factory=lambda: {"files": 0, "bytes": 0})
    compressed: dict[str, int] = field(default_factory=lambda: {"files": 0, "bytes": 0, "bytes_after": 0})
    archived: dict[str, int] = field(default_factory=lambda: {"users": 0, "files": 0, "bytes": 0, "bytes_after": 0})
    temporary: dict[str, int] = field(default_factory=lambda: {"files": 0, "bytes": 0})
    left: Left = field(default_factory=Left)
    errors: int = 0
    first_errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def dry_run(self) -> bool:
        """Whether the counts say what would be done."""
        return self.settings is not None and self.settings.dry_run

    def count(self, counts: dict[str, int], **more: int) -> None:
        """Adds to one of the groups of counts."""
        for name, number in more.items():
            counts[name] += number

    @contextmanager
    def surviving(self, path: str) -> Iterator[None]:
        """Counts what goes wrong with one path, so that the rest is still done."""
        try:
            yield
        except OSError as failure:
            if failure.errno in (errno.ENOENT, errno.ESTALE):
                self.left.vanished += 1
            elif failure.errno in (errno.ELOOP, errno.ENOTDIR):
                self.left.not_followed += 1
            else:
                self._error(path, failure)

    def _error(self, path: str, failure: OSError) -> None:
        self.errors += 1
        if len(self.first_errors) < ERRORS_TOLD:
            told = errno.errorcode.get(failure.errno or 0, str(failure))
            self.first_errors.append({"path": _printable(path), "error": told[:LONGEST_PATH]})

    def facts(self) -> dict[str, Any]:
        """What Lambda returns."""
        removed = self.deleted["bytes"] + self.temporary["bytes"]
        packed: list[dict[str, Any]] = [self.compressed, self.archived]
        if self.dry_run:
            packed = [{**group, "bytes_after": None} for group in packed]  # that takes doing it
        else:
            removed += sum(group["bytes"] - group["bytes_after"] for group in packed)
        settings = {} if self.settings is None else asdict(self.settings)
        settings.pop("dry_run", None)
        started = datetime.fromtimestamp(self.started, timezone.utc)
        return {
            "report": FORMAT,
            "finished": self.finished,
            "dry_run": self.dry_run,
            "failure": self.failure,
            "started": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "seconds": round(self.seconds, 3),
            "settings": settings,
            "clients": self.clients,
            "users": self.users,
            "threads": self.threads,
            "deleted": self.deleted,
            "compressed": packed[0],
            "archived": packed[1],
            "temporary": self.temporary,
            "bytes_freed": removed,
            "left": asdict(self.left),
            "errors": self.errors,
            "first_errors": self.first_errors,
        }

    def line(self) -> str:
        """What is logged."""
        return json.dumps(self.facts(), separators=(",", ":"))


def _printable(path: str) -> str:
    """The path, bounded, and without the halves of characters that Python makes of names that are not UTF-8: Lambda
    could not encode its answer with them."""
    return path.encode("utf-8", "backslashreplace").decode()[:LONGEST_PATH]
