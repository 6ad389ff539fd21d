"""Operators, comparisons, items and calls of classes that have Python functions for them."""

import traceback


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"<{self.x} {self.y}>"

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor):
        if isinstance(factor, Vector):
            return self.x * factor.x + self.y * factor.y
        if not isinstance(factor, (int, float)):
            return NotImplemented
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __eq__(self, other):
        return isinstance(other, Vector) and self.x == other.x and self.y == other.y

    def __lt__(self, other):
        return NotImplemented if isinstance(other, str) else self.x < other.x

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __setitem__(self, index, value):
        if index == 0:
            self.x = value
        elif index == 1:
            self.y = value
        else:
            raise IndexError(index)

    def __contains__(self, value):
        return value == self.x or value == self.y or []

    def __call__(self, *args, plus=0):
        return (self.x, args, plus)


class Longer(Vector):
    def __add__(self, other):
        return ("longer", Vector.__add__(self, other))

    def __radd__(self, other):
        return ("reflected", other)

    def __gt__(self, other):
        return "greater of the subclass"


class Other:
    def __rsub__(self, other):
        return ("rsub", other)

    def __rmul__(self, other):
        return ("rmul", other)

    def __rtruediv__(self, other):
        raise ZeroDivisionError("mine")

    def __gt__(self, other):
        return ("gt", other)

    def __eq__(self, other):
        return "maybe"


def tried(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]


def case_arithmetic():
    a, b = Vector(1, 2), Vector(3.5, 4)
    total = Vector(0, 0)
    for n in range(60):
        total = total + a - b * 0.5
        total += b
        total -= a
        total *= 1
    return total, a * b, 2 * a, 2.5 * b, a * b * a


def case_subclass_comes_first():
    def run(pairs):
        return [a + b for a, b in pairs]

    v, w = Vector(1, 1), Longer(2, 2)
    return run([(v, v), (v, w), (w, v), (w, w)] * 10)


def case_not_implemented():
    def minus(a, b):
        return a - b

    def times(a, b):
        return a * b

    def through(a, b):
        return a / b

    def in_place(a, b):
        a -= b
        return a

    v, o = Vector(1, 2), Other()
    out = []
    for _ in range(12):
        for function in (minus, times, through, in_place):
            for a, b in ((v, o), (v, 1), (v, "text"), (v, [1]), (o, v), (v, None), (v, v), ("x", v), (3, o)):
                out.append(tried(lambda f=function, a=a, b=b: f(a, b)))
    return out[:36], len(out)


def case_sequences_beside():
    class Times(Vector):
        def __mul__(self, other):
            return NotImplemented

        def __add__(self, other):
            return NotImplemented

    class L(list):
        def __add__(self, other):
            return NotImplemented

        def __mul__(self, other):
            return NotImplemented

    def run(a, b):
        return tried(lambda: a * b), tried(lambda: a + b)

    t, many = Times(1, 2), L([1])
    out = []
    for _ in range(12):
        out = [run(a, b) for a, b in ((t, [1]), ([1], t), (many, 2), (many, [3]), (2, many), (t, "s"))]
    return out


def case_comparisons():
    def run(a, b):
        return tried(lambda: a < b), tried(lambda: a > b), tried(lambda: a == b), tried(lambda: a != b)

    v, w, o, longer = Vector(1, 2), Vector(1, 2), Other(), Longer(0, 0)
    out = []
    for _ in range(12):
        out = [
            run(a, b)
            for a, b in ((v, w), (v, o), (o, v), (v, 1), (v, "s"), ("s", v), (v, longer), (longer, v))
        ]
    return out


def case_comparison_without_truth():
    class Odd:
        def __eq__(self, other):
            return self

        def __bool__(self):
            raise ArithmeticError("no truth")

    class Even:
        def __lt__(self, other):
            return []

    def run(a, b):
        return "equal" if a == b else "different"

    def less(a, b):
        return "less" if a < b else "not less"

    return [tried(lambda: run(Odd(), 1)) for _ in range(12)], [less(Even(), 1) for _ in range(12)]


