"""A number that a variable held unboxed beside its object was boxed anew for the frame of a call put in line: `is` told the
argument from the object that the caller still has, and that a container was given."""

import sys

SEEN = {}


def noted(a, b):
    SEEN[a] = SEEN.get(a, 0) + b
    return len([key for key in SEEN if key is not a])


def unchanged(q, many):
    total = 0.0
    for _ in range(many):
        total -= noted(q, 1)
    return total


def held_by(a):
    return a is sys._getframe(1).f_locals["changing"]


def changes(changing, many):
    same = 0
    for _ in range(many):
        changing += 1.5
        same += held_by(changing)
    return same


def case_unchanged():
    SEEN.clear()
    return [unchanged(q, n) for q in (0.5, 2**40, 3) for n in (1, 4, 6)]


def case_changes():
    return [changes(x, n) for x in (0.5, 2**40) for n in (1, 5, 9)]


def large(many):
    total = 0
    for _ in range(many):
        total += noted(2**40 + 1, 1)
    return total


def looped(a, many):
    b = a
    for _ in range(many):
        if noted(b, 1) > 1 or b is not a:
            return -1
    return b is a


def large_in_a_loop(many):
    found = []
    for n in range(many):
        SEEN.clear()
        found.append(looped(2**41 + 3, n))
    return found


def case_large():
    SEEN.clear()
    return [large(n) for n in (1, 5, 9)], large_in_a_loop(4)
