"""Vectors of the directory: entries, heads, roots; see make_vectors.py."""

import base64
import hashlib
import json


def text(value):
    return json.dumps(value, separators=(",", ":"))


def digest(value):
    return hashlib.sha256(value.encode()).hexdigest()


def key(purpose, name, current=True, **more):
    return {"purpose": purpose, "id": hashlib.sha1(name.encode()).hexdigest(),
            "certificate": base64.b64encode(b"synthetic certificate of " + name.encode()).decode(),
            "current": current, **more}


def entry(bureau="MU", **more):
    keys = [key("link", bureau + " link"), key("sign", bureau + " sign"),
            key("encrypt", bureau + " encrypt 1", False), key("encrypt", bureau + " encrypt 2"),
            key("archive", bureau + " archive")]
    return {"format": 0, "bureau": bureau, "name": "Synthetic bureau " + bureau, "role": "bureau",
            "status": "active", "classes": ["flash", "urgent", "routine", "bulk"],
            "suite_floor": 1, "dictionaries": 1, "keys": keys,
            "instances": [{"id": hashlib.md5(bureau.encode()).hexdigest(),
                           "addresses": ["tls://gateway.example:4711"],
                           "link_key": keys[0]["id"]}], **more}


def head(entries, **more):
    return {"format": 0, "federation": "synthetic", "root_version": 1, "serial": 7,
            "issued": "2026-11-24T18:09:58.123Z", "stale_after": "2026-12-24T18:09:58.123Z",
            "hard_after": "2027-05-23T18:09:58.123Z", "previous_head": "00" * 32, "threshold": 2,
            "entries": [digest(each) for each in entries], **more}


def root(version, previous="00" * 32, **more):
    names = ["root %d/%d" % (version, n) for n in range(5)]
    return {"format": 0, "federation": "synthetic", "version": version, "root_threshold": 3,
            "root_keys": [{k: key("sign", n)[k] for k in ("id", "certificate")} for n in names],
            "head_threshold": 2,
            "head_keys": [{k: key("sign", n)[k] for k in ("id", "certificate")}
                          for n in ("head 1", "head 2", "head 3")],
            "previous_root": previous, **more}


def without(value, name):
    return {k: v for k, v in value.items() if k != name}


def one(kind, name, value, error=None):
    out = {"name": name, "kind": kind, "json": value if isinstance(value, str) else text(value)}
    return {**out, "error": error} if error else out


def entry_cases():
    yield one("entry", "key rotation: two encrypt keys, the old one not current", entry())
    revoked = [key("sign", "MU sign", False, invalid_from="2026-11-01T00:00:00.000Z")]
    yield one("entry", "invalid_from of bureau and key",
              entry(status="revoked", invalid_from="2026-11-01T00:00:00.000Z", keys=revoked,
                    instances=[]))
    yield one("entry", "unknown member is ignored", entry(later={"bytes": 5}))
    yield one("entry", "unknown member that must be understood", entry(must_ask="me"),
              "unknown-critical")
    yield one("entry", "unknown member of a key that must be understood",
              entry(keys=[key("sign", "s", must_ask=1)], instances=[]), "unknown-critical")
    yield one("entry", "format 1", entry(format=1), "unsupported-version")
    for name in ("bureau", "name", "role", "status", "classes", "suite_floor", "dictionaries",
                 "keys", "instances", "format"):
        yield one("entry", "without " + name, without(entry(), name), "missing-field")
    yield one("entry", "member twice", text(entry())[:-1] + ',"bureau":"KE"}', "duplicate-field")
    yield one("entry", "member twice, once escaped", text(entry())[:-1] + ',"b\\u0075reau":"KE"}',
              "duplicate-field")
    yield one("entry", "something behind", text(entry()) + "{}", "bad-encoding")
    yield one("entry", "no object", "[]", "bad-encoding")
    yield one("entry", "nested too deeply", entry(x=[[[[[[[[[[]]]]]]]]]]), "bad-encoding")
    yield one("entry", "invalid UTF-8 is no JSON", '{"name":"\\ud800"}', "bad-encoding")
    yield one("entry", "bureau in lower case", entry("mu"), "bad-text")
    yield one("entry", "name with an override", entry(name="a\u202eb"), "bad-text")
    yield one("entry", "unknown status", entry(status="gone"), "out-of-range")
    yield one("entry", "classes in another order", entry(classes=["urgent", "flash"]), "bad-order")
    yield one("entry", "suite floor 256", entry(suite_floor=256), "out-of-range")
    yield one("entry", "suite floor -1", entry(suite_floor=-1), "out-of-range")
    yield one("entry", "suite floor as fraction", entry(suite_floor=1.5), "bad-encoding")
    yield one("entry", "certificate not in base64", entry(
        keys=[{**key("sign", "s"), "certificate": "?"}], instances=[]), "bad-encoding")
    yield one("entry", "key id in upper case", entry(
        keys=[{**key("sign", "s"), "id": "AB" * 20}], instances=[]), "bad-encoding")
    yield one("entry", "key twice", entry(keys=[key("sign", "s")] * 2, instances=[]),
              "duplicate-field")
    yield one("entry", "instance without its link key", entry(keys=[]), "unknown-key")
    yield one("entry", "address of another scheme", entry(instances=[
        {**entry()["instances"][0], "addresses": ["http://x"]}]), "bad-text")