def case_items():
    def total(v):
        return v[0] + v[1]

    def put(v, n):
        v[0] = n
        v[1] = v[0] + 1
        return v

    out = []
    v = Vector(1, 2)
    for n in range(40):
        out.append((total(v), repr(put(v, n))))
    return out, tried(lambda: v[7]), tried(lambda: put(v, "x")), tried(lambda: v.__setitem__(5, 1))


def case_contains():
    def run(v, value):
        return value in v, value not in v

    v = Vector(1, "two")
    return [run(v, value) for value in (1, "two", 3, None) for _ in range(10)]


def case_calls():
    def run(v):
        return v(), v(1), v(1, 2, plus=3), v(*[4, 5]), tried(lambda: v(minus=1))

    v = Vector(7, 8)
    out = [run(v) for _ in range(20)]

    class NoCall:
        pass

    return out[0], out[-1], tried(lambda: run(NoCall()))


def case_methods_change():
    class C:
        def __init__(self, n):
            self.n = n

        def __add__(self, other):
            return self.n + other

        def __getitem__(self, key):
            return ("item", key)

        def __call__(self):
            return "called"

        def __lt__(self, other):
            return True

    def run(c, n):
        return tried(lambda: c + n), tried(lambda: c[n]), tried(lambda: c()), tried(lambda: c < n)

    c, out = C(1), []
    for n in range(70):
        out.append(run(c, n))
        if n == 30:
            C.__add__ = lambda self, other: ("new", other)
            C.__getitem__ = lambda self, key: ("new item", key)
        if n == 40:
            del C.__add__, C.__getitem__, C.__call__, C.__lt__
        if n == 50:
            C.__add__ = 5
            C.__call__ = staticmethod(lambda: "static")
            C.__getitem__ = len
        if n == 60:
            C.__radd__ = C.__call__ = None
            c.__class__ = type("D", (), {"__add__": lambda self, other: "D"})
    return out


def case_method_removes_itself():
    class C:
        def __add__(self, other):
            del C.__add__
            return [self.__class__.__name__, other]

        def __eq__(self, other):
            C.__eq__ = object.__eq__
            return NotImplemented

    def run(a, b):
        return tried(lambda: a + b), tried(lambda: a == b)

    out = []
    for n in range(20):
        C.__add__ = C.__dict__.get("__add__") or (lambda self, other: n)
        out.append(run(C(), n))
    return out


def case_recursion_of_operators():
    class Deep:
        def __init__(self, inner):
            self.inner = inner

        def __add__(self, other):
            return self.inner + other

        def __lt__(self, other):
            return self.inner < other

        def __call__(self):
            return self.inner()

    thing = Deep(None)
    thing.inner = thing
    out = []
    for _ in range(4):
        out.append([kind[:2] for kind in (tried(lambda: thing + 1), tried(lambda: thing < 1), tried(thing))])
    return out


def case_abstract_classes():
    import abc

    class A(abc.ABC):
        def __init__(self, n):
            self.n = n

        @abc.abstractmethod
        def m(self): ...

    class B(A):
        def m(self):
            return self.n

    def make(cls, n):
        return cls(n).m()

    return [tried(lambda cls=cls, n=n: make(cls, n)) for n in range(15) for cls in (A, B)]


def case_making_objects():
    class Plain:
        def __init__(self, n=3):
            self.n = n

    class Slots:
        __slots__ = ("n", "m")

        def __init__(self, n):
            self.n = n

    class Both(Slots):
        def __init__(self, n):
            super().__init__(n)
            self.extra = n

    class Returns:
        def __init__(self):
            return 5

    class Odd:
        def __new__(cls, n):
            return n if n % 2 else object.__new__(cls)

        def __init__(self, n):
            self.n = n

    class Ends:
        count = 0

        def __init__(self, n):
            self.n = 1 / (n % 5)

        def __del__(self):
            Ends.count += 1

    out = []
    for n in range(40):
        out.append((Plain().n, Plain(n).n, Slots(n).n, Both(n).extra, vars(Both(n)), type(Odd(n)).__name__))
        tried(lambda n=n: Ends(n))
    return out, Ends.count, tried(Returns), tried(lambda: Slots(1).m), tried(lambda: Plain(1, 2))
