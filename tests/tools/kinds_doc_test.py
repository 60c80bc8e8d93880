#!/usr/bin/env python3
"""docs/kinds.md is what protocol/kinds says, and a difference is found."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(root):
    return subprocess.run([sys.executable, "-B", str(root / "scripts/kinds-doc"), "--check"],
                          capture_output=True, text=True, check=False, timeout=60).returncode


class kinds_doc_test(unittest.TestCase):
    def test_the_page_is_what_the_data_say(self):
        self.assertEqual(check(ROOT), 0)

    def test_a_difference_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "protocol/kinds", root / "protocol/kinds")
            for name in ("scripts", "docs"):
                (root / name).mkdir()
            shutil.copy(ROOT / "scripts/kinds-doc", root / "scripts/kinds-doc")
            shutil.copy(ROOT / "docs/kinds.md", root / "docs/kinds.md")
            self.assertEqual(check(root), 0)
            policy = root / "protocol/kinds/policy.json"
            policy.write_text(policy.read_text("utf-8").replace('"value": 24', '"value": 12'))
            self.assertEqual(check(root), 1)


if __name__ == "__main__":
    unittest.main()
