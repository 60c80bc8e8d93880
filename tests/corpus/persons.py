"""Persons, documents and warrants, filled in as often as public notices are (README.md)."""

import datetime

import names
import texts

EYES = [("BRO", 50), ("BROD", 20), ("BLA", 10), ("BLU", 8), ("GRE", 5), ("BROH", 4), ("GRY", 3)]
HAIR = [("BLA", 55), ("BRO", 25), ("GRY", 6), ("GRYG", 5), ("HAIB", 4), ("YELB", 3), ("BROF", 2)]
MARKS = ["scar on the left forearm", "tattoo of an anchor", "missing fingertip, right hand",
         "scar above the eyebrow", "pierced ear", "burn mark on the neck"]


def birth_date(dice, now, youngest=19, oldest=70):
    """YYYY/MM/DD; 1 % the year alone, 1 % year and month."""
    day = now.date() - datetime.timedelta(days=dice.between(youngest * 366, oldest * 365))
    parts = dice.weighted([(3, 98), (1, 1), (2, 1)])
    return "/".join(day.isoformat().split("-")[:parts])


def marks(dice):
    """Mostly short, at most 262 characters."""
    length = int(dice.along([(0, 14), (0.5, 45), (1, 262)]))
    text = dice.one(MARKS)
    while len(text) < length:
        text += "; " + dice.one(MARKS)
    return text[:262]


def identity_document(dice, world, country, now):
    issued = now.date() - datetime.timedelta(days=dice.between(30, 3000))
    return {"number": serial(dice), "type": dice.weighted([("passport", 8), ("identity_card", 2)]),
            "issuer": world.alpha3[country], "issued": issued.isoformat(),
            "expires": (issued + datetime.timedelta(days=3650)).isoformat()}


def serial(dice):
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return dice.one(letters) + dice.one(letters) + f"{dice.below(10**7):07d}"


def nationalities(dice, world, country):
    count = dice.weighted([(0, 2), (1, 86), (2, 10), (3, 2)])
    found = [country] + dice.some([one for one in world.countries if one != country], 2)
    return [{"country": one, "confirmed": dice.chance(0.8)} for one in found[:count]]


def looks(dice, out):
    """What tells a person apart, as often as public notices say it."""
    if dice.chance(0.48):
        out["height"] = dice.between(150, 195) / 100
    if dice.chance(0.14):
        out["weight"] = dice.between(45, 110)
    if dice.chance(0.37):
        out["eyes_colors_id"] = [dice.weighted(EYES)]
    if dice.chance(0.45):
        out["hairs_id"] = dice.some([dice.weighted(HAIR), "HAID"], 1 if dice.chance(0.9) else 2)
    if dice.chance(0.05):
        out["distinguishing_marks"] = marks(dice)


def person(dice, world, country, status, youngest=19, oldest=70):
    """A person block; who it is does not exist."""
    script = names.script_of(country)
    out = names.person_name(dice, script)
    if dice.chance(0.03):
        out["forename"] = dice.one([None, "-"])
        out.pop("forename_in_original_script", None)
    out["sex_id"] = dice.weighted([("M", 84), ("F", 15), ("U", 1)])
    out["date_of_birth"] = birth_date(dice, world.now, youngest, oldest)
    if dice.chance(0.3):
        out["dob_quality"] = dice.weighted([("confirmed", 6), ("declared", 3), ("estimated", 1)])
    if dice.chance(0.95):
        out["place_of_birth"] = names.place_of_birth(dice)
        out["country_of_birth_id"] = country
    out["nationalities"] = nationalities(dice, world, country)
    if dice.chance(0.15):
        out["aliases"] = [alias(dice, script) for _ in range(dice.between(1, 3))]
    if dice.chance(0.1):
        out["father_name"] = names.forename(dice, script)[0].capitalize()
        out["mother_name"] = names.forename(dice, script)[0].capitalize()
    looks(dice, out)
    if dice.chance(0.9):
        most = dice.weighted([(1, 55), (2, 28), (3, 12), (4, 4), (5, 1)])
        known = names.LANGUAGES[script] + [one for one in ("ENG", "FRE", "ARA", "SPA", "SWA")
                                           if one not in names.LANGUAGES[script]]
        out["languages_spoken_ids"] = known[:most]
    if dice.chance(0.35):
        out["identity_documents"] = [identity_document(dice, world, country, world.now)]
    out["person_status"] = status
    if dice.chance(0.08):
        out["caution"] = dice.some(["armed", "violent", "suicidal", "contagious"], 1)
    return out


def alias(dice, script):
    name = names.person_name(dice, script)
    out = {"name": name["name"], "forename": name["forename"]}
    if "name_in_original_script" in name:
        out["in_original_script"] = (name["forename_in_original_script"] + " "
                                     + name["name_in_original_script"])
    return out


def is_told_apart(person_block, attachments):
    """The identity that a red notice needs (R-RED-16)."""
    described = any(member in person_block for member in (
        "height", "weight", "eyes_colors_id", "hairs_id", "distinguishing_marks",
        "identity_documents"))
    named = person_block["forename"] not in (None, "-")
    good = any(one["type"] == "photograph" and one.get("quality") == "good" for one in attachments)
    return (named and described) or good


def warrant(dice, country, now, wanted_for, translate):
    text, language = texts.charge(dice)
    day = now.date() - datetime.timedelta(days=dice.between(3, 1500))
    out = {"issuing_country_id": country, "charge": text}
    if translate or language != "en":
        other = "fr" if language == "en" else "en"
        out["charge_translation"] = texts.prose(dice, other, len(text) + 20, paragraphs=False)
    out["law_provision"] = f"Penal Code, sections {dice.between(2, 99)}, {dice.between(100, 399)}"
    if wanted_for == "prosecution":
        out["max_penalty_months"] = 12 * dice.between(2, 25)
    else:
        out["sentence_months"] = dice.between(8, 240)
        out["remaining_months"] = dice.between(6, out["sentence_months"])
    out["warrant_ref"] = f"W {dice.between(1, 9999)}/{day.year}"
    out["warrant_date"] = day.isoformat()
    out["issuing_authority"] = "Magistrates' Court of " + names.place_name(dice)
    if dice.chance(0.3):
        out["expiry_date"] = dice.one(["none", (now.date() + datetime.timedelta(3650)).isoformat()])
    return out
