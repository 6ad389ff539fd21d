"""Attributes whose names are values: getattr, hasattr and setattr, with one name or another one each time."""

import collections


def drive(function, *arguments):
    result = None
    for _ in range(40):
        result = function(*arguments)
    return result


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, str(error)


class Base:
    kind = "base"


class Derived(Base):
    @property
    def missing(self):
        raise AttributeError("by the property")

    @property
    def wrong(self):
        raise KeyError("by the property")


def get(thing, name):
    return getattr(thing, name)


def get_or(thing, name, otherwise):
    return getattr(thing, name, otherwise)


def constant_names(thing):
    return getattr(thing, "kind"), getattr(thing, "nothing", 5), hasattr(thing, "kind"), hasattr(thing, "no")  # noqa: B009


class Asked(Base):
    def __getattr__(self, name):
        if name.startswith("no"):
            raise AttributeError(name)
        return "made " + name


class Text(str):
    def __hash__(self):
        return 7

    def __eq__(self, other):
        return str.__eq__(self, other)


def case_attributes_by_name():
    for thing in (Base(), Derived(), Asked(), Base, collections, 5):
        for name in ("kind", "missing", "wrong", "no" + "thing", "ki" + str("nd"), Text("kind"), "n\u00e4me"):
            print(name, str(drive(outcome, get_or, thing, name, "otherwise"))[:40], end=" ")
            print(drive(outcome, hasattr, thing, name), end=" ")
        print(drive(outcome, constant_names, thing))
    print(drive(outcome, get, Base(), 5), drive(outcome, get_or, Base(), None, 1))


def case_a_name_comes_and_goes():
    thing, seen = Base(), []

    def look(name):
        seen.append(getattr(thing, name, None))
        seen.append(hasattr(thing, "colour"))
        setattr(thing, "size", len(seen))  # noqa: B010

    for i in range(60):
        look("col" + "our"[: 3 + i % 2])
        if i == 20:
            thing.colour = "red"
        if i == 40:
            del thing.colour
        if i == 50:
            Base.colour = "of the class"
    del Base.colour
    print(seen, thing.size)


class Guarded:
    __slots__ = ("size",)

    def __setattr__(self, name, value):
        print("set", name)
        object.__setattr__(self, name, value)


def case_stores_by_name():
    def store(thing, name, value):
        setattr(thing, name, value)
        setattr(thing, "size", value)  # noqa: B010
        return thing.size

    print(drive(store, Base(), "other", 3), outcome(store, Guarded(), "size", 4))
    print(drive(outcome, store, Guarded(), "nothing", 4), drive(outcome, store, 5, "a", 1))


class Held:
    __slots__ = ("first", "second", "third")


def case_stores_by_names_in_turn():
    def fill(thing, names):
        for place, name in enumerate(names):
            setattr(thing, name, place)
        return [getattr(thing, name) for name in names]

    plain = ["first", "second", "th" + str("ird"), "fourth"]
    for kind, names in (Base, plain), (Derived, plain[::-1]), (Held, plain[:3]), (Base, plain + ["n\u00e4me"]):
        thing = kind()
        print(fill(thing, names), fill(thing, names[::-1]), sorted(getattr(thing, "__dict__", "")))
