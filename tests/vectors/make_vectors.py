#!/usr/bin/env python3
"""Writes the test vectors of the object formats beside itself; needs python3-cryptography and zstd.

usage: make_vectors.py        The files are checked in; run it again only when a format changes.

Each file is {"cases": [...]}: `name`, `hex` (or `json`), then `error`, the name of the code that a
reader must refuse it with, or nothing for a case that must be read and written back unchanged.
"""

import json
import pathlib
import subprocess

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import cms_vectors
import formats as f
from samples import CERTIFICATE, CREATED, ID, ROOT, SIGN_CERTIFICATE, SIGNER, TIME, case

HERE = pathlib.Path(__file__).parent


def save(name, cases):
    text = json.dumps({"cases": cases}, indent=1)
    (HERE / f"{name}.json").write_text(text + "\n")


def base_header(**more):
    return {"id": ID, "origin": "ZW", "class": "urgent", "created": CREATED, "time_to_live": 86400,
            "root": ROOT, **more}


def header_cases():
    h, make = base_header(), f.header
    digest = f.sha256(b"an attachment")
    good = f.header_fields(h)
    other = f.message_id(CREATED - 5000, "earlier")
    full = base_header(clock=2, hop_limit=4, attachments=[(digest, "bulk", 81234)],
                       supersedes=[other], cancels=[f.message_id(CREATED, "x")])
    forever = base_header()
    del forever["time_to_live"]

    def raw(pairs, version=0, suite=1):
        return bytes([version, suite]) + f.fields(*pairs)

    def without(tag):
        return [pair for pair in good if pair[0] != tag]

    def instead(tag, value):
        return [(t, value if t == tag else v) for t, v in good]

    def plus(*pairs):
        return sorted(good + list(pairs), key=lambda pair: pair[0])

    entry = digest + b"\3" + f.varint(81234)
    yield case("smallest", make(forever), id=ID.hex(), origin="ZW", created=CREATED)
    yield case("with time to live", make(h), id=ID.hex(), origin="ZW", created=CREATED,
               time_to_live=86400)
    yield case("everything", make(full), id=ID.hex(), origin="ZW", created=CREATED,
               time_to_live=86400)
    yield case("unknown ignorable field is kept", make(h, ignored=[(0x07, b"later")]), ignored=1)
    yield case("two unknown ignorable fields are kept",
               make(h, ignored=[(0x07, b""), (0x21, b"x" * 200)]), ignored=2)
    yield case("unknown critical field", raw(plus((0xA0, b"must"))), "unknown-critical")
    yield case("suite 2 is known and not supported", raw(good, suite=2), "unsupported-suite")
    yield case("suite 9", raw(good, suite=9), "unsupported-suite")
    yield case("version 1", raw(good, version=1), "unsupported-version")
    for tag, name in ((0x81, "id"), (0x82, "origin"), (0x83, "class"), (0x84, "created"),
                      (0x8B, "root")):
        yield case(f"without {name}", raw(without(tag)), "missing-field")
    yield case("class twice", raw(plus((0x83, b"\1"))), "duplicate-field")
    yield case("ignorable field twice", raw([(7, b"a"), (7, b"b")] + good), "duplicate-field")
    yield case("descending tags", raw([good[1], good[0]] + good[2:]), "bad-order")
    yield case("id is no UUIDv7", raw(instead(0x81, bytes(16))), "bad-encoding")
    yield case("id of 15 bytes", raw(instead(0x81, ID[:15])), "bad-encoding")
    yield case("origin in lower case", raw(instead(0x82, b"zw")), "bad-text")
    yield case("origin of nine characters", raw(instead(0x82, b"ABCDEFGHI")), "bad-text")
    yield case("class 4", raw(instead(0x83, b"\4")), "out-of-range")
    yield case("created not in shortest form", raw(instead(0x84, b"\x81\x00")), "bad-encoding")
    yield case("created after 9999", raw(instead(0x84, f.varint(253402300800000))), "out-of-range")
    yield case("created above 64 bits", raw(instead(0x84, b"\xff" * 9 + b"\2")), "bad-encoding")
    yield case("created with a byte behind", raw(instead(0x84, b"\1\1")), "trailing-bytes")
    yield case("time to live 0", raw(instead(0x85, b"\0")), "out-of-range")
    yield case("time to live above 400 days", raw(instead(0x85, f.varint(400 * 86400 + 1))),
               "out-of-range")
    yield case("default clock written out", raw(plus((0x86, b"\0"))), "bad-encoding")
    yield case("clock 3", raw(plus((0x86, b"\3"))), "out-of-range")
    yield case("default hop limit written out", raw(plus((0x87, b"\x08"))), "bad-encoding")
    yield case("hop limit 0", raw(plus((0x87, b"\0"))), "out-of-range")
    yield case("hop limit 33", raw(plus((0x87, b"\x21"))), "out-of-range")
    yield case("attachment twice", raw(plus((0x88, entry), (0x88, entry))), "duplicate-field")
    yield case("attachment of class flash", raw(plus((0x88, digest + b"\0\5"))), "out-of-range")
    yield case("attachment of no bytes", raw(plus((0x88, digest + b"\3\0"))), "out-of-range")
    yield case("65 attachments", raw(plus(*[(0x88, f.sha256(bytes([i])) + b"\3\1")
                                            for i in range(65)])), "too-long")
    yield case("cancels itself", raw(plus((0x8A, ID))), "duplicate-field")
    yield case("cancels what it supersedes", raw(plus((0x89, other), (0x8A, other))),
               "duplicate-field")
    yield case("33 references", raw(plus(*[(0x89, f.message_id(i, "r")) for i in range(33)])),
               "too-long")
    yield case("longer than a header may be", raw([(7, bytes(8192))] + good), "too-long")


