#!/usr/bin/env python3
"""Real gateways for hours, with everything going wrong at random; scripts/soak is the command and
its --help.

usage: soak.py --bin FOLDER [--minutes M] [--seed S] [--rate R] [--heal M] [--dir DIR] [--keep]
               [--sabotage lose|double|alter]
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import soak_faults
import store_tools
from soak_agencies import Agency
from soak_book import Book, Store, Verdict
from soak_federation import BUREAUS, LINKS, NO_ANSWER, Disk, Federation, Gateway, link_name
from soak_links import Lines

INSIDE = "DHOW_SOAK_NAMESPACE"
MIB = 1024 * 1024
START_LIMIT_S = 120
# A start that met a full disk ends a moment later.
AFTER_FULL_S = 5
STORE_TROUBLE = 4  # exit code, daemon/app/application.cpp
# All else has settled, and what is in queues has not changed: longer than the longest of the times
# after which a message is sent again, in soak_federation.py.
STUCK_S = 330
SHOWN_MAX = 20
FAULTS_OF_A_MINUTE = ("kills", "cuts", "stalls", "stops", "full disks")


def read_arguments():
    parser = argparse.ArgumentParser(prog="soak", usage=__doc__.split("usage: ")[1])
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rate", type=float, default=4)
    parser.add_argument("--heal", type=float, default=20)
    parser.add_argument("--dir", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--sabotage", choices=["lose", "double", "alter"])
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(os.environ.get("DHOW_SEED", secrets.randbelow(1_000_000)))
    return options


class Soak:
    """What all threads of a soak share; see run() for its course."""

    def __init__(self, options, folder, has_disks):
        self.options, self.folder, self.seed = options, folder, options.seed
        self.begun = time.monotonic()
        self.is_healing, self.is_over = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = []
        self.full_disks = {}  # bureau -> until when that explains an end
        self.notes = open(folder / "events.jsonl", "w", encoding="utf-8")
        self.book = Book(folder)
        self.lines = Lines([link_name(*ends) for ends in LINKS])
        self.federation = Federation(options.bin / "dhow", folder, self.lines, has_disks,
                                     "debug" if options.minutes <= 30 else "info")
        self.federation.make()
        self.disks = {}
        self.gateways = {name: Gateway(options.bin, folder / name) for name in BUREAUS}
        if has_disks:
            size = int(256 + 6 * options.minutes * max(1, options.rate / 4)) * MIB
            self.disks = {name: Disk(folder / name / "state", size) for name in BUREAUS}
        self.keepers, self.agencies, self.lanes = {}, {}, []
        self.waiting, self.waiting_since = None, 0

    # For the threads

    def elapsed_s(self):
        return time.monotonic() - self.begun

    def wait_until_elapsed(self, seconds):
        self.is_healing.wait(max(0, seconds - self.elapsed_s()))

    def count(self, what, more=1):
        with self.lock:
            self.counts[what] += more

    def note(self, what, **facts):
        with self.lock:
            self.notes.write(json.dumps({"at_s": round(self.elapsed_s(), 3), "what": what,
                                         **facts}) + "\n")
            self.notes.flush()

    def fail(self, text):
        self.note("failure", text=text)
        with self.lock:
            self.failures.append(text)
        print(f"soak: {self.elapsed_s():.1f} s: {text}", flush=True)

    def fail_once(self, text):
        if text not in self.failures:
            self.fail(text)

    def on_end_by_itself(self, gateway, code):
        """A start on a full disk may fail, for the store cannot even be opened; nothing else."""
        since = time.monotonic() - self.full_disks.get(gateway.name, 0)
        tail = gateway.log_tail()
        is_refused_start = (since < AFTER_FULL_S and code == STORE_TROUBLE
                            and "no space left on the disk" in tail[-1])
        self.note("ended by itself", bureau=gateway.name, code=code, log=tail,
                  is_refused_start=is_refused_start)
        if is_refused_start:
            self.count("starts on a full disk")
            return
        self.fail(f"{gateway.name} ended by itself with {code}: " + " | ".join(tail[-3:]))

    # The course

    def run(self):
        events = soak_faults.schedule(self.seed, self.options.minutes * 60, bool(self.disks))
        soak_faults.write_schedule(self.folder / "schedule.jsonl", events)
        self.keepers, self.lanes = soak_faults.make_lanes(self, events)
        for keeper in self.keepers.values():
            keeper.start()
        for name, gateway in self.gateways.items():
            self.agencies[name] = Agency(self, gateway, self.options.rate / len(BUREAUS))
        self.begun = time.monotonic()
        for one in [*self.agencies.values(), *self.lanes]:
            one.start()
        threading.Thread(target=self.follow, daemon=True).start()
        self.pass_minutes(self.options.minutes, lambda: False)
        self.heal()
        if self.options.sabotage:
            self.spoil(self.options.sabotage)
        self.pass_minutes(self.options.heal, self.has_settled)
        return self.judge()

    def pass_minutes(self, minutes, is_done):
        """A line for each minute, until they are over or it is done."""
        until = time.monotonic() + minutes * 60
        next_line = self.begun + 60 * (self.elapsed_s() // 60 + 1)
        while time.monotonic() < until and not is_done():
            time.sleep(0.5)
            if time.monotonic() >= next_line:
                next_line += 60
                self.say_minute()

    def follow(self):
        """Asks the origins again and again, and strikes off what has its final states."""
        while not self.is_over.wait(5):
            for name, gateway in self.gateways.items():
                with self.book.lock:
                    ids = sorted(self.book.open[name])
                with contextlib.suppress(NO_ANSWER):
                    self.book.forget_open(name, gateway.states_of(ids))

    def say_minute(self):
        with self.lock:
            count = dict(self.counts)
        faults = ", ".join(f"{count.get(name, 0)} {name}" for name in FAULTS_OF_A_MINUTE)
        resident = max((self.resident_bytes(one) for one in self.gateways.values()), default=0)
        stored = max(one.store_bytes() for one in self.gateways.values())
        print(f"{self.elapsed_s() / 60:4.0f} min{' healing' if self.is_healing.is_set() else ''}: "
              f"{len(self.book.accepted)} accepted, {self.book.count_open()} of them open, "
              f"{len(self.book.taken)} delivered; {faults}; "
              f"{resident / MIB:.0f} MiB resident, {stored / MIB:.0f} MiB stored", flush=True)

    @staticmethod
    def resident_bytes(gateway):
        try:
            return gateway.rss_bytes()
        except (OSError, RuntimeError, AttributeError):
            return 0  # just killed

    def heal(self):
        """Faults end, everything is let go; from here on all must arrive."""
        self.note("healing")
        self.is_healing.set()
        for lane in self.lanes:
            lane.join(60)
        self.lines.heal()
        for disk in self.disks.values():
            disk.make_room()
        for gateway in self.gateways.values():
            if not gateway.await_ready(START_LIMIT_S):
                self.fail(f"{gateway.name} is not ready {START_LIMIT_S} s after healing: "
                          + " | ".join(gateway.log_tail(3)))
        for dialler, listener in LINKS:  # as an operator does when a line is back
            with contextlib.suppress(NO_ANSWER):
                self.gateways[dialler].call("POST", f"/admin/v1/links/{listener.lower()}/call", {})

    def has_settled(self):
        """All submitted, all states final, nothing in any queue or inbox; or it will not change."""
        if self.book.count_open() or any(not agency.has_submitted() or agency.chores
                                         for agency in self.agencies.values()):
            return False
        try:
            waiting = [gateway.waiting() for gateway in self.gateways.values()]
        except NO_ANSWER:
            return False
        now = time.monotonic()
        if waiting != self.waiting:
            self.waiting, self.waiting_since = waiting, now
        return not any(waiting) or now - self.waiting_since > STUCK_S

    def judge(self):
        for name, gateway in self.gateways.items():
            is_sound, said = gateway.check_store()
            if not is_sound:
                self.fail(f"dhow db check of {name}: {said}")
        self.is_over.set()
        for keeper in self.keepers.values():
            keeper.is_over.set()
            keeper.join(60)
            keeper.stop_in_order()
        folder = self.folder / "stores"
        folder.mkdir()
        stores = {}
        for name, gateway in self.gateways.items():
            for path in store_tools.files_of(str(gateway.database)):
                shutil.copy(path, folder / (name + path.name[len(gateway.database.stem):]))
            stores[name] = Store(name, folder / f"{name}.db")
        return Verdict(self.book, stores)

    # Proof that it can fail

    def spoil(self, how):
        """Spoils one message that is in an inbox: before its agency takes it, or what it took."""
        agency = self.agencies["MU"]
        keeper = self.keepers["MU"]
        agency.is_pausing.set()
        agency.has_paused.wait(60)
        victim = self.await_victim(agency)
        print(f"soak: sabotage: {how} {victim} at MU", flush=True)
        if how == "alter":
            self.book.taken["MU", victim]["digests"][0]["text"] = "0" * 64
        else:
            keeper.is_resting.set()
            keeper.stop_in_order()
            getattr(store_tools, how)(str(agency.gateway.database), victim)
            agency.gateway.spawn()
            keeper.is_resting.clear()
            agency.gateway.await_ready(START_LIMIT_S)
        agency.is_pausing.clear()

    def await_victim(self, agency):
        """Of those in the inbox, one that was not taken; else, for what needs one that was, any."""
        until = time.monotonic() + 60
        while self.options.sabotage == "lose" and time.monotonic() < until:
            answer = json.loads(agency.gateway.call("GET", "/v1/inbox?limit=100")[1])
            for entry in answer["entries"]:
                if entry["complete"]:
                    return entry["id"]
            if agency.has_submitted():
                self.send_one_more()
            time.sleep(0.5)
        return next(one for (at, one) in self.book.taken if at == "MU")

    def send_one_more(self):
        from soak_agencies import Letter
        letter = Letter(self.seed, "ZW", 10_000_000)
        letter.to, letter.cancel_after_s, letter.expires_in_s = ["MU"], None, None
        self.agencies["ZW"].submit(letter)

    def stop(self):
        self.is_healing.set()
        self.is_over.set()
        for keeper in self.keepers.values():
            keeper.is_over.set()
            if keeper.is_alive():
                keeper.join(10)
        for gateway in self.gateways.values():
            gateway.stop(signal.SIGKILL)
        for disk in self.disks.values():
            disk.unmount()
        self.lines.stop()


def say_verdict(soak, verdict, folder):
    counts = soak.counts
    wrong = [text for name in verdict.wrong for text in
             (f"{name}: {line}" for line in verdict.wrong[name])]
    (folder / "verdict.txt").write_text("\n".join(soak.failures + wrong) + "\n")
    for text in wrong[:SHOWN_MAX]:
        print(f"soak: {text}")
    if len(wrong) > SHOWN_MAX:
        print(f"soak: and {len(wrong) - SHOWN_MAX} more in {folder}/verdict.txt")
    faults = ("kills", "cuts", "full disks", "stops", "stalls", "outages", "slow lines",
              "restarts", "reloads", "cancels", "holds", "operators' acts", "starts on a full disk",
              "submissions repeated")
    print("soak: " + ", ".join(f"{counts[name]} {name}" for name in faults))
    if not soak.disks:
        print("soak: no disk was full: that needs root and a mount namespace")
    is_ok = verdict.is_good and not soak.failures
    more = "".join(f", {verdict.count(name)} {name}" for name in ("untruthful", "unfinished")
                   if verdict.count(name))
    more += f", {len(soak.failures)} other failures" if soak.failures else ""
    settled = f" ({verdict.settled} cancelled or expired)" if verdict.settled else ""
    print(f"soak: {'ok' if is_ok else 'FAILED:'}{',' if is_ok else ''} {verdict.messages} messages,"
          f" {verdict.deliveries} deliveries{settled}, {verdict.count('lost')} lost,"
          f" {verdict.count('doubled')} doubled, {verdict.count('altered')} altered{more};"
          f" {counts['kills']} kills, {counts['cuts']} cuts, {counts['full disks']} full disks,"
          f" {counts['stops']} stops; seed {soak.seed}", flush=True)
    return is_ok


def enter_namespace():
    """Root gets mounts that nobody else sees and that go with the soak. Whether it did."""
    if INSIDE in os.environ:
        return os.environ[INSIDE] == "mount"
    unshare = ["unshare", "--mount", "--propagation", "private"]
    has_one = os.geteuid() == 0 and subprocess.run(
        [*unshare, "true"], capture_output=True, check=False).returncode == 0
    if not has_one:
        return False
    os.environ[INSIDE] = "mount"
    os.execvp("unshare", [*unshare, sys.executable, "-B", *sys.argv])
    return True


def main():
    options = read_arguments()
    has_disks = enter_namespace()
    os.umask(0o077)
    if options.dir:
        options.dir.mkdir(parents=True)
        folder = options.dir.resolve()
    else:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dhow-soak-", dir="/var/tmp"))
    print(f"soak: seed {options.seed}, {options.minutes:g} minutes, {options.rate:g} messages a"
          f" second; {', '.join(BUREAUS)}; {folder}", flush=True)
    soak, is_ok = None, False
    try:
        soak = Soak(options, folder, has_disks)
        is_ok = say_verdict(soak, soak.run(), folder)
    finally:
        if soak is not None:
            soak.stop()
        if is_ok and not options.keep:
            shutil.rmtree(folder)
        else:
            print(f"soak: all that is known is in {folder}", flush=True)
    return 0 if is_ok else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that daemons are stopped
    sys.exit(main())
