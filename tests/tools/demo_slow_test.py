#!/usr/bin/env python3
"""Runs scripts/demo with programs that are built: it ends well, and with each sabotage it fails.

usage: demo_slow_test.py DEMO FOLDER-OF-PROGRAMS [unittest options]
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

DEMO = BIN = None
PATIENCE_SECONDS = 400  # For each run; the test as a whole has its limit with ctest.


class DemoSlowTest(unittest.TestCase):

    def run_demo(self, *words):
        """Its exit code and all that it said."""
        with tempfile.TemporaryDirectory() as scratch:
            environment = dict(os.environ, DHOW_BIN=BIN, TMPDIR=scratch)
            environment.pop("SUDO_USER", None)  # The programs stay with who runs the test.
            log = pathlib.Path(scratch) / "said"
            with log.open("wb") as out:
                demo = subprocess.Popen([DEMO, *words], stdin=subprocess.DEVNULL, stdout=out,
                                        stderr=subprocess.STDOUT, env=environment)
                try:
                    code = demo.wait(PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    demo.terminate()  # It ends its gateways.
                    demo.wait()
                    code = "none: it did not end"
            return code, log.read_text(errors="replace")

    def test_it_ends_well(self):
        code, said = self.run_demo()
        self.assertEqual(code, 0, said)
        last = said.rstrip("\n").splitlines()[-1]
        found = re.fullmatch(r"demo: ok, (\d+) messages, (\d+) delivered once, 0 lost", last)
        self.assertIsNotNone(found, said)
        self.assertEqual(found[1], found[2])
        self.assertGreater(int(found[1]), 0)
        self.assertNotIn("demo: FAILED", said)
        # The altered message is accounted for: nobody has it.
        self.assertRegex(said, r"(?m)  refused$")
        # So is the notice that its cancellation overtook.
        self.assertRegex(said, r"(?m)  recalled$")
        self.assertRegex(said, r"(?m)  unanswered  hit\.reply ")

    def assert_fails(self, sabotage, verdict):
        code, said = self.run_demo("--sabotage", sabotage)
        self.assertEqual(code, 1, said)
        self.assertIn("demo: NOT ok, ", said)
        self.assertIn("demo: FAILED", said)
        self.assertNotIn("demo: ok", said)
        # It is the count that finds it, and by its name.
        self.assertRegex(said, rf"(?m)^  [0-9a-f-]{{36}} .*  {verdict}$")

    def test_it_finds_a_lost_message(self):
        self.assert_fails("lose", "lost")

    def test_it_finds_a_doubled_message(self):
        self.assert_fails("double", "delivered twice")

    def test_it_finds_an_altered_message(self):
        self.assert_fails("alter", "altered")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    DEMO, BIN = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