# Parcel -----------------------------------------------------------------------------------------

RECIPIENTS = ("MU", "KE", "SC", "IPSG", "ZW")


def encode_content(text, recipients=("MU", "KE", "SC", "IPSG")):
    pairs = [(0x81, b"hit.confirmation"), (0x82, b"ZRP-CID"), (0x83, b"Synthetic hit 4711"),
             (0x84, b"text/plain; charset=utf-8"), (0x85, text)]
    return b"\0" + f.fields(*pairs, *[(0x86, r.encode()) for r in recipients])


def pack(plain):
    frame = subprocess.run(["zstd", "-6", "-q", "-c", "--no-check", f"--stream-size={len(plain)}"],
                           input=plain, capture_output=True, check=True).stdout
    size = max(len(frame) + 8, 256)
    exponent = size.bit_length() - 1
    mask = (1 << exponent - exponent.bit_length()) - 1
    size = size if size == 256 else (size + mask) & ~mask
    zeros = size - len(frame) - 8
    return frame + bytes.fromhex("502a4d18") + zeros.to_bytes(4, "little") + bytes(zeros)


def parcel(name, content, encrypt_keys, serial=7, time=TIME):
    """A whole text object; everything random follows from `name`. `time` is of its seal."""
    ephemeral, key = f.private(name + " ephemeral"), f.sha256(name.encode(), b" content key")
    nonce = f.sha256(name.encode(), b" nonce")[:12]
    boxes = []
    for recipient in RECIPIENTS:
        scalar = f.private(encrypt_keys.get(recipient, recipient + " encrypt"))
        wrapping = f.wrapping_key(ephemeral, f.multiply(scalar))
        if recipient == "MU":
            mu = {"mu_private": scalar.to_bytes(32, "big"), "mu_wrapping_key": wrapping,
                  "mu_certificate": f.certificate(scalar, "MU", "encrypt", TIME)}
        boxes.append((recipient, f.key_id(scalar), keywrap.aes_key_wrap(wrapping, key)))
    boxes.sort(key=f.leaf)
    head = f.header(base_header(root=f.lockbox_root(boxes)))
    attrs = f.attributes(f.CONTENT, f.sha256(content), TIME, CERTIFICATE, f.sha256(head))
    signer = f.key_id(SIGNER)
    inner = f.signed_data(f.CONTENT, content,
                          [f.signer_info(signer, sorted(attrs), f.sign(SIGNER, f.set_of(*attrs)))])
    packed = pack(inner)
    sealed = AESGCM(key).encrypt(nonce, packed, None)
    body = f.point_of(ephemeral) + nonce + sealed[-16:] + sealed[:-16]
    signed = f.seal_content(head, body, f.sha256(inner), serial)
    attrs = f.attributes(f.SEAL, f.sha256(signed), time, CERTIFICATE)
    value = f.sign(SIGNER, f.set_of(*attrs))
    return {"boxes": boxes, "header": head, "inner": inner, "body": body, "signed": signed,
            "content": content, "secrets": {**mu, "content_key": key, "packed": packed},
            "seal": signed + f.signature_part(signer, CERTIFICATE, time, value), "value": value,
            "time": time,
            "seal_cms": f.signed_data(f.SEAL, signed,
                                      [f.signer_info(signer, sorted(attrs), value)]),
            "enveloped": f.enveloped(f.key_agreement(body[:65], boxes), body[65:77], body[77:93],
                                     body[93:])}


