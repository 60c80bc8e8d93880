"""Vectors of the audit log: leaves, checkpoints, trees, proofs; see make_vectors.py."""

import formats as f

AT = 1795543798123
ID = f.message_id(AT, "first")
BLIND = f.sha256(b"synthetic blind")[:16]
INSTANCE = f.sha256(b"synthetic instance")[:16]
# The leaves with which Certificate Transparency tests its trees, and their root.
KNOWN = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f")]
KNOWN_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def pseudonym(number, blind, value):
    return f.sha256(bytes([3, number]), blind, value)


def event(**more):
    return {"at": AT, "what": "relayed", "origin": "ZW", "id": ID.hex(), "recipient": "MU",
            "actor": "peer IPSG", "code": 0, "text": "", "blind": BLIND.hex(), **more}


def leaf_pairs(e):
    blind = bytes.fromhex(e["blind"])
    out = [(0x81, f.varint(e["at"])), (0x82, e["what"].encode())]
    if e["origin"]:
        value = f.sized(e["origin"].encode()) + bytes.fromhex(e["id"])
        out.append((0x83, pseudonym(1, blind, value)))
    if e["recipient"]:
        out.append((0x84, pseudonym(2, blind, e["recipient"].encode())))
    out.append((0x85, pseudonym(3, blind, e["actor"].encode())))
    if e["code"]:
        out.append((0x86, f.varint(e["code"])))
    if e["text"]:
        out.append((0x87, pseudonym(4, blind, e["text"].encode())))
    return out


def encoded(pairs, version=0):
    return bytes([version]) + f.fields(*pairs)


def leaf_hash(data):
    return f.sha256(b"\0", data)


def leaf_cases():
    def good(name, e, **more):
        data = encoded(leaf_pairs(e))
        return {"name": name, "kind": "leaf", "hex": data.hex(), "event": e,
                "leaf_hash": leaf_hash(data).hex(), **more}

    def bad(name, data, error):
        return {"name": name, "kind": "leaf", "hex": data.hex(), "error": error}

    pairs = leaf_pairs(event(code=107, text="x"))

    def instead(tag, value):
        return encoded([(t, value if t == tag else v) for t, v in pairs])

    def without(tag):
        return encoded([pair for pair in pairs if pair[0] != tag])

    yield good("relayed to one recipient", event())
    yield good("the message as a whole", event(recipient="", what="accepted",
                                               actor="agency border"))
    yield good("with code and text", event(what="deferred", code=302, text="line is down"))
    yield good("the largest code", event(what="undeliverable", code=65535))
    yield good("of the gateway", event(origin="", recipient="", what="started", actor="gateway"))
    yield good("the same event under another blind", event(blind="07" * 16))
    yield good("the longest name", event(what="a" * 32))
    later = encoded([(7, b"later")] + leaf_pairs(event()))
    yield {"name": "unknown ignorable field is kept", "kind": "leaf", "hex": later.hex(),
           "leaf_hash": leaf_hash(later).hex()}
    yield bad("unknown critical field", encoded(pairs + [(0xF0, b"")]), "unknown-critical")
    yield bad("version 1", encoded(pairs, version=1), "unsupported-version")
    yield bad("nothing", b"", "truncated")
    for tag, name in ((0x81, "time"), (0x82, "name"), (0x85, "actor")):
        yield bad("without " + name, without(tag), "missing-field")
    yield bad("recipient without message", without(0x83), "missing-field")
    yield bad("actor twice", encoded(sorted(pairs + [pairs[4]])), "duplicate-field")
    yield bad("descending tags", encoded([pairs[1], pairs[0]] + pairs[2:]), "bad-order")
    yield bad("time after 9999", instead(0x81, f.varint(253402300800000)), "out-of-range")
    yield bad("time not in shortest form", instead(0x81, b"\x81\0"), "bad-encoding")
    yield bad("empty name", instead(0x82, b""), "bad-text")
    yield bad("name in upper case", instead(0x82, b"Relayed"), "bad-text")
    yield bad("name with a space", instead(0x82, b"to MU"), "bad-text")
    yield bad("name of 33 characters", instead(0x82, b"a" * 33), "bad-text")
    yield bad("pseudonym of 31 bytes", instead(0x84, bytes(31)), "bad-encoding")
    yield bad("actor in the clear", instead(0x85, b"peer IPSG"), "bad-encoding")
    yield bad("code 0 written out", instead(0x86, b"\0"), "bad-encoding")
    yield bad("code above 16 bits", instead(0x86, f.varint(65536)), "out-of-range")
    yield bad("longer than a leaf may be", encoded([(7, bytes(1024))] + pairs), "too-long")


