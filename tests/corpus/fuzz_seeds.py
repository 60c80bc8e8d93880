"""Inputs of the fuzz target `kinds`: a message of each sort, and hostile JSON of a grammar.

The first byte of an input chooses the facts that the target gives to the validator.
"""

import argparse
import datetime

import profiles
from bodies import to_json
from dice import Dice

BEGIN = datetime.datetime(2026, 11, 30, tzinfo=datetime.timezone.utc)
LARGE_BYTES = 1 << 20


def facts(dice):
    return bytes([dice.below(16)])


def messages(seed):
    """(name, bytes): one of each kind and colour, the smallest of some."""
    options = argparse.Namespace(seed=seed, begin=BEGIN, messages=2)
    found = {}
    for line in profiles.all_kinds(options)[1]:
        colour = line["document"]["body"].get("notice_type", "")
        name = f"{line['kind']}-{colour}".replace(".", "-").strip("-")
        text = to_json(line["document"]).encode()
        if name not in found or len(text) < len(found[name]):
            found[name] = text
    for name, text in sorted(found.items()):
        yield "made-" + name, facts(Dice(seed, name)) + text


def string(dice):
    return dice.one([
        '""', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\uD83D\\uDE00"', '"a\\u202eb"',
        '"e\\u0301"', '"\\/\\b\\f\\n\\r\\t"', '"\\x"', '"\\u12"', '"' + "a" * 101 + '"',
        '"' + "\\u0301" * 60 + '"', '"unended', '"2026-02-30"', '"2026/13/41"', '"9999999/1"',
        '"hit.request"', '"notice.publication"', '"IPSG"', '"\u1e9b\u0323\uac00"', '"\ufeff"'])


def number(dice):
    return dice.one(["0", "-0", "01", "+1", "1.", ".5", "1e400", "-1e-400", "1E+2", "NaN",
                     "Infinity", "9223372036854775808", "-9223372036854775809", "0x10", "1" * 400,
                     "0." + "3" * 300, "2.60000000000000000001", "1e308e1"])


def member(dice):
    return dice.one(['"kind"', '"body"', '"references"', '"attachments"', '"schema_version"',
                     '"must_a"', '"x_a"', '""', '"a~0/b"', '"\\u006bind"', '"' + "k" * 300 + '"',
                     '"person"', '"notice_type"', "kind", "7", "null"])


def value(dice, depth):
    """One value of the grammar; now and then not quite JSON."""
    what = dice.below(10 if depth > 0 else 4)
    if what < 2:
        return string(dice)
    if what == 2:
        return number(dice)
    if what == 3:
        return dice.one(["null", "true", "false", "nul", "True", "undefined", "", "//c\n1"])
    count = dice.below(4)
    if what < 7:
        return "[" + comma(dice, [value(dice, depth - 1) for _ in range(count)]) + end(dice, "]")
    members = [member(dice) + dice.one([":", ":", ":", " : ", "=", ""]) + value(dice, depth - 1)
               for _ in range(count)]
    return "{" + comma(dice, members) + end(dice, "}")


def comma(dice, parts):
    return dice.one([",", ",", ",", ",", " ,\n", ",,", ";"]).join(parts)


def end(dice, right):
    return dice.weighted([(right, 20), ("," + right, 1), ("", 1), ("}", 1), ("]", 1)])


def broken_text(dice, text):
    """Bytes that are no UTF-8, or an end too early, somewhere."""
    data = text.encode()
    at = dice.below(len(data) + 1)
    return dice.weighted([
        (data, 6), (data[:at], 1), (b"\xef\xbb\xbf" + data, 1),
        (data[:at] + dice.one([b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\0",
                               b"\xe2\x80"]) + data[at:], 2)])


def hostile(seed, count=24):
    """(name, bytes) of the grammar, small."""
    for at in range(count):
        dice = Dice(seed, "hostile", at)
        text = '{"kind":"' + dice.one(["notice.request", "hit.reply", "x.y", "message.text"]) + '"'
        for _ in range(dice.between(1, 4)):
            text += "," + member(dice) + ":" + value(dice, dice.between(1, 6))
        yield f"hostile-{at:02d}", facts(dice) + broken_text(dice, text + end(dice, "}"))


def repeated(dice, before, part, after, most=LARGE_BYTES):
    count = (dice.between(most // 2, most) - len(before) - len(after)) // len(part)
    return (before + part * count + after).encode()


def large(seed, count):
    """(name, bytes): what is nested, repeated or long up to the bound of a text, and past it."""
    shapes = [("[", "["), ("", '{"a":'), ('{"body":[', "[],"), ('{"kind":"', "\\u0061"),
              ('{"kind":"message.text","body":{"text":"', "\\ud83d\\ude00"), ("[", "1e-999,"),
              ('{"kind":"message.text","body":{', '"a":1,'), ('{"a":"', "\u0301"),
              ('{"kind":"hit.request","references":[', '{"relation":1},'), ("", " "),
              ("//", "/*"), ("[[[[[[[[[[[[[[", "{},")]
    for at in range(count):
        dice = Dice(seed, "large", at)
        before, part = shapes[at % len(shapes)]
        most = LARGE_BYTES + 64 if at % 5 == 0 else dice.between(1 << 10, LARGE_BYTES)
        yield f"large-{at:03d}", facts(dice) + repeated(dice, before, part,
                                                        dice.one(["", "]", '"}}', "0]}"]), most)


def write(folder, seed, large_count):
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [*messages(seed), *hostile(seed)]
    if large_count:
        inputs += [*hostile(seed + 1, large_count), *large(seed, large_count)]
    for name, data in inputs:
        (folder / name).write_bytes(data)
