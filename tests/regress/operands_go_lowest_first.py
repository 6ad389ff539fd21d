"""Of several operands that end with one instruction the last one went first; the interpreter drops the lowest first."""

import sys

GONE = []


class Noted:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        GONE.append((self.name, sys._getframe(1).f_code.co_name))

    def __add__(self, other):
        return 5

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return 1

    def __getitem__(self, key):
        return 7

    def __contains__(self, item):
        return False

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        yield 1


def made(name):
    return Noted(name)


def operators():
    made("a") + made("b")
    same = made("c") is made("d")  # noqa: F841
    made("e") == made("f")
    made("g") != made("h")
    made("i")[made("j")]
    made("k") in made("l")
    made("m") in [made("n")]
    made("o")[made("p")] = made("q")
    made("r").value = 1


def calls():
    getattr(made("a"), "name", made("b"))
    isinstance(made("c"), Noted)
    max(made("d"), made("e"), key=hash)
    setattr(made("f"), "value", made("g"))
    [*made("h")]
    {*made("i"), made("j")}
    {**{made("k"): made("l")}}
    slice(made("m"), made("n"), made("o"))
    (made("p"), made("q"))
    [made("r"), made("s")][0].name


def either(value, takes):
    return value if takes else made("else")


def joined():
    either(made("a"), 0)
    either(made("b"), 1)
    either(made("c"), 0).name


def turns(function):
    out = []
    for _ in range(6):
        function()
        out.append(GONE[:])
        GONE.clear()
    return out


def case_operators():
    return turns(operators)


def case_calls():
    return turns(calls)


def case_joined():
    return turns(joined)