def optional_cases():
    whole = {"valid_until": "2027-11-24T18:09:58.123Z",
             "limits": {"text_bytes": 65536, "attachment_bytes": 0},
             "parcel_versions": [0, 1], "minimum_software": "0.10.2", "languages": ["fr", "swa"]}
    yield one("entry", "all optional members", entry(**whole))
    for name in whole:
        yield one("entry", "optional members without " + name, entry(**without(whole, name)))
    yield one("entry", "limits of the text alone", entry(limits={"text_bytes": 4096}))
    yield one("entry", "limits of attachments alone, as large as exact",
              entry(limits={"attachment_bytes": 2 ** 53 - 1}))
    yield one("entry", "empty limits", entry(limits={}))
    yield one("entry", "unknown member of limits is ignored", entry(limits={"later": []}))
    yield one("entry", "unknown member of limits that must be understood",
              entry(limits={"must_fit": 1}), "unknown-critical")
    for name, value, error in (
            ("limits are a number", {"limits": 5}, "bad-encoding"),
            ("limits are null", {"limits": None}, "bad-encoding"),
            ("text limit 4095", {"limits": {"text_bytes": 4095}}, "out-of-range"),
            ("text limit as text", {"limits": {"text_bytes": "4096"}}, "bad-encoding"),
            ("text limit as fraction", {"limits": {"text_bytes": 4096.5}}, "bad-encoding"),
            ("attachment limit -1", {"limits": {"attachment_bytes": -1}}, "out-of-range"),
            ("attachment limit above 2^53 - 1", {"limits": {"attachment_bytes": 2 ** 53}},
             "out-of-range"),
            ("no parcel version", {"parcel_versions": []}, "out-of-range"),
            ("parcel version 256", {"parcel_versions": [0, 256]}, "out-of-range"),
            ("parcel versions descend", {"parcel_versions": [1, 0]}, "bad-order"),
            ("a parcel version twice", {"parcel_versions": [0, 0]}, "bad-order"),
            ("17 parcel versions", {"parcel_versions": list(range(17))}, "too-long"),
            ("parcel version as text", {"parcel_versions": ["0"]}, "bad-encoding"),
            ("parcel versions as a number", {"parcel_versions": 0}, "bad-encoding"),
            ("valid_until with an offset", {"valid_until": "2027-11-24T18:09:58.123+00:00"},
             "bad-encoding"),
            ("valid_until is null", {"valid_until": None}, "bad-encoding"),
            ("software of two numbers", {"minimum_software": "1.2"}, "bad-text"),
            ("software of four numbers", {"minimum_software": "1.2.3.4"}, "bad-text"),
            ("software with a leading zero", {"minimum_software": "1.02.3"}, "bad-text"),
            ("software with a suffix", {"minimum_software": "1.2.3-rc1"}, "bad-text"),
            ("software with a dot at the end", {"minimum_software": "1.2.3."}, "bad-text"),
            ("software with a long number", {"minimum_software": "1.2.100000"}, "bad-text"),
            ("empty software", {"minimum_software": ""}, "bad-text"),
            ("software as a number", {"minimum_software": 1}, "bad-encoding"),
            ("a language in capitals", {"languages": ["FR"]}, "bad-text"),
            ("a language of four letters", {"languages": ["fren"]}, "bad-text"),
            ("a language twice", {"languages": ["fr", "fr"]}, "duplicate-field"),
            ("languages as a text", {"languages": "fr"}, "bad-encoding")):
        yield one("entry", name, entry(**value), error)


