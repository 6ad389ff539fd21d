"""Every shape of call, of parameter lists and of what is called."""

import functools


def plain(a, b, c):
    return a, b, c


def defaults(a, b=2, *, c=3, d):
    return a, b, c, d


def positional(a, b, /, c, *rest, d=4, **more):
    return a, b, c, rest, d, more


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        return str(error)


def case_plain():
    return plain(1, 2, 3), plain(1, c=3, b=2), plain(*[1, 2], 3), plain(*(1,), **{"b": 2, "c": 3})


def case_defaults():
    return defaults(1, d=4), defaults(1, 5, d=4), defaults(b=1, a=2, d=3, c=4)


def case_positional_only():
    return positional(1, 2, 3), positional(1, 2, 3, 4, 5, d=6, e=7), positional(1, 2, c=3, a=4, b=5)


def case_wrong_calls():
    return [
        attempt(plain),
        attempt(plain, 1),
        attempt(plain, 1, 2, 3, 4),
        attempt(plain, 1, 2, 3, d=4),
        attempt(plain, 1, 2, a=3),
        attempt(defaults, 1),
        attempt(defaults, 1, 2, 3, d=4),
        attempt(positional, a=1, b=2, c=3),
        attempt(lambda: plain(*1)),
        attempt(lambda: plain(**[1])),
        attempt(lambda: plain(**{1: 2})),
        attempt(lambda: plain(1, **{"b": 2}, **{"b": 3})),
        attempt(3),
        attempt(None),
    ]


def case_unpacking_order():
    log = []

    def note(value):
        log.append(value)
        return value

    def take(*args, **kwargs):
        return args, kwargs

    result = take(note(1), *note([2]), note(3), x=note(4), **note({"y": 5}), z=note(6))
    return result, log


class Callable:
    def __init__(self, base):
        self.base = base

    def __call__(self, *args, scale=1):
        return self.base + sum(args) * scale

    def method(self, x, y=1):
        return self.base, x, y

    @classmethod
    def made(cls, x):
        return cls.__name__, x

    @staticmethod
    def loose(x, *, y=0):
        return x, y

    @property
    def doubled(self):
        return self.base * 2


def case_objects():
    c = Callable(10)
    bound = c.method
    return [
        c(1, 2),
        c(1, scale=3),
        bound(1),
        bound(1, y=2),
        c.made(1),
        Callable.made(2),
        c.loose(1, y=2),
        Callable.loose(3),
        c.doubled,
        Callable.method(c, 5),
        type(bound).__name__,
    ]


def case_builtins():
    return [
        len([1, 2]),
        abs(-3),
        max(1, 5, 2),
        max([3, 1], key=lambda v: -v),
        min((), default=9),
        sorted([3, 1, 2], reverse=True),
        isinstance(3, (str, int)),
        int("ff", 16),
        str(b"x", "ascii"),
        dict(a=1, b=2),
        list(map(lambda a, b: a * b, [1, 2], [3, 4])),
        "".join(reversed("abc")),
        "a-b".split("-", maxsplit=1),
        [].append(1),
        {1: 2}.get(3, 4),
        getattr(1, "real"),
        divmod(7, -2),
        round(2.567, 2),
        pow(2, 10, 1000),
        type(3),
        tuple([1]),
        print("printed", end="!\n"),
        sum([[1], [2]], []),
        ord("a"),
        bool([]),
    ]


def case_partial_and_cache():
    calls = []

    @functools.lru_cache(None)
    def slow(n):
        calls.append(n)
        return n if n < 2 else slow(n - 1) + slow(n - 2)

    part = functools.partial(positional, 1, 2, d=9)
    return (
        slow(20),
        len(calls),
        part(3),
        part(3, d=8, e=1),
        functools.reduce(lambda a, b: a * b, range(1, 10)),
    )


def case_decorators():
    log = []

    def loud(name):
        log.append("made " + name)

        def wrap(function):
            log.append("wrap " + name)

            @functools.wraps(function)
            def inner(*args, **kwargs):
                log.append("call " + name)
                return function(*args, **kwargs)

            return inner

        return wrap

    @loud("a")
    @loud("b")
    def f(x):
        return x + 1

    return f(1), f.__name__, log


def case_many_arguments():
    def many(*args, **kwargs):
        return len(args), sum(args), len(kwargs), sum(kwargs.values())

    return many(*range(300)), many(**{f"k{n}": n for n in range(300)}), many(*range(300), **{"x": 1})


def case_recursion():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    def ackermann(m, n):
        if m == 0:
            return n + 1
        if n == 0:
            return ackermann(m - 1, 1)
        return ackermann(m - 1, ackermann(m, n - 1))

    def hanoi(n, a, b, c):
        return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)

    return fib(15), ackermann(2, 3), hanoi(7, "a", "b", "c")


def case_polymorphic_call_site():
    class A:
        def go(self):
            return "A"

    class B:
        def go(self):
            return "B"

    class C(A):
        go = staticmethod(lambda: "static")

    class D(A):
        def __getattr__(self, name):
            return lambda: name

    d = D()
    d.go = lambda: "own"
    return "".join(thing.go() for _ in range(30) for thing in (A(), B(), C(), d, D()))


def case_methods_of_types():
    return [
        str.upper("a"),
        int.__add__(1, 2),
        list.__len__([1, 2]),
        "x".join(map(str.strip, [" a ", "b "])),
        dict.fromkeys("ab", 0),
    ]


def case_lambda_as_key():
    people = [("ann", 30), ("bob", 25), ("cid", 30)]
    return (
        sorted(people, key=lambda p: (-p[1], p[0])),
        max(people, key=lambda p: p[1]),
        list(filter(lambda p: p[1] > 26, people)),
    )


def case_call_raises_in_arguments():
    log = []

    def note(x):
        log.append(x)
        if x == 3:
            raise ValueError(x)
        return x

    try:
        plain(note(1), note(2), note(3))
    except ValueError as error:
        return str(error), log


def case_mutable_default():
    def grow(item, into=[]):
        into.append(item)
        return len(into)

    return [grow(n) for n in range(5)]
