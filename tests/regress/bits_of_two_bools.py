"""&, | and ^ of two bools give a bool, also where one of them is known by its variable's type only."""

LIMIT = 4


def compared(a):
    return LIMIT >= a <= 2


def case_one_in_a_variable():
    def both(x, z, d):
        z = z > 3
        z ^= x in d
        return z

    return [repr(both(1.5, n % 6, {1.5: 2, 7: 8})) for n in range(40)]


def case_one_from_a_call():
    def both(x, z, d):
        z = compared(z)
        return z | (x in d), (x in d) & z, z ^ (x > 1)

    return [repr(both(n, n % 6, {1: 2})) for n in range(40)]


def case_chained():
    def both(x, z, d):
        z = LIMIT >= z <= 2
        y = x in d
        return z & y, y | z, y ^ z, z + y, z - y

    return [repr(both(n % 3, n % 6, {1: 2})) for n in range(40)]
