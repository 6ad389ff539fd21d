"""`sys.getrefcount` of a variable or a constant was one less in compiled code, which hands over no reference of its own where
the interpreter holds one on its operand stack; so a count before a guard failed differed from one behind it."""

import sys


def counts(more):
    thing = object()
    found = [sys.getrefcount(thing)]
    for k in more:
        held = [thing] * 2
        found.append(sys.getrefcount(thing) - found[0])
        found.append(sys.getrefcount(object()))
        found.append(sys.getrefcount(held[0]) - found[0])
        count = sys.getrefcount
        found.append(count(held) + k)
        del held
    return found


def constants(n):
    before = sys.getrefcount(10), sys.getrefcount(1234.5)
    for i in range(n):
        held = [i]
    after = sys.getrefcount(10), sys.getrefcount(1234.5)
    return held, [a - b for a, b in zip(after, before, strict=True)]


def waiting():
    try:
        other = yield
        yield other
    finally:
        pass


def case_variable():
    return [counts(more) for more in ([1, 2], [1, 2.5], [2**70])]


def case_constant():
    return [constants(n) for n in (1, 3, 8)]


def case_generator():
    g = waiting()
    next(g)
    g.send(g)
    return sys.getrefcount(g)
