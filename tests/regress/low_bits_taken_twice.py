"""The low bits of a large int, taken once where a mask made a number of it and again where another mask looked at
that number: the second look gave the first its own state to leave with, which has what was not there yet."""

MASK = 2**64 - 1


def moved(value, count):
    return value >> count


def turns(x, count):
    z = 1
    for _ in range(count):
        z = (-x & (x - x)) % 2**64
        x = moved((((z & 0xB2974CF2E2ED22A6) - (4 ^ z)) & ((4 + x) + (3 - 0x852CA80A14CE8A53))) & MASK, 7)
    return x, z


def chosen(data, count, x):
    seen = []
    for i in range(count):
        z = (x * 0x9E3779B97F4A7C15 - data[i % len(data)]) & MASK
        seen.append(max(z & 0xFFFF, ((z - 5) & (z ^ i)) & 0xFF))
        x = z
    return seen, x


def case_of_functions_below():
    return [turns(x, 14) for x in (2**62 - 1, 2**62 + 1, 2**62, 0x14F5CBCEA6C43CAA, 2**62 - 1, 2**62)]


def case_of_any_size():
    return [chosen([1, 2**63, 3, 2**64 - 5, 2**70, -7], 12, x) for x in (1, 2**63, -(2**70), 5)]


def truths(x, count):
    found = []
    for i in range(count):
        x = (x * 0x9E3779B97F4A7C15 + i) & MASK
        found.append((bool(x << i), bool((x & 0xFF) << 60), not x << 1, (x << 2 or 1) & 7))
    return found


def case_truth_of_any_size():
    return [truths(x, 12) for x in (1, 0, 2**63, 5)]
