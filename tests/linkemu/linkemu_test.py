#!/usr/bin/env python3
"""Checks the link emulator with ping and plain TCP: rate, delay, jitter, loss, buffer, cuts, plans,
profiles; and scripts/link-lab with a command at each end.

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

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
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
            self.expect("round trip, ms", round_trips(link, 5)[2], 200, 212)

    def jitter(self):
        with self.link("--rate-kbit", 10000, "--rtt-ms", 40, "--jitter-ms", 50) as link:
            found = round_trips(link, 40, 0.1)
            got = datagrams(link, 200, 0.003)
        self.expect("shortest round trip with jitter, ms", found[0], 40, 90)
        self.expect("longest, ms", found[-1], 90, 152)
        self.expect("spread, ms", found[-1] - found[0], 30, 112)
        self.expect("arrived", len(got), 200, 200)
        self.expect("overtaken although the order stays", int(got != sorted(got)), 0, 0)

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

    def one_way(self):
        with self.link("--rate-kbit", 1000, "--rtt-ms", 20) as link:
            link.command("one-way 1.5")
            self.expect("arrived from A in a one-way cut", len(datagrams(link, 50, 0.005)), 0, 0)
            self.expect("arrived from B meanwhile", len(datagrams(link, 50, 0.005, "ba")), 50, 50)
            time.sleep(1)
            self.expect("arrived from A after it", len(datagrams(link, 50, 0.005)), 50, 50)
            found = link.counters()
        self.expect("one-way cuts", found["cuts"], 1, 1)
        self.expect("resets of a one-way cut", found["resets"], 0, 0)

    def outage(self):
        """It lasts until the word, and nobody is told."""
        with self.link("--rate-kbit", 1000, "--rtt-ms", 20) as link:
            one, other = connect(link)
            link.command("down")
            self.expect("arrived from A in an outage", len(datagrams(link, 50, 0.005)), 0, 0)
            self.expect("arrived from B in an outage", len(datagrams(link, 50, 0.005, "ba")), 0, 0)
            one.sendall(b"w" * 100)
            time.sleep(0.5)
            found = link.counters()
            link.command("up")
            receive(other, 100)
            again = link.counters()
        self.expect("seconds of the outage", found["elapsed_s"] - found["up_s"], 1, 3)
        self.expect("seconds up after it", again["up_s"] - found["up_s"], 0.02, 2)
        self.expect("resets of an outage", again["resets"], 0, 0)

    def schedule(self):
        plan = self.folder / "plan"
        plan.write_text("# Times are of the emulator.\n0 rtt 200\n3 rtt 20\n\n5 down\n6 up\n")
        with self.link("--rate-kbit", 1000, "--plan", plan) as link:
            self.expect("round trip before 3 s, ms", round_trips(link, 5)[2], 200, 212)
            sleep_until(link, 3.2)
            self.expect("round trip after 3 s, ms", round_trips(link, 5)[2], 20, 32)
            sleep_until(link, 6.2)
            found = link.counters()
        self.expect("seconds down by the plan", found["elapsed_s"] - found["up_s"], 0.99, 1.05)
        self.expect("refuses a plan without times", self.refuses("--plan", self.program), 1, 1)

    def profiles(self):
        said = subprocess.run([self.program, "--profiles"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        names = [line.split()[0] for line in said.splitlines()[1:]]
        self.expect("profiles", len(names), 13, 100)
        started = 0
        for name in names:
            with self.link("--profile", name) as link:
                started += link.counters()["cuts"] == 0
        self.expect("profiles that start", started, len(names), len(names))
        self.expect("refuses a profile without", self.refuses("--profile", "nonesuch"), 1, 1)

    def refuses(self, *words):
        return subprocess.run([self.program, *words], stderr=subprocess.DEVNULL,
                              check=False).returncode

    def lab(self):
        """A command at each end: B's is begun first and ended with A's, whose exit code counts."""
        number = self.folder / "number"
        for code in (0, 3):
            number.unlink(missing_ok=True)
            at_a = f'until [ -s "{number}" ]; do sleep 0.05; done; ping -c 2 10.99.0.2; exit {code}'
            done = subprocess.run(
                [ROOT / "scripts/link-lab", "capital-fibre", "--no-cuts", "--loss", "0", "--",
                 "sh", "-c", at_a, "--", "sh", "-c", f'echo $$ >"{number}"; exec sleep 600'],
                env={**os.environ, "DHOW_BIN": str(pathlib.Path(self.program).parent)},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
            found = [float(one) for one in re.findall(r"time=([0-9.]+)", done.stdout)]
            last = json.loads(done.stderr.splitlines()[-1])
            self.expect("exit code of A's command", done.returncode, code, code)
            self.expect("round trip of capital-fibre, ms", min(found, default=0), 203, 220)
            self.expect("packets that the lab counted", last["up"]["packets_in"], 2, 20)
            self.expect("B's command still runs", int(is_running(int(number.read_text()))), 0, 0)

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


def round_trips(link, count, every_s=0.2):
    """Of pings from A that came back, in ms, the shortest first."""
    words = [*link.inside("a"), "ping", "-c", str(count), "-i", str(every_s), link.b]
    pings = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    return sorted(float(one) for one in re.findall(r"time=([0-9.]+)", pings))


def sleep_until(link, elapsed_s):
    """By the emulator's own clock."""
    time.sleep(max(0, elapsed_s - link.counters()["elapsed_s"]))


def is_running(number):
    try:
        return pathlib.Path(f"/proc/{number}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def datagrams(link, count, every_s, ends="ab"):
    """Sends from the first end to the other; the numbers in the order of their arrival."""
    home, there = ends
    to = (getattr(link, there), PORT)
    with in_namespace(link.path(there)):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(to)
    with in_namespace(link.path(home)):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for number in range(count):
        sender.sendto(number.to_bytes(2, "big") + bytes(998 if every_s == 0 else 98), to)
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
        for check in (case.delay, case.jitter, case.loss, case.buffer, case.order, case.rate,
                      case.cut, case.busy_cut, case.silent, case.address, case.one_way,
                      case.outage, case.planned, case.schedule, case.profiles, case.lab):
            check()
    return 1 if case.wrong else 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(sys.argv[1]))