def suite_2_seal(head, body):
    signed = f.seal_content(head, body, f.sha256(b"inner SignedData"), 7)
    attrs = f.attributes(f.SEAL, f.sha256(signed), TIME, CERTIFICATE)
    return signed + f.signature_part(f.key_id(SIGNER), CERTIFICATE, TIME,
                                     f.sign(SIGNER, f.set_of(*attrs)))


def preamble_case(name, made, chosen=None, error=None, **more):
    return case(name, made["seal"] + f.lockboxes(made["boxes"], chosen), error, kind="preamble",
                root=f.lockbox_root(made["boxes"]).hex(), **more)


def whole_case(name, made):
    """All that a reader may want to compare on its way from MU's private key to the content."""
    more = {"inner_cms": made["inner"], "seal_cms": made["seal_cms"],
            "enveloped_cms": made["enveloped"], "body": made["body"], "content": made["content"],
            "content_digest": f.sha256(made["content"]), "sign_public": f.point_of(SIGNER),
            "sign_certificate": SIGN_CERTIFICATE, **made["secrets"]}
    return preamble_case(name, made, **{member: value.hex() for member, value in more.items()})


def parcel_cases():
    content = encode_content(b"The persons are not the same. Synthetic data.\n" * 8)
    first = parcel("first", content, {})
    again = parcel("re-wrapped", content, {"MU": "MU encrypt 2"})
    yield whole_case("all lockboxes", first)
    yield whole_case("the same, attempt 1: nothing but the OFFER differs", first)
    yield whole_case("re-wrapped, attempt 1: MU rotated its key; same id and content", again)
    for chosen in ([0], [4], [2], [0, 3], [1, 2, 4], [0, 1, 2, 3]):
        yield preamble_case(f"branch {chosen}", first, chosen)

    seal, boxes = first["seal"], first["boxes"]
    part = f.signature_part(f.key_id(SIGNER), CERTIFICATE, TIME, b"")
    attrs = f.attributes(f.SEAL, f.sha256(first["signed"]), TIME, CERTIFICATE)
    high = f.sign(SIGNER, f.set_of(*attrs), high=True)
    order = f.ORDER.to_bytes(32, "big")

    def whole(value):
        return first["signed"] + part + value + f.lockboxes(boxes)

    yield case("high s", whole(high), "bad-encoding", kind="preamble")
    yield case("r is 0", whole(bytes(32) + high[:32]), "bad-encoding", kind="preamble")
    yield case("s is 0", whole(high[:32] + bytes(32)), "bad-encoding", kind="preamble")
    yield case("r is the order", whole(order + (1).to_bytes(32, "big")), "bad-encoding",
               kind="preamble")
    one = f.lockbox(boxes[0])
    tail = b"".join(f.siblings([f.leaf(box) for box in boxes], [0, 3]))
    four = f.lockbox(boxes[3])
    yield case("no lockbox", seal + b"\5\0", "out-of-range", kind="preamble")
    yield case("more lockboxes than leaves", seal + b"\1\2" + one + four, "out-of-range",
               kind="preamble")
    yield case("513 leaves", seal + f.varint(513) + b"\1\0" + one, "out-of-range", kind="preamble")
    yield case("index beyond the leaves", seal + b"\5\2\0" + one + b"\5" + four + tail,
               "out-of-range", kind="preamble")
    yield case("indexes descend", seal + b"\5\2\3" + four + b"\0" + one + tail, "bad-order",
               kind="preamble")
    yield case("index twice", seal + b"\5\2\0" + one + b"\0" + four + tail, "bad-order",
               kind="preamble")
    yield case("a sibling too many", seal + b"\5\2\0" + one + b"\3" + four + tail + bytes(32),
               "trailing-bytes", kind="preamble")
    yield case("a sibling too few", seal + b"\5\2\0" + one + b"\3" + four + tail[:-32],
               "truncated", kind="preamble")
    yield case("a recipient twice", seal + b"\2\2" + one + one, "duplicate-field", kind="preamble")
    yield case("body", first["body"], kind="body")
    yield case("body with a compressed point", b"\2" + first["body"][1:], "bad-encoding",
               kind="body")
    yield case("body without ciphertext", first["body"][:93], "truncated", kind="body")


