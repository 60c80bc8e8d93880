#!/usr/bin/env python3
"""The bench of poor links: real gateways in network namespaces, joined by an emulated link.

usage: bench_links.py --bin FOLDER [--linkemu PROGRAM] [--short] [--repeat N] [--dir DIR] [PART...]
  PART   urgent cuts frugal delay loss mix return failover peers; without one, all of them

bench_links_cuts, _frugal (with mix), _return and _failover say how these parts count.

delay and loss run with the congestion control that CONGESTION names, as a setting of the gateways'
links and of the raw connection beside them; urgent and cuts, whose lines lose no packet, with
CLEAN, and so do the peers on these lines; the others with the kernel's own. The notes tell which
was really in use. loss compares transfers of 2 MiB: an attachment costs two round trips (text,
OFFER) that raw TCP on a standing connection does not have. At 512 KiB these alone would cap the
share at 0.90, so that the figure would tell their number and not the goodput; at 2 MiB, at 0.97.

first_byte_rtts are whole round trips from the dialler's first packet until its first payload byte
leaves: what computing and the line's rate add is in the notes.
"""
import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench_links_cuts
import bench_links_failover
import bench_links_frugal
import bench_links_return
from bench_gateways import federation, wait_until
from bench_lines import CLEAN, LIMIT_S, LINES
from bench_links_cuts import KIB
from bench_links_peers import PeerLinks
from bench_links_tools import RAW_LIMIT_S, PlacedGateway, quiet, random_message, raw_tcp_s
from emulated_link import EmulatedLink, can_emulate

# Parts in one line run side by side: they wait, or count bytes.
ROUNDS = [["urgent"], ["cuts"], ["frugal"], ["delay"], ["loss"],
          ["mix", "return", "failover"], ["peers"]]
PARTS = [part for one in ROUNDS for part in one]
METHODS = {"return": "path_returns"}  # of parts whose names Python does not take
# Long and clean: Reno, for BBR halts to look for the shortest round trip; see docs/poor-links.md.
# The first of loss is what such a line should have; the others have metrics of their own.
CONGESTION = {"delay": ["reno"], "loss": ["bbr", "reno"]}
LOSS_KIB = 2048
LOSS_REPEAT_MAX = 2  # of those that are only compared: Reno takes minutes for each
# metric -> (is larger better, what it should be); in the form of bench.TARGETS.
TARGETS = {
    "links.urgent.64k-600ms.excess_s": (False, 1.0),
    "links.urgent.9k6-1400ms.excess_s": (False, 3.0),
    "links.delay.1500ms.fill_share": (True, 0.8),
    "links.delay.first_byte_rtts": (False, 2),
    "links.loss.5pct.vs_tcp": (True, 0.9),
    **bench_links_cuts.TARGETS,
    **bench_links_frugal.TARGETS,
    **bench_links_return.TARGETS,
    **bench_links_failover.TARGETS,
}


