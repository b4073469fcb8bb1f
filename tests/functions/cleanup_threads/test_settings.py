"""Settings and events that make no sense are refused, loudly, and nothing is touched."""

import json
import os
from unittest import mock

import settings as settings_module
from support import FUNCTION, TreeTest, thread


class Refusals(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.put(thread("old.json"), 31)
        self.put(thread("idle.json"), 10)

    def assert_refused(self, said: str, event: object = None, **environment: str) -> None:
        before = self.snapshot()
        with self.assertRaises(settings_module.Refused) as refused:
            self.run_function(event, None, None, **environment)
        self.assertIn(said, str(refused.exception))
        self.assertEqual(self.snapshot(), before)
        logged = json.loads(self.logged)
        self.assertFalse(logged["finished"])
        self.assertIn(said, logged["failure"])

    def test_it_is_the_function_under_test_that_is_imported(self) -> None:
        self.assertTrue(str(settings_module.__file__).startswith(FUNCTION))

    def test_days(self) -> None:
        bad = (
            "0",
            "-1",
            "00",
            "030",
            "3.5",
            "30d",
            "thirty",
            "",
            " 30",
            "30\n",
            "+30",
            "3_0",
            "1e9",
            "100000",
            "٣٠",
            "nan",
            "OFF",
        )
        for name in ("DELETE_AFTER_DAYS", "COMPRESS_AFTER_DAYS", "ARCHIVE_AFTER_DAYS"):
            for value in bad:
                with self.subTest(name=name, value=value):
                    self.assert_refused(name, **{name: value})

    def test_deleting_cannot_be_switched_off_nor_come_before_compressing(self) -> None:
        self.assert_refused("DELETE_AFTER_DAYS", DELETE_AFTER_DAYS="off")
        self.assert_refused("nothing would ever be compressed", DELETE_AFTER_DAYS="7")
        self.assert_refused("nothing would ever be compressed", COMPRESS_AFTER_DAYS="31")

    def test_dry_run(self) -> None:
        for value in ("", "1", "yes", "True", "TRUE", "on"):
            with self.subTest(value=value):
                self.assert_refused("DRY_RUN", DRY_RUN=value)

    def test_root(self) -> None:
        for value in ("", ".", "clients", "mnt/clients"):
            with self.subTest(value=value):
                self.assert_refused("ROOT", ROOT=value)

    def test_events(self) -> None:
        events: list[object] = [
            {"dry_run": "true"},
            {"dry_run": 1},
            {"dry_run": None},
            {"dry-run": True},
            {"DRY_RUN": True},
            {"dry_run": True, "client": "acme"},
            {"source": "me", "dry_run": True},
            ["dry_run"],
            "dry_run",
            True,
        ]
        for event in events:
            with self.subTest(event=event):
                self.assert_refused("event" if not isinstance(event, dict) else "dry_run", event)


class Events(TreeTest):
    def test_that_of_the_schedule_is_a_real_run(self) -> None:
        """As EventBridge sends it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html"""
        self.put(thread("old.json"), 31)
        event = {
            "version": "0",
            "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": "2026-11-08T16:53:06Z",
            "region": "us-west-2",
            "resources": ["arn:aws:events:us-west-2:123456789012:rule/my-scheduled-rule"],
            "detail": {},
        }
        self.assertEqual(self.run_function(event)["deleted"]["files"], 1)


class Mount(TreeTest):
    def test_no_folder_is_a_failure(self) -> None:
        with self.assertRaises(FileNotFoundError):
            self.run_function(ROOT=str(self.root / "not-there"))
        self.assertIn("FileNotFoundError", json.loads(self.logged)["failure"])

    def test_a_file_is_a_failure(self) -> None:
        with self.assertRaises(NotADirectoryError):
            self.run_function(ROOT=str(self.put("file", 1)))

    def test_an_empty_folder_that_nothing_is_mounted_on_is_a_failure(self) -> None:
        with self.assertRaises(settings_module.Refused):
            self.run_function()
        self.assertIn("nothing is mounted there", json.loads(self.logged)["failure"])

    def test_a_mount_without_clients_is_none(self) -> None:
        with mock.patch.object(os.path, "ismount", lambda path: path == str(self.root)):
            report = self.run_function()
        self.assertEqual((report["finished"], report["clients"]), (True, 0))
