#!/usr/bin/env python3
"""Checks the mix of messages of the bench: the same for a seed, filled as its description says,
written with sentences that the dictionary's corpus does not have, and taken by the validator.

usage: bench_mix_test.py DHOW
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
import bench_mix  # noqa: E402
import bench_mix_words  # noqa: E402

COUNT = 2000
AT = "--at=2026-11-30T10:00:00Z"
SEEDS = (1, 2, 3)  # together 1,759 persons, so that chance is within the bounds
VALIDATED_OF_EACH_KIND = 3


def words_of(text):
    """Runs of four words: what a dictionary could have learnt of a sentence."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {tuple(words[i:i + 4]) for i in range(len(words) - 3)}


def shared_with_corpus():
    corpus = (ROOT / "tests/tools/dictionary_corpus.cpp").read_text()
    # Adjoining literals are one text, others are not.
    texts = [re.sub(r'"\s*\n\s*"', "", one) for one in
             re.findall(r'"[^"\n]*"(?:\s*\n\s*"[^"\n]*")*', corpus)]
    known = set().union(*map(words_of, texts))
    lines = [line for name in ("FACTS", "SHORT", "DESK", "CHARGES")
             for line in getattr(bench_mix_words, name)]
    return [line for line in lines if words_of(line) & known]


def documents(messages):
    return [one for one in messages if one.body["media_type"] == "application/json"]


def facts_bytes(message):
    body = json.loads(message.body["text"])["body"]
    return len((body["facts"]["text"] + body.get("remarks", "")).encode())


def refused(dhow, messages):
    """What a gateway would not take, of some of each kind."""
    seen = collections.Counter()
    for one in documents(messages):
        seen[one.body["kind"]] += 1
        if seen[one.body["kind"]] > VALIDATED_OF_EACH_KIND:
            continue
        parties = [f"--from={one.origin}", *(f"--to={to}" for to in one.body["to"])]
        done = subprocess.run([dhow, "validate", "-", "--config=/dev/null", AT, *parties],
                              input=one.body["text"].encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            yield one.body["kind"] + ": " + done.stdout.decode()


def shares(messages):
    """Per cent of the persons who have something, by name; and of the messages, by kind."""
    bodies = [json.loads(one.body["text"])["body"] for one in documents(messages)]
    persons = [one.get("person") or one.get("subject_presented") for one in bodies]
    persons = [one for one in persons if one]
    out = collections.Counter(key for one in persons for key, value in one.items() if value)
    return {key: 100 * count / len(persons) for key, count in out.items()}


def main():
    wrong = []

    def expect(what, value, least, most):
        print(f"{what}: {value:.4g}, wanted {least} to {most}")
        if not least <= value <= most:
            wrong.append(what)

    messages = list(bench_mix.Mix(1).messages(COUNT))
    expect("messages", len(messages), COUNT, COUNT)
    expect("same seed", messages == list(bench_mix.Mix(1).messages(COUNT)), 1, 1)
    expect("other seed", messages == list(bench_mix.Mix(2).messages(COUNT)), 0, 0)
    expect("different texts", len({one.body["text"] for one in messages}), COUNT - 5, COUNT)
    expect("sentences of the corpus", len(shared_with_corpus()), 0, 0)
    found = shares([one for seed in SEEDS for one in bench_mix.Mix(seed).messages(COUNT)])
    for key, share in (("eyes_colors_id", 37), ("hairs_id", 45), ("languages_spoken_ids", 90),
                       ("distinguishing_marks", 5), ("nationalities", 98), ("height", 48)):
        expect(f"{key}, per cent", found[key], share - 4, share + 4)
    facts = [facts_bytes(one) for one in messages
             if one.body["kind"].startswith(("notice.p", "notice.req", "diffusion.c"))]
    expect("least facts", min(facts), 2900, 4000)
    expect("most facts", max(facts), 11000, 12400)
    for one in messages:
        plain = json.loads(one.plain)
        if plain["kind"] != one.body["kind"] or len(one.plain) >= one.signed_bytes:
            wrong.append("the plain form")
            break
    wrong += refused(sys.argv[1], messages)
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())
