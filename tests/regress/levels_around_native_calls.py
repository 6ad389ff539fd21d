"""Calls put in line without a frame are levels of recursion too while a native function runs that they call."""


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def through(n):
    return 0 if n == 0 else between(n) + 1


def between(n):
    return again(n - 1)


def again(n):
    return through(n)


def floats(x, n):
    return x if n == 0 else floats(x + 0.5, n - 1)


class Holder:
    def __init__(self, n):
        self.value = deep(n)


def first_failure(f, begin, end):
    for n in range(begin, end):
        try:
            f(n)
        except RecursionError:
            return n
    return None


def made(n):
    return Holder(n).value


def case_depths():
    out = []
    for f in (deep, made, lambda n: floats(0.0, n)):
        for k in (10, 20, 30):
            f(k)
        out.append(first_failure(f, 900, 1010))
    through(20)
    out.append(first_failure(through, 250, 360))
    return out
