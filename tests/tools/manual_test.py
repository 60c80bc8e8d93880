#!/usr/bin/env python3
"""Checks man pages and completion: no warning of groff's, each command and exit code is there."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/man").iterdir())


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def warnings(path):
    done = subprocess.run(["groff", "-man", "-ww", "-z", "-Kutf8", "-Tutf8", str(path)],
                          capture_output=True, text=True, check=False, timeout=60)
    return done.stderr


def commands():
    return re.findall(r'verb\{"([a-z-]+)"', read("daemon/cli/main.cpp"))


@unittest.skipUnless(shutil.which("groff"), "groff is not installed")
class page_test(unittest.TestCase):
    def test_pages_have_no_warning(self):
        self.assertEqual([page.name for page in PAGES], ["dhow.1", "dhow.yaml.5", "dhowd.8"])
        for page in PAGES:
            with self.subTest(page.name):
                self.assertEqual(warnings(page), "")

    def test_a_mistake_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "wrong.1"
            page.write_text(read("docs/man/dhow.1").replace(".SH NAME", ".HS NAME"))
            self.assertIn("HS", warnings(page))


class content_test(unittest.TestCase):
    def test_pages_are_ascii_and_lines_are_short(self):
        for page in PAGES:
            for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
                self.assertTrue(line.isascii(), f"{page.name}:{number}")

    def test_each_command_is_in_the_page_and_in_the_completion(self):
        page = read("docs/man/dhow.1")
        completion = read("daemon/cli/completion/dhow.bash")
        listed = re.search(r'local commands="([^"]+)"', completion).group(1).split()
        self.assertGreater(len(commands()), 10)
        self.assertEqual(sorted(listed), sorted(commands() + ["help"]))
        for name in commands():
            roff = re.escape(name.replace("-", "\\-"))
            self.assertRegex(page, rf"(?m)^(?:\.B |.*\\fB){roff}(?:\\fR|$)", name)

    def test_each_exit_code_is_in_the_page(self):
        codes = re.findall(r"= (\d+),", read("daemon/cli/exit_codes.hpp"))
        chapter = read("docs/man/dhow.1").split(".SH EXIT STATUS")[1].split(".SH")[0]
        self.assertEqual(re.findall(r"(?m)^\.B (\d+)$", chapter), codes)

    @unittest.skipUnless(shutil.which("bash"), "bash is not installed")
    def test_completion_offers_commands(self):
        script = ('complete() { :; }; compopt() { :; }; . "$1"; COMP_WORDS=(dhow "$2"); '
                  'COMP_CWORD=1; _dhow; echo "${COMPREPLY[@]}"')
        done = subprocess.run(
            ["bash", "-c", script, "bash", str(ROOT / "daemon/cli/completion/dhow.bash"), "s"],
            capture_output=True, text=True, check=True, timeout=60)
        self.assertEqual(done.stdout.split(), ["send", "status", "show", "send-again"])


if __name__ == "__main__":
    unittest.main()
