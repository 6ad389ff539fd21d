"""Setters of properties, put in line where an attribute is stored."""

import sys
import traceback

NOTES = []


class Celsius:
    def __init__(self, value=0.0):
        self._value = value
        self.stored = 0

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        if value < -273:
            raise ValueError(value)
        self._value = value
        self.stored += 1


def store(thing, values):
    for value in values:
        thing.value = value
    return thing.value


def add(thing, values):
    for value in values:
        thing.value += value
    return thing.value


def case_numbers():
    found = []
    for values in ([1, 2, 3], [1.5, -2.5], [2**63 - 1, 1, 2**70], [True, False], [1, 2.5, 3]):
        for _ in range(20):
            thing = Celsius()
            found.append((store(thing, values * 5), add(thing, values), thing.stored))
    return found[::10]


def case_raises():
    found = []
    for _ in range(20):
        thing = Celsius()
        try:
            store(thing, [1, 5, 2, -300, 7])
        except ValueError as error:
            found.append((error.args, thing.stored, thing.value))
            found.append([(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])
    return found[-4:]


class Seen:
    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        if value % 7 == 0:
            frame, seen = sys._getframe(), []
            while not frame.f_code.co_name.startswith("case_"):
                seen.append((frame.f_code.co_name, frame.f_lineno, sorted(frame.f_locals)))
                frame = frame.f_back
            NOTES.append(seen)
        self._value = value


def case_seen_from_within():
    NOTES.clear()
    result = [store(Seen(), range(1, 30)) for _ in range(6)]
    return result, NOTES[-1], len(NOTES)


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        NOTES.append((self.name, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno))


class Drops:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        NOTES.append(("owner", self.name, sys._getframe(1).f_code.co_name))

    value = property(None, lambda self, value: NOTES.append("set"))


class Gives:
    value = property(lambda self: 5, lambda self, value: Ends("result"))


def store_new(kind, turns):
    for turn in range(turns):
        kind(turn).value = Ends("value")
        NOTES.append("stored")


def store_one(thing, turns):
    for turn in range(turns):
        thing.value = turn
        NOTES.append("stored")


def case_order_of_ends():
    NOTES.clear()
    for _ in range(6):
        store_new(Drops, 4)
        store_one(Gives(), 4)
    return NOTES[-30:], len(NOTES)


def case_setter_changes():
    found = []
    thing = Celsius()
    for turn in range(40):
        if turn == 15:
            Celsius.value = property(
                lambda self: "other", lambda self, value: setattr(self, "_value", value * 2)
            )
        if turn == 25:
            Celsius.value = USUAL
        if turn == 30:
            property.__init__(USUAL, USUAL.fget, lambda self, value: found.append(value))
        found.append((store(thing, [turn, turn + 1]), thing._value))
    property.__init__(USUAL, GETTER, SETTER)
    return found


USUAL, GETTER, SETTER = Celsius.__dict__["value"], Celsius.value.fget, Celsius.value.fset


class Half(Celsius):
    @property
    def value(self):
        return super().value

    @value.setter
    def value(self, value):
        Celsius.value.fset(self, value / 2)


class Plain:
    value = 0


class Slots:
    __slots__ = ("_value", "other")
    value = property(lambda self: self._value, lambda self, value: setattr(self, "_value", [value]))


def case_classes_by_turns():
    things = [Celsius(), Half(), Plain(), Slots(), Celsius()]
    return [[(type(thing).__name__, store(thing, [1, 4])) for thing in things] for _ in range(20)][-1]


class ReadOnly:
    value = property(lambda self: 1)


class Defaults:
    def assign(self, value, more=3, *rest):
        self.got = (value, more, rest)

    value = property(lambda self: self.got, assign)


class Static:
    value = property(lambda self: 2, staticmethod(lambda self, value: NOTES.append(value)))


class Wrong:
    value = property(lambda self: 3, lambda self: None)


def case_unusual():
    NOTES.clear()
    found = []
    for kind in (ReadOnly, Defaults, Static, Wrong) * 10:
        try:
            found.append(store(kind(), [7, 8]))
        except (AttributeError, TypeError) as error:
            found.append((type(error).__name__, str(error)))
    return found[-8:], NOTES[-4:]


class Deep:
    def __init__(self, depth):
        self.depth = depth

    @property
    def value(self):
        return self.depth

    @value.setter
    def value(self, value):
        if self.depth > 0:
            Deep(self.depth - 1).value = value + 1
        else:
            NOTES.append(value)


def case_setters_within_setters():
    NOTES.clear()
    for _ in range(10):
        store(Deep(30), [1, 2])
    usual = sys.getrecursionlimit()
    try:
        store(Deep(usual * 2), [1])
    except RecursionError:
        NOTES.append("too deep")
    return NOTES


class Yielding:
    def __init__(self):
        self.items = []

    @property
    def value(self):
        return self.items

    @value.setter
    def value(self, value):
        try:
            self.items.append(100 // value)
        except ZeroDivisionError:
            self.items.append(None)


def case_handled_within():
    return [store(Yielding(), [1, 0, 3, 0, 7]) for _ in range(20)][-1]


class SetsItem:
    def __setitem__(self, key, value):
        return Ends("item's result")


def store_items(thing, turns):
    for turn in range(turns):
        thing[turn] = turn
        NOTES.append("stored")


def case_end_of_what_setitem_returns():
    NOTES.clear()
    for _ in range(6):
        store_items(SetsItem(), 4)
    return NOTES[-8:], len(NOTES)
