"""A number computed in a call put in line is one object, though it is boxed where it is given away and asked for again
behind an exit, and though its bits are more than a register has."""

MOST = 2**63 - 1


def in_a_list(a, b, c):
    x = a + b
    g = [x] if c else None
    return g[0] is x if g else x is x


def in_either(a, b, c):
    x = a * b
    g = [x] if c > 2 else (x,)
    return (g[0] is x) + 2 * (x is x)


def of_any_size(c, b, a):
    x = a
    y = a
    return (x is y) + 2 * (x is a) + 4 * (y is None)


def given_twice(a, b):
    x = a * b
    return same(x, x is None, x)


def same(x, y, z):
    return (x is z) + y


def case_of_ints():
    return [(in_a_list(i, 1000, i & 1), in_either(i, 7000, i & 7), given_twice(i, 900)) for i in range(40)]


def case_of_floats():
    return [(in_a_list(i, 0.5, i & 1), in_either(i, 7000.5, i & 7), given_twice(i, 0.3)) for i in range(40)]


def case_beyond_a_register():
    found = []
    for i in range(40):
        found.append((of_any_size(1, 2, i * MOST), in_either(i, MOST, i & 7), given_twice(i, MOST)))
    return found
