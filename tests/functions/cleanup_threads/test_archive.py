"""Archiving of inactive users."""

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from support import TreeTest, before_each_call, thread, threads, unpack, unprivileged

FILES = {
    "settings.json": b"{}",
    "thread-outside.json": b"outside",
    "empty": b"",
    "deep/er/still/notes.md": b"notes " * 10_000,
    "threads/index.json": b"[]",
    "threads/thread-1.json.gz": b"whatever",
    "odd/" + os.fsdecode(b"\xff\n") + "x" * 150: b"odd",
}


class Archive(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        for path, content in FILES.items():
            self.put(f"acme/ann/.claude/{path}", 20, content)
        self.put("acme/ann/.claude/user.json", 20)
        self.put("acme/ann/metadata.json", 20)
        self.put("acme/ann/project/.git/config", 90)
        self.put("acme/ann/.claude/project/kept", 90)

    def archives(self) -> list[str]:
        return self.names("acme/_archive")

    def test_it_is_off_unless_it_is_switched_on(self) -> None:
        before = self.snapshot()
        report = self.run_function()
        self.run_function(ARCHIVE_AFTER_DAYS="off")
        self.assertEqual(self.snapshot(), before)
        self.assertIsNone(report["settings"]["archive_after_days"])

    def test_all_is_in_the_archive_and_the_records_stay(self) -> None:
        project = self.snapshot("acme/ann/project")
        report = self.run_function(ARCHIVE_AFTER_DAYS="19")
        [name] = self.archives()
        path = self.root / "acme/_archive" / name
        self.assertRegex(name, r"^ann-\d{4}-\d\d-\d\d-[0-9a-f]{16}\.tar\.gz$")
        self.assertEqual(unpack(path), FILES)
        with tarfile.open(path) as tar:
            for info in tar:
                self.assertAlmostEqual(info.mtime, self.now - 20 * 86_400, delta=1)
                self.assertEqual(info.mode, 0o640)
        left = ["acme/ann/.claude/project/kept", "acme/ann/.claude/user.json", "acme/ann/metadata.json"]
        kept = [f"acme/_archive/{name}", *left, "acme/ann/project/.git/config"]
        self.assertEqual(self.files(), sorted(kept))
        self.assertEqual(self.snapshot("acme/ann/project"), project)
        size = sum(map(len, FILES.values()))
        after = path.stat().st_size
        self.assertEqual(report["archived"], {"users": 1, "files": len(FILES), "bytes": size, "bytes_after": after})
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_a_second_run_changes_nothing(self) -> None:
        self.run_function(ARCHIVE_AFTER_DAYS="19")
        before = self.snapshot()
        report = self.run_function(ARCHIVE_AFTER_DAYS="19")
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(report["archived"]["users"], 0)

    def test_whoever_touched_anything_is_not_inactive(self) -> None:
        touched = ("deep/er/still/notes.md", "user.json", "threads/thread-1.json.gz", "../metadata.json")
        for path in touched:
            with self.subTest(path=path):
                self.age(f"acme/ann/.claude/{path}", 18)
                before = self.snapshot()
                report = self.run_function(ARCHIVE_AFTER_DAYS="19")
                self.assertEqual(self.snapshot(), before)
                self.assertEqual(report["archived"]["users"], 0)
                self.age(f"acme/ann/.claude/{path}", 20)

    def test_what_is_too_old_is_deleted_not_archived(self) -> None:
        self.put(thread("old.json"), 31)
        self.run_function(ARCHIVE_AFTER_DAYS="19")
        self.assertEqual(unpack(self.root / "acme/_archive" / self.archives()[0]), FILES)
        self.assertEqual(self.names(threads()), [])

    def test_an_archive_is_never_replaced(self) -> None:
        """Nothing can be removed, so each day would archive the same again: it is one archive all the same."""
        for folder in ("", "/deep/er/still", "/threads", "/odd"):
            (self.root / f"acme/ann/.claude{folder}").chmod(0o755)
        (self.root / "acme/ann/.claude/deep/er/still").chmod(0o555)
        with unprivileged(self.root):
            first = self.run_function(ARCHIVE_AFTER_DAYS="19")
            second = self.run_function(ARCHIVE_AFTER_DAYS="19")
            between = self.snapshot("acme/_archive")
            third = self.run_function(ARCHIVE_AFTER_DAYS="19")
            self.assertEqual(self.snapshot("acme/_archive"), between)
        (self.root / "acme/ann/.claude/deep/er/still").chmod(0o755)
        self.assertEqual([first["errors"], second["errors"], third["errors"]], [1, 1, 1])
        self.assertEqual(len(self.archives()), 2)
        self.assertEqual(third["archived"]["bytes_after"], 0)

    def test_the_order_in_which_files_are_listed_does_not_matter(self) -> None:
        self.run_function(ARCHIVE_AFTER_DAYS="19")
        before = self.snapshot("acme/_archive")
        for path, content in FILES.items():
            self.put(f"acme/ann/.claude/{path}", 20, content)
        real = os.scandir

        @contextmanager
        def backwards(descriptor: int) -> Iterator[Iterator[os.DirEntry[str]]]:
            with real(descriptor) as listing:
                yield reversed(list(listing))

        with mock.patch.object(os, "scandir", backwards):
            report = self.run_function(ARCHIVE_AFTER_DAYS="19")
        self.assertEqual(report["archived"]["files"], len(FILES))
        self.assertEqual(self.snapshot("acme/_archive"), before, "the same archive, which was there")

    def test_a_damaged_archive_of_the_same_name_removes_nothing(self) -> None:
        self.run_function(ARCHIVE_AFTER_DAYS="19")
        [name] = self.archives()
        for path, content in FILES.items():
            self.put(f"acme/ann/.claude/{path}", 20, content)
        archive = self.root / "acme/_archive" / name
        archive.write_bytes(archive.read_bytes()[:-20])
        before = self.snapshot("acme/_archive"), self.snapshot("acme/ann/.claude/deep")
        report = self.run_function(ARCHIVE_AFTER_DAYS="19")
        self.assertEqual((self.snapshot("acme/_archive"), self.snapshot("acme/ann/.claude/deep")), before)
        self.assertEqual((report["errors"], report["archived"]["users"]), (1, 0))

    def test_a_file_that_is_written_to_at_any_moment_stays(self) -> None:
        """Before each call in turn but the removal itself, one file changes: what it then holds is never lost."""
        target = self.root / "acme/ann/.claude/settings.json"
        moment, calls = 0, 0
        while calls >= moment:
            moment += 1
            self.setUp()
            target = self.root / "acme/ann/.claude/settings.json"
            calls = 0
            written = False

            def write(name: str, arguments: tuple[object, ...]) -> None:
                nonlocal calls, written
                calls += 1
                if calls == moment and target.exists() and (name, *arguments) != ("unlink", target.name):
                    written = True
                    target.write_bytes(b"newer")

            with before_each_call(write):
                report = self.run_function(ARCHIVE_AFTER_DAYS="19")
            self.assertEqual(report["errors"], 0, f"{moment}: {report['first_errors']}")
            if written:
                self.assertEqual(target.read_bytes(), b"newer", f"written to before call {moment}")
            for name in self.archives() if report["archived"]["users"] else []:
                archived = unpack(self.root / "acme/_archive" / name)
                self.assertEqual(archived["settings.json"], b"{}", "nothing half old and half new")
        self.assertGreater(moment, 100)

    def test_a_second_run_at_any_moment(self) -> None:
        moment, calls = 0, 0
        while calls >= moment:
            moment += 1
            self.setUp()
            calls = 0

            def run(_name: str, _arguments: object) -> None:
                nonlocal calls
                calls += 1
                if calls == moment:
                    report = self.run_function(ARCHIVE_AFTER_DAYS="19")
                    self.assertEqual(report["errors"], 0)

            with before_each_call(run):
                report = self.run_function(ARCHIVE_AFTER_DAYS="19")
            self.assertEqual(report["errors"], 0, f"{moment}: {report['first_errors']}")
            archived: dict[str, bytes] = {}
            for name in self.archives():
                archived.update(unpack(self.root / "acme/_archive" / name))
            self.assertEqual(archived, FILES, f"before call {moment}")
            self.assertEqual(self.names("acme/ann/.claude/threads"), [])
        self.assertGreater(moment, 100)

    def test_somebody_who_cannot_be_seen_to_be_inactive_is_not_archived(self) -> None:
        (self.root / "acme/ann/.claude/deep/er").chmod(0)
        with unprivileged(self.root):
            report = self.run_function(ARCHIVE_AFTER_DAYS="19")
        (self.root / "acme/ann/.claude/deep/er").chmod(0o755)
        self.assertEqual((report["errors"], report["archived"]["users"]), (1, 0))
        self.assertFalse((self.root / "acme/_archive").exists())
