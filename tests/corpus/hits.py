"""Hits: notification, request with its clock, reply, outcome, arrest."""

import attachments
import names
import persons
import texts
from bodies import telephone
from world import HOUR, MINUTE, SECRETARIAT, language_of

# For each kind of record: what is asked for, what matched, what comes of it.
RECORDS = {"travel_document": ("travel_document", "document_number", "document_seized"),
           "red": ("wanted_person", "name_and_birth", "provisionally_arrested"),
           "vehicle": ("vehicle", "document_number", "document_seized")}
KINDS = [("travel_document", 80), ("red", 17), ("vehicle", 3)]
ANSWER_WITHIN = {"U": 10 * MINUTE, "R": HOUR}


def reference(line, relation="about"):
    return {"relation": relation, "id": line["id"], "kind": line["kind"]}


def subject(world, kind, owner, finder, dice):
    """(owner, record, entity) of what was found; a red notice that is in force, if there is one."""
    if kind == "red":
        known = [(entity, requester) for entity, requester, line in world.in_force
                 if requester and requester != finder and finder in line["to"]
                 and line["document"]["body"]["notice_type"] == "red"]
        if known:
            entity, requester = dice.one(known)
            return requester, entity, entity
        old = f"{world.now.year - dice.between(1, 4)}/{dice.between(10_000, 99_999)}"
        return owner, old, old
    return owner, persons.serial(dice), None


def identifiers(world, kind, owner, presented, record, dice):
    if kind == "travel_document":
        return {"document": {"number": record, "type": "passport", "issuer": world.alpha3[owner]}}
    if kind == "vehicle":
        return {"vehicle": {"registration": f"{owner} {dice.between(1000, 9999)}",
                            "country": owner}}
    return {"person": presented}


def hit(world, finder, owner, dice):
    """From the finding to what came of it."""
    kind = dice.weighted(KINDS)
    owner, record, entity = subject(world, kind, owner, finder, dice)
    asks, matched, result = RECORDS[kind]
    purpose = "arrest" if kind == "red" else "document_control"
    country = owner if dice.chance(0.8) else dice.one(world.countries)
    presented = persons.person(dice, world, country, "wanted" if kind == "red" else "unknown")
    desk = {"name": names.official(dice), "telephone": telephone(dice)}
    place = {"time": world.text_time(-dice.between(1, 8) * MINUTE),
             "place": names.place_name(dice) + " border post",
             "port_type": dice.weighted([("airport", 5), ("land_border", 4), ("seaport", 1)]),
             "country": finder}
    body = {"record_kind": kind, "record_id": record, "owner": owner, "found": place,
            "matched_on": [matched], "match_quality": dice.weighted([("exact", 7),
                                                                     ("probable", 3)]),
            "subject_presented": presented,
            "custody": dice.weighted([("detained_on_this_hit", 4), ("free", 4), ("transit", 2)]),
            "officer_contact": desk}
    if body["custody"] == "transit":
        body["transit_until"] = world.text_time(dice.between(1, 6) * HOUR)
    about = {"purpose": purpose, "entity_id": entity}
    found = world.send("hit.notification", finder, [owner, SECRETARIAT], body, dice,
                       ncb_ref=f"{finder}-{dice.between(1000, 99_999)}/{world.now.year}", **about)
    about["references"] = [reference(found)]
    yield dice.between(1, 10) * MINUTE
    ask = {"request_type": asks, "priority": "U" if dice.chance(0.75) else "R",
           "ncb_ref": f"{finder}{dice.below(10**6):06d}", "record_id": record,
           "requesting_agency": {"name": "Border police of " + names.place_name(dice),
                                 "telephone": telephone(dice)},
           **identifiers(world, kind, owner, presented, record, dice)}
    status = yield from asking(world, finder, owner, ask, about, dice)
    yield dice.waiting(2 * HOUR)
    arrest = status in ("VALID", "VALID_LIMITED") and kind == "red"
    if arrest:
        yield from arresting(world, finder, owner, found, presented, dice, entity)
    if status is None:
        result = "no_action_in_law"
    elif status == "NOT_VALID":
        result = "released" if kind == "red" else "document_returned"
    outcome(world, finder, owner, result, about, dice)


