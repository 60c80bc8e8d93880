"""What goes with messages: sizes, and bytes made from a seed when they are wanted.

A line of the corpus names an attachment by type, size and seed; content() makes its bytes.
"""

import dice as dice_module
import nist
import photograph

MEDIA = {"photograph": "image/jpeg", "warrant": "image/jpeg", "document": "image/jpeg",
         "image": "image/jpeg", "fingerprints": "application/octet-stream",
         "dna": "application/octet-stream"}
ENDINGS = {"image/jpeg": "jpg", "application/octet-stream": "nist"}


def photographs(dice):
    """One to three poses, each JPEG of 600 x 800 points or more: 72 KB at the least."""
    count = dice.weighted([(1, 60), (2, 25), (3, 15)])
    return [entry(dice, "photograph", int(dice.along([(0, 72_000), (0.5, 90_000), (1, 160_000)])),
                  number, quality="good" if dice.chance(0.8) else "poor")
            for number in range(1, count + 1)]


def fingerprints(dice, fields):
    """A ten-print card: 0.27 to 0.68 MB at 500 points an inch; one in twenty about 4 MB at 1000."""
    low, high = (270_000, 680_000) if dice.chance(0.95) else (3_600_000, 4_400_000)
    return entry(dice, "fingerprints", int(dice.log_uniform(low, high)), 1, nist=fields)


def no_prints(dice, fields):
    """An answer: the record header and a few words."""
    return entry(dice, "fingerprints", dice.between(600, 2400), 1, nist=fields)


def dna(dice, fields):
    return entry(dice, "dna", dice.between(1800, 9500), 1, nist=fields)


def scans(dice, kind, count):
    """Scanned papers of 0.1 to 2 MB."""
    return [entry(dice, kind, int(dice.log_uniform(100_000, 2_000_000)), number)
            for number in range(1, count + 1)]


def entry(dice, kind, size, number, **more):
    media = MEDIA[kind]
    return {"name": f"{kind}-{number}.{ENDINGS[media]}", "type": kind, "media": media,
            "bytes": size, "seed": dice.below(1 << 48), **more}


def in_document(entries):
    """How the text of a message names them."""
    return [{key: one[key] for key in ("name", "type", "quality") if key in one}
            for one in entries]


def content(one):
    """The bytes of an attachment, exactly `bytes` of them."""
    if "nist" in one:
        return nist.file_of(one["type"], one["bytes"], one["seed"], one["nist"])
    if one["type"] == "photograph":
        return photograph.portrait(one["bytes"], dice_module.Dice(one["seed"], "portrait"))
    return photograph.scan(one["bytes"], dice_module.Dice(one["seed"], "scan"))
