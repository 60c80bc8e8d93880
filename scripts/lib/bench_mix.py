"""The mix of messages that a bureau and its hub exchange, for the bench of poor links: kinds, sizes
and fill as public records and the deadlines of police work have them. Synthetic and seeded; words
and templates are not those of the corpus that the dictionary was trained on. What both have in
common are names of fields and codes, for these are the messages' format.

Shares and sizes: personal descriptions filled as often as in public records (eyes 37 %, hair 45 %,
languages 90 %, marks 5 %, height unknown in 52 %); charges of 57 characters at the median, 11 % of
several lines; notices and diffusions with facts of 3 to 12 KB; hits about 1 KB. One in twenty has
attachments: photographs of at least 72 KB, ten-print cards of 0.27 to 0.68 MB, scans of warrants of
0.1 to 2 MB, DNA profiles. Their bytes are random, as those of a compressed file are; in plain JSON
they are base64. That flatters whoever sends them as they are, so the texts are counted alone too.
"""
import collections
import json
import random
import re

import bench_mix_words as words

COUNTRIES = "KE TZ ZM MZ NA LS SZ CD BI DJ ER GH CM GA TG BE PT IT TR TH".split()
ISSUERS = "KEN TZA ZMB MOZ NAM LSO SWZ COD BDI DJI ERI GHA CMR GAB TGO".split()
DOCUMENT_TYPES = ["passport", "identity_card", "visa", "residence_permit"]
TOLD_APART_BY = {"height", "weight", "eyes_colors_id", "hairs_id", "distinguishing_marks",
                 "identity_documents"}
FRAUD_TYPES = ["stolen_blank", "stolen_from_bearer", "lost_by_bearer"]
LATER = 2098  # a year that is still to come whenever this runs
DAY_MONTHS = [(day, month) for month in range(1, 13) for day in range(1, 29)]


class Writer:
    """Fills templates by chance."""

    def __init__(self, chance):
        self.chance = chance

    def digits(self, count):
        return "".join(self.chance.choices("0123456789", k=count))

    def letters(self, count):
        return "".join(self.chance.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=count))

    def one(self, values):
        return self.chance.choice(values)

    def percent(self, share):
        return self.chance.random() * 100 < share

    def year(self):
        return self.chance.randrange(2009, 2027)

    def iso_date(self, first=2016, last=2027):
        day, month = self.one(DAY_MONTHS)
        return f"{self.chance.randrange(first, last)}-{month:02}-{day:02}"

    def instant(self, year=2025):
        clock = f"{self.chance.randrange(24):02}:{self.chance.randrange(60):02}"
        return f"{self.iso_date(year, year + 1)}T{clock}:{self.chance.randrange(60):02}Z"

    def person(self):
        return f"{self.one(words.FIRST)} {self.one(words.LAST)}"

    def fill_slot(self, name):
        chance = self.chance
        return {
            "date": lambda: f"{chance.randrange(1, 29)} {self.one(words.MONTHS)} {self.year()}",
            "time": lambda: f"{chance.randrange(24):02}:{chance.randrange(60):02}",
            "month": lambda: self.one(words.MONTHS), "year": lambda: str(self.year()),
            "person": self.person, "alias": lambda: self.one(words.LAST)[:5],
            "town": lambda: self.one(words.TOWNS), "port": lambda: self.one(words.PORTS),
            "side": lambda: self.one(["northern", "eastern", "southern", "western"]),
            "street": lambda: f"{chance.randrange(1, 400)} {self.one(words.LAST)} Road",
            "firm": lambda: f"{self.one(words.LAST)} {self.one(words.TRADES)} Ltd",
            "car": lambda: self.one(words.CARS),
            "plate": lambda: f"{self.letters(3)} {self.digits(4)}",
            "phone": lambda: f"+999 {self.digits(3)} {self.digits(6)}",
            "money": lambda: f"USD {chance.randrange(1, 900)},{self.digits(3)}",
            "file": lambda: f"{self.letters(2)}/{self.digits(4)}/{self.year() % 100:02}",
            "doc": lambda: self.letters(2) + self.digits(6),
            "container": lambda: self.letters(3) + "U" + self.digits(7),
            "calibre": lambda: self.one(["9 mm", "7.62 mm", ".38", "12-bore"]),
            "count": lambda: str(chance.randrange(11, 99)),
            "small": lambda: str(chance.randrange(2, 10)),
        }[name]()

    def fill(self, template):
        text = re.sub(r"\[([^]]*)\]", lambda found: self.one(found[1].split("/")), template)
        return re.sub(r"\{(\w+)\}", lambda found: self.fill_slot(found[1]), text)

    def prose(self, templates, least_bytes):
        """No template twice, unless all have been used."""
        out, left = "", []
        while len(out.encode()) < least_bytes:
            left = left or self.chance.sample(templates, len(templates))
            out += self.fill(left.pop()) + ("\n" if self.percent(15) else " ")
        return out.strip()

    def record_id(self):
        serial = self.chance.choices([4, 5, 6], [14, 75, 11])[0]
        return f"{self.year()}/{self.digits(serial)}"

    def charge(self):
        parts = [self.fill(self.one(words.CHARGES))]
        while self.percent(35 if len(parts) == 1 else 50) and len(parts) < 6:
            parts.append(self.fill(self.one(words.CHARGES)))
        return ("\n" if self.percent(30) else "; ").join(parts)


