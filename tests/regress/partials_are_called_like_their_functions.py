"""Objects of functools.partial: arguments, names, what there is to complain about, subclasses, changes in between."""

import functools
import sys


def show(*args, **keywords):
    return args, keywords


def add(a, b, c=0):
    return a + b + c


class Adding(functools.partial):
    pass


class Doubling(functools.partial):
    def __call__(self, *args):
        return super().__call__(*args), super().__call__(*args)


class Point:
    def __init__(self, x, y=5):
        self.at = x, y

    def moved(self, by, times=1):
        return self.at, by, times

    twice = functools.partialmethod(moved, times=2)


def told(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error), depth(error.__traceback__)


def depth(traceback):
    count = 0
    while traceback is not None:
        count += 1
        traceback = traceback.tb_next
    return count


PARTIALS = [
    functools.partial(add, 5),
    functools.partial(add, 5, c=3),
    functools.partial(add, b=1),
    functools.partial(add),
    functools.partial(functools.partial(add, 1), 2),
    functools.partial(show, 1, 2, x=3, y=4),
    functools.partial(show, *range(20)),
    functools.partial(show, **{f"k{n}": n for n in range(20)}),
    functools.partial(show, z=1, a=2),
    functools.partial(int, base=2),
    functools.partial(Point, 1),
    functools.partial(Point, y=1),
    functools.partial(max, 3),
    functools.partial(Point.moved, Point(1)),
    functools.partial(sorted, key=lambda item: -item),
    Adding(add, 1),
    Adding(add, 1, c=2),
    Doubling(add, 1),
]


def plain(value):
    return value.at if isinstance(value, Point) else value


def case_calls():
    out = []
    for partial in PARTIALS:
        for args in ((), (1,), (1, 2), ("101",), ([1, 2],)):
            for _ in range(4):
                out.append(repr(plain(told(partial, *args))))
            out.append(repr((plain(told(lambda: partial(7))), plain(told(lambda: partial(7, 8))))))
    return out, Point(3).twice(4)


def case_keywords_given_too():
    partial = functools.partial(show, 1, x=2)
    return [(partial(5), partial(5, x=3), partial(y=4), partial(*[1, 2], **{"x": 9})) for _ in range(30)]


def case_changed_while_called():
    def change(a, b):
        partial.__setstate__((add, (a + 1,), {}, None))
        return a, b

    out = []
    for n in range(30):
        partial = functools.partial(change, n)
        out.append((partial(2), partial(3), partial(4)))
    return out


def deep(n):
    return n if n == 0 else 1 + functools.partial(deep, n - 1)()


def case_recursion():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        return [deep(50) for _ in range(10)], told(lambda: deep(100000))[:2]
    finally:
        sys.setrecursionlimit(before)
