#!/usr/bin/env python3
"""Runs benches and prints what they measure; scripts/bench is the command and its --help.

usage: bench.py --bin FOLDER [--table] [--short] [--repeat N] [--dir DIR] [NAME...]
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import tempfile

import bench_links
import bench_loads

NAMES = ["submit", "relay", "wire", "idle", "backlog", "seal", "store", "kinds"]
# Only when asked for: it needs root, and takes as long as slow links do.
LONG_NAMES = ["links"]

# metric -> (is larger better, what it should be)
TARGETS = {
    "submit.per_s.64": (True, 3000),
    "relay.hub.per_s": (True, 1000),
    "relay.hub.cpu_s_per_1000": (False, 1.5),
    "idle.rss_bytes": (False, 30e6),
    "backlog.rss_added_bytes": (False, 20e6),
    "backlog.start_s": (False, 2),
    "kinds.validate.per_s": (True, 10_000),
    "kinds.nested_mib_ms": (False, 10),
    **bench_links.TARGETS,
}


def read_arguments():
    parser = argparse.ArgumentParser(prog="bench", usage=__doc__.split("usage: ")[1])
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--repeat", type=int, default=0)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    wrong = [name for name in options.names if name not in NAMES + LONG_NAMES]
    if wrong:
        parser.error(f"no bench named {', '.join(wrong)}; there are "
                     f"{' '.join(NAMES + LONG_NAMES)}")
    options.names = options.names or NAMES
    options.repeat = options.repeat or (1 if options.short else 3)
    return options


def output_of(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def conditions(options):
    tree = pathlib.Path(__file__).resolve().parents[2]
    git = ["git", "-C", str(tree)]
    about = json.loads(output_of(options.bin / "bench_machine_bench", "--about"))
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        **about,
        "commit": output_of(*git, "rev-parse", "--short", "HEAD") or "unknown",
        "altered": bool(output_of(*git, "status", "--porcelain", "--untracked-files=no")),
        "file_system": output_of("stat", "-f", "-c", "%T", options.dir) or "unknown",
        "load_average": [round(one, 2) for one in os.getloadavg()],
        "short": options.short,
    }


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"


class Printer:
    """JSON lines as they come, or a table at the end."""

    def __init__(self, is_table):
        self.is_table = is_table
        self.lines = []

    def conditions(self, facts):
        self.say("\n".join(f"{name:14} {value}" for name, value in facts.items())
                 if self.is_table else json.dumps(facts))

    def metric(self, metric, peer, value, unit):
        value = None if value is None else round(value, 4)  # None: not done, the unit says why
        line = {"metric": metric, "peer": peer, "value": value, "unit": unit}
        self.lines.append(line)
        if not self.is_table:
            self.say(json.dumps(line))

    @staticmethod
    def say(text):
        print(text + "\n", end="", flush=True)  # whole lines, from any thread

    @staticmethod
    def judge(value, is_rate, wanted):
        if value is None:
            return number(wanted), "not measured"
        is_met = value >= wanted if is_rate else value <= wanted
        return number(wanted), "met" if is_met else "missed"

    def end(self):
        if not self.is_table:
            return
        row = "{:46} {:8} {:>14} {:6} {:>10} {}".format
        self.say("\n" + row("metric", "peer", "value", "unit", "target", ""))
        for line in self.lines:
            target, verdict = "", ""
            if line["metric"] in TARGETS and line["peer"] == "dhow":
                target, verdict = self.judge(line["value"], *TARGETS[line["metric"]])
            self.say(row(line["metric"], line["peer"], number(line["value"]), line["unit"],
                         target, verdict).rstrip())


def main():
    options = read_arguments()
    printer = Printer(options.table)
    if not bench_loads.is_inside_namespace():
        printer.conditions(conditions(options))
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="dhow-bench-", dir=options.dir) as folder:
        run = bench_loads.Run(options, pathlib.Path(folder), printer.metric)
        if not bench_loads.is_inside_namespace():
            run.machine()
        try:
            for name in options.names:
                run.note(f"{name}, load average {os.getloadavg()[0]:.2f}")
                if name == "links":
                    bench_links.run(options, pathlib.Path(folder), printer.metric, run.note)
                else:
                    getattr(run, name)()
        finally:
            printer.end()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that daemons are stopped
    try:
        main()
    except (RuntimeError, OSError, subprocess.CalledProcessError) as failure:
        sys.exit(f"bench: {failure}")
