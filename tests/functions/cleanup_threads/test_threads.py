"""What is deleted, what is compressed, what stays."""

import gzip
import os

from support import TreeTest, thread, threads, unprivileged, walk


class Ages(TreeTest):
    def test_each_age_has_its_fate(self) -> None:
        self.put(thread("new.json"), 1)
        self.put(thread("not-yet-idle.json"), 6.99)
        self.put(thread("idle.json"), 7.01)
        self.put(thread("nearly-old.json"), 29.99)
        self.put(thread("old.json"), 30.01)
        self.put(thread("packed.json.gz"), 29.99)
        self.put(thread("packed-and-old.json.gz"), 30.01)
        report = self.run_function()
        left = ["idle.json.gz", "nearly-old.json.gz", "new.json", "not-yet-idle.json", "packed.json.gz"]
        self.assertEqual(self.names(threads()), [f"thread-{name}" for name in left])
        self.assertEqual(report["threads"], 7)
        self.assertEqual(report["deleted"]["files"], 2)
        self.assertEqual(report["compressed"]["files"], 2)
        self.assertTrue(report["finished"])
        self.assertEqual((report["errors"], report["clients"], report["users"]), (0, 1, 1))

    def test_the_days_are_those_of_the_environment(self) -> None:
        for days in (1.5, 2.5, 3.5):
            self.put(thread(f"{days}.json"), days)
        report = self.run_function(DELETE_AFTER_DAYS="3", COMPRESS_AFTER_DAYS="2")
        self.assertEqual(self.names(threads()), ["thread-1.5.json", "thread-2.5.json.gz"])
        self.assertEqual(report["settings"]["delete_after_days"], 3)

    def test_compression_can_be_switched_off(self) -> None:
        self.put(thread("idle.json"), 29)
        self.run_function(COMPRESS_AFTER_DAYS="off")
        self.assertEqual(self.names(threads()), ["thread-idle.json"])

    def test_what_is_dated_in_the_future_stays(self) -> None:
        self.put(thread("future.json"), -400)
        self.run_function()
        self.assertEqual(self.names(threads()), ["thread-future.json"])


class Compression(TreeTest):
    def test_content_time_and_mode_are_preserved(self) -> None:
        content = os.urandom(1000) + b'{"role": "user"}' * 200_000
        before = self.put(thread("idle.json"), 10, content, mode=0o604).stat()
        report = self.run_function()
        packed = self.root / thread("idle.json.gz")
        after = packed.stat()
        self.assertEqual(gzip.decompress(packed.read_bytes()), content)
        self.assertEqual(after.st_mtime_ns, before.st_mtime_ns)
        self.assertEqual(after.st_mode, before.st_mode)
        self.assertEqual((after.st_uid, after.st_gid), (before.st_uid, before.st_gid))
        self.assertEqual(after.st_nlink, 1)
        self.assertEqual(report["compressed"], {"files": 1, "bytes": len(content), "bytes_after": after.st_size})
        self.assertEqual(report["bytes_freed"], len(content) - after.st_size)

    def test_the_owner_is_preserved_as_far_as_possible(self) -> None:
        file = self.put(thread("idle.json"), 10)
        if os.geteuid() == 0:
            os.chown(file, 1000, 1001)
        before = file.stat()
        self.run_function()
        after = (self.root / thread("idle.json.gz")).stat()
        self.assertEqual((after.st_uid, after.st_gid), (before.st_uid, before.st_gid))

    def test_what_was_compressed_is_deleted_at_its_age(self) -> None:
        self.put(thread("idle.json"), 10)
        self.run_function()
        self.run_function(now=self.now + 19 * 86_400)
        self.assertEqual(self.names(threads()), ["thread-idle.json.gz"])
        self.run_function(now=self.now + 21 * 86_400)
        self.assertEqual(self.names(threads()), [])

    def test_an_empty_file_and_a_strange_name_are_compressed(self) -> None:
        name = os.fsdecode(b"\xff\n'\" .json")
        self.put(thread("empty.json"), 10, b"")
        self.put(thread(name), 10)
        report = self.run_function()
        self.assertEqual(report["compressed"]["files"], 2)
        self.assertEqual(self.names(threads()), sorted([f"thread-{name}.gz", "thread-empty.json.gz"]))

    def test_a_name_without_room_for_the_suffix_stays_until_it_is_old(self) -> None:
        name = "x" * (255 - len("thread-.json")) + ".json"
        self.put(thread(name), 10)
        report = self.run_function()
        self.assertEqual((report["errors"], report["compressed"]["files"]), (0, 0))
        self.run_function(now=self.now + 21 * 86_400)
        self.assertEqual(self.names(threads()), [])

    def test_a_swap_that_was_interrupted_is_finished(self) -> None:
        self.put(thread("idle.json"), 10)
        self.put(thread("idle.json.gz"), 10, gzip.compress(b'{"messages": []}\n'))
        report = self.run_function()
        self.assertEqual(self.names(threads()), ["thread-idle.json.gz"])
        self.assertEqual((report["compressed"]["files"], report["left"]["conflicting"]), (1, 0))

    def test_a_gz_that_does_not_stand_for_the_file_is_left_beside_it(self) -> None:
        content = b'{"messages": []}\n'
        others = {
            "other": (10.0, gzip.compress(b"something else")),
            "damaged": (10.0, gzip.compress(content)[:-3]),
            "garbage": (10.0, b"not gzip at all"),
            "older": (12.0, gzip.compress(content)),
        }
        for name, (days, packed) in others.items():
            self.put(thread(f"{name}.json"), 10, content)
            self.put(thread(f"{name}.json.gz"), days, packed)
        before = self.snapshot()
        report = self.run_function()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(report["left"]["conflicting"], len(others))
        self.assertEqual(report["errors"], 0)


