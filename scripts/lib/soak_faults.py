"""What goes wrong in a soak, and when: a schedule that depends on the seed alone, and the threads
that carry it out. A Keeper is also what a service manager is: it starts again what has ended."""
import collections
import json
import random
import signal
import threading
import time

from soak_federation import BUREAUS, LINKS, NO_ANSWER, link_name

Event = collections.namedtuple("Event", "at_s lane target kind how")

RESTART_S = 1.0  # as in systemd/dhowd.service
STOP_LIMIT_S = 90
HEALTH_LIMIT_S = 10

# kind -> (lane, mean seconds between two of them in the whole federation)
MIX = {
    "kill": ("daemon", 15), "storm": ("daemon", 120), "pause": ("daemon", 45),
    "terminate": ("daemon", 90), "reload": ("daemon", 45),
    "cut": ("link", 10), "cut_one_end": ("link", 45), "stall": ("link", 45),
    "slow": ("link", 45), "down": ("link", 60),
    "full": ("disk", 75),
    "hold_peer": ("operator", 75), "suspend_peer": ("operator", 90),
}
STORM_MS = (10, 500)


def milliseconds(dice):
    return dice.uniform(*STORM_MS) / 1000


def draw(kind, dice):
    """What belongs to one event of that kind."""
    if kind == "kill":
        return {"dark_s": dice.choice([0, milliseconds(dice), dice.uniform(0.5, 8)])}
    if kind == "storm":
        return {"lives_s": [milliseconds(dice) for _ in range(dice.randint(3, 10))]}
    if kind == "pause":
        return {"for_s": dice.uniform(1, 20)}
    if kind == "reload":
        return {"variant": dice.randrange(2)}
    if kind == "cut_one_end":
        return {"which": dice.randrange(2)}
    if kind == "stall":
        return {"for_s": dice.uniform(2, 30) if dice.random() < 0.9 else 150}
    if kind == "slow":
        return {"for_s": dice.uniform(10, 60), "rate": int(10 ** dice.uniform(3.3, 5.3))}
    if kind == "down":
        return {"for_s": dice.uniform(3, 45)}
    if kind == "full":
        return {"for_s": dice.uniform(8, 40), "percent": dice.choice([0, 0, 1, 2, 6, 15])}
    if kind in ("hold_peer", "suspend_peer"):
        return {"for_s": dice.uniform(3, 25), "peer": dice.random()}
    return {}


def schedule(seed, seconds, has_disks):
    """All events, in order. Each kind comes at least once."""
    out = []
    for kind, (lane, mean_s) in MIX.items():
        if lane == "disk" and not has_disks:
            continue
        dice = random.Random(f"{seed}/{kind}")
        targets = [link_name(*ends) for ends in LINKS] if lane == "link" else BUREAUS
        at_s = dice.uniform(0.1, 0.7) * min(mean_s, seconds)
        while at_s < seconds:
            out.append(Event(at_s, lane, dice.choice(targets), kind, draw(kind, dice)))
            at_s += dice.expovariate(1 / mean_s)
    return sorted(out, key=lambda event: event.at_s)


def peers_of(bureau):
    return sorted({one for ends in LINKS if bureau in ends for one in ends} - {bureau})


class Lane(threading.Thread):
    """Does the events of one target one after another, each not before its time."""

    def __init__(self, soak, events):
        super().__init__(daemon=True)
        self.soak = soak
        self.events = collections.deque(events)

    def run(self):
        try:
            self.begin()
            while not self.soak.is_healing.is_set():
                self.watch()
                if self.events and self.soak.elapsed_s() >= self.events[0].at_s:
                    event = self.events.popleft()
                    self.soak.note("fault", kind=event.kind, target=event.target, **event.how)
                    getattr(self, event.kind)(event.target, **event.how)
                else:
                    time.sleep(0.05)
            self.end()
        except Exception as trouble:  # pylint: disable=broad-except  # whatever: it must be seen
            self.soak.fail(f"the soak itself: {type(self).__name__}: {trouble!r}")

    def begin(self):
        """Before the first event."""

    def watch(self):
        """Again and again between events."""

    def end(self):
        """When healing begins."""

    def pass_time(self, seconds):
        self.soak.is_healing.wait(seconds)


