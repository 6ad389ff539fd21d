"""Items that only their list holds are swapped: the second is read before the first is overwritten, and used after."""


def swap(items, i, j):
    items[i], items[j] = items[j], items[i]


def case_swaps():
    out = []
    for _ in range(80):
        items = [float(n) for n in range(5)]
        for n in range(3):
            swap(items, 0, n + 1)
        others = [float(n) for n in range(100, 120)]
        out.append(items + others[:1])
    return out[:1], all(row == out[0] for row in out)
