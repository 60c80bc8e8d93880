"""The parties, the clock and the log of one run: cases take their turns in the order of time.

A case is a generator of pauses in milliseconds; it sends by World.send(). What would happen after
the end of the day is left out.
"""

import datetime
import heapq
import json
import pathlib

import attachments as attachments_module
from dice import Dice

DATA = pathlib.Path(__file__).resolve().parents[2] / "protocol/kinds"
SECRETARIAT = "IPSG"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FOR_OFFICIAL_USE = "INTERPOL FOR OFFICIAL USE ONLY"
AFRICA = ("AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG"
          " ML MR MU MW MZ NA NE NG RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW").split()
FRENCH = set("BF BI BJ CD CF CG CI CM DJ GA GN KM MG ML NE RW SC SN TD TG FR BE HT MC".split())
ARABIC = set("AE BH DZ EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE".split())
SPANISH = set("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PY SV UY VE".split())


def load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def at(document, pointer):
    for step in pointer.strip("/").split("/"):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def meets(document, condition):
    found = at(document, condition["pointer"])
    said = "true" if found is True else found
    return said in condition["in"]


class Kinds:
    """Class and expiry of each kind, from the same files that the gateway reads."""

    def __init__(self):
        files = sorted((DATA / "kinds").glob("*.json"))
        found = {path.stem: load(f"kinds/{path.name}").get("dhow") for path in files}
        self.rows = {name: row for name, row in found.items() if row}

    def class_of(self, kind, document):
        row = self.rows[kind]
        for condition in row.get("class_when", []):
            if meets(document, condition):
                return condition["class"]
        return row["class"]

    def expires_in_s(self, kind, document, now):
        """Seconds, or None for what never expires."""
        row = self.rows[kind]
        rule = row["expires"]
        for condition in row.get("expires_when", []):
            if meets(document, condition):
                rule = condition
        if rule.get("never"):
            return None
        if "until" in rule:
            # The end of that day where it ends last, UTC-12.
            last = datetime.datetime.fromisoformat(at(document, rule["until"]))
            end = last.replace(tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=36)
            return int((end - now).total_seconds())
        return rule["hours"] * 3600


def language_of(bureau):
    if bureau in FRENCH:
        return "fr"
    if bureau in ARABIC:
        return "ar"
    return "es" if bureau in SPANISH else "en"


class World:
    """`bureaus` are those that take part; the General Secretariat always does."""

    def __init__(self, seed, bureaus, begin):
        self.begins = begin
        self.dice = Dice(seed, "world")
        self.seed = seed
        self.bureaus = list(bureaus)
        self.kinds = Kinds()
        self.alpha3 = load("codes/countries.json")["codes"]
        members = sorted(load("codes/members.json")["codes"])
        self.countries = [one for one in members if one in self.alpha3]
        self.now_ms = 0
        self.sent = dict.fromkeys([SECRETARIAT, *self.bureaus], 0)
        self.got = dict(self.sent)
        self.in_force = []        # (entity_id, requester, publication) that hits may be about
        self.entities = 0
        self.cases = 0
        self._heap = []
        self._turns = 0           # orders cases of the same time
        self._out = []

    @property
    def now(self):
        return self.begins + datetime.timedelta(milliseconds=self.now_ms)

    def text_time(self, later_ms=0):
        time = self.now + datetime.timedelta(milliseconds=later_ms)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def day(self, days):
        return (self.now + datetime.timedelta(days=days)).date().isoformat()

    def new_dice(self, *what):
        self.cases += 1
        return Dice(self.seed, self.cases, *what)

    def new_entity(self, dice):
        """Serials of four, five and six digits, as often as they occur; none twice."""
        self.entities += 1
        low = dice.weighted([(1000, 14), (10_000, 75), (100_000, 11)])
        # 7 and 9 have no common factor with powers of ten: different for 9 * low of them.
        return f"{self.now.year}/{low + self.entities * 7 % (9 * low)}"

    def another(self, dice, *but):
        """A bureau that is none of these."""
        while True:
            found = dice.one(self.bureaus)
            if found not in but:
                return found

    def begin(self, case, at_ms=None):
        """Puts a case on the clock."""
        self._turns += 1
        time = self.now_ms if at_ms is None else at_ms
        heapq.heappush(self._heap, (time, self._turns, case))

    def send(self, kind, sender, recipients, body, dice, **more):
        """Sends one message now and returns its line."""
        given = more.pop("attachments", [])
        document = {"kind": kind, "schema_version": 1,
                    "language": more.pop("language", language_of(sender)),
                    "purpose": more.pop("purpose"),
                    "confidentiality": more.pop("confidentiality", FOR_OFFICIAL_USE)}
        for member in ("handling", "handling_text", "evaluation", "references", "entity_id",
                       "ncb_ref", "deadline"):
            if more.get(member):
                document[member] = more.pop(member)
        if given:
            document["attachments"] = attachments_module.in_document(given)
        document["body"] = body
        fill = more.pop("fill", None)
        if fill:
            fill(document)
        line = {"at_ms": self.now_ms, "id": dice.uuid7(self.epoch_ms()), "from": sender,
                "to": list(recipients), "kind": kind,
                "class": self.kinds.class_of(kind, document),
                "expires_in_s": self.kinds.expires_in_s(kind, document, self.now),
                "cancels": more.pop("cancels", []), "supersedes": more.pop("supersedes", []),
                **{name: value for name, value in more.items() if value},
                "document": document, "attachments": given}
        self._out.append(line)
        self.sent[sender] = self.sent.get(sender, 0) + 1
        for each in recipients:
            self.got[each] = self.got.get(each, 0) + 1
        return line

    def epoch_ms(self):
        return (self.now - EPOCH) // datetime.timedelta(milliseconds=1)

    def run(self, end_ms=DAY):
        """The lines of the day, in the order of time."""
        while self._heap:
            self.now_ms, _, case = heapq.heappop(self._heap)
            if self.now_ms >= end_ms:
                return
            pause = next(case, None)
            yield from self._out
            self._out.clear()
            if pause is not None:
                self.begin(case, self.now_ms + max(1, int(pause)))
