"""Classes whose __getattr__ is asked for what is not there: what is there, in hot loops, and what becomes of it."""

import enum


class Colour(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = "blue"

    def lighter(self):
        return f"light {self.name}"

    @classmethod
    def first(cls):
        return cls.RED


class Open:
    kind = "open"

    def __init__(self, value):
        self.value = value

    def double(self):
        return self.value * 2

    @property
    def half(self):
        if self.value % 3 == 0:
            raise AttributeError("half")
        return self.value // 2

    def __getattr__(self, name):
        return f"no {name}"


class Slotted:
    __slots__ = ("value",)

    def __getattr__(self, name):
        return len(name)


class Meta(type):
    def __getattr__(cls, name):
        return f"{cls.__name__} lacks {name}"


class Made(metaclass=Meta):
    number = 3

    @staticmethod
    def add(a, b):
        return a + b


def case_members_of_enums(n=300):
    counts = {}
    for k in range(n):
        colour = Colour.RED if k % 3 else Colour.GREEN
        if colour is Colour.RED:
            counts["red"] = counts.get("red", 0) + 1
        elif colour == Colour.GREEN:
            counts[colour] = counts.get(colour, 0) + Colour.GREEN.value
    return counts, Colour.first(), Colour.BLUE.lighter(), Colour("blue") is Colour.BLUE


def case_members_that_are_not_there(n=60):
    out = []
    for k in range(n):
        try:
            out.append(Colour.RED if k % 20 else Colour.NONE)
        except AttributeError as error:
            out.append(str(error))
    return out


def case_attributes_and_methods(n=200):
    one, total, lacking = Open(4), 0, set()
    for k in range(n):
        one.value = k
        total += one.value + one.double() + len(one.kind)
        lacking.add(one.missing)
    return total, lacking


def case_getter_that_says_it_is_not_there(n=200):
    one, out = Open(1), []
    for k in range(n):
        one.value = k
        out.append(one.half)
    return out


def case_slots(n=100):
    one, out = Slotted(), []
    for k in range(n):
        if k % 30 == 7:
            one.value = k
        elif k % 30 == 20:
            del one.value
        out.append(one.value)
    return out


def case_of_classes(n=200):
    out = []
    for k in range(n):
        out.append(Made.add(Made.number, k))
        if k == 120:
            Made.number = 5
        if k == 150:
            del Made.number
            Made.add = staticmethod(lambda a, b: (a, b))
    Made.number, Made.add = 3, staticmethod(lambda a, b: a + b)
    return out


def case_class_given_what_comes_first(n=200):
    out = []
    for k in range(n):
        out.append(Made.number)
        if k == 100:
            Meta.number = property(lambda cls: f"{cls.__name__} first")
        if k == 150:
            del Meta.number
    return out


def case_class_given_getattribute(n=200):
    class Late:
        here = 1

        def __getattr__(self, name):
            return 2

    one, out = Late(), []
    one.own = 3
    for k in range(n):
        out.append((one.here, one.own, one.gone))
        if k == 100:
            Late.__getattribute__ = lambda self, name: name
        if k == 130:
            del Late.__getattribute__
        if k == 160:
            del Late.__getattr__
            one.gone = 4
    return out


def case_class_given_getattr(n=200):
    class Late:
        here = 1

    one, out = Late(), []
    for k in range(n):
        try:
            out.append((one.here, one.gone))
        except AttributeError as error:
            out.append(str(error))
        if k == 100:
            Late.__getattr__ = lambda self, name: name * 2
        if k == 150:
            Late.__getattr__ = lambda self, name: name * 3
    return out


def case_by_name(n=120):
    one, out = Open(4), []
    for k in range(n):
        name = ("value", "double", "half", "kind", "other")[k % 5]
        found = getattr(one, name, None)
        out.append(found() if callable(found) else found)
        out.append(hasattr(one, name))
        out.append(isinstance(one, Colour) or isinstance(Made, Open))
    return out
