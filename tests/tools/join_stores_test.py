#!/usr/bin/env python3
"""Checks that join_stores.py finds what was lost, doubled, altered, stray or not refused.

usage: join_stores_test.py [unittest options]
"""

import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/lib/join_stores.py"
TABLES = ROOT / "daemon/store/sqlite_tables.cpp"
COLUMNS = ["message", "delivery", "custody", "inbox", "assignment", "receipt", "receipt_of"]
SENT, FORGED, OTHER, CALLED = (str(uuid.UUID(int=number)) for number in (1, 2, 3, 4))
TEXT = b"synthetic"


def columns(table):
    """The table's columns, from the program that makes it."""
    body = re.search(rf"CREATE TABLE {table} \((.*?)\) STRICT", TABLES.read_text(), re.S).group(1)
    return re.findall(r"(?:^|,)\s*([a-z_]+) (?:TEXT|INTEGER|BLOB)", body)


class JoinStoresTest(unittest.TestCase):
    """ZW sent MU one message over IPSG, one that IPSG altered and MU refused, and one that it
    called back."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.dir = pathlib.Path(self.scratch.name)
        for name in ("letters", "taken/MU/" + SENT):
            (self.dir / name).mkdir(parents=True)
        (self.dir / "letters/text").write_bytes(TEXT)
        (self.dir / "taken/MU" / SENT / "text").write_bytes(TEXT)
        self.stores = {}
        for name in ("ZW", "IPSG", "MU"):
            db = sqlite3.connect(self.dir / name)
            self.addCleanup(db.close)
            self.stores[name] = db
            for table in COLUMNS:
                db.execute(f"CREATE TABLE {table} ({', '.join(columns(table))})")
        self.submit(1, SENT)
        self.submit(2, FORGED)
        self.submit(5, CALLED)
        self.put("IPSG", "custody", id=self.key(SENT), origin="ZW", recipient="MU", handed_on=1)
        self.receive(1, SENT)
        self.put("ZW", "receipt", row=1, issuer="MU")
        self.put("ZW", "receipt_of", id=self.key(SENT), origin="ZW", receipt=1)

    @staticmethod
    def key(id):
        return uuid.UUID(id).bytes

    def put(self, store, table, **values):
        self.stores[store].execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            list(values.values()))

    def submit(self, row, id):
        self.put("ZW", "message", row=row, id=self.key(id), origin="ZW", roles=1)
        self.put("ZW", "delivery", message=row, recipient="MU")

    def receive(self, row, id, state=1):
        self.put("MU", "message", row=row, id=self.key(id), origin="ZW", roles=2)
        self.put("MU", "inbox", message=row, id=self.key(id), origin="ZW")
        self.put("MU", "assignment", message=row, agency="desk", state=state)

    def join(self, named=True):
        for db in self.stores.values():
            db.commit()
        words = ["--letters", self.dir / "letters", "--taken", self.dir / "taken",
                 "--refused", FORGED + "=ZW:MU", "--recalled", CALLED + "=ZW:MU"]
        words += ["--message", SENT + "=ZW:MU:text"] if named else []
        words += [f"{name}={self.dir / name}" for name in self.stores]
        done = subprocess.run([sys.executable, "-B", SCRIPT, *map(str, words)],
                              stdout=subprocess.PIPE, text=True, check=False)
        said = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(done.returncode == 0, said["ok"])
        return done.stdout, said

    def assert_found(self, words):
        table, said = self.join()
        self.assertFalse(said["ok"], table)
        self.assertIn(words, table)

    def test_all_is_well(self):
        for named in (True, False):
            table, said = self.join(named)
            self.assertEqual(said, {"messages": 1, "delivered_once": 1, "lost": 0, "refused": 1,
                                    "recalled": 1, "stray": 0, "ok": True}, table)

    def test_a_message_that_was_sent_and_not_named_is_stray(self):
        self.submit(3, OTHER)
        self.assert_found(OTHER + "  STRAY: ZW as its origin's")

    def test_without_a_list_it_counts_as_lost(self):
        self.submit(3, OTHER)
        _, said = self.join(named=False)
        self.assertEqual((said["messages"], said["lost"], said["ok"]), (2, 1, False))

    def test_an_inbox_with_an_id_that_nobody_sent_is_found(self):
        self.receive(3, OTHER)
        self.assert_found(OTHER + "  STRAY: MU in inbox")

    def test_a_hub_with_an_id_that_nobody_sent_is_found(self):
        self.put("IPSG", "custody", id=self.key(OTHER), origin="ZW", recipient="MU", handed_on=0)
        self.assert_found(OTHER + "  STRAY: IPSG in custody")

    def test_files_of_an_id_that_nobody_sent_are_found(self):
        (self.dir / "taken/MU" / OTHER).mkdir()
        self.assert_found(OTHER + "  STRAY: what MU took")

    def test_a_recipient_too_many_is_found(self):
        self.put("ZW", "delivery", message=1, recipient="KE")
        self.assert_found("too many recipients")

    def test_an_altered_message_that_was_delivered_is_found(self):
        self.receive(2, FORGED)
        self.assert_found("NOT refused")

    def test_a_recalled_message_may_have_come_too_late(self):
        self.receive(5, CALLED, state=6)
        table, said = self.join()
        self.assertTrue(said["ok"], table)

    def test_a_recalled_message_that_somebody_took_is_found(self):
        self.receive(5, CALLED)
        self.assert_found("NOT recalled")

    def test_a_recalled_message_that_was_never_sent_proves_nothing(self):
        self.stores["ZW"].execute("DELETE FROM message WHERE row = 5")
        self.assert_found("not sent")

    def test_an_altered_message_that_was_never_sent_proves_nothing(self):
        self.stores["ZW"].execute("DELETE FROM message WHERE row = 2")
        self.assert_found("not sent")

    def test_a_lost_message_is_found(self):
        self.stores["MU"].execute("DELETE FROM inbox")
        self.assert_found("lost")

    def test_a_doubled_message_is_found(self):
        self.receive(4, SENT)
        self.assert_found("delivered twice")

    def test_an_altered_file_is_found(self):
        (self.dir / "taken/MU" / SENT / "text").write_bytes(b"other")
        self.assert_found("altered")


if __name__ == "__main__":
    unittest.main()
