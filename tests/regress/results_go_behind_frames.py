"""What a call put in line gave and nobody used went before what its frame held, and where that frame still was."""

import sys

GONE = []


class Noted:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        GONE.append((self.name, sys._getframe(1).f_code.co_name))


def given_back(given):
    held = Noted("held")  # noqa: F841
    return given


def made_here(number):
    made, held = Noted("made"), Noted("held")
    held.number = number
    return made


def two(a, b):
    held = Noted("held")  # noqa: F841
    return Noted(a), b, Noted("third")


def nested(a):
    held = Noted("outer")  # noqa: F841
    two(a, Noted("inner"))
    return two("x", a)


class Holder:
    def __init__(self, item):
        self.item = item

    @property
    def shown(self):
        held = Noted("property")  # noqa: F841
        return self.item

    def __add__(self, other):
        held = Noted("operator")  # noqa: F841
        return Holder(other)


def unused(number):
    given_back(Noted("given"))
    GONE.append(1)
    made_here(number)
    GONE.append(2)
    two("first", Noted("second"))
    GONE.append(3)
    nested(Noted("nested"))
    GONE.append(4)
    holder = Holder(Noted("item"))
    holder.shown
    GONE.append(5)
    holder + Noted("added")
    GONE.append(6)


def case_unused():
    out = []
    for number in range(8):
        unused(number)
        out.append(GONE[:])
        GONE.clear()
    return out
