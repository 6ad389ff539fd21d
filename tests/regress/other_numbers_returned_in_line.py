"""A call put in line gave a number of the other kind than was guessed: the bits of a float were taken for an object,
an int became a float."""


class Tally:
    m = 2.5

    def __init__(self):
        self.n = 1
        self.x = 0

    def step(self, a):
        self.x = self.n
        return self.m

    def far(self, a):
        self.n += 1
        t = a
        u = min(7, t + t)
        del t
        return u + a


def chosen(n, a, b):
    return a + a if n % 5 else b + b


def tallied(total, thing, count):
    for _ in range(count):
        total = thing.step(thing.far(total))
    return total


def chosen_in_line(values, count):
    out = []
    for n in range(count):
        a, b = values[n % len(values)]
        out.append(chosen(n, a, b))
    return out


def case_tallied():
    return [repr(tallied(start, Tally(), 12)) for start in (0, 1.5, 7, 0.25)]


def case_chosen():
    return [
        chosen_in_line([(1, 2.5), (1, 2)], 12),
        chosen_in_line([(1.5, 2)], 12),
        chosen_in_line([(1, 2.0)], 12),
    ]
