#!/usr/bin/env python3
"""The documents of the demo: a hit with its answer, and a notice with its cancellation.

usage: demo_documents.py NAME [ABOUT]     to standard output; ABOUT: the message that it refers to
       demo_documents.py --all FOLDER     all of them, in the order in which they can be sent

Nobody in them exists. Each says SYNTHETIC.
"""
import datetime
import json
import pathlib
import sys

ANY = "01a20f52-d115-7182-b77a-4d4529d7e3b5"
OWNERS_NOTICE = "2026/4711"
NOTICE = "2026/815"
PERSON = {
    "name": "EXAMPLE", "forename": "Tendai Example", "sex_id": "M", "date_of_birth": "1988/02",
    "person_status": "wanted", "nationalities": [{"country": "ZW", "confirmed": False}],
}
CONTACT = {"name": "Duty Desk Example", "telephone": "+000 000"}


def now(format):
    return datetime.datetime.now(datetime.timezone.utc).strftime(format)


def document(kind, purpose, body, about=None, about_kind=None, relation="about", **more):
    out = {"kind": kind, "schema_version": 1, "language": "en", "purpose": purpose,
           "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY", "ncb_ref": "SYNTHETIC 4711", **more}
    if about_kind:
        out["references"] = [{"relation": relation, "id": about or ANY, "kind": about_kind}]
    return {**out, "body": body}


def hit_notification(_):
    return document("hit.notification", "arrest", {
        "record_kind": "red", "record_id": OWNERS_NOTICE, "owner": "MU",
        "found": {"time": now("%Y-%m-%dT%H:%M:%SZ"), "place": "Beitbridge",
                  "port_type": "land_border", "country": "ZW"},
        "matched_on": ["name_and_birth"], "subject_presented": PERSON,
        "custody": "detained_on_this_hit", "officer_contact": CONTACT})


def hit_request(about):
    return document("hit.request", "arrest", {
        "request_type": "wanted_person", "request_no": 1, "priority": "U",
        "ncb_ref": "SYNTHETIC 4711", "record_id": OWNERS_NOTICE,
        "requesting_agency": {"name": "Border Example", "telephone": "+000 000"},
        "person": PERSON}, about, "hit.notification")


def hit_reply(about):
    return document("hit.reply", "arrest", {
        "status": "VALID", "priority": "U", "identity": "not_identical",
        "extradition_intent": "no", "instructions": "Another person of that name. Let him go.",
        "confirming_official": {"name": "Official Example", "agency": "Bureau Example"}},
        about, "hit.request", "reply_to")


def hit_outcome(about):
    return document("hit.outcome", "arrest", {
        "result": "not_identical", "date": now("%Y-%m-%d"), "authority": "Border Example"},
        about, "hit.notification")


def publication(_):
    return document("notice.publication", "missing_person", {
        "notice_type": "yellow", "version": 1,
        "person": {"name": "EXAMPLE", "forename": "Chipo Example",
                   "name_in_original_script": "مثال", "sex_id": "F", "date_of_birth": "1990",
                   "person_status": "missing", "nationalities": []},
        "category": "missing_adult", "last_known": {"date": "2026/11", "place": "Exampletown"},
        "circumstances": "Did not come home from the market.", "consent_publication": True},
        entity_id=NOTICE)


def cancellation(about):
    return document("notice.cancellation", "missing_person", {
        "version": 1, "reason": "Came home.", "remove": True},
        about, "notice.publication", entity_id=NOTICE)


DOCUMENTS = {"hit-notification": hit_notification, "hit-request": hit_request,
             "hit-reply": hit_reply, "hit-outcome": hit_outcome, "publication": publication,
             "cancellation": cancellation}


def main(words):
    if len(words) == 2 and words[0] == "--all":
        folder = pathlib.Path(words[1])
        folder.mkdir(parents=True)
        for number, (name, make) in enumerate(DOCUMENTS.items(), 1):
            (folder / f"{number}-{name}.json").write_text(json.dumps(make(None)), encoding="utf-8")
    elif len(words) in (1, 2) and words[0] in DOCUMENTS:
        print(json.dumps(DOCUMENTS[words[0]]((words + [None])[1]), ensure_ascii=False, indent=1))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
