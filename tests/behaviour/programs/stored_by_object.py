"""object.__setattr__ called as a function: by frozen dataclasses, by a __setattr__ of one's own, and where CPython forbids it."""

import dataclasses
import sys
import types


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


def put(owner, name, value):
    return object.__setattr__(owner, name, value)


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: int = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    x: int
    y: int = 3


def make_points(kind, count):
    total = 0
    for i in range(count):
        point = kind(i, i + 1)
        total += point.x * point.y
    return total, point


def set_frozen(point):
    point.x = 5


def case_frozen():
    print(drive(make_points, Point, 9), drive(make_points, Slotted, 9))
    print(drive(outcome, set_frozen, Point(1)), drive(outcome, set_frozen, Slotted(1)))
    point = Point(1)
    drive(put, point, "x", 8)
    print(point, hash(point) == hash((8, 3)), point == Point(8), vars(point))


class Noted:
    log = []

    def __setattr__(self, name, value):
        self.log.append(name)
        object.__setattr__(self, name, value)


def use_noted(count):
    for i in range(count):
        noted = Noted()
        noted.first = i
        noted.second = noted.first + 1
    return noted.first, noted.second, len(Noted.log)


def case_own_setattr():
    print(drive(use_noted, 5))


class Changing:
    def __setattr__(self, name, value):
        raise TypeError("frozen")


class Describes:
    def __set__(self, owner, value):
        print("set", value)

    def __get__(self, owner, kind):
        return "described"


def case_class_changes():
    class Mine(Changing):
        pass

    thing = Mine()
    drive(put, thing, "x", 1)
    Mine.x = Describes()
    put(thing, "x", 2)
    print(thing.x, vars(thing))
    Mine.x = property(lambda self: 7)
    print(outcome(put, thing, "x", 3), thing.x, vars(thing))
    del Mine.x
    put(thing, "x", 4)
    print(thing.x, vars(thing))
    Mine.__setattr__ = object.__setattr__
    put(thing, "x", 5)
    print(drive(put, thing, "y", 6), vars(thing))


def case_dict_of_its_own():
    thing, other = Changing(), Changing()
    drive(put, thing, "x", 1)
    names = vars(thing)
    put(thing, "x", 2)
    print(names, thing.x)
    put(thing, "__dict__", {"x": 9})
    put(thing, "x", 10)
    print(names, vars(thing))
    drive(put, other, "y", 3)
    put(other, "x", 4)
    print(list(vars(other)))
    object.__delattr__(other, "y")
    print(drive(put, other, "y", 5), list(vars(other)), outcome(object.__delattr__, other, "no"))


class Numbers(list):
    def __setattr__(self, name, value):
        raise TypeError("frozen")


class Meta(type):
    pass


def case_owners_of_all_kinds():
    kind = Meta("kind", (), {})
    module = types.ModuleType("module")
    for owner in (
        Numbers(),
        kind,
        int,
        module,
        5,
        None,
        ValueError("a"),
        {},
        lambda: 0,
        types.SimpleNamespace(a=1),
    ):
        print(type(owner).__name__, drive(outcome, put, owner, "x", 1), getattr(owner, "x", "none"))
    print(outcome(type.__setattr__, kind, "x", 3), kind.x)


def case_names_of_all_kinds():
    thing = Changing()
    name = "".join(["a", "b", "c" * 3])

    class Text(str):
        pass

    for key in name, "x", 5, Text("x"), None, b"x":
        print(drive(outcome, put, thing, key, 1), [k for k in vars(thing)])
    print(thing.abccc)


def too_few(owner):
    return object.__setattr__(owner, "x")


def too_many(owner):
    return object.__setattr__(owner, "x", 1, 2)


def named(owner):
    return object.__setattr__(owner, "x", value=2)


def case_wrong_arguments():
    for function in too_few, too_many, named:
        print(drive(outcome, function, Changing()))


class Ends:
    def __init__(self, owner):
        self.owner = owner

    def __del__(self):
        frame = sys._getframe(1)
        print("end", frame.f_code.co_name, vars(self.owner).get("x", 0) is not self)


def replace(owner):
    object.__setattr__(owner, "x", Ends(owner))
    object.__setattr__(owner, "x", 1)


def case_old_value_ends():
    thing = Changing()
    for _ in range(12):
        replace(thing)


class Moves:
    def __init__(self, owner):
        self.owner = owner

    def __del__(self):
        self.owner.__class__ = Moved


class Moved:
    pass


class Stays:
    def __setattr__(self, name, value):
        if name != "__class__":
            raise TypeError("frozen")
        object.__setattr__(self, name, value)


def case_class_given_by_end():
    for _ in range(12):
        thing = Stays()
        put(thing, "x", Moves(thing))
        put(thing, "x", 2)
        print(type(thing).__name__, thing.x)


def deep(owner, depth):
    if depth:
        return deep(owner, depth - 1)
    try:
        object.__setattr__(owner, "x", depth)
    except RecursionError as error:
        return str(error)
    return "stored"


def fill_up(owner, start):
    limit = sys.getrecursionlimit()
    found = []
    for depth in range(start, limit):
        try:
            found.append(deep(owner, depth))
        except RecursionError:
            break
    return len(found) > 0, set(found)


def case_at_the_limit():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        thing = Changing()
        drive(deep, thing, 3)
        print("stored" in fill_up(thing, 100)[1])
    finally:
        sys.setrecursionlimit(before)
