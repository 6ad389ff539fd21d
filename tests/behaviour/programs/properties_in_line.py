"""Properties read in hot loops: what their getters raise, show and return, and what happens when they are changed."""

import sys
import traceback


class Circle:
    count = 0

    def __init__(self, radius):
        self._radius = radius

    @property
    def radius(self):
        return self._radius

    @property
    def area(self):
        return self.radius * self._radius * 3

    @property
    def checked(self):
        if self._radius > 100:
            raise ValueError(f"{self._radius} is too much")
        return self._radius

    @property
    def noted(self):
        Circle.count += 1
        return [Circle.count, sys._getframe().f_back.f_code.co_name]

    @property
    def half(self):
        return self._radius / 2

    @half.setter
    def half(self, value):
        self._radius = value * 2


class Disc(Circle):
    @property
    def area(self):
        return super().area + 0.5


class Fallback:
    def __init__(self, there):
        self.there = there

    @property
    def value(self):
        if not self.there:
            raise AttributeError("not there")
        return 7

    def __getattr__(self, name):
        return f"{name} made up"


def areas(shapes):
    total = 0
    for shape in shapes:
        total += shape.area + shape.radius
    return total


def halves(shapes):
    for shape in shapes:
        shape.half = shape.half + 1
    return [shape.half for shape in shapes]


def checks(shapes):
    return [shape.checked for shape in shapes]


def notes(shapes):
    return [shape.noted for shape in shapes]


def values(items):
    return [item.value for item in items]


def case_plain():
    shapes = [Circle(i) for i in range(9)]
    return [(areas(shapes), halves(shapes)) for _ in range(40)]


def case_classes_mixed():
    out = []
    for i in range(60):
        shapes = [Circle(i), Circle(2.5)] if i < 40 else [Circle(i), Disc(i), Disc(0.5)]
        out.append(areas(shapes))
    return out


def case_raises():
    out = []
    shapes = [Circle(i) for i in range(5)]
    for i in range(40):
        shapes[3]._radius = i if i < 35 else 500
        try:
            out.append(checks(shapes))
        except ValueError as error:
            out.append([(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)])
            tb = error.__traceback__
            while tb.tb_next:
                tb = tb.tb_next
            out.append(tb.tb_frame.f_locals["self"] is shapes[3])
    return out


def case_looks_at_its_caller():
    shapes = [Circle(i) for i in range(3)]
    return [notes(shapes) for _ in range(30)]


def case_falls_back():
    out = []
    for i in range(40):
        out.append(values([Fallback(True), Fallback(i % 13 != 12)]))
    return out


def make_changing():
    class Changing:
        plain = 1

        def _get(self):
            return 1

        value = property(_get)

    return Changing


def case_changes():
    out = []
    for change in range(5):
        Changing = make_changing()
        items = [Changing() for _ in range(3)]
        for i in range(40):
            if i == 30 and change == 0:
                Changing.value = property(lambda self: "another")
            if i == 30 and change == 1:
                Changing._get.__code__ = (lambda self: "other code").__code__
            if i == 30 and change == 2:
                Changing.value = 5
            if i == 30 and change == 3:
                Changing.__dict__["value"].__init__(lambda self: "other getter")
            if i == 30 and change == 4:
                items[1].__dict__["value"] = "hidden"
                items[2].__class__ = type("Other", (Changing,), {"value": property(lambda self: self.plain)})
            out.append(values(items))
    return out


class Deep:
    def __init__(self, below):
        self.below = below

    @property
    def depth(self):
        return 0 if self.below is None else 1 + self.below.depth


def case_recursion():
    out = []
    chain = None
    for i in range(400):
        chain = Deep(chain)
        if i % 20 == 0:
            out.append(chain.depth)
    for _ in range(10**4):
        chain = Deep(chain)
    try:
        chain.depth
    except RecursionError as error:
        out.append(type(error).__name__)
    while chain is not None:
        chain = chain.below
    return out


class Temporary:
    log = []

    def __init__(self, name):
        self.name = name

    @property
    def length(self):
        return len(self.name)

    def __del__(self):
        self.log.append(self.name)


def lengths(count):
    Temporary.log.clear()
    total = 0
    for i in range(count):
        total += Temporary(str(i)).length
        Temporary.log.append(total)
    return list(Temporary.log)


def case_owner_goes():
    return [lengths(i % 7) for i in range(40)]
