#!/usr/bin/env python3
"""Writes a synthetic photograph: a PNG of colour gradients with film grain, the same at every run.

usage: make_photograph.py FILE [WIDTH HEIGHT]

Nobody is on it. The grain keeps it from being compressed away; 1000 x 700 gives 2.1 MB.
"""
import random
import struct
import sys
import zlib


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def pixels(width, height):
    grain = random.Random(20261124)
    across = [255 * x // width for x in range(width)]
    size = 3 * width
    coarse = int.from_bytes(b"\xe0" * size, "big")
    fine = int.from_bytes(b"\x1f" * size, "big")
    for y in range(height):
        down = 255 * y // height
        row = bytes(value for x in range(width) for value in (across[x], down, 255 - across[x]))
        mixed = (int.from_bytes(row, "big") & coarse) | (
            int.from_bytes(grain.randbytes(size), "big") & fine)
        yield b"\0" + mixed.to_bytes(size, "big")


def main(path, width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    note = b"Comment\0synthetic, made by a script"
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", note) +
                  chunk(b"IDAT", zlib.compress(b"".join(pixels(width, height)), 0)) +
                  chunk(b"IEND", b""))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    width, height = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) == 4 else (1000, 700)
    main(sys.argv[1], width, height)
