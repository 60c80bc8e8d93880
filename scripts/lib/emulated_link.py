"""An emulated link between two network namespaces of its own; needs root (or a user namespace)."""
import contextlib
import ctypes
import json
import os
import socket
import subprocess
import time

CLONE_NEWNET = 0x40000000


def can_emulate():
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return False
    return subprocess.run(["unshare", "--net", "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


@contextlib.contextmanager
def in_namespace(path):
    """This thread's new sockets belong to another namespace; they stay there afterwards."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "entering a network namespace")
        try:
            yield
        finally:
            if libc.setns(home, CLONE_NEWNET) != 0:
                os._exit(1)
    finally:
        os.close(there)
        os.close(home)


class EmulatedLink:
    """End "a" is the bureau, end "b" the far side; `words` are options of dhow-linkemu."""

    def __init__(self, program, folder, *words, subnet="10.99.0", holders=None, device="emu"):
        self.a, self.b = f"{subnet}.1", f"{subnet}.2"
        self.control = folder / f"{device}.sock"
        self.file = folder / "counters.json"
        self.words = [str(program), "--subnet", subnet, "--device", device,
                      "--control", str(self.control), "--counters", str(self.file),
                      *map(str, words)]
        self.holders = holders  # a second link between the same two namespaces
        self.has_own_holders = holders is None
        self.process = None

    def __enter__(self):
        try:
            if self.has_own_holders:
                self.hold_namespaces()
            self.process = subprocess.Popen(
                [*self.words, "--ns-a", self.path("a"), "--ns-b", self.path("b")],
                stdout=subprocess.PIPE, text=True)
            if self.process.stdout.readline() != "ready\n":
                raise RuntimeError("the link emulator did not start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for one in [self.process, *((self.holders or {}).values() if self.has_own_holders else ())]:
            if one is not None:
                one.terminate()
                one.wait(10)

    def hold_namespaces(self):
        self.holders = {}
        home = os.readlink("/proc/self/ns/net")
        for end in "ab":
            self.holders[end] = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        for end in "ab":
            while os.readlink(self.path(end)) == home:
                time.sleep(0.005)
            subprocess.run([*self.inside(end), "ip", "link", "set", "lo", "up"], check=True)

    def path(self, end):
        return f"/proc/{self.holders[end].pid}/ns/net"

    def inside(self, end):
        """The words before a command that is to run at that end."""
        return ["nsenter", "--net=" + self.path(end)]

    def command(self, words):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(str(self.control))
            connection.sendall(words.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
        return answer.decode().strip()

    def counters(self):
        return json.loads(self.command("counters"))
