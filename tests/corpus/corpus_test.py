#!/usr/bin/env python3
"""The corpus: the same seed, the same bytes; sizes and fill rates; pictures; lifecycles; verdicts.

usage: corpus_test.py CORPUS_CHECK [DHOW]    the program corpus_check, and `dhow` if it is built
"""

import datetime
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import attachments
import bodies
import corpus
import dice
import fuzz_seeds
import names
import persons
import readers
import texts
import world as world_module

PROGRAMS = []
ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of `write kinds --seed 7`. It changes with the generator and with classes and expiries of kinds,
# but neither with the version of Python nor with the machine.
DIGEST = (
    "9643db01c5dbadc01006ad9980c3f531"
    "b2c00bf8e26eea354243e7601c0c1d4b")


def written(*arguments):
    out = io.StringIO()
    corpus.write_profile(corpus.read_arguments(["write", *map(str, arguments)]), out)
    return out.getvalue()


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def share(found, count):
    return sum(map(bool, found)) / count


class Bytes(unittest.TestCase):
    def test_same_seed_same_bytes(self):
        for profile in ("day", "kinds", "notices"):
            self.assertEqual(written(profile, "--seed", 3), written(profile, "--seed", 3))

    def test_same_bytes_with_every_version_of_python(self):
        digest = hashlib.sha256(written("kinds", "--seed", 7).encode()).hexdigest()
        self.assertEqual(digest, DIGEST)

    def test_no_two_seeds_alike(self):
        found = [written("day", "--seed", seed, "--messages", 30) for seed in range(6)]
        texts_of = [{bodies.to_json(line["document"]) for line in lines_of(one)[1:]}
                    for one in found]
        for at, one in enumerate(texts_of):
            for other in texts_of[at + 1:]:
                self.assertFalse(one & other)

    def test_committed_fuzz_seeds_are_those_of_the_generator(self):
        folder = ROOT / "tests/fuzz/corpus/kinds"
        made = dict([*fuzz_seeds.messages(1), *fuzz_seeds.hostile(1)])
        for name, data in made.items():
            self.assertEqual((folder / name).read_bytes(), data, name)
        kept = {path.name for path in folder.iterdir()
                if path.name.startswith(("made-", "hostile-"))}
        self.assertEqual(kept, set(made))


class Distributions(unittest.TestCase):
    """The numbers are those of public notices (README.md); the bounds are for 1,200 persons."""

    @classmethod
    def setUpClass(cls):
        cls.world = world_module.World(5, world_module.AFRICA, corpus.begin_of("2026-11-30"))
        cls.dice = dice.Dice(5, "test")
        cls.persons = [persons.person(cls.dice, cls.world, cls.dice.one(cls.world.countries),
                                      "wanted") for _ in range(1200)]

    def filled(self, member):
        return share((one.get(member) for one in self.persons), len(self.persons))

    def test_fill_rates(self):
        for member, wanted in (("eyes_colors_id", 0.37), ("hairs_id", 0.45),
                               ("languages_spoken_ids", 0.90), ("distinguishing_marks", 0.05),
                               ("place_of_birth", 0.95), ("nationalities", 0.98),
                               ("height", 0.48), ("weight", 0.14)):
            self.assertAlmostEqual(self.filled(member), wanted, delta=0.045, msg=member)

    def test_births(self):
        births = [one["date_of_birth"] for one in self.persons]
        self.assertAlmostEqual(share((len(one) == 4 for one in births), 1200), 0.01, delta=0.01)
        self.assertTrue(any(len(one) == 7 for one in births))
        places = sorted(len(one.get("place_of_birth", "")) for one in self.persons)
        self.assertTrue(16 <= places[600] <= 30 and places[-1] <= 60, places[600])

    def test_several_nationalities_and_partial_names(self):
        counts = {len(one["nationalities"]) for one in self.persons}
        self.assertEqual(counts, {0, 1, 2, 3})
        self.assertTrue(any(one["forename"] in (None, "-") for one in self.persons))
        self.assertLessEqual(max(len(one.get("distinguishing_marks", ""))
                                 for one in self.persons), 262)

    def test_charges(self):
        found = [texts.charge(self.dice)[0] for _ in range(1500)]
        sizes = sorted(map(len, found))
        self.assertTrue(40 <= sizes[750] <= 70, sizes[750])
        self.assertTrue(120 <= sizes[1350] <= 200, sizes[1350])
        self.assertTrue(350 <= sizes[1485] <= 640 and sizes[-1] <= 805, sizes[1485])
        self.assertAlmostEqual(share(("\n" in one for one in found), 1500), 0.11, delta=0.03)
        self.assertAlmostEqual(share((not one.isascii() for one in found), 1500), 0.05, delta=0.03)

    def test_entities(self):
        found = [self.world.new_entity(self.dice) for _ in range(1000)]
        self.assertEqual(len(set(found)), 1000)
        for digits, wanted in ((4, 0.14), (5, 0.75), (6, 0.11)):
            got = share((len(one) - 5 == digits for one in found), 1000)
            self.assertAlmostEqual(got, wanted, delta=0.04)

    def test_scripts(self):
        for script, low, high in (("arabic", 0x600, 0x6ff), ("cyrillic", 0x400, 0x4ff),
                                  ("amharic", 0x1200, 0x137f), ("chinese", 0x4e00, 0x9fff)):
            name = names.person_name(self.dice, script)
            self.assertTrue(all(low <= ord(one) <= high
                                for one in name["name_in_original_script"]), name)
            self.assertTrue(names.plain(name["name"].lower()).replace("-", "").isascii(), name)
        self.assertNotIn("name_in_original_script", names.person_name(self.dice, "latin"))


