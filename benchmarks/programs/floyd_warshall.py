"""All shortest paths of a graph: three nested loops over a list of lists of ints."""

SIZE, QUICK = 110, 60
CHECKSUMS = {SIZE: 75374, QUICK: 34485}


def shortest(distance):
    n = len(distance)
    for k in range(n):
        through = distance[k]
        for i in range(n):
            row = distance[i]
            first = row[k]
            for j in range(n):
                other = first + through[j]
                if other < row[j]:
                    row[j] = other
    return distance


def setup(size=SIZE):
    return [[0 if i == j else 1 + (i * 17 + j * 31) % 101 for j in range(size)] for i in range(size)]


def run(state):
    distance = shortest([row[:] for row in state])
    return sum(map(sum, distance))
