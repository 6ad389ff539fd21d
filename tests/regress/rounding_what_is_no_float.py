"""`floor` and `ceil` of an int from 2**63 to 2**64 went by a float, which has 53 bits."""

import math

MASK = 2**64 - 1


def rounded(x, count):
    found = []
    for i in range(count):
        x = (x * 0x9E3779B97F4A7C15 + i) & MASK
        found.append((math.floor(x), math.ceil(x), math.floor(x << i), math.trunc(x), int(x), abs(x), round(x)))
    return found


def compared(x, count):
    found = []
    for i in range(count):
        x = (x * 0x9E3779B97F4A7C15 + i) & MASK
        found.append((max(x, i), min(x, MASK - i), max(x, 0.5), min(x, 1e30), math.sqrt(x), math.fabs(x), float(x)))
    return found


def case_rounded():
    return [rounded(x, 12) for x in (1, 2**63 + 1, 2**64 - 1, 5)]


def case_compared():
    return [compared(x, 12) for x in (1, 2**63 + 1, 2**64 - 1, 5)]
