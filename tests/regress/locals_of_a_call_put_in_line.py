"""A call of `locals` makes the frame a dict of its variables, and no frame object: a call put in line that had one kept
the dict, and all in it, for ever."""

import sys

DEATHS = []


class Ending:
    def __init__(self, n):
        self.n = n

    @property
    def half(self):
        return self.n // 2 + len(locals())

    def twice(self, extra):
        named = sorted(locals())
        return self.n * 2 + extra + len(named)

    def __del__(self):
        DEATHS.append((self.n, sys._getframe(1).f_code.co_name))


def halves(n):
    t = 0
    for k in range(n):
        t += Ending(k).half
    return t


def doubles(n):
    t = 0
    for k in range(n):
        t += Ending(k).twice(t & 7)
    return t


def told(function):
    found = []
    for n in range(12):
        found.append((function(n), DEATHS[:]))
        DEATHS.clear()
    return found


def case_of_a_property():
    return told(halves)


def case_of_a_method():
    return told(doubles)
