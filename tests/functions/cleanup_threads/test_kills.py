"""A run that is killed: nothing is lost, and the next run ends where it would have ended."""

import os
import random
import signal
import time

from support import TreeTest, before_each_call, ended, in_child, thread, walk


class Kills(TreeTest):
    def plant(self) -> None:
        self.put(thread("old.json"), 31)
        self.put(thread("idle.json"), 10, b"idle" * 1000)
        self.put(thread("new.json", "acme/bob"), 1, b"new")
        self.put(thread("idle.json", "zeta/cid"), 10, b"cid")
        self.put("zeta/cid/.claude/thread-notes.json", 9.5, b"notes")
        self.put("zeta/cid/.claude/user.json", 9.5)

    def clear(self) -> None:
        for path in sorted(walk(self.root), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def state(self) -> dict[str, bytes]:
        """What a finished run leaves, however it came about: two archives may hold what one would."""
        unarchived = {name: b"" for name in self.files() if "/_archive/" not in name}
        return {**unarchived, **self.contents()}

    def test_at_each_call(self) -> None:
        self.plant()
        self.run_function(ARCHIVE_AFTER_DAYS="9")
        whole = self.state()
        self.assertIn("zeta/cid/.claude/thread-notes.json", whole)
        moment, how = 0, -signal.SIGKILL
        while how == -signal.SIGKILL:
            moment += 1
            self.clear()
            self.plant()
            young = {name: content for name, content in self.contents().items() if "old" not in name}
            calls = 0

            def kill(_name: str, _arguments: object) -> None:
                nonlocal calls
                calls += 1
                if calls == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

            def run() -> None:
                with before_each_call(kill):
                    self.run_function(ARCHIVE_AFTER_DAYS="9")

            how = ended(in_child(run))
            with self.subTest(moment=moment):
                after = self.contents()
                self.assertEqual({name: after.get(name) for name in young}, young, "nothing is lost")
                # Two hours later, so that what was left aside is stale.
                report = self.run_function(now=self.now + 7200, ARCHIVE_AFTER_DAYS="9")
                self.assertEqual((report["finished"], report["errors"]), (True, 0))
                self.assertEqual(self.state(), whole)
                self.assertEqual([path for path in walk(self.root) if path.name.startswith(".cleanup-")], [])
        self.assertEqual(how, 0)
        self.assertGreater(moment, 100)

    def test_at_any_time(self) -> None:
        """Not only between calls: in the middle of writing."""
        content = random.Random(1).randbytes(1_500_000)
        names = [thread(f"{number}.json") for number in range(6)]
        killed = 0
        for delay in (0.01, 0.03, 0.06, 0.1, 0.15):
            self.clear()
            for name in names:
                self.put(name, 10, content)
            child = in_child(self.run_function)
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
            killed += ended(child) == -signal.SIGKILL
            self.assertEqual(self.contents(), dict.fromkeys(names, content))
            self.run_function(now=self.now + 7200)
            self.assertEqual(self.files(), [f"{name}.gz" for name in names])
            self.assertEqual(self.contents(), dict.fromkeys(names, content))
        self.assertGreater(killed, 1)
