"""str() and fields of f-strings of what may be a number, text, an object, or something else by and by."""

import sys


class Named:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return f"<{self.name} in {sys._getframe().f_back.f_code.co_name}>"

    def __format__(self, spec):
        return f"{self.name}:{spec}"


class Text(str):
    def __str__(self):
        return "own " + str.__str__(self)


class Whole(int):
    def __repr__(self):
        return "whole"

    def __format__(self, spec):
        return "formatted"


THINGS = [1, "a", 2.5, None, True, Named("n"), Text("t"), Whole(3), b"b", (1, "x"), [Named("m")], 10**30]


def case_of_one_kind_after_the_other():
    out = []
    for thing in THINGS:
        for _ in range(40):
            text = str(thing)
        out.append((text, type(text).__name__))
    return out


def case_fields_of_one_kind_after_the_other():
    out = []
    for thing in THINGS:
        for _ in range(40):
            text = f"{thing}|{thing!s}"
        out.append(text)
    return out


def case_mixed(n=20):
    out = []
    for _ in range(n):
        for thing in THINGS:
            out.append(str(thing) + f"{thing}")
    return out


def case_joined(n=20):
    numbers, texts = list(range(30)), []
    for _ in range(n):
        texts.append(", ".join(str(number) for number in numbers))
        texts.append("".join(f"{thing};" for thing in numbers))
        texts.append(" ".join(str(thing) for thing in THINGS))
    return texts


def case_text_stays_itself(n=50):
    text = "".join(["some ", "text"])
    return all(str(text) is text for _ in range(n)), all(f"{text}" is not None for _ in range(n))


def case_str_replaced(n=60):
    out = []
    for k in range(n):
        out.append(str(THINGS[k % 5]))
        if k == 30:
            globals()["str"] = lambda thing: f"replaced {thing}"
    del globals()["str"]
    return out


def case_greatest_and_least_and_sum(n=20):
    lists = [
        [3, -2, 5, 0],
        [True, 5, 2],
        [2**40, 7, -(2**40), 3],
        [2**62, 2**62, -5],
        [1, 2.5, -1],
        [2**30, 2**30 - 1, -(2**30)],
        [5, 5.0, 5],
        ["b", "a"],
    ]
    out = []
    for _ in range(n):
        for items in lists:
            out.append((max(items), min(items), sum(items) if items[0] != "b" else None))
    return [(repr(a), repr(b), repr(c)) for a, b, c in out]
