"""JPEG pictures of nobody, of a given size in bytes: baseline, as any decoder reads them.

Written straight as coefficients: block by block a mean for shape and light, and grain in the higher
ones, as much of it as the size asks for. Each code is of one length, which needs no statistics.
"""

PORTRAIT = (600, 800, 3)   # what recommendations for photographs ask for at the least
SCAN = (1240, 1752, 1)     # a page at 150 points an inch
VARIANTS = 24
LEVELS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 33, 41, 50, 63)
AC_SYMBOLS = [0x00, 0xf0] + [run << 4 | size for run in range(16) for size in range(1, 11)]
AC_CODE = {symbol: f"{code:08b}" for code, symbol in enumerate(AC_SYMBOLS)}
COMMENT_MIN, COMMENT_MAX = 4, 65_535
SLACK = 300                # bytes that are left for the comment


def number_bits(value):
    """The size class of a coefficient and its bits."""
    if value == 0:
        return 0, ""
    size = abs(value).bit_length()
    return size, f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"


def segment(marker, data):
    return bytes([0xff, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def table(kind, length, symbols):
    """Huffman table of codes that all have `length` bits."""
    return segment(0xc4, bytes([kind]) + bytes(len(symbols) if bits == length else 0
                                               for bits in range(1, 17)) + bytes(symbols))


def headers(width, height, parts):
    """Everything up to the frame, and the head of the scan."""
    frame = bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([parts])
    frame += b"".join(bytes([number, 0x11, 0]) for number in range(1, parts + 1))
    scan = bytes([parts]) + b"".join(bytes([number, 0]) for number in range(1, parts + 1))
    before = (b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1\1\0\x96\0\x96\0\0")
              + segment(0xdb, bytes([0, 8] + [12] * 63)))
    after = (segment(0xc0, frame) + table(0x00, 4, range(12)) + table(0x10, 8, AC_SYMBOLS)
             + segment(0xda, scan + bytes([0, 63, 0])))
    return before, after


def grain(dice):
    """For each level some ways to write the coefficients behind the mean, as bits."""
    out = []
    for level in LEVELS:
        ways = []
        for _ in range(VARIANTS):
            bits = []
            for at in range(level):
                value = dice.between(1, 6 if at < 6 else 2) * (1 if dice.chance(0.5) else -1)
                size, text = number_bits(value)
                bits.append(AC_CODE[size] + text)
            ways.append("".join(bits) + (AC_CODE[0] if level < 63 else ""))
        out.append((sum(map(len, ways)) / VARIANTS, ways))
    return out


class Scan:
    """The coded picture: bits in, bytes out, 0xff followed by 0."""

    def __init__(self):
        self.rows = []
        self.size = 0
        self.rest = ""

    def add(self, parts, last=False):
        bits = self.rest + "".join(parts)
        if last:
            bits += "1" * (-len(bits) % 8)
        whole = len(bits) // 8 * 8
        self.rest = bits[whole:]
        if whole:
            row = int(bits[:whole], 2).to_bytes(whole // 8, "big").replace(b"\xff", b"\xff\0")
            self.rows.append(row)
            self.size += len(row)


def picture(width, height, parts, size, dice, shade):
    """`shade(x, y, part)` is the mean of a block, -100 to 100, of places from 0 to 1."""
    before, after = headers(width, height, parts)
    across, down = -(-width // 8), -(-height // 8)
    room = size - len(before) - len(after) - SLACK - 2
    levels, scan, last = grain(dice), Scan(), [0] * parts
    for y in range(down):
        left = (room - scan.size) * 8 / ((down - y) * across * parts)
        row = []
        for x in range(across):
            for part in range(parts):
                mean = shade(x / across, y / down, part)
                kind, bits = number_bits(mean - last[part])
                last[part] = mean
                row.append(f"{kind:04b}" + bits + dice.one(best(levels, left - 5, dice)))
        scan.add(row, last=y == down - 1)
    coded = b"".join(scan.rows)
    comment = size - len(before) - len(after) - len(coded) - 2
    if not COMMENT_MIN <= comment <= COMMENT_MAX + 2:
        raise ValueError(f"no picture of {width} x {height} has {size} bytes")
    note = (b"synthetic, nobody is on it; " * (comment // 28 + 1))[:comment - 4]
    return before + segment(0xfe, note) + after + coded + b"\xff\xd9"


def best(levels, bits, dice):
    """The ways of the level above or below the wanted bits, so that the mean is met."""
    low_bits, low = levels[0]
    for high_bits, high in levels:
        if high_bits > bits:
            share = (bits - low_bits) / (high_bits - low_bits) if high_bits > low_bits else 0
            return high if dice.chance(share) else low
        low_bits, low = high_bits, high
    return low


def portrait(size, dice):
    """A head and shoulders without a face before a plain wall."""
    wall, skin, dress = ([dice.between(low, low + 40) for _ in range(3)] for low in (20, -20, -80))
    wide = dice.uniform(0.2, 0.26)

    def shade(x, y, part):
        if ((x - 0.5) / wide) ** 2 + ((y - 0.4) / 0.28) ** 2 < 1:
            return skin[part]
        if y > 0.7 and abs(x - 0.5) < 0.2 + (y - 0.7) * 0.9:
            return dress[part]
        return wall[part] + int(20 * (0.5 - y))

    return picture(*PORTRAIT, size, dice, shade)


def scan(size, dice):
    """Lines of nothing on a page."""
    ends = [dice.uniform(0.4, 0.9) for _ in range(60)]

    def shade(x, y, _part):
        is_line = 0.1 < x < ends[int(y * 60)] and 0.08 < y < 0.92 and int(y * 120) % 2
        return -60 if is_line and int(x * 155) % 4 else 90

    return picture(*SCAN, size, dice, shade)
