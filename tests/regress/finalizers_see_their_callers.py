"""An object of a class with `__del__` that a call put in line without a frame made, and that ended as a method put in line
returned: the method's caller had no frame yet, and the finalizer found the caller's caller behind it."""

import sys

SEEN = []


class Ends:
    def __init__(self, n):
        self.n = n

    def step(self, by):
        return self.n + by

    def __del__(self):
        SEEN.append(sys._getframe(1).f_code.co_name)


def of_an_attribute(n):
    return Ends(n).n


def of_a_method(n):
    return Ends(n).step(1)


def kept(n):
    ends = Ends(n)
    return ends.step(2)


def unused(n):
    Ends(n)
    return n


def outer(function, many):
    total = 0
    for n in range(many):
        total += of_an_attribute(n) + of_a_method(n) + kept(n) + unused(n)
        total += function(n)
    return total


def case_ends():
    SEEN.clear()
    return [outer(function, 4) for function in (of_a_method, kept, unused)], SEEN[:]
