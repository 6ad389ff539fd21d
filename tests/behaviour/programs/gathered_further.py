"""Generator expressions summed up from a start, and put into frozensets."""


class Odd:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return Odd(self.n + getattr(other, "n", other))

    def __radd__(self, other):
        return Odd(self.n + other * 100)

    def __repr__(self):
        return f"Odd({self.n})"


def started(xs):
    return (
        sum((x * 2 for x in xs), 5),
        sum((x for x in xs), 0),
        sum((x for x in xs if x), -3),
        sum((x for x in xs), 2**70),
        sum((x * 2 for x in xs), 2**62),
    )


def started_floats(xs):
    return (
        sum((x * 0.5 for x in xs), 1.5),
        sum((x * 0.5 for x in xs), 0.0),
        sum((x * 0.5 for x in xs), 0),
        sum((x * 0.5 for x in xs), -0.0),
        sum((x * 0.5 for x in xs), 7),
        sum((x for x in xs), 0.25),
        sum((-0.0 for x in xs), 0.0),
        sum((-0.0 for x in xs), 0),
    )


def case_sums():
    return [started(list(range(n % 9))) for n in range(60)], [
        started_floats(list(range(n % 9))) for n in range(60)
    ]


def any_items(xs):
    return sum((x for x in xs), 10), sum((x for x in xs), 0.5)


def case_items_of_all_kinds():
    out = []
    for xs in (
        [1, 2],
        [1.5, 2],
        [2**62, 2**62],
        [Odd(1), Odd(2)],
        [1, Odd(3)],
        [],
        [True, False],
        [1, 2.5, 3],
    ) * 8:
        out.append(any_items(xs))
    for xs in (["a"], [None], [1, "b"]) * 6:
        try:
            out.append(any_items(xs))
        except TypeError as error:
            out.append(str(error))
    return repr(out)


def not_a_number(xs):
    out = []
    for start in ("", b"", [], None):
        try:
            out.append(sum((x for x in xs), start))
        except TypeError as error:
            out.append(str(error))
    try:
        out.append(sum((x for x in xs), ""))
    except TypeError as error:
        out.append(str(error))
    try:
        out.append(sum((x for x in xs), ()))
    except TypeError as error:
        out.append(str(error))
    return out


def case_starts_that_are_no_numbers():
    return [not_a_number([1, 2]) for _ in range(30)], [not_a_number([]) for _ in range(30)]


def raises(xs):
    try:
        return sum((10 // x for x in xs), 3)
    except ZeroDivisionError as error:
        return error.__traceback__.tb_next.tb_lineno - raises.__code__.co_firstlineno


def case_raises():
    return [raises([1, 2, n % 4]) for n in range(40)]


class Key:
    def __init__(self, n, log):
        self.n, self.log = n, log

    def __hash__(self):
        self.log.append(("hash", self.n))
        return self.n % 3

    def __eq__(self, other):
        self.log.append(("eq", self.n))
        return self.n == getattr(other, "n", other)


def frozen(xs):
    made = frozenset(x * 2 for x in xs)
    other = frozenset(x for x in xs if x > 2)
    return made, type(made), hash(made), made in {made}, made | other, other & made


def case_frozensets():
    return [frozen(list(range(n))) for n in range(60)]


def pairs(xs, ys):
    return frozenset((x, y) for x, y in zip(xs, ys)), frozenset(i for i, x in enumerate(xs))


def case_frozensets_of_pairs():
    out = []
    for n in range(40):
        a, b = pairs(range(n), "abcdefgh")
        out.append((sorted(a), b))
    return out


def keys(xs, log):
    return len(frozenset(Key(x, log) for x in xs))


def case_keys_that_run_code():
    out = []
    for n in range(40):
        log = []
        out.append((keys(range(n % 8), log), keys([n % 3] * 3, log), log))
    return out


def unhashable(xs):
    try:
        return frozenset(x for x in xs)
    except TypeError as error:
        return str(error)


def case_unhashable():
    return [sorted(map(str, unhashable([1, 2, [] if n % 5 == 4 else 3]))) for n in range(40)]
