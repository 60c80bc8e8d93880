#!/usr/bin/env python3
"""Rows of other systems for the bench of poor links.

usage: bench_links_peers.py --linkemu PROGRAM [--dir DIR] [--limit S] [--only NAME] [PART...]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import bench_mix
import link_peers
from bench_lines import CLEAN, CUTS, DEAD_S, FIRST, LIMIT_S, LINES, MIX_LINE, MIX_MESSAGES, MIX_SEED
from emulated_link import EmulatedLink, can_emulate


def use_congestion(link, name):
    """Of all that is started at either end afterwards."""
    for end in "ab":
        subprocess.run([*link.inside(end), "sysctl", "-qw",
                        "net.ipv4.tcp_congestion_control=" + name], check=True)


class PeerLinks:
    """`metric` takes None as value for what was not done in the limit; the unit says so."""

    def __init__(self, linkemu, folder, metric, note, limit_s=LIMIT_S, names=("nncp", "postfix")):
        self.linkemu = linkemu
        self.folder = folder
        self.metric = metric
        self.note = note
        self.limit_s = limit_s
        self.names = [name for name in names if link_peers.programs_of(name)]
        for name in set(names) - set(self.names):
            note(f"{name} is not installed: no rows of it")

    def run(self, parts):
        calls = [(getattr(self, part), name, line)
                 for part in parts for name in self.names for line in LINES]
        with concurrent.futures.ThreadPoolExecutor(max(1, len(calls))) as pool:
            for one in [pool.submit(*call) for call in calls]:
                one.result()

    def folder_for(self, part, name, line):
        return link_peers.folder_for(self.folder, f"{part}-{name}-{line}")

    def say(self, metric, peer, value, unit):
        self.metric(metric, peer, value, unit if value is not None else f"not in {self.limit_s} s")

    def random(self, name, line):
        """1,500 incompressible bytes on a fresh connection, IP bytes both ways."""
        if line != FIRST:
            return
        kbit, rtt_ms, _ = LINES[line]
        folder = self.folder_for("random", name, line)
        with EmulatedLink(self.linkemu, folder, "--rate-kbit", kbit, "--rtt-ms", rtt_ms) as link:
            peer = link_peers.PEERS[name](link, link_peers.folder_for(folder, "run"))
            found = link_peers.bytes_of_one(peer, link, 1500, self.limit_s)
        self.note(f"random {name}: {found}")
        self.say("links.frugal.random_bytes", name, found, "B")

    def urgent(self, name, line):
        kbit, rtt_ms, _ = LINES[line]
        folder = self.folder_for("urgent", name, line)
        with EmulatedLink(self.linkemu, folder, "--rate-kbit", kbit, "--rtt-ms", rtt_ms) as link:
            use_congestion(link, CLEAN)
            peer = link_peers.PEERS[name](link, link_peers.folder_for(folder, "run"))
            seconds = link_peers.urgent_s(peer, self.limit_s, 20)
            self.note(f"urgent {line} {name}: {seconds} s, {link.counters()['up']}")
        self.say(f"links.urgent.{line}.excess_s", name,
                 None if seconds is None else seconds - rtt_ms / 2000, "s")

    def cuts(self, name, line, kind=""):
        kbit, rtt_ms, size = LINES[line]
        folder = self.folder_for("cuts" + kind, name, line)
        with EmulatedLink(self.linkemu, folder, "--rate-kbit", kbit, "--rtt-ms", rtt_ms,
                          *CUTS[kind or "clean"]) as link:
            use_congestion(link, CLEAN)
            peer = link_peers.PEERS[name](link, link_peers.folder_for(folder, "run"))
            has_come, up_s, sent = link_peers.transfer(peer, link, size, self.limit_s)
            self.note(f"cuts {line} {kind} {name}: {has_come}, up {up_s:.1f} s, sent {sent} of "
                      f"{size}, {link.counters()['cuts']} cuts")
        metric = f"links.cuts.{line}." + (kind and kind + ".")
        share = size * 8 / (kbit * 1000 * up_s)
        self.say(metric + "goodput_share", name, share if has_come else None, "1")
        self.say(metric + "sent_per_payload", name, sent / size if has_come else None, "1")

    def silent(self, name, line):
        if line == FIRST:
            self.cuts(name, line, "silent")

    def nat(self, name, line):
        if line == FIRST:
            self.cuts(name, line, "nat")

    def mix(self, name, line):
        """All of the mix from A to B, on the line that Dhow has for it."""
        if line != FIRST:
            return
        count = MIX_MESSAGES if self.limit_s >= LIMIT_S else 20
        plain = [one.plain for one in bench_mix.Mix(MIX_SEED).messages(count)]
        folder = self.folder_for("mix", name, line)
        with EmulatedLink(self.linkemu, folder, *MIX_LINE) as link:
            peer = link_peers.PEERS[name](link, link_peers.folder_for(folder, "run"))
            found = link_peers.bytes_of_mix(peer, link, plain, self.limit_s)
        whole = sum(map(len, plain))
        self.note(f"mix {name}: {found} B above TCP, {whole} B as JSON")
        self.say("links.frugal.mix_ratio.texts.burst", name, found and found / whole, "1")

    def path_returns(self, name, line):
        """From A to B alone, for each dead time; the worst counts."""
        if line != FIRST:
            return
        with concurrent.futures.ThreadPoolExecutor(len(DEAD_S)) as pool:
            found = list(pool.map(lambda dead_s: self.path_returns_after(name, line, dead_s),
                                  DEAD_S if self.limit_s >= LIMIT_S else (3,)))
        self.say("links.return.first_flash_s", name, None if None in found else max(found), "s")

    def path_returns_after(self, name, line, dead_s):
        kbit, rtt_ms, _ = LINES[line]
        folder = self.folder_for(f"return{dead_s}", name, line)
        with EmulatedLink(self.linkemu, folder, "--rate-kbit", kbit, "--rtt-ms", rtt_ms) as link:
            peer = link_peers.PEERS[name](link, link_peers.folder_for(folder, "run"))
            seconds = link_peers.return_s(peer, link, dead_s, self.limit_s)
        self.note(f"return {name}, dead for {dead_s} s: {seconds} s")
        return seconds


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--linkemu", required=True, type=pathlib.Path)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    parser.add_argument("--limit", type=int, default=LIMIT_S)
    parser.add_argument("--only", default="nncp,postfix")
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    if not can_emulate():
        sys.exit("no TUN device or network namespace to be had here")
    os.umask(0o077)

    def metric(name, peer, value, unit):
        value = None if value is None else round(value, 4)
        line = json.dumps({"metric": name, "peer": peer, "value": value, "unit": unit})
        print(line + "\n", end="", flush=True)

    def note(text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="dhow-peers-", dir=options.dir) as folder:
        pathlib.Path(folder).chmod(0o711)
        PeerLinks(options.linkemu, pathlib.Path(folder), metric, note, options.limit,
                  options.only.split(",")).run(options.parts or ["urgent", "cuts"])


if __name__ == "__main__":
    main()
