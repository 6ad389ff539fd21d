"""Product of two matrices that are lists of lists of floats."""

SIZE, QUICK = 100, 50
CHECKSUMS = {SIZE: 2271375.0, QUICK: 278400.0}


def multiply(a, b, n):
    result = [[0.0] * n for _ in range(n)]
    for i in range(n):
        row = a[i]
        out = result[i]
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += row[k] * b[k][j]
            out[j] = total
    return result


def setup(size=SIZE):
    a = [[(i * j % 7) + 0.5 for j in range(size)] for i in range(size)]
    b = [[(i + j) % 5 - 1.25 for j in range(size)] for i in range(size)]
    return a, b, size


def run(state):
    a, b, n = state
    product = multiply(a, b, n)
    return sum(map(sum, product))
