#!/usr/bin/env python3
"""Joins the stores of a federation by message id and says of each message what became of it.

usage: join_stores.py --letters FOLDER --taken FOLDER [--message ID=ZW:MU,IPSG:FILE,FILE...]...
                      [--refused ID=ZW:MU]... [--recalled ID=ZW:MU]...
                      ZW=COPY.db IPSG=COPY.db MU=COPY.db

  --letters  where the files of the messages are, as they were submitted
  --taken    TAKEN/BUREAU/ID/ holds what the desk of that bureau took
  --message  a message that was sent, its origin, its recipients, its files
  --refused  a message that was sent and altered on its way: nobody may have it
  --recalled a message that was cancelled before it arrived: nobody may have taken it
  the rest   copies of the stores (`dhow db backup`)

Which messages there are, the origins' stores say. What was named above is compared with them; with
nothing named, all of them count and their files are not compared. A message counts as delivered
once when, for each of its recipients: the origin's store holds it, the recipient's store has
exactly one inbox entry with a desk's acknowledgement, the files that were taken are those that were
sent, and a receipt of that recipient lies in the origin's store. An id in any store that its origin
does not have, or that was not named, is a stray. Prints a table and a line of JSON. Exit 0 only if
all were delivered once, what is to be refused or recalled was, and nothing is stray.
"""
import argparse
import hashlib
import json
import pathlib
import sqlite3
import sys
import uuid

TAKEN = 1  # assignment.state, see daemon/store/rows.hpp
ORIGIN = 1  # A bit of message.roles.


