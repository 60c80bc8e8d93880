"""From one bearer to the other and back, under load. A part of bench_links.

Two emulated lines join the same two gateways: a fibre (1 Mbit/s, 200 ms) and a dearer dish
(512/128 kbit/s, 600 ms). 2 MB go from ZW to the hub, and every 2 s a flash message from each end to
the other. When a quarter is durable the fibre dies; it comes back 90 s later, and 30 s
(`hold_down`) after the change the gateways may go back to it. The transfer, an attachment and so of
class bulk, may use the dish after 10 s (`dearer_after`; by default it never may), flash after 5 s,
its default.

`flash_delay_s` is the worst time from submission to the other end's inbox, of all flash messages
and of both ways of dying: clean (connections are reset) and silent (nothing arrives, nobody is
told). `.beside` is the same with `flash_beside: needed` on the dish. `extra_share` is what ZW sent
above TCP on both lines beyond payload and flash messages, per payload: heads of frames (0.035),
handshakes, and what was sent twice, which would be 0.25 if it began anew. Each flash has to arrive
exactly once, the payload unaltered, or there is no figure but an error.
"""
import contextlib
import json
import re
import signal
import threading
import time

from bench_gateways import federation, wait_until
from bench_links_cuts import Transfer
from bench_links_tools import PlacedGateway, between, quiet, random_message
from emulated_link import EmulatedLink

FIBRE = ("--rate-kbit", 1000, "--rtt-ms", 200)
DISH = ("--rate-kbit", "512/128", "--rtt-ms", 600)
PAYLOAD_BYTES = 2_000_000
FLASH_EVERY_S = 2
FIBRE_AWAY_S = 90
HOLD_DOWN_S = 30
LIMIT_S = 900
# metric -> (is larger better, what it should be); in the form of bench.TARGETS.
TARGETS = {"links.failover.flash_delay_s": (False, 10)}


def rewrite(path, port, fibre, dish, beside):
    """Gives a gateway two links to its peer, in place of the one that it has."""
    text = path.read_text()
    if "listen: [" in text:
        text = re.sub(r"listen: .*", f'listen: ["{fibre.b}:{port}", "{dish.b}:{port}"]', text)
        links = f"""links:
  fibre: {{peer: ZW, mode: listen, local: {fibre.b}, hold_down: {HOLD_DOWN_S}s}}
  dish: {{peer: ZW, mode: listen, local: {dish.b}, cost: 8, hold_down: {HOLD_DOWN_S}s{beside}}}
  to-mu: {{peer: MU, mode: listen}}
"""
    else:
        links = f"""links:
  fibre: {{peer: IPSG, mode: dial, addresses: ["tls://{fibre.b}:{port}"],
          hold_down: {HOLD_DOWN_S}s}}
  dish: {{peer: IPSG, mode: dial, addresses: ["tls://{dish.b}:{port}"], cost: 8,
         hold_down: {HOLD_DOWN_S}s{beside}}}
routes:
  - {{to: "*", via: [fibre, dish]}}
"""
    path.write_text(re.sub(r"links:\n.*?(?=agencies:)", links, text, flags=re.S) +
                    "classes: {bulk: {dearer_after: 10s}}\n")


class FlashLoad:
    """Flash messages from each of two gateways to the other, and when they have arrived."""

    def __init__(self, origin, hub):
        self.ways = [(origin, hub, "IPSG"), (hub, origin, "ZW")]
        self.sent = {}
        self.arrived = {}
        self.doubled = []
        self.failure = None
        self.is_over = threading.Event()
        self.has_all = threading.Event()
        self.threads = [threading.Thread(target=self.watch, args=(receiver,), daemon=True)
                        for _, receiver, _ in self.ways]
        self.threads += [threading.Thread(target=self.send, args=(sender, to), daemon=True)
                         for sender, _, to in self.ways]
        for one in self.threads:
            one.start()

    def send(self, sender, to):
        try:
            while not self.is_over.is_set():
                at = time.monotonic()
                self.sent[sender.submit(random_message(300, to, **{"class": "flash"}))] = at
                self.is_over.wait(FLASH_EVERY_S)
        except (RuntimeError, OSError) as failure:
            self.failure = failure

    def watch(self, receiver):
        after = 0
        while not self.has_all.is_set():
            for one in receiver.inbox(after, 5):
                after = max(after, one["position"])
                if one["id"] in self.arrived:
                    self.doubled.append(one["id"])
                self.arrived[one["id"]] = time.monotonic()

    def end(self, limit_s):
        """Delays; None for what has not come in the limit."""
        self.is_over.set()
        until = time.monotonic() + limit_s
        while time.monotonic() < until and not set(self.sent) <= set(self.arrived):
            time.sleep(0.1)
        self.has_all.set()
        for one in self.threads:
            one.join()
        if self.failure:
            raise self.failure
        if self.doubled:
            raise RuntimeError(f"failover: {len(self.doubled)} flash messages came twice")
        return [self.arrived[one] - at if one in self.arrived else None
                for one, at in sorted(self.sent.items(), key=lambda it: it[1])]


