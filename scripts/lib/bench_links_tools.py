"""Gateways at the ends of an emulated link, what they send there, and what the link has counted."""
import base64
import contextlib
import json
import os
import socket
import subprocess
import threading
import time

from bench_gateways import Gateway, UnixConnection, wait_until
from emulated_link import in_namespace

RAW_LIMIT_S = 600


class PlacedGateway(Gateway):
    """A gateway that runs at one end of an emulated link."""

    def __init__(self, program, folder, words):
        super().__init__(program, folder)
        self.words = words

    def start(self):
        begun = time.monotonic()
        with open(self.folder / "dhowd.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.words, self.program, "--config", self.folder / "dhow.yaml"],
                stdout=log, stderr=log)
        wait_until(f"{self.folder.name} to be ready", self.is_ready, 0.01)
        return time.monotonic() - begun

    def upload(self, content):
        with contextlib.closing(UnixConnection(self.socket)) as connection:
            connection.request("POST", "/v1/uploads?name=random.bin", content,
                               {"Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            text = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"an upload was refused: {text.decode()}")
        return json.loads(text)["upload"]

    def inbox(self, after=0, wait_s=0):
        _, text = self.ask("GET", f"/v1/inbox?after={after}&limit=500&wait={wait_s}")
        return json.loads(text)["entries"]

    def entry(self, wanted):
        return next((one for one in self.inbox() if one["id"] == wanted), None)

    def await_arrival(self, wanted, limit_s):
        """When the text of a message was in the inbox, in seconds of the monotonic clock."""
        until, after = time.monotonic() + limit_s, 0
        while time.monotonic() < until:
            for one in self.inbox(after, 20):
                after = max(after, one["position"])
                if one["id"] == wanted:
                    return time.monotonic()
        raise RuntimeError(f"a message has not arrived in {limit_s} s")

    def congestion(self):
        """The control that TCP really uses towards the peer; of the link that is up."""
        _, text = self.ask("GET", "/admin/v1/links")
        return next((one["congestion"] for one in json.loads(text)["links"]
                     if one["congestion"]), "not known")

    def is_complete(self, wanted):
        found = self.entry(wanted)
        return found is not None and found["complete"]

    def attachment(self, wanted):
        with contextlib.closing(UnixConnection(self.socket)) as connection:
            connection.request("GET", f"/v1/inbox/{wanted}/attachments/1")
            return connection.getresponse().read()


def random_message(text_bytes, to="IPSG", **more):
    text = base64.b64encode(os.urandom(text_bytes)).decode()
    return {"kind": "hit.reply", "to": [to], "subject": "Reply 2026/4711", "text_base64": text,
            "media_type": "application/octet-stream", **more}


WORDS = """vehicle passport stolen holder traveller officer crossing counter evening inspection
    registered number document presented matches record database photograph height scar left arm
    nationality confirmed warrant court district charge fraud extradition requested detention
    interview interpreter please confirm identity before further action contact duty desk""".split()


def hit_confirmation(chance):
    """1,500 bytes of text as an officer would write it; every one differs."""
    lines = [f"STATUS: VALID\nRECORD: 2026/{chance.randrange(10**5)}\nREADY-BY: 2026-11-"
             f"{chance.randrange(1, 30):02}T{chance.randrange(24):02}:{chance.randrange(60):02}Z"]
    while sum(map(len, lines)) < 1500:
        words = chance.choices(WORDS, k=11) + [str(chance.randrange(10**6))]
        lines.append(" ".join(words).capitalize() + ".")
    text = "\n".join(lines)[:1500]
    return {"kind": "hit.reply", "class": "flash", "to": ["IPSG"], "text": text,
            "subject": f"Confirmed 2026/{chance.randrange(10**5)}"}


def raw_tcp_s(link, payload, congestion):
    """Seconds on a connection that stands already, as that of the gateways did; and the control
    that its sender really used."""
    with in_namespace(link.path("b")):
        listening = socket.create_server((link.b, 7000))
    with in_namespace(link.path("a")):
        near = socket.create_connection((link.b, 7000), 60)
    far, _ = listening.accept()
    for one in (near, far):
        with contextlib.suppress(OSError):  # what is used then is told
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
    used = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).split(b"\0")[0].decode()
    far.settimeout(RAW_LIMIT_S)
    near.settimeout(RAW_LIMIT_S)
    begun = time.monotonic()
    sender = threading.Thread(target=near.sendall, args=(payload,))
    sender.start()
    got = 0
    while got < len(payload):
        got += len(far.recv(65536))
    seconds = time.monotonic() - begun
    sender.join()
    for one in (near, far, listening):
        one.close()
    return seconds, used


def quiet(link, quiet_s=1.5):
    """The counters once nothing has been sent for a while."""
    last, since = None, time.monotonic()
    until = since + 60
    while time.monotonic() < min(since + quiet_s, until):
        counters = link.counters()
        now = [counters[way]["packets_in"] for way in ("up", "down")] + [
            counters[way]["packets_out"] for way in ("up", "down")]
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)
    return counters


def between(before, after):
    """Bytes above TCP up and down, and bytes of IP packets both ways."""
    grown = [{key: after[way][key] - before[way][key] for key in after[way]}
             for way in ("up", "down")]
    return [one["payload_bytes_in"] - one["repeated_bytes_in"] for one in grown] + [
        sum(one["bytes_in"] for one in grown)]
