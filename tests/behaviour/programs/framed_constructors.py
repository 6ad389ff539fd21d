"""Calls put in line of classes, with defaults and keywords, and of closures."""

import sys
import traceback

SEEN = []


class Point:
    def __init__(self, x, y=2):
        self.x = x
        self.y = y

    def add(self, other, scale=2.0):
        return Point((self.x + other.x) * scale, self.y + other.y)


class Looking(Point):
    def __init__(self, x):
        Point.__init__(self, x, y=7)
        self.z = look(x)


class GivesNumber:
    def __init__(self, x):
        self.x = x
        if x > 40:
            self.more = look(x)
            return 5


def look(x):
    return x


def swap(function):
    global look
    before = look
    look = function
    return before


def keywords(a, b=1, c=None, d=(1, 2)):
    return (a, b, c, d, look(a))


def work(n):
    total = Point(0)
    out = []
    for i in range(n):
        total = total.add(Point(i), scale=1.0)
        other = Point(y=i, x=3)
        looking = Looking(i)
        total.x += looking.z + looking.y + other.x
        out.append(keywords(i))
        out.append(keywords(i, c=5))
        out.append(keywords(d=i, a=2))
    return total.x, total.y, out[-3:]


def case_constructed():
    return work(30)


def gives_numbers(n):
    result = 0
    for i in range(n):
        try:
            result += GivesNumber(i).x
        except TypeError as error:
            result += 1000
            seen = str(error), error.__traceback__.tb_lineno
    return result, seen


def case_init_gives_something():
    return gives_numbers(60)


def deep(n):
    return Deep(n - 1).value + 1 if n else n


class Deep:
    def __init__(self, n):
        self.value = deep(n)


def case_recursion_limit():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(120)
    out = []
    try:
        for i in range(10, 60):
            try:
                out.append(deep(i))
            except RecursionError as error:
                out.append(str(error))
    finally:
        sys.setrecursionlimit(before)
    return out


def spy(x):
    frame = sys._getframe(1)
    SEEN.append((frame.f_code.co_name, frame.f_lineno, frame.f_back.f_code.co_name, sorted(frame.f_locals)))
    if x > 3:
        raise ValueError(x)
    return x


def case_seen_from_inside():
    before = swap(spy)
    SEEN.clear()
    try:
        Looking(1)
        work(2)
        work(9)
    except ValueError as error:
        SEEN.append([(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)])
    finally:
        swap(before)
    return list(SEEN)


def closures(n):
    k = n * 2

    def inner(a):
        return look(a) + k

    total = 0
    for i in range(n):
        total += inner(i)
    return total


def case_closures():
    return [closures(i) for i in range(12)]


def other_init(self, x, y=3):
    self.x = look(y)
    self.y = x


def changed(n, at):
    out = []
    for i in range(n):
        if i == at:
            Point.__init__ = other_init
        point = Point(i)
        out.append((point.x, point.y))
    return out


def case_init_is_patched():
    before = Point.__init__
    try:
        return changed(20, 100), changed(20, 7)
    finally:
        Point.__init__ = before


def defaulted(a, b=10):
    return look(a) * b


def defaults_change(n, at):
    out = []
    for i in range(n):
        if i == at:
            defaulted.__defaults__ = ("ab",)
        out.append(defaulted(i))
    return out


def case_defaults_are_assigned():
    try:
        return defaults_change(20, 100), defaults_change(20, 7)
    finally:
        defaulted.__defaults__ = (10,)


class Made:
    def __init__(self, x):
        self.x = look(x)


def makes(n, at):
    global Made
    before = Made
    out = []
    try:
        for i in range(n):
            if i == at:
                Made = list
                look_at = "ab"
            else:
                look_at = i
            try:
                out.append(Made(look_at).__class__.__name__)
            except TypeError as error:
                out.append(str(error))
    finally:
        Made = before
    return out


def case_class_is_replaced():
    return makes(20, 100), makes(20, 7)
