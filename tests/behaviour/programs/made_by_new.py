"""Calls of classes whose instances a Python __new__ makes: named tuples, singletons, other classes, errors."""

import sys
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple("Point", "x y z", defaults=[7])


class Typed(NamedTuple):
    a: int
    b: str = "b"

    def both(self):
        return f"{self.a}{self.b}"


class Money(float):
    def __new__(cls, amount, unit="eur"):
        self = super().__new__(cls, amount)
        self.unit = unit
        return self


class Single:
    made = None

    def __new__(cls, *args):
        if cls.made is None:
            cls.made = object.__new__(cls)
        return cls.made


class Kind:
    def __new__(cls, which, *rest, **named):
        return object.__new__({0: cls, 1: WithInit, 2: WithBoth}[which]) if which < 3 else which

    def what(self):
        return type(self).__name__


class WithInit(Kind):
    def __init__(self, *args, **named):
        self.args = args, named


class WithBoth(Kind):
    def __new__(cls, *args):
        return object.__new__(cls)


def tried(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error), error.__traceback__.tb_next is not None


def case_named_tuples(n=150):
    out = []
    for k in range(n):
        point = Point(k, k + 1)
        out.append((point, Point(1, z=k, y=3), Point(*point)[0], Point._make([1, 2, k]), point._replace(x=0)))
        out.append((Typed(k), Typed(k, "c").both(), Typed(b="x", a=k)))
    return out[-4:], len(out), hash(tuple(out)) == hash(tuple(out))


def case_wrong_arguments(n=40):
    out = []
    for _ in range(n):
        out.append(tried(lambda: Point()))
        out.append(tried(lambda: Point(1, 2, 3, 4)))
        out.append(tried(lambda: Point(1, 2, w=4)))
        out.append(tried(lambda: Money("much")))
        out.append(tried(lambda: Kind(9)))
        out.append(tried(lambda: Kind(0, 1)))
    return out[-6:]


def case_subclasses_of_numbers(n=100):
    total = Money(0)
    for k in range(n):
        total = Money(total + Money(k, unit="usd"), "chf")
    return total, total.unit


def case_other_classes(n=60):
    out = []
    for k in range(n):
        made = Kind(k % 4, k, name=k)
        out.append((type(made).__name__, getattr(made, "args", None)))
        out.append(Single(k) is Single(1, 2))
    return out


def case_class_changes(n=120):
    class Late:
        def __new__(cls, value):
            self = object.__new__(cls)
            self.value = value
            return self

    out = []
    for k in range(n):
        out.append(tried(lambda k=k: Late(k).value))
        if k == 40:
            Late.__init__ = lambda self, value: setattr(self, "value", -value)
        elif k == 60:
            del Late.__init__
        elif k == 80:
            Late.__new__ = lambda cls, value: [value]
        elif k == 100:
            Late.__new__ = lambda cls, value: Late.__new__(value)
    return out


def case_class_changes_while_it_makes(n=30):
    out = []
    for k in range(n):

        class Turns:
            def __new__(cls, value):
                if k % 3 == 1:
                    cls.__init__ = lambda self, value: out.append(("init", value))
                elif k % 3 == 2:
                    del cls.__new__
                return object.__new__(cls)

        for value in range(2):
            out.append(type(tried(lambda: Turns(value))).__name__)
    return out


class Told:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append(self.name)


def case_arguments_live_until_all_is_done(n=40):
    log = []

    class Drops:
        def __new__(cls, told):
            del told
            log.append("in new")
            return object.__new__(cls)

    for k in range(n):
        Drops(Told(log, k))
        log.append("made")
    return log


def case_frames(n=40):
    class Looks:
        def __new__(cls):
            return [sys._getframe(depth).f_code.co_name for depth in range(2)]

    return [Looks() for _ in range(n)][-1]


def case_recursion_ends():
    class Deep:
        count = 0

        def __new__(cls):
            cls.count += 1
            return Deep()

    out = []
    for _ in range(12):
        Deep.count = 0
        out.append(tried(Deep)[0])
    return out, Deep.count > 50
