"""Tuples that are compared where one of them is made or constant: part by part, with no tuple where nobody sees it."""

from collections import namedtuple

NAN = float("nan")
Point = namedtuple("Point", "x y")


class Told:
    """Says that it was asked."""

    asked = []

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        Told.asked.append((self.number, other if isinstance(other, int) else "other"))
        return self.number == other

    def __lt__(self, other):
        Told.asked.append("lt")
        return True


def with_constant(a, b):
    return (a, b) == (0, 1), (a, b) != (0, 1), (0, 1) == (a, b), (a, b) == (2**63, 1), (a, b) != (1, 2, 3)


def in_order(a, b, c, d):
    return (a, b) < (c, d), (a, b) <= (c, d), (a, b) > (c, d), (a, b) >= (c, d), (a, b) == (c, d)


def by_constant(a, b):
    return (a, b) < (0, 5), (a, b) <= (0, 5), (a, b) > (0, 5), (a, b) >= (0, 5)


def with_any(pair, a, b):
    return pair == (a, b), (a, b) != pair, pair == (3, 4)


VALUES = [0, 1, -1, True, 0.0, 1.0, NAN, 2**62, 2**63, -(2**63), None, "a", "", (0, 1), [0], 1j]


def case_constants():
    out = []
    for turn in range(60):
        values = VALUES[:3] if turn < 40 else VALUES
        out = [with_constant(a, b) for a in values for b in values]
    return out


def case_order_of_numbers():
    out = []
    numbers = [0, 1, -5, 2**62, 2**63, -(2**63), -(2**63) - 1, 0.5, NAN]
    for turn in range(40):
        values = numbers[:4] if turn < 30 else numbers
        out = [in_order(a, b, c, d) for a in values for b in values for c in values for d in values[:4]]
        out.append([by_constant(a, b) for a in values for b in values])
    return out


def case_order_of_others():
    out = []
    for turn in range(40):
        for parts in ((0, 1, 0, 2), ("a", 1, "b", 0), ("a", 1, "a", None), (None, 1, None, 2), (0, "x", 1, 5)):
            try:
                out.append(in_order(*parts))
            except TypeError as error:
                out.append(str(error))
    return out[-20:]


def case_any_pair():
    out = []
    pairs = [(3, 4), (3, 5), (1.0, 2.0), ("x", None), (NAN, NAN)]
    for turn in range(80):
        if turn == 60:
            pairs += [Point(3, 4), (), (1,), (1, 2, 3), [3, 4], None, 7, Point(NAN, 1)]
        for pair in pairs:
            out.append([with_any(pair, a, b) for a in (3, 1, NAN, "x") for b in (4, 2.0, None)])
    return out[-200:]


def case_asked():
    out = []
    for turn in range(60):
        Told.asked.clear()
        first = Told(1) if turn > 40 else 1
        out.append((with_constant(first, 1)[:4], with_constant(0, first)[:4], with_any((first, 4), 1, 4)))
        try:
            out.append(in_order(first, 1, 1, 2))
        except TypeError as error:
            out.append(str(error))
        out.append(list(Told.asked))
    return out


def walk(steps, goal):
    place = (0, 0)
    met = 0
    for step in steps:
        move = (step % 3 - 1, step % 5 - 2)
        if move == (0, 0):
            met += 1
            continue
        place = (place[0] + move[0], place[1] + move[1])
        if place == move:
            met += 10
        if place != goal and place == (0, 0):
            met += 100
    return met, place


def case_walk():
    out = []
    for turn in range(40):
        out.append(walk(range(turn, turn + 60), (1, 2) if turn % 2 else None))
        out.append(walk([2**62 * k for k in range(20)], (0, -1)))
    return out


def joined(n):
    """The tuple in a variable is another one by which way it was come."""
    out = []
    for i in range(n):
        pair = (i, i + 1)
        if i % 3 == 0:
            pair = (i + 1, i)
        if i % 5 == 0:
            kept = pair
        else:
            kept = (i, i)
            pair = kept
        out.append((pair == kept, pair == (i, i + 1), pair is kept, kept == (i, i)))
        del pair
        try:
            out.append(pair == (0, 0))
        except UnboundLocalError:
            pair = (0, 0)
        out.append(pair == (0, 0))
    return out


def case_joined():
    return [joined(n) for n in (3, 30, 60, 30)]
