"""Vectors of suite 2: lockboxes, key derivation, a whole preamble; see make_vectors.py.

There is no ML-KEM here: encapsulation keys, ciphertexts and shared secrets are given, drawn from
SHAKE-256. All around ML-KEM is computed.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import keywrap

import directory_vectors
import formats as f

LABEL = b"dhow suite 2 lockbox\0"
KDF2 = f.dotted("1.3.133.16.840.9.44.1.1")
ORI_KEM = f.dotted("1.2.840.113549.1.9.16.13.3")
HYBRID = f.ARC + (7,)
RECIPIENTS = ("MU", "KE", "ZW")


def drawn(name, size):
    return hashlib.shake_256(b"synthetic " + name.encode()).digest(size)


def other_info(ukm):
    return f.sequence(f.sequence(f.oid(f.AES256_WRAP)), f.integer(32), f.tlv(0xA0, f.octets(ukm)))


def make_box(name, recipient, ephemeral, key):
    """All that belongs to one recipient of a parcel."""
    scalar = f.private(recipient + " encrypt")
    own = drawn(recipient + " ML-KEM-768 encapsulation key", 1184)
    kem_ciphertext = drawn(f"{name} {recipient} ML-KEM-768 ciphertext", 1088)
    kem_secret = drawn(f"{name} {recipient} ML-KEM-768 shared secret", 32)
    ecdh_secret = f.multiply(ephemeral, f.multiply(scalar))[0].to_bytes(32, "big")
    ukm = f.sha256(LABEL, f.sized(recipient.encode()), f.point_of(scalar), own,
                   f.point_of(ephemeral), kem_ciphertext)
    info = other_info(ukm)
    wrapping = f.sha256(kem_secret, ecdh_secret, (1).to_bytes(4, "big"), info)
    wrapped = keywrap.aes_key_wrap(wrapping, key)
    kem_key = f.sha256(own)[:20]
    encoded = (f.sized(recipient.encode()) + f.key_id(scalar) + kem_key + kem_ciphertext + wrapped)
    info_der = f.tlv(0xA4, f.oid(ORI_KEM), f.sequence(
        f.integer(0), f.tlv(0x80, kem_key), f.sequence(f.oid(HYBRID)),
        f.octets(kem_ciphertext + f.point_of(ephemeral)),
        f.sequence(f.oid(KDF2), f.sequence(f.oid(f.SHA256))), f.integer(32),
        f.tlv(0xA0, f.octets(ukm)), f.sequence(f.oid(f.AES256_WRAP)), f.octets(wrapped)))
    return {"encoded": encoded, "case": {
        "recipient": recipient, "key": f.key_id(scalar).hex(), "kem_key": kem_key.hex(),
        "recipient_point": f.point_of(scalar).hex(), "encapsulation_key": own.hex(),
        "ephemeral_point": f.point_of(ephemeral).hex(), "kem_ciphertext": kem_ciphertext.hex(),
        "kem_secret": kem_secret.hex(), "ecdh_secret": ecdh_secret.hex(),
        "other_info": info.hex(), "wrapping_key": wrapping.hex(), "content_key": key.hex(),
        "wrapped": wrapped.hex(), "recipient_info": info_der.hex()}}


def leaf(encoded):
    return f.sha256(b"\0", encoded)


def cases(seal):
    """`seal(header, body)` signs a header and gives the encoded seal."""
    name = "first suite 2 parcel"
    ephemeral, key = f.private(name + " ephemeral"), f.sha256(name.encode(), b" content key")
    made = sorted((make_box(name, recipient, ephemeral, key) for recipient in RECIPIENTS),
                  key=lambda one: leaf(one["encoded"]))
    for one in made:
        yield {"name": f"lockbox of {one['case']['recipient']}", "kind": "lockbox",
               "hex": one["encoded"].hex(), **one["case"]}
    good = made[0]["encoded"]

    def bad(what, data, error):
        return {"name": what, "kind": "lockbox", "hex": data.hex(), "error": error}

    yield bad("a byte too few", good[:-1], "truncated")
    yield bad("a byte too many", good + b"\0", "trailing-bytes")
    yield bad("recipient in lower case", good[:3].lower() + good[3:], "bad-text")
    yield bad("recipient of nine characters", f.sized(b"ABCDEFGHI") + good[3:], "too-long")
    yield bad("a lockbox of suite 1", good[:23] + good[-40:], "truncated")
    boxes = [one["encoded"] for one in made]
    tree = f.sha256(b"\2", len(boxes).to_bytes(2, "big"), f.root([leaf(box) for box in boxes]))
    head = f.header({"id": f.message_id(1795543798123, "first"), "origin": "ZW", "class": "urgent",
                     "created": 1795543798123, "root": tree}, suite=2)
    body = f.point_of(ephemeral) + drawn(name + " nonce", 12) + drawn(name + " sealed", 272)
    preamble = seal(head, body) + f.varint(len(boxes)) * 2 + b"".join(boxes)
    yield {"name": "whole preamble", "kind": "preamble", "hex": preamble.hex(),
           "error": "unsupported-suite", "header": head.hex(), "root": tree.hex()}
    yield {"name": "suite 3", "kind": "preamble", "error": "unsupported-suite",
           "hex": (seal(b"\0\3" + head[2:], body) + preamble[len(seal(head, body)):]).hex(),
           "header": (b"\0\3" + head[2:]).hex(), "root": tree.hex()}
    keys = [{"purpose": "encrypt", "algorithm": "ml-kem-768",
             "id": f.sha256(own)[:20].hex(), "key": base64.b64encode(own).decode(),
             "current": True} for own in (drawn("MU ML-KEM-768 encapsulation key", 1184),)]
    plain = directory_vectors.entry()
    yield {"name": "a bureau that has suite 2", "kind": "entry", "without": json.dumps(plain),
           "json": json.dumps({**plain, "suites": [1, 2], "kem_keys": keys})}
