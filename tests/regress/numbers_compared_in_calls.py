"""A number that a call is made with is one object in the callee, where that compares it with `is`, also after it was
put into a list, and where it is two of the arguments."""

HOLDER = [None]


def keeps(_, value):
    HOLDER[0] = value
    return HOLDER[0] is value


def same(one, _, other):
    return 5 if one is other else 6


def deeper(x, y):
    return same(x, y, x) + same(x + 1, y, x)


def case_put_into_a_list():
    kept = 0
    for i in range(300):
        kept += keeps(i, i << 40)
        kept += keeps(i, kept + 10**9)
    return kept


def case_two_arguments():
    total = 1000
    for i in range(300):
        total += same(total, i, total)
        total += same(total, i, total + 1)
        total += deeper(total, i) + deeper(total + 10**6, i)
        tripled = total * 3
        total += same(tripled, i, tripled)
    return total


def case_floats():
    total = 0.0
    for i in range(300):
        half = i * 0.5
        total += same(half, i, half) + deeper(half, 1) + keeps(1, half)
        total += same(i * 1.5, i, i * 1.5)
    return total
