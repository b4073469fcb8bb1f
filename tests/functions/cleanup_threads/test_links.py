"""Symbolic links, at every level: none is followed, and none is removed."""

import gzip
import os
import shutil
import tempfile
from pathlib import Path

from support import TreeTest, before_each_call, fingerprint, thread, walk

LEVELS = ["acme", "acme/ann", "acme/ann/.claude", "acme/ann/.claude/threads", thread("idle.json"), thread("old.json")]


class Links(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.outside = Path(tempfile.mkdtemp(prefix="outside-"))
        self.addCleanup(shutil.rmtree, self.outside)
        self.whole = self.root
        # The same tree, outside: what would be cleaned if a link to any part of it were followed.
        self.root = self.outside
        self.put(thread("idle.json"), 10)
        self.put(thread("old.json"), 31)
        self.put("acme/ann/.claude/settings.json", 31)
        self.root = self.whole

    def seen_outside(self) -> dict[str, tuple[object, ...]]:
        return {str(path): fingerprint(path) for path in walk(self.outside)}

    def test_a_link_in_the_place_of_each_level(self) -> None:
        for level in LEVELS:
            for target in (self.outside / level, os.path.relpath(self.outside / level, (self.root / level).parent)):
                with self.subTest(level=level, target=target):
                    self.link(level, target)
                    self.put(thread("idle.json", "beta/bob"), 10)
                    before = self.seen_outside(), self.snapshot("acme") if level != "acme" else {}
                    report = self.run_function(ARCHIVE_AFTER_DAYS="9")
                    after = self.seen_outside(), self.snapshot("acme") if level != "acme" else {}
                    self.assertEqual(after, before)
                    self.assertTrue((self.root / level).is_symlink())
                    self.assertEqual((report["left"]["not_followed"], report["errors"]), (1, 0))
                    self.assertEqual(report["archived"]["users"], 1, "the others are seen to")
                    shutil.rmtree(self.root / "beta")
                    (self.root / level).unlink()

    def test_the_root_may_not_be_one(self) -> None:
        self.put("acme/x", 1)
        link = self.outside.parent / f"{self.outside.name}-link"
        link.symlink_to(self.root)
        self.addCleanup(link.unlink)
        with self.assertRaises(OSError):
            self.run_function(ROOT=str(link))

    def test_links_that_lead_nowhere_or_round_in_a_circle(self) -> None:
        self.put(thread("idle.json"), 10)
        self.link(thread("nowhere.json"), "/no/such/file")
        self.link(thread("itself.json"), "thread-itself.json")
        self.link("acme/ann/.claude/loop", ".")
        self.link("acme/bob", "../acme")
        report = self.run_function()
        self.assertEqual((report["compressed"]["files"], report["errors"]), (1, 0))
        self.assertEqual(report["left"]["not_followed"], 3)

    def test_a_gz_that_is_a_link_is_neither_read_nor_replaced(self) -> None:
        """Even if it leads to what could stand for the file."""
        content = self.put(thread("idle.json"), 10).read_bytes()
        packed = self.outside / "packed"
        packed.write_bytes(gzip.compress(content))
        self.link(thread("idle.json.gz"), packed, days=1)
        before = self.snapshot(), self.seen_outside()
        self.run_function()
        self.assertEqual((self.snapshot(), self.seen_outside()), before)

    def test_an_archive_folder_that_is_a_link_is_not_written_to(self) -> None:
        self.put("acme/ann/.claude/settings.json", 100)
        self.link("acme/_archive", self.outside)
        before = self.seen_outside()
        report = self.run_function(ARCHIVE_AFTER_DAYS="60")
        self.assertEqual(self.seen_outside(), before)
        self.assertEqual(self.names("acme/ann/.claude"), ["settings.json"])
        self.assertEqual(report["archived"]["users"], 0)

    def test_links_below_claude_are_not_archived(self) -> None:
        self.put("acme/ann/.claude/settings.json", 100)
        self.link("acme/ann/.claude/file", self.outside / "acme/ann/.claude/settings.json")
        self.link("acme/ann/.claude/folder", self.outside)
        before = self.seen_outside()
        report = self.run_function(ARCHIVE_AFTER_DAYS="60")
        self.assertEqual(report["archived"]["files"], 1)
        self.assertEqual(self.names("acme/ann/.claude"), ["file", "folder"])
        self.assertEqual(self.seen_outside(), before)

    def test_a_link_that_is_put_there_at_any_moment(self) -> None:
        """Before each call in turn, one level is swapped for a link to its like outside."""
        outside = self.seen_outside()
        for level in LEVELS:
            moment = 0
            is_over = False
            while not is_over:
                moment += 1
                shutil.rmtree(self.root)
                self.root.mkdir()
                self.put(thread("idle.json"), 10)
                self.put(thread("old.json"), 31)
                self.put("acme/ann/.claude/settings.json", 31)
                calls = 0

                def swap(_name: str, _arguments: object) -> None:
                    nonlocal calls
                    calls += 1
                    if calls == moment and (self.root / level).exists():
                        os.rename(self.root / level, self.root / "aside")
                        os.symlink(self.outside / level, self.root / level)

                with before_each_call(swap):
                    self.run_function(ARCHIVE_AFTER_DAYS="9")
                self.assertEqual(self.seen_outside(), outside, f"{level} swapped before call {moment}")
                is_over = moment > calls
            self.assertGreater(moment, 30)
