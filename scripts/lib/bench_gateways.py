"""Gateways for a bench: a federation in a folder, its daemons, and what /proc and they say."""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

PATIENCE_S = 180
TOOLS = pathlib.Path(__file__).resolve().parent


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("dhow", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def wait_until(what, is_so, every_s=0.05, patience_s=PATIENCE_S):
    until = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError(f"waited {patience_s} s in vain for {what}")
        time.sleep(every_s)


class Gateway:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.process = None

    @property
    def socket(self):
        return self.folder / "api.sock"

    def start(self):
        """Until it is ready; the seconds that took."""
        begun = time.monotonic()
        with open(self.folder / "dhowd.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--config", self.folder / "dhow.yaml"], stdout=log, stderr=log)
        wait_until(f"{self.folder.name} to be ready", self.is_ready, 0.002)
        return time.monotonic() - begun

    def is_ready(self):
        if self.process.poll() is not None:
            log = (self.folder / "dhowd.log").read_text().splitlines()[-5:]
            raise RuntimeError(f"{self.folder.name} ended: " + "\n".join(log))
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)

    def ask(self, method, target, body=None):
        """Status and body, on a connection of its own."""
        with contextlib.closing(UnixConnection(self.socket)) as connection:
            connection.request(method, target, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def submit(self, body):
        status, answer = self.ask("POST", "/v1/messages", body)
        if status != 202:
            raise RuntimeError(f"{self.folder.name} refused a message: {answer.decode()}")
        return json.loads(answer)["id"]

    def statuses(self, ids):
        """State and time (UTC, ms) of the first recipient of each message."""
        with contextlib.closing(UnixConnection(self.socket)) as connection:
            for one in ids:
                connection.request("GET", "/v1/messages/" + one)
                found = json.loads(connection.getresponse().read())["recipients"][0]
                yield found["state"], found["changed_at"]

    def metric(self, name):
        """The sum over all label sets."""
        _, text = self.ask("GET", "/metrics")
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.decode().splitlines()
                   if line.split("{")[0].split(" ")[0] == name)

    def is_linked(self):
        return self.metric("dhow_link_up") >= 1

    def cpu_s(self):
        """User and system time of all threads, to the kernel's tick (10 ms)."""
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = text.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")


@contextlib.contextmanager
def federation(programs, folder, *words):
    """ZW and MU, which dial the hub IPSG; none is started, all are stopped and removed after.
    `words` are more options of make_federation.py."""
    folder.mkdir()
    subprocess.run([sys.executable, "-B", TOOLS / "make_federation.py", "--dhow", programs / "dhow",
                    "--dir", folder, "--log", "info", *map(str, words)], check=True)
    gateways = {name: Gateway(programs / "dhowd", folder / name) for name in ("IPSG", "ZW", "MU")}
    try:
        yield gateways
    finally:
        for one in gateways.values():
            one.stop(signal.SIGKILL)
        subprocess.run(["rm", "-rf", folder], check=True)


def start_linked(*gateways):
    """The hub first, so that nobody dials in vain; returns when all members are linked."""
    for one in gateways:
        one.start()
    for one in gateways[1:]:
        wait_until(f"the link of {one.folder.name}", one.is_linked)
