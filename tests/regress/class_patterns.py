"""Patterns of classes: what they ask an object for, in which order, and what they complain of."""

import dataclasses
from typing import NamedTuple


@dataclasses.dataclass
class Leaf:
    value: object


@dataclasses.dataclass
class Node:
    op: str
    left: object
    right: object


class Pair(NamedTuple):
    first: object
    second: object


def evaluate(tree):
    match tree:
        case Leaf(value):
            return value
        case Node("+", left, right):
            return evaluate(left) + evaluate(right)
        case Node(op="*", left=left, right=right):
            return evaluate(left) * evaluate(right)
        case Pair(first, second=second):
            return first - second
        case int(number) | float(number):
            return number
        case str():
            return 7
        case _:
            return -1


def case_trees():
    tree = Node("+", Leaf(2), Node("*", Leaf(3.5), Node("-", Leaf(1), Leaf(1))))
    given = [tree, Pair(5, 3), 4, 2.5, True, "text", None, [1], Leaf("x"), Node("*", 3, Pair(2, 1))]
    return [evaluate(item) for _ in range(1500) for item in given][-10:]


class Asked:
    __match_args__ = ("a", "b")

    def __init__(self, log):
        self.log = log
        self.a = 1

    @property
    def b(self):
        self.log.append("b")
        return 2

    def __getattr__(self, name):
        self.log.append(name)
        if name == "wrong":
            raise ValueError(name)
        if name == "made":
            return 3
        raise AttributeError(name)


def ask(item):
    match item:
        case Asked(a, none, made=made):
            return a, none, made
        case Asked(lacking=1):
            return "lacking"
        case Asked(wrong=wrong):
            return wrong
    return None


def case_order_of_questions():
    log, given = [], set()
    for _ in range(2000):
        log.clear()
        given.add(ask(Asked(log)))
    return given, log


def case_error_of_an_attribute():
    caught = 0
    for _ in range(2000):
        try:
            match Asked([]):
                case Asked(1, 3):
                    caught += 100
                case Asked(wrong=1):
                    caught += 10
        except ValueError:
            caught += 1
    return caught


class Few:
    __match_args__ = ("x",)
    x = 1


class Doubled:
    __match_args__ = ("x", "x")
    x = 1


class OfList:
    __match_args__ = ["x"]  # noqa: RUF012
    x = 1


def complain(item):
    try:
        match item:
            case Few(1, 2):
                return "few"
            case Few(1, x=1):
                return "twice"
            case Doubled(1, 1):
                return "doubled"
            case OfList(1):
                return "list"
            case bool(True):
                return "bool"
    except TypeError as error:
        return str(error)


def case_complaints():
    return [[complain(item) for item in (Few(), Doubled(), OfList(), True, 1)] for _ in range(1500)][-1]


def case_names_that_change():
    class Point:
        __match_args__ = ("x", "y")

        def __init__(self, x, y):
            self.x, self.y = x, y

    def of(point):
        match point:
            case Point(first, second):
                return first, second

    given = []
    for i in range(3000):
        if i == 2000:
            Point.__match_args__ = ("y", "x")
        if i == 2500:
            Point.x = 9
        given.append(of(Point(1, 2)))
    return given[0], given[2100], given[2600]


class Meta(type):
    def __getattribute__(cls, name):
        if name == "__match_args__":
            Meta.asked += 1
            return ("z",)
        return super().__getattribute__(name)


class Strange(metaclass=Meta):
    def __init__(self):
        self.z = 5


def case_class_of_class_says():
    Meta.asked = total = 0
    for _ in range(2000):
        match Strange():
            case Strange(z):
                total += z
    return total, Meta.asked
