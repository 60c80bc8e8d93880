"""Few bytes: what single messages, and a mix of them, cost on the link. A part of bench_links.

Bytes are those above TCP, both ways, each counted once: TLS records with HELLO, offers, custody
acknowledgements, end receipts, all that is sent from the moment of submission until the line is
quiet again. `random` alone counts IP packets, and no end receipt.

mix: 2,000 messages of bench_mix, from ZW to the hub and to MU behind it and back, on a session that
stands, one after the other: each is submitted when the one before has its end receipts from all its
recipients. That is how a bureau sends 100 to 300 messages a day, and costs more than the same in a
burst (`.burst`), where receipts share a signature. `mix_ratio` is their bytes on the link per byte
of the same messages as plain JSON: compact, with class, kind, recipients, subject, text and, in
base64, attachments; neither ids nor times nor signatures nor escaping are counted there. `.texts`
is the same without the attachments; `.texts.signed` per byte of JSON with an identifier, the
sender, the time, a SHA-256 and a signature in it, which a parcel has too.

nodict: the same in a federation by whose directory no bureau has a dictionary.
"""
import contextlib
import json
import random
import statistics
import subprocess

import bench_mix
from bench_gateways import wait_until
from bench_lines import MIX_LINE, MIX_MESSAGES, MIX_SEED, WARM_SEED
from bench_links_tools import between, hit_confirmation, quiet, random_message

NO_DICTIONARY = ("--dictionaries", 0)
# metric -> (is larger better, what it should be); in the form of bench.TARGETS.
TARGETS = {
    "links.frugal.warm_bytes": (False, 1500),
    "links.frugal.resumed_bytes": (False, 3000),
    "links.frugal.full_bytes": (False, 5500),
    "links.frugal.full_pq_bytes": (False, 6500),
    "links.frugal.random_bytes": (False, 2700),
    "links.frugal.mix_ratio": (False, 0.8),
}


class FrugalParts:
    def frugal(self):
        self.frugal_with("", ())
        self.frugal_with(".nodict", NO_DICTIONARY)

    def frugal_with(self, more, federation_words):
        chance = random.Random(2026)
        count = self.short_or(1, 5)
        with self.linked("--rate-kbit", 512, "--rtt-ms", 100,
                         federation_words=federation_words) as (link, origin, hub):
            self.bytes_for(link, origin, lambda: None, hit_confirmation(chance))
            found = {
                "warm": [self.bytes_for(link, origin, lambda: None, hit_confirmation(chance))
                         for _ in range(count)],
                "resumed": [self.bytes_for(link, origin, lambda: link.command("cut 2"),
                                           hit_confirmation(chance)) for _ in range(count)],
                "random": [self.bytes_for(link, origin, lambda: None, random_message(
                    1500, "MU", **{"class": "flash"}), "relayed") for _ in range(count)],
                "full": [self.full_bytes(link, origin, hub, chance) for _ in range(count)]}
        for name, values in found.items():
            self.note(f"frugal {name}{more}: above TCP up, down; IP both: {values}")
        self.say_frugal(more, {name: statistics.median(
            whole if name == "random" else up + down for up, down, whole in values)
            for name, values in found.items()})

    def say_frugal(self, more, found):
        """A full handshake has the post-quantum key exchange wherever OpenSSL knows it."""
        full, is_pq = found.pop("full"), self.has_post_quantum()
        for name, value in found.items():
            self.metric(f"links.frugal.{name}_bytes{more}", "dhow", value, "B")
        self.metric("links.frugal.full_bytes" + more, "dhow", None if is_pq else full,
                    "always post-quantum with this OpenSSL" if is_pq else "B")
        self.metric("links.frugal.full_pq_bytes" + more, "dhow", full if is_pq else None,
                    "B" if is_pq else "needs OpenSSL 3.5")

    def has_post_quantum(self):
        text = subprocess.run([self.options.bin / "bench_machine_bench", "--about"], check=True,
                              stdout=subprocess.PIPE).stdout
        major, minor = json.loads(text)["openssl"].split(".")[:2]
        return (int(major), int(minor)) >= (3, 5)

    @staticmethod
    def bytes_for(link, origin, prepare, body, state="complete"):
        before = quiet(link)
        prepare()
        sent = origin.submit(body)
        wait_until("the message to be " + state,
                   lambda: next(origin.statuses([sent]))[0] == state)
        return between(before, quiet(link))

    @staticmethod
    def full_bytes(link, origin, hub, chance):
        hub.stop()
        sent = origin.submit(hit_confirmation(chance))
        origin.stop()
        hub.start()
        before = quiet(link)
        origin.start()
        wait_until("the receipt", lambda: next(origin.statuses([sent]))[0] == "complete")
        return between(before, quiet(link))

    # The mix.

    def mix(self):
        tries = [(self.mix_once, ".texts" + name, more, words, deliver)
                 for more, words in (("", ()), (".nodict", NO_DICTIONARY))
                 for name, deliver in (("", self.one_by_one), (".burst", self.all_at_once))]
        tries += [(self.mix_once, "", more, words, self.one_by_one)
                  for more, words in (("", ()), (".nodict", NO_DICTIONARY))]
        self.at_once(*tries)

    def mix_once(self, name, more, federation_words, deliver):
        """Without attachments where the name begins with .texts."""
        messages = list(bench_mix.Mix(MIX_SEED).messages(self.short_or(20, MIX_MESSAGES)))
        if name:
            messages = [one._replace(files=[]) for one in messages]
        plain = sum(len(one.plain) + bench_mix.json_bytes(one.files) for one in messages)
        with self.linked(*MIX_LINE, is_third_there=True,
                         federation_words=federation_words) as (link, origin, hub, third):
            gateways = {"ZW": origin, "IPSG": hub, "MU": third}
            deliver(gateways, bench_mix.Mix(WARM_SEED).messages(3))
            before = quiet(link)
            deliver(gateways, messages)
            up, down, packets = between(before, quiet(link))
        self.note(f"mix{name}{more}: {len(messages)} messages, {plain} B as JSON; above TCP {up} "
                  f"up, {down} down; IP packets {packets} B")
        self.metric("links.frugal.mix_ratio" + name + more, "dhow", (up + down) / plain, "1")
        if name:
            signed = sum(one.signed_bytes for one in messages)
            self.metric(f"links.frugal.mix_ratio{name}.signed{more}", "dhow", (up + down) / signed,
                        "1")

    @staticmethod
    def submit(gateways, message):
        gateway = gateways[message.origin]
        body = message.body
        if message.files:
            body = {**body, "attachments": [gateway.upload(one) for _, one in message.files]}
        return gateway, gateway.submit(body)

    @staticmethod
    def one_by_one(gateways, messages):
        for message in messages:
            gateway, sent = FrugalParts.submit(gateways, message)
            wait_until("end receipts", lambda: is_complete(gateway, sent), 0.02)

    @staticmethod
    def all_at_once(gateways, messages):
        for gateway, one in [FrugalParts.submit(gateways, message) for message in messages]:
            wait_until("end receipts", lambda: is_complete(gateway, one), 0.02, 1200)


def is_complete(gateway, sent):
    with contextlib.suppress(OSError):
        _, text = gateway.ask("GET", "/v1/messages/" + sent)
        return all(one["state"] == "complete" for one in json.loads(text)["recipients"])
    return False
