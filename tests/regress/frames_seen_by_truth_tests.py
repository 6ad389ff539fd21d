"""What a caller's f_locals show to code that a truth test runs: the numbers as they are at that moment."""

import sys


class Seen:
    def __init__(self, log):
        self.log = log

    def __bool__(self):
        self.log.append(sys._getframe(1).f_locals["i"])
        return len(self.log) % 3 != 0


class OnlySized:
    def __init__(self, log):
        self.log = log

    def __len__(self):
        self.log.append(sys._getframe(1).f_locals["total"])
        return len(self.log) % 2


def count(what, n):
    total, i = 0, 0
    while i < n:
        i += 1
        total += i
        if what:
            total += 2
        if not what or i % 7 == 6:
            total -= 1
        flag = bool(what)
        total += what and 1 or 0 if flag else 3
    return total, i


def late(what, n):
    total, i = 0.5, 0
    while i < n:
        i += 1
        if i > 3:
            share = total / i
        if what:
            total += 1.25
    return total, share


class Raises:
    def __init__(self):
        self.asked = 0

    def __bool__(self):
        self.asked += 1
        if self.asked == 9:
            raise ValueError(sys._getframe(1).f_locals)
        return True


def guarded(what, n):
    i = total = 0
    while True:
        try:
            i += 1
            if what:
                total += i
            if i > n:
                return i, total
        except ValueError as error:
            shown = error.args[0]
            return i, total, shown["i"], shown["total"]


def case_seen():
    log = []
    return [count(kind(log), 30) for kind in (Seen, OnlySized)], log


def case_plain_values():
    return [
        count(what, 12)
        for what in (
            0,
            1,
            2**70,
            0.0,
            1.5,
            "",
            "a",
            b"",
            b"a",
            [],
            [0],
            (),
            (0,),
            {},
            {1: 2},
            set(),
            {1},
            None,
        )
        + (True, False, frozenset(), range(0), range(3), object(), len, count, int, 1j, 0j, memoryview(b""))
    ]


def case_floats():
    log = []
    return late(Seen(log), 20), late(True, 20), log


def case_raises():
    return guarded(Raises(), 20), guarded(1, 20)
