"""A call of a built-in function is a level of recursion, also where it is done in line: one at the limit raises."""

import sys


def depth():
    frame, levels = sys._getframe(1), 0
    while frame:
        frame, levels = frame.f_back, levels + 1
    return levels


def most(function, value):
    """How deep it may go, and what it says then."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth() + 30)
    try:
        n = 0
        while True:
            try:
                function(n, value)
            except RecursionError as error:
                return n, str(error)
            n += 1
    finally:
        sys.setrecursionlimit(limit)


def ends_in_abs(n, value):
    if n == 0:
        return abs(value)
    return ends_in_abs(n - 1, value) + 1


def ends_in_min(n, value):
    if n == 0:
        return min(value, 2)
    return ends_in_min(n - 1, value) + 1


def ends_in_ord(n, value):
    if n == 0:
        return ord(value)
    return ends_in_ord(n - 1, value) + 1


def ends_in_divmod(n, value):
    if n == 0:
        return divmod(value, 2)[1]
    return ends_in_divmod(n - 1, value) + 1


def ends_in_method(n, value):
    if n == 0:
        return value.isdigit() + 1
    return ends_in_method(n - 1, value) + 1


def case_levels():
    for _ in range(40):
        out = [
            most(ends_in_abs, -3),
            most(ends_in_min, -3),
            most(ends_in_ord, "a"),
            most(ends_in_divmod, 7),
            most(ends_in_method, "a"),
        ]
    return out
