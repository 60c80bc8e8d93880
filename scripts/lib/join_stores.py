#!/usr/bin/env python3
"""Joins the stores of a federation by message id and says of each message what became of it.

usage: join_stores.py --letters FOLDER --taken FOLDER --message ID=ZW:MU,IPSG:FILE,FILE...
                      ZW=COPY.db IPSG=COPY.db MU=COPY.db

  --letters  where the files of the messages are, as they were submitted
  --taken    TAKEN/BUREAU/ID/ holds what the desk of that bureau took
  --message  a message, its origin, its recipients, its files; may be given several times
  the rest   copies of the stores (`dhow db backup`)

A message counts as delivered once when, for each of its recipients: the origin's store holds it,
the
recipient's store has exactly one inbox entry with a desk's acknowledgement, the files that were
taken
are those that were sent, and a receipt of that recipient lies in the origin's store. Prints a table
and a line of JSON. Exit 0 only if all were delivered once.
"""
import argparse
import hashlib
import json
import pathlib
import sqlite3
import sys
import uuid

TAKEN = 1  # assignment.state, see daemon/store/rows.hpp


def open_copy(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def one_number(db, sql, *values):
    return db.execute(sql, values).fetchone()[0]


def hashes_of(paths):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


def files_in(folder):
    return [path for path in folder.glob("*") if path.is_file() and path.name != "message.json"]


class Message:
    """What was submitted, from ID=ORIGIN:RECIPIENTS:FILES."""

    def __init__(self, text, letters):
        self.id, rest = text.split("=")
        self.origin, recipients, files = rest.split(":")
        self.recipients = recipients.split(",")
        self.hashes = hashes_of(letters / name for name in files.split(","))


class Joined:
    """One recipient of one message, as all stores together know it."""

    def __init__(self, stores, taken, message, recipient):
        self.id, self.recipient = message.id, recipient
        key = uuid.UUID(message.id).bytes
        origin, home = message.origin, stores[message.origin]
        there = stores[recipient]
        self.at_origin = one_number(
            home, "SELECT count(*) FROM delivery JOIN message ON message.row = delivery.message"
            " WHERE message.id = ? AND message.origin = ? AND message.roles & 1"
            " AND delivery.recipient = ?", key, origin, recipient)
        self.hubs = sorted(
            name for name, db in stores.items() if name not in (origin, recipient) and one_number(
                db, "SELECT count(*) FROM custody WHERE id = ? AND origin = ? AND recipient = ?"
                " AND handed_on", key, origin, recipient))
        self.in_inbox = one_number(
            there, "SELECT count(*) FROM inbox WHERE id = ? AND origin = ?", key, origin)
        self.acknowledged = one_number(
            there,
                "SELECT count(*) FROM assignment JOIN inbox ON inbox.message = assignment.message"
            " WHERE inbox.id = ? AND inbox.origin = ? AND assignment.state = ?", key, origin, TAKEN)
        self.receipts = one_number(
            home, "SELECT count(*) FROM receipt_of JOIN receipt ON receipt.row = receipt_of.receipt"
            " WHERE receipt_of.id = ? AND receipt_of.origin = ? AND receipt.issuer = ?",
            key, origin, recipient)
        self.is_intact = hashes_of(files_in(taken / recipient / message.id)) == message.hashes

    @property
    def verdict(self):
        if self.in_inbox == 0:
            return "lost"
        if self.in_inbox > 1 or self.acknowledged > 1:
            return "delivered twice"
        if not self.is_intact:
            return "altered"
        if self.at_origin != 1 or self.acknowledged != 1 or self.receipts == 0:
            return "incomplete"
        return "delivered once"


def read_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--letters", required=True, type=pathlib.Path)
    parser.add_argument("--taken", required=True, type=pathlib.Path)
    parser.add_argument("--message", action="append", required=True)
    parser.add_argument("stores", nargs="+")
    return parser.parse_args()


def main():
    options = read_arguments()
    stores = {name: open_copy(path) for name, path in (one.split("=", 1) for one in options.stores)}
    messages = [Message(text, options.letters) for text in options.message]
    verdicts = []
    print(f"  {'MESSAGE':36}  {'TO':5} {'OVER':5} {'INBOX':>5} {'TAKEN':>5} {'RECEIPTS':>8}"
          "  VERDICT")
    for message in messages:
        copies = [Joined(stores, options.taken, message, to) for to in message.recipients]
        for one in copies:
            print(f"  {one.id}  {one.recipient:5} {','.join(one.hubs) or '-':5} {one.in_inbox:5}"
                  f" {one.acknowledged:5} {one.receipts:8}  {one.verdict}")
        verdicts.append({one.verdict for one in copies})
    once = sum(found == {"delivered once"} for found in verdicts)
    lost = sum("lost" in found for found in verdicts)
    print(json.dumps({"messages": len(messages), "delivered_once": once, "lost": lost}))
    return 0 if once == len(messages) else 1


if __name__ == "__main__":
    sys.exit(main())
