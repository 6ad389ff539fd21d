"""The rest of an int below 0 by 2**64 was boxed as the object that its bits were unboxed from."""


def lengths(z, count):
    found = []
    for _ in range(count):
        rest = ~z % 2**64
        found.append((rest.bit_length(), rest, (~z & 0xFFFFFFFFFFFFFFFF).bit_length(), rest is z))
    return found


def rests(values):
    return [(-value % 2**64, [value % 2**64], value % 2**63, value % 2**32) for value in values]


def case_of_its_length():
    return [lengths(z, 4) for z in (2**32 - 102310, 5, 0, -8, 0x69D2483E1A63D2E0, 2**64 - 1, -1)]


def case_in_containers():
    return [rests([n, -n, n * 3, 7 - n]) for n in range(0, 5000, 500)]
