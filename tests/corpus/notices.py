"""Notices from their request to their cancellation."""

import attachments
import bodies
import persons
import texts
from world import FOR_OFFICIAL_USE, HOUR, SECRETARIAT, language_of

RESTRICTED = "INTERPOL RESTRICTED"


def reference(line, relation="about"):
    return {"relation": relation, "id": line["id"], "kind": line["kind"]}


def described(world, country, colour, dice, language=None):
    """(body, what goes with it): attachments, purpose, confidentiality, whether it is public."""
    language = language or language_of(country)
    body = bodies.coloured(dice, world, country, colour, language)
    given = []
    if dice.chance(0.15 if "person" in body else 0.05):
        kind = "photograph" if "person" in body else "image"
        given = (attachments.photographs(dice) if kind == "photograph"
                 else attachments.scans(dice, kind, 1))
    if colour == "red" and not persons.is_told_apart(body["person"], given):
        make_known(dice, world, country, body["person"])
    public = bodies.public_extract(dice, colour)
    if colour in ("red", "yellow", "silver", "un_special"):
        body["public_extract"] = public
    level = RESTRICTED if "guardian_contact" in body else FOR_OFFICIAL_USE
    return body, {"attachments": given, "purpose": bodies.PURPOSES[colour], "language": language,
                  "confidentiality": level, "public": public}


def make_known(dice, world, country, person):
    """Gives a red notice's person a forename and what to tell them apart by."""
    if person["forename"] in (None, "-"):
        person["forename"] = "Sample"
    person["identity_documents"] = [persons.identity_document(dice, world, country, world.now)]


def text_for(dice, public):
    size = bodies.public_size(dice) if public else bodies.whole_size(dice)
    return lambda document: bodies.fill(dice, document, size)


def notice(world, bureau, _peer, dice):
    """Request, review, publication and what may follow."""
    colour = dice.weighted([one for one in bodies.COLOURS if one[0] != "un_special"])
    body, given = described(world, bureau, colour, dice)
    public = given.pop("public")
    asked = world.send("notice.request", bureau, [SECRETARIAT], body, dice,
                       fill=text_for(dice, public), **given)
    while True:
        yield min(dice.waiting(2 * HOUR), 9 * HOUR)
        decision = dice.weighted([("accepted", 75), ("information_needed", 15), ("refused", 10)])
        answer = {"decision": decision}
        if decision != "accepted":
            answer["explanation"] = texts.prose(dice, "en", 240)
        world.send("notice.review", SECRETARIAT, [bureau], answer, dice, language="en",
                   purpose=given["purpose"], confidentiality=given["confidentiality"],
                   references=[reference(asked, "reply_to")], answers=asked["id"])
        if decision == "refused":
            return
        if decision == "accepted":
            break
        yield min(dice.waiting(HOUR), 5 * HOUR)
        asked = world.send("notice.request", bureau, [SECRETARIAT], asked["document"]["body"],
                           dice, references=[reference(asked, "replaces")],
                           supersedes=[asked["id"]], **given)
    yield dice.waiting(HOUR)
    yield from publication(world, bureau, asked["document"]["body"], given, dice, asked)


def published_elsewhere(world, dice, colours=None):
    """A notice that somebody asked for who does not take part here."""
    country = dice.one([one for one in world.countries if one not in world.sent]
                       or world.countries)
    colour = dice.weighted(colours or bodies.COLOURS)
    body, given = described(world, country, colour, dice, "en")
    public = given.pop("public")
    yield from publication(world, "", body, given, dice, None, text_for(dice, public))


def publication(world, requester, body, given, dice, asked, fill=None):
    """All versions of a notice, and what ends it; to all but those who are denied."""
    entity = world.new_entity(dice)
    denied = []
    if dice.chance(0.08):
        denied = [one for one in dice.some(world.bureaus, 2) if one != requester]
    everyone = [one for one in world.bureaus if one not in denied]
    about = {"entity_id": entity, "purpose": given["purpose"], "language": given["language"],
             "confidentiality": given["confidentiality"], "denied": denied}
    refs = {"references": [reference(asked)]} if asked else {}
    first = world.send("notice.publication", SECRETARIAT, everyone, {**body, "version": 1}, dice,
                       attachments=given["attachments"], fill=fill, **refs, **about)
    mine = (entity, requester, first)
    world.in_force.append(mine)
    yield min(dice.waiting(4 * HOUR), 12 * HOUR)
    lines = [first]
    refs = {"references": [reference(first)], "original": first["id"]}
    what = dice.weighted([("nothing", 58), ("version", 12), ("addendum", 10), ("suspension", 6),
                          ("restriction", 4), ("end", 10)])
    if what == "version":
        again = {**first["document"]["body"], "version": 2}
        lines.append(world.send("notice.publication", SECRETARIAT, everyone, again, dice,
                                attachments=given["attachments"], supersedes=[first["id"]],
                                **refs, **about))
    elif what == "addendum":
        world.send("notice.addendum", SECRETARIAT, everyone,
                   {"version": 2, "text": texts.prose(dice, "en", 300)}
                   | ({"extradition_refused_by": dice.some(world.countries, 1)}
                      if dice.chance(0.5) else {}), dice, **refs, **about)
    elif what == "suspension":
        world.send("notice.suspension", SECRETARIAT, everyone,
                   {"version": 2, "reason": texts.prose(dice, "en", 200)}, dice, **refs, **about)
        yield min(dice.waiting(2 * HOUR), 6 * HOUR)
        if dice.chance(0.6):
            world.send("notice.reinstatement", SECRETARIAT, everyone,
                       {"version": 3, "reason": texts.prose(dice, "en", 200)}, dice, **refs,
                       **about)
            return
    elif what == "restriction":
        world.send("notice.restriction", SECRETARIAT, [dice.one(everyone)],
                   {"version": 1, "reason": texts.prose(dice, "en", 160), "remove": True}, dice,
                   **refs, **about)
        return
    elif what == "nothing" or not dice.chance(0.7):
        return
    yield from ending(world, mine, everyone, lines, about, refs, dice)


def ending(world, mine, everyone, lines, about, refs, dice):
    """A withdrawal by who asked for it, and the cancellation; now and then without one."""
    _, requester, _ = mine
    yield min(dice.waiting(2 * HOUR), 6 * HOUR)
    if requester and dice.chance(0.7):
        world.send("notice.withdrawal", requester, [SECRETARIAT],
                   {"reason": texts.prose(dice, language_of(requester), 160)}, dice,
                   references=refs["references"], purpose=about["purpose"],
                   confidentiality=about["confidentiality"], entity_id=about["entity_id"])
        yield min(dice.waiting(HOUR), 3 * HOUR)
    world.in_force.remove(mine)
    world.send("notice.cancellation", SECRETARIAT, everyone,
               {"version": 4, "reason": texts.prose(dice, "en", 160), "remove": True}, dice,
               cancels=[line["id"] for line in lines], **refs, **about)


def request_of_size(world, bureau, size, dice):
    """One request whose document has about `size` bytes, and nothing after it."""
    colour = dice.weighted([one for one in bodies.COLOURS if one[0] != "un_special"])
    body, given = described(world, bureau, colour, dice)
    given.pop("public")
    world.send("notice.request", bureau, [SECRETARIAT], body, dice,
               fill=lambda document: bodies.fill(dice, document, size), **given)
    return
    yield
