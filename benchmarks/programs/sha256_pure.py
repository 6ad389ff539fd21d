"""SHA-256 after FIPS 180-4, in pure Python: helper functions on 32-bit words."""

SIZE, QUICK = 8_000, 2_000
CHECKSUMS = {
    SIZE: "e7c6116f98a15999e66a066448660984388fb892a2cd337cc69d513af4a190c8",
    QUICK: "6d1ac27b846d38d8b494fc88c9b32b0a9c34c9f500b8c4b6d393ededea70e588",
}
MASK = 0xFFFFFFFF


def primes(count):
    found = []
    n = 2
    while len(found) < count:
        if all(n % p for p in found):
            found.append(n)
        n += 1
    return found


def root_bits(n, power):
    """The first 32 bits of the fraction of a prime's root, by integer search."""
    low, high = 0, n << 36
    while low < high:
        middle = (low + high + 1) // 2
        if middle**power <= n << (32 * power):
            low = middle
        else:
            high = middle - 1
    return low & MASK


ROUNDS = [root_bits(p, 3) for p in primes(64)]
START = [root_bits(p, 2) for p in primes(8)]


def rotate(x, n):
    return ((x >> n) | (x << (32 - n))) & MASK


def block(state, words):
    for k in range(16, 64):
        one, two = words[k - 15], words[k - 2]
        s0 = rotate(one, 7) ^ rotate(one, 18) ^ (one >> 3)
        s1 = rotate(two, 17) ^ rotate(two, 19) ^ (two >> 10)
        words.append((words[k - 16] + s0 + words[k - 7] + s1) & MASK)
    a, b, c, d, e, f, g, h = state
    for k in range(64):
        s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        choice = (e & f) ^ (~e & g)
        t1 = (h + s1 + choice + ROUNDS[k] + words[k]) & MASK
        s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        majority = (a & b) ^ (a & c) ^ (b & c)
        t2 = (s0 + majority) & MASK
        a, b, c, d, e, f, g, h = (t1 + t2) & MASK, a, b, c, (d + t1) & MASK, e, f, g
    return [(x + y) & MASK for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def sha256(message):
    padded = message + b"\x80" + bytes(-(len(message) + 9) % 64) + (len(message) * 8).to_bytes(8, "big")
    state = list(START)
    for start in range(0, len(padded), 64):
        state = block(state, [int.from_bytes(padded[k : k + 4], "big") for k in range(start, start + 64, 4)])
    return "".join(f"{x:08x}" for x in state)


def setup(size=SIZE):
    return bytes(k * 17 % 256 for k in range(size))


def run(state):
    return sha256(state)
