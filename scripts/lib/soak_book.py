"""What the agencies of a soak know, and the verdict: their knowledge joined with what the stores
hold, message by message and recipient by recipient."""
import collections
import json
import threading
import uuid

from store_tools import copy_of

ORIGIN = 1  # bit of message.roles, daemon/store/rows.hpp
STATES = ["accepted", "queued", "sending", "in_doubt", "relayed", "delivered", "complete", "taken",
          "answered", "deferred", "held", "quarantined", "expired", "cancelled", "refused",
          "undeliverable", "received", "handed_on", "rejected"]
ASSIGNMENT = ["offered", "taken", "rejected"]
FINAL = {"taken", "rejected", "expired", "cancelled", "refused", "undeliverable", "answered"}
NOT_LEFT = {"accepted", "queued", "sending", "in_doubt", "deferred", "held"}
FOLLOWS = "transport.cancellation"  # what the gateway itself sends after a message it cannot stop


class Book:
    """Written by the agencies while the soak runs; each line also goes to a file, as evidence."""

    def __init__(self, folder):
        self.lock = threading.Lock()
        self.submitted = {}  # subject -> facts; "ids" are those that were answered
        self.accepted = {}  # id -> (bureau, subject)
        self.cancelling = set()
        self.taken = {}  # (bureau, id) -> what the agency saw
        self.open = collections.defaultdict(set)  # bureau -> ids without a final state yet
        self.wrong = collections.defaultdict(list)
        self.sent_file = open(folder / "sent.jsonl", "w", encoding="utf-8")
        self.taken_file = open(folder / "taken.jsonl", "w", encoding="utf-8")

    @staticmethod
    def write(file, **facts):
        file.write(json.dumps(facts) + "\n")
        file.flush()

    def on_submitted(self, bureau, subject, sure):
        with self.lock:
            if subject not in self.submitted:
                self.submitted[subject] = {**sure, "origin": bureau, "ids": set()}
                self.write(self.sent_file, subject=subject, **sure)

    def on_accepted(self, bureau, subject, sent):
        with self.lock:
            facts = self.submitted[subject]
            if facts["ids"] and sent not in facts["ids"]:
                self.wrong["doubled"].append(f"{subject}: one idempotency key, two messages:"
                                             f" {sent} and {', '.join(facts['ids'])}")
            if sent in self.accepted and self.accepted[sent][1] != subject:
                self.wrong["doubled"].append(f"{subject}: has the id of another message, {sent}")
            facts["ids"].add(sent)
            if sent not in self.accepted:
                self.accepted[sent] = bureau, subject
                self.open[bureau].add(sent)
                self.write(self.sent_file, subject=subject, accepted=sent)

    def on_unanswered(self, bureau, subject):
        with self.lock:
            self.wrong["unfinished"].append(f"{bureau}: {subject} was never accepted")

    def on_cancelling(self, sent):
        with self.lock:
            self.cancelling.add(sent)
            self.write(self.sent_file, cancelling=sent)

    def on_offered_again(self, bureau, one):
        with self.lock:
            self.wrong["doubled"].append(f"{one} is offered at {bureau} although it was taken")

    def on_taken(self, bureau, entry, subject, recipients, digest):
        with self.lock:
            self.write(self.taken_file, at=bureau, id=entry["id"], origin=entry["origin"],
                       position=entry["position"], subject=subject, **digest)
            seen = self.taken.setdefault((bureau, entry["id"]), {
                "origin": entry["origin"], "subject": subject, "positions": set(), "digests": []})
            seen["positions"].add(entry["position"])
            if digest not in seen["digests"]:
                seen["digests"].append(digest)
            if bureau not in recipients:
                self.wrong["altered"].append(f"{entry['id']} at {bureau}: it is to {recipients}")

    def forget_open(self, bureau, states):
        """`states`: (id, {recipient: state}), as the gateway says."""
        for one, found in states:
            if found and all(state in FINAL for state in found.values()):
                with self.lock:
                    self.open[bureau].discard(one)

    def count_open(self):
        with self.lock:
            return sum(len(ids) for ids in self.open.values())


class Store:
    """One store, read from a copy after its daemon has stopped."""

    def __init__(self, name, path):
        self.name = name
        self.sent = {}  # id -> kind, of our own messages
        self.states = collections.defaultdict(dict)  # id -> {recipient: state}
        self.inbox = collections.Counter()  # (origin, id)
        self.assigned = {}  # (origin, id) -> state
        self.in_custody = set()  # (origin, id, recipient): here, and still to be done with
        self.unsettled = []
        with copy_of(str(path)) as db:
            self.read(db)

    def read(self, db):
        for one, kind in db.execute("SELECT id, kind FROM message WHERE origin = ? AND roles & ?",
                                    (self.name, ORIGIN)):
            self.sent[str(uuid.UUID(bytes=one))] = kind
        for one, recipient, state in db.execute(
                "SELECT id, recipient, delivery.state FROM delivery JOIN message ON message.row ="
                " delivery.message WHERE origin = ? AND roles & ?", (self.name, ORIGIN)):
            self.states[str(uuid.UUID(bytes=one))][recipient] = STATES[state]
        for origin, one in db.execute("SELECT origin, id FROM inbox"):
            self.inbox[origin, str(uuid.UUID(bytes=one))] += 1
        for origin, one, state in db.execute(
                "SELECT origin, id, assignment.state FROM assignment JOIN inbox USING (message)"):
            self.assigned[origin, str(uuid.UUID(bytes=one))] = ASSIGNMENT[state]
        for origin, one, recipient in db.execute(
                "SELECT origin, id, recipient FROM custody WHERE handed_on = 0 AND outcome IS NULL"
                " AND recipient <> ?1 UNION SELECT origin, id, recipient FROM delivery JOIN message"
                " ON message.row = delivery.message WHERE state = ?2",
                (self.name, STATES.index("received"))):
            self.in_custody.add((origin, str(uuid.UUID(bytes=one)), recipient))
        for what, sql in (
                ("shipments in the queue", "SELECT coalesce(sum(shipments), 0) FROM queue_count"),
                ("shipments not done", "SELECT count(*) FROM shipment WHERE state < 4"),
                ("outcomes without a receipt", "SELECT count(*) FROM outcome"),
                ("messages not opened", "SELECT count(*) FROM delivery WHERE state = 16"),
                ("messages in quarantine", "SELECT count(*) FROM delivery WHERE state = 11"),
                # Others, which no message has claimed, are left to housekeeping.
                ("objects in part", "SELECT count(*) FROM object WHERE state = 1"
                                    " AND message <> 0")):
            number, = db.execute(sql).fetchone()
            if number:
                self.unsettled.append(f"{self.name}: {number} {what}")


