"""MD5 after RFC 1321, in pure Python: 32-bit arithmetic and rotations."""

import math

SIZE, QUICK = 64_000, 16_000
CHECKSUMS = {SIZE: "a997e7ba4048b3317cf0465510d42e09", QUICK: "420724d68c2572381e5df4d0c18c9a8e"}

SHIFTS = [7, 12, 17, 22] * 4 + [5, 9, 14, 20] * 4 + [4, 11, 16, 23] * 4 + [6, 10, 15, 21] * 4
SINES = [int(abs(math.sin(k + 1)) * 2**32) & 0xFFFFFFFF for k in range(64)]


def md5(message):
    a0, b0, c0, d0 = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476
    data = bytearray(message)
    length = len(data) * 8
    data.append(0x80)
    while len(data) % 64 != 56:
        data.append(0)
    data += length.to_bytes(8, "little")
    for start in range(0, len(data), 64):
        words = [int.from_bytes(data[k : k + 4], "little") for k in range(start, start + 64, 4)]
        a, b, c, d = a0, b0, c0, d0
        for k in range(64):
            if k < 16:
                mixed = (b & c) | (~b & d)
                word = k
            elif k < 32:
                mixed = (d & b) | (~d & c)
                word = (5 * k + 1) % 16
            elif k < 48:
                mixed = b ^ c ^ d
                word = (3 * k + 5) % 16
            else:
                mixed = c ^ (b | (~d & 0xFFFFFFFF))
                word = 7 * k % 16
            total = (mixed + a + SINES[k] + words[word]) & 0xFFFFFFFF
            a, d, c = d, c, b
            turn = SHIFTS[k]
            b = (b + ((total << turn) | (total >> (32 - turn)))) & 0xFFFFFFFF
        a0 = (a0 + a) & 0xFFFFFFFF
        b0 = (b0 + b) & 0xFFFFFFFF
        c0 = (c0 + c) & 0xFFFFFFFF
        d0 = (d0 + d) & 0xFFFFFFFF
    return b"".join(part.to_bytes(4, "little") for part in (a0, b0, c0, d0)).hex()


def setup(size=SIZE):
    return bytes(k * 31 % 256 for k in range(size))


def run(state):
    return md5(state)