class Kept(TreeTest):
    def test_nothing_else_is_ever_touched(self) -> None:
        """Everything here is a hundred days old."""
        kept = [
            "acme/ann/metadata.json",
            "acme/ann/.claude/user.json",
            "acme/ann/.claude/settings.json",
            "acme/ann/.claude/thread-outside.json",
            "acme/ann/.claude/threads/index.json",
            "acme/ann/.claude/threads/user.json",
            "acme/ann/.claude/threads/thread-1.json.bak",
            "acme/ann/.claude/threads/thread-1.txt",
            "acme/ann/.claude/threads/.thread-1.json.swp",
            "acme/ann/.claude/threads/Thread-1.json",
            "acme/ann/.claude/threads/deeper/thread-1.json",
            "acme/ann/.claude/threads/thread-folder.json/thread-1.json",
            "acme/ann/project/.git/objects/thread-1.json",
            "acme/ann/project/.claude/threads/thread-1.json",
            "acme/ann/threads/thread-1.json",
            "acme/project/.claude/threads/thread-1.json",
            "acme/_archive/ann-2026-01-01-0123456789abcdef.tar.gz",
            "acme/_archive/.claude/threads/thread-1.json",
            "acme/_archive/bob/.claude/threads/thread-1.json",
            "acme/.claude/threads/thread-1.json",
            "acme/metadata.json",
            "_archive/bob/.claude/threads/thread-1.json",
            "project/bob/.claude/threads/thread-1.json",
            "thread-1.json",
        ]
        for path in kept:
            self.put(path, 100)
        before = self.snapshot()
        report = self.run_function()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual((report["threads"], report["errors"], report["bytes_freed"]), (0, 0, 0))

    def test_a_second_run_changes_nothing(self) -> None:
        for client in ("acme", "zeta"):
            for user in ("ann", "bob"):
                for days in (1, 8, 20, 31):
                    self.put(thread(f"{days}.json", f"{client}/{user}"), days)
        self.run_function()
        before = self.snapshot()
        report = self.run_function()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual((report["bytes_freed"], report["threads"]), (0, 12))