# Content, receipt -------------------------------------------------------------------------------

def content_cases():
    good = encode_content(b"text")
    digest = f.sha256(b"sealed")

    def attachment(name=b"photo.jpg", size=3, pieces=1, key=bytes(32), more=()):
        return f.fields(*more, (0x81, name), (0x82, b"image/jpeg"), (0x83, f.varint(size)),
                        (0x84, digest), (0x85, key), (0x86, digest * pieces))

    def with_attachment(**more):
        return good + f.field(0x87, attachment(**more))

    yield case("text to four bureaus", good)
    yield case("no recipients shown, no subject", b"\0" + f.fields(
        (0x81, b"notice"), (0x82, b"A"), (0x84, b"text/plain"), (0x85, b"")))
    yield case("one attachment", with_attachment())
    yield case("attachment of three pieces", with_attachment(size=2 * 1048576 + 1, pieces=3))
    yield case("empty attachment has one piece", with_attachment(size=0))
    yield case("unknown ignorable field in an attachment", with_attachment(more=[(9, b"later")]))
    yield case("unknown critical field in an attachment",
               good + f.field(0x87, attachment() + f.field(0xF0, b"")), "unknown-critical")
    yield case("a piece missing", with_attachment(size=1048577), "bad-encoding")
    yield case("a piece too many", with_attachment(pieces=2), "bad-encoding")
    yield case("key of 16 bytes", with_attachment(key=bytes(16)), "bad-encoding")
    yield case("attachments above 500 MiB", with_attachment(size=500 * 1048576 + 1),
               "out-of-range")
    for name in (b"../x", b"a\\b", b"..", b"a\x00b", b"a\nb", "a\u202egpj.exe".encode(),
                 b"\xff\xfe", "a\u2066b".encode(), b"\xc0\xaf", b"\xed\xa0\x80"):
        yield case(f"file name {name!r}", with_attachment(name=name), "bad-text")
    yield case("recipient twice", good + f.field(0x86, b"MU"), "duplicate-field")
    yield case("empty subject written out", b"\0" + f.fields(
        (0x81, b"notice"), (0x82, b"A"), (0x83, b""), (0x84, b"text/plain"), (0x85, b"")),
        "bad-text")
    yield case("version 1", b"\1" + good[1:], "unsupported-version")
    yield case("no kind", b"\0" + f.fields((0x82, b"A"), (0x84, b"text/plain"), (0x85, b"")),
               "missing-field")


