"""Best value under a weight limit by dynamic programming: ints in lists, range backwards."""

SIZE, QUICK = 300, 150
CHECKSUMS = {SIZE: 11107, QUICK: 5526}


def best(items, limit):
    table = [0] * (limit + 1)
    for weight, value in items:
        for room in range(limit, weight - 1, -1):
            with_it = table[room - weight] + value
            if with_it > table[room]:
                table[room] = with_it
    return table[limit]


def setup(size=SIZE):
    return [(3 + n * 7 % 41, 10 + n * 13 % 97) for n in range(size)], 8 * size


def run(state):
    return best(*state)
