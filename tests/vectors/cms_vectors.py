"""Vectors of the CMS structures and of certificates; see make_vectors.py."""

import formats as f
from samples import CERTIFICATE, SIGNER, TIME, case

NULL = b"\5\0"


def signed_cases(made):
    content, signer, kind = made["signed"], f.key_id(SIGNER), f.SEAL
    attrs = sorted(f.attributes(kind, f.sha256(content), TIME, CERTIFICATE))
    value = f.sign(SIGNER, f.set_of(*attrs))
    info = f.signer_info(signer, attrs, value)
    good = f.signed_data(kind, content, [info])

    def bad(name, data, error="bad-encoding"):
        return case(name, data, error, kind="signed")

    def with_attributes(changed):
        return f.signed_data(kind, content, [f.signer_info(signer, changed, value)])

    yield case("seal", good, kind="signed")
    yield case("message", made["inner"], kind="signed")
    yield bad("trailing garbage", good + b"\0", "trailing-bytes")
    yield bad("indefinite length", b"\x30\x80" + good[4:] + b"\0\0")
    yield bad("length of three octets where two do", b"\x30\x83\0" + good[2:4] + good[4:])
    yield bad("unsorted attributes", with_attributes(attrs[::-1]))
    yield bad("attribute twice", with_attributes(attrs + attrs[-1:]))
    yield bad("attribute missing", with_attributes(attrs[:-1]))
    yield bad("unknown attribute", with_attributes(
        attrs + [f.attribute(f.dotted("1.2.840.113549.1.9.99"), f.octets(b"x"))]))
    yield bad("binding in a seal", with_attributes(
        sorted(f.attributes(kind, f.sha256(content), TIME, CERTIFICATE, bytes(32)))))
    yield bad("content types differ", with_attributes(
        sorted(f.attributes(f.RECEIPT, f.sha256(content), TIME, CERTIFICATE))))
    yield bad("content type id-data", f.signed_data(f.DATA, content, [info]))
    yield bad("two signers", f.signed_data(kind, content, [info, info]))
    yield bad("no signer", f.signed_data(kind, content, []), "truncated")
    yield bad("certificates present", f.signed_data(
        kind, content, [info], f.tlv(0xA0, f.sequence(f.integer(1)))))
    yield bad("high s", f.signed_data(kind, content, [f.signer_info(
        signer, attrs, f.sign(SIGNER, f.set_of(*attrs), high=True))]))
    yield bad("signer version 1", f.signed_data(
        kind, content, [f.signer_info(signer, attrs, value, version=1)]))
    unsigned = f.sequence(info[4:] + f.tlv(0xA1, f.attribute(f.CONTENT_TYPE, f.octets(bytes(64)))))
    yield bad("unsigned attributes", f.signed_data(kind, content, [unsigned]))
    yield bad("generalized time in 2026", with_attributes(sorted(
        f.attribute(f.SIGNING_TIME, f.tlv(0x18, b"20261124180958Z")) if b"\x17\x0d" in each
        else each
        for each in attrs)))
    yield bad("time with month 13", good.replace(b"261124180958Z", b"261324180958Z"))
    yield bad("parameters of SHA-256 are NULL", f.signed_data(
        kind, content, [info], digest_parameters=NULL))
    for where in ("digest", "signature"):
        changed = {where + "_parameters": NULL}
        yield bad(f"parameters of the signer's {where} algorithm are NULL", f.signed_data(
            kind, content, [f.signer_info(signer, attrs, value, **changed)]))
    yield bad("enveloped instead of signed", made["enveloped"])
    yield from retyped_cases(made)


# The types of the five values, and those under which the same octets are tried instead.
TYPES = {4: "OCTET STRING", 6: "OBJECT IDENTIFIER", 0x0C: "UTF8String", 0x17: "UTCTime",
         0x30: "SEQUENCE"}


def retyped_cases(made):
    """Rightly signed; one known attribute has a value of another type (OpenSSL issue 31635)."""
    content, signer = made["content"], f.key_id(SIGNER)
    good = f.attributes(f.CONTENT, f.sha256(content), TIME, CERTIFICATE, f.sha256(made["header"]))
    kinds = (f.CONTENT_TYPE, f.MESSAGE_DIGEST, f.SIGNING_TIME, f.SIGNING_CERTIFICATE, f.BINDING)
    names = ("contentType", "messageDigest", "signingTime", "signingCertificateV2", "binding")

    def instead(place, *values):
        attrs = good[:place] + [f.attribute(kinds[place], b"".join(values))] + good[place + 1:]
        value = f.sign(SIGNER, f.set_of(*attrs))
        return f.signed_data(f.CONTENT, content, [f.signer_info(signer, sorted(attrs), value)])

    for place, name in enumerate(names):
        value = good[place][4 + good[place][3] + 2:]
        assert instead(place, value) == made["inner"]
        for tag in TYPES:
            if tag != value[0]:
                yield case(f"{name} as {TYPES[tag]}", instead(place, bytes([tag]) + value[1:]),
                           "bad-encoding", kind="signed")
        yield case(f"{name} as NULL", instead(place, NULL), "bad-encoding", kind="signed")
        # A reader that takes the values apart finds out sooner than one that compares the whole.
        yield case(f"{name} with two values", instead(place, value, value),
                   "trailing-bytes" if name in ("messageDigest", "binding") else "bad-encoding",
                   kind="signed")
        yield case(f"{name} without a value", instead(place),
                   "bad-encoding" if name == "contentType" else "truncated", kind="signed")


