#!/usr/bin/env python3
"""Checks the link emulator with ping and plain TCP: rate, delay, loss, buffer, cuts.

usage: linkemu_test.py PROGRAM      exit code 77: no TUN device or namespace to be had here
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "scripts/lib"
sys.path.insert(0, str(TOOLS))
from emulated_link import EmulatedLink, can_emulate, in_namespace  # noqa: E402

PORT = 7000


class Case:
    """A link of its own for each check; `expect` collects what is wrong."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.wrong = []

    def link(self, *words):
        return EmulatedLink(self.program, self.folder, *words)

    def expect(self, what, value, least, most):
        is_so = least <= value <= most
        print(f"{'ok   ' if is_so else 'WRONG'} {what}: {value:.4g}, wanted {least} to {most}")
        if not is_so:
            self.wrong.append(what)

    def delay(self):
        with self.link("--rate-kbit", 1000, "--rtt-ms", 200) as link:
            pings = subprocess.run([*link.inside("a"), "ping", "-c", "5", "-i", "0.2", link.b],
                                   stdout=subprocess.PIPE, text=True, check=True).stdout
        median = sorted(float(one) for one in re.findall(r"time=([0-9.]+)", pings))[2]
        self.expect("round trip, ms", median, 200, 212)

    def loss(self):
        with self.link("--rate-kbit", 10000, "--rtt-ms", 2, "--loss", "0/20",
                       "--seed", 7) as link:
            datagrams(link, 2000, 0.0005)
            time.sleep(0.2)
            found = link.counters()["up"]
        self.expect("share lost", found["packets_lost"] / found["packets_in"], 0.16, 0.24)

    def buffer(self):
        with self.link("--rate-kbit", 64, "--rtt-ms", 10, "--buffer-kib", 16) as link:
            datagrams(link, 60, 0)
            found = link.counters()["up"]
        self.expect("buffer, bytes", found["buffer_bytes_max"], 15000, 16384)
        self.expect("packets refused", found["packets_refused"], 40, 50)

    def order(self):
        with self.link("--rate-kbit", 10000, "--rtt-ms", 2, "--reorder", 10) as link:
            got = datagrams(link, 500, 0.001)
            found = link.counters()["up"]["packets_reordered"]
        overtaken = sum(1 for one, after in zip(got, got[1:]) if after < one)
        self.expect("packets reordered", found, 25, 80)
        self.expect("overtaken at the far end", overtaken, 20, 80)

    def rate(self):
        with self.link("--rate-kbit", "4000/400", "--rtt-ms", 50) as link:
            one, other = connect(link)
            begun = time.monotonic()
            one.sendall(bytes(100_000))
            receive(other, 100_000)
            seconds = time.monotonic() - begun
            found = link.counters()["up"]
        self.expect("TCP at 400 kbit/s, bytes/s", 100_000 / seconds, 40_000, 50_000)
        self.expect("bytes with headers", found["bytes_out"], 102_000, 112_000)

    def cut(self):
        with self.link("--rate-kbit", 1000, "--rtt-ms", 100) as link:
            one, other = connect(link)
            one.sendall(b"x" * 3000)
            time.sleep(0.3)
            link.command("cut 0.5")
            for name, end in (("A", one), ("B", other)):
                self.expect(f"seconds until {name} sees the reset", reset_after(end), 0, 0.3)
            time.sleep(0.6)
            one, other = connect(link)
            one.sendall(b"y" * 3000)
            receive(other, 3000)
            found = link.counters()
        self.expect("cuts", found["cuts"], 1, 1)
        self.expect("seconds cut", found["elapsed_s"] - found["up_s"], 0.49, 0.55)

    def busy_cut(self):
        """With data under way both ways neither end is where its last acknowledgement says."""
        with self.link("--rate-kbit", 200, "--rtt-ms", 300) as link:
            one, other = connect(link)
            for end in (one, other):
                end.setblocking(False)
                end.send(bytes(60_000))
            time.sleep(1)
            link.command("cut 0")
            for name, end in (("A", one), ("B", other)):
                self.expect(f"seconds until busy {name} sees the reset", reset_after(end), 0, 0.7)

    def silent(self):
        with self.link("--rate-kbit", 1000, "--rtt-ms", 100) as link:
            one, other = connect(link)
            link.command("silent 0.5")
            begun = time.monotonic()
            one.sendall(b"z" * 100)
            receive(other, 100)
            self.expect("seconds late after silence", time.monotonic() - begun, 0.5, 1.6)

    def address(self):
        """The old connection is dead both ways and neither end is told; new ones pass at once."""
        with self.link("--rate-kbit", 1000, "--rtt-ms", 100) as link:
            one, other = connect(link)
            link.command("address 0")
            for sender, receiver, way in ((one, other, "A to B"), (other, one, "B to A")):
                sender.sendall(b"z")
                receiver.settimeout(1)
                try:
                    has_heard = receiver.recv(1) is not None
                except TimeoutError:
                    has_heard = False
                self.expect(f"heard from {way} after a change of address", has_heard, 0, 0)
            begun = time.monotonic()
            one, other = connect(link)
            one.sendall(b"y" * 100)
            receive(other, 100)
            self.expect("seconds of a new connection", time.monotonic() - begun, 0.1, 0.6)
            self.expect("resets", link.counters()["resets"], 0, 0)

    def planned(self):
        with self.link("--rate-kbit", 1000, "--rtt-ms", 20, "--cut-every", "0.3-0.5",
                       "--cut-time", "0.1", "--cut-kind", "silent", "--at", "0.1:rate 32") as link:
            time.sleep(2.6)
            found = link.counters()
            answer = link.command("nonsense")
        self.expect("planned cuts", found["cuts"], 4, 7)
        self.expect("refuses nonsense", answer.startswith("error"), 1, 1)
        # What it wrote when it ended.
        last = json.loads((self.folder / "counters.json").read_text())
        self.expect("counters at the end", last["cuts"], found["cuts"], found["cuts"] + 1)