class Verdict:
    """lost, doubled, altered, untruthful, unfinished: a line for each case."""

    def __init__(self, book, stores):
        self.book, self.stores = book, stores
        self.wrong = collections.defaultdict(list, {k: list(v) for k, v in book.wrong.items()})
        self.messages = self.deliveries = self.settled = 0
        for store in stores.values():
            self.wrong["unfinished"] += store.unsettled
        for one, (bureau, subject) in book.accepted.items():
            if one not in stores[bureau].sent:
                self.wrong["lost"].append(f"{one} ({subject}) was accepted and is not in the store"
                                          f" of {bureau}")
        for store in stores.values():
            for one, kind in store.sent.items():
                self.judge_message(store, one, kind)
        self.judge_what_nobody_sent()

    def subject_of(self, home, one):
        """What was submitted under this id; None when no agency that took it could say."""
        if one in self.book.accepted:
            return self.book.accepted[one][1]
        subjects = {self.book.taken[at, one]["subject"] for at in self.stores
                    if (at, one) in self.book.taken}
        for subject in subjects:
            facts = self.book.submitted.get(subject)
            if facts is None or facts["origin"] != home.name:
                self.wrong["altered"].append(f"{one} came as '{subject}', which {home.name} has"
                                             " not sent")
            elif facts["ids"] and facts["has_key"]:
                self.wrong["doubled"].append(f"{subject}: {one} besides {', '.join(facts['ids'])}")
            else:
                return subject
        return None

    def judge_message(self, home, one, kind):
        self.messages += 1
        follows = kind == FOLLOWS
        subject = None if follows else self.subject_of(home, one)
        facts = self.book.submitted.get(subject)
        states = home.states.get(one, {})
        if facts is not None and sorted(states) != facts["to"]:
            self.wrong["lost"].append(f"{one} ({subject}) goes to {sorted(states)}, not to"
                                      f" {facts['to']}")
        for recipient, state in states.items():
            self.judge_copy(home, one, recipient, state, facts, follows)

    def judge_copy(self, home, one, recipient, state, facts, follows):
        key = (home.name, one)
        where = f"{one} from {home.name} to {recipient}"
        times = self.stores[recipient].inbox[key]
        seen = self.book.taken.get((recipient, one))
        if times == 0:
            is_due = (state == "cancelled" and one in self.book.cancelling or
                      state == "expired" and facts is not None and facts["is_short_lived"])
            if seen is not None:
                self.wrong["lost"].append(f"{where}: was taken and is not in the store any more")
            elif is_due:
                self.settled += 1
            elif state in NOT_LEFT or any((home.name, one, recipient) in store.in_custody
                                          for store in self.stores.values()):
                self.wrong["unfinished"].append(f"{where}: still on its way; the origin says"
                                                f" {state}")
            else:
                self.wrong["lost"].append(f"{where}: in no inbox; the origin says {state}")
            return
        self.deliveries += 1
        if times > 1 or seen is not None and len(seen["positions"]) > 1:
            self.wrong["doubled"].append(f"{where}: {max(times, len(seen['positions']))} times")
        if state in ("cancelled", "expired", "refused", "undeliverable"):
            self.wrong["untruthful"].append(f"{where}: delivered, and the origin says {state}")
        elif state != self.stores[recipient].assigned.get(key):
            self.wrong["unfinished"].append(
                f"{where}: there {self.stores[recipient].assigned.get(key)}, the origin says"
                f" {state}")
        if seen is None:
            self.wrong["unfinished"].append(f"{where}: in the inbox, and no agency has taken it")
        elif not follows and (facts is None or seen["digests"] != [facts["digest"]]):
            self.wrong["altered"].append(f"{where}: was {facts and facts['digest']}, came as"
                                         f" {seen['digests']}")

    def judge_what_nobody_sent(self):
        """An inbox that holds what its origin's store does not know, or does not send there."""
        for at, store in self.stores.items():
            for origin, one in store.inbox:
                if origin not in self.stores or at not in self.stores[origin].states.get(one, {}):
                    self.wrong["doubled"].append(f"{one} at {at}: {origin} has not sent it there")

    def count(self, name):
        return len(self.wrong[name])

    @property
    def is_good(self):
        return not any(self.wrong.values())
