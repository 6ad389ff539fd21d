"""Edit distance of two texts with two rolling rows: string indexing, lists, min of three."""

SIZE, QUICK = 420, 200
CHECKSUMS = {SIZE: 359, QUICK: 172}


def distance(one, two):
    previous = list(range(len(two) + 1))
    for i in range(len(one)):
        current = [i + 1]
        for j in range(len(two)):
            change = previous[j] + (one[i] != two[j])
            delete = previous[j + 1] + 1
            insert = current[j] + 1
            best = change
            if delete < best:
                best = delete
            if insert < best:
                best = insert
            current.append(best)
        previous = current
    return previous[-1]


def setup(size=SIZE):
    one = "".join(chr(97 + k * k % 23) for k in range(size))
    two = "".join(chr(97 + (k * 7 + k // 3) % 23) for k in range(size))
    return one, two


def run(state):
    return distance(*state)