class FailoverParts:
    def failover(self):
        kinds = ("clean", "silent")
        besides = (("", ""), (".beside", ", flash_beside: needed"))
        found = self.at_once(*[(self.failover_once, kind, beside)
                               for _, beside in besides for kind in kinds])
        for index, (more, _) in enumerate(besides):
            tries = found[index * len(kinds):(index + 1) * len(kinds)]
            delays = [one for one, _ in tries]
            is_done = None not in delays
            self.metric("links.failover.flash_delay_s" + more, "dhow",
                        max(delays) if is_done else None,
                        "s" if is_done else f"not in {LIMIT_S} s")
            self.metric("links.failover.extra_share" + more, "dhow",
                        max(0, *[share for _, share in tries]), "1")

    @contextlib.contextmanager
    def two_bearers(self, beside):
        name = f"{next(self.names)}"
        folders = [self.folder / f"{name}-{bearer}" for bearer in ("fibre", "dish")]
        for one in folders:
            one.mkdir()
        with federation(self.options.bin, self.folder / name) as made, \
                EmulatedLink(self.linkemu, folders[0], *FIBRE) as fibre, \
                EmulatedLink(self.linkemu, folders[1], *DISH, subnet="10.99.1", device="dish",
                             holders=fibre.holders) as dish:
            port = json.loads((self.folder / name / "federation.json").read_text())["port"]
            gateways = []
            for bureau, end in (("ZW", "a"), ("IPSG", "b")):
                rewrite(made[bureau].folder / "dhow.yaml", port, fibre, dish, beside)
                gateways.append(PlacedGateway(made[bureau].program, made[bureau].folder,
                                              fibre.inside(end)))
            origin, hub = gateways
            try:
                hub.start()
                origin.start()
                wait_until("the link", origin.is_linked, 0.2)
                yield fibre, dish, origin, hub
            finally:
                for one in gateways:
                    one.stop(signal.SIGKILL)

    def failover_once(self, kind, beside):
        """The worst delay of a flash message, or None; what was sent beyond the payload."""
        size = self.short_or(200_000, PAYLOAD_BYTES)
        with self.two_bearers(beside) as (fibre, dish, origin, hub):
            of_one = self.bytes_for(fibre, origin, lambda: None, random_message(
                300, **{"class": "flash"}))[0]
            before = quiet(fibre), dish.counters()
            load = FlashLoad(origin, hub)
            one = Transfer(fibre, origin, hub, size)
            plan = threading.Thread(target=self.fail, args=(one, fibre, kind))
            plan.start()
            seconds = one.run([], LIMIT_S)
            plan.join()
            delays = load.end(LIMIT_S)
            after = quiet(fibre), quiet(dish)
        if seconds is None:
            raise RuntimeError(f"failover {kind}: the transfer is not there after {LIMIT_S} s")
        ups = [between(*pair)[0] for pair in zip(before, after)]
        share = (sum(ups) - size - of_one * len(delays) / 2) / size
        worst = None if None in delays else max(delays)
        self.note(f"failover {kind}{beside}: {seconds:.1f} s; above TCP {ups} B by fibre, dish; "
                  f"a flash {of_one} B; delays {[one and round(one, 1) for one in delays]}")
        return worst, share

    def fail(self, one, fibre, kind):
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until and (one.sent is None or one.durable_share() < 0.25):
            time.sleep(0.1)
        fibre.command("cut 86400" if kind == "clean" else "down")
        time.sleep(self.short_or(5, FIBRE_AWAY_S))
        fibre.command("up")