# Who sends it, what is submitted, the same as plain JSON, and the bytes of that with an envelope of
# what a parcel holds as well.
Message = collections.namedtuple("Message", "origin body plain signed_bytes files")
ATTACHED_PER_CENT = 5


class Mix:
    """Messages by chance, the same ones for the same seed."""

    # kind -> share in per cent, who sends it, to whom, class, writer of the text; for both parties
    # of a letter see `parties`.
    KINDS = {
        "hit.notification": (9, "ZW", ["MU", "IPSG"], "flash", "hit"),
        "hit.request": (11, "ZW", ["MU"], "flash", "hit_request"),
        "hit.reply": (11, "MU", ["ZW"], "flash", "hit_reply"),
        "hit.outcome": (5, "ZW", ["MU", "IPSG"], "urgent", "outcome"),
        "notice.request": (2, "ZW", ["IPSG"], "urgent", "notice_request"),
        "notice.review": (2, "IPSG", ["ZW"], "routine", "review"),
        "notice.publication": (9, "IPSG", ["ZW"], "urgent", "notice"),
        "notice.addendum": (2, "IPSG", ["ZW"], "urgent", "addendum"),
        "notice.cancellation": (4, "IPSG", ["ZW"], "flash", "cancellation"),
        "diffusion.circulation": (6, "ZW", ["MU", "IPSG"], "urgent", "diffusion"),
        "diffusion.withdrawal": (1, "ZW", ["MU", "IPSG"], "flash", "withdrawal"),
        "document.record": (8, "ZW", ["IPSG"], "routine", "travel_document"),
        "message.text": (30, None, None, "routine", "letter"),
    }

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.write = Writer(self.chance)
        self.entities = set()
        self.file_chance = random.Random(f"{seed}, files")

    def files(self):
        """Names and bytes of what is attached; mostly nothing."""
        chance = self.file_chance
        if chance.random() * 100 >= ATTACHED_PER_CENT:
            return []
        sort = chance.choices(["photographs", "ten-print", "warrant", "dna"], [60, 20, 15, 5])[0]
        sizes = {"photographs": lambda: [chance.randrange(72_000, 150_000)
                                         for _ in range(chance.randrange(1, 4))],
                 "ten-print": lambda: [chance.randrange(270_000, 680_000)],
                 "warrant": lambda: [int(100_000 * 20 ** chance.random())],
                 "dna": lambda: [chance.randrange(2_000, 10_000)]}[sort]()
        return [(f"{sort}-{number}", chance.randbytes(size))
                for number, size in enumerate(sizes, 1)]

    def messages(self, count):
        kinds = list(self.KINDS)
        for kind in self.chance.choices(kinds, [self.KINDS[one][0] for one in kinds], k=count):
            _, origin, to, cls, writer = self.KINDS[kind]
            if origin is None:
                origin, to = self.parties()
            text = getattr(self, writer)(kind, to)
            subject = self.write.fill(self.chance.choice(
                ["Your {file}", "{person}, b. {year}", "Record in {file}", "{town}, {date}"]))
            yield self.message(origin, kind, cls, to, subject, text)._replace(files=self.files())

    def parties(self):
        """Who writes a letter, and to whom."""
        origin = self.chance.choice(["ZW", "IPSG", "MU"])
        return origin, [self.chance.choice(["IPSG", "MU"])] if origin == "ZW" else ["ZW"]

    @staticmethod
    def message(origin, kind, cls, to, subject, text):
        head = {"kind": kind, "class": cls, "to": to, "subject": subject}
        is_json = isinstance(text, dict)
        plain = {**head, **text} if is_json else {**head, "body": text}
        # Identifier, time, SHA-256, P-256 signature and the signer's key, as base64.
        envelope = {"msg_id": "0" * 36, "from": origin, "created": "2026-11-30T08:00:00.000Z",
                    "body_hash": "0" * 44, "signature": "0" * 88, "key_id": "0" * 28}
        body = {**head, "text": compact(text) if is_json else text,
                "media_type": "application/json" if is_json else "text/plain; charset=utf-8"}
        return Message(origin, body, compact(plain).encode(),
                       len(compact({**plain, **envelope}).encode()), [])

    # What all have, then the kinds.

    def document(self, kind, purpose, body, refers_to=None, relation="about", **more):
        write = self.write
        out = {"kind": kind, "schema_version": 1,
               "language": write.one(["en", "en", "en", "fr", "es", "ar"]),
               "purpose": purpose, "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY"}
        if write.percent(40):
            out["ncb_ref"] = write.fill("{file}") + write.digits(3)
        if write.percent(30):
            out["handling"] = [write.one(["H0", "H1", "H2"])]
        if refers_to:
            out["references"] = [{"relation": relation, "id": self.message_id(),
                                  "kind": refers_to}]
        return {**out, **more, "body": body}

    def message_id(self):
        """One that nobody knows; the gateways pass over what they do not know."""
        part = "".join(self.chance.choices("0123456789abcdef", k=25))
        return f"01a2{part[:4]}-{part[4:8]}-7{part[8:11]}-8{part[11:14]}-{part[13:25]}"

    def person(self):
        write = self.write
        forename, name = write.person().split()
        out = {"forename": forename, "name": name.upper(),
               "sex_id": write.one("MMMMF"), "person_status": write.one(["wanted", "convicted",
                                                                       "charged"]),
               "date_of_birth": str(self.chance.randrange(1950, 1998)) if write.percent(1) else
               write.iso_date(1950, 1998).replace("-", "/")}
        optional = {
            "height": (48, lambda: self.chance.randrange(150, 199) / 100),
            "weight": (14, lambda: self.chance.randrange(48, 120)),
            "place_of_birth": (95, lambda: write.fill("{town}, {side} province")),
            "country_of_birth_id": (90, lambda: write.one(COUNTRIES)),
            "nationalities": (98, lambda: [
                {"country": one, "confirmed": write.percent(80)}
                for one in self.some(COUNTRIES, [80, 15, 5])]),
            "languages_spoken_ids": (90, lambda: self.some(
                "ENG FRE POR SWA ARA SPA GER LIN AMH".split(), [40, 30, 15, 10, 5])),
            "eyes_colors_id": (37, lambda: [write.one("BRO BROD BLA GRE GRY".split())]),
            "hairs_id": (45, lambda: [write.one("BLA BRO GRY BROF HAID".split())]),
            "distinguishing_marks": (5, lambda: write.prose(words.DESK, 60)[:262]),
            "aliases": (20, lambda: [dict(zip(("forename", "name"), write.person().split()))]),
            "father_name": (15, write.person), "mother_name": (15, write.person),
            "identity_documents": (35, lambda: [self.identity_document()])}
        out.update({key: make() for key, (share, make) in optional.items() if write.percent(share)})
        return out

    def identity_document(self):
        write = self.write
        return {"type": "passport", "number": write.fill("{doc}"), "issued": write.iso_date(),
                "issuer": write.one(ISSUERS)}

    def some(self, values, shares):
        return self.chance.sample(values, self.chance.choices(range(1, len(shares) + 1), shares)[0])

    def facts(self):
        return self.write.prose(words.FACTS, int(3000 * 4 ** self.chance.random()))  # 3 to 12 KB

    def desk(self, least, most):
        return self.write.prose(words.DESK, self.chance.randrange(least, most))

    def official(self):
        return {"name": self.write.person(), "telephone": self.write.fill("{phone}")}

    def hit(self, kind, _recipients):
        write, country = self.write, self.write.one(COUNTRIES)
        record, matched = write.one([("red", "name_and_birth"), ("diffusion", "name_and_birth"),
                                     ("travel_document", "document_number"),
                                     ("vehicle", "document_number")])
        body = {"record_kind": record, "record_id": write.record_id(),
                "matched_on": [matched], "match_quality": write.one(["exact", "probable"]),
                "found": {"place": write.fill("{port}"), "country": country,
                          "port_type": write.one(["land_border", "seaport", "airport"]),
                          "time": write.instant()},
                "custody": write.one(["free", "detained_on_this_hit"]),
                "subject_presented": self.person(), "officer_contact": self.official()}
        return self.document(kind, "arrest", body)

    def hit_request(self, kind, _recipients):
        write = self.write
        sort, given = write.one([
            ("wanted_person", lambda: {"person": self.person()}),
            ("travel_document", lambda: {"document": {
                "number": write.fill("{doc}"), "type": "passport", "issuer": write.one(ISSUERS)}}),
            ("vehicle", lambda: {"vehicle": {"registration": write.fill("{plate}"),
                                             "country": write.one(COUNTRIES)}})])
        body = {"request_type": sort, "request_no": self.chance.choices([1, 2, 3], [85, 12, 3])[0],
                "priority": write.one("UUR"), "ncb_ref": write.letters(2) + write.digits(6),
                "record_id": write.record_id(),
                "requesting_agency": {"name": write.fill("Border police, {port}"),
                                      "telephone": write.fill("{phone}")}, **given()}
        return self.document(kind, "arrest", body, "hit.notification")

    def hit_reply(self, kind, _recipients):
        write = self.write
        status = self.chance.choices(["VALID", "NOT_VALID", "IN_PROCESS", "VALID_LIMITED"],
                                     [60, 15, 20, 5])[0]
        body = {"status": status, "priority": write.one("UUR"),
                "extradition_intent": write.one(["yes", "no", "pending"]),
                "identity": "undetermined" if status in ("NOT_VALID", "IN_PROCESS") else
                "confirmed",
                "confirming_official": {"name": write.person(), "agency": write.fill(
                    "Criminal court, {town}")},
                "instructions": write.prose(words.SHORT, self.chance.randrange(100, 900))}
        if status == "IN_PROCESS":
            body["ready_by"] = write.instant(LATER)
        if status == "VALID_LIMITED":
            body["limitation"] = write.fill(write.one(words.SHORT))
        return self.document(kind, "arrest", body, "hit.request", "reply_to")

    def outcome(self, kind, _recipients):
        write = self.write
        body = {"result": write.one(["arrested", "located", "released", "document_seized",
                                     "no_action_in_law", "entry_refused"]),
                "date": write.iso_date(2025, 2026), "authority": write.fill("Magistrate, {town}"),
                "remarks": self.desk(60, 300)}
        if body["result"] == "arrested":
            body["legal_limit"] = write.iso_date(LATER, LATER + 1)
        return self.document(kind, "arrest", body, "hit.notification")

    def new_entity(self):
        """None twice: each would be a version of the same notice."""
        while (found := self.write.record_id()) in self.entities:
            pass
        self.entities.add(found)
        return found

    def notice_body(self):
        write = self.write
        facts = self.facts()
        body = {"notice_type": "red", "person": self.person(), "facts": {
            "text": facts[:8000].rstrip(), "date": write.iso_date(2016, 2026).replace("-", "/"),
            "place": write.fill("{town}")},
                "offence_codes": self.some("ILM PCF PCT PFF PMM ITM III IIT".split(), [80, 20]),
                "wanted_for": "prosecution",
                "arrest_warrants": [self.warrant() for _ in range(2 if write.percent(1) else 1)],
                "action_on_location": write.one(["provisional_arrest", "locate_only"]),
                "extradition_sought_from": {"scope": "all"} if write.percent(80) else
                {"scope": "list", "countries": self.some(COUNTRIES, [0, 0, 50, 50])},
                "assurance_extradition": True, "public_extract": write.percent(10)}
        if rest := facts[8000:12000].strip():
            body["remarks"] = rest
        if not TOLD_APART_BY & body["person"].keys():  # R-RED-16
            body["person"]["identity_documents"] = [self.identity_document()]
        return body

    def notice_request(self, kind, _recipients):
        return self.document(kind, "arrest", self.notice_body())

    def notice(self, kind, _recipients):
        version = self.chance.choices([1, 2, 3], [80, 15, 5])[0]
        return self.document(kind, "arrest", {**self.notice_body(), "version": version},
                             "notice.request", entity_id=self.new_entity())

    def warrant(self):
        write = self.write
        return {"warrant_ref": write.fill("{file}"), "warrant_date": write.iso_date(2016, 2026),
                "issuing_authority": write.fill("Court of first instance, {town}"),
                "issuing_country_id": write.one(COUNTRIES), "charge": write.charge(),
                "law_provision": f"Cap. {write.digits(2)}, s. {write.digits(3)}"
                                 f"({write.digits(1)})",
                "max_penalty_months": 12 * self.chance.randrange(2, 31)}

    def diffusion(self, kind, recipients):
        members = [one for one in recipients if one != "IPSG"]
        body = {**self.notice_body(), "recipients": members, "compliance": "pending",
                "public_extract": False,
                "reason_not_notice": self.write.one(["limited_access", "limited_recipients"])}
        return self.document(kind, "arrest", body)

    def review(self, kind, _recipients):
        text = self.write.prose(words.SHORT, self.chance.randrange(150, 1200))
        return self.document(kind, "arrest", {"decision": "information_needed",
                                              "explanation": text}, "notice.request", "reply_to")

    def addendum(self, kind, _recipients):
        text = self.write.prose(words.SHORT, self.chance.randrange(150, 1200))
        return self.document(kind, "arrest", {"version": 2, "text": text}, "notice.publication",
                             entity_id=self.new_entity())

    def cancellation(self, kind, _recipients):
        body = {"version": 4, "reason": self.write.fill(self.write.one(words.SHORT)),
                "remove": True}
        return self.document(kind, "arrest", body, "notice.publication",
                             entity_id=self.new_entity())

    def withdrawal(self, kind, _recipients):
        body = {"reason": self.write.fill(self.write.one(words.SHORT)), "remove": True}
        return self.document(kind, "arrest", body, "diffusion.circulation")

    def travel_document(self, kind, _recipients):
        """A lost or stolen document: never the name of its bearer."""
        write = self.write
        body = {"DIN": write.fill("{doc}"), "issuer": "ZWE", "action": "add",
                "document_type": write.one(DOCUMENT_TYPES), "fraud_type": write.one(FRAUD_TYPES),
                "theft_date": write.iso_date(2016, 2026).replace("-", "/"),
                "expires": write.iso_date(2027, 2036)}
        return self.document(kind, "document_control", body)

    def letter(self, _kind, _recipients):
        size = int(150 * 20 ** self.chance.random())  # 150 B to 3 KB
        return self.write.prose(words.SHORT if size < 1500 else words.SHORT + words.FACTS, size)


def json_bytes(files):
    """What attachments add to plain JSON: member, names, base64."""
    if not files:
        return 0
    empty = [{"name": name, "data": ""} for name, _ in files]
    return len(compact({"attachments": empty})) - 1 + sum(
        (len(content) + 2) // 3 * 4 for _, content in files)


def compact(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
