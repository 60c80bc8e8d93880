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

    def instant(self):
        clock = f"{self.chance.randrange(24):02}:{self.chance.randrange(60):02}"
        return f"{self.iso_date(2026, 2027)}T{clock}:{self.chance.randrange(60):02}Z"

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

    # kind -> share in per cent, who sends it, class, writer of the text
    KINDS = {
        "hit.notification": (9, "ZW", "flash", "hit"),
        "hit.request": (11, "ZW", "flash", "hit_request"),
        "hit.reply": (11, "MU", "flash", "hit_reply"),
        "hit.outcome": (5, "ZW", "urgent", "outcome"),
        "notice.request": (2, "ZW", "routine", "notice"),
        "notice.review": (2, "IPSG", "routine", "review"),
        "notice.publication": (9, "IPSG", "urgent", "notice"),
        "notice.addendum": (2, "IPSG", "urgent", "review"),
        "notice.cancellation": (4, "IPSG", "flash", "cancellation"),
        "diffusion.circulation": (6, "ZW", "urgent", "diffusion"),
        "diffusion.withdrawal": (1, "ZW", "flash", "cancellation"),
        "document.report": (8, "ZW", "routine", "document"),
        "message.text": (30, None, "routine", "letter"),
    }

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.write = Writer(self.chance)
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
            _, origin, cls, writer = self.KINDS[kind]
            origin = origin or self.chance.choice(["ZW", "IPSG", "MU"])
            to = {"MU": ["ZW"], "IPSG": ["ZW"]}.get(origin) or (
                ["IPSG", "MU"] if kind.startswith("diffusion.") else
                [self.chance.choice(["IPSG", "MU"])])
            text = getattr(self, writer)()
            subject = self.write.fill(self.chance.choice(
                ["Your {file}", "{person}, b. {year}", "Record in {file}", "{town}, {date}"]))
            yield self.message(origin, kind, cls, to, subject, text)._replace(files=self.files())

    @staticmethod
    def message(origin, kind, cls, to, subject, text):
        head = {"kind": kind, "class": cls, "to": to, "subject": subject}
        is_json = isinstance(text, dict)
        plain = {**head, "body": text}
        # Identifier, time, SHA-256, P-256 signature and the signer's key, as base64.
        envelope = {"msg_id": "0" * 36, "from": origin, "created": "2026-11-30T08:00:00.000Z",
                    "body_hash": "0" * 44, "signature": "0" * 88, "key_id": "0" * 28}
        body = {**head, "text": compact(text) if is_json else text,
                "media_type": "application/json" if is_json else "text/plain; charset=utf-8"}
        return Message(origin, body, compact(plain).encode(),
                       len(compact({**plain, **envelope}).encode()), [])

    # What all have, then the kinds.

    def base(self, purpose):
        write = self.write
        out = {"schema_version": 1, "lang": write.one(["en", "en", "en", "fr", "es", "ar"]),
               "purpose": purpose, "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY"}
        if write.percent(40):
            out["ncb_ref"] = write.fill("{file}") + write.digits(3)
        if write.percent(30):
            out["handling"] = [write.one(["H0", "H1", "H2"])]
        return out

    def person(self):
        write = self.write
        forename, name = write.person().split()
        out = {"forename": forename, "name": name.upper(),
               "sex_id": write.one("MMMMF"), "person_status": write.one(["wanted", "convicted",
                                                                       "charged", "missing"]),
               "date_of_birth": str(self.chance.randrange(1950, 2006)) if write.percent(1) else
               write.iso_date(1950, 2006).replace("-", "/"),
               "height": 0 if write.percent(52) else self.chance.randrange(150, 199) / 100,
               "weight": 0 if write.percent(86) else self.chance.randrange(48, 120)}
        optional = {
            "place_of_birth": (95, lambda: write.fill("{town}, {side} province")),
            "country_of_birth_id": (90, lambda: write.one(COUNTRIES)),
            "nationalities": (98, lambda: self.some(COUNTRIES, [80, 15, 5])),
            "languages_spoken_ids": (90, lambda: self.some(
                "ENG FRE POR SWA ARA SPA GER LIN AMH".split(), [40, 30, 15, 10, 5])),
            "eyes_colors_id": (37, lambda: [write.one("BRO BROD BLA GRE GRYG".split())]),
            "hairs_id": (45, lambda: [write.one("BLA BRO GRY BROF HAID".split())]),
            "distinguishing_marks": (5, lambda: write.prose(words.DESK, 60)[:262]),
            "aliases": (20, lambda: [write.person()]),
            "father_name": (15, write.person), "mother_name": (15, write.person),
            "identity_documents": (35, lambda: [{"type": "passport", "number": write.fill("{doc}"),
                                                 "issued": write.iso_date(),
                                                 "issuer": write.one(COUNTRIES)}])}
        out.update({key: make() for key, (share, make) in optional.items() if write.percent(share)})
        return out

    def some(self, values, shares):
        return self.chance.sample(values, self.chance.choices(range(1, len(shares) + 1), shares)[0])

    def facts(self):
        return self.write.prose(words.FACTS, int(3000 * 4 ** self.chance.random()))  # 3 to 12 KB

    def desk(self, least, most):
        return self.write.prose(words.DESK, self.chance.randrange(least, most))

    def hit(self):
        write = self.write
        return {**self.base("arrest/extradition"), "record_id": write.record_id(),
                "record_kind": write.one(["red", "SLTD", "diffusion", "vehicle", "fingerprint"]),
                "matched_on": self.some(["MRZ", "name+DOB", "document number", "face"], [60, 40]),
                "found": {"place": write.fill("{port}"), "country": write.one(COUNTRIES),
                          "port_type": write.one(["land", "sea", "air"]),
                          "time": write.instant()},
                "custody": write.one(["free", "left", "refused entry",
                                      "detained on other grounds", "detained on this hit only"]),
                "subject_presented": self.person(),
                "officer_contact": write.fill("{person}, {phone}"), "remarks": self.desk(80, 400)}

    def hit_request(self):
        out = self.hit()
        out.update(request_no=self.chance.choices([1, 2, 3], [85, 12, 3])[0],
                   request_type=self.write.one(["wanted person", "travel document", "vehicle"]),
                   urgency=self.write.one("UUR"))
        return out

    def hit_reply(self):
        write = self.write
        status = self.chance.choices(["VALID", "NOT_VALID", "IN_PROCESS", "VALID_LIMITED"],
                                     [60, 15, 20, 5])[0]
        out = {**self.base("arrest/extradition"), "status": status, "record_id": write.record_id(),
               "extradition_intent": write.one(["yes", "no", "pending"]),
               "identity": write.one(["confirmed", "not identical", "undetermined"]),
               "confirming_official": write.fill("{person}, {phone}"),
               "instructions": write.prose(words.SHORT, self.chance.randrange(100, 900))}
        if status == "IN_PROCESS":
            out["ready_by"] = write.instant()
        return out

    def outcome(self):
        write = self.write
        return {**self.base("arrest/extradition"), "record_id": write.record_id(),
                "result": write.one(["arrested", "located", "released", "document seized",
                                     "no action (law)", "entry refused"]),
                "date": write.iso_date(2026, 2027), "authority": write.fill("Magistrate, {town}"),
                "limit_date": write.iso_date(2026, 2027), "remarks": self.desk(60, 300)}

    def notice(self):
        write = self.write
        return {**self.base("arrest/extradition"), "entity_id": write.record_id(),
                "version": self.chance.choices([1, 2, 3], [80, 15, 5])[0],
                "offence_codes": self.some("ILM PCF PCT PFF PMM ITM III IIT IKA".split(), [80, 20]),
                "person": self.person(), "wanted_for": write.one(["prosecution", "sentence"]),
                "arrest_warrants": [self.warrant() for _ in range(2 if write.percent(1) else 1)],
                "action_on_location": write.one(["provisional arrest", "monitor", "locate only"]),
                "extradition_sought_from": "all" if write.percent(80) else
                self.some(COUNTRIES, [0, 0, 50, 50]),
                "public_extract": write.percent(10), "facts": self.facts()}

    def warrant(self):
        write = self.write
        return {"warrant_ref": write.fill("{file}"), "warrant_date": write.iso_date(),
                "issuing_authority": write.fill("Court of first instance, {town}"),
                "issuing_country_id": write.one(COUNTRIES), "charge": write.charge(),
                "law_provision": f"Cap. {write.digits(2)}, s. {write.digits(3)}"
                                 f"({write.digits(1)})",
                "max_penalty_months": 12 * self.chance.randrange(2, 31)}

    def diffusion(self):
        return {**self.notice(), "reason_not_notice": self.write.one(
            ["limited access", "limited recipients"]), "compliance": "pending"}

    def review(self):
        return {**self.base("administrative"), "entity_id": self.write.record_id(),
                "text": self.write.prose(words.SHORT, self.chance.randrange(150, 1200))}

    def cancellation(self):
        return {**self.base("administrative"), "entity_id": self.write.record_id(),
                "effective": self.write.instant(),
                "reason": self.write.fill(self.chance.choice(words.SHORT))}

    def document(self):
        """Lost and stolen documents: never the name of a bearer."""
        write = self.write
        return {**self.base("document control"), "documents": [
            {"din": write.fill("{doc}"), "issuer": write.one(COUNTRIES), "type": "P",
             "fraud_type": write.one(["stolen blank", "stolen from bearer", "lost by bearer"]),
             "theft_date": write.iso_date(), "expires": write.iso_date(2027, 2036)}
            for _ in range(self.chance.choices([1, 2, 8], [70, 20, 10])[0])]}

    def letter(self):
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
