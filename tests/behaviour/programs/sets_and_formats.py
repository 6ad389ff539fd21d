"""Sets that are gone over, also while they change; str of numbers and f-strings of what is a number or a text, or something like it."""

import sys


class Loud:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return f"loud {self.name}"

    def __format__(self, spec):
        return f"formatted {self.name} {spec}"


class OddInt(int):
    def __str__(self):
        return "odd"

    def __format__(self, spec):
        return f"odd {spec}"


class OddText(str):
    def __str__(self):
        return "other text"

    def __format__(self, spec):
        return "formatted text"


def outcome(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def total(s):
    t = 0
    for x in s:
        t += x
    return t


def items(s):
    out = []
    for x in s:
        out.append(x)
    return out


def grow(s):
    for x in s:
        s.add(x + 1000)


def shrink(s):
    for x in s:
        s.discard(x)


def replace_one(s):
    out = []
    for x in s:
        s.discard(x)
        s.add(x + 64)
        out.append(x)
        if len(out) > 50:
            break
    return out


def first_of(s):
    for x in s:
        return x
    return None


def twice(s):
    iterator = iter(s)
    return [x for x in iterator], [x for x in iterator], next(iterator, "over")


def interrupted(s):
    iterator = iter(s)
    out = []
    for x in iterator:
        out.append(x)
        if len(out) == 3:
            break
    for x in iterator:
        out.append(-x)
    return out, len(list(iterator))


SETS = [
    set(range(20)),
    set(),
    {5},
    frozenset(range(0, 100, 7)),
    {1.5, 2, True},
    set(range(100)) - set(range(3, 90)),
]


def case_gone_over():
    out = []
    for s in SETS * 6:
        out.append((total(s), items(s), first_of(s), twice(s), interrupted(s)))
    return out


def case_other_items():
    return [
        (outcome(total, s), len(items(s)))
        for s in ({"a"}, {(1, 2)}, {1, None}, [1, 2], (3,), {4: 5}, range(3), "") * 5
    ]


def case_changed():
    out = []
    for n in range(12):
        out.append(
            (
                outcome(grow, set(range(n))),
                outcome(shrink, set(range(n))),
                outcome(replace_one, set(range(n))),
            )
        )
    return out


def case_with_holes():
    s = set(range(60))
    for x in range(0, 60, 2):
        s.discard(x)
    return [items(s) for _ in range(30)]


def counted(s):
    iterator, out = iter(s), []
    for x in iterator:
        out.append(iterator.__length_hint__())
    return out


def case_what_is_left():
    return [counted(set(range(n))) for n in range(10)] * 3


def text_of(x):
    return str(x)


NUMBERS = [
    0,
    1,
    -1,
    7,
    10,
    99,
    100,
    -100,
    2**31,
    -(2**31),
    2**62,
    2**63 - 1,
    -(2**63),
    2**63,
    10**40,
    -(10**40),
]
OTHERS = [True, None, 1.5, -0.0, "text", "", OddInt(3), OddText("x"), Loud(1), (1,), [2], b"b"]


def case_text_of_numbers():
    return [outcome(text_of, x) for x in NUMBERS * 10 + OTHERS * 5 + NUMBERS] + [
        outcome(text_of, 10**5000)[0]
    ]


def case_text_is_new():
    a = [text_of(n) for n in (5, 1234)]
    b = [text_of(n) for n in (5, 1234)]
    return (
        a == b,
        [len(x) for x in a],
        "".join(a),
        {a[0]: 1}.get("5"),
        sys.getsizeof(a[1]) == sys.getsizeof("1234"),
        hash(a[1]) == hash("1234"),
    )


def field(x):
    return f"<{x}>"


def fields(x, y):
    return f"{x}:{y!s}|{x!r}{y!a}|{x:>5}-{y}"


def alone(x):
    return f"{x}"


def case_fields():
    values = NUMBERS + OTHERS
    return [
        (outcome(field, x), outcome(alone, x), outcome(fields, x, y)) for x in values * 3 for y in (1, "y", x)
    ]


def case_fields_of_other_types_later():
    return [outcome(field, x) for x in [5] * 200 + OTHERS + [6] * 40 + ["s"] * 60 + OTHERS]


def table(n):
    out = ""
    for i in range(n):
        out += f"{i}," + str(-i) + ";"
    return out


def case_table():
    return table(120), table(3)


def case_str_replaced():
    out = []
    for n in range(80):
        if n == 50:
            globals()["str"] = lambda x: ("other", x)
        if n == 60:
            del globals()["str"]
        out.append(text_of(n))
    return out


def deep(n):
    return len(str(n)) + (deep(n - 1) if n else 0)


def case_deep():
    return [deep(300), outcome(deep, 5)]


def converted(pattern, *values):
    try:
        return pattern.format(*values)
    except (ValueError, IndexError, KeyError) as error:
        return type(error).__name__, str(error)


class Named:
    def __str__(self):
        return "its text"

    def __repr__(self):
        return "its repr"


def case_conversions():
    patterns = [
        "{!r}",
        "{!s}",
        "{!a}",
        "{!r:>9}|{!s:<7}",
        "{0!r}{0}",
        "{!r:.2}",
        "{!s:d}",
        "{!r:5s}",
        "{!x}",
        "{!r",
        "{!}",
    ]
    patterns += ["{!rr}", "{! r}", "{0!s:^9}|{1!r:*^9}", "{{!r}}", "{!r:}", "{!s:=5}"]
    values = [
        ("text", 5),
        ("it's", 2.5),
        ('"both"', "'"),
        ("\u00e4\u4e2d", "\n"),
        (None, True),
        (Named(), [1]),
        (-0.0, 10**30),
    ]
    return [[converted(pattern, *pair) for pattern in patterns for pair in values] for _ in range(12)][-1]
