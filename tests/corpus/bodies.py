"""Bodies of notices and diffusions of each colour, as long as real ones.

What is public is as short as public notices are; all else carries facts, 3 to 12 KB (README.md).
"""

import datetime
import json

import names
import persons
import texts

COLOURS = [("red", 60), ("blue", 16), ("green", 7), ("yellow", 11), ("black", 2), ("orange", 1.5),
           ("purple", 1.5), ("silver", 0.5), ("un_special", 0.5)]
PURPOSES = {"red": "arrest", "blue": "locate", "green": "warning", "yellow": "missing_person",
            "black": "unidentified_body", "orange": "warning", "purple": "modus_operandi",
            "silver": "asset_tracing", "un_special": "sanctions"}
OFFENCES = ["PFF", "PCF", "PCT", "PMM", "ILM", "IIT", "III", "ITM", "NLC"]
# The long text of each colour, then where more goes when that is full.
LONG_TEXT = {"red": ("facts/text", 8000), "blue": ("case_summary", 8000),
             "green": ("facts", 8000), "yellow": ("circumstances", 8000),
             "black": ("clothing", 4000), "orange": ("description", 8000),
             "purple": ("modus_operandi", 8000), "silver": ("predicate_offence", 1000),
             "un_special": ("summary", 4000)}


def size_of(document):
    return len(to_json(document).encode())


def to_json(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def whole_size(dice):
    """Bytes of a whole document that is not public."""
    return int(dice.along([(0, 3000), (0.5, 4800), (0.9, 9000), (1, 11800)]))


def public_size(dice):
    return int(dice.along([(0, 900), (0.5, 1100), (0.9, 1350), (1, 1500)]))


def past_day(dice, now, least, most):
    day = now.date() - datetime.timedelta(days=dice.between(least, most))
    return day.isoformat().replace("-", "/")


def red(dice, world, country, body):
    status = dice.weighted([("wanted", 7), ("charged", 2), ("convicted", 1)])
    body["person"] = persons.person(dice, world, country, status, youngest=24)
    wanted_for = dice.weighted([("prosecution", 4), ("sentence", 1)])
    count = 1 if dice.chance(0.99) else 2
    body["arrest_warrants"] = [
        persons.warrant(dice, country, world.now, wanted_for, dice.chance(0.2))
        for _ in range(count)]
    body["facts"] = {"text": "-", "date": past_day(dice, world.now, 100, 1400),
                     "place": names.place_name(dice)}
    body["offence_codes"] = dice.some(OFFENCES, 1 if dice.chance(0.8) else 2)
    body["wanted_for"] = wanted_for
    body["action_on_location"] = dice.weighted([("provisional_arrest", 9), ("locate_only", 1)])
    body["extradition_sought_from"] = dice.weighted([
        ({"scope": "all"}, 8),
        ({"scope": "list", "countries": dice.some(world.countries, 5)}, 1),
        ({"scope": "all_except", "countries": dice.some(world.countries, 2)}, 1)])
    body["assurance_extradition"] = True


def blue(dice, world, country, body):
    body["person"] = persons.person(dice, world, country,
                                    dice.weighted([("suspect", 6), ("witness", 3), ("unknown", 1)]))
    body["information_sought"] = dice.some(
        ["identity", "location", "activities", "criminal_record"], dice.between(1, 3))
    body["case_summary"] = "-"


def green(dice, world, country, body):
    body["person"] = persons.person(dice, world, country, "convicted")
    body["threat_assessment"] = texts.prose(dice, body["lang"], 400)
    body["prior_convictions"] = [texts.prose(dice, body["lang"], 120) for _ in range(
        dice.between(1, 4))]
    body["facts"] = "-"


def yellow(dice, world, country, body):
    category = dice.weighted([("missing_minor", 40), ("missing_adult", 35),
                              ("parental_abduction", 20), ("criminal_abduction", 2),
                              ("unable_to_identify_self", 3)])
    is_minor = category in ("missing_minor", "parental_abduction")
    body["person"] = persons.person(dice, world, country, "missing", 2 if is_minor else 19,
                                    16 if is_minor else 75)
    body["category"] = category
    body["last_known"] = {"date": past_day(dice, world.now, 1, 90),
                          "place": names.place_name(dice), "country": country}
    body["circumstances"] = "-"
    body["consent_publication"] = dice.chance(0.7)
    if is_minor and dice.chance(0.5):
        body["guardian_contact"] = {"name": names.official(dice), "telephone": telephone(dice)}


def black(dice, world, country, body):
    low = dice.between(18, 60)
    body["found"] = {"date": past_day(dice, world.now, 5, 400), "place": names.place_name(dice),
                     "country": country}
    body["estimated"] = {"age_from": low, "age_to": low + 12, "sex_id": dice.one(["M", "F", "U"]),
                         "height_from": 1.6, "height_to": 1.7}
    body["dental"] = texts.prose(dice, body["lang"], 200)
    body["clothing"] = "-"


def orange(dice, _world, _country, body):
    body["threat_type"] = dice.one(["event", "person", "object", "process"])
    body["description"] = "-"
    body["safety_advice"] = texts.prose(dice, body["lang"], 300)


def purple(dice, _world, _country, body):
    body["modus_operandi"] = "-"
    for member in dice.some(["objects", "devices", "concealment"], 2):
        body[member] = texts.prose(dice, body["lang"], 300)


def silver(dice, world, country, body):
    if dice.chance(0.6):
        body["person"] = persons.person(dice, world, country, "convicted")
    else:
        body["entity"] = {"name": names.company(dice), "country": country}
    body["predicate_offence"] = "-"
    body["assets"] = [
        {"type": dice.one(["property", "vehicle", "account", "business"]),
         "description": texts.prose(dice, body["lang"], 150)} for _ in range(dice.between(1, 6))]
    body["sought_from"] = dice.some(world.countries, dice.between(1, 6))


def un_special(dice, world, country, body):
    if dice.chance(0.7):
        body["person"] = persons.person(dice, world, country, "unknown")
    else:
        body["entity"] = {"name": names.company(dice), "country": country}
    body["un_reference"] = f"QZi.{dice.below(1000):03d}"
    body["measures"] = dice.some(["assets_freeze", "travel_ban", "arms_embargo"], 2)
    body["summary"] = "-"


MAKERS = {"red": red, "blue": blue, "green": green, "yellow": yellow, "black": black,
          "orange": orange, "purple": purple, "silver": silver, "un_special": un_special}


def telephone(dice):
    """Numbers of a country code that nobody has."""
    return f"+999 {dice.below(10**4):04d} {dice.below(10**4):04d}"


def coloured(dice, world, country, colour, language):
    """The body of a notice or diffusion, its long text still to be filled in."""
    body = {"notice_type": colour, "lang": language}
    MAKERS[colour](dice, world, country, body)
    del body["lang"]
    return body


def public_extract(dice, colour):
    if colour == "un_special":
        return True
    return colour in ("red", "yellow") and dice.chance(0.1)


def fill(dice, document, size):
    """Lengthens the text of the case until the document has about `size` bytes, not more."""
    body, language = document["body"], document["language"]
    place, most = LONG_TEXT[body["notice_type"]]
    parent, _, member = place.rpartition("/")
    holder = body[parent] if parent else body
    for target, name, limit in ((holder, member, most), (body, "remarks", 4000)):
        room = size - size_of(document) - 40
        if room > 60:
            # Line ends take two bytes in JSON.
            text = texts.prose(dice, language, int(room * 0.99))
            target[name] = text[:limit].rstrip()
    if holder[member] == "-":
        holder[member] = texts.prose(dice, language, 120)