def checkpoint_cases():
    pairs = [(0x81, b"ZW"), (0x82, INSTANCE), (0x83, f.varint(3)), (0x84, f.varint(70000)),
             (0x85, f.sha256(b"root")), (0x86, f.varint(AT))]

    def one(name, data, error=None):
        out = {"name": name, "kind": "checkpoint", "hex": data.hex()}
        return {**out, "error": error} if error else out

    def instead(tag, value):
        return encoded([(t, value if t == tag else v) for t, v in pairs])

    yield {**one("checkpoint", encoded(pairs)), "bureau": "ZW", "instance": INSTANCE.hex(),
           "epoch": 3, "tree_size": 70000, "root": f.sha256(b"root").hex(), "at": AT}
    yield one("of an empty tree", encoded(
        [(t, {0x84: b"\0", 0x85: f.sha256()}.get(t, v)) for t, v in pairs]))
    yield one("of the largest tree", instead(0x84, f.varint(1 << 48)))
    yield one("unknown ignorable field is kept", encoded([(1, b"later")] + pairs))
    yield one("unknown critical field", encoded(pairs + [(0xF0, b"")]), "unknown-critical")
    yield one("version 1", encoded(pairs, version=1), "unsupported-version")
    for tag in range(0x81, 0x87):
        yield one(f"without field {tag:x}", encoded([p for p in pairs if p[0] != tag]),
                  "missing-field")
    yield one("tree above 2^48", instead(0x84, f.varint((1 << 48) + 1)), "out-of-range")
    yield one("root of 31 bytes", instead(0x85, bytes(31)), "bad-encoding")
    yield one("bureau in lower case", instead(0x81, b"zw"), "bad-text")


# Tree: written from the recursive definitions of RFC 9162 section 2.1 -------------------------

def root(leaves):
    return f.root(leaves) if leaves else f.sha256()


def inclusion_path(m, leaves):
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return inclusion_path(m, leaves[:k]) + [root(leaves[k:])]
    return inclusion_path(m - k, leaves[k:]) + [root(leaves[:k])]