def outcome(more=(), kind=1, digests=1):
    pairs = [(0x81, ID), (0x84, bytes([kind])), (0x85, f.varint(CREATED + 60000)), (0x86, ROOT)]
    if digests:
        pairs.append((0x87, ROOT * digests))
    return f.fields(*sorted(pairs + list(more), key=lambda pair: pair[0]))


def receipt_cases():
    def content(*outcomes, version=0):
        return bytes([version]) + f.fields((0x81, b"MU"), (0x82, b"ZW"),
                                           *[(0x83, each) for each in outcomes])

    def whole(inner, high=False):
        attrs = f.attributes(f.RECEIPT, f.sha256(inner), TIME, CERTIFICATE)
        value = f.sign(SIGNER, f.set_of(*attrs), high)
        return f.sized(inner) + f.signature_part(f.key_id(SIGNER), CERTIFICATE, TIME, value)

    def both(name, inner, error=None):
        yield case(name, whole(inner), error, kind="receipt")

    yield from both("delivered", content(outcome()))
    yield from both("complete with two attachments", content(outcome(kind=2, digests=3)))
    yield from both("taken by an agency", content(outcome([(0x89, b"MU-PASSPORT")], kind=3)))
    yield from both("expired at a hub, attempt 2, another recipient", content(
        outcome([(0x82, b"\2"), (0x83, b"KE"), (0x88, f.varint(305))], kind=6, digests=0)))
    yield from both("three outcomes under one signature", content(outcome(), outcome(kind=2),
                                                                  outcome(kind=4)))
    yield from both("unknown ignorable field", content(outcome([(3, b"later")])))
    yield from both("unknown critical field", content(outcome([(0xF0, b"")])), "unknown-critical")
    yield from both("no outcome", content(), "missing-field")
    yield from both("257 outcomes", content(*[outcome()] * 257), "too-long")
    yield from both("outcome 0", content(outcome(kind=0)), "out-of-range")
    yield from both("outcome 11", content(outcome(kind=11)), "out-of-range")
    yield from both("attempt 0 written out", content(outcome([(0x82, b"\0")])), "bad-encoding")
    yield from both("issuer written out as recipient", content(outcome([(0x83, b"MU")])),
                    "bad-encoding")
    yield from both("digest list of 33 bytes",
                    content(outcome([(0x87, bytes(33))], digests=0)), "bad-encoding")
    yield from both("66 digests", content(outcome(digests=66)), "too-long")
    yield from both("reason 0 written out", content(outcome([(0x88, b"\0")])), "bad-encoding")
    yield from both("reason above 16 bits", content(outcome([(0x88, f.varint(65536))])),
                    "out-of-range")
    yield from both("version 1", content(outcome(), version=1), "unsupported-version")
    yield case("high s", whole(content(outcome()), high=True), "bad-encoding", kind="receipt")


if __name__ == "__main__":
    import audit_vectors
    import directory_vectors
    import short_vectors
    import suite2_vectors
    save("header", list(header_cases()))
    save("parcel", list(parcel_cases()))
    sample = parcel("first", encode_content(b"The same in other words.\n"), {})
    save("cms", list(cms_vectors.cases(sample)))
    save("certificate", list(cms_vectors.certificate_cases()))
    save("content", list(content_cases()))
    save("receipt", list(receipt_cases()))
    text = encode_content(b"A text whose seal travels in its short form.\n")
    save("short", list(short_vectors.cases(
        parcel("short", text, {}), parcel("short", text, {}, time=short_vectors.LATER),
        b"\0" + f.fields((0x81, b"MU"), (0x82, b"ZW"), (0x83, outcome())))))
    save("directory", list(directory_vectors.cases()))
    save("audit", list(audit_vectors.cases()))
    save("suite2", list(suite2_vectors.cases(suite_2_seal)))
