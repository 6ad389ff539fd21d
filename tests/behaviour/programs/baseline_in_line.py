"""What code without guesses does in line where the interpreter has specialised an instruction, and what becomes of that
when something else comes."""

import sys

log = []
LIMIT = 7


class Tracked:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def taken_log():
    taken = log[:]
    log.clear()
    return taken


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        inner = error.__traceback__.tb_next
        return f"{type(error).__name__}: {error}", inner and inner.tb_lineno


def warm(function, *args):
    for _ in range(60):
        function(*args)


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def add_to(a, b):
    a += b
    a -= 2
    a *= 3
    return a


class Number(int):
    def __add__(self, other):
        return "own add"

    __radd__ = __add__

    def __iadd__(self, other):
        return 40


OPERANDS = [
    (3, 4),
    (-3, 4),
    (0, 0),
    (2**30 - 1, 1),
    (-(2**30) + 1, -1),
    (2**30, 2**30),
    (-(2**60), 2**62),
    (2**64, -(2**64)),
    (True, 2),
    (3, False),
    (1.5, 2),
    (2, 1.5),
    (1.5, -2.5),
    (Number(3), 4),
    (4, Number(3)),
    ("a", "b"),
    ("ü", "b"),
    ("a", 3),
    ([1], [2]),
    (None, 1),
]


def case_arithmetic():
    results = []
    for function in (add, subtract, multiply, add_to):
        for likely in ((3, 4), (1.5, 2.5)):
            warm(function, *likely)
            results.append([attempt(function, *pair) for pair in OPERANDS])
    warm(add, "a", "b")
    results.append([attempt(add, *pair) for pair in OPERANDS])
    return results


def compare(a, b):
    found = []
    if a < b:
        found.append("<")
    if a <= b:
        found.append("<=")
    if a == b:
        found.append("==")
    if a != b:
        found.append("!=")
    if a > b:
        found.append(">")
    if a >= b:
        found.append(">=")
    return found


def case_comparisons():
    warm(compare, 3, 4)
    pairs = [*OPERANDS, (4, 3), (float("nan"), 1), (2**70, 2**70), (-1, -1), (-1, 1)]
    return [attempt(compare, *pair) for pair in pairs]


def item(container, key):
    return container[key]


class Items:
    def __getitem__(self, key):
        return "own", key

    def __setitem__(self, key, value):
        log.append((key, value))


class OwnList(list):
    def __getitem__(self, key):
        return "own list"


def case_items():
    results = []
    keys = [0, 2, 3, -1, -3, -4, True, 2**30, 2**70, slice(1), "a", None, 1.0]
    for likely in ([1, 2.5, "c"], (1, 2.5, "c")):
        warm(item, likely, 1)
        for container in (
            [1, 2.5, "c"],
            (1, 2.5, "c"),
            [],
            (),
            OwnList([1]),
            Items(),
            "text",
            {0: 1, True: 2},
            5,
        ):
            results.append([attempt(item, container, key) for key in keys])
    return results


def put(container, key, value):
    container[key] = value


def case_stored_items():
    results = []
    values = [1, 2, 3]
    warm(put, values, 1, 5)
    for key in (0, 2, 3, -1, -4, True, 2**30, slice(1), "a"):
        results.append((attempt(put, values, key, [9]), list(values)))
    watched = [Tracked("first"), 2]
    put(watched, 0, 3)
    results.append((taken_log(), attempt(put, (1, 2), 0, 3), attempt(put, Items(), 1, 2), taken_log()))
    return results


class Undoing:
    """Its end changes the list that it is taken out of."""

    def __init__(self, items):
        self.items = items

    def __del__(self):
        log.append(len(self.items))
        self.items.clear()


def case_ends_change_the_list():
    values = [1, 2]
    warm(put, values, 0, 5)
    values[0] = Undoing(values)
    put(values, 0, 7)
    return taken_log(), values


def over(iterable):
    seen = []
    for value in iterable:
        seen.append(value)
        if len(seen) == 3 and type(iterable) is list:
            iterable.append(8)
        if len(seen) > LIMIT:
            break
    return seen