def enveloped_cases(made):
    body, boxes = made["body"], made["boxes"]
    point, nonce, tag, text = body[:65], body[65:77], body[77:93], body[93:]
    agreement = f.key_agreement(point, boxes)
    wrapped = boxes[0][2]

    def bad(name, data, error="bad-encoding"):
        return case(name, data, error, kind="enveloped")

    def with_recipient(recipient):
        return f.enveloped(recipient, nonce, tag, text)

    good = with_recipient(agreement)
    transport = f.sequence(f.integer(2), f.tlv(0x80, bytes(20)), f.sequence(
        f.oid(f.dotted("1.2.840.113549.1.1.1")), b"\5\0"), f.octets(bytes(256)))
    password = f.tlv(0xA3, f.integer(0), f.sequence(f.oid(f.AES256_WRAP)), f.octets(wrapped))
    yield case("five recipients", good, kind="enveloped")
    yield case("one recipient", f.enveloped(f.key_agreement(point, boxes[:1]), nonce, tag, text),
               kind="enveloped")
    yield bad("trailing garbage", good + b"\0", "trailing-bytes")
    yield bad("no recipient", with_recipient(f.key_agreement(point, [])))
    yield bad("key transport recipient", with_recipient(transport))
    yield bad("key encryption recipient", with_recipient(f.key_encryption(wrapped)))
    yield bad("password recipient", with_recipient(password))
    yield bad("other recipient", with_recipient(f.tlv(0xA4, f.oid(f.DATA))))
    yield bad("two key agreements", with_recipient(agreement + agreement))
    yield bad("key agreement version 2", with_recipient(f.key_agreement(point, boxes, version=2)))
    yield bad("compressed point", with_recipient(f.key_agreement(b"\2" + point[1:], boxes)))
    yield bad("short point", with_recipient(f.key_agreement(point[:64], boxes)))
    yield bad("declared tag of 4 bytes", f.enveloped(agreement, nonce, tag, text, tag_bytes=4))
    yield bad("tag of 4 bytes", f.enveloped(agreement, nonce, tag[:4], text))
    yield bad("tag of 4 bytes, declared so",
              f.enveloped(agreement, nonce, tag[:4], text, tag_bytes=4))
    yield bad("tag of 1 byte", f.enveloped(agreement, nonce, tag[:1], text, tag_bytes=1))
    yield bad("nonce of 64 bytes (CVE-2025-15467)", f.enveloped(agreement, bytes(64), tag, text))
    yield bad("AES-256-OFB (CVE-2026-34182)", f.enveloped(
        agreement, nonce, tag, text, cipher=f.dotted("2.16.840.1.101.3.4.1.43")))
    yield bad("AES-128-GCM", f.enveloped(
        agreement, nonce, tag, text, cipher=f.dotted("2.16.840.1.101.3.4.1.6")))
    yield bad("content type signedData", f.enveloped(agreement, nonce, tag, text,
                                                     content=f.SIGNED_DATA))
    yield bad("authenticated attributes", f.enveloped(
        agreement, nonce, tag, text, extra=f.tlv(0xA1, f.attribute(f.CONTENT_TYPE, f.oid(f.DATA)))))
    yield bad("version 2", f.enveloped(agreement, nonce, tag, text, version=2))
    long_key = [(boxes[0][0], boxes[0][1], bytes(48))]
    yield bad("wrapped key of 48 bytes (CVE-2026-63072)",
              with_recipient(f.key_agreement(point, long_key)))
    yield bad("SHA-1 key derivation", good.replace(
        f.oid(f.ECDH_SHA256KDF), f.oid(f.dotted("1.3.132.1.11.9"))))
    yield bad("user keying material", with_recipient(agreement.replace(
        f.sequence(f.oid(f.ECDH_SHA256KDF), f.sequence(f.oid(f.AES256_WRAP))),
        f.tlv(0xA1, f.octets(b"ukm")) + f.sequence(f.oid(f.ECDH_SHA256KDF),
                                                   f.sequence(f.oid(f.AES256_WRAP))))))
    yield bad("ciphertext as constructed string",
              f.enveloped(agreement, nonce, tag, text, constructed=True))
    yield from parameter_cases(point, boxes, lambda name, recipient: bad(
        name, with_recipient(recipient)))
    for name, parameters, error in (
            ("absent", b"", "truncated"), ("NULL", NULL, "bad-encoding"),
            ("empty", f.sequence(), "truncated"),
            ("a nonce alone, for a tag of 12", f.sequence(f.octets(nonce)), "truncated")):
        yield bad(f"parameters of AES-256-GCM are {name}",
                  f.enveloped(agreement, nonce, tag, text, parameters=parameters), error)
    yield from piece_cases(wrapped, nonce, tag, text)
    yield case("piece with key agreement", good, "bad-encoding", kind="piece")


