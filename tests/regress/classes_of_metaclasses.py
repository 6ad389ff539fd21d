"""A class whose metaclass has no call of its own is called as one of `type`, for as long as that holds."""

import abc
import sys


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...


class Square(Shape):
    def __init__(self, side, *more, scale=1):
        self.side, self.more, self.scale = side, more, scale

    def area(self):
        return self.side * self.side * self.scale


class Empty(Shape):
    def area(self):
        return 0


class Made(Shape):
    def __new__(cls, value):
        made = super().__new__(cls)
        made.value = value
        return made

    def area(self):
        return self.value


class Meta(type):
    pass


class Late(metaclass=Meta):
    def __init__(self, value):
        self.value = value


class Gives(metaclass=Meta):
    def __init__(self, value):
        self.value = value
        return value if value > 3 else None


def make(kind, *args, **keywords):
    return kind(*args, **keywords)


def complaint(kind, *args):
    try:
        return kind(*args)
    except TypeError as error:
        frame = error.__traceback__.tb_next
        return str(error), frame and frame.tb_frame.f_code.co_name


def case_areas():
    seen = []
    for i in range(30):
        seen.append(Square(i).area() + Square(i, 1, 2, scale=3).area() + Empty().area() + Made(i).area())
        seen.append(make(Square, i, 7, scale=2).more)
    return seen


def case_complaints():
    return [[complaint(kind, *args) for kind, args in CALLS] for _ in range(20)][-1]


CALLS = [(Shape, ()), (Square, ()), (Empty, (1,)), (Made, ()), (Gives, (4,)), (Late, (1, 2))]


def lates(count):
    return [type(Late(i)).__name__ for i in range(count)]


def case_a_call_that_comes_later():
    seen = lates(30)
    Meta.__call__ = lambda cls, *args: (cls.__name__, args)
    seen += [Late(i) for i in range(5)]
    del Meta.__call__
    return seen + lates(5)


def case_abstract_later():
    class Counter(abc.ABC):  # noqa: B024
        def __init__(self, start=0):
            self.start = start

    seen = []
    for i in range(30):
        if i == 20:
            Counter.count = abc.abstractmethod(lambda self: 0)
            abc.update_abstractmethods(Counter)
        seen.append(complaint(lambda: Counter(i).start))  # noqa: B023
    return seen


class Nested(metaclass=Meta):
    def __init__(self, depth):
        self.inner = Nested(depth - 1) if depth else sys._getframe(1).f_code.co_name


def case_callers_are_seen():
    return [Nested(i % 3).inner if i % 3 == 0 else Nested(i % 3).inner.inner.__class__ for i in range(12)]
