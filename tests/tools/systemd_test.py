#!/usr/bin/env python3
"""Checks the files of systemd/ with systemd's own tools, and that these checks notice a weakening.

usage: systemd_test.py [unittest options]
Exit code 77 when systemd-analyze is not installed.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "systemd"
EXPOSURE_MAX = 1.5
PROGRAMS = ["usr/sbin/dhowd", "usr/bin/dhow", "usr/bin/kill", "usr/bin/mv"]
HOST_UNITS = pathlib.Path("/usr/lib/systemd/system")
TARGETS = ["basic", "network", "shutdown", "sysinit", "multi-user", "timers", "time-sync",
           "time-set"]

# Each of these lines, taken away, has to make the rated exposure worse.
RATED_LINES = [
    "AmbientCapabilities", "CapabilityBoundingSet", "NoNewPrivileges", "PrivateDevices",
    "PrivateTmp", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectKernelLogs",
    "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc", "ProtectSystem",
    "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID",
    "SystemCallArchitectures", "SystemCallFilter", "User"]
# Lines with a meaning of their own, or with less weight than the rating's rounding.
NEEDED_LINES = {
    "Type": "notify", "WatchdogSec": "30", "ExecReload": "/bin/kill -HUP $MAINPID",
    "Restart": "always", "User": "dhow", "StateDirectory": "dhow", "RuntimeDirectory": "dhow",
    "LimitCORE": "0", "MemorySwapMax": "0", "PrivateMounts": "yes", "PrivateIPC": "yes",
    "DevicePolicy": "closed", "UMask": "0077", "KeyringMode": "private", "ProcSubset": "pid",
    "ProtectHostname": "yes", "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes",
    "RemoveIPC": "yes", "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK"}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def without(text, key):
    return re.sub(rf"^{key}=.*\n", "", text, flags=re.MULTILINE)


class unit_test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.service = (UNITS / "dhowd.service").read_text()
        self.backup = (UNITS / "dhow-backup.service").read_text()

    def verify(self, *units):
        """What `systemd-analyze verify` says of units in their own root; empty: all is well."""
        system = self.root / "usr/lib/systemd/system"
        system.mkdir(parents=True)
        for name in PROGRAMS:
            program = self.root / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text("#!/bin/sh\n")
            program.chmod(0o755)
        (self.root / "bin").symlink_to("usr/bin")
        for target in TARGETS:
            if (HOST_UNITS / f"{target}.target").exists():
                shutil.copy(HOST_UNITS / f"{target}.target", system)
        for name, text in units:
            (system / name).write_text(text)
        done = run("systemd-analyze", "verify", f"--root={self.root}", "--man=no",
                   *[name for name, _ in units])
        said = done.stdout + done.stderr
        return said or ("" if done.returncode == 0 else f"exit code {done.returncode}")

    def exposure(self, text):
        unit = self.root / "dhowd.service"
        unit.write_text(text)
        done = run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                   f"--threshold={EXPOSURE_MAX * 10:.0f}", str(unit))
        found = re.search(r"Overall exposure level .*?: ([0-9.]+)", done.stdout)
        self.assertIsNotNone(found, done.stdout + done.stderr)
        value = float(found.group(1))
        self.assertEqual(done.returncode == 0, value <= EXPOSURE_MAX)
        return value

    def test_all_units_verify_without_a_word(self):
        units = [(path.name, path.read_text()) for path in sorted(UNITS.iterdir())
                 if path.suffix in (".service", ".timer", ".socket")]
        for name in ("dhowd.service", "dhow-backup.service", "dhow-backup.timer"):
            self.assertIn(name, [unit for unit, _ in units])
        self.assertEqual(self.verify(*units), "")

    def test_verify_notices_a_mistyped_key(self):
        broken = self.service.replace("WatchdogSec=", "WatchdogSecs=")
        self.assertIn("Unknown key", self.verify(("dhowd.service", broken)))

    def test_verify_notices_a_program_that_is_not_there(self):
        broken = self.service.replace("/usr/sbin/dhowd ", "/usr/sbin/dhowdd ")
        self.assertIn("not executable", self.verify(("dhowd.service", broken)))

    def test_exposure_is_within_the_bound(self):
        value = self.exposure(self.service)
        print(f"dhowd.service: exposure {value}, at most {EXPOSURE_MAX}")
        self.assertLessEqual(value, EXPOSURE_MAX)

    def test_exposure_of_the_backup_is_not_above_the_daemons(self):
        value = self.exposure(self.backup)
        print(f"dhow-backup.service: exposure {value}, at most {EXPOSURE_MAX}")
        self.assertLessEqual(value, self.exposure(self.service))

    def test_the_backup_writes_where_it_and_the_daemon_may_and_runs_as_the_daemon(self):
        paths = set(re.findall(r"(/var/[^ \n]*)/\w+\.db", self.backup))
        self.assertEqual(paths, {"/var/backups/dhow"})
        self.assertIn("\nReadWritePaths=/var/backups/dhow\n", self.backup)
        self.assertIn("\nReadWritePaths=-/var/backups/dhow\n", self.service)
        self.assertIn("\nd /var/backups/dhow    0700 dhow dhow -\n",
                      (UNITS / "tmpfiles.d/dhow.conf").read_text())
        for key in ("User", "Group"):
            self.assertIn(f"\n{key}=dhow\n", self.backup)

    def test_the_backup_keeps_the_copy_from_before(self):
        steps = re.findall(r"(?m)^ExecStart(?:Post)?=-?(.*)$", self.backup)
        folder = self.root / "copies"
        folder.mkdir()
        for number in (1, 2, 3):
            (folder / "new.db").write_text(str(number))   # what the first step leaves
            for step in steps[1:]:
                run(*step.replace("/var/backups/dhow", str(folder)).split())
        self.assertEqual({path.name: path.read_text() for path in folder.iterdir()},
                         {"latest.db": "3", "previous.db": "2"})

    def test_each_rated_line_counts(self):
        ours = self.exposure(self.service)
        for key in RATED_LINES:
            weaker = without(self.service, key)
            self.assertNotEqual(weaker, self.service, f"{key}= is missing")
            if key == "AmbientCapabilities":   # empty is the default; a capability is what costs
                weaker = self.service.replace("AmbientCapabilities=",
                                              "AmbientCapabilities=CAP_NET_ADMIN")
            with self.subTest(key):
                self.assertGreater(self.exposure(weaker), ours)

    def test_the_daemon_may_hear_of_the_network_and_the_backup_may_not(self):
        self.assertRegex(self.service, r"(?m)^RestrictAddressFamilies=.*\bAF_NETLINK\b")
        self.assertIn("\nRestrictAddressFamilies=AF_UNIX\n", self.backup)

    def test_a_weakened_unit_is_above_the_bound(self):
        for keys in (["CapabilityBoundingSet"], ["SystemCallFilter"], ["ProtectSystem", "User"]):
            weaker = self.service
            for key in keys:
                weaker = without(weaker, key)
            with self.subTest(keys):
                self.assertGreater(self.exposure(weaker), EXPOSURE_MAX)

    def test_needed_lines_stand(self):
        for key, value in NEEDED_LINES.items():
            self.assertIn(f"\n{key}={value}\n", self.service)

    def credentials(self):
        """Name to path of each credential that the unit loads."""
        lines = re.findall(r"(?m)^LoadCredential=([a-z-]+):(.*)$", self.service)
        self.assertEqual(len(lines), len(dict(lines)), "a name stands twice")
        return dict(lines)

    def test_the_unit_hands_over_what_the_samples_ask_for_and_nothing_else(self):
        named = {name for sample in ("dhow.yaml", "hub.yaml")
                 for name in re.findall(r"credential:([a-z][a-z-]+)",
                                        (ROOT / "config" / sample).read_text())}
        self.assertEqual(set(self.credentials()), named)
        for path in self.credentials().values():
            self.assertRegex(path, r"^/etc/dhow/keys/[a-z-]+(\.pem|\.key)?$")

    def test_only_what_not_every_gateway_has_may_be_missing(self):
        optional = set(re.findall(r"(?m)^SetCredential=([a-z-]+):\\n$", self.service))
        self.assertEqual(optional, {"passphrase", "api-key"})
        self.assertEqual(self.service.count("\nSetCredential="), len(optional))
        for name in ("link-key", "sign-key", "encrypt-key", "at-rest"):
            self.assertIn(name, self.credentials())

    def test_keys_have_the_names_under_which_they_are_made(self):
        maker = (ROOT / "daemon/seal/key_maker.hpp").read_text()
        self.assertIn('at_rest_file = "at-rest.key"', maker)
        self.assertIn("`sign.pem`", maker)
        paths = self.credentials()
        self.assertEqual(paths["at-rest"], "/etc/dhow/keys/at-rest.key")
        for use in ("link", "sign", "encrypt"):
            self.assertEqual(paths[f"{use}-key"], f"/etc/dhow/keys/{use}.pem")

    def test_the_drop_in_of_the_manual_replaces_every_credential(self):
        manual = (ROOT / "docs/install.md").read_text()
        drop_in = re.search(r"```\n\[Service\]\n(LoadCredential=\n.*?)```", manual, re.DOTALL)
        self.assertIsNotNone(drop_in)
        names = re.findall(r"(?m)^LoadCredentialEncrypted=([a-z-]+):", drop_in.group(1))
        self.assertEqual(set(names), set(self.credentials()) - {"api-key"})
        narrowed = self.service.replace("[Install]", drop_in.group(1) + "\n[Install]")
        self.assertEqual(self.verify(("dhowd.service", narrowed)), "")

    def test_multicast_is_denied_and_the_rest_left_to_the_site(self):
        self.assertEqual(re.findall(r"(?m)^IPAddress\w+=.*$", self.service),
                         ["IPAddressDeny=multicast"])
        narrowed = self.service.replace("IPAddressDeny=multicast", "IPAddressDeny=any\n"
                                        "IPAddressAllow=localhost 192.0.2.10 198.51.100.0/24")
        self.assertEqual(self.verify(("dhowd.service", narrowed)), "")


class users_test(unittest.TestCase):
    def test_the_user_is_created(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "etc").mkdir()
            done = run("systemd-sysusers", f"--root={root}", str(UNITS / "sysusers.d/dhow.conf"))
            self.assertEqual(done.returncode, 0, done.stderr)
            users = (root / "etc/passwd").read_text()
            self.assertRegex(users, r"(?m)^dhow:[^:]*:\d+:\d+:[^:]*:/var/lib/dhow:")

    def test_folders_are_the_daemons_or_roots_and_closed_to_others(self):
        lines = [line.split() for line in
                 (UNITS / "tmpfiles.d/dhow.conf").read_text().splitlines()
                 if line and not line.startswith("#")]
        self.assertTrue(lines)
        for kind, path, mode, user, group, *_ in lines:
            self.assertEqual(kind, "d")
            self.assertTrue(path.startswith("/etc/dhow") or path.startswith("/var/"), path)
            self.assertTrue(mode.endswith("0"), f"{path} is open to others")
            self.assertIn((user, group), [("root", "dhow"), ("dhow", "dhow")])


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not installed; install the package systemd")
        sys.exit(77)
    unittest.main()