class Links(bench_links_cuts.CutsParts, bench_links_frugal.FrugalParts,
            bench_links_return.ReturnParts, bench_links_failover.FailoverParts):
    def __init__(self, options, folder, metric, note):
        self.options = options
        self.folder = folder
        self.metric = metric
        self.note = note
        self.linkemu = getattr(options, "linkemu", None) or options.bin / "dhow-linkemu"
        self.is_short = options.short
        self.names = iter(range(1000))

    def run(self, parts):
        if not can_emulate():
            self.note("links: no TUN device or network namespace to be had here; left out")
            return
        failed = []
        for together in ROUNDS:
            chosen = [part for part in together if part in parts]
            if chosen:
                self.note(f"links: {' '.join(chosen)}, load average {os.getloadavg()[0]:.2f}")
                failed += filter(None, self.at_once(*[(self.run_part, part) for part in chosen]))
        if failed:
            raise RuntimeError(f"links: no figures of {', '.join(failed)}; see above")

    def run_part(self, part):
        """Its name when it failed: an hour of the others is not to be lost with it."""
        try:
            getattr(self, METHODS.get(part, part))()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as failure:
            self.note(f"links: {part} has failed: {failure}")
            return part
        return ""

    def peers(self):
        """The same lines for NNCP and Postfix, where they are installed."""
        PeerLinks(self.linkemu, self.folder, self.metric, self.note,
                  self.short_or(20, LIMIT_S)).run([
                      "urgent", "cuts", "silent", "nat", "random", "mix", "path_returns"])

    def short_or(self, short, full):
        return short if self.is_short else full

    @contextlib.contextmanager
    def bureaus(self, *words, congestion="kernel", link_keys="", federation_words=(),
                is_third_there=False):
        """ZW at end A dials IPSG at end B; MU has gone away, or is at end B too. None is
        started."""
        name = f"{next(self.names)}"
        beside = self.folder / f"{name}-link"
        beside.mkdir()
        with federation(self.options.bin, self.folder / name, *federation_words) as made, \
                EmulatedLink(self.linkemu, beside, *words) as link:
            gateways = []
            for bureau, end in (("ZW", "a"), ("IPSG", "b"), ("MU", "b"))[:2 + is_third_there]:
                path = made[bureau].folder / "dhow.yaml"
                path.write_text(path.read_text().replace("127.0.0.1", link.b).replace(
                    "mode: ", f"congestion: {congestion}, {link_keys}mode: "))
                gateways.append(PlacedGateway(made[bureau].program, made[bureau].folder,
                                              link.inside(end)))
            try:
                yield (link, *gateways)
            finally:
                for one in gateways:
                    one.stop(signal.SIGKILL)

    @contextlib.contextmanager
    def linked(self, *words, **more):
        with self.bureaus(*words, **more) as (link, origin, hub, *others):
            hub.start()
            for one in (origin, *others):
                one.start()
                wait_until("the link", one.is_linked, 0.2)
            yield (link, origin, hub, *others)

    @staticmethod
    def at_once(*calls):
        """Runs them side by side: they mostly wait."""
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            return [one.result() for one in [pool.submit(*call) for call in calls]]

    # A flash message behind a transfer that fills the line.

    def urgent(self):
        buffers = (64, 256)
        tries = [(self.urgent_once, name, kib) for name in LINES for kib in buffers]
        found = self.at_once(*tries)
        for index, name in enumerate(LINES):
            medians = [statistics.median(one) for one in
                       found[index * len(buffers):(index + 1) * len(buffers)]]
            self.metric(f"links.urgent.{name}.excess_s", "dhow", max(medians), "s")

    def urgent_once(self, name, buffer_kib):
        kbit, rtt_ms, _ = LINES[name]
        with self.linked("--rate-kbit", kbit, "--rtt-ms", rtt_ms, "--buffer-kib", buffer_kib,
                         congestion=CLEAN) as (link, origin, hub):
            bulk = origin.submit(random_message(10, **{"class": "bulk"}, attachments=[
                origin.upload(os.urandom(2048 * KIB))]))
            hub.await_arrival(bulk, 60)
            time.sleep(self.short_or(3, 20))
            begun, before = self.bulk_progress(link, origin, bulk)
            excess = []
            waiting = []
            for _ in range(self.short_or(1, 5)):
                time.sleep(self.short_or(1, 6 if kbit > 40 else 12))
                waiting.append(link.counters()["up"]["buffer_bytes"])
                at = time.monotonic()
                sent = origin.submit(random_message(1000, **{"class": "flash"}))
                excess.append(hub.await_arrival(sent, LIMIT_S) - at - rtt_ms / 2000)
            ended, after = self.bulk_progress(link, origin, bulk)
            share = (ended - begun) / (after["up"]["bytes_sent"] - before["up"]["bytes_sent"])
            self.note(f"urgent {name}, buffer {buffer_kib} KiB: excess "
                      f"{[round(one, 2) for one in excess]} s; bulk's durable bytes are "
                      f"{share:.3f} of the bytes sent; modem's buffer held {waiting}, at most "
                      f"{after['up']['buffer_bytes_max']} B, refused "
                      f"{after['up']['packets_refused']} packets")
        return excess

    @staticmethod
    def bulk_progress(link, origin, bulk):
        _, text = origin.ask("GET", "/v1/messages/" + bulk)
        return json.loads(text)["recipients"][0]["bytes_done"], link.counters()

    # Far away.

    def delay(self):
        for name in CONGESTION["delay"]:
            self.delay_with(name)

    def delay_with(self, congestion):
        rate_kbit, rtt_ms = 512, 1500
        messages = self.short_or(20, 2000)
        with self.linked("--rate-kbit", rate_kbit, "--rtt-ms", rtt_ms,
                         congestion=congestion) as (link, origin, hub):
            firsts = [self.first_byte_rtts(link, origin, hub, rtt_ms / 1000)
                      for _ in range(self.short_or(1, 3))]
            hub.stop()
            self.load(origin, messages)  # while the hub is away
            origin.stop()
            hub.start()
            had = hub.metric("dhow_delivered_total")
            before = quiet(link)
            origin.start()
            wait_until("a packet", lambda: link.counters()["up"]["packets_in"] >
                       before["up"]["packets_in"], 0.005)
            begun, first = time.monotonic(), link.counters()
            wait_until("all messages", lambda: hub.metric("dhow_delivered_total") - had >= messages,
                       0.1)
            seconds, last = time.monotonic() - begun, link.counters()
            used = origin.congestion()
        capacity = rate_kbit * 125 * seconds
        fill = (last["up"]["bytes_out"] - first["up"]["bytes_out"]) / capacity
        self.note(f"delay, {congestion} wanted, {used} in use: {messages} messages in "
                  f"{seconds:.1f} s, fill {fill:.3f}, text alone "
                  f"{messages * 1000 / capacity:.3f}, {last['up']}; first bytes {firsts}")
        more = "" if congestion == CONGESTION["delay"][0] else "." + congestion
        self.metric("links.delay.1500ms.fill_share" + more, "dhow", fill, "1")
        self.metric("links.delay.first_byte_rtts" + more, "dhow",
                    statistics.median(map(int, firsts)), "1")

    def first_byte_rtts(self, link, origin, hub, rtt_s):
        """From the first packet to the arrival of a flash message, less the way of its own."""
        hub.stop()
        sent = origin.submit(random_message(100, **{"class": "flash"}))
        origin.stop()
        hub.start()
        before = quiet(link)["up"]["packets_in"]
        begun = []

        def watch():
            while link.counters()["up"]["packets_in"] == before:
                time.sleep(0.002)
            begun.append(time.monotonic())

        watcher = threading.Thread(target=watch)
        watcher.start()
        origin.start()
        arrived = hub.await_arrival(sent, 60)
        watcher.join()
        return (arrived - begun[0]) / rtt_s - 0.5

    def load(self, origin, messages):
        subprocess.run([self.options.bin / "bench_submit_load", "--socket", origin.socket, "--to",
                        "IPSG", "--bytes=1000", "--connections=16", f"--messages={messages}",
                        "--seconds=3600"], check=True, stdout=subprocess.DEVNULL)

    # Loss.

    def loss(self):
        for name in CONGESTION["loss"]:
            metric = "vs_tcp" + ("" if name == CONGESTION["loss"][0] else "." + name)
            most = self.options.repeat if name == CONGESTION["loss"][0] else LOSS_REPEAT_MAX
            pairs = [self.loss_once(name, seed) for seed in range(1, self.short_or(1, most) + 1)]
            self.note(f"loss {name}: kbit/s dhow, raw TCP: "
                      f"{[(round(a), round(b)) for a, b in pairs]}")
            self.metric(f"links.loss.5pct.{metric}", "dhow",
                        statistics.median(a for a, _ in pairs) /
                        statistics.median(b for _, b in pairs), "1")

    def loss_once(self, congestion, seed):
        payload = os.urandom(self.short_or(20, LOSS_KIB) * KIB)
        with self.linked("--rate-kbit", 512, "--rtt-ms", 600, "--loss", 5, "--seed", seed,
                         congestion=congestion) as (link, origin, hub):
            upload = origin.upload(payload)
            begun = time.monotonic()
            sent = origin.submit(random_message(10, **{"class": "routine"}, attachments=[upload]))
            wait_until("the transfer", lambda: hub.is_complete(sent), 0.05, RAW_LIMIT_S)
            own_s, own_used = time.monotonic() - begun, origin.congestion()
            if hashlib.sha256(hub.attachment(sent)).digest() != hashlib.sha256(payload).digest():
                raise RuntimeError("the attachment has changed on the way")
            raw_s, raw_used = raw_tcp_s(link, payload, congestion)
        self.note(f"loss, seed {seed}: {congestion} wanted; dhow used {own_used}, {own_s:.1f} s; "
                  f"raw TCP used {raw_used}, {raw_s:.1f} s")
        return [len(payload) * 8 / 1000 / seconds for seconds in (own_s, raw_s)]


def run(options, folder, metric, note):  # All parts, for scripts/bench.
    options.linkemu = None
    Links(options, folder, metric, note).run(PARTS)


def read_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--linkemu", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    parser.add_argument("parts", nargs="*")
    return parser.parse_args()


def main():
    options = read_arguments()
    os.umask(0o077)

    def metric(name, peer, value, unit):
        value = None if value is None else round(value, 4)
        line = json.dumps({"metric": name, "peer": peer, "value": value, "unit": unit})
        print(line + "\n", end="", flush=True)

    def note(text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="dhow-bench-", dir=options.dir) as folder:
        try:
            Links(options, pathlib.Path(folder), metric, note).run(options.parts or PARTS)
        except RuntimeError as failure:
            sys.exit(f"bench: {failure}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that daemons are stopped
    main()