def open_copy(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def one_number(db, sql, *values):
    return db.execute(sql, values).fetchone()[0]


def hashes_of(paths):
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


def files_in(folder):
    return [path for path in folder.glob("*") if path.is_file() and path.name != "message.json"]


def text_of(key):
    return str(uuid.UUID(bytes=key))


class Message:
    """A message that is to be accounted for; hashes of its files, or None if nobody named them."""

    def __init__(self, id, origin, recipients, hashes):
        self.id, self.origin, self.recipients, self.hashes = id, origin, recipients, hashes

    @classmethod
    def named(cls, text, letters):
        """From ID=ORIGIN:RECIPIENTS[:FILES]."""
        id, rest = text.split("=")
        origin, recipients, *files = rest.split(":")
        hashes = hashes_of(letters / name for name in files[0].split(",")) if files else None
        return cls(id, origin, recipients.split(","), hashes)


def submitted(stores):
    """What the stores hold as their own bureau's: {(origin, id): recipients}."""
    out = {}
    for name, db in stores.items():
        for key, recipient in db.execute(
                "SELECT message.id, delivery.recipient FROM message JOIN delivery"
                " ON delivery.message = message.row WHERE message.origin = ?"
                " AND message.roles & ? ORDER BY message.row, delivery.recipient", (name, ORIGIN)):
            recipients = out.setdefault((name, text_of(key)), [])
            if recipient not in recipients:
                recipients.append(recipient)
    return out


def strays(stores, taken, at_origins, messages):
    """Each id that should not be where it is, as (where, id)."""
    expected = {(one.origin, one.id) for one in messages}
    found = {(origin + " as its origin's", id)
             for origin, id in at_origins if (origin, id) not in expected}
    for name, db in stores.items():
        for table in ("message", "inbox", "custody"):
            found |= {(f"{name} in {table}", text_of(key))
                      for origin, key in db.execute(f"SELECT DISTINCT origin, id FROM {table}")
                      if (origin, text_of(key)) not in at_origins}
    ids = {id for _, id in at_origins}
    found |= {(f"what {path.parent.name} took", path.name)
              for path in taken.glob("*/*") if path.name not in ids}
    return sorted(found)


class Joined:
    """One recipient of one message, as all stores together know it."""

    def __init__(self, stores, taken, message, recipient):
        self.id, self.recipient = message.id, recipient
        key = uuid.UUID(message.id).bytes
        origin, home = message.origin, stores[message.origin]
        there = stores[recipient]
        self.at_origin = one_number(
            home, "SELECT count(*) FROM delivery JOIN message ON message.row = delivery.message"
            " WHERE message.id = ? AND message.origin = ? AND message.roles & ?"
            " AND delivery.recipient = ?", key, origin, ORIGIN, recipient)
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
        self.files = hashes_of(files_in(taken / recipient / message.id))
        self.is_intact = message.hashes is None or self.files == message.hashes

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

    @property
    def refusal(self):
        """The verdict on a message that nobody may have."""
        if self.at_origin != 1:
            return "not sent"
        if self.in_inbox or self.acknowledged or self.files:
            return "NOT refused"
        return "refused"

    @property
    def recall(self):
        """The verdict on a message that may have come, too late to be taken."""
        if self.at_origin != 1:
            return "not sent"
        if self.acknowledged or self.files:
            return "NOT recalled"
        return "recalled"


def read_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--letters", required=True, type=pathlib.Path)
    parser.add_argument("--taken", required=True, type=pathlib.Path)
    parser.add_argument("--message", action="append", default=[])
    parser.add_argument("--refused", action="append", default=[])
    parser.add_argument("--recalled", action="append", default=[])
    parser.add_argument("stores", nargs="+")
    return parser.parse_args()


def print_row(one, verdict):
    print(f"  {one.id}  {one.recipient:5} {','.join(one.hubs) or '-':5} {one.in_inbox:5}"
          f" {one.acknowledged:5} {one.receipts:8}  {verdict}")


def main():
    options = read_arguments()
    stores = {name: open_copy(path) for name, path in (one.split("=", 1) for one in options.stores)}
    at_origins = submitted(stores)
    messages = [Message.named(text, options.letters) for text in options.message]
    refused = [Message.named(text, options.letters) for text in options.refused]
    recalled = [Message.named(text, options.letters) for text in options.recalled]
    if not messages:
        named = {(one.origin, one.id) for one in refused + recalled}
        messages = [Message(id, origin, recipients, None)
                    for (origin, id), recipients in at_origins.items() if (origin, id) not in named]
    print(f"  {'MESSAGE':36}  {'TO':5} {'OVER':5} {'INBOX':>5} {'TAKEN':>5} {'RECEIPTS':>8}"
          "  VERDICT")
    verdicts = []
    for message in messages:
        copies = [Joined(stores, options.taken, message, to) for to in message.recipients]
        for one in copies:
            print_row(one, one.verdict)
        # A recipient that the origin's store knows of and the list does not is one too many.
        known = at_origins.get((message.origin, message.id), [])
        extra = set() if set(known) <= set(message.recipients) else {"too many recipients"}
        for verdict in extra:
            print(f"  {message.id}  {','.join(known)}: {verdict}")
        verdicts.append({one.verdict for one in copies} | extra)
    refusals, recalls = ([Joined(stores, options.taken, message, to)
                          for message in group for to in message.recipients]
                         for group in (refused, recalled))
    for one in refusals:
        print_row(one, one.refusal)
    for one in recalls:
        print_row(one, one.recall)
    stray = strays(stores, options.taken, at_origins, messages + refused + recalled)
    for where, id in stray:
        print(f"  {id}  STRAY: {where}")
    once = sum(found == {"delivered once"} for found in verdicts)
    lost = sum("lost" in found for found in verdicts)
    ok = (once == len(messages) > 0 and not stray
          and all(one.refusal == "refused" for one in refusals)
          and all(one.recall == "recalled" for one in recalls))
    print(json.dumps({"messages": len(messages), "delivered_once": once, "lost": lost,
                      "refused": sum(one.refusal == "refused" for one in refusals),
                      "recalled": sum(one.recall == "recalled" for one in recalls),
                      "stray": len(stray), "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
