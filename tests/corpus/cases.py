"""Small cases, each a generator of pauses: questions, documents, biometrics, diffusions.

Shares and pauses are ours where README.md does not name a source.
"""

import attachments
import bodies
import hits
import notices
import persons
import texts
from world import FOR_OFFICIAL_USE, HOUR, MINUTE, SECRETARIAT, language_of

RESTRICTED = "INTERPOL RESTRICTED"
SUBJECTS = ["locate", "document_control", "administrative", "warning", "asset_tracing"]


def levels(dice):
    """Confidentiality, handling and evaluation of a message, with what they ask for."""
    out = {"confidentiality": dice.weighted([(FOR_OFFICIAL_USE, 85), (RESTRICTED, 13),
                                             ("INTERPOL CONFIDENTIAL", 2)])}
    if dice.chance(0.25):
        out["handling"] = dice.some(["H0", "H1", "H2"], dice.between(1, 2))
    elif dice.chance(0.02):
        out["handling"] = ["H3"]
        out["handling_text"] = "Ask before use in a press release."
    if dice.chance(0.2):
        out["evaluation"] = {"source": dice.weighted([("A", 3), ("B", 4), ("C", 1), ("X", 2)]),
                             "information": dice.between(1, 4)}
    return out


def reference(line, relation="about"):
    return {"relation": relation, "id": line["id"], "kind": line["kind"]}


def case_number(dice, world, bureau):
    return f"{bureau}-{dice.between(1000, 99_999)}/{world.now.year}"


def text_size(dice):
    return int(dice.along([(0, 120), (0.5, 700), (0.9, 3000), (0.99, 12_000), (1, 40_000)]))


def question(world, bureau, peer, dice):
    """A question and, mostly, its answer within hours."""
    given = levels(dice)
    purpose = dice.one(SUBJECTS)
    asked = world.send(
        "message.text", bureau, [peer],
        {"role": "request", "text": texts.prose(dice, language_of(bureau), text_size(dice))}
        | ({"answer_by": world.text_time(dice.between(2, 20) * HOUR)} if dice.chance(0.3) else {}),
        dice, purpose=purpose, ncb_ref=case_number(dice, world, bureau), **given)
    if not dice.chance(0.85):
        return
    yield min(dice.waiting(2 * HOUR), 12 * HOUR)
    more = {key: given[key] for key in ("confidentiality", "handling", "handling_text")
            if key in given}
    world.send("message.text", peer, [bureau],
               {"role": "answer", "text": texts.prose(dice, language_of(peer), text_size(dice))},
               dice, purpose=purpose, references=[reference(asked, "reply_to")],
               attachments=attachments.scans(dice, "document", 1) if dice.chance(0.05) else [],
               answers=asked["id"], **more)


def information(world, bureau, peer, dice):
    others = {peer: None} | {world.another(dice, bureau): None for _ in range(dice.below(4))}
    world.send("message.text", bureau, list(others),
               {"role": "information",
                "text": texts.prose(dice, language_of(bureau), text_size(dice))},
               dice, purpose=dice.one(SUBJECTS),
               attachments=attachments.scans(dice, "document", 1) if dice.chance(0.05) else [],
               **levels(dice))
    return
    yield  # A generator as the others are.


def document_record(world, bureau, _peer, dice):
    """Passports that were lost or stolen; no bearer is named."""
    for _ in range(dice.weighted([(1, 80), (3, 15), (8, 5)])):
        kind = dice.weighted([("lost_by_bearer", 60), ("stolen_from_bearer", 30),
                              ("stolen_blank", 4), ("revoked", 4), ("invalid", 2)])
        body = {"DIN": persons.serial(dice), "issuer": world.alpha3[bureau],
                "document_type": dice.weighted([("passport", 85), ("identity_card", 15)]),
                "fraud_type": kind, "action": dice.weighted([("add", 95), ("remove", 5)])}
        if dice.chance(0.7):
            body["issued"] = world.day(-dice.between(100, 3000))
            body["expires"] = world.day(dice.between(100, 3000))
        if dice.chance(0.6):
            body["theft_country"] = dice.one(world.countries)
            body["theft_date"] = world.day(-dice.between(1, 60)).replace("-", "/")
        if dice.chance(0.4):
            body["national_reference"] = case_number(dice, world, bureau)
        world.send("document.record", bureau, [SECRETARIAT], body, dice,
                   purpose="document_control")
        yield dice.waiting(5 * MINUTE)


