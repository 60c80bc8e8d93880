"""Random choices that are the same in every version of Python, and the distributions that are used.

Only seeding with a whole number and random() are promised never to change; all else is made of
them. Bytes come from SHAKE-256.
"""

import hashlib
import math
import random


def key_of(*parts):
    """A number of 63 bits that stands for these words."""
    text = "/".join(str(part) for part in parts).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


def bytes_of(seed, count):
    """`count` bytes that look random."""
    return hashlib.shake_256(f"bytes/{seed}".encode()).digest(count)


class Dice:
    """One stream of random choices. `Dice(seed, "names")` is another one than `Dice(seed)`."""

    def __init__(self, *parts):
        self._random = random.Random(key_of(*parts)).random

    def chance(self, share):
        return self._random() < share

    def uniform(self, low, high):
        return low + (high - low) * self._random()

    def below(self, count):
        """A whole number from 0 to count - 1."""
        return min(int(self._random() * count), count - 1)

    def between(self, low, high):
        """A whole number, both ends among them."""
        return low + self.below(high - low + 1)

    def one(self, values):
        return values[self.below(len(values))]

    def weighted(self, pairs):
        """One of (value, weight) pairs."""
        left = self._random() * sum(weight for _, weight in pairs)
        for value, weight in pairs:
            left -= weight
            if left < 0:
                return value
        return pairs[-1][0]

    def some(self, values, count):
        """`count` different ones of the values, in an order of their own."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def log_uniform(self, low, high):
        return math.exp(self.uniform(math.log(low), math.log(high)))

    def along(self, points):
        """A value of the distribution whose quantiles are (share, value) points.

        Between them it is log-linear. The first point has share 0, the last one share 1.
        """
        at = self._random()
        for (left, low), (right, high) in zip(points, points[1:]):
            if at <= right:
                part = (at - left) / (right - left)
                return math.exp(math.log(low) + part * (math.log(high) - math.log(low)))
        return points[-1][1]

    def waiting(self, mean):
        """A time until something happens that happens once in `mean` on average."""
        return -mean * math.log(1 - self._random())

    def uuid7(self, at_ms):
        """The text of a UUIDv7 of this time."""
        value = at_ms << 80 | 7 << 76 | self.below(1 << 12) << 64
        value |= 2 << 62 | self.below(1 << 30) << 32 | self.below(1 << 32)
        text = f"{value:032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