class Days(unittest.TestCase):
    def check(self, text, dates_are=None):
        done = subprocess.run([PROGRAMS[0]], input=text, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)
        lines = lines_of(text)[1:]
        self.assertEqual([one["at_ms"] for one in lines], sorted(one["at_ms"] for one in lines))
        self.assertEqual(len({one["id"] for one in lines}), len(lines))
        return lines

    def test_every_kind_and_colour_and_script(self):
        lines = self.check(written("kinds", "--seed", 2, "--messages", 2))
        rows = world_module.Kinds().rows
        self.assertEqual({one["kind"] for one in lines}, set(rows))
        colours = {one["document"]["body"].get("notice_type") for one in lines} - {None}
        self.assertEqual(colours, set(dict(bodies.COLOURS)))
        text = "".join(bodies.to_json(one["document"]) for one in lines)
        for low, high in ((0x600, 0x6ff), (0x400, 0x4ff), (0x1200, 0x137f), (0x4e00, 0x9fff)):
            self.assertTrue(any(low <= ord(one) <= high for one in text))

    def test_a_bureaus_day(self):
        for seed in (1, 2):
            lines = self.check(written("day", "--seed", seed, "--bureau", "FJ"))
            self.assertTrue(all("FJ" in (one["from"], *one["to"]) for one in lines))
            self.assertTrue(80 <= len(lines) <= 330, len(lines))

    def test_an_operation_day(self):
        text = written("operation", "--seed", 4, "--messages", 25)
        head, lines = lines_of(text)[0], self.check(text)
        self.assertEqual((len(head["bureaus"]), len(head["hubs"]), head["checks"]),
                         (54, 2, 90_000))
        self.assertEqual(sorted(sum(head["hubs"].values(), [])), sorted([*head["bureaus"], "IPSG"]))
        # One hit for 2,000 to 15,000 checks.
        self.assertTrue(1 <= head["hits"] <= 75, head["hits"])
        sent = {one: 0 for one in head["bureaus"]}
        for line in lines:
            if line["from"] in sent:
                sent[line["from"]] += 1
        self.assertTrue(all(25 <= count <= 60 for count in sent.values()), sent)
        self.assertAlmostEqual(share((one["attachments"] for one in lines), len(lines)), 0.05,
                               delta=0.03)

    def test_a_hubs_day(self):
        text = written("hub", "--seed", 4, "--messages", 2)
        head, lines = lines_of(text)[0], self.check(text)
        self.assertEqual(len(head["bureaus"]), 196)
        widest = max(len(one["to"]) for one in lines if one["kind"] == "notice.publication")
        self.assertGreaterEqual(widest, 194)

    def test_sizes_of_notices(self):
        lines = self.check(written("notices", "--seed", 6, "--messages", 60))
        sizes = [bodies.size_of(one["document"]) for one in lines]
        self.assertTrue(all(2600 <= one <= 3100 for one in sizes), sorted(sizes)[:5])
        lines = lines_of(written("kinds", "--seed", 6, "--messages", 2))[1:]
        sizes = [bodies.size_of(one["document"]) for one in lines
                 if one["kind"] == "notice.publication"
                 and not one["document"]["body"].get("public_extract")]
        self.assertTrue(all(1000 <= one <= 12_500 for one in sizes), sorted(sizes))
        self.assertTrue(3000 <= sorted(sizes)[len(sizes) // 2] <= 7000)

    def test_attachments_are_what_they_say(self):
        lines = lines_of(written("kinds", "--seed", 2))[1:]
        entries = {}
        for line in lines:
            self.assertEqual(
                [one["name"] for one in line["document"].get("attachments", [])],
                [one["name"] for one in line["attachments"]])
            for one in line["attachments"]:
                entries.setdefault((one["type"], line["document"]["body"].get("transaction")), one)
        self.assertGreaterEqual(len(entries), 5)
        for one in entries.values():
            data = attachments.content(one)
            self.assertEqual(len(data), one["bytes"])
            self.assertEqual(data, attachments.content(one))
            if one["media"] == "image/jpeg":
                width, height, _ = readers.read_jpeg(data)
                if one["type"] == "photograph":
                    self.assertTrue(width >= 600 and height >= 800 and len(data) >= 72_000)
            else:
                fields = readers.read_nist(data)
                self.assertEqual(fields["1.004"], one["nist"]["TOT"])
                self.assertEqual(fields["1.009"], one["nist"]["TCN"])
                self.assertEqual(fields.get("1.010"), one["nist"].get("TCR"))


class Command(unittest.TestCase):
    def test_dhow_validate_finds_nothing(self):
        if len(PROGRAMS) < 2 or not pathlib.Path(PROGRAMS[1]).exists():
            self.skipTest("dhow is not built")
        begins, *lines = lines_of(written("kinds", "--seed", 8))
        begins = datetime.datetime.fromisoformat(begins["begins"].rstrip("Z"))
        seen = set()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "text.json"
            for line in lines:
                if line["kind"] in seen or "by_gateway" in line:
                    continue
                seen.add(line["kind"])
                file.write_text(bodies.to_json(line["document"]), encoding="utf-8")
                to = [word for one in line["to"] for word in ("--to", one)]
                sent = begins + datetime.timedelta(milliseconds=line["at_ms"])
                done = subprocess.run([PROGRAMS[1], "validate", file, "--from", line["from"], *to,
                                       "--at", sent.isoformat("T", "milliseconds") + "Z"],
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, "0 refusals, 0 warnings\n"))
        self.assertEqual(len(seen), 23)


if __name__ == "__main__":
    PROGRAMS += sys.argv[1:]
    if not PROGRAMS:
        sys.exit(__doc__)
    unittest.main(argv=sys.argv[:1])
