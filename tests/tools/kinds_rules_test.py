#!/usr/bin/env python3
"""Takes each rule of the kinds away, one at a time: the test with its name must turn red.

usage: kinds_rules_test.py UNIT_KINDS    the test program unit_kinds
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ROOT / "protocol/kinds"
RULE = re.compile(r"R-[A-Z]{3}-\d\d")
# Bounds and form of the text: nothing could be read without them. unit/kinds/document_test.cpp.
ALWAYS = re.compile(r"R-DOC-\d\d")


def all_rules():
    """Every rule that a schema, a function or the checker names."""
    files = [*KINDS.glob("*.cpp"), *(KINDS / "kinds").glob("*.json")]
    found = {rule for file in files for rule in RULE.findall(file.read_text(encoding="utf-8"))}
    return sorted(rule for rule in found if not ALWAYS.fullmatch(rule))


def passes(program, tests, without=None):
    """Whether these tests are green, with a rule taken away or with all of them."""
    environment = {key: value for key, value in os.environ.items() if key != "DHOW_WITHOUT_RULE"}
    if without:
        environment["DHOW_WITHOUT_RULE"] = without
    done = subprocess.run([program, "--color_output=no", f"--run_test={tests}"], env=environment,
                          capture_output=True, text=True, check=False, timeout=300)
    if "no test cases matching" in done.stdout + done.stderr:
        raise SystemExit(f"{tests}: there is no such test")
    return done.returncode == 0


def main():
    program = sys.argv[1]
    rules = all_rules()
    wrong = [] if passes(program, "rules") else ["the tests of the rules are red as things are"]
    for rule in rules:
        if passes(program, "rules/" + rule.replace("-", "_"), without=rule):
            wrong.append(f"{rule}: its test stays green without it")
    print("\n".join(wrong))
    print(f"{len(rules)} rules taken away one at a time, {len(wrong)} findings")
    return 1 if wrong or len(rules) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
