"""Readers of what the generator writes, apart from it: JPEG down to the last code, ANSI/NIST."""


class Bits:
    def __init__(self, data):
        self.data, self.at, self.left, self.value = data, 0, 0, 0

    def take(self, count):
        while self.left < count:
            self.value = self.value << 8 | self.data[self.at]
            self.at, self.left = self.at + 1, self.left + 8
        self.left -= count
        out = self.value >> self.left
        self.value &= (1 << self.left) - 1
        return out


def code_table(data):
    """(class and number, {(length, code): symbol}) as JPEG builds codes from counts."""
    counts, symbols, table, code = data[1:17], list(data[17:]), {}, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[length, code] = symbols.pop(0)
            code += 1
        if code > 1 << length or (count and code == 1 << length):
            raise ValueError("codes of all ones, or too many")
        code <<= 1
    return data[0], table


def next_symbol(bits, table):
    code = 0
    for length in range(1, 17):
        code = code << 1 | bits.take(1)
        if (length, code) in table:
            return table[length, code]
    raise ValueError("no such code")


def next_block(bits, dc_table, ac_table):
    """Reads a block; its difference of the mean."""
    size = next_symbol(bits, dc_table)
    value = bits.take(size)
    at = 1
    while at < 64:
        symbol = next_symbol(bits, ac_table)
        if symbol == 0:
            break
        at += (symbol >> 4) + 1
        bits.take(symbol & 15)
    if at > 64:
        raise ValueError("too many coefficients")
    return value if size == 0 or value >> (size - 1) else value - (1 << size) + 1


def read_jpeg(data):
    """(width, height, components) of a baseline file that decodes to its last block."""
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        raise ValueError("no JPEG")
    at, tables, frame = 2, {}, None
    while True:
        marker, size = data[at + 1], int.from_bytes(data[at + 2:at + 4], "big")
        body = data[at + 4:at + 2 + size]
        at += 2 + size
        if marker == 0xc4:
            number, table = code_table(body)
            tables[number] = table
        elif marker == 0xc0:
            frame = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"), body[5])
        elif marker == 0xda:
            break
    coded = data[at:-2].replace(b"\xff\0", b"\xff")
    bits, (width, height, parts) = Bits(coded), frame
    means = [0] * parts
    for _ in range(-(-width // 8) * -(-height // 8)):
        for part in range(parts):
            means[part] += next_block(bits, tables[0x00], tables[0x10])
            if abs(means[part]) > 1024:
                raise ValueError("a mean that is no light")
    if bits.at != len(coded) or bits.value != (1 << bits.left) - 1 or bits.left > 7:
        raise ValueError("bits are left")
    return width, height, parts


def read_nist(data):
    """The fields of the type-1 record; all records are there with the lengths that they say."""
    first = data[:int(data[6:data.index(b"\x1d")])]
    if not first.startswith(b"1.001:") or not first.endswith(b"\x1c"):
        raise ValueError("no type-1 record")
    fields = dict(one.split(":", 1) for one in first[:-1].decode().split("\x1d"))
    content = [one.split("\x1f") for one in fields["1.003"].split("\x1e")]
    if content[0] != ["1", str(len(content) - 1)]:
        raise ValueError("the count of records")
    at = len(first)
    for kind, _ in content[1:]:
        if kind == "4":
            size = int.from_bytes(data[at:at + 4], "big")
        else:
            head = f"{kind}.001:".encode()
            if not data.startswith(head, at):
                raise ValueError(f"no record of type {kind}")
            size = int(data[at + len(head):data.index(b"\x1d", at)])
            if data[at + size - 1:at + size] != b"\x1c":
                raise ValueError("a record without its end")
        at += size
    if at != len(data):
        raise ValueError("bytes behind the records")
    return fields
