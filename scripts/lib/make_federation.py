#!/usr/bin/env python3
"""Makes a small federation in a folder: keys, a signed directory, and a configuration for each
gateway.

usage: make_federation.py --dhow PATH --dir DIR [--hub IPSG] [--members ZW,MU] [--also KE,FJ]
                          [--line ZW=PORT]... [--log LEVEL] [--extra FILE] [--dictionaries N]

  --members  bureaus whose gateways dial the hub and send everything through it
  --also     bureaus that stand in the directory only; the hub dials them in vain
  --line     the port that a member dials instead of the hub's own (a relay that slows the line)
  --extra    YAML that is appended to every configuration
  --dictionaries  highest compression dictionary that every bureau has by the directory (0: none)

Each gateway gets DIR/ID/dhow.yaml, with its database, keys and socket beside it. DIR/root holds the
certificate of the directory's signer. DIR/federation.json says which port the hub listens on.
The user who runs this is agency "desk" and operator everywhere.
"""
import argparse
import getpass
import json
import os
import pathlib
import socket
import subprocess
import sys

NAMES = {"ZW": "NCB Harare", "MU": "NCB Port Louis", "IPSG": "General Secretariat"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_arguments(arguments=None):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--dhow", required=True)
    parser.add_argument("--dir", required=True, type=pathlib.Path)
    parser.add_argument("--hub", default="IPSG")
    parser.add_argument("--members", default="ZW,MU", type=lambda text: text.split(","))
    parser.add_argument("--also", default=[], type=lambda text: text.split(",") if text else [])
    parser.add_argument("--line", action="append", default=[])
    parser.add_argument("--log", default="debug")
    parser.add_argument("--extra", type=pathlib.Path)
    parser.add_argument("--dictionaries", type=int, default=1)
    return parser.parse_args(arguments)


class Federation:
    def __init__(self, options):
        self.options = options
        self.dir = options.dir.resolve()
        self.port = free_port()
        self.lines = dict(line.split("=") for line in options.line)
        self.extra = options.extra.read_text() if options.extra else ""

    def dhow(self, *words):
        done = subprocess.run([self.options.dhow, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"dhow {' '.join(map(str, words))}: {done.stderr}{done.stdout}")

    def make_keys(self, bureau):
        self.dhow("keys", "create", "--bureau", bureau, "--name", NAMES.get(bureau, bureau),
                  "--out", self.dir / bureau / "keys")

    def make_directory(self, bureaus):
        """One signer, who also keeps the certificate that everybody trusts, in DIR/root."""
        directory = self.dir / "directory"
        self.dhow("keys", "root", "--signer", "root-1", "--out", self.dir / "root")
        self.dhow("directory", "init", "--federation", "example", "--threshold", 1,
                  "--out", directory)
        for bureau in bureaus:
            role = "general_secretariat" if bureau == self.options.hub else "bureau"
            self.dhow("directory", "add", directory, "--bureau", bureau, "--role", role,
                      "--name", NAMES.get(bureau, "Bureau " + bureau),
                      "--keys", self.dir / bureau / "keys",
                      "--dictionaries", self.options.dictionaries,
                      "--address", f"tls://127.0.0.1:{self.port}")
        self.dhow("directory", "sign", directory, "--key", self.dir / "root")

    def configuration(self, bureau):
        is_hub = bureau == self.options.hub
        return f"""version: 1
bureau: {{id: "{bureau}", name: {NAMES.get(bureau, "Bureau " + bureau)}}}
storage: {{directory: state, free: {{soft: 3%, hard: 2%, floor: 1%}}}}
keys:
  link: file:keys/link.pem
  sign: file:keys/sign.pem
  encrypt: file:keys/encrypt.pem
  at_rest: file:keys/at-rest.key
  link_certificate: keys/link-certificate.pem
trust:
  directory: ../directory
  anchors: [../root/directory-certificate.pem]
  threshold: 1
  federation: example
{self.hub_links() if is_hub else self.member_links(bureau)}
agencies:
  desk:
    users: [{getpass.getuser()}]
    send: {{kinds: ["*"], to: ["*"], classes: [flash, urgent, routine, bulk]}}
duty_desk: desk
api: {{unix_socket: api.sock}}
operators: [{getpass.getuser()}]
log: {{level: {self.options.log}}}
{self.extra}"""

    def hub_links(self):
        links = [f"  to-{member.lower()}: {{peer: \"{member}\", mode: listen}}"
                 for member in self.options.members]
        links += [f"  to-{other.lower()}: {{peer: \"{other}\", mode: dial,"
                  f" addresses: [\"tls://127.0.0.1:9\"]}}" for other in self.options.also]
        return "\n".join([f"listen: [\"127.0.0.1:{self.port}\"]", "links:", *links])

    def member_links(self, bureau):
        hub = self.options.hub
        port = self.lines.get(bureau, self.port)
        name = hub.lower()
        return f"""links:
  {name}: {{peer: {hub}, mode: dial, addresses: ["tls://127.0.0.1:{port}"]}}
routes:
  - {{to: "*", via: [{name}]}}"""

    def make(self):
        running = [self.options.hub, *self.options.members]
        for bureau in running + self.options.also:
            (self.dir / bureau / "state").mkdir(parents=True, exist_ok=True)
            self.make_keys(bureau)
        self.make_directory(running + self.options.also)
        for bureau in running:
            path = self.dir / bureau / "dhow.yaml"
            path.write_text(self.configuration(bureau))
        (self.dir / "federation.json").write_text(
            json.dumps({"hub": self.options.hub, "port": self.port, "bureaus": running}))


if __name__ == "__main__":
    os.umask(0o077)
    Federation(read_arguments()).make()
