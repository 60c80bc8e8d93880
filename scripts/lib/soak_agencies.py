"""Agencies of a soak: they submit, repeat, cancel, hold, release and take, and write down what they
sent and what they got. Every letter depends on the seed alone."""
import base64
import hashlib
import heapq
import json
import random
import threading
import time
import urllib.parse

from soak_federation import BUREAUS, NO_ANSWER

KINDS = ["hit.request", "hit.reply", "notice.red", "diffusion.wanted"]
CLASSES = ["flash", "urgent", "routine", "bulk"]
WORDS = "synthetic traveller border notice warrant harbour photograph confirm answer port".split()
PATIENCE = (429, 502, 503, 504, 507)  # "later", in the words of HTTP

WITH_ATTACHMENT = 0.05
WITHOUT_KEY = 0.2
ASKED_TWICE = 0.1
CANCELLED = 0.06
HELD = 0.06
SHORT_LIVED = 0.04
NOT_ACKNOWLEDGED_AT_ONCE = 0.05
REJECTED = 0.03


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def log_uniform(dice, low, high):
    return int(low * (high / low) ** dice.random())


class Letter:
    """The n-th message of one bureau. Without an idempotency key, each attempt is another message
    to the gateway, and bears another subject."""

    def __init__(self, seed, bureau, number):
        dice = random.Random(f"{seed}/{bureau}/{number}")
        self.bureau, self.number = bureau, number
        self.kind, self.cls = dice.choice(KINDS), dice.choice(CLASSES)
        self.to = dice.sample(BUREAUS, dice.randint(1, len(BUREAUS)))
        if self.to == [bureau]:
            self.to = [dice.choice([one for one in BUREAUS if one != bureau])]
        size = log_uniform(dice, 200, 100_000)
        if dice.random() < 0.5:
            self.text = " ".join(dice.choices(WORDS, k=size // 8 + 1)).encode()[:size]
        else:
            self.text = dice.randbytes(size)
        self.has_key = dice.random() >= WITHOUT_KEY
        self.file_sizes = []
        if dice.random() < WITH_ATTACHMENT:
            self.file_sizes = [log_uniform(dice, 100_000, 2_000_000)
                               for _ in range(dice.choice([1, 1, 1, 2]))]
        self.file_seed = dice.random()
        self.expires_in_s = dice.randint(20, 240) if dice.random() < SHORT_LIVED else None
        self.is_asked_twice = dice.random() < ASKED_TWICE
        self.cancel_after_s = dice.uniform(0, 20) if dice.random() < CANCELLED else None
        self.hold_for_s = dice.uniform(2, 20) if dice.random() < HELD else None

    def files(self):
        dice = random.Random(self.file_seed)
        return [(f"photograph-{i}.bin", dice.randbytes(size))
                for i, size in enumerate(self.file_sizes, 1)]

    def subject(self, attempt):
        return f"synthetic {self.bureau}-{self.number}/{1 if self.has_key else attempt}"

    @property
    def recipients(self):
        return sorted(set(self.to) - {self.bureau})

    def digest(self):
        """Everything that must arrive as it was sent."""
        return {"kind": self.kind, "class": self.cls, "text": sha256(self.text),
                "files": [[name, sha256(data)] for name, data in self.files()]}


class Agency:
    """The agency of one bureau: a submitter or two, one who takes, one who has second thoughts."""

    def __init__(self, soak, gateway, rate_per_s):
        self.soak, self.gateway, self.name = soak, gateway, gateway.name
        self.interval_s = 1 / rate_per_s
        self.lock = threading.Lock()
        self.next_number = 0
        self.chores = []  # (when, order, verb, id)
        self.acknowledged = set()
        self.fetched = {}  # id -> how often
        self.is_pausing = threading.Event()
        self.has_paused = threading.Event()
        works = [self.submit_all, self.submit_all, self.take_all, self.do_chores]
        self.threads = [threading.Thread(target=self.guarded, args=(what,), daemon=True)
                        for what in works]

    def start(self):
        for thread in self.threads:
            thread.start()

    def has_submitted(self):
        return not any(thread.is_alive() for thread in self.threads[:2])

    def guarded(self, what):
        try:
            what()
        except Exception as trouble:  # pylint: disable=broad-except  # whatever: it must be seen
            self.soak.fail(f"the soak itself: {what.__name__} of {self.name}: {trouble!r}")

    # Submitting

    def submit_all(self):
        while not self.soak.is_healing.is_set():
            with self.lock:
                number = self.next_number
                self.next_number += 1
            self.soak.wait_until_elapsed(number * self.interval_s)
            if not self.soak.is_healing.is_set():
                self.submit(Letter(self.soak.seed, self.name, number))

    def submit(self, letter):
        attempt = 0
        sure = {"digest": letter.digest(), "to": letter.recipients, "has_key": letter.has_key,
                "is_short_lived": letter.expires_in_s is not None}
        while not self.soak.is_over.is_set():
            attempt += 1
            subject = letter.subject(attempt)
            self.soak.book.on_submitted(self.name, subject, sure)
            status, answer = self.try_to_submit(letter, subject)
            if status in (200, 202):
                sent = json.loads(answer)["id"]
                self.soak.book.on_accepted(self.name, subject, sent)
                if letter.is_asked_twice and letter.has_key:
                    letter.is_asked_twice = False
                    continue
                self.plan_chores(letter, sent)
                return
            if status is not None and status not in PATIENCE and not (
                    status == 422 and letter.file_sizes):  # an upload that a restart took away
                self.soak.fail(f"{self.name} refused {subject}: {status} {answer.decode()[:300]}")
                return
            self.soak.count("submissions repeated")
            time.sleep(random.uniform(0.1, 0.8))
        self.soak.book.on_unanswered(self.name, letter.subject(attempt))

    def try_to_submit(self, letter, subject):
        """Status and answer; None when there was none."""
        try:
            uploads = []
            for name, data in letter.files():
                status, answer = self.gateway.call(
                    "POST", "/v1/uploads?name=" + urllib.parse.quote(name), raw=data,
                    fields={"Content-Type": "application/octet-stream"})
                if status != 201:
                    return status, answer
                uploads.append(json.loads(answer)["upload"])
            body = {"kind": letter.kind, "class": letter.cls, "to": letter.to, "subject": subject,
                    "text_base64": base64.b64encode(letter.text).decode()}
            if uploads:
                body["attachments"] = uploads
            if letter.expires_in_s:
                body["expires_in_s"] = letter.expires_in_s
            key = {"Idempotency-Key": subject.replace(" ", "-")} if letter.has_key else {}
            return self.gateway.call("POST", "/v1/messages", body, fields=key)
        except NO_ANSWER:
            return None, b""

    # Second thoughts

    def plan_chores(self, letter, sent):
        with self.lock:
            now = self.soak.elapsed_s()
            if letter.cancel_after_s is not None:
                self.chores.append((now + letter.cancel_after_s, "cancel", sent))
            if letter.hold_for_s is not None:
                self.chores.append((now, "hold", sent))
                self.chores.append((now + letter.hold_for_s, "release", sent))
            heapq.heapify(self.chores)

    def do_chores(self):
        while not self.soak.is_over.is_set():
            with self.lock:
                is_due = self.chores and (self.chores[0][0] <= self.soak.elapsed_s()
                                          or self.soak.is_healing.is_set())
                chore = heapq.heappop(self.chores) if is_due else None
            if chore is None:
                time.sleep(0.05)
            elif not self.do_chore(*chore[1:]):
                with self.lock:
                    heapq.heappush(self.chores, (self.soak.elapsed_s() + 0.5, *chore[1:]))

    def do_chore(self, verb, sent):
        """False when it has to be done again."""
        if verb == "cancel":
            self.soak.book.on_cancelling(sent)
            path = f"/v1/messages/{sent}/cancel"
        else:
            path = f"/admin/v1/messages/{sent}/{verb}"
        try:
            status, answer = self.gateway.call("POST", path, {})
        except NO_ANSWER:
            return False
        if status in PATIENCE:
            return False
        if status not in (200, 409):  # 409: too late
            self.soak.fail(f"{self.name}: POST {path}: {status} {answer.decode()[:300]}")
        if status == 200:
            self.soak.count(verb + "s")
        return True

    # Taking

    def take_all(self):
        while not self.soak.is_over.is_set():
            if self.is_pausing.is_set():
                self.has_paused.set()
                time.sleep(0.05)
                continue
            try:
                found = self.take_page_by_page()
            except NO_ANSWER:
                found = False
            if not found:
                time.sleep(0.3)

    def take_page_by_page(self):
        after, has_more, found = 0, True, False
        while has_more and not self.is_pausing.is_set() and not self.soak.is_over.is_set():
            status, answer = self.gateway.call("GET", f"/v1/inbox?limit=100&after={after}")
            if status != 200:
                return self.complain_about("the inbox", status, answer)
            page = json.loads(answer)
            has_more = page["more"]
            for entry in page["entries"]:
                after = entry["position"]
                if entry["complete"] and not self.is_pausing.is_set():
                    found = self.take(entry) or found
        return found

    def complain_about(self, what, status, answer):
        if status not in PATIENCE:
            self.soak.fail_once(f"{self.name}: {what}: {status} {answer.decode()[:300]}")
        return False

    def take(self, entry):
        one = entry["id"]
        if one in self.acknowledged:
            self.soak.book.on_offered_again(self.name, one)
        status, answer = self.gateway.call("GET", f"/v1/inbox/{one}")
        if status != 200:
            return self.complain_about(f"inbox entry {one}", status, answer)
        opened = json.loads(answer)
        files = []
        for file in opened["attachments"]:
            status, data = self.gateway.call("GET",
                                             f"/v1/inbox/{one}/attachments/{file['position']}")
            if status != 200 or len(data) != file["bytes"]:
                return self.complain_about(f"attachment of {one}", status, data)
            files.append([file["name"], sha256(data)])
        self.soak.book.on_taken(self.name, entry, opened["subject"], opened["recipients"], {
            "kind": opened["kind"], "class": opened["class"],
            "text": sha256(base64.b64decode(opened["text_base64"])), "files": files})
        return self.acknowledge(one)

    def acknowledge(self, one):
        dice = random.Random(f"{self.soak.seed}/{one}")
        self.fetched[one] = self.fetched.get(one, 0) + 1
        if dice.random() < NOT_ACKNOWLEDGED_AT_ONCE and self.fetched[one] == 1:
            return False  # an agency that forgets; it is offered again
        body = {"state": "taken"}
        if dice.random() < REJECTED:
            body = {"state": "rejected", "reason": "synthetic"}
        status, answer = self.gateway.call("POST", f"/v1/inbox/{one}/ack", body)
        if status != 200:
            return self.complain_about(f"acknowledgement of {one}", status, answer)
        self.acknowledged.add(one)
        return True
