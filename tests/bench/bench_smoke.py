#!/usr/bin/env python3
"""Runs scripts/bench with tiny numbers and checks that every metric comes; no time is judged.

usage: bench_smoke.py BENCH FOLDER-OF-PROGRAMS
"""
import json
import os
import subprocess
import sys

METRICS = """
    machine.sync_per_s machine.p256_sign_per_s machine.p256_verify_per_s machine.p256_ecdh_per_s
    submit.per_s.1 submit.per_s.16 submit.per_s.64
    submit.per_machine_sync.64 submit.per_machine_sign.64
    relay.hub.per_s relay.hub.latency_p50_ms relay.hub.latency_p99_ms relay.hub.cpu_s_per_1000
    relay.hub.per_machine_sync wire.warm_bytes wire.fresh_bytes
    idle.rss_bytes backlog.rss_added_bytes backlog.start_s
    seal.body_bytes.1500 seal.preamble_bytes.1500 seal.per_s.1 seal.per_s.195
    kinds.text_bytes kinds.validate.per_s kinds.nested_mib_ms kinds.flat_mib_ms
    store.commits_per_s store.messages_per_s.100 store.open_ms
""".split()
CONDITIONS = """date cpu cores kernel compiler build_type commit sqlite openssl file_system
    load_average""".split()


def can_have_a_network():
    words = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    return subprocess.run([*words, "true"], check=False).returncode == 0


def main(bench, programs):
    names = ["submit", "relay", "idle", "backlog", "seal", "store", "kinds"]
    wanted = list(METRICS)
    if can_have_a_network():
        names.append("wire")
    else:
        print("no network namespace to be had here: wire is left out")
        wanted = [metric for metric in wanted if not metric.startswith("wire.")]
    done = subprocess.run([bench, "--short", *names], env={**os.environ, "DHOW_BIN": programs},
                          stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    wrong = [] if done.returncode == 0 else [f"exit code {done.returncode}"]
    first, *lines = map(json.loads, done.stdout.splitlines() or ["{}"])
    wrong += [f"condition {name} is missing" for name in CONDITIONS if not first.get(name)]
    found, seen = {}, []
    for line in lines:
        if sorted(line) != ["metric", "peer", "unit", "value"] or line in seen:
            wrong.append(f"line {line}")
        seen.append(line)
        if line["peer"] in ("dhow", "machine"):
            if line["metric"] in found:
                wrong.append(f"{line['metric']} comes twice")
            found[line["metric"]] = line["value"]
    wrong += [f"{name} is {found.get(name)}" for name in wanted if not found.get(name, 0) > 0]
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
