"""Others at work at the same time: writers, removers, a second run."""

import os
import random
import shutil
import time

from support import TreeTest, before_each_call, ended, in_child, thread, threads, walk


class EachMoment(TreeTest):
    """Something happens before each call of the function in turn, so at every moment there is."""

    def at_each_moment(self, happens, prepare, check) -> None:  # type: ignore[no-untyped-def]
        # What happens at one moment does not change how many calls come before it.
        moment, calls = 0, 0
        while calls >= moment:
            moment += 1
            for path in sorted(walk(self.root), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            prepare()
            calls = 0
            happened = False

            def hook(name: str, arguments: tuple[object, ...]) -> None:
                nonlocal calls, happened
                calls += 1
                if calls == moment:
                    happened = bool(happens(name, arguments))

            with before_each_call(hook):
                report = self.run_function()
            with self.subTest(moment=moment):
                self.assertEqual(report["errors"], 0, report["first_errors"])
                check(report, happened)
        self.assertGreater(moment, 15)

    def test_a_thread_that_is_written_to(self) -> None:
        """At every moment but the last before the removal itself, which no file system lets anybody close."""
        for name, days in (("thread-idle.json", 10), ("thread-old.json", 31)):
            for replaced in (False, True):
                file = self.root / threads() / name
                published = False

                def write(call: str, arguments: tuple[object, ...]) -> bool:
                    nonlocal published
                    published = call == "link" or file.with_name(f"{name}.gz").exists()
                    if (call, *arguments) == ("unlink", name) or not file.exists():
                        return False
                    if replaced:
                        (self.root / "new").write_bytes(b"newer")
                        os.rename(self.root / "new", file)
                    else:
                        with file.open("ab") as open_file:
                            open_file.write(b"newer")
                    return True

                def check(_report: object, happened: bool) -> None:
                    if happened:
                        self.assertTrue(file.read_bytes().endswith(b"newer"))
                        # What was published by then stays, for another run may count on it.
                        left = [name, f"{name}.gz"] if published else [name]
                        self.assertEqual(self.names(threads()), left)

                with self.subTest(name=name, replaced=replaced):
                    self.at_each_moment(write, lambda: self.put(f"{threads()}/{name}", days), check)

    def test_a_thread_that_was_written_to_is_not_compressed_in_vain(self) -> None:
        file = self.put(thread("idle.json"), 10)
        called = []

        def write(call: str, arguments: tuple[object, ...]) -> None:
            called.append(call)
            if call == "open" and arguments[0] == file.name:
                file.write_bytes(b"newer")

        with before_each_call(write):
            report = self.run_function()
        self.assertEqual(report["left"]["changed"], 1)
        self.assertNotIn("read", called)

    def test_a_thread_that_vanishes(self) -> None:
        def vanish(_call: str, _arguments: object) -> bool:
            (self.root / thread("idle.json")).unlink(missing_ok=True)
            return True

        def prepare() -> None:
            self.put(thread("idle.json"), 10)
            self.put(thread("other.json"), 10)

        def check(_report: object, _happened: bool) -> None:
            self.assertIn("thread-other.json.gz", self.names(threads()))
            self.assertNotIn("thread-idle.json", self.names(threads()))

        self.at_each_moment(vanish, prepare, check)

    def test_a_user_who_vanishes(self) -> None:
        def vanish(_call: str, _arguments: object) -> bool:
            shutil.rmtree(self.root / "acme/ann", ignore_errors=True)
            return True

        def prepare() -> None:
            self.put(thread("idle.json"), 10)
            self.put(thread("idle.json", "acme/bob"), 10)

        def check(report: dict[str, object], _happened: bool) -> None:
            self.assertEqual(self.names(threads("acme/bob")), ["thread-idle.json.gz"])

        self.at_each_moment(vanish, prepare, check)

    def test_a_second_run(self) -> None:
        def run(_call: str, _arguments: object) -> bool:
            self.run_function()
            return True

        def prepare() -> None:
            self.put(thread("idle.json"), 10, b"idle")
            self.put(thread("old.json"), 31)
            self.put(thread("new.json"), 1, b"new")

        def check(_report: object, _happened: bool) -> None:
            self.assertEqual(self.names(threads()), ["thread-idle.json.gz", "thread-new.json"])
            self.assertEqual(self.contents(), {thread("idle.json"): b"idle", thread("new.json"): b"new"})

        self.at_each_moment(run, prepare, check)

    def test_a_gz_that_appears(self) -> None:
        def appear(_call: str, _arguments: object) -> bool:
            if (self.root / thread("idle.json.gz")).exists():
                return False
            self.put(thread("idle.json.gz"), 3, b"somebody else's")
            return True

        def check(_report: object, happened: bool) -> None:
            if happened:
                self.assertEqual((self.root / thread("idle.json.gz")).read_bytes(), b"somebody else's")

        self.at_each_moment(appear, lambda: self.put(thread("idle.json"), 10), check)


class AtOnce(TreeTest):
    def test_runs_and_writers_in_processes_of_their_own(self) -> None:
        """Two rounds of three runs each, while somebody makes, replaces and removes threads of today."""
        expected = {}
        for user in range(6):
            for number in range(40):
                name = thread(f"{number}.json", f"acme/user-{user}")
                days = random.Random(name).choice([1, 10, 20, 31])
                self.put(name, days, name.encode() * 50)
                if days < 30:
                    expected[name] = name.encode() * 50

        def run() -> None:
            for _ in range(2):
                report = self.run_function()
                self.assertEqual(report["errors"], 0)
                self.assertTrue(report["finished"])

        def write() -> None:
            until = time.monotonic() + 1
            number = 0
            while time.monotonic() < until:
                number += 1
                name = self.root / thread(f"today-{number % 50}.json", f"acme/user-{number % 6}")
                new = name.with_name(".new")
                new.write_bytes(b"today")
                os.rename(new, name)
                if number % 3 == 0:
                    name.unlink()

        children = [in_child(run), in_child(write), in_child(run), in_child(run)]
        self.assertEqual([ended(child) for child in children], [0, 0, 0, 0])
        found = {name: content for name, content in self.contents().items() if "/thread-today" not in name}
        self.run_function()
        self.assertEqual(found, expected)
        self.assertEqual([path for path in walk(self.root) if path.name.startswith(".cleanup-")], [])
        idle = [name for name in self.files() if name.endswith(".json") and "/thread-today" not in name]
        self.assertTrue(all((self.root / name).stat().st_mtime > self.now - 2 * 86_400 for name in idle))
        today = [path for path in walk(self.root) if "thread-today" in path.name]
        self.assertTrue(today)
        self.assertEqual({path.read_bytes() for path in today}, {b"today"})