class Keeper(Lane):
    """Starts a daemon, does to it what the schedule says, and starts it again whenever it ends;
    goes on with that to the end of the soak."""

    def __init__(self, soak, gateway, events):
        super().__init__(soak, events)
        self.gateway = gateway
        self.is_over = threading.Event()
        self.is_resting = threading.Event()  # the soak wants it stopped

    def begin(self):
        self.gateway.spawn()

    def watch(self):
        if self.gateway.process.poll() is None:
            return
        code = self.gateway.process.returncode
        self.soak.on_end_by_itself(self.gateway, code)
        time.sleep(RESTART_S)
        self.gateway.spawn()

    def end(self):
        self.gateway.send_signal(signal.SIGCONT)
        while not self.is_over.is_set():
            if not self.is_resting.is_set():
                self.watch()
            time.sleep(0.05)

    def kill(self, _target, dark_s):
        self.soak.count("kills")
        self.gateway.kill()
        self.pass_time(dark_s)
        self.gateway.spawn()

    def storm(self, _target, lives_s):
        for life_s in lives_s:
            self.kill(_target, 0)
            time.sleep(life_s)

    def pause(self, _target, for_s):
        self.soak.count("stops")
        self.gateway.send_signal(signal.SIGSTOP)
        self.pass_time(for_s)
        self.gateway.send_signal(signal.SIGCONT)

    def terminate(self, _target):
        self.soak.count("restarts")
        self.stop_in_order()
        self.gateway.spawn()

    def stop_in_order(self):
        self.gateway.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        while self.gateway.process.poll() is None:
            if time.monotonic() - begun > STOP_LIMIT_S:
                self.soak.fail(f"{self.gateway.name} did not stop within {STOP_LIMIT_S} s")
                self.gateway.kill()
                return
            time.sleep(0.02)
        if self.gateway.process.returncode not in (0, -signal.SIGTERM):
            self.soak.on_end_by_itself(self.gateway, self.gateway.process.returncode)

    def reload(self, target, variant):
        self.soak.count("reloads")
        self.soak.federation.write_variant(target, variant)
        # A service manager reloads only what has said that it is ready.
        if self.gateway.await_answer(HEALTH_LIMIT_S):
            self.gateway.send_signal(signal.SIGHUP)


class LinkFaults(Lane):
    """Breaks one line."""

    def cut(self, target):
        self.soak.count("cuts", self.soak.lines.do(target, "cut"))

    def cut_one_end(self, target, which):
        self.soak.count("cuts", self.soak.lines.do(target, "cut_one_end", which))

    def for_a_while(self, target, what, value, for_s):
        self.soak.lines.set(target, what, value)
        self.pass_time(for_s)
        self.soak.lines.set(target, what, None)

    def stall(self, target, for_s):
        self.soak.count("stalls")
        self.for_a_while(target, "is_stalled", True, for_s)

    def slow(self, target, for_s, rate):
        self.soak.count("slow lines")
        self.for_a_while(target, "rate", rate, for_s)

    def down(self, target, for_s):
        self.soak.count("cuts", self.soak.lines.do(target, "cut"))
        self.soak.count("outages")
        self.for_a_while(target, "is_down", True, for_s)

    def end(self):
        self.soak.lines.do(self.name_of_line, "heal")

    def __init__(self, soak, name, events):
        super().__init__(soak, events)
        self.name_of_line = name


class DiskFaults(Lane):
    """Fills one disk, and takes again what the gateway gives back; then there is room."""

    def __init__(self, soak, disk, events):
        super().__init__(soak, events)
        self.disk = disk

    def full(self, target, for_s, percent):
        self.soak.count("full disks")
        self.soak.full_disks[target] = float("inf")
        until = time.monotonic() + for_s
        while time.monotonic() < until and not self.soak.is_healing.is_set():
            self.disk.leave(percent)
            self.pass_time(0.25)
        self.disk.make_room()
        self.soak.full_disks[target] = time.monotonic()


class Operator(Lane):
    """Holds and suspends peers for a while; afterwards nothing is held."""

    def __init__(self, soak, gateway, events):
        super().__init__(soak, events)
        self.gateway = gateway

    def for_a_while(self, peer, verb, back, for_s, body):
        peers = peers_of(self.gateway.name)
        path = f"/admin/v1/peers/{peers[int(peer * len(peers))]}/"
        self.soak.count("operators' acts")
        self.post(path + verb, body)
        self.pass_time(for_s)
        while not self.post(path + back, {}) and not self.soak.is_over.is_set():
            time.sleep(0.2)

    def post(self, path, body):
        try:
            status, answer = self.gateway.call("POST", path, body)
        except NO_ANSWER:
            return False
        if 400 <= status < 500:
            self.soak.fail(f"{self.gateway.name}: POST {path}: {status} {answer.decode()[:300]}")
        return status < 500

    def hold_peer(self, _target, peer, for_s):
        self.for_a_while(peer, "hold", "release", for_s, {})

    def suspend_peer(self, _target, peer, for_s):
        self.for_a_while(peer, "suspend", "resume", for_s, {"reason": "soak"})


def make_lanes(soak, events):
    def those(lane, target):
        return [event for event in events if event.lane == lane and event.target == target]

    keepers = {name: Keeper(soak, gateway, those("daemon", name))
               for name, gateway in soak.gateways.items()}
    others = [LinkFaults(soak, name, those("link", name)) for name in soak.lines.lines]
    others += [DiskFaults(soak, disk, those("disk", name)) for name, disk in soak.disks.items()]
    others += [Operator(soak, gateway, those("operator", name))
               for name, gateway in soak.gateways.items()]
    return keepers, others


def write_schedule(path, events):
    with open(path, "w", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps({**event._asdict(), "at_s": round(event.at_s, 3)}) + "\n")
