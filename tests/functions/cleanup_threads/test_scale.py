"""A hundred thousand files."""

import os

from support import DAY, TreeTest, thread, threads

FILES = 100_000
USERS = 4


class Scale(TreeTest):
    def test_a_hundred_thousand_files(self) -> None:
        """Of each thousand, 300 are old, 5 are idle, the rest is of today."""
        ages = [31 if number % 1000 < 300 else 10 if number % 1000 < 305 else 0 for number in range(FILES)]
        for user in range(USERS):
            folder = self.root / threads(f"acme/user-{user}")
            folder.mkdir(parents=True)
            opened = os.open(folder, os.O_RDONLY)
            for number in range(user, FILES, USERS):
                name = f"thread-{number}.json"
                file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=opened)
                os.write(file, b"{}")
                if ages[number]:
                    when = self.now - ages[number] * DAY
                    os.utime(file, (when, when))
                os.close(file)
            os.close(opened)
        report = self.run_function()
        self.assertEqual(report["threads"], FILES)
        self.assertEqual(report["deleted"], {"files": 30_000, "bytes": 60_000})
        self.assertEqual(report["compressed"]["files"], 500)
        self.assertTrue(report["finished"])
        left = [name for user in range(USERS) for name in self.names(threads(f"acme/user-{user}"))]
        self.assertEqual(len(left), 70_000)
        self.assertEqual(sum(name.endswith(".json.gz") for name in left), 500)
        self.assertNotIn("thread-0.json", left)
        self.assertTrue((self.root / thread("300.json.gz", "acme/user-0")).exists())
        self.assertTrue((self.root / thread("999.json", "acme/user-3")).exists())
