"""The benches: which gateways run, what they are given, and what is counted."""
import base64
import datetime
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

from bench_gateways import federation, start_linked, wait_until

INSIDE = "DHOW_BENCH_NAMESPACE"
MESSAGE_BYTES = 1500


def is_inside_namespace():
    return INSIDE in os.environ


def utc_ms(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def loopback_bytes():
    """Bytes of IP packets, headers included; what one end sends, the other receives: one count."""
    for line in pathlib.Path("/proc/net/dev").read_text().splitlines():
        name, _, fields = line.partition(":")
        if name.strip() == "lo":
            return int(fields.split()[8])
    raise RuntimeError("no loopback interface")


def quiet_bytes():
    """The count once nothing has been sent for a while (longer than a delayed acknowledgement)."""
    last, since = loopback_bytes(), time.monotonic()
    until = since + 60
    while time.monotonic() < min(since + 0.6, until):
        time.sleep(0.05)
        now = loopback_bytes()
        if now != last:
            last, since = now, time.monotonic()
    return last


class Run:
    """Each method named like a bench runs it; what it finds goes to `metric`."""

    def __init__(self, options, folder, metric):
        self.options = options
        self.folder = folder
        self.metric = metric
        self.is_short = options.short
        self.limits = {}

    def note(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def short_or(self, short, full):
        return short if self.is_short else full

    def programs(self, name, *words):
        """Runs one of the compiled benches; its lines become ours."""
        done = subprocess.run([self.options.bin / name, *map(str, words)], check=True,
                              stdout=subprocess.PIPE, text=True)
        for line in map(json.loads, done.stdout.splitlines()):
            self.limits[line["metric"]] = line["value"]
            self.metric(**line)

    def machine(self):
        self.programs("bench_machine_bench", self.folder, self.short_or(0.1, 2))

    def seal(self):
        self.programs("bench_seal_bench", self.short_or(0.02, 1))

    def store(self):
        self.programs("bench_store_bench", self.folder, self.short_or(0.1, 3),
                      self.short_or(500, 100_000))

    # The validator on one core, with a peer over the same messages and what parsing alone takes.

    def kinds(self):
        tests = pathlib.Path(__file__).resolve().parents[2] / "tests"
        corpus = self.folder / "notices.jsonl"
        with corpus.open("wb") as out:
            subprocess.run([sys.executable, "-B", tests / "corpus/corpus.py", "write", "notices",
                            "--messages", str(self.short_or(20, 400))], check=True, stdout=out)
        self.programs("bench_kinds_bench", corpus, self.short_or(0.05, 2))
        done = subprocess.run([sys.executable, "-B", tests / "bench/kinds_peer.py", corpus,
                               str(self.short_or(0.1, 3))], check=True, stdout=subprocess.PIPE,
                              text=True)
        self.metric(**json.loads(done.stdout))

    def load(self, gateway, to, **wishes):
        words = [f"--{name}={value}" for name, value in wishes.items()]
        done = subprocess.run([self.options.bin / "bench_submit_load", "--socket", gateway.socket,
                               "--to", to, f"--bytes={MESSAGE_BYTES}", *words],
                              check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    # Submission: one gateway, no link; the answer comes when the message is on disk.

    def submit(self):
        rates = {1: [], 16: [], 64: []}
        with federation(self.options.bin, self.folder / "submit") as gateways:
            gateways["ZW"].start()
            self.load(gateways["ZW"], "MU", connections=16, seconds=self.short_or(0.1, 1))
            for _ in range(self.options.repeat):
                for connections, found in rates.items():
                    done = self.load(gateways["ZW"], "MU", connections=connections,
                                     seconds=self.short_or(0.3, 4))
                    self.note(f"submit.{connections}: {done}")
                    found.append(done["per_s"])
        for connections, found in rates.items():
            self.metric(f"submit.per_s.{connections}", "dhow", statistics.median(found), "1/s")
        self.metric("submit.per_machine_sync.64", "dhow",
                    statistics.median(rates[64]) / self.limits["machine.sync_per_s"], "1")
        self.metric("submit.per_machine_sign.64", "dhow",
                    statistics.median(rates[64]) / self.limits["machine.p256_sign_per_s"], "1")

    # Relay: from the first request at ZW to the last receipt of MU applied at ZW.

    def relay(self):
        rates, costs = [], []
        with federation(self.options.bin, self.folder / "relay") as gateways:
            start_linked(*gateways.values())
            self.relay_once(gateways, connections=64, messages=self.short_or(20, 1000))
            while len(rates) < self.options.repeat:
                done = self.relay_once(gateways, connections=64,
                                       messages=self.short_or(100, 6000))
                if done:
                    rates.append(done["per_s"])
                    costs.append(done["cpu_s_per_1000"])
            rate = statistics.median(rates)
            slow = None
            while not slow:
                slow = self.relay_once(gateways, connections=64, rate=rate / 10,
                                       messages=self.short_or(20, int(rate / 10 * 20)))
        self.metric("relay.hub.per_s", "dhow", rate, "1/s")
        self.metric("relay.hub.latency_p50_ms", "dhow", percentile(slow["ms"], 0.50), "ms")
        self.metric("relay.hub.latency_p99_ms", "dhow", percentile(slow["ms"], 0.99), "ms")
        self.metric("relay.hub.cpu_s_per_1000", "dhow", statistics.median(costs), "s")
        self.metric("relay.hub.per_machine_sync", "dhow",
                    rate / self.limits["machine.sync_per_s"], "1")

    def relay_once(self, gateways, **wishes):
        """None when the wall clock was set meanwhile, for then its times mean nothing."""
        origin, addressee = gateways["ZW"], gateways["MU"]
        list_of_ids = self.folder / "ids"
        receipts = origin.metric("dhow_outcomes_applied_total") + wishes["messages"]
        opened = addressee.metric("dhow_delivered_total") + wishes["messages"]
        cpu_s = -sum(one.cpu_s() for one in gateways.values())
        offset = time.time() - time.monotonic()
        done = self.load(origin, "MU", ids=list_of_ids, seconds=3600, **wishes)
        if done["requests"] != wishes["messages"]:
            raise RuntimeError(f"not all was submitted: {done}")
        wait_until("receipts", lambda: origin.metric("dhow_outcomes_applied_total") >= receipts,
                   0.25)
        cpu_s += sum(one.cpu_s() for one in gateways.values())
        if addressee.metric("dhow_delivered_total") != opened:
            raise RuntimeError("MU has not opened each message once")
        if abs(time.time() - time.monotonic() - offset) > 0.02:
            self.note("the clock was set; once more")
            return None
        return self.timed(origin, list_of_ids, cpu_s)

    def timed(self, origin, list_of_ids, cpu_s):
        sent = dict(line.split() for line in list_of_ids.read_text().splitlines())
        ms, first, last = [], float("inf"), 0
        for (state, changed_at), began in zip(origin.statuses(sent), sent.values()):
            if state != "complete":
                raise RuntimeError(f"a message is {state}, not complete")
            ms.append(utc_ms(changed_at) - float(began))
            first, last = min(first, float(began)), max(last, utc_ms(changed_at))
        out = {"per_s": len(sent) / (last - first) * 1000,
               "cpu_s_per_1000": cpu_s / len(sent) * 1000}
        self.note(f"relay: {len(sent)} messages, {out}, median {percentile(ms, 0.5):.1f} ms")
        return {**out, "ms": ms}

    # Wire: in a network namespace of its own, so that loopback carries nothing else.

    def wire(self):
        if is_inside_namespace():
            return self.wire_inside()
        unshare = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        words = [sys.executable, "-B", pathlib.Path(__file__).with_name("bench.py"), "--bin",
                 self.options.bin, "--dir", self.options.dir,
                 *(["--short"] * self.is_short), "wire"]
        inside = subprocess.Popen([*unshare, *words], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, INSIDE: "1", "LOGNAME": "root"})
        try:
            for line in map(json.loads, inside.stdout):
                self.metric(**line)
            code = inside.wait()
        except BaseException:
            inside.terminate()  # asked, not killed: it stops its own daemons
            inside.wait()
            raise
        if code != 0:
            raise RuntimeError(f"wire ended with {code}")
        return None

    def wire_inside(self):
        # Packets as on a real line: at most 1500 bytes each, none cut up behind the counter.
        subprocess.run(["ip", "link", "set", "dev", "lo", "up", "mtu", "1500", "gso_max_segs", "1"],
                       check=True)
        with federation(self.options.bin, self.folder / "wire") as gateways:
            hub, origin = gateways["IPSG"], gateways["ZW"]
            start_linked(hub, origin)
            self.hit_confirmation(origin)
            warm = [self.warm_bytes(origin) for _ in range(self.short_or(2, 15))]
            fresh = [self.fresh_bytes(hub, origin) for _ in range(self.short_or(1, 7))]
        self.note(f"wire: warm {sorted(warm)}, fresh {sorted(fresh)}")
        self.metric("wire.warm_bytes", "dhow", statistics.median(warm), "B")
        self.metric("wire.fresh_bytes", "dhow", statistics.median(fresh), "B")

    def hit_confirmation(self, origin, is_awaited=True):
        text = base64.b64encode(os.urandom(MESSAGE_BYTES)).decode()
        sent = origin.submit({"kind": "hit.reply", "class": "flash", "to": ["IPSG"],
                              "subject": "Confirmed 2026/4711", "text_base64": text})
        if is_awaited:
            self.await_receipt(origin, sent)
        return sent

    @staticmethod
    def await_receipt(origin, sent):
        wait_until("the receipt", lambda: next(origin.statuses([sent]))[0] == "complete")

    def warm_bytes(self, origin):
        before = quiet_bytes()
        self.hit_confirmation(origin)
        return quiet_bytes() - before

    def fresh_bytes(self, hub, origin):
        """Connection, handshake, the message that waits, its receipt, and the close."""
        hub.stop()
        sent = self.hit_confirmation(origin, is_awaited=False)
        origin.stop()
        hub.start()
        before = quiet_bytes()
        origin.start()
        self.await_receipt(origin, sent)
        quiet_bytes()
        origin.stop()
        after = quiet_bytes()
        origin.start()
        wait_until("the link", origin.is_linked)
        return after - before

    # Memory.

    def idle(self):
        with federation(self.options.bin, self.folder / "idle") as gateways:
            start_linked(*gateways.values())
            time.sleep(self.short_or(0.2, 10))
            sizes = {name: one.rss_bytes() for name, one in gateways.items()}
        self.note(f"idle: {sizes}")
        self.metric("idle.rss_bytes", "dhow", max(sizes.values()), "B")

    def backlog(self):
        queued = self.short_or(300, 100_000)
        with federation(self.options.bin, self.folder / "backlog") as gateways:
            origin = gateways["ZW"]
            origin.start()
            time.sleep(self.short_or(0.2, 5))
            idle = origin.rss_bytes()
            done = self.load(origin, "MU", connections=16, seconds=3600, messages=queued)
            time.sleep(self.short_or(0.2, 5))
            added = origin.rss_bytes() - idle
            self.note(f"backlog: idle {idle}, queued {done}")
            starts = []
            for _ in range(self.options.repeat):
                origin.stop(signal.SIGKILL)
                starts.append(origin.start())
            time.sleep(self.short_or(0.2, 5))
            restarted = origin.rss_bytes() - idle
            self.note(f"backlog: starts {starts}, with the backlog after a start {restarted}")
        self.metric("backlog.rss_added_bytes", "dhow", added, "B")
        self.metric("backlog.restarted_rss_added_bytes", "dhow", restarted, "B")
        self.metric("backlog.start_s", "dhow", statistics.median(starts), "s")
