"""Files in the form of ANSI/NIST-ITL: a right type-1 record, and records of noise behind it.

Nothing in the images is a fingerprint. The type-1 record says what follows, as readers check it.
"""

import dice as dice_module

FS, GS, RS, US = "\x1c", "\x1d", "\x1e", "\x1f"
FIELDS = ["VER", "CNT", "TOT", "DAT", "PRY", "DAI", "ORI", "TCN", "TCR"]
NUMBERS = {"VER": 2, "CNT": 3, "TOT": 4, "DAT": 5, "PRY": 6, "DAI": 7, "ORI": 8, "TCN": 9,
           "TCR": 10}
TEN_PRINTS = 14   # ten rolled fingers, both thumbs, both hands
HEAD_4 = 18       # bytes before the image in a type-4 record


def tagged(kind, fields, opaque=b""):
    """A record of tagged fields; its first one is its own length, in bytes."""
    rest = GS.join(f"{kind}.{number:03d}:{value}" for number, value in fields).encode()
    rest += opaque + FS.encode()
    size = len(rest)
    while True:
        head = f"{kind}.001:{size}{GS}".encode()
        if len(head) + len(rest) == size:
            return head + rest
        size = len(head) + len(rest)


def tagged_of_size(kind, fields, size, seed):
    """A tagged record of exactly `size` bytes whose last field is noise."""
    head = GS.join([f"{kind}.001:{size}"] + [f"{kind}.{number:03d}:{value}"
                                             for number, value in fields + [(999, "")]]).encode()
    return head + dice_module.bytes_of(seed, size - len(head) - 1) + FS.encode()


def type_1(content, given):
    values = {"VER": "0500", "PRY": "5", "DAI": "IPSG", "ORI": "NONE", **given}
    values["CNT"] = RS.join([f"1{US}{len(content)}"] +
                            [f"{kind}{US}{number:02d}" for number, kind in enumerate(content)])
    fields = [(NUMBERS[name], values[name]) for name in FIELDS if name in values]
    return tagged(1, fields + [(11, "19.69" if 4 in content else "00.00"),
                               (12, "19.69" if 4 in content else "00.00")])


def type_4(number, size, seed):
    """A binary record: big-endian length, IDC, impression, finger, density, width, height."""
    side = max(1, min(800, size // 40))
    head = (size.to_bytes(4, "big") + bytes([number, 1 if number <= 10 else 0])
            + bytes([min(number, 14)]) + b"\xff" * 5 + b"\0" + side.to_bytes(2, "big")
            + side.to_bytes(2, "big") + b"\1")
    return head + dice_module.bytes_of(f"{seed}/{number}", size - HEAD_4)


def shares(total, count):
    """`count` sizes that sum up to `total`."""
    return [total // count + (1 if number < total % count else 0) for number in range(count)]


def file_of(kind, size, seed, given):
    """A file of exactly `size` bytes; `given` are fields of its type-1 record, by mnemonic."""
    if kind == "dna":
        content = [2, 18]
    elif size < 20_000:
        content = [2]
    else:
        content = [2] + [4 if size < 2_000_000 else 14] * TEN_PRINTS
    first = type_1(content, given)
    second = [(2, "00"), (3, "synthetic")]
    if content == [2]:
        return first + tagged_of_size(2, second, size - len(first), seed)
    text = tagged(2, second)
    room = size - len(first) - len(text)
    out = [first, text]
    for number, part in enumerate(shares(room, len(content) - 1), 1):
        if content[number] == 4:
            out.append(type_4(number, part, seed))
        else:
            out.append(tagged_of_size(content[number], [(2, f"{number:02d}"), (4, "ZZZ")], part,
                                      f"{seed}/{number}"))
    return b"".join(out)
