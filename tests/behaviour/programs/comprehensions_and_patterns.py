"""Comprehensions, match statements and unpacking."""

from dataclasses import dataclass


def case_comprehensions():
    words = ["alpha", "beta", "gamma", "delta"]
    return (
        [w.upper() for w in words if "a" in w[1:]],
        {w[0]: len(w) for w in words},
        sorted({len(w) for w in words}),
        [[x * y for x in range(3)] for y in range(3)],
        [(x, y) for x in range(4) for y in range(x) if (x + y) % 2],
        [y for x in range(5) if (y := x * x) > 3],
        {k: v for d in ({1: 2}, {3: 4}) for k, v in d.items()},
    )


def case_comprehension_leaves_by_exception():
    try:
        return [1 // x for x in (2, 1, 0)]
    except ZeroDivisionError as error:
        tb = error.__traceback__.tb_next
        return tb.tb_frame.f_code.co_name, tb.tb_frame.f_locals["x"]


def case_walrus():
    data = iter([1, 2, 3, 0, 4])
    total = 0
    while (value := next(data)) != 0:
        total += value
    return total, value, [last := n for n in range(3)], last


def case_unpacking():
    a, b = 1, 2
    a, b = b, a
    c, *d, e = range(6)
    (f, [g, *h]), i = (1, "xyz"), 2
    *j, k = "ab"
    first, *_ = {"only": 1}
    return (
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        first,
        [*range(3), *"ab"],
        (*d, 9),
        {*d, *d},
        {**{"a": 1}, "b": 2, **{"a": 3}},
    )


def case_unpacking_errors():
    out = []
    for thing in ([1], [1, 2, 3], 5, iter([1, 2, 3]), {1: 2, 3: 4, 5: 6}):
        try:
            a, b = thing
        except (ValueError, TypeError) as error:
            out.append(str(error))
    try:
        a, *b, c, d = [1, 2]
    except ValueError as error:
        out.append(str(error))
    try:
        [*3]
    except TypeError as error:
        out.append(str(error))
    try:
        {**3}
    except TypeError as error:
        out.append(str(error))
    return out


def case_swap_many():
    a, b, c, d = 1, 2, 3, 4
    for _ in range(7):
        a, b, c, d = d, a, b, c
        a, b = b, a
    return a, b, c, d


def case_chained():
    x = y = z = []
    x.append(1)
    i = 0
    a = [0, 0, 0]
    i, a[i] = 1, 2
    return y, z is x, i, a, 1 < 2 < 3 > 2, 1 < 3 < 2, 3 == 3.0 == 3 + 0j, not 1 > 2 > 0


@dataclass
class Point:
    x: float
    y: float


class Sub(Point):
    pass


class Odd:
    __match_args__ = ("a", "b")

    def __init__(self, a):
        self.a = a


def match(value):
    match value:
        case 0 | 1:
            return "small"
        case int(n) if n > 1000:
            return f"big {n}"
        case bool() | int():
            return "int"
        case -1.5 | "text" | b"raw" | None:
            return "literal"
        case Point(x=0, y=0):
            return "origin"
        case Sub(px, py):
            return f"sub {px} {py}"
        case Point(px, y=py) if px == py:
            return f"diagonal {px}"
        case Point():
            return "point"
        case Odd(a, b):
            return f"odd {a} {b}"
        case Odd(a=[first, *_]):
            return f"odd of {first}"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [0, *rest] | (1, *rest, 9):
            return f"rest {rest}"
        case [Point(x=px), {"k": v, **more}]:
            return f"nested {px} {v} {more}"
        case [_, _, *_] as whole:
            return f"long {len(whole)}"
        case {"kind": "a", "value": str() | int() as v}:
            return f"kind a {v}"
        case {"kind": kind, **rest}:
            return f"kind {kind} {sorted(rest)}"
        case {}:
            return "mapping"
        case str():
            return "str"
        case _:
            return "other"


def case_match():
    values = [
        0,
        1,
        True,
        5,
        5000,
        -1.5,
        "text",
        b"raw",
        None,
        Point(0, 0),
        Point(2, 2),
        Point(1, 2),
        Sub(1, 2),
        Odd(1),
        Odd([7, 8]),
        [],
        [4],
        (3,),
        [0, 1, 2],
        (1, 5, 6, 9),
        [Point(1, 1), {"k": 2, "z": 3}],
        (4, 5, 6),
        range(3),
        {"kind": "a", "value": 3},
        {"kind": "a", "value": 3.0},
        {"kind": "b", "z": 1},
        {},
        "words",
        b"no",
        {1, 2},
        3.5,
        object,
    ]
    return [match(value) for value in values]


def case_match_binds_names():
    def run(command):
        match command.split():
            case ["go", ("north" | "south") as where]:
                pass
            case ["take", *things]:
                where = things
            case [where]:
                pass
            case _:
                where = "nowhere"
        return where

    return run("go north"), run("take a b"), run("look"), run("go home now")


def case_match_errors():
    class Bad:
        __match_args__ = ["a"]

    class Worse:
        __match_args__ = (3,)

    out = []
    for kind, value in ((Bad, Bad()), (Worse, Worse()), (int, 3), (3, 3)):
        try:
            match value:
                case kind(x):
                    out.append(x)
        except TypeError as error:
            out.append(str(error))
    return out


def case_match_on_constants():
    class Color:
        RED, BLUE = 1, 2

    def name(c):
        match c:
            case Color.RED:
                return "red"
            case Color.BLUE:
                return "blue"
            case _:
                return c

    return [name(c) for c in (1, 2, 3, 1.0, True)]
