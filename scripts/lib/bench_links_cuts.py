"""A transfer through cuts. A part of bench_links.

The link is cut every 20 to 60 s, but in `restarted`. `goodput_share` is the payload per what the
line could carry in the time in which it was up. `resent_share` is what went out above TCP beyond
the same transfer without cuts, and beyond what each new connection and each restart costs on an
idle link, per payload.

  clean      every connection is reset at both ends; the link is up again at once
  restarted  no cut, but each end is restarted twice in the transfer: killed once, stopped once; it
             is started again at once, and the time in which it is away counts as the line's
  cut_and_restarted  both. What is under way is lost each time, half a per cent of the payload, and
             three round trips are: of some eight times no protocol makes 0.85, and this has no
             target
  silent     for 5 s nothing arrives and nothing is refused, then the old connections live on: long
             enough for TCP's timer to double three times, so that most of a cut's cost is the time
             until somebody tries again
  nat        the address and port behind NAT have changed: packets of the old connections vanish
             both ways for ever, nobody is told, new connections pass at once
"""
import json
import os
import signal
import statistics
import time

from bench_gateways import wait_until
from bench_lines import CLEAN, CUTS, FIRST, LIMIT_S, LINES
from bench_links_tools import quiet, random_message

KIB = 1024
# Which end is restarted, how it is stopped, and at which share of the payload.
RESTARTS = [("origin", signal.SIGKILL, 0.15), ("hub", signal.SIGTERM, 0.35),
            ("origin", signal.SIGTERM, 0.55), ("hub", signal.SIGKILL, 0.75)]
# Where what went out twice can be told from TCP's own repetitions into the void.
COUNTED = ("clean", "restarted", "cut_and_restarted")
# metric -> (is larger better, what it should be); in the form of bench.TARGETS.
TARGETS = {
    "links.cuts.64k-600ms.goodput_share": (True, 0.85),
    "links.cuts.64k-600ms.resent_share": (False, 0.02),
    "links.cuts.9k6-1400ms.goodput_share": (True, 0.72),
    "links.cuts.9k6-1400ms.resent_share": (False, 0.05),
    "links.cuts.64k-600ms.restarted.goodput_share": (True, 0.85),
    "links.cuts.64k-600ms.restarted.resent_share": (False, 0.02),
    "links.cuts.64k-600ms.silent.goodput_share": (True, 0.78),
    "links.cuts.64k-600ms.nat.goodput_share": (True, 0.55),
}


class Transfer:
    """One payload from ZW to IPSG; `restarts` as in RESTARTS."""

    def __init__(self, link, origin, hub, size):
        self.link, self.origin, self.hub = link, origin, hub
        self.content = os.urandom(size)
        self.sent = None
        self.restarts_left = 0
        self.restart_s = []

    def run(self, restarts, limit_s):
        """Seconds, or None when it has not arrived in the limit."""
        upload = self.origin.upload(self.content)
        self.before = self.link.counters()
        begun = time.monotonic()
        self.sent = self.origin.submit(random_message(10, **{"class": "routine"},
                                                      attachments=[upload]))
        left = list(restarts)
        while not self.hub.is_complete(self.sent):
            if time.monotonic() - begun > limit_s:
                return None
            if left and self.durable_share() >= left[0][2]:
                end, how, _ = left.pop(0)
                self.restart_s.append(restart(getattr(self, end), how))
            time.sleep(0.1)
        self.after = self.link.counters()
        self.restarts_left = len(left)
        if self.hub.attachment(self.sent) != self.content:
            raise RuntimeError("the attachment has changed on the way")
        return time.monotonic() - begun

    def durable_share(self):
        _, text = self.origin.ask("GET", "/v1/messages/" + self.sent)
        return json.loads(text)["recipients"][0]["bytes_done"] / len(self.content)

    def grown(self, *path):
        before, after = self.before, self.after
        for step in path:
            before, after = before[step], after[step]
        return after - before


def restart(gateway, how):
    """Seconds that it was away."""
    begun = time.monotonic()
    gateway.stop(how)
    gateway.start()
    return time.monotonic() - begun


