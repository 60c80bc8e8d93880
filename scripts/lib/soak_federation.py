"""Five gateways for a soak: two hubs, three bureaus that dial both, a small disk for each."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

import bench_gateways
import make_federation

HUBS = ["IPSG", "HUBE"]
MEMBERS = ["ZW", "MU", "KE"]
BUREAUS = HUBS + MEMBERS
# Who dials, who listens.
LINKS = [("IPSG", "HUBE"), *itertools.product(MEMBERS, HUBS)]
NO_ANSWER = (OSError, http.client.HTTPException)
# Metrics that are 0 when nothing is left to do.
WAITING = {"dhow_queue_ready", "dhow_queue_deferred", "dhow_queue_held", "dhow_queue_waiting",
           "dhow_queue_in_doubt", "dhow_receipts_waiting", "dhow_inbox_open"}


def link_name(dialler, listener):
    return f"{dialler}-{listener}"


def free_low_port():
    """Below the range from which outgoing connections take theirs: it stays ours while the hub is
    down."""
    for port in random.SystemRandom().sample(range(10_000, 32_000), 1000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free below 32000")


class Federation(make_federation.Federation):
    """make_federation.py's keys and configurations, with a second hub. `variant` 1 of a
    configuration has other times, so that a reload has something to change."""

    def __init__(self, dhow, folder, lines, has_disks, log):
        super().__init__(make_federation.read_arguments([
            "--dhow", str(dhow), "--dir", str(folder), "--log", log,
            "--members", ",".join(["HUBE", *MEMBERS])]))
        self.has_disks = has_disks
        self.lines = lines
        self.ports = {hub: free_low_port() for hub in HUBS}
        for dialler, listener in LINKS:
            lines[link_name(dialler, listener)].target_port = self.ports[listener]

    def make_directory(self, bureaus):
        super().make_directory([one for one in bureaus if one != "HUBE"])
        directory = self.dir / "directory"
        self.dhow("directory", "add", directory, "--bureau", "HUBE", "--role", "hub", "--name",
                  "Hub East", "--keys", self.dir / "HUBE" / "keys",
                  "--address", f"tls://127.0.0.1:{self.ports['HUBE']}")
        self.dhow("directory", "sign", directory, "--key", self.dir / "root")

    def dial(self, bureau, hub):
        port = self.lines[link_name(bureau, hub)].port
        return (f"  {hub.lower()}: {{peer: {hub}, mode: dial,"
                f" addresses: [\"tls://127.0.0.1:{port}\"]}}")

    def hub_links(self):
        return self.member_links("IPSG")

    def member_links(self, bureau):
        if bureau in MEMBERS:
            turn = MEMBERS.index(bureau) % 2
            ways = [hub.lower() for hub in HUBS[turn:] + HUBS[:turn]]
            return "\n".join(["links:", *(self.dial(bureau, hub) for hub in HUBS), "routes:",
                              f"  - {{to: \"*\", via: [{', '.join(ways)}]}}"])
        other = HUBS[1 - HUBS.index(bureau)]
        between = (self.dial(bureau, other) if (bureau, other) in LINKS
                   else f"  {other.lower()}: {{peer: {other}, mode: listen}}")
        return "\n".join([f"listen: [\"127.0.0.1:{self.ports[bureau]}\"]", "links:", between,
                          *(f"  {one.lower()}: {{peer: {one}, mode: listen}}" for one in MEMBERS),
                          "routes:",
                          *(f"  - {{to: {one}, via: [{one.lower()}, {other.lower()}]}}"
                            for one in MEMBERS)])

    def configuration(self, bureau, variant=0):
        free = "{soft: 20%, hard: 10%, floor: 3%}" if self.has_disks else (
            "{soft: 3%, hard: 2%, floor: 1%}")
        minutes = [1, 2, 3, 4] if variant == 0 else [2, 3, 1, 5]
        classes = "\n".join(f"  {name}: {{send_again_after: {after}m}}" for name, after in
                            zip(["flash", "urgent", "routine", "bulk"], minutes))
        text = super().configuration(bureau)
        storage = "storage: {directory: state, free: {soft: 3%, hard: 2%, floor: 1%}}"
        if storage not in text:
            raise RuntimeError("make_federation.py writes its storage otherwise now")
        return text.replace(
            storage, f"storage: {{directory: state, backup_window: {2 + variant}m, free: {free}}}"
        ) + "classes:\n" + classes + "\n"

    def write_variant(self, bureau, variant):
        path = self.dir / bureau / "dhow.yaml"
        fresh = path.with_suffix(".new")
        fresh.write_text(self.configuration(bureau, variant))
        fresh.replace(path)


class Disk:
    """A small file system under a store: ext4 in a sparse file, so that syncs and a lack of space
    are real, or in memory where there are no loop devices. Only this process's mount namespace
    sees it."""

    def __init__(self, at, size_bytes):
        self.path = at
        image = at.parent / "disk.img"
        with open(image, "wb") as file:
            file.truncate(size_bytes)
        self.run("mkfs.ext4", "-q", "-m", "0", "-F", image)
        try:
            self.run("mount", "-o", "loop", image, at)
            self.kind = "ext4"
        except RuntimeError:
            image.unlink()
            self.run("mount", "-t", "tmpfs", "-o", f"mode=700,size={size_bytes}", "dhow-soak", at)
            self.kind = "tmpfs"

    @staticmethod
    def run(*words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]}: {done.stderr.strip()}")

    @property
    def filler(self):
        return self.path / "of-somebody-else"

    def leave(self, percent):
        """Somebody else writes until so much is left; nothing when less is."""
        found = os.statvfs(self.path)
        more = found.f_bavail - int(found.f_blocks * percent / 100)
        file = os.open(self.filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            size = os.lseek(file, 0, os.SEEK_END)
            while more > 0:
                try:
                    os.posix_fallocate(file, size, more * found.f_frsize)
                    return
                except OSError:
                    more //= 2  # the file system needs some for itself
                    size = os.lseek(file, 0, os.SEEK_END)
        finally:
            os.close(file)

    def make_room(self):
        self.filler.unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.path], capture_output=True, check=False)


class Gateway(bench_gateways.Gateway):
    """One daemon; who keeps it running is in soak_faults.py."""

    def __init__(self, programs, folder):
        super().__init__(programs / "dhowd", folder)
        self.name = folder.name
        self.dhow_program = programs / "dhow"

    @property
    def log(self):
        return self.folder / "dhowd.log"

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--config", self.folder / "dhow.yaml"], stdout=log, stderr=log)

    def send_signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self):
        self.send_signal(signal.SIGKILL)
        self.process.wait()

    def call(self, method, target, body=None, raw=None, fields=None):
        """Status and body; raises one of NO_ANSWER."""
        data = raw if body is None else json.dumps(body)
        with contextlib.closing(bench_gateways.UnixConnection(self.socket)) as connection:
            connection.request(method, target, data, fields or {})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def states_of(self, ids):
        """(id, {recipient: state}) of each message, over one connection."""
        with contextlib.closing(bench_gateways.UnixConnection(self.socket)) as connection:
            for one in ids:
                connection.request("GET", "/v1/messages/" + one)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 200:
                    yield one, {found["recipient"]: found["state"]
                                for found in json.loads(text)["recipients"]}
                elif answer.status == 404:
                    yield one, {}

    def waiting(self):
        """How much is left to do."""
        _, text = self.call("GET", "/metrics")
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.decode().splitlines()
                   if line.split("{")[0].split(" ")[0] in WAITING)

    def check_store(self):
        done = subprocess.run([self.dhow_program, "db", "check", "--thorough"], text=True,
                              capture_output=True, check=False,
                              env={**os.environ, "DHOW_CONFIG": str(self.folder / "dhow.yaml")})
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    @property
    def database(self):
        return next((self.folder / "state").glob("*.db"))

    def store_bytes(self):
        return sum(path.stat().st_size for path in (self.folder / "state").glob("*.db*"))

    def log_tail(self, lines=8):
        with open(self.log, "rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4096))
            return file.read().decode(errors="replace").splitlines()[-lines:]

    def answers(self, path):
        try:
            return self.process.poll() is None and self.call("GET", path)[0] == 200
        except NO_ANSWER:
            return False

    def await_answer(self, patience_s, path="/healthz"):
        until = time.monotonic() + patience_s
        while not self.answers(path):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def await_ready(self, patience_s):
        return self.await_answer(patience_s, "/readyz")
