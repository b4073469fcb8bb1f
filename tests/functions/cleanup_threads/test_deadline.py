"""The deadline of an invocation, and that every place has its turn."""

from support import Context, TreeTest, thread, threads, walk

# The order of a day depends on the day: a fixed one makes what these tests see the same each time.
NOW = 1_900_000_000.0


class Deadlines(TreeTest):
    def setUp(self) -> None:
        super().setUp()
        self.now = NOW

    def test_what_is_not_reached_is_reached_on_other_days(self) -> None:
        users = [f"client-{client}/user-{user}" for client in range(4) for user in range(3)]
        for user in users:
            for number in range(4):
                self.put(thread(f"{number}.json", user), 31)
        day, finished, left = 0, False, 48
        while not finished:
            report = self.run_function(context=Context(30), now=NOW + day * 86_400)
            finished = report["finished"]
            now_left = len(self.files())
            self.assertEqual(left - now_left, report["deleted"]["files"])
            left = now_left
            day += 1
            self.assertLess(day, 40)
        self.assertEqual(left, 0)
        self.assertGreater(day, 3)

    def test_nobody_waits_for_ever_behind_somebody_who_takes_all_the_time(self) -> None:
        """The first of all names has more new threads than a run can look at: they will be there tomorrow too."""
        for number in range(200):
            self.put(thread(f"{number}.json", "aaa/aaa"), -60)
        others = [f"{client}/{user}" for client in ("aaa", "bbb", "zzz") for user in ("bbb", "ccc", "zzz")]
        for user in others:
            self.put(thread("old.json", user), 31)
        for day in range(30):
            report = self.run_function(context=Context(100), now=NOW + day * 86_400)
            self.assertFalse(report["finished"] and report["users"] < 10)
        self.assertEqual([user for user in others if self.names(threads(user))], [])
        self.assertEqual(len(self.names(threads("aaa/aaa"))), 200)

    def test_the_end_comes_at_any_check_and_nothing_is_half_done(self) -> None:
        content = bytes(range(256)) * 6_000
        times, finished = 0, False
        while not finished:
            for path in sorted(walk(self.root), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            self.put(thread("idle.json"), 10, content)
            self.put(thread("idle.json", "acme/bob"), 10, content)
            report = self.run_function(context=Context(times), ARCHIVE_AFTER_DAYS="9")
            finished = report["finished"]
            self.assertIsNone(report["failure"])
            self.assertEqual([path for path in walk(self.root) if path.name.startswith(".cleanup-")], [])
            # The user is inactive, so both may be anywhere between their place and the archive.
            self.assertEqual(set(self.contents().values()), {content})
            self.assertIn("acme/ann/.claude/threads/thread-idle.json", self.contents())
            self.assertIn("acme/bob/.claude/threads/thread-idle.json", self.contents())
            times += 1
        self.assertGreater(times, 30)

    def test_without_time_nothing_is_done(self) -> None:
        self.put(thread("old.json"), 31)
        before = self.snapshot()
        report = self.run_function(context=Context(0))
        self.assertEqual(self.snapshot(), before)
        self.assertEqual((report["finished"], report["failure"]), (False, None))
