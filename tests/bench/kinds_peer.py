#!/usr/bin/env python3
"""The rate of python3-jsonschema over the same corpus and schemas, parsing included.

usage: kinds_peer.py CORPUS SECONDS    a JSON object; its value is null if it is not installed
"""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import kinds_oracle_test  # noqa: E402 It knows how our schemas are said in standard words.


def main(corpus, seconds):
    line = {"metric": "kinds.validate.per_s", "peer": "jsonschema", "unit": "1/s"}
    try:
        judges = kinds_oracle_test.validators()
    except ImportError:
        print(json.dumps(line | {"value": None, "unit": "not installed"}))
        return
    texts = []
    for one in pathlib.Path(corpus).read_text(encoding="utf-8").splitlines()[1:]:
        message = json.loads(one)
        texts.append((judges[message["kind"]], json.dumps(message["document"])))
    done, begun = 0, time.process_time()
    while time.process_time() - begun < seconds:
        judge, text = texts[done % len(texts)]
        judge.validate(json.loads(text))
        done += 1
    rate = done / (time.process_time() - begun)
    print(json.dumps(line | {"value": round(rate, 1)}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
