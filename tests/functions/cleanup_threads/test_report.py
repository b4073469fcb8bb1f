"""The report: one line, bounded, and nothing in it that could not be sent."""

import errno
import json
import os
from typing import Any
from unittest import mock

from support import TreeTest, thread, threads

FIELDS = [
    "report",
    "finished",
    "dry_run",
    "failure",
    "started",
    "seconds",
    "settings",
    "clients",
    "users",
    "threads",
    "deleted",
    "compressed",
    "archived",
    "temporary",
    "bytes_freed",
    "left",
    "errors",
    "first_errors",
]


class Reports(TreeTest):
    def failing(self, code: int) -> Any:
        real = os.unlink

        def unlink(path: Any, **options: Any) -> None:
            if str(path).endswith(".json"):
                raise OSError(code, "said by the test")
            real(path, **options)

        return mock.patch.object(os, "unlink", unlink)

    def test_the_form(self) -> None:
        self.put(thread("old.json"), 31)
        report = self.run_function(now=1_800_000_000.25)
        self.assertEqual(list(report), FIELDS)
        self.assertEqual(report["report"], "cleanup_threads/1")
        self.assertEqual(report["started"], "2027-01-15T08:00:00Z")
        settings = {"delete_after_days": 30, "compress_after_days": 7, "archive_after_days": None}
        self.assertEqual(report["settings"], {"root": str(self.root), **settings})
        self.assertIsNone(report["failure"])

    def test_errors_are_counted_and_the_first_are_told(self) -> None:
        for number in range(30):
            self.put(thread(f"{number}-{'x' * 200}.json", f"{'c' * 200}/{'u' * 200}"), 31)
        with self.failing(errno.EIO):
            report = self.run_function()
        self.assertEqual((report["errors"], len(report["first_errors"])), (30, 20))
        for error in report["first_errors"]:
            self.assertEqual((error["error"], len(error["path"])), ("EIO", 300))
        self.assertLess(len(json.dumps(report)), 10_000)
        self.assertTrue(report["finished"])

    def test_names_that_are_not_text_can_be_sent(self) -> None:
        name = os.fsdecode(b"\xff\xfe\n.json")
        self.put(thread(name), 31)
        with self.failing(errno.EIO):
            report = self.run_function()
        # Lambda encodes what it gets: https://github.com/aws/aws-lambda-python-runtime-interface-client
        json.dumps(report, ensure_ascii=False).encode()
        self.assertEqual(report["first_errors"][0]["path"], f"{threads()}/thread-\\udcff\\udcfe\n.json")

    def test_a_stale_handle_is_a_file_that_vanished(self) -> None:
        self.put(thread("old.json"), 31)
        with self.failing(errno.ESTALE):
            report = self.run_function()
        self.assertEqual((report["errors"], report["left"]["vanished"]), (0, 1))

    def test_what_nobody_expected_is_logged_and_raised(self) -> None:
        self.put(thread("old.json"), 31)
        with mock.patch.object(os, "unlink", side_effect=ZeroDivisionError("a mistake")):
            with self.assertRaises(ZeroDivisionError):
                self.run_function()
        logged = json.loads(self.logged)
        self.assertEqual((logged["finished"], logged["failure"]), (False, "ZeroDivisionError: a mistake"))

    def test_a_full_disk_loses_nothing(self) -> None:
        self.put(thread("idle.json"), 10)
        self.put("acme/bob/.claude/settings.json", 100)
        before = self.snapshot(threads()), self.snapshot("acme/bob/.claude")
        with mock.patch.object(os, "fsync", side_effect=OSError(errno.EDQUOT, "full")):
            report = self.run_function(ARCHIVE_AFTER_DAYS="60")
        self.assertEqual((self.snapshot(threads()), self.snapshot("acme/bob/.claude")), before)
        self.assertEqual([error["error"] for error in report["first_errors"]], ["EDQUOT", "EDQUOT"])
        self.assertEqual(self.names("acme/_archive"), [])

    def test_what_does_not_read_back_loses_nothing(self) -> None:
        """Every byte that is written is lost on the way."""
        self.put(thread("idle.json"), 10)
        self.put("acme/bob/.claude/settings.json", 100)
        before = self.snapshot(threads()), self.snapshot("acme/bob/.claude")
        real = os.lseek

        def lseek(descriptor: int, *arguments: int) -> int:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size - 4)
            return real(descriptor, *arguments)

        with mock.patch.object(os, "lseek", lseek):
            report = self.run_function(ARCHIVE_AFTER_DAYS="60")
        self.assertEqual((self.snapshot(threads()), self.snapshot("acme/bob/.claude")), before)
        self.assertEqual([error["error"] for error in report["first_errors"]], ["not whole", "not whole"])
