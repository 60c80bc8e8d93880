#!/usr/bin/env python3
"""Our validator against an independent one (python3-jsonschema, draft 2020-12): the same schemas,
the examples and seeded mutations of them; equal in verdict, and our places are among theirs.

usage: kinds_oracle_test.py KINDS_CHECK [COUNT]    the program kinds_check; how many mutations
"""

import copy
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "protocol/kinds"
EXAMPLES = ROOT / "tests/unit/kinds/examples"
DEEP = {"properties", "$defs"}
PLACES = {"allOf", "anyOf", "oneOf"}


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


CODES = {one["list"]: one for one in map(load, (DATA / "codes").glob("*.json"))}


def is_day(text):
    try:
        return 1800 <= datetime.date.fromisoformat(text).year <= 2199 and len(text) == 10
    except ValueError:
        return False


def is_time(text):
    clock = r"T([0-2][0-9]):([0-5][0-9]):([0-5][0-9])(\.[0-9]{1,3})?Z"
    found = re.fullmatch("([0-9-]{10})" + clock, text)
    return bool(found) and is_day(found[1]) and int(found[2]) < 24


def is_partial(text):
    if not re.fullmatch(r"[0-9]{4}(/[0-9]{2}(/[0-9]{2})?)?", text):
        return False
    return is_day("-".join((text.split("/") + ["01", "01"])[:3]))


def is_direction(char):
    return (char in "\u061c\u200e\u200f\ufeff" or "\u2028" <= char <= "\u202e"
            or "\u2066" <= char <= "\u2069")


def is_line(text):
    return not any(unicodedata.category(char) == "Cc" or is_direction(char) for char in text)


def is_lines(text):
    return is_line("".join(char for char in text if char not in "\t\n\r\u061c\u200e\u200f"))


FORMATS = {
    "date": is_day, "date-time": is_time, "partial-date": is_partial, "text": is_lines,
    "line": is_line, "name": lambda text: is_line(text) and unicodedata.is_normalized("NFC", text),
    "uuid": lambda text: bool(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)),
}


def declares(schema, files, here):
    """Whether a schema, with what applies at the same place, has `properties`."""
    if "properties" in schema:
        return True
    inner = [one for key in PLACES for one in schema.get(key, [])]
    inner += [schema[key] for key in ("then", "else", "if") if key in schema]
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#/$defs/")
        file = name or here
        if declares(files[file]["$defs"][pointer], files, file):
            return True
    return any(declares(one, files, here) for one in inner)


def standard(schema, files, here, at_place=False):
    """The schema in standard words: code lists as enum, our two rules of strings and members."""
    out = {}
    for key, value in schema.items():
        if key == "dhow-codes":
            codes = CODES[value]
            more = {"enum": sorted(codes["codes"])} if codes["complete"] else {"type": "string"}
            out.setdefault("allOf", []).append(more)
        elif key in DEEP:
            out[key] = {name: standard(one, files, here, key == "$defs")
                        for name, one in value.items()}
        elif key in PLACES:
            out.setdefault(key, []).extend(standard(one, files, here, True) for one in value)
        elif key in ("if", "then", "else", "not"):
            out[key] = standard(value, files, here, True)
        elif key == "items":
            out[key] = standard(value, files, here)
        elif key == "$ref":
            out[key] = "#" + value.partition("#")[2]
        elif key not in ("dhow", "dhow-rule", "$id"):
            out[key] = value
    if not at_place:
        if declares(schema, files, here):
            out["unevaluatedProperties"] = False
            out["patternProperties"] = {"^x_": {}}
    # A text without format is one line.
    if "string" in schema.get("type", "") and "format" not in schema:
        out["format"] = "line"
    return out


def validators():
    import jsonschema
    files = {path.name: load(path) for path in (DATA / "kinds").glob("*.json")}
    checker = jsonschema.FormatChecker(formats=[])
    for name, check in FORMATS.items():
        checker.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
    common = standard(files["common.schema.json"], files, "common.schema.json")["$defs"]
    out = {}
    for name, schema in files.items():
        if "dhow" in schema:
            out[name.removesuffix(".json")] = jsonschema.Draft202012Validator(
                standard(schema, files, name) | {"$defs": common}, format_checker=checker)
    return out


