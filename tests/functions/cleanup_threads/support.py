"""Trees to clean up, and the function that is tested: the one in the folder or zip that `FUNCTION` names."""

import gzip
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
import tempfile
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

sys.dont_write_bytecode = True
_HERE = Path(__file__).resolve().parents[3]
FUNCTION = os.environ.get("FUNCTION", str(_HERE / "manifests/functions/cleanup_threads"))
sys.path.insert(0, FUNCTION)

import handler as function  # noqa: E402

if not str(function.__file__).startswith(FUNCTION.rstrip("/") + "/"):
    raise ImportError(f"{function.__file__} is not of {FUNCTION}")

DAY = 86_400
NOBODY = 65_534

# The calls by which the function looks at files and changes them.
CALLS = ("open", "scandir", "stat", "fstat", "read", "fsync", "fchmod", "utime", "mkdir", "link", "unlink")


class Context:
    """The context of an invocation, which says a number of times that there is time left, and then no more."""

    def __init__(self, times: int) -> None:
        self.times = times

    def get_remaining_time_in_millis(self) -> int:
        self.times -= 1
        return 900_000 if self.times >= 0 else 9_999


def threads(user: str = "acme/ann") -> str:
    return f"{user}/.claude/threads"


def thread(name: str, user: str = "acme/ann") -> str:
    return f"{threads(user)}/thread-{name}"


class TreeTest(unittest.TestCase):
    """A test on a file system of its own."""

    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="clients-"))
        self.addCleanup(shutil.rmtree, self.root)
        # Nobody cuts the power: a thousand times waiting for the disk would show nothing.
        synced = mock.patch.object(os, "fsync", os.fstat)
        synced.start()
        self.addCleanup(synced.stop)
        self.now = time.time()
        self.descriptors = open_descriptors()

    def tearDown(self) -> None:
        self.assertEqual(open_descriptors(), self.descriptors, "descriptors left open")

    def put(self, path: str, days: float, content: bytes = b'{"messages": []}\n', mode: int = 0o640) -> Path:
        """A file that was touched so many days ago."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(mode)
        self.age(path, days)
        return file

    def age(self, path: str, days: float) -> None:
        # Odd nanoseconds, to see that they are preserved.
        when = int((self.now - days * DAY) * 1000) * 1_000_000 + 123_457
        os.utime(self.root / path, ns=(when, when), follow_symlinks=False)

    def link(self, path: str, target: object, days: float = 99) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(str(target))
        self.age(path, days)

    def run_function(
        self, event: object = None, context: object = None, now: float | None = None, **environment: str
    ) -> dict[str, Any]:
        """One invocation, whose report must be what was logged."""
        answer, logged = self.invoke({} if event is None else event, context, now, environment)
        self.assertEqual(json.loads(logged), answer)
        self.assertEqual(logged.count("\n"), 1)
        return answer

    def invoke(
        self, event: object, context: object, now: float | None, environment: dict[str, str]
    ) -> tuple[dict[str, Any], str]:
        out = io.StringIO()
        settings = {"ROOT": str(self.root), **environment}
        clock: Callable[[], float] = lambda: self.now if now is None else now  # noqa: E731
        with mock.patch.dict(os.environ, settings, clear=True), redirect_stdout(out):
            try:
                answer = function.handler(event, context, clock)
            finally:
                self.logged = out.getvalue()
        return answer, self.logged

    def files(self) -> list[str]:
        """The paths of all that is not a directory."""
        return sorted(str(path.relative_to(self.root)) for path in walk(self.root) if not is_directory(path))

    def names(self, folder: str) -> list[str]:
        return sorted(os.listdir(self.root / folder))

    def snapshot(self, path: str = "") -> dict[str, tuple[object, ...]]:
        """All that can be seen of what is there, except when it was last read."""
        return {str(each): fingerprint(each) for each in walk(self.root / path)}

    def contents(self) -> dict[str, bytes]:
        """What is in all thread contexts, compressed, archived or neither, by the name of the original."""
        found: dict[str, bytes] = {}
        for path in walk(self.root):
            name = str(path.relative_to(self.root))
            if name.endswith(".tar.gz") and "/_archive/" in name:
                user = "-".join(path.name.split("-")[:-4])
                for inner, content in unpack(path).items():
                    add(found, f"{path.parents[1].name}/{user}/.claude/{inner}", content)
            elif is_context(path.name) and path.is_file() and not path.is_symlink():
                add(found, name, path.read_bytes())
        return found


def add(found: dict[str, bytes], name: str, content: bytes) -> None:
    if name.endswith(".json.gz"):
        name, content = name[:-3], gzip.decompress(content)
    if found.setdefault(name, content) != content:
        raise AssertionError(f"{name} is there twice, and differs")


def is_context(name: str) -> bool:
    return name.startswith("thread-") and name.endswith((".json", ".json.gz"))


def unpack(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        members = {info.name: tar.extractfile(info) for info in tar}
        return {name: member.read() for name, member in members.items() if member is not None}


def walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if is_directory(path):
            yield from walk(path)


def is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def fingerprint(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = os.readlink(path) if path.is_symlink() else ""
    if stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return (status.st_ino, status.st_mode, status.st_uid, status.st_mtime_ns, status.st_ctime_ns, content)


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


@contextmanager
def before_each_call(hook: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
    """Has `hook` called with the name and arguments of each call that the function makes."""

    def hooked(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            hook(name, arguments)
            return real(*arguments, **options)

        return call

    patches = [mock.patch.object(os, name, hooked(name, getattr(os, name))) for name in CALLS]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


@contextmanager
def unprivileged(root: Path) -> Iterator[None]:
    """As somebody who owns the tree, and whom the modes of files bind: they do not bind root."""
    if os.geteuid() != 0:
        yield
        return
    for path in (root, *walk(root)):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def in_child(work: Callable[[], object]) -> int:
    """Starts a process that does the work; gives its number. It ends with 0 if the work does."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """How a process ended: its exit code, or minus the signal."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