def piece_cases(wrapped, nonce, tag, text):
    piece = f.enveloped(f.key_encryption(wrapped), nonce, tag, text)
    yield case("piece", piece, kind="piece")
    yield case("empty piece", f.enveloped(f.key_encryption(wrapped), nonce, tag, b""), kind="piece")
    yield case("piece with a tag of 4 bytes", f.enveloped(
        f.key_encryption(wrapped), nonce, tag[:4], text, tag_bytes=4), "bad-encoding", kind="piece")
    yield case("piece with trailing garbage", piece + b"\0", "trailing-bytes", kind="piece")
    for name, algorithm in (("parameters of the key wrap are NULL", f.wrap_algorithm(NULL)),
                            ("key wrap algorithm is empty", f.sequence())):
        yield case(f"piece: {name}", f.enveloped(f.key_encryption(wrapped, algorithm), nonce, tag,
                                                 text), "bad-encoding", kind="piece")


def parameter_cases(point, boxes, bad):
    """Algorithms of the key agreement with less or more than the profile's (CVE-2026-28389)."""
    wrap = f.wrap_algorithm()
    for name, parameters in (
            ("absent", b""), ("NULL", NULL), ("an empty sequence", f.sequence()),
            ("the wrap's identifier alone", f.oid(f.AES256_WRAP)),
            ("the wrap with NULL", f.wrap_algorithm(NULL)), ("the wrap twice", wrap + wrap)):
        yield bad(f"parameters of the key agreement are {name} (CVE-2026-28389)",
                  f.key_agreement(point, boxes, algorithm=f.agreement_algorithm(parameters)))
    yield bad("key agreement algorithm is empty",
              f.key_agreement(point, boxes, algorithm=f.sequence()))
    yield bad("key agreement algorithm is absent", f.key_agreement(point, boxes, algorithm=b""))
    for name, parameters in (("NULL", NULL), ("the curve", f.oid(f.P256))):
        yield bad(f"parameters of the originator's key are {name}", f.key_agreement(
            point, boxes, origin_algorithm=f.sequence(f.oid(f.EC_PUBLIC_KEY), parameters)))
    yield bad("algorithm of the originator's key is empty",
              f.key_agreement(point, boxes, origin_algorithm=f.sequence()))
    yield bad("algorithm of the originator's key is absent",
              f.key_agreement(point, boxes, origin_algorithm=b""))


def cases(made):
    """`made` is a whole parcel."""
    yield from signed_cases(made)
    yield from enveloped_cases(made)


# Certificates -----------------------------------------------------------------------------------

def certificate_cases():
    """`kind` is the use that a reader checks for; all are of ZW."""
    scalars = {use: f.private("ZW " + use) for use in f.USAGES}

    def made(name, kind, error=None, use=None, **more):
        use = use or kind
        return case(name, f.certificate(scalars[use], "ZW", use, TIME, **more), error, kind=kind)

    for use in f.USAGES:
        yield made(use, use)
        for other in f.USAGES:
            if other != use:
                yield made(f"{other} for {use}", use, "bad-encoding", use=other)
    for name, usage in (("keyAgreement alone", f.KEY_AGREEMENT),
                        ("digitalSignature alone", f.DIGITAL_SIGNATURE),
                        ("keyAgreement besides", f.bits(b"\xC8", 3))):
        yield made(f"sign, but the key usage is {name}", "sign", "bad-encoding", key_usage=usage)
    yield made("encrypt, but the key usage is to sign", "encrypt", "bad-encoding",
               key_usage=f.SIGN_MESSAGES)
    yield made("sign, but the extended key usage is of a link", "sign", "bad-encoding",
               extended=(f.SERVER_AUTH, f.CLIENT_AUTH))
