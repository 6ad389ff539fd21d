"""Comparisons of classes put in line: who is asked first and then, what they give, what changes on the way, who looks."""

import dataclasses
import functools
import sys
import traceback


class Point:
    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def __eq__(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self.x == other.x and self.y == other.y

    def __lt__(self, other):
        return self.x < other.x

    def __le__(self, other):
        return not other < self

    def __hash__(self):
        return hash((self.x, self.y))


def case_points():
    points = [Point(i % 5, i % 3) for i in range(30)]
    found = 0
    for a in points:
        for b in points:
            if a == b:
                found += 1
            if a < b:
                found += 100
            if a <= b:
                found += 10000
            if a != b:
                found += 1000000
            if a > b:
                found += 7
    return found


def case_beside_others():
    out = []
    for i in range(40):
        point = Point(i)
        other = (None, i, 1.5, "text", point, Point(i), (1,))[i % 7]
        out.append((point == other, other == point, point != other))
        try:
            out.append(point < other)
        except AttributeError as error:
            out.append(str(error))
    return out[-8:]


class Unknown:
    def __init__(self, name):
        self.name = name

    def __lt__(self, other):
        return NotImplemented

    def __gt__(self, other):
        return f"{self.name} > {getattr(other, 'name', other)}"

    def __eq__(self, other):
        return NotImplemented


class Shy(Unknown):
    def __gt__(self, other):
        return NotImplemented


def case_not_implemented():
    out = []
    for i in range(40):
        a, b = Unknown("a"), (Unknown("b"), Shy("c"), 5, None)[i % 4]
        for compare in (lambda a, b: a < b, lambda a, b: a == b, lambda a, b: a > b, lambda a, b: a == a):
            try:
                out.append(compare(a, b))
            except TypeError as error:
                out.append(str(error))
    return out[-16:]


class Parent:
    def __lt__(self, other):
        return "Parent.lt"

    def __gt__(self, other):
        return "Parent.gt"


class Child(Parent):
    def __gt__(self, other):
        return "Child.gt"


def case_class_on_the_right_first():
    return [(Parent() < (Child() if i % 3 == 2 else Parent()), Child() < Parent()) for i in range(40)][-3:]


def fresh():
    class A:
        def __init__(self, n):
            self.n = n

        def __eq__(self, other):
            return self.n == other.n

        def __lt__(self, other):
            return self.n < other.n

    return A


def case_method_replaced():
    A, out = fresh(), []
    for i in range(60):
        if i == 40:
            A.__eq__ = lambda self, other: ("new", self.n, other.n)
        out.append(A(i) == A(i & ~1))
    return out[38:42], out[-1]


def case_method_deleted():
    A, out = fresh(), []
    for i in range(60):
        if i == 30:
            del A.__lt__
        if i == 50:
            A.__gt__ = lambda self, other: ("gt", self.n)
        try:
            out.append(A(i) < A(i + 1))
        except TypeError as error:
            out.append(str(error))
    return out[29:32], out[-1]


def case_method_of_none():
    A, out = fresh(), []
    for i in range(40):
        if i == 30:
            A.__eq__ = None
        try:
            out.append(A(i) == A(i))
        except TypeError as error:
            out.append(str(error))
    return out[29:32]


def case_other_kinds_of_methods():
    out = []
    kinds = [staticmethod(lambda x: ("static", x.n)), classmethod(lambda cls, x: (cls.__name__, x.n))]
    for kind in [*kinds, property(lambda self: lambda x: ("property", x.n)), functools.partial(max, 3), len]:
        A = fresh()
        for i in range(40):
            if i == 30:
                A.__eq__ = kind
            try:
                result = A(i) == A(i)
            except TypeError as error:
                result = type(error).__name__
        out.append(result)
    return out


def case_instance_has_its_own():
    A, out = fresh(), []
    for i in range(40):
        a = A(i)
        a.__eq__ = lambda other: "own"
        out.append(a == A(i))
    return out[-1]


def case_class_changes():
    A = fresh()

    class B(A):
        def __eq__(self, other):
            return ("B", self.n)

    a, out = A(3), []
    for i in range(60):
        if i == 40:
            a.__class__ = B
        out.append(a == A(3))
    return out[39:42]


def case_many_classes():
    A = fresh()
    kinds = [type(f"K{k}", (A,), {}) for k in range(8)]
    return [kinds[i % (i // 10 + 1)](i) < kinds[i % 3](5) for i in range(80)]


class Odd:
    def __init__(self, gives):
        self.gives = gives

    def __eq__(self, other):
        return self.gives

    def __lt__(self, other):
        if self.gives is None:
            raise ValueError("no order")
        return self.gives


class Truth:
    def __bool__(self):
        raise KeyError("no truth")


def case_results_of_all_kinds():
    out = []
    for gives in (0, 7, 2.5, "", "text", [], None, True, Truth()):
        for i in range(12):
            a = Odd(gives)
            try:
                value = a == i
                branch = "yes" if a == i else "no"
                turned = not a < i
                chain = 0 < i < 20 and a < i
            except (KeyError, ValueError) as error:
                value = branch = turned = chain = repr(error)
        out.append((type(value).__name__, branch, turned, type(chain).__name__))
    return out


class Number:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return other - self.n

    def __gt__(self, other):
        return (self.n - other) / 2


def case_numbers_given():
    total = 0
    for i in range(60):
        number = Number(i)
        total += (number < 20) * 2
        total += number > (3 if i < 40 else 2.5)
    return total


def case_chained():
    a = [Point(i) for i in range(8)]
    return [a[i % 8] < a[(i + 1) % 8] < a[(i + 2) % 8] for i in range(40)][-8:]


@functools.total_ordering
class Total:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


@dataclasses.dataclass(order=True)
class Data:
    a: int
    b: str


def case_made_by_decorators():
    out = []
    for i in range(40):
        a, b = Total(i % 3), Total(i % 4)
        c, d = Data(i % 3, "x"), Data(i % 4, "y")
        out.append((a <= b, a >= b, a > b, c == d, c < d, c >= d, c == a))
    return out[-4:]


def case_errors_and_lines():
    out = []

    class A:
        def __init__(self, n):
            self.n = n

        def __lt__(self, other):
            return 10 // self.n < other.n

    for i in range(40):
        try:
            out.append(A(i % 5) < A(2))
        except ZeroDivisionError as error:
            first = case_errors_and_lines.__code__.co_firstlineno
            steps = traceback.extract_tb(error.__traceback__)
            out.append([(step.name, step.lineno - first) for step in steps])
    return out[-5:]


def case_frames_seen():
    class A:
        def __eq__(self, other):
            frame = sys._getframe()
            return (frame.f_code.co_name, frame.f_back.f_code.co_name, sorted(frame.f_back.f_locals))

    def ask(a, number):
        number += 1
        return a == number

    return [ask(A(), i) for i in range(40)][-1]


def case_recursion():
    class Deep:
        def __init__(self, inner):
            self.inner = inner

        def __eq__(self, other):
            return self.inner == other.inner

    a = b = None
    for _ in range(30):
        a, b = Deep(a), Deep(b)
    out = [a == b for _ in range(30)][-1]
    a.inner.inner = a
    b.inner.inner = b
    try:
        return out, a == b
    except RecursionError as error:
        return out, str(error)


def case_ends_of_operands():
    log, ends = [], "a"

    class A:
        def __init__(self, name):
            self.name = name

        def __lt__(self, other):
            log.append(f"{self.name}<{other.name}")
            return True

        def __del__(self):
            if self.name[0] == ends:
                log.append(f"del {self.name}")

    for i in range(30):
        ends = "ab"[i % 2]
        if A(f"a{i}") < A(f"b{i}"):
            log.append("then")
    return log[-8:]


def case_containers_ask():
    points = [Point(i, 1) for i in range(12)]
    out = []
    for i in range(30):
        wanted = Point(i % 12, 1)
        out.append((wanted in points, points.index(wanted), points.count(wanted), min(points) < wanted))
    return out[-2:], [p.x for p in sorted(points, reverse=True)][:3]


def case_tracing_begins():
    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_name == "__eq__":
            seen.append(event)
        return trace

    A = fresh()
    for i in range(40):
        if i == 30:
            sys.settrace(trace)
        if i == 32:
            sys.settrace(None)
        A(i) == A(i)  # noqa: B015
    return seen