def head_cases():
    entries = [text(entry("KE")), text(entry("MU"))]
    good = head(entries)
    yield one("head", "first head", good)
    yield one("head", "after a root rotation", {**good, "root_version": 2, "serial": 0})
    yield one("head", "unknown member is ignored", {**good, "later": []})
    yield one("head", "unknown member that must be understood", {**good, "must_x": 1},
              "unknown-critical")
    for name in sorted(good):
        yield one("head", "without " + name, without(good, name), "missing-field")
    yield one("head", "hard before stale", {**good, "hard_after": good["issued"]}, "bad-order")
    yield one("head", "serial above 2^53 - 1", {**good, "serial": 2 ** 53}, "out-of-range")
    yield one("head", "threshold 0", {**good, "threshold": 0}, "out-of-range")
    yield one("head", "root version 0", {**good, "root_version": 0}, "out-of-range")
    yield one("head", "time with an offset",
              {**good, "issued": "2026-11-24T18:09:58.123+01:00"}, "bad-encoding")
    yield one("head", "digest of 31 bytes", {**good, "entries": ["00" * 31]}, "bad-encoding")


def whole_cases():
    def whole(name, entries, error=None, listed=None):
        out = {"name": name, "kind": "directory", "json": text(head(listed or entries)),
               "entries": entries}
        return {**out, "error": error} if error else out

    ke, mu = text(entry("KE")), text(entry("MU"))
    twin = entry("ZW", keys=[key("sign", "KE sign")], instances=[])
    yield whole("two bureaus", [ke, mu])
    yield whole("an entry altered", [ke, mu.replace("active", "revoked")], "bad-digest", [ke, mu])
    yield whole("an entry missing", [ke], "missing-field", [ke, mu])
    yield whole("not sorted", [mu, ke], "bad-order")
    yield whole("a bureau twice", [ke, text(entry("KE", name="Other"))], "duplicate-field")
    yield whole("a key of two bureaus", [ke, text(twin)], "duplicate-field")


def root_cases():
    first = text(root(1))

    def after(name, second, error=None):
        out = {"name": name, "kind": "succession", "json": first, "next": text(second)}
        return {**out, "error": error} if error else out

    yield one("root", "first root", first)
    yield one("root", "threshold above the number of keys", root(1, root_threshold=6),
              "out-of-range")
    yield one("root", "no keys", root(1, root_keys=[]), "out-of-range")
    yield one("root", "a key twice", root(1, head_keys=root(1)["head_keys"][:1] * 2,
                                          head_threshold=1), "duplicate-field")
    yield after("root rotation", root(2, digest(first)))
    yield after("a version is left out", root(3, digest(first)), "bad-order")
    yield after("another predecessor", root(2, "11" * 32), "bad-digest")
    yield after("another federation", root(2, digest(first), federation="other"), "not-allowed")


def cases():
    yield from entry_cases()
    yield from optional_cases()
    yield from head_cases()
    yield from whole_cases()
    yield from root_cases()