def consistency_path(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return consistency_path(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency_path(m - k, leaves[k:], False) + [root(leaves[:k])]


def leaves_of(count):
    return [leaf_hash(encoded(leaf_pairs(event(at=AT + number)))) for number in range(count)]


def tree_cases():
    known = [leaf_hash(leaf) for leaf in KNOWN]
    assert root(known).hex() == KNOWN_ROOT
    yield {"name": "leaves of Certificate Transparency", "kind": "tree",
           "hex": b"".join(known).hex(), "root": KNOWN_ROOT}
    for count in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33):
        leaves = leaves_of(count)
        yield {"name": f"{count} leaves", "kind": "tree", "hex": b"".join(leaves).hex(),
               "root": root(leaves).hex()}


def proof(first, second, path):
    return f.varint(first) + f.varint(second) + b"".join(path)


def inclusion_cases():
    def one(name, data, leaf, top, **more):
        return {"name": name, "kind": "inclusion", "hex": data.hex(), "leaf_hash": leaf.hex(),
                "root": top.hex(), **more}

    for count, number in ((1, 0), (2, 0), (2, 1), (3, 0), (3, 2), (5, 4), (6, 4), (7, 0), (7, 3),
                          (7, 6), (8, 7), (33, 31), (33, 32)):
        leaves = leaves_of(count)
        yield one(f"leaf {number} of {count}",
                  proof(count, number, inclusion_path(number, leaves)), leaves[number],
                  root(leaves))
    leaves = leaves_of(7)
    path, leaf, top = inclusion_path(3, leaves), leaves[3], root(leaves)
    yield one("of another leaf", proof(7, 3, path), leaves[2], top, holds=False)
    yield one("of another tree", proof(7, 3, path), leaf, root(leaves_of(8)), holds=False)
    yield one("at another place", proof(7, 2, path), leaf, top, holds=False)
    yield one("path reversed", proof(7, 3, path[::-1]), leaf, top, holds=False)
    for number in range(len(path)):
        changed = [bytes(32) if i == number else p for i, p in enumerate(path)]
        yield one(f"digest {number} changed", proof(7, 3, changed), leaf, top, holds=False)
    for name, data, error in (
            ("a digest too few", proof(7, 3, path[:-1]), "truncated"),
            ("a digest too many", proof(7, 3, path + [top]), "trailing-bytes"),
            ("half a digest", proof(7, 3, path)[:-16], "truncated"),
            ("leaf behind the end", proof(7, 7, path), "out-of-range"),
            ("empty tree", proof(0, 0, []), "out-of-range"),
            ("tree above 2^48", proof((1 << 48) + 1, 3, path), "out-of-range"),
            ("number not in shortest form", b"\x87\0\3" + b"".join(path), "bad-encoding")):
        yield one(name, data, leaf, top, error=error)


def consistency_cases():
    def one(name, data, old, new, **more):
        return {"name": name, "kind": "consistency", "hex": data.hex(), "old_root": old.hex(),
                "new_root": new.hex(), **more}

    for old, new in ((1, 1), (1, 2), (1, 8), (2, 3), (3, 4), (3, 7), (4, 7), (6, 7), (6, 8),
                     (7, 7), (7, 8), (8, 9), (16, 33), (31, 33)):
        leaves = leaves_of(new)
        yield one(f"{old} to {new}", proof(old, new, consistency_path(old, leaves)),
                  root(leaves[:old]), root(leaves))
    leaves = leaves_of(7)
    path, old, new = consistency_path(3, leaves), root(leaves[:3]), root(leaves)
    yield one("old tree changed", proof(3, 7, path), root(leaves[1:4]), new, holds=False)
    yield one("new tree changed", proof(3, 7, path), old, root(leaves[::-1]), holds=False)
    yield one("equal sizes, other roots", proof(3, 3, []), old, root(leaves[1:4]), holds=False)
    complete = consistency_path(4, leaves)
    yield one("complete old tree changed", proof(4, 7, complete), root(leaves[1:5]), new,
              holds=False)
    for number in range(len(path)):
        changed = [bytes(32) if i == number else p for i, p in enumerate(path)]
        yield one(f"digest {number} changed", proof(3, 7, changed), old, new, holds=False)
    for name, data, error in (
            ("a digest too few", proof(3, 7, path[:-1]), "truncated"),
            ("a digest too many", proof(3, 7, path + [new]), "trailing-bytes"),
            ("equal sizes with a path", proof(7, 7, [new]), "trailing-bytes"),
            ("from an empty tree", proof(0, 7, []), "out-of-range"),
            ("back to a smaller tree", proof(7, 3, path), "out-of-range"),
            ("tree above 2^48", proof(3, (1 << 48) + 1, path), "out-of-range")):
        yield one(name, data, old, new, error=error)


def cases():
    for part in (leaf_cases, checkpoint_cases, tree_cases, inclusion_cases, consistency_cases):
        yield from part()
