"""The way through the clients and their users."""

import os
import stat

from archive import archive
from files import NEVER_ENTERED, directory, directory_if_there, entries, in_turn, is_stale, is_temporary
from run import Run
from settings import Refused
from threads import clean_threads


def sweep(run: Run) -> None:
    """Cleans up for everybody. Raises `OutOfTime`, and `Refused` or `OSError` when there is no mount."""
    path = run.settings.root
    with directory(path) as root:
        # A file system without a client is possible. A local directory without one is where a mount should be.
        if not entries(root, run.deadline) and not os.path.ismount(path):
            raise Refused(f"{path} is empty, and nothing is mounted there")
        for client in _directories(root, "", run):
            with run.report.surviving(client):
                _clean_client(root, client, run)


def _clean_client(root: int, name: str, run: Run) -> None:
    with directory(name, root) as client:
        run.report.clients += 1
        for user in _directories(client, name, run):
            with run.report.surviving(f"{name}/{user}"):
                _clean_user(client, user, f"{name}/{user}", run)


def _clean_user(client: int, name: str, where: str, run: Run) -> None:
    run.deadline.check()
    with directory(name, client) as user:
        run.report.users += 1
        with run.report.surviving(f"{where}/.claude"), directory_if_there(".claude", user) as claude:
            if claude is None:
                return
            _remove_stale(claude, f"{where}/.claude", run)
            threads_path = f"{where}/.claude/threads"
            with run.report.surviving(threads_path), directory_if_there("threads", claude) as threads:
                if threads is not None:
                    _remove_stale(threads, threads_path, run)
                    clean_threads(threads, threads_path, run)
            # Last: what is too old to be kept must not be kept in the archive either.
            if run.settings.archive_after_days is not None:
                archive(client, name, user, claude, where, run)


def _directories(parent: int, where: str, run: Run) -> list[str]:
    names = []
    for entry in entries(parent, run.deadline):
        if entry.is_symlink():
            run.report.left.not_followed += 1
        elif entry.is_dir(follow_symlinks=False) and entry.name not in NEVER_ENTERED:
            names.append(entry.name)
    return in_turn(names, run.day, where)


def _remove_stale(parent: int, where: str, run: Run) -> None:
    """Removes what runs that were killed had not finished writing."""
    for entry in entries(parent, run.deadline):
        if not is_temporary(entry.name):
            continue
        with run.report.surviving(f"{where}/{entry.name}"):
            status = os.stat(entry.name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode) and is_stale(status, run.now):
                if not run.settings.dry_run:
                    os.unlink(entry.name, dir_fd=parent)
                run.report.count(run.report.temporary, files=1, bytes=status.st_size)
