"""A second, independent implementation of docs/parcel-format.md: encoders and the mathematics.

Written from the specification, for make_vectors.py; nothing of the product is used here.
"""

import hashlib

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
ARC = (2, 25, 334209457808370610164516879178665869282)


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


# P-256 ------------------------------------------------------------------------------------------

def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % PRIME == 0:
        return None
    if p == q:
        slope = 3 * (p[0] * p[0] - 1) * pow(2 * p[1], -1, PRIME)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, PRIME)
    x = (slope * slope - p[0] - q[0]) % PRIME
    return x, (slope * (p[0] - x) - p[1]) % PRIME


def multiply(scalar, point=BASE):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def private(name):
    return int.from_bytes(sha256(b"synthetic key of ", name.encode()), "big") % (ORDER - 1) + 1


def point_of(scalar):
    x, y = multiply(scalar)
    return b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(scalar, data, high=False):
    """r and s, 32 bytes each; the nonce follows from key and data: vectors are repeatable."""
    k = int.from_bytes(sha256(scalar.to_bytes(32, "big"), data), "big") % (ORDER - 1) + 1
    r = multiply(k)[0] % ORDER
    s = pow(k, -1, ORDER) * (int.from_bytes(sha256(data), "big") + r * scalar) % ORDER
    if (s > ORDER // 2) != high:
        s = ORDER - s
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def wrapping_key(scalar, peer):
    z = multiply(scalar, peer)[0].to_bytes(32, "big")
    info = sequence(sequence(oid(AES256_WRAP)), tlv(0xA2, octets((256).to_bytes(4, "big"))))
    return sha256(z, (1).to_bytes(4, "big"), info)


# Bytes and fields -------------------------------------------------------------------------------

def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([0x80 | value & 0x7F])
        value >>= 7
    return out + bytes([value])


def sized(value):
    return varint(len(value)) + value


def field(tag, value):
    return bytes([tag]) + sized(value)


def fields(*pairs):
    return b"".join(field(tag, value) for tag, value in pairs)


def key_id(scalar):
    """RFC 7093 section 2, method 1."""
    return sha256(point_of(scalar))[:20]


# DER --------------------------------------------------------------------------------------------

def tlv(tag, *pieces):
    value = b"".join(pieces)
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def sequence(*pieces):
    return tlv(0x30, *pieces)


def set_of(*pieces):
    return tlv(0x31, *sorted(pieces))


def octets(value):
    return tlv(4, value)


def bits(value, unused=0):
    return tlv(3, bytes([unused]), value)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(arcs):
    out = b""
    for arc in (arcs[0] * 40 + arcs[1],) + tuple(arcs[2:]):
        groups = [arc & 0x7F]
        while arc >= 0x80:
            arc >>= 7
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return tlv(6, out)


def dotted(text):
    return tuple(int(arc) for arc in text.split("."))


DATA = dotted("1.2.840.113549.1.7.1")
SIGNED_DATA = dotted("1.2.840.113549.1.7.2")
AUTH_ENVELOPED = dotted("1.2.840.113549.1.9.16.1.23")
CONTENT_TYPE = dotted("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = dotted("1.2.840.113549.1.9.4")
SIGNING_TIME = dotted("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE = dotted("1.2.840.113549.1.9.16.2.47")
SHA256 = dotted("2.16.840.1.101.3.4.2.1")
ECDSA_SHA256 = dotted("1.2.840.10045.4.3.2")
EC_PUBLIC_KEY = dotted("1.2.840.10045.2.1")
P256 = dotted("1.2.840.10045.3.1.7")
ECDH_SHA256KDF = dotted("1.3.132.1.11.1")
AES256_WRAP = dotted("2.16.840.1.101.3.4.1.45")
AES256_GCM = dotted("2.16.840.1.101.3.4.1.46")
CONTENT, SEAL, RECEIPT, DIRECTORY, BINDING = (ARC + (n,) for n in range(1, 6))


def attribute(kind, value):
    return sequence(oid(kind), tlv(0x31, value))


def attributes(kind, content_digest, time, certificate, binding=None):
    out = [attribute(CONTENT_TYPE, oid(kind)),
           attribute(MESSAGE_DIGEST, octets(content_digest)),
           attribute(SIGNING_TIME, tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode())),
           attribute(SIGNING_CERTIFICATE, sequence(sequence(sequence(octets(certificate)))))]
    if binding is not None:
        out.append(attribute(BINDING, octets(binding)))
    return out


def der_signature(value):
    return sequence(*(integer(int.from_bytes(half, "big")) for half in (value[:32], value[32:])))


def signer_info(signer, attrs, value, version=3, digest_parameters=b"", signature_parameters=b""):
    return sequence(integer(version), tlv(0x80, signer), sequence(oid(SHA256), digest_parameters),
                    tlv(0xA0, *attrs), sequence(oid(ECDSA_SHA256), signature_parameters),
                    octets(der_signature(value)))


def signed_data(kind, content, infos, certificates=b"", digest_parameters=b""):
    data = sequence(integer(3), tlv(0x31, sequence(oid(SHA256), digest_parameters)),
                    sequence(oid(kind), tlv(0xA0, octets(content))), certificates,
                    tlv(0x31, *infos))
    return sequence(oid(SIGNED_DATA), tlv(0xA0, data))


def wrap_algorithm(parameters=b""):
    return sequence(oid(AES256_WRAP), parameters)


def agreement_algorithm(parameters=wrap_algorithm()):
    return sequence(oid(ECDH_SHA256KDF), parameters)


def key_agreement(ephemeral, boxes, version=3, algorithm=agreement_algorithm(),
                  origin_algorithm=sequence(oid(EC_PUBLIC_KEY))):
    keys = [sequence(tlv(0xA0, octets(key)), octets(wrapped)) for _, key, wrapped in boxes]
    origin = tlv(0xA0, tlv(0xA1, origin_algorithm, bits(ephemeral)))
    return tlv(0xA1, integer(version), origin, algorithm, sequence(*keys))


def key_encryption(wrapped, algorithm=wrap_algorithm()):
    return tlv(0xA2, integer(4), sequence(octets(b"\1")), algorithm, octets(wrapped))


def enveloped(recipient, nonce, tag, ciphertext, cipher=AES256_GCM, tag_bytes=16, extra=b"",
              content=DATA, version=0, constructed=False, parameters=None):
    if parameters is None:
        parameters = sequence(octets(nonce), integer(tag_bytes))
    encrypted = sequence(oid(content), sequence(oid(cipher), parameters),
                         tlv(0xA0, octets(ciphertext)) if constructed else tlv(0x80, ciphertext))
    data = sequence(integer(version), tlv(0x31, recipient), encrypted, extra, octets(tag))
    return sequence(oid(AUTH_ENVELOPED), tlv(0xA0, data))


# Certificates (docs/directory-format.md#certificates) -------------------------------------------

SERVER_AUTH, CLIENT_AUTH, EMAIL = (dotted("1.3.6.1.5.5.7.3." + n) for n in "124")
DIGITAL_SIGNATURE = bits(b"\x80", 7)
SIGN_MESSAGES = bits(b"\xC0", 6)  # digitalSignature and nonRepudiation
KEY_AGREEMENT = bits(b"\x08", 3)
USAGES = {"link": (DIGITAL_SIGNATURE, (SERVER_AUTH, CLIENT_AUTH)),
          "sign": (SIGN_MESSAGES, (EMAIL,)),
          "encrypt": (KEY_AGREEMENT, (EMAIL,)),
          "archive": (KEY_AGREEMENT, (EMAIL,))}


def extension(kind, value, critical=False):
    return sequence(oid(dotted(kind)), tlv(1, b"\xFF") if critical else b"", octets(value))


def certificate(scalar, owner, use, start, key_usage=None, extended=None):
    """Self-signed, of five years from `start`; what is not given is what the profile wants."""
    own_usage, own_extended = USAGES[use]
    serial = 1 << 126 | int.from_bytes(sha256(b"synthetic serial", point_of(scalar))[:15], "big")
    common_name = tlv(0x0C, f"{owner} {use}".encode())
    name = sequence(tlv(0x31, sequence(oid(dotted("2.5.4.3")), common_name)))
    times = [tlv(0x17, each.strftime("%y%m%d%H%M%SZ").encode())
             for each in (start, start.replace(year=start.year + 5))]
    extensions = [
        extension("2.5.29.19", sequence(), critical=True),
        extension("2.5.29.14", octets(key_id(scalar))),
        extension("2.5.29.15", key_usage or own_usage, critical=True),
        extension("2.5.29.37", sequence(*map(oid, extended or own_extended))),
        extension("2.5.29.17", sequence(tlv(0x86, f"urn:dhow:bureau:{owner}:{use}".encode())))]
    public = sequence(sequence(oid(EC_PUBLIC_KEY), oid(P256)), bits(point_of(scalar)))
    body = sequence(tlv(0xA0, integer(2)), integer(serial), sequence(oid(ECDSA_SHA256)), name,
                    sequence(*times), name, public, tlv(0xA3, sequence(*extensions)))
    return sequence(body, sequence(oid(ECDSA_SHA256)), bits(der_signature(sign(scalar, body))))


# Objects ----------------------------------------------------------------------------------------

CLASSES = ("flash", "urgent", "routine", "bulk")


def message_id(time_ms, name):
    out = bytearray(time_ms.to_bytes(6, "big") + sha256(name.encode())[:10])
    out[6] = 0x70 | out[6] & 0x0F
    out[8] = 0x80 | out[8] & 0x3F
    return bytes(out)


def header_fields(h):
    out = [(0x81, h["id"]), (0x82, h["origin"].encode()),
           (0x83, bytes([CLASSES.index(h["class"])])), (0x84, varint(h["created"]))]
    if "time_to_live" in h:
        out.append((0x85, varint(h["time_to_live"])))
    if h.get("clock", 0):
        out.append((0x86, bytes([h["clock"]])))
    if h.get("hop_limit", 8) != 8:
        out.append((0x87, bytes([h["hop_limit"]])))
    for digest, cls, size in h.get("attachments", ()):
        out.append((0x88, digest + bytes([CLASSES.index(cls)]) + varint(size)))
    out += [(0x89, id_) for id_ in h.get("supersedes", ())]
    out += [(0x8A, id_) for id_ in h.get("cancels", ())]
    return out + [(0x8B, h["root"])]


def header(h, version=0, suite=1, ignored=()):
    return bytes([version, suite]) + fields(*ignored, *header_fields(h))


def lockbox(box, with_key=True):
    recipient, key, wrapped = box
    return sized(recipient.encode()) + (key if with_key else b"") + wrapped


def leaf(box):
    return sha256(b"\0", lockbox(box))


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1", root(leaves[:split]), root(leaves[split:]))


def lockbox_root(boxes):
    return sha256(b"\2", len(boxes).to_bytes(2, "big"), root([leaf(box) for box in boxes]))


def siblings(leaves, chosen, first=0):
    if not any(first <= i < first + len(leaves) for i in chosen):
        return [root(leaves)]
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return siblings(leaves[:split], chosen, first) + siblings(leaves[split:], chosen, first + split)


def lockboxes(boxes, chosen=None, with_keys=True):
    """`boxes` in tree order; `chosen` are the indexes that go along, all when not given."""
    if chosen is None:
        return varint(len(boxes)) * 2 + b"".join(lockbox(box, with_keys) for box in boxes)
    out = varint(len(boxes)) + varint(len(chosen))
    out += b"".join(varint(i) + lockbox(boxes[i], with_keys) for i in chosen)
    return out + b"".join(siblings([leaf(box) for box in boxes], chosen))


def seal_content(head, body, inner_digest, serial):
    return sized(head) + sha256(body) + varint(len(body)) + inner_digest + varint(serial)


def signature_part(signer, certificate, time, value):
    return signer + certificate + varint(int(time.timestamp())) + value


# Short form (docs/parcel-format.md#short-form): bits of its first octet ---------------------------

CREATED_IN_ID, SIGNED_WHEN_CREATED, CURRENT_SIGNER, CURRENT_KEYS = 1, 2, 4, 8


def short_header(encoded, left_off):
    """`encoded` without its root and what is left off; its lengths are below 128."""
    out, rest = encoded[:2], encoded[2:]
    while rest:
        end = 2 + rest[1]
        if rest[0] != 0x8B and not (left_off & CREATED_IN_ID and rest[0] == 0x84):
            out += rest[:end]
        rest = rest[end:]
    return out


def short_signature_part(left_off, signer, certificate, time, value):
    return ((b"" if left_off & CURRENT_SIGNER else signer + certificate)
            + (b"" if left_off & SIGNED_WHEN_CREATED else varint(int(time.timestamp()))) + value)


def short_preamble(left_off, head, inner_digest, serial, signature, boxes):
    """`signature`: short_signature_part(); `boxes`: lockboxes(), with or without keys."""
    return (bytes([left_off]) + sized(short_header(head, left_off)) + inner_digest
            + varint(serial) + signature + boxes)


def short_receipt(left_off, content, signature):
    return bytes([left_off]) + sized(content) + signature