class DryRun(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.put(thread("old.json"), 31, b"12345")
        self.put(thread("idle.json"), 20, b"123")
        self.put(thread("idle.json", "acme/bob"), 20, b"1234567")
        self.put(f"{threads()}/.cleanup-{'a' * 32}.tmp", 0, b"12")

    def test_it_touches_nothing_and_says_what_would_be_done(self) -> None:
        before = self.snapshot()
        for how in (
            {"event": {"dry_run": True}},
            {"DRY_RUN": "true"},
            {"event": {"dry_run": False}, "DRY_RUN": "true"},
        ):
            # Two hours on, so that the temporary file is stale.
            report = self.run_function(now=self.now + 7200, ARCHIVE_AFTER_DAYS="15", **how)  # type: ignore[arg-type]
            self.assertEqual(self.snapshot(), before)
            self.assertTrue(report["dry_run"])
            self.assertEqual(report["deleted"], {"files": 1, "bytes": 5})
            self.assertEqual(report["compressed"], {"files": 2, "bytes": 10, "bytes_after": None})
            self.assertEqual(report["archived"], {"users": 2, "files": 2, "bytes": 10, "bytes_after": None})
            self.assertEqual(report["temporary"], {"files": 1, "bytes": 2})
            self.assertEqual(report["bytes_freed"], 7)

    def test_it_foretells_the_real_run(self) -> None:
        foretold = self.run_function({"dry_run": True})
        done = self.run_function({"dry_run": False})
        self.assertFalse(done["dry_run"])
        for group in ("deleted", "compressed", "temporary"):
            self.assertEqual(foretold[group]["files"], done[group]["files"], group)
            self.assertEqual(foretold[group]["bytes"], done[group]["bytes"], group)


class Unreadable(TreeTest):
    def test_what_cannot_be_read_is_reported_and_the_rest_is_done(self) -> None:
        self.put(thread("secret.json"), 10, mode=0)
        self.put(thread("secret-and-old.json"), 31, mode=0)
        self.put(thread("idle.json"), 10)
        self.put(thread("idle.json", "acme/bob"), 10)
        self.put(thread("idle.json", "acme/cid"), 10)
        self.put(thread("idle.json", "shut/dan"), 10)
        shut = [self.root / threads("acme/bob"), self.root / "shut"]
        for folder in shut:
            folder.chmod(0)
        with unprivileged(self.root):
            report = self.run_function()
        for folder in shut:
            folder.chmod(0o755)
        self.assertTrue(report["finished"])
        self.assertEqual(report["errors"], 3)
        told = {each["path"]: each["error"] for each in report["first_errors"]}
        self.assertEqual(told, dict.fromkeys((thread("secret.json"), threads("acme/bob"), "shut"), "EACCES"))
        # To delete it takes the folder's permission, not the file's.
        self.assertEqual(self.names(threads()), ["thread-idle.json.gz", "thread-secret.json"])
        self.assertEqual(self.names(threads("acme/cid")), ["thread-idle.json.gz"])

    def test_a_folder_that_cannot_be_written_to_loses_nothing(self) -> None:
        self.put(thread("idle.json"), 10)
        self.put(thread("old.json"), 31)
        (self.root / threads()).chmod(0o555)
        with unprivileged(self.root):
            before = self.snapshot()
            report = self.run_function()
            self.assertEqual(self.snapshot(), before)
        (self.root / threads()).chmod(0o755)
        self.assertEqual((report["errors"], report["bytes_freed"]), (2, 0))


class Temporary(TreeTest):
    def test_stale_ones_go_and_fresh_ones_stay(self) -> None:
        mine = [f"{folder}/.cleanup-{'0f' * 16}.tmp" for folder in (threads(), "acme/ann/.claude")]
        others = [
            f"{threads()}/.cleanup-{'0f' * 16}.tmp.json",
            f"{threads()}/.cleanup-{'0F' * 16}.tmp",
            f"{threads()}/.cleanup-x.tmp",
            f"acme/ann/.cleanup-{'0f' * 16}.tmp",
        ]
        for path in mine + others:
            self.put(path, 99)
        self.link(f"{threads()}/.cleanup-{'1f' * 16}.tmp", self.root / others[0])
        before = self.snapshot()
        self.run_function()
        self.assertEqual(self.snapshot(), before, "as old as the original, but written just now")
        report = self.run_function(now=self.now + 3700)
        self.assertEqual(report["temporary"]["files"], 2)
        self.assertEqual(sorted(set(before) - set(self.snapshot())), sorted(str(self.root / path) for path in mine))

    def test_none_is_left_behind(self) -> None:
        self.put(thread("idle.json"), 10)
        self.run_function(ARCHIVE_AFTER_DAYS="9")
        self.assertEqual([path for path in walk(self.root) if ".cleanup" in path.name], [])