def at(document, pointer):
    for step in pointer[1:].split("/"):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def examples():
    """(kind, document) of each example."""
    for path in sorted(EXAMPLES.glob("*.json")):
        file = load(path)
        if path.stem == "unknown":
            continue
        for case in file["accepted"] + file["refused"]:
            document = copy.deepcopy(file["document"])
            for pointer, value in case.get("set", {}).items():
                parent, step = pointer.rsplit("/", 1)
                place = at(document, parent) if parent else document
                place[int(step) if isinstance(place, list) else step] = value
            for pointer in case.get("remove", []):
                parent, step = pointer.rsplit("/", 1)
                del (at(document, parent) if parent else document)[step]
            yield path.stem, document


ODD = [None, True, False, 0, 1, -1, 2.0, 2.5, 1e300, "", "-", "x", "MU", "MUS", "2026", "2026/13",
       "2026-11-29", "2026-11-29T10:00:00Z", "a\nb", "e\u0301", "\u202e", [], {}, [1], {"a": 1},
       "y" * 101, "x" * 9000, ["MU", "MU"], "INTERPOL RESTRICTED", 1.7, "red", "transit"]


def containers(value):
    if isinstance(value, (dict, list)):
        if value:
            yield value
        for inner in (value.values() if isinstance(value, dict) else value):
            yield from containers(inner)


def mutated(document, dice):
    out = copy.deepcopy(document)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        all_of_them = list(containers(out))
        if not all_of_them:
            break
        place = dice.choice(all_of_them)
        key = dice.choice(list(place)) if isinstance(place, dict) else dice.randrange(len(place))
        what = dice.randrange(4)
        if what == 0:
            del place[key]
        elif what == 1 and isinstance(place, dict):
            place[dice.choice(["name", "type", "x_a", "zzz", "must_a", "facts"])] = dice.choice(ODD)
        elif what == 2 and isinstance(place, list):
            place.append(copy.deepcopy(place[key]))
        else:
            place[key] = copy.deepcopy(dice.choice(ODD))
    return out


def steps(pointer):
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def oracle_places(validator, text):
    """The places of all errors, also in branches; a missing member at its object."""
    places, todo = set(), list(validator.iter_errors(text))
    while todo:
        error = todo.pop()
        places.add(tuple(str(step) for step in error.absolute_path))
        todo += error.context or []
    return places


def compare(kind, text, answer, validator):
    theirs = oracle_places(validator, text)
    of_parts = ("R-SCH-01", "R-SCH-02", "R-SCH-12", "R-EXT-01")
    ours = {steps(pointer)[:-1] if rule in of_parts else steps(pointer)
            for pointer, rule in answer["problems"]}
    if bool(ours) == bool(theirs) and not ours - theirs:
        return None
    shown = json.dumps(text)[:2000]
    return f"{kind}: only ours {sorted(ours - theirs)}, theirs {sorted(theirs)}: {shown}"


def main():
    try:
        judges = validators()
    except ImportError:
        print("python3-jsonschema is not installed")
        return 77
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    seed = int(os.environ.get("DHOW_SEED", "1"), 0)
    print(f"DHOW_SEED={seed}")
    dice = random.Random(seed)
    base = list(examples())
    cases = base + [(kind, mutated(text, dice)) for kind, text in dice.choices(base, k=count)]
    lines = "".join(json.dumps({"kind": kind, "text": text}) + "\n" for kind, text in cases)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True,
                          timeout=600)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [compare(kind, text, answer, judges[kind])
             for (kind, text), answer in zip(cases, answers, strict=True)]
    wrong = [one for one in wrong if one]
    print("\n".join(wrong[:20]))
    refused = sum(bool(answer["problems"]) for answer in answers)
    print(f"{len(cases)} documents, {refused} refused, {len(wrong)} differences")
    return 1 if wrong or not 0 < refused < len(cases) else 0


if __name__ == "__main__":
    sys.exit(main())
