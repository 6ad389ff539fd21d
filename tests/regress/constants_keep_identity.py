"""A constant that a call put in line was given and stored in a variable came back as another object: it is the
caller's constant, and was boxed anew from its number."""


def same(a):
    x = a
    y = --x
    return (x is y) + 2 * (x is a) + 4 * (y is None)


def of_a_float(p, items):
    for _ in items:
        p -= same(1.5)
    return p


def of_an_int(p, items):
    for _ in items:
        p -= same(100000)
    return p


def case_constant_in_a_variable():
    return [of_a_float(n, [1, 2, 3]) for n in range(10)], [of_an_int(n, [1, 2, 3]) for n in range(10)]
