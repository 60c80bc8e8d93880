"""Vectors of the short form of preambles and receipts; see make_vectors.py.

`hex` is the short form, `full` what is rebuilt from it with `keys`, the current ones of the
directory, and for a preamble with `object` and `body_bytes`, which the OFFER or the body tells.
"""

import datetime

import formats as f
from samples import CERTIFICATE, CREATED, SIGN_CERTIFICATE, SIGNER, TIME, case

ALL = f.CREATED_IN_ID | f.SIGNED_WHEN_CREATED | f.CURRENT_SIGNER | f.CURRENT_KEYS
SERIAL = 7


def key(bureau, purpose, key_id, certificate):
    return {"bureau": bureau, "purpose": purpose, "id": key_id.hex(),
            "certificate": certificate.hex()}


def keys_of(boxes, signer_bureau="ZW"):
    return [key(signer_bureau, "sign", f.key_id(SIGNER), SIGN_CERTIFICATE),
            *(key(recipient, "encrypt", key_id, b"") for recipient, key_id, _ in boxes)]


def preamble_case(name, made, left_off=ALL, chosen=None, error=None, data=None, keys=None):
    signature = f.short_signature_part(left_off, f.key_id(SIGNER), CERTIFICATE, made["time"],
                                       made["value"])
    boxes = f.lockboxes(made["boxes"], chosen, not left_off & f.CURRENT_KEYS)
    whole = f.short_preamble(left_off, made["header"], f.sha256(made["inner"]), SERIAL, signature,
                             boxes)
    more = {} if error else {
        "object": f.sha256(made["body"]).hex(), "body_bytes": len(made["body"]),
        "full": (made["seal"] + f.lockboxes(made["boxes"], chosen)).hex()}
    return case(name, whole if data is None else data(whole), error, kind="preamble",
                keys=keys_of(made["boxes"]) if keys is None else keys, **more)


def receipt_case(name, content, left_off, error=None, data=None, keys=None):
    attrs = f.attributes(f.RECEIPT, f.sha256(content), TIME, CERTIFICATE)
    value = f.sign(SIGNER, f.set_of(*attrs))
    signer = f.key_id(SIGNER)
    whole = f.short_receipt(left_off, content,
                            f.short_signature_part(left_off, signer, CERTIFICATE, TIME, value))
    full = f.sized(content) + f.signature_part(signer, CERTIFICATE, TIME, value)
    more = {} if error else {"full": full.hex()}
    return case(name, whole if data is None else data(whole), error, kind="receipt",
                keys=keys_of([], "MU") if keys is None else keys, **more)


def cases(made, signed_later, receipt_content):
    """`made`, `signed_later`: of make_vectors.parcel(), the second signed a minute after."""
    yield preamble_case("all left off", made)
    yield preamble_case("nothing left off", made, 0)
    for bit, name in ((f.CREATED_IN_ID, "time of creation"),
                      (f.SIGNED_WHEN_CREATED, "signing time"),
                      (f.CURRENT_SIGNER, "signer"), (f.CURRENT_KEYS, "key ids")):
        yield preamble_case(f"{name} travels", made, ALL & ~bit)
    yield preamble_case("signed a minute later", signed_later, ALL & ~f.SIGNED_WHEN_CREATED)
    for chosen in ([0], [4], [1, 2, 4]):
        yield preamble_case(f"branch {chosen}", made, ALL, chosen)
    yield preamble_case("an unknown bit", made, ALL | 16, error="unknown-critical")
    yield preamble_case("a byte behind", made, error="trailing-bytes",
                        data=lambda whole: whole + b"\0")
    yield preamble_case("a byte too few", made, error="truncated", data=lambda whole: whole[:-1])
    yield preamble_case("the root came along", made, error="duplicate-field",
                        data=lambda whole: with_field(whole, 0x8B, bytes(32)))
    yield preamble_case("the time of creation came along", made, error="duplicate-field",
                        data=lambda whole: with_field(whole, 0x84, f.varint(CREATED)))
    yield preamble_case("suite 2", made, error="unsupported-suite",
                        data=lambda whole: whole[:3] + b"\2" + whole[4:])
    yield preamble_case("a directory without the origin", made, error="unknown-key",
                        keys=keys_of(made["boxes"])[1:])
    yield preamble_case("a directory without a recipient", made, error="unknown-key",
                        keys=keys_of(made["boxes"])[:-1])
    yield receipt_case("receipt, signer left off", receipt_content, f.CURRENT_SIGNER)
    yield receipt_case("receipt, nothing left off", receipt_content, 0)
    yield receipt_case("receipt, a bit of preambles", receipt_content, f.CURRENT_SIGNER,
                       error="unknown-critical",
                       data=lambda whole: bytes([whole[0] | f.CREATED_IN_ID]) + whole[1:])
    yield receipt_case("receipt, a byte behind", receipt_content, f.CURRENT_SIGNER,
                       error="trailing-bytes", data=lambda whole: whole + b"\0")
    yield receipt_case("receipt, a directory without the issuer", receipt_content,
                       f.CURRENT_SIGNER, error="unknown-key", keys=[])


def with_field(whole, tag, value):
    """The short preamble `whole` with one field more in its header."""
    end = 2 + whole[1]
    pairs, rest = [(tag, value)], whole[4:end]
    while rest:
        pairs.append((rest[0], rest[2:2 + rest[1]]))
        rest = rest[2 + rest[1]:]
    return whole[:1] + f.sized(whole[2:4] + f.fields(*sorted(pairs))) + whole[end:]


LATER = TIME + datetime.timedelta(minutes=1)