def asking(world, finder, owner, ask, about, dice):
    """Up to three requests; the last status that was said, None without an answer."""
    within = ANSWER_WITHIN[ask["priority"]]
    for number in (1, 2, 3):
        if is_over(world, about["entity_id"]):
            return "NOT_VALID"
        request = world.send("hit.request", finder, [owner], {**ask, "request_no": number}, dice,
                             **about)
        delay = dice.log_uniform(MINUTE, within * 2.5)
        if delay < within:
            break
        yield within + dice.between(0, MINUTE)
    else:
        return None
    yield delay
    while True:
        status = dice.weighted([("VALID", 78), ("NOT_VALID", 8), ("IN_PROCESS", 10),
                                ("VALID_LIMITED", 4)])
        later = dice.between(1, 4) * HOUR
        reply(world, request, status, later, about, dice)
        if status != "IN_PROCESS":
            return status
        yield later * dice.uniform(0.3, 0.95)


def is_over(world, entity):
    """Whether a notice of this run is no longer in force."""
    year = str(world.now.year)
    return bool(entity) and entity.startswith(year) and all(
        entity != one for one, _, _ in world.in_force)


def reply(world, request, status, later, about, dice):
    owner, finder = request["to"][0], request["from"]
    body = {"status": status, "priority": request["document"]["body"]["priority"],
            "identity": {"NOT_VALID": "undetermined", "IN_PROCESS": "undetermined"}.get(
                status, "confirmed"),
            "extradition_intent": "yes" if status == "VALID" else "pending",
            "confirming_official": {"name": names.official(dice), "agency": "National bureau"}}
    if status == "IN_PROCESS":
        body["ready_by"] = world.text_time(later)
    if status == "VALID_LIMITED":
        body["limitation"] = texts.prose(dice, language_of(owner), 160)
    if dice.chance(0.3):
        body["instructions"] = texts.prose(dice, language_of(owner), 240)
    world.send("hit.reply", owner, [finder], body, dice, purpose=about["purpose"],
               entity_id=about["entity_id"], references=[reference(request, "reply_to")],
               answers=request["id"])


def arresting(world, finder, owner, found, presented, dice, entity):
    """The request for provisional arrest, and some of the papers."""
    limit = world.day(dice.one([18, 20, 30, 40, 60]))
    wanted = {key: value for key, value in presented.items() if key != "dob_quality"}
    asked = world.send(
        "arrest.request", owner, [finder],
        {"person": wanted, "location": found["document"]["body"]["found"]["place"],
         "facts": texts.prose(dice, language_of(owner), dice.between(1500, 6000)),
         "laws_violated": texts.prose(dice, language_of(owner), 240),
         "warrant": persons.warrant(dice, owner, world.now, "prosecution", False),
         "extradition_request_follows": True, "legal_limit": limit},
        dice, purpose="arrest", entity_id=entity, references=[reference(found)])
    yield dice.between(1, 5) * HOUR
    papers = attachments.scans(dice, "warrant", 1) + attachments.scans(dice, "document",
                                                                       dice.between(1, 3))
    world.send("arrest.documents", owner, [finder],
               {"documents": [{"name": one["name"], "title": f"Paper {number}", "certified": True}
                              for number, one in enumerate(papers, 1)], "legal_limit": limit},
               dice, purpose="arrest", entity_id=entity, attachments=papers,
               references=[reference(asked), reference(found)])


def outcome(world, finder, owner, result, about, dice):
    body = {"result": result, "date": world.day(0), "authority": "Border police"}
    if result == "provisionally_arrested":
        body["legal_limit"] = world.day(40)
    world.send("hit.outcome", finder, [owner, SECRETARIAT], body, dice, **about)
