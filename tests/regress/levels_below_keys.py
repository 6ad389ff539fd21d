"""Functions that make keys for max, min and sorted are one level of recursion further down than these."""


def deepest(run):
    reached = [0]

    def deep(n):
        reached[0] = n
        return run(n, lambda x: deep(n + 1) if n < 5000 else 0)

    try:
        deep(0)
    except RecursionError:
        return reached[0]


def greatest(n, key):
    return max([n], key=key)


def least(n, key):
    return min([n, n], key=key)


def case_greatest_and_least():
    return [(deepest(greatest), deepest(least)) for _ in range(3)]


def case_sorted():
    """CPython counts a level less once it knows that it is sorted that is called."""
    for _ in range(4):
        reached = deepest(lambda n, key: sorted([n, 1], key=key))
    return reached // 4