class CutsParts:
    def cuts(self):
        for_each = self.short_or(1, self.options.repeat)
        kinds = [(name, "clean") for name in LINES] + [
            (FIRST, kind) for kind in ("restarted", "cut_and_restarted", "silent", "nat")]
        calls = [(self.cuts_once, name, None, "clean") for name in LINES]
        calls += [(self.cuts_once, name, seed, kind) for name, kind in kinds
                  for seed in range(1, for_each + 1)]
        found = self.at_once(*calls)
        whole = dict(zip(LINES, found))
        for index, (name, kind) in enumerate(kinds):
            begin = len(LINES) + index * for_each
            self.say_cuts(name, kind, whole[name], found[begin:begin + for_each])

    def say_cuts(self, name, kind, whole, cut):
        metric = f"links.cuts.{name}." + ("" if kind == "clean" else kind + ".")
        goodput = [one["goodput"] for one in cut]
        # Bytes above TCP that the same transfer costs without cuts, and each reconnection.
        resent = [(one["sent"] - whole["sent"] - one["reconnecting"]) / one["payload"]
                  for one in cut if one["goodput"]]
        self.note(f"cuts {name} {kind}: goodput {goodput}, without cuts {whole['goodput']:.3f}; "
                  f"resent {[round(one, 4) for one in resent]}")
        is_done = len(resent) > len(cut) / 2
        unit = "1" if is_done else f"not in {2 * LIMIT_S} s"
        self.metric(metric + "goodput_share", "dhow",
                    statistics.median(goodput) if is_done else None, unit)
        if kind in COUNTED:  # else TCP's own repetitions into the void count too
            self.metric(metric + "resent_share", "dhow",
                        max(0, statistics.median(resent)) if is_done else None, unit)

    def cuts_once(self, name, seed, kind):
        kbit, rtt_ms, size = LINES[name]
        size = self.short_or(20 * KIB, size)
        words = ["--rate-kbit", kbit, "--rtt-ms", rtt_ms, "--seed", seed or 1]
        if seed:
            words += CUTS[kind]
        restarts = RESTARTS if kind.endswith("restarted") else []
        with self.linked(*words, congestion=CLEAN) as (link, origin, hub):
            one = Transfer(link, origin, hub, size)
            seconds = one.run(restarts, 2 * LIMIT_S)
            if seconds is None:
                self.note(f"cuts {name} {kind}, seed {seed}: not in {2 * LIMIT_S} s, durable "
                          f"{one.durable_share():.2f}, {link.counters()}")
                return {"goodput": 0, "payload": size}
            if one.restarts_left and not self.is_short:
                raise RuntimeError("the transfer ended before all restarts")
            cuts = one.grown("cuts")
            reconnecting = 0
            if seed and kind in COUNTED:
                reconnecting = cuts and cuts * self.reconnection_bytes(link, origin)
                done = restarts[:len(restarts) - one.restarts_left]
                reconnecting += sum(self.restart_bytes(
                    link, origin, hub if end == "hub" else origin, how) for end, how, _ in done)
        out = {"goodput": size * 8 / (kbit * 1000 * one.grown("up_s")), "payload": size,
               "sent": one.grown("up", "payload_bytes_in"), "reconnecting": reconnecting}
        self.note(f"cuts {name} {kind}, seed {seed}: {seconds:.1f} s, {cuts} cuts, {out}, repeated "
                  f"{one.grown('up', 'repeated_bytes_in')}, {one.after['resets']} resets, "
                  f"restarts {[round(away, 1) for away in one.restart_s]} s")
        return out

    def reconnection_bytes(self, link, origin):
        """What ZW sends above TCP because an idle connection was cut."""
        quiet(link)
        found = []
        for _ in range(self.short_or(1, 3)):
            before = link.counters()
            link.command("cut 0")
            time.sleep(1)
            wait_until("the link", origin.is_linked, 0.2)
            quiet(link)
            after = link.counters()
            if after["cuts"] == before["cuts"] + 1:
                found.append(after["up"]["payload_bytes_in"] - before["up"]["payload_bytes_in"])
        return statistics.median(found) if found else 0

    @staticmethod
    def restart_bytes(link, origin, gateway, how):
        """The same because an end was restarted; a planned cut beside it is tried again."""
        for _ in range(5):
            before = quiet(link)
            restart(gateway, how)
            time.sleep(1)
            wait_until("the link", origin.is_linked, 0.2)
            after = quiet(link)
            if after["cuts"] == before["cuts"]:
                break
        return after["up"]["payload_bytes_in"] - before["up"]["payload_bytes_in"]