def case_loops():
    warm(over, [1, 2])
    warm(over, range(3))
    big = 2**29
    iterables = [
        range(5),
        range(5, 0, -2),
        range(big, 5 * big, big),
        range(0),
        range(2**70, 2**70 + 2),
        [1, 2, 3],
        [],
        (1, 2),
        "abc",
        iter([4, 5]),
        {1: 2},
        (i * i for i in range(3)),
        5,
    ]
    rest = iter([1, 2, 3])
    next(rest)
    return [attempt(over, iterable) for iterable in [*iterables, rest]], list(rest)


counted = 1


def read_global():
    return counted, len


def case_globals():
    global counted
    results = []
    warm(read_global)
    counted = 2
    results.append(read_global())
    globals()["len"] = "shadowed"
    results.append(read_global())
    del globals()["len"]
    results.append(
        read_global()[1] is __builtins__.len if hasattr(__builtins__, "len") else read_global()[1]("ab") == 2
    )
    del counted
    results.append(attempt(read_global))
    counted = 5
    results.append(read_global()[0])
    return [tuple(map(str, r)) if isinstance(r, tuple) else r for r in results]


class Point:
    kind = "class"

    def __init__(self, x):
        self.x = x

    def get(self):
        return self.x

    def named(self):
        return "method"


class Slots:
    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def named(self):
        return "of slots"


class Asked:
    def __getattr__(self, name):
        return "asked for " + name


def read(owner):
    return owner.x


def write(owner, value):
    owner.x = value


def call(owner):
    return owner.named()


def case_attributes():
    results = []
    warm(read, Point(1))
    warm(write, Point(1), 2)
    warm(call, Point(1))
    lacking = Point(1)
    del lacking.x
    with_dict = Point(3)
    vars(with_dict)["x"] = 4
    shadowing = Point(5)
    shadowing.named = lambda: "own"
    owners = [Point(1.5), Point("a"), Slots(2), Asked(), lacking, with_dict, shadowing, 5, Point(None)]
    for owner in owners:
        results.append(
            (attempt(read, owner), attempt(write, owner, [6]), attempt(read, owner), attempt(call, owner))
        )
    Point.x = property(lambda self: "property")
    results.append((attempt(read, Point.__new__(Point)), attempt(write, owners[0], 1)))
    del Point.x
    Point.named = lambda self: "another"
    results.append((attempt(call, Point(1)), attempt(call, shadowing)))
    return results


def case_ends_of_attributes():
    warm(write, Point(1), 2)
    owner = Point(Tracked("old"))
    write(owner, 5)
    taken = taken_log()

    class Looking:
        def __del__(self):
            log.append(owner.x)

    owner.x = Looking()
    write(owner, 7)
    return taken, taken_log(), owner.x


def resumed(steps):
    for i in range(steps):
        got = yield i
        if got:
            log.append(got)
        if got == "leave":
            return "left"


async def awaited(value):
    return value


async def awaiting(value):
    return await awaited(value) + 1


def drive(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


class Frames:
    def __iter__(self):
        yield sys._getframe().f_code.co_name
        yield sys._getframe(1).f_code.co_name


def raising(fails):
    yield 1
    if fails:
        raise ValueError("in it")
    yield 2
    raise StopIteration


def case_resumed_by_the_interpreter():
    results = [list(resumed(3)), set(Frames()), drive(awaiting(4)), attempt(list, raising(True))]
    results.append(attempt(list, raising(False)))
    generator = resumed(5)
    results.append(attempt(generator.send, "early"))
    results.append((next(generator), generator.send("word"), attempt(generator.send, "leave")))
    results.append((taken_log(), attempt(next, generator), drive(awaiting(1))))
    itself = []

    def turning():
        yield attempt(next, itself[0])[0]

    itself.append(turning())
    results.append(list(itself[0]))
    tracked = resumed(2)
    next(tracked)
    tracked.close()
    return results, list(tracked)
