"""Other systems over the same emulated link: NNCP and Postfix, each as its own manual advises for
slow lines. They run in the link's namespaces, with their files in a folder of the bench."""
import email.message
import email.policy
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import smtplib
import subprocess
import time

from emulated_link import in_namespace

PORT = 5400


def programs_of(name):
    needed = {"nncp": ["nncp-cfgnew", "nncp-file", "nncp-daemon", "nncp-call"],
              "postfix": ["postfix", "smtp-source"]}[name]
    return all(shutil.which(one) for one in needed)


class Nncp:
    """Deadlines of 600 s, in the configuration and the environment: its manual's advice."""

    def __init__(self, link, folder):
        self.link = link
        self.folder = folder
        self.running = []
        self.environment = {**os.environ, "NNCPDEADLINE": "600"}
        nodes = {end: self.make_node() for end in "ab"}
        for end, other in (("a", "b"), ("b", "a")):
            self.configure(end, other, nodes)

    @staticmethod
    def make_node():
        text = subprocess.run(["nncp-cfgnew", "-nocomments"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        return {key: re.search(rf"\b{key}: (\S+)", text).group(1) for key in
                ("id", "exchpub", "exchprv", "signpub", "signprv", "noisepub", "noiseprv")}

    def configure(self, end, other, nodes):
        home = self.folder / end
        for part in ("spool", "in"):
            (home / part).mkdir(parents=True)

        def public(node):
            return {key: value for key, value in node.items() if not key.endswith("prv")}

        far = {**public(nodes[other]), "incoming": str(home / "in"), "onlinedeadline": 600,
               "addrs": {"main": f"{self.link.b}:{PORT}"}}
        (home / "nncp.hjson").write_text(json.dumps({
            "spool": str(home / "spool"), "log": str(home / "log"), "noprogress": True,
            "self": nodes[end], "neigh": {"self": public(nodes[end]), "far": far}}))

    def words(self, end, program, *more):
        return [*self.link.inside(end), program, "-cfg", str(self.folder / end / "nncp.hjson"),
                "-quiet", *more]

    def begin(self, end, *words):
        with open(self.folder / "errors", "ab") as log:
            self.running.append(subprocess.Popen(words, stdout=log, stderr=log,
                                                 env=self.environment, start_new_session=True))

    def start(self):
        self.begin("b", *self.words("b", "nncp-daemon", "-bind", f"0.0.0.0:{PORT}", "-autotoss"))
        time.sleep(1)
        # Calls again as soon as a call has ended.
        call = " ".join(self.words("a", "nncp-call", "-onlinedeadline", "600", "far:main"))
        self.begin("a", "sh", "-c", f"while :; do {call}; sleep 1; done")

    def send(self, name, size, is_urgent=False):
        self.send_content(name, os.urandom(size), is_urgent)

    def send_content(self, name, content, is_urgent=False):
        path = self.folder / name
        path.write_bytes(content)
        subprocess.run(self.words("a", "nncp-file", "-nice", "F" if is_urgent else "B", str(path),
                                  f"far:{name}"), check=True, env=self.environment)

    def has(self, name):
        return (self.folder / "b" / "in" / name).exists()

    def count(self):
        return len(list((self.folder / "b" / "in").iterdir()))

    def stop(self):
        for one in self.running:
            os.killpg(one.pid, signal.SIGTERM)
            one.wait()


class Postfix:
    """Back-off of seconds, so that a cut is followed by a try at once."""

    SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

    def __init__(self, link, folder):
        self.link = link
        self.folder = folder
        self.arrivals = 0
        for parent in (folder, *list(folder.parents)[:2]):
            parent.chmod(0o711)  # its own users get through
        self.configure("a", f"default_transport = smtp:[{link.b}]:25", "127.0.0.1:25")
        user = pwd.getpwnam("postfix")
        self.configure("b", f"""virtual_mailbox_domains = far.example
virtual_mailbox_base = {folder}/b/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{user.pw_uid}
virtual_gid_maps = static:{user.pw_gid}""", f"{link.b}:25")

    def configure(self, end, delivery, listening):
        home = self.folder / end
        for part in ("etc", "queue", "data", "mail"):
            (home / part).mkdir(parents=True)
            (home / part).chmod(0o755)
        home.chmod(0o755)
        for part in ("data", "mail"):
            shutil.chown(home / part, "postfix", "postfix")
        (home / "etc" / "master.cf").write_text(
            f"{listening} inet n - n - - smtpd" + self.SERVICES)
        (home / "etc" / "main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {self.folder}
myhostname = {end}.example
mydestination =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
smtp_host_lookup = native
alias_maps =
local_recipient_maps =
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
notify_classes =
message_size_limit = 20480000
minimal_backoff_time = 5s
maximal_backoff_time = 10s
queue_run_delay = 5s
{delivery}
""")
        for path in (home / "etc").iterdir():
            path.chmod(0o644)

    def control(self, end, verb):
        with open(self.folder / "errors", "ab") as log:
            subprocess.run([*self.link.inside(end), "postfix", "-c", str(self.folder / end / "etc"),
                            verb], check=verb == "start", stdout=log, stderr=log,
                           preexec_fn=lambda: os.umask(0o022))

    def start(self):
        for end in "ba":
            self.control(end, "start")
        time.sleep(1)

    def send(self, name, size, is_urgent=False):
        del is_urgent  # it knows no classes
        subprocess.run([*self.link.inside("a"), "smtp-source", "-s", "1", "-m", "1", "-l",
                        str(size), "-f", "a@a.example", "-t", f"{name}@far.example",
                        "127.0.0.1:25"], check=True)

    def send_content(self, name, content):
        """A text, encoded as its lines need it."""
        mail = email.message.EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"] = "a@a.example", f"{name}@far.example"
        mail.set_content(content.decode())
        with in_namespace(self.link.path("a")):
            client = smtplib.SMTP("127.0.0.1", 25, timeout=60)
        with client:
            client.send_message(mail)

    def count(self):
        box = self.folder / "b" / "mail" / "box" / "new"
        return len(list(box.iterdir())) if box.is_dir() else 0

    def has(self, name):
        box = self.folder / "b" / "mail" / "box" / "new"
        wanted = f"<{name}@far.example>".encode()
        return box.is_dir() and any(wanted in one.read_bytes()[:2000] for one in box.iterdir())

    def stop(self):
        for end in "ab":
            self.control(end, "stop")


PEERS = {"nncp": Nncp, "postfix": Postfix}


def await_arrival(peer, name, limit_s):
    """Seconds, or None if it has not come within the limit."""
    begun = time.monotonic()
    while time.monotonic() - begun < limit_s:
        if peer.has(name):
            return time.monotonic() - begun
        time.sleep(0.05)
    return None


def urgent_s(peer, limit_s, wait_s):
    """2 MiB begun, then 1,000 bytes that are urgent: seconds until these have come."""
    peer.start()
    try:
        peer.send("bulk", 2 * 1024 * 1024)
        time.sleep(wait_s)
        begun = time.monotonic()
        peer.send("flash", 1000, is_urgent=True)
        found = await_arrival(peer, "flash", limit_s)
        return None if found is None else time.monotonic() - begun
    finally:
        peer.stop()


def bytes_of_one(peer, link, size, limit_s):
    """IP bytes both ways for one message, the handshake of a running link left out where there is
    one; None if it has not come."""
    peer.start()
    try:
        time.sleep(10)
        before = link.counters()
        peer.send("flash", size, is_urgent=True)
        if await_arrival(peer, "flash", limit_s) is None:
            return None
        time.sleep(5)
        after = link.counters()
        return sum(after[way]["bytes_in"] - before[way]["bytes_in"] for way in ("up", "down"))
    finally:
        peer.stop()


def transfer(peer, link, size, limit_s):
    """Whether it came, seconds that the link was up, bytes sent above TCP."""
    peer.start()
    try:
        before = link.counters()
        peer.send("large", size)
        has_come = await_arrival(peer, "large", limit_s) is not None
        after = link.counters()
        return (has_come, after["up_s"] - before["up_s"],
                after["up"]["payload_bytes_in"] - before["up"]["payload_bytes_in"])
    finally:
        peer.stop()


def bytes_of_mix(peer, link, contents, limit_s):
    """Bytes above TCP both ways for texts that are handed over one after another, the handshake
    of a running link left out where there is one; None if not all have come."""
    peer.start()
    try:
        time.sleep(10)
        before = link.counters()
        for index, content in enumerate(contents):
            peer.send_content(f"mix{index}", content)
        until = time.monotonic() + limit_s
        while peer.count() < len(contents):
            if time.monotonic() > until:
                return None
            time.sleep(0.5)
        time.sleep(5)
        after = link.counters()
        return sum(after[way][key] * sign - before[way][key] * sign for way in ("up", "down")
                   for key, sign in (("payload_bytes_in", 1), ("repeated_bytes_in", -1)))
    finally:
        peer.stop()


def return_s(peer, link, dead_s, limit_s):
    """The line dies without a word, 1,000 urgent bytes are handed over, it comes back: seconds
    from then until they have come."""
    peer.start()
    try:
        time.sleep(10)
        link.command("down")
        time.sleep(1)
        peer.send("flash", 1000, is_urgent=True)
        time.sleep(dead_s - 1)
        link.command("up")
        return await_arrival(peer, "flash", limit_s)
    finally:
        peer.stop()


def folder_for(parent, name):
    out = pathlib.Path(parent) / name
    out.mkdir()
    return out
