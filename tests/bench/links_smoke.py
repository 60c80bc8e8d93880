#!/usr/bin/env python3
"""Runs the bench of poor links with tiny numbers and checks that each metric that has a target
comes, with a number, or with none and a reason in place of its unit. No value is judged.

usage: links_smoke.py SCRIPTS-LIB FOLDER-OF-PROGRAMS    exit code 77: no network to be had here
"""
import json
import pathlib
import subprocess
import sys
import time


def is_told(line):
    value, unit = line["value"], line["unit"]
    if value is None:
        return " " in unit  # "not in 600 s"; a unit itself is one word.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and value == value and abs(value) != float("inf")


def what_is_wrong(output, wanted):
    """Of the lines that the bench printed, against the names that were to be among them."""
    wrong = []
    found = {}
    for text in output.splitlines():
        line = json.loads(text)
        if sorted(line) != ["metric", "peer", "unit", "value"]:
            wrong.append(f"line {text}")
        elif line["peer"] == "dhow":
            if line["metric"] in found:
                wrong.append(f"{line['metric']} stands twice")
            found[line["metric"]] = line
    for name in wanted:
        if name not in found:
            wrong.append(f"{name} is missing")
        elif not is_told(found[name]):
            wrong.append(f"{name} is {found[name]['value']} {found[name]['unit']}")
    return wrong


def main(scripts, programs):
    sys.path.insert(0, scripts)
    import bench_links  # pylint: disable=import-outside-toplevel
    if not bench_links.can_emulate():
        print("no TUN device or network namespace to be had here")
        return 77
    # The rows of other systems are no concern of a test of ours.
    parts = [part for part in bench_links.PARTS if part != "peers"]
    begun = time.monotonic()
    bench = pathlib.Path(scripts) / "bench_links.py"
    done = subprocess.run([sys.executable, "-B", bench, "--short", "--bin", programs, *parts],
                          stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, f"{time.monotonic() - begun:.0f} s", sep="")
    wrong = [] if done.returncode == 0 else [f"exit code {done.returncode}"]
    return "\n".join(wrong + what_is_wrong(done.stdout, bench_links.TARGETS)) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
