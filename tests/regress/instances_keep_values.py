"""Instances that compiled code makes have their attributes in values, not in a dict each, as object.__new__ makes them."""

import gc


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Made:
    def __init__(self):
        self.point = Point(1, "y")


def make(n):
    return Point(n, 0.5), Made()


def case_what_an_instance_refers_to():
    return [
        sorted(type(other).__name__ for thing in make(n) for other in gc.get_referents(thing))
        for n in range(12)
    ]
