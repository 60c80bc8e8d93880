"""A path that dies and comes back while the carrier stays up, as behind a satellite modem. A part
of bench_links.

An idle session stands on a line of 64 kbit/s and 600 ms. Then nothing passes any more, either way,
and nobody is told. A second later a flash message is submitted at each end. After DEAD_S the line
passes again; `first_flash_s` is the time from then until the flash of each end has arrived at the
other: of both the later one, and of all dead times the worst. `metered_s` is the same where both
ends have the link as `metered`.

  probe_bytes_per_hour  IP bytes both ways that the ends gave to the line while it was dead, with
                        the two flash messages waiting, in the last two thirds of the longest dead
                        time, for an hour of it: when what was sent in vain at first is over
  idle_bytes_per_hour   the same on an idle session of a line that is alive: what it costs to notice
"""
import time

from bench_lines import DEAD_S, FIRST, LIMIT_S, LINES
from bench_links_tools import quiet, random_message

IDLE_S = 600
# metric -> (is larger better, what it should be); in the form of bench.TARGETS.
TARGETS = {
    "links.return.first_flash_s": (False, 5),
    "links.return.metered_s": (False, 60),
}


class ReturnParts:
    def path_returns(self):
        dead = self.short_or((6,), DEAD_S)
        settings = [("", "first_flash_s", ""), ("metered: true, ", "metered_s", "metered_")]
        calls = [(self.return_once, keys, seconds) for keys, _, _ in settings for seconds in dead]
        calls += [(self.idle_once, keys) for keys, _, _ in settings]
        found = self.at_once(*calls)
        for index, (_, metric, prefix) in enumerate(settings):
            tries = found[index * len(dead):(index + 1) * len(dead)]
            seconds = [one for one, _ in tries]
            is_done = None not in seconds
            self.note(f"return {metric}: after {dead} s: {seconds}; probes "
                      f"{[round(rate) for _, rate in tries]} B/h")
            self.metric("links.return." + metric, "dhow", max(seconds) if is_done else None,
                        "s" if is_done else f"not in {LIMIT_S} s")
            self.metric(f"links.return.{prefix}probe_bytes_per_hour", "dhow", tries[-1][1], "B/h")
            self.metric(f"links.return.{prefix}idle_bytes_per_hour", "dhow",
                        found[2 * len(dead) + index], "B/h")

    def line(self, keys):
        kbit, rtt_ms, _ = LINES[FIRST]
        return self.linked("--rate-kbit", kbit, "--rtt-ms", rtt_ms, link_keys=keys)

    def return_once(self, keys, dead_s):
        """Seconds after the return, or None; and bytes an hour while it was dead."""
        with self.line(keys) as (link, origin, hub):
            quiet(link)
            link.command("down")
            time.sleep(1)
            sent = [(origin, hub, origin.submit(flash("IPSG"))),
                    (hub, origin, hub.submit(flash("ZW")))]
            time.sleep(dead_s / 3 - 1)
            before = link.counters()
            time.sleep(dead_s * 2 / 3)
            rate = hourly(before, link.counters(), dead_s * 2 / 3)
            link.command("up")
            begun = time.monotonic()
            try:
                arrived = self.at_once(*[(receiver.await_arrival, one, LIMIT_S)
                                         for _, receiver, one in sent])
            except RuntimeError:
                return None, rate
        self.note(f"return, {keys}dead for {dead_s} s: the hub has it after "
                  f"{arrived[0] - begun:.1f} s, ZW after {arrived[1] - begun:.1f} s")
        return max(arrived) - begun, rate

    def idle_once(self, keys):
        seconds = self.short_or(3, IDLE_S)
        with self.line(keys) as (link, _, _):
            before = quiet(link)
            time.sleep(seconds)
            return hourly(before, link.counters(), seconds)


def flash(to):
    return random_message(300, to, **{"class": "flash"})


def hourly(before, after, seconds):
    grown = sum(after[way][key] - before[way][key] for way in ("up", "down")
                for key in ("bytes_in", "bytes_cut"))
    return grown * 3600 / seconds