def biometric(world, bureau, peer, dice):
    """Prints or a DNA profile, and the answer to it."""
    other = SECRETARIAT if dice.chance(0.6) else peer
    number = f"{bureau}{dice.below(10**8):08d}"
    detained = dice.chance(0.15)
    is_dna = dice.chance(0.15)
    fields = {"TOT": "CPS", "DAT": world.now.strftime("%Y%m%d"), "PRY": "1" if detained else "5",
              "DAI": other, "ORI": bureau, "TCN": number}
    made = attachments.dna(dice, fields) if is_dna else attachments.fingerprints(dice, fields)
    body = {"transaction": "CPS", "control_number": number,
            "types": ["dna" if is_dna else "fingerprints"], "detained": detained}
    asked = world.send("biometric.transaction", bureau, [other], body, dice,
                       purpose="biometric_comparison", attachments=[made])
    yield min(dice.waiting((10 if detained else 90) * MINUTE), 10 * HOUR)
    answer = f"{other}{dice.below(10**8):08d}"
    fields = {**fields, "TOT": dice.weighted([("SRE", 95), ("ERR", 5)]), "DAI": bureau,
              "ORI": other, "TCN": answer, "TCR": number}
    made = attachments.dna(dice, fields) if is_dna else attachments.no_prints(dice, fields)
    body = {**body, "transaction": fields["TOT"], "control_number": answer,
            "reference_number": number}
    world.send("biometric.transaction", other, [bureau], body, dice,
               purpose="biometric_comparison", attachments=[made],
               references=[reference(asked, "reply_to")], answers=asked["id"])


def diffusion(world, bureau, peer, dice):
    """To chosen bureaus and the General Secretariat, which reviews it afterwards."""
    colour = dice.weighted([one for one in bodies.COLOURS if one[0] != "un_special"])
    others = dice.some(world.bureaus, dice.weighted([(2, 6), (5, 3), (14, 1)]))
    chosen = [peer, *(one for one in others if one not in (bureau, peer))]
    everyone = [*chosen, SECRETARIAT]
    body, given = notices.described(world, bureau, colour, dice)
    body["recipients"] = chosen
    body["reason_not_notice"] = dice.weighted([("limited_recipients", 8), ("limited_access", 1),
                                               ("does_not_qualify", 1)])
    body["compliance"] = "pending"
    given.pop("public")
    if "public_extract" in body:
        body["public_extract"] = False
    size = bodies.whole_size(dice)
    first = world.send("diffusion.circulation", bureau, everyone, body, dice,
                       fill=lambda text: bodies.fill(dice, text, size), **given)
    more = {key: given[key] for key in ("purpose", "confidentiality") if key in given}
    about = {"references": [reference(first)], "original": first["id"], **more}
    yield min(dice.waiting(3 * HOUR), 10 * HOUR)
    what = dice.weighted([("nothing", 56), ("update", 22), ("withdrawal", 12),
                          ("noncompliance", 6), ("restriction", 4)])
    if what == "update":
        again = {**first["document"]["body"], "compliance": "compliant"}
        if dice.chance(0.2):
            again["converted_to"] = world.new_entity(dice)
        world.send("diffusion.update", bureau, everyone, again, dice,
                   supersedes=[first["id"]], attachments=first["attachments"], **about)
    elif what == "withdrawal":
        world.send("diffusion.withdrawal", bureau, everyone,
                   {"reason": texts.prose(dice, language_of(bureau), 160), "remove": True}, dice,
                   cancels=[first["id"]], **about)
    elif what == "noncompliance":
        world.send("diffusion.noncompliance", SECRETARIAT, [*chosen, bureau],
                   {"reason": texts.prose(dice, "en", 160), "remove": True}, dice, **about)
    elif what == "restriction":
        world.send("diffusion.restriction", bureau, [dice.one(chosen)],
                   {"reason": texts.prose(dice, language_of(bureau), 160), "remove": True}, dice,
                   **about)


# What a bureau begins, by share of cases.
MIX = [(question, 54), (information, 22), (document_record, 14), (diffusion, 5.5),
       (notices.notice, 3.3), (biometric, 1.2)]


# What of it another bureau sees.
MIX_BETWEEN = [one for one in MIX if one[0] not in (document_record, notices.notice)]


def begin_one(world, bureau, peer=None):
    """Begins a case of this bureau with another one."""
    dice = world.new_dice(bureau)
    kind = dice.weighted(MIX_BETWEEN if peer else MIX)
    world.begin(kind(world, bureau, peer or world.another(dice, bureau), dice))


def begin_hit(world, finder, owner=None):
    dice = world.new_dice(finder, "hit")
    world.begin(hits.hit(world, finder, owner or world.another(dice, finder), dice))


def receipt(world, line, dice):
    """The readable form of a receipt; real ones are signed, and no text."""
    sender = line["to"][0]
    world.send("transport.receipt", sender, [line["from"]],
               {"message": line["id"], "outcome": dice.one(["relayed", "delivered", "read"]),
                "at": world.text_time()}, dice, purpose=line["document"]["purpose"],
               by_gateway=True)
    return
    yield