def datagrams(link, count, every_s):
    """Sends from A to B; the numbers in the order of their arrival."""
    with in_namespace(link.path("b")):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((link.b, PORT))
    with in_namespace(link.path("a")):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for number in range(count):
        sender.sendto(number.to_bytes(2, "big") + bytes(998 if every_s == 0 else 98),
                      (link.b, PORT))
        time.sleep(every_s)
    receiver.settimeout(0.3)
    got = []
    try:
        while every_s:
            got.append(int.from_bytes(receiver.recv(2000)[:2], "big"))
    except TimeoutError:
        pass
    return got


def connect(link):
    """The two ends, A's first."""
    with in_namespace(link.path("b")):
        listening = socket.create_server((link.b, PORT))
    with in_namespace(link.path("a")):
        one = socket.create_connection((link.b, PORT), 10)
    other, _ = listening.accept()
    listening.close()
    other.settimeout(10)
    return one, other


def receive(end, count):
    while count > 0:
        piece = end.recv(65536)
        if not piece:
            raise ConnectionError("ended early")
        count -= len(piece)


def reset_after(end):
    begun = time.monotonic()
    end.settimeout(5)
    try:
        while end.recv(65536):
            pass
    except ConnectionResetError:
        return time.monotonic() - begun
    except TimeoutError:
        pass
    return float("inf")


def main(program):
    if not can_emulate() or not shutil.which("ping"):
        print("no TUN device, network namespace or ping to be had here")
        return 77
    with tempfile.TemporaryDirectory(prefix="dhow-linkemu-") as folder:
        case = Case(program, pathlib.Path(folder))
        for check in (case.delay, case.loss, case.buffer, case.order, case.rate, case.cut,
                      case.busy_cut, case.silent, case.address, case.planned):
            check()
    return 1 if case.wrong else 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(sys.argv[1]))
